//! The examples of the documentation as tests of the crate.
//!
//! Comes in: the api. Goes out: `src/contract/examples.json`, what each example shows, and below `src/contract/calls` a
//! table with the call of each operation that an example shows, and how notifications of each type are read. What is done
//! with them is real Rust with them in the output, `src/contract.rs`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::{Value, json};
use syn::Expr;

use super::{
    actions::Actions,
    ast::{self, ident},
    format::{Comments, File},
    functions::{Function, Functions},
    layout::{self, Piece},
    names::{self, Names},
    payload::{self, Carried},
    trie::{NodeId, Trie},
    types::Scope,
};
use crate::{
    api::{Api, ItemType, Operation, Source, Type, TypeId},
    emit::Files,
    example::{self, Shown, ShownRequest},
    ir::Primitive,
};

/// The files below `src/contract`, and `src/contract.rs`.
pub(super) fn emit(
    api: &Api,
    names: &Names,
    actions: &Actions,
    trie: &Trie,
    functions: &Functions,
) -> Files {
    let shown = example::all(api);
    let mut asked: BTreeMap<&str, &Operation> = BTreeMap::new();
    for example in &shown {
        asked.insert(&example.operation.id, example.operation);
    }
    let mut files = Files::from([
        (
            "src/contract.rs".to_owned(),
            include_str!("../../../support/contract.rs").to_owned(),
        ),
        ("src/contract/examples.json".to_owned(), data(api, &shown)),
    ]);
    let calls = Calls {
        api,
        names,
        actions,
        trie,
        functions,
    };
    let told: BTreeSet<TypeId> = shown
        .iter()
        .filter_map(|it| Some(it.notification.as_ref()?.ty))
        .collect();
    files.extend(calls.emit(&asked, &told));
    files
}

/// One line for each example, so that a change of one is a change of one line.
fn data(api: &Api, shown: &[Shown]) -> String {
    let lines: Vec<_> = shown.iter().map(|it| line(api, it).to_string()).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn line(api: &Api, shown: &Shown) -> Value {
    let request = shown.request.as_ref().map(|request| {
        json!({
            "at": place(&request.message.source),
            "path": request.path,
            "query": request.query,
            "headers": request.message.headers,
            "arguments": request.arguments,
            "text": request.body.is_none().then_some(&request.message.body),
            "json": request.body,
            "sends": other_content(request),
            "contradicts": request.contradiction,
        })
    });
    let response = shown.response.as_ref().map(|response| {
        json!({
            "at": place(&response.message.source),
            "status": response.status,
            "json": response.body,
            "contradicts": response.contradiction,
        })
    });
    let notification = shown.notification.as_ref().map(|notification| {
        json!({
            "at": place(&notification.message.source),
            "type": api[notification.ty].name.as_str(),
            "json": notification.body,
            "contradicts": notification.contradiction,
        })
    });
    json!({
        "operation": shown.operation.id,
        "request": request,
        "notification": notification,
        "response": response,
    })
}

/// The media type of what is sent, where that is not JSON.
fn other_content<'a>(request: &ShownRequest<'a>) -> Option<&'a str> {
    let is_sent = request.body.is_none() && !request.message.body.trim().is_empty();
    example::other_media_type(request.message).filter(|_| is_sent)
}

/// `api/user-get.md:70`.
fn place(source: &Source) -> String {
    format!("{}:{}", source.page, source.line)
}

/// What is known to write calls.
#[derive(Clone, Copy)]
struct Calls<'a> {
    api: &'a Api,
    names: &'a Names,
    actions: &'a Actions<'a>,
    trie: &'a Trie<'a>,
    functions: &'a Functions<'a>,
}

impl Calls<'_> {
    fn emit(self, asked: &BTreeMap<&str, &Operation>, told: &BTreeSet<TypeId>) -> Files {
        let mut pieces = Vec::new();
        let mut ways = vec![(quote!(client), 0); self.trie.nodes.len()];
        for node in 0..self.trie.nodes.len() {
            for (name, function) in self.functions.of(node) {
                match function {
                    Function::Step(child) => ways[child] = self.step(&ways[node], name, child),
                    Function::Operation(operation) => {
                        let id = operation.id.as_str();
                        if asked.contains_key(id) {
                            pieces.push(Piece {
                                words: id.split(['.', '_']).map(names::snake).collect(),
                                weight: 8,
                                item: self.call(&ways[node], name, node, operation),
                            });
                        }
                    }
                }
            }
        }
        let mut modules = names::Scope::functions();
        let mut files = Files::new();
        let mut idents = Vec::new();
        for group in layout::group(pieces) {
            let module = modules.take(names::snake(&group.name));
            let items = group.items;
            let file = File::new(quote! {
                #[allow(unused_imports)]
                use super::super::Call;
                #[allow(unused_imports)]
                use crate::{actions, models, runtime::requests::*};
                pub(super) const CALLS: &[Call] = &[#(#items),*];
            });
            files.insert(
                format!("src/contract/calls/{module}.rs"),
                file.text(&Comments::default()),
            );
            idents.push(ident(&module));
        }
        let mut comments = Comments::default();
        let about = comments
            .add("The calls and notifications that the examples of the documentation show.");
        let readers = told.iter().map(|&id| self.reader(id));
        let index = File::new(quote! {
            #![doc = #about]
            #[allow(unused_imports)]
            use crate::models;
            #(mod #idents;)*
            pub(super) const CALLS: &[&[super::Call]] = &[#(#idents::CALLS),*];
            pub(super) const NOTIFICATIONS: &[super::Reader] = &[#(#readers),*];
        });
        files.insert("src/contract/calls.rs".to_owned(), index.text(&comments));
        files
    }

    /// The entry of a type that notifications have.
    fn reader(self, id: TypeId) -> TokenStream {
        let name = self.api[id].name.as_str();
        let ty = Type::single(ItemType::Structured(id));
        let ty = Scope::outside(self.api, self.names).ty(&ty);
        quote!((#name, <#ty as super::Again>::again))
    }

    /// The way to a node, and how many arguments it takes.
    fn step(
        self,
        (way, taken): &(TokenStream, usize),
        name: &str,
        child: NodeId,
    ) -> (TokenStream, usize) {
        let Some(step) = self.trie.nodes[child].step else {
            return (way.clone(), *taken);
        };
        let name = ident(name);
        let values = self.values(step.parameters(), *taken);
        let count = values.len();
        (quote!(#way.#name(#(#values),*)), taken + count)
    }

    /// The entry of an operation.
    fn call(
        self,
        (way, taken): &(TokenStream, usize),
        name: &str,
        node: NodeId,
        operation: &Operation,
    ) -> TokenStream {
        let id = &operation.id;
        let name = ident(name);
        let scope = Scope::outside(self.api, self.names);
        let mut values = self.values(self.trie.own_parameters(operation, node), *taken);
        let sending = payload::sending(self.api, self.actions, scope, operation);
        values.extend(match sending.carried {
            Carried::Nothing => None,
            Carried::Value(ty) => Some(quote!(&example.body::<#ty>()?)),
            Carried::Link => Some(quote!(&example.target()?)),
            Carried::Bytes => Some(quote!(example.bytes())),
        });
        quote!((#id, |client, example| example.made(#way.#name(#(#values),*))))
    }

    /// The arguments of a function from the one at `from` on.
    fn values<'t>(
        self,
        parameters: impl Iterator<Item = (String, &'t Type)>,
        from: usize,
    ) -> Vec<TokenStream> {
        let value = |(at, (_, ty)): (usize, (String, &Type))| {
            let at: Expr = ast::number(from + at);
            match (&ty.item, ty.collection) {
                (
                    ItemType::Primitive(Primitive::String | Primitive::Binary | Primitive::Stream),
                    false,
                ) => quote!(example.text(#at)),
                (ItemType::Primitive(ty), false) if payload::is_small(*ty) => {
                    quote!(example.argument(#at)?)
                }
                (ItemType::Primitive(_) | ItemType::Enum(_), _) => {
                    let ty = Scope::outside(self.api, self.names)
                        .ty(ty)
                        .to_token_stream();
                    quote!(&example.argument::<#ty>(#at)?)
                }
                (ItemType::Structured(_) | ItemType::Unknown { .. }, _) => {
                    quote!(&example.argument::<Value>(#at)?)
                }
            }
        };
        parameters.enumerate().map(value).collect()
    }
}
