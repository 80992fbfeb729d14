use crate::{
    ir::TypeName,
    lint::{
        change::{self, Change},
        finding::{Findings, Place, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::World,
    },
};

pub(super) static RULE: Rule = Rule {
    code: "CHG002",
    name: "symbol-renamed-case",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("chg002_symbol_renamed_case.md"),
    check: Check::Change(check),
};

fn check(world: &World, change: &Change, out: &mut Findings) {
    for (was, is) in change.types() {
        tell_type(change, &was.name, &is.name, out);
        for (old, new) in change
            .members(was, is)
            .filter(|(old, new)| old.name != new.name)
        {
            let now = change::member_place(change.now, world, is, new);
            let before = change::member_place(change.before, world, was, old);
            let symbol = format!("{}/{}", is.name, new.name);
            tell((&old.name, &new.name), &symbol, now, before, out);
        }
    }
    for (was, is) in change.enums() {
        tell_type(change, &was.name, &is.name, out);
        for old in &was.members {
            let mut members = is.members.iter();
            let new = members.find(|new| new.name.eq_ignore_ascii_case(&old.name));
            if let Some(new) = new.filter(|new| new.name != old.name) {
                let line = |version: &crate::lint::world::Version, source, label: &str| {
                    let (page, at) = version.line(source)?;
                    Some(version.at(page, at, label))
                };
                let now = line(change.now, &is.source, "");
                let before = line(change.before, &was.source, "it was listed here");
                let symbol = format!("{}/{}", is.name, new.name);
                tell((&old.name, &new.name), &symbol, now, before, out);
            }
        }
    }
}

/// Tells a type or an enumeration whose name is spelled in another case.
fn tell_type(change: &Change, was: &TypeName, is: &TypeName, out: &mut Findings) {
    let (was, is) = (was.as_str(), is.as_str());
    if was != is {
        let now = change.type_place(is);
        let before = change.before.type_at(was, "it was spelled so here");
        tell((was, is), is, now, before, out);
    }
}

fn tell(
    (was, is): (&str, &str),
    symbol: &str,
    now: Option<Place>,
    before: Option<Place>,
    out: &mut Findings,
) {
    let Some(place) = now else {
        return;
    };
    let message = format!("`{was}` is now spelled `{is}`");
    let finding = out
        .tell(place, message)
        .symbol(symbol)
        .help("impact: wire; names are compared with their case, so that clients no longer find the value");
    if let Some(before) = before {
        finding.related(before);
    }
}
