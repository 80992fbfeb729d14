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
    for it in links::leading(cx, |it| matches!(it, Destination::OtherCase(_))) {
        let Destination::OtherCase(right) = it.destination else {
            continue;
        };
        let (name, target) = (right.rsplit('/').next().unwrap_or(right), &it.link.target);
        let place = cx.at(it.at(), "");
        let message = format!("the link to `{target}` differs from the file's name in case");
        let finding = out
            .tell(place.clone(), message)
            .symbol(format!("{}:{target}", cx.page.path))
            .help(format!("the file is `{name}`"));
        if let Some(at) = it.path {
            let text = links::respelled(cx.str(at), right);
            finding.fix(Fix::safe(
                format!("link to `{text}`"),
                Fix::replace(&place, text),
            ));
        }
    }
}
