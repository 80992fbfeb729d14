//! What kind of request an operation is: from its method, the end of its path, the title of its page and the answer.

use std::sync::Arc;

use super::{
    page::PageClaims,
    path::{Parsed, Shape, without_namespace},
    walk::{Evidence, Step},
};
use crate::{
    api::{ItemType, OperationKind, SegmentKind, Type},
    facts::{BodyText, ResponseText},
    ir::{Method, Primitive},
};

/// Tells the kind of an operation.
pub(super) fn of(
    method: Method,
    path: &Parsed,
    steps: &[Arc<Step>],
    page: &PageClaims,
    answer: Option<&Type>,
    evidence: &Evidence,
) -> OperationKind {
    let Some(last) = steps.last() else {
        return OperationKind::Get;
    };
    if last.kind == SegmentKind::System {
        return system(method, path);
    }
    let selects_many = last.ty.as_ref().is_some_and(|ty| ty.collection);
    match method {
        Method::Get | Method::Head | Method::Options => match called(path, last, page) {
            Some(name) if name.eq_ignore_ascii_case("delta") => OperationKind::Delta,
            Some(name) => OperationKind::Function(name.to_owned()),
            None if is_stream(steps, path) || answers_bytes(page, answer) => {
                OperationKind::Download
            }
            None if answer.map_or(selects_many, |ty| ty.collection) => OperationKind::List,
            None => OperationKind::Get,
        },
        Method::Post => match called(path, last, page) {
            Some(name) => OperationKind::Action(name.to_owned()),
            None => match tail(path)
                .filter(|_| !last.is_known && !is_collection(path, page, evidence))
            {
                Some(name) => OperationKind::Action(name.to_owned()),
                None => OperationKind::Create,
            },
        },
        Method::Put if page.body == Some(&BodyText::Stream) || is_stream(steps, path) => {
            OperationKind::Upload
        }
        Method::Put => OperationKind::Replace,
        Method::Patch if page.body == Some(&BodyText::Stream) => OperationKind::Upload,
        Method::Patch if upserts(page) => OperationKind::Upsert,
        Method::Patch => OperationKind::Update,
        Method::Delete => OperationKind::Delete,
    }
}

fn answers_bytes(page: &PageClaims, answer: Option<&Type>) -> bool {
    let bytes = Type::single(ItemType::Primitive(Primitive::Stream));
    answer == Some(&bytes) && !page.has_two_answers()
}

fn system(method: Method, path: &Parsed) -> OperationKind {
    let name = match path.segments.last().map(|part| &part.shape) {
        Some(Shape::System(name)) => name.as_str(),
        _ => "",
    };
    match (name, method) {
        ("$ref", Method::Get | Method::Head | Method::Options) => OperationKind::ListReferences,
        ("$ref", Method::Post | Method::Put | Method::Patch) => OperationKind::AddReference,
        ("$ref", Method::Delete) => OperationKind::RemoveReference,
        ("$count", _) => OperationKind::Count,
        ("$batch", Method::Post) => OperationKind::Action("$batch".to_owned()),
        (_, Method::Get | Method::Head | Method::Options) => OperationKind::Download,
        (_, Method::Put | Method::Patch | Method::Post) => OperationKind::Upload,
        (_, Method::Delete) => OperationKind::Delete,
    }
}

/// The name of the action or function that a path ends with.
fn called<'a>(path: &'a Parsed, last: &Step, page: &PageClaims) -> Option<&'a str> {
    match (&last.kind, &path.segments.last()?.shape) {
        (
            SegmentKind::Call(_),
            Shape::Call(name, _) | Shape::Qualified(name) | Shape::Name(name),
        ) => Some(without_namespace(name)),
        // A member of this name would be read; it is called where there is none.
        (SegmentKind::Name, Shape::Name(name)) if !last.is_known => {
            let is_it = name.eq_ignore_ascii_case("delta") || announces(page, path).is_some();
            is_it.then_some(name)
        }
        _ => None,
    }
}

/// The name of the action or function if the title announces what the path ends with.
pub(super) fn announces<'a>(page: &PageClaims, path: &'a Parsed) -> Option<&'a str> {
    let tail = tail(path)?;
    page.announced_call()
        .filter(|name| name.eq_ignore_ascii_case(tail))
        .map(|_| tail)
}

/// The word that a path ends with.
fn tail(path: &Parsed) -> Option<&str> {
    match &path.segments.last()?.shape {
        Shape::Name(name) | Shape::Qualified(name) | Shape::Call(name, _) => {
            Some(without_namespace(name))
        }
        Shape::Key | Shape::System(_) | Shape::ItemPath(_) => None,
    }
}

/// Whether a POST to an unknown name adds to a collection rather than calls an action.
fn is_collection(path: &Parsed, page: &PageClaims, evidence: &Evidence) -> bool {
    page.body != Some(&BodyText::Parameters)
        && (evidence.has_items(&path.key)
            || evidence
                .answers
                .get(path.key.as_str())
                .is_some_and(|answer| answer.collection)
            || creates(page))
}

/// Whether the title says that something is made.
pub(super) fn creates(page: &PageClaims) -> bool {
    let word = page.title.split_whitespace().next().unwrap_or_default();
    ["create", "add", "post", "new"]
        .iter()
        .any(|verb| word.eq_ignore_ascii_case(verb))
}

/// Whether the end of a path selects bytes.
pub(super) fn is_stream(steps: &[Arc<Step>], path: &Parsed) -> bool {
    let ends_in_value = matches!(path.segments.last().map(|part| &part.shape), Some(Shape::System(name)) if name == "$value");
    let ty = steps
        .last()
        .filter(|step| step.is_known)
        .and_then(|step| step.ty.as_ref());
    let is_bytes =
        ty.is_some_and(|ty| !ty.collection && ty.item == ItemType::Primitive(Primitive::Stream));
    ends_in_value
        || is_bytes
        || tail(path).is_some_and(|name| {
            name.eq_ignore_ascii_case("content") && !steps.last().is_some_and(|step| step.is_known)
        })
}

/// Whether a PATCH also creates.
fn upserts(page: &PageClaims) -> bool {
    let word = page.title.split_whitespace().next().unwrap_or_default();
    word.eq_ignore_ascii_case("upsert")
        || page
            .answers()
            .any(|(status, body)| status == 201 && *body != ResponseText::Empty)
            && page
                .answers()
                .any(|(status, _)| matches!(status, 200 | 204))
}
