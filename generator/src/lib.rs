//! Compiles API reference documents into an SDK, and tells where documents contradict each other.

// In data-flow order: a module uses only modules above it.
pub mod span;
pub mod suggest;
pub mod ir;
pub mod json;
pub mod target;
pub mod docs;
pub mod sections;
pub mod front_matter;
pub mod vocabulary;
pub mod pattern;
pub mod config;
pub mod spelling;
pub mod csdl;
pub mod api;
pub mod facts;
pub mod model;
pub mod route;
pub mod resolve;
pub mod conform;
pub mod example;
pub mod slice;
pub mod area;
pub mod prose;
pub mod emit;
#[cfg(feature = "serve")]
pub mod serve;
pub mod dump;
pub mod writer;
pub mod generate;
#[cfg(feature = "lint")]
pub mod lint;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod builder;

pub use builder::Builder;

use csdl::Metadata;
use docs::{Docs, Role};
use facts::PageFacts;
use ir::ApiVersion;
use model::Model;
use rayon::prelude::*;
use resolve::Resolver;
use sections::Page;
use vocabulary::Vocabulary;

/// Every stage of one compilation.
#[derive(Debug)]
pub struct Compilation {
    /// Which version the documents describe.
    pub version: ApiVersion,
    /// The documents as they were read.
    pub docs: Docs,
    /// The same, taken apart; in the same order.
    pub pages: Vec<(Role, Page)>,
    /// What each page claims; in the same order.
    pub facts: Vec<PageFacts>,
    /// What the metadata document says, if there is one.
    pub metadata: Option<Metadata>,
    /// The claims brought together.
    pub model: Model,
    /// The result.
    pub api: api::Api,
    /// What the pages make without the metadata; there only for whoever compares the two.
    pub alone: Option<Alone>,
}

/// What pages say when nobody asks the metadata.
#[derive(Debug)]
pub struct Alone {
    /// Their claims brought together.
    pub model: Model,
    /// The types and enumerations that they make; of operations only what these follow from.
    pub api: api::Api,
}

/// Compiles documents. No document makes it fail.
pub fn compile(docs: Docs, vocabulary: &Vocabulary) -> Compilation {
    compile_for(docs, vocabulary, Purpose::Emit)
}

/// What a compilation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To write what the documents say.
    Emit,
    /// To compare what the documents say: pages are resolved a second time, without the metadata beside them.
    Compare,
}

/// Compiles documents for a purpose.
pub fn compile_for(docs: Docs, vocabulary: &Vocabulary, purpose: Purpose) -> Compilation {
    ReadDocs::new(docs, vocabulary).compile(purpose)
}

/// Documents that were read: what each of them claims, and nothing of what that means together.
#[derive(Debug)]
pub struct ReadDocs {
    docs: Docs,
    pages: Vec<(Role, Page)>,
    facts: Vec<PageFacts>,
    metadata: Option<Metadata>,
}

impl ReadDocs {
    /// Reads documents, each on its own, on all threads.
    pub fn new(docs: Docs, vocabulary: &Vocabulary) -> Self {
        let read_metadata = || {
            let file = docs.metadata.as_ref();
            file.map(|file| csdl::read(file.path.clone(), file.text.clone()))
        };
        let ((pages, facts), metadata) =
            rayon::join(|| read_pages(&docs, vocabulary), read_metadata);
        Self {
            docs,
            pages,
            facts,
            metadata,
        }
    }

    /// Brings together what they claim, on a thread or two.
    pub fn compile(self, purpose: Purpose) -> Compilation {
        let Self {
            docs,
            pages,
            facts,
            metadata,
        } = self;
        let mut model = model::build(&pages, &facts);
        let is_compared = purpose == Purpose::Compare && metadata.is_some();
        let of_pages = is_compared.then(|| model.clone());
        if let Some(metadata) = &metadata {
            model::declare_all(metadata, &mut model);
        }
        let resolver = Resolver::new(docs.version, &pages, &facts);
        let (api, alone) = rayon::join(
            || resolver.resolve(&model, metadata.as_ref()),
            || {
                of_pages.map(|mut model| {
                    let api = resolver.resolve_types(&model);
                    model::name_all(&api, &mut model);
                    Alone { model, api }
                })
            },
        );
        Compilation {
            version: docs.version,
            docs,
            pages,
            facts,
            metadata,
            model,
            api,
            alone,
        }
    }
}

/// Takes pages apart and reads their facts.
fn read_pages(docs: &Docs, vocabulary: &Vocabulary) -> (Vec<(Role, Page)>, Vec<PageFacts>) {
    let pages = docs.pages.par_iter().with_max_len(docs::PAGES_AT_ONCE);
    let pages = pages.map(|doc| {
        let page = sections::parse(doc.path.clone(), doc.text.clone());
        (doc.role, page)
    });
    let pages: Vec<_> = pages.collect();
    let facts = facts::collect(&pages, vocabulary);
    (pages, facts)
}
