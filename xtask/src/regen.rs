//! `generated/` from `docs-input/`.

use std::error::Error;

use docwright::{
    config::Config,
    docs::DocsTree,
    emit::{Files, rust::Options},
    generate, writer,
};

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
    let tree = DocsTree::read(&docs, None)?;
    let crate_name = config.crate_name.as_deref();
    let crate_name = crate_name.unwrap_or(generate::DEFAULT_CRATE_NAME);
    let options = Options {
        contract_tests: true,
        ..Options::new(crate_name)
    };
    let (_, files) = generate::compile_rust(tree, &config.vocabulary, &config.include, &options)?;
    Ok(files)
}
