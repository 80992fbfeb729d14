use std::collections::HashSet;

use crate::lint::{
    finding::{Findings, Fix, Severity},
    links::{self, Destination},
    page::PageContext,
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "LNK006",
    name: "link-absolute",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("lnk006_link_absolute.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    // Several links may name one definition.
    let mut told = HashSet::new();
    for (link, destination) in cx.page.links.iter().zip(cx.destinations()) {
        if *destination != Destination::SourceOnSite {
            continue;
        }
        let at = links::path_at(cx, link);
        if !told.insert(at.unwrap_or(link.range)) {
            continue;
        }
        let place = cx.at(at.unwrap_or(link.range), "");
        let message = format!(
            "`{}` is the path of a source file, not of a published page",
            link.target
        );
        let finding = out
            .tell(place.clone(), message)
            .symbol(format!("{}:{}", cx.page.path, link.target));
        if let Some(path) = at.and_then(|at| published(cx.str(at))) {
            let title = format!("link to `{path}`");
            finding.fix(Fix::safe(title, Fix::replace(&place, path)));
        }
    }
}

/// The path that a conceptual page has on the site.
fn published(path: &str) -> Option<String> {
    let folders = ["/concepts/", "/graph/"];
    let page = folders
        .iter()
        .find_map(|folder| path.strip_prefix(folder))?;
    Some(format!("/graph/{}", page.strip_suffix(".md")?))
}
