use crate::{
    json::tree::{Slip, SlipKind},
    lint::{
        examples::{self, Json},
        finding::{Edit, Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        values::Groups,
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "EX002",
    name: "example-json-lenient",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("ex002_example_json_lenient.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for json in examples::json(cx) {
        if let Ok(tree) = &*json.tree
            && !tree.slips.is_empty()
        {
            tell(cx, &json, &tree.slips, out);
        }
    }
}

/// Tells each kind of slip once.
fn tell(cx: &PageContext, json: &Json, slips: &[Slip], out: &mut Findings) {
    let mut groups = Groups::new();
    for (at, slip) in slips.iter().enumerate() {
        groups.add(cause(cx, slips, at), slip);
    }
    for (kind, slips) in groups.list {
        let Some((what, repair)) = words(kind) else {
            continue;
        };
        let Some(first) = slips.first() else {
            continue;
        };
        let more = match slips.len() {
            1 => String::new(),
            2 => ", twice".to_owned(),
            count => format!(", {count} times"),
        };
        let finding = out
            .tell(
                cx.at(first.at, ""),
                format!("JSON does not allow {what}{more}"),
            )
            .symbol(cx.section_symbol(json.section));
        let edits: Option<Vec<Edit>> = slips.iter().map(|slip| edit(cx, slip)).collect();
        if let Some(edits) = edits {
            finding.fix(Fix::safe(repair, edits));
        }
    }
}

/// What a slip comes from: a comma beside a mark of omission would be none too many without it.
fn cause(cx: &PageContext, slips: &[Slip], at: usize) -> SlipKind {
    let slip = slips[at];
    let is_omission = |other: &&Slip| other.kind == SlipKind::Ellipsis;
    let touches = |a: Slip, b: Slip| {
        let between = ByteRange {
            start: a.at.end,
            end: b.at.start,
        };
        cx.str(between).trim().is_empty()
    };
    let before = at.checked_sub(1).and_then(|at| slips.get(at));
    let after = slips.get(at + 1);
    let is_caused = before
        .filter(is_omission)
        .is_some_and(|it| touches(*it, slip))
        || after
            .filter(is_omission)
            .is_some_and(|it| touches(slip, *it));
    if slip.kind == SlipKind::TrailingComma && is_caused {
        SlipKind::Ellipsis
    } else {
        slip.kind
    }
}

/// What JSON does not allow, and what to do; nothing for what is no JSON at all.
fn words(kind: SlipKind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        SlipKind::TrailingComma => ("a comma before a closing bracket", "remove the comma"),
        SlipKind::MissingComma => ("members without a comma between them", "insert a comma"),
        SlipKind::Comment => ("comments", "remove the comment"),
        SlipKind::Ellipsis => ("a mark for what is left out", "remove the mark"),
        SlipKind::SingleQuotes => ("strings in single quotes", "use double quotes"),
        SlipKind::BareKey => ("keys without quotes", "quote the key"),
        SlipKind::OddBlank => ("this kind of blank", "write a plain blank"),
        SlipKind::ControlCharacter => ("line breaks or tabs within a string", "escape it"),
        SlipKind::OddEscape => ("this escape", "double the backslash"),
        SlipKind::TextBehind | SlipKind::Unclosed => return None,
    })
}

/// The change that settles a slip; nothing where it is not clear what is meant.
fn edit(cx: &PageContext, slip: &Slip) -> Option<Edit> {
    let text = cx.str(slip.at);
    let (at, text) = match slip.kind {
        SlipKind::Ellipsis if stands_for_all(cx, slip.at) => return None,
        SlipKind::Comment | SlipKind::Ellipsis => (with_line(cx, slip.at), String::new()),
        SlipKind::MissingComma => (slip.at, ",".to_owned()),
        SlipKind::SingleQuotes => (slip.at, double_quoted(text)?),
        SlipKind::BareKey => (slip.at, format!("\"{text}\"")),
        SlipKind::OddBlank if text.chars().all(char::is_whitespace) => (slip.at, " ".to_owned()),
        SlipKind::OddBlank | SlipKind::TrailingComma => (slip.at, String::new()),
        SlipKind::ControlCharacter => (slip.at, control(text).to_owned()),
        SlipKind::OddEscape if text.starts_with("\\u") => return None,
        SlipKind::OddEscape => (slip.at, format!("\\{text}")),
        SlipKind::TextBehind | SlipKind::Unclosed => return None,
    };
    let file = cx.file();
    Some(Edit { file, at, text })
}

/// Whether a mark of omission is all that stands between two brackets: without it they would say that there is nothing.
fn stands_for_all(cx: &PageContext, mark: ByteRange) -> bool {
    let text = &cx.page.text;
    let before = text.get(..mark.start as usize).unwrap_or_default();
    let after = text.get(mark.end as usize..).unwrap_or_default();
    before.trim_end().ends_with(['[', '{']) && after.trim_start().starts_with([']', '}'])
}

/// A string in double quotes; nothing, if quotes within would need more thought.
fn double_quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    (!inner.contains(['"', '\\'])).then(|| format!("\"{inner}\""))
}

/// A control character as JSON writes it.
fn control(text: &str) -> &'static str {
    match text {
        "\n" => "\\n",
        "\t" => "\\t",
        _ => "",
    }
}

/// A range with the whole line, if it stands alone in it; else with the blanks before it.
fn with_line(cx: &PageContext, at: ByteRange) -> ByteRange {
    let text = &cx.page.text;
    let before = text.get(..at.start as usize).unwrap_or_default();
    let after = text.get(at.end as usize..).unwrap_or_default();
    let start = before.trim_end_matches([' ', '\t']).len();
    let rest = after.trim_start_matches([' ', '\t', '\r']);
    let is_alone = before[..start].ends_with('\n') && rest.starts_with('\n');
    let end = if is_alone {
        text.len() - rest.len() + 1
    } else {
        at.end as usize
    };
    ByteRange::new(start, end)
}
