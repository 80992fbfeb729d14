use crate::lint::{
    change::{Change, Removed},
    finding::{Findings, Severity},
    rule::{Check, Fixes, Preset, Rule},
    world::World,
};

pub(super) static RULE: Rule = Rule {
    code: "CHG001",
    name: "symbol-removed",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("chg001_symbol_removed.md"),
    check: Check::Change(check),
};

fn check(world: &World, change: &Change, out: &mut Findings) {
    for removed in change.removed(world) {
        tell(removed, out);
    }
}

fn tell(removed: Removed, out: &mut Findings) {
    let Removed { symbol, what, .. } = removed;
    let message = if removed.was_deprecated {
        format!("{what} `{symbol}` is no longer documented; it had been deprecated")
    } else {
        format!("{what} `{symbol}` is no longer documented")
    };
    let impact = if removed.in_requests {
        "impact: source and wire; code that names it does not compile, and requests that carry it fail"
    } else {
        "impact: source; code that names it does not compile"
    };
    let finding = out.tell(removed.place, message).symbol(symbol).help(impact);
    if removed.was_deprecated {
        finding.severity(Severity::Warning);
    }
    if let Some(place) = removed.was_at {
        finding.related(place);
    }
}
