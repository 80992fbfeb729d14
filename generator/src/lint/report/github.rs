//! Workflow commands of GitHub Actions: each finding becomes an annotation of its line.
//!
//! Invariant: a command is one line; what would end it or one of its properties is escaped as GitHub says.

use std::fmt::Write as _;

use super::{Spot, in_words};
use crate::lint::{
    finding::{Finding, Severity},
    world::World,
};

pub(super) fn render(world: &World, findings: &[Finding]) -> String {
    let mut out = String::with_capacity(findings.len() * 200);
    for finding in findings {
        let Spot { path, start, end } = Spot::of(world, &finding.primary);
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let rule = finding.rule;
        let title = format!("{} {}", rule.code, rule.name);
        let _ = write!(
            out,
            "::{command} title={},file={},line={},endLine={}",
            property(&title),
            property(path),
            start.line,
            end.line
        );
        // Columns are only understood within one line.
        if start.line == end.line {
            let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
        }
        let _ = writeln!(out, "::{}", data(&in_words(world, finding)));
    }
    out
}

/// What follows `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("100 %\r\nof a: b, c"), "100 %25%0D%0Aof a: b, c");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
