use crate::{
    docs::Role,
    facts::{Area, PageKind},
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE003",
    name: "heading-order-or-level",
    severity: Severity::Warning,
    preset: Preset::Strict,
    fixes: Fixes::None,
    apidoctor: &["DocumentHeaderInWrongPosition"],
    doc: include_str!("page003_heading_order_or_level.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.role != Role::Page {
        return;
    }
    check_title(cx, out);
    check_levels(cx, out);
    if cx.kind() == PageKind::Operation {
        check_order(cx, out);
    }
}

fn check_title(cx: &PageContext, out: &mut Findings) {
    if !cx.page.sections.iter().any(|section| section.level == 1) {
        let start = cx
            .page
            .front_matter
            .map_or(0, |range| range.end as usize + 4);
        let rest = cx.page.text.get(start..).unwrap_or_default();
        let first = rest.lines().find(|line| !line.trim().is_empty());
        let at = first.map(|line| cx.range_of(line)).unwrap_or_default();
        out.tell(cx.at(at, ""), "the page has no heading of level 1")
            .symbol(cx.symbol());
    }
}

/// Headings more than one level below the one before.
fn check_levels(cx: &PageContext, out: &mut Findings) {
    let sections = cx.page.sections.iter().enumerate();
    let mut above: Option<(u8, ByteRange)> = None;
    for (index, section) in sections.filter(|(_, section)| section.level > 0) {
        if let Some((level, title)) = above.filter(|(level, _)| section.level > level + 1) {
            let message = format!(
                "a heading of level {} stands below one of level {level}",
                section.level
            );
            out.tell(cx.at(section.title, ""), message)
                .symbol(cx.section_symbol(index))
                .related(cx.at(title, format!("the heading of level {level}")));
        }
        above = Some((section.level, section.title));
    }
}

/// The first section of a page that should stand before another one above it.
fn check_order(cx: &PageContext, out: &mut Findings) {
    let sections = cx.page.sections.iter().zip(cx.areas()).enumerate();
    let mut last: Option<(u8, ByteRange)> = None;
    for (index, (section, area)) in sections.filter(|(_, (section, _))| section.level == 2) {
        let Some(rank) = rank(*area) else {
            continue;
        };
        match last {
            Some((before, title)) if rank < before => {
                let (early, late) = (cx.str(section.title), cx.str(title));
                out.tell(
                    cx.at(section.title, ""),
                    format!("`{early}` stands behind `{late}`, on other pages before it"),
                )
                .symbol(cx.section_symbol(index))
                .related(cx.at(title, "the section that it should stand before"));
                return;
            }
            Some(_) | None => last = Some((rank, section.title)),
        }
    }
}

/// The place of a section among the others.
fn rank(area: Area) -> Option<u8> {
    match area {
        Area::Permissions => Some(0),
        Area::HttpRequest => Some(1),
        Area::PathParameters
        | Area::QueryParameters
        | Area::FunctionParameters
        | Area::RequestHeaders => Some(2),
        Area::RequestBody => Some(3),
        Area::Response => Some(4),
        Area::Examples => Some(5),
        Area::Introduction | Area::Other => None,
    }
}
