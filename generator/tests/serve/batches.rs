//! Many requests in one.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Reply, Server};

/// Sends requests in a batch of v1.0.
fn batch(server: &Server, requests: &Value) -> Reply {
    let body = json!({"requests": requests});
    server.send("POST /v1.0/$batch", &body)
}

/// Ids and statuses.
fn statuses(reply: &Reply) -> Vec<(String, u64)> {
    let json = reply.json();
    let responses = json["responses"].as_array().unwrap().iter();
    responses
        .map(|it| {
            let id = it["id"].as_str().unwrap().to_owned();
            (id, it["status"].as_u64().unwrap())
        })
        .collect()
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    let pairs = expected
        .iter()
        .map(|(id, status)| ((*id).to_owned(), *status));
    pairs.collect()
}

#[test]
fn each_request_is_answered_as_on_its_own() {
    let server = Server::with_shelves(&[]);
    let json_body = json!({"Content-Type": "application/json"});
    let reply = batch(
        &server,
        &json!([
            {"id": "1", "method": "GET", "url": "/shelves?$select=name&$top=1"},
            {"id": "2", "method": "POST", "url": "shelves", "headers": json_body, "body": {"id": "c", "name": "Cellar"}},
            {"id": "3", "method": "patch", "url": "/shelves/c", "headers": json_body, "body": {"height": "tall"}},
            {"id": "4", "method": "DELETE", "url": "/shelves/b"},
            {"id": "5", "method": "GET", "url": "/shelves/$count"},
            {"id": "six", "method": "HEAD", "url": "/shelves/a"},
            {"id": "7", "method": "GET", "url": "/pens"},
            {"id": "8", "method": "GET", "url": "/shelves/a", "headers": {"If-None-Match": "W/\"0\""}},
        ]),
    )
    .is(200);
    let expected = [
        ("1", 200),
        ("2", 201),
        ("3", 400),
        ("4", 204),
        ("5", 200),
        ("six", 200),
        ("7", 400),
        ("8", 304),
    ];
    assert_eq!(statuses(&reply), pairs(&expected));
    let json = reply.json();
    let at = |at: usize| &json["responses"][at];
    assert_eq!(at(0)["body"]["value"][0]["name"], "Attic");
    let next = at(0)["body"]["@odata.nextLink"].as_str().unwrap();
    assert_eq!(server.get(next).is(200).each("name"), ["Cellar"]);
    let location = format!("http://{}/v1.0/shelves/c", server.address);
    assert_eq!(at(1)["headers"]["Location"], location);
    assert_eq!(at(1)["headers"]["Etag"], at(1)["body"]["@odata.etag"]);
    let message = at(2)["body"]["error"]["message"].as_str().unwrap();
    assert!(message.contains("/height"), "{message}");
    assert_eq!(at(3).get("body"), None);
    // What is no JSON is base 64: this is `2`.
    assert_eq!(at(4)["body"], "Mg==");
    assert_eq!(at(5).get("body"), None);
    assert_eq!(at(7).get("body"), None);
}

#[test]
fn bytes_travel_in_base_64() {
    let server = Server::with_shelves(&[]);
    let photo = "/shelves/a/photo/$value";
    let reply = batch(
        &server,
        &json!([
            {"id": "1", "method": "PUT", "url": photo, "headers": {"content-type": "image/png"}, "body": "-_-_YQ"},
            {"id": "2", "method": "GET", "url": photo, "dependsOn": ["1"]},
        ]),
    );
    let json = reply.is(200).json();
    assert_eq!(json["responses"][1]["body"], "+/+/YQ==");
    assert_eq!(json["responses"][1]["headers"]["Content-Type"], "image/png");
}

#[test]
fn requests_wait_for_those_that_they_depend_on() {
    let server = Server::with_shelves(&[]);
    let headers = json!({"Content-Type": "application/json"});
    let reply = batch(
        &server,
        &json!([
            {"id": "read", "method": "GET", "url": "/shelves/c", "dependsOn": ["change"]},
            {"id": "change", "method": "PATCH", "url": "/shelves/c", "headers": headers, "body": {"height": 3}, "dependsOn": ["create"]},
            {"id": "create", "method": "POST", "url": "/shelves", "headers": headers, "body": {"id": "c"}},
            {"id": "fails", "method": "GET", "url": "/shelves/z", "dependsOn": ["create"]},
            {"id": "unmet", "method": "DELETE", "url": "/shelves/c", "dependsOn": ["create", "fails"]},
            {"id": "last", "method": "DELETE", "url": "/shelves/c", "dependsOn": ["unmet"]},
        ]),
    )
    .is(200);
    let expected = [
        ("read", 200),
        ("change", 200),
        ("create", 201),
        ("fails", 404),
        ("unmet", 424),
        ("last", 424),
    ];
    assert_eq!(statuses(&reply), pairs(&expected));
    assert_eq!(reply.json()["responses"][0]["body"]["height"], 3);
    server.get("/v1.0/shelves/c").is(200);
}

#[test]
fn batches_that_make_no_sense_change_nothing() {
    let server = Server::with_shelves(&[]);
    let get = |id: &str| json!({"id": id, "method": "GET", "url": "/shelves"});
    let create = json!({"id": "1", "method": "POST", "url": "/shelves", "headers": {"content-type": "application/json"}, "body": {"id": "c"}});
    let with = |more: Value| {
        let mut request = get("2");
        let more = more.as_object().unwrap().clone();
        request.as_object_mut().unwrap().extend(more);
        json!([create, request])
    };
    let many = |count: usize| -> Value { (0..count).map(|at| get(&at.to_string())).collect() };
    let said = [
        json!([]),
        many(21),
        json!({}),
        json!([create, {"method": "GET", "url": "/shelves"}]),
        json!([create, get("1")]),
        json!([create, get("")]),
        with(json!({"id": 7})),
        with(json!({"dependsOn": ["3"]})),
        json!([
            create,
            {"id": "2", "method": "GET", "url": "/shelves", "dependsOn": ["3"]},
            {"id": "3", "method": "GET", "url": "/shelves", "dependsOn": ["2", "1"]},
        ]),
        with(json!({"url": "/$batch", "method": "POST"})),
        with(json!({"url": "https://graph.microsoft.com/beta/%24batch?x=1"})),
        with(json!({"body": {}})),
        with(json!({"body": "?", "headers": {"content-type": "image/png"}})),
        with(json!({"headers": {"a b": "c"}})),
        with(json!({"atomicityGroup": "g"})),
    ]
    .map(|requests| batch(&server, &requests).is(400).error());
    insta::assert_snapshot!(said.join("\n"));
    assert_eq!(statuses(&batch(&server, &many(20)).is(200)).len(), 20);
    assert_eq!(server.get("/v1.0/shelves/$count").is(200).body, "2");
    let refused = server.get("/v1.0/$batch").is(405);
    assert_eq!(refused.header("allow"), Some("POST"));
}

#[test]
fn a_batch_is_sent_by_one_person_to_one_version() {
    let server = Server::with_shelves(&[]);
    let requests = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/shelves/a", "headers": {"Authorization": "Basic y"}},
        {"id": "2", "method": "GET", "url": "https://graph.microsoft.com/v1.0/shelves/a"},
    ]});
    let expected = pairs(&[("1", 200), ("2", 200)]);
    let reply = server.send("POST /v1.0/$batch", &requests).is(200);
    assert_eq!(statuses(&reply), expected);
    let reply = server.send("POST /$batch", &requests).is(200);
    assert_eq!(statuses(&reply), expected);
    let reply = server.send("POST /beta/$batch", &requests).is(200);
    assert_eq!(statuses(&reply), pairs(&[("1", 404), ("2", 200)]));
    let versions = json!({"requests": [{"id": "1", "method": "GET", "url": "/v1.0/shelves/a"}]});
    let reply = server.send("POST /$batch", &versions).is(200);
    assert_eq!(statuses(&reply), pairs(&[("1", 200)]));
    let json = ("Content-Type", "application/json");
    let body = requests.to_string();
    server
        .raw("POST /v1.0/$batch", &[json], body.as_bytes())
        .is(401);
}

#[test]
fn requests_in_batches_fail_and_wait_as_others() {
    let failing = ["--fail", "429:0.5", "--seed", "7"];
    let requests: Value = (0..20)
        .map(|at| json!({"id": at.to_string(), "method": "GET", "url": "/shelves"}))
        .collect();
    let run = || {
        let server = Server::with_shelves(&failing);
        let replies = (0..10).map(|_| batch(&server, &requests));
        let answered: Vec<_> = replies.filter(|it| it.status == 200).collect();
        assert!(!answered.is_empty());
        let json = answered[0].json();
        let responses = json["responses"].as_array().unwrap().clone();
        let throttled = responses.iter().find(|it| it["status"] == 429).unwrap();
        assert_eq!(throttled["headers"]["Retry-After"], "1");
        answered.iter().map(statuses).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());

    let server = Server::with_shelves(&["--latency", "100"]);
    let start = Instant::now();
    batch(
        &server,
        &json!([
            {"id": "1", "method": "GET", "url": "/shelves"},
            {"id": "2", "method": "GET", "url": "/shelves", "dependsOn": ["1"]},
            {"id": "3", "method": "GET", "url": "/shelves"},
        ]),
    )
    .is(200);
    // That of the batch, and those of the longest chain in it.
    assert!(start.elapsed() >= Duration::from_millis(300));
}
