//! Values of JSON representations: what they show of a type, and how a missing one is written.
//!
//! A value is a word for a type (`"String (timestamp)"`), or a sample. A sample is a weak witness: `"String"` stands for all
//! that is text on the wire, so also for enumerations, dates and numbers. Only what cannot be so is told.

use super::{names, page::PageContext, world::Version};
use crate::{
    api::{ItemType, Type},
    facts::PageId,
    ir::{Primitive, TypeName},
    json::tree::{Entry, Kind, Node},
    spelling::{self, Reference},
};

/// What a value shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample<'n> {
    /// One item of it.
    pub item: Item<'n>,
    /// Whether it is many; nothing where the value does not tell.
    pub collection: Option<bool>,
}

/// What one value shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'n> {
    /// Nothing: `null`, an empty array.
    Nothing,
    /// A word for a primitive type, and whether it means this one alone: `"Int32"`, but not `"Integer"`.
    Word(Primitive, bool),
    /// Some text.
    Text(&'n str),
    /// `true` or `false`.
    Bool,
    /// A number without a fraction.
    Integer,
    /// A number with a fraction.
    Fraction,
    /// An object, and the type that it names.
    Object(Option<&'n str>),
}

impl<'n> Sample<'n> {
    /// Reads a value.
    pub fn of(node: &'n Node, text: &str) -> Self {
        match &node.kind {
            Kind::Array(items) => {
                let first = items.first().map(|item| Self::of(item, text));
                Self {
                    item: first.map_or(Item::Nothing, |first| first.item),
                    collection: Some(true),
                }
            }
            Kind::Text(words) => Self::of_words(words),
            Kind::Null => Self {
                item: Item::Nothing,
                collection: None,
            },
            Kind::Bool(_) => Self::single(Item::Bool),
            Kind::Number => {
                let is_fraction = node.at.of(text).contains('.');
                Self::single(if is_fraction {
                    Item::Fraction
                } else {
                    Item::Integer
                })
            }
            Kind::Object(_) => {
                let name = node.get("@odata.type").and_then(Node::text);
                let name = name.map(|name| name.trim().trim_start_matches('#'));
                if let Some(word) = name.and_then(edm) {
                    return Self::single(Item::Word(word, true));
                }
                // An envelope of several, or one without any hint of what it is.
                let is_told = name.is_some_and(|name| !name.contains('('));
                Self {
                    item: Item::Object(name.filter(|_| is_told)),
                    collection: name.is_some().then_some(!is_told),
                }
            }
        }
    }

    fn single(item: Item<'n>) -> Self {
        Self {
            item,
            collection: Some(false),
        }
    }

    fn of_words(words: &'n str) -> Self {
        let lower = words.to_ascii_lowercase();
        if let Some(name) = words.trim().strip_prefix("@odata.type:") {
            let name = name.trim().trim_start_matches('#');
            let word = edm(name).map(|word| Item::Word(word, true));
            return Self::single(word.unwrap_or(Item::Object(Some(name))));
        }
        let names_type = |name: &'n str| name.starts_with("microsoft.graph.");
        if names_type(words.trim_start_matches('#')) {
            return Self::single(Item::Object(Some(words.trim_start_matches('#'))));
        }
        let is_many = ["collection", "array", "list", "["];
        if is_many.iter().any(|word| lower.contains(word)) {
            return Self {
                item: Item::Nothing,
                collection: None,
            };
        }
        let (word, note) = lower.split_once('(').unwrap_or((&lower, ""));
        let by_note = match note.trim_end_matches(')').trim() {
            "timestamp" => Some(Primitive::DateTimeOffset),
            "duration" | "iso 8601 duration" => Some(Primitive::Duration),
            "time of day" => Some(Primitive::TimeOfDay),
            "double" => Some(Primitive::Double),
            _ => None,
        };
        let word = word.trim();
        let is_exact = !matches!(
            word,
            "integer"
                | "int"
                | "number"
                | "numeric"
                | "float"
                | "object"
                | "date"
                | "datetime"
                | "timestamp"
                | "binary"
                | "url"
                | "uri"
        );
        let by_word = spelling::primitive(word).filter(|it| *it != Primitive::String);
        let word = by_note.or(by_word);
        Self::single(word.map_or(Item::Text(words), |it| Item::Word(it, is_exact)))
    }

    /// The type that the value names, if it names one.
    pub fn ty(&self, version: &Version, from: PageId) -> Option<ItemType> {
        match self.item {
            Item::Word(primitive, true) => Some(ItemType::Primitive(primitive)),
            Item::Object(Some(name)) => {
                let reference = Reference {
                    name: name.to_owned(),
                    target: None,
                };
                names::named(version, &reference, from)
            }
            Item::Bool => Some(ItemType::Primitive(Primitive::Boolean)),
            Item::Text(_)
            | Item::Word(_, false)
            | Item::Nothing
            | Item::Integer
            | Item::Fraction
            | Item::Object(None) => None,
        }
    }

    /// In words, for messages.
    pub fn words(&self) -> String {
        let item = match self.item {
            Item::Nothing => "nothing".to_owned(),
            Item::Word(primitive, _) => format!("`{}`", names::word_of(primitive)),
            Item::Text(_) => "a string".to_owned(),
            Item::Bool => "a Boolean value".to_owned(),
            Item::Integer => "a number".to_owned(),
            Item::Fraction => "a number with a fraction".to_owned(),
            Item::Object(Some(name)) => {
                format!("`{}`", names::short(&TypeName::new(name)))
            }
            Item::Object(None) => "an object".to_owned(),
        };
        if self.collection == Some(true) {
            format!("an array of {item}")
        } else {
            item
        }
    }
}

/// The primitive type that a qualified name means.
fn edm(name: &str) -> Option<Primitive> {
    let is_qualified = name
        .get(..4)
        .is_some_and(|it| it.eq_ignore_ascii_case("edm."));
    spelling::primitive(name).filter(|_| is_qualified)
}

/// Whether numbers are its values on the wire.
pub fn is_number(primitive: Primitive) -> bool {
    use Primitive::{Byte, Decimal, Double, Int16, Int32, Int64, SByte, Single};
    matches!(
        primitive,
        Byte | Decimal | Double | Int16 | Int32 | Int64 | SByte | Single
    )
}

/// Whether its values have no fraction.
pub fn is_integer(primitive: Primitive) -> bool {
    use Primitive::{Byte, Int16, Int32, Int64, SByte};
    matches!(primitive, Byte | Int16 | Int32 | Int64 | SByte)
}

/// Whether strings are its values on the wire.
pub fn is_text(primitive: Primitive) -> bool {
    use Primitive::{Boolean, Untyped};
    !is_number(primitive) && !matches!(primitive, Boolean | Untyped)
}

/// A value for a type, in the words that the object around it uses for the same.
pub fn sample(cx: &PageContext, ty: &Type, object: &Node) -> String {
    let entries = object.entries();
    let item = match &ty.item {
        ItemType::Primitive(primitive) => of_primitive(cx, *primitive, entries),
        ItemType::Enum(_) | ItemType::Unknown { .. } => {
            of_primitive(cx, Primitive::String, entries)
        }
        ItemType::Structured(id) => {
            let name = &cx.version.api()[*id].name;
            format!("{{ \"@odata.type\": \"{name}\" }}")
        }
    };
    if ty.collection {
        format!("[{item}]")
    } else {
        item
    }
}

fn of_primitive(cx: &PageContext, primitive: Primitive, entries: &[Entry]) -> String {
    let word = |known: Primitive| {
        entries.iter().find_map(|entry| {
            let text = entry.value.text()?;
            let is_plain = known == Primitive::String && text.eq_ignore_ascii_case("string");
            let says = Sample::of_words(text).item;
            let says = matches!(says, Item::Word(it, _) if it == known);
            (is_plain || says).then(|| cx.str(entry.value.at))
        })
    };
    let has_words = || word(Primitive::Boolean).is_some() || word(Primitive::Int32).is_some();
    if let Some(known) = word(primitive) {
        return known.to_owned();
    }
    match primitive {
        Primitive::Boolean if has_words() => "\"Boolean\"".to_owned(),
        Primitive::Boolean => "true".to_owned(),
        number if is_number(number) && has_words() => "\"Integer\"".to_owned(),
        Primitive::Double | Primitive::Single | Primitive::Decimal => "1024.5".to_owned(),
        number if is_number(number) => "1024".to_owned(),
        Primitive::DateTimeOffset => "\"String (timestamp)\"".to_owned(),
        Primitive::Untyped => "{}".to_owned(),
        _ => word(Primitive::String).unwrap_or("\"String\"").to_owned(),
    }
}
