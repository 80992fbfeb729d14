//! Small readings of prose: sentences, code spans, CommonMark without its surroundings.

use std::ops::Range;

use crate::{
    sections::Page,
    span::ByteRange,
    spelling::{ItemText, TypeText},
};

/// The sentences of a text: each ends with a full stop before a blank or at the end.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut start = 0;
    let mut in_code = false;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'`' => in_code = !in_code,
            b'.' if !in_code => {
                let next = bytes.get(at + 1);
                let ends = next.is_none_or(u8::is_ascii_whitespace)
                    && !text[start..at].ends_with("e.g")
                    && !text[start..at].ends_with("i.e");
                if ends {
                    out.push(start..at + 1);
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        out.push(start..text.len());
    }
    out
}

/// What stands between back-ticks.
pub(super) fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).map(str::trim)
}

/// Whether a sentence says that something is not so.
pub(super) fn denies(sentence: &str) -> bool {
    sentence.contains(" not ") || sentence.contains("**not**") || sentence.contains("n't ")
}

/// Where `part`, a slice of `text`, lies in the page if `text` lies at `range`.
pub(super) fn subrange(range: ByteRange, text: &str, part: &str) -> ByteRange {
    ByteRange::of_part(text, part).map_or(range, |part| part.moved(range.start))
}

/// A type that the page does not give.
pub(super) fn untyped() -> TypeText {
    TypeText {
        item: ItemText::Unread(String::new()),
        collection: false,
    }
}

/// Finds an ASCII phrase in any case.
pub(super) fn find_ci(text: &str, phrase: &str) -> Option<usize> {
    let (text, phrase) = (text.as_bytes(), phrase.as_bytes());
    let first = *phrase.first()?;
    let mut from = 0;
    while let Some(at) = memchr::memchr2(
        first.to_ascii_lowercase(),
        first.to_ascii_uppercase(),
        &text[from..],
    )
    .map(|at| at + from)
    {
        if text
            .get(at..at + phrase.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(phrase))
        {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// Whether a text has an ASCII phrase in any case.
pub(super) fn has(text: &str, phrase: &str) -> bool {
    find_ci(text, phrase).is_some()
}

/// What stands before a piece of text on its line.
fn line_prefix(page: &Page, range: ByteRange) -> &str {
    let before = page.text.get(..range.start as usize).unwrap_or_default();
    &before[before.rfind('\n').map_or(0, |at| at + 1)..]
}

/// Whether a piece of text stands in a quote.
pub(super) fn is_quoted(page: &Page, range: ByteRange) -> bool {
    page.str(range).starts_with('>') || line_prefix(page, range).trim_start().starts_with('>')
}

/// Whether a piece of text begins its line, so that it is no item of a list.
pub(super) fn is_paragraph(page: &Page, range: ByteRange) -> bool {
    line_prefix(page, range).trim().is_empty()
}

/// A piece of a page as CommonMark that can stand alone: links by reference become links, comments go, lines are
/// trimmed of the marks of a quote.
pub(super) fn commonmark(page: &Page, range: ByteRange) -> String {
    let mut out = String::with_capacity(range.end.saturating_sub(range.start) as usize);
    let mut at = range.start;
    for link in page.links_in(range) {
        let source = page.str(link.range);
        if !source.starts_with('[')
            || source.ends_with(')')
            || link.range.start < at
            || link.range.end > range.end
        {
            continue;
        }
        out.push_str(page.str(ByteRange {
            start: at,
            end: link.range.start,
        }));
        for piece in ["[", page.str(link.text), "](", &link.target, ")"] {
            out.push_str(piece);
        }
        at = link.range.end;
    }
    out.push_str(page.str(ByteRange {
        start: at,
        end: range.end,
    }));
    while let Some(start) = out.find("<!--") {
        let end = out[start..]
            .find("-->")
            .map_or(out.len(), |end| start + end + 3);
        out.replace_range(start..end, "");
    }
    if out.contains('\n') {
        let lines: Vec<_> = out
            .lines()
            .map(|line| line.trim_start_matches(['>', ' ', '\t']).trim_end())
            .collect();
        out = lines.join("\n");
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_within_code_and_names_end_no_sentence() {
        let text = "Answers `204. x` or [a](b.md). The v1.0 body is empty.";
        let said: Vec<_> = sentences(text)
            .into_iter()
            .map(|range| text[range].trim())
            .collect();
        assert_eq!(
            said,
            ["Answers `204. x` or [a](b.md).", "The v1.0 body is empty."]
        );
    }

    #[test]
    fn phrases_are_found_in_any_case() {
        assert_eq!(
            find_ci("A JSON Representation", "json representation"),
            Some(2)
        );
        assert_eq!(find_ci("ÄÖ", "a"), None);
        assert_eq!(find_ci("", "a"), None);
    }
}
