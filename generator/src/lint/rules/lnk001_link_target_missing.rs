use crate::{
    lint::{
        finding::{Finding, Findings, Fix, Severity},
        links::{self, Destination},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    sections::Link,
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
    for (link, destination) in cx.page.links.iter().zip(cx.destinations()) {
        match destination {
            Destination::Missing(path) => tell_missing(cx, link, path, out),
            Destination::Outside => {
                tell(cx, link, "leads out of the documents", out);
            }
            Destination::Elsewhere
            | Destination::SourceOnSite
            | Destination::Page(_)
            | Destination::File
            | Destination::OtherCase(_) => {}
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
    let at = links::path_at(cx, link).unwrap_or(link.range);
    out.tell(
        cx.at(at, ""),
        format!("the link to `{}` {what}", link.target),
    )
    .symbol(format!("{}:{}", cx.page.path, link.target))
}
