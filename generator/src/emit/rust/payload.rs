//! What requests carry and what comes back, as types of Rust.

use syn::{Expr, FnArg};

use super::{
    actions::Actions,
    ast,
    types::{Scope, primitive},
};
use crate::{
    api::{Api, ItemType, Operation, OperationKind, RequestBody, ResponseBody},
    ir::{Method, Primitive},
};

/// How what a request carries is handed over.
pub(super) fn sending(
    api: &Api,
    actions: &Actions,
    scope: Scope<'_>,
    operation: &Operation,
) -> Sending {
    if !has_body(operation.method) {
        return Sending::nothing();
    }
    let any = || Sending::value(ast::plain("Value"));
    match &operation.page.body {
        Some(RequestBody::Object { ty, .. }) => match ty.item {
            ItemType::Structured(id) if !ty.collection && !api[id].derived.is_empty() => {
                Sending::derived(scope.ty(ty))
            }
            ItemType::Structured(_)
            | ItemType::Primitive(_)
            | ItemType::Enum(_)
            | ItemType::Unknown { .. } => Sending::value(scope.ty(ty)),
        },
        Some(RequestBody::Parameters(parameters)) if parameters.is_empty() => Sending::nothing(),
        Some(RequestBody::Parameters(_)) => {
            let name = actions.of_page(&operation.page.page);
            name.map_or_else(any, |name| {
                Sending::value(ast::named(ast::path(["actions", name])))
            })
        }
        Some(RequestBody::Reference) => Sending::link(),
        Some(RequestBody::Stream { media_type }) => Sending::bytes(media_type.as_deref()),
        Some(RequestBody::Unknown) => any(),
        None => match operation.kind {
            OperationKind::Create
            | OperationKind::Update
            | OperationKind::Upsert
            | OperationKind::Replace => any(),
            OperationKind::AddReference => Sending::link(),
            OperationKind::Upload => Sending::bytes(None),
            OperationKind::List
            | OperationKind::Get
            | OperationKind::Delete
            | OperationKind::RemoveReference
            | OperationKind::ListReferences
            | OperationKind::Count
            | OperationKind::Download
            | OperationKind::Delta
            | OperationKind::Action(_)
            | OperationKind::Function(_) => Sending::nothing(),
        },
    }
}

/// Whether requests with this method carry something.
pub(super) fn has_body(method: Method) -> bool {
    matches!(method, Method::Post | Method::Patch | Method::Put)
}

/// How a function hands a request to the runtime.
pub(super) struct Sending {
    /// What the function takes for the body.
    pub(super) argument: Option<FnArg>,
    /// The function of the runtime's `Path`.
    pub(super) function: &'static str,
    /// What that takes after the request line.
    pub(super) values: Vec<Expr>,
    /// What it carries.
    pub(super) carried: Carried,
}

/// What a request carries.
pub(super) enum Carried {
    Nothing,
    /// A JSON value of this type.
    Value(Box<syn::Type>),
    /// The address of an entity.
    Link,
    Bytes,
}

impl Sending {
    fn nothing() -> Self {
        Self {
            argument: None,
            function: "request",
            values: Vec::new(),
            carried: Carried::Nothing,
        }
    }

    fn one(function: &'static str, name: &str, ty: syn::Type, carried: Carried) -> Self {
        Self {
            argument: Some(ast::argument(name, ty)),
            function,
            values: vec![ast::variable(name)],
            carried,
        }
    }

    /// A value of this type.
    fn value(ty: syn::Type) -> Self {
        let lent = ast::reference(ty.clone());
        Self::one("send", "body", lent, Carried::Value(Box::new(ty)))
    }

    /// A value of this type or of one that derives from it.
    fn derived(ty: syn::Type) -> Self {
        let any = ast::implementing("DerivedFrom", ty.clone());
        Self::one(
            "send_as",
            "body",
            ast::reference(any),
            Carried::Value(Box::new(ty)),
        )
    }

    /// The address of an entity.
    fn link() -> Self {
        let lent = ast::reference(ast::plain("str"));
        Self::one("link", "target", lent, Carried::Link)
    }

    fn bytes(media_type: Option<&str>) -> Self {
        let any = ast::implementing("Into", ast::plain("Body"));
        let mut sending = Self::one("upload", "body", any, Carried::Bytes);
        let media_type = media_type.unwrap_or("application/octet-stream");
        sending.values.push(ast::text(media_type));
        sending
    }
}

/// What comes back, before it has a type of Rust; where the type of an item is missing, it is any JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer<'a> {
    /// No content.
    Nothing,
    /// One item.
    One(Option<&'a ItemType>),
    /// One item, or no content.
    Perhaps(Option<&'a ItemType>),
    /// All items of a property.
    Many(&'a ItemType),
    /// A part of a collection.
    Page(Option<&'a ItemType>),
    /// Bytes.
    Content,
    /// How many items there are.
    Count,
}

impl<'a> Answer<'a> {
    /// What an operation is answered with if all goes well.
    pub(super) fn of(operation: &'a Operation) -> Self {
        match operation.page.success().map(|response| &response.body) {
            Some(ResponseBody::Empty) => Self::Nothing,
            // The service may always answer a change with 204, unless it is asked for the result (RFC 7240, section 4.2).
            Some(ResponseBody::Value(ty)) if !ty.collection && changes(operation) => {
                Self::Perhaps(Some(&ty.item))
            }
            Some(ResponseBody::Value(ty)) if !ty.collection => Self::One(Some(&ty.item)),
            Some(ResponseBody::Value(ty) | ResponseBody::Collection(ty)) => {
                Self::Page(Some(&ty.item))
            }
            Some(ResponseBody::Stream) => Self::Content,
            Some(ResponseBody::Unknown) | None => Self::usual(operation),
        }
    }

    /// What comes back where the page does not say.
    fn usual(operation: &'a Operation) -> Self {
        let last = operation.path.segments.last();
        let ty = last.and_then(|segment| segment.ty.as_ref());
        let item = ty.map(|ty| &ty.item);
        match operation.kind {
            OperationKind::List | OperationKind::Delta => Self::Page(item),
            OperationKind::Get => match ty {
                Some(ty) if ty.collection => Self::Many(&ty.item),
                Some(_) | None => Self::One(item),
            },
            OperationKind::Create => Self::One(item),
            OperationKind::Delete
            | OperationKind::AddReference
            | OperationKind::RemoveReference
            | OperationKind::Upload => Self::Nothing,
            OperationKind::Count => Self::Count,
            OperationKind::Download => Self::Content,
            OperationKind::Update | OperationKind::Upsert | OperationKind::Replace => {
                Self::Perhaps(item)
            }
            OperationKind::ListReferences
            | OperationKind::Action(_)
            | OperationKind::Function(_) => Self::Perhaps(None),
        }
    }
}

/// What comes back, as a type of Rust.
pub(super) fn answer(scope: Scope<'_>, operation: &Operation) -> syn::Type {
    let one = |item: Option<&ItemType>| match item {
        Some(item) => scope.item(item),
        None => ast::plain("Value"),
    };
    match Answer::of(operation) {
        Answer::Nothing => ast::unit(),
        Answer::One(item) => one(item),
        Answer::Perhaps(item) => ast::generic("Option", one(item)),
        Answer::Many(item) => ast::generic("Vec", scope.item(item)),
        Answer::Page(item) => ast::generic("Page", one(item)),
        Answer::Content => ast::plain("Content"),
        Answer::Count => ast::plain(primitive(Primitive::Int64)),
    }
}

/// Whether an operation changes what is there already.
fn changes(operation: &Operation) -> bool {
    matches!(
        operation.kind,
        OperationKind::Update | OperationKind::Upsert | OperationKind::Replace
    )
}

/// Whether values are handed over rather than lent.
pub(super) fn is_small(primitive: Primitive) -> bool {
    match primitive {
        Primitive::Boolean
        | Primitive::Byte
        | Primitive::Date
        | Primitive::DateTimeOffset
        | Primitive::Double
        | Primitive::Guid
        | Primitive::Int16
        | Primitive::Int32
        | Primitive::Int64
        | Primitive::SByte
        | Primitive::Single
        | Primitive::TimeOfDay => true,
        Primitive::Binary
        | Primitive::Decimal
        | Primitive::Duration
        | Primitive::Stream
        | Primitive::String
        | Primitive::Untyped => false,
    }
}
