use crate::{
    facts::Claim,
    ir::TypeName,
    lint::{
        enumerations::{self, Listed},
        finding::{Findings, Severity},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "ENM003",
    name: "enum-members-copied",
    severity: Severity::Warning,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("enm003_enum_members_copied.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let facts = &cx.facts.facts;
    for (at, fact) in facts.iter().enumerate() {
        let Claim::Enum { name, .. } = &fact.claim else {
            continue;
        };
        let listed = enumerations::listed(facts, at);
        let own: Vec<&str> = listed.iter().map(|it| it.name).collect();
        let Some(right) = right_members(cx, name) else {
            continue;
        };
        if own.len() > 1 && !enumerations::is_akin(&own, &right) {
            tell(cx, name, &listed, &own, out);
        }
    }
}

/// The members that others than the table say: the metadata, or else the rows of this type.
fn right_members<'c>(cx: &'c PageContext<'_, '_>, name: &TypeName) -> Option<Vec<&'c str>> {
    if let Some(declared) = enumerations::declared(cx.version, name) {
        let members = declared.members.iter();
        return Some(members.map(|it| it.name.text.as_str()).collect());
    }
    let model = cx.version.model().enums.get(&name.key())?;
    let rows = model.lists.iter();
    let rows = rows.filter_map(|id| id.of(cx.version.facts()).claim.row());
    let values: Vec<&str> = rows
        .flat_map(|row| &row.facets.values)
        .map(String::as_str)
        .collect();
    (!values.is_empty()).then_some(values)
}

/// Tells a table that lists the members of another enumeration.
fn tell(cx: &PageContext, name: &TypeName, listed: &[Listed], own: &[&str], out: &mut Findings) {
    let model = cx.version.model();
    let owner = model.enums.values().find(|other| {
        !other.name.is_like(name)
            && match enumerations::declared(cx.version, &other.name) {
                Some(declared) => {
                    let members: Vec<&str> = declared
                        .members
                        .iter()
                        .map(|it| it.name.text.as_str())
                        .collect();
                    enumerations::is_same_set(&members, own)
                }
                None => {
                    enumerations::is_same_set(&enumerations::members(cx.version, &other.name), own)
                }
            }
    });
    let (Some(owner), Some(first)) = (owner, listed.first()) else {
        return;
    };
    let range = listed.iter().fold(first.at, |range, it| range.to(it.at));
    let (name, other) = (names::short(name), names::short(&owner.name));
    let message = format!("the table of `{name}` lists the members of `{other}`");
    let finding = out
        .tell(cx.at(range.trim(&cx.page.text), ""), message)
        .symbol(TypeName::new(name).as_str());
    let place = cx
        .version
        .type_at(owner.name.as_str(), format!("`{other}` has these members"));
    place.map(|place| finding.related(place));
    let declared = enumerations::declared(cx.version, &TypeName::new(name));
    let declared = declared.and_then(|it| {
        cx.version
            .metadata_at(it.name.at, "the metadata declares others")
    });
    declared.map(|place| finding.related(place));
}
