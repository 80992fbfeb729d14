//! Paths: what a builder has collected, and how arguments are written into a URL.
//!
//! Invariant: an argument never becomes more than its own place in the path, whatever is in it.

use std::{borrow::Cow, fmt::Write};

use azure_core::{
    Uuid,
    error::ErrorKind,
    http::{Body, Method},
    time::OffsetDateTime,
};
use time::{Date, Time};

use super::{
    Answer, GraphClient, Json, Request,
    enums::{self, Flags, OpenEnum},
    model::{DerivedFrom, Model, json_as},
    scalar::{Decimal, IsoDuration, date_text, moment_text, time_text},
};

/// The way to a resource: the client, and the arguments of the path so far.
#[derive(Clone, Debug)]
pub struct Path {
    client: GraphClient,
    arguments: Vec<String>,
}

impl Path {
    /// The root of the service: a path without segments, for what this crate does not know.
    pub fn new(client: &GraphClient) -> Self {
        Self {
            client: client.clone(),
            arguments: Vec::new(),
        }
    }

    /// The path with one more argument.
    #[must_use]
    pub fn with(&self, argument: &(impl Argument + ?Sized)) -> Self {
        let mut path = self.clone();
        path.arguments.push(argument.text().into_owned());
        path
    }

    /// A request without a body. `operation` is a method and a path with placeholders: `GET /users/{id}`.
    pub fn request<T: Answer>(&self, operation: &'static str) -> Request<T> {
        let (method, template) = operation.split_once(' ').unwrap_or(("GET", operation));
        let url =
            fill(template, &self.arguments).map(|path| format!("{}{path}", self.client.endpoint()));
        Request::new(self.client.clone(), operation, parse_method(method), url)
    }

    /// A request that sends a value as JSON.
    pub fn send<T: Answer>(&self, operation: &'static str, body: &impl Json) -> Request<T> {
        self.request(operation).json(body.to_json())
    }

    /// A request that sends a model where a `Base` is due.
    pub fn send_as<Base: Model, T: Answer>(
        &self,
        operation: &'static str,
        body: &impl DerivedFrom<Base>,
    ) -> Request<T> {
        self.request(operation).json(json_as(body, &Base::INFO))
    }

    /// A request that sends a link to the entity with the URL `target`.
    pub fn link<T: Answer>(&self, operation: &'static str, target: &str) -> Request<T> {
        self.send(operation, &serde_json::json!({ "@odata.id": target }))
    }

    /// A request that sends bytes.
    pub fn upload<T: Answer>(
        &self,
        operation: &'static str,
        body: impl Into<Body>,
        media_type: &'static str,
    ) -> Request<T> {
        self.request(operation).content(body, media_type)
    }
}

fn parse_method(method: &str) -> Method {
    method.parse().unwrap_or(Method::Get)
}

/// What can stand in a path.
pub trait Argument {
    /// The value as text, not yet encoded.
    fn text(&self) -> Cow<'_, str>;
}

impl Argument for str {
    fn text(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl Argument for String {
    fn text(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl Argument for OffsetDateTime {
    fn text(&self) -> Cow<'_, str> {
        moment_text(*self).into()
    }
}

impl Argument for Date {
    fn text(&self) -> Cow<'_, str> {
        date_text(*self).into()
    }
}

impl Argument for Time {
    fn text(&self) -> Cow<'_, str> {
        time_text(*self).into()
    }
}

impl<E: OpenEnum> Argument for E {
    fn text(&self) -> Cow<'_, str> {
        enums::name(self).into()
    }
}

impl<E: OpenEnum> Argument for Flags<E> {
    fn text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl<A: Argument> Argument for Vec<A> {
    fn text(&self) -> Cow<'_, str> {
        self.iter()
            .map(|item| item.text().into_owned())
            .collect::<Vec<_>>()
            .join(",")
            .into()
    }
}

macro_rules! displayed {
    ($($name:ident),*) => {$(
        impl Argument for $name {
            fn text(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        }
    )*};
}

displayed!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    f32,
    f64,
    Uuid,
    Decimal,
    IsoDuration
);

/// JSON, as it stands for a structured parameter of a function.
impl Argument for serde_json::Value {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::String(text) => text.into(),
            other => other.to_string().into(),
        }
    }
}

/// Replaces the placeholders of a template by the arguments, in order.
///
/// `{name}` takes one segment or a part of one, `'{name}'` the text of an OData string literal, `{+name}` a file path
/// with slashes.
fn fill(template: &str, arguments: &[String]) -> azure_core::Result<String> {
    let mut out = String::with_capacity(template.len() + 40 * arguments.len());
    let mut arguments = arguments.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let argument = arguments.next().map_or("", String::as_str);
        let quoted = before.ends_with('\'') && after.starts_with('\'');
        let whole = before.ends_with('/') && (after.is_empty() || after.starts_with('/'));
        if let Some(name) = name.strip_prefix('+') {
            for (index, segment) in argument.trim_matches('/').split('/').enumerate() {
                check(name, segment)?;
                if index > 0 {
                    out.push('/');
                }
                encode(&mut out, segment);
            }
        } else if quoted {
            // A quote within an OData string literal is doubled.
            encode(&mut out, &argument.replace('\'', "''"));
        } else {
            // Without an id, the path would be that of the collection.
            if whole {
                check(name, argument)?;
            }
            encode(&mut out, argument);
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// A segment must not be empty, and must not be one that a URL parser takes away.
fn check(name: &str, segment: &str) -> azure_core::Result<()> {
    if !matches!(segment, "" | "." | "..") {
        return Ok(());
    }
    let message = format!("`{segment}` cannot stand for `{name}` in a path");
    Err(azure_core::Error::with_message(
        ErrorKind::DataConversion,
        message,
    ))
}

/// Percent-encodes everything but the characters that have no meaning of their own in a path or in OData.
pub(crate) fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'@'
            | b'!'
            | b','
            | b'$' => {
                out.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn filled(template: &str, arguments: &[&str]) -> String {
        let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        fill(template, &arguments).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn arguments_stay_in_their_place() {
        assert_eq!(
            filled("/users/{id}/messages/{id1}", &["a/b", "c?d#e"]),
            "/users/a%2Fb/messages/c%3Fd%23e"
        );
        assert_eq!(
            filled("/users/{id}", &["adele vance@contoso.com"]),
            "/users/adele%20vance@contoso.com"
        );
        assert_eq!(
            filled("/r/f(period='{p}')", &["a&b\"<c>'d/e"]),
            "/r/f(period='a%26b%22%3Cc%3E%27%27d%2Fe')"
        );
        assert_eq!(
            filled("/drive/root:/{+path}:/content", &["/a b/ü.txt"]),
            "/drive/root:/a%20b/%C3%BC.txt:/content"
        );
        assert_eq!(filled("/f(n={n},s='{s}')", &["1", ""]), "/f(n=1,s='')");
    }

    #[test]
    fn a_missing_id_is_no_request_to_the_collection() {
        for id in ["", ".", ".."] {
            assert!(
                filled("/users/{id}", &[id]).contains("cannot stand for `id`"),
                "{id}"
            );
        }
        assert!(filled("/drive/root:/{+path}", &["a/../../b"]).contains("cannot stand for `path`"));
    }
}
