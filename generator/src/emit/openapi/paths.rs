//! Path items and the operations on them.
//!
//! Paths that differ only in the names of their placeholders are the same path to OpenAPI: such operations share a
//! path item, whose placeholders are named as the first of them names them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    bodies::{Envelopes, request_body, responses},
    examples::Examples,
    object::{Object, source_object},
    schemas::schema_of,
    security::Scopes,
};
use crate::{
    api::{
        Api, ItemType, Operation, Parameter, Path, PathParameter, Piece, ResponseBody, SegmentKind,
        Type, Witness,
    },
    ir::{Method, Primitive},
};

/// What operations refer to.
#[derive(Default)]
pub(super) struct Referenced {
    pub(super) envelopes: Envelopes,
    pub(super) examples: Examples,
    pub(super) scopes: Scopes,
    pub(super) tags: BTreeSet<String>,
}

/// All paths of the api that request lines document.
pub(super) fn paths(api: &Api, referenced: &mut Referenced) -> Object {
    let mut items: Vec<Vec<&Operation>> = Vec::new();
    let mut by_shape = BTreeMap::<String, usize>::new();
    let documented = api
        .operations
        .iter()
        .filter(|it| it.witness != Witness::Example);
    for operation in documented {
        let shape = template(&operation.path, |parameter| {
            shown(parameter).map_or_else(|| "{}".to_owned(), str::to_owned)
        });
        let at = *by_shape.entry(shape).or_insert_with(|| {
            items.push(Vec::new());
            items.len() - 1
        });
        items[at].push(operation);
    }
    items
        .iter()
        .filter_map(|operations| {
            let path = template(&operations.first()?.path, placeholder);
            Some((path, path_item(api, operations, referenced).into()))
        })
        .collect()
}

/// The path with something in the place of each placeholder; braces of its own are percent-encoded.
fn template(path: &Path, placeholder: impl Fn(&PathParameter) -> String) -> String {
    let mut text = String::new();
    for segment in &path.segments {
        text.push('/');
        for piece in &segment.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(&piece.replace('{', "%7B").replace('}', "%7D")),
                Piece::Parameter(at) => {
                    text.push_str(
                        &path
                            .parameters
                            .get(*at)
                            .map(&placeholder)
                            .unwrap_or_default(),
                    );
                }
            }
        }
    }
    text
}

/// A placeholder in braces; the path stays as it is documented where the page has a value instead.
fn placeholder(parameter: &PathParameter) -> String {
    shown(parameter).map_or_else(|| format!("{{{}}}", parameter.name), str::to_owned)
}

/// What the page has in the place of a placeholder, if that is a value.
fn shown(parameter: &PathParameter) -> Option<&str> {
    parameter.is_sample.then_some(parameter.documented.as_str())
}

fn path_item(api: &Api, operations: &[&Operation], referenced: &mut Referenced) -> Object {
    let mut item = Object::new().filled("parameters", path_parameters(api, operations));
    for operation in operations {
        let method = method_key(operation.method);
        if !item.contains(method) {
            item.insert(method, operation_object(api, operation, referenced));
        }
    }
    item
}

fn method_key(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
        Method::Head => "head",
        Method::Options => "options",
    }
}

/// The placeholders of a path, each with the best that any of its operations says about it.
fn path_parameters(api: &Api, operations: &[&Operation]) -> Vec<Value> {
    let Some(first) = operations.first() else {
        return Vec::new();
    };
    first
        .path
        .parameters
        .iter()
        .enumerate()
        .filter(|(_, parameter)| !parameter.is_sample)
        .map(|(at, parameter)| {
            let same_place = || {
                operations
                    .iter()
                    .filter_map(|operation| operation.path.parameters.get(at))
            };
            let ty = same_place()
                .map(|other| &other.ty)
                .find(|ty| !is_string(ty))
                .unwrap_or(&parameter.ty);
            let described = same_place()
                .map(|other| other.description.as_str())
                .find(|text| !text.is_empty());
            let description = described
                .or_else(|| {
                    operations
                        .iter()
                        .find_map(|operation| function_parameter_text(operation, at))
                })
                .map_or_else(|| documented_name(parameter), str::to_owned);
            let object = Object::new()
                .set("name", parameter.name.as_str())
                .set("in", "path")
                .set("required", true)
                .described(&description)
                .set("schema", path_schema(api, ty))
                // Slashes go over the wire as they are.
                .maybe(
                    "x-ms-skip-url-encoding",
                    parameter.multi_segment.then_some(true),
                );
            Value::from(object)
        })
        .collect()
}

fn is_string(ty: &Type) -> bool {
    *ty == Type::single(ItemType::Primitive(Primitive::String))
}

/// Collections and objects stand in a path as text.
fn path_schema(api: &Api, ty: &Type) -> Object {
    let is_scalar = !ty.collection && matches!(ty.item, ItemType::Primitive(_) | ItemType::Enum(_));
    if is_scalar {
        schema_of(api, ty)
    } else {
        Object::new().set("type", "string")
    }
}

fn function_parameter_text(operation: &Operation, at: usize) -> Option<&str> {
    let name = &operation.path.parameters.get(at)?.name;
    operation
        .page
        .function_parameters
        .iter()
        .find(|parameter| parameter.name.eq_ignore_ascii_case(name))
        .map(|parameter| parameter.description.as_str())
        .filter(|text| !text.is_empty())
}

/// What the page writes between the braces, if it says more than the name: `id | userPrincipalName`.
fn documented_name(parameter: &PathParameter) -> String {
    let words = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    if words(&parameter.name).ends_with(&words(&parameter.documented)) {
        String::new()
    } else {
        format!("Documented as `{}`.", parameter.documented)
    }
}

fn operation_object(api: &Api, operation: &Operation, referenced: &mut Referenced) -> Object {
    let page = &operation.page;
    let tag = tag(&operation.path);
    referenced.tags.insert(tag.clone());
    let also: Vec<_> = operation
        .also
        .iter()
        .map(|source| Value::from(source_object(source)))
        .collect();
    Object::new()
        .set("tags", vec![tag])
        .maybe(
            "summary",
            (!page.title.is_empty()).then_some(page.title.as_str()),
        )
        .described(&page.description)
        .set("operationId", operation.id.as_str())
        .filled("parameters", parameters(api, operation))
        .maybe(
            "requestBody",
            request_body(api, operation, &mut referenced.examples),
        )
        .set(
            "responses",
            responses(
                api,
                operation,
                &mut referenced.envelopes,
                &mut referenced.examples,
            ),
        )
        .deprecated(page.deprecated.as_ref())
        .filled("security", referenced.scopes.requirements(operation))
        .maybe(
            "x-ms-pageable",
            returns_pages(operation)
                .then(|| json!({"nextLinkName": "@odata.nextLink", "itemName": "value"})),
        )
        .sourced(&operation.source)
        .filled("x-docwright-also", also)
}

/// The first segment, without the arguments of a call.
fn tag(path: &Path) -> String {
    let text = path
        .segments
        .first()
        .and_then(|segment| segment.pieces.first());
    match text {
        Some(Piece::Text(text)) => text.split('(').next().unwrap_or_default().to_owned(),
        Some(Piece::Parameter(_)) | None => String::from("other"),
    }
}

fn returns_pages(operation: &Operation) -> bool {
    operation
        .page
        .responses
        .iter()
        .any(|response| match &response.body {
            ResponseBody::Collection(_) => true,
            ResponseBody::Value(ty) => ty.collection,
            ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => false,
        })
}

/// Query options, parameters of a function that takes them there, and headers; no name twice.
fn parameters(api: &Api, operation: &Operation) -> Vec<Value> {
    let page = &operation.page;
    let function_parameters = if takes_arguments(&operation.path) {
        &[]
    } else {
        page.function_parameters.as_slice()
    };
    let mut names = BTreeSet::new();
    let mut parameters = Vec::new();
    for parameter in page.query.iter().chain(function_parameters) {
        if names.insert(parameter.name.to_ascii_lowercase()) {
            parameters.push(parameter_object(api, parameter, "query").into());
        }
    }
    names.clear();
    for parameter in &page.headers {
        let name = parameter.name.to_ascii_lowercase();
        if !is_reserved_header(&name) && names.insert(name) {
            parameters.push(parameter_object(api, parameter, "header").into());
        }
    }
    parameters
}

/// Whether a call in the path has arguments; then the page's other parameters are those of its other overloads.
fn takes_arguments(path: &Path) -> bool {
    path.segments.iter().any(|segment| match segment.kind {
        SegmentKind::Call(_) => segment.pieces.iter().any(|piece| match piece {
            Piece::Text(text) => text.contains('='),
            Piece::Parameter(_) => true,
        }),
        SegmentKind::Name
        | SegmentKind::Key
        | SegmentKind::Cast(_)
        | SegmentKind::System
        | SegmentKind::ItemPath => false,
    })
}

/// OpenAPI 3.1, section 4.8.12: these are told by media types and security schemes.
fn is_reserved_header(name: &str) -> bool {
    matches!(name, "accept" | "content-type" | "authorization")
}

/// OData's lists stand between commas.
fn parameter_object(api: &Api, parameter: &Parameter, place: &str) -> Object {
    let is_list = parameter.ty.collection && place == "query";
    Object::new()
        .set("name", parameter.name.as_str())
        .set("in", place)
        .maybe(
            "required",
            (parameter.required == Some(true)).then_some(true),
        )
        .described(&parameter.description)
        .maybe("style", is_list.then_some("form"))
        .maybe("explode", is_list.then_some(false))
        .set("schema", parameter_schema(api, parameter))
        .sourced(&parameter.source)
}

/// OData 4.0 Part 1, section 11.2.5: pages seldom say what type a system query option has.
fn parameter_schema(api: &Api, parameter: &Parameter) -> Object {
    match parameter.name.as_str() {
        "$count" if is_string(&parameter.ty) => Object::new().set("type", "boolean"),
        "$skip" | "$top" if is_string(&parameter.ty) => {
            Object::new().set("type", "integer").set("minimum", 0)
        }
        _ => schema_of(api, &parameter.ty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Segment;

    #[test]
    fn braces_of_the_path_itself_are_no_placeholders() {
        let pieces = vec![Piece::Text("a{b".to_owned()), Piece::Parameter(7)];
        let path = Path {
            segments: vec![Segment {
                kind: SegmentKind::Name,
                pieces,
                ty: None,
            }],
            parameters: vec![],
        };
        assert_eq!(template(&path, placeholder), "/a%7Bb");
    }
}
