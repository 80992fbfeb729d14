//! The linter beside a linter of Markdown style on the same files, and the language server from keystroke to findings.
//!
//! Comes in: a docs tree, its metadata documents, and a peer's program with the options of rumdl. Goes out: a table. All run
//! in turn, so that what else the machine does hits all. The peer keeps what it found in unchanged files, docwright does not: so
//! the peer runs without that, and with it.

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use docwright::{docs::DocsTree, ir::ApiVersion};
use serde_json::{Value, json};

use super::build_docwright;
use crate::{
    Outcome,
    measure::{self, Cost, mebibytes},
    number, option, options, root,
};

pub(crate) const HELP: &str = "[--docs DIR] [--csdl VERSION=FILE]... [--peer PROGRAM] [--page PAGE] [--repeat N]: the linter beside a \
                               linter of Markdown style (rumdl), and the language server at a keystroke";

/// So many keystrokes are measured.
const KEYSTROKES: usize = 60;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is measured.
struct Subject {
    program: PathBuf,
    docs: PathBuf,
    csdl: Vec<String>,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let docs =
        option(arguments, "--docs")?.map_or_else(|| root().join("docs-input"), PathBuf::from);
    let repeat = number(arguments, "--repeat", 5)?.max(1);
    build_docwright()?;
    let subject = Subject {
        program: root().join("target/release/docwright"),
        docs: docs.canonicalize()?,
        csdl: options(arguments, "--csdl")?
            .into_iter()
            .map(str::to_owned)
            .collect(),
    };
    let tree = DocsTree::read(&docs, None)?;
    let pages: usize = tree.versions.values().map(|docs| docs.pages.len()).sum();
    println!("{pages} pages and includes; {repeat} rounds\n");
    let mut runs = vec![("docwright lint, all rules", subject.lint())];
    let cache = tempfile::tempdir()?;
    if let Some(peer) = option(arguments, "--peer")? {
        let peer = || {
            let mut command = Command::new(peer);
            command
                .args(["check", "--silent"])
                .args(tree.folders.values());
            command
        };
        let mut anew = peer();
        anew.arg("--no-cache");
        runs.push(("the peer, everything anew", anew));
        let mut cached = peer();
        cached.arg("--cache-dir").arg(cache.path());
        cost(&mut cached)?;
        runs.push(("the peer, nothing changed since", cached));
    }
    let mut costs = vec![Vec::new(); runs.len()];
    for _ in 0..repeat {
        for ((_, command), costs) in runs.iter_mut().zip(&mut costs) {
            costs.push(cost(command)?);
        }
    }
    for ((name, _), costs) in runs.iter().zip(&costs) {
        print_costs(name, costs);
    }
    let page = option(arguments, "--page")?.unwrap_or("resources/user.md");
    match page_at(&tree, page) {
        Some(path) => print_keystrokes(&subject, &path)?,
        None => println!("no page `{page}`: the language server is not measured"),
    }
    Ok(())
}

impl Subject {
    /// All rules, and no output but a count.
    fn lint(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args([
            "lint",
            "--preset",
            "strict",
            "--statistics",
            "--exit-zero",
            "--quiet",
        ]);
        self.sources(&mut command);
        command
    }

    fn sources(&self, command: &mut Command) {
        command.arg("--docs").arg(&self.docs);
        for csdl in &self.csdl {
            command.arg("--csdl").arg(csdl);
        }
    }
}

/// What a program needs that may find something.
fn cost(command: &mut Command) -> Result<Cost> {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok(measure::run(command)?.1)
}

fn print_costs(name: &str, costs: &[Cost]) {
    let mut walls: Vec<Duration> = costs.iter().map(|cost| cost.wall).collect();
    walls.sort();
    let cpu = costs
        .iter()
        .filter_map(|cost| cost.cpu)
        .fold(f64::INFINITY, f64::min);
    let peak = costs.iter().filter_map(|cost| cost.peak).max();
    println!(
        "{name:32} {:6.2} s least, {:6.2} s middle, {cpu:6.2} CPU-s, {}",
        walls[0].as_secs_f64(),
        walls[walls.len() / 2].as_secs_f64(),
        mebibytes(peak)
    );
}

/// The file of a page of the last version that has it.
fn page_at(tree: &DocsTree, page: &str) -> Option<PathBuf> {
    let versions = ApiVersion::ALL.into_iter().rev();
    let mut folders = versions.filter_map(|version| tree.folders.get(&version));
    folders.find_map(|folder| Some(folder.join(page)).filter(|path| path.is_file()))
}

/// Types into a page, with everything else loaded, and tells how long findings take.
fn print_keystrokes(subject: &Subject, page: &Path) -> Outcome {
    let mut command = Command::new(&subject.program);
    command.arg("lsp");
    subject.sources(&mut command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("the language server has no pipes".into());
    };
    let mut editor = Editor {
        input,
        output: BufReader::new(output),
    };
    let mut times = editor.type_into(&subject.docs, page)?;
    times.sort();
    println!(
        "{:32} {:6.1} ms middle, {:6.1} ms least, {:6.1} ms most",
        format!(
            "keystroke in {}",
            page.file_name().unwrap_or_default().to_string_lossy()
        ),
        times[times.len() / 2].as_secs_f64() * 1e3,
        times[0].as_secs_f64() * 1e3,
        times[times.len() - 1].as_secs_f64() * 1e3,
    );
    editor.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }))?;
    editor.send(&json!({ "jsonrpc": "2.0", "method": "exit" }))?;
    child.wait()?;
    Ok(())
}

/// The editor's side of a conversation.
struct Editor<W> {
    input: W,
    output: BufReader<ChildStdout>,
}

impl<W: Write> Editor<W> {
    fn type_into(&mut self, docs: &Path, page: &Path) -> Result<Vec<Duration>> {
        let root = format!("file://{}", docs.display());
        let uri = format!("file://{}", page.display());
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": { "processId": null, "rootUri": root, "capabilities": {} } }))?;
        self.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }))?;
        let text = fs::read_to_string(page)?;
        self.send(
            &json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument":
            { "uri": uri, "languageId": "markdown", "version": 0, "text": text } } }),
        )?;
        self.diagnostics(0)?;
        let mut times = Vec::new();
        let mut typed = text;
        for version in 1..=KEYSTROKES {
            typed.push('x');
            let message = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params":
                { "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": typed }] } });
            let start = Instant::now();
            self.send(&message)?;
            self.diagnostics(version)?;
            times.push(start.elapsed());
        }
        Ok(times)
    }

    fn send(&mut self, message: &Value) -> Outcome {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        Ok(self.input.flush()?)
    }

    /// Waits for the findings of a version of the page.
    fn diagnostics(&mut self, version: usize) -> Outcome {
        loop {
            let message = self.receive()?;
            if message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["version"] == version
            {
                return Ok(());
            }
        }
    }

    fn receive(&mut self) -> Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                return Err("the language server is gone".into());
            }
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(value) => length = value.parse()?,
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}
