use crate::{
    lint::{
        finding::{Findings, Severity},
        front,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE009",
    name: "placeholder-left",
    severity: Severity::Warning,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("page009_placeholder_left.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let text = &*cx.page.text;
    for start in memchr::memmem::find_iter(text.as_bytes(), "TODO") {
        let Some(at) = placeholder(text, start) else {
            continue;
        };
        let words = cx.str(at).trim_matches(['*', ' ']);
        let symbol = match key(cx, at) {
            Some(key) => format!("{}:{}", cx.page.path, cx.str(key)),
            None => format!("{}:{}", cx.section_symbol(cx.section_at(at)), brief(words)),
        };
        out.tell(
            cx.at(at, ""),
            format!("a placeholder is left: `{}`", brief(words)),
        )
        .symbol(symbol)
        .help("write what it asks for, or take it out");
    }
}

/// The placeholder that has `TODO` at `start`: `**TODO: Add Description**`; nothing if the word is part of another, or if
/// readers do not see it.
fn placeholder(text: &str, start: usize) -> Option<ByteRange> {
    let (before, behind) = (text.get(..start)?, text.get(start + 4..)?);
    if !behind.starts_with(':')
        || before.ends_with(|c: char| c.is_alphanumeric())
        || is_in_comment(before)
    {
        return None;
    }
    let line = behind.find(['\n', '|']).unwrap_or(behind.len());
    let rest = behind.get(..line)?;
    let end = start + 4;
    Some(if before.ends_with("**") {
        let close = rest
            .find("**")
            .map_or(rest.trim_end().len(), |close| close + 2);
        ByteRange::new(start - 2, end + close)
    } else {
        ByteRange::new(start, end + rest.trim_end().len())
    })
}

/// Whether a comment is open at the end of a text.
fn is_in_comment(before: &str) -> bool {
    match (before.rfind("<!--"), before.rfind("-->")) {
        (Some(open), Some(close)) => open > close,
        (open, None) => open.is_some(),
        (None, Some(_)) => false,
    }
}

/// The key of the front matter whose value holds a place.
fn key(cx: &PageContext, at: ByteRange) -> Option<ByteRange> {
    let entry = front::entries(cx.page).find(|entry| entry.value.contains(at));
    entry.map(|entry| entry.key)
}

/// The first sentence.
fn brief(words: &str) -> &str {
    let end = words.find(['[', '.']).unwrap_or(words.len());
    words
        .get(..end)
        .unwrap_or(words)
        .trim_end_matches(['*', ' '])
}
