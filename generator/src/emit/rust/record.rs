//! A struct with a table of its members: what models and the parameters of actions have in common.
//!
//! Every member is optional, what is not declared is in `extra`, and reading and writing is the runtime's.

use proc_macro2::{Ident, Literal};
use quote::quote;
use syn::{
    Expr, Field, Fields, ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct, Type, parse_quote,
};

use super::{
    ast::{self, ident},
    format::Comments,
};

/// A struct in the making.
pub(super) struct Record {
    doc: Literal,
    name: Ident,
    fields: Vec<Field>,
    /// The names of the fields, in order.
    idents: Vec<Ident>,
}

impl Record {
    /// A struct without members.
    pub(super) fn new(doc: Literal, name: &str) -> Self {
        Self {
            doc,
            name: ident(name),
            fields: Vec::new(),
            idents: Vec::new(),
        }
    }

    /// Adds a member; its type must be a `Slot` of the runtime.
    pub(super) fn add(&mut self, doc: Literal, name: &str, ty: Type) {
        let name = ident(name);
        self.fields.push(ast::field(doc, &name, ty));
        self.idents.push(name);
    }

    /// The struct and what makes it a model; `info` is its `TypeInfo`.
    pub(super) fn items(
        mut self,
        shape: &Shape,
        info: Expr,
        comments: &mut Comments<'_>,
    ) -> [Item; 2] {
        let rest = comments.add("What the type does not declare.");
        let extra = ast::field(rest, &ident("extra"), ast::plain("Extra"));
        self.fields.push(extra);

        let mut declaration = shape.declaration.clone();
        declaration.attrs.insert(0, ast::doc(self.doc));
        declaration.ident = self.name.clone();
        if let Fields::Named(fields) = &mut declaration.fields {
            fields.named = self.fields.into_iter().collect();
        }

        let mut slots = shape.slots.clone();
        let fields = &self.idents;
        let visit = ast::macro_call("slots", quote!(self, visit, [#(#fields),*]));
        slots.block.stmts.push(visit);

        let mut table = shape.table.clone();
        *table.self_ty = ast::named(self.name.into());
        let info = ast::constant("INFO", ast::plain("TypeInfo"), info);
        table.items.extend([info, ImplItem::Fn(slots)]);
        [Item::Struct(declaration), Item::Impl(table)]
    }
}

/// What all records of a file have in common; it is quoted once and copied.
pub(super) struct Shape {
    declaration: ItemStruct,
    table: ItemImpl,
    slots: ImplItemFn,
}

impl Shape {
    /// A record without a name.
    pub(super) fn new() -> Self {
        Self {
            declaration: parse_quote! {
                #[derive(Clone, Default)]
                pub struct Record {}
            },
            table: parse_quote!(impl Model for Record {}),
            slots: parse_quote! {
                #[inline]
                fn slots(&mut self, visit: Slots<'_>) {}
            },
        }
    }
}

/// The `TypeInfo` of a type with these members.
pub(super) fn type_info<'a>(name: &str, members: impl IntoIterator<Item = &'a str>) -> Expr {
    let arguments = [ast::text(name), ast::texts(members)];
    ast::call(ast::path(["TypeInfo", "new"]), arguments)
}

/// Calls a macro of the runtime with the names of types: `models!(A, B);`.
pub(super) fn macro_over(name: &str, types: &[&String]) -> Option<Item> {
    if types.is_empty() {
        return None;
    }
    let name = ident(name);
    let types = types.iter().map(|ty| ident(ty));
    Some(parse_quote!(#name!(#(#types),*);))
}
