//! Fixes applied.
//!
//! Comes in: findings with their fixes. Goes out: the new text of each file that changes.
//! Invariants: a fix is applied as a whole or not at all; of fixes that overlap, the first in the order of findings is applied,
//! and the others are left for the next run; no byte outside of the ranges of the edits changes.

use std::collections::BTreeMap;

use super::{
    files::FileId,
    finding::{Edit, Finding, Safety},
    world::World,
};

/// What fixing makes of the files.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new text of each file that changes.
    pub texts: BTreeMap<FileId, String>,
    /// The positions of the findings that are settled.
    pub settled: Vec<usize>,
}

/// Applies the fixes that are at least as safe as asked for.
pub fn apply(world: &World, findings: &[Finding], safety: Safety) -> Fixed {
    let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut settled = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safety <= safety) else {
            continue;
        };
        let is_free = |edit: &Edit| {
            let others = edits.get(&edit.file);
            others.is_none_or(|others| others.iter().all(|other| !overlap(edit, other)))
        };
        if fix.edits.iter().all(is_free) {
            for edit in &fix.edits {
                edits.entry(edit.file).or_default().push(edit);
            }
            settled.push(at);
        }
    }
    let texts = edits.into_iter().map(|(file, mut edits)| {
        edits.sort_by_key(|edit| edit.at);
        (file, applied(&world.files.get(file).text, &edits))
    });
    Fixed {
        texts: texts.collect(),
        settled,
    }
}

/// Whether two edits touch the same bytes, or insert at the same place.
fn overlap(a: &Edit, b: &Edit) -> bool {
    if a.at == b.at {
        return true;
    }
    a.at.start < b.at.end && b.at.start < a.at.end
}

/// A text after edits in the order of their places.
fn applied(text: &str, edits: &[&Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        out.push_str(&text[from..edit.at.start as usize]);
        out.push_str(&edit.text);
        from = edit.at.end as usize;
    }
    out.push_str(&text[from..]);
    out
}
