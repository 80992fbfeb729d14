use memchr::memmem;

use crate::{
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    sections::{Block, Code},
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE008",
    name: "unclosed-block",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("page008_unclosed_block.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for (index, section) in cx.page.sections.iter().enumerate() {
        for block in &section.blocks {
            match block {
                Block::Code(code) => check_fence(cx, index, code, out),
                Block::Html(range) => check_comment(cx, index, *range, out),
                Block::Text(_) | Block::Table(_) | Block::Include(_) => {}
            }
        }
    }
}

/// A fence that nothing closes before the page ends, or before another one opens.
fn check_fence(cx: &PageContext, section: usize, code: &Code, out: &mut Findings) {
    let text = cx.str(code.range);
    let Some(fence) = fence(text) else {
        return;
    };
    let behind = text.find('\n').map_or("", |end| &text[end + 1..]);
    let inner = marked(behind, fence).find(|line| opens(line, fence));
    let last = behind.lines().next_back().unwrap_or_default();
    let is_closed = marked(last, fence).next().is_some();
    if is_closed && inner.is_none() {
        return;
    }
    let first = text.lines().next().unwrap_or_default();
    let finding = out
        .tell(
            cx.at(cx.range_of(first), ""),
            "the code block that opens here is not closed",
        )
        .symbol(format!("{}:fence", cx.section_symbol(section)))
        .help(format!("close it with a line `{fence}`"));
    if let Some(inner) = inner {
        finding.related(cx.at(cx.range_of(inner), "the next one opens within it"));
    }
}

/// The marks that open a fenced block; nothing for an indented one.
fn fence(text: &str) -> Option<&str> {
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = text.len() - text.trim_start_matches(mark).len();
    text.get(..length)
}

/// The lines that begin with the marks of a fence, from there on.
fn marked<'t>(text: &'t str, fence: &str) -> impl Iterator<Item = &'t str> {
    let marks = memmem::find_iter(text.as_bytes(), fence.as_bytes());
    marks.filter_map(move |at| {
        let before = text[..at].trim_end_matches([' ', '\t', '>']);
        let is_first = before.is_empty() || before.ends_with('\n');
        is_first.then(|| text[at..].lines().next().unwrap_or_default())
    })
}

/// Whether a line within a block looks like the beginning of another: the same marks, and a language.
fn opens(line: &str, fence: &str) -> bool {
    let info = line.strip_prefix(fence).unwrap_or_default().trim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '#' | '+');
    !info.is_empty() && info.chars().all(is_word)
}

/// A comment that nothing closes hides the rest of the page.
fn check_comment(cx: &PageContext, section: usize, range: ByteRange, out: &mut Findings) {
    let text = cx.str(range);
    let Some(start) = text.rfind("<!--") else {
        return;
    };
    if text.get(start..).is_some_and(|rest| rest.contains("-->")) {
        return;
    }
    let at = range.start as usize + start;
    out.tell(
        cx.at(ByteRange::new(at, at + 4), ""),
        "the comment that opens here is not closed",
    )
    .symbol(format!("{}:comment", cx.section_symbol(section)))
    .help("close it with `-->`");
}
