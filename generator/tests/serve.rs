//! `docwright serve` from outside: the real program, over HTTP on a loopback address.
#![cfg(feature = "serve")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::tempdir;

#[path = "common/shared.rs"]
mod shared;

/// Shelves with books on them.
const RESOURCES: [(&str, &str); 2] = [
    (
        "shelf",
        "|id|String|The key. Read-only.|\n\
        |name|String|What it is called.|\n\
        |height|Int32|In centimetres. The default value is `30`.|\n\
        |kind|shelfKind|What it is for. Possible values are: `paper`, `vinyl`.|\n\n\
        ## Relationships\n\n|Relationship|Type|Description|\n|:---|:---|:---|\n\
        |books|[book](book.md) collection|What stands on it.|\n\
        |owner|[shelf](shelf.md)|A shelf that this one is a part of.|\n",
    ),
    (
        "book",
        "|id|String|The key. Read-only.|\n|title|String|The title.|\n",
    ),
];

/// Title, request line, what is sent, what comes back.
const OPERATIONS: [(&str, &str, &str, &str); 18] = [
    (
        "List shelves",
        "GET /shelves",
        "",
        "200 OK` response code and a collection of [shelf](../resources/shelf.md) objects",
    ),
    (
        "Create shelf",
        "POST /shelves",
        "shelf",
        "201 Created` response code and a [shelf](../resources/shelf.md) object",
    ),
    (
        "Count shelves",
        "GET /shelves/$count",
        "",
        "200 OK` response code and a number",
    ),
    (
        "shelf: delta",
        "GET /shelves/delta",
        "",
        "200 OK` response code and a collection of [shelf](../resources/shelf.md) objects",
    ),
    (
        "Get shelf",
        "GET /shelves/{id | name}",
        "",
        "200 OK` response code and a [shelf](../resources/shelf.md) object",
    ),
    (
        "Update shelf",
        "PATCH /shelves/{id}",
        "shelf",
        "200 OK` response code and a [shelf](../resources/shelf.md) object",
    ),
    (
        "Delete shelf",
        "DELETE /shelves/{id}",
        "",
        "204 No Content` response code",
    ),
    (
        "Get owner",
        "GET /shelves/{id}/owner",
        "",
        "200 OK` response code and a [shelf](../resources/shelf.md) object",
    ),
    (
        "Set owner",
        "PUT /shelves/{id}/owner/$ref",
        "",
        "204 No Content` response code",
    ),
    (
        "Remove owner",
        "DELETE /shelves/{id}/owner/$ref",
        "",
        "204 No Content` response code",
    ),
    (
        "Get photo",
        "GET /shelves/{id}/photo/$value",
        "",
        "200 OK` response code and the binary data of the photo",
    ),
    (
        "Set photo",
        "PUT /shelves/{id}/photo/$value",
        "",
        "200 OK` response code",
    ),
    (
        "List books",
        "GET /shelves/{id}/books",
        "",
        "200 OK` response code and a collection of [book](../resources/book.md) objects",
    ),
    (
        "Create book",
        "POST /shelves/{id}/books",
        "book",
        "201 Created` response code and a [book](../resources/book.md) object",
    ),
    (
        "Add book",
        "POST /shelves/{id}/books/$ref",
        "",
        "204 No Content` response code",
    ),
    (
        "Remove book",
        "DELETE /shelves/{id}/books/{bookId}/$ref",
        "",
        "204 No Content` response code",
    ),
    (
        "Get book",
        "GET /shelves/{id}/books/{bookId}",
        "",
        "200 OK` response code and a [book](../resources/book.md) object",
    ),
    (
        "shelf: clear",
        "POST /shelves/{id}/clear",
        "",
        "200 OK` response code and a collection of [book](../resources/book.md) objects",
    ),
];

/// What the first of the operations shows.
const EXAMPLE: &str = "\n## Examples\n\n### Request\n\n```http\nGET https://graph.microsoft.com/v1.0/shelves\n```\n\n\
    ### Response\n\n```http\nHTTP/1.1 200 OK\nContent-type: application/json\n\n\
    {\"value\": [{\"id\": \"a\", \"name\": \"Attic\", \"height\": 20}, {\"id\": \"b\", \"name\": \"Bath\", \"height\": \"Integer\"}]}\n```\n";

/// Pages by path.
fn pages() -> Vec<(String, String)> {
    let resources = RESOURCES.iter().map(|(name, rows)| {
        let text = format!("# {name} resource type\n\nNamespace: microsoft.graph\n\n## Properties\n\n|Property|Type|Description|\n|:---|:---|:---|\n{rows}");
        (format!("resources/{name}.md"), text)
    });
    let operations = OPERATIONS.iter().enumerate().map(|(at, (title, request, sent, answer))| {
        let sent = match *sent {
            "" => "Do not supply a request body for this method.".to_owned(),
            name => format!("In the request body, supply a JSON representation of the [{name}](../resources/{name}.md) object."),
        };
        let example = if at == 0 { EXAMPLE } else { "" };
        let text = format!("# {title}\n\nNamespace: microsoft.graph\n\n## HTTP request\n\n```http\n{request}\n```\n\n\
            ## Request body\n\n{sent}\n\n## Response\n\nIf successful, this method returns a `{answer} in the response body.\n{example}");
        (format!("api/{}.md", title.replace([' ', ':'], "")), text)
    });
    resources.chain(operations).collect()
}

/// A running service.
struct Server {
    process: Child,
    address: String,
}

/// What came back.
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Server {
    fn start(docs: &Path, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_docwright"))
            .args(["serve", "--listen", "127.0.0.1:0", "--docs"])
            .arg(docs)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { process, address }
    }

    /// Shelves, served from a folder that vanishes at once: it is read before.
    fn with_shelves(arguments: &[&str]) -> Self {
        let docs = tempdir().unwrap();
        for (path, text) in pages() {
            let path = docs.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self::start(docs.path(), arguments)
    }

    /// `GET /v1.0/shelves`, with this body if it is not null.
    fn send(&self, request: &str, body: &Value) -> Reply {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [
            ("Authorization", "Bearer x"),
            ("Content-Type", "application/json"),
        ];
        self.raw(request, &headers, body.as_bytes())
    }

    fn get(&self, target: &str) -> Reply {
        self.send(&format!("GET {target}"), &Value::Null)
    }

    fn raw(&self, request: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let address = &self.address;
        let target = request.replace(&format!("http://{address}"), "");
        let mut stream = TcpStream::connect(address).unwrap();
        let mut head = format!(
            "{target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            for part in [name, ": ", value, "\r\n"] {
                head.push_str(part);
            }
        }
        // A server that refuses a large body need not read all of it.
        let _ = stream
            .write_all(format!("{head}\r\n").as_bytes())
            .and_then(|()| stream.write_all(body));
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("{request}: {answer:?}"));
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_lowercase(), value.to_owned()))
        });
        Reply {
            status,
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Reply {
    #[track_caller]
    fn is(self, status: u16) -> Self {
        let start: String = self.body.chars().take(1000).collect();
        assert_eq!(self.status, status, "{start}");
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// One member of each item, in order.
    fn each(&self, member: &str) -> Vec<Value> {
        let json = self.json();
        json["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item[member].clone())
            .collect()
    }

    fn error(&self) -> String {
        let json = self.json();
        let inner = &json["error"]["innerError"];
        assert!(
            ["date", "request-id", "client-request-id"]
                .iter()
                .all(|it| inner[*it].is_string()),
            "{json}"
        );
        format!(
            "{} {}: {}",
            self.status,
            json["error"]["code"].as_str().unwrap(),
            json["error"]["message"].as_str().unwrap()
        )
    }
}

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
        json!({"id": "b", "name": "Basement"}),
        json!({"id": "c", "name": "Cellar", "height": 30}),
    ];
    assert_eq!(changes, expected);
    assert_eq!(server.get(&link).is(200).each("id"), [Value::Null; 0]);
    server
        .get("/v1.0/shelves/delta?$deltatoken=nonsense")
        .is(400);
}

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
        json!({"name": "Basement"})
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

#[test]
fn other_machines_are_let_in_only_on_demand() {
    let output = Command::new(env!("CARGO_BIN_EXE_docwright"))
        .args(["serve", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-remote"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order() {
    let mut server = Server::with_shelves(&[]);
    // A connection that is kept open must not keep the process.
    let _idle = TcpStream::connect(&server.address).unwrap();
    let process = server.process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &process])
            .status()
            .unwrap()
            .success()
    );
    let start = Instant::now();
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn our_own_pages_work() {
    let docs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs-input"));
    let server = Server::start(docs, &[]);
    let scripts = "/beta/deviceManagement/deviceManagementScripts";
    let script = server.get(scripts).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let states = format!("{scripts}/{script}/deviceRunStates");
    let state = server.get(&states).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let change = json!({"runState": "scriptError", "errorCode": 9});
    let changed = server
        .send(&format!("PATCH {states}/{state}"), &change)
        .is(200)
        .json();
    assert_eq!(
        (&changed["id"], &changed["errorCode"]),
        (&json!(state), &json!(9))
    );
    assert_eq!(
        server.get(&format!("{states}/{state}")).is(200).json()["runState"],
        "scriptError"
    );

    let users = format!("{scripts}/{script}/userRunStates");
    let user = server.get(&users).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    server
        .send(
            &format!("PATCH {users}/{user}"),
            &json!({"successDeviceCount": 4}),
        )
        .is(200);
    // A script that a request made has run nowhere.
    let second =
        json!({"id": "s2", "displayName": "Second", "fileName": "2.ps1", "scriptContent": "eA=="});
    server.send(&format!("POST {scripts}"), &second).is(201);
    let states_of_second = format!("{scripts}/s2/deviceRunStates");
    assert_eq!(
        server.get(&states_of_second).is(200).each("id"),
        [Value::Null; 0]
    );

    let shell = "/beta/deviceManagement/deviceShellScripts";
    let script = server.get(shell).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let user = server
        .get(&format!("{shell}/{script}/userRunStates"))
        .is(200)
        .each("id");
    let linked = format!(
        "{shell}/{script}/userRunStates/{}/deviceRunStates",
        user[0].as_str().unwrap()
    );
    let address = json!({"@odata.id": format!("http://{}{states}/{state}", server.address)});
    let reply = server.send(&format!("POST {linked}/$ref"), &address);
    assert!(matches!(reply.status, 201 | 204), "{}", reply.body);
    assert_eq!(
        server.get(&format!("{linked}/{state}")).is(200).json()["errorCode"],
        9
    );
    server
        .send(&format!("POST {linked}/$ref"), &address)
        .is(400);

    let compliance = "/beta/deviceManagement/deviceComplianceScripts";
    let script = server.get(compliance).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let states = format!("{compliance}/{script}/deviceRunStates");
    let state = server.get(&states).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    server
        .send(
            &format!("PATCH {states}/{state}"),
            &json!({"detectionState": "fail"}),
        )
        .is(200);
    server
        .send(
            &format!("PATCH {states}/{state}"),
            &json!({"detectionState": "String"}),
        )
        .is(400);

    let health = "/beta/deviceManagement/deviceHealthScripts";
    server
        .get(&format!("{health}/getRemediationSummary"))
        .is(200);
    let script = server.get(health).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    server.get(&format!("{health}/{script}/runSummary")).is(200);
    server
        .send(
            &format!("POST {health}/{script}/assign"),
            &json!({"deviceHealthScriptAssignments": 7}),
        )
        .is(400);
}

#[test]
fn updates_of_collections_name_their_item() {
    let Some(seeds) = shared::shared("corpus/seeds") else {
        return;
    };
    let server = Server::start(&seeds, &[]);
    for (collection, change) in [
        (
            "deviceManagementScripts/1/deviceRunStates",
            json!({"id": "x", "errorCode": 9, "runState": "fail"}),
        ),
        (
            "deviceShellScripts/1/userRunStates",
            json!({"id": "x", "errorDeviceCount": 9}),
        ),
    ] {
        let request = format!("PATCH /beta/deviceManagement/{collection}");
        assert_eq!(server.send(&request, &change).is(200).json()["id"], "x");
        let more = server.send(&request, &json!({"id": "x"})).is(200).json();
        assert!(
            more.as_object().unwrap().values().any(|value| *value == 9),
            "{more}"
        );
        server.send(&request, &json!({})).is(400);
    }
    let scripts = "/beta/deviceManagement/deviceManagementScripts/1";
    server
        .send(
            &format!("PATCH {scripts}/runStates/7"),
            &json!({"resultMessage": "x"}),
        )
        .is(200);
    let target = format!("{scripts}/deviceRunStates/x");
    let linked = server.send(
        &format!("POST {scripts}/userRunStates/2/deviceRunStates/$ref"),
        &json!({"@odata.id": target}),
    );
    assert_eq!(linked.is(201).json()["errorCode"], 9);
}
