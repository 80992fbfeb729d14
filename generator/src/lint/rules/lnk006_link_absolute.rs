use crate::{
    lint::{
        finding::{Findings, Fix, Severity},
        links::{self, Destination, Repository},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    suggest,
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
    for it in links::leading(cx, |it| *it == Destination::SourceOnSite) {
        let target = &it.link.target;
        let place = cx.at(it.at(), "");
        let message = format!("`{target}` is the path of a source file, not of a published page");
        let finding = out
            .tell(place.clone(), message)
            .symbol(format!("{}:{target}", cx.page.path));
        let Some(page) = it.path.and_then(|at| conceptual(cx.str(at))) else {
            continue;
        };
        let repository = cx.world.repository();
        if repository.find(&format!("concepts/{page}.md")).is_some() {
            let path = format!("/graph/{page}");
            let title = format!("link to `{path}`");
            finding.fix(Fix::safe(title, Fix::replace(&place, path)));
        } else if let Some(near) = nearest(repository, page) {
            finding.help(format!("did you mean `/graph/{near}`?"));
        }
    }
}

/// The name of the conceptual page that a path of the site is meant for, without its ending.
fn conceptual(path: &str) -> Option<&str> {
    let folders = ["/graph/concepts/", "/concepts/", "/graph/"];
    let page = folders
        .iter()
        .find_map(|folder| path.strip_prefix(folder))?;
    page.strip_suffix(".md")
}

/// The conceptual page with the closest name.
fn nearest<'r>(repository: &'r Repository, page: &str) -> Option<&'r str> {
    let names = repository.names_in("concepts");
    let mut names: Vec<_> = names.filter_map(|name| name.strip_suffix(".md")).collect();
    names.sort_unstable();
    suggest::closest(page, names)
}
