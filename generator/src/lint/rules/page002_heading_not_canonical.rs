use crate::{
    docs::Role,
    facts::PageKind,
    lint::{
        finding::{Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    sections::Section,
    suggest,
    vocabulary::Heading,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE002",
    name: "heading-not-canonical",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["DocumentHeaderInWrongCase", "MisspeltDocumentHeader"],
    doc: include_str!("page002_heading_not_canonical.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.role != Role::Page || cx.kind() == PageKind::Concept {
        return;
    }
    let is_generated = cx.is_of_older_generator();
    for (index, section) in cx.page.sections.iter().enumerate() {
        let title = cx.str(section.title);
        if section.level < 2 || is_canonical(title) {
            continue;
        }
        let Some(right) = meant(cx, section, title) else {
            continue;
        };
        let is_house_style = title.eq_ignore_ascii_case(right) || title == "Prerequisites";
        if is_generated && is_house_style {
            continue;
        }
        let place = cx.at(section.title, "");
        out.tell(
            place.clone(),
            format!("the heading `{title}` is written `{right}` elsewhere"),
        )
        .symbol(cx.section_symbol(index))
        .fix(Fix::safe(
            format!("write `{right}`"),
            Fix::replace(&place, right),
        ));
    }
}

/// All headings that other tools know, as pages write them.
const CANONICAL: &[&str] = &[
    "Methods",
    "Properties",
    "Relationships",
    "JSON representation",
    "Members",
    "Instance attributes",
    "Derived types",
    "Permissions",
    "HTTP request",
    "Path parameters",
    "Query parameters",
    "Optional query parameters",
    "OData query parameters",
    "Function parameters",
    "Request headers",
    "Optional request headers",
    "Request body",
    "Response",
    "Request",
    "Example",
    "Examples",
];

fn is_canonical(title: &str) -> bool {
    CANONICAL.contains(&title)
}

/// The heading that a title is meant to be.
fn meant(cx: &PageContext, section: &Section, title: &str) -> Option<&'static str> {
    let plain = title.trim_matches(['*', '`', ':', ' ']);
    let same = CANONICAL
        .iter()
        .find(|known| known.eq_ignore_ascii_case(plain));
    if let Some(same) = same {
        return Some(same);
    }
    match cx.world.vocabulary.heading(title) {
        Some(Heading::HttpRequest) => plain
            .eq_ignore_ascii_case("HTTP requests")
            .then_some("HTTP request"),
        Some(Heading::Permissions) => plain
            .eq_ignore_ascii_case("Prerequisites")
            .then_some("Permissions"),
        None if section.level == 2 => misspelled(plain),
        Some(_) | None => None,
    }
}

/// The heading that a title differs from in a letter or two. Short words differ in that from others, too.
fn misspelled(title: &str) -> Option<&'static str> {
    const SLIP: usize = 2;
    const SHORTEST: usize = 7;
    let title = title.to_ascii_lowercase();
    let mut known = CANONICAL.iter().filter(|known| known.len() >= SHORTEST);
    let is_near =
        |known: &&&str| suggest::slips(&known.to_ascii_lowercase(), &title, SLIP).is_some();
    known.find(is_near).copied()
}
