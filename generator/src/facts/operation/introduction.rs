//! The head of an operation page: its title, what the requests are for, whether they are going away.

use super::{Area, Context, Part, text};
use crate::{
    api::Deprecation,
    facts::{Claim, PageFacts, facets, first_heading},
    front_matter,
    sections::Block,
};

/// Claims the operation.
pub(super) fn read(cx: &Context, parts: &[Part], out: &mut PageFacts) {
    let claim = Claim::Operation {
        title: title(cx),
        description: description(cx, parts),
        deprecated: deprecation(cx, parts),
    };
    out.claim(cx.id, first_heading(cx.page), claim);
}

/// The heading, or what the front matter calls the page.
fn title(cx: &Context) -> String {
    let heading = cx.title();
    if !heading.is_empty() {
        return heading.to_owned();
    }
    let front_matter = cx.page.front_matter.map(|range| cx.page.str(range));
    front_matter
        .and_then(|text| front_matter::word(text, "title"))
        .unwrap_or_default()
        .to_owned()
}

/// The paragraphs below the title up to the first list or table, without the lines that say something else.
fn description(cx: &Context, parts: &[Part]) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    for block in blocks(parts) {
        match block {
            Block::Text(range) if text::is_quoted(cx.page, *range) => {}
            Block::Text(range) if text::is_paragraph(cx.page, *range) => {
                let paragraph = without_namespace(text::commonmark(cx.page, *range));
                if is_descriptive(&paragraph) {
                    paragraphs.push(paragraph);
                }
            }
            Block::Text(_) | Block::Table(_) | Block::Code(_) => break,
            Block::Html(_) | Block::Include(_) => {}
        }
    }
    paragraphs.join("\n\n")
}

/// Takes off the `Namespace:` line, which may stand right above the description.
fn without_namespace(paragraph: String) -> String {
    if !paragraph.starts_with("Namespace:") {
        return paragraph;
    }
    paragraph
        .split_once('\n')
        .map(|(_, rest)| rest.trim().to_owned())
        .unwrap_or_default()
}

fn is_descriptive(paragraph: &str) -> bool {
    let words = paragraph.trim_start_matches(['*', '!', '[', ' ']);
    !words.is_empty()
        && !words.starts_with("TODO")
        && !words.starts_with("Important")
        && !words.starts_with("Note:")
        && !words.starts_with("Note**")
}

/// A `(deprecated)` in the title, a quote or paragraph that says so, or an include that is named after it.
fn deprecation(cx: &Context, parts: &[Part]) -> Option<Deprecation> {
    let mut found = text::has(cx.title(), "(deprecated").then(Deprecation::default);
    for block in blocks(parts) {
        let said = match block {
            Block::Text(range) if announces_the_end(cx.page.str(*range)) => {
                Some(facets::page_deprecation(cx.page.str(*range)))
            }
            Block::Include(link) => included_deprecation(cx, *link),
            Block::Text(_) | Block::Table(_) | Block::Code(_) | Block::Html(_) => None,
        };
        if let Some(said) = said {
            let known = found.take().unwrap_or_default();
            found = Some(Deprecation {
                date: known.date.or(said.date),
                use_instead: known.use_instead.or(said.use_instead),
            });
        }
    }
    found
}

fn announces_the_end(text: &str) -> bool {
    let Some(at) = text::find_ci(text, "deprecated") else {
        return false;
    };
    let before = text[..at].trim_end_matches(['*', ' ', '`', '\n', '>']);
    ["is", "are", "been", "being"].iter().any(|verb| before.ends_with(verb))
        // A part of the path that is going away takes the other paths of the page not with it.
        && !text[..at].contains("path")
}

fn included_deprecation(cx: &Context, link: usize) -> Option<Deprecation> {
    let target = &cx.page.links.get(link)?.target;
    if !target.contains("deprecat") {
        return None;
    }
    let text = cx
        .include(link)
        .map(|(_, page)| &*page.text)
        .unwrap_or_default();
    Some(facets::page_deprecation(text))
}

fn blocks<'a>(parts: &'a [Part]) -> impl Iterator<Item = &'a Block> {
    parts
        .iter()
        .take_while(|part| part.area == Area::Introduction)
        .flat_map(|part| &part.section.blocks)
}
