//! What changed since a client last asked.

use serde_json::{Value, json};

use crate::server::Server;

/// The link for next time, and the ids of all pages from a link on.
fn round(server: &Server, link: &str) -> (String, Vec<Value>) {
    let mut target = link.to_owned();
    let mut ids = Vec::new();
    loop {
        let page = server.get(&target).is(200);
        ids.extend(page.each("id"));
        let page = page.json();
        match (&page["@odata.nextLink"], &page["@odata.deltaLink"]) {
            (Value::String(next), _) => next.clone_into(&mut target),
            (_, Value::String(link)) => return (link.clone(), ids),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn deltas_tell_what_changed() {
    let server = Server::with_shelves(&[]);
    let first = server.get("/v1.0/shelves/delta?$top=1").is(200);
    assert_eq!(first.each("id"), ["a"]);
    let next = first.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let last = server.get(&next).is(200);
    assert_eq!(last.each("id"), ["b"]);
    let link = last.json()["@odata.deltaLink"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&link).is(200).each("id"), [Value::Null; 0]);
    server
        .send("PATCH /v1.0/shelves/b", &json!({"name": "Basement"}))
        .is(200);
    server.send("DELETE /v1.0/shelves/a", &Value::Null).is(204);
    server
        .send("POST /v1.0/shelves", &json!({"id": "c", "name": "Cellar"}))
        .is(201);
    // The size of pages stays that of the first request.
    let mut changes = Vec::new();
    let mut target = link;
    let link = loop {
        let page = server.get(&target).is(200).json();
        changes.extend(page["value"].as_array().unwrap().clone());
        match (&page["@odata.nextLink"], &page["@odata.deltaLink"]) {
            (Value::String(next), Value::Null) => next.clone_into(&mut target),
            (Value::Null, Value::String(link)) => break link.clone(),
            other => panic!("{other:?}"),
        }
    };
    let expected = [
        json!({"id": "a", "@removed": {"reason": "deleted"}}),
        json!({"@odata.etag": "W/\"1\"", "id": "b", "name": "Basement"}),
        json!({"@odata.etag": "W/\"3\"", "id": "c", "name": "Cellar", "height": 30}),
    ];
    assert_eq!(changes, expected);
    assert_eq!(server.get(&link).is(200).each("id"), [Value::Null; 0]);
    server
        .get("/v1.0/shelves/delta?$deltatoken=nonsense")
        .is(400);
}

#[test]
fn tokens_of_another_life_begin_anew() {
    let server = Server::with_shelves(&[]);
    let (link, _) = round(&server, "/v1.0/shelves/delta?$select=name&$top=1");
    let (_, target) = link.split_once("/v1.0").unwrap();
    let other = Server::with_shelves(&[]);
    let gone = other.get(&format!("/v1.0{target}")).is(410);
    assert!(gone.error().contains("syncStateNotFound"), "{}", gone.body);
    let start = gone.header("location").unwrap();
    let expected = format!(
        "http://{}/v1.0/shelves/delta?$select=name&$top=1&$deltatoken=",
        other.address
    );
    assert_eq!(start, expected);
    assert_eq!(round(&other, start).1, [Value::Null, Value::Null]);
}

#[test]
fn damaged_tokens_are_no_tokens() {
    let server = Server::with_shelves(&[]);
    let (link, _) = round(&server, "/v1.0/shelves/delta");
    for damaged in [
        link[..link.len() - 1].to_owned(),
        format!("{link}1"),
        link.replace("deltatoken=", "deltatoken=0"),
    ] {
        let refused = server.get(&damaged).is(400);
        assert_eq!(refused.header("location"), None);
    }
    server.get(&link).is(200);
}

/// One MiB has room for some traces of deletions with names as long as these, and not for more.
#[test]
fn tokens_are_too_old_when_more_went_than_is_remembered() {
    let server = Server::with_shelves(&["--max-storage", "1"]);
    let (link, _) = round(&server, "/v1.0/shelves/delta");
    let come_and_go = |at: usize| {
        let id = format!("{at}{}", "x".repeat(20_000));
        let body = json!({"id": id});
        server.send("POST /v1.0/shelves", &body).is(201);
        server
            .send(&format!("DELETE /v1.0/shelves/{id}"), &Value::Null)
            .is(204);
    };
    come_and_go(0);
    assert_eq!(round(&server, &link).1.len(), 1);
    for at in 1..40 {
        come_and_go(at);
    }
    let gone = server.get(&link).is(410);
    assert!(gone.error().contains("resyncRequired"), "{}", gone.body);
    let (link, ids) = round(&server, gone.header("location").unwrap());
    assert_eq!(ids, ["a", "b"]);
    come_and_go(40);
    assert_eq!(round(&server, &link).1.len(), 1);
}

#[test]
fn tokens_are_too_old_for_what_began_anew() {
    let server = Server::with_shelves(&[]);
    let create = || {
        let shelf = json!({"id": "c"});
        server.send("POST /v1.0/shelves", &shelf).is(201);
        let book = json!({"id": "x"});
        server.send("POST /v1.0/shelves/c/books", &book).is(201);
    };
    create();
    let (link, ids) = round(&server, "/v1.0/shelves/c/books/delta");
    assert_eq!(ids, ["x"]);
    server
        .send("PATCH /v1.0/shelves/c", &json!({"name": "Cellar"}))
        .is(200);
    let (link, ids) = round(&server, &link);
    assert!(ids.is_empty());
    // What was in the first shelf went with it, and nothing tells what.
    server.send("DELETE /v1.0/shelves/c", &Value::Null).is(204);
    server.get(&link).is(404);
    create();
    server.get(&link).is(410);
}
