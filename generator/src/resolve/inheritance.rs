//! Inheritance: which type derives from which.
//!
//! Witnesses in order of trust: an annotation that names more than `entity`, a sentence, an annotation, the rows that
//! are marked as inherited. A type with a key and no witness derives from `microsoft.graph.entity`, as every entity of
//! the service does.

use std::collections::HashSet;

use super::{Input, Scope};
use crate::{
    api::{ItemType, TypeId},
    facts::{Claim, Witness},
    ir::DEFAULT_NAMESPACE,
    model::TypeModel,
    spelling::Reference,
};

/// The base type of each type, by id; without cycles.
pub(super) fn resolve(input: Input, scope: &Scope) -> Vec<Option<TypeId>> {
    let mut bases: Vec<Option<TypeId>> = scope
        .types
        .iter()
        .enumerate()
        .map(|(at, model)| stated_base(input, scope, model).filter(|base| base.index() != at))
        .collect();
    cut_cycles(&mut bases);
    for at in 0..bases.len() {
        if bases[at].is_none() {
            bases[at] = base_of_rows(input, scope, scope.types[at], &bases)
                .filter(|&base| !reaches(&bases, base, at));
        }
    }
    let root = scope.type_by_name(&format!("{DEFAULT_NAMESPACE}.entity"));
    for at in 0..bases.len() {
        if let Some(root) = root.filter(|root| root.index() != at && bases[at].is_none()) {
            if has_key(input, scope.types[at]) && !reaches(&bases, root, at) {
                bases[at] = Some(root);
            }
        }
    }
    bases
}

/// What annotations and sentences say.
fn stated_base(input: Input, scope: &Scope, model: &TypeModel) -> Option<TypeId> {
    let stated = |wanted: Witness| {
        model.bases.iter().filter_map(move |id| {
            let fact = id.of(input.facts);
            match &fact.claim {
                Claim::Base { base, witness, .. } if *witness == wanted => {
                    type_of(scope, base, fact.page)
                }
                _ => None,
            }
        })
    };
    let root = scope.type_by_name(&format!("{DEFAULT_NAMESPACE}.entity"));
    let mut annotated = stated(Witness::Annotation);
    let own = |id: &TypeId| scope.types[id.index()].name.key() != model.name.key();
    annotated
        .find(|id| Some(*id) != root && own(id))
        .or_else(|| stated(Witness::Prose).find(own))
        .or_else(|| stated(Witness::Annotation).find(own))
}

fn type_of(scope: &Scope, reference: &Reference, from: crate::facts::PageId) -> Option<TypeId> {
    match scope.named(reference, from)? {
        ItemType::Structured(id) => Some(id),
        ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
    }
}

/// Of the types that rows are inherited from, the most derived one.
fn base_of_rows(
    input: Input,
    scope: &Scope,
    model: &TypeModel,
    bases: &[Option<TypeId>],
) -> Option<TypeId> {
    let mut ancestors = HashSet::new();
    for id in model.members.iter().flat_map(|member| &member.rows) {
        let fact = id.of(input.facts);
        let row = match &fact.claim {
            Claim::Member { row, .. } | Claim::BodyMember(row) => row,
            _ => continue,
        };
        if let Some(id) = row
            .facets
            .inherited_from
            .as_ref()
            .and_then(|from| type_of(scope, from, fact.page))
        {
            ancestors.insert(id);
        }
    }
    let depth = |id: TypeId| lineage(bases, id).count();
    ancestors
        .into_iter()
        .max_by_key(|&id| (depth(id), std::cmp::Reverse(id)))
}

/// Whether a page calls a property the key, or the type has an `id` and methods to find it by.
fn has_key(input: Input, model: &TypeModel) -> bool {
    let claims = || model.traits.iter().map(|id| &id.of(input.facts).claim);
    let keyed = claims().any(|claim| matches!(claim, Claim::Key { .. }));
    let methods = claims().any(|claim| matches!(claim, Claim::Method { .. }));
    let id = model
        .members
        .iter()
        .find(|member| member.name == "id")
        .and_then(|member| member.rows.first());
    let id_is_key = id.is_some_and(|id| match &id.of(input.facts).claim {
        Claim::Member { row, .. } | Claim::BodyMember(row) => row.facets.key,
        _ => false,
    });
    keyed || id_is_key || (id.is_some() && methods)
}

/// A type and its base types, nearest first.
fn lineage(bases: &[Option<TypeId>], id: TypeId) -> impl Iterator<Item = TypeId> + '_ {
    std::iter::successors(Some(id), |id| bases[id.index()])
}

fn reaches(bases: &[Option<TypeId>], from: TypeId, to: usize) -> bool {
    lineage(bases, from).any(|id| id.index() == to)
}

/// Takes the base type away from the last type of each cycle, in the order of names.
fn cut_cycles(bases: &mut [Option<TypeId>]) {
    for at in 0..bases.len() {
        let mut seen = HashSet::from([at]);
        let mut current = at;
        while let Some(base) = bases[current] {
            if !seen.insert(base.index()) {
                bases[current] = None;
                break;
            }
            current = base.index();
        }
    }
}
