use crate::{
    json::tree::{Slip, SlipKind},
    lint::{
        annotations,
        finding::{Findings, Fix, Severity},
        page::{AnnotationText, PageContext},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "ANN001",
    name: "annotation-invalid-json",
    severity: Severity::Error,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["AnnotationParserException", "JsonParserException"],
    doc: include_str!("ann001_annotation_invalid_json.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    annotations::all(cx, |annotation| check_annotation(cx, annotation, out));
}

fn check_annotation(cx: &PageContext, annotation: &AnnotationText, out: &mut Findings) {
    match &annotation.tree {
        Ok(tree) => {
            for slip in &tree.slips {
                // Remarks for people and tools stand behind the object on many pages.
                let is_remark = slip.kind == SlipKind::Comment && slip.at.start >= tree.root.at.end;
                if !is_remark {
                    check_slip(cx, annotation, *slip, out);
                }
            }
        }
        Err(failure) => {
            let words = failure.at.trim(&cx.page.text);
            let at = if words.is_empty() {
                first_brace(annotation)
            } else {
                words
            };
            let message = match cx.str(words) {
                "" => format!("the annotation is no JSON: it {}", failure.why),
                found => format!(
                    "the annotation is no JSON: `{}` {}",
                    found.replace('\n', " "),
                    failure.why
                ),
            };
            out.tell(cx.at(at, ""), message)
                .symbol(symbol(cx, annotation));
        }
    }
}

fn first_brace(annotation: &AnnotationText) -> ByteRange {
    let start = annotation.at.start;
    ByteRange {
        start,
        end: start + 1,
    }
}

fn symbol(cx: &PageContext, annotation: &AnnotationText) -> String {
    format!(
        "{}:annotation",
        cx.section_symbol(cx.section_at(annotation.at))
    )
}

/// Tells something that a lenient reader understands, and writes it as a strict one wants it.
fn check_slip(cx: &PageContext, annotation: &AnnotationText, slip: Slip, out: &mut Findings) {
    let text = cx.str(slip.at);
    let (what, right) = match slip.kind {
        SlipKind::TrailingComma => (
            "a comma stands before a closing bracket",
            Some(String::new()),
        ),
        SlipKind::MissingComma => ("a comma is missing", Some(",".to_owned())),
        SlipKind::Comment => ("a comment stands in it", Some(String::new())),
        SlipKind::Ellipsis => ("something is left out", Some(String::new())),
        SlipKind::SingleQuotes => ("a string stands between single quotes", double_quoted(text)),
        SlipKind::BareKey => ("a key has no quotes", Some(format!("\"{text}\""))),
        SlipKind::OddBlank => ("a blank is none that JSON knows", Some(" ".to_owned())),
        SlipKind::ControlCharacter => ("a string goes over several lines", Some(" ".to_owned())),
        SlipKind::OddEscape => ("a backslash stands before something that needs none", None),
        SlipKind::TextBehind => ("text stands behind the object", None),
        SlipKind::Unclosed => ("a bracket is not closed", None),
    };
    let at = if slip.at.is_empty() {
        behind(cx, annotation, slip.at)
    } else {
        slip.at
    };
    let is_lost = matches!(slip.kind, SlipKind::Unclosed | SlipKind::TextBehind);
    let finding = out
        .tell(cx.at(at, ""), format!("the annotation is no JSON: {what}"))
        .severity(if is_lost {
            Severity::Error
        } else {
            Severity::Warning
        })
        .symbol(symbol(cx, annotation));
    if let Some(right) = right {
        let edits = Fix::replace(&cx.at(slip.at, ""), right);
        finding.fix(Fix::safe("make it JSON", edits));
    }
}

/// The character before a place without width, to have something to show.
fn behind(cx: &PageContext, annotation: &AnnotationText, at: ByteRange) -> ByteRange {
    let before = ByteRange {
        start: annotation.at.start,
        end: at.start,
    };
    let last = cx.str(before).chars().next_back().map_or(0, char::len_utf8);
    ByteRange {
        start: at.start - last as u32,
        end: at.start,
    }
}

/// A string with the quotes of JSON; nothing if it has some of them within.
fn double_quoted(text: &str) -> Option<String> {
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    (!inner.contains(['"', '\\'])).then(|| format!("\"{inner}\""))
}
