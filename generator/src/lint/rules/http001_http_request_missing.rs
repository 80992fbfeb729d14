use crate::{
    facts::{Area, Claim, LeftoverKind, PageKind},
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP001",
    name: "http-request-missing",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &["HttpParserError"],
    doc: include_str!("http001_http_request_missing.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let mut facts = cx.facts.facts.iter();
    if cx.kind() != PageKind::Operation
        || facts.any(|fact| matches!(fact.claim, Claim::Request { .. }))
    {
        return;
    }
    // Lines that are there and cannot be read are told one by one.
    let mut leftovers = cx.facts.leftovers.iter();
    if leftovers.any(|it| it.what == LeftoverKind::RequestLine && is_malformed(it.why)) {
        return;
    }
    let sections = cx.page.sections.iter().zip(cx.areas());
    let section = sections
        .filter(|(_, area)| **area == Area::HttpRequest)
        .map(|(section, _)| section)
        .next();
    let block = section.and_then(|section| section.codes().next());
    let (at, message) = match (block, section) {
        (Some(code), _) if cx.str(code.body).trim().is_empty() => {
            (code.range, "the block of the request is empty")
        }
        (_, Some(section)) => (section.title, "no line of this section is a request"),
        (_, None) => (cx.title(), "the page describes a request, but shows none"),
    };
    out.tell(cx.at(at, ""), message)
        .symbol(cx.symbol())
        .help("show method and path: `GET /users/{id}`");
}

/// Whether a line is a request that could not be read, and so is told by HTTP003.
fn is_malformed(why: &str) -> bool {
    why != "is a header" && why != "is no request"
}
