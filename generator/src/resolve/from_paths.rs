//! What paths tell of types: navigation properties that no table lists, their spelling, and whether there are many.
//!
//! Comes in: types and the operations on them. Goes out: the same types, corrected. A request line is copied from a
//! request that works, a row of a table is typed by hand; so where a path goes on behind an entity by a name that no
//! table has, and a page says what is there, that name is a member. Where both know a member, the path has the spelling.

use std::collections::BTreeMap;

use super::operations::path::{is_plural, singular};
use crate::{
    api::{
        ItemType, Member, MemberKind, Operation, OperationKind, Piece, ResponseBody, Segment,
        SegmentKind, Source, StructuredType, Type, TypeId, TypeKind,
    },
    ir::Method,
};

/// What paths tell of one member.
struct Witnessed<'a> {
    /// The spelling in the first path.
    name: &'a str,
    /// Whether all paths spell it so.
    one_spelling: bool,
    /// What it selects.
    ty: &'a Type,
    /// What a GET of exactly this path answers: many or one.
    answers_many: Option<bool>,
    /// What the page of that GET is for.
    description: &'a str,
    source: &'a Source,
    /// Paths go on with the key of an item.
    has_items: bool,
    /// Items are created here.
    creates: bool,
    /// Items are linked here.
    links: bool,
}

/// Corrects and completes members by the paths that go through them; `is_declared` tells which of a type, by their
/// lower-cased names, are right as they are, or right not to be there.
pub(super) fn complete(
    types: &mut [StructuredType],
    operations: &[Operation],
    is_declared: impl Fn(TypeId, &str) -> bool,
) {
    let witnessed = witnessed(operations);
    let bases: Vec<Option<TypeId>> = types.iter().map(|ty| ty.base).collect();
    let is_entity: Vec<bool> = types.iter().map(|ty| ty.kind == TypeKind::Entity).collect();
    for ((owner, key), seen) in &witnessed {
        let lineage = std::iter::successors(Some(*owner), |id| bases[id.index()]);
        let declared = lineage.into_iter().find_map(|id| {
            let members = &types[id.index()].members;
            let at = members
                .iter()
                .position(|member| member.name.eq_ignore_ascii_case(key))?;
            Some((id, at))
        });
        match declared {
            _ if is_declared(*owner, key) => {}
            Some((id, at)) => correct(&mut types[id.index()].members[at], seen),
            None => {
                if let Some(member) = member(seen, types, &is_entity) {
                    types[owner.index()].members.push(member);
                }
            }
        }
    }
}

/// The members that paths go through, by the type they are of and their lower-cased name.
fn witnessed(operations: &[Operation]) -> BTreeMap<(TypeId, String), Witnessed<'_>> {
    let mut out: BTreeMap<(TypeId, String), Witnessed> = BTreeMap::new();
    for operation in operations {
        let segments = &operation.path.segments;
        for (at, pair) in segments.windows(2).enumerate() {
            let Some((owner, name, ty)) = step(&pair[0], &pair[1]) else {
                continue;
            };
            let is_end = at + 2 == segments.len();
            let entry = out
                .entry((owner, name.to_ascii_lowercase()))
                .or_insert_with(|| Witnessed {
                    name,
                    one_spelling: true,
                    ty,
                    answers_many: None,
                    description: "",
                    source: &operation.source,
                    has_items: false,
                    creates: false,
                    links: false,
                });
            entry.one_spelling &= entry.name == name;
            entry.has_items |= segments
                .get(at + 2)
                .is_some_and(|next| next.kind == SegmentKind::Key);
            entry.links |= segments.get(at + 2).is_some_and(is_reference);
            if is_end && operation.method == Method::Get && entry.answers_many.is_none() {
                entry.answers_many = answers_many(operation);
                entry.description = &operation.page.description;
                entry.source = &operation.source;
            }
            entry.creates |= is_end && operation.kind == OperationKind::Create;
        }
    }
    out
}

/// The type, name and result of a step from one entity to a member of it.
fn step<'a>(from: &'a Segment, to: &'a Segment) -> Option<(TypeId, &'a str, &'a Type)> {
    let owner = from.ty.as_ref().filter(|ty| !ty.collection)?;
    let ItemType::Structured(owner) = owner.item else {
        return None;
    };
    let (SegmentKind::Name, [Piece::Text(name)]) = (&to.kind, to.pieces.as_slice()) else {
        return None;
    };
    Some((owner, name, to.ty.as_ref()?))
}

fn is_reference(segment: &Segment) -> bool {
    segment.kind == SegmentKind::System && segment.pieces == [Piece::Text("$ref".to_owned())]
}

fn answers_many(operation: &Operation) -> Option<bool> {
    let success = operation
        .page
        .responses
        .iter()
        .find(|response| response.status < 300)?;
    match &success.body {
        ResponseBody::Collection(_) => Some(true),
        ResponseBody::Value(ty) => Some(ty.collection),
        ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => None,
    }
}

fn correct(member: &mut Member, seen: &Witnessed) {
    // A name that has lost its capitals was typed carelessly.
    if seen.one_spelling && has_capitals(seen.name) && !has_capitals(&member.name) {
        seen.name.clone_into(&mut member.name);
    }
    if let MemberKind::Navigation { contained } = &mut member.kind {
        *contained = seen.creates && !seen.links;
        let many = seen.has_items || seen.answers_many == Some(true);
        // The name is no witness where a path has the key of an item and another one lists the items.
        let certain = seen.has_items && seen.answers_many == Some(true);
        member.ty.collection |= certain || many && is_plural(seen.name);
    }
}

/// A member that only paths know; one that leads to no type is none.
fn member(seen: &Witnessed, types: &[StructuredType], is_entity: &[bool]) -> Option<Member> {
    let ItemType::Structured(target) = seen.ty.item else {
        return None;
    };
    let lists = seen.has_items && is_plural(seen.name);
    if seen.answers_many.is_none() && !lists {
        return None;
    }
    let is_many = is_plural_of(seen.name, types[target.index()].name.name());
    let kind = if is_entity[target.index()] {
        MemberKind::Navigation {
            contained: seen.creates && !seen.links,
        }
    } else {
        MemberKind::Property
    };
    Some(Member {
        name: seen.name.to_owned(),
        kind,
        ty: Type {
            collection: seen.ty.collection || seen.has_items || is_many,
            ..seen.ty.clone()
        },
        nullable: None,
        read_only: false,
        required: false,
        default: None,
        secret: false,
        description: seen.description.to_owned(),
        deprecated: None,
        source: seen.source.clone(),
    })
}

fn has_capitals(name: &str) -> bool {
    name.contains(char::is_uppercase)
}

/// `presences` of `presence`: many, although a page answers with one that its example asks for.
fn is_plural_of(name: &str, item: &str) -> bool {
    is_plural(name) && singular(name).eq_ignore_ascii_case(item)
}
