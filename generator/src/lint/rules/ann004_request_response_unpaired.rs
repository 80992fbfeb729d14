use crate::{
    json::tree::{Kind, Node},
    lint::{
        finding::{Findings, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "ANN004",
    name: "request-response-unpaired",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &["UnpairedRequest"],
    doc: include_str!("ann004_request_response_unpaired.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let messages = cx.messages();
    for (index, message) in messages.iter().enumerate() {
        let Some(annotation) = cx.annotation_of(message) else {
            continue;
        };
        let before = messages.get(..index).unwrap_or_default();
        let behind = messages.get(index + 1..).unwrap_or_default();
        match block_type(annotation) {
            Some("request") if message.request().is_some() => {
                check_request(cx, message, annotation, behind, out);
            }
            Some("response") if message.status().is_some() => {
                check_response(cx, message, annotation, before, out);
            }
            _ => {}
        }
    }
}

fn block_type(annotation: &Node) -> Option<&str> {
    annotation.get("blockType")?.text()
}

fn is_ignored(cx: &PageContext, message: &Message) -> bool {
    cx.annotation_of(message).and_then(block_type) == Some("ignored")
}

/// The names that an annotation gives.
fn names(annotation: &Node) -> Vec<&str> {
    let Some(name) = annotation.get("name") else {
        return Vec::new();
    };
    match &name.kind {
        Kind::Array(items) => items.iter().filter_map(Node::text).collect(),
        Kind::Text(name) => vec![&**name],
        Kind::Null | Kind::Bool(_) | Kind::Number | Kind::Object(_) => Vec::new(),
    }
}

/// A request that no answer follows, and that no answer names.
fn check_request(
    cx: &PageContext,
    message: &Message,
    annotation: &Node,
    behind: &[Message],
    out: &mut Findings,
) {
    // What the service sends somewhere else is answered there.
    let is_to_service = message.request().is_some_and(|(_, target)| {
        !target.contains("://") || target.contains("://graph.microsoft.")
    });
    let own = names(annotation);
    let is_named = behind.iter().any(|other| {
        let names = cx.annotation_of(other).map(names).unwrap_or_default();
        other.status().is_some() && names.iter().any(|name| own.contains(name))
    });
    // Another way to ask the same may stand between a request and its answer.
    let mut others = behind.iter();
    let next = others.find(|it| it.status().is_some() || !is_ignored(cx, it));
    let answer = next.filter(|next| next.status().is_some());
    if !is_to_service || is_named || answer.is_some_and(|answer| !is_ignored(cx, answer)) {
        return;
    }
    let (message_text, label) = match (next, answer) {
        (_, Some(_)) => (
            "the answer of this request is annotated as `ignored`",
            "the answer",
        ),
        (Some(_), None) => (
            "no answer follows this request",
            "the next message is a request, too",
        ),
        (None, None) => ("no answer follows this request", ""),
    };
    let name = own.first().copied().unwrap_or("request");
    let finding = out
        .tell(cx.at(message.start_at, ""), message_text)
        .symbol(format!("{}:{name}", cx.section_symbol(message.section)));
    if answer.is_some() {
        finding.severity(Severity::Info);
    }
    if let Some(next) = next {
        finding.related(cx.at(next.start_at, label));
    }
}

/// An answer without a request before it, or with one that nobody reads.
fn check_response(
    cx: &PageContext,
    message: &Message,
    annotation: &Node,
    before: &[Message],
    out: &mut Findings,
) {
    let symbol = format!("{}:response", cx.section_symbol(message.section));
    let at: ByteRange = message.start_at;
    match before.last() {
        None => {
            out.tell(cx.at(at, ""), "no request stands before this answer")
                .symbol(symbol);
        }
        Some(request)
            if request.request().is_some()
                && is_ignored(cx, request)
                && names(annotation).is_empty() =>
        {
            out.tell(
                cx.at(at, ""),
                "the request of this answer is annotated as `ignored`",
            )
            .severity(Severity::Info)
            .symbol(symbol)
            .related(cx.at(request.start_at, "the request"));
        }
        Some(_) => {}
    }
}
