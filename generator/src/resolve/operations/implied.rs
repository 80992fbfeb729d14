//! Operations that follow from metadata, where no page documents any.
//!
//! Comes in: an api with types, roots, actions and functions. Goes out: for each entity set and singleton the requests
//! that OData 4.01 gives them (URL Conventions, section 4; Protocol, section 11):
//!
//! - an entity set is listed and added to, its items are read, changed and deleted; a singleton is read and changed;
//! - a navigation property right below an item or a singleton is treated like that if it contains its targets; if it
//!   leads to entities that live elsewhere, these are listed or read, and linked and unlinked by `$ref`;
//! - an action or function that is bound to one of these collections or entities, or to a base type, is called behind it;
//!   one with an import is called as a first segment.
//!
//! It ends there: what lies below a navigation property is reached through the entity set of its targets, and there is no
//! end to paths otherwise. Members of derived types, behind a cast, are left out as well. Entities without a key have no
//! paths of their own.
//!
//! Keys are segments of their own (URL Conventions, section 4.3.6), one for each key property. Actions and functions of
//! the service's own namespace go by their short names (section 4.3.5, default namespaces).

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{name, path, walk};
use crate::{
    api::{
        Api, Callable, CallableId, ItemType, Member, MemberKind, Operation, OperationKind,
        OperationPage, Parameter, Path, PathParameter, Piece, RequestBody, Response, ResponseBody,
        Segment, SegmentKind, Source, Type, TypeId, TypeKind, Witness,
    },
    ir::{Method, Primitive, TypeName},
};

/// Query options of a collection (Protocol, section 11.2.6).
const MANY: [&str; 8] = [
    "$count", "$expand", "$filter", "$orderby", "$search", "$select", "$skip", "$top",
];

/// Query options of one entity.
const ONE: [&str; 2] = ["$expand", "$select"];

/// Adds the operations. `imports` are the first segments that call something; `file` is the name of the document.
pub(in crate::resolve) fn add<'a>(
    api: &mut Api,
    imports: impl Iterator<Item = (&'a str, TypeName)>,
    file: &str,
) {
    let mut implied = Implied {
        api,
        out: Vec::new(),
        taken: FxHashSet::default(),
        bound: FxHashMap::default(),
        unbound: FxHashMap::default(),
    };
    for (at, callable) in api.callables.iter().enumerate() {
        let ids = match &callable.binding {
            Some(binding) => implied.bound.entry(binding.clone()).or_default(),
            None => implied.unbound.entry(callable.name.key()).or_default(),
        };
        ids.push(CallableId(at as u32));
    }
    for root in &api.roots {
        let Some(id) = root.ty else { continue };
        let ty = Type {
            item: ItemType::Structured(id),
            collection: !root.is_singleton,
        };
        let place = Place::default().named(&root.name, &ty);
        let target = Target {
            path: place,
            ty,
            source: &api[id].source,
        };
        implied.owned(&target, root.is_singleton, true);
    }
    for (import, name) in imports {
        implied.import(import, &name);
    }
    let mut operations = implied.out;
    name(&mut operations);
    for operation in &mut operations {
        // Emitters tell pages apart by their names, and no two of these operations share what is said of them.
        Arc::make_mut(&mut operation.page).page = format!("{file}#{}", operation.id).into();
    }
    api.operations = operations;
}

/// A path in the making.
#[derive(Clone, Default)]
struct Place(Path);

impl Place {
    fn with(&self, kind: SegmentKind, pieces: Vec<Piece>, ty: Option<Type>) -> Self {
        let mut out = self.clone();
        out.0.segments.push(Segment { kind, pieces, ty });
        out
    }

    fn named(&self, name: &str, ty: &Type) -> Self {
        let pieces = vec![Piece::Text(name.to_owned())];
        self.with(SegmentKind::Name, pieces, Some(ty.clone()))
    }

    fn system(&self, name: &str) -> Self {
        self.with(
            SegmentKind::System,
            vec![Piece::Text(name.to_owned())],
            None,
        )
    }

    /// The item of the collection with a key; `None` if its entities have none.
    fn item(&self, api: &Api, id: TypeId) -> Option<Self> {
        let key = api
            .lineage(id)
            .map(|ty| &ty.key)
            .find(|key| !key.is_empty())?;
        let members = api.all_members(id);
        let mut out = self.clone();
        for (at, property) in key.iter().enumerate() {
            let ty = members.iter().find(|member| member.name == *property);
            let wish = format!(
                "{}{}",
                lower_first(api[id].name.name()),
                upper_first(property)
            );
            let piece = out.parameter(&wish, ty.map(|member| &member.ty), false);
            let is_last = at + 1 == key.len();
            let selects = is_last.then(|| Type::single(ItemType::Structured(id)));
            out = out.with(SegmentKind::Key, vec![piece], selects);
        }
        Some(out)
    }

    /// A call, with the arguments of a function in parentheses (Protocol, section 11.5.4.1).
    fn call(&self, name: &str, callable: &Callable) -> Self {
        let mut out = self.clone();
        let mut pieces = vec![Piece::Text(name.to_owned())];
        if callable.is_function {
            pieces[0] = Piece::Text(format!("{name}("));
            for (at, parameter) in callable.parameters.iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                let quote = if is_quoted(&parameter.ty) { "'" } else { "" };
                let quoted = !quote.is_empty();
                let before = format!("{comma}{}={quote}", parameter.name);
                push_text(&mut pieces, &before);
                pieces.push(out.parameter(&parameter.name, Some(&parameter.ty), quoted));
                push_text(&mut pieces, quote);
            }
            push_text(&mut pieces, ")");
        }
        let kind = SegmentKind::Call(name.to_owned());
        out.with(kind, pieces, callable.returns.clone())
    }

    /// A new placeholder; what is no primitive value or enumeration goes over the wire as the text of its JSON.
    fn parameter(&mut self, wish: &str, ty: Option<&Type>, quoted: bool) -> Piece {
        let known = &self.0.parameters;
        let taken = |name: &str| known.iter().any(|it| it.name.eq_ignore_ascii_case(name));
        let name = path::unique(&lower_first(wish), taken);
        let is_plain = |ty: &&Type| {
            !ty.collection && matches!(ty.item, ItemType::Primitive(_) | ItemType::Enum(_))
        };
        let ty = ty.filter(is_plain).cloned();
        self.0.parameters.push(PathParameter {
            documented: name.clone(),
            name,
            is_sample: false,
            ty: ty.unwrap_or_else(|| Type::single(ItemType::Primitive(Primitive::String))),
            quoted,
            multi_segment: false,
            description: String::new(),
        });
        Piece::Parameter(self.0.parameters.len() - 1)
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        Some(Piece::Parameter(_)) | None => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Strings and members of enumerations stand between quotes (ABNF, `primitiveLiteral`).
fn is_quoted(ty: &Type) -> bool {
    let is_text = match ty.item {
        ItemType::Primitive(primitive) => primitive == Primitive::String,
        ItemType::Enum(_) => true,
        ItemType::Structured(_) | ItemType::Unknown { .. } => false,
    };
    is_text && !ty.collection
}

/// What a path selects, and where that is declared.
#[derive(Clone)]
struct Target<'a> {
    path: Place,
    ty: Type,
    source: &'a Source,
}

struct Implied<'a> {
    api: &'a Api,
    out: Vec<Operation>,
    taken: FxHashSet<(Method, String)>,
    /// Actions and functions by what they are bound to.
    bound: FxHashMap<Type, Vec<CallableId>>,
    /// The others by name, lower-cased.
    unbound: FxHashMap<String, Vec<CallableId>>,
}

impl<'a> Implied<'a> {
    /// The operations on entities that live here; `go_on` adds what lies right below them.
    fn owned(&mut self, target: &Target<'a>, is_fixed: bool, go_on: bool) {
        let Some(id) = walk::structured(&target.ty) else {
            return;
        };
        if target.ty.collection {
            self.push(Method::Get, OperationKind::List, target);
            self.push(Method::Post, OperationKind::Create, target);
            if go_on {
                self.calls(target, id);
            }
            let Some(path) = target.path.item(self.api, id) else {
                return;
            };
            let item = Target {
                path,
                ty: Type::single(target.ty.item.clone()),
                source: target.source,
            };
            self.owned(&item, false, go_on);
            return;
        }
        self.push(Method::Get, OperationKind::Get, target);
        self.push(Method::Patch, OperationKind::Update, target);
        if !is_fixed {
            self.push(Method::Delete, OperationKind::Delete, target);
        }
        if go_on {
            let api = self.api;
            for member in api.all_members(id) {
                self.navigation(&target.path, member);
            }
            self.calls(target, id);
        }
    }

    fn navigation(&mut self, path: &Place, member: &'a Member) {
        let MemberKind::Navigation { contained } = member.kind else {
            return;
        };
        let Some(id) = walk::structured(&member.ty) else {
            return;
        };
        if self.api[id].kind != TypeKind::Entity {
            return;
        }
        let target = Target {
            path: path.named(&member.name, &member.ty),
            ty: member.ty.clone(),
            source: &member.source,
        };
        if contained {
            // Only what may be missing can be deleted (Protocol, section 11.4.5).
            let is_fixed = member.nullable == Some(false);
            self.owned(&target, is_fixed, false);
            return;
        }
        let at = |path: Place| Target {
            path,
            ..target.clone()
        };
        let reference = at(target.path.system("$ref"));
        if member.ty.collection {
            self.push(Method::Get, OperationKind::List, &target);
            self.push(Method::Get, OperationKind::ListReferences, &reference);
            self.push(Method::Post, OperationKind::AddReference, &reference);
            if let Some(item) = target.path.item(self.api, id) {
                let reference = at(item.system("$ref"));
                self.push(Method::Delete, OperationKind::RemoveReference, &reference);
            }
        } else {
            self.push(Method::Get, OperationKind::Get, &target);
            self.push(Method::Get, OperationKind::ListReferences, &reference);
            self.push(Method::Put, OperationKind::AddReference, &reference);
            if member.nullable != Some(false) {
                self.push(Method::Delete, OperationKind::RemoveReference, &reference);
            }
        }
    }

    /// The actions and functions that are bound to what a path selects, the nearest type first.
    fn calls(&mut self, target: &Target<'a>, id: TypeId) {
        let api = self.api;
        for bound in std::iter::successors(Some(id), |id| api[*id].base) {
            let binding = Type {
                item: ItemType::Structured(bound),
                collection: target.ty.collection,
            };
            for id in self.bound.get(&binding).cloned().unwrap_or_default() {
                let name = path::without_namespace(api[id].name.as_str());
                self.call(&target.path, name, id);
            }
        }
    }

    fn import(&mut self, import: &str, name: &TypeName) {
        for id in self.unbound.get(&name.key()).cloned().unwrap_or_default() {
            self.call(&Place::default(), import, id);
        }
    }

    fn call(&mut self, path: &Place, name: &str, id: CallableId) {
        let callable = &self.api[id];
        let short = callable.name.name();
        let (method, kind) = match callable.is_function {
            true if short == "delta" => (Method::Get, OperationKind::Delta),
            true => (Method::Get, OperationKind::Function(short.to_owned())),
            false => (Method::Post, OperationKind::Action(short.to_owned())),
        };
        let body = (!callable.is_function && !callable.parameters.is_empty())
            .then(|| RequestBody::Parameters(callable.parameters.clone()));
        let answer = match &callable.returns {
            None => ResponseBody::Empty,
            Some(ty) if ty.item == ItemType::Primitive(Primitive::Stream) => ResponseBody::Stream,
            Some(ty) if ty.collection => ResponseBody::Collection(Type::single(ty.item.clone())),
            Some(ty) => ResponseBody::Value(ty.clone()),
        };
        let is_of_entities = callable
            .returns
            .as_ref()
            .and_then(walk::structured)
            .is_some();
        let query: &[&str] = match &callable.returns {
            Some(ty) if callable.is_function && is_of_entities && ty.collection => &MANY,
            Some(_) if callable.is_function && is_of_entities => &ONE,
            Some(_) | None => &[],
        };
        let page = OperationPage {
            title: short.to_owned(),
            description: callable.description.clone(),
            query: options(query, &callable.source),
            function_parameters: if callable.is_function {
                callable.parameters.clone()
            } else {
                Vec::new()
            },
            body,
            responses: vec![response(answer)],
            ..OperationPage::default()
        };
        let path = path.call(name, callable).0;
        self.add(method, kind, path, Some(id), page, &callable.source);
    }

    fn push(&mut self, method: Method, kind: OperationKind, target: &Target) {
        let one = Type::single(target.ty.item.clone());
        let entity = || RequestBody::Object {
            ty: one.clone(),
            members: Vec::new(),
        };
        let (body, answer, query): (_, _, &[&str]) = match &kind {
            OperationKind::List => (None, ResponseBody::Collection(one.clone()), &MANY),
            OperationKind::Get => (None, ResponseBody::Value(one.clone()), &ONE),
            OperationKind::Create => (Some(entity()), ResponseBody::Value(one.clone()), &[]),
            // A service may answer with the entity; a client that expects it would fail where it does not (Protocol,
            // section 11.4.3).
            OperationKind::Update => (Some(entity()), ResponseBody::Empty, &[]),
            OperationKind::AddReference => (Some(RequestBody::Reference), ResponseBody::Empty, &[]),
            OperationKind::ListReferences => (None, ResponseBody::Unknown, &[]),
            OperationKind::Delete | OperationKind::RemoveReference => {
                (None, ResponseBody::Empty, &[])
            }
            OperationKind::Upsert
            | OperationKind::Replace
            | OperationKind::Count
            | OperationKind::Download
            | OperationKind::Upload
            | OperationKind::Delta
            | OperationKind::Action(_)
            | OperationKind::Function(_) => return,
        };
        let mut answer = response(answer);
        if kind == OperationKind::Create {
            answer.status = 201;
        }
        let described = walk::structured(&one).map(|id| self.api[id].description.clone());
        let words = upper_first(kind.words());
        let last = target.path.0.segments.iter().rev().find_map(|segment| {
            (segment.kind == SegmentKind::Name).then(|| segment.name().unwrap_or_default())
        });
        let page = OperationPage {
            title: format!("{words} {}", last.unwrap_or_default()),
            description: described.unwrap_or_default(),
            query: options(query, target.source),
            body,
            responses: vec![answer],
            ..OperationPage::default()
        };
        self.add(
            method,
            kind,
            target.path.0.clone(),
            None,
            page,
            target.source,
        );
    }

    /// Adds an operation, unless its path and method are there: what is nearer to the entity comes first.
    fn add(
        &mut self,
        method: Method,
        kind: OperationKind,
        path: Path,
        calls: Option<CallableId>,
        page: OperationPage,
        source: &Source,
    ) {
        let shape: Vec<_> = path.segments.iter().map(Segment::shape).collect();
        if self
            .taken
            .insert((method, shape.join("/").to_ascii_lowercase()))
        {
            self.out.push(Operation {
                method,
                path,
                kind,
                calls,
                id: String::new(),
                page: Arc::new(page),
                source: source.clone(),
                witness: Witness::Metadata,
                also: Vec::new(),
            });
        }
    }
}

fn options(names: &[&str], source: &Source) -> Vec<Parameter> {
    let option = |name: &&str| Parameter {
        name: (*name).to_owned(),
        ty: Type::single(ItemType::Primitive(Primitive::String)),
        required: Some(false),
        description: String::new(),
        source: source.clone(),
    };
    names.iter().map(option).collect()
}

/// Success, with what it carries.
fn response(body: ResponseBody) -> Response {
    let status = if body == ResponseBody::Empty {
        204
    } else {
        200
    };
    Response {
        status,
        body,
        description: String::new(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
