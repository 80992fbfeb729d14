//! Where something was said: byte ranges, and the lines and columns that people count in.
//!
//! Comes in: the text of a page. Goes out: positions that survive every later stage.
//! Invariant: a range always lies on character boundaries of the text it was made from.

use std::fmt;

/// A half-open range of bytes in one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteRange {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl ByteRange {
    /// The range `start..end` of a text that is shorter than 4 GiB, as every page is (see [`crate::docs::PAGE_LIMIT`]).
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// Where `part`, a slice of `text`, lies in it; nothing if it is a part of something else.
    pub fn of_part(text: &str, part: &str) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        let end = start + part.len();
        (end <= text.len()).then(|| Self::new(start, end))
    }

    /// The part of `text` that this range covers; empty if the range does not belong to `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Whether nothing is covered.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether `other` lies wholly inside this range.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same range in a text that `before` bytes stand before.
    #[must_use]
    pub fn moved(self, before: u32) -> Self {
        Self {
            start: self.start + before,
            end: self.end + before,
        }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The same range without the white space at both of its ends.
    #[must_use]
    pub fn trim(self, text: &str) -> Self {
        let part = self.of(text);
        let start = self.start as usize + (part.len() - part.trim_start().len());
        Self::new(start, start + part.trim().len())
    }
}

impl From<std::ops::Range<usize>> for ByteRange {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A place that a reader can go to: line and column, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The starts of the lines of one text, to turn byte offsets into lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 40);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self { starts }
    }

    /// The line, from 1, that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The first byte of a line, counted from 1.
    pub fn start(&self, line: u32) -> u32 {
        let at = line.saturating_sub(1) as usize;
        self.starts.get(at).copied().unwrap_or_default()
    }

    /// Line and column of the byte at `offset` of `text`, the text that this index was made from.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.start(line);
        let column = ByteRange { start, end: offset }.of(text).chars().count() as u32 + 1;
        LineColumn { line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "one\nzwölf drei\n";
        let index = LineIndex::new(text);
        let at = text.find("drei").unwrap() as u32;
        assert_eq!(index.line_column(text, at).to_string(), "2:7");
        assert_eq!(index.line_column(text, 0).to_string(), "1:1");
    }

    #[test]
    fn parts_have_places_in_what_they_are_parts_of() {
        let text = "a, b";
        let part = text.split(", ").nth(1).unwrap();
        assert_eq!(ByteRange::of_part(text, part), Some(ByteRange::new(3, 4)));
        assert_eq!(ByteRange::of_part(part, text), None);
    }

    #[test]
    fn trim_keeps_what_is_between() {
        let text = "|  a b |";
        assert_eq!(ByteRange::new(1, 7).trim(text).of(text), "a b");
        assert_eq!(ByteRange::new(1, 3).trim(text).of(text), "");
    }
}
