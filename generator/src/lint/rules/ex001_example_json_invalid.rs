use crate::{
    facts,
    json::tree::{Failure, SlipKind, Tree},
    lint::{
        examples,
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "EX001",
    name: "example-json-invalid",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &["JsonParserException"],
    doc: include_str!("ex001_example_json_invalid.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for json in examples::json(cx) {
        match &*json.tree {
            Ok(tree) => check_ends(cx, json.section, tree, out),
            Err(failure) => tell_failure(cx, json.section, failure, out),
        }
    }
}

fn tell_failure(cx: &PageContext, section: usize, failure: &Failure, out: &mut Findings) {
    let text = cx.str(failure.at);
    let what = if text.is_empty() {
        "what is meant as JSON".to_owned()
    } else {
        format!("`{text}`")
    };
    let message = format!("this is no JSON: {what} {}", failure.why);
    let finding = out
        .tell(cx.at(failure.at, ""), message)
        .symbol(cx.section_symbol(section));
    // Whoever reads it knows what is meant, and where it belongs.
    if failure.is_escaped_content() {
        finding
            .severity(Severity::Warning)
            .help("take the backslashes away, or put all of it between quotation marks");
    }
}

/// A value that is not closed, or is followed by something.
fn check_ends(cx: &PageContext, section: usize, tree: &Tree, out: &mut Findings) {
    let slip = tree.slips.iter().find_map(|slip| {
        let why = match slip.kind {
            SlipKind::Unclosed => "it ends before all brackets are closed",
            SlipKind::TextBehind => follows(cx.str(slip.at)),
            SlipKind::TrailingComma
            | SlipKind::MissingComma
            | SlipKind::Comment
            | SlipKind::Ellipsis
            | SlipKind::SingleQuotes
            | SlipKind::BareKey
            | SlipKind::OddBlank
            | SlipKind::ControlCharacter
            | SlipKind::OddEscape => return None,
        };
        Some((slip, why))
    });
    if let Some((slip, why)) = slip {
        out.tell(cx.at(slip.at, ""), format!("this is no JSON: {why}"))
            .symbol(cx.section_symbol(section));
    }
}

/// What is wrong with a text behind a value, by how it begins.
fn follows(text: &str) -> &'static str {
    if text.starts_with(',') {
        "a bracket that is too many closes the value before this comma"
    } else if text.starts_with(['}', ']']) {
        "a closing bracket too many follows the value"
    } else if facts::message(text).is_some() {
        "another request or answer follows the value"
    } else {
        "something follows the value"
    }
}
