//! Annotations: the JSON in the HTML comment before a code block.
//!
//! The keys are those that Microsoft's documentation tests use: `blockType`, `@odata.type`, `keyProperty`, `baseType`,
//! `openType`, `abstract`, `isCollection`, `name` and others.

use serde_json::{Map, Value};

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
        match lenient_json(body)? {
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

/// Reads JSON, also where it has trailing commas, comments, bare keys, or text behind it.
pub(super) fn lenient_json(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .ok()
        .or_else(|| serde_json::from_str(&repair(text)).ok())
}

/// Puts quotes around bare keys, takes out trailing commas and comments, and cuts what follows the object.
fn repair(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut depth = 0_u32;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let end = string_end(text, at);
                out.push_str(&text[at..end]);
                while chars.next_if(|&(next, _)| next < end).is_some() {}
            }
            '{' | '[' => {
                depth += 1;
                out.push(c);
            }
            '}' | ']' => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(c);
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            c if c.is_alphabetic() || c == '_' || c == '@' => {
                let word_len = text[at..]
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | '.')))
                    .unwrap_or(1);
                let word = &text[at..at + word_len];
                while chars.next_if(|&(next, _)| next < at + word_len).is_some() {}
                let is_key = text[at + word_len..].trim_start().starts_with(':');
                if is_key {
                    out.push('"');
                    out.push_str(word);
                    out.push('"');
                } else {
                    out.push_str(word);
                }
            }
            '/' if text[at..].starts_with("//") || text[at..].starts_with("/*") => {
                let end = comment_end(text, at);
                while chars.next_if(|&(next, _)| next < end).is_some() {}
            }
            _ => out.push(c),
        }
    }
    out
}

/// One past the comment that begins at `start`.
fn comment_end(text: &str, start: usize) -> usize {
    let close = if text[start..].starts_with("//") {
        "\n"
    } else {
        "*/"
    };
    let body = start + 2;
    text[body..]
        .find(close)
        .map_or(text.len(), |at| body + at + close.len())
}

/// One past the closing quote of the string that begins at `start`.
fn string_end(text: &str, start: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[start..].char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return start + at + 1,
            _ => {}
        }
    }
    text.len()
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
        let commented = lenient_json("{ /* a */ \"b\": \"//c\", // d\n \"e\": 1 /* f");
        assert_eq!(commented, None);
        let commented =
            lenient_json("{ /* a */ \"b\": \"//c\", // d\n \"e\": 1 /* f */ }").unwrap();
        assert_eq!(commented, serde_json::json!({"b": "//c", "e": 1}));
    }
}
