//! Chores that cargo has no word for: `cargo xtask NAME [ARGUMENTS]`.
//!
//! A chore is a function in a file of its own and a row of [`CHORES`].

use std::{env, error::Error, path::PathBuf, process::ExitCode};

mod bench;
mod check;
mod compile_corpus;
mod contract;
mod corpus;
mod load;
mod measure;
mod msrv;
mod regen;
mod tidy;

/// What a chore answers; the message of a failure is for people.
type Outcome = Result<(), Box<dyn Error>>;

/// Name, function, what it is for.
type Chore = (&'static str, fn(&[String]) -> Outcome, &'static str);

const CHORES: &[Chore] = &[
    (
        "regen",
        regen::run,
        "write generated/ anew from docs-input/",
    ),
    (
        "check",
        check::run,
        "fail with a diff if generated/ is not what `regen` would write",
    ),
    (
        "tidy",
        tidy::run,
        "check what rustc does not: module order, module docs, leftovers",
    ),
    (
        "msrv",
        msrv::run,
        "check that no dependency needs a newer Rust than this workspace promises",
    ),
    ("bench", bench::run, bench::HELP),
    ("load", load::run, load::HELP),
    ("compile-corpus", compile_corpus::run, compile_corpus::HELP),
    ("contract", contract::run, contract::HELP),
];

fn main() -> ExitCode {
    if let Some(log) = env::var_os(measure::LOG) {
        return measure::run_rustc(&PathBuf::from(log));
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let chore = arguments
        .first()
        .and_then(|name| CHORES.iter().find(|chore| chore.0 == name));
    let Some((name, run, _)) = chore else {
        eprintln!("usage: cargo xtask NAME [ARGUMENTS]\n");
        for (name, _, help) in CHORES {
            eprintln!("  {name:<15} {help}");
        }
        return ExitCode::from(2);
    };
    match run(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), PathBuf::from)
}

/// The value after `name`, if it is among the arguments.
fn option<'a>(arguments: &'a [String], name: &str) -> Result<Option<&'a str>, String> {
    match arguments.iter().position(|argument| argument == name) {
        None => Ok(None),
        Some(at) => match arguments.get(at + 1) {
            Some(value) => Ok(Some(value)),
            None => Err(format!("`{name}` needs a value")),
        },
    }
}

/// The number after `name`, or `default`.
fn number(arguments: &[String], name: &str, default: usize) -> Result<usize, String> {
    match option(arguments, name)? {
        None => Ok(default),
        Some(text) => text
            .parse()
            .map_err(|_| format!("`{name}` needs a number, not `{text}`")),
    }
}
