//! Excerpts: as much of a file around a place as somebody needs to see, and never more.
//!
//! Comes in: a file and a range. Goes out: whole lines for a terminal ([`window`]), or three pieces of text for a page
//! ([`Cut`]).
//! Invariant: the work depends on what is shown, not on the size of the file, though it be one line of many megabytes.

use std::ops::Range;

use serde::Serialize;

use crate::{lint::files::File, span::ByteRange};

/// Lines longer than this are not shown on a terminal. Places nearer than this share a window.
const LIMIT: usize = 16 << 10;

/// Longer pieces of a line are cut on a page.
const WIDTH: usize = 240;

/// What is marked of a place with more lines than these is its first line.
const MARKED_LINES: usize = 4;

/// Some whole lines of a file.
pub(super) struct Window<'w> {
    /// The lines.
    pub(super) text: &'w str,
    /// The number of the first.
    pub(super) line: usize,
    start: usize,
}

impl Window<'_> {
    /// A range of the file as one of the window.
    pub(super) fn range(&self, at: ByteRange) -> Range<usize> {
        let end = self.text.len();
        let inside = |offset: u32| (offset as usize).saturating_sub(self.start).min(end);
        inside(at.start)..inside(at.end)
    }
}

/// The lines that hold a range; nothing if they are too long to be shown.
pub(super) fn window(file: &File, at: ByteRange) -> Option<Window<'_>> {
    let text = &*file.text;
    text.get(at.start as usize..at.end as usize)?;
    let start = line_start(text, at.start as usize)?;
    let end = line_end(text, at.end as usize)?;
    let text = text.get(start..end)?;
    (text.len() <= 4 * LIMIT).then(|| Window {
        text,
        line: file.lines().line(start as u32) as usize,
        start,
    })
}

/// Whether two ranges are near enough to be shown in one window.
pub(super) fn are_near(a: ByteRange, b: ByteRange) -> bool {
    let both = a.to(b);
    (both.end - both.start) as usize <= LIMIT
}

/// A range without what follows its first line, if it has many.
pub(super) fn clipped(file: &File, at: ByteRange) -> ByteRange {
    let text = at.of(&file.text);
    let mut ends = text.match_indices('\n').map(|(end, _)| end);
    match (ends.next(), ends.nth(MARKED_LINES - 2)) {
        (Some(first), Some(_)) => ByteRange::new(at.start as usize, at.start as usize + first),
        _ => at,
    }
}

/// The start of the line that holds an offset, unless it is too far away.
fn line_start(text: &str, offset: usize) -> Option<usize> {
    let from = offset.saturating_sub(LIMIT);
    let bytes = text.as_bytes().get(from..offset)?;
    match memchr::memrchr(b'\n', bytes) {
        Some(at) => Some(from + at + 1),
        None => (from == 0).then_some(0),
    }
}

/// The end of the line that holds an offset, unless it is too far away.
fn line_end(text: &str, offset: usize) -> Option<usize> {
    let to = text.len().min(offset.saturating_add(LIMIT));
    let bytes = text.as_bytes().get(offset..to)?;
    match memchr::memchr(b'\n', bytes) {
        Some(at) => Some(offset + at),
        None => (to == text.len()).then_some(to),
    }
}

/// A place in a page: what stands before it, what is marked, and what follows.
#[derive(Serialize)]
pub(super) struct Cut {
    /// The number of the first line of `before`.
    #[serde(rename = "l")]
    line: u32,
    #[serde(rename = "b")]
    before: String,
    #[serde(rename = "m")]
    marked: String,
    #[serde(rename = "a")]
    after: String,
}

impl Cut {
    /// The place with its lines, a line before and one behind; cut where they are long.
    pub(super) fn of(file: &File, at: ByteRange) -> Self {
        let text = &*file.text;
        let shown = clipped(file, at);
        let start = boundary(text, shown.start as usize);
        let end = boundary(text, shown.end as usize).max(start);
        let line = file.lines().line(start as u32);
        let (before, lines) = before(text, start);
        let mut marked = head(text.get(start..end).unwrap_or_default(), 4 * WIDTH);
        if shown != at {
            marked.push('…');
        }
        Self {
            line: line.saturating_sub(lines),
            before,
            marked,
            after: after(text, end),
        }
    }
}

/// The start of the line up to an offset, below the line before it; and how many lines come before that of the offset.
fn before(text: &str, offset: usize) -> (String, u32) {
    let Some(own) = line_start(text, offset) else {
        return (tail(text, offset), 0);
    };
    let start = if offset - own > WIDTH {
        tail(text, offset)
    } else {
        text.get(own..offset).unwrap_or_default().to_owned()
    };
    let Some(above) = own.checked_sub(1).map(|end| (line_start(text, end), end)) else {
        return (start, 0);
    };
    let (from, end) = above;
    let above = from
        .and_then(|from| text.get(from..end))
        .unwrap_or_default();
    if above.trim().is_empty() {
        return (start, 0);
    }
    (format!("{}\n{start}", head(above, WIDTH)), 1)
}

/// The rest of a line behind an offset, and the line below it.
fn after(text: &str, offset: usize) -> String {
    let to = boundary(text, offset + 2 * WIDTH);
    let mut lines = text.get(offset..to).unwrap_or_default().lines();
    let rest = lines.next().unwrap_or_default();
    let mut out = head(rest, WIDTH);
    if let Some(below) = lines.next().filter(|it| !it.trim().is_empty()) {
        out.push('\n');
        out.push_str(&head(below, WIDTH));
    }
    out
}

/// The last characters before an offset.
fn tail(text: &str, offset: usize) -> String {
    let from = boundary(text, offset.saturating_sub(WIDTH));
    format!("…{}", text.get(from..offset).unwrap_or_default())
}

/// The first characters of a text.
fn head(text: &str, width: usize) -> String {
    let text = text.trim_end_matches('\r');
    if text.len() <= width {
        text.to_owned()
    } else {
        let end = boundary(text, width);
        format!("{}…", text.get(..end).unwrap_or_default())
    }
}

/// The last boundary between characters up to an offset.
fn boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
