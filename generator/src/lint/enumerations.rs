//! The tables of enumerations, one at a time: a name may have several.
//!
//! Comes in: the claim that there is an enumeration. Goes out: the members that the table behind it lists, and those that
//! the metadata document declares.

use super::world::Version;
use crate::{
    csdl,
    facts::{Claim, Fact},
    ir::TypeName,
    model::FactId,
    span::ByteRange,
};

/// A member in a table.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'f> {
    /// Its name.
    pub name: &'f str,
    /// The row.
    pub at: ByteRange,
}

/// The members that stand behind the claim at a position of a page's facts.
pub fn listed(facts: &[Fact], claim: usize) -> Vec<Listed<'_>> {
    let behind = facts.iter().skip(claim + 1);
    let is_within = |fact: &&Fact| !matches!(fact.claim, Claim::Enum { .. });
    let members = behind.take_while(is_within);
    members
        .filter_map(|fact| match &fact.claim {
            Claim::EnumMember { name, .. } => Some(Listed { name, at: fact.at }),
            _ => None,
        })
        .collect()
}

/// The same for a claim of a version.
pub fn listed_by<'a>(version: &Version<'a>, claim: FactId) -> Vec<Listed<'a>> {
    let facts = version.facts().get(claim.page.index());
    facts
        .map(|facts| listed(&facts.facts, claim.index as usize))
        .unwrap_or_default()
}

/// The members that all tables of an enumeration list.
pub fn members<'a>(version: &Version<'a>, name: &TypeName) -> Vec<&'a str> {
    let model = version.model().enums.get(&name.key());
    let claims = model.into_iter().flat_map(|model| &model.members);
    claims
        .filter_map(|id| match &id.of(version.facts()).claim {
            Claim::EnumMember { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

/// What the metadata document declares under this name.
pub fn declared<'a>(version: &Version<'a>, name: &TypeName) -> Option<&'a csdl::EnumType> {
    version.declared().enums.get(&name.key()).copied()
}

/// Whether two lists have the same members, in any order and case; the mark of evolvable enumerations does not count.
pub fn is_same_set(a: &[&str], b: &[&str]) -> bool {
    let within = |one: &[&str], other: &[&str]| {
        let mut one = one.iter().filter(|name| !is_mark(name));
        one.all(|name| other.iter().any(|it| it.eq_ignore_ascii_case(name)))
    };
    within(a, b) && within(b, a)
}

/// Whether two lists have a member in common, other than the mark of evolvable enumerations.
pub fn is_akin(a: &[&str], b: &[&str]) -> bool {
    let mut a = a.iter().filter(|name| !is_mark(name));
    a.any(|name| b.iter().any(|it| it.eq_ignore_ascii_case(name)))
}

/// `unknownFutureValue`, which says that there may be more members.
pub fn is_mark(name: &str) -> bool {
    name.eq_ignore_ascii_case("unknownFutureValue")
}
