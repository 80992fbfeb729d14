//! Fingerprints: a name for each finding that stays the same while the text around it is edited.
//!
//! Comes in: findings in their order. Goes out: 16 hexadecimal digits for each, made of its rule, its file below the docs
//! root, its symbol, and a number among those that are equal in all of this.
//! Invariants: no two findings of a run share one; lines, messages and the place of the docs on disk do not matter, nor does
//! the machine.

use std::collections::HashMap;

use super::{finding::Finding, world::World};

/// A fingerprint for each finding, in the same order.
pub fn fingerprints(world: &World, findings: &[Finding]) -> Vec<String> {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    let mut fingerprint = |finding: &Finding| {
        let home = &world.files.get(finding.primary.file).key;
        let name = hash_of(&[finding.rule.code, home, &finding.symbol]);
        let count = counts.entry(name).or_default();
        let ordinal = *count;
        *count += 1;
        format!("{:016x}", hash(name, &ordinal.to_le_bytes()))
    };
    findings.iter().map(&mut fingerprint).collect()
}

/// A number for some texts. No text can run into the next, as long as none of them has a zero byte.
pub fn hash_of(parts: &[&str]) -> u64 {
    parts.iter().fold(START, |state, part| {
        hash(hash(state, part.as_bytes()), &[0])
    })
}

/// The hash of nothing.
const START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: the same number for the same bytes, on every machine.
fn hash(state: u64, bytes: &[u8]) -> u64 {
    let step = |state: u64, &byte: &u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(state, step)
}
