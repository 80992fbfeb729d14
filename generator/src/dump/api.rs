//! The api as text.

use std::fmt::{self, Write};

use crate::{
    Compilation,
    api::{
        Api, ItemType, Member, MemberKind, Operation, OperationKind, OperationPage, Parameter,
        RequestBody, Response, ResponseBody, Source, StructuredType, Type, TypeKind,
    },
};

/// What the claims add up to: types, enumerations, entity sets, actions and functions, operations.
pub fn api(compilation: &Compilation, page: Option<&str>) -> String {
    let api = &compilation.api;
    let shown = |source: &Source| page.is_none_or(|page| *source.page == *page);
    let mut out = String::new();
    for ty in api.types.iter().filter(|ty| shown(&ty.source)) {
        structured_type(api, ty, &mut out);
    }
    for ty in api.enums.iter().filter(|ty| shown(&ty.source)) {
        let members: Vec<_> = ty
            .members
            .iter()
            .map(|member| {
                member.value.map_or(member.name.clone(), |value| {
                    format!("{} = {value}", member.name)
                })
            })
            .collect();
        let flags = if ty.is_flags { " flags" } else { "" };
        let _ = writeln!(
            out,
            "{}  enum{flags} {}: {}",
            Place(&ty.source),
            ty.name,
            members.join(", ")
        );
    }
    for root in api.roots.iter().filter(|_| page.is_none()) {
        let kind = if root.is_singleton {
            "singleton"
        } else {
            "entity set"
        };
        let ty = root
            .ty
            .map_or("of unknown type", |ty| api[ty].name.as_str());
        let _ = writeln!(out, "{kind} {}: {ty}", root.name);
    }
    for callable in api
        .callables
        .iter()
        .filter(|callable| shown(&callable.source))
    {
        let kind = if callable.is_function {
            "function"
        } else {
            "action"
        };
        let parameters: Vec<_> = callable
            .parameters
            .iter()
            .map(|it| format!("{}: {}", it.name, Shown(api, &it.ty)))
            .collect();
        let _ = write!(
            out,
            "{}  {kind} {}({})",
            Place(&callable.source),
            callable.name,
            parameters.join(", ")
        );
        if let Some(binding) = &callable.binding {
            let _ = write!(out, " on {}", Shown(api, binding));
        }
        if let Some(returns) = &callable.returns {
            let _ = write!(out, " returns {}", Shown(api, returns));
        }
        out.push('\n');
    }
    for operation in api
        .operations
        .iter()
        .filter(|operation| shown(&operation.source))
    {
        dump_operation(api, operation, &mut out);
    }
    out
}

fn structured_type(api: &Api, ty: &StructuredType, out: &mut String) {
    let kind = match ty.kind {
        TypeKind::Entity => "entity type",
        TypeKind::Complex => "complex type",
    };
    let _ = write!(out, "{}  {kind} {}", Place(&ty.source), ty.name);
    if let Some(base) = ty.base {
        let _ = write!(out, " : {}", api[base].name);
    }
    let key = if ty.key.is_empty() {
        String::new()
    } else {
        format!("key {}", ty.key.join(" "))
    };
    let words = [
        (ty.is_abstract, "abstract"),
        (ty.is_open, "open"),
        (ty.has_stream, "stream"),
        (ty.deprecated.is_some(), "deprecated"),
        (!ty.key.is_empty(), &key),
    ];
    for (_, word) in words.iter().filter(|(set, _)| *set) {
        let _ = write!(out, ", {word}");
    }
    out.push('\n');
    if let Some(base) = ty.cyclic_base {
        let name = &api[base].name;
        let _ = writeln!(out, "  left base type {name}: it derives from this type");
    }
    for member in &ty.members {
        dump_member(api, member, out);
    }
}

fn dump_member(api: &Api, member: &Member, out: &mut String) {
    let _ = write!(
        out,
        "{}    {}: {}",
        Place(&member.source),
        member.name,
        Shown(api, &member.ty)
    );
    let words = [
        (
            matches!(member.kind, MemberKind::Navigation { .. }),
            "navigation",
        ),
        (member.read_only, "read-only"),
        (member.nullable == Some(true), "nullable"),
        (member.nullable == Some(false), "not nullable"),
        (member.required, "required"),
        (member.secret, "secret"),
        (member.deprecated.is_some(), "deprecated"),
    ];
    for (_, word) in words.iter().filter(|(set, _)| *set) {
        let _ = write!(out, ", {word}");
    }
    if let Some(default) = &member.default {
        let _ = write!(out, ", default {default}");
    }
    out.push('\n');
}

fn dump_operation(api: &Api, operation: &Operation, out: &mut String) {
    let place = Place(&operation.source);
    let path = operation.path.template();
    let _ = writeln!(
        out,
        "{place}  {} {path} ({}) {}",
        operation.method,
        kind(&operation.kind),
        operation.id
    );
    let page: &OperationPage = &operation.page;
    for set in &page.permissions {
        for (kind, alternatives) in &set.kinds {
            let names: Vec<_> = alternatives.iter().map(|it| it.all_of.join("+")).collect();
            let _ = writeln!(out, "    {}: {}", kind.as_str(), names.join(", "));
        }
    }
    parameters(
        api,
        "path",
        operation
            .path
            .parameters
            .iter()
            .map(|it| (it.name.as_str(), &it.ty, None)),
        out,
    );
    let typed = |list: &'_ [Parameter]| -> Vec<(String, Type, Option<bool>)> {
        list.iter()
            .map(|it| (it.name.clone(), it.ty.clone(), it.required))
            .collect()
    };
    for (label, list) in [("query", &page.query), ("header", &page.headers)] {
        let list = typed(list);
        parameters(
            api,
            label,
            list.iter()
                .map(|(name, ty, required)| (name.as_str(), ty, *required)),
            out,
        );
    }
    if let Some(body) = &page.body {
        let _ = writeln!(out, "    body: {}", body_text(api, body));
    }
    for Response { status, body, .. } in &page.responses {
        let _ = writeln!(out, "    {status}: {}", response_text(api, body));
    }
}

fn parameters<'a>(
    api: &Api,
    label: &str,
    list: impl Iterator<Item = (&'a str, &'a Type, Option<bool>)>,
    out: &mut String,
) {
    let shown: Vec<_> = list
        .map(|(name, ty, required)| {
            let mark = if required == Some(true) {
                ", required"
            } else {
                ""
            };
            format!("{name}: {}{mark}", Shown(api, ty))
        })
        .collect();
    if !shown.is_empty() {
        let _ = writeln!(out, "    {label}: {}", shown.join("; "));
    }
}

fn body_text(api: &Api, body: &RequestBody) -> String {
    match body {
        RequestBody::Object { ty, members } => {
            let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
            format!("{} ({})", Shown(api, ty), names.join(", "))
        }
        RequestBody::Parameters(list) => {
            let list: Vec<_> = list
                .iter()
                .map(|it| format!("{}: {}", it.name, Shown(api, &it.ty)))
                .collect();
            format!("parameters ({})", list.join(", "))
        }
        RequestBody::Reference => "a reference".to_owned(),
        RequestBody::Stream { media_type } => {
            format!("bytes {}", media_type.as_deref().unwrap_or_default())
        }
        RequestBody::Unknown => "some JSON".to_owned(),
    }
}

fn response_text(api: &Api, body: &ResponseBody) -> String {
    match body {
        ResponseBody::Empty => "nothing".to_owned(),
        ResponseBody::Value(ty) => Shown(api, ty).to_string(),
        ResponseBody::Collection(ty) => format!("collection of {}", Shown(api, ty)),
        ResponseBody::Stream => "bytes".to_owned(),
        ResponseBody::Unknown => "some JSON".to_owned(),
    }
}

fn kind(kind: &OperationKind) -> String {
    let words = kind.words();
    if matches!(kind, OperationKind::Action(_)) {
        format!("action {words}")
    } else if matches!(kind, OperationKind::Function(_)) {
        format!("function {words}")
    } else {
        words.to_owned()
    }
}

/// A type with its names.
struct Shown<'a>(&'a Api, &'a Type);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(api, ty) = self;
        let name = match &ty.item {
            ItemType::Primitive(primitive) => primitive.as_str().to_owned(),
            ItemType::Structured(id) => api[*id].name.to_string(),
            ItemType::Enum(id) => api[*id].name.to_string(),
            ItemType::Unknown { text, reason } => format!("unknown {text:?} ({reason})"),
        };
        if ty.collection {
            write!(f, "Collection({name})")
        } else {
            f.write_str(&name)
        }
    }
}

struct Place<'a>(&'a Source);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.page, self.0.line)
    }
}
