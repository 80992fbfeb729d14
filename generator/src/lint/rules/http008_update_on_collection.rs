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
            tell(cx, &line, found.operation, out);
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

/// Whether what the request changes is what the collection belongs to.
fn changes_the_owner(operation: &Operation) -> bool {
    let Some(RequestBody::Object { ty, .. }) = &operation.page.body else {
        return false;
    };
    let owner = operation.path.segments.iter().rev().nth(1);
    owner.is_some_and(|owner| owner.ty.as_ref() == Some(ty))
}

fn tell(cx: &PageContext, line: &Line, operation: &Operation, out: &mut Findings) {
    let path = line.path_at(cx);
    let Some(last) = path_text::split(line.path).pop() else {
        return;
    };
    let end = path.end as usize;
    let place = cx.at(ByteRange::new(end - last.len().min(end), end), "");
    let message = format!("`{last}` is a collection, and a PATCH changes one entity");
    let meant = match line.path.rsplit_once('/') {
        Some((owner, _)) if changes_the_owner(operation) => owner.to_owned(),
        _ => format!("{}/{{{}}}", line.path, name_of_key(last)),
    };
    let help = format!("did you mean `{meant}`?");
    out.tell(place, message).symbol(line.symbol()).help(help);
}
