use crate::{
    lint::{
        finding::{Findings, Severity},
        links::{self, Destination},
        page::{self, PageContext},
        rule::{Check, Fixes, Preset, Rule},
    },
    sections::{Link, Page},
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "LNK003",
    name: "link-anchor-missing",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &["LinkDestinationNotFound"],
    doc: include_str!("lnk003_link_anchor_missing.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for (link, destination) in cx.page.links.iter().zip(cx.destinations()) {
        let Some(fragment) = links::fragment_of(&link.target) else {
            continue;
        };
        let Destination::Page(id) = destination else {
            continue;
        };
        let target = if *id == cx.id {
            cx.page
        } else {
            cx.version.page(*id)
        };
        if has_include(target) || is_anchor(target, fragment) {
            continue;
        }
        let slugs: Vec<String> = slugs(target).collect();
        tell(cx, link, fragment, target, &slugs, out);
    }
}

fn tell(
    cx: &PageContext,
    link: &Link,
    fragment: &str,
    target: &Page,
    slugs: &[String],
    out: &mut Findings,
) {
    let at = cx.str(link.range).rfind(fragment).map(|at| {
        let start = link.range.start as usize + at;
        (start..start + fragment.len()).into()
    });
    let message = format!("`{}` has no heading `#{fragment}`", target.path);
    let finding = out
        .tell(cx.at(at.unwrap_or(link.range), ""), message)
        .symbol(format!("{}:{}", cx.page.path, link.target));
    let slugs = slugs.iter().map(String::as_str);
    if let Some(near) = suggest::closest(fragment, slugs) {
        finding.help(format!("did you mean `#{near}`?"));
    }
}

/// The fragments of a page's headings.
fn slugs(page: &Page) -> impl Iterator<Item = String> + '_ {
    let headed = page.sections.iter().filter(|section| section.level > 0);
    headed.map(|section| page::slug(page.str(section.title)))
}

/// Whether a fragment leads to a heading, or to an anchor in HTML.
fn is_anchor(page: &Page, fragment: &str) -> bool {
    let same = |wanted: &str| {
        let is_it = |slug: &String| slug.eq_ignore_ascii_case(wanted);
        slugs(page).filter(is_it).count()
    };
    let named = ["name", "id"].into_iter().any(|attribute| {
        let anchor = format!("{attribute}=\"{fragment}\"");
        memchr::memmem::find(page.text.as_bytes(), anchor.as_bytes()).is_some()
    });
    // Of equal headings, all but the first have a number behind them.
    let numbered = || {
        let (stem, number) = fragment.rsplit_once('-')?;
        let number: usize = number.parse().ok()?;
        Some(same(stem) > number)
    };
    named || same(fragment) > 0 || numbered().unwrap_or_default()
}

/// Whether text is included that may have headings of its own.
fn has_include(page: &Page) -> bool {
    let mut includes = page
        .links
        .iter()
        .filter(|link| link.target.contains("includes/"));
    includes.any(|link| {
        let path = &link.target;
        !path.contains("/snippets/") && !path.ends_with("-disclaimer.md")
    })
}
