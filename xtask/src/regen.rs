//! `generated/` from `docs-input/`.

use std::error::Error;

use docwright::{config::Config, docs::DocsTree, emit::Files, generate, writer};

use crate::{Outcome, root};

pub(crate) fn run(_: &[String]) -> Outcome {
    let out = root().join("generated");
    println!("generated: {}", writer::write(&out, &files()?)?);
    Ok(())
}

/// What `generated/` has to hold.
pub(crate) fn files() -> Result<Files, Box<dyn Error>> {
    let docs = root().join("docs-input");
    let config = Config::load(None, &docs)?;
    let mut compilations = generate::compile_all(DocsTree::read(&docs, None)?, &config.vocabulary);
    generate::slice_all(&mut compilations, &config.include)?;
    Ok(generate::rust(
        &compilations,
        config
            .crate_name
            .as_deref()
            .unwrap_or(generate::DEFAULT_CRATE_NAME),
    ))
}
