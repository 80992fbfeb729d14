//! The examples of the reference as calls of the crate, in the documentation of the functions that they call.
//!
//! Comes in: what the examples show. Goes out: for an operation, the text of a doc test. It is text from the start, since
//! there are thousands of them and nobody but a reader needs their syntax.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
};

use quote::ToTokens;
use serde_json::Value;

use super::{
    Form, Options,
    actions::Actions,
    cycles::Cycles,
    functions::Functions,
    names::{self, Names, Place},
    payload::{self, Answer, Carried},
    trie::{NodeId, Trie},
    types::Scope,
};
use crate::{
    api::{Api, ItemType, Member, MemberKind, Operation, Parameter, RequestBody, Type, TypeId},
    example::{self, ShownRequest},
    ir::Primitive,
};

/// A line of code is no longer than this, if it can be broken.
const WIDTH: usize = 90;

/// What is known to write samples.
pub(super) struct Samples<'a> {
    api: &'a Api,
    names: &'a Names,
    actions: &'a Actions<'a>,
    trie: &'a Trie<'a>,
    functions: &'a Functions<'a>,
    cycles: &'a Cycles,
    /// The path of the crate.
    root: String,
    /// How the block of an example is marked.
    mark: &'static str,
    /// The first example of each operation that contradicts nothing.
    shown: BTreeMap<&'a str, ShownRequest<'a>>,
}

impl<'a> Samples<'a> {
    /// Collects the examples.
    pub(super) fn new(
        api: &'a Api,
        names: &'a Names,
        actions: &'a Actions<'a>,
        trie: &'a Trie<'a>,
        functions: &'a Functions<'a>,
        cycles: &'a Cycles,
        options: &Options,
    ) -> Self {
        let mut shown = BTreeMap::new();
        for (operation, request) in example::requests(api) {
            if request.contradiction.is_none() {
                shown.entry(&*operation.id).or_insert(request);
            }
        }
        let (root, mark) = match options.form {
            Form::Crate => (options.crate_name.replace('-', "_"), "no_run"),
            Form::Module => ("crate".to_owned(), "ignore"),
        };
        Self {
            api,
            names,
            actions,
            trie,
            functions,
            cycles,
            root,
            mark,
            shown,
        }
    }

    /// The section of a doc comment with the example of an operation, which `name` calls on a node.
    pub(super) fn section(
        &self,
        node: NodeId,
        name: &str,
        operation: &'a Operation,
    ) -> Option<String> {
        let request = self.shown.get(operation.id.as_str())?;
        let scope = Scope::outside(self.api, self.names);
        let mut values = request.arguments.iter().map(String::as_str);
        let mut calls = self.way(node, &mut values);
        let mut own = arguments(self.trie.own_parameters(operation, node), &mut values);
        let sending = payload::sending(self.api, self.actions, scope, operation);
        let mut body = None;
        match &sending.carried {
            Carried::Nothing => {}
            Carried::Value(ty) => {
                body = Some(self.body(operation, request.body.as_ref()?, ty));
                own.push("&body".to_owned());
            }
            Carried::Link => {
                let target = request.body.as_ref()?.get("@odata.id")?.as_str()?;
                own.push(quoted(target));
            }
            Carried::Bytes => own.push("std::fs::read(\"content\")?".to_owned()),
        }
        calls.push(format!("{name}({})", own.join(", ")));
        let answer = Answer::of(operation);
        let query = request.query.iter();
        calls.extend(query.map(|(name, value)| query_option(name, value, answer)));
        let headers = request.message.headers.iter();
        calls.extend(headers.filter_map(|(name, value)| header(name, value)));
        let code = code(body.as_deref(), &calls, answer == Answer::Nothing);
        Some(self.doc_test(&code))
    }

    /// The body that the example of an operation shows, and the statement that makes it.
    pub(super) fn shown_body(&self, operation: &Operation) -> Option<(&Value, String)> {
        let body = self.shown.get(operation.id.as_str())?.body.as_ref()?;
        let scope = Scope::outside(self.api, self.names);
        match payload::sending(self.api, self.actions, scope, operation).carried {
            Carried::Value(ty) => Some((body, self.body(operation, body, &ty))),
            Carried::Nothing | Carried::Link | Carried::Bytes => None,
        }
    }

    /// The calls that lead to a node.
    pub(super) fn way<'v>(
        &self,
        node: NodeId,
        values: &mut impl Iterator<Item = &'v str>,
    ) -> Vec<String> {
        let mut nodes = Vec::new();
        let mut at = node;
        while let Some(step) = self.trie.nodes[at].step {
            nodes.push((at, step));
            at = step.parent;
        }
        let call = |(node, step): (NodeId, super::trie::Step)| {
            let arguments = arguments(step.parameters(), values);
            format!("{}({})", self.functions.step(node), arguments.join(", "))
        };
        nodes.into_iter().rev().map(call).collect()
    }

    /// The statement that makes the body.
    fn body(&self, operation: &Operation, body: &Value, ty: &syn::Type) -> String {
        let name = ty.to_token_stream().to_string().replace(' ', "");
        let literal = match &operation.page.body {
            Some(RequestBody::Object { ty, .. }) => match ty.item {
                ItemType::Structured(id) if !ty.collection => self.object(body, id, 0),
                ItemType::Structured(_)
                | ItemType::Primitive(_)
                | ItemType::Enum(_)
                | ItemType::Unknown { .. } => None,
            },
            Some(RequestBody::Parameters(parameters)) => self.parameters(body, &name, parameters),
            Some(RequestBody::Reference | RequestBody::Stream { .. } | RequestBody::Unknown)
            | None => None,
        };
        match literal {
            Some(literal) => format!("let body = {literal};\n"),
            None if name == "Value" => format!("let body = serde_json::json!({body:#});\n"),
            None => format!("let body: {name} = {};\n", from_json(body)),
        }
    }

    /// What an action takes, as a struct.
    fn parameters(&self, body: &Value, name: &str, parameters: &[Parameter]) -> Option<String> {
        let fields = names::fields(parameters.iter().map(|it| it.name.as_str()));
        let members = body.as_object()?.iter().map(|(key, value)| {
            let at = parameters.iter().position(|it| it.name == *key)?;
            let value = self.some(value, &parameters[at].ty, 1)?;
            Some((fields[at].as_str(), value))
        });
        Some(structure(name, members.collect::<Option<Vec<_>>>()?, 0))
    }

    /// A JSON object as a struct, if that says the same.
    fn object(&self, value: &Value, id: TypeId, depth: usize) -> Option<String> {
        let object = value.as_object()?;
        if let Some(name) = object.get("@odata.type") {
            let name = name.as_str()?.trim_start_matches('#');
            let is_own = name.eq_ignore_ascii_case(self.api[id].name.as_str());
            if !is_own {
                return None;
            }
        }
        let members = self.members(id);
        let mut set = Vec::new();
        for (key, value) in object.iter().filter(|(key, _)| *key != "@odata.type") {
            let (member, field) = members.iter().find(|(member, _)| member.name == *key)?;
            let value = match member.kind {
                MemberKind::Navigation { .. } => {
                    let target = self.known(value, &member.ty, depth + 1)?;
                    format!("{target}.into()")
                }
                MemberKind::Property if self.cycles.contains(id, &member.ty) => return None,
                MemberKind::Property => self.some(value, &member.ty, depth + 1)?,
            };
            set.push((field.as_str(), value));
        }
        Some(structure(&self.model(id), set, depth))
    }

    /// The members of a type that its struct has, each with its field.
    pub(super) fn members(&self, id: TypeId) -> Vec<(&'a Member, String)> {
        let mut members = self.api.all_members(id);
        members.retain(|member| member.ty.item != ItemType::Primitive(Primitive::Stream));
        let fields = names::fields(members.iter().map(|member| member.name.as_str()));
        members.into_iter().zip(fields).collect()
    }

    /// A struct by its path: `models::User`.
    pub(super) fn model(&self, id: TypeId) -> String {
        path_of_model(self.names.of_type(id))
    }

    /// `Some(…)`, read from JSON where there is no shorter way; nothing says the same as an explicit `null`.
    fn some(&self, value: &Value, ty: &Type, depth: usize) -> Option<String> {
        if value.is_null() {
            return None;
        }
        let known = self.known(value, ty, depth);
        Some(format!(
            "Some({})",
            known.unwrap_or_else(|| from_json(value))
        ))
    }

    /// A value as a literal.
    fn known(&self, value: &Value, ty: &Type, depth: usize) -> Option<String> {
        if !ty.collection {
            return self.item(value, &ty.item, depth);
        }
        let items = value.as_array()?.iter();
        let items: Vec<_> = items
            .map(|item| self.item(item, &ty.item, depth + 1))
            .collect::<Option<_>>()?;
        let short = format!("vec![{}]", items.join(", "));
        if short.len() + 4 * depth < WIDTH && !short.contains('\n') {
            return Some(short);
        }
        let lines = lines(depth + 1, items, ",");
        Some(format!("vec![\n{lines}{}]", "    ".repeat(depth)))
    }

    fn item(&self, value: &Value, item: &ItemType, depth: usize) -> Option<String> {
        match item {
            ItemType::Structured(id) => self.object(value, *id, depth),
            ItemType::Enum(id) => {
                let ty = &self.api[*id];
                let name = value.as_str().filter(|_| !ty.is_flags)?;
                let at = ty.members.iter().position(|member| member.name == name)?;
                let model = path_of_model(self.names.of_enum(*id));
                Some(format!("{model}::{}", names::variants(ty)[at]))
            }
            ItemType::Primitive(primitive) => literal(value, *primitive),
            ItemType::Unknown { .. } => None,
        }
    }

    fn doc_test(&self, code: &str) -> String {
        let Self { root, mark, .. } = self;
        let mut used = String::new();
        for (mark, path) in [
            ("actions::", "actions"),
            ("models::", "models"),
            ("Json::from_json", "runtime::Json"),
        ] {
            if code.contains(mark) {
                used += &["use ", root, "::", path, ";\n"].concat();
            }
        }
        let gap = if used.is_empty() { "" } else { "\n" };
        let error = if code.contains("std::fs::") {
            "Result<(), Box<dyn std::error::Error>>"
        } else {
            "azure_core::Result<()>"
        };
        format!(
            "# Example\n\n```{mark}\n{used}{gap}\
             # async fn example(client: &{root}::GraphClient) -> {error} {{\n{code}# Ok(())\n# }}\n```"
        )
    }
}

fn path_of_model(place: &Place) -> String {
    let modules = place.modules.iter().map(|module| format!("{module}::"));
    format!("models::{}{}", modules.collect::<String>(), place.name)
}

/// The call that sets a query option.
fn query_option(name: &str, value: &str, answer: Answer<'_>) -> String {
    // As the runtime has it: of an answer of which nothing is known, everything can be asked.
    let is_items = match answer {
        Answer::Page(_) => true,
        Answer::One(item) => matches!(item, None | Some(ItemType::Unknown { .. })),
        Answer::Nothing
        | Answer::Perhaps(_)
        | Answer::Many(_)
        | Answer::Content
        | Answer::Count => false,
    };
    let is_of_collection = is_items || answer == Answer::Count;
    match name {
        // A comma in parentheses belongs to a nested option.
        "$select" | "$expand" if !value.contains('(') => listed(&name[1..], value),
        "$orderby" if is_items && !value.contains('(') => listed("orderby", value),
        "$filter" | "$search" if is_of_collection => format!("{}({})", &name[1..], quoted(value)),
        "$top" | "$skip" if is_items && value.parse::<u32>().is_ok() => {
            format!("{}({value})", &name[1..])
        }
        "$count" if is_items && value == "true" => "count()".to_owned(),
        _ => format!("query({}, {})", quoted(name), quoted(value)),
    }
}

/// A call with the names in a list.
fn listed(function: &str, names: &str) -> String {
    let names: Vec<_> = names.split(',').map(|name| quoted(name.trim())).collect();
    format!("{function}([{}])", names.join(", "))
}

/// The call that sets a header, unless the runtime does.
fn header(name: &str, value: &str) -> Option<String> {
    let value = quoted(value);
    match name.to_ascii_lowercase().as_str() {
        "accept" | "authorization" | "connection" | "content-length" | "content-type" | "host"
        | "user-agent" => None,
        "prefer" => Some(format!("prefer({value})")),
        "if-match" => Some(format!("if_match({value})")),
        _ => Some(format!("header({}, {value})", quoted(name))),
    }
}

/// The statements of a sample.
fn code(body: Option<&str>, calls: &[String], is_silent: bool) -> String {
    let start = if is_silent {
        "client"
    } else {
        "let answer = client"
    };
    let short = format!("{start}.{}.await?;\n", calls.join("."));
    let call = if short.len() <= WIDTH {
        short
    } else {
        let calls = calls.iter().map(|call| format!(".{call}"));
        format!("{start}\n{}    .await?;\n", lines(1, calls, ""))
    };
    body.unwrap_or_default().to_owned() + &call
}

/// A struct with these members set.
fn structure(name: &str, members: Vec<(&str, String)>, depth: usize) -> String {
    let set = members
        .into_iter()
        .map(|(field, value)| format!("{field}: {value},"));
    let rest = ["..Default::default()".to_owned()];
    let lines = lines(depth + 1, set.chain(rest), "");
    format!("{name} {{\n{lines}{}}}", "    ".repeat(depth))
}

/// Each text in a line of its own, this deep, with `end` behind it.
fn lines<T: Display>(depth: usize, texts: impl IntoIterator<Item = T>, end: &str) -> String {
    let indent = "    ".repeat(depth);
    let mut out = String::new();
    for text in texts {
        let _ = writeln!(out, "{indent}{text}{end}"); // A string takes everything.
    }
    out
}

/// The next of the values as arguments.
fn arguments<'v, 't>(
    parameters: impl Iterator<Item = (String, &'t Type)>,
    values: &mut impl Iterator<Item = &'v str>,
) -> Vec<String> {
    parameters
        .map(|(_, ty)| argument(values.next().unwrap_or_default(), ty))
        .collect()
}

/// A value in the place of a placeholder.
fn argument(value: &str, ty: &Type) -> String {
    let number = |is_one: bool| is_one.then(|| value.to_owned());
    let known = match (&ty.item, ty.collection) {
        (ItemType::Primitive(Primitive::String | Primitive::Binary | Primitive::Stream), false) => {
            return quoted(value);
        }
        (ItemType::Primitive(Primitive::Boolean), false) => number(value.parse::<bool>().is_ok()),
        (ItemType::Primitive(Primitive::Int32), false) => number(value.parse::<i32>().is_ok()),
        (ItemType::Primitive(Primitive::Int64), false) => number(value.parse::<i64>().is_ok()),
        (ItemType::Primitive(primitive), false) if payload::is_small(*primitive) => None,
        (
            ItemType::Primitive(_)
            | ItemType::Enum(_)
            | ItemType::Structured(_)
            | ItemType::Unknown { .. },
            _,
        ) => return format!("&{}", from_text(value)),
    };
    known.unwrap_or_else(|| from_text(value))
}

/// A value of a placeholder, which is JSON or a text.
fn from_text(value: &str) -> String {
    match serde_json::from_str(value) {
        Ok(json) => from_json(&json),
        Err(_) => from_json(&Value::from(value)),
    }
}

/// A primitive value as a literal, if Rust has one.
fn literal(value: &Value, primitive: Primitive) -> Option<String> {
    match primitive {
        Primitive::String => Some(format!("{}.into()", quoted(value.as_str()?))),
        Primitive::Boolean => Some(value.as_bool()?.to_string()),
        Primitive::Byte => in_range::<u8>(value),
        Primitive::SByte => in_range::<i8>(value),
        Primitive::Int16 => in_range::<i16>(value),
        Primitive::Int32 => in_range::<i32>(value),
        Primitive::Int64 => in_range::<i64>(value),
        Primitive::Double | Primitive::Single => Some(format!("{:?}", value.as_f64()?)),
        Primitive::Binary
        | Primitive::Date
        | Primitive::DateTimeOffset
        | Primitive::Decimal
        | Primitive::Duration
        | Primitive::Guid
        | Primitive::Stream
        | Primitive::TimeOfDay
        | Primitive::Untyped => None,
    }
}

/// An integer of the type `T`.
fn in_range<T: TryFrom<i64>>(value: &Value) -> Option<String> {
    let number = value.as_i64()?;
    T::try_from(number).is_ok().then(|| number.to_string())
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// A value that is read from JSON.
fn from_json(value: &Value) -> String {
    let short = value.to_string();
    let json = if short.len() <= WIDTH {
        short
    } else {
        format!("{value:#}")
    };
    // As many marks as it takes for the text not to end the literal.
    let mut marks = "#".to_owned();
    while json.contains(&format!("\"{marks}")) {
        marks.push('#');
    }
    format!("Json::from_json(r{marks}\"{json}\"{marks})?")
}
