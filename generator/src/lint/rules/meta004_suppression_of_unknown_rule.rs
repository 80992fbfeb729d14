use crate::lint::{
    finding::Severity,
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "META004",
    name: "suppression-of-unknown-rule",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("meta004_suppression_of_unknown_rule.md"),
    check: Check::Run,
};
