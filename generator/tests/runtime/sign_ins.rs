//! Users who sign in.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use azure_core::{credentials::TokenCredential, error::ErrorKind, http::Url, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    loopback,
    server::{Answer, Received, Server, json},
    sign_in::{DeviceCodeCredential, InteractiveBrowserCredential, SignInOptions},
};

const SCOPES: &[&str] = &["https://graph.microsoft.com/.default"];

/// The fields of a form.
fn form(received: &Received) -> BTreeMap<String, String> {
    let url = Url::parse(&format!("http://x/?{}", received.text())).unwrap();
    url.query_pairs().into_owned().collect()
}

/// A token that is good for so many seconds.
fn token(name: &str, seconds: u32) -> Answer {
    json(
        200,
        format!(
            r#"{{"token_type":"Bearer","access_token":"{name}","expires_in":{seconds},"refresh_token":"r-{name}"}}"#
        ),
    )
}

fn refused(code: &str) -> Answer {
    json(
        400,
        format!(r#"{{"error":"{code}","error_description":"because"}}"#),
    )
}

fn device_code() -> Answer {
    json(
        200,
        r#"{"device_code":"d","user_code":"ABC","verification_uri":"https://x.example/","expires_in":900,"interval":0}"#,
    )
}

fn options(server: &Server) -> SignInOptions {
    SignInOptions {
        tenant: "contoso.example".into(),
        transport: loopback::to(server),
        timeout: Duration::seconds(10),
        ..SignInOptions::default()
    }
}

/// The token that a credential has.
async fn secret(credential: &impl TokenCredential) -> azure_core::Result<String> {
    let token = credential.get_token(SCOPES, None).await?;
    Ok(token.token.secret().to_owned())
}

#[tokio::test]
async fn a_user_enters_a_code_and_is_not_asked_again() {
    let server = Server::script([
        device_code(),
        refused("authorization_pending"),
        token("a", 1),
        token("b", 3600),
    ])
    .await;
    let prompts = Arc::new(Mutex::new(Vec::new()));
    let log = prompts.clone();
    let credential = DeviceCodeCredential::new("app", options(&server), move |prompt| {
        log.lock().unwrap().push(prompt.to_string());
    })
    .unwrap();
    assert_eq!(secret(&credential).await.unwrap(), "a");
    // It ends at once, and is renewed; the next one lasts.
    assert_eq!(secret(&credential).await.unwrap(), "b");
    assert_eq!(secret(&credential).await.unwrap(), "b");
    assert_eq!(
        *prompts.lock().unwrap(),
        ["To sign in, open https://x.example/ and enter the code ABC."]
    );
    let lines = server.lines();
    assert_eq!(lines[0], "POST /contoso.example/oauth2/v2.0/devicecode");
    assert_eq!(lines[3], "POST /contoso.example/oauth2/v2.0/token");
    let received = server.received();
    assert_eq!(
        form(&received[0])["scope"],
        "https://graph.microsoft.com/.default offline_access"
    );
    assert_eq!(form(&received[3])["grant_type"], "refresh_token");
    assert_eq!(form(&received[3])["refresh_token"], "r-a");
    assert!(!format!("{credential:?}").contains("r-a"));
}

#[tokio::test]
async fn a_user_is_asked_again_if_the_authority_says_so() {
    let server = Server::script([
        device_code(),
        token("a", 1),
        refused("invalid_grant"),
        device_code(),
        token("b", 3600),
    ])
    .await;
    let credential = DeviceCodeCredential::new("app", options(&server), |_| {}).unwrap();
    assert_eq!(secret(&credential).await.unwrap(), "a");
    assert_eq!(secret(&credential).await.unwrap(), "b");
}

#[tokio::test]
async fn a_refusal_says_why() {
    let server =
        Server::script([device_code(), refused("access_denied"), json(200, "<html>")]).await;
    let credential = DeviceCodeCredential::new("app", options(&server), |_| {}).unwrap();
    let error = secret(&credential).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Credential);
    assert!(error.to_string().contains("because"), "{error}");
    let error = secret(&credential).await.unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn the_authority_is_asked_over_tls() {
    let options = SignInOptions {
        authority_host: "http://login.example".into(),
        ..SignInOptions::default()
    };
    assert!(DeviceCodeCredential::new("app", options, |_| {}).is_err());
}

/// What a browser gets from the program after the sign-in at `url`, if it brings back these parameters.
async fn browse(url: &Url, parameters: &str) -> String {
    let sent: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(sent["code_challenge_method"], "S256");
    let address = sent["redirect_uri"].replace("http://localhost", "127.0.0.1");
    let target = parameters.replace("STATE", &sent["state"]);
    let mut stream = TcpStream::connect(address.trim_end_matches('/'))
        .await
        .unwrap();
    let request = format!("GET /?{target} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_user_signs_in_in_a_browser() {
    let server = Server::script([token("a", 3600)]).await;
    let credential = InteractiveBrowserCredential::new("app", options(&server), |url| {
        let url = url.clone();
        tokio::spawn(async move {
            // Others on this machine may knock as well.
            let stranger = browse(&url, "code=evil&state=guess").await;
            assert!(stranger.starts_with("HTTP/1.1 404"), "{stranger}");
            let answer = browse(&url, "code=c0de&state=STATE").await;
            assert!(answer.ends_with("go back to the program."), "{answer}");
        });
    })
    .unwrap();
    assert_eq!(secret(&credential).await.unwrap(), "a");
    let form = form(&server.received()[0]);
    assert_eq!(form["code"], "c0de");
    assert!(form["code_verifier"].len() >= 43);
    assert!(form["redirect_uri"].starts_with("http://localhost:"));
}

#[tokio::test]
async fn a_user_may_refuse_or_go_away() {
    let server = Server::script::<Answer>([]).await;
    let credential = InteractiveBrowserCredential::new("app", options(&server), |url| {
        let url = url.clone();
        tokio::spawn(async move {
            browse(
                &url,
                "error=access_denied&error_description=no+thanks&state=STATE",
            )
            .await;
        });
    })
    .unwrap();
    let error = secret(&credential).await.unwrap_err();
    assert!(
        error.to_string().contains("access_denied: no thanks"),
        "{error}"
    );

    let options = SignInOptions {
        timeout: Duration::milliseconds(50),
        ..options(&server)
    };
    let credential = InteractiveBrowserCredential::new("app", options, |_| {}).unwrap();
    let error = secret(&credential).await.unwrap_err();
    assert!(error.to_string().contains("nobody signed in"), "{error}");
    assert!(server.received().is_empty());
}
