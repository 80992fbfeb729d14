//! JSON as pages write it.
//!
//! Comes in: text that is JSON or was meant to be. Goes out: the value, where there is one way to read it: with trailing
//! commas, comments, bare keys, strings in single quotes, blanks of other scripts, or text behind the value. Where
//! something is left out or lost, there is none.

pub mod tree;

use serde_json::Value;

use crate::span::ByteRange;
use tree::{Kind, Slip, SlipKind};

/// Reads JSON, or what is as good as.
pub fn read(text: &str) -> Option<Value> {
    let strict = serde_json::from_str(text).ok();
    strict.or_else(|| as_meant(text))
}

/// The value of a text that has slips which leave one way to read it.
fn as_meant(text: &str) -> Option<Value> {
    let tree = tree::read(text, ByteRange::new(0, text.len())).ok()?;
    let is_clear = |slip: &Slip| match slip.kind {
        SlipKind::TrailingComma
        | SlipKind::Comment
        | SlipKind::SingleQuotes
        | SlipKind::BareKey
        | SlipKind::OddBlank
        | SlipKind::TextBehind => true,
        // `\'` means a quote, whatever the quotes around it are.
        SlipKind::OddEscape => slip.at.of(text) == "\\'",
        SlipKind::MissingComma
        | SlipKind::Ellipsis
        | SlipKind::ControlCharacter
        | SlipKind::Unclosed => false,
    };
    let is_structure = matches!(tree.root.kind, Kind::Object(_) | Kind::Array(_));
    (is_structure && tree.slips.iter().all(is_clear)).then(|| tree.root.value(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_meant_as_json_is_read() {
        for (text, meant) in [
            (
                "{ /* a */ \"b\": \"//c\", // d\n \"e\": 1 /* f */ }",
                json!({"b": "//c", "e": 1}),
            ),
            (r#"{"a": [1, 2 , ], }"#, json!({"a": [1, 2]})),
            (r#"{"a": ",}", "b\",": 1}"#, json!({"a": ",}", "b\",": 1})),
            (
                r#"{ keys: [ { key: "a.b", value : null }, ] }"#,
                json!({"keys": [{"key": "a.b", "value": null}]}),
            ),
            (
                r#"[{'a': '<b c="d">', 'e': 'it\'s \n'}]"#,
                json!([{"a": "<b c=\"d\">", "e": "it's \n"}]),
            ),
            ("{\u{a0}\"a\u{a0}b\":\u{3000}1}", json!({"a\u{a0}b": 1})),
            ("{\"a\": 1}\n\nPATCH /a", json!({"a": 1})),
        ] {
            assert_eq!(read(text), Some(meant), "{text}");
        }
    }

    #[test]
    fn what_is_left_out_is_not_made_up() {
        for text in [
            "{ /* a */ \"b\": \"//c\", // d\n \"e\": 1 /* f",
            r#"{"a": 1, // and more"#,
            r#"["a,]"#,
            r#"{"a": 1, ...}"#,
            r#"{"a": 1,"b": 2 "c": 3}"#,
            "{'a",
            "{'",
            "'\\",
            "[The content of a file]",
            "<xml a='b'/>",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
