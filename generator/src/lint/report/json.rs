//! Findings as JSON, for programs. `docs/lint/output.md` describes the keys, which are never renamed.

use rayon::prelude::*;
use serde::Serialize;

use super::Spot;
use crate::lint::{
    finding::{Edit, Finding, Fix, Place, Safety},
    fingerprint::fingerprints,
    world::World,
};

/// A finding.
#[derive(Serialize)]
struct Record<'w> {
    code: &'static str,
    rule: &'static str,
    severity: &'static str,
    message: &'w str,
    symbol: &'w str,
    fingerprint: String,
    #[serde(flatten)]
    at: At<'w>,
    related: Vec<Related<'w>>,
    help: Option<&'w str>,
    fix: Option<Repair<'w>>,
}

/// A place; lines and columns from 1, columns in characters.
#[derive(Serialize)]
struct At<'w> {
    path: &'w str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Related<'w> {
    #[serde(flatten)]
    at: At<'w>,
    message: &'w str,
}

#[derive(Serialize)]
struct Repair<'w> {
    title: &'w str,
    safety: &'static str,
    edits: Vec<Change<'w>>,
}

/// A replacement of the bytes from `start` up to `end`.
#[derive(Serialize)]
struct Change<'w> {
    #[serde(flatten)]
    at: At<'w>,
    start: u32,
    end: u32,
    text: &'w str,
}

/// An array, an object on each line.
pub(super) fn render(world: &World, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n{}\n]\n", objects(world, findings).join(",\n"))
}

/// An object on each line, nothing around them.
pub(super) fn render_lines(world: &World, findings: &[Finding]) -> String {
    let mut out = objects(world, findings).join("\n");
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Each finding as an object.
fn objects(world: &World, findings: &[Finding]) -> Vec<String> {
    let prints = fingerprints(world, findings);
    let findings = findings.par_iter().zip(prints);
    // Strings and numbers; there is nothing that could fail.
    findings
        .map(|(finding, print)| {
            serde_json::to_string(&record(world, finding, print)).unwrap_or_default()
        })
        .collect()
}

fn record<'w>(world: &'w World, finding: &'w Finding, fingerprint: String) -> Record<'w> {
    let related = |place: &'w Place| Related {
        at: at(world, place),
        message: &place.label,
    };
    Record {
        code: finding.rule.code,
        rule: finding.rule.name,
        severity: finding.severity.as_str(),
        message: &finding.message,
        symbol: &finding.symbol,
        fingerprint,
        at: at(world, &finding.primary),
        related: finding.related.iter().map(related).collect(),
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref().map(|fix| repair(world, fix)),
    }
}

fn at<'w>(world: &'w World, place: &Place) -> At<'w> {
    let Spot { path, start, end } = Spot::of(world, place);
    At {
        path,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn repair<'w>(world: &'w World, fix: &'w Fix) -> Repair<'w> {
    let change = |edit: &'w Edit| Change {
        at: at(world, &Place::new(edit.file, edit.at, "")),
        start: edit.at.start,
        end: edit.at.end,
        text: &edit.text,
    };
    Repair {
        title: &fix.title,
        safety: match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        },
        edits: fix.edits.iter().map(change).collect(),
    }
}
