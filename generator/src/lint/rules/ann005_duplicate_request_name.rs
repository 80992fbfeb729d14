use std::collections::HashMap;

use crate::{
    facts::PageId,
    json::tree,
    lint::{
        finding::{Findings, Fix, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
    sections::{Page, Section},
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "ANN005",
    name: "duplicate-request-name",
    severity: Severity::Error,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["DuplicateMethodIdentifier"],
    doc: include_str!("ann005_duplicate_request_name.md"),
    check: Check::Version(check),
};

/// The name of a request, without its quotes.
#[derive(Clone, Copy)]
struct Name {
    page: PageId,
    at: ByteRange,
}

fn check(_: &World, version: &Version, out: &mut Findings) {
    let mut by_name: HashMap<&str, Vec<Name>> = HashMap::new();
    for (index, (_, page)) in version.compilation.pages.iter().enumerate() {
        let id = PageId(index as u32);
        for at in names(page) {
            by_name
                .entry(page.str(at))
                .or_default()
                .push(Name { page: id, at });
        }
    }
    for (name, uses) in &by_name {
        let Some((first, others)) = uses.split_first() else {
            continue;
        };
        let mut number = 1;
        for other in others {
            let free = loop {
                number += 1;
                let free = format!("{name}_{number}");
                if !by_name.contains_key(free.as_str()) {
                    break free;
                }
            };
            tell(version, (name, uses.len()), (*first, *other), &free, out);
        }
    }
}

/// Tells a request that has the name of one before it; so many requests have that name in all.
fn tell(
    version: &Version,
    (name, count): (&str, usize),
    (first, other): (Name, Name),
    free: &str,
    out: &mut Findings,
) {
    let place = version.at(other.page, other.at, "");
    let path = &version.page(other.page).path;
    let (many, label) = match count {
        2 => ("two".to_owned(), "the other one"),
        _ => (count.to_string(), "the first one"),
    };
    let message = format!("{many} requests have the name `{name}`");
    let finding = out
        .tell(place.clone(), message)
        .symbol(format!("{path}:{name}"))
        .related(version.at(first.page, first.at, label));
    // An answer may name its request; then somebody has to see which of the two it is about.
    let text = &version.page(other.page).text;
    let quoted = format!("\"{name}\"");
    if memchr::memmem::find_iter(text.as_bytes(), quoted.as_bytes()).count() == 1 {
        let edits = Fix::replace(&place, free);
        finding.fix(Fix::safe(format!("call it `{free}`"), edits));
    }
}

/// The names of the requests on a page.
fn names(page: &Page) -> impl Iterator<Item = ByteRange> + '_ {
    let codes = page.sections.iter().flat_map(Section::codes);
    codes.filter_map(move |code| name(page, code.annotation?))
}

/// The name in the annotation of a request. Nearly all annotations are none, which a glance at the text tells.
fn name(page: &Page, comment: ByteRange) -> Option<ByteRange> {
    let text = page.str(comment);
    if !text.contains("\"request\"") || !text.contains("name") {
        return None;
    }
    let start = comment.start as usize + text.find('{')?;
    let tree = tree::read(&page.text, ByteRange::new(start, comment.end as usize)).ok()?;
    let is_request = tree
        .root
        .get("blockType")?
        .text()?
        .eq_ignore_ascii_case("request");
    let name = tree.root.get("name")?;
    let is_plain = name.text().is_some_and(|text| !text.is_empty());
    let inner = ByteRange {
        start: name.at.start + 1,
        end: name.at.end - 1,
    };
    (is_request && is_plain).then_some(inner)
}
