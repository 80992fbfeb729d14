//! JSON as pages write it.
//!
//! Comes in: text that is JSON or was meant to be. Goes out: the value, where there is one way to read it: with trailing
//! commas, comments, bare keys, strings in single quotes, blanks of other scripts, or text behind the value. Where
//! something is left out or lost, there is none.

pub mod tree;

use serde_json::Value;

/// Reads JSON, or what is as good as.
pub fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .ok()
        .or_else(|| serde_json::from_str(&repair(text)).ok())
}

/// Puts double quotes around bare keys and in the place of single ones, makes all blanks plain, takes out trailing commas
/// and comments, and cuts what follows the value.
fn repair(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut depth = 0_u32;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let end = string_end(text, at, c);
                out.push_str(&text[at..end]);
                while chars.next_if(|&(next, _)| next < end).is_some() {}
            }
            '\'' => {
                let end = string_end(text, at, c);
                let inner = &text[at + 1..end];
                push_requoted(&mut out, inner.strip_suffix('\'').unwrap_or(inner));
                while chars.next_if(|&(next, _)| next < end).is_some() {}
            }
            c if c.is_whitespace() && !c.is_ascii() => out.push(' '),
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

/// Adds what stands between single quotes, between double ones.
fn push_requoted(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\']) {
        out.push_str(&rest[..at]);
        let taken = match rest[at..].strip_prefix('\\') {
            // `\'` needs no backslash here; all other escapes are the same.
            Some(escaped) if escaped.starts_with('\'') => "\\".len(),
            Some(escaped) => {
                let length = 1 + escaped.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[at..at + length]);
                length
            }
            None => {
                out.push_str("\\\"");
                1
            }
        };
        rest = &rest[at + taken..];
    }
    out.push_str(rest);
    out.push('"');
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
fn string_end(text: &str, start: usize, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text[start..].char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return start + at + 1,
            _ => {}
        }
    }
    text.len()
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
