use crate::{
    docs::Role,
    facts::{Area, Claim, PageKind},
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE001",
    name: "required-section-missing",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &["RequiredDocumentHeaderMissing"],
    doc: include_str!("page001_required_section_missing.md"),
    check: Check::Page(check),
};

/// What each operation page has, and its heading.
const SECTIONS: &[(Area, &str)] = &[
    (Area::Permissions, "Permissions"),
    (Area::HttpRequest, "HTTP request"),
    (Area::RequestBody, "Request body"),
    (Area::Response, "Response"),
    (Area::Examples, "Example"),
];

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.role != Role::Page || cx.kind() != PageKind::Operation {
        return;
    }
    for &(area, heading) in SECTIONS {
        if cx.areas().contains(&area) || is_told_otherwise(cx, area) {
            continue;
        }
        out.tell(
            cx.at(cx.title(), ""),
            format!("the page has no section `{heading}`"),
        )
        .symbol(format!(
            "{}#{}",
            cx.page.path,
            crate::lint::page::slug(heading)
        ));
    }
}

/// Whether a section may be missing: parameters of a function take the place of a body, and a page without any request line
/// lacks more than a heading.
fn is_told_otherwise(cx: &PageContext, area: Area) -> bool {
    let mut facts = cx.facts.facts.iter();
    match area {
        Area::RequestBody => cx.areas().contains(&Area::FunctionParameters),
        Area::HttpRequest => !facts.any(|fact| matches!(fact.claim, Claim::Request { .. })),
        Area::Introduction
        | Area::Permissions
        | Area::PathParameters
        | Area::QueryParameters
        | Area::FunctionParameters
        | Area::RequestHeaders
        | Area::Response
        | Area::Examples
        | Area::Other => false,
    }
}
