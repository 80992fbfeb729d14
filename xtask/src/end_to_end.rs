//! Whether the generated SDK and the local service keep, over HTTP, what the readme promises.
//!
//! Two references are served: `docs-input`, whose crate is `generated/`, and the shelves in `xtask/end-to-end/docs`, which have
//! what `docs-input` lacks: deltas, bytes, and links to one item. The programs in `examples` of both crates are run, and
//! then `xtask/end-to-end/main.rs`, which asserts what it does. It is a program of people, so it lies in the repository; the
//! package around it is thrown away.
//! Invariant: nothing that was started outlives the chore, and nothing is waited for without a limit but compilers.

use std::{
    error::Error,
    ffi::OsStr,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Outcome, cargo, load::Server, root};

pub(crate) const HELP: &str = "run the examples of the generated crate, and a program that asserts what the readme \
                               promises, against `docwright serve`";

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A part of what each program prints when all is well. `sign_in` needs the real service.
const PROGRAMS: &[(&str, &str)] = &[
    ("batch", "second: a page of "),
    ("changes", "since then: 0 new or changed, 0 gone"),
    ("collection", " in all"),
    ("entity", "deleted "),
    ("errors", "refused with status 404"),
];

pub(crate) fn run(_: &[String]) -> Outcome {
    let place = root().join("target/end-to-end");
    let shelves = root().join("xtask/end-to-end/docs");
    build(&root(), &["--package", "docwright", "--bin", "docwright"])?;
    let docwright = root().join("target/debug/docwright");
    generate(&docwright, &shelves, &place.join("shelves"))?;
    write_package(&place)?;

    let docs = root().join("docs-input");
    let server = serve(&docwright, &docs, &[])?;
    let examples = root().join("generated/examples");
    build(&root(), &["--package", "msgraph", "--examples"])?;
    run_examples(&examples, &server.address, "beta")?;

    let of_shelves = serve(&docwright, &shelves, &[])?;
    build(&place, &["--package", "shelves", "--examples"])?;
    run_examples(&place.join("shelves/examples"), &of_shelves.address, "v1.0")?;

    // The seed makes it known which requests fail.
    let trouble = ["--fail", "429:0.3", "--latency", "5", "--seed", "1"];
    let failing = serve(&docwright, &docs, &trouble)?;
    build(&place, &["--package", "end-to-end"])?;
    let addresses = [&server, &of_shelves, &failing].map(|server| server.address.as_str());
    let mut program = Command::new(root().join("target/debug/end-to-end"));
    finish(program.args(addresses), "xtask/end-to-end/main.rs")
}

/// The crate for the documents in a folder, as a user has it made.
fn generate(docwright: &Path, docs: &Path, out: &Path) -> Outcome {
    let mut command = Command::new(docwright);
    let options = ["--quiet", "--crate-name", "shelves", "--docs"];
    command.args(["generate", "rust"]).args(options).arg(docs);
    finish(command.arg("--out").arg(out), "docwright generate rust")
}

fn serve(docwright: &Path, docs: &Path, more: &[&str]) -> Result<Server, Box<dyn Error>> {
    let mut arguments: Vec<&OsStr> = vec!["--docs".as_ref(), docs.as_os_str()];
    arguments.extend(more.iter().map(OsStr::new));
    Server::start(docwright, &arguments)
}

/// The package of the program, with both crates.
fn write_package(place: &Path) -> Outcome {
    let manifest = format!(
        r#"[workspace]

[package]
name = "end-to-end"
version = "0.0.0"
edition = "2024"

[[bin]]
name = "end-to-end"
path = '{main}'

[dependencies]
async-trait = "0.1"
azure_core = {{ version = "1.1", default-features = false }}
futures = {{ version = "0.3", default-features = false }}
msgraph = {{ path = '{msgraph}' }}
serde_json = "1"
shelves = {{ path = "shelves" }}
tokio = {{ version = "1", default-features = false, features = ["macros", "rt"] }}
"#,
        main = root().join("xtask/end-to-end/main.rs").display(),
        msgraph = root().join("generated").display(),
    );
    fs::write(place.join("Cargo.toml"), manifest)?;
    // The same versions of the dependencies as in this workspace.
    fs::copy(root().join("Cargo.lock"), place.join("Cargo.lock"))?;
    Ok(())
}

/// Runs every program in a folder that a local service is enough for.
fn run_examples(folder: &Path, address: &str, version: &str) -> Outcome {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some("rs".as_ref()) {
            names.extend(
                path.file_stem()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(format!("there are no programs in {}", folder.display()).into());
    }
    for name in names.iter().filter(|name| *name != "sign_in") {
        let Some((_, expected)) = PROGRAMS.iter().find(|(known, _)| known == name) else {
            return Err(
                format!("what does the example `{name}` print? Add it to `PROGRAMS`").into(),
            );
        };
        let printed = root().join("target/end-to-end").join(format!("{name}.txt"));
        let mut command = Command::new(root().join("target/debug/examples").join(name));
        command
            .env("GRAPH_ENDPOINT", format!("http://{address}/{version}"))
            .stdout(fs::File::create(&printed)?);
        let what = format!("{}/{name}.rs", folder.display());
        finish(&mut command, &what)?;
        let printed = fs::read_to_string(&printed)?;
        if !printed.contains(expected) {
            return Err(format!("{what} prints no `{expected}`, but:\n{printed}").into());
        }
        println!("example {name} ({version}): as expected");
    }
    Ok(())
}

/// Compiles, with the target folder of this workspace.
fn build(folder: &Path, arguments: &[&str]) -> Outcome {
    let status = cargo(folder)
        .args(["build", "--quiet"])
        .args(arguments)
        .env("CARGO_TARGET_DIR", root().join("target"))
        .stdin(Stdio::null())
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(format!(
        "`cargo build {}` failed in {}",
        arguments.join(" "),
        folder.display()
    )
    .into())
}

/// Runs a program to its end, which has to be a good one.
fn finish(command: &mut Command, what: &str) -> Outcome {
    let mut process = command.stdin(Stdio::null()).spawn()?;
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if let Some(status) = process.try_wait()? {
            if status.success() {
                return Ok(());
            }
            return Err(format!("{what} ended with {status}").into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    process.kill()?;
    process.wait()?;
    Err(format!("{what} has not ended after {} s", PATIENCE.as_secs()).into())
}
