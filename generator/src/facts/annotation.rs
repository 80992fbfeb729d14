//! Annotations: the JSON in the HTML comment before a code block.
//!
//! The keys are those that Microsoft's documentation tests use: `blockType`, `@odata.type`, `keyProperty`, `baseType`,
//! `openType`, `abstract`, `isCollection`, `name` and others.

use serde_json::{Map, Value};

use crate::json;

/// An annotation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotation(Map<String, Value>);

impl Annotation {
    /// Reads a comment. JSON that is nearly right (trailing commas, bare keys, text behind the object) is read too.
    pub fn parse(comment: &str) -> Option<Self> {
        let body = comment.trim().strip_prefix("<!--")?.trim_start();
        if !body.starts_with('{') {
            return None;
        }
        let body = body.strip_suffix("-->").unwrap_or(body).trim_end();
        match json::read(body)? {
            Value::Object(object) => Some(Self(object)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => None,
        }
    }

    /// `blockType`, lower-cased.
    pub fn block_type(&self) -> Option<String> {
        self.text("blockType").map(str::to_ascii_lowercase)
    }

    /// `@odata.type` or its older name `@type`, without a leading `#`.
    pub fn odata_type(&self) -> Option<&str> {
        let text = self.text("@odata.type").or_else(|| self.text("@type"))?;
        Some(text.trim().trim_start_matches('#')).filter(|text| !text.is_empty())
    }

    /// A string.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key)? {
            Value::String(text) => Some(text),
            Value::Array(items) => items.first()?.as_str(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        }
    }

    /// A truth value, also one in quotes.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.0.get(key)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_json_is_read() {
        let read = Annotation::parse(
            "<!-- { blockType: \"resource\", \"openType\": \"true\", } // note -->",
        )
        .unwrap();
        assert_eq!(read.block_type().as_deref(), Some("resource"));
        assert_eq!(read.flag("openType"), Some(true));
        assert_eq!(Annotation::parse("<!-- uuid: 1 -->"), None);
    }
}
