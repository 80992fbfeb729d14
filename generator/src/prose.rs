//! Descriptions for readers outside of the docs site: as plain text, and as CommonMark that stands alone.
//!
//! Comes in: CommonMark as the pages write it (a cell, a paragraph, a few of them). Goes out: text without markup for
//! formats that have none ([`plain`]), or the same CommonMark without links that lead nowhere ([`standalone`]).
//! Invariant: words are kept; what is lost is markup and the targets of links into the docs folder.
//!
//! ```text
//! The [user](../resources/user.md)'s **id**.<br/>See [filters](/graph/filter).
//!   plain       The user's id. See filters.
//!   standalone  The user's **id**.<br/>See [filters](https://learn.microsoft.com/graph/filter).
//! ```

use std::{borrow::Cow, ops::Range};

use pulldown_cmark::{BlockQuoteKind, Event, Options, Parser, Tag, TagEnd};

/// Where links that begin with a slash lead.
const SITE: &str = "https://learn.microsoft.com";

/// Elements that pages write inline; anything else in angle brackets, such as `<userId>`, is text.
const INLINE_ELEMENTS: [&str; 16] = [
    "a", "b", "code", "del", "em", "font", "i", "img", "ins", "kbd", "s", "span", "strong", "sub",
    "sup", "u",
];

/// Elements that end a line.
const BLOCK_ELEMENTS: [&str; 19] = [
    "blockquote",
    "br",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_GFM
}

/// The words of a text on one line.
pub fn plain(markdown: &str) -> String {
    let mut words = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::Html(html) | Event::InlineHtml(html) => words.push_str(&without_tags(&html)),
            Event::Start(Tag::BlockQuote(Some(kind))) => words.push_str(alert_label(kind)),
            Event::End(end) if !is_inline(end) => words.push(' '),
            Event::SoftBreak | Event::HardBreak | Event::Rule => words.push(' '),
            // Inline markup, and extensions that `options` leaves off.
            Event::Start(_)
            | Event::End(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }
    let mut text = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// The same CommonMark for a reader who has no docs folder: links to pages become their text, links into the site
/// absolute, and placeholders such as `<userId>` are escaped, since a renderer would take them for HTML.
pub fn standalone(markdown: &str) -> Cow<'_, str> {
    if !markdown.contains(['[', '<']) {
        return Cow::Borrowed(markdown);
    }
    let mut text = String::with_capacity(markdown.len());
    let mut copied = 0;
    let mut events = Parser::new_ext(markdown, options()).into_offset_iter();
    while let Some((event, range)) = events.next() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. })
                if !has_scheme(&dest_url) =>
            {
                let inner = inner_range(&mut events, &range);
                let words = standalone(&markdown[inner]);
                text.push_str(&markdown[copied..range.start]);
                if dest_url.starts_with('/') {
                    text.extend(["[", &*words, "](", SITE, &*dest_url, ")"]);
                } else {
                    text.push_str(&words);
                }
                copied = range.end;
            }
            Event::InlineHtml(tag) if matches!(kind_of_tag(&tag), TagKind::Placeholder) => {
                text.push_str(&markdown[copied..range.start]);
                text.push('\\');
                copied = range.start;
            }
            _ => {}
        }
    }
    text.push_str(&markdown[copied..]);
    Cow::Owned(text)
}

/// What stands inside of the element that `events` has just entered; takes the events up to its end.
fn inner_range<'a>(
    events: &mut impl Iterator<Item = (Event<'a>, Range<usize>)>,
    outer: &Range<usize>,
) -> Range<usize> {
    let mut inner: Option<Range<usize>> = None;
    let mut depth = 0_usize;
    for (event, range) in events {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => break,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        inner = Some(inner.map_or(range.clone(), |inner| {
            inner.start.min(range.start)..inner.end.max(range.end)
        }));
    }
    inner.unwrap_or(outer.end..outer.end)
}

/// Whether a link says by itself where it leads: `https:`, `mailto:` (RFC 3986, section 3.1).
fn has_scheme(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

fn is_inline(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

fn alert_label(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note: ",
        BlockQuoteKind::Tip => "Tip: ",
        BlockQuoteKind::Important => "Important: ",
        BlockQuoteKind::Warning => "Warning: ",
        BlockQuoteKind::Caution => "Caution: ",
    }
}

/// HTML without comments and the tags of known elements.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        rest = &rest[open..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else {
            rest.find('>').map(|at| at + 1)
        };
        let Some(end) = end else { break };
        let tag = &rest[..end];
        match kind_of_tag(tag) {
            TagKind::Inline => {}
            TagKind::Block => text.push(' '),
            TagKind::Placeholder => text.push_str(tag),
        }
        rest = &rest[end..];
    }
    text.push_str(rest);
    text
}

/// What angle brackets in a text are.
enum TagKind {
    Inline,
    Block,
    Placeholder,
}

fn kind_of_tag(tag: &str) -> TagKind {
    if tag.starts_with("<!--") {
        return TagKind::Inline;
    }
    let name = tag.trim_start_matches(['<', '/']);
    let name = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if BLOCK_ELEMENTS.contains(&name.as_str()) {
        TagKind::Block
    } else if INLINE_ELEMENTS.contains(&name.as_str()) {
        TagKind::Inline
    } else {
        TagKind::Placeholder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(markdown: &str, as_plain: &str, as_standalone: &str) {
        assert_eq!(plain(markdown), as_plain);
        assert_eq!(standalone(markdown), as_standalone);
    }

    #[test]
    fn markup_goes_and_words_stay() {
        check(
            "Supports `$filter` (`eq`, `ne`) on **id**.",
            "Supports $filter (eq, ne) on id.",
            "Supports `$filter` (`eq`, `ne`) on **id**.",
        );
        check(
            "One.<br/><br/> Two<sup>2</sup>.",
            "One. Two2.",
            "One.<br/><br/> Two<sup>2</sup>.",
        );
        check(
            "One.\n\n- a\n- b\n\nTwo\nlines.",
            "One. a b Two lines.",
            "One.\n\n- a\n- b\n\nTwo\nlines.",
        );
    }

    #[test]
    fn links_to_pages_become_their_text() {
        check("A [user](../resources/user.md).", "A user.", "A user.");
        check(
            "See [**List** users](user-list.md#permissions)!",
            "See List users!",
            "See **List** users!",
        );
        check(
            "![icon](images/x.png) [](gone.md)end",
            "icon end",
            "icon end",
        );
        check("[ref][a]\n\n[a]: b.md", "ref", "ref\n\n[a]: b.md");
    }

    #[test]
    fn links_into_the_site_become_absolute() {
        check(
            "See [filters](/graph/filter#a).",
            "See filters.",
            "See [filters](https://learn.microsoft.com/graph/filter#a).",
        );
        check(
            "See [RFC](https://example.org/a).",
            "See RFC.",
            "See [RFC](https://example.org/a).",
        );
        check("[![x](y.png)](z.md)", "x", "x");
    }

    #[test]
    fn placeholders_are_not_tags() {
        check(
            "Use `<a>` or <userId> or List<string>.",
            "Use <a> or <userId> or List<string>.",
            "Use `<a>` or \\<userId> or List\\<string>.",
        );
        check(
            "a < b and <!-- hidden -->c",
            "a < b and c",
            "a < b and <!-- hidden -->c",
        );
    }

    #[test]
    fn alerts_keep_their_kind() {
        check("> [!NOTE]\n> Slow.", "Note: Slow.", "> [!NOTE]\n> Slow.");
    }
}
