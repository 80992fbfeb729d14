//! Entity and complex types: kind, members, what pages say of them.

use std::collections::HashSet;

use super::{Input, Scope};
use crate::{
    api::{ItemType, Member, MemberKind, StructuredType, Type, TypeId, TypeKind},
    facts::{Claim, Fact, MemberTable, Row},
    ir::TypeName,
    model::{MemberModel, TypeModel},
    spelling::ItemText,
};

pub(super) fn resolve(
    input: Input,
    scope: &Scope,
    bases: &[Option<TypeId>],
) -> Vec<StructuredType> {
    let mut types: Vec<_> = scope
        .types
        .iter()
        .zip(bases)
        .map(|(model, base)| structured_type(input, scope, model, *base))
        .collect();
    for at in 0..types.len() {
        if let Some(base) = types[at].base {
            types[base.index()].derived.push(TypeId(at as u32));
        }
    }
    subtract_inherited(&mut types);
    spread_kinds(&mut types);
    types
}

fn structured_type(
    input: Input,
    scope: &Scope,
    model: &TypeModel,
    base: Option<TypeId>,
) -> StructuredType {
    let page = model.pages.first().map(|id| id.of(input.facts));
    let first_row = || {
        model
            .members
            .first()
            .and_then(|member| member.rows.first())
            .map(|id| id.of(input.facts))
    };
    let mut out = StructuredType {
        name: model.name.clone(),
        kind: TypeKind::Complex,
        base,
        derived: Vec::new(),
        is_abstract: false,
        is_open: false,
        has_stream: false,
        key: Vec::new(),
        members: Vec::new(),
        description: String::new(),
        deprecated: None,
        source: page
            .or_else(first_row)
            .map(|fact| input.source(fact))
            .unwrap_or_default(),
    };
    if let Some(Fact {
        claim:
            Claim::Type {
                description,
                deprecated,
                ..
            },
        ..
    }) = page
    {
        out.description.clone_from(description);
        out.deprecated.clone_from(deprecated);
    }
    out.members = model
        .members
        .iter()
        .filter_map(|member| resolve_member(input, scope, member))
        .collect();
    apply_traits(input, model, &mut out);
    out
}

/// Key, abstract, open, and what follows from the members for the kind.
fn apply_traits(input: Input, model: &TypeModel, out: &mut StructuredType) {
    let mut has_methods = false;
    let mut open = None;
    for id in &model.traits {
        match &id.of(input.facts).claim {
            Claim::Key { property, .. } => add_key(out, property),
            Claim::Abstract { .. } => out.is_abstract = true,
            Claim::Open { open: says, .. } => open = Some(open.unwrap_or(false) || *says),
            Claim::MediaEntity { .. } => out.has_stream = true,
            Claim::Method { .. } => has_methods = true,
            _ => {}
        }
    }
    out.is_open = open.unwrap_or(false);
    let id_is_key = out.members.iter().any(|member| member.name == "id") && key_row(input, model);
    if id_is_key || (has_methods && out.members.iter().any(|member| member.name == "id")) {
        add_key(out, "id");
    }
    if !out.key.is_empty() {
        out.kind = TypeKind::Entity;
    }
}

fn key_row(input: Input, model: &TypeModel) -> bool {
    model.members.iter().filter(|member| member.name == "id").flat_map(|member| &member.rows).any(|id| {
        matches!(&id.of(input.facts).claim, Claim::Member { row, .. } | Claim::BodyMember(row) if row.facets.key)
    })
}

fn add_key(out: &mut StructuredType, property: &str) {
    if !out.key.iter().any(|key| key == property) {
        out.key.push(property.to_owned());
    }
}

/// The row that wins gives type and description; the others may still know a facet that it does not.
fn resolve_member(input: Input, scope: &Scope, model: &MemberModel) -> Option<Member> {
    let rows: Vec<(&Fact, &Row, MemberTable)> = model
        .rows
        .iter()
        .filter_map(|id| row_of(id.of(input.facts)))
        .collect();
    let &(fact, row, table) = rows.first()?;
    let described = rows.iter().find(|(_, row, _)| !row.description.is_empty());
    let ty = member_type(scope, fact, row, &rows);
    Some(Member {
        name: row.name.clone(),
        kind: if table == MemberTable::Relationships {
            MemberKind::Navigation { contained: false }
        } else {
            MemberKind::Property
        },
        secret: is_secret(&ty, &row.description),
        ty,
        nullable: row.facets.nullable,
        read_only: row.facets.read_only,
        required: row.facets.required == Some(true),
        default: row.facets.default.clone(),
        description: described
            .map(|(_, row, _)| row.description.clone())
            .unwrap_or_default(),
        deprecated: row.facets.deprecated.clone(),
        source: input.source(fact),
    })
}

fn row_of(fact: &Fact) -> Option<(&Fact, &Row, MemberTable)> {
    match &fact.claim {
        Claim::Member { table, row, .. } => Some((fact, row, *table)),
        Claim::BodyMember(row) => Some((fact, row, MemberTable::Body)),
        _ => None,
    }
}

/// The type of the first row that resolves; a cell that says only `Enumeration` means the one that its values make.
fn member_type(scope: &Scope, fact: &Fact, row: &Row, rows: &[(&Fact, &Row, MemberTable)]) -> Type {
    if row.ty.item == ItemText::Enumeration {
        let name = TypeName::new(&row.name);
        if let Some(item) = scope.enum_by_name(&name) {
            return Type {
                item,
                collection: row.ty.collection,
            };
        }
    }
    let first = scope.ty(&row.ty, fact.page);
    if !matches!(first.item, ItemType::Unknown { .. }) {
        return first;
    }
    let others = rows
        .iter()
        .skip(1)
        .map(|(fact, row, _)| scope.ty(&row.ty, fact.page));
    others
        .into_iter()
        .find(|ty| !matches!(ty.item, ItemType::Unknown { .. }))
        .unwrap_or(first)
}

/// Descriptions that warn of a secret.
fn is_secret(ty: &Type, description: &str) -> bool {
    let lower = || description.to_ascii_lowercase();
    Scope::is_string(&ty.item) && description.len() > 5 && {
        let lower = lower();
        ["password", "secret", "private key", "credential"]
            .iter()
            .any(|word| lower.contains(word))
    }
}

/// Pages repeat the members of base types; the api does not.
fn subtract_inherited(types: &mut [StructuredType]) {
    let own: Vec<HashSet<String>> = types
        .iter()
        .map(|ty| {
            ty.members
                .iter()
                .map(|member| member.name.to_ascii_lowercase())
                .collect()
        })
        .collect();
    let bases: Vec<Option<TypeId>> = types.iter().map(|ty| ty.base).collect();
    for ty in types {
        if ty.base.is_none() {
            continue;
        }
        ty.members.retain(|member| {
            let name = member.name.to_ascii_lowercase();
            !std::iter::successors(ty.base, |base| bases[base.index()])
                .any(|base| own[base.index()].contains(&name))
        });
    }
}

/// A type that derives from an entity type is one, and has its key.
fn spread_kinds(types: &mut [StructuredType]) {
    let entity: Vec<bool> = types.iter().map(|ty| ty.kind == TypeKind::Entity).collect();
    let bases: Vec<Option<TypeId>> = types.iter().map(|ty| ty.base).collect();
    for at in 0..types.len() {
        let mut ancestors = std::iter::successors(bases[at], |base| bases[base.index()]);
        if ancestors.any(|base| entity[base.index()]) {
            types[at].kind = TypeKind::Entity;
            types[at].key.clear();
        }
    }
}
