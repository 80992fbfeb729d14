//! What services answer, and what becomes of it.

use std::time::Instant;

use azure_core::{
    error::ErrorKind,
    http::{StatusCode, headers::HeaderName},
    time::Duration,
};
use futures::TryStreamExt;

use crate::{
    runtime::{
        Content, Fault, GraphClient, GraphClientOptions, GraphErrorExt, Limits, NationalCloud, Path,
    },
    server::{Answer, Credential, Reply, Server, answer, json, quick},
};

/// The error of a `GET` that is answered like this.
async fn error_of(reply: impl Into<Reply>) -> azure_core::Error {
    let reply = reply.into();
    let server = Server::start(move |_, _| reply.clone()).await;
    server
        .path()
        .request::<String>("GET /me")
        .await
        .unwrap_err()
}

#[tokio::test]
async fn an_error_object_is_read_with_its_escapes() {
    let body = r#"{"error":{"code":"Request_BadRequest","message":"no \"x\"\r\n\u00fc","details":null,
        "innerError":{"code":"inner","request-id":"7","innererror":{"code":"innermost"}}}}"#;
    let error = error_of(json(400, body)).await;
    let graph = error.graph().unwrap();
    assert_eq!(graph.code, "Request_BadRequest");
    assert_eq!(graph.message, "no \"x\"\r\n\u{fc}");
    assert_eq!(graph.inner_codes, ["inner", "innermost"]);
    assert_eq!(graph.request_id.as_deref(), Some("7"));
    assert_eq!(error.http_status(), Some(StatusCode::BadRequest));
}

#[tokio::test]
async fn a_throttled_program_is_told_what_to_do() {
    let body = r#"{"error":{"code":"TooManyRequests","message":"slow down"}}"#;
    let error = error_of(json(429, body).header("retry-after", "3600")).await;
    let message = error.to_string();
    assert!(
        message.contains("send fewer at a time") && message.contains("wait for 3600 s"),
        "{message}"
    );
}

#[tokio::test]
async fn a_page_of_a_gateway_is_named() {
    let page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
    let error = error_of(answer(502, page).header("content-type", "text/html")).await;
    assert_eq!(error.http_status(), Some(StatusCode::BadGateway));
    let message = error.to_string();
    assert!(
        message.contains("(text/html)") && message.contains("502 Bad Gateway"),
        "{message}"
    );
}

#[tokio::test]
async fn an_empty_500_is_an_error_with_its_status() {
    let error = error_of(answer(500, "")).await;
    assert_eq!(error.graph().unwrap().status, 500);
    assert_eq!(error.to_string(), "the service answered with status 500");
}

#[tokio::test]
async fn a_sign_in_page_instead_of_json_is_named() {
    let page = "<html><title>Sign in to the hotel</title>";
    let error = error_of(answer(200, page).header("content-type", "text/html")).await;
    let Some(Fault::Unreadable {
        status,
        content_type,
        problem,
    }) = error.fault()
    else {
        panic!("{error}");
    };
    assert_eq!(*status, StatusCode::Ok);
    assert_eq!(content_type.as_deref(), Some("text/html"));
    assert!(problem.contains("Sign in to the hotel"), "{problem}");
}

#[tokio::test]
async fn a_truncated_value_is_an_error_that_holds_no_values() {
    let error = error_of(json(200, r#"{"value":"secret"#)).await;
    let message = error.to_string();
    assert!(
        matches!(error.fault(), Some(Fault::Unreadable { .. })),
        "{message}"
    );
    assert!(!message.contains("secret"), "{message}");
}

#[tokio::test]
async fn a_truncated_body_is_an_error() {
    for reply in [Reply::Cut, Reply::Broken] {
        let error = error_of(reply(json(200, r#"{"value":"#))).await;
        assert!(
            matches!(
                error.fault(),
                Some(Fault::Interrupted {
                    status: StatusCode::Ok,
                    ..
                })
            ),
            "{error}"
        );
        assert_eq!(*error.kind(), ErrorKind::Io);
    }
}

#[tokio::test]
async fn json_of_another_type_is_read() {
    let server =
        Server::script([answer(200, r#"{"value":"a"}"#).header("content-type", "text/plain")])
            .await;
    assert_eq!(
        server.path().request::<String>("GET /me").await.unwrap(),
        "a"
    );
}

#[tokio::test]
async fn no_content_does_not_lose_the_success() {
    let server = Server::start(|_, _| answer(204, "").header("etag", "\"1\"").into()).await;
    let request = || server.path().request::<String>("PATCH /me");
    let error = request().await.unwrap_err();
    assert_eq!(
        error.fault(),
        Some(&Fault::NoContent {
            status: StatusCode::NoContent
        })
    );
    assert_eq!(request().optional().await.unwrap(), None);
    let response = request().send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NoContent);
    let etag = response
        .headers()
        .get_optional_str(&HeaderName::from_static("etag"));
    assert_eq!(etag, Some("\"1\""));
}

#[tokio::test]
async fn duplicate_headers_do_no_harm() {
    let twice = json(429, "{}")
        .header("retry-after", "0")
        .header("retry-after", "0");
    let replies: [Answer; 2] = [
        twice,
        json(200, r#""a""#).header("etag", "1").header("etag", "2"),
    ];
    let server = Server::script(replies).await;
    assert_eq!(
        server.path().request::<String>("GET /me").await.unwrap(),
        "a"
    );
}

#[tokio::test]
async fn ids_stay_in_their_segment() {
    let server = Server::start(|_, _| json(200, "true").into()).await;
    for (id, expected) in [
        ("a/b", "a%2Fb"),
        ("adele vance@contoso.com", "adele%20vance@contoso.com"),
        ("a?b#c%d", "a%3Fb%23c%25d"),
        ("\u{e4}", "%C3%A4"),
    ] {
        server
            .path()
            .with(id)
            .request::<bool>("GET /users/{id}/x")
            .await
            .unwrap();
        let line = server.lines().pop().unwrap();
        assert_eq!(line, format!("GET /v1.0/users/{expected}/x"));
    }
}

#[tokio::test]
async fn every_request_says_who_sends_it() {
    let server = Server::start(|_, _| json(200, "true").into()).await;
    for _ in 0..2 {
        server.path().request::<bool>("GET /me").await.unwrap();
    }
    let received = server.received();
    let id = |at: usize| received[at].header("client-request-id").unwrap();
    assert_eq!(id(0).len(), 36);
    assert_ne!(id(0), id(1));
    let version = received[0].header("sdkversion").unwrap();
    assert!(version.contains("hostOS="), "{version}");
    assert!(received[0].header("user-agent").is_some());
}

#[tokio::test]
async fn an_endless_answer_ends() {
    let endless = Reply::Zeros {
        count: u64::MAX,
        has_length: false,
    };
    let server = Server::start(move |_, _| endless.clone()).await;
    let client = server.client_with(|options| {
        options.limits = Limits {
            max_body: 10_000_000,
            ..quick()
        };
    });
    let error = Path::new(&client)
        .request::<String>("GET /me")
        .await
        .unwrap_err();
    assert_eq!(error.fault(), Some(&Fault::TooLarge { limit: 10_000_000 }));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_silent_service_is_not_waited_for() {
    let server = Server::start(|_, _| Reply::Silent).await;
    let timeout = Duration::milliseconds(30);
    let client = server.client_with(|options| options.limits = Limits { timeout, ..quick() });
    let start = Instant::now();
    let error = Path::new(&client)
        .request::<()>("POST /me")
        .await
        .unwrap_err();
    assert_eq!(error.fault(), Some(&Fault::Timeout { after: timeout }));
    assert_eq!(server.received().len(), 1);
    assert!(start.elapsed().as_secs() < 5);
}

#[tokio::test]
async fn a_service_that_stops_is_not_waited_for() {
    let stalled = || Reply::Stalled(answer(200, "abc"));
    let server = Server::start(move |_, _| stalled()).await;
    let download = || {
        let request = server.path().request::<Content>("GET /file");
        request.timeout(Duration::milliseconds(50))
    };
    let mut pieces = download().stream().await.unwrap().into_body();
    assert_eq!(&pieces.try_next().await.unwrap().unwrap()[..], b"abc");
    let timeout = Some(&Fault::Timeout {
        after: Duration::milliseconds(50),
    });
    assert_eq!(pieces.try_next().await.unwrap_err().fault(), timeout);
    assert_eq!(download().await.unwrap_err().fault(), timeout);
}

#[tokio::test]
async fn preferences_add_up_and_headers_have_names() {
    let server = Server::start(|_, _| json(200, "true").into()).await;
    let request = || server.path().request::<bool>("PATCH /me");
    let preferred = request().prefer("a").prefer("b=1").if_match("\"1\"");
    assert!(preferred.await.unwrap());
    let received = &server.received()[0];
    assert_eq!(received.header("prefer"), Some("a, b=1"));
    assert_eq!(received.header("if-match"), Some("\"1\""));
    for (name, value) in [("\u{c4}", "x"), ("a b", "x"), ("a", "b\r\nc: d")] {
        assert!(request().header(name, value).await.is_err(), "{name}");
    }
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn two_gigabytes_are_streamed() {
    const SIZE: u64 = 2 << 30;
    let server = Server::start(|_, _| Reply::Zeros {
        count: SIZE,
        has_length: true,
    })
    .await;
    let download = || server.path().request::<Content>("GET /file/content");
    let mut pieces = download().stream().await.unwrap().into_body();
    let (mut size, mut largest) = (0, 0);
    while let Some(piece) = pieces.try_next().await.unwrap() {
        size += piece.len() as u64;
        largest = largest.max(piece.len());
    }
    assert_eq!(size, SIZE);
    assert!(largest < 10 << 20, "a piece of {largest} bytes");
    // In one piece, it is refused before it fills the memory.
    let error = download().await.unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::TooLarge { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_refused_download_is_a_graph_error() {
    let body = r#"{"error":{"code":"itemNotFound","message":"gone"}}"#;
    let server = Server::script([json(404, body)]).await;
    let error = server
        .path()
        .request::<Content>("GET /file")
        .stream()
        .await
        .unwrap_err();
    assert_eq!(error.graph().unwrap().code, "itemNotFound");
}

#[tokio::test]
async fn a_download_that_breaks_off_is_an_error() {
    let server = Server::script([Reply::Cut(answer(200, "abc"))]).await;
    let body = server
        .path()
        .request::<Content>("GET /file")
        .stream()
        .await
        .unwrap()
        .into_body();
    assert!(
        body.try_fold(0, async |size, piece| Ok(size + piece.len()))
            .await
            .is_err()
    );
}

#[test]
fn clouds_have_their_own_endpoints() {
    let endpoint = |options| {
        let credential = Credential::new(Duration::hours(1));
        GraphClient::new(credential, Some(options))
            .unwrap()
            .endpoint()
            .to_owned()
    };
    let mut options = GraphClientOptions::default();
    assert_eq!(
        endpoint(options.clone()),
        "https://graph.microsoft.com/v1.0"
    );
    options.client_options.cloud = Some(std::sync::Arc::new(
        azure_core::cloud::CloudConfiguration::AzureGovernment,
    ));
    assert_eq!(endpoint(options.clone()), "https://graph.microsoft.us/v1.0");
    options.cloud = Some(NationalCloud::China);
    assert_eq!(
        endpoint(options.clone()),
        "https://microsoftgraph.chinacloudapi.cn/v1.0"
    );
    options.endpoint = Some("https://graph.example/beta/".into());
    assert_eq!(endpoint(options), "https://graph.example/beta");
}
