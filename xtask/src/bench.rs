//! What is measured beside what: the stages beside a walk over the same files, the SDK beside what else is there.

use crate::{Outcome, cargo, root};

pub(crate) mod lint;
pub(crate) mod sdk;
pub(crate) mod stages;

/// Starts a chore over as an optimized program; `cargo xtask` alone builds a plain one.
fn run_optimized(chore: &[&str], arguments: &[String]) -> Outcome {
    let status = cargo(&root())
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
    let status = cargo(&root())
        .args(["build", "--quiet", "--release", "--package", "docwright"])
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the program does not build".into())
    }
}
