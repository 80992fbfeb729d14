//! A conversation with the language server, over its stdin and stdout, as an editor has it.

// `json!` makes a value for each call.
#![allow(clippy::needless_pass_by_value)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

const BOOK: &str = "# book resource type\n\nNamespace: microsoft.graph\n\nSomething to read.\n\n## Properties\n\n\
    |Property|Type|Description|\n|:---|:---|:---|\n\
    |Title|String|What it is called.|\n\
    |binding|[binding](#binding-values)|How it holds together. Possible values are: `sewn`, `glued`.|\n\
    |author|[author](author.md)|Wer es schrieb: 𝄞.|\n\n\
    ### binding values\n\n|Member|Description|\n|:---|:---|\n|sewn|With thread.|\n|glued|With glue.|\n\n\
    ## JSON representation\n\n<!-- { \"blockType\": \"resource\", \"@odata.type\": \"microsoft.graph.book\" } -->\n\
    ```json\n{\n  \"title\": \"String\",\n  \"binding\": \"String\",\n  \"author\": { \"@odata.type\": \"microsoft.graph.author\" }\n}\n```\n";
const AUTHOR: &str = "# author resource type\n\nNamespace: microsoft.graph\n\nSomebody who writes.\n\n## Properties\n\n\
    |Property|Type|Description|\n|:---|:---|:---|\n|name|String|What they are called.|\n";

/// A running server, and the folder that it works on.
struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
    last: i64,
}

impl Server {
    /// Starts the server in a folder with these pages, and shakes hands.
    fn start(pages: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in pages {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_docwright"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self {
            child,
            input,
            output,
            folder,
            last: 0,
        };
        let root = server.uri("");
        let answer = server.ask(
            "initialize",
            json!({ "processId": null, "rootUri": root, "capabilities": {} }),
        );
        assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
        assert_eq!(answer["serverInfo"]["name"], "docwright");
        server.tell("initialized", json!({}));
        server
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    fn uri(&self, path: &str) -> String {
        uri(&self.path(path))
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(
                self.output.read_line(&mut line).unwrap(),
                0,
                "the server is gone"
            );
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.parse().unwrap();
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The result of a request; notifications that come before it are passed over.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id {
                assert!(message["error"].is_null(), "{message}");
                return message["result"].clone();
            }
        }
    }

    fn open(&mut self, path: &str, text: &str) -> Vec<String> {
        let document =
            json!({ "uri": self.uri(path), "languageId": "markdown", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.diagnostics(path)
    }

    fn change(&mut self, path: &str, version: i32, text: &str) -> Vec<String> {
        let document = json!({ "uri": self.uri(path), "version": version });
        let changes = json!([{ "text": text }]);
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
        self.diagnostics(path)
    }

    /// The next diagnostics of a page: `10:1-10:6 TBL003 message`.
    fn diagnostics(&mut self, path: &str) -> Vec<String> {
        let uri = self.uri(path);
        loop {
            let message = self.receive();
            if message["method"] != "textDocument/publishDiagnostics"
                || message["params"]["uri"] != uri
            {
                continue;
            }
            let found = message["params"]["diagnostics"].as_array().unwrap().iter();
            return found.map(shown).collect();
        }
    }

    fn at(&mut self, method: &str, path: &str, text: &str, word: &str) -> Value {
        let (line, character) = position(text, word);
        let uri = self.uri(path);
        let position = json!({ "line": line, "character": character });
        self.ask(
            method,
            json!({ "textDocument": { "uri": uri }, "position": position }),
        )
    }

    fn stop(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.child.wait().unwrap().success());
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Line and UTF-16 character of the first place of a word.
fn position(text: &str, word: &str) -> (usize, usize) {
    let at = text.find(word).unwrap();
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    (line, text[start..at].encode_utf16().count())
}

fn shown(diagnostic: &Value) -> String {
    let place = |end: &str| {
        let place = &diagnostic["range"][end];
        format!("{}:{}", place["line"], place["character"])
    };
    let related = diagnostic["relatedInformation"]
        .as_array()
        .map_or(0, Vec::len);
    format!(
        "{}-{} {} {} ({related} more)",
        place("start"),
        place("end"),
        diagnostic["code"].as_str().unwrap(),
        diagnostic["message"].as_str().unwrap(),
    )
}

const PAGES: &[(&str, &str)] = &[
    ("api-reference/v1.0/resources/book.md", BOOK),
    ("api-reference/v1.0/resources/author.md", AUTHOR),
];
const PATH: &str = "api-reference/v1.0/resources/book.md";

/// The rules that the conversation is about; others may find more on these pages.
fn only(found: Vec<String>, code: &str) -> Vec<String> {
    found.into_iter().filter(|it| it.contains(code)).collect()
}

#[test]
fn findings_come_and_go_while_somebody_types() {
    let mut server = Server::start(PAGES);
    let found = only(server.open(PATH, BOOK), "TBL003");
    assert_eq!(
        found,
        ["10:1-10:6 TBL003 `Title` and `title` are one property in two spellings (1 more)"]
    );
    let repaired = BOOK.replace("|Title|", "|title|");
    assert!(only(server.change(PATH, 2, &repaired), "TBL003").is_empty());
    // Typing rests, and everything is compiled anew with the text of the editor.
    assert!(only(server.diagnostics(PATH), "TBL003").is_empty());
    let broken = repaired.replace("|author|", "|Author|");
    let found = only(server.change(PATH, 3, &broken), "TBL003");
    assert_eq!(
        found,
        ["12:1-12:7 TBL003 `Author` and `author` are one property in two spellings (1 more)"]
    );
    server.stop();
}

#[test]
fn a_repair_is_offered_where_the_finding_is() {
    let mut server = Server::start(PAGES);
    server.open(PATH, BOOK);
    let uri = server.uri(PATH);
    let place = json!({ "line": 10, "character": 3 });
    let context = json!({ "diagnostics": [] });
    let actions = server.ask(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": uri }, "range": { "start": place, "end": place }, "context": context }),
    );
    let actions = actions.as_array().unwrap();
    let action = actions
        .iter()
        .find(|it| it["title"].as_str().unwrap().contains("TBL003"))
        .unwrap();
    assert_eq!(action["kind"], "quickfix");
    let edit = &action["edit"]["changes"][&uri][0];
    assert_eq!(edit["newText"], "title");
    assert_eq!(
        edit["range"]["start"],
        json!({ "line": 10, "character": 1 })
    );
    server.stop();
}

#[test]
fn a_cell_tells_its_type_and_leads_to_it() {
    let mut server = Server::start(PAGES);
    server.open(PATH, BOOK);
    let hover = server.at("textDocument/hover", PATH, BOOK, "[binding]");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert_eq!(
        text,
        "`microsoft.graph.book/binding`: `microsoft.graph.binding`\n\n`microsoft.graph.binding`: `sewn`, `glued`\n\n"
    );
    let hover = server.at("textDocument/hover", PATH, BOOK, "microsoft.graph.author");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert_eq!(
        text,
        "`microsoft.graph.author`: complex type, 1 member\n\nSomebody who writes."
    );
    let found = server.at("textDocument/definition", PATH, BOOK, "author](author.md)");
    assert_eq!(
        found["uri"],
        server.uri("api-reference/v1.0/resources/author.md")
    );
    let found = server.at("textDocument/definition", PATH, BOOK, "Wer es");
    assert_eq!(
        found["uri"],
        server.uri("api-reference/v1.0/resources/author.md"),
        "all of a row is about its member"
    );
    let nothing = server.at("textDocument/definition", PATH, BOOK, "Something to");
    assert!(nothing.is_null(), "{nothing}");
    server.stop();
}

#[test]
fn what_is_not_understood_is_answered_all_the_same() {
    let mut server = Server::start(PAGES);
    server.open(PATH, BOOK);
    server.last += 1;
    let id = server.last;
    server.send(
        &json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/rename", "params": {} }),
    );
    let answer = server.receive();
    assert_eq!(answer["error"]["code"], -32601);
    server.send(&json!({ "jsonrpc": "2.0", "id": id + 1, "method": "textDocument/hover", "params": { "x": 1 } }));
    let answer = server.receive();
    assert_eq!(answer["error"]["code"], -32602);
    server.last += 1;
    server.stop();
}

#[test]
fn a_folder_without_pages_ends_in_a_message() {
    let mut server = Server::start(&[]);
    let message = server.receive();
    assert_eq!(message["method"], "window/showMessage");
    let text = message["params"]["message"].as_str().unwrap();
    assert!(text.contains("no reference pages here"), "{text}");
    server.stop();
}
