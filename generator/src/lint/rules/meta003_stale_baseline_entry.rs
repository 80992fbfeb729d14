use crate::lint::{
    finding::Severity,
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "META003",
    name: "stale-baseline-entry",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("meta003_stale_baseline_entry.md"),
    check: Check::Run,
};
