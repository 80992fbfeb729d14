//! One line for each finding below the path of its file, second places below it, and a line on all at the end.

use std::fmt::Write as _;

use super::{Colors, Spot, by_file, fix_mark, summary};
use crate::lint::{
    finding::{Finding, Place},
    world::World,
};

pub(super) fn render(world: &World, findings: &[Finding], colors: Colors) -> String {
    let mut out = String::new();
    let strong = colors.strong();
    for group in by_file(findings) {
        let places: Vec<String> = group
            .iter()
            .map(|it| Spot::of(world, &it.primary).start.to_string())
            .collect();
        let width = places.iter().map(String::len).max().unwrap_or_default();
        if let Some(first) = group.first() {
            let path = &world.files.get(first.primary.file).path;
            let _ = writeln!(out, "{strong}{path}{strong:#}");
        }
        for (finding, place) in group.iter().zip(&places) {
            let line = line(finding, colors);
            let _ = writeln!(out, "  {place:>width$}  {line}");
            for other in &finding.related {
                let line = second(world, finding, other);
                let _ = writeln!(out, "  {:width$}      {line}", "");
            }
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary(findings));
    out
}

fn line(finding: &Finding, colors: Colors) -> String {
    let (color, fix) = (colors.severity(finding.severity), colors.fix());
    let mut out = format!(
        "{color}{}[{}]{color:#} ",
        finding.severity, finding.rule.code
    );
    if let Some(mark) = fix_mark(finding) {
        let _ = write!(out, "{fix}{mark}{fix:#} ");
    }
    out + &finding.message
}

/// A second place and what is said there, with the path if it is another file.
fn second(world: &World, finding: &Finding, place: &Place) -> String {
    let Spot { path, start, .. } = Spot::of(world, place);
    if place.file == finding.primary.file {
        format!("{start}: {}", place.label)
    } else {
        format!("{path}:{start}: {}", place.label)
    }
}
