//! Types of an api as text.

use docwright::api::{Api, ItemType, Type};

/// The type as CSDL writes it; what is unknown, as its page writes it.
pub(crate) fn text(api: &Api, ty: &Type) -> String {
    let item = match &ty.item {
        ItemType::Primitive(primitive) => primitive.as_str().to_owned(),
        ItemType::Structured(id) => api[*id].name.to_string(),
        ItemType::Enum(id) => api[*id].name.to_string(),
        ItemType::Unknown { text, .. } => text.clone(),
    };
    if ty.collection {
        format!("Collection({item})")
    } else {
        item
    }
}
