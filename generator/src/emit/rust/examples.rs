//! Programs that show how to use the crate, for cargo to run (`examples/`).
//!
//! Comes in: the api, and how its calls are written. Goes out: a program for each thing that the api has a fitting collection
//! for, and what the manifest says about it. What they do is in `generator/support/examples`, as templates: only the names
//! are decided here.
//! Invariant: a program compiles with the features that it requires; the collections begin no path with a placeholder, so
//! that it can be run as it is.

use std::iter;

use serde_json::Value;

use super::{
    Options,
    features::{FULL, Features},
    format::{self, HEADER},
    functions::{Function, Functions},
    payload::{self, Answer},
    samples::Samples,
    template::fill,
    trie::{NodeId, Trie},
};
use crate::{
    api::{
        Api, BodyMember, ItemType, Member, MemberKind, Operation, OperationKind, RequestBody,
        Segment, SegmentKind, Type, TypeId,
    },
    emit::Files,
    ir::Primitive,
};

/// The program that asks the real service only.
const SIGN_IN: &str = "sign_in";

/// The widest chain of calls that rustfmt leaves in one line.
const CHAIN: usize = 60;

/// A file below `generator/support/examples`.
macro_rules! support {
    ($path:literal) => {
        include_str!(concat!("../../../support/examples/", $path))
    };
}

/// The programs of a crate.
pub(super) struct Examples {
    programs: Vec<Program>,
    /// What they share.
    common: String,
}

/// A program.
struct Program {
    name: &'static str,
    text: String,
    /// The features that it cannot be compiled without.
    features: Vec<String>,
}

impl Examples {
    /// Chooses what the programs are about, and writes them.
    pub(super) fn new(
        api: &Api,
        trie: &Trie,
        functions: &Functions,
        features: &Features,
        samples: &Samples,
        options: &Options,
    ) -> Self {
        let version = api.version.to_string();
        let crate_name = options.crate_name.replace('-', "_");
        let everywhere = [("crate", crate_name.as_str()), ("version", &version)];
        let search = Search {
            api,
            trie,
            functions,
            features,
            samples,
        };
        let mut programs = search.programs();
        for program in &mut programs {
            program.text = HEADER.to_owned() + &fill(&program.text, &everywhere);
        }
        Self {
            programs,
            common: HEADER.to_owned() + &fill(support!("common/mod.rs"), &everywhere),
        }
    }

    /// The files below `examples`.
    pub(super) fn files(&self) -> Files {
        let programs = self.programs.iter();
        let mut files: Files = programs
            .map(|it| (format!("examples/{}.rs", it.name), it.text.clone()))
            .collect();
        if !files.is_empty() {
            files.insert("examples/common/mod.rs".to_owned(), self.common.clone());
        }
        files
    }

    /// What the manifest says about them.
    pub(super) fn targets(&self) -> String {
        let target = |program: &Program| {
            let Program { name, features, .. } = program;
            format!("\n[[example]]\nname = \"{name}\"\nrequired-features = {features:?}\n")
        };
        self.programs.iter().map(target).collect()
    }

    /// What those are called that ask the service of one's choice.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        let names = self.programs.iter().map(|program| program.name);
        names.filter(|name| *name != SIGN_IN)
    }
}

/// What is known to choose collections and write calls.
#[derive(Clone, Copy)]
struct Search<'a> {
    api: &'a Api,
    trie: &'a Trie<'a>,
    functions: &'a Functions<'a>,
    features: &'a Features,
    samples: &'a Samples<'a>,
}

/// A collection that can be listed, with what its items show of themselves.
struct Listed<'a> {
    node: NodeId,
    list: &'a str,
    /// The name on the wire and the field of a text that tells items apart.
    label: (&'a str, String),
}

/// A collection whose items can be read by their id.
struct Readable<'a> {
    node: NodeId,
    by_id: &'a str,
    item: NodeId,
    get: &'a str,
    ty: TypeId,
}

/// A collection whose items can be created, read, changed and deleted.
struct Writable<'a> {
    readable: Readable<'a>,
    create: &'a str,
    update: &'a str,
    delete: &'a str,
    id: String,
    /// The statement that makes what is created.
    body: String,
    /// Whether a page shows that body.
    is_shown: bool,
    is_deprecated: bool,
    /// Whether the body has fields that may be missing where only the area of the collection is there.
    needs_full: bool,
    changed: String,
    cleared: String,
}

impl<'a> Search<'a> {
    fn programs(self) -> Vec<Program> {
        let nodes = self.collections();
        let find = |nodes: &[NodeId]| nodes.iter().copied().find_map(|node| self.listed(node));
        let writable = nodes.iter().filter_map(|&node| self.writable(node));
        let writable = writable.min_by_key(|it| (!it.is_shown, it.is_deprecated));
        let preferred = writable.as_ref().map(|it| it.readable.node);
        let listed = preferred
            .and_then(|node| self.listed(node))
            .or_else(|| find(&nodes));
        let mut readable = preferred.into_iter().chain(nodes.iter().copied());
        let readable = readable.find_map(|node| self.readable(node));
        let delta = nodes.iter().find_map(|&node| self.delta(node));
        let programs = [
            listed.as_ref().map(|it| self.batch(it, &nodes)),
            delta.map(|(node, name)| self.changes(node, name)),
            listed.as_ref().map(|it| self.collection(it)),
            writable.as_ref().map(|it| self.entity(it)),
            readable.as_ref().map(|it| self.errors(it)),
            listed.as_ref().map(|it| self.sign_in(it)),
        ];
        programs.into_iter().flatten().collect()
    }

    /// The nodes that names alone lead to, in order.
    fn collections(self) -> Vec<NodeId> {
        let mut is_plain = vec![true; self.trie.nodes.len()];
        for (node, it) in self.trie.nodes.iter().enumerate() {
            is_plain[node] = it.step.is_none_or(|step| {
                is_plain[step.parent]
                    && step.segment().kind == SegmentKind::Name
                    && step.parameters().next().is_none()
            });
        }
        let nodes = 1..self.trie.nodes.len();
        nodes.filter(|&node| is_plain[node]).collect()
    }

    /// The operation of a kind that a node has, by the name of its function, if that needs no argument for the path.
    fn operation(self, node: NodeId, kind: &OperationKind) -> Option<(&'a str, &'a Operation)> {
        self.functions
            .of(node)
            .find_map(|(name, function)| match function {
                Function::Operation(operation) => {
                    let is_whole = self.trie.own_parameters(operation, node).next().is_none();
                    (operation.kind == *kind && is_whole).then_some((name, operation))
                }
                Function::Step(_) => None,
            })
    }

    fn listed(self, node: NodeId) -> Option<Listed<'a>> {
        let (list, operation) = self.operation(node, &OperationKind::List)?;
        let Answer::Page(Some(&ItemType::Structured(ty))) = Answer::of(operation) else {
            return None;
        };
        let members = self.samples.members(ty);
        let mut texts: Vec<_> = members.into_iter().filter(|(it, _)| is_text(it)).collect();
        texts.sort_by_key(|(member, _)| rank(&member.name));
        let (label, field) = texts.into_iter().next()?;
        Some(Listed {
            node,
            list,
            label: (&label.name, field),
        })
    }

    fn readable(self, node: NodeId) -> Option<Readable<'a>> {
        let children = self.trie.nodes[node].children.iter();
        children.copied().find_map(|item| {
            let step = self.trie.nodes[item].step?;
            let keys: Vec<_> = step.parameters().map(|(_, ty)| ty).collect();
            let string = Type::single(ItemType::Primitive(Primitive::String));
            if step.segment().kind != SegmentKind::Key || keys != [&string] {
                return None;
            }
            let (get, operation) = self.operation(item, &OperationKind::Get)?;
            let Answer::One(Some(&ItemType::Structured(ty))) = Answer::of(operation) else {
                return None;
            };
            Some(Readable {
                node,
                by_id: self.functions.step(item),
                item,
                get,
                ty,
            })
        })
    }

    fn writable(self, node: NodeId) -> Option<Writable<'a>> {
        let readable = self.readable(node)?;
        let ty = readable.ty;
        let (create, creation) = self.operation(node, &OperationKind::Create)?;
        let (update, change) = self.operation(readable.item, &OperationKind::Update)?;
        let (delete, _) = self.operation(readable.item, &OperationKind::Delete)?;
        let created = Answer::of(creation);
        if created != Answer::One(Some(&ItemType::Structured(ty))) || self.api[ty].is_abstract {
            return None;
        }
        let required = taken(creation, ty)?;
        let changeable = taken(change, ty)?;

        let mut members = self.samples.members(ty);
        let (_, id) = members
            .iter()
            .find(|(it, _)| it.name == "id" && is_text(it))?;
        let id = id.clone();
        let shown = self.samples.shown_body(creation);
        let is_listed = |name: &str| changeable.iter().any(|it| it.name == name);
        members.retain(|(member, _)| {
            is_text(member)
                && member.name != "id"
                && !member.read_only
                && (changeable.is_empty() || is_listed(&member.name))
        });
        // What is there before is seen to change.
        let is_set = |name: &str| {
            shown
                .as_ref()
                .is_some_and(|(body, _)| body[name].is_string())
        };
        members.sort_by_key(|(member, _)| (!is_set(&member.name), rank(&member.name)));
        let mut members = members.into_iter();
        let (changed_member, changed) = members.next()?;
        let is_required = |name: &str| {
            let is_it = |it: &&BodyMember| it.name == name && it.required == Some(true);
            required.iter().chain(changeable).any(|it| is_it(&it))
        };
        let (_, cleared) = members.find(|(member, _)| {
            member.nullable != Some(false) && !member.required && !is_required(&member.name)
        })?;

        let is_shown = shown.is_some();
        let (body, needs_full) = if let Some((body, statement)) = shown {
            (statement, self.has_links(body, ty))
        } else {
            let mut needed = required.iter().filter(|it| it.required == Some(true));
            if needed.any(|it| it.name != changed_member.name) {
                return None;
            }
            (self.with_text(ty, &changed, "Made by an example"), false)
        };
        Some(Writable {
            readable,
            create,
            update,
            delete,
            id,
            body,
            is_shown,
            is_deprecated: creation.page.deprecated.is_some() || self.api[ty].deprecated.is_some(),
            needs_full,
            changed,
            cleared,
        })
    }

    /// The collection and the function that tells what changes in it.
    fn delta(self, node: NodeId) -> Option<(NodeId, &'a str)> {
        let (name, operation) = self.operation(node, &OperationKind::Delta)?;
        let answer = Answer::of(operation);
        matches!(answer, Answer::Page(Some(ItemType::Structured(_)))).then_some((node, name))
    }

    /// Whether a value sets navigation properties, here or in a value within.
    fn has_links(self, value: &Value, ty: TypeId) -> bool {
        let Some(object) = value.as_object() else {
            return false;
        };
        self.api.all_members(ty).into_iter().any(|member| {
            let Some(value) = object.get(&member.name) else {
                return false;
            };
            match (member.kind, &member.ty.item) {
                (MemberKind::Navigation { .. }, _) => true,
                (MemberKind::Property, ItemType::Structured(ty)) => {
                    let items = value
                        .as_array()
                        .map_or(std::slice::from_ref(value), |it| it);
                    items.iter().any(|item| self.has_links(item, *ty))
                }
                (
                    MemberKind::Property,
                    ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. },
                ) => false,
            }
        })
    }

    /// The statement that makes a model with one text.
    fn with_text(self, ty: TypeId, field: &str, text: &str) -> String {
        let model = self.samples.model(ty);
        format!(
            "let body = {model} {{\n    {field}: Some({text:?}.to_owned()),\n    ..Default::default()\n}};\n"
        )
    }

    fn collection(self, listed: &Listed<'_>) -> Program {
        let Listed { node, list, label } = listed;
        let mut selected = vec!["id", label.0];
        selected.dedup();
        let selected: Vec<_> = selected.iter().map(|name| format!("{name:?}")).collect();
        let values = [
            ("list", *list),
            ("label", &label.1),
            ("selected", &selected.join(", ")),
        ];
        self.program("collection", support!("collection.rs"), *node, &[], &values)
    }

    fn entity(self, writable: &Writable<'_>) -> Program {
        let Writable { readable, body, .. } = writable;
        let used = if body.contains("Json::from_json") {
            "{\n    models,\n    runtime::{Json, ModelExt as _},\n}"
        } else {
            "{models, runtime::ModelExt as _}"
        };
        let values = [
            ("used", used),
            ("body", &body.trim_end().replace('\n', "\n    ")),
            ("model", &self.samples.model(readable.ty)),
            ("id", &writable.id),
            ("create", writable.create),
            ("by_id", readable.by_id),
            ("get", readable.get),
            ("update", writable.update),
            ("delete", writable.delete),
            ("changed", &writable.changed),
            ("cleared", &writable.cleared),
        ];
        let more: &[&str] = if writable.needs_full { &[FULL] } else { &[] };
        self.program(
            "entity",
            support!("entity.rs"),
            readable.node,
            more,
            &values,
        )
    }

    fn errors(self, readable: &Readable<'_>) -> Program {
        let values = [("by_id", readable.by_id), ("get", readable.get)];
        self.program("errors", support!("errors.rs"), readable.node, &[], &values)
    }

    /// Two lists, or the same one twice where the area has no other.
    fn batch(self, first: &Listed<'_>, nodes: &[NodeId]) -> Program {
        let is_other =
            |node: &NodeId| *node != first.node && self.feature(*node) == self.feature(first.node);
        let other = nodes.iter().filter(|node| is_other(node));
        let other = other.copied().find_map(|node| self.listed(node));
        let second = other.as_ref().unwrap_or(first);
        let call = |listed: &Listed<'_>| {
            let mut calls = self.way(listed.node);
            calls.extend([format!("{}()", listed.list), "top(2)".to_owned()]);
            chain(&calls)
        };
        let values = [
            ("first", &*call(first)),
            ("second", &*call(second)),
            ("other_path", &*self.path(second.node)),
        ];
        self.program("batch", support!("batch.rs"), first.node, &[], &values)
    }

    fn changes(self, node: NodeId, delta: &str) -> Program {
        let values = [("delta", delta)];
        self.program("changes", support!("changes.rs"), node, &[], &values)
    }

    fn sign_in(self, listed: &Listed<'_>) -> Program {
        let values = [("list", listed.list)];
        let features = ["sign-in"];
        self.program(
            SIGN_IN,
            support!("sign_in.rs"),
            listed.node,
            &features,
            &values,
        )
    }

    /// A program about the collection at `node`, which needs `more` features than that.
    fn program(
        self,
        name: &'static str,
        template: &str,
        node: NodeId,
        more: &[&str],
        values: &[(&str, &str)],
    ) -> Program {
        let text = fill(template, values);
        let about = [
            ("path", self.path(node)),
            ("collection", chain(&self.way(node))),
        ];
        let about = about
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let area = self.feature(node).into_iter();
        let features = ["client"]
            .into_iter()
            .chain(area)
            .chain(more.iter().copied());
        Program {
            name,
            text: fill(&text, &about),
            features: features.map(str::to_owned).collect(),
        }
    }

    /// The calls that lead to a collection.
    fn way(self, node: NodeId) -> Vec<String> {
        self.samples.way(node, &mut iter::empty())
    }

    /// The path of a collection, for a comment.
    fn path(self, node: NodeId) -> String {
        let step = self.trie.nodes[node].step;
        let segments = step.map_or(&[][..], |step| &step.path.segments[..=step.at]);
        let names: Vec<_> = segments.iter().map(Segment::shape).collect();
        let path = format!("/{}", names.join("/"));
        format::in_comment(path.into()).replace(['`', '\n'], "")
    }

    /// The feature of the area that a node is in.
    fn feature(self, node: NodeId) -> Option<&'a str> {
        let step = self.trie.nodes[node].step?;
        self.features.of_segment(step.path.segments.first()?)
    }
}

/// Where a text stands among those that tell items apart; first what people would look for first.
fn rank(name: &str) -> u32 {
    match name {
        "displayName" => 0,
        "name" | "subject" | "title" => 1,
        "id" => 2,
        _ => 3,
    }
}

/// A text that a program may show.
fn is_text(member: &Member) -> bool {
    let string = Type::single(ItemType::Primitive(Primitive::String));
    member.kind == MemberKind::Property && member.ty == string && !member.secret
}

/// The members that a page lists for the body of a request, which is a value of this type.
fn taken(operation: &Operation, ty: TypeId) -> Option<&[BodyMember]> {
    match &operation.page.body {
        Some(RequestBody::Object { ty: sent, members })
            if *sent == Type::single(ItemType::Structured(ty))
                && payload::has_body(operation.method) =>
        {
            Some(members)
        }
        Some(
            RequestBody::Object { .. }
            | RequestBody::Parameters(_)
            | RequestBody::Reference
            | RequestBody::Stream { .. }
            | RequestBody::Unknown,
        )
        | None => None,
    }
}

/// Calls on the client, as rustfmt lays them out in a function.
fn chain(calls: &[String]) -> String {
    let short = format!("client.{}", calls.join("."));
    if short.len() <= CHAIN {
        return short;
    }
    let lines = calls.iter().map(|call| format!("\n        .{call}"));
    format!("client{}", lines.collect::<String>())
}
