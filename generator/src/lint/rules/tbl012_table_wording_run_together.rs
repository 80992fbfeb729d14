use crate::{
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "TBL012",
    name: "table-wording-run-together",
    severity: Severity::Info,
    preset: Preset::Strict,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("tbl012_table_wording_run_together.md"),
    check: Check::Page(check),
};

/// What sentences in tables begin with. A name behind a dot (`Mail.Read`) is none of these words.
const OPENERS: &[&str] = &[
    "An",
    "By",
    "Can",
    "Cannot",
    "Currently",
    "Default",
    "Do",
    "For",
    "However",
    "If",
    "In",
    "Indicates",
    "Inherited",
    "It",
    "May",
    "Must",
    "Not",
    "Note",
    "Only",
    "Optional",
    "Otherwise",
    "Possible",
    "Read-only",
    "Required",
    "Returns",
    "Set",
    "Specifies",
    "Supported",
    "Supports",
    "That",
    "The",
    "There",
    "These",
    "They",
    "This",
    "To",
    "Use",
    "Used",
    "Valid",
    "When",
    "Where",
    "You",
];

fn check(cx: &PageContext, out: &mut Findings) {
    for (section, it) in cx.page.sections.iter().enumerate() {
        for row in it.tables().flat_map(|table| &table.rows) {
            for cell in &row.cells {
                check_cell(cx, section, *cell, out);
            }
        }
    }
}

fn check_cell(cx: &PageContext, section: usize, cell: ByteRange, out: &mut Findings) {
    let text = cx.str(cell);
    for stop in memchr::memchr_iter(b'.', text.as_bytes()) {
        let (before, rest) = (&text[..stop], &text[stop + 1..]);
        let Some(opener) = opener(rest).filter(|_| ends_sentence(before)) else {
            continue;
        };
        let at = cell.start as usize + stop + 1;
        let place = ByteRange::new(at, at + opener.len());
        let last = before.rsplit(' ').next().unwrap_or_default();
        let edit = Edit {
            file: cx.file(),
            at: ByteRange::new(at, at),
            text: " ".to_owned(),
        };
        out.tell(
            cx.at(place, ""),
            format!("`{last}.{opener}` runs two sentences together"),
        )
        .symbol(format!("{}:{last}.{opener}", cx.section_symbol(section)))
        .fix(Fix::safe("put a blank between them", vec![edit]));
    }
}

/// The word of [`OPENERS`] that a text begins with.
fn opener(text: &str) -> Option<&str> {
    if !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let is_end = |c: char| !(c.is_alphanumeric() || c == '-');
    let word = &text[..text.find(is_end).unwrap_or(text.len())];
    // `Mail.Read.All` goes on with a dot, a link with a parenthesis.
    let goes_on = text[word.len()..].starts_with(['.', '_', '/', '(', '=']);
    let is_last = text[word.len()..].trim() == ".";
    (OPENERS.contains(&word) && (!goes_on || is_last)).then_some(word)
}

/// Whether a text can be a sentence: its last word is a common word or something in brackets, and not in code or a URL.
fn ends_sentence(text: &str) -> bool {
    let last = text.rsplit([' ', '\u{a0}']).next().unwrap_or_default();
    let is_in_code = text.matches('`').count() % 2 == 1;
    let is_name = last.contains(['.', '/', '_', ':']) && !last.contains("](");
    let closes = last.ends_with(['}', ')', '`', '"', '\'', '*']);
    let is_word = last.len() > 1 && last.ends_with(|c: char| c.is_ascii_lowercase());
    !is_in_code && (closes || is_word && !is_name)
}
