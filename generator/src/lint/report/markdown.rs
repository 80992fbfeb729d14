//! A comment for a pull request: counts by file, and below them a table for each file that opens when somebody asks.
//!
//! Invariant: never longer than GitHub takes; what does not fit is counted.

use std::fmt::Write as _;

use super::{Counts, Spot, by_file, fix_mark, summary};
use crate::lint::{
    finding::{Finding, Place},
    world::World,
};

/// GitHub takes 65,536 characters; a few are left for the end.
const LIMIT: usize = 60_000;

/// The table of files leaves room for findings.
const LISTED_FILES: usize = 100;

pub(super) fn render(world: &World, findings: &[Finding]) -> String {
    let mut out = format!("### Docwright: {}\n", summary(findings));
    if findings.is_empty() {
        return out;
    }
    overview(world, findings, &mut out);
    let mut told = 0;
    for group in by_file(findings) {
        let details = details(world, group);
        if out.len() + details.len() > LIMIT {
            continue;
        }
        out.push_str(&details);
        told += group.len();
    }
    if told < findings.len() {
        let left = findings.len() - told;
        let _ = writeln!(out, "\n… and {left} more; `docwright lint` tells them all.");
    }
    out
}

/// A row for each file.
fn overview(world: &World, findings: &[Finding], out: &mut String) {
    out.push_str("\n| File | Errors | Warnings | Infos |\n|:-----|-------:|---------:|------:|\n");
    for group in by_file(findings).take(LISTED_FILES) {
        let Counts {
            errors,
            warnings,
            infos,
        } = Counts::of(group);
        let path = path(world, group);
        let _ = writeln!(out, "| `{path}` | {errors} | {warnings} | {infos} |");
    }
    let files = by_file(findings).count();
    if files > LISTED_FILES {
        let _ = writeln!(out, "| … and {} more | | | |", files - LISTED_FILES);
    }
}

fn path<'w>(world: &'w World, group: &[Finding]) -> &'w str {
    let first = group.first();
    first.map_or("", |it| world.files.get(it.primary.file).path.as_str())
}

/// The findings of a file.
fn details(world: &World, group: &[Finding]) -> String {
    let counts = Counts::of(group).told();
    let path = path(world, group);
    let mut out = format!(
        "\n<details>\n<summary><code>{path}</code>: {counts}</summary>\n\n| Line | Rule | What |\n|-----:|:-----|:-----|\n"
    );
    for finding in group {
        let line = Spot::of(world, &finding.primary).start.line;
        let Finding { severity, rule, .. } = finding;
        let mark = fix_mark(finding).map(|mark| format!(" `{mark}`"));
        let _ = write!(
            out,
            "| {line} | {severity} `{}`{} | {}",
            rule.code,
            mark.unwrap_or_default(),
            cell(&finding.message)
        );
        for place in &finding.related {
            let _ = write!(out, "<br>{}", cell(&second(world, finding, place)));
        }
        if let Some(help) = &finding.help {
            let _ = write!(out, "<br>**help:** {}", cell(help));
        }
        out.push_str(" |\n");
    }
    out.push_str("\n</details>\n");
    out
}

/// A second place: what it says, and where.
fn second(world: &World, finding: &Finding, place: &Place) -> String {
    let Spot { path, start, .. } = Spot::of(world, place);
    if place.file == finding.primary.file {
        format!("{} (line {})", place.label, start.line)
    } else {
        format!("{} (`{path}:{}`)", place.label, start.line)
    }
}

/// A text as a cell of a table: it neither ends the cell nor begins a tag.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_code = false;
    for c in text.chars() {
        match c {
            '|' => out.push_str("\\|"),
            '\n' | '\r' => out.push(' '),
            // What stands between back-ticks is shown as it is.
            '<' if !is_code => out.push_str("&lt;"),
            _ => out.push(c),
        }
        is_code ^= c == '`';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_end_where_they_should() {
        assert_eq!(cell("`a|b` <b>\n`<c>`"), "`a\\|b` &lt;b> `<c>`");
    }
}
