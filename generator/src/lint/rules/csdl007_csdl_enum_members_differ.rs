use crate::{
    api::EnumMember,
    csdl::Name,
    facts::{Claim, Fact},
    lint::{
        finding::{Edit, Findings, Fix, Place, Severity},
        members,
        pages_alone::{EnumPair, PagesAlone, word_in},
        rule::{Check, Fixes, Preset, Rule},
        tables::{self, NewRow},
        world::World,
    },
    suggest,
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL007",
    name: "csdl-enum-members-differ",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("csdl007_csdl_enum_members_differ.md"),
    check: Check::Metadata(check),
};

/// The member that stands for all that come later; a page need not list it.
const SENTINEL: &str = "unknownFutureValue";

/// A list with more wrong members than this has one cause, and is told once.
const MANY: usize = 8;

fn check(world: &World, alone: &PagesAlone, out: &mut Findings) {
    for pair in alone.enums() {
        check_extra(world, alone, pair, out);
        check_missing(world, alone, pair, out);
    }
}

/// Tells the members that the metadata does not have.
fn check_extra(world: &World, alone: &PagesAlone, pair: EnumPair, out: &mut Findings) {
    let known = |name: &str| {
        let mut members = pair.declared.members.iter();
        members.any(|it| it.name.text.eq_ignore_ascii_case(name))
    };
    let name = &pair.paged.name;
    let extra: Vec<_> = pair
        .paged
        .members
        .iter()
        .filter(|it| !known(&it.name) && !it.name.eq_ignore_ascii_case(SENTINEL))
        .collect();
    if extra.len() > MANY {
        tell_many(world, alone, pair, &extra, out);
        return;
    }
    for member in extra {
        let Some(place) = member_at(world, alone, pair, &member.name) else {
            continue;
        };
        let message = format!("the metadata has no member `{}` in `{name}`", member.name);
        let finding = out
            .tell(place, message)
            .symbol(format!("{name}/{}", member.name));
        let label = "the enumeration is declared here";
        let declared_at = alone.version.metadata_at(pair.declared.name.at, label);
        declared_at.map(|place| finding.related(place));
        let names = pair.declared.members.iter().map(|it| it.name.text.as_str());
        let is_free = |name: &str| {
            let mut members = pair.paged.members.iter();
            !members.any(|it| it.name.eq_ignore_ascii_case(name))
        };
        let closest = || suggest::closest(&member.name, names.filter(|name| is_free(name)));
        if let Some(near) = slip(alone, pair, &member.name).or_else(closest) {
            finding.help(format!("did you mean `{near}`?"));
        }
    }
}

/// The member that a value of a description is a misspelling of, if that description does not list it as well; another
/// page may.
fn slip<'a>(alone: &PagesAlone, pair: EnumPair<'a>, member: &str) -> Option<&'a str> {
    let values = &list_of(alone, pair, member)?.claim.row()?.facets.values;
    let mut names = pair.declared.members.iter().map(|it| it.name.text.as_str());
    names.find(|name| {
        let is_listed = values.iter().any(|it| it.eq_ignore_ascii_case(name));
        members::is_slip(name, member) && !is_listed
    })
}

/// The row whose description lists a member.
fn list_of<'a>(alone: &PagesAlone<'_, 'a>, pair: EnumPair, member: &str) -> Option<&'a Fact> {
    let facts = alone.version.facts();
    let mut lists = pair.model.lists.iter().map(|id| id.of(facts));
    lists.find(|fact| {
        let values = fact.claim.row().map(|row| row.facets.values.iter());
        let mut values = values.into_iter().flatten();
        values.any(|it| it.eq_ignore_ascii_case(member))
    })
}

/// Tells a list that is another one than that of the metadata.
fn tell_many(
    world: &World,
    alone: &PagesAlone,
    pair: EnumPair,
    extra: &[&EnumMember],
    out: &mut Findings,
) {
    let Some(place) = enum_at(world, alone, pair) else {
        return;
    };
    let name = &pair.paged.name;
    let message = format!(
        "{} of the {} members that pages list of `{name}` are not in the metadata",
        extra.len(),
        pair.paged.members.len()
    );
    let finding = out.tell(place, message).symbol(format!("{name}#extra"));
    let label = "the enumeration is declared here";
    let declared_at = alone.version.metadata_at(pair.declared.name.at, label);
    declared_at.map(|place| finding.related(place));
    for member in extra.iter().take(MANY) {
        if let Some(mut place) = member_at(world, alone, pair, &member.name) {
            place.label = format!("the metadata has no `{}`", member.name);
            finding.related(place);
        }
    }
}

/// Where pages list a member: in a row of its table, else in a description.
fn member_at(world: &World, alone: &PagesAlone, pair: EnumPair, member: &str) -> Option<Place> {
    let version = alone.version;
    let mut rows = pair.model.members.iter().map(|id| id.of(version.facts()));
    let row = rows.find(|fact| {
        matches!(&fact.claim, Claim::EnumMember { name, .. } if name.eq_ignore_ascii_case(member))
    });
    if let Some(row) = row {
        let at = word_in(&version.page(row.page).text, row.at, member);
        return Some(version.at(row.page, at, ""));
    }
    let list = list_of(alone, pair, member)?;
    let cell = version.cell_of(world, list, Column::Description)?;
    let at = word_in(&version.page(list.page).text, cell, member);
    Some(version.at(list.page, at, ""))
}

/// Tells the members that no page lists.
fn check_missing(world: &World, alone: &PagesAlone, pair: EnumPair, out: &mut Findings) {
    let is_listed = |name: &Name| {
        let mut members = pair.paged.members.iter();
        members.any(|it| it.name.eq_ignore_ascii_case(&name.text))
    };
    let names = pair.declared.members.iter().map(|it| &it.name);
    let missing: Vec<_> = names
        .filter(|name| !name.text.eq_ignore_ascii_case(SENTINEL) && !is_listed(name))
        .collect();
    if missing.is_empty() {
        return;
    }
    let Some(place) = enum_at(world, alone, pair) else {
        return;
    };
    let name = &pair.paged.name;
    let listed: Vec<_> = missing.iter().map(|it| format!("`{}`", it.text)).collect();
    let message = format!("pages do not list {} of `{name}`", listed.join(", "));
    let finding = out
        .tell(place, message)
        .symbol(format!("{name}#missing"))
        .severity(Severity::Warning);
    for name in &missing {
        let label = format!("`{}` is declared here", name.text);
        let place = alone.version.metadata_at(name.at, label);
        place.map(|place| finding.related(place));
    }
    if let Some(edit) = rows(world, alone, pair, &missing) {
        finding.fix(Fix::needs_review("add rows for them", vec![edit]));
    }
}

/// Where pages tell of the enumeration itself.
fn enum_at(world: &World, alone: &PagesAlone, pair: EnumPair) -> Option<Place> {
    let version = alone.version;
    if let Some(page) = pair.model.pages.first() {
        return Some(version.fact(page.of(version.facts()), ""));
    }
    let list = pair.model.lists.first()?.of(version.facts());
    let cell = version.cell_of(world, list, Column::Description)?;
    Some(version.at(list.page, cell, ""))
}

/// Rows for members, behind the last one of the table.
fn rows(world: &World, alone: &PagesAlone, pair: EnumPair, missing: &[&Name]) -> Option<Edit> {
    let facts = pair
        .model
        .members
        .iter()
        .map(|id| id.of(alone.version.facts()));
    let page = pair.model.pages.first()?.page;
    let fact = facts
        .filter(|it| it.page == page)
        .max_by_key(|it| it.at.start)?;
    let last = tables::last_row_at(alone.version, world, page, fact.at)?;
    let row = |name: &&Name| {
        last.below(&NewRow {
            name: &name.text,
            ty: "",
            description: "",
        })
    };
    Some(Edit {
        file: alone.version.file(page),
        at: last.end,
        text: missing.iter().map(row).collect(),
    })
}
