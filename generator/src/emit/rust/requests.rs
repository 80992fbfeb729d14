//! Builders that follow the paths, and the requests that they end in.
//!
//! Every prefix of a path is a struct around the runtime's `Path`, with a function for each segment that may follow and
//! one for each operation. A function says no more than the request line and what goes in and out, and the runtime does
//! the rest: a body of its own for each of thousands of operations would cost a compiler ten times as much.
//!
//! What begins with the same segment is in one file; where that would be longer than a person reads, each segment below
//! has its own, and so on.

use std::{borrow::Cow, collections::BTreeMap};

use proc_macro2::Literal;
use quote::quote;
use rayon::prelude::*;
use syn::{Attribute, Expr, FnArg, ImplItem, Item, ItemImpl, ItemStruct, parse_quote};

use super::{
    actions::Actions,
    ast::{self, ident},
    docs,
    features::Features,
    format::{Comments, File},
    functions::{Function, Functions},
    names::{self, Names},
    payload,
    samples::Samples,
    trie::{NodeId, Trie},
    types::{Scope, primitive},
};
use crate::{
    api::{Api, ItemType, Operation, OperationPage, Parameter, Path, Piece, SegmentKind, Type},
    emit::Files,
    ir::{PermissionKind, Primitive},
};

/// A file with about so many lines is divided.
const HEAVY: usize = 3_000;

/// The files below `src/requests`, and `src/requests.rs`.
pub(super) fn emit(
    api: &Api,
    names: &Names,
    actions: &Actions,
    trie: &Trie,
    functions: &Functions,
    features: &Features,
    samples: &Samples,
) -> Files {
    let docs = page_docs(api);
    let context = Context {
        api,
        names,
        actions,
        trie,
        functions,
        features,
        samples,
        docs: &docs,
    };
    let mut files = Vec::new();
    let mut places = vec![String::new(); trie.nodes.len()];
    context.layout(&mut files, &mut places);
    files
        .par_iter()
        .map(|file| (file.path(), context.file(file, &places)))
        .collect()
}

/// The doc comment that all operations of a page share, by page.
fn page_docs(api: &Api) -> BTreeMap<&str, String> {
    let pages: BTreeMap<_, _> = api
        .operations
        .iter()
        .map(|operation| (&*operation.page.page, &*operation.page))
        .collect();
    pages
        .into_par_iter()
        .map(|(name, page)| (name, page_doc(api, page)))
        .collect()
}

fn page_doc(api: &Api, page: &OperationPage) -> String {
    let mut parts = vec![docs::escaped(&page.title)];
    parts.push(docs::rustdoc(api.version, &page.page, &page.description));
    parts.extend(page.deprecated.as_ref().map(docs::deprecation));
    parts.push(named("Query options", &page.query));
    parts.push(named("Headers", &page.headers));
    parts.push(permissions(page));
    parts.extend(docs::reference(api.version, "Reference", &page.page));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// The names of what a request may have beside its path and body; `Accept` is the runtime's.
fn named(what: &str, parameters: &[Parameter]) -> String {
    let mut names: Vec<_> = parameters
        .iter()
        .filter(|parameter| !parameter.name.eq_ignore_ascii_case("accept"))
        .map(|parameter| format!("`{}`", parameter.name.replace('`', "")))
        .collect();
    names.dedup();
    if names.is_empty() {
        String::new()
    } else {
        format!("{what}: {}.", names.join(", "))
    }
}

/// One line for each table and kind of sign-in, least privileged first.
fn permissions(page: &OperationPage) -> String {
    let mut lines = Vec::new();
    for set in &page.permissions {
        let title = set
            .title
            .as_deref()
            .map(|title| format!(", {}", docs::escaped(title)))
            .unwrap_or_default();
        for (kind, alternatives) in &set.kinds {
            let kind = match kind {
                PermissionKind::DelegatedWork => "delegated, work or school account",
                PermissionKind::DelegatedPersonal => "delegated, personal account",
                PermissionKind::Application => "application",
            };
            let alternatives: Vec<_> = alternatives
                .iter()
                .map(|alternative| {
                    let names: Vec<_> = alternative
                        .all_of
                        .iter()
                        .map(|name| format!("`{}`", name.replace('`', "")))
                        .collect();
                    names.join(" with ")
                })
                .collect();
            if !alternatives.is_empty() {
                lines.push(format!("- {kind}{title}: {}", alternatives.join(", ")));
            }
        }
    }
    if lines.is_empty() {
        String::new()
    } else {
        format!(
            "Permissions, least privileged first:\n\n{}",
            lines.join("\n")
        )
    }
}

/// A module of requests.
struct Module {
    /// Modules below `requests`.
    modules: Vec<String>,
    /// The builders in it, in order.
    nodes: Vec<NodeId>,
    /// The modules below it, each with the node that it begins with.
    children: Vec<(String, NodeId)>,
}

impl Module {
    fn path(&self) -> String {
        let path = ["src/requests"]
            .into_iter()
            .chain(self.modules.iter().map(String::as_str));
        path.collect::<Vec<_>>().join("/") + ".rs"
    }
}

#[derive(Clone, Copy)]
struct Context<'a> {
    api: &'a Api,
    names: &'a Names,
    actions: &'a Actions<'a>,
    trie: &'a Trie<'a>,
    functions: &'a Functions<'a>,
    features: &'a Features,
    samples: &'a Samples<'a>,
    docs: &'a BTreeMap<&'a str, String>,
}

/// A builder: a struct and its functions. It is quoted once and copied for each of thousands.
struct Builder {
    declaration: ItemStruct,
    functions: ItemImpl,
}

impl Builder {
    /// A builder without a name.
    fn shape() -> Self {
        Self {
            declaration: parse_quote! {
                #[derive(Clone, Debug)]
                pub struct Builder(pub(crate) Path);
            },
            functions: parse_quote!(impl Builder {}),
        }
    }

    fn of(&self, doc: Literal, name: &str, functions: Vec<ImplItem>) -> [Item; 2] {
        let mut declaration = self.declaration.clone();
        declaration.attrs.insert(0, ast::doc(doc));
        declaration.ident = ident(name);
        let mut implementation = self.functions.clone();
        *implementation.self_ty = ast::plain(name);
        implementation.items = functions;
        [Item::Struct(declaration), Item::Impl(implementation)]
    }
}

impl<'a> Context<'a> {
    /// Decides which file each builder is in, and what it is called; `places` gets the paths below `requests`.
    fn layout(self, files: &mut Vec<Module>, places: &mut [String]) {
        let mut weights = vec![0; self.trie.nodes.len()];
        for (id, node) in self.trie.nodes.iter().enumerate().rev() {
            // A builder, and a function with its comment for each operation.
            weights[id] += 12
                + node
                    .operations
                    .iter()
                    .map(|operation| 4 + self.doc(operation).lines().count())
                    .sum::<usize>();
            if let Some(step) = node.step {
                weights[step.parent] += weights[id];
            }
        }
        self.file_of(0, Vec::new(), &weights, files, places);
    }

    /// Files `node` and what is below it in a module of its own.
    fn file_of(
        self,
        node: NodeId,
        modules: Vec<String>,
        weights: &[usize],
        files: &mut Vec<Module>,
        places: &mut [String],
    ) {
        let at = files.len();
        files.push(Module {
            modules,
            nodes: Vec::new(),
            children: Vec::new(),
        });
        let mut scopes = (names::Scope::builders(), names::Scope::functions());
        self.collect(node, "", at, weights, &mut scopes, files, places);
    }

    /// Adds `node` to the file at `at`, called by the words in `prefix` and its own.
    #[allow(clippy::too_many_arguments)]
    fn collect(
        self,
        node: NodeId,
        prefix: &str,
        at: usize,
        weights: &[usize],
        scopes: &mut (names::Scope, names::Scope),
        files: &mut Vec<Module>,
        places: &mut [String],
    ) {
        let own = self.trie.nodes[node]
            .step
            .map(|step| step.name())
            .unwrap_or_default();
        let words = format!("{prefix} {own}");
        if node != 0 {
            let name = scopes.0.take(names::camel(&words));
            places[node] = files[at]
                .modules
                .iter()
                .cloned()
                .chain([name])
                .collect::<Vec<_>>()
                .join("::");
            files[at].nodes.push(node);
        }
        let heavy = node == 0 || weights[node] > HEAVY;
        for &child in &self.trie.nodes[node].children {
            let Some(step) = self.trie.nodes[child].step else {
                continue;
            };
            if heavy
                && matches!(
                    step.segment().kind,
                    SegmentKind::Name | SegmentKind::Cast(_)
                )
            {
                let module = scopes.1.take(step.name());
                files[at].children.push((module.clone(), child));
                let modules = files[at].modules.iter().cloned().chain([module]).collect();
                self.file_of(child, modules, weights, files, places);
            } else {
                self.collect(child, &words, at, weights, scopes, files, places);
            }
        }
    }

    fn file(self, module: &Module, places: &[String]) -> String {
        let mut comments = Comments::default();
        let children = module.children.iter().map(|(child, node)| {
            let name = ident(child);
            let when = self.feature(*node);
            quote!(#when pub mod #name;)
        });
        let about = comments.add(if module.modules.is_empty() {
            "Builders of requests, which follow the paths of the API. Start with [`GraphClient`]."
                .to_owned()
        } else {
            format!("Requests below `/{}`.", module.modules.join("/"))
        });
        let mut file = File::new(quote! {
            #![doc = #about]
            #[allow(unused_imports)]
            use crate::runtime::requests::*;
            #(#children)*
        });
        if module.modules.is_empty() {
            file.extend([self.root(places, &mut comments)]);
        }
        let shape = Builder::shape();
        for &node in &module.nodes {
            file.extend(self.builder(&shape, node, places, &mut comments));
        }
        file.text(&comments)
    }

    /// The functions of the client.
    fn root(self, places: &[String], comments: &mut Comments<'a>) -> Item {
        let doc = comments.add("The first segments of the paths.");
        let mut functions: ItemImpl = parse_quote! {
            #[doc = #doc]
            impl GraphClient {}
        };
        functions.items = self.functions(0, places, comments);
        Item::Impl(functions)
    }

    /// The attribute of the node of a first segment; what is behind it has it from its module.
    fn feature(self, node: NodeId) -> Option<Attribute> {
        let step = self.trie.nodes[node].step.filter(|step| step.at == 0)?;
        self.features.of_segment(step.segment()).map(ast::feature)
    }

    fn builder(
        self,
        shape: &Builder,
        id: NodeId,
        places: &[String],
        comments: &mut Comments<'a>,
    ) -> [Item; 2] {
        let doc = comments.add(self.prefix_doc(id));
        shape.of(
            doc,
            local(&places[id]),
            self.functions(id, places, comments),
        )
    }

    /// ``/users/{id}``, in code.
    fn prefix_doc(self, id: NodeId) -> String {
        let Some(step) = self.trie.nodes[id].step else {
            return String::new();
        };
        format!("`{}`", template(step.path, step.at + 1, false))
    }

    /// The doc comment of an operation.
    fn doc(self, operation: &Operation) -> &'a str {
        self.docs
            .get(&*operation.page.page)
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// The doc comment of a call: that of its operation, and the example of it.
    fn call_doc(self, name: &str, operation: &'a Operation, node: NodeId) -> Cow<'a, str> {
        let doc = self.doc(operation);
        match self.samples.section(node, name, operation) {
            Some(sample) => format!("{doc}\n\n{sample}").into(),
            None => doc.into(),
        }
    }

    /// The functions of a node.
    fn functions(
        self,
        id: NodeId,
        places: &[String],
        comments: &mut Comments<'a>,
    ) -> Vec<ImplItem> {
        let functions = self
            .functions
            .of(id)
            .filter_map(|(name, function)| match function {
                Function::Step(child) => self.step(name, child, id, places, comments),
                Function::Operation(operation) => {
                    Some(self.operation(name, operation, id, comments))
                }
            });
        functions.collect()
    }

    fn step(
        self,
        name: &str,
        child: NodeId,
        node: NodeId,
        places: &[String],
        comments: &mut Comments<'a>,
    ) -> Option<ImplItem> {
        let step = self.trie.nodes[child].step?;
        let doc = comments.add(self.prefix_doc(child));
        let target = || ast::path(relative(&places[node], &places[child]));
        let scope = Scope::outside(self.api, self.names);
        let (arguments, values) = arguments(scope, step.parameters());
        let path = if node != 0 && values.is_empty() {
            ast::call_on(path_of(node), "clone", [])
        } else {
            with(path_of(node), values)
        };
        let answer = ast::named(target());
        let body = ast::call(target(), [path]);
        let mut method = ast::method(doc, name, arguments, answer, body);
        method.attrs.extend(self.feature(child));
        Some(ImplItem::Fn(method))
    }

    fn operation(
        self,
        name: &str,
        operation: &'a Operation,
        node: NodeId,
        comments: &mut Comments<'a>,
    ) -> ImplItem {
        let scope = Scope::outside(self.api, self.names);
        let doc = comments.add(self.call_doc(name, operation, node));
        let line = format!(
            "{} {}",
            operation.method,
            template(&operation.path, operation.path.segments.len(), true)
        );
        let (mut arguments, values) = arguments(scope, self.trie.own_parameters(operation, node));
        let sending = payload::sending(self.api, self.actions, scope, operation);
        arguments.extend(sending.argument);
        let handed = [ast::text(&line)].into_iter().chain(sending.values);
        let body = ast::call_on(with(path_of(node), values), sending.function, handed);
        let answer = ast::generic("Request", payload::answer(scope, operation));
        ImplItem::Fn(ast::method(doc, name, arguments, answer, body))
    }
}

/// The arguments of a function for placeholders, and what of them goes to the path.
fn arguments<'a>(
    scope: Scope<'_>,
    parameters: impl Iterator<Item = (String, &'a Type)>,
) -> (Vec<FnArg>, Vec<Expr>) {
    let mut taken = names::Scope::arguments();
    let argument = |(name, ty): (String, &Type)| {
        let name = taken.take(name);
        let value = ast::variable(&name);
        let (ty, value) = match (&ty.item, ty.collection) {
            (
                ItemType::Primitive(Primitive::String | Primitive::Binary | Primitive::Stream),
                false,
            ) => (ast::reference(ast::plain("str")), value),
            (ItemType::Primitive(ty), false) if payload::is_small(*ty) => {
                (ast::plain(primitive(*ty)), ast::borrow(value))
            }
            (ItemType::Primitive(_) | ItemType::Enum(_), _) => {
                (ast::reference(scope.ty(ty)), value)
            }
            (ItemType::Structured(_) | ItemType::Unknown { .. }, _) => {
                (ast::reference(ast::plain("Value")), value)
            }
        };
        (ast::argument(&name, ty), value)
    };
    parameters.map(argument).unzip()
}

/// Hands values to a path.
fn with(path: Expr, values: Vec<Expr>) -> Expr {
    values
        .into_iter()
        .fold(path, |path, value| ast::call_on(path, "with", [value]))
}

/// The first `length` segments of a path as a template; with `marks`, a `+` before what may hold slashes.
fn template(path: &Path, length: usize, marks: bool) -> String {
    let mut text = String::new();
    for segment in &path.segments[..length] {
        text.push('/');
        for piece in &segment.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Parameter(index) => {
                    let parameter = path.parameters.get(*index);
                    text.push('{');
                    if marks && parameter.is_some_and(|parameter| parameter.multi_segment) {
                        text.push('+');
                    }
                    text.push_str(parameter.map_or("", |parameter| &parameter.name));
                    text.push('}');
                }
            }
        }
    }
    text
}

/// The name of a builder in its own module.
fn local(place: &str) -> &str {
    place.rsplit("::").next().unwrap_or(place)
}

/// The way from the module of the builder `here` to the builder `target`, which is there or in a module below.
fn relative<'p>(here: &str, target: &'p str) -> impl Iterator<Item = &'p str> {
    let module = here.rsplit_once("::").map_or("", |(module, _)| module);
    let path = target
        .strip_prefix(module)
        .unwrap_or(target)
        .trim_start_matches("::");
    path.split("::")
}

/// How a function of a builder, or of the client, reaches its path.
fn path_of(node: NodeId) -> Expr {
    if node == 0 {
        ast::call(ast::path(["Path", "new"]), [ast::variable("self")])
    } else {
        ast::inner()
    }
}
