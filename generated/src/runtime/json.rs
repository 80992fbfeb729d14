//! JSON text (RFC 8259) to values and back: one reader that can step back, and the trait of what can be read.
//!
//! The reader is a concrete type, so that a [`Slot`](super::Slot) can be called without generics. It can step back to
//! the start of a value that turned out to be of another type, so that one bad member never fails an object.

use std::{borrow::Cow, cell::RefCell, fmt};

/// How deeply arrays and objects may nest.
const DEPTH_LIMIT: u32 = 128;

/// A value that JSON can hold.
///
/// Implemented by the types of the properties, by every model and by every enumeration of this crate.
pub trait Json: Clone {
    /// Reads one value. On an error the reader stands anywhere within the value.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed>;

    /// Appends the value as JSON. It is left as it was; see [`Model::slots`](super::Model::slots) for the `mut`.
    fn write(&mut self, out: &mut String);

    /// Appends a copy of the value as JSON. A collection copies one item at a time, so that each is still at hand for
    /// the processor when it is written.
    fn write_copy(&self, out: &mut String) {
        self.clone().write(out);
    }

    /// Shows the value to a programmer; a model hides its secrets.
    fn debug(&mut self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text);
        f.write_str(&text)
    }

    /// Reads a whole text.
    fn from_json(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader::new(text);
        let value = Self::read(&mut reader)?;
        reader.end()?;
        Ok(value)
    }

    /// The value as a text.
    fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_copy(&mut out);
        out
    }
}

/// A text is not JSON, or holds another type of value than was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Byte offset in the text.
    pub at: usize,
    /// What should have been there.
    pub expected: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.at)
    }
}

impl std::error::Error for Malformed {}

/// What is done with a member of an object: its name is read, its value is not yet.
type EachMember<'e, 'j> = &'e mut dyn FnMut(&mut Reader<'j>, Cow<'j, str>) -> Result<(), Malformed>;

/// A place in a JSON text.
#[derive(Clone, Debug)]
pub struct Reader<'j> {
    text: &'j str,
    at: usize,
    depth: u32,
}

impl<'j> Reader<'j> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'j str) -> Self {
        // A byte order mark is not JSON, but some services send one.
        Self {
            text: text.strip_prefix('\u{feff}').unwrap_or(text),
            at: 0,
            depth: 0,
        }
    }

    /// An error here.
    pub fn malformed(&self, expected: &'static str) -> Malformed {
        Malformed {
            at: self.at,
            expected,
        }
    }

    /// The next byte that is not white space; 0 at the end.
    fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return byte;
            }
            self.at += 1;
        }
        0
    }

    fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.peek() != byte {
            return Err(self.malformed(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn literal(&mut self, literal: &str) -> bool {
        self.peek();
        let found = self.text.as_bytes()[self.at..].starts_with(literal.as_bytes());
        if found {
            self.at += literal.len();
        }
        found
    }

    /// Whether the next value is `null`; steps over it if so.
    pub fn null(&mut self) -> bool {
        self.peek() == b'n' && self.literal("null")
    }

    /// Whether a string comes next.
    pub fn at_string(&mut self) -> bool {
        self.peek() == b'"'
    }

    /// Whether an object comes next.
    pub fn at_object(&mut self) -> bool {
        self.peek() == b'{'
    }

    /// Whether an array comes next.
    pub fn at_array(&mut self) -> bool {
        self.peek() == b'['
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool, Malformed> {
        match self.peek() {
            b't' if self.literal("true") => Ok(true),
            b'f' if self.literal("false") => Ok(false),
            _ => Err(self.malformed("a boolean")),
        }
    }

    /// Reads a number, as written.
    pub fn number(&mut self) -> Result<&'j str, Malformed> {
        self.peek();
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
        let integer = at;
        at = digits(at);
        let leading_zero = at > integer + 1 && bytes[integer] == b'0';
        if at == integer || leading_zero {
            return Err(self.malformed("a number"));
        }
        if bytes.get(at) == Some(&b'.') {
            let fraction = at + 1;
            at = digits(fraction);
            if at == fraction {
                return Err(self.malformed("a number"));
            }
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = at + 1;
            let exponent = sign + usize::from(matches!(bytes.get(sign), Some(b'+' | b'-')));
            at = digits(exponent);
            if at == exponent {
                return Err(self.malformed("a number"));
            }
        }
        self.at = at;
        Ok(&self.text[start..at])
    }

    /// Reads a string.
    pub fn string(&mut self) -> Result<Cow<'j, str>, Malformed> {
        self.take(b'"', "a string")?;
        let start = self.at;
        let (end, plain) = self.string_end()?;
        if plain {
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        unescape(&self.text[start..end])
            .map(Cow::Owned)
            .ok_or(Malformed {
                at: start,
                expected: "a string with valid escapes",
            })
    }

    /// Steps behind the quote that ends a string; its place, and whether nothing is escaped before it.
    fn string_end(&mut self) -> Result<(usize, bool), Malformed> {
        let bytes = self.text.as_bytes();
        let mut plain = true;
        loop {
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok((self.at - 1, plain));
                }
                Some(b'\\') => {
                    plain = false;
                    self.at += 2;
                }
                Some(0..=0x1f) | None => {
                    self.at = self.at.min(bytes.len());
                    return Err(self.malformed("the end of a string"));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// Calls `each` for every member of an object; it must read the value.
    pub fn members(&mut self, each: EachMember<'_, 'j>) -> Result<(), Malformed> {
        self.take(b'{', "an object")?;
        self.deeper()?;
        if self.peek() != b'}' {
            loop {
                let name = self.string()?;
                self.take(b':', "a colon")?;
                each(self, name)?;
                if self.peek() != b',' {
                    break;
                }
                self.at += 1;
            }
        }
        self.depth -= 1;
        self.take(b'}', "a comma or the end of an object")
    }

    /// Calls `each` for every item of an array; it must read the value.
    pub fn items(
        &mut self,
        each: &mut dyn FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.take(b'[', "an array")?;
        self.deeper()?;
        if self.peek() != b']' {
            loop {
                each(self)?;
                if self.peek() != b',' {
                    break;
                }
                self.at += 1;
            }
        }
        self.depth -= 1;
        self.take(b']', "a comma or the end of an array")
    }

    fn deeper(&mut self) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            Err(self.malformed("less nesting"))
        } else {
            Ok(())
        }
    }

    /// Steps over one value of any type and returns its text.
    pub fn raw(&mut self) -> Result<&'j str, Malformed> {
        let first = self.peek();
        let start = self.at;
        match first {
            b'{' => self.members(&mut |reader, _| reader.raw().map(drop))?,
            b'[' => self.items(&mut |reader| reader.raw().map(drop))?,
            b'"' => drop(self.string()?),
            b't' | b'f' => drop(self.boolean()?),
            b'n' if self.null() => {}
            b'-' | b'0'..=b'9' => drop(self.number()?),
            _ => return Err(self.malformed("a value")),
        }
        Ok(&self.text[start..self.at])
    }

    /// Reads a value with `read`, or steps over it and returns its text if it is of another type.
    pub fn fitting<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Result<T, &'j str>, Malformed> {
        let (at, depth) = (self.at, self.depth);
        if let Ok(value) = read(self) {
            return Ok(Ok(value));
        }
        (self.at, self.depth) = (at, depth);
        self.raw().map(Err)
    }

    /// Checks that nothing follows.
    pub fn end(&mut self) -> Result<(), Malformed> {
        self.peek();
        if self.at < self.text.len() {
            Err(self.malformed("the end"))
        } else {
            Ok(())
        }
    }
}

/// Replaces the escapes of a string; `None` if one is not valid.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let code = *rest.as_bytes().get(at + 1)?;
        rest = rest.get(at + 2..)?;
        match code {
            b'"' | b'\\' | b'/' => out.push(char::from(code)),
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let (unit, after) = code_unit(rest)?;
                rest = after;
                let low = (unit & 0xfc00 == 0xd800)
                    .then(|| rest.strip_prefix("\\u").and_then(code_unit))
                    .flatten()
                    .filter(|(low, _)| low & 0xfc00 == 0xdc00);
                let scalar = match low {
                    Some((low, after)) => {
                        rest = after;
                        0x1_0000 + ((unit & 0x3ff) << 10) + (low & 0x3ff)
                    }
                    None => unit,
                };
                // Half of a surrogate pair stands for nothing; keep its place.
                out.push(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return None,
        }
    }
    out.push_str(rest);
    Some(out)
}

fn code_unit(text: &str) -> Option<(u32, &str)> {
    let digits = text.get(..4)?;
    let valid = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    valid
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
        .map(|unit| (unit, &text[4..]))
}

/// Appends a JSON string.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[written..at]);
        written = at + 1;
        if escape.is_empty() {
            out.push_str("\\u00");
            for nibble in [byte >> 4, byte & 0xf] {
                out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[written..]);
    out.push('"');
}

impl<T: Json> Json for Vec<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut items = Self::new();
        reader.items(&mut |reader| {
            items.push(T::read(reader)?);
            Ok(())
        })?;
        Ok(items)
    }

    fn write(&mut self, out: &mut String) {
        write_items(self.iter_mut(), out, |item, out| item.write(out));
    }

    fn write_copy(&self, out: &mut String) {
        write_items(self.iter(), out, |item, out| item.write_copy(out));
    }

    fn debug(&mut self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let items = self.iter_mut().map(|item| shown(|f| item.debug(f)));
        f.debug_list().entries(items).finish()
    }
}

fn write_items<T>(
    items: impl Iterator<Item = T>,
    out: &mut String,
    write: impl Fn(T, &mut String),
) {
    out.push('[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

impl Json for serde_json::Value {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = reader.at;
        serde_json::from_str(reader.raw()?).map_err(|_| Malformed {
            at,
            expected: "a value",
        })
    }

    fn write(&mut self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

/// Shows what `show` writes.
pub(crate) fn shown(show: impl FnMut(&mut fmt::Formatter<'_>) -> fmt::Result) -> impl fmt::Debug {
    struct Shown<F>(RefCell<F>);
    impl<F: FnMut(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Debug for Shown<F> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (self.0.borrow_mut())(f)
        }
    }
    Shown(RefCell::new(show))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_keep_their_escapes() {
        for text in [
            "",
            "plain",
            "quote \" back \\ line \n\r\t",
            "\u{1}",
            "zwölf 𝄞",
        ] {
            let mut json = String::new();
            write_string(&mut json, text);
            assert_eq!(Reader::new(&json).string().unwrap(), text);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
        assert_eq!(
            Reader::new(r#""\ud834\udd1e\u00e9\/""#).string().unwrap(),
            "𝄞é/"
        );
        assert_eq!(Reader::new(r#""\ud834 x""#).string().unwrap(), "\u{fffd} x");
        for bad in [
            r#""\x""#,
            r#""\u12""#,
            r#""\u+123""#,
            "\"line\nbreak\"",
            "\"open",
            "\"open\\",
        ] {
            assert!(Reader::new(bad).string().is_err(), "{bad}");
        }
    }

    #[test]
    fn raw_accepts_json_and_nothing_else() {
        for text in [
            "null",
            "-0.5e+10",
            "[]",
            "{}",
            r#"{"a":[1,{"b":null}],"c":"\""}"#,
            "[true , false]",
        ] {
            assert_eq!(Reader::new(text).raw(), Ok(text));
        }
        for bad in [
            "",
            "nul",
            "01",
            "1.",
            "-",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "[1 2]",
            "{\"a\":1,}",
            "+1",
        ] {
            let mut reader = Reader::new(bad);
            assert!(reader.raw().and_then(|_| reader.end()).is_err(), "{bad}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        assert!(Reader::new(&"[".repeat(1_000_000)).raw().is_err());
    }

    #[test]
    fn another_type_steps_back() {
        let mut reader = Reader::new(r#"{"a":[1,2]}"#);
        assert_eq!(
            reader.fitting(Vec::<String>::read),
            Ok(Err(r#"{"a":[1,2]}"#))
        );
        reader.end().unwrap();
    }
}
