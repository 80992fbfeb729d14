use crate::lint::{
    finding::Severity,
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "META001",
    name: "unused-suppression",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("meta001_unused_suppression.md"),
    check: Check::Run,
};
