//! The values in the bodies of examples with the types that they should have.
//!
//! Comes in: an [`Api`], a type and a value with places. Goes out: each value in it, with the member that it is the value of.
//! What has no type, because its key is unknown or because it is no object where one should stand, is passed over.

use std::borrow::Cow;

use crate::{
    api::{Api, ItemType, Member, Type, TypeId},
    conform,
    json::tree::{Entry, Kind, Node},
};

/// A value and its type.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'v> {
    /// The value.
    pub node: &'v Node,
    /// The type of it, or of its items.
    pub item: &'v ItemType,
    /// It should be an array of them.
    pub collection: bool,
    /// The member that it is the value of, or among the values of.
    pub owner: Option<Owner<'v>>,
}

/// A member in a body.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'v> {
    /// The type of the object.
    pub ty: TypeId,
    /// The member.
    pub member: &'v Member,
    /// Where it stands.
    pub entry: &'v Entry,
    /// The object is the body itself, or an item of the collection that the body is.
    pub is_top: bool,
}

/// Shows each value that has a type, the outer ones first. `null` is a value of every type, and is shown, too.
pub fn each<'v>(api: &'v Api, ty: &'v Type, node: &'v Node, see: &mut impl FnMut(Typed<'v>)) {
    let mut walker = Walker { api, see };
    walker.value(ty, node, None);
}

struct Walker<'v, 'f, F> {
    api: &'v Api,
    see: &'f mut F,
}

impl<'v, F: FnMut(Typed<'v>)> Walker<'v, '_, F> {
    fn value(&mut self, ty: &'v Type, node: &'v Node, owner: Option<Owner<'v>>) {
        if !ty.collection {
            return self.item(&ty.item, node, owner);
        }
        (self.see)(Typed {
            node,
            item: &ty.item,
            collection: true,
            owner,
        });
        for item in node.items() {
            self.item(&ty.item, item, owner);
        }
    }

    fn item(&mut self, item: &'v ItemType, node: &'v Node, owner: Option<Owner<'v>>) {
        (self.see)(Typed {
            node,
            item,
            collection: false,
            owner,
        });
        let (ItemType::Structured(declared), Kind::Object(entries)) = (item, &node.kind) else {
            return;
        };
        let ty = actual_type(self.api, *declared, node);
        let members = self.api.all_members(ty);
        for entry in entries.iter().filter(|entry| !entry.key.contains('@')) {
            if let Some(member) = members.iter().find(|member| *member.name == *entry.key) {
                let owner = Owner {
                    ty,
                    member,
                    entry,
                    is_top: owner.is_none(),
                };
                self.value(&member.ty, &entry.value, Some(owner));
            }
        }
    }
}

/// The type that an object says it has, if that derives from the declared one.
pub fn actual_type(api: &Api, declared: TypeId, node: &Node) -> TypeId {
    let name = node.get("@odata.type").and_then(Node::text);
    conform::named_type(api, declared, name)
}

/// Shows each value of a tree, the outer ones first, with the key that leads to it or to the array around it.
pub fn each_node<'v>(node: &'v Node, key: &'v str, see: &mut impl FnMut(&'v str, &'v Node)) {
    see(key, node);
    for item in node.items() {
        each_node(item, key, see);
    }
    for entry in node.entries() {
        each_node(&entry.value, &entry.key, see);
    }
}

/// Whether a value is the name of a type, as in the JSON representation of a resource, or one of the generators' fillers
/// that name a type: `String (identifier)`, `datetime-value`.
pub fn is_type_word(text: &str) -> bool {
    const NAMES: &[&str] = &[
        "string",
        "integer",
        "int",
        "int16",
        "int32",
        "int64",
        "boolean",
        "double",
        "single",
        "decimal",
        "number",
        "datetimeoffset",
        "datetime",
        "date",
        "timeofday",
        "timestamp",
        "duration",
        "guid",
        "binary",
        "identifier",
    ];
    let text = text.trim();
    if text.starts_with("@odata.type:") {
        return true;
    }
    // `String (identifier)`: what stands in parentheses says what the text holds.
    let name = match text.split_once('(') {
        Some((name, rest)) if rest.ends_with(')') => name.trim_end(),
        _ => text.strip_suffix("-value").unwrap_or(text),
    };
    let name = name.strip_prefix("Edm.").unwrap_or(name);
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a value is what generators write where they know none: a type, `displayName-value`, `Display Name value`.
pub fn is_placeholder(text: &str) -> bool {
    is_type_word(text) || text.contains("-value") || text.ends_with(" value")
}

/// Whether a value is what generators write that make one of its key: `title.value` for `title`.
pub fn is_made_of_key(key: &str, text: &str) -> bool {
    text.strip_suffix(".value") == Some(key)
}

/// Whether a value only marks the place of one: `<id>`, `{user-id}`, `...`.
pub fn is_mark(text: &str) -> bool {
    let text = text.trim();
    let is_within = |open, close| text.starts_with(open) && text.ends_with(close);
    is_within('<', '>')
        || is_within('{', '}')
        || is_within('[', ']')
        || text.contains("...")
        || text.contains('…')
}

/// Things with one cause, in the order of the first of each.
#[derive(Debug)]
pub struct Groups<K, V> {
    /// What they have in common, and each of them; never empty.
    pub list: Vec<(K, Vec<V>)>,
}

impl<K: PartialEq, V> Groups<K, V> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Adds one.
    pub fn add(&mut self, key: K, value: V) {
        match self.list.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => self.list.push((key, vec![value])),
        }
    }
}

impl<K: PartialEq, V> Default for Groups<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

/// A text of a page for a message, which is one line: a string may have line breaks that JSON does not allow.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        let words: Vec<_> = text.split(char::is_control).map(str::trim).collect();
        Cow::Owned(words.join(" "))
    } else {
        Cow::Borrowed(text)
    }
}

/// What ends the message of a finding that stands for several: `, 3 times on this page`.
pub fn times(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        2 => ", twice on this page".to_owned(),
        _ => format!(", {count} times on this page"),
    }
}
