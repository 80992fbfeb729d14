//! One line for each finding, to be searched and counted: `resources/user.md:194:2: error[TBL003] [*] message`.
//!
//! Invariant: as many lines as findings. Second places are left to the other formats.

use std::fmt::Write as _;

use super::{Colors, Spot, fix_mark};
use crate::lint::{finding::Finding, world::World};

pub(super) fn render(world: &World, findings: &[Finding], colors: Colors) -> String {
    let mut out = String::with_capacity(findings.len() * 120);
    let (strong, faint, fix) = (colors.strong(), colors.faint(), colors.fix());
    for finding in findings {
        let Spot { path, start, .. } = Spot::of(world, &finding.primary);
        let color = colors.severity(finding.severity);
        let _ = write!(
            out,
            "{strong}{path}{strong:#}{faint}:{start}:{faint:#} {color}{}[{}]{color:#} ",
            finding.severity, finding.rule.code
        );
        if let Some(mark) = fix_mark(finding) {
            let _ = write!(out, "{fix}{mark}{fix:#} ");
        }
        let _ = writeln!(out, "{}", finding.message);
    }
    out
}
