//! Baselines: findings that are known, so that only new ones fail a run.
//!
//! ```json
//! { "version": 1, "findings": [
//!   { "rule": "TBL003", "path": "api-reference/v1.0/resources/user.md", "symbol": "microsoft.graph.user/title", "count": 1 }
//! ] }
//! ```
//!
//! Comes in: findings, or the text of a file. Goes out: [`Baseline`], as text or against findings.
//! Invariants: an entry names no line, so that edits elsewhere leave it alone; entries are in order, so that a baseline merges
//! like a source file; the same findings make the same bytes.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{finding::Finding, world::World};
use crate::{
    json::tree::{self, Node},
    span::ByteRange,
};

/// The form of the file.
const VERSION: u32 = 1;

/// Findings that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Key, Known>,
}

/// How often something is known, and where the file says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Known {
    count: usize,
    at: ByteRange,
}

/// What a finding is, whatever the lines are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    path: String,
    rule: String,
    symbol: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    path: String,
    symbol: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system said no.
    #[error("cannot read the baseline `{path}`: {source}; `docwright baseline write` makes one")]
    Io {
        /// The file.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
    /// It is none.
    #[error("{path}:{line}: {message}")]
    Content {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// An entry that no finding has any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The code of the rule.
    pub rule: String,
    /// The file that it was found in, from the root of the docs.
    pub path: String,
    /// What it was about.
    pub symbol: String,
    /// How many more than there are now.
    pub count: usize,
    /// Where the baseline says so.
    pub at: ByteRange,
}

/// What a baseline makes of findings.
#[derive(Debug, Default)]
pub struct Compared {
    /// The positions of findings that are new.
    pub new: Vec<usize>,
    /// Entries without a finding.
    pub stale: Vec<Stale>,
}

impl Baseline {
    /// A baseline in which these findings are known.
    pub fn of<'f>(world: &World, findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut known: BTreeMap<Key, Known> = BTreeMap::new();
        for finding in findings {
            known.entry(key(world, finding)).or_default().count += 1;
        }
        Self { known }
    }

    /// Reads a file: what is known, and its text.
    pub fn read(path: &Path) -> Result<(Self, String), Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Io {
            path: path.to_path_buf(),
            source,
        })?;
        Ok((Self::parse(&text, path)?, text))
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let content = |line, message| Error::Content {
            path: path.to_path_buf(),
            line,
            message,
        };
        let file: File = serde_json::from_str(text)
            .map_err(|error| content(error.line(), format!("no baseline: {error}")))?;
        if file.version != VERSION {
            let message = format!(
                "a baseline of form {}, and this docwright knows form {VERSION}; write it anew with `docwright baseline write`",
                file.version
            );
            return Err(content(1, message));
        }
        let tree = tree::read(text, ByteRange::new(0, text.len())).ok();
        let items = tree.iter().filter_map(|tree| tree.root.get("findings"));
        let places = items.flat_map(Node::items).map(|item| item.at);
        let mut known: BTreeMap<Key, Known> = BTreeMap::new();
        for (entry, at) in file.findings.into_iter().zip(places) {
            let Entry {
                rule,
                path,
                symbol,
                count,
            } = entry;
            let known = known.entry(Key { path, rule, symbol }).or_default();
            known.count += count;
            known.at = at;
        }
        Ok(Self { known })
    }

    /// The text of the file: one finding on a line, in order.
    pub fn text(&self) -> String {
        let mut out = format!("{{\"version\": {VERSION}, \"findings\": [");
        for (at, (key, known)) in self.known.iter().enumerate() {
            let entry = Entry {
                rule: key.rule.clone(),
                path: key.path.clone(),
                symbol: key.symbol.clone(),
                count: known.count,
            };
            out.push_str(if at == 0 { "\n  " } else { ",\n  " });
            out.push_str(&serde_json::to_string(&entry).unwrap_or_default());
        }
        out.push_str("\n]}\n");
        out
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.known.values().map(|it| it.count).sum()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Tells new findings from known ones; of several with one key, the first are known.
    pub fn compare(&self, world: &World, findings: &[Finding]) -> Compared {
        let mut left = self.known.clone();
        let mut new = Vec::new();
        for (at, finding) in findings.iter().enumerate() {
            match left.get_mut(&key(world, finding)) {
                Some(known) if known.count > 0 => known.count -= 1,
                _ => new.push(at),
            }
        }
        let stale = left.into_iter().filter(|(_, known)| known.count > 0);
        let stale = stale.map(|(key, known)| Stale {
            rule: key.rule,
            path: key.path,
            symbol: key.symbol,
            count: known.count,
            at: known.at,
        });
        Compared {
            new,
            stale: stale.collect(),
        }
    }

    /// The same without what no finding has any more.
    #[must_use]
    pub fn pruned(&self, stale: &[Stale]) -> Self {
        let mut known = self.known.clone();
        for it in stale {
            let key = Key {
                path: it.path.clone(),
                rule: it.rule.clone(),
                symbol: it.symbol.clone(),
            };
            if let Some(known) = known.get_mut(&key) {
                known.count = known.count.saturating_sub(it.count);
            }
        }
        known.retain(|_, known| known.count > 0);
        Self { known }
    }
}

fn key(world: &World, finding: &Finding) -> Key {
    Key {
        path: world.files.get(finding.primary.file).key.clone(),
        rule: finding.rule.code.to_owned(),
        symbol: finding.symbol.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_baseline_is_told_with_its_line() {
        let failure = |text: &str| {
            let parsed = Baseline::parse(text, Path::new("known.json"));
            parsed.unwrap_err().to_string()
        };
        insta::assert_snapshot!(failure("{\"version\": 1,\n\"finding\": []}"), @"known.json:2: no baseline: unknown field `finding`, expected `version` or `findings` at line 2 column 9");
        insta::assert_snapshot!(failure("{\"version\": 9, \"findings\": []}"), @"known.json:1: a baseline of form 9, and this docwright knows form 1; write it anew with `docwright baseline write`");
    }

    #[test]
    fn texts_are_read_as_they_were_written() {
        let text = "{\"version\": 1, \"findings\": [\n  {\"rule\":\"EX003\",\"path\":\"a.md\",\"symbol\":\"b\",\"count\":2},\n  {\"rule\":\"TBL003\",\"path\":\"a.md\",\"symbol\":\"b\"}\n]}\n";
        let baseline = Baseline::parse(text, Path::new("known.json")).unwrap();
        assert_eq!(baseline.len(), 3);
        assert_eq!(baseline.text(), text);
    }
}
