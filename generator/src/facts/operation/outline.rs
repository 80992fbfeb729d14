//! The outline of an operation page: what each section is for.
//!
//! Comes in: the flat list of sections. Goes out: one [`Part`] for each, with the area that it belongs to. A heading of
//! the vocabulary opens an area; any other heading keeps that of the section it is nested in. `Response` stands for the
//! section of that name and for the second half of an example; below or behind a `Request` it is the latter. A `Request`
//! that shows none stands for `Request body`, if examples follow.

use super::{Context, area};
use crate::{
    sections::{Page, Section},
    vocabulary::{self, Heading, Vocabulary},
};

/// What a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// What stands before the first section.
    Introduction,
    /// Permissions.
    Permissions,
    /// Request lines.
    HttpRequest,
    /// Placeholders of the path.
    PathParameters,
    /// Query parameters.
    QueryParameters,
    /// Parameters of a function.
    FunctionParameters,
    /// Request headers.
    RequestHeaders,
    /// What the request carries.
    RequestBody,
    /// What comes back.
    Response,
    /// Requests and responses as they go over the wire.
    Examples,
    /// Anything else.
    Other,
}

/// A section and what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) section: &'a Section,
    pub(super) area: Area,
    /// Whether its heading is one of the vocabulary rather than a title of its own.
    pub(super) is_standard: bool,
}

/// Tells the sections of a page apart.
pub(super) fn of<'a>(cx: &Context<'a>) -> Vec<Part<'a>> {
    let headings = cx
        .page
        .sections
        .iter()
        .map(|section| (section, cx.page.str(section.title)));
    assign(headings, cx.vocabulary())
}

/// What each section of an operation page is for, in the order of its sections.
pub fn areas(page: &Page, vocabulary: &Vocabulary) -> Vec<Area> {
    let headings = page.sections.iter();
    let headings = headings.map(|section| (section, page.str(section.title)));
    let parts = assign(headings, vocabulary).into_iter();
    parts.map(|part| part.area).collect()
}

fn assign<'a>(
    headings: impl Iterator<Item = (&'a Section, &'a str)>,
    vocabulary: &Vocabulary,
) -> Vec<Part<'a>> {
    let headings: Vec<_> = headings.collect();
    let mut open: Vec<(u8, Area)> = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut previous = None;
    for (at, &(section, title)) in headings.iter().enumerate() {
        if section.level <= 1 {
            open.clear();
            parts.push(Part {
                section,
                area: Area::Introduction,
                is_standard: true,
            });
            continue;
        }
        open.retain(|(level, _)| *level < section.level);
        let parent = open.last().map(|(_, area)| *area);
        let heading = match vocabulary.heading(title) {
            Some(Heading::Request) if tells_of_body(&headings[at..], vocabulary) => {
                Some(Heading::RequestBody)
            }
            heading => heading,
        };
        let area = match (heading, parent) {
            // `## Request` and `## Response` beside `## Example`.
            (Some(Heading::Response), None) if previous == Some(Heading::Request) => Area::Examples,
            (Some(heading), parent) if parent != Some(Area::Examples) => area(heading),
            (_, parent) => parent.unwrap_or(Area::Other),
        };
        open.push((section.level, area));
        parts.push(Part {
            section,
            area,
            is_standard: heading.is_some() && !is_titled_example(heading, title),
        });
        previous = heading;
    }
    parts
}

/// Whether the first of these sections, a `Request`, tells what a request carries rather than showing one: it has words
/// and no code, and examples have a section of their own behind it.
fn tells_of_body(headings: &[(&Section, &str)], vocabulary: &Vocabulary) -> bool {
    let Some(((section, _), behind)) = headings.split_first() else {
        return false;
    };
    let nested = behind.iter().take_while(|(it, _)| it.level > section.level);
    let mut shown = nested.map(|(it, _)| *it).chain([*section]);
    section.level == 2
        && section.texts().next().is_some()
        && shown.all(|it| it.codes().next().is_none())
        && behind.iter().any(|(it, title)| {
            it.level == section.level && vocabulary.heading(title) == Some(Heading::Examples)
        })
}

/// `Example 2: Search for a word` stands in the vocabulary, but has something of its own to say.
fn is_titled_example(heading: Option<Heading>, title: &str) -> bool {
    let (_, title) = vocabulary::anchor(title);
    heading == Some(Heading::Examples) && title.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sections;

    #[track_caller]
    fn check(headings: &[(u8, &'static str)], expected: &[Area]) {
        let sections: Vec<Section> = headings
            .iter()
            .map(|(level, _)| Section {
                level: *level,
                ..Section::default()
            })
            .collect();
        let titles = headings.iter().map(|(_, title)| *title);
        let parts = assign(sections.iter().zip(titles), &Vocabulary::default());
        let areas: Vec<_> = parts.iter().map(|part| part.area).collect();
        assert_eq!(areas, expected, "{headings:?}");
    }

    #[test]
    fn a_response_is_a_section_or_half_an_example() {
        check(
            &[
                (1, "List users"),
                (2, "Response"),
                (2, "Examples"),
                (3, "Request"),
                (3, "Response"),
            ],
            &[
                Area::Introduction,
                Area::Response,
                Area::Examples,
                Area::Examples,
                Area::Examples,
            ],
        );
        check(
            &[
                (2, "Response"),
                (2, "Example"),
                (5, "Request"),
                (5, "Response"),
            ],
            &[
                Area::Response,
                Area::Examples,
                Area::Examples,
                Area::Examples,
            ],
        );
        check(
            &[(2, "Request"), (2, "Response")],
            &[Area::Examples, Area::Examples],
        );
    }

    #[test]
    fn a_request_in_words_tells_of_the_body() {
        let areas = |text: &str| {
            let page = sections::parse("api/user-list.md".into(), text.into());
            super::areas(&page, &Vocabulary::default())
        };
        let words = "## Request\nSend nothing.\n## Response\nUsers.\n";
        assert_eq!(
            areas(&format!("{words}## Examples\n### Request\nGET /users\n")),
            [
                Area::Introduction,
                Area::RequestBody,
                Area::Response,
                Area::Examples,
                Area::Examples,
            ],
        );
        assert_eq!(
            areas(words),
            [Area::Introduction, Area::Examples, Area::Examples]
        );
        let code = "## Request\nThe request.\n```http\nGET /users\n```\n## Example 2\n";
        assert_eq!(
            areas(code),
            [Area::Introduction, Area::Examples, Area::Examples]
        );
    }

    #[test]
    fn nested_sections_keep_the_area() {
        check(
            &[
                (2, "Permissions"),
                (3, "Permissions acting on self"),
                (2, "HTTP request"),
                (3, "Get the photo"),
            ],
            &[
                Area::Permissions,
                Area::Permissions,
                Area::HttpRequest,
                Area::HttpRequest,
            ],
        );
        check(
            &[
                (2, "Permissions"),
                (3, "HTTP Request"),
                (2, "Request body"),
                (3, "Response"),
                (3, "Example"),
                (5, "Request"),
            ],
            &[
                Area::Permissions,
                Area::HttpRequest,
                Area::RequestBody,
                Area::Response,
                Area::Examples,
                Area::Examples,
            ],
        );
        check(
            &[(2, "Examples"), (2, "Send the bytes")],
            &[Area::Examples, Area::Other],
        );
    }
}
