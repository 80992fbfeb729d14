use crate::{
    facts::{LeftoverKind, PageKind},
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::PageContext,
        requests::{self, Line},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP003",
    name: "http-path-malformed",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Safe,
    apidoctor: &["HttpParserError"],
    doc: include_str!("http003_http_path_malformed.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.kind() != PageKind::Operation {
        return;
    }
    check_unread(cx, out);
    let lines = requests::lines(cx);
    for (at, line) in lines.iter().enumerate() {
        check_brackets(cx, line, out);
        check_blanks(cx, line, out);
        let before = lines.get(..at).unwrap_or_default();
        if let Some(first) = before.iter().find(|it| cx.str(it.at) == cx.str(line.at)) {
            tell_duplicate(cx, line, first, out);
        }
    }
}

/// Lines that no request could be read from.
fn check_unread(cx: &PageContext, out: &mut Findings) {
    let leftovers = cx.facts.leftovers.iter();
    let lines = leftovers.filter(|it| it.what == LeftoverKind::RequestLine && it.page == cx.id);
    for left in lines {
        let line = cx.str(left.at);
        // A word between two lines, or a header below one, belongs there.
        let begins = line.split_whitespace().next().unwrap_or_default();
        if crate::ir::Method::from_name(begins).is_none() {
            continue;
        }
        let message = format!("this request line {}", left.why);
        let finding = out.tell(cx.at(left.at, ""), message).symbol(cx.symbol());
        if line.contains("/...") {
            // So that people read it; a client is made from the lines beside it.
            finding
                .severity(Severity::Info)
                .help("name the segments that may stand there in a sentence");
        }
    }
}

/// Brackets and quotes without their other half.
fn check_brackets(cx: &PageContext, line: &Line, out: &mut Findings) {
    let path = line.path_at(cx);
    let text = cx.str(path);
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut odd = None;
    for (at, mark) in text.char_indices() {
        match mark {
            '{' | '(' => open.push((at, mark)),
            '}' | ')' => {
                let wanted = if mark == '}' { '{' } else { '(' };
                match open.pop() {
                    Some((_, found)) if found == wanted => {}
                    Some((at, found)) => odd = odd.or(Some((at, found))),
                    None => odd = odd.or(Some((at, mark))),
                }
            }
            _ => {}
        }
    }
    let unclosed = open.first().copied();
    if let Some((at, mark)) = odd.or(unclosed) {
        let start = path.start as usize + at;
        let place = cx.at(ByteRange::new(start, start + 1), "");
        out.tell(place, format!("`{mark}` has no other half in this path"))
            .symbol(line.symbol());
    } else if text.matches('\'').count() % 2 == 1
        && let Some(at) = text.find('\'')
    {
        let start = path.start as usize + at;
        let place = cx.at(ByteRange::new(start, start + 1), "");
        out.tell(place, "a quote has no other half in this path")
            .symbol(line.symbol());
    }
}

/// Blanks and doubled slashes between segments.
fn check_blanks(cx: &PageContext, line: &Line, out: &mut Findings) {
    let path = line.path_at(cx);
    let text = cx.str(path);
    let mut depth = 0_u32;
    for (at, mark) in text.char_indices() {
        match mark {
            '{' | '(' | '<' => depth += 1,
            '}' | ')' | '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ' ' | '\u{a0}' => {
                let rest = text.get(at..).unwrap_or_default();
                let length = rest.len() - rest.trim_start().len();
                let (before, after) = (text[..at].trim_end(), rest.trim_start());
                // `{id} | name`: another name for the placeholder.
                if before.ends_with('|') || after.starts_with('|') {
                    continue;
                }
                let start = path.start as usize + at;
                let place = cx.at(ByteRange::new(start, start + length), "");
                let finding = out.tell(place.clone(), "a blank stands in this path");
                finding.symbol(line.symbol());
                if before.ends_with('/') || after.starts_with('/') {
                    finding.fix(Fix::safe("remove the blank", Fix::replace(&place, "")));
                }
                return;
            }
            '/' if text[at + 1..].starts_with('/') => {
                let start = path.start as usize + at;
                let place = cx.at(ByteRange::new(start, start + 2), "");
                let fix = Fix::safe("write one slash", Fix::replace(&place, "/"));
                out.tell(place, "a segment of this path is empty")
                    .symbol(line.symbol())
                    .fix(fix);
                return;
            }
            _ => {}
        }
    }
}

fn tell_duplicate(cx: &PageContext, line: &Line, first: &Line, out: &mut Findings) {
    let text = &cx.page.text;
    let start = text[..line.at.start as usize]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let end = line.at.end as usize;
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let edit = Edit {
        file: cx.file(),
        at: ByteRange::new(start, end),
        text: String::new(),
    };
    let finding = out
        .tell(
            cx.at(line.at, ""),
            "this request line stands on the page already",
        )
        .symbol(line.symbol())
        .severity(Severity::Info)
        .related(cx.at(first.at, "it stands here, too"));
    // Under another heading it may be about something else.
    if cx.section_at(line.at) == cx.section_at(first.at) && is_same_block(cx, line, first) {
        finding.fix(Fix::safe("remove the line", vec![edit]));
    }
}

fn is_same_block(cx: &PageContext, a: &Line, b: &Line) -> bool {
    let mut blocks = cx.blocks().iter();
    blocks.any(|block| block.code.body.contains(a.at) && block.code.body.contains(b.at))
}
