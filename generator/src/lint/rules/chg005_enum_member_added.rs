use crate::lint::{
    change::Change,
    finding::{Findings, Severity},
    rule::{Check, Fixes, Preset, Rule},
    world::World,
};

pub(super) static RULE: Rule = Rule {
    code: "CHG005",
    name: "enum-member-added",
    severity: Severity::Warning,
    preset: Preset::Strict,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("chg005_enum_member_added.md"),
    check: Check::Change(check),
};

/// The member of an enumeration that tells clients to expect others.
const SENTINEL: &str = "unknownFutureValue";

/// So many new members are named.
const SHOWN: usize = 8;

fn check(_: &World, change: &Change, out: &mut Findings) {
    // An enumeration that had no members was not described before.
    let enums = change.enums().filter(|(was, _)| !was.members.is_empty());
    for (was, is) in enums {
        let is_known = |name: &str| {
            let mut members = was.members.iter();
            members.any(|it| it.name.eq_ignore_ascii_case(name))
        };
        let is_new = |name: &str| !name.eq_ignore_ascii_case(SENTINEL) && !is_known(name);
        let new: Vec<_> = is.members.iter().filter(|it| is_new(&it.name)).collect();
        let Some((page, at)) = change.now.line(&is.source).filter(|_| !new.is_empty()) else {
            continue;
        };
        let names = new.iter().take(SHOWN).map(|it| format!("`{}`", it.name));
        let names: Vec<_> = names.collect();
        let more = match new.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => format!(" and {more} more"),
            _ => String::new(),
        };
        let message = format!(
            "`{}` has the new members {}{more}",
            is.name,
            names.join(", ")
        );
        let place = change.now.at(page, at, "");
        let finding = out.tell(place, message).symbol(is.name.as_str());
        if is_known(SENTINEL) || new.iter().all(|it| it.prefer_only) {
            finding
                .severity(Severity::Info)
                .help("impact: docs; clients expect members that they do not know");
        } else {
            finding
                .help("impact: wire; clients that know all members meet one that they do not know");
        }
        if let Some((page, at)) = change.before.line(&was.source) {
            let before = change.before.at(page, at, "its members were listed here");
            finding.related(before);
        }
    }
}
