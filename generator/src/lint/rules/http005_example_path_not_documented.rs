use crate::{
    api::Witness,
    lint::{
        finding::{Findings, Severity},
        page::{Message, PageContext},
        requests::{self, Asked},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
    target::{Elsewhere, Target},
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP005",
    name: "example-path-not-documented",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("http005_example_path_not_documented.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for message in cx.messages() {
        check_end(cx, message, out);
    }
    let lines = requests::lines(cx);
    for (message, asked) in requests::examples(cx, &lines) {
        let Asked::OtherPath(line) = asked else {
            continue;
        };
        let Some((method, target)) = message.request() else {
            continue;
        };
        let path = Target::of(target).path;
        let text = cx.str(message.start_at);
        let at = text.find(path.trim_end()).filter(|_| !path.is_empty());
        let place = at.map_or(message.start_at, |at| {
            let start = message.start_at.start as usize + at;
            ByteRange::new(start, start + path.trim_end().len())
        });
        let text = format!("no request line of the page is of the form of `{method} {path}`");
        let finding = out
            .tell(cx.at(place, ""), text)
            .symbol(cx.section_symbol(message.section))
            .related(cx.at(line.at, "the request line that is nearest to it"));
        // Another way to the same thing works, too.
        let found = cx.version.router().find(method, path);
        if found.is_ok_and(|it| it.operation.witness == Witness::Example) {
            finding.severity(Severity::Info);
        }
    }
}

/// A request that ends where the path should begin.
fn check_end(cx: &PageContext, message: &Message, out: &mut Findings) {
    let Some((_, target)) = message.request() else {
        return;
    };
    let target = Target::of(target);
    let is_ours = !matches!(
        target.elsewhere(cx.version.compilation.version),
        Some(Elsewhere::Host(_))
    );
    if is_ours && target.host.is_some() && target.path.trim_matches('/').is_empty() {
        out.tell(
            cx.at(message.start_at, ""),
            "the URL of the example has no path",
        )
        .symbol(cx.section_symbol(message.section));
    }
}
