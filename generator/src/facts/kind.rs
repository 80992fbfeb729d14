//! What kind of page a page is, told from its structure, since front matter is wrong or missing on some.

use crate::{
    facts::first_heading,
    front_matter,
    sections::Page,
    vocabulary::{Heading, Vocabulary},
};

/// What a page describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageKind {
    /// An entity or complex type.
    Resource,
    /// One enumeration type, or many.
    Enumeration,
    /// Requests.
    Operation,
    /// Anything else: overviews.
    #[default]
    Concept,
    /// Text for other pages.
    Include,
}

/// Tells the kind of a page.
pub(super) fn classify(page: &Page, vocabulary: &Vocabulary) -> PageKind {
    let title = page.str(first_heading(page)).to_ascii_lowercase();
    let has = |wanted: Heading| {
        page.sections.iter().any(|section| {
            section.level >= 2 && vocabulary.heading(page.str(section.title)) == Some(wanted)
        })
    };
    let in_api_folder = page.path.starts_with("api/") || page.path.contains("/api/");
    let doc_type = page
        .front_matter
        .and_then(|range| front_matter::word(page.str(range), "doc_type"));
    let file = page.path.rsplit('/').next().unwrap_or_default();
    if has(Heading::HttpRequest) || (in_api_folder && has(Heading::Permissions)) {
        PageKind::Operation
    } else if (title.ends_with("enum type") && has(Heading::Members))
        || doc_type.is_some_and(|doc_type| doc_type.starts_with("enum"))
        || (file.starts_with("enums")
            && page
                .sections
                .iter()
                .any(|section| vocabulary.values_of(page.str(section.title)).is_some()))
    {
        PageKind::Enumeration
    } else if has(Heading::JsonRepresentation)
        || has(Heading::Properties)
        || is_type_title(&title)
        || (doc_type == Some("resourcePageType") && has(Heading::Relationships))
    {
        PageKind::Resource
    } else if doc_type == Some("apiPageType") && in_api_folder {
        PageKind::Operation
    } else {
        PageKind::Concept
    }
}

/// `user resource type`, `audio facet`; `resouce` stands on a few pages.
fn is_type_title(title: &str) -> bool {
    let title = title.trim_end_matches(" (deprecated)").trim_end();
    let mut words = title.split_whitespace();
    let one_name = words.next().is_some();
    let rest: Vec<_> = words.collect();
    one_name
        && matches!(
            rest[..],
            ["resource" | "resouce" | "complex", "type"] | ["resource" | "facet" | "type"]
        )
}
