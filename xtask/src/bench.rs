//! What is measured beside what: the stages beside a walk over the same files, the SDK beside what else is there.

use std::process::Command;

use crate::{Outcome, root};

pub(crate) mod sdk;
pub(crate) mod stages;

/// Starts a chore over as an optimized program; `cargo xtask` alone builds a plain one.
fn run_optimized(chore: &[&str], arguments: &[String]) -> Outcome {
    let status = cargo()
        .args(["run", "--quiet", "--release", "--package", "xtask", "--"])
        .args(chore)
        .args(arguments)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the optimized run failed".into())
    }
}

/// Builds the program that is measured.
fn build_docwright() -> Outcome {
    let status = cargo()
        .args(["build", "--quiet", "--release", "--package", "docwright"])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the program does not build".into())
    }
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}
