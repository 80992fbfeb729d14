//! One attempt to get an answer: within a time, and of a size.
//!
//! The policy stands below the one that signs in, so that the time in which somebody types a password does not count.

use std::{pin::pin, sync::Arc};

use async_trait::async_trait;
use azure_core::{
    Bytes,
    http::{
        AsyncRawResponse, Context, Request, StatusCode,
        headers::CONTENT_LENGTH,
        policies::{Policy, PolicyResult},
        response::{AsyncResponseBody, PinnedStream},
    },
    sleep::sleep,
    time::Duration,
};
use futures::{
    StreamExt,
    future::{Either, select},
    stream,
};

use super::{Fault, Limits, client::Rules};

/// Collects the answer, unless it is a success that is to be streamed.
#[derive(Debug)]
pub(super) struct Attempt(pub(super) Limits);

#[async_trait]
impl Policy for Attempt {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let Limits {
            timeout, max_body, ..
        } = self.0;
        let rules = Rules::of(context);
        let timeout = rules.timeout.unwrap_or(timeout);
        let answer = async {
            let response = next[0].send(context, request, &next[1..]).await?;
            let (status, headers, body) = response.deconstruct();
            if rules.streamed && status.is_success() {
                let pieces = watched(status, body, timeout);
                return Ok(AsyncRawResponse::new(status, headers, pieces));
            }
            // A liar about the length does not get far either.
            let length = headers.get_optional_as::<u64, _>(&CONTENT_LENGTH);
            if length
                .ok()
                .flatten()
                .is_some_and(|length| length > max_body)
            {
                return Err(Fault::TooLarge { limit: max_body }.into());
            }
            let body = collect(status, body, max_body).await?;
            Ok(AsyncRawResponse::from_bytes(status, headers, body))
        };
        match select(pin!(answer), pin!(sleep(timeout))).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Fault::Timeout { after: timeout }.into()),
        }
    }
}

/// A body of which no piece may take longer than `timeout`.
fn watched(status: StatusCode, body: AsyncResponseBody, timeout: Duration) -> PinnedStream {
    let pieces = stream::try_unfold(body, move |mut body| async move {
        match select(body.next(), pin!(sleep(timeout))).await {
            Either::Left((Some(piece), _)) => match piece {
                Ok(piece) => Ok(Some((piece, body))),
                Err(error) => Err(interrupted(status, &error)),
            },
            Either::Left((None, _)) => Ok(None),
            Either::Right(_) => Err(Fault::Timeout { after: timeout }.into()),
        }
    });
    Box::pin(pieces)
}

/// The whole of a body; most come in one piece, which is not copied.
pub(super) async fn collect(
    status: StatusCode,
    mut body: AsyncResponseBody,
    limit: u64,
) -> azure_core::Result<Bytes> {
    let (mut first, mut rest) = (Bytes::new(), Vec::new());
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| interrupted(status, &error))?;
        if (first.len() + rest.len() + piece.len()) as u64 > limit {
            return Err(Fault::TooLarge { limit }.into());
        }
        if first.is_empty() {
            first = piece;
        } else {
            rest.extend_from_slice(&piece);
        }
    }
    Ok(if rest.is_empty() {
        first
    } else {
        [&first[..], &rest].concat().into()
    })
}

/// The error for a body that breaks off, with what the one at the bottom says: those above only say where it came through.
fn interrupted(status: StatusCode, error: &azure_core::Error) -> azure_core::Error {
    let mut error: &dyn std::error::Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    let problem = error.to_string();
    Fault::Interrupted { status, problem }.into()
}
