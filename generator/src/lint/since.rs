//! What changed since a revision, so that a run can tell what a change touches or causes, and nothing else.
//!
//! Comes in: a folder and a revision. Goes out: [`Changes`], as `git` tells them, and the documents as they were. A finding
//! is one of the change if one of its places lies in a changed line, or if the documents did not have it before: a row that
//! is taken out of one page breaks the example on another.
//! Invariant: nothing is written and no revision is checked out.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Write},
    ops::Range,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{
    Finding,
    baseline::Baseline,
    beside::{Beside, TextFile},
    world::World,
};
use crate::docs::{Docs, DocsTree, Document};

/// The files that differ from a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    files: BTreeMap<PathBuf, Change>,
}

/// How a file differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Change {
    /// Its text at the revision; nothing, if it was not there.
    before: Option<String>,
    /// Lines that are new or other than before, from 1; one line where lines were taken out.
    lines: Vec<Range<u32>>,
}

/// Why changes cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no `git`.
    #[error("cannot run `git`: {0}; `--since` needs it")]
    NoGit(#[source] io::Error),
    /// It refused.
    #[error("`git {command}` failed: {message}")]
    Git {
        /// The first word of the command.
        command: String,
        /// What it said.
        message: String,
    },
}

impl Changes {
    /// What differs below `folder` between its files and the revision.
    pub fn read(folder: &Path, revision: &str) -> Result<Self, Error> {
        let top = git(folder, &["rev-parse", "--show-toplevel"])?;
        let top = PathBuf::from(top.trim_end());
        // A revision that begins with a hyphen would be an option.
        let commit = format!("{revision}^{{commit}}");
        let commit = git(
            folder,
            &["rev-parse", "--verify", "--end-of-options", &commit],
        )?;
        let commit = commit.trim_end();
        let flags = ["--no-color", "--no-ext-diff", "--no-renames", "--unified=0"];
        let mut arguments = vec!["diff"];
        arguments.extend(flags);
        arguments.extend([commit, "--", "."]);
        let mut changed = lines_of_diff(&git(folder, &arguments)?);
        let untracked = git(
            folder,
            &["ls-files", "--others", "--exclude-standard", "--full-name"],
        )?;
        for path in untracked.lines() {
            let all = 1..u32::MAX;
            changed.insert(path.to_owned(), Vec::from([all]));
        }
        let paths: Vec<&String> = changed.keys().collect();
        let before = texts(folder, commit, &paths)?;
        let files = changed
            .into_iter()
            .zip(before)
            .map(|((path, lines), before)| (top.join(path), Change { before, lines }));
        Ok(Self {
            files: files.collect(),
        })
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The documents as they were.
    pub fn before(&self, tree: &DocsTree) -> DocsTree {
        let mut tree = tree.clone();
        for (version, docs) in &mut tree.versions {
            if let Some(folder) = tree.folders.get(version) {
                self.restore(docs, folder);
            }
        }
        tree
    }

    fn restore(&self, docs: &mut Docs, folder: &Path) {
        docs.pages.retain_mut(|page| {
            let path = folder.join(&*page.path);
            self.files
                .get(&path)
                .is_none_or(|change| match &change.before {
                    Some(text) => {
                        page.text = without_mark(text).into();
                        true
                    }
                    None => false,
                })
        });
        let gone = self.files.iter().filter_map(|(path, change)| {
            let below = path.strip_prefix(folder).ok()?.to_str()?.replace('\\', "/");
            let is_page = below.to_ascii_lowercase().ends_with(".md");
            let is_there = docs.pages.iter().any(|page| *page.path == *below);
            let text = change.before.as_ref().filter(|_| is_page && !is_there)?;
            Some((below, without_mark(text).to_owned()))
        });
        let gone: Vec<_> = gone.collect();
        let gone: Vec<Document> = Docs::from_texts(docs.version, gone).pages;
        docs.pages.extend(gone);
        docs.pages.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some(file) = &mut docs.metadata
            && let Some(text) = self.text_before(Path::new(&*file.path))
        {
            file.text = text.into();
        }
    }

    /// What lies beside the pages, as it was.
    pub fn beside_before(&self, beside: &Beside) -> Beside {
        let mut beside = beside.clone();
        let files = beside
            .permissions
            .iter_mut()
            .chain(beside.contents.values_mut());
        let files = files
            .chain(beside.changelog.iter_mut())
            .chain(beside.redirections.iter_mut());
        for file in files.chain(beside.openapi.values_mut()) {
            self.restore_file(file);
        }
        beside
    }

    fn restore_file(&self, file: &mut TextFile) {
        if let Some(text) = self.text_before(&file.path) {
            file.text = text.into();
        }
    }

    /// The text of a file at the revision, if the file changed.
    fn text_before(&self, path: &Path) -> Option<&str> {
        let change = self.files.get(&path.canonicalize().ok()?)?;
        Some(without_mark(change.before.as_deref().unwrap_or_default()))
    }

    /// Leaves the findings that the change touches, or that were not there before.
    pub fn retain(&self, world: &World, findings: Vec<Finding>, before: &Baseline) -> Vec<Finding> {
        let new = before.compare(world, &findings).new;
        let all = findings.into_iter().enumerate();
        all.filter(|(at, finding)| new.binary_search(at).is_ok() || self.touch(world, finding))
            .map(|(_, finding)| finding)
            .collect()
    }

    /// Whether a place of a finding lies in a changed line.
    fn touch(&self, world: &World, finding: &Finding) -> bool {
        let mut places = finding.related.iter().chain([&finding.primary]);
        places.any(|place| {
            let file = world.files.get(place.file);
            let Some(change) = self.files.get(&file.location) else {
                return false;
            };
            let (start, end) = file.range(place.at);
            let mut lines = change.lines.iter();
            lines.any(|changed| changed.start <= end.line && start.line < changed.end)
        })
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// What a command prints.
fn git(folder: &Path, arguments: &[&str]) -> Result<String, Error> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "core.quotePath=false"])
        .args(arguments)
        .output()
        .map_err(Error::NoGit)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Error::Git {
        command: arguments.first().copied().unwrap_or_default().to_owned(),
        message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// The changed lines of each file in a diff without context.
fn lines_of_diff(diff: &str) -> BTreeMap<String, Vec<Range<u32>>> {
    let mut files: BTreeMap<String, Vec<Range<u32>>> = BTreeMap::new();
    let mut path = None;
    let mut left = 0;
    for line in diff.lines() {
        if left > 0 {
            // A line of a file may look like a header.
            left -= usize::from(line.starts_with(['+', '-']));
        } else if let Some(name) = line.strip_prefix("--- ") {
            path = name.strip_prefix("a/").map(str::to_owned);
        } else if let Some(name) = line.strip_prefix("+++ ") {
            path = name.strip_prefix("b/").map(str::to_owned).or(path);
            files.entry(path.clone().unwrap_or_default()).or_default();
        } else if let Some((old, new)) = hunk(line) {
            left = (old.end - old.start + new.end - new.start) as usize;
            let lines = new.start..new.end.max(new.start + 1);
            if let Some(path) = &path {
                files.entry(path.clone()).or_default().push(lines);
            }
        }
    }
    files
}

/// The lines in `@@ -3,2 +3 @@`.
fn hunk(line: &str) -> Option<(Range<u32>, Range<u32>)> {
    let mut words = line.strip_prefix("@@ ")?.split(' ');
    let mut lines = |sign| -> Option<Range<u32>> {
        let text = words.next()?.strip_prefix(sign)?;
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        let start: u32 = start.parse().ok()?;
        Some(start..start.checked_add(count.parse().ok()?)?)
    };
    Some((lines('-')?, lines('+')?))
}

/// The texts of files at a commit, all by one process.
fn texts(folder: &Path, commit: &str, paths: &[&String]) -> Result<Vec<Option<String>>, Error> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Error::NoGit)?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Ok(Vec::new());
    };
    let mut requests = String::new();
    for path in paths {
        requests.extend([commit, ":", path, "\n"]);
    }
    let writer = std::thread::spawn(move || input.write_all(requests.as_bytes()));
    let mut output = BufReader::new(output);
    let read = paths
        .iter()
        .map(|_| blob(&mut output))
        .collect::<io::Result<_>>();
    let _ = writer.join();
    let _ = child.wait();
    read.map_err(|error| Error::Git {
        command: "cat-file".to_owned(),
        message: error.to_string(),
    })
}

/// The next text that `git cat-file --batch` prints: `<hash> blob <size>` and the bytes, or `<name> missing`.
fn blob(output: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut header = String::new();
    output.read_line(&mut header)?;
    let Some((_, size)) = header.trim_end().split_once(" blob ") else {
        return Ok(None);
    };
    let size: usize = size.parse().map_err(io::Error::other)?;
    let mut bytes = vec![0; size + 1];
    output.read_exact(&mut bytes)?;
    bytes.truncate(size);
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_those_of_the_new_side() {
        let diff = "diff --git a/x.md b/x.md\n--- a/x.md\n+++ b/x.md\n@@ -3 +3,2 @@ head\n-old\n+--- a/y.md\n+new\n@@ -9,2 +10,0 @@\n-a\n-b\n\
            diff --git a/gone.md b/gone.md\n--- a/gone.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
        let files = lines_of_diff(diff);
        assert_eq!(files["x.md"], [3..5, 10..11]);
        assert!(files.contains_key("gone.md"));
        assert!(!files.contains_key("y.md"));
    }
}
