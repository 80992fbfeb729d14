use crate::{
    facts::Claim,
    lint::{
        finding::{Findings, Fix, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
        status::{self, StatusLine},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "EX008",
    name: "status-line-wrong",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Both,
    apidoctor: &["HttpStatusMessageDifferent"],
    doc: include_str!("ex008_status_line_wrong.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for message in cx.messages() {
        let Some(code) = message.status() else {
            continue;
        };
        let Some(line) = status::line(cx.str(message.start_at)) else {
            continue;
        };
        let Some(reason) = status::reason(code) else {
            continue;
        };
        if let Some(what) = wrong(code, &line, reason) {
            tell(cx, message, (code, reason), &line, &what, out);
        }
    }
}

/// What is wrong with a line. A phrase may be left out (RFC 9112, section 4), and its case says nothing.
fn wrong(code: u16, line: &StatusLine, reason: &str) -> Option<String> {
    if !status::is_protocol(line.protocol) {
        // `HTTP code: 200` is meant for people alone.
        let is_meant = |c: char| !c.is_alphabetic();
        let rest = line.protocol.get(4..).unwrap_or_default();
        if !rest.chars().all(is_meant) {
            return None;
        }
        let protocol = line.protocol;
        return Some(format!(
            "`{protocol}` is no version of HTTP as `HTTP/1.1` is"
        ));
    }
    let is_right = line.reason.is_empty() || status::is_reason_of(code, line.reason);
    let phrase = line.reason;
    (!is_right).then(|| format!("the phrase of `{code}` is `{reason}`, not `{phrase}`"))
}

fn tell(
    cx: &PageContext,
    message: &Message,
    (code, reason): (u16, &str),
    line: &StatusLine,
    what: &str,
    out: &mut Findings,
) {
    let is_protocol_wrong = !status::is_protocol(line.protocol);
    let at = if is_protocol_wrong {
        cx.range_of(line.protocol)
    } else {
        cx.range_of(line.reason)
    };
    let finding = out
        .tell(cx.at(at, ""), what)
        .symbol(cx.section_symbol(message.section));
    let protocol = if is_protocol_wrong {
        "HTTP/1.1"
    } else {
        line.protocol
    };
    let text = format!("{protocol} {code} {reason}");
    let title = format!("write `{text}`");
    let edits = Fix::replace(&cx.at(message.start_at, ""), text);
    // Where the phrase is that of another status, either of the two may be meant, unless a sentence names the status.
    let says = |code: u16| {
        let mut facts = cx.facts.facts.iter();
        facts.find(|fact| matches!(&fact.claim, Claim::Response { status, .. } if *status == code))
    };
    let other = status::code_of(line.reason).filter(|other| *other != code);
    match other.filter(|_| says(code).is_none()) {
        None => finding.fix(Fix::safe(title, edits)),
        Some(other) => {
            if let Some(fact) = says(other) {
                let label = format!("the page describes an answer with `{other}`");
                finding.related(cx.version.fact(fact, label));
            }
            finding
                .help(format!("`{}` is the phrase of `{other}`", line.reason))
                .fix(Fix::needs_review(title, edits))
        }
    };
}
