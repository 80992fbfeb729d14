//! A struct with a table of its members: what models and the parameters of actions have in common.
//!
//! Every member is optional, what is not declared is in `extra`, and reading and writing is the runtime's.

use proc_macro2::{Ident, Literal, TokenStream};
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
    /// The members by name on the wire and by field, in order.
    members: Vec<(Expr, TokenStream)>,
}

impl Record {
    /// A struct without members.
    pub(super) fn new(doc: Literal, name: &str) -> Self {
        Self {
            doc,
            name: ident(name),
            fields: Vec::new(),
            members: Vec::new(),
        }
    }

    /// Adds a member by its name on the wire and that of its field; its type must be a `Slot` of the runtime. Field and
    /// table leave it out together without its feature.
    pub(super) fn add(
        &mut self,
        doc: Literal,
        (wire, name): (&str, &str),
        ty: Type,
        feature: Option<&str>,
    ) {
        let name = ident(name);
        let when = feature.map(ast::feature);
        self.members
            .push((ast::text_with(feature, wire), quote!(#when #name)));
        let mut field = ast::field(doc, &name, ty);
        field.attrs.extend(when);
        self.fields.push(field);
    }

    /// The struct and what makes it a model called `wire`; `info` adds to its `TypeInfo`.
    pub(super) fn items(
        mut self,
        shape: &Shape,
        wire: &str,
        info: impl FnOnce(Expr) -> Expr,
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
        let (names, fields): (Vec<_>, Vec<_>) = self.members.into_iter().unzip();
        let visit = ast::macro_call("slots", quote!(self, visit, [#(#fields),*]));
        slots.block.stmts.push(visit);

        let mut table = shape.table.clone();
        *table.self_ty = ast::named(self.name.into());
        let table_of_names = [ast::text(wire), ast::array(names)];
        let known = ast::call(ast::path(["TypeInfo", "new"]), table_of_names);
        let info = ast::constant("INFO", ast::plain("TypeInfo"), info(known));
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

/// Calls a macro of the runtime with the names of types: `models!(A, B);`.
pub(super) fn macro_over(name: &str, types: &[&String]) -> Option<Item> {
    if types.is_empty() {
        return None;
    }
    let name = ident(name);
    let types = types.iter().map(|ty| ident(ty));
    Some(parse_quote!(#name!(#(#types),*);))
}
