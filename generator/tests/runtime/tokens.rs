//! Tokens: where they go, and when there is a new one.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::ErrorKind,
    time::Duration,
};
use futures::TryStreamExt;

use crate::{
    runtime::{Fault, GraphClient, GraphClientOptions, GraphErrorExt, Page, Path},
    server::{Credential, Server, answer, json},
};

#[test]
fn plain_http_is_refused_unless_it_stays_here() {
    let client = |endpoint: &str, allow_plain_http_to_loopback| {
        let options = GraphClientOptions {
            endpoint: Some(endpoint.to_owned()),
            allow_plain_http_to_loopback,
            ..GraphClientOptions::default()
        };
        GraphClient::new(Credential::new(Duration::hours(1)), Some(options))
    };
    for (endpoint, allowed) in [
        ("http://graph.microsoft.com/v1.0", true),
        ("http://127.0.0.1.example/v1.0", true),
        ("http://localhost:1/v1.0", false),
        ("ftp://localhost/v1.0", true),
    ] {
        let error = client(endpoint, allowed).unwrap_err();
        assert!(
            matches!(error.fault(), Some(Fault::PlainHttp { .. })),
            "{endpoint}"
        );
    }
    for endpoint in [
        "http://localhost:1",
        "http://[::1]:1/v1.0",
        "http://127.0.0.1/v1.0",
    ] {
        assert!(client(endpoint, true).is_ok(), "{endpoint}");
    }
}

#[tokio::test]
async fn one_token_serves_many_requests() {
    let server = Server::start(|_, _| json(200, "true").into()).await;
    let credential = Credential::new(Duration::hours(1));
    let path = Path::new(&server.client_as(credential.clone(), |_| {}));
    let requests = (0..8).map(|_| path.request::<bool>("GET /me").into_future());
    futures::future::try_join_all(requests).await.unwrap();
    assert_eq!(credential.asked(), 1);
}

#[tokio::test]
async fn a_token_that_ends_while_pages_are_read_is_replaced() {
    let server = Server::start(|request, at| {
        let next = if at < 2 {
            r#","@odata.nextLink":"?$skip=N""#.replace('N', &at.to_string())
        } else {
            String::new()
        };
        assert_eq!(
            request.header("authorization"),
            Some(&*format!("Bearer token-{}", at + 1))
        );
        json(200, format!(r#"{{"value":[{at}]{next}}}"#)).into()
    })
    .await;
    let credential = Credential::new(Duration::seconds(1));
    let path = Path::new(&server.client_as(credential.clone(), |_| {}));
    let pager = path.request::<Page<i32>>("GET /n").into_pager();
    assert_eq!(pager.try_collect::<Vec<_>>().await.unwrap(), [0, 1, 2]);
    assert_eq!(credential.asked(), 3);
}

/// Has no token.
#[derive(Debug)]
struct Nobody;

#[async_trait]
impl TokenCredential for Nobody {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let message = "nobody is signed in";
        Err(azure_core::Error::with_message(
            ErrorKind::Credential,
            message,
        ))
    }
}

#[tokio::test]
async fn a_failed_sign_in_speaks_for_itself() {
    let client = GraphClient::new(Arc::new(Nobody), None).unwrap();
    let error = Path::new(&client)
        .request::<bool>("GET /me")
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "nobody is signed in");
    assert_eq!(*error.kind(), ErrorKind::Credential);
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_once() {
    let server = Server::start(|request, _| match request.header("authorization") {
        Some("Bearer token-1") => answer(401, "").into(),
        _ => json(200, "true").into(),
    })
    .await;
    let request = server.path().send::<bool>("POST /x", &"body".to_owned());
    assert!(request.await.unwrap());
    assert_eq!(server.received()[1].text(), "\"body\"");

    let server = Server::start(|_, _| answer(401, "").into()).await;
    let error = server.path().request::<bool>("GET /x").await.unwrap_err();
    assert!(error.to_string().contains("sign in again"), "{error}");
    assert_eq!(server.received().len(), 2);
}
