//! A small api of one's own, as a crate.

use std::fmt::Write;

use std::sync::Arc;

use super::*;
use crate::{
    api::*,
    ir::{ApiVersion, Method, PermissionKind, Primitive, TypeName},
};

fn source(page: &str) -> Source {
    Source {
        page: page.into(),
        line: 1,
    }
}

fn ty(
    name: &str,
    kind: TypeKind,
    base: Option<u32>,
    derived: &[u32],
    members: Vec<Member>,
) -> StructuredType {
    let name = TypeName::new(name);
    StructuredType {
        kind,
        base: base.map(TypeId),
        cyclic_base: None,
        derived: derived.iter().copied().map(TypeId).collect(),
        is_abstract: false,
        is_open: false,
        has_stream: false,
        key: Vec::new(),
        members,
        description: format!("About [{}](other.md).", name.name()),
        deprecated: None,
        source: source(&format!("resources/{}.md", name.name())),
        name,
    }
}

fn property(name: &str, item: ItemType) -> Member {
    Member {
        name: name.into(),
        kind: MemberKind::Property,
        ty: Type::single(item),
        nullable: None,
        read_only: false,
        required: false,
        default: None,
        secret: false,
        description: String::new(),
        deprecated: None,
        source: source("resources/x.md"),
    }
}

fn many(name: &str, item: ItemType) -> Member {
    Member {
        ty: Type {
            item,
            collection: true,
        },
        ..property(name, ItemType::Primitive(Primitive::String))
    }
}

fn link(member: Member) -> Member {
    Member {
        kind: MemberKind::Navigation { contained: true },
        ..member
    }
}

fn string() -> ItemType {
    ItemType::Primitive(Primitive::String)
}

fn structured(id: u32) -> ItemType {
    ItemType::Structured(TypeId(id))
}

/// Segments of a path; `{x}` is a key, `{x:Int32}` in parentheses an argument, `.Call` a call.
fn path(text: &str) -> Path {
    let mut path = Path::default();
    for part in text.trim_start_matches('/').split('/') {
        let (part, call) = part
            .strip_prefix('.')
            .map_or((part, false), |part| (part, true));
        let mut pieces = Vec::new();
        let mut rest = part;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap();
            let (name, ty) = name.split_once(':').unwrap_or((name, "String"));
            let primitive = Primitive::ALL
                .into_iter()
                .find(|other| other.as_str() == format!("Edm.{ty}"))
                .unwrap();
            if !before.is_empty() {
                pieces.push(Piece::Text(before.into()));
            }
            pieces.push(Piece::Parameter(path.parameters.len()));
            path.parameters.push(PathParameter {
                name: name.trim_start_matches('+').into(),
                documented: name.into(),
                is_sample: false,
                ty: Type::single(ItemType::Primitive(primitive)),
                quoted: before.ends_with('\''),
                multi_segment: name.starts_with('+'),
                description: String::new(),
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        let kind = if call {
            SegmentKind::Call(part.split('(').next().unwrap().into())
        } else if part.starts_with('$') {
            SegmentKind::System
        } else if part.starts_with("microsoft.graph.") {
            SegmentKind::Cast(TypeName::new(part))
        } else if part.ends_with(':') {
            SegmentKind::ItemPath
        } else if part.starts_with('{') {
            SegmentKind::Key
        } else {
            SegmentKind::Name
        };
        path.segments.push(Segment {
            kind,
            pieces,
            ty: None,
        });
    }
    path
}

fn page(name: &str, body: Option<RequestBody>, answer: ResponseBody) -> Arc<OperationPage> {
    Arc::new(OperationPage {
        title: format!("Do {name}"),
        description: "See [user](../resources/user.md).".into(),
        permissions: vec![PermissionSet {
            title: None,
            kinds: vec![(
                PermissionKind::Application,
                vec![PermissionAlternative {
                    all_of: vec!["User.Read.All".into()],
                    resource_specific: false,
                }],
            )],
        }],
        body,
        responses: vec![Response {
            status: 200,
            body: answer,
            description: String::new(),
        }],
        page: format!("api/{name}.md").into(),
        ..OperationPage::default()
    })
}

fn operation(line: &str, kind: OperationKind, page: &Arc<OperationPage>) -> Operation {
    let (method, text) = line.split_once(' ').unwrap();
    Operation {
        method: Method::from_name(method).unwrap(),
        path: path(text),
        kind,
        calls: None,
        id: line.into(),
        page: page.clone(),
        source: Source::default(),
        witness: Witness::RequestLine,
        also: Vec::new(),
    }
}

fn api() -> Api {
    let user = Type::single(structured(3));
    let parameter = |name: &str, item| Parameter {
        name: name.into(),
        ty: Type::single(item),
        required: Some(true),
        description: String::new(),
        source: source("api/user-send.md"),
    };
    let list = page("user-list", None, ResponseBody::Collection(user.clone()));
    let get = page("user-get", None, ResponseBody::Value(user.clone()));
    let create = page(
        "user-post",
        Some(RequestBody::Object {
            ty: Type::single(structured(0)),
            members: Vec::new(),
        }),
        ResponseBody::Value(user),
    );
    let send = page(
        "user-send",
        Some(RequestBody::Parameters(vec![
            parameter("Subject", string()),
            parameter("to", structured(2)),
        ])),
        ResponseBody::Empty,
    );
    let function = page(
        "user-f",
        None,
        ResponseBody::Value(Type::single(ItemType::Primitive(Primitive::Boolean))),
    );
    let reference = page(
        "user-ref",
        Some(RequestBody::Reference),
        ResponseBody::Empty,
    );
    let content = page(
        "content",
        Some(RequestBody::Stream { media_type: None }),
        ResponseBody::Stream,
    );
    let is_zone = Type::single(structured(4));
    let zones = page("zone-list", None, ResponseBody::Collection(is_zone.clone()));
    let zone = page("zone-get", None, ResponseBody::Value(is_zone.clone()));
    let zone_sent = page(
        "zone-post",
        Some(RequestBody::Object {
            ty: is_zone.clone(),
            members: Vec::new(),
        }),
        ResponseBody::Value(is_zone),
    );
    let zone_gone = page("zone-delete", None, ResponseBody::Empty);
    Api {
        version: ApiVersion::V1_0,
        types: vec![
            ty(
                "entity",
                TypeKind::Entity,
                None,
                &[3, 4],
                vec![property("id", string())],
            ),
            ty(
                "other.thing",
                TypeKind::Complex,
                None,
                &[],
                vec![property("type", ItemType::Enum(EnumId(0)))],
            ),
            ty(
                "recipient",
                TypeKind::Complex,
                None,
                &[],
                vec![
                    property("parent", structured(2)),
                    many("children", structured(2)),
                    property("thing", structured(1)),
                    property(
                        "odd",
                        ItemType::Unknown {
                            text: "Odd".into(),
                            reason: "no page describes it",
                        },
                    ),
                ],
            ),
            ty(
                "user",
                TypeKind::Entity,
                Some(0),
                &[],
                vec![
                    Member {
                        read_only: true,
                        default: Some("x".into()),
                        description: "A `name`.\n\n    Indented <b>text</b> [x].".into(),
                        ..property("displayName", string())
                    },
                    Member {
                        secret: true,
                        ..property("password", string())
                    },
                    many("when", ItemType::Primitive(Primitive::DateTimeOffset)),
                    property("rights", ItemType::Enum(EnumId(1))),
                    property("photo", ItemType::Primitive(Primitive::Stream)),
                    link(property("manager", structured(3))),
                    link(many("reports", structured(3))),
                    property("extra", string()),
                ],
            ),
            ty(
                "zone",
                TypeKind::Entity,
                Some(0),
                &[],
                vec![
                    Member {
                        read_only: true,
                        ..property("code", string())
                    },
                    property("notes", string()),
                    property("displayName", string()),
                ],
            ),
        ],
        enums: ["color", "right"]
            .into_iter()
            .zip([false, true])
            .map(|(name, is_flags)| EnumType {
                name: TypeName::new(name),
                members: ["darkBlue", "self", "24h"]
                    .map(|name| EnumMember {
                        name: name.into(),
                        value: None,
                        prefer_only: false,
                        description: String::new(),
                    })
                    .into(),
                is_flags,
                description: String::new(),
                deprecated: None,
                source: source("resources/enums.md"),
            })
            .collect(),
        operations: vec![
            operation("GET /users", OperationKind::List, &list),
            operation("POST /users", OperationKind::Create, &create),
            operation("GET /users/{userId}", OperationKind::Get, &get),
            operation(
                "GET /users/{userId}/manager/microsoft.graph.user",
                OperationKind::Get,
                &get,
            ),
            operation(
                "POST /users/{userId}/reports/$ref",
                OperationKind::AddReference,
                &reference,
            ),
            operation(
                "POST /users/{userId}/.microsoft.graph.sendMail",
                OperationKind::Action("sendMail".into()),
                &send,
            ),
            operation(
                "GET /users/.delta()",
                OperationKind::Function("delta".into()),
                &list,
            ),
            operation(
                "GET /users/.delta(token='{token}')",
                OperationKind::Function("delta".into()),
                &list,
            ),
            operation(
                "GET /users/{userId}/.isIt(on={on:Date},n={n:Int32})",
                OperationKind::Function("isIt".into()),
                &function,
            ),
            operation(
                "PUT /drive/root:/{+itemPath}:/content",
                OperationKind::Upload,
                &content,
            ),
            operation("GET /zones", OperationKind::List, &zones),
            operation("POST /zones", OperationKind::Create, &zone_sent),
            operation("GET /zones/.delta()", OperationKind::Delta, &zones),
            operation("GET /zones/{id}", OperationKind::Get, &zone),
            operation("PATCH /zones/{id}", OperationKind::Update, &zone_sent),
            operation("DELETE /zones/{id}", OperationKind::Delete, &zone_gone),
        ],
        ..Api::default()
    }
}

#[test]
fn a_crate() {
    let options = Options::new("sample");
    let mut text = String::new();
    for (path, content) in emit(&api(), &options) {
        if !path.starts_with("src/runtime") {
            let _ = writeln!(text, "==> {path}\n{content}");
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_same_for_any_number_of_threads() {
    let options = Options::new("sample");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    assert_eq!(
        pool.install(|| emit(&api(), &options)),
        emit(&api(), &options)
    );
}
