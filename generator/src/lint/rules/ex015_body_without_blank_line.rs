use crate::lint::{
    finding::{Edit, Findings, Fix, Severity},
    page::{Message, PageContext},
    rule::{Check, Fixes, Preset, Rule},
};
use crate::span::ByteRange;

pub(super) static RULE: Rule = Rule {
    code: "EX015",
    name: "body-without-blank-line",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["MissingHeaderBlock"],
    doc: include_str!("ex015_body_without_blank_line.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for message in cx.messages() {
        if message.status().is_none() {
            continue;
        }
        if let Some(gap) = cx.gap_before_headers(message) {
            let name = message
                .headers
                .first()
                .map(|it| it.name)
                .unwrap_or_default();
            // A body such as a card or a mail has lines that read like headers.
            if !is_of_answers(cx.str(name)) {
                continue;
            }
            let edits = Fix::replace(&cx.at(gap, ""), "");
            out.tell(
                cx.at(name, ""),
                "an empty line stands between status line and headers",
            )
            .symbol(cx.section_symbol(message.section))
            .fix(Fix::safe("remove the empty line", edits));
        }
        // What does not begin like a body may be a header that could not be read.
        if !message.body.is_empty() && message.json.is_some() && !cx.has_blank_line(message) {
            tell(cx, message, out);
        }
    }
}

/// Whether answers have a header of this name (RFC 9110, section 6.3 and others; the service's own begin otherwise).
fn is_of_answers(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let begins = [
        "content-",
        "x-",
        "odata-",
        "client-",
        "request-",
        "preference-",
    ];
    let names = [
        "location",
        "date",
        "etag",
        "retry-after",
        "cache-control",
        "transfer-encoding",
        "server",
        "last-modified",
        "strict-transport-security",
        "vary",
        "connection",
        "accept-ranges",
        "link",
    ];
    names.contains(&&*name) || begins.iter().any(|start| name.starts_with(start))
}

fn tell(cx: &PageContext, message: &Message, out: &mut Findings) {
    let line = cx.str(message.body).lines().next().unwrap_or_default();
    let end = cx.head_end(message);
    let edit = Edit {
        file: cx.file(),
        at: ByteRange { start: end, end },
        text: cx.newline(end).to_owned(),
    };
    out.tell(
        cx.at(cx.range_of(line), ""),
        "no empty line stands between headers and body",
    )
    .symbol(cx.section_symbol(message.section))
    .fix(Fix::safe("insert an empty line", vec![edit]));
}
