use crate::{
    docs::Role,
    facts::PageKind,
    front_matter,
    lint::{
        finding::{Findings, Fix, Severity},
        front::{self, Entry},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE004",
    name: "front-matter-invalid",
    severity: Severity::Error,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["RequiredYamlHeaderMissing", "IncorrectYamlHeaderFormat"],
    doc: include_str!("page004_front_matter_invalid.md"),
    check: Check::Page(check),
};

/// The keys that each page has; each under its name of today or an older one.
const KEYS: &[&[&str]] = &[
    &["title"],
    &["description"],
    &["author"],
    &["ms.localizationpriority", "localization_priority"],
    &["ms.subservice", "ms.prod"],
    &[DOC_TYPE],
];

const DOC_TYPE: &str = "doc_type";

const TYPES: &[&str] = &[
    "apiPageType",
    "resourcePageType",
    "enumPageType",
    "conceptualPageType",
];

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.role != Role::Page {
        return;
    }
    let Some(all) = cx.page.front_matter else {
        out.tell(cx.at(cx.title(), ""), "the page has no front matter")
            .symbol(cx.symbol())
            .help("begin it with `title`, `description`, `author`, `doc_type` and the others between two lines `---`");
        return;
    };
    check_yaml(cx, all, out);
    let entries: Vec<Entry> = front::entries(cx.page).collect();
    let find = |key: &str| entries.iter().find(|it| cx.str(it.key) == key).copied();
    for names in KEYS {
        let present = names.iter().find_map(|name| find(name));
        check_key(cx, all, (names, present), out);
    }
    if let Some(entry) = find(DOC_TYPE) {
        check_type(cx, entry, out);
    }
}

/// A line that a YAML reader may stumble over; only then is it asked, since it takes its time.
fn check_yaml(cx: &PageContext, all: ByteRange, out: &mut Findings) {
    let Some(line) = front::lines(cx.page).find(|&line| is_odd(cx, line)) else {
        return;
    };
    if let Err(error) = front_matter::parse(cx.str(all)) {
        out.tell(
            cx.at(line, ""),
            format!("the front matter is no YAML: {}", error.replace('\n', " ")),
        )
        .symbol(format!("{}:front-matter", cx.page.path))
        .help("put a value with a colon or another mark between quotes");
    }
}

/// Whether a line is more than a key with a plain or quoted value.
fn is_odd(cx: &PageContext, line: ByteRange) -> bool {
    let text = cx.str(line);
    if text.is_empty() || text.starts_with([' ', '#']) {
        return false;
    }
    let Some(entry) = front::entry(cx.page, line) else {
        return true;
    };
    let value = cx.str(entry.value);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            value.len() < 2 || value.matches(quote).count() != 2 || !value.ends_with(quote)
        }
        None => {
            value.contains(": ")
                || value.contains(" #")
                || value.ends_with(':')
                || value.starts_with(|c: char| c.is_ascii_punctuation())
        }
    }
}

fn check_key(
    cx: &PageContext,
    all: ByteRange,
    (names, present): (&[&str], Option<Entry>),
    out: &mut Findings,
) {
    let Some(&name) = names.last() else {
        return;
    };
    let Some(entry) = present else {
        // The line of dashes that opens the front matter stands for what is not there.
        let dashes = cx.page.text.get(..all.start as usize).unwrap_or_default();
        let dashes = cx.range_of(dashes.trim());
        let finding = out
            .tell(
                cx.at(dashes, ""),
                format!("the front matter has no `{name}`"),
            )
            .symbol(format!("{}:{name}", cx.page.path));
        if name == DOC_TYPE {
            let right = page_type(cx.kind()).unwrap_or("conceptualPageType");
            finding.help(format!("say `{DOC_TYPE}: {right}`"));
        }
        return;
    };
    let name = cx.str(entry.key);
    let is_empty = entry.word(cx.page).is_empty() && !has_nested(cx, entry);
    if is_empty {
        let at = if entry.value.is_empty() {
            entry.key
        } else {
            entry.value
        };
        out.tell(cx.at(at, ""), format!("`{name}` is empty"))
            .severity(Severity::Warning)
            .symbol(format!("{}:{name}", cx.page.path));
    }
}

/// Whether the value stands on the lines below its key.
fn has_nested(cx: &PageContext, entry: Entry) -> bool {
    let rest = cx
        .page
        .text
        .get(entry.key.end as usize..)
        .unwrap_or_default();
    let below = rest.lines().nth(1);
    below.is_some_and(|line| line.starts_with([' ', '-']) && !line.starts_with("---"))
}

/// What a page of a kind calls itself, where the kind tells.
fn page_type(kind: PageKind) -> Option<&'static str> {
    match kind {
        PageKind::Operation => Some("apiPageType"),
        PageKind::Resource => Some("resourcePageType"),
        PageKind::Enumeration => Some("enumPageType"),
        PageKind::Concept | PageKind::Include => None,
    }
}

fn check_type(cx: &PageContext, entry: Entry, out: &mut Findings) {
    let word = entry.word(cx.page);
    if word.is_empty() {
        return;
    }
    let expected = page_type(cx.kind());
    let inner = cx.range_of(word);
    let place = cx.at(inner, "");
    let symbol = format!("{}:{DOC_TYPE}", cx.page.path);
    if !TYPES.contains(&word) {
        let right = expected.or_else(|| suggest::closest(word, TYPES.iter().copied()));
        let finding = out
            .tell(place.clone(), format!("there is no page type `{word}`"))
            .symbol(symbol);
        if let Some(right) = right {
            finding.fix(Fix::safe(
                format!("write `{right}`"),
                Fix::replace(&place, right),
            ));
        }
        return;
    }
    let Some(right) = expected.filter(|right| *right != word) else {
        return;
    };
    let finding = out
        .tell(
            place.clone(),
            format!("the page calls itself `{word}`, and is written as `{right}`"),
        )
        .severity(Severity::Warning)
        .symbol(symbol)
        .fix(Fix::safe(
            format!("write `{right}`"),
            Fix::replace(&place, right),
        ));
    if !cx.title().is_empty() {
        finding.related(cx.at(cx.title(), "this and the sections below tell its type"));
    }
}
