//! The bodies of examples with the types that they should have, and where they have others.
//!
//! Comes in: the messages of a page. Goes out: one [`Body`] for each that carries JSON of a known type, with everything in
//! it that is not of that type. Rules choose from it what they tell.

use std::borrow::Cow;

use super::{
    page::{Message, PageContext},
    requests,
};
use crate::{
    api::{ItemType, Operation, RequestBody, ResponseBody, SegmentKind, Type},
    conform::{self, Mismatch},
    facts::{self, BodyText, Claim, ResponseText},
    ir::{Method, Primitive, TypeName},
    json::tree::{self, Failure, Node, Tree},
    spelling::{ItemText, TypeText},
    target::{Elsewhere, Target},
};

/// A body with its type.
#[derive(Clone, Debug)]
pub struct Body<'a> {
    /// The position of its message among [`PageContext::messages`].
    pub message: usize,
    /// The operation that is called.
    pub operation: &'a Operation,
    /// A request, not an answer.
    pub is_request: bool,
    /// The type.
    pub ty: Type,
    /// Where the value is that has the type, as a JSON Pointer: empty, or `/value` for what comes in an envelope.
    pub root: String,
    /// What in it is of another type, with pointers from the top of the body.
    pub mismatches: Vec<Mismatch>,
}

/// The operation that each message of a page calls or answers.
pub(super) fn called<'a>(cx: &PageContext<'_, 'a>) -> Vec<Option<&'a Operation>> {
    let operations = cx.version.operations_of(&cx.page.path);
    let mut asked = operations.first().copied();
    let called = cx.messages().iter().map(|message| {
        if let Some((method, target)) = message.request() {
            asked = operation(cx, operations, method, target);
        }
        asked
    });
    called.collect()
}

/// The operation that a request of this page calls: one of the page's, where it is one of them; none, if the request goes
/// to another service.
fn operation<'a>(
    cx: &PageContext<'_, 'a>,
    operations: &[&'a Operation],
    method: Method,
    target: &str,
) -> Option<&'a Operation> {
    let target = Target::of(target);
    let version = cx.version.compilation.version;
    if let Some(Elsewhere::Host(_)) = target.elsewhere(version) {
        return None;
    }
    let routed = cx.version.router().find(method, target.path);
    let routed = routed.ok().map(|found| found.operation);
    if routed.is_some_and(|it| is_told(cx, it)) {
        return routed;
    }
    // The arguments of a function may be such that its path reads like a key.
    let of_method = || operations.iter().filter(|it| it.method == method);
    let of_path = of_method().find(|it| requests::is_of(&it.path.template(), target.path));
    of_path
        .copied()
        .or(routed)
        .or_else(|| of_method().next().copied())
}

/// Whether a page is one of those that document an operation.
pub fn is_told(cx: &PageContext, operation: &Operation) -> bool {
    let is_here = |page: &str| *page == *cx.page.path;
    is_here(&operation.page.page) || operation.also.iter().any(|source| is_here(&source.page))
}

/// The type of the object that a request carries, by the page: its own words where another page describes the same
/// request with other types.
pub fn carried(cx: &PageContext, operation: &Operation) -> Option<Type> {
    if !is_told(cx, operation) || *operation.page.page == *cx.page.path {
        return match operation.page.body.as_ref()? {
            RequestBody::Object { ty, .. } => Some(ty.clone()),
            RequestBody::Parameters(_)
            | RequestBody::Reference
            | RequestBody::Stream { .. }
            | RequestBody::Unknown => None,
        };
    }
    cx.facts.facts.iter().find_map(|fact| match &fact.claim {
        Claim::Body(BodyText::Object(text)) => named(cx, text),
        _ => None,
    })
}

/// What comes back with a status, by the page; with any success, if it does not tell this one. Nothing, if it tells several
/// things.
pub fn answer(cx: &PageContext, operation: &Operation, status: u16) -> Option<ResponseBody> {
    let told: Vec<(u16, Option<ResponseBody>)> =
        if !is_told(cx, operation) || *operation.page.page == *cx.page.path {
            let responses = operation.page.responses.iter();
            responses
                .map(|it| (it.status, Some(it.body.clone())))
                .collect()
        } else {
            claimed(cx)
        };
    let mut same = told.iter().filter(|(known, _)| *known == status);
    let found = match (same.next(), same.next()) {
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) => None,
        (None, _) => told.iter().find(|(known, _)| (200..300).contains(known)),
    };
    found.and_then(|(_, body)| body.clone())
}

/// The answers that a page claims.
fn claimed(cx: &PageContext) -> Vec<(u16, Option<ResponseBody>)> {
    let facts = cx.facts.facts.iter().filter_map(|fact| match &fact.claim {
        Claim::Response { status, body, .. } => {
            let body = match body {
                ResponseText::Empty => Some(ResponseBody::Empty),
                ResponseText::Stream => Some(ResponseBody::Stream),
                ResponseText::Unknown => Some(ResponseBody::Unknown),
                ResponseText::Value(text) => named(cx, text).map(|ty| {
                    if ty.collection {
                        ResponseBody::Collection(Type::single(ty.item))
                    } else {
                        ResponseBody::Value(ty)
                    }
                }),
            };
            Some((*status, body))
        }
        _ => None,
    });
    facts.collect()
}

/// The structured type that a page names: that of the page where its link leads, else one of that name.
fn named(cx: &PageContext, text: &TypeText) -> Option<Type> {
    let ItemText::Named(reference) = &text.item else {
        return None;
    };
    let linked = reference.target.as_deref().and_then(|target| {
        let page = cx
            .version
            .page_by_path(&facts::join(&cx.page.path, target))?;
        cx.version.model().type_of_page.get(&page)
    });
    let api = cx.version.api();
    let id = match linked {
        Some(name) => api.find_type(name.as_str()),
        None => api.find_type(TypeName::new(&reference.name).as_str()),
    };
    Some(Type {
        item: ItemType::Structured(id?),
        collection: text.collection,
    })
}

/// The bodies of a page that carry JSON of a known type.
pub(super) fn bodies<'a>(cx: &PageContext<'_, 'a>) -> Vec<Body<'a>> {
    let mut bodies = Vec::new();
    for (at, (message, operation)) in cx.messages().iter().zip(cx.called()).enumerate() {
        let Some((operation, tree)) = operation.zip(message.tree()) else {
            continue;
        };
        let parts = match expected(cx, operation, message, &tree.root) {
            Some((ty, root)) => {
                let others = alternatives(cx, operation, message, &ty);
                vec![(ty, root.to_owned(), others)]
            }
            None => arguments(cx, operation, message, &tree.root),
        };
        for (ty, root, others) in parts {
            let Some((node, _)) = tree.root.pointer(&root) else {
                continue;
            };
            let (ty, mut mismatches) = judged(cx, ty, others, node);
            for mismatch in &mut mismatches {
                mismatch.at.insert_str(0, &root);
            }
            bodies.push(Body {
                message: at,
                operation,
                is_request: message.request().is_some(),
                ty,
                root,
                mismatches,
            });
        }
    }
    bodies
}

/// What a body may be of as well, by other witnesses than the page's own words: the annotation, the page that decides
/// what the same request carries, and the path of the request.
fn alternatives(
    cx: &PageContext,
    operation: &Operation,
    message: &Message,
    ty: &Type,
) -> Vec<Type> {
    let annotated = annotated(cx, message).map(|item| Type {
        item,
        collection: ty.collection,
    });
    let decided = match &operation.page.body {
        Some(RequestBody::Object { ty, .. }) if message.request().is_some() => Some(ty.clone()),
        _ => None,
    };
    let selected = selected(operation).map(|item| Type {
        item: item.clone(),
        collection: ty.collection,
    });
    let witnesses = annotated.into_iter().chain(decided);
    witnesses.chain(selected).collect()
}

/// The structured type of what the path of an operation leads to, or of its items.
fn selected(operation: &Operation) -> Option<&ItemType> {
    let last = operation.path.segments.last()?;
    let item = &last.ty.as_ref()?.item;
    let is_place = matches!(last.kind, SegmentKind::Name | SegmentKind::Key);
    (is_place && matches!(item, ItemType::Structured(_))).then_some(item)
}

/// The arguments that an action is called with, where in the body each is, and of what type it is by the metadata.
fn arguments(
    cx: &PageContext,
    operation: &Operation,
    message: &Message,
    body: &Node,
) -> Vec<(Type, String, Vec<Type>)> {
    let Some(RequestBody::Parameters(parameters)) = &operation.page.body else {
        return Vec::new();
    };
    if message.request().is_none() {
        return Vec::new();
    }
    let arguments = body.entries().iter().filter_map(|entry| {
        let parameter = parameters.iter().find(|it| *it.name == *entry.key)?;
        // A parameter of which the page tells no type counts as a string.
        let is_untold = parameter.ty == Type::single(ItemType::Primitive(Primitive::String))
            && entry.value.text().is_none();
        if is_untold {
            return None;
        }
        let called = operation.calls.map(|id| &cx.version.api()[id].parameters);
        let mut declared = called.into_iter().flatten();
        let declared = declared.find(|it| *it.name == *entry.key);
        let others = declared.map(|it| it.ty.clone()).into_iter().collect();
        Some((parameter.ty.clone(), format!("/{}", entry.key), others))
    });
    arguments.collect()
}

/// What in a value is not of its type. Where other witnesses name other types than the page's words, all are tried, and
/// the first of those that fit best has it: that they differ is another thing to tell.
fn judged(cx: &PageContext, ty: Type, others: Vec<Type>, node: &Node) -> (Type, Vec<Mismatch>) {
    let api = cx.version.api();
    let value = node.value(&cx.page.text);
    let mismatches = conform::mismatches(api, &ty, &value);
    let mut best = (ty, mismatches);
    for other in others {
        if best.1.is_empty() {
            break;
        }
        if other != best.0 {
            let mismatches = conform::mismatches(api, &other, &value);
            if mismatches.len() < best.1.len() {
                best = (other, mismatches);
            }
        }
    }
    best
}

/// The structured type that the annotation of a message names.
pub fn annotated(cx: &PageContext, message: &Message) -> Option<ItemType> {
    let annotation = cx.annotation_of(message)?;
    let name = annotation.get("@odata.type")?.text()?;
    let id = cx.version.api().find_type(odata_type(name))?;
    Some(ItemType::Structured(id))
}

/// The name in `#name` or `Collection(name)`.
pub fn odata_type(text: &str) -> &str {
    let text = text.trim().trim_start_matches('#');
    let inner = text
        .get(..11)
        .is_some_and(|start| start.eq_ignore_ascii_case("collection("));
    if inner {
        text[11..]
            .trim_end_matches(')')
            .trim()
            .trim_start_matches('#')
    } else {
        text
    }
}

/// The type of the body of a message, and where in it the value of that type is.
fn expected(
    cx: &PageContext,
    operation: &Operation,
    message: &Message,
    body: &Node,
) -> Option<(Type, &'static str)> {
    let Some(status) = message.status() else {
        return carried(cx, operation).map(|ty| (ty, ""));
    };
    if !(200..300).contains(&status) {
        return None;
    }
    match answer(cx, operation, status)? {
        ResponseBody::Collection(item) => body.get("value").is_some().then(|| {
            let ty = Type {
                collection: true,
                ..item
            };
            (ty, "/value")
        }),
        ResponseBody::Value(ty) => {
            let is_structured = matches!(ty.item, ItemType::Structured(_)) && !ty.collection;
            let is_enveloped = !is_structured && body.get("value").is_some();
            // Many pages of the older generator put one entity into an envelope, too.
            let is_wrapped = is_structured
                && matches!(body.entries(), [only] if &*only.key == "value" && !only.value.entries().is_empty());
            let root = if is_enveloped || is_wrapped {
                "/value"
            } else {
                ""
            };
            Some((ty, root))
        }
        ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => None,
    }
}

/// JSON that a page shows.
#[derive(Debug)]
pub struct Json<'c> {
    /// The position of its section in the page.
    pub section: usize,
    /// What it is.
    pub tree: Cow<'c, Result<Tree, Failure>>,
}

/// All JSON of a page: the bodies of messages, and code blocks that are JSON, such as the representation of a resource.
pub fn json<'c>(cx: &'c PageContext) -> Vec<Json<'c>> {
    let messages = cx.messages().iter().filter_map(|message| {
        // `[the bytes of the file]`
        let media_type = cx.header(message, "Content-Type");
        if media_type.is_some_and(|it| !cx.str(it.value).to_ascii_lowercase().contains("json")) {
            return None;
        }
        let tree = Cow::Borrowed(message.json.as_ref()?);
        let section = message.section;
        Some(Json { section, tree })
    });
    let blocks = cx.blocks().iter().filter_map(|block| {
        let text = cx.str(block.code.body);
        let is_json = cx.str(block.code.info).eq_ignore_ascii_case("json");
        if !is_json || !text.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let tree = Cow::Owned(tree::read(&cx.page.text, block.code.body));
        let section = block.section;
        Some(Json { section, tree })
    });
    messages.chain(blocks).collect()
}
