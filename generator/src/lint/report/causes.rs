//! Causes: findings that say the same thing.
//!
//! Comes in: findings in their order. Goes out: one [`Cause`] for all with the same [`Key`], in the order of the first.

use std::collections::HashMap;

use crate::lint::finding::Finding;

/// What two findings share that have one cause: one wrong name on 36 pages is one thing to repair.
#[derive(PartialEq, Eq, Hash)]
struct Key<'f> {
    rule: &'static str,
    message: &'f str,
}

/// Findings with one cause.
pub(super) struct Cause<'f> {
    /// The one to show.
    pub(super) first: &'f Finding,
    /// Those that only need to be named.
    pub(super) others: Vec<&'f Finding>,
}

/// Brings findings together by their causes.
pub(super) fn causes(findings: &[Finding]) -> Vec<Cause<'_>> {
    let mut known: HashMap<Key, usize> = HashMap::with_capacity(findings.len());
    let mut causes: Vec<Cause> = Vec::new();
    for finding in findings {
        let key = Key {
            rule: finding.rule.code,
            message: &finding.message,
        };
        let at = *known.entry(key).or_insert(causes.len());
        match causes.get_mut(at) {
            Some(cause) => cause.others.push(finding),
            None => causes.push(Cause {
                first: finding,
                others: Vec::new(),
            }),
        }
    }
    causes
}
