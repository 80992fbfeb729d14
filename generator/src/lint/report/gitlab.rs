//! A Code Quality report of GitLab: what a merge request adds and what it repairs is told by the fingerprints.

use serde_json::{Value, json};

use super::Spot;
use crate::lint::{
    finding::{Finding, Severity},
    fingerprint::fingerprints,
    world::World,
};

pub(super) fn render(world: &World, findings: &[Finding]) -> String {
    let prints = fingerprints(world, findings);
    let issues = findings
        .iter()
        .zip(prints)
        .map(|(finding, print)| issue(world, finding, &print));
    format!("{:#}\n", Value::Array(issues.collect()))
}

fn issue(world: &World, finding: &Finding, fingerprint: &str) -> Value {
    let Spot { path, start, end } = Spot::of(world, &finding.primary);
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    };
    json!({
        "description": format!("{}: {}", finding.rule.code, finding.message),
        "check_name": finding.rule.name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": path,
            "positions": {
                "begin": {"line": start.line, "column": start.column},
                "end": {"line": end.line, "column": end.column},
            },
        },
    })
}
