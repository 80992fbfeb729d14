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

fn check(_: &World, change: &Change, out: &mut Findings) {
    for (was, is) in change.enums() {
        let is_known = |name: &str| was.members.iter().any(|it| it.name.eq_ignore_ascii_case(name));
        let is_open = is_known(SENTINEL);
        let Some((page, at)) = change.now.line(&is.source) else {
            continue;
        };
        // An enumeration that had no members was not described before.
        let described = !was.members.is_empty();
        for member in is.members.iter().filter(|it| described && !is_known(&it.name)) {
            if member.name.eq_ignore_ascii_case(SENTINEL) {
                continue;
            }
            let place = change.now.at(page, at, "");
            let message = format!("`{}` is a new member of `{}`", member.name, is.name);
            let finding = out.tell(place, message).symbol(format!("{}/{}", is.name, member.name));
            if is_open || member.prefer_only {
                finding
                    .severity(Severity::Info)
                    .help("impact: docs; clients expect members that they do not know");
            } else {
                finding.help("impact: wire; clients that know all members meet one that they do not know");
            }
            if let Some((page, at)) = change.before.line(&was.source) {
                finding.related(change.before.at(page, at, "it was not listed here"));
            }
        }
    }
}
