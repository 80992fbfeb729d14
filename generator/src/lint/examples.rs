//! The bodies of examples with the types that they should have, and where they have others.
//!
//! Comes in: the messages of a page. Goes out: one [`Body`] for each that carries JSON of a known type, with everything in
//! it that is not of that type. Rules choose from it what they tell.

use super::page::{Message, PageContext};
use crate::{
    api::{ItemType, Operation, RequestBody, ResponseBody, Type},
    conform::{self, Mismatch},
    ir::Method,
    json::tree::Node,
    target::Target,
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
    pub root: &'static str,
    /// What in it is of another type, with pointers from the top of the body.
    pub mismatches: Vec<Mismatch>,
}

/// The bodies of a page that carry JSON of a known type.
pub(super) fn bodies<'a>(cx: &PageContext<'_, 'a>) -> Vec<Body<'a>> {
    let operations = cx.version.operations_of(&cx.page.path);
    let mut asked: Option<&Operation> = None;
    let mut bodies = Vec::new();
    if operations.is_empty() {
        return bodies;
    }
    for (at, message) in cx.messages().iter().enumerate() {
        let Some(operation) = (match message.request() {
            Some((method, target)) => {
                asked = called(cx, operations, method, target);
                asked
            }
            None => asked.or(operations.first().copied()),
        }) else {
            continue;
        };
        let Some(tree) = message.tree() else {
            continue;
        };
        let Some((ty, root)) = expected(operation, message, &tree.root) else {
            continue;
        };
        let Some((node, _)) = tree.root.pointer(root) else {
            continue;
        };
        let value = node.value(&cx.page.text);
        let mut mismatches = conform::mismatches(cx.version.api(), &ty, &value);
        for mismatch in &mut mismatches {
            mismatch.at.insert_str(0, root);
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
    bodies
}

/// The operation that a request of this page calls: one of the page's, where it is one of them.
fn called<'a>(
    cx: &PageContext<'_, 'a>,
    operations: &[&'a Operation],
    method: Method,
    target: &str,
) -> Option<&'a Operation> {
    let target = Target::of(target);
    let routed = cx.version.router().find(method, target.path);
    let routed = routed.ok().map(|found| found.operation);
    let of_method = operations.iter().find(|it| it.method == method).copied();
    routed.or(of_method)
}

/// The type of the body of a message, and where in it the value of that type is.
fn expected(operation: &Operation, message: &Message, body: &Node) -> Option<(Type, &'static str)> {
    let Some(status) = message.status() else {
        return match operation.page.body.as_ref()? {
            RequestBody::Object { ty, .. } => Some((ty.clone(), "")),
            RequestBody::Parameters(_)
            | RequestBody::Reference
            | RequestBody::Stream { .. }
            | RequestBody::Unknown => None,
        };
    };
    if !(200..300).contains(&status) {
        return None;
    }
    let responses = &operation.page.responses;
    let documented = responses.iter().find(|it| it.status == status);
    let documented = documented.or_else(|| operation.page.success())?;
    match &documented.body {
        ResponseBody::Collection(item) => body.get("value").is_some().then(|| {
            let ty = Type {
                collection: true,
                ..item.clone()
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
            Some((ty.clone(), root))
        }
        ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => None,
    }
}
