//! Types of the api as types of Rust.
//!
//! Invariant: every type is named from where it is used; nothing but a collection holds another value in itself.

use std::{cell::RefCell, collections::BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::names::{Names, Place};
use crate::{
    api::{Api, ItemType, Type, TypeId},
    ir::Primitive,
};

/// An identifier for a name that `names` has decided.
pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Where types are named: within a module of models, or outside of all of them.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    api: &'a Api,
    names: &'a Names,
    inside: Option<Inside<'a>>,
}

#[derive(Clone, Copy)]
struct Inside<'a> {
    modules: &'a [String],
    used: &'a RefCell<BTreeSet<&'a String>>,
}

impl<'a> Scope<'a> {
    /// The module of models with this path; what is named without a path is added to `used`.
    pub(super) fn inside(
        api: &'a Api,
        names: &'a Names,
        modules: &'a [String],
        used: &'a RefCell<BTreeSet<&'a String>>,
    ) -> Self {
        Self {
            api,
            names,
            inside: Some(Inside { modules, used }),
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
    pub(super) fn structured(self, id: TypeId) -> TokenStream {
        self.path(self.names.of_type(id))
    }

    /// One item: `String`, `models::User`.
    pub(super) fn item(self, item: &ItemType) -> TokenStream {
        match item {
            ItemType::Primitive(primitive) => self::primitive(*primitive),
            ItemType::Structured(id) => self.structured(*id),
            ItemType::Enum(id) => {
                let ty = self.path(self.names.of_enum(*id));
                if self.api[*id].is_flags {
                    quote!(Flags<#ty>)
                } else {
                    ty
                }
            }
            ItemType::Unknown { .. } => quote!(Value),
        }
    }

    /// One item or many.
    pub(super) fn ty(self, ty: &Type) -> TokenStream {
        let item = self.item(&ty.item);
        if ty.collection {
            quote!(Vec<#item>)
        } else {
            item
        }
    }

    fn path(self, place: &'a Place) -> TokenStream {
        let name = ident(&place.name);
        let modules = place.modules.iter().map(|module| ident(module));
        match self.inside {
            Some(inside) if inside.modules == place.modules => {
                inside.used.borrow_mut().insert(&place.name);
                quote!(#name)
            }
            Some(_) => quote!(crate::models #(::#modules)* ::#name),
            None => quote!(models #(::#modules)* ::#name),
        }
    }
}

/// A primitive type of OData.
pub(super) fn primitive(primitive: Primitive) -> TokenStream {
    match primitive {
        Primitive::Binary => quote!(Bytes),
        Primitive::Boolean => quote!(bool),
        Primitive::Byte => quote!(u8),
        Primitive::Date => quote!(Date),
        Primitive::DateTimeOffset => quote!(OffsetDateTime),
        Primitive::Decimal => quote!(Decimal),
        Primitive::Double => quote!(f64),
        Primitive::Duration => quote!(IsoDuration),
        Primitive::Guid => quote!(Uuid),
        Primitive::Int16 => quote!(i16),
        Primitive::Int32 => quote!(i32),
        Primitive::Int64 => quote!(i64),
        Primitive::SByte => quote!(i8),
        Primitive::Single => quote!(f32),
        Primitive::String => quote!(String),
        Primitive::TimeOfDay => quote!(Time),
        // A stream is a request of its own; where a page has one as a value, nothing is known about it.
        Primitive::Stream | Primitive::Untyped => quote!(Value),
    }
}
