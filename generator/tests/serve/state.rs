//! What a service is told, it remembers.

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::server::Server;

#[test]
fn what_is_created_is_read_changed_listed_and_deleted() {
    let server = Server::with_shelves(&[]);
    assert_eq!(server.get("/v1.0/shelves").is(200).each("id"), ["a", "b"]);
    assert_eq!(
        server.get("/v1.0/shelves/b").is(200).json()["height"],
        Value::Null
    );
    let created = server
        .send("POST /v1.0/shelves", &json!({"name": "Cellar"}))
        .is(201);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 36);
    assert_eq!(created.json()["height"], 30);
    let path = format!("/v1.0/shelves/{id}");
    assert_eq!(
        created.header("location").unwrap(),
        format!("http://{}{path}", server.address)
    );
    server
        .send(
            &format!("PATCH {path}"),
            &json!({"height": 7, "kind": "vinyl"}),
        )
        .is(200);
    let read = server.get(&path).is(200).json();
    assert_eq!(
        (&read["name"], &read["height"]),
        (&json!("Cellar"), &json!(7))
    );
    assert_eq!(
        server.get(&format!("/V1.0/Shelves('{id}')")).is(200).json()["height"],
        7
    );
    assert_eq!(
        server.get("/v1.0/shelves").each("name"),
        ["Attic", "Bath", "Cellar"]
    );
    server.send(&format!("DELETE {path}"), &Value::Null).is(204);
    server.get(&path).is(404);
    server.send("DELETE /v1.0/shelves/a", &Value::Null).is(204);
    assert_eq!(server.get("/v1.0/shelves").each("name"), ["Bath"]);
    server
        .send("POST /v1.0/shelves", &json!({"id": "a", "name": "New"}))
        .is(201);
    server
        .send("POST /v1.0/shelves", &json!({"id": "a"}))
        .is(409);
    assert_eq!(server.get("/v1.0/shelves").each("name"), ["Bath", "New"]);
}

#[test]
fn items_have_the_other_keys_that_their_page_names() {
    let server = Server::with_shelves(&[]);
    assert_eq!(server.get("/v1.0/shelves/attic").is(200).json()["id"], "a");
    let change = json!({"height": 9});
    server.send("PATCH /v1.0/shelves/Attic", &change).is(200);
    assert_eq!(server.get("/v1.0/shelves/a").is(200).json()["height"], 9);
    server.get("/v1.0/shelves/20").is(404);
}

#[test]
fn collections_come_in_pages() {
    let server = Server::with_shelves(&[]);
    for at in 0..5 {
        server
            .send(
                "POST /v1.0/shelves",
                &json!({"name": format!("s{at}"), "height": at}),
            )
            .is(201);
    }
    let mut target = "/v1.0/shelves?$top=3&$count=true&$select=name".to_owned();
    let mut names = Vec::new();
    for left in [7, 4, 1] {
        let page = server.get(&target).is(200);
        assert_eq!(page.json()["@odata.count"], 7);
        names.extend(page.each("name"));
        match page.json()["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut target),
            None => assert_eq!(left, 1),
        }
    }
    assert_eq!(names, ["Attic", "Bath", "s0", "s1", "s2", "s3", "s4"]);
    assert_eq!(server.get("/v1.0/shelves/$count").is(200).body, "7");
    let wanted = "/v1.0/shelves?$filter=height%20gt%201%20and%20startswith(name,'s')&$orderby=height%20desc&$skip=1";
    assert_eq!(server.get(wanted).is(200).each("name"), ["s3", "s2"]);
    assert_eq!(
        server
            .get("/v1.0/shelves/$count?$filter=height%20gt%201")
            .is(200)
            .body,
        "4"
    );
}

#[test]
fn what_no_page_mentions_is_understood() {
    let server = Server::with_shelves(&[]);
    let books = "/v1.0/shelves/a/books";
    server
        .send(&format!("POST {books}"), &json!({"id": "x"}))
        .is(201);
    assert_eq!(server.get(&format!("{books}/$count")).is(200).body, "1");
    let headers = [
        ("Authorization", "Bearer x"),
        ("X-Forwarded-Proto", "https"),
    ];
    let page = server
        .raw("GET /v1.0/shelves?$top=1", &headers, b"")
        .is(200);
    let next = page.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    assert!(next.starts_with("https://"), "{next}");
    server.raw("HEAD /v1.0/shelves", &headers, b"").is(200);
}

#[test]
fn bytes_come_back_as_they_were() {
    let server = Server::with_shelves(&[]);
    let headers = [
        ("Authorization", "Bearer x"),
        ("Content-Type", "image/svg+xml"),
    ];
    server
        .raw("PUT /v1.0/shelves/a/photo/$value", &headers, b"<svg/>")
        .is(200);
    let photo = server.get("/v1.0/shelves/a/photo/$value").is(200);
    assert_eq!(
        (photo.body.as_str(), photo.header("content-type")),
        ("<svg/>", Some("image/svg+xml"))
    );
}

#[test]
fn any_id_is_there_if_wanted() {
    let server = Server::with_shelves(&["--any-id"]);
    let found = server.get("/v1.0/shelves/z").is(200).json();
    assert_eq!(
        (&found["id"], &found["name"]),
        (&json!("z"), &json!("Attic"))
    );
    server
        .send("PATCH /v1.0/shelves/z", &json!({"name": "Zoo"}))
        .is(200);
    assert_eq!(server.get("/v1.0/shelves/z").is(200).json()["name"], "Zoo");
    server.send("DELETE /v1.0/shelves/z", &Value::Null).is(204);
    server.get("/v1.0/shelves/z").is(404);
}

#[test]
fn data_survives_a_crash() {
    let data = tempdir().unwrap();
    let arguments = ["--data", data.path().to_str().unwrap()];
    let mut server = Server::with_shelves(&arguments);
    for at in 0..20 {
        server
            .send("POST /v1.0/shelves", &json!({"id": format!("s{at}")}))
            .is(201);
    }
    server.send("DELETE /v1.0/shelves/a", &Value::Null).is(204);
    let link = server.get("/v1.0/shelves/delta").json()["@odata.deltaLink"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, token) = link.split_once('?').unwrap();
    // This is what `kill -9` does.
    server.process.kill().unwrap();
    server.process.wait().unwrap();
    let server = Server::with_shelves(&arguments);
    assert_eq!(server.get("/v1.0/shelves/$count").is(200).body, "21");
    server
        .send("PATCH /v1.0/shelves/s3", &json!({"name": "Three"}))
        .is(200);
    assert_eq!(
        server
            .get(&format!("/v1.0/shelves/delta?{token}"))
            .is(200)
            .each("id"),
        ["s3"]
    );
}

#[test]
fn what_is_stored_is_limited() {
    let server = Server::with_shelves(&["--max-storage", "1"]);
    let body = json!({"name": "x".repeat(300_000)});
    server.send("POST /v1.0/shelves", &body).is(201);
    let refused = server.send("POST /v1.0/shelves", &body).is(507);
    assert!(
        refused.error().contains("--max-storage"),
        "{}",
        refused.body
    );
}
