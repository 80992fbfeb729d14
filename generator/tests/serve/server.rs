//! The real program with pages to serve, and a client that shows what goes over the wire.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::tempdir;

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
const OPERATIONS: [(&str, &str, &str, &str); 20] = [
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
        "book: delta",
        "GET /shelves/{id}/books/delta",
        "",
        "200 OK` response code and a collection of [book](../resources/book.md) objects",
    ),
    (
        "List books of owner",
        "GET /shelves/{id}/owner/books",
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
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: String,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Server {
    pub(crate) fn start(docs: &Path, arguments: &[&str]) -> Self {
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
    pub(crate) fn with_shelves(arguments: &[&str]) -> Self {
        let docs = tempdir().unwrap();
        for (path, text) in pages() {
            let path = docs.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self::start(docs.path(), arguments)
    }

    /// `GET /v1.0/shelves`, with this body if it is not null.
    pub(crate) fn send(&self, request: &str, body: &Value) -> Reply {
        self.send_with(request, &[], body)
    }

    /// The same with more headers.
    pub(crate) fn send_with(&self, request: &str, more: &[(&str, &str)], body: &Value) -> Reply {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [
            ("Authorization", "Bearer x"),
            ("Content-Type", "application/json"),
        ];
        self.raw(request, &[&headers, more].concat(), body.as_bytes())
    }

    pub(crate) fn get(&self, target: &str) -> Reply {
        self.send(&format!("GET {target}"), &Value::Null)
    }

    pub(crate) fn raw(&self, request: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
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
    pub(crate) fn is(self, status: u16) -> Self {
        let start: String = self.body.chars().take(1000).collect();
        assert_eq!(self.status, status, "{start}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The entity tag, which header and body agree on.
    #[track_caller]
    pub(crate) fn tag(&self) -> String {
        let tag = self.header("etag").unwrap();
        assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
        if !self.body.is_empty() {
            assert_eq!(self.json()["@odata.etag"], tag);
        }
        tag.to_owned()
    }

    /// One member of each item, in order.
    pub(crate) fn each(&self, member: &str) -> Vec<Value> {
        let json = self.json();
        json["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item[member].clone())
            .collect()
    }

    pub(crate) fn error(&self) -> String {
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
