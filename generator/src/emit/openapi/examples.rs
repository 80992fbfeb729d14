//! Examples: messages of the pages as components, and references to them.
//!
//! A page's examples serve all its operations of the same method, so each stands once in the document.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{object::Object, schemas::component_key};
use crate::{
    api::{Example, HttpMessage, Operation, OperationPage},
    example,
};

/// The example components made so far, by key.
#[derive(Default)]
pub(super) struct Examples(BTreeMap<String, Object>);

/// Which of the two messages of an example.
#[derive(Clone, Copy)]
enum Side {
    Request,
    Response,
}

impl Examples {
    /// The components.
    pub(super) fn components(self) -> Object {
        self.0
            .into_iter()
            .map(|(key, example)| (key, example.into()))
            .collect()
    }

    /// The `examples` of a request body.
    pub(super) fn of_request(&mut self, operation: &Operation) -> Object {
        self.collect(&operation.page, Side::Request, |example| {
            example
                .request
                .as_ref()
                .filter(|request| request.start_line.method() == Some(operation.method))
        })
    }

    /// The `examples` of the answers with a status that `is_meant` takes.
    pub(super) fn of_response(
        &mut self,
        operation: &Operation,
        is_meant: impl Fn(u16) -> bool,
    ) -> Object {
        self.collect(&operation.page, Side::Response, |example| {
            let request = example.request.as_ref();
            let method = request.and_then(|request| request.start_line.method());
            let response = example
                .response
                .as_ref()
                .filter(|_| method.is_none_or(|method| method == operation.method))?;
            response
                .start_line
                .status()
                .is_some_and(&is_meant)
                .then_some(response)
        })
    }

    fn collect<'a>(
        &mut self,
        page: &'a OperationPage,
        side: Side,
        message: impl Fn(&'a Example) -> Option<&'a HttpMessage>,
    ) -> Object {
        let mut references = Object::new();
        for (at, example) in page.examples.iter().enumerate() {
            let Some(message) = message(example).filter(|message| !message.body.trim().is_empty())
            else {
                continue;
            };
            let key = example_key(page, at, side);
            references.insert(
                &unique_title(&references, example, at),
                Object::new().set("$ref", format!("#/components/examples/{key}")),
            );
            self.0
                .entry(key)
                .or_insert_with(|| component(example, message));
        }
        references
    }
}

/// `user-list.2.response`, for the second example of `api/user-list.md`.
fn example_key(page: &OperationPage, at: usize, side: Side) -> String {
    let path = page.page.strip_prefix("api/").unwrap_or(&page.page);
    let stem = path.strip_suffix(".md").unwrap_or(path).replace('/', ".");
    let side = match side {
        Side::Request => "request",
        Side::Response => "response",
    };
    component_key(&format!("{stem}.{}.{side}", at + 1))
}

fn unique_title(taken: &Object, example: &Example, at: usize) -> String {
    let title = example
        .title
        .as_ref()
        .or(example.name.as_ref())
        .filter(|title| !title.is_empty());
    let title = title.map_or_else(|| format!("Example {}", at + 1), Clone::clone);
    if taken.contains(&title) {
        format!("{title} ({})", at + 1)
    } else {
        title
    }
}

fn component(example: &Example, message: &HttpMessage) -> Object {
    let value = example::json(message).unwrap_or_else(|| Value::from(message.body.trim()));
    Object::new()
        .maybe("summary", example.title.as_deref())
        .set("value", value)
        .sourced(&message.source)
}

/// The media type that an example shows for the body of such a message, unless it is JSON.
pub(super) fn shown_media_type<'a>(
    messages: impl IntoIterator<Item = &'a HttpMessage>,
) -> Option<String> {
    messages
        .into_iter()
        .flat_map(|message| &message.headers)
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .filter_map(|(_, value)| media_type(value))
        .find(|media_type| !media_type.contains("json"))
}

/// A media type in lower case without its parameters, if the text is one (RFC 9110, section 8.3.1).
pub(super) fn media_type(text: &str) -> Option<String> {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let (kind, subtype) = essence.split_once('/')?;
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
    };
    (is_token(kind) && is_token(subtype)).then(|| essence.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_read_without_parameters() {
        assert_eq!(media_type("image/JPEG; q=1").as_deref(), Some("image/jpeg"));
        assert_eq!(media_type(" text/plain ").as_deref(), Some("text/plain"));
        assert_eq!(media_type("binary"), None);
        assert_eq!(media_type("/"), None);
        assert_eq!(media_type("{image type}/png"), None);
    }
}
