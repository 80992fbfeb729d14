//! Whether the crate that a docs tree becomes compiles, with the programs in its `examples`, and at what cost.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use docwright::{docs::DocsTree, emit::rust::Options, ir::ApiVersion};

use crate::{
    Outcome, cargo, corpus,
    measure::{self, mebibytes},
    root,
};

pub(crate) const HELP: &str = "--docs DIR [--api-version V] [--slice N] [--areas]: `cargo check` of the crate for a \
                               docs tree, or for N of its pages; and with each area alone";

/// How the names of the crates begin.
const PREFIX: &str = "corpus";

/// How many messages are printed; all are counted.
const SHOWN: usize = 20;

/// All features but `native-tls`: the TLS of the system may not be there to compile against.
const ALL: &[&str] = &["--features", "serde,sign-in"];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let each_area = arguments.iter().any(|argument| argument == "--areas");
    corpus::try_versions(arguments, "does not compile cleanly", |tree, version| {
        compile(tree, version, each_area)
    })
}

/// Writes the crate of one version and checks it; whether there was neither error nor warning.
fn compile(
    tree: DocsTree,
    version: ApiVersion,
    each_area: bool,
) -> Result<bool, Box<dyn std::error::Error>> {
    let place = root().join("target/compile-corpus");
    let out = place.join(version.as_str());
    let files = corpus::write_crate(tree, &out, &Options::new(corpus::name(PREFIX, version)))?;
    let (count, bytes) = (files.len(), files.values().map(String::len).sum::<usize>());
    print!("{version}: {count} files, {:.1} MB: ", bytes as f64 / 1e6);
    let mut is_clean = check(&place, &out, &files["src/lib.rs"], ALL)?;
    if each_area {
        for area in areas(&files["Cargo.toml"])? {
            print!("{version}, {area}: ");
            let features = ["--no-default-features", "--features", &area];
            is_clean &= check(&place, &out, &files["src/lib.rs"], &features)?;
        }
    }
    Ok(is_clean)
}

/// The features that `full` stands for, by the manifest.
fn areas(manifest: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let (_, list) = manifest
        .split_once("\nfull = [")
        .ok_or("the manifest has no feature `full`")?;
    let (list, _) = list.split_once(']').unwrap_or((list, ""));
    let names = list.split('"').skip(1).step_by(2);
    Ok(names.map(str::to_owned).collect())
}

/// Checks a crate with some features, and prints what that took; whether there was neither error nor warning.
fn check(
    place: &Path,
    out: &Path,
    lib: &str,
    features: &[&str],
) -> Result<bool, Box<dyn std::error::Error>> {
    // Newer than any result of an earlier run, so that there is something to measure.
    fs::write(out.join("src/lib.rs"), lib)?;
    let log = place.join("cost.log");
    if log.exists() {
        fs::remove_file(&log)?;
    }
    let messages = place.join("messages.json");
    let mut command = cargo_check(out);
    command
        .args(features)
        .stdout(fs::File::create(&messages)?)
        .env(measure::LOG, &log);
    let (success, _) = measure::run(&mut command)?;

    let [errors, warnings] = count_messages(&fs::read_to_string(&messages)?);
    // Without a log, cargo stopped before it came to the crate. The programs cost next to nothing, and are not counted.
    let log = measure::read_log(&log).unwrap_or_default();
    let is_library = |name: &str| name.starts_with(PREFIX);
    let library = log.iter().find(|(name, _)| is_library(name));
    let cost = library.map(|(_, cost)| (cost.cpu.unwrap_or_default(), cost.peak));
    let (cpu, peak) = cost.unwrap_or_default();
    println!(
        "{errors} errors, {warnings} warnings; rustc {cpu:.1} s, peak {}; {} examples",
        mebibytes(peak),
        log.iter().filter(|(name, _)| !is_library(name)).count(),
    );
    Ok(success && errors == 0 && warnings == 0)
}

fn cargo_check(crate_root: &Path) -> Command {
    let mut command = cargo(crate_root);
    command.args([
        "check",
        "--quiet",
        "--lib",
        "--examples",
        "--message-format",
        "json",
    ]);
    command
        .env("CARGO_TARGET_DIR", root().join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .stdin(Stdio::null());
    if let Ok(wrapper) = std::env::current_exe() {
        command.env("RUSTC_WORKSPACE_WRAPPER", wrapper);
    }
    command
}

/// Prints the first of cargo's messages, and counts errors and warnings.
fn count_messages(json: &str) -> [usize; 2] {
    let mut counts = [0; 2];
    for line in json.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let message = &line["message"];
        let index = match message["level"].as_str() {
            Some("error") => 0,
            Some("warning") => 1,
            _ => continue,
        };
        // The last message of a failed run has no place: `aborting due to 3 previous errors`.
        if message["spans"].as_array().is_none_or(Vec::is_empty) && index == 0 && counts[0] > 0 {
            continue;
        }
        counts[index] += 1;
        if counts[index] <= SHOWN {
            eprint!("{}", message["rendered"].as_str().unwrap_or_default());
        }
    }
    counts
}
