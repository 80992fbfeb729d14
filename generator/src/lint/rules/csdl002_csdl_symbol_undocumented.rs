use crate::{
    csdl::StructuredType,
    facts::{Fact, MemberTable},
    lint::{
        finding::{Edit, Finding, Findings, Fix, Severity},
        names,
        pages_alone::{DeclaredMember, PagesAlone, TypePair, title_of},
        rule::{Check, Fixes, Preset, Rule},
        tables::{self, LastRow, NewRow},
        world::World,
    },
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL002",
    name: "csdl-symbol-undocumented",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Unsafe,
    apidoctor: &["RequiredPropertiesMissing"],
    doc: include_str!("csdl002_csdl_symbol_undocumented.md"),
    check: Check::Metadata(check),
};

/// A page that lacks more members than this has one cause, and is told once.
const MANY: usize = 8;

fn check(world: &World, alone: &PagesAlone, out: &mut Findings) {
    for pair in alone.types() {
        let missing: Vec<_> = pair
            .declared
            .members()
            .filter(|member| !alone.has_member(pair.paged, &member.name.text))
            .collect();
        match alone.page_of(pair.model) {
            Some(_) if missing.is_empty() => {}
            Some(page) if missing.len() > MANY => tell_many(alone, pair, page, &missing, out),
            Some(page) => {
                for member in &missing {
                    tell_member(world, alone, pair, page, *member, out);
                }
            }
            None => {
                let key = pair.paged.name.key();
                tell_type(alone, Some(pair), (&key, pair.declared), &missing, out);
            }
        }
    }
    let declared = alone.declared();
    let mut rest: Vec<_> = declared
        .types
        .iter()
        .filter(|(key, _)| !alone.model.types.contains_key(*key))
        .filter(|(key, _)| !alone.model.enums.contains_key(*key))
        .collect();
    rest.sort_unstable_by_key(|(_, ty)| ty.name.at);
    for (key, ty) in rest {
        tell_type(alone, None, (key, ty), &[], out);
    }
    check_enums(alone, out);
}

/// Tells a member that the page of its type does not have.
fn tell_member(
    world: &World,
    alone: &PagesAlone,
    pair: TypePair,
    page: &Fact,
    member: DeclaredMember,
    out: &mut Findings,
) {
    let (name, own) = (&member.name.text, &pair.paged.name);
    let last = last_row(world, alone, pair, member);
    let place = match &last {
        Some(last) => alone.version.at(last.id, last.heading(), ""),
        None => alone
            .version
            .at(page.page, title_of(alone.version, page.page), ""),
    };
    let mut members = pair.model.members.iter();
    let is_shown = members.any(|it| it.name.eq_ignore_ascii_case(name) && !it.keys.is_empty());
    let place_without = if is_shown { "in a table of" } else { "on" };
    let message = format!("`{own}` has `{name}` in the metadata, but not {place_without} its page");
    let finding = out.tell(place, message).symbol(format!("{own}/{name}"));
    let label = format!("`{name}` is declared here");
    let declared_at = alone.version.metadata_at(member.name.at, label);
    declared_at.map(|place| finding.related(place));
    finding.help(format!("describe `{name}` in the table of the page"));
    if let Some(edit) = last.map(|last| row(alone, &last, member)) {
        finding.fix(Fix::needs_review(
            format!("add a row for `{name}`"),
            vec![edit],
        ));
    }
}

/// The last row of the table that a member belongs into.
fn last_row<'a>(
    world: &World,
    alone: &PagesAlone<'_, 'a>,
    pair: TypePair,
    member: DeclaredMember,
) -> Option<LastRow<'a>> {
    let table = if member.is_navigation {
        MemberTable::Relationships
    } else {
        MemberTable::Properties
    };
    tables::last_row(alone, world, pair.model, table)
}

/// The row that describes a member.
fn row(alone: &PagesAlone, last: &LastRow, member: DeclaredMember) -> Edit {
    let ty = names::declared_cell(alone.version, last.id, member.ty);
    let row = NewRow {
        name: &member.name.text,
        ty: &ty,
        description: member.description,
    };
    Edit {
        file: alone.version.file(last.id),
        at: last.end,
        text: last.below(&row),
    }
}

/// Tells a page that lacks so much of its type that it must be another page or an old one.
fn tell_many(
    alone: &PagesAlone,
    pair: TypePair,
    page: &Fact,
    missing: &[DeclaredMember],
    out: &mut Findings,
) {
    let name = &pair.paged.name;
    let place = alone
        .version
        .at(page.page, title_of(alone.version, page.page), "");
    let message = format!(
        "`{name}` has {} members in the metadata that are not on its page: {}",
        missing.len(),
        listed(missing)
    );
    let finding = out.tell(place, message).symbol(format!("{name}#members"));
    relate(alone, missing, finding);
}

/// Tells a type that no page describes.
fn tell_type(
    alone: &PagesAlone,
    pair: Option<TypePair>,
    (key, ty): (&str, &StructuredType),
    members: &[DeclaredMember],
    out: &mut Findings,
) {
    let Some((place, name)) = alone
        .version
        .metadata_at(ty.name.at, "")
        .zip(alone.declared().name(key))
    else {
        return;
    };
    let mut message = format!("no page describes the type `{name}`");
    if !members.is_empty() {
        message.push_str(", and none tells of ");
        message.push_str(&listed(members));
    }
    let finding = out
        .tell(place, message)
        .symbol(name.as_str())
        .severity(Severity::Info);
    relate(alone, members, finding);
    let reference = pair.and_then(|pair| pair.model.references.first());
    if let Some(reference) = reference {
        let fact = reference.of(alone.version.facts());
        finding.related(alone.version.fact(fact, "it is named here"));
    }
}

/// Tells the enumerations that no page describes, not even in a description.
fn check_enums(alone: &PagesAlone, out: &mut Findings) {
    let declared = alone.declared();
    let mut rest: Vec<_> = declared
        .enums
        .iter()
        .filter(|(key, _)| !alone.model.enums.contains_key(*key))
        .collect();
    rest.sort_unstable_by_key(|(_, ty)| ty.name.at);
    for (key, ty) in rest {
        let Some((place, name)) = alone
            .version
            .metadata_at(ty.name.at, "")
            .zip(declared.name(key))
        else {
            continue;
        };
        out.tell(place, format!("no page describes the enumeration `{name}`"))
            .symbol(name.as_str())
            .severity(Severity::Info);
    }
}

fn relate(alone: &PagesAlone, members: &[DeclaredMember], finding: &mut Finding) {
    for member in members {
        let label = format!("`{}` is declared here", member.name.text);
        let place = alone.version.metadata_at(member.name.at, label);
        place.map(|place| finding.related(place));
    }
}

/// `` `a`, `b` and `c` ``.
fn listed(members: &[DeclaredMember]) -> String {
    let names: Vec<_> = members
        .iter()
        .map(|member| format!("`{}`", member.name.text))
        .collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
