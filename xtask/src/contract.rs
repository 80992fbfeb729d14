//! Whether the crate that a docs tree becomes makes the requests and reads the answers that the pages show.

use std::{fs, process::Stdio};

use docwright::{docs::DocsTree, emit::rust::Options, ir::ApiVersion};

use crate::{Outcome, cargo, corpus, root};

pub(crate) const HELP: &str = "--docs DIR [--api-version V] [--slice N]: make every request and read every answer \
                               that the pages (or N of them) show, with the crate that they become";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    corpus::try_versions(arguments, "does not do what its examples show", hold)
}

/// Writes the crate of one version and runs its contract tests; whether all of them hold.
fn hold(tree: DocsTree, version: ApiVersion) -> Result<bool, Box<dyn std::error::Error>> {
    let place = root().join("target/contract");
    let out = place.join(version.as_str());
    let options = Options {
        contract_tests: true,
        ..Options::new(corpus::name("contract", version))
    };
    corpus::write_crate(tree, &out, &options)?;
    let report = place.join(format!("{version}.txt"));
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let status = cargo(&out)
        .args(["test", "--quiet", "--lib", "contract::"])
        .env("CARGO_TARGET_DIR", root().join("target"))
        .env("CONTRACT_REPORT", &report)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    let report = fs::read_to_string(&report)
        .map_err(|_| format!("the tests of {} do not run", out.display()))?;
    println!("{version}\n{report}");
    Ok(status.success())
}
