//! How fast each stage is, beside a bare walk over the Markdown events of the same files.

use crate::Outcome;

pub(crate) const HELP: &str =
    "--docs DIR [--repeat N]: time of each stage, beside a bare pulldown-cmark walk";

pub(crate) fn run(_: &[String]) -> Outcome {
    Ok(())
}
