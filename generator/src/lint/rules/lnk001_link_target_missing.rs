use crate::{
    lint::{
        finding::{Finding, Findings, Fix, Severity},
        links::{self, Destination, Leading},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
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
    let is_wrong = |it: &Destination| matches!(it, Destination::Missing(_) | Destination::Outside);
    for it in links::leading(cx, is_wrong) {
        if let Destination::Missing(path) = it.destination {
            tell_missing(cx, &it, path, out);
        } else {
            tell(cx, &it, "leads out of the documents", out);
        }
    }
}

/// How many letters may differ in a slip.
const SLIP: usize = 2;

/// Tells that a link leads to no file, and which file lies beside where it leads.
fn tell_missing(cx: &PageContext, it: &Leading, path: &str, out: &mut Findings) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let repository = cx.world.repository();
    let mut names: Vec<_> = repository.names_in(folder).collect();
    names.sort_unstable();
    let near = suggest::closest(name, names);
    let finding = tell(cx, it, "leads to no file", out);
    let Some(near) = near else {
        return;
    };
    finding.help(format!("did you mean `{near}`?"));
    let place = it.path.and_then(|at| {
        let written = cx.str(at).rfind(name)?;
        let start = at.start as usize + written;
        Some(cx.at((start..start + name.len()).into(), ""))
    });
    if let Some(place) = place.filter(|_| suggest::slips(name, near, SLIP).is_some()) {
        let edits = Fix::replace(&place, near);
        finding.fix(Fix::needs_review(format!("link to `{near}`"), edits));
    }
}

fn tell<'o>(cx: &PageContext, it: &Leading, what: &str, out: &'o mut Findings) -> &'o mut Finding {
    let target = &it.link.target;
    let message = format!("the link to `{target}` {what}");
    let symbol = format!("{}:{target}", cx.page.path);
    out.tell(cx.at(it.at(), ""), message).symbol(symbol)
}
