//! Resolution: from the model to the [`Api`], the only place that makes one from documents.
//!
//! Comes in: pages, facts and the model. Goes out: types with their inheritance laid out, enumerations, operations.
//! Every name finds its definition or becomes [`ItemType::Unknown`](crate::api::ItemType::Unknown) with a reason; a
//! base type that would close a cycle is kept apart.

use crate::{
    api::{Api, Source},
    docs::Role,
    facts::{Fact, PageFacts},
    ir::ApiVersion,
    model::Model,
    sections::Page,
};

mod enums;
mod from_paths;
mod inheritance;
mod kinds;
mod operations;
pub(crate) mod scope;
mod types;

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

/// Makes the api.
pub fn resolve(
    version: ApiVersion,
    pages: &[(Role, Page)],
    facts: &[PageFacts],
    model: &Model,
) -> Api {
    let input = Input {
        pages,
        facts,
        model,
    };
    let requests = operations::Requests::of(facts);
    let roots = operations::roots::find(input, &requests);
    let mut scope = Scope::new(input, &roots);
    let enums = enums::resolve(input, &scope);
    let entities = kinds::on_their_own(input, &scope);
    let bases = inheritance::resolve(input, &scope, &entities);
    scope.bases = bases.of;
    let mut types = types::resolve(input, &scope);
    for (derived, base) in bases.cyclic {
        types[derived.index()].cyclic_base = Some(base);
    }
    types::subtract_inherited(&mut types);
    kinds::set(input, &scope, &entities, &mut types);
    kinds::demote_navigation(&mut types);
    let operations = operations::resolve(input, &scope, &types, &requests);
    from_paths::complete(&mut types, &operations.operations);
    types::subtract_inherited(&mut types);
    let mut api = Api {
        version,
        types,
        enums,
        operations: operations.operations,
        roots: operations.roots,
        callables: operations.callables,
        ..Api::default()
    };
    operations::from_examples::complete(&mut api);
    api
}
