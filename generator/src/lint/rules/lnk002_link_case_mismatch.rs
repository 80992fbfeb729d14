use std::collections::HashSet;

use crate::lint::{
    finding::{Findings, Fix, Severity},
    links::{self, Destination},
    page::PageContext,
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "LNK002",
    name: "link-case-mismatch",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("lnk002_link_case_mismatch.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    // Several links may name one definition.
    let mut told = HashSet::new();
    for (link, destination) in cx.page.links.iter().zip(cx.destinations()) {
        let Destination::OtherCase(right) = destination else {
            continue;
        };
        let name = right.rsplit('/').next().unwrap_or(right);
        let at = links::path_at(cx, link);
        if !told.insert(at.unwrap_or(link.range)) {
            continue;
        }
        let place = cx.at(at.unwrap_or(link.range), "");
        let message = format!(
            "the link to `{}` differs from the file's name in case",
            link.target
        );
        let finding = out
            .tell(place.clone(), message)
            .symbol(format!("{}:{}", cx.page.path, link.target))
            .help(format!("the file is `{name}`"));
        if let Some(at) = at {
            let text = links::respelled(cx.str(at), right);
            finding.fix(Fix::safe(
                format!("link to `{text}`"),
                Fix::replace(&place, text),
            ));
        }
    }
}
