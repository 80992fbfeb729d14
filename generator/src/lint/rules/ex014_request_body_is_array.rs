use crate::{
    api::RequestBody,
    facts::{BodyText, Claim, PageKind},
    ir::Method,
    json::tree::Kind,
    lint::{
        examples,
        finding::{Findings, Fix, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "EX014",
    name: "request-body-is-array",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("ex014_request_body_is_array.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for (message, operation) in cx.messages().iter().zip(cx.called()) {
        let is_array = message
            .tree()
            .is_some_and(|it| matches!(it.root.kind, Kind::Array(_)));
        let method = message.request().map(|(method, _)| method);
        if !is_array || !matches!(method, Some(Method::Post | Method::Patch | Method::Put)) {
            continue;
        }
        // Where the page does not say that it is an object, an array may be right.
        let is_one = operation.is_some_and(|operation| match operation.page.body {
            Some(RequestBody::Parameters(_) | RequestBody::Reference) => true,
            Some(RequestBody::Object { .. }) => {
                examples::carried(cx, operation).is_some_and(|ty| !ty.collection)
            }
            Some(RequestBody::Stream { .. } | RequestBody::Unknown) | None => false,
        });
        if is_one || operation.is_none() && cx.kind() == PageKind::Operation && says_one(cx) {
            tell(cx, message, out);
        }
    }
}

/// Whether the page itself says that one object is sent: it may have no request line that makes it an operation.
fn says_one(cx: &PageContext) -> bool {
    cx.facts
        .facts
        .iter()
        .any(|fact| matches!(&fact.claim, Claim::Body(BodyText::Object(ty)) if !ty.collection))
}

fn tell(cx: &PageContext, message: &Message, out: &mut Findings) {
    let Some(tree) = message.tree() else {
        return;
    };
    let start = tree.root.at.start as usize;
    let bracket = ByteRange::new(start, start + 1);
    let finding = out
        .tell(
            cx.at(bracket, ""),
            "the request carries an array where the page says that it carries one object",
        )
        .symbol(cx.section_symbol(message.section));
    if let [only] = tree.root.items() {
        let place = cx.at(tree.root.at, "");
        let edits = Fix::replace(&place, outdented(cx, only.at));
        finding.fix(Fix::needs_review("take the brackets away", edits));
    }
}

/// A value with its lines moved to the left, so that its first one could stand at the beginning of a line.
fn outdented(cx: &PageContext, at: ByteRange) -> String {
    let before = cx.page.text.get(..at.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let depth = line.len() - line.trim_start().len();
    let mut out = String::new();
    for (number, line) in cx.str(at).split_inclusive('\n').enumerate() {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let cut = if number == 0 { 0 } else { blanks.min(depth) };
        out.push_str(line.get(cut..).unwrap_or_default());
    }
    out
}
