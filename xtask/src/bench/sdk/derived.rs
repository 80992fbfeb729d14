//! The same models with serde derive: what the table beside each model stands in for.
//!
//! Comes in: the api. Goes out: one file of Rust. Types, members and their order are those of the emitted crate, and so
//! are the types of values, but for the rarer ones, which are texts here. What differs is how serde is commonly used: a
//! navigation property holds its target, undeclared members go to a flattened map, and there are no descriptions. All of
//! that is to the peer's advantage, or as its users have it.
//! Invariant: types of the default namespace have their plain name in upper camel case, unless two share it.

use std::{
    collections::{BTreeSet, HashSet},
    fmt::Write,
};

use docwright::{
    api::{Api, ItemType, Member, MemberKind, TypeId},
    ir::{DEFAULT_NAMESPACE, Primitive, TypeName},
};
use heck::{ToSnakeCase, ToUpperCamelCase};

pub(super) const MANIFEST: &str = r#"[package]
name = "derived"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
serde = { version = "1", features = ["derive"] }
serde_json = "1"
time = { version = "0.3", default-features = false, features = ["std", "serde-well-known"] }
uuid = { version = "1", features = ["serde"] }
"#;

const HEAD: &str = r#"#![allow(unused_imports)]

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(#[serde(with = "time::serde::rfc3339")] pub time::OffsetDateTime);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub value: Vec<T>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub next_link: Option<String>,
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
"#;

/// `src/lib.rs` of the crate.
pub(super) fn source(api: &Api) -> String {
    let names = Names::new(api);
    let cycles = Cycles::new(api);
    let mut out = HEAD.to_owned();
    for id in api.type_ids() {
        structure(&mut out, api, &names, &cycles, id);
    }
    for (ty, name) in api.enums.iter().zip(&names.enums) {
        let mut scope = Scope::default();
        out.push_str("\n#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]\n");
        line(&mut out, format_args!("pub enum {name} {{"));
        for member in &ty.members {
            let variant = scope.take(identifier(&member.name.to_upper_camel_case()));
            let wire = &member.name;
            line(
                &mut out,
                format_args!("    #[serde(rename = {wire:?})] {variant},"),
            );
        }
        let unknown = scope.take("UnknownValue".to_owned());
        line(
            &mut out,
            format_args!("    #[serde(untagged)] {unknown}(String),\n}}"),
        );
    }
    out
}

fn structure(out: &mut String, api: &Api, names: &Names, cycles: &Cycles, id: TypeId) {
    let name = &names.types[id.index()];
    out.push_str("\n#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]\n");
    line(out, format_args!("pub struct {name} {{"));
    let mut scope = Scope::default();
    for member in fields(api, id) {
        let field = scope.take(identifier(&member.name.to_snake_case()));
        let ty = field_type(names, cycles, id, member);
        let wire = &member.name;
        // A raw identifier is the plain one, but for the words of the language.
        line(
            out,
            format_args!(
                "    #[serde(rename = {wire:?}, skip_serializing_if = \"Option::is_none\")] pub r#{field}: Option<{ty}>,"
            ),
        );
    }
    let extra = scope.take("extra".to_owned());
    line(
        out,
        format_args!("    #[serde(flatten)] pub {extra}: Map<String, Value>,\n}}"),
    );
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{text}");
}

/// The members that are fields: all, but for streams, which are requests of their own.
pub(super) fn fields(api: &Api, id: TypeId) -> impl Iterator<Item = &Member> {
    let members = api.all_members(id).into_iter();
    members.filter(|member| member.ty.item != ItemType::Primitive(Primitive::Stream))
}

fn field_type(names: &Names, cycles: &Cycles, owner: TypeId, member: &Member) -> String {
    let item = item(names, &member.ty.item);
    if member.ty.collection {
        return format!("Vec<{item}>");
    }
    match (&member.ty.item, member.kind) {
        (ItemType::Structured(_), MemberKind::Navigation { .. }) => format!("Box<{item}>"),
        (ItemType::Structured(target), MemberKind::Property) if cycles.leads(*target, owner) => {
            format!("Box<{item}>")
        }
        (
            ItemType::Structured(_)
            | ItemType::Primitive(_)
            | ItemType::Enum(_)
            | ItemType::Unknown { .. },
            MemberKind::Navigation { .. } | MemberKind::Property,
        ) => item,
    }
}

fn item(names: &Names, item: &ItemType) -> String {
    let primitive = match item {
        ItemType::Structured(id) => return names.types[id.index()].clone(),
        ItemType::Enum(id) => return names.enums[id.index()].clone(),
        ItemType::Unknown { .. } => return "Value".to_owned(),
        ItemType::Primitive(primitive) => primitive,
    };
    let name = match primitive {
        Primitive::Boolean => "bool",
        Primitive::Byte => "u8",
        Primitive::DateTimeOffset => "Moment",
        Primitive::Decimal | Primitive::Double => "f64",
        Primitive::Guid => "Uuid",
        Primitive::Int16 => "i16",
        Primitive::Int32 => "i32",
        Primitive::Int64 => "i64",
        Primitive::SByte => "i8",
        Primitive::Single => "f32",
        Primitive::Binary
        | Primitive::Date
        | Primitive::Duration
        | Primitive::String
        | Primitive::TimeOfDay => "String",
        Primitive::Stream | Primitive::Untyped => "Value",
    };
    name.to_owned()
}

/// The names of all types, in one module.
struct Names {
    types: Vec<String>,
    enums: Vec<String>,
}

impl Names {
    fn new(api: &Api) -> Self {
        let mut scope = Scope::default();
        let in_use = [
            "Box", "Default", "Map", "Moment", "Option", "Page", "String", "Uuid", "Value", "Vec",
        ];
        scope.0.extend(in_use.map(str::to_owned));
        let mut take = |name: &TypeName| scope.take(identifier(&type_name(name)));
        Self {
            types: api.types.iter().map(|ty| take(&ty.name)).collect(),
            enums: api.enums.iter().map(|ty| take(&ty.name)).collect(),
        }
    }
}

/// `microsoft.graph.user` → `User`, `microsoft.graph.callRecords.session` → `CallRecordsSession`.
fn type_name(name: &TypeName) -> String {
    let whole = name.as_str();
    let tail = whole.strip_prefix(DEFAULT_NAMESPACE).unwrap_or(whole);
    tail.to_upper_camel_case()
}

/// What of a name can be in an identifier.
fn identifier(name: &str) -> String {
    let letters = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let name: String = name.chars().filter(letters).collect();
    match name.as_str() {
        "" => "unnamed".to_owned(),
        // Not even as raw identifiers.
        "Self" | "crate" | "self" | "super" => format!("{name}_"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
        _ => name,
    }
}

/// Names that must differ from each other.
#[derive(Default)]
struct Scope(HashSet<String>);

impl Scope {
    fn take(&mut self, mut name: String) -> String {
        while !self.0.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

/// For each type, the types that its values contain without a box or a collection between.
struct Cycles(Vec<BTreeSet<usize>>);

impl Cycles {
    fn new(api: &Api) -> Self {
        let contained = |id| -> Vec<usize> {
            let single =
                fields(api, id).filter(|it| it.kind == MemberKind::Property && !it.ty.collection);
            let target = single.filter_map(|member| match member.ty.item {
                ItemType::Structured(target) => Some(target.index()),
                ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
            });
            target.collect()
        };
        let edges: Vec<_> = api.type_ids().map(contained).collect();
        let reached = |start: usize| {
            let mut reached = BTreeSet::new();
            let mut open = edges[start].clone();
            while let Some(next) = open.pop() {
                if reached.insert(next) {
                    open.extend(&edges[next]);
                }
            }
            reached
        };
        Self((0..edges.len()).map(reached).collect())
    }

    /// Whether `from` is `to` or contains it.
    fn leads(&self, from: TypeId, to: TypeId) -> bool {
        from == to || self.0[from.index()].contains(&to.index())
    }
}
