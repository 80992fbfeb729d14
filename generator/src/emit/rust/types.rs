//! Types of the api as types of Rust.
//!
//! Invariant: every type is named from where it is used; nothing but a collection holds another value in itself.

use syn::{Path, Type as Syntax};

use super::{
    ast::{generic, named, path, plain},
    names::{Names, Place},
};
use crate::{
    api::{Api, ItemType, Type, TypeId},
    ir::Primitive,
};

/// Where types are named: within a module of models, or outside of all of them.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    api: &'a Api,
    names: &'a Names,
    /// The path of the module of models.
    inside: Option<&'a [String]>,
}

impl<'a> Scope<'a> {
    /// The module of models with this path, which imports the types of that module.
    pub(super) fn inside(api: &'a Api, names: &'a Names, modules: &'a [String]) -> Self {
        Self {
            api,
            names,
            inside: Some(modules),
        }
    }

    /// A module that reaches models through `models`.
    pub(super) fn outside(api: &'a Api, names: &'a Names) -> Self {
        Self {
            api,
            names,
            inside: None,
        }
    }

    /// A structured type.
    pub(super) fn structured(self, id: TypeId) -> Path {
        self.path(self.names.of_type(id))
    }

    /// One item: `String`, `models::User`.
    pub(super) fn item(self, item: &ItemType) -> Syntax {
        match item {
            ItemType::Primitive(primitive) => plain(self::primitive(*primitive)),
            ItemType::Structured(id) => named(self.structured(*id)),
            ItemType::Enum(id) => {
                let ty = named(self.path(self.names.of_enum(*id)));
                if self.api[*id].is_flags {
                    generic("Flags", ty)
                } else {
                    ty
                }
            }
            ItemType::Unknown { .. } => plain("Value"),
        }
    }

    /// What has to be imported to name an item: nothing that is reached by a path.
    pub(super) fn import(self, item: &ItemType) -> Option<&'a str> {
        let place = match item {
            ItemType::Structured(id) => self.names.of_type(*id),
            ItemType::Enum(id) => self.names.of_enum(*id),
            ItemType::Primitive(_) | ItemType::Unknown { .. } => return None,
        };
        (self.inside == Some(&place.modules)).then_some(place.name.as_str())
    }

    /// One item or many.
    pub(super) fn ty(self, ty: &Type) -> Syntax {
        let item = self.item(&ty.item);
        if ty.collection {
            generic("Vec", item)
        } else {
            item
        }
    }

    fn path(self, place: &Place) -> Path {
        let start: &[&str] = match self.inside {
            Some(modules) if modules == place.modules => return path([place.name.as_str()]),
            Some(_) => &["crate", "models"],
            None => &["models"],
        };
        let names = place.modules.iter().chain([&place.name]);
        path(start.iter().copied().chain(names.map(String::as_str)))
    }
}

/// A primitive type of OData.
pub(crate) fn primitive(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Binary => "Bytes",
        Primitive::Boolean => "bool",
        Primitive::Byte => "u8",
        Primitive::Date => "Date",
        Primitive::DateTimeOffset => "OffsetDateTime",
        Primitive::Decimal => "Decimal",
        Primitive::Double => "f64",
        Primitive::Duration => "IsoDuration",
        Primitive::Guid => "Uuid",
        Primitive::Int16 => "i16",
        Primitive::Int32 => "i32",
        Primitive::Int64 => "i64",
        Primitive::SByte => "i8",
        Primitive::Single => "f32",
        Primitive::String => "String",
        Primitive::TimeOfDay => "Time",
        // A stream is a request of its own; where a page has one as a value, nothing is known about it.
        Primitive::Stream | Primitive::Untyped => "Value",
    }
}
