//! Positions as editors count them, and files as they name them.
//!
//! Comes in: bytes of a text, or a line and a character. Goes out: the other one. Characters are counted in UTF-8 or
//! UTF-16 code units, as the editor knows (Language Server Protocol 3.17, Position).

use std::path::{Path, PathBuf};

use gen_lsp_types::{Position, Range, Uri};

use crate::{
    lint::files::File,
    span::{ByteRange, LineIndex},
};

/// What a character is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    Utf16,
}

impl Encoding {
    fn length(self, text: &str) -> u32 {
        match self {
            Self::Utf8 => text.len() as u32,
            Self::Utf16 => text.encode_utf16().count() as u32,
        }
    }

    /// The range of some bytes of a file.
    pub(super) fn range(self, file: &File, at: ByteRange) -> Range {
        let position = |offset| self.position(&file.text, file.lines(), offset);
        Range {
            start: position(at.start),
            end: position(at.end),
        }
    }

    fn position(self, text: &str, lines: &LineIndex, offset: u32) -> Position {
        let line = lines.line(offset).max(1) - 1;
        let start = lines.start(line);
        Position {
            line,
            character: self.length(ByteRange { start, end: offset }.of(text)),
        }
    }

    /// The byte at a position; the end of the line, if the position lies behind it.
    pub(super) fn offset(self, text: &str, position: Position) -> usize {
        let before = text.split_inclusive('\n').take(position.line as usize);
        let start: usize = before.map(str::len).sum();
        let line = text[start..].split('\n').next().unwrap_or_default();
        let mut left = position.character;
        for (at, c) in line.char_indices() {
            if left == 0 {
                return start + at;
            }
            left = left.saturating_sub(self.length(c.encode_utf8(&mut [0; 4])));
        }
        start + line.len()
    }
}

/// The file that a URI names, as the compiler calls it.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let path = uri.to_file_path().ok()?;
    Some(path.canonicalize().unwrap_or(path))
}

/// The URI of a file.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_bytes_lead_to_each_other() {
        let text = "a\r\nzwölf 𝄞 x\n";
        let lines = LineIndex::new(text);
        let at = text.find('x').unwrap();
        for (encoding, character) in [(Encoding::Utf8, 12), (Encoding::Utf16, 9)] {
            let position = encoding.position(text, &lines, at as u32);
            assert_eq!((position.line, position.character), (1, character));
            assert_eq!(encoding.offset(text, position), at);
        }
        let behind = Position {
            line: 7,
            character: 9,
        };
        assert_eq!(Encoding::Utf16.offset(text, behind), text.len());
    }
}
