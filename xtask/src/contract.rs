//! Whether the crate that a docs tree becomes makes the requests and reads the answers that the pages show.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use docwright::{
    docs::DocsTree, emit::rust::Options, generate, ir::ApiVersion, vocabulary::Vocabulary, writer,
};

use crate::{Outcome, option, root};

pub(crate) const HELP: &str = "--docs DIR [--api-version V] [--slice N]: make every request and read every answer \
                               that the pages (or N of them) show, with the crate that they become";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let docs = option(arguments, "--docs")?.ok_or("`--docs DIR` is missing")?;
    let slice = crate::number(arguments, "--slice", usize::MAX)?;
    let only = option(arguments, "--api-version")?.and_then(ApiVersion::from_segment);
    let tree = DocsTree::read(Path::new(docs), only)?;
    let mut failed = Vec::new();
    for version in tree.versions.keys().copied() {
        let part = crate::compile_corpus::slice_of(&tree, version, slice);
        if !hold(part, version)? {
            failed.push(version.to_string());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{} does not do what its examples show",
            failed.join(" and ")
        )
        .into())
    }
}

/// Writes the crate of one version and runs its contract tests; whether all of them hold.
fn hold(tree: DocsTree, version: ApiVersion) -> Result<bool, Box<dyn std::error::Error>> {
    let place = root().join("target/contract");
    let out = place.join(version.as_str());
    let options = Options {
        contract_tests: true,
        ..Options::new(format!("contract-{}", version.as_str().replace('.', "-")))
    };
    let (_, files) = generate::compile_rust(tree, &Vocabulary::default(), &[], &options)?;
    writer::write(&out, &files)?;
    // The same versions of the dependencies as in this workspace, and an end to the search for a workspace above.
    fs::copy(root().join("Cargo.lock"), out.join("Cargo.lock"))?;
    let report = place.join(format!("{version}.txt"));
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let status = Command::new(cargo)
        .args(["test", "--quiet", "--lib", "contract::"])
        .current_dir(&out)
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
