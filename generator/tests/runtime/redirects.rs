//! Redirects, and what is taken along.

use std::sync::{Arc, OnceLock};

use azure_core::time::Duration;

use crate::{
    loopback,
    runtime::{Content, Fault, GraphErrorExt, Path},
    server::{Credential, Server, answer, json},
};

#[tokio::test]
async fn content_is_elsewhere_and_the_token_stays() {
    let storage = Server::start(|_, _| answer(200, "content").into()).await;
    let place = format!("{}/file?sig=1", storage.origin());
    let server =
        Server::start(move |_, _| answer(302, "").header("location", &*place).into()).await;
    let content = server
        .path()
        .request::<Content>("GET /content")
        .await
        .unwrap();
    assert_eq!(&content.0[..], b"content");
    assert_eq!(
        server.received()[0].header("authorization"),
        Some("Bearer token-1")
    );
    let asked = &storage.received()[0];
    assert_eq!(asked.target, "/file?sig=1");
    assert_eq!(asked.header("authorization"), None);
}

#[tokio::test]
async fn a_token_does_not_come_back_from_elsewhere() {
    let elsewhere = Arc::new(OnceLock::new());
    let place = elsewhere.clone();
    let server = Server::start(move |request, _| match request.target.as_str() {
        "/v1.0/a" => answer(302, "")
            .header("location", place.get().cloned().unwrap_or_default())
            .into(),
        _ => json(200, "true").into(),
    })
    .await;
    let back = format!("{}/v1.0/b", server.origin());
    let other = Server::start(move |_, _| answer(302, "").header("location", &*back).into()).await;
    elsewhere.set(other.origin()).unwrap();
    assert!(server.path().request::<bool>("GET /a").await.unwrap());
    let tokens = server.received().into_iter();
    let tokens: Vec<_> = tokens
        .map(|request| request.header("authorization").is_some())
        .collect();
    assert_eq!(tokens, [true, false]);
}

#[tokio::test]
async fn within_the_service_the_token_goes_along() {
    let server = Server::script([
        answer(307, "").header("location", "/v1.0/b?x=1"),
        json(200, "true"),
    ])
    .await;
    assert!(server.path().request::<bool>("GET /a").await.unwrap());
    assert_eq!(server.lines(), ["GET /v1.0/a", "GET /v1.0/b?x=1"]);
    assert!(server.received()[1].header("authorization").is_some());
}

#[tokio::test]
async fn methods_follow_the_rules() {
    for (status, operation, expected, body) in [
        (301, "POST /a", "GET /v1.0/b", ""),
        (302, "POST /a", "GET /v1.0/b", ""),
        (303, "POST /a", "GET /v1.0/b", ""),
        (303, "PUT /a", "GET /v1.0/b", ""),
        (302, "PATCH /a", "PATCH /v1.0/b", "\"body\""),
        (307, "POST /a", "POST /v1.0/b", "\"body\""),
        (308, "POST /a", "POST /v1.0/b", "\"body\""),
    ] {
        let moved = answer(status, "").header("location", "b");
        let server = Server::script([moved, json(200, "true")]).await;
        let request = server.path().send::<bool>(operation, &"body".to_owned());
        assert!(request.await.unwrap());
        assert_eq!(server.lines()[1], expected, "{status}");
        let received = &server.received()[1];
        assert_eq!(received.text(), body, "{status}");
        assert_eq!(received.header("content-type").is_some(), !body.is_empty());
    }
}

#[tokio::test]
async fn a_change_is_not_sent_elsewhere() {
    let other = Server::start(|_, _| json(200, "true").into()).await;
    let place = other.origin();
    let server =
        Server::start(move |_, _| answer(307, "").header("location", &*place).into()).await;
    let request = server.path().send::<bool>("POST /a", &"body".to_owned());
    let error = request.await.unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::Redirect { .. })),
        "{error}"
    );
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let server = Server::start(|_, _| answer(302, "").header("location", "/v1.0/a").into()).await;
    let error = server.path().request::<bool>("GET /a").await.unwrap_err();
    assert_eq!(
        error.fault(),
        Some(&Fault::TooManyRedirects { followed: 5 })
    );
    assert_eq!(server.received().len(), 6);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_error() {
    let server = Server::script([
        answer(302, ""),
        answer(302, "").header("location", "http://["),
    ])
    .await;
    let request = || server.path().request::<bool>("GET /a");
    assert_eq!(request().await.unwrap_err().graph().unwrap().status, 302);
    let error = request().await.unwrap_err();
    assert!(matches!(error.fault(), Some(Fault::Link { .. })), "{error}");
}

#[tokio::test]
async fn the_protection_of_tls_is_not_left() {
    for place in ["http://graph.example/v1.0/b", "http://127.0.0.1/b"] {
        let server =
            Server::start(move |_, _| answer(302, "").header("location", place).into()).await;
        let client = server.client_as(Credential::new(Duration::hours(1)), |options| {
            options.endpoint = Some("https://graph.example/v1.0".into());
            options.client_options.transport = Some(loopback::to(&server));
        });
        let error = Path::new(&client)
            .request::<bool>("GET /a")
            .await
            .unwrap_err();
        assert!(
            matches!(error.fault(), Some(Fault::Redirect { .. })),
            "{error}"
        );
        assert_eq!(server.received().len(), 1);
    }
}
