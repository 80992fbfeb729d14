//! Sending again what failed, if it cannot have been done twice.
//!
//! Every wait has a bound; see [`Limits`]. `azure_core` would send anything again, whatever its method, and wait as long
//! as an answer says.

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use azure_core::{
    Uuid,
    error::ErrorKind,
    http::{
        Context, Method, Request, StatusCode,
        headers::{HeaderName, Headers, RETRY_AFTER},
        policies::{Policy, PolicyResult},
    },
    sleep::sleep,
    time::{Duration, OffsetDateTime, parse_rfc7231},
};

use super::client::Rules;

/// The bounds of all that a request may wait for.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// How often a request is sent again; 5.
    pub max_retries: u32,
    /// The wait before the first of them, if the service does not ask for another; it doubles each time. 500 ms.
    pub first_delay: Duration,
    /// The longest of these waits; 30 s.
    pub max_delay: Duration,
    /// The longest wait that the service may ask for (`Retry-After`). If it asks for more, its answer is the result: to
    /// come back earlier makes it worse. 3 minutes.
    pub max_retry_after: Duration,
    /// How long all attempts and waits may take before no further attempt is made; 5 minutes.
    pub max_elapsed: Duration,
    /// How long one attempt may take; 100 s. An answer that is streamed may take as long for its headers, and for each
    /// piece.
    pub timeout: Duration,
    /// How many bytes an answer may have that is not streamed; 256 MiB.
    pub max_body: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_retries: 5,
            first_delay: Duration::milliseconds(500),
            max_delay: Duration::seconds(30),
            max_retry_after: Duration::minutes(3),
            max_elapsed: Duration::minutes(5),
            timeout: Duration::seconds(100),
            max_body: 256 << 20,
        }
    }
}

impl Limits {
    /// How long to wait before the retry with this number, counted from 1, `elapsed` after the beginning; `None` if there
    /// is to be none.
    pub(super) fn delay(
        &self,
        retry: u32,
        retry_after: Option<Duration>,
        elapsed: Duration,
    ) -> Option<Duration> {
        if retry > self.max_retries || retry_after.is_some_and(|wait| wait > self.max_retry_after) {
            return None;
        }
        let doubled = self
            .first_delay
            .saturating_mul(2i32.saturating_pow(retry - 1));
        let delay = retry_after.unwrap_or_else(|| spread(doubled.min(self.max_delay)));
        (elapsed.saturating_add(delay) <= self.max_elapsed).then_some(delay)
    }
}

/// Something between half of a delay and all of it, so that clients which failed together do not come back together.
fn spread(delay: Duration) -> Duration {
    let random = Uuid::new_v4().as_bytes()[0];
    delay / 2 + delay * f64::from(random) / 512.0
}

/// Sends again what failed.
#[derive(Debug)]
pub(super) struct Retry(pub(super) Limits);

#[async_trait]
impl Policy for Retry {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let start = Instant::now();
        let repeatable = Rules::of(context).repeatable || is_idempotent(request.method());
        let mut retry = 0;
        loop {
            retry += 1;
            let result = next[0].send(context, request, &next[1..]).await;
            let (is_safe, wait) = match &result {
                Ok(response) => {
                    let wait = retry_after(response.headers());
                    (may_repeat(response.status(), wait, repeatable), wait)
                }
                // Without a connection, nothing was sent.
                Err(error) if *error.kind() == ErrorKind::Connection => (true, None),
                Err(error) => (repeatable && *error.kind() == ErrorKind::Io, None),
            };
            let elapsed = start.elapsed().try_into().unwrap_or(Duration::MAX);
            match self.0.delay(retry, wait, elapsed) {
                Some(delay) if is_safe => sleep(delay).await,
                _ => return result,
            }
            request.body_mut().reset().await?;
        }
    }
}

/// Whether doing it twice is doing it once (RFC 9110, section 9.2.2).
pub(super) fn is_idempotent(method: Method) -> bool {
    matches!(
        method,
        Method::Get | Method::Head | Method::Put | Method::Delete
    )
}

/// Whether a request that was answered like this may be sent again.
///
/// The service did nothing if it answers 429, 509, or 503 with `Retry-After`: Graph says so for every method
/// (<https://learn.microsoft.com/graph/throttling>, <https://learn.microsoft.com/graph/errors>). After any other error of
/// the server nobody knows what it did, so that only a request which may be done twice is sent again.
pub(super) fn may_repeat(
    status: StatusCode,
    retry_after: Option<Duration>,
    repeatable: bool,
) -> bool {
    match u16::from(status) {
        429 | 509 => true,
        503 if retry_after.is_some() => true,
        408 | 500 | 502 | 503 | 504 => repeatable,
        _ => false,
    }
}

/// How long the service asks to wait: in milliseconds, in seconds, or until a date.
pub(super) fn retry_after(headers: &Headers) -> Option<Duration> {
    let header = |name: HeaderName| headers.get_optional_str(&name).map(str::trim);
    let milliseconds = header(HeaderName::from_static("retry-after-ms"))
        .or_else(|| header(HeaderName::from_static("x-ms-retry-after-ms")))
        .and_then(|text| text.parse().ok())
        .map(Duration::milliseconds);
    let wait = milliseconds.or_else(|| {
        let text = header(RETRY_AFTER)?;
        let seconds = text.parse().ok().map(Duration::seconds);
        seconds.or_else(|| Some(parse_rfc7231(text).ok()? - OffsetDateTime::now_utc()))
    });
    wait.map(|wait| wait.max(Duration::ZERO))
}
