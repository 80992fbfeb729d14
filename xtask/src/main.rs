//! Chores that cargo has no word for: `cargo xtask NAME [ARGUMENTS]`.
//!
//! A chore is a function in a file of its own and a row of [`CHORES`].

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

mod bench;
mod check;
mod compile_corpus;
mod contract;
mod corpus;
mod end_to_end;
mod lint_sample;
mod load;
mod measure;
mod msrv;
mod regen;
mod tidy;

/// What a chore answers; the message of a failure is for people.
type Outcome = Result<(), Box<dyn Error>>;

/// Name of one word or of two, function, what it is for.
type Chore = (&'static str, fn(&[String]) -> Outcome, &'static str);

/// A name stands before those that it begins with.
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
    ("bench lint", bench::lint::run, bench::lint::HELP),
    ("bench sdk", bench::sdk::run, bench::sdk::HELP),
    ("bench", bench::stages::run, bench::stages::HELP),
    ("lint-sample", lint_sample::run, lint_sample::HELP),
    ("load", load::run, load::HELP),
    ("compile-corpus", compile_corpus::run, compile_corpus::HELP),
    ("contract", contract::run, contract::HELP),
    ("end-to-end", end_to_end::run, end_to_end::HELP),
];

fn main() -> ExitCode {
    if let Some(log) = env::var_os(measure::LOG) {
        return measure::run_rustc(&PathBuf::from(log));
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let chore = CHORES
        .iter()
        .find_map(|chore| Some((chore, after(&arguments, chore.0)?)));
    let Some(((name, run, _), arguments)) = chore else {
        eprintln!("usage: cargo xtask NAME [ARGUMENTS]\n");
        for (name, _, help) in CHORES {
            eprintln!("  {name:<15} {help}");
        }
        return ExitCode::from(2);
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What follows the words of `name`, if the arguments begin with them.
fn after<'a>(arguments: &'a [String], name: &str) -> Option<&'a [String]> {
    let words: Vec<_> = name.split(' ').collect();
    let (first, rest) = arguments.split_at_checked(words.len())?;
    (first == words).then_some(rest)
}

/// The root of the workspace.
fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), PathBuf::from)
}

/// The cargo that runs this chore, in a folder.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
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

/// All values after `name`, which may be there more than once.
fn options<'a>(arguments: &'a [String], name: &str) -> Result<Vec<&'a str>, String> {
    let mut values = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        if argument == name {
            values.extend(option(&arguments[at..], name)?);
        }
    }
    Ok(values)
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
