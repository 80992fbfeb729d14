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
    chunks: OnceLock<Vec<u32>>,
}

/// Metadata documents may be one line of many megabytes: characters are counted in chunks of so many bytes, and once.
const CHUNK: usize = 4 << 10;

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
            key: key(&location, root),
            location,
            text,
            lines: OnceLock::new(),
            chunks: OnceLock::new(),
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
        (self.place(at.start), self.place(at.end))
    }

    fn place(&self, offset: u32) -> LineColumn {
        let line = self.lines().line(offset);
        let start = self.lines().start(line);
        if offset.saturating_sub(start) as usize <= CHUNK {
            return self.lines().line_column(&self.text, offset);
        }
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        LineColumn { line, column }
    }

    /// How many characters begin before an offset.
    fn characters_before(&self, offset: u32) -> u32 {
        let chunks = self.chunks.get_or_init(|| {
            let mut sum = 0;
            let chunks = self.text.as_bytes().chunks(CHUNK);
            let sums = chunks.map(|chunk| {
                let before = sum;
                sum += characters(chunk);
                before
            });
            sums.collect()
        });
        let offset = (offset as usize).min(self.text.len());
        let at = offset / CHUNK;
        let rest = self.text.as_bytes().get(at * CHUNK..offset);
        match (chunks.get(at), rest) {
            (Some(before), Some(rest)) => before + characters(rest),
            // The text ends with a chunk, and that is where it was asked for.
            _ => characters(self.text.as_bytes()),
        }
    }
}

/// How many characters begin in a part of a text.
fn characters(bytes: &[u8]) -> u32 {
    // All others are `10xxxxxx` in UTF-8.
    let begins = |byte: &&u8| **byte & 0xc0 != 0x80;
    bytes.iter().filter(begins).count() as u32
}

/// A path as it is told: from `base`, if it lies below, with `/`.
fn shown(path: &Path, base: &Path) -> String {
    let below = path.strip_prefix(base).unwrap_or(path);
    below.to_string_lossy().replace('\\', "/")
}

/// A path from the root of the docs; of a file elsewhere, its name.
fn key(path: &Path, root: &Path) -> String {
    match path.strip_prefix(root) {
        Ok(below) => shown(below, root),
        Err(_) => path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_long_lines_count_characters() {
        let mut files = Files::default();
        for length in [0, CHUNK - 3, CHUNK, 3 * CHUNK + 1] {
            let text = format!("first\n{}ö!\nlast", "ä€".repeat(length / 5));
            let here = Path::new("");
            let id = files.add(PathBuf::from("a.xml"), here, here, text.as_str().into());
            let file = files.get(id);
            let counted = LineIndex::new(&text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let place = file.place(offset as u32);
                assert_eq!(place, counted.line_column(&text, offset as u32));
            }
        }
    }
}
