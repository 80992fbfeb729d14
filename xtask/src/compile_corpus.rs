//! Whether the crate that a docs tree becomes compiles, and at what cost.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use docwright::{docs::DocsTree, emit::rust::Options, ir::ApiVersion};

use crate::{
    Outcome, corpus,
    measure::{self, mebibytes},
    root,
};

pub(crate) const HELP: &str = "--docs DIR [--api-version V] [--slice N]: `cargo check` of the crate for a docs tree, \
                               or for N of its pages";

/// How many messages are printed; all are counted.
const SHOWN: usize = 20;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    corpus::try_versions(arguments, "does not compile cleanly", compile)
}

/// Writes the crate of one version and checks it; whether there was neither error nor warning.
fn compile(tree: DocsTree, version: ApiVersion) -> Result<bool, Box<dyn std::error::Error>> {
    let place = root().join("target/compile-corpus");
    let out = place.join(version.as_str());
    let files = corpus::write_crate(tree, &out, &Options::new(corpus::name("corpus", version)))?;
    let (count, bytes) = (files.len(), files.values().map(String::len).sum::<usize>());
    // Newer than any result of an earlier run, so that there is something to measure.
    fs::write(out.join("src/lib.rs"), &files["src/lib.rs"])?;
    let log = place.join(format!("{version}.log"));
    if log.exists() {
        fs::remove_file(&log)?;
    }
    let messages = place.join(format!("{version}.json"));
    let mut command = cargo_check(&out);
    command
        .stdout(fs::File::create(&messages)?)
        .env(measure::LOG, &log);
    let (success, _) = measure::run(&mut command)?;

    let [errors, warnings] = count_messages(&fs::read_to_string(&messages)?);
    // Without a log, cargo stopped before it came to the crate.
    let (cpu, peak) = measure::read_log(&log).unwrap_or_default().iter().fold(
        (0.0, 0),
        |(cpu, peak): (f64, u64), (_, cost)| {
            (
                cpu + cost.cpu.unwrap_or_default(),
                peak.max(cost.peak.unwrap_or_default()),
            )
        },
    );
    println!(
        "{version}: {count} files, {:.1} MB: {errors} errors, {warnings} warnings; rustc {cpu:.1} s, peak {}",
        bytes as f64 / 1e6,
        mebibytes(Some(peak))
    );
    Ok(success && errors == 0 && warnings == 0)
}

fn cargo_check(crate_root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut command = Command::new(cargo);
    command.args([
        "check",
        "--quiet",
        // All features but `native-tls`: the TLS of the system may not be there to compile against.
        "--features",
        "serde,sign-in",
        "--message-format",
        "json",
    ]);
    command
        .current_dir(crate_root)
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
