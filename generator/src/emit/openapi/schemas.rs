//! Schemas: the types and enumeration types as components, and types where they are used.
//!
//! Follows "OData to OpenAPI Mapping" 1.0 (OASIS), Components Object, in the words of JSON Schema 2020-12, with three
//! differences: numbers are numbers only, since the service never sends `IEEE754Compatible` strings; null is allowed
//! where the pages say so and not by default; and there is one schema for a type, not one for each direction, so no
//! property of it is `required`.

use serde_json::Value;

use super::object::Object;
use crate::{
    api::{Api, EnumType, ItemType, Member, StructuredType, Type, TypeId, TypeKind},
    ir::Primitive,
};

/// The property that tells which of the derived types an object has.
const TYPE_PROPERTY: &str = "@odata.type";

/// The enumeration member that promises others to come.
const FUTURE_MEMBER: &str = "unknownFutureValue";

/// All types and enumeration types of the api, by component key.
pub(super) fn components(api: &Api) -> Object {
    let mut schemas = Object::new();
    for id in api.type_ids() {
        schemas.insert(
            &component_key(api[id].name.as_str()),
            structured_type(api, id),
        );
    }
    for ty in &api.enums {
        schemas.insert(&component_key(ty.name.as_str()), enum_type(ty));
    }
    schemas
}

/// The schema of a value of this type.
pub(super) fn schema_of(api: &Api, ty: &Type) -> Object {
    let item = item_schema(api, &ty.item);
    if ty.collection {
        Object::new().set("type", "array").set("items", item)
    } else {
        item
    }
}

/// A reference to a component.
pub(super) fn reference(key: &str) -> Object {
    Object::new().set("$ref", format!("#/components/schemas/{key}"))
}

/// A name with only the characters that component keys may have.
pub(super) fn component_key(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// A name for a type's items in the keys of components made from them; `None` where the pages tell no type.
pub(super) fn item_key(api: &Api, item: &ItemType) -> Option<String> {
    match item {
        ItemType::Primitive(primitive) => Some(primitive.as_str().to_owned()),
        ItemType::Structured(id) => Some(component_key(api[*id].name.as_str())),
        ItemType::Enum(id) => Some(component_key(api[*id].name.as_str())),
        ItemType::Unknown { .. } => None,
    }
}

/// Also allows null.
fn nullable(schema: Object) -> Object {
    match schema.get("type").cloned() {
        Some(Value::String(name)) => schema.set("type", vec![name, "null".to_owned()]),
        _ if schema.contains("$ref") => {
            let null = Object::new().set("type", "null");
            Object::new().set("anyOf", vec![Value::from(schema), null.into()])
        }
        // Without a type, any value is allowed as it is.
        _ => schema,
    }
}

/// The schema of one item.
pub(super) fn item_schema(api: &Api, item: &ItemType) -> Object {
    match item {
        ItemType::Primitive(primitive) => primitive_schema(*primitive),
        ItemType::Structured(id) => reference(&component_key(api[*id].name.as_str())),
        ItemType::Enum(id) => reference(&component_key(api[*id].name.as_str())),
        ItemType::Unknown { text, reason } => {
            let documented = Object::new()
                .set("text", text.as_str())
                .set("reason", *reason);
            Object::new().set("x-docwright-unknown", documented)
        }
    }
}

/// "Primitive Types" of the mapping.
fn primitive_schema(primitive: Primitive) -> Object {
    let (ty, format) = match primitive {
        Primitive::Binary | Primitive::Stream => ("string", Some("base64url")),
        Primitive::Boolean => ("boolean", None),
        Primitive::Byte => ("integer", Some("uint8")),
        Primitive::Date => ("string", Some("date")),
        Primitive::DateTimeOffset => ("string", Some("date-time")),
        Primitive::Decimal => ("number", Some("decimal")),
        Primitive::Double => ("number", Some("double")),
        Primitive::Duration => ("string", Some("duration")),
        Primitive::Guid => ("string", Some("uuid")),
        Primitive::Int16 => ("integer", Some("int16")),
        Primitive::Int32 => ("integer", Some("int32")),
        Primitive::Int64 => ("integer", Some("int64")),
        Primitive::SByte => ("integer", Some("int8")),
        Primitive::Single => ("number", Some("float")),
        Primitive::String => ("string", None),
        Primitive::TimeOfDay => ("string", Some("time")),
        Primitive::Untyped => return Object::new(),
    };
    Object::new().set("type", ty).maybe("format", format)
}

/// "Schemas for Entity Types and Complex Types" of the mapping.
fn structured_type(api: &Api, id: TypeId) -> Object {
    let ty = &api[id];
    let head = Object::new()
        .set("title", ty.name.name())
        .described(&ty.description)
        .deprecated(ty.deprecated.as_ref());
    let schema = match ty.base {
        None => own_members(api, ty, head),
        Some(base) => {
            let own = own_members(api, ty, Object::new());
            let base = reference(&component_key(api[base].name.as_str()));
            head.set("allOf", vec![Value::from(base), own.into()])
        }
    };
    schema
        .maybe(
            "discriminator",
            (!ty.derived.is_empty()).then(|| discriminator(api, id)),
        )
        .set(
            "x-docwright-kind",
            match ty.kind {
                TypeKind::Entity => "entity",
                TypeKind::Complex => "complex",
            },
        )
        .filled("x-docwright-key", ty.key.clone())
        .sourced(&ty.source)
}

/// Sets `type`, `properties` and `additionalProperties` of a type without what it inherits.
fn own_members(api: &Api, ty: &StructuredType, schema: Object) -> Object {
    let mut properties = Object::new();
    if ty.base.is_none() && !ty.derived.is_empty() {
        properties.insert(TYPE_PROPERTY, primitive_schema(Primitive::String));
    }
    properties.extend(
        ty.members
            .iter()
            .map(|member| (member.name.clone(), member_schema(api, member).into())),
    );
    schema
        .set("type", "object")
        .filled("properties", properties)
        .maybe("additionalProperties", ty.is_open.then_some(true))
}

fn member_schema(api: &Api, member: &Member) -> Object {
    let schema = schema_of(api, &member.ty);
    let schema = if member.nullable == Some(true) {
        nullable(schema)
    } else {
        schema
    };
    schema
        .described(&member.description)
        .maybe("readOnly", member.read_only.then_some(true))
        .maybe(
            "default",
            member
                .default
                .as_deref()
                .and_then(|value| default_value(api, &member.ty, value)),
        )
        .deprecated(member.deprecated.as_ref())
        .sourced(&member.source)
}

/// A documented default as a value of the type, if it is one.
fn default_value(api: &Api, ty: &Type, value: &str) -> Option<Value> {
    if ty.collection || value == "null" {
        return None;
    }
    match &ty.item {
        ItemType::Primitive(primitive) => default_primitive(*primitive, value),
        ItemType::Enum(id) => api[*id]
            .members
            .iter()
            .any(|member| member.name == value)
            .then(|| value.into()),
        ItemType::Structured(_) | ItemType::Unknown { .. } => None,
    }
}

fn default_primitive(primitive: Primitive, value: &str) -> Option<Value> {
    match primitive {
        Primitive::Boolean => value.parse::<bool>().ok().map(Value::from),
        Primitive::Byte
        | Primitive::Int16
        | Primitive::Int32
        | Primitive::Int64
        | Primitive::SByte => value.parse::<i64>().ok().map(Value::from),
        Primitive::Decimal | Primitive::Double | Primitive::Single => value
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Value::from),
        Primitive::String => Some(value.into()),
        // Pages seldom write these in the notation that the format asks for.
        Primitive::Binary
        | Primitive::Date
        | Primitive::DateTimeOffset
        | Primitive::Duration
        | Primitive::Guid
        | Primitive::Stream
        | Primitive::TimeOfDay
        | Primitive::Untyped => None,
    }
}

/// Maps the values of `@odata.type` to the type itself and all types that derive from it.
fn discriminator(api: &Api, id: TypeId) -> Object {
    let mut mapping = Object::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        let ty = &api[id];
        if !ty.is_abstract {
            let key = component_key(ty.name.as_str());
            mapping.insert(
                &format!("#{}", ty.name),
                format!("#/components/schemas/{key}"),
            );
        }
        open.extend(ty.derived.iter().rev());
    }
    Object::new()
        .set("propertyName", TYPE_PROPERTY)
        .filled("mapping", mapping)
}

/// "Schemas for Enumeration Types" of the mapping; several flags at once stand in one string, between commas.
fn enum_type(ty: &EnumType) -> Object {
    let names = || ty.members.iter().map(|member| member.name.as_str());
    let schema = Object::new()
        .set("title", ty.name.name())
        .described(&ty.description)
        .set("type", "string");
    let schema = if ty.is_flags && !ty.members.is_empty() {
        let one = names().map(escape_pattern).collect::<Vec<_>>().join("|");
        schema.set("pattern", format!("^({one})(, ?({one}))*$"))
    } else {
        schema.filled("enum", names().collect::<Vec<_>>())
    };
    schema
        .maybe("x-ms-enum", has_more_to_say(ty).then(|| enum_details(ty)))
        .deprecated(ty.deprecated.as_ref())
        .sourced(&ty.source)
}

/// Whether a plain list of names would leave something out.
fn has_more_to_say(ty: &EnumType) -> bool {
    ty.is_flags
        || ty.members.iter().any(|member| {
            member.name == FUTURE_MEMBER
                || member.prefer_only
                || member.value.is_some()
                || !member.description.is_empty()
        })
}

/// `x-ms-enum`, as generators of clients read it; `modelAsString` says that there may be members that the pages do not list.
fn enum_details(ty: &EnumType) -> Object {
    let values = ty.members.iter().map(|member| {
        let value = Object::new()
            .set("value", member.name.as_str())
            .described(&member.description)
            .maybe("x-docwright-number", member.value)
            .maybe(
                "x-docwright-prefer-only",
                member.prefer_only.then_some(true),
            );
        Value::from(value)
    });
    Object::new()
        .set("name", ty.name.name())
        .set(
            "modelAsString",
            ty.members
                .iter()
                .any(|member| member.name == FUTURE_MEMBER || member.prefer_only),
        )
        .set("values", values.collect::<Vec<_>>())
}

/// A name as an ECMA-262 pattern.
fn escape_pattern(name: &str) -> String {
    let mut pattern = String::with_capacity(name.len());
    for c in name.chars() {
        if "\\^$.|?*+()[]{}/".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_values_of_their_type() {
        let read = |primitive, text| {
            let ty = Type::single(ItemType::Primitive(primitive));
            default_value(&Api::default(), &ty, text)
        };
        assert_eq!(read(Primitive::Boolean, "true"), Some(Value::from(true)));
        assert_eq!(read(Primitive::Boolean, "yes"), None);
        assert_eq!(read(Primitive::Int32, "15"), Some(Value::from(15)));
        assert_eq!(read(Primitive::Int32, "15 days"), None);
        assert_eq!(read(Primitive::Double, "NaN"), None);
        assert_eq!(read(Primitive::TimeOfDay, "120"), None);
        assert_eq!(read(Primitive::String, "none"), Some(Value::from("none")));
        assert_eq!(read(Primitive::String, "null"), None);
    }

    #[test]
    fn any_name_is_a_pattern_and_a_key() {
        assert_eq!(escape_pattern("a.b|c"), "a\\.b\\|c");
        assert_eq!(
            component_key("microsoft.graph.a b/c"),
            "microsoft.graph.a_b_c"
        );
    }
}
