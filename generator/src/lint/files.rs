//! The files that findings point at.
//!
//! Comes in: pages, metadata documents and what lies beside them. Goes out: [`Files`], where a [`FileId`] is a path, a text
//! and its lines.
//! Invariant: the order of ids is the order of findings: pages of the first version by path, then those of the next, then
//! the others in the order in which they were added.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use crate::span::{ByteRange, LineColumn, LineIndex};

/// A file of [`Files`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(super) u32);

/// All files that findings may point at.
#[derive(Debug, Default)]
pub struct Files {
    files: Vec<File>,
}

/// A file.
#[derive(Debug)]
pub struct File {
    /// Where it lies, as a reader can open it: from the working directory, with `/`.
    pub path: String,
    /// The same from the root of the docs: what settings and baselines call it, wherever a run begins.
    pub key: String,
    /// Where it lies.
    pub location: PathBuf,
    /// Its text.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl Files {
    /// Adds a file; it is told by its path from `base`.
    pub(super) fn add(
        &mut self,
        location: PathBuf,
        base: &Path,
        root: &Path,
        text: Arc<str>,
    ) -> FileId {
        self.files.push(File {
            path: shown(&location, base),
            key: shown(&location, root),
            location,
            text,
            lines: OnceLock::new(),
        });
        FileId(self.files.len() as u32 - 1)
    }

    /// Puts another text in the place of a file's.
    pub fn set_text(&mut self, id: FileId, text: Arc<str>) {
        let file = &mut self.files[id.0 as usize];
        file.text = text;
        file.lines = OnceLock::new();
    }

    /// A file.
    pub fn get(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &File)> {
        let ids = (0..).map(FileId);
        ids.zip(&self.files)
    }
}

impl File {
    /// The lines of the text.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of the first byte, and those one past the last.
    pub fn range(&self, at: ByteRange) -> (LineColumn, LineColumn) {
        let place = |offset| self.lines().line_column(&self.text, offset);
        (place(at.start), place(at.end))
    }
}

/// A path as it is told: from `base`, if it lies below, with `/`.
fn shown(path: &Path, base: &Path) -> String {
    let below = path.strip_prefix(base).unwrap_or(path);
    below.to_string_lossy().replace('\\', "/")
}
