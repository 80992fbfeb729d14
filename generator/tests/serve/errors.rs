//! What a request is told that makes no sense, and what goes wrong on purpose.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn errors_say_what_to_do() {
    let server = Server::with_shelves(&[]);
    let post = |body: Value| server.send("POST /v1.0/shelves", &body).error();
    let mut said = vec![
        post(Value::Null),
        post(json!([])),
        post(json!({"height": "tall"})),
        post(json!({"kind": "stone"})),
        post(json!({"colour": "red"})),
        post(json!({"colour": "red", "height": 1.5})),
    ];
    let token = ("Authorization", "Bearer x");
    let json = ("Content-Type", "application/json");
    let large = vec![b' '; (4 << 20) + 1];
    let mut say = |request: &str, headers: &[(&str, &str)], body: &[u8]| {
        said.push(server.raw(request, headers, body).error());
    };
    say("POST /v1.0/shelves", &[token, json], b"{\"name\": ");
    say(
        "POST /v1.0/shelves",
        &[token, ("Content-Type", "text/xml")],
        b"<a/>",
    );
    say("POST /v1.0/shelves", &[token], b"{}");
    say("GET /v1.0/shelves", &[], b"");
    say("GET /v1.0/shelves", &[("Authorization", "Basic x")], b"");
    say("POST /v1.0/shelves", &[token, json], &large);
    for target in [
        "/v1.0/shelves/z",
        "/v1.0/shelves/z/books",
        "/v1.0/shelve",
        "/v1.0/shelves/a/pens",
        "/beta/shelves",
        "/v2/shelves",
        "/",
        "/v1.0/shelves?$filter=name%20is%20'x'",
        "/v1.0/shelves?$filter=colour%20eq%20'x'",
        "/v1.0/shelves?$select=colour",
        "/v1.0/shelves?$orderby=colour",
        "/v1.0/shelves?$expand=name",
        "/v1.0/shelves?$top=x",
        "/v1.0/shelves?$skiptoken=x",
    ] {
        said.push(format!("{target}: {}", server.get(target).error()));
    }
    insta::assert_snapshot!(said.join("\n"));
    let refused = server.send("PUT /v1.0/shelves", &json!({})).is(405);
    assert_eq!(refused.header("allow"), Some("GET, POST"));
    let headers = [token, ("client-request-id", "mine")];
    let reply = server.raw("GET /v1.0/shelves/z", &headers, b"").is(404);
    assert_eq!(reply.header("client-request-id"), Some("mine"));
    assert_eq!(
        reply.json()["error"]["innerError"]["client-request-id"],
        "mine"
    );
}

#[test]
fn failures_repeat_with_their_seed() {
    let run = || -> Vec<u16> {
        let server =
            Server::with_shelves(&["--fail", "429:0.3", "--fail", "503:0.1", "--seed", "7"]);
        let replies: Vec<_> = (0..40).map(|_| server.get("/v1.0/shelves")).collect();
        let throttled = replies.iter().find(|reply| reply.status == 429).unwrap();
        assert_eq!(throttled.header("retry-after"), Some("1"));
        assert!(throttled.error().contains("TooManyRequests"));
        replies.iter().map(|reply| reply.status).collect()
    };
    assert_eq!(run(), run());
}

#[test]
fn latency_is_waited_for() {
    let server = Server::with_shelves(&["--latency", "150..200"]);
    let start = Instant::now();
    server.get("/v1.0/shelves").is(200);
    assert!(start.elapsed() >= Duration::from_millis(150));
}
