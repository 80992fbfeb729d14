//! Which types are entity types, and by which property their entities are found.
//!
//! A type is an entity type if a base type is one, if a navigation property leads to it (CSDL 4.0, section 8: only
//! entities can be navigated to), if it is that of a singleton, if it has methods, if an annotation names a key of its
//! own or an `id` that the page shows, or if its `id` is read-only and shown as an identifier. Anything else is a value
//! inside of something else: a complex type.

use rustc_hash::FxHashSet;

use super::{Input, Scope};
use crate::{
    api::{ItemType, MemberKind, StructuredType, TypeId, TypeKind},
    facts::Claim,
    ir::DEFAULT_NAMESPACE,
    model::TypeModel,
};

/// What the page of a type says of its key.
#[derive(Default)]
struct Evidence {
    /// The key that an annotation names.
    key: Option<String>,
    methods: bool,
    /// A member `id` that a description calls the key, or that is read-only and shown as an identifier.
    id: bool,
}

/// Whether each type is an entity type on its own account, by id. `microsoft.graph.entity`, from which all others
/// derive, is one whether a page describes it or not.
pub(super) fn on_their_own(input: Input, scope: &Scope) -> Vec<bool> {
    let root = scope.type_by_name(&format!("{DEFAULT_NAMESPACE}.entity"));
    let navigated = navigated_to(input, scope);
    let singletons: FxHashSet<usize> = scope.singletons.values().map(|id| id.index()).collect();
    scope
        .types
        .iter()
        .zip(navigated)
        .enumerate()
        .map(|(at, (model, navigated))| {
            if root.is_some_and(|root| root.index() == at) {
                return true;
            }
            navigated || singletons.contains(&at) || says_entity(input, model)
        })
        .collect()
}

/// Whether the pages of a type say that it is an entity type.
pub(super) fn says_entity(input: Input, model: &TypeModel) -> bool {
    let evidence = evidence(input, model);
    // Annotations are copied from page to page with the key `id`; it is meant where the page shows it.
    let is_meant = |key: &str| key != "id" || model.members.iter().any(|member| member.name == key);
    let keyed = evidence.key.as_deref().is_some_and(is_meant);
    evidence.methods || keyed || evidence.id
}

/// Sets kind and key of each type; base types are laid out.
pub(super) fn set(input: Input, scope: &Scope, own: &[bool], types: &mut [StructuredType]) {
    let bases: Vec<Option<TypeId>> = types.iter().map(|ty| ty.base).collect();
    for (at, ty) in types.iter_mut().enumerate() {
        let inherits = std::iter::successors(bases[at], |base| bases[base.index()])
            .any(|base| own[base.index()]);
        if !own[at] && !inherits {
            continue;
        }
        ty.kind = TypeKind::Entity;
        if !inherits {
            let named = evidence(input, scope.types[at]).key;
            let has = |name: &String| ty.members.iter().any(|member| member.name == *name);
            ty.key = named
                .filter(has)
                .or_else(|| Some("id".to_owned()).filter(has))
                .into_iter()
                .collect();
        }
    }
}

fn evidence(input: Input, model: &TypeModel) -> Evidence {
    let mut out = Evidence::default();
    for id in &model.traits {
        match &id.of(input.facts).claim {
            Claim::Key { property, .. } => out.key = Some(property.clone()),
            Claim::Method { .. } => out.methods = true,
            _ => {}
        }
    }
    for member in model.members.iter().filter(|member| member.name == "id") {
        let mut read_only = false;
        let mut identifier = false;
        for id in member.rows.iter().chain(&member.keys) {
            match &id.of(input.facts).claim {
                Claim::Member { row, .. } | Claim::BodyMember(row) => {
                    out.id |= row.facets.key;
                    read_only |= row.facets.read_only;
                }
                Claim::JsonKey {
                    identifier: says, ..
                } => identifier |= says,
                _ => {}
            }
        }
        out.id |= read_only && identifier;
    }
    out
}

/// The types that navigation properties lead to.
fn navigated_to(input: Input, scope: &Scope) -> Vec<bool> {
    let mut out = vec![false; scope.types.len()];
    for model in &scope.types {
        for id in model
            .members
            .iter()
            .filter_map(|member| member.rows.first())
        {
            let fact = id.of(input.facts);
            let Claim::Member {
                table: crate::facts::MemberTable::Relationships,
                row,
                ..
            } = &fact.claim
            else {
                continue;
            };
            if let ItemType::Structured(target) = scope.item(&row.ty.item, fact.page) {
                out[target.index()] = true;
            }
        }
    }
    out
}

/// Navigation properties to types that turned out to be no entity types are properties.
pub(super) fn demote_navigation(types: &mut [StructuredType]) {
    let entity: Vec<bool> = types.iter().map(|ty| ty.kind == TypeKind::Entity).collect();
    for member in types.iter_mut().flat_map(|ty| &mut ty.members) {
        let leads_to_entity =
            matches!(member.ty.item, ItemType::Structured(id) if entity[id.index()]);
        if !leads_to_entity {
            member.kind = MemberKind::Property;
        }
    }
}
