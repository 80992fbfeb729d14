//! The JSON representation of a resource: the keys of its object, and the types that their values show.
//!
//! Values are samples, or words for types: `"String (timestamp)"`, `{ "@odata.type": "microsoft.graph.x" }`, `["String"]`.

use serde_json::Value;

use super::{Claim, Context, PageFacts};
use crate::{
    ir::{Primitive, TypeName},
    json,
    span::ByteRange,
    spelling::{self, ItemText, Reference, TypeText},
};

/// Reads the keys of a representation.
pub(super) fn read(cx: &Context, ty: &TypeName, body: ByteRange, out: &mut PageFacts) {
    let Some(Value::Object(object)) = json::read(cx.page.str(body)) else {
        return;
    };
    for (name, value) in object {
        if name.contains('@') || name.contains(|c: char| !(c.is_alphanumeric() || c == '_')) {
            continue;
        }
        let identifier = value
            .as_str()
            .is_some_and(|text| text.to_ascii_lowercase().contains("identifier"));
        let value = shown_type(&value);
        out.claim(
            cx.id,
            body,
            Claim::JsonKey {
                ty: ty.clone(),
                name,
                value,
                identifier,
            },
        );
    }
}

/// The type that a value shows.
fn shown_type(value: &Value) -> TypeText {
    match value {
        Value::Array(items) => {
            let item = items
                .first()
                .map_or(ItemText::Unread(String::new()), |item| {
                    shown_type(item).item
                });
            TypeText {
                item,
                collection: true,
            }
        }
        Value::Object(object) => {
            let name = object.get("@odata.type").and_then(Value::as_str);
            single(name.map_or_else(|| ItemText::Unread("object".to_owned()), named))
        }
        Value::String(text) => shown_by_word(text),
        Value::Bool(_) => single(ItemText::Primitive(Primitive::Boolean)),
        Value::Number(number) if number.is_f64() => single(ItemText::Primitive(Primitive::Double)),
        Value::Number(_) => single(ItemText::Primitive(Primitive::Int32)),
        Value::Null => single(ItemText::Unread(String::new())),
    }
}

fn single(item: ItemText) -> TypeText {
    TypeText {
        item,
        collection: false,
    }
}

fn named(name: &str) -> ItemText {
    ItemText::Named(Reference {
        name: name.trim_start_matches('#').to_owned(),
        target: None,
    })
}

/// `String (timestamp)`, `Collection(Edm.String)`, `@odata.type: microsoft.graph.x`.
fn shown_by_word(text: &str) -> TypeText {
    if let Some(name) = text.strip_prefix("@odata.type:") {
        return single(named(name.trim()));
    }
    let lower = text.to_ascii_lowercase();
    let note = lower.split_once('(').map_or("", |(_, note)| note);
    let from_note = match note.trim_end_matches(')') {
        "timestamp" => Some(Primitive::DateTimeOffset),
        "duration" | "iso 8601 duration" => Some(Primitive::Duration),
        "time of day" => Some(Primitive::TimeOfDay),
        "double" => Some(Primitive::Double),
        _ => None,
    };
    if let Some(primitive) = from_note {
        return single(ItemText::Primitive(primitive));
    }
    let read = spelling::parse(text.trim_start_matches('#'), None);
    match read.item {
        ItemText::Primitive(_) => read,
        ItemText::Named(ref reference) if reference.name.starts_with("microsoft.graph.") => read,
        ItemText::Named(_) | ItemText::Union(_) | ItemText::Enumeration | ItemText::Unread(_) => {
            single(ItemText::Primitive(Primitive::String))
        }
    }
}
