//! References between items.

use serde_json::{Value, json};

use crate::server::Server;

#[test]
fn references_lead_to_items() {
    let server = Server::with_shelves(&[]);
    let address =
        |path: &str| json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/{path}")});
    server
        .send("PUT /v1.0/shelves/a/owner/$ref", &address("shelves/b"))
        .is(204);
    assert_eq!(
        server.get("/v1.0/shelves/a/owner").is(200).json()["name"],
        "Bath"
    );
    server
        .send("PATCH /v1.0/shelves/b", &json!({"name": "Basement"}))
        .is(200);
    assert_eq!(
        server.get("/v1.0/shelves/a/owner").is(200).json()["name"],
        "Basement"
    );
    let expanded = server.get("/v1.0/shelves?$expand=owner($select=name)&$filter=id%20eq%20'a'");
    assert_eq!(
        expanded.is(200).json()["value"][0]["owner"],
        json!({"@odata.etag": "W/\"2\"", "name": "Basement"})
    );
    server
        .send("DELETE /v1.0/shelves/a/owner/$ref", &Value::Null)
        .is(204);
    server.get("/v1.0/shelves/a/owner").is(404);
    server
        .send("PUT /v1.0/shelves/a/owner/$ref", &address("shelves/z"))
        .is(404);

    server
        .send(
            "POST /v1.0/shelves/b/books",
            &json!({"id": "x", "title": "Emma"}),
        )
        .is(201);
    server
        .send(
            "POST /v1.0/shelves/a/books/$ref",
            &address("shelves/b/books/x"),
        )
        .is(204);
    assert_eq!(
        server.get("/v1.0/shelves/a/books").is(200).each("title"),
        ["Emma"]
    );
    let expanded = server.get("/v1.0/shelves/a?$expand=books");
    assert_eq!(expanded.is(200).json()["books"][0]["title"], "Emma");
    server
        .send("DELETE /v1.0/shelves/a/books/x/$ref", &Value::Null)
        .is(204);
    assert_eq!(
        server.get("/v1.0/shelves/a/books").is(200).each("title"),
        [Value::Null; 0]
    );
    server.get("/v1.0/shelves/b/books/x").is(200);
}

#[test]
fn everything_that_is_read_can_be_referred_to() {
    let server = Server::with_shelves(&[]);
    let body = json!({"@odata.id": "shelves/b"});
    server.send("PUT /v1.0/shelves/a/owner/$ref", &body).is(204);
    let address = |path: &str| json!(format!("http://{}/v1.0/{path}", server.address));
    let reference = server.get("/v1.0/shelves/a/owner/$ref").is(200).json();
    let context = format!("http://{}/v1.0/$metadata#$ref", server.address);
    let expected = json!({"@odata.context": context, "@odata.id": address("shelves/b")});
    assert_eq!(reference, expected);
    let references = server.get("/v1.0/shelves/$ref").is(200);
    let expected = [address("shelves/a"), address("shelves/b")];
    assert_eq!(references.each("@odata.id"), expected);
    server.get("/v1.0/shelves/z/$ref").is(404);
}

#[test]
fn what_is_below_a_reference_is_below_what_it_leads_to() {
    let server = Server::with_shelves(&[]);
    let link = |owner: &str, owned: &str| {
        let body = json!({"@odata.id": format!("shelves/{owner}")});
        let request = format!("PUT /v1.0/shelves/{owned}/owner/$ref");
        server.send(&request, &body).is(204);
    };
    link("b", "a");
    link("a", "b");
    let book = json!({"id": "x", "title": "Emma"});
    server.send("POST /v1.0/shelves/b/books", &book).is(201);
    let books = server.get("/v1.0/shelves/a/owner/books").is(200);
    assert_eq!(books.each("title"), ["Emma"]);
    let expanded = server
        .get("/v1.0/shelves/a/owner?$expand=owner,books")
        .is(200)
        .json();
    assert_eq!(
        (&expanded["name"], &expanded["owner"]["name"]),
        (&json!("Bath"), &json!("Attic"))
    );
    assert_eq!(expanded["books"][0]["title"], "Emma");
}

#[test]
fn bodies_link_what_they_bind() {
    let server = Server::with_shelves(&[]);
    let cellar = json!({
        "id": "c", "name": "Cellar",
        "owner@odata.bind": "https://graph.microsoft.com/v1.0/shelves('a')",
    });
    let created = server.send("POST /v1.0/shelves", &cellar).is(201);
    assert!(!created.body.contains("bind"), "{}", created.body);
    let owner = "/v1.0/shelves/c/owner";
    assert_eq!(server.get(owner).is(200).json()["name"], "Attic");
    let reference = server.get(&format!("{owner}/$ref")).is(200).json();
    let address = reference["@odata.id"].as_str().unwrap().to_owned();
    assert!(address.ends_with("/v1.0/shelves/a"), "{address}");
    let expanded = server.get("/v1.0/shelves/c?$expand=owner").is(200).json();
    assert_eq!(expanded["owner"]["name"], "Attic");
    // Relative, by another of its keys, and by a collection that no page describes.
    for address in [
        "shelves/b",
        "/v1.0/shelves/b",
        "shelves/Bath",
        "directoryObjects/b",
        "/beta/shelves/b/",
    ] {
        let change = json!({"owner@odata.bind": "shelves/a"});
        server.send("PATCH /v1.0/shelves/c", &change).is(200);
        let change = json!({"owner@odata.bind": address});
        let before = server.get("/v1.0/shelves/c").tag();
        let changed = server.send("PATCH /v1.0/shelves/c", &change).is(200);
        assert_ne!(changed.tag(), before);
        assert_eq!(
            server.get(owner).is(200).json()["name"],
            "Bath",
            "{address}"
        );
    }
    server
        .send("PATCH /v1.0/shelves/c", &json!({"owner@odata.bind": null}))
        .is(200);
    server.get(owner).is(404);
}

#[test]
fn bodies_link_many_items_at_once() {
    let server = Server::with_shelves(&[]);
    let addresses = |range: std::ops::Range<usize>| -> Value {
        range.map(|at| format!("shelves/b/books/{at}")).collect()
    };
    for at in 0..22 {
        let book = json!({"id": at.to_string(), "title": format!("Volume {at}")});
        server.send("POST /v1.0/shelves/b/books", &book).is(201);
    }
    let body = json!({"id": "c", "books@odata.bind": addresses(0..20)});
    server.send("POST /v1.0/shelves", &body).is(201);
    let books = "/v1.0/shelves/c/books";
    let listed = server.get(books).is(200).each("title");
    assert_eq!((listed.len(), &listed[2]), (20, &json!("Volume 2")));
    let more = json!({"books@odata.bind": addresses(20..21)});
    server.send("PATCH /v1.0/shelves/c", &more).is(200);
    // All or nothing: one of these is there already.
    let tag = server.get("/v1.0/shelves/c").tag();
    let again = json!({"name": "x", "books@odata.bind": addresses(20..22)});
    server.send("PATCH /v1.0/shelves/c", &again).is(400);
    assert_eq!(server.get(&format!("{books}/$count")).is(200).body, "21");
    assert_eq!(server.get("/v1.0/shelves/c").tag(), tag);
}

#[test]
fn bindings_that_lead_nowhere_change_nothing() {
    let server = Server::with_shelves(&[]);
    let many: Vec<_> = (0..21).map(|at| format!("shelves/b/books/{at}")).collect();
    let said = [
        json!({"name@odata.bind": "shelves/a"}),
        json!({"colour@odata.bind": "shelves/a"}),
        json!({"owner@odata.bind": "shelves/z"}),
        json!({"owner@odata.bind": ""}),
        json!({"owner@odata.bind": 7}),
        json!({"owner@odata.bind": ["shelves/a"]}),
        json!({"books@odata.bind": "shelves/a/books/x"}),
        json!({"books@odata.bind": ["shelves/b/books/x"]}),
        json!({"books@odata.bind": [7]}),
        json!({"books@odata.bind": many}),
    ]
    .map(|body| {
        let created = server.send("POST /v1.0/shelves", &body).is(400).error();
        let changed = server.send("PATCH /v1.0/shelves/a", &body).is(400).error();
        assert_eq!(created, changed);
        format!("{body}: {created}")
    });
    insta::assert_snapshot!(said.join("\n"));
    assert_eq!(server.get("/v1.0/shelves/$count").is(200).body, "2");
}
