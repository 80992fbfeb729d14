//! Resolution: from the model to the [`Api`], the only place that makes one from documents.
//!
//! Comes in: pages, facts and the model, and the metadata, if there is any. Goes out: types with their inheritance laid
//! out, enumerations, operations. Where pages and metadata speak of the same, [`declared`] says who wins.
//! Every name finds its definition or becomes [`ItemType::Unknown`](crate::api::ItemType::Unknown) with a reason; a
//! base type that would close a cycle is kept apart.

use crate::{
    api::{Api, Source},
    csdl::Metadata,
    docs::Role,
    facts::{Fact, PageFacts},
    ir::ApiVersion,
    model::Model,
    sections::Page,
};

mod declared;
mod enums;
mod from_paths;
mod inheritance;
mod kinds;
mod operations;
pub(crate) mod scope;
mod types;

use declared::Declared;
use operations::Extent;
/// How the text of a path is taken apart, for who reads paths that no operation has.
pub(crate) use operations::path as path_text;
pub(crate) use scope::Scope;

/// What resolution reads.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) pages: &'a [(Role, Page)],
    pub(crate) facts: &'a [PageFacts],
    pub(crate) model: &'a Model,
}

impl Input<'_> {
    /// The page and line of a fact.
    pub(crate) fn source(&self, fact: &Fact) -> Source {
        let page = &self.pages[fact.page.index()].1;
        Source {
            page: page.path.clone(),
            line: page.line(fact.at),
        }
    }
}

/// Pages and their facts, ready to be resolved: with the metadata, without it, or both.
pub struct Resolver<'a> {
    version: ApiVersion,
    pages: &'a [(Role, Page)],
    facts: &'a [PageFacts],
    /// The same for each resolution.
    requests: operations::Requests<'a>,
}

impl<'a> Resolver<'a> {
    /// Brings together what each page says of requests.
    pub fn new(version: ApiVersion, pages: &'a [(Role, Page)], facts: &'a [PageFacts]) -> Self {
        Self {
            version,
            pages,
            facts,
            requests: operations::Requests::of(facts),
        }
    }

    /// Makes the api of pages, of metadata, or of both; the model has the names of the metadata then.
    pub fn resolve(&self, model: &Model, metadata: Option<&Metadata>) -> Api {
        let mut api = self.documented(model, metadata, Extent::Whole);
        if metadata.is_none() || !self.pages.is_empty() {
            operations::from_examples::complete(&mut api);
        }
        api
    }

    /// Makes the types and enumerations of pages alone; the operations are there as far as types follow from them.
    pub fn resolve_types(&self, model: &Model) -> Api {
        self.documented(model, None, Extent::Outline)
    }

    fn documented(&self, model: &Model, metadata: Option<&Metadata>, extent: Extent) -> Api {
        let input = Input {
            pages: self.pages,
            facts: self.facts,
            model,
        };
        let requests = &self.requests;
        let roots = operations::roots::find(input, requests);
        let mut scope = Scope::new(input, &roots);
        let mut enums = enums::resolve(input, &scope);
        let entities = kinds::on_their_own(input, &scope);
        let mut bases = inheritance::resolve(input, &scope, &entities);
        if let Some(metadata) = metadata {
            inheritance::declare(Declared::new(metadata, &scope).bases(), &mut bases);
        }
        scope.bases = bases.of;
        let declared = metadata.map(|metadata| Declared::new(metadata, &scope));
        let mut types = types::resolve(input, &scope);
        for (derived, base) in bases.cyclic {
            types[derived.index()].cyclic_base = Some(base);
        }
        types::subtract_inherited(&mut types);
        kinds::set(input, &scope, &entities, &mut types);
        if let Some(declared) = &declared {
            declared.complete_types(&mut types);
            declared.complete_enums(&mut enums);
        }
        kinds::demote_navigation(&mut types);
        let mut resolved = operations::resolve(input, &scope, &types, requests, extent);
        let placed = declared.as_ref().map(|it| it.placed_members(&types));
        from_paths::complete(&mut types, &resolved.operations, |id, name| {
            let mut placed = placed.iter();
            placed.any(|members| members.contains(&(id, name.to_owned())))
        });
        types::subtract_inherited(&mut types);
        if let Some(declared) = &declared {
            declared.complete_roots(&mut resolved.roots);
            resolved.callables =
                declared.complete_callables(resolved.callables, &mut resolved.operations);
        }
        let mut api = Api {
            version: self.version,
            types,
            enums,
            operations: resolved.operations,
            roots: resolved.roots,
            callables: resolved.callables,
            ..Api::default()
        };
        if let Some(declared) = declared.filter(|_| self.pages.is_empty()) {
            operations::implied::add(&mut api, declared.imports(), declared.file());
        }
        api
    }
}
