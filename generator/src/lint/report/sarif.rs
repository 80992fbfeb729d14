//! SARIF 2.1.0, the Static Analysis Results Interchange Format of OASIS, for code scanning.
//!
//! Second places are related locations, and the message links to them; fixes are replacements of regions.

use std::{collections::BTreeMap, fmt::Write as _};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::Spot;
use crate::lint::{
    files::FileId,
    finding::{Edit, Finding, Fix, Place, Severity},
    fingerprint::fingerprints,
    rule::Rule,
    world::World,
};

/// The key of our fingerprints; the number changes when what they are made of does.
const FINGERPRINT: &str = "docwright/v1";

/// What a path in a URI may not hold as it is (RFC 3986, section 3.3); a colon would make a scheme of what stands before it.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

pub(super) fn render(world: &World, findings: &[Finding]) -> String {
    let rules: BTreeMap<&str, &Rule> = findings
        .iter()
        .map(|finding| (finding.rule.code, finding.rule))
        .collect();
    let indexes: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let prints = fingerprints(world, findings);
    let results = findings.par_iter().zip(&prints).map(|(finding, print)| {
        let index = indexes.get(finding.rule.code).copied().unwrap_or_default();
        result(world, finding, index, print)
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "docwright",
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary().replace('\n', " ")},
        "help": {"text": rule.explanation(), "markdown": rule.explanation()},
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(world: &World, finding: &Finding, rule: usize, fingerprint: &str) -> Value {
    let mut result = json!({
        "ruleId": finding.rule.code,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": {"text": message(finding)},
        "locations": [{
            "physicalLocation": physical(world, &finding.primary),
            "logicalLocations": [{"fullyQualifiedName": finding.symbol}],
        }],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().zip(1..);
        let related = related.map(|(place, id)| related_location(world, place, id));
        result["relatedLocations"] = related.collect();
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([repair(world, fix)]);
    }
    result
}

/// The message, with a link to each related location, and what to do.
fn message(finding: &Finding) -> String {
    let mut out = finding.message.clone();
    for (place, id) in finding.related.iter().zip(1..) {
        let _ = write!(out, "\n[{}]({id})", link_text(&place.label));
    }
    if let Some(help) = &finding.help {
        let _ = write!(out, "\n{help}");
    }
    out
}

/// Brackets and backslashes in the text of a link are escaped (SARIF 2.1.0, section 3.11.6).
fn link_text(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}

fn related_location(world: &World, place: &Place, id: usize) -> Value {
    json!({
        "id": id,
        "physicalLocation": physical(world, place),
        "message": {"text": place.label},
    })
}

fn physical(world: &World, place: &Place) -> Value {
    json!({
        "artifactLocation": {"uri": uri(&world.files.get(place.file).path)},
        "region": region(world, place),
    })
}

fn region(world: &World, place: &Place) -> Value {
    let Spot { start, end, .. } = Spot::of(world, place);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// The changes of a fix, by file.
fn repair(world: &World, fix: &Fix) -> Value {
    let mut files: BTreeMap<FileId, Vec<Value>> = BTreeMap::new();
    for Edit { file, at, text } in &fix.edits {
        let place = Place::new(*file, *at, "");
        files.entry(*file).or_default().push(json!({
            "deletedRegion": region(world, &place),
            "insertedContent": {"text": text},
        }));
    }
    let changes = files.into_iter().map(|(file, replacements)| {
        json!({
            "artifactLocation": {"uri": uri(&world.files.get(file).path)},
            "replacements": replacements,
        })
    });
    json!({
        "description": {"text": fix.title},
        "artifactChanges": changes.collect::<Vec<_>>(),
    })
}

/// A path as a URI: relative, or with the scheme `file`.
fn uri(path: &str) -> String {
    let encoded = utf8_percent_encode(path, PATH);
    if path.starts_with('/') {
        format!("file://{encoded}")
    } else if path.as_bytes().get(1) == Some(&b':') {
        format!("file:///{encoded}")
    } else {
        encoded.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("api/user-get.md"), "api/user-get.md");
        assert_eq!(uri("a b/50%.md"), "a%20b/50%25.md");
        assert_eq!(uri("/docs/ü.md"), "file:///docs/%C3%BC.md");
        assert_eq!(uri("C:/docs/a.md"), "file:///C%3A/docs/a.md");
    }

    #[test]
    fn brackets_do_not_end_a_link() {
        assert_eq!(link_text(r"`a[0]\`"), r"`a\[0\]\\`");
    }
}
