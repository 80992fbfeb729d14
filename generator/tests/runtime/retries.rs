//! What is sent again, and what is not.

use std::time::Instant;

use azure_core::{
    http::StatusCode,
    stream::BytesStream,
    time::{Duration, OffsetDateTime, to_rfc7231},
};

use crate::{
    runtime::{GraphErrorExt, Limits, Path},
    server::{Answer, Reply, Server, answer, json, quick},
};

const METHODS: [&str; 5] = ["GET /x", "PUT /x", "DELETE /x", "POST /x", "PATCH /x"];

/// How often a request is sent whose first answer is this one.
async fn sent(operation: &'static str, first: impl Into<Reply>) -> usize {
    let server = Server::script([first.into(), json(200, "true").into()]).await;
    let _ = server
        .path()
        .send::<bool>(operation, &"body".to_owned())
        .await;
    let received = server.received();
    assert!(received.iter().all(|request| request.text() == "\"body\""));
    received.len()
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_twice() {
    let failures = || -> Vec<Reply> {
        let mut failures: Vec<Reply> = [500, 502, 503, 504, 408]
            .map(|status| answer(status, "").into())
            .into();
        failures.extend([
            Reply::Reset,
            Reply::Cut(json(200, "tr")),
            Reply::Broken(json(200, "tr")),
        ]);
        failures
    };
    for failure in failures() {
        for operation in METHODS {
            let expected = if operation.starts_with('P') && !operation.starts_with("PUT") {
                1
            } else {
                2
            };
            assert_eq!(
                sent(operation, failure.clone()).await,
                expected,
                "{operation} {failure:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_was_not_taken_up_is_sent_again() {
    let refusals: [Answer; 4] = [
        answer(429, ""),
        answer(429, "").header("retry-after", "0"),
        answer(503, "").header("retry-after", "0"),
        answer(509, ""),
    ];
    for refusal in refusals {
        for operation in METHODS {
            assert_eq!(
                sent(operation, refusal.clone()).await,
                2,
                "{operation} {refusal:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_wrong_stays_wrong() {
    for status in [400, 403, 404, 409, 412, 501] {
        assert_eq!(sent("GET /x", answer(status, "")).await, 1, "{status}");
    }
}

#[tokio::test]
async fn the_caller_may_know_that_twice_does_no_harm() {
    let server = Server::script([answer(500, ""), json(200, "true")]).await;
    let request = server.path().request::<bool>("POST /getMemberGroups");
    assert!(request.repeatable().await.unwrap());
}

#[tokio::test]
async fn a_stream_is_sent_again_from_its_beginning() {
    let server = Server::script([answer(500, ""), json(200, "true")]).await;
    let body = BytesStream::new("content");
    let request = server
        .path()
        .upload::<bool>("PUT /x/content", body, "text/plain");
    assert!(request.await.unwrap());
    for received in server.received() {
        assert_eq!(received.header("content-length"), Some("7"));
        assert_eq!(received.text(), "content");
    }
}

#[tokio::test]
async fn there_is_an_end_of_retries() {
    let server = Server::start(|_, _| answer(503, "").into()).await;
    let error = server.path().request::<bool>("GET /x").await.unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::ServiceUnavailable));
    assert_eq!(server.received().len(), 1 + quick().max_retries as usize);
}

#[tokio::test]
async fn the_service_says_how_long_to_wait() {
    let refusals = [("retry-after-ms", "40"), ("x-ms-retry-after-ms", "40")];
    for (name, value) in refusals {
        let server = Server::script([answer(429, "").header(name, value), json(200, "true")]).await;
        let start = Instant::now();
        server.path().request::<bool>("GET /x").await.unwrap();
        assert!(start.elapsed().as_millis() >= 40);
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_the_callers() {
    let date = to_rfc7231(&(OffsetDateTime::now_utc() + Duration::days(1)));
    for wait in ["86400", &date] {
        let server = Server::script([json(429, "{}").header("retry-after", wait)]).await;
        let error = server.path().request::<bool>("GET /x").await.unwrap_err();
        assert_eq!(error.graph().unwrap().retry_after.as_deref(), Some(wait));
        assert_eq!(server.received().len(), 1);
    }
    let past = to_rfc7231(&(OffsetDateTime::now_utc() - Duration::days(1)));
    assert_eq!(
        sent("GET /x", answer(429, "").header("retry-after", past)).await,
        2
    );
}

#[tokio::test]
async fn all_waits_together_are_bounded() {
    let server = Server::start(|_, _| answer(429, "").header("retry-after-ms", "20").into()).await;
    let client = server.client_with(|options| {
        options.limits = Limits {
            max_retries: 1000,
            max_elapsed: Duration::milliseconds(100),
            ..quick()
        };
    });
    let start = Instant::now();
    assert!(Path::new(&client).request::<bool>("GET /x").await.is_err());
    assert!(start.elapsed().as_secs() < 5);
    assert!(server.received().len() <= 6);
}

#[tokio::test]
async fn retries_have_the_id_of_their_request() {
    let server = Server::script([answer(500, ""), json(200, "true")]).await;
    server.path().request::<bool>("GET /x").await.unwrap();
    let received = server.received();
    let id = |at: usize| received[at].header("client-request-id").unwrap();
    assert_eq!(id(0), id(1));
}
