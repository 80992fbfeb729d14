use crate::{
    facts::{Claim, Fact, Row},
    lint::{
        finding::{Findings, Place, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
    model::{FactId, MemberModel, TypeModel},
    span::ByteRange,
    spelling::{ItemText, TypeText},
};

pub(super) static RULE: Rule = Rule {
    code: "ANN007",
    name: "type-defined-twice",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &["DuplicateResource"],
    doc: include_str!("ann007_type_defined_twice.md"),
    check: Check::Version(check),
};

fn check(world: &World, version: &Version, out: &mut Findings) {
    for ty in version
        .model()
        .types
        .values()
        .filter(|ty| ty.pages.len() > 1)
    {
        for member in &ty.members {
            check_member(world, version, ty, member, out);
        }
        check_bases(version, ty, out);
        check_keys(version, ty, out);
    }
}

/// A member whose type two pages tell differently.
fn check_member(
    world: &World,
    version: &Version,
    ty: &TypeModel,
    member: &MemberModel,
    out: &mut Findings,
) {
    let mut rows = member.rows.iter().map(|id| id.of(version.facts()));
    let Some(first) = rows.next() else {
        return;
    };
    let Some(ours) = row(first) else {
        return;
    };
    for other in rows.filter(|other| other.page != first.page) {
        let Some(theirs) = row(other).filter(|theirs| differ(&ours.ty, &theirs.ty)) else {
            continue;
        };
        let message = format!(
            "two pages describe `{}`, and give `{}` different types",
            ty.name, member.name
        );
        let place = version.name_of(world, other, "");
        let label = format!("here it is {}", words(&ours.ty));
        out.tell(place, message)
            .symbol(format!("{}/{}", ty.name, member.name))
            .related(version.name_of(world, first, label))
            .help(format!("here it is {}", words(&theirs.ty)));
    }
}

fn row(fact: &Fact) -> Option<&Row> {
    match &fact.claim {
        Claim::Member { row, .. } => Some(row),
        _ => None,
    }
}

/// Whether two cells cannot both be right. What a cell leaves open contradicts nothing.
fn differ(a: &TypeText, b: &TypeText) -> bool {
    let same = match (&a.item, &b.item) {
        (ItemText::Primitive(a), ItemText::Primitive(b)) => a == b,
        (ItemText::Named(a), ItemText::Named(b)) => {
            let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
            last(&a.name) == last(&b.name)
        }
        (ItemText::Primitive(_), ItemText::Named(_))
        | (ItemText::Named(_), ItemText::Primitive(_)) => false,
        (ItemText::Union(_) | ItemText::Enumeration | ItemText::Unread(_), _)
        | (_, ItemText::Union(_) | ItemText::Enumeration | ItemText::Unread(_)) => return false,
    };
    !same || a.collection != b.collection
}

fn words(ty: &TypeText) -> String {
    let item = match &ty.item {
        ItemText::Primitive(primitive) => primitive.as_str(),
        ItemText::Named(name) => &name.name,
        ItemText::Union(_) | ItemText::Enumeration | ItemText::Unread(_) => "something else",
    };
    if ty.collection {
        format!("a collection of `{item}`")
    } else {
        format!("one `{item}`")
    }
}

/// Base types that pages tell differently.
fn check_bases(version: &Version, ty: &TypeModel, out: &mut Findings) {
    let bases: Vec<_> = ty
        .bases
        .iter()
        .filter_map(|id| match &id.of(version.facts()).claim {
            Claim::Base { base, .. } => Some((*id, last(&base.name))),
            _ => None,
        })
        .collect();
    tell_first_difference(version, ty, "base types", &bases, out);
}

/// Key properties that pages tell differently.
fn check_keys(version: &Version, ty: &TypeModel, out: &mut Findings) {
    let keys: Vec<_> = ty
        .traits
        .iter()
        .filter_map(|id| match &id.of(version.facts()).claim {
            Claim::Key { property, .. } => Some((*id, property.as_str())),
            _ => None,
        })
        .collect();
    tell_first_difference(version, ty, "keys", &keys, out);
}

/// A name without its namespace.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn tell_first_difference(
    version: &Version,
    ty: &TypeModel,
    what: &str,
    names: &[(FactId, &str)],
    out: &mut Findings,
) {
    let Some(((first, ours), others)) = names.split_first() else {
        return;
    };
    let differs = |(id, theirs): &&(FactId, &str)| {
        id.page != first.page && !theirs.eq_ignore_ascii_case(ours)
    };
    let Some((other, theirs)) = others.iter().find(differs) else {
        return;
    };
    let message = format!(
        "two pages describe `{}`, and give it different {what}: `{ours}` and `{theirs}`",
        ty.name
    );
    out.tell(name_at(version, *other, theirs, String::new()), message)
        .symbol(ty.name.as_str())
        .related(name_at(version, *first, ours, format!("`{ours}` here")));
}

/// The place of a name in the text that a fact was read from.
fn name_at(version: &Version, id: FactId, name: &str, label: String) -> Place {
    let fact = id.of(version.facts());
    let text = version.page(fact.page).str(fact.at);
    let at = text.rfind(name).map_or(fact.at, |at| {
        let start = fact.at.start as usize + at;
        ByteRange::new(start, start + name.len())
    });
    version.at(fact.page, at, label)
}
