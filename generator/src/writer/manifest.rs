//! The list of files that the writer put into a folder, kept in that folder.
//!
//! ```text
//! # Written by docwright: the files that it owns here. Do not edit.
//! 5f0c34bb21d4a8e7 src/lib.rs
//! ```
//!
//! Invariant: sorted by path, one line each, so that two branches that regenerate different files merge cleanly.

use std::{collections::BTreeMap, fmt, path::Path, str};

use rayon::prelude::*;

use super::{Error, Files, read};

/// Name of the manifest at the top of an output folder.
pub const MANIFEST: &str = ".docwright-files";

const HEADER: &str = "# Written by docwright: the files that it owns here. Do not edit.";

/// Paths and the fingerprints of what was written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    files: BTreeMap<String, u64>,
}

impl Manifest {
    /// The manifest of a folder that holds exactly `files`.
    pub(super) fn of(files: &Files) -> Self {
        let files = files
            .par_iter()
            .map(|(path, text)| (path.clone(), fingerprint(text.as_bytes())));
        Self {
            files: files.collect(),
        }
    }

    /// The manifest in the folder `root`, if it has one.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, Error> {
        let path = root.join(MANIFEST);
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        let mut files = BTreeMap::new();
        for (at, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let line = str::from_utf8(line).map(str::trim_end);
            if line.is_ok_and(|line| line.is_empty() || line.starts_with('#')) {
                continue;
            }
            let entry = line.ok().and_then(|line| line.split_once(' '));
            let entry =
                entry.and_then(|(hex, path)| Some((path, u64::from_str_radix(hex, 16).ok()?)));
            let Some((name, fingerprint)) = entry else {
                return Err(Error::Manifest { path, line: at + 1 });
            };
            files.insert(name.to_owned(), fingerprint);
        }
        Ok(Some(Self { files }))
    }

    /// The listed paths, sorted.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Whether the writer wrote a file at this path.
    pub(super) fn lists(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether `text` is what the writer wrote at this path.
    pub(super) fn matches(&self, path: &str, text: &[u8]) -> bool {
        self.files
            .get(path)
            .is_some_and(|&known| known == fingerprint(text))
    }

    /// What either of the two lists; where both do, with the fingerprint of `newer`.
    pub(super) fn union(&self, newer: &Self) -> Self {
        let mut files = self.files.clone();
        files.extend(
            newer
                .files
                .iter()
                .map(|(path, &fingerprint)| (path.clone(), fingerprint)),
        );
        Self { files }
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        self.files
            .iter()
            .try_for_each(|(path, fingerprint)| writeln!(f, "{fingerprint:016x} {path}"))
    }
}

/// A number that changes with every edit of a text, the same on every machine.
///
/// Each step is a bijection of the state, so two texts that differ in one word never share a fingerprint; it is no
/// defence against somebody who wants them to.
fn fingerprint(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: u64| (state.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = text.as_chunks::<8>();
    let state = words.iter().fold(text.len() as u64, |state, word| {
        mix(state, u64::from_le_bytes(*word))
    });
    rest.iter()
        .fold(state, |state, &byte| mix(state, u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_edits_apart_and_stay_the_same() {
        let text = b"pub struct User { pub id: String }\n".to_vec();
        for at in 0..text.len() {
            let mut edited = text.clone();
            edited[at] ^= 1;
            assert_ne!(fingerprint(&edited), fingerprint(&text), "byte {at}");
        }
        assert_ne!(fingerprint(b""), fingerprint(b"\0"));
        insta::assert_snapshot!(format!("{:016x}", fingerprint(&text)), @"450758ffd2ce2abf");
    }
}
