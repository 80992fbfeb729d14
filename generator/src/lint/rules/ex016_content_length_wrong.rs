use crate::lint::{
    finding::{Findings, Fix, Severity},
    page::{Message, PageContext},
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "EX016",
    name: "content-length-wrong",
    severity: Severity::Info,
    preset: Preset::Strict,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("ex016_content_length_wrong.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for message in cx.messages() {
        if let Some(header) = cx.header(message, "Content-Length")
            && message.json.is_some()
        {
            check_length(cx, message, header.value, out);
        }
    }
}

fn check_length(
    cx: &PageContext,
    message: &Message,
    value: crate::span::ByteRange,
    out: &mut Findings,
) {
    let told = cx.str(value);
    let lengths = Lengths::of(cx.str(message.body));
    let declared = told.parse::<usize>().ok();
    let is_right = declared.is_some_and(|declared| {
        lengths.fits(declared) || declared > lengths.with_crlf && is_shortened(cx, message)
    });
    if is_right {
        return;
    }
    let place = cx.at(value, "");
    let length = lengths.with_crlf;
    let text = format!("the body has {length} bytes, not `{told}`");
    out.tell(place.clone(), text)
        .symbol(cx.section_symbol(message.section))
        .fix(Fix::safe(
            format!("write `{length}`"),
            Fix::replace(&place, length.to_string()),
        ));
}

/// The length of a body by what ends its lines.
struct Lengths {
    with_lf: usize,
    with_crlf: usize,
    /// Without what stands only for the eye.
    compact: usize,
}

impl Lengths {
    fn of(body: &str) -> Self {
        let lines = body.matches('\n').count();
        let with_lf = body.len() - body.matches('\r').count();
        let compact = body.lines().map(|line| line.trim().len()).sum();
        Self {
            with_lf,
            with_crlf: with_lf + lines,
            compact,
        }
    }

    /// Whether a length is right in one way or another, with or without a line break at the end.
    fn fits(&self, declared: usize) -> bool {
        let with_lf = self.with_lf..=self.with_lf + 1;
        let with_crlf = self.with_crlf..=self.with_crlf + 2;
        with_lf.contains(&declared) || with_crlf.contains(&declared) || declared == self.compact
    }
}

/// Whether the page says that it shows less than the service sends.
fn is_shortened(cx: &PageContext, message: &Message) -> bool {
    let annotation = cx.annotation_of(message);
    annotation.is_some_and(|it| it.get("truncated").is_some())
}
