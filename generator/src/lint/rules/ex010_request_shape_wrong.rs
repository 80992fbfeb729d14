use crate::{
    ir::Method,
    json::tree::Kind,
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "EX010",
    name: "request-shape-wrong",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["InvalidContentType", "MissingHeaderBlock"],
    doc: include_str!("ex010_request_shape_wrong.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for message in cx.messages() {
        let Some((method, _)) = message.request() else {
            continue;
        };
        if let Some(gap) = cx.gap_before_headers(message) {
            let edits = Fix::replace(&cx.at(gap, ""), "");
            let name = message
                .headers
                .first()
                .map(|it| it.name)
                .unwrap_or_default();
            out.tell(
                cx.at(name, ""),
                "an empty line stands between request line and headers",
            )
            .symbol(cx.section_symbol(message.section))
            .fix(Fix::safe("remove the empty line", edits));
        }
        if message.body.is_empty() {
            continue;
        }
        match method {
            Method::Get | Method::Delete | Method::Head | Method::Options => {
                tell_body(cx, message, method, out);
            }
            Method::Post | Method::Put | Method::Patch => check_head(cx, message, out),
        }
    }
}

fn tell_body(cx: &PageContext, message: &Message, method: Method, out: &mut Findings) {
    // What begins like nothing that a body holds is a line that could not be read.
    if message.json.is_none() {
        return;
    }
    let line = cx.str(message.body).lines().next().unwrap_or_default();
    out.tell(
        cx.at(cx.range_of(line), ""),
        format!("a `{method}` has no body"),
    )
    .symbol(cx.section_symbol(message.section))
    .related(cx.at(message.start_at, "the request begins here"));
}

/// A body of JSON needs a header that says so, and an empty line before it.
fn check_head(cx: &PageContext, message: &Message, out: &mut Findings) {
    let Some(tree) = message.tree() else {
        return;
    };
    if !matches!(tree.root.kind, Kind::Object(_) | Kind::Array(_)) {
        return;
    }
    let has_type = cx.header(message, "Content-Type").is_some();
    let has_blank = cx.has_blank_line(message);
    let (what, title) = match (has_type, has_blank) {
        (true, true) => return,
        (false, true) => (
            "the request has a JSON body and no `Content-Type`",
            "add the header",
        ),
        (true, false) => (
            "no empty line stands between headers and body",
            "insert an empty line",
        ),
        (false, false) => (
            "the request has a JSON body, but neither a `Content-Type` nor an empty line before it",
            "add the header and an empty line",
        ),
    };
    let end = cx.head_end(message);
    let newline = cx.newline(end);
    let mut text = String::new();
    if !has_type {
        text.push_str(newline);
        text.push_str("Content-Type: application/json");
    }
    if !has_blank {
        text.push_str(newline);
    }
    let edit = Edit {
        file: cx.file(),
        at: ByteRange { start: end, end },
        text,
    };
    let at = if has_blank {
        message.start_at
    } else {
        let line = cx.str(message.body).lines().next().unwrap_or_default();
        cx.range_of(line)
    };
    out.tell(cx.at(at, ""), what)
        .symbol(cx.section_symbol(message.section))
        .fix(Fix::safe(title, vec![edit]));
}
