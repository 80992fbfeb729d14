//! What a resource page and everybody else say of the members of its type.
//!
//! Comes in: a page, or the name of a type. Goes out: the rows and keys of the page, each with its place, and what pages of
//! the same type and the metadata document say of the same member. A type may have several pages, each with some of its
//! members.

use super::{page::PageContext, world::Version};
use crate::{
    csdl::{ItemRef, Name, StructuredType, TypeRef},
    facts::{Claim, MemberTable, Row},
    ir::TypeName,
    json::tree::Entry,
    model::{FactId, MemberModel},
    span::ByteRange,
    suggest,
};

/// The members that a resource page tells.
#[derive(Clone, Debug)]
pub struct Resource<'c> {
    /// The type of the page.
    pub ty: &'c TypeName,
    /// Rows of its tables.
    pub rows: Vec<MemberRow<'c>>,
    /// Keys of its JSON representations.
    pub keys: Vec<Key<'c>>,
}

/// A row that tells of a member.
#[derive(Clone, Copy, Debug)]
pub struct MemberRow<'c> {
    /// The row of the table.
    pub at: ByteRange,
    /// Which table.
    pub table: MemberTable,
    /// What it says.
    pub row: &'c Row,
}

/// A key of a JSON representation.
#[derive(Clone, Copy, Debug)]
pub struct Key<'c> {
    /// The key with its value.
    pub entry: &'c Entry,
    /// The representation.
    pub body: ByteRange,
}

impl<'c> Resource<'c> {
    /// The members that a page tells; nothing if it describes no type.
    pub fn of(cx: &'c PageContext<'_, '_>) -> Option<Self> {
        let mut resource = Self {
            ty: cx.type_name()?,
            rows: Vec::new(),
            keys: Vec::new(),
        };
        for fact in &cx.facts.facts {
            match &fact.claim {
                Claim::Member { table, row, .. } => resource.rows.push(MemberRow {
                    at: fact.at,
                    table: *table,
                    row,
                }),
                Claim::JsonKey { name, .. } => {
                    let entry = cx.representation(fact.at).and_then(|it| it.entry(name));
                    resource.keys.extend(entry.map(|entry| Key {
                        entry,
                        body: fact.at,
                    }));
                }
                _ => {}
            }
        }
        Some(resource)
    }

    /// The row of a member, in any case.
    pub fn row(&self, name: &str) -> Option<&MemberRow<'c>> {
        let mut rows = self.rows.iter();
        rows.find(|it| it.row.name.eq_ignore_ascii_case(name))
    }

    /// The key of a member, in any case.
    pub fn key(&self, name: &str) -> Option<&Key<'c>> {
        let mut keys = self.keys.iter();
        keys.find(|it| it.entry.key.eq_ignore_ascii_case(name))
    }

    /// A name that stands on the other side alone and differs by a slip: then both are one member.
    pub fn twin_of_key(&self, key: &str) -> Option<&MemberRow<'c>> {
        let mut rows = self.rows.iter();
        rows.find(|it| is_slip(key, &it.row.name) && self.key(&it.row.name).is_none())
    }

    /// The other way round.
    pub fn twin_of_row(&self, row: &str) -> Option<&Key<'c>> {
        let mut keys = self.keys.iter();
        keys.find(|it| is_slip(&it.entry.key, row) && self.row(&it.entry.key).is_none())
    }
}

/// Whether two names differ by so little that somebody mistyped one of them, though not in their case alone.
pub(super) fn is_slip(a: &str, b: &str) -> bool {
    const SLIP: usize = 2;
    const SHORTEST: usize = 5;
    a.len().abs_diff(b.len()) <= SLIP
        && a.len().min(b.len()) >= SHORTEST
        && !a.eq_ignore_ascii_case(b)
        && suggest::slips(&a.to_ascii_lowercase(), &b.to_ascii_lowercase(), SLIP).is_some()
}

/// The claims about a member of a type itself, in any case.
pub fn member<'a>(version: &Version<'a>, ty: &TypeName, name: &str) -> Option<&'a MemberModel> {
    let ty = version.model().types.get(&ty.key())?;
    let mut members = ty.members.iter();
    members.find(|member| member.name.eq_ignore_ascii_case(name))
}

/// The row of a table of the type's own pages that tells of a member; not of request bodies.
pub fn table_row(version: &Version, ty: &TypeName, name: &str) -> Option<FactId> {
    let rows = &member(version, ty, name)?.rows;
    let is_table = |id: &&FactId| matches!(id.of(version.facts()).claim, Claim::Member { .. });
    rows.iter().find(is_table).copied()
}

/// The type that a type inherits a member from, nearest first.
pub fn inherited_from<'a>(
    version: &Version<'a>,
    ty: &TypeName,
    name: &str,
) -> Option<&'a TypeName> {
    let api = version.api();
    let id = api.find_type(ty.as_str())?;
    let mut bases = api.lineage(id).skip(1);
    let base = bases.find(|base| {
        let mut members = base.members.iter();
        members.any(|member| member.name.eq_ignore_ascii_case(name))
            || table_row(version, &base.name, name).is_some()
    });
    base.map(|base| &base.name)
}

/// Whether a type inherits from one of which nothing tells the members.
pub fn has_unknown_base(version: &Version, ty: &TypeName) -> bool {
    let api = version.api();
    let Some(id) = api.find_type(ty.as_str()) else {
        return true;
    };
    api.lineage(id).skip(1).any(|base| {
        let key = base.name.key();
        let model = version.model().types.get(&key);
        model.is_none_or(|model| model.pages.is_empty())
            && !version.declared().types.contains_key(&key)
    })
}

/// What the metadata document declares for a member of a type, or of one that it inherits from.
pub fn declared<'a>(
    version: &Version<'a>,
    ty: &TypeName,
    name: &str,
) -> Option<(&'a Name, &'a TypeRef)> {
    const LONGEST_LINEAGE: usize = 32;
    let types = &version.declared().types;
    let base = |ty: &&'a StructuredType| match &ty.base.as_ref()?.item {
        ItemRef::Named(name) => types.get(&name.key()).copied(),
        ItemRef::Primitive(_) | ItemRef::Unread(_) => None,
    };
    let lineage = std::iter::successors(types.get(&ty.key()).copied(), base);
    lineage.take(LONGEST_LINEAGE).find_map(|ty| {
        let properties = ty.properties.iter().map(|it| (&it.name, &it.ty));
        let navigation = ty.navigation.iter().map(|it| (&it.name, &it.ty));
        let mut members = properties.chain(navigation);
        members.find(|(known, _)| known.text.eq_ignore_ascii_case(name))
    })
}
