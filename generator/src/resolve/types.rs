//! Entity and complex types: kind, members, what pages say of them.

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::{Input, Scope};
use crate::{
    api::{ItemType, Member, MemberKind, StructuredType, Type, TypeId, TypeKind},
    facts::{Claim, Fact, MemberTable, Row, facets},
    ir::{Primitive, TypeName},
    model::{MemberModel, TypeModel},
};

pub(super) fn resolve(input: Input, scope: &Scope) -> Vec<StructuredType> {
    let mut types: Vec<_> = scope
        .types
        .par_iter()
        .zip(&scope.bases)
        .map(|(model, base)| structured_type(input, scope, model, *base))
        .collect();
    for at in 0..types.len() {
        if let Some(base) = types[at].base {
            types[base.index()].derived.push(TypeId(at as u32));
        }
    }
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
        cyclic_base: None,
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
    let has_table = model.members.iter().any(|member| !member.rows.is_empty());
    // Without a table the representation is all there is; but that of an open type shows samples of its members.
    apply_traits(input, model, &mut out);
    let members = model
        .members
        .iter()
        .filter(|member| !member.rows.is_empty() || !has_table && !out.is_open);
    out.members = members
        .filter_map(|member| resolve_member(input, scope, &model.name, member))
        .collect();
    out.members
        .sort_by_key(|member| member.kind != MemberKind::Property);
    out
}

/// Abstract, open and stream, as the page says.
fn apply_traits(input: Input, model: &TypeModel, out: &mut StructuredType) {
    for id in &model.traits {
        match &id.of(input.facts).claim {
            Claim::Abstract { .. } => out.is_abstract = true,
            Claim::Open { open, .. } => out.is_open |= open,
            Claim::MediaEntity { .. } => out.has_stream = true,
            _ => {}
        }
    }
}

/// The row that wins gives name and type; the others may still know what it does not.
fn resolve_member(
    input: Input,
    scope: &Scope,
    owner: &TypeName,
    model: &MemberModel,
) -> Option<Member> {
    let rows: Vec<(&Fact, &Row, MemberTable)> = model
        .rows
        .iter()
        .filter_map(|id| row_of(id.of(input.facts)))
        .collect();
    let Some(&(fact, row, table)) = rows.first() else {
        return shown_member(input, scope, model);
    };
    let described = rows.iter().find(|(_, row, _)| !row.description.is_empty());
    let ty = member_type(scope, owner, fact, row, &rows);
    let ty = match shown_type(input, scope, model) {
        Some(shown) if is_more_exact(&shown, &ty) => shown,
        Some(shown) if is_one_of_values(&shown, &ty, row) => shown,
        _ => ty,
    };
    let description = described
        .map(|(_, row, _)| row.description.clone())
        .unwrap_or_default();
    let relationship = MemberKind::Navigation { contained: false };
    Some(Member {
        name: spelling_in_json(input, model)
            .unwrap_or(&row.name)
            .to_owned(),
        kind: if table == MemberTable::Relationships {
            relationship
        } else {
            MemberKind::Property
        },
        secret: is_secret(&ty, &description),
        ty,
        nullable: row.facets.nullable,
        read_only: row.facets.read_only,
        required: row.facets.required == Some(true),
        default: row.facets.default.clone(),
        description,
        deprecated: row.facets.deprecated.clone(),
        source: input.source(fact),
    })
}

/// A member that only the JSON representation shows.
fn shown_member(input: Input, scope: &Scope, model: &MemberModel) -> Option<Member> {
    let fact = model.keys.first()?.of(input.facts);
    let Claim::JsonKey { name, value, .. } = &fact.claim else {
        return None;
    };
    Some(Member {
        name: name.clone(),
        kind: MemberKind::Property,
        ty: scope.ty(value, fact.page),
        nullable: None,
        read_only: false,
        required: false,
        default: None,
        secret: false,
        description: String::new(),
        deprecated: None,
        source: input.source(fact),
    })
}

/// The key as the JSON representation spells it: it is copied from the wire, the row is typed by hand. One that has
/// lost its capitals was not.
fn spelling_in_json<'a>(input: Input<'a>, model: &MemberModel) -> Option<&'a str> {
    match &model.keys.first()?.of(input.facts).claim {
        Claim::JsonKey { name, .. } => {
            Some(name.as_str()).filter(|name| name.contains(char::is_uppercase))
        }
        _ => None,
    }
}

/// The type that the JSON representation shows.
fn shown_type(input: Input, scope: &Scope, model: &MemberModel) -> Option<Type> {
    let fact = model.keys.first()?.of(input.facts);
    match &fact.claim {
        Claim::JsonKey { value, .. } => Some(scope.ty(value, fact.page)),
        _ => None,
    }
}

/// Whether the JSON representation tells a type more exactly than the row: it names one where the row has none, or one
/// that the word in the row is often used for.
fn is_more_exact(shown: &Type, row: &Type) -> bool {
    use Primitive::{Boolean, DateTimeOffset, Decimal, Double, Guid, String, Untyped};
    match (&row.item, &shown.item) {
        (_, ItemType::Unknown { .. }) => false,
        (ItemType::Unknown { .. } | ItemType::Primitive(Untyped), shown) => {
            *shown != ItemType::Primitive(Untyped) && *shown != ItemType::Primitive(String)
        }
        (ItemType::Primitive(String), ItemType::Primitive(shown)) => {
            !row.collection && matches!(shown, Boolean | DateTimeOffset | Decimal | Double | Guid)
        }
        (ItemType::Primitive(String) | ItemType::Enum(_), ItemType::Enum(_)) => {
            row.collection == shown.collection
        }
        (ItemType::Primitive(Double), ItemType::Primitive(Decimal)) => true,
        _ => false,
    }
}

/// Whether the JSON representation shows one string where the row speaks of many but lists the values that there may
/// be: it is the values that are many.
fn is_one_of_values(shown: &Type, row: &Type, text: &Row) -> bool {
    let lists = !text.facets.values.is_empty();
    row.collection && !shown.collection && lists && shown.item == row.item
}

fn row_of(fact: &Fact) -> Option<(&Fact, &Row, MemberTable)> {
    match &fact.claim {
        Claim::Member { table, row, .. } => Some((fact, row, *table)),
        Claim::BodyMember(row) => Some((fact, row, MemberTable::Body)),
        _ => None,
    }
}

/// The type of the first row that resolves. A string whose values are exactly the members of one enumeration is that
/// enumeration; a cell that says only `Enumeration` means the one that its values make.
fn member_type(
    scope: &Scope,
    owner: &TypeName,
    fact: &Fact,
    row: &Row,
    rows: &[(&Fact, &Row, MemberTable)],
) -> Type {
    let first = scope.row(row, fact.page);
    if Scope::is_string(&first.item) {
        let values = &row.facets.values;
        let named = scope.enum_by_owner(owner, &row.name, values);
        let listed = || match values.as_slice() {
            [] => scope.enum_by_members(owner, &row.name, &facets::listed(&row.description)),
            values => scope.enum_by_members(owner, &row.name, values),
        };
        if let Some(item) = named.or_else(listed) {
            return Type {
                item,
                collection: first.collection,
            };
        }
    }
    if !matches!(first.item, ItemType::Unknown { .. }) {
        return first;
    }
    let others = rows
        .iter()
        .skip(1)
        .map(|(fact, row, _)| scope.row(row, fact.page));
    others
        .into_iter()
        .find(|ty| !matches!(ty.item, ItemType::Unknown { .. }))
        .unwrap_or(first)
}

/// Descriptions that warn of a secret.
pub(super) fn is_secret(ty: &Type, description: &str) -> bool {
    let lower = || description.to_ascii_lowercase();
    Scope::is_string(&ty.item) && description.len() > 5 && {
        let lower = lower();
        ["password", "secret", "private key", "credential"]
            .iter()
            .any(|word| lower.contains(word))
    }
}

/// Pages repeat the members of base types; the api does not.
pub(super) fn subtract_inherited(types: &mut [StructuredType]) {
    let own: Vec<FxHashSet<String>> = types
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
