//! A small api made by hand, which has each thing once that the emitters of documents must write.

use std::sync::Arc;

use crate::{
    api::{
        Api, BodyMember, Callable, Deprecation, EnumId, EnumMember, EnumType, Example, HttpMessage,
        ItemType, Member, MemberKind, Operation, OperationKind, OperationPage, Parameter, Path,
        PathParameter, PermissionAlternative, PermissionSet, Piece, RequestBody, Response,
        ResponseBody, Root, Segment, SegmentKind, Source, StartLine, StructuredType, Type, TypeId,
        TypeKind, Witness,
    },
    ir::{ApiVersion, Method, PermissionKind, Primitive, TypeName},
};

const ADDRESS: TypeId = TypeId(0);
const CAMERA: TypeId = TypeId(1);
const ENTITY: TypeId = TypeId(2);
const ITEM: TypeId = TypeId(3);
const LOAN: TypeId = TypeId(4);
const CONDITION: EnumId = EnumId(0);
const PAPER_SIZE: EnumId = EnumId(1);
const WEEKDAYS: EnumId = EnumId(2);

/// Things that an organization lends to its people.
pub(super) fn api() -> Api {
    let mut operations: Vec<_> = [item_pages(), loan_pages()].into_iter().flatten().collect();
    operations.sort_by_cached_key(|operation| (operation.id.clone(), operation.method));
    Api {
        version: ApiVersion::Beta,
        types: types(),
        enums: enums(),
        operations,
        roots: vec![
            Root {
                name: "items".into(),
                is_singleton: false,
                ty: Some(ITEM),
            },
            Root {
                name: "lost".into(),
                is_singleton: false,
                ty: None,
            },
            Root {
                name: "places".into(),
                is_singleton: false,
                ty: Some(ADDRESS),
            },
            Root {
                name: "showcase".into(),
                is_singleton: true,
                ty: Some(CAMERA),
            },
        ],
        callables: callables(),
    }
}

fn types() -> Vec<StructuredType> {
    vec![
        StructuredType {
            members: vec![property("street", Primitive::String), property("position", Primitive::Untyped)],
            ..structured("microsoft.graph.address", TypeKind::Complex)
        },
        StructuredType {
            base: Some(ITEM),
            has_stream: true,
            members: vec![
                Member {
                    ty: Type { item: unknown("lensMount"), collection: true },
                    description: "Mounts that fit.".into(),
                    ..property("mounts", Primitive::String)
                },
                Member { ty: Type::single(unknown("lens")), ..navigation("lens", ITEM, false) },
            ],
            description: "Takes pictures.".into(),
            deprecated: Some(Deprecation { date: Some("2027-01-31".into()), use_instead: Some("item".into()) }),
            ..structured("microsoft.graph.camera", TypeKind::Entity)
        },
        StructuredType {
            derived: vec![ITEM, LOAN],
            is_abstract: true,
            key: vec!["id".into()],
            members: vec![Member { read_only: true, ..property("id", Primitive::String) }],
            ..structured("microsoft.graph.entity", TypeKind::Entity)
        },
        StructuredType {
            base: Some(ENTITY),
            derived: vec![CAMERA],
            is_open: true,
            members: vec![
                Member {
                    nullable: Some(false),
                    required: true,
                    description: "The number on the sticker; see [tags](../resources/tag.md).<br/>Supports `$filter` (`eq`)."
                        .into(),
                    ..property("assetTag", Primitive::String)
                },
                Member { nullable: Some(true), ..property("cost", Primitive::Decimal) },
                Member {
                    ty: Type::single(ItemType::Enum(CONDITION)),
                    nullable: Some(true),
                    default: Some("worn".into()),
                    ..property("condition", Primitive::String)
                },
                Member { ty: strings(), ..property("tags", Primitive::String) },
                Member { default: Some("true".into()), ..property("isLoanable", Primitive::Boolean) },
                Member {
                    deprecated: Some(Deprecation::default()),
                    default: Some("none".into()),
                    ..property("version", Primitive::Int32)
                },
                Member {
                    ty: Type::single(ItemType::Structured(ADDRESS)),
                    description: "Where it lives & \"rests\" <between> loans.".into(),
                    ..property("home", Primitive::String)
                },
                Member {
                    ty: Type { item: ItemType::Structured(LOAN), collection: true },
                    nullable: Some(false),
                    read_only: true,
                    ..navigation("loans", LOAN, true)
                },
                Member { nullable: Some(false), ..navigation("spare", ITEM, false) },
            ],
            description: "A thing to lend. It is an [open type](/graph/open).".into(),
            ..structured("microsoft.graph.item", TypeKind::Entity)
        },
        StructuredType {
            base: Some(ENTITY),
            members: vec![
                property("start", Primitive::DateTimeOffset),
                Member { ty: Type::single(ItemType::Enum(WEEKDAYS)), ..property("days", Primitive::String) },
                Member { ty: Type::single(ItemType::Enum(PAPER_SIZE)), ..property("receipt", Primitive::String) },
            ],
            ..structured("microsoft.graph.lending.loan", TypeKind::Entity)
        },
    ]
}

fn enums() -> Vec<EnumType> {
    let described = |name: &str, description: &str| EnumMember {
        description: description.into(),
        ..member(name, None)
    };
    vec![
        EnumType {
            members: vec![
                described("new", "Never lent."),
                described("worn", "Works, and looks **old**."),
                member("unknownFutureValue", None),
                EnumMember {
                    prefer_only: true,
                    ..member("retired", None)
                },
            ],
            description: "How worn an item is.".into(),
            ..enumeration("microsoft.graph.condition")
        },
        EnumType {
            members: vec![member("A4", None), member("North America 5x7in", None)],
            deprecated: Some(Deprecation {
                date: None,
                use_instead: Some("paper".into()),
            }),
            ..enumeration("microsoft.graph.paperSize")
        },
        EnumType {
            members: vec![
                member("none", Some(0)),
                member("monday", Some(1)),
                member("tuesday", Some(2)),
            ],
            is_flags: true,
            ..enumeration("microsoft.graph.weekdays")
        },
    ]
}

fn callables() -> Vec<Callable> {
    let item = Type::single(ItemType::Structured(ITEM));
    let items = Type {
        item: ItemType::Structured(ITEM),
        collection: true,
    };
    vec![
        Callable {
            binding: Some(item),
            parameters: check_out_parameters(),
            returns: Some(Type::single(ItemType::Structured(LOAN))),
            description: "Hands the item to a borrower.".into(),
            ..callable("microsoft.graph.checkOut")
        },
        Callable {
            is_function: true,
            binding: Some(items.clone()),
            returns: Some(items),
            ..callable("microsoft.graph.delta")
        },
        Callable {
            is_function: true,
            parameters: vec![parameter("period", None)],
            ..callable("microsoft.graph.lending.usage")
        },
        callable("microsoft.graph.tidyUp"),
    ]
}

fn check_out_parameters() -> Vec<Parameter> {
    vec![
        Parameter {
            description: "Who takes it.".into(),
            ..parameter("borrower", Some(true))
        },
        Parameter {
            ty: strings(),
            ..parameter("notes", Some(false))
        },
        Parameter {
            ty: Type::single(unknown("term")),
            ..parameter("terms", None)
        },
    ]
}

/// Operations on items: one page with two paths, and one page for each other kind of body.
fn item_pages() -> Vec<Operation> {
    let item = || Type::single(ItemType::Structured(ITEM));
    let list = Arc::new(OperationPage {
        description: "Page through the shelf. See [item](../resources/item.md).".into(),
        permissions: permissions(),
        query: vec![
            Parameter {
                ty: strings(),
                description: "Properties to return.".into(),
                ..parameter("$select", None)
            },
            parameter("$count", None),
            Parameter {
                ty: Type::single(ItemType::Primitive(Primitive::Int32)),
                ..parameter("$top", Some(false))
            },
        ],
        headers: vec![
            parameter("ConsistencyLevel", Some(true)),
            parameter("Accept", None),
        ],
        responses: vec![response(
            200,
            ResponseBody::Collection(item()),
            "If successful, returns `200 OK`.",
        )],
        examples: vec![
            example(
                "Example 1: Everything",
                get("items"),
                ok(r#"{"value": [{"assetTag": "A-1", "cost": 12.5}]}"#),
            ),
            example(
                "Example 2: Cut off",
                get("items"),
                ok("{\"value\": [ ... ]}\n"),
            ),
        ],
        ..page("item-list", "List items")
    });
    let create = OperationPage {
        deprecated: Some(Deprecation {
            date: Some("2027-01-31".into()),
            use_instead: None,
        }),
        body: Some(RequestBody::Object {
            ty: item(),
            members: vec![
                body_member("cost", "What it cost.", Some(true)),
                body_member("coupon", "A code for a discount.", None),
            ],
        }),
        responses: vec![response(201, ResponseBody::Value(item()), "")],
        examples: vec![example(
            "Example",
            (
                StartLine::Request(
                    Method::Post,
                    "https://graph.microsoft.com/beta/items".into(),
                ),
                r#"{"assetTag": "A-2"}"#,
            ),
            ok(r#"{"id": "1"}"#),
        )],
        ..page("item-post", "Create item")
    };
    let photo = || OperationPage {
        responses: vec![
            response(200, ResponseBody::Stream, "The picture."),
            response(404, ResponseBody::Empty, "No picture."),
        ],
        examples: vec![Arc::new(Example {
            response: Some(HttpMessage {
                headers: vec![("Content-type".into(), "image/JPEG; q=1".into())],
                ..message(StartLine::Status(200), "{bytes}")
            }),
            ..Example::clone(&example("Example", get("items/1/photo/$value"), ok("")))
        })],
        ..page("item-photo", "Get photo")
    };
    let put_photo = OperationPage {
        body: Some(RequestBody::Stream {
            media_type: Some("image/png".into()),
        }),
        responses: vec![
            response(200, ResponseBody::Value(item()), ""),
            response(200, ResponseBody::Empty, ""),
        ],
        ..page("item-put-photo", "Set photo")
    };
    let delta = OperationPage {
        responses: vec![response(200, ResponseBody::Collection(item()), "")],
        ..page("item-delta", "Follow items")
    };
    vec![
        operation(Method::Get, "/items", OperationKind::List, &list),
        operation(Method::Get, "/showcase/items", OperationKind::List, &list),
        operation(
            Method::Post,
            "/items",
            OperationKind::Create,
            &Arc::new(create),
        ),
        operation(
            Method::Get,
            "/items/delta()",
            OperationKind::Delta,
            &Arc::new(delta),
        ),
        operation(
            Method::Get,
            "/items/{id}/photo/$value",
            OperationKind::Download,
            &Arc::new(photo()),
        ),
        operation(
            Method::Put,
            "/items/{itemId}/photo/$value",
            OperationKind::Upload,
            &Arc::new(put_photo),
        ),
        operation(
            Method::Get,
            "/items/$count",
            OperationKind::Count,
            &count_page(),
        ),
    ]
}

fn count_page() -> Arc<OperationPage> {
    Arc::new(OperationPage {
        responses: vec![response(
            200,
            ResponseBody::Value(Type::single(ItemType::Primitive(Primitive::Int64))),
            "",
        )],
        ..page("item-count", "Count items")
    })
}

/// Calls and references.
fn loan_pages() -> Vec<Operation> {
    let check_out = OperationPage {
        body: Some(RequestBody::Parameters(check_out_parameters())),
        responses: vec![
            response(
                200,
                ResponseBody::Value(Type::single(ItemType::Structured(LOAN))),
                "",
            ),
            response(202, ResponseBody::Empty, ""),
        ],
        ..page("item-checkout", "item: checkOut")
    };
    let usage = OperationPage {
        function_parameters: vec![
            Parameter {
                description: "Such as `D7`.".into(),
                ..parameter("period", Some(true))
            },
            parameter("zone", None),
        ],
        responses: vec![response(
            200,
            ResponseBody::Value(Type::single(ItemType::Primitive(Primitive::Double))),
            "",
        )],
        ..page("usage", "usage")
    };
    let add = OperationPage {
        body: Some(RequestBody::Reference),
        responses: vec![response(204, ResponseBody::Empty, "")],
        ..page("item-post-spare", "Add spare")
    };
    let references = OperationPage {
        responses: vec![response(200, ResponseBody::Collection(strings()), "")],
        ..page("item-list-spares", "List spares")
    };
    let file = OperationPage {
        body: Some(RequestBody::Unknown),
        ..page("file-put", "Put {file}")
    };
    let mut put_file = operation(
        Method::Put,
        "/showcase/files/root:/{path}:/content",
        OperationKind::Upload,
        &Arc::new(file),
    );
    put_file.path.parameters[0].multi_segment = true;
    put_file.also = vec![source("api/file-upload.md", 7)];
    vec![
        operation(
            Method::Post,
            "/items/{itemId}/checkOut",
            OperationKind::Action("checkOut".into()),
            &Arc::new(check_out),
        ),
        operation(
            Method::Get,
            "/usage(period='{period}')",
            OperationKind::Function("usage".into()),
            &Arc::new(usage),
        ),
        operation(
            Method::Post,
            "/items/{itemId}/spare/$ref",
            OperationKind::AddReference,
            &Arc::new(add),
        ),
        operation(
            Method::Get,
            "/items/{itemId}/spare/$ref",
            OperationKind::ListReferences,
            &Arc::new(references),
        ),
        put_file,
    ]
}

/// Two tables, the second of which repeats an alternative of the first.
fn permissions() -> Vec<PermissionSet> {
    let one = |name: &str| PermissionAlternative {
        all_of: vec![name.into()],
        resource_specific: false,
    };
    vec![
        PermissionSet {
            title: Some("Own items".into()),
            kinds: vec![
                (
                    PermissionKind::DelegatedWork,
                    vec![one("Item.Read"), one("Item.ReadWrite.All")],
                ),
                (PermissionKind::DelegatedPersonal, vec![]),
                (
                    PermissionKind::Application,
                    vec![
                        PermissionAlternative {
                            resource_specific: true,
                            ..one("Item.Read.Group")
                        },
                        PermissionAlternative {
                            all_of: vec!["Item.Read.All".into(), "Loan.Read.All".into()],
                            ..one("")
                        },
                    ],
                ),
            ],
        },
        PermissionSet {
            title: Some("All items".into()),
            kinds: vec![(
                PermissionKind::DelegatedWork,
                vec![one("Item.ReadWrite.All"), one("Directory.Read.All")],
            )],
        },
    ]
}

fn structured(name: &str, kind: TypeKind) -> StructuredType {
    let name = TypeName::new(name);
    StructuredType {
        kind,
        base: None,
        cyclic_base: None,
        derived: vec![],
        is_abstract: false,
        is_open: false,
        has_stream: false,
        key: vec![],
        members: vec![],
        description: String::new(),
        deprecated: None,
        source: source(&format!("resources/{}.md", name.name()), 1),
        name,
    }
}

fn property(name: &str, primitive: Primitive) -> Member {
    Member {
        name: name.into(),
        kind: MemberKind::Property,
        ty: Type::single(ItemType::Primitive(primitive)),
        nullable: None,
        read_only: false,
        required: false,
        default: None,
        secret: false,
        description: String::new(),
        deprecated: None,
        source: source("resources/page.md", 20),
    }
}

fn navigation(name: &str, target: TypeId, contained: bool) -> Member {
    Member {
        kind: MemberKind::Navigation { contained },
        ty: Type::single(ItemType::Structured(target)),
        ..property(name, Primitive::Untyped)
    }
}

fn enumeration(name: &str) -> EnumType {
    EnumType {
        name: TypeName::new(name),
        members: vec![],
        is_flags: false,
        description: String::new(),
        deprecated: None,
        source: source("resources/enums.md", 3),
    }
}

fn member(name: &str, value: Option<i64>) -> EnumMember {
    EnumMember {
        name: name.into(),
        value,
        prefer_only: false,
        description: String::new(),
    }
}

fn callable(name: &str) -> Callable {
    Callable {
        name: TypeName::new(name),
        is_function: false,
        binding: None,
        parameters: vec![],
        returns: None,
        description: String::new(),
        source: source("api/call.md", 1),
    }
}

fn parameter(name: &str, required: Option<bool>) -> Parameter {
    Parameter {
        name: name.into(),
        ty: Type::single(ItemType::Primitive(Primitive::String)),
        required,
        description: String::new(),
        source: source("api/page.md", 30),
    }
}

fn body_member(name: &str, description: &str, required: Option<bool>) -> BodyMember {
    BodyMember {
        name: name.into(),
        ty: Type::single(ItemType::Primitive(Primitive::String)),
        required,
        description: description.into(),
    }
}

fn strings() -> Type {
    Type {
        item: ItemType::Primitive(Primitive::String),
        collection: true,
    }
}

fn unknown(text: &str) -> ItemType {
    ItemType::Unknown {
        text: text.into(),
        reason: "no page describes it",
    }
}

fn page(name: &str, title: &str) -> OperationPage {
    OperationPage {
        title: title.into(),
        page: format!("api/{name}.md").into(),
        ..OperationPage::default()
    }
}

fn operation(
    method: Method,
    path: &str,
    kind: OperationKind,
    page: &Arc<OperationPage>,
) -> Operation {
    let words: Vec<_> = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    Operation {
        method,
        path: read_path(path),
        kind,
        calls: None,
        id: format!(
            "{}_{}",
            words.join("_"),
            method.as_str().to_ascii_lowercase()
        ),
        page: Arc::clone(page),
        source: source(&page.page, 12),
        witness: Witness::RequestLine,
        also: vec![],
    }
}

/// Segments with at most one placeholder each.
fn read_path(text: &str) -> Path {
    let mut path = Path::default();
    for segment in text.split('/').skip(1) {
        let mut pieces = vec![];
        let (before, rest) = segment.split_once('{').unwrap_or((segment, ""));
        if !before.is_empty() {
            pieces.push(Piece::Text(before.into()));
        }
        if let Some((name, after)) = rest.split_once('}') {
            pieces.push(Piece::Parameter(path.parameters.len()));
            path.parameters.push(PathParameter {
                name: name.into(),
                documented: if name == "id" {
                    "id | assetTag".into()
                } else {
                    name.into()
                },
                is_sample: false,
                ty: Type::single(ItemType::Primitive(Primitive::String)),
                quoted: before.ends_with('\''),
                multi_segment: false,
                description: String::new(),
            });
            if !after.is_empty() {
                pieces.push(Piece::Text(after.into()));
            }
        }
        path.segments.push(Segment {
            kind: match before.split_once('(') {
                Some((name, _)) => SegmentKind::Call(name.into()),
                None => SegmentKind::Name,
            },
            pieces,
            ty: None,
        });
    }
    path
}

fn response(status: u16, body: ResponseBody, description: &str) -> Response {
    Response {
        status,
        body,
        description: description.into(),
    }
}

fn get(path: &str) -> (StartLine, &'static str) {
    (
        StartLine::Request(
            Method::Get,
            format!("https://graph.microsoft.com/beta/{path}"),
        ),
        "",
    )
}

fn ok(body: &'static str) -> (StartLine, &'static str) {
    (StartLine::Status(200), body)
}

fn example(title: &str, request: (StartLine, &str), response: (StartLine, &str)) -> Arc<Example> {
    Arc::new(Example {
        name: Some("annotated".into()),
        title: Some(title.into()),
        request: Some(message(request.0, request.1)),
        response: Some(message(response.0, response.1)),
    })
}

fn message(start_line: StartLine, body: &str) -> HttpMessage {
    HttpMessage {
        start_line,
        headers: vec![],
        body: body.into(),
        source: source("api/page.md", 50),
    }
}

fn source(page: &str, line: u32) -> Source {
    Source {
        page: page.into(),
        line,
    }
}
