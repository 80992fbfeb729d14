//! Examples: requests and the answers to them.
//!
//! Comes in: the code blocks of the example sections, and those that an annotation calls a request or a response
//! wherever they stand. Goes out: one claim for each request with the answer that follows it, and for each answer
//! that follows none. What annotations leave open, the first line of a block tells. The body of a request may stand in a
//! block of its own, which the annotation calls an example.

use std::sync::Arc;

use super::{Area, Context, Part, http};
use crate::{
    api::{Example, HttpMessage, StartLine},
    facts::{Claim, LeftoverKind, PageFacts, annotation::Annotation},
    ir::Method,
    sections::Code,
    span::ByteRange,
    vocabulary,
};

/// What the examples tell about answers.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Statuses in page order.
    pub(super) statuses: Vec<(ByteRange, u16)>,
    /// What the annotations say that answers carry: where, type, collection.
    pub(super) types: Vec<(ByteRange, String, bool)>,
}

/// Claims the examples of a page.
pub(super) fn read(cx: &Context, parts: &[Part], out: &mut PageFacts) -> Answers {
    let mut answers = Answers::default();
    let mut open: Option<Open> = None;
    let mut title: Option<&str> = None;
    for part in parts {
        let (_, heading) = vocabulary::anchor(cx.page.str(part.section.title));
        if part.area != Area::Examples {
            title = None;
        } else if !part.is_standard {
            title = Some(heading);
        }
        for code in part
            .section
            .codes()
            .filter(|code| http::is_http_tab(cx, code))
        {
            let annotation = code
                .annotation
                .and_then(|range| Annotation::parse(cx.page.str(range)));
            let block_type = annotation.as_ref().and_then(Annotation::block_type);
            let is_annotated = matches!(block_type.as_deref(), Some("request" | "response"));
            if part.area != Area::Examples && !is_annotated {
                continue;
            }
            let Some(message) = http::of_code(cx, code) else {
                let text = cx.page.str(code.body).trim();
                if block_type.as_deref() == Some("example")
                    && let Some(body) = open.as_mut().and_then(Open::missing_body)
                    && text.starts_with('{')
                {
                    text.clone_into(body);
                } else if is_annotated {
                    out.leave(
                        cx.id,
                        code.range,
                        LeftoverKind::Code,
                        "does not begin like an HTTP message",
                    );
                }
                continue;
            };
            match message.start_line {
                StartLine::Request(..) => {
                    if let Some(open) = open.take() {
                        open.claim(cx, None, out);
                    }
                    let name = annotation
                        .as_ref()
                        .and_then(|annotation| annotation.text("name"));
                    open = Some(Open {
                        at: code.range,
                        name: name.filter(|name| !name.is_empty()).map(str::to_owned),
                        title: title.map(str::to_owned),
                        request: Some(message),
                    });
                }
                StartLine::Status(status) => {
                    answers.add(code, annotation.as_ref(), status);
                    let open = open.take().unwrap_or_else(|| Open {
                        at: code.range,
                        name: None,
                        title: title.map(str::to_owned),
                        request: None,
                    });
                    open.claim(cx, Some(message), out);
                }
            }
        }
    }
    if let Some(open) = open {
        open.claim(cx, None, out);
    }
    answers
}

impl Answers {
    fn add(&mut self, code: &Code, annotation: Option<&Annotation>, status: u16) {
        self.statuses.push((code.range, status));
        let Some(annotation) = annotation.filter(|_| (200..300).contains(&status)) else {
            return;
        };
        let Some(text) = annotation.odata_type().filter(|text| !text.contains("$(")) else {
            return;
        };
        let (name, is_call) = collection_of(text);
        let collection = is_call || annotation.flag("isCollection") == Some(true);
        if !name.is_empty()
            && !self
                .types
                .iter()
                .any(|(_, known, many)| known == name && *many == collection)
        {
            self.types.push((code.range, name.to_owned(), collection));
        }
    }
}

/// The name in `Collection(name)`.
fn collection_of(text: &str) -> (&str, bool) {
    let inner = text
        .get(..11)
        .filter(|head| head.eq_ignore_ascii_case("collection("))
        .map(|_| &text[11..]);
    inner.map_or((text, false), |inner| {
        (
            inner.trim_end_matches(')').trim().trim_start_matches('#'),
            true,
        )
    })
}

/// A request whose answer may still come.
struct Open {
    at: ByteRange,
    name: Option<String>,
    title: Option<String>,
    request: Option<HttpMessage>,
}

impl Open {
    /// The body of a request that has to have one, and has none yet.
    fn missing_body(&mut self) -> Option<&mut String> {
        let request = self.request.as_mut()?;
        let carries = match request.start_line.method()? {
            Method::Post | Method::Put | Method::Patch => true,
            Method::Get | Method::Delete | Method::Head | Method::Options => false,
        };
        Some(&mut request.body).filter(|body| carries && body.is_empty())
    }

    fn claim(self, cx: &Context, response: Option<HttpMessage>, out: &mut PageFacts) {
        let example = Example {
            name: self.name,
            title: self.title,
            request: self.request,
            response,
        };
        out.claim(cx.id, self.at, Claim::Example(Arc::new(example)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_in_annotations() {
        assert_eq!(
            collection_of("Collection(microsoft.graph.user)"),
            ("microsoft.graph.user", true)
        );
        assert_eq!(collection_of("collection(string)"), ("string", true));
        assert_eq!(collection_of("stream"), ("stream", false));
    }
}
