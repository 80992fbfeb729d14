//! `docwright lsp`: the language server, over stdin and stdout.

use std::{path::Path, sync::Arc};

use clap::Args;
use docwright::{
    lint::settings::Settings,
    lsp::{self, Source},
};
use lsp_server::Connection;

use super::{Failure, Outcome, sources::Sources};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    sources: Sources,
}

pub(super) fn run(arguments: Arguments) -> Result<Outcome, Failure> {
    let sources = arguments.sources;
    let read = move |root: Option<&Path>| {
        let read = || -> Result<Source, Failure> {
            let input = sources.read_at(root)?;
            Ok(Source {
                settings: match &input.config_file {
                    Some(file) => Settings::read(file)?,
                    None => Settings::default(),
                },
                vocabulary: input.config.vocabulary,
                tree: input.tree,
            })
        };
        read().map_err(|failure| failure.to_string())
    };
    let (connection, threads) = Connection::stdio();
    let result = lsp::serve(&connection, Arc::new(read));
    drop(connection);
    threads.join()?;
    result?;
    Ok(Outcome::Clean)
}
