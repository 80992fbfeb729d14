use crate::lint::{
    finding::Severity,
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "META002",
    name: "suppression-without-reason",
    severity: Severity::Info,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("meta002_suppression_without_reason.md"),
    check: Check::Run,
};
