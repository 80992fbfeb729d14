//! How pages spell types: the cell of a table, the link in a sentence.
//!
//! ```text
//! type   := note? inner suffix?                          keywords in any case
//! inner  := atom ("collection" | "array")? | ("Collection" | "List") ("(" | " of ") atom ")"?
//! atom   := primitive | link | name, in back-ticks or asterisks or bare
//! suffix := "enum" | "resource" | "object" | "(" text ")" | ", maximum size " number
//! ```
//!
//! Comes in: the text of a cell and the links in it. Goes out: a [`TypeText`], which speaks of names but does not know
//! whether anything has that name. Whatever does not fit the grammar is kept as it is.

use std::fmt;

use crate::ir::Primitive;

/// A type as a page spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeText {
    /// The type of one item.
    pub item: ItemText,
    /// Many of them.
    pub collection: bool,
}

/// The type of one item as a page spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemText {
    /// One of [`PRIMITIVES`].
    Primitive(Primitive),
    /// A name, with or without a link.
    Named(Reference),
    /// One of several types: `[a](a.md) or [b](b.md)`.
    Union(Vec<Reference>),
    /// Some enumeration that the cell does not name.
    Enumeration,
    /// Outside of the grammar; as written.
    Unread(String),
}

/// A name that should have a definition somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As written, without markup; may be qualified.
    pub name: String,
    /// Where its link leads.
    pub target: Option<Box<str>>,
}

/// Every spelling of a primitive type, lower-cased.
pub const PRIMITIVES: &[(&str, Primitive)] = &[
    ("binary", Primitive::Binary),
    ("boolean", Primitive::Boolean),
    ("bool", Primitive::Boolean),
    ("byte", Primitive::Byte),
    ("date", Primitive::Date),
    ("datetimeoffset", Primitive::DateTimeOffset),
    ("datetime", Primitive::DateTimeOffset),
    ("timestamp", Primitive::DateTimeOffset),
    ("decimal", Primitive::Decimal),
    ("double", Primitive::Double),
    ("number", Primitive::Double),
    ("numeric", Primitive::Double),
    ("duration", Primitive::Duration),
    ("guid", Primitive::Guid),
    ("int16", Primitive::Int16),
    ("int32", Primitive::Int32),
    ("int", Primitive::Int32),
    ("integer", Primitive::Int32),
    ("int64", Primitive::Int64),
    ("long", Primitive::Int64),
    ("sbyte", Primitive::SByte),
    ("single", Primitive::Single),
    ("float", Primitive::Single),
    ("stream", Primitive::Stream),
    ("string", Primitive::String),
    ("url", Primitive::String),
    ("uri", Primitive::String),
    ("timeofday", Primitive::TimeOfDay),
    ("untyped", Primitive::Untyped),
    ("object", Primitive::Untyped),
];

/// Words in place of a name that say only that there is some enumeration.
const ENUMERATION: &[&str] = &["enumeration", "enum"];

/// Words for any JSON value; the service has a type of this name for it.
const JSON: &[&str] = &["json object", "untyped json object", "untyped json", "json"];

/// The primitive type that a name stands for.
pub fn primitive(name: &str) -> Option<Primitive> {
    let lower = name.to_ascii_lowercase();
    let short = lower.strip_prefix("edm.").unwrap_or(&lower);
    PRIMITIVES
        .iter()
        .find(|(spelling, _)| *spelling == short)
        .map(|&(_, primitive)| primitive)
}

/// Reads a type cell. `link` gives the text and target of the first link in it.
pub fn parse(cell: &str, link: Option<(&str, &str)>) -> TypeText {
    let text = strip_markup(cell);
    let mut words = text.trim();
    words = strip_prefix_ci(words, "(optional)").unwrap_or(words).trim();
    let mut collection = false;
    if let Some(inner) = collection_call(words) {
        collection = true;
        words = inner;
    }
    while let Some(rest) = ["collection", "array", "collections", "list"]
        .iter()
        .find_map(|word| strip_last_word(words, word))
    {
        collection = true;
        words = rest;
    }
    words = strip_suffix(words);
    while let Some(rest) = strip_last_word(words, "collection") {
        collection = true;
        words = rest;
    }
    collection |= link.is_some() && is_told_to_be_many(words);
    let item = link.map_or_else(|| atom(words), |(text, target)| linked(text, target, words));
    let item = match item {
        ItemText::Named(reference) if collection_call(&reference.name).is_some() => {
            collection = true;
            let name = collection_call(&reference.name)
                .unwrap_or_default()
                .to_owned();
            primitive(&name).map_or(
                ItemText::Named(Reference { name, ..reference }),
                ItemText::Primitive,
            )
        }
        other => other,
    };
    TypeText { item, collection }
}

/// A link whose text names the type. What stands around it is a note.
fn linked(text: &str, target: &str, words: &str) -> ItemText {
    let name = strip_markup(text);
    let name = strip_suffix(strip_last_word(name.trim(), "collection").unwrap_or(name.trim()));
    if let Some(primitive) = primitive(name) {
        return ItemText::Primitive(primitive);
    }
    if is_union(words) {
        return ItemText::Union(links(words));
    }
    ItemText::Named(Reference {
        name: name.to_owned(),
        target: Some(target.into()),
    })
}

/// `[x](x.md) collection. Prose`: what the word behind the link says of it, whatever comes after.
fn is_told_to_be_many(words: &str) -> bool {
    let behind = words
        .split_once("](")
        .and_then(|(_, rest)| rest.split_once(')'));
    behind
        .and_then(|(_, rest)| strip_prefix_ci(rest.trim_start(), "collection"))
        .is_some_and(|rest| rest.starts_with(['.', ',', ';']))
}

/// A cell without a link.
fn atom(words: &str) -> ItemText {
    let words = words
        .trim()
        .trim_matches(['[', ']'])
        .trim_end_matches(['.', ',']);
    if let Some(primitive) = primitive(words) {
        return ItemText::Primitive(primitive);
    }
    if ENUMERATION
        .iter()
        .any(|word| words.eq_ignore_ascii_case(word))
    {
        return ItemText::Enumeration;
    }
    if JSON.iter().any(|word| words.eq_ignore_ascii_case(word)) {
        return ItemText::Named(Reference {
            name: "Json".to_owned(),
            target: None,
        });
    }
    if is_name(words) {
        return ItemText::Named(Reference {
            name: words.to_owned(),
            target: None,
        });
    }
    // `[name](target.md` without the closing parenthesis.
    if let Some((name, target)) = words.split_once("](").filter(|(name, _)| is_name(name)) {
        return ItemText::Named(Reference {
            name: name.to_owned(),
            target: Some(target.trim_end_matches(')').into()),
        });
    }
    ItemText::Unread(words.to_owned())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
}

/// Two types for one value.
fn is_union(words: &str) -> bool {
    words.matches("](").count() > 1
        && (words.contains(") or ") || words.contains(")/") || words.contains(") / "))
}

/// The links of a union.
fn links(words: &str) -> Vec<Reference> {
    let parts = words.split('[').skip(1);
    parts
        .filter_map(|part| {
            let (name, rest) = part.split_once("](")?;
            let (target, _) = rest.split_once(')')?;
            Some(Reference {
                name: name.trim().to_owned(),
                target: Some(target.trim().into()),
            })
        })
        .collect()
}

/// `Collection(x)`, `Collection of x`, `List of x`.
fn collection_call(words: &str) -> Option<&str> {
    let rest = strip_prefix_ci(words, "collection").or_else(|| strip_prefix_ci(words, "list"))?;
    let rest = rest.trim_start();
    if let Some(inner) = rest.strip_prefix('(') {
        return Some(inner.trim_end_matches(')').trim());
    }
    strip_prefix_ci(rest, "of ").map(str::trim)
}

/// Notes behind the name: `(optional)`, `enum`, `resource`, `, maximum size 20`.
fn strip_suffix(words: &str) -> &str {
    let mut words = words.trim();
    loop {
        let before = words;
        if let Some(open) = words.rfind(" (").filter(|_| words.ends_with(')')) {
            words = words[..open].trim_end();
        }
        if let Some(at) = words.to_ascii_lowercase().find(", maximum size") {
            words = words[..at].trim_end();
        }
        for note in ["enum", "resource", "object", "type"] {
            if !words.eq_ignore_ascii_case("json object") {
                words = strip_last_word(words, note).unwrap_or(words);
            }
        }
        if before == words {
            return words;
        }
    }
}

fn strip_prefix_ci<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

/// Takes off the last word if it is this one and something stands before it.
fn strip_last_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(word.len())?;
    let last = text.get(at..)?;
    let rest = &text[..at];
    let apart = rest.ends_with(|c: char| c.is_whitespace() || c == ')');
    (last.eq_ignore_ascii_case(word) && apart && !rest.trim().is_empty()).then(|| rest.trim_end())
}

fn strip_markup(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '`' | '*'))
        .map(|c| if c == '\u{a0}' { ' ' } else { c })
        .collect()
}

impl fmt::Display for TypeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.collection {
            write!(f, "Collection({})", self.item)
        } else {
            write!(f, "{}", self.item)
        }
    }
}

impl fmt::Display for ItemText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Primitive(primitive) => write!(f, "{primitive}"),
            Self::Named(reference) => f.write_str(&reference.name),
            Self::Union(references) => {
                let names: Vec<_> = references.iter().map(|it| it.name.as_str()).collect();
                f.write_str(&names.join(" or "))
            }
            Self::Enumeration => f.write_str("enumeration"),
            Self::Unread(text) => write!(f, "?{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, expected: &str) {
        let link = cell.find("](").and_then(|middle| {
            let open = cell[..middle].rfind('[')?;
            let close = cell[middle..].find(')')?;
            Some((&cell[open + 1..middle], &cell[middle + 2..middle + close]))
        });
        assert_eq!(parse(cell, link).to_string(), expected, "{cell}");
    }

    #[test]
    fn cells() {
        check("String", "Edm.String");
        check("edm.int32", "Edm.Int32");
        check("String collection", "Collection(Edm.String)");
        check("Collection(Edm.String)", "Collection(Edm.String)");
        check("Collection of String", "Collection(Edm.String)");
        check("[user](../resources/user.md)", "user");
        check(
            "[user](../resources/user.md) collection",
            "Collection(user)",
        );
        check("Collection([user](user.md))", "Collection(user)");
        check(
            "[emailAddress](emailaddress.md) collection",
            "Collection(emailAddress)",
        );
        check("`DateTimeOffset`", "Edm.DateTimeOffset");
        check("**runState**", "runState");
        check("microsoft.graph.runState", "microsoft.graph.runState");
        check(
            "routingPolicy collection collection",
            "Collection(routingPolicy)",
        );
        check("string (timestamp)", "Edm.String");
        check("(Optional) String", "Edm.String");
        check("string, maximum size 20", "Edm.String");
        check("[driveItem](driveitem.md) resource", "driveItem");
        check("alertStatus enum", "alertStatus");
        check("String (enum)", "Edm.String");
        check("Enumeration", "enumeration");
        check(
            "windowsInformationProtectionResourceCollection",
            "windowsInformationProtectionResourceCollection",
        );
        check(
            "[invitedUserMessageInfo](invitedusermessageinfo.md",
            "invitedUserMessageInfo",
        );
        check("JSON object", "Json");
        check("[a](a.md) or [b](b.md)", "a or b");
        check("[x](x.md) collection. Holds grades", "Collection(x)");
    }
}
