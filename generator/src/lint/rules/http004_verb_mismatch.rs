use crate::{
    lint::{
        examples,
        finding::{Findings, Severity},
        page::PageContext,
        requests::{self, Asked},
        rule::{Check, Fixes, Preset, Rule},
    },
    route::Match,
    span::ByteRange,
    target::Target,
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP004",
    name: "verb-mismatch",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("http004_verb_mismatch.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let lines = requests::lines(cx);
    for (message, asked) in requests::examples(cx, &lines) {
        let Asked::OtherMethod(line) = asked else {
            continue;
        };
        let Some((method, target)) = message.request() else {
            continue;
        };
        let of_path = lines
            .iter()
            .filter(|it| requests::is_of(it.path, line.path));
        // Keys in parentheses are keys, too (OData 4.0, URL Conventions, section 4.3.1).
        let routed = cx.version.router().find(method, Target::of(target).path);
        let is_own = |found: &Match| examples::is_told(cx, found.operation);
        if routed.as_ref().is_ok_and(is_own) {
            continue;
        }
        let mut methods: Vec<_> = of_path.map(|it| format!("`{}`", it.method)).collect();
        methods.sort();
        methods.dedup();
        let text = format!(
            "the example is a `{method}`, the page documents {} for this path",
            methods.join(" and ")
        );
        let is_same_path = requests::is_of(line.path, Target::of(target).path);
        let text = if is_same_path {
            text
        } else {
            format!("no request line of the page is a `{method}`, as this example is")
        };
        let start = message.start_at.start as usize;
        let word = ByteRange::new(start, start + method.as_str().len());
        let finding = out
            .tell(cx.at(word, ""), text)
            .symbol(cx.section_symbol(message.section))
            .related(cx.at(line.at, "the request line"));
        // What another page documents does work; this page only does not say so.
        if routed.is_ok() {
            finding.severity(Severity::Warning);
        }
    }
}
