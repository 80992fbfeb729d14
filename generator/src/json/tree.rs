//! JSON with places: what a text means, where each part of it stands, and where it is no JSON.
//!
//! Comes in: a text of which a range is meant as JSON, as pages show it. Goes out: a [`Tree`]: [`Node`]s with the ranges
//! that they have in the text, and a [`Slip`] for everything that a strict reader (RFC 8259) refuses but a person
//! understands; or a [`Failure`] with its place.
//! Invariants: reading takes time in proportion to the length; objects and arrays lie at most [`DEPTH_LIMIT`] deep; the
//! range of a node lies within that of the node around it; without slips, `serde_json` reads the text as the same value.

use serde_json::{Map, Value};

use crate::span::ByteRange;

/// Deeper nesting is a failure, as it is for `serde_json`.
const DEPTH_LIMIT: usize = 128;
/// A quotation mark as it stands within a string.
const ESCAPED_MARK: &str = "\\\"";
const IS_ESCAPED: &str =
    "is the escaped quotation mark of a string that has no quotation marks around it";

/// A text that is meant as JSON.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The value.
    pub root: Node,
    /// What is no JSON in it, by place.
    pub slips: Vec<Slip>,
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The whole value, with its quotes or brackets.
    pub at: ByteRange,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written at its place.
    Number,
    /// A string without its escapes.
    Text(Box<str>),
    /// An array.
    Array(Vec<Node>),
    /// An object; a key may stand in it twice.
    Object(Vec<Entry>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key without escapes.
    pub key: Box<str>,
    /// The key with its quotes.
    pub key_at: ByteRange,
    /// The value.
    pub value: Node,
}

/// Something that is no JSON, but can be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What to take away or to replace.
    pub at: ByteRange,
    /// What it is.
    pub kind: SlipKind,
}

/// What kind of slip it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlipKind {
    /// A comma before a closing bracket.
    TrailingComma,
    /// No comma between two members.
    MissingComma,
    /// `//` or `/* */`.
    Comment,
    /// `...` for what is left out.
    Ellipsis,
    /// A string between single quotes.
    SingleQuotes,
    /// A key without quotes.
    BareKey,
    /// A blank that is none in JSON, such as U+00A0.
    OddBlank,
    /// A line break or another control character within a string.
    ControlCharacter,
    /// A backslash in a string before something that needs none, or cannot have one.
    OddEscape,
    /// Text behind the value.
    TextBehind,
    /// The text ends before all brackets are closed.
    Unclosed,
}

/// Why a text cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where; empty at the end of the text.
    pub at: ByteRange,
    /// A clause: `no value begins like this`.
    pub why: &'static str,
}

impl Failure {
    /// Whether the text begins as the content of a string that holds JSON: `{\"a\": 1}`.
    pub fn is_escaped_content(&self) -> bool {
        self.why == IS_ESCAPED
    }
}

impl Node {
    /// The value without its places; the last of several equal keys.
    pub fn value(&self, text: &str) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number => serde_json::from_str(self.at.of(text)).unwrap_or(Value::Null),
            Kind::Text(value) => Value::String((**value).to_owned()),
            Kind::Array(items) => items.iter().map(|item| item.value(text)).collect(),
            Kind::Object(entries) => {
                let entries = entries.iter();
                let members: Map<_, _> = entries
                    .map(|entry| ((*entry.key).to_owned(), entry.value.value(text)))
                    .collect();
                Value::Object(members)
            }
        }
    }

    /// The members, if it is an object.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Object(entries) => entries,
            Kind::Null | Kind::Bool(_) | Kind::Number | Kind::Text(_) | Kind::Array(_) => &[],
        }
    }

    /// The items, if it is an array.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::Array(items) => items,
            Kind::Null | Kind::Bool(_) | Kind::Number | Kind::Text(_) | Kind::Object(_) => &[],
        }
    }

    /// The words, if it is a string.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Null | Kind::Bool(_) | Kind::Number | Kind::Array(_) | Kind::Object(_) => None,
        }
    }

    /// The member with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| *entry.key == *key)
    }

    /// The value with this key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value that a JSON Pointer leads to (RFC 6901), and its key if it is a member.
    pub fn pointer(&self, pointer: &str) -> Option<(&Self, Option<&Entry>)> {
        let mut found = (self, None);
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            found = match &found.0.kind {
                Kind::Array(items) => (items.get(step.parse::<usize>().ok()?)?, None),
                Kind::Object(entries) => {
                    let entry = entries.iter().rfind(|entry| *entry.key == *step)?;
                    (&entry.value, Some(entry))
                }
                Kind::Null | Kind::Bool(_) | Kind::Number | Kind::Text(_) => return None,
            };
        }
        Some(found)
    }
}

/// Reads what stands at `range` of `text`.
pub fn read(text: &str, range: ByteRange) -> Result<Tree, Failure> {
    let mut reader = Reader {
        text,
        at: range.start as usize,
        end: (range.end as usize).min(text.len()),
        slips: Vec::new(),
        suspect: None,
    };
    reader.blanks();
    if let Some(at) = reader.escaped_mark() {
        return Err(Failure {
            at,
            why: IS_ESCAPED,
        });
    }
    let root = match reader.value(0) {
        Ok(root) => root,
        Err(failure) => return Err(reader.suspect.unwrap_or(failure)),
    };
    reader.blanks();
    if reader.at < reader.end {
        let rest = ByteRange::new(reader.at, reader.end).trim(text);
        reader.slip(rest, SlipKind::TextBehind);
    }
    let mut slips = reader.slips;
    slips.sort_by_key(|slip| slip.at);
    Ok(Tree { root, slips })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    slips: Vec<Slip>,
    /// What is to blame if nothing fits from some place on: the last string that runs over the end of its line, for what
    /// closes it opens another; or a doubled quotation mark, for what it opens is closed at once.
    suspect: Option<Failure>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..self.end]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes()[..self.end].get(self.at).copied()
    }

    fn slip(&mut self, at: ByteRange, kind: SlipKind) {
        self.slips.push(Slip { at, kind });
    }

    fn failure(&self, why: &'static str) -> Failure {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        Failure {
            at: ByteRange::new(self.at, self.at + length),
            why,
        }
    }

    fn suspect(&mut self, at: usize, why: &'static str) {
        self.suspect = Some(Failure {
            at: ByteRange::new(at, at + 1),
            why,
        });
    }

    /// The escaped quotation mark that is the first thing behind opening brackets.
    fn escaped_mark(&self) -> Option<ByteRange> {
        let is_before = |c: char| matches!(c, '{' | '[') || c.is_ascii_whitespace();
        let inner = self.rest().trim_start_matches(is_before);
        let at = self.end - inner.len();
        let is_escaped = inner.starts_with(ESCAPED_MARK);
        is_escaped.then(|| ByteRange::new(at, at + ESCAPED_MARK.len()))
    }

    /// Passes over blanks, comments and marks of omission.
    fn blanks(&mut self) {
        while let Some(byte) = self.peek() {
            let start = self.at;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' if self.rest().starts_with("//") => {
                    let line = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.at += self.rest()[..line].trim_end().len();
                    self.slip(ByteRange::new(start, self.at), SlipKind::Comment);
                }
                b'/' if self.rest().starts_with("/*") => {
                    let length = self
                        .rest()
                        .find("*/")
                        .map_or(self.rest().len(), |at| at + 2);
                    self.at += length;
                    self.slip(ByteRange::new(start, self.at), SlipKind::Comment);
                }
                b'.' if self.rest().starts_with("..") => {
                    let dots = self.rest().trim_start_matches('.').len();
                    self.at = self.end - dots;
                    self.slip(ByteRange::new(start, self.at), SlipKind::Ellipsis);
                }
                _ => {
                    let Some(odd) = self.rest().chars().next().filter(|c| is_odd_blank(*c)) else {
                        return;
                    };
                    self.at += odd.len_utf8();
                    let kind = if odd == '…' {
                        SlipKind::Ellipsis
                    } else {
                        SlipKind::OddBlank
                    };
                    self.slip(ByteRange::new(start, self.at), kind);
                }
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Failure> {
        if depth > DEPTH_LIMIT {
            return Err(self.failure("lies deeper than a reader goes"));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(quote @ (b'"' | b'\'')) => Kind::Text(self.string(quote)?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) => self.word()?,
            None => return Err(self.failure("ends where a value should stand")),
        };
        Ok(Node {
            at: ByteRange::new(start, self.at),
            kind,
        })
    }

    fn object(&mut self, depth: usize) -> Result<Kind, Failure> {
        let mut entries = Vec::new();
        self.members(b'}', |reader| {
            let start = reader.at;
            let key = match reader.peek() {
                Some(quote @ (b'"' | b'\'')) => reader.string(quote)?,
                _ => reader.bare_key()?,
            };
            let key_at = ByteRange::new(start, reader.at);
            reader.blanks();
            if let Some(b',' | b'}') = reader.peek() {
                return Err(Failure {
                    at: key_at,
                    why: "is a key without a value",
                });
            }
            if reader.peek() != Some(b':') {
                return Err(reader.failure("stands where a colon should"));
            }
            reader.at += 1;
            reader.blanks();
            let value = reader.value(depth + 1)?;
            entries.push(Entry { key, key_at, value });
            Ok(())
        })?;
        Ok(Kind::Object(entries))
    }

    fn array(&mut self, depth: usize) -> Result<Kind, Failure> {
        let mut items = Vec::new();
        self.members(b']', |reader| {
            items.push(reader.value(depth + 1)?);
            Ok(())
        })?;
        Ok(Kind::Array(items))
    }

    /// What stands between two brackets, with commas between.
    fn members(
        &mut self,
        close: u8,
        mut member: impl FnMut(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.at += 1;
        let mut comma: Option<ByteRange> = None;
        let mut is_first = true;
        loop {
            self.blanks();
            match self.peek() {
                Some(byte) if byte == close => {
                    if let Some(comma) = comma {
                        self.slip(comma, SlipKind::TrailingComma);
                    }
                    self.at += 1;
                    return Ok(());
                }
                Some(b',') => {
                    let here = ByteRange::new(self.at, self.at + 1);
                    // Behind a mark of omission, or doubled.
                    if is_first || comma.is_some() {
                        self.slip(here, SlipKind::TrailingComma);
                    } else {
                        comma = Some(here);
                    }
                    self.at += 1;
                }
                Some(_) => {
                    if !is_first && comma.is_none() {
                        let here = self.end_of_last();
                        self.slip(here, SlipKind::MissingComma);
                    }
                    member(self)?;
                    comma = None;
                    is_first = false;
                }
                None => {
                    let end = ByteRange::new(self.at, self.at);
                    self.slip(end, SlipKind::Unclosed);
                    return Ok(());
                }
            }
        }
    }

    /// The empty range behind the last character that is no blank.
    fn end_of_last(&self) -> ByteRange {
        let end = self.text[..self.at].trim_end().len();
        ByteRange::new(end, end)
    }

    fn string(&mut self, quote: u8) -> Result<Box<str>, Failure> {
        let start = self.at;
        self.at += 1;
        let mut plain = self.at;
        let mut out = String::new();
        while let Some(byte) = self.peek() {
            match byte {
                _ if byte == quote => {
                    out.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    if out.is_empty() && self.rest().starts_with(char::is_alphanumeric) {
                        self.suspect(self.at - 1, "is a quotation mark too many");
                    }
                    if quote == b'\'' {
                        self.slip(ByteRange::new(start, self.at), SlipKind::SingleQuotes);
                    }
                    return Ok(out.into());
                }
                b'\\' => {
                    out.push_str(&self.text[plain..self.at]);
                    self.escape(&mut out);
                    plain = self.at;
                }
                0..=0x1f => {
                    if byte == b'\n' {
                        self.suspect(start, "opens a string that runs over the end of its line");
                    }
                    let here = ByteRange::new(self.at, self.at + 1);
                    self.slip(here, SlipKind::ControlCharacter);
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        Err(Failure {
            at: ByteRange::new(start, start + 1),
            why: "opens a string that is not closed",
        })
    }

    /// A backslash and what follows (RFC 8259, section 7); what is no escape stays as it is.
    fn escape(&mut self, out: &mut String) {
        let start = self.at;
        self.at += 1;
        let Some(escaped) = self.rest().chars().next() else {
            return;
        };
        self.at += escaped.len_utf8();
        match escaped {
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let first = self.code_unit();
                let second = match first {
                    Some(0xd800..=0xdbff) if self.rest().starts_with("\\u") => {
                        self.at += 2;
                        self.code_unit()
                    }
                    _ => None,
                };
                let units: Vec<u16> = first.into_iter().chain(second).collect();
                let text = String::from_utf16(&units).unwrap_or_default();
                if text.is_empty() {
                    self.slip(ByteRange::new(start, self.at), SlipKind::OddEscape);
                }
                out.push_str(&text);
            }
            '"' | '\\' | '/' => out.push(escaped),
            other => {
                self.slip(ByteRange::new(start, self.at), SlipKind::OddEscape);
                out.push(other);
            }
        }
    }

    /// Four hexadecimal digits.
    fn code_unit(&mut self) -> Option<u16> {
        let unit = u16::from_str_radix(self.rest().get(..4)?, 16).ok()?;
        self.at += 4;
        Some(unit)
    }

    fn number(&mut self) -> Result<Kind, Failure> {
        let start = self.at;
        let rest = self.rest();
        let is_part = |byte: &u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_' | b':')
        };
        let length = rest.bytes().take_while(is_part).count();
        let is_number = serde_json::from_str::<serde_json::Number>(&rest[..length]).is_ok();
        self.at += length;
        if is_number {
            Ok(Kind::Number)
        } else {
            Err(Failure {
                at: ByteRange::new(start, self.at),
                why: "is neither a number nor between quotes",
            })
        }
    }

    fn word(&mut self) -> Result<Kind, Failure> {
        let start = self.at;
        let length = word_length(self.rest());
        let kind = match &self.rest()[..length] {
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "" => return Err(self.failure("begins no value")),
            _ => {
                return Err(Failure {
                    at: ByteRange::new(start, start + length),
                    why: "is a word without quotes",
                });
            }
        };
        self.at += length;
        Ok(kind)
    }

    fn bare_key(&mut self) -> Result<Box<str>, Failure> {
        let start = self.at;
        let length = word_length(self.rest());
        // The dash of a list item, or of a line that a comparison takes away.
        if length == 0 || self.peek() == Some(b'-') {
            return Err(self.failure("begins no member of an object"));
        }
        self.at += length;
        let at = ByteRange::new(start, self.at);
        self.slip(at, SlipKind::BareKey);
        Ok(at.of(self.text).into())
    }
}

/// The length of a word such as a key without quotes.
fn word_length(text: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '$' | '-');
    text.find(|c: char| !is_part(c)).unwrap_or(text.len())
}

/// A blank or a mark that JSON does not know.
fn is_odd_blank(c: char) -> bool {
    c == '…' || c == '\u{feff}' || c == '\u{200b}' || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> Result<Tree, Failure> {
        read(text, ByteRange::new(0, text.len()))
    }

    /// What is wrong with a text: `TrailingComma ","`.
    fn slips(text: &str) -> Vec<String> {
        match whole(text) {
            Ok(tree) => {
                let slips = tree.slips.iter();
                slips
                    .map(|slip| format!("{:?} {:?}", slip.kind, slip.at.of(text)))
                    .collect()
            }
            Err(failure) => vec![format!("{:?} {}", failure.at.of(text), failure.why)],
        }
    }

    #[test]
    fn what_is_no_json_is_told_at_its_place() {
        for (text, expected) in [
            (r#"{"a": [1, 2]}"#, &[][..]),
            (r#"{"a": 1,}"#, &[r#"TrailingComma ",""#]),
            (
                r#"{"a": 1, ...}"#,
                &[r#"TrailingComma ",""#, r#"Ellipsis "...""#],
            ),
            (r#"{"a": 1 "b": 2}"#, &[r#"MissingComma """#]),
            (
                "{'a': 1} // b",
                &[r#"SingleQuotes "'a'""#, r#"Comment "// b""#],
            ),
            ("{a: 1}\nb", &[r#"BareKey "a""#, r#"TextBehind "b""#]),
            (r#"{"a": {"#, &[r#"Unclosed """#, r#"Unclosed """#]),
            ("\"a\nb\"", &[r#"ControlCharacter "\n""#]),
            ("{\u{a0}}", &[r#"OddBlank "\u{a0}""#]),
            (
                r#"{"a": String}"#,
                &[r#""String" is a word without quotes"#],
            ),
            (
                r#"{"a": 2017-01}"#,
                &[r#""2017-01" is neither a number nor between quotes"#],
            ),
            (r#"{"a" 1}"#, &[r#""1" stands where a colon should"#]),
            (r#"{"a", "b"}"#, &[r#""\"a\"" is a key without a value"#]),
            (r#"{- "a": 1}"#, &[r#""-" begins no member of an object"#]),
            (
                r#"{"a": ""b", "c": 1}"#,
                &[r#""\"" is a quotation mark too many"#],
            ),
            (
                r#"{\"a\": 1}"#,
                &[
                    r#""\\\"" is the escaped quotation mark of a string that has no quotation marks around it"#,
                ],
            ),
            (r#"{"a": ""#, &[r#""\"" opens a string that is not closed"#]),
            (
                "{\"a\": \"b”,\n\"c\": 1}",
                &[r#""\"" opens a string that runs over the end of its line"#],
            ),
            ("", &[r#""" ends where a value should stand"#]),
        ] {
            assert_eq!(slips(text), expected, "{text}");
        }
    }

    #[test]
    fn pointers_lead_to_places() {
        let text = r#"x {"a/b": [{"c": "d"}]} "#;
        let tree = read(text, ByteRange::new(2, text.len())).unwrap();
        let (node, entry) = tree.root.pointer("/a~1b/0/c").unwrap();
        assert_eq!(node.at.of(text), r#""d""#);
        assert_eq!(entry.unwrap().key_at.of(text), r#""c""#);
        assert!(tree.root.pointer("/a~1b/1").is_none());
    }

    #[test]
    fn deep_nesting_is_a_failure_and_no_crash() {
        let failure = whole(&"[".repeat(100_000)).unwrap_err();
        assert_eq!(failure.why, "lies deeper than a reader goes");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[{}\\[\\]:,\"'aä0./*\\\\ \n…-]{0,40}") {
            let _ = whole(&text);
        }

        /// JSON is read as `serde_json` reads it, without a slip; and the other way round.
        #[test]
        fn strict_readers_agree(text in r#"[{}\[\]:,"\\'ua0 .-]{0,12}"#) {
            let strict = serde_json::from_str::<Value>(&text).ok();
            let ours = whole(&text).ok().filter(|tree| tree.slips.is_empty());
            prop_assert_eq!(ours.map(|tree| tree.root.value(&text)), strict);
        }
    }
}
