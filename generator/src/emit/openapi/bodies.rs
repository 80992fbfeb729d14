//! What requests carry and what comes back.
//!
//! Collections come in an envelope with the link to the next page; each envelope is a component of its own. Single
//! primitive values and enumeration values come in an envelope, too, entities and complex values do not (OData JSON
//! Format 4.0, sections 11 and 12).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    examples::{Examples, media_type, shown_media_type},
    object::Object,
    schemas::{component_key, item_key, item_schema, reference, schema_of},
};
use crate::{
    api::{
        Api, BodyMember, HttpMessage, ItemType, Operation, OperationKind, Parameter, RequestBody,
        Response, ResponseBody, StartLine, Type,
    },
    ir::{Method, Primitive},
};

const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain";

/// Component keys of what every OData service has.
const ERROR_SCHEMA: &str = "odata.error";
const REFERENCE_SCHEMA: &str = "odata.reference";
const ERROR_RESPONSE: &str = "error";

/// The envelopes that responses have asked for, by component key.
#[derive(Default)]
pub(super) struct Envelopes(BTreeMap<String, Object>);

impl Envelopes {
    /// The components.
    pub(super) fn components(self) -> impl Iterator<Item = (String, Value)> {
        self.0.into_iter().map(|(key, schema)| (key, schema.into()))
    }

    /// The schema of a page of items, as `operation` returns it.
    fn collection(&mut self, api: &Api, operation: &Operation, ty: &Type) -> Object {
        let (item, name) = match operation.kind {
            OperationKind::ListReferences => (
                reference(REFERENCE_SCHEMA),
                Some(REFERENCE_SCHEMA.to_owned()),
            ),
            OperationKind::List
            | OperationKind::Get
            | OperationKind::Create
            | OperationKind::Update
            | OperationKind::Upsert
            | OperationKind::Replace
            | OperationKind::Delete
            | OperationKind::AddReference
            | OperationKind::RemoveReference
            | OperationKind::Count
            | OperationKind::Download
            | OperationKind::Upload
            | OperationKind::Delta
            | OperationKind::Action(_)
            | OperationKind::Function(_) => (item_schema(api, &ty.item), item_key(api, &ty.item)),
        };
        let is_delta = operation.kind == OperationKind::Delta;
        let envelope = || page_of(item.clone(), is_delta);
        let Some(name) = name else { return envelope() };
        let key = format!(
            "{name}{}",
            if is_delta {
                "DeltaResponse"
            } else {
                "CollectionResponse"
            }
        );
        if api.find_type(&key).is_some() || api.find_enum(&key).is_some() {
            return envelope();
        }
        self.0.entry(key.clone()).or_insert_with(envelope);
        reference(&key)
    }
}

/// OData JSON Format 4.0, sections 4.5.5 and 4.5.6.
fn page_of(item: Object, is_delta: bool) -> Object {
    let link = json!({"type": "string", "format": "uri"});
    let properties = Object::new()
        .set(
            "value",
            Object::new().set("type", "array").set("items", item),
        )
        .set("@odata.nextLink", link.clone())
        .maybe("@odata.deltaLink", is_delta.then_some(link));
    Object::new()
        .set("type", "object")
        .set("properties", properties)
        .set("required", vec!["value"])
}

/// The `requestBody` of an operation; reading requests carry none, whatever else their page describes.
pub(super) fn request_body(
    api: &Api,
    operation: &Operation,
    examples: &mut Examples,
) -> Option<Object> {
    match operation.method {
        Method::Get | Method::Head | Method::Options => return None,
        Method::Post | Method::Put | Method::Patch | Method::Delete => {}
    }
    let body = operation.page.body.as_ref()?;
    let (media_type, schema) = match body {
        RequestBody::Object { ty, members } => {
            (JSON.to_owned(), object_body(api, operation, ty, members))
        }
        RequestBody::Parameters(parameters) => (JSON.to_owned(), parameters_body(api, parameters)),
        RequestBody::Reference => (JSON.to_owned(), reference(REFERENCE_SCHEMA)),
        RequestBody::Stream {
            media_type: documented,
        } => {
            let requests = operation
                .page
                .examples
                .iter()
                .filter_map(|example| example.request.as_ref());
            let known = documented
                .as_deref()
                .and_then(media_type)
                .or_else(|| shown_media_type(requests));
            (known.unwrap_or_else(|| BYTES.to_owned()), Object::new())
        }
        RequestBody::Unknown => (JSON.to_owned(), Object::new()),
    };
    let media = Object::new().filled("schema", schema);
    let media = if media_type == JSON {
        media.filled("examples", examples.of_request(operation))
    } else {
        media
    };
    Some(
        Object::new()
            .set("content", Object::new().set(&media_type, media))
            .set("required", true),
    )
}

/// A reference to the type, and what this page says about its properties: which it lists, which it requires, and those
/// that the type does not have.
fn object_body(api: &Api, operation: &Operation, ty: &Type, members: &[BodyMember]) -> Object {
    let inherited = match &ty.item {
        ItemType::Structured(id) => api.all_members(*id),
        ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => vec![],
    };
    let names: BTreeSet<_> = inherited
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    let own: Object = members
        .iter()
        .filter(|member| !names.contains(member.name.as_str()))
        .map(|member| {
            let schema = schema_of(api, &member.ty).described(&member.description);
            (member.name.clone(), schema.into())
        })
        .collect();
    let mut required: Vec<_> = members
        .iter()
        .filter(|member| member.required == Some(true))
        .map(|member| member.name.as_str())
        .collect();
    if operation.kind == OperationKind::Create {
        let said: BTreeSet<_> = members
            .iter()
            .filter(|member| member.required.is_some())
            .map(|member| member.name.as_str())
            .collect();
        required.extend(
            inherited
                .iter()
                .filter(|member| member.required && !said.contains(member.name.as_str()))
                .map(|member| member.name.as_str()),
        );
    }
    let listed: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    schema_of(api, ty)
        .filled("properties", own)
        .filled("required", required)
        .filled("x-docwright-members", listed)
}

/// OData JSON Format 4.0, section 17: the parameters of an action are the properties of an object.
fn parameters_body(api: &Api, parameters: &[Parameter]) -> Object {
    let properties: Object = parameters
        .iter()
        .map(|parameter| {
            let schema = schema_of(api, &parameter.ty)
                .described(&parameter.description)
                .sourced(&parameter.source);
            (parameter.name.clone(), schema.into())
        })
        .collect();
    let required: Vec<_> = parameters
        .iter()
        .filter(|parameter| parameter.required == Some(true))
        .map(|parameter| parameter.name.as_str())
        .collect();
    Object::new()
        .set("type", "object")
        .filled("properties", properties)
        .filled("required", required)
}

/// The `responses` of an operation: the documented ones and, by default, an error.
pub(super) fn responses(
    api: &Api,
    operation: &Operation,
    envelopes: &mut Envelopes,
    examples: &mut Examples,
) -> Object {
    let mut by_status = BTreeMap::<u16, Vec<&Response>>::new();
    for response in &operation.page.responses {
        by_status.entry(response.status).or_default().push(response);
    }
    let documented: Vec<_> = by_status.keys().copied().collect();
    let first_success = documented
        .iter()
        .copied()
        .find(|status| (200..300).contains(status));
    let mut responses = Object::new();
    for (status, alternatives) in by_status {
        // An example with an undocumented success status still shows what a success looks like.
        let is_meant = |shown: u16| {
            shown == status
                || (Some(status) == first_success
                    && (200..300).contains(&shown)
                    && !documented.contains(&shown))
        };
        let mut content = BTreeMap::<String, Vec<Object>>::new();
        for response in &alternatives {
            if let Some((media_type, schema)) = content_of(api, operation, response, envelopes) {
                let schemas = content.entry(media_type).or_default();
                if !schemas.contains(&schema) {
                    schemas.push(schema);
                }
            }
        }
        let mut media_types = Object::new();
        for (media_type, schemas) in content {
            let media = Object::new().filled("schema", any_of(schemas));
            let is_json = media_type == JSON;
            let media = if is_json {
                media.filled("examples", examples.of_response(operation, is_meant))
            } else {
                media
            };
            media_types.insert(&media_type, media);
        }
        let response = Object::new().set("description", reason_phrase(status));
        let response = alternatives.iter().rev().fold(response, |response, next| {
            response.described(&next.description)
        });
        responses.insert(&status.to_string(), response.filled("content", media_types));
    }
    responses.set(
        "default",
        Object::new().set("$ref", format!("#/components/responses/{ERROR_RESPONSE}")),
    )
}

fn any_of(mut schemas: Vec<Object>) -> Object {
    if schemas.len() > 1 {
        Object::new().set(
            "anyOf",
            schemas.into_iter().map(Value::from).collect::<Vec<_>>(),
        )
    } else {
        schemas.pop().unwrap_or_default()
    }
}

/// Media type and schema of an answer; `None` if it carries nothing.
fn content_of(
    api: &Api,
    operation: &Operation,
    response: &Response,
    envelopes: &mut Envelopes,
) -> Option<(String, Object)> {
    match &response.body {
        // OData JSON Format 4.0, section 19: whatever goes wrong, this says so.
        ResponseBody::Empty | ResponseBody::Unknown if response.status >= 400 => {
            Some((JSON.to_owned(), reference(ERROR_SCHEMA)))
        }
        ResponseBody::Empty => None,
        ResponseBody::Unknown => Some((JSON.to_owned(), Object::new())),
        ResponseBody::Stream => Some((stream_type(operation, response.status), Object::new())),
        ResponseBody::Collection(ty) => {
            Some((JSON.to_owned(), envelopes.collection(api, operation, ty)))
        }
        ResponseBody::Value(ty) if ty.collection => {
            Some((JSON.to_owned(), envelopes.collection(api, operation, ty)))
        }
        ResponseBody::Value(ty) if operation.kind == OperationKind::Count => {
            Some((TEXT.to_owned(), schema_of(api, ty)))
        }
        ResponseBody::Value(ty) => match &ty.item {
            ItemType::Primitive(Primitive::Stream) => {
                Some((stream_type(operation, response.status), Object::new()))
            }
            ItemType::Primitive(_) | ItemType::Enum(_) => {
                let properties = Object::new().set("value", schema_of(api, ty));
                Some((
                    JSON.to_owned(),
                    Object::new()
                        .set("type", "object")
                        .set("properties", properties),
                ))
            }
            ItemType::Structured(_) | ItemType::Unknown { .. } => {
                Some((JSON.to_owned(), schema_of(api, ty)))
            }
        },
    }
}

/// The media type that the examples show for bytes with this status.
fn stream_type(operation: &Operation, status: u16) -> String {
    let has_status = |message: &&HttpMessage| message.start_line == StartLine::Status(status);
    let responses = operation
        .page
        .examples
        .iter()
        .filter_map(|example| example.response.as_ref())
        .filter(has_status);
    shown_media_type(responses).unwrap_or_else(|| BYTES.to_owned())
}

/// RFC 9110, section 15.
fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        422 => "Unprocessable Content",
        423 => "Locked",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        507 => "Insufficient Storage",
        other => match other / 100 {
            1 => "Informational",
            2 => "Success",
            3 => "Redirection",
            _ => "Error",
        },
    }
}

/// The schemas that every OData service has (OData JSON Format 4.0, sections 13 and 19).
pub(super) fn odata_schemas() -> [(String, Value); 2] {
    let detail = json!({
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "message": {"type": "string"},
            "target": {"type": ["string", "null"]},
        },
        "required": ["code", "message"],
    });
    let error = json!({
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "target": {"type": ["string", "null"]},
                    "details": {"type": "array", "items": detail},
                    "innerError": {"type": "object", "description": "Contents differ from service to service."},
                },
                "required": ["code", "message"],
            },
        },
        "required": ["error"],
    });
    let reference = json!({
        "type": "object",
        "properties": {"@odata.id": {"type": "string", "format": "uri-reference"}},
        "required": ["@odata.id"],
    });
    [
        (component_key(ERROR_SCHEMA), error),
        (component_key(REFERENCE_SCHEMA), reference),
    ]
}

/// The answer to what goes wrong.
pub(super) fn error_response() -> Object {
    let media = Object::new().set("schema", reference(ERROR_SCHEMA));
    let response = Object::new()
        .set("description", "Error")
        .set("content", Object::new().set(JSON, media));
    Object::new().set(ERROR_RESPONSE, response)
}
