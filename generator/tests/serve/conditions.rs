//! Entity tags, and requests that are meant for one state only.

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn every_entity_has_a_tag_that_changes_with_it() {
    let server = Server::with_shelves(&[]);
    let shown = server.get("/v1.0/shelves/a").is(200).tag();
    assert_eq!(server.get("/v1.0/shelves/a").is(200).tag(), shown);
    let body = json!({"id": "c", "name": "Cellar"});
    let created = server.send("POST /v1.0/shelves", &body).is(201).tag();
    let change = json!({"height": 3});
    let changed = server.send("PATCH /v1.0/shelves/c", &change).is(200).tag();
    assert_ne!(created, changed);
    assert_eq!(server.get("/v1.0/shelves/c").is(200).tag(), changed);
    let listed = server.get("/v1.0/shelves?$select=name").is(200);
    let expected = [json!(shown), json!(shown), json!(changed)];
    assert_eq!(listed.each("@odata.etag"), expected);
    assert_eq!(listed.header("etag"), None);
    // The same requests bring the same tags.
    let other = Server::with_shelves(&[]);
    let again = other.send("POST /v1.0/shelves", &body).is(201).tag();
    assert_eq!(again, created);
}

#[test]
fn what_is_read_can_be_written_as_it_is() {
    let server = Server::with_shelves(&[]);
    let read = server.get("/v1.0/shelves/a").is(200);
    let changed = server.send("PATCH /v1.0/shelves/a", &read.json()).is(200);
    assert_eq!(changed.body.matches("@odata.etag").count(), 1);
    assert_eq!(changed.body.matches("@odata.context").count(), 1);
    assert_ne!(changed.tag(), read.tag());
}

#[test]
fn changes_are_made_to_the_state_that_they_name() {
    let server = Server::with_shelves(&[]);
    let path = "/v1.0/shelves/a";
    let old = server.get(path).tag();
    let patch = |tags: &[(&str, &str)], height: u8| {
        server.send_with(&format!("PATCH {path}"), tags, &json!({"height": height}))
    };
    let now = patch(&[("If-Match", &old)], 1).is(200).tag();
    let refused = patch(&[("If-Match", &old)], 2).is(412);
    assert!(refused.error().contains("preconditionFailed"));
    assert_eq!(server.get(path).json()["height"], 1);
    // A list, a strong tag of the same text, several headers, and whatever is there.
    let list = format!("\"nine, ten\" , {old},, {now}");
    let next = patch(&[("If-Match", &list)], 3).is(200).tag();
    let strong = next.trim_start_matches("W/").to_owned();
    let next = patch(&[("If-Match", &strong)], 4).is(200).tag();
    patch(&[("If-Match", &old), ("If-Match", &next)], 5).is(200);
    let next = patch(&[("If-Match", "*")], 6).is(200).tag();
    patch(&[("If-Match", "6")], 7).is(400);
    patch(&[("If-None-Match", &next)], 7).is(412);
    patch(&[("If-None-Match", &old)], 7).is(200);

    let delete = |tag: &str| {
        server.send_with(
            &format!("DELETE {path}"),
            &[("If-Match", tag)],
            &Value::Null,
        )
    };
    delete(&old).is(412);
    delete("*").is(204);
    // What is not there is not there, whatever state it should have.
    delete("*").is(404);
    patch(&[("If-Match", &next)], 8).is(404);
}

#[test]
fn what_is_created_anew_is_another_state() {
    let server = Server::with_shelves(&[]);
    let body = json!({"id": "c"});
    let tag = server.send("POST /v1.0/shelves", &body).is(201).tag();
    server.send("DELETE /v1.0/shelves/c", &Value::Null).is(204);
    assert_ne!(server.send("POST /v1.0/shelves", &body).is(201).tag(), tag);
}

#[test]
fn bytes_are_replaced_only_if_they_are_not_there() {
    let server = Server::with_shelves(&[]);
    let put = |tag: (&str, &str)| {
        let headers = [("Authorization", "Bearer x"), tag];
        server.raw("PUT /v1.0/shelves/a/photo/$value", &headers, b"x")
    };
    let first = put(("If-None-Match", "\"none\""))
        .is(200)
        .header("etag")
        .unwrap()
        .to_owned();
    put(("If-None-Match", "*")).is(412);
    let second = put(("If-Match", &first))
        .is(200)
        .header("etag")
        .unwrap()
        .to_owned();
    let photo = server.get("/v1.0/shelves/a/photo/$value").is(200);
    assert_eq!(photo.header("etag"), Some(second.as_str()));
    put(("If-Match", &first)).is(412);
}

#[test]
fn who_knows_the_state_is_not_told_again() {
    let server = Server::with_shelves(&[]);
    let path = "/v1.0/shelves/a";
    let tag = server.get(path).tag();
    let read = |method: &str, tag: &str| {
        let request = format!("{method} {path}");
        server.send_with(&request, &[("If-None-Match", tag)], &Value::Null)
    };
    for known in [tag.as_str(), tag.trim_start_matches("W/"), "*"] {
        let reply = read("GET", known).is(304);
        assert_eq!((reply.body.as_str(), reply.tag()), ("", tag.clone()));
        read("HEAD", known).is(304);
    }
    server
        .send(&format!("PATCH {path}"), &json!({"height": 9}))
        .is(200);
    assert_ne!(read("GET", &tag).is(200).tag(), tag);
    let request = format!("GET {path}");
    server
        .send_with(&request, &[("If-Match", &tag)], &Value::Null)
        .is(412);
}

#[test]
fn metadata_is_left_out_on_demand() {
    let server = Server::with_shelves(&[]);
    let wanted = "/v1.0/shelves/delta?$top=1";
    let none = ("Accept", "application/json;odata.metadata=none");
    let by_header = server.send_with(&format!("GET {wanted}"), &[none], &Value::Null);
    let format = "$format=application/json%3Bodata.metadata%3Dnone";
    for reply in [by_header, server.get(&format!("{wanted}&{format}"))] {
        let reply = reply.is(200);
        let members: Vec<_> = reply.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["@odata.nextLink", "value"]);
        let expected = json!({"id": "a", "name": "Attic", "height": 20});
        assert_eq!(reply.json()["value"][0], expected);
        assert!(
            reply
                .header("content-type")
                .unwrap()
                .contains("odata.metadata=none")
        );
    }
    let one = server
        .get(&format!("/v1.0/shelves/a?{format}&$expand=owner"))
        .is(200);
    assert!(!one.body.contains("@odata."), "{}", one.body);
    assert!(one.header("etag").is_some());
}
