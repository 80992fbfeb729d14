//! A page of a collection as a service would send it, made from the table of a type.
//!
//! Comes in: the api and a type. Goes out: JSON text, the same in every run. Items differ in the members that they have;
//! together they have all of them: values of every kind, explicit nulls, expanded links, and members that nobody declared.

use docwright::{
    api::{Api, ItemType, Member, MemberKind, Type, TypeId},
    ir::Primitive,
};
use serde_json::{Map, Value, json};

use super::derived::fields;

/// An item has one in so many of the type's properties.
const PROPERTIES: usize = 5;

/// Links are expanded less often.
const LINKS: usize = 120;

/// Values within values have so many members at most, and are so deep at most.
const INNER: (usize, usize) = (5, 3);

/// A page with `count` items of a type.
pub(super) fn of(api: &Api, id: TypeId, count: usize) -> String {
    let items: Vec<_> = (0..count).map(|number| item(api, id, number)).collect();
    json!({
        "@odata.context": format!("https://graph.microsoft.com/{}/$metadata#items", api.version),
        "@odata.nextLink": "https://graph.microsoft.com/next?$skiptoken=X1",
        "value": items,
    })
    .to_string()
}

fn item(api: &Api, id: TypeId, number: usize) -> Value {
    let mut object = Map::new();
    for (at, member) in fields(api, id).enumerate() {
        let every = match member.kind {
            MemberKind::Property => PROPERTIES,
            MemberKind::Navigation { .. } => LINKS,
        };
        let seed = number + at;
        if at == 0 || seed.is_multiple_of(every) {
            object.insert(member.name.clone(), of_member(api, member, seed / every));
        }
    }
    object.insert(
        format!("extension_{}", number % 3),
        json!({"department": number}),
    );
    Value::Object(object)
}

fn of_member(api: &Api, member: &Member, seed: usize) -> Value {
    if seed % 9 == 4 {
        return Value::Null;
    }
    value(api, &member.ty, seed, 0)
}

fn value(api: &Api, ty: &Type, seed: usize, depth: usize) -> Value {
    if !ty.collection {
        return single(api, &ty.item, seed, depth);
    }
    let items = (0..seed % 3).map(|at| single(api, &ty.item, seed + at, depth));
    Value::Array(items.collect())
}

fn single(api: &Api, item: &ItemType, seed: usize, depth: usize) -> Value {
    match item {
        ItemType::Primitive(kind) => primitive(*kind, seed),
        ItemType::Enum(id) => {
            let members = &api[*id].members;
            let name = members.get(seed % members.len().max(1));
            Value::from(name.map_or("newer", |member| member.name.as_str()))
        }
        ItemType::Unknown { .. } => json!({"text": seed}),
        ItemType::Structured(id) => {
            let properties = fields(api, *id).filter(|it| it.kind == MemberKind::Property);
            let is_leaf = |member: &&Member| {
                depth < INNER.1 || !matches!(member.ty.item, ItemType::Structured(_))
            };
            let inner = properties.filter(is_leaf).take(INNER.0);
            let inner = inner.map(|it| (it.name.clone(), value(api, &it.ty, seed + 1, depth + 1)));
            Value::Object(inner.collect())
        }
    }
}

fn primitive(kind: Primitive, seed: usize) -> Value {
    let two = |limit: usize| format!("{:02}", 1 + seed % limit);
    match kind {
        Primitive::Binary => "3q2-7w".into(),
        Primitive::Boolean => seed.is_multiple_of(2).into(),
        Primitive::Byte | Primitive::SByte => (seed % 100).into(),
        Primitive::Date => format!("2021-07-{}", two(28)).into(),
        Primitive::DateTimeOffset => format!("2021-07-{}T08:{}:07Z", two(28), two(59)).into(),
        Primitive::Decimal | Primitive::Double | Primitive::Single => (seed as f64 + 0.5).into(),
        Primitive::Duration => format!("PT{}H", 1 + seed % 20).into(),
        Primitive::Guid => format!("6e7b768e-07e2-4810-8459-{seed:012x}").into(),
        Primitive::Int16 | Primitive::Int32 | Primitive::Int64 => (seed * 37).into(),
        Primitive::String if seed % 13 == 5 => format!("Line {seed}\nand \"two\", größer").into(),
        Primitive::String => format!("Adele Vance {seed}").into(),
        Primitive::TimeOfDay => format!("{}:30:00", two(20)).into(),
        Primitive::Stream | Primitive::Untyped => json!([seed, "any"]),
    }
}
