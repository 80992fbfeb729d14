//! Inheritance: which type derives from which.
//!
//! Witnesses in order of trust: an annotation that names more than `entity`, a sentence, an annotation, the rows that
//! are marked as inherited. An entity type without a witness derives from `microsoft.graph.entity`, as every entity of
//! the service does.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Input, Scope};
use crate::{
    api::{ItemType, TypeId},
    facts::{Claim, Witness},
    ir::DEFAULT_NAMESPACE,
    model::TypeModel,
    spelling::Reference,
};

/// Base types.
pub(super) struct Bases {
    /// Of each type, by id; without cycles.
    pub(super) of: Vec<Option<TypeId>>,
    /// What pages state and what would close a cycle, by the id of the derived type.
    pub(super) cyclic: BTreeMap<TypeId, TypeId>,
}

/// Finds the base type of each type.
pub(super) fn resolve(input: Input, scope: &Scope, entities: &[bool]) -> Bases {
    let mut bases: Vec<Option<TypeId>> = scope
        .types
        .iter()
        .enumerate()
        .map(|(at, model)| stated_base(input, scope, model).filter(|base| base.index() != at))
        .collect();
    let cyclic = cut_cycles(&mut bases);
    for at in 0..bases.len() {
        if bases[at].is_none() {
            bases[at] = base_of_rows(input, scope, scope.types[at], &bases)
                .filter(|&base| !reaches(&bases, base, at));
        }
    }
    place_undescribed(input, scope, &mut bases);
    let root = scope.type_by_name(&format!("{DEFAULT_NAMESPACE}.entity"));
    for at in 0..bases.len() {
        if let Some(root) = root.filter(|root| root.index() != at && bases[at].is_none())
            && entities[at]
            && !reaches(&bases, root, at)
        {
            bases[at] = Some(root);
        }
    }
    Bases { of: bases, cyclic }
}

/// Puts declared base types in the place of what pages say.
pub(super) fn declare(declared: FxHashMap<TypeId, Option<TypeId>>, bases: &mut Bases) {
    for (id, base) in declared {
        bases.of[id.index()] = base;
        bases.cyclic.remove(&id);
    }
    bases.cyclic.extend(cut_cycles(&mut bases.of));
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
    let own = |id: &TypeId| !scope.types[id.index()].name.is_like(&model.name);
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

/// Where the base type of a type is not described, rows still tell what lies above it.
fn place_undescribed(input: Input, scope: &Scope, bases: &mut [Option<TypeId>]) {
    for at in 0..bases.len() {
        let Some(base) = bases[at] else { continue };
        let Some(last) = lineage(bases, base).last() else {
            continue;
        };
        if !scope.types[last.index()].pages.is_empty() {
            continue;
        }
        let above = ancestors_of_rows(input, scope, scope.types[at]);
        let unplaced = above
            .into_iter()
            .find(|&id| !reaches(bases, TypeId(at as u32), id.index()));
        if let Some(id) = unplaced.filter(|&id| !reaches(bases, id, last.index())) {
            bases[last.index()] = Some(id);
        }
    }
}

/// Of the types that rows are inherited from, the most derived one.
fn base_of_rows(
    input: Input,
    scope: &Scope,
    model: &TypeModel,
    bases: &[Option<TypeId>],
) -> Option<TypeId> {
    let depth = |id: TypeId| lineage(bases, id).count();
    let ancestors = ancestors_of_rows(input, scope, model).into_iter();
    ancestors.max_by_key(|&id| (depth(id), std::cmp::Reverse(id)))
}

/// The types that rows are inherited from.
fn ancestors_of_rows(input: Input, scope: &Scope, model: &TypeModel) -> BTreeSet<TypeId> {
    let mut ancestors = BTreeSet::new();
    for id in model.members.iter().flat_map(|member| &member.rows) {
        let fact = id.of(input.facts);
        let Some(row) = fact.claim.member_row() else {
            continue;
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
    ancestors
}

/// A type and its base types, nearest first.
fn lineage(bases: &[Option<TypeId>], id: TypeId) -> impl Iterator<Item = TypeId> + '_ {
    std::iter::successors(Some(id), |id| bases[id.index()])
}

fn reaches(bases: &[Option<TypeId>], from: TypeId, to: usize) -> bool {
    lineage(bases, from).any(|id| id.index() == to)
}

/// Takes the base type away from the last type of each cycle, in the order of names; what was taken.
fn cut_cycles(bases: &mut [Option<TypeId>]) -> BTreeMap<TypeId, TypeId> {
    let mut cut = BTreeMap::new();
    for at in 0..bases.len() {
        let mut seen = FxHashSet::from_iter([at]);
        let mut current = at;
        while let Some(base) = bases[current] {
            if !seen.insert(base.index()) {
                bases[current] = None;
                cut.insert(TypeId(current as u32), base);
                break;
            }
            current = base.index();
        }
    }
    cut
}
