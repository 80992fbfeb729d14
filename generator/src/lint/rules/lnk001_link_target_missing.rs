use std::collections::HashSet;

use crate::{
    lint::{
        finding::{Finding, Findings, Fix, Severity},
        links::{self, Destination},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    sections::Link,
    span::ByteRange,
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "LNK001",
    name: "link-target-missing",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &[
        "LinkDestinationNotFound",
        "LinkDestinationOutsideDocSet",
        "MissingLinkSourceId",
    ],
    doc: include_str!("lnk001_link_target_missing.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    // Several links may name one definition.
    let mut told = HashSet::new();
    let mut is_new = |link| told.insert(place(cx, link));
    for (link, destination) in cx.page.links.iter().zip(cx.destinations()) {
        match destination {
            Destination::Missing(path) if is_new(link) => tell_missing(cx, link, path, out),
            Destination::Outside if is_new(link) => {
                tell(cx, link, "leads out of the documents", out);
            }
            Destination::Elsewhere
            | Destination::SourceOnSite
            | Destination::Page(_)
            | Destination::File
            | Destination::OtherCase(_)
            | Destination::Missing(_)
            | Destination::Outside => {}
        }
    }
}

/// How many letters may differ in a slip.
const SLIP: usize = 2;

/// Tells that a link leads to no file, and which file lies beside where it leads.
fn tell_missing(cx: &PageContext, link: &Link, path: &str, out: &mut Findings) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let repository = cx.world.repository();
    let mut names: Vec<_> = repository.names_in(folder).collect();
    names.sort_unstable();
    let near = suggest::closest(name, names);
    let finding = tell(cx, link, "leads to no file", out);
    let Some(near) = near else {
        return;
    };
    finding.help(format!("did you mean `{near}`?"));
    let place = links::path_at(cx, link).and_then(|at| {
        let written = cx.str(at).rfind(name)?;
        let start = at.start as usize + written;
        Some(cx.at((start..start + name.len()).into(), ""))
    });
    if let Some(place) = place.filter(|_| suggest::slips(name, near, SLIP).is_some()) {
        let edits = Fix::replace(&place, near);
        finding.fix(Fix::needs_review(format!("link to `{near}`"), edits));
    }
}

fn tell<'o>(cx: &PageContext, link: &Link, what: &str, out: &'o mut Findings) -> &'o mut Finding {
    out.tell(
        cx.at(place(cx, link), ""),
        format!("the link to `{}` {what}", link.target),
    )
    .symbol(format!("{}:{}", cx.page.path, link.target))
}

/// Where the path of a link is written; the link, if it is nowhere to be found.
fn place(cx: &PageContext, link: &Link) -> ByteRange {
    links::path_at(cx, link).unwrap_or(link.range)
}
