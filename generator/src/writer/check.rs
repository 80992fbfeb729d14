//! Compares an output folder with what a run would write there, and writes nothing.
//!
//! Invariant: an empty list means that [`write()`](super::write) would change nothing and that no file is too many.

use std::{collections::BTreeSet, fmt, fs, path::Path, time::Duration};

use rayon::prelude::*;
use similar::TextDiff;

use super::{
    Error, Files, Folder, MANIFEST, Manifest, OnDisk, compare, is_neighbour, read,
    refuse_outside_paths,
};

/// How many differences are named.
const LISTED_FILES: usize = 200;
/// How many of them are shown line by line.
const SHOWN_FILES: usize = 12;
/// How many lines of one diff are shown.
const SHOWN_LINES: usize = 40;
/// How long a diff may look for its shortest form.
const PATIENCE: Duration = Duration::from_millis(500);

/// A file of the output that is not as a run would leave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Path below the output folder.
    pub path: String,
    /// What is wrong with it.
    pub kind: Kind,
    /// A unified diff from what is there to what should be; empty if there are not two texts to compare, or if there
    /// are diffs enough already.
    pub diff: String,
}

/// What is wrong with a file of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is as an earlier run left it.
    Outdated,
    /// Somebody changed it since a run wrote it.
    Edited,
    /// It is not there.
    Missing,
    /// It is there and should not be.
    Surplus,
}

impl Difference {
    fn without_diff(path: String, kind: Kind) -> Self {
        Self {
            path,
            kind,
            diff: String::new(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Outdated => "out of date",
            Self::Edited => "edited by hand",
            Self::Missing => "missing",
            Self::Surplus => "not generated",
        })
    }
}

/// Lists the files below `root` that [`write()`](super::write) would change, and those that nothing generates, by path.
pub fn check(root: &Path, files: &Files) -> Result<Vec<Difference>, Error> {
    refuse_outside_paths(files)?;
    let manifest = match Folder::open(root)? {
        Folder::Ours(manifest) => manifest,
        Folder::Absent | Folder::Blank => Manifest::default(),
    };
    let mut wrong = compare(root, files, &manifest)?;
    wrong.retain(|(_, on_disk)| !matches!(on_disk, OnDisk::Right));
    let mut found: Vec<_> = wrong
        .into_par_iter()
        .enumerate()
        .filter_map(|(at, (path, on_disk))| {
            difference(path, on_disk, &files[path], at < SHOWN_FILES)
        })
        .collect();
    let surplus = surplus(root, files)?;
    found.extend(
        surplus
            .into_iter()
            .map(|path| Difference::without_diff(path, Kind::Surplus)),
    );
    found.sort_by(|one, two| one.path.cmp(&two.path));
    if found.is_empty() && manifest != Manifest::of(files) {
        found.push(Difference::without_diff(
            MANIFEST.to_owned(),
            Kind::Outdated,
        ));
    }
    Ok(found)
}

/// Compares one file with `text`.
pub fn check_file(path: &Path, text: &str) -> Result<Option<Difference>, Error> {
    let on_disk = match read(path)? {
        None => OnDisk::Missing,
        Some(bytes) if bytes == text.as_bytes() => OnDisk::Right,
        Some(bytes) => OnDisk::Outdated(bytes),
    };
    Ok(difference(&path.to_string_lossy(), on_disk, text, true))
}

/// Shows differences to people: each one named, most with a diff, as far as that is readable.
pub struct Report<'a>(pub &'a [Difference]);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for difference in self.0.iter().take(LISTED_FILES) {
            writeln!(f, "{}: {}", difference.path, difference.kind)?;
            difference
                .diff
                .lines()
                .take(SHOWN_LINES)
                .try_for_each(|line| writeln!(f, "{line}"))?;
            match difference.diff.lines().skip(SHOWN_LINES).count() {
                0 => {}
                1 => writeln!(f, "... 1 more line")?,
                more => writeln!(f, "... {more} more lines")?,
            }
        }
        match self.0.iter().skip(LISTED_FILES).count() {
            0 => Ok(()),
            1 => writeln!(f, "... 1 more file"),
            more => writeln!(f, "... {more} more files"),
        }
    }
}

fn difference(path: &str, on_disk: OnDisk, text: &str, shown: bool) -> Option<Difference> {
    let (kind, old) = match on_disk {
        OnDisk::Right => return None,
        OnDisk::Missing => return Some(Difference::without_diff(path.to_owned(), Kind::Missing)),
        OnDisk::Outdated(old) => (Kind::Outdated, old),
        OnDisk::Edited(old) => (Kind::Edited, old),
    };
    let diff = if shown {
        diff(path, &old, text)
    } else {
        String::new()
    };
    Some(Difference {
        path: path.to_owned(),
        kind,
        diff,
    })
}

fn diff(path: &str, old: &[u8], new: &str) -> String {
    let old = String::from_utf8_lossy(old);
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(&*old, new);
    let mut diff = diff.unified_diff();
    diff.header(&format!("{path} (on disk)"), &format!("{path} (generated)"))
        .to_string()
}

/// The paths below `root` that are not in `files`, sorted.
fn surplus(root: &Path, files: &Files) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    if root.is_dir() {
        collect(root, "", &mut found)?;
    }
    found.retain(|path| !files.contains_key(path));
    found.remove(MANIFEST);
    Ok(found)
}

/// Adds every file below `folder`, whose path below the output is `prefix`.
fn collect(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if prefix.is_empty() && is_neighbour(&name) {
            continue;
        }
        if entry
            .file_type()
            .map_err(Error::io("read", &path))?
            .is_dir()
        {
            collect(&path, &format!("{prefix}{name}/"), found)?;
        } else {
            found.insert(format!("{prefix}{name}"));
        }
    }
    Ok(())
}
