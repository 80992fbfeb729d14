use crate::{
    docs::Role,
    facts::{Claim, PageKind},
    lint::{
        finding::{Findings, Fix, Severity},
        front,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE005",
    name: "title-type-name-mismatch",
    severity: Severity::Info,
    preset: Preset::Strict,
    fixes: Fixes::Both,
    apidoctor: &[],
    doc: include_str!("page005_title_type_name_mismatch.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.role != Role::Page || cx.title().is_empty() {
        return;
    }
    let heading = cx.str(cx.title());
    match name_in_case(cx, heading) {
        Some((word, name)) => {
            tell_name(cx, word, name, out);
            check_title(cx, &heading.replacen(word, name, 1), out);
        }
        None => check_title(cx, heading, out),
    }
}

/// The title of the front matter beside that of the page.
fn check_title(cx: &PageContext, heading: &str, out: &mut Findings) {
    let Some(entry) = front::find(cx.page, "title") else {
        return;
    };
    let stated = entry.word(cx.page);
    // The site's name stands behind some titles.
    let plain = stated.split(" - Microsoft Graph").next().unwrap_or(stated);
    if plain.is_empty() || same(plain, heading) || stated.starts_with(['>', '|']) {
        return;
    }
    let place = cx.at(cx.range_of(stated), "");
    let message = format!("the title is `{stated}` here, and `{heading}` on the page");
    let finding = out
        .tell(place.clone(), message)
        .symbol(format!("{}:title", cx.page.path))
        .related(cx.at(cx.title(), "the heading of the page"));
    if heading.contains(['"', '`', '\\', ':', '<', '*']) {
        return;
    }
    let edits = Fix::replace(&place, heading);
    let title = format!("write `{heading}`");
    finding.fix(if stated.eq_ignore_ascii_case(heading) {
        Fix::safe(title, edits)
    } else {
        Fix::needs_review(title, edits)
    });
}

/// Whether two titles are the same but for marks.
fn same(a: &str, b: &str) -> bool {
    let is_letter = |c: &char| !matches!(c, '`' | '*' | '\\' | '"' | '\'') && !c.is_whitespace();
    let (a, b) = (a.chars().filter(is_letter), b.chars().filter(is_letter));
    a.eq(b)
}

/// The name of the page's type in its heading, where it is written in another case, and as it should be. The metadata
/// decides; without it an annotation does, unless it is all in lower case.
fn name_in_case<'c>(cx: &'c PageContext, heading: &'c str) -> Option<(&'c str, &'c str)> {
    if cx.kind() != PageKind::Resource {
        return None;
    }
    let ty = cx.type_name()?;
    let word = heading.split_whitespace().next()?;
    if !word.eq_ignore_ascii_case(ty.name()) {
        return None;
    }
    let declared = cx.version.declared().types.get(&ty.key());
    let name = match declared {
        Some(declared) => declared.name.text.as_str(),
        None if ty.name().bytes().any(|byte| byte.is_ascii_uppercase()) => ty.name(),
        None if word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) => return None,
        None => ty.name(),
    };
    (word != name).then_some((word, name))
}

fn tell_name(cx: &PageContext, word: &str, name: &str, out: &mut Findings) {
    let place = cx.at(cx.range_of(word), "");
    let message = format!("the heading says `{word}`, the type is `{name}`");
    let symbol = cx.type_name().map(ToString::to_string);
    let finding = out
        .tell(place.clone(), message)
        .symbol(symbol.unwrap_or_else(|| cx.symbol()))
        .fix(Fix::safe(
            format!("write `{name}`"),
            Fix::replace(&place, name),
        ));
    let mut facts = cx.facts.facts.iter();
    let declared = facts.find(|fact| matches!(fact.claim, Claim::Type { .. }));
    if let Some(fact) = declared.filter(|fact| fact.page == cx.id && fact.at != cx.title()) {
        finding.related(cx.at(fact.at, "declares the type"));
    }
}
