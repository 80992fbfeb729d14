//! Compiles API reference documents into an SDK, and tells where documents contradict each other.

// In data-flow order: a module uses only modules above it.
pub mod span;
pub mod suggest;
pub mod ir;
pub mod docs;
pub mod sections;
pub mod front_matter;
pub mod vocabulary;
pub mod config;
pub mod spelling;
pub mod api;
pub mod facts;
pub mod emit;
pub mod dump;
pub mod writer;
pub mod generate;

/// Every value between pages and emitters.
#[derive(Clone, Debug)]
pub struct Compilation {
    /// The pages.
    pub docs: docs::Docs,
    /// What emitters read.
    pub api: api::Api,
}

/// Reads the documents of one version; whatever they are, this does not fail.
pub fn compile(docs: docs::Docs) -> Compilation {
    let api = api::Api {
        version: docs.version,
        ..api::Api::default()
    };
    Compilation { docs, api }
}
