//! How many findings each rule has, the most first, and how many of them can be fixed.

use std::{collections::BTreeMap, fmt::Write as _};

use super::summary;
use crate::lint::finding::{Finding, Safety, Severity};

/// What is counted of one rule.
struct Row {
    count: usize,
    severity: Severity,
    safe: usize,
    to_look_at: usize,
}

/// A line for each rule: `     12  error    TBL003   property-case-differs  [*] 10  [?] 2`.
pub fn statistics(findings: &[Finding]) -> String {
    let mut rows: BTreeMap<(&str, &str), Row> = BTreeMap::new();
    for finding in findings {
        let rule = finding.rule;
        let row = rows.entry((rule.code, rule.name)).or_insert(Row {
            count: 0,
            severity: finding.severity,
            safe: 0,
            to_look_at: 0,
        });
        row.count += 1;
        row.severity = row.severity.max(finding.severity);
        match finding.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => row.safe += 1,
            Some(Safety::Unsafe) => row.to_look_at += 1,
            None => {}
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(rule, row)| (usize::MAX - row.count, *rule));
    let mut out = String::new();
    for ((code, name), row) in rows {
        let Row {
            count, severity, ..
        } = row;
        let _ = write!(out, "{count:7}  {:7}  {code:8} {name}", severity.as_str());
        for (mark, count) in [("[*]", row.safe), ("[?]", row.to_look_at)] {
            if count > 0 {
                let _ = write!(out, "  {mark} {count}");
            }
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{:7}  in all: {}", findings.len(), summary(findings));
    out
}
