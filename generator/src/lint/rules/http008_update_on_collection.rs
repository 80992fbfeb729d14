use crate::{
    api::{Operation, RequestBody, SegmentKind},
    facts::{BodyText, Claim},
    ir::Method,
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        requests::{self, Line},
        rule::{Check, Fixes, Preset, Rule},
    },
    resolve::path_text::{self, is_plural, name_of_key},
    span::ByteRange,
    spelling::ItemText,
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP008",
    name: "update-on-collection",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("http008_update_on_collection.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for line in requests::lines(cx) {
        if line.method == Method::Patch
            && let Some(found) = cx.version.router().find(line.method, line.path).ok()
            && is_update_of_many(cx, found.operation)
        {
            tell(cx, &line, out);
        }
    }
}

/// Whether an operation changes one entity at the path of many.
fn is_update_of_many(cx: &PageContext, operation: &Operation) -> bool {
    let Some(RequestBody::Object { ty, .. }) = &operation.page.body else {
        return false;
    };
    let Some(last) = operation.path.segments.last() else {
        return false;
    };
    if ty.collection || last.kind != SegmentKind::Name {
        return false;
    }
    match &last.ty {
        Some(selected) => selected.collection,
        None => last.name().is_some_and(is_plural) && sends_one(cx),
    }
}

/// Whether the page names the type of the one object that is sent, and the name is not that of many either, as that of
/// `settings` is.
fn sends_one(cx: &PageContext) -> bool {
    cx.facts.facts.iter().any(|fact| match &fact.claim {
        Claim::Body(BodyText::Object(ty)) => match &ty.item {
            ItemText::Named(reference) => !ty.collection && !is_plural(&reference.name),
            ItemText::Primitive(_)
            | ItemText::Union(_)
            | ItemText::Enumeration
            | ItemText::Unread(_) => false,
        },
        _ => false,
    })
}

fn tell(cx: &PageContext, line: &Line, out: &mut Findings) {
    let path = line.path_at(cx);
    let Some(last) = path_text::split(line.path).pop() else {
        return;
    };
    let end = path.end as usize;
    let place = cx.at(ByteRange::new(end - last.len().min(end), end), "");
    let message = format!("`{last}` is a collection, and a PATCH changes one entity");
    out.tell(place, message).symbol(line.symbol()).help(format!(
        "did you mean `{}/{{{}}}`?",
        line.path,
        name_of_key(last)
    ));
}
