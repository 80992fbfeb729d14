//! Findings as texts.
//!
//! Comes in: findings in their order. Goes out: a text for people or for a program. What all formats show alike is decided
//! here.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{finding::Finding, rule::Rule, rules, world::World};

/// One line each: `resources/user.md:194:2: error[TBL003] message`, and one for each second place.
pub fn concise(world: &World, findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let file = world.files.get(finding.primary.file);
        let (start, _) = file.range(finding.primary.at);
        let Finding {
            severity,
            rule,
            message,
            ..
        } = finding;
        let _ = writeln!(
            out,
            "{}:{start}: {severity}[{}] {message}",
            file.path, rule.code
        );
    }
    out
}

/// How many findings each rule has, the most first.
pub fn statistics(findings: &[Finding]) -> String {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in findings {
        *counts
            .entry((finding.rule.code, finding.rule.name))
            .or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(rule, count)| (usize::MAX - count, rule));
    let mut out = String::new();
    for ((code, name), count) in counts {
        let _ = writeln!(out, "{count:7}  {code:8} {name}");
    }
    let _ = writeln!(out, "{:7}  in all", findings.len());
    out
}

/// All rules, one on a line: code, name, severity, preset, and what they can repair.
pub fn catalogue() -> String {
    let mut out = String::new();
    for rule in rules::ALL {
        let _ = writeln!(
            out,
            "{:8}  {:36}  {:7}  {:11}  {}",
            rule.code,
            rule.name,
            rule.severity.as_str(),
            rule.preset.as_str(),
            rule.fixes.words()
        );
    }
    out
}

/// The page of a rule, with its data behind the title.
pub fn explained(rule: &Rule) -> String {
    let (title, rest) = rule.doc.split_once('\n').unwrap_or((rule.doc, ""));
    let apidoctor = if rule.apidoctor.is_empty() {
        "none".to_owned()
    } else {
        rule.apidoctor.join(", ")
    };
    format!(
        "{title}\n\n- Severity: {}\n- Preset: {}\n- Repairs: {}\n- In ApiDoctor: {apidoctor}\n{rest}",
        rule.severity,
        rule.preset.as_str(),
        rule.fixes.words()
    )
}
