use crate::{
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::PageContext,
        requests::{self, Line},
        rule::{Check, Fixes, Preset, Rule},
    },
    resolve::path_text::{self, is_sample, name_of_key},
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP002",
    name: "http-path-literal-id",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["AmbiguousExample"],
    doc: include_str!("http002_http_path_literal_id.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for line in requests::lines(cx) {
        let segments = path_text::split(line.path);
        let samples = segments.iter().enumerate();
        let samples: Vec<_> = samples.filter(|(_, segment)| is_literal(segment)).collect();
        if !samples.is_empty() {
            tell(cx, &line, &segments, &samples, out);
        }
    }
}

/// A key of some entity; a host may be a placeholder that readers know.
fn is_literal(segment: &str) -> bool {
    is_sample(segment) && !segment.contains("contoso")
}

fn tell(
    cx: &PageContext,
    line: &Line,
    segments: &[&str],
    samples: &[(usize, &&str)],
    out: &mut Findings,
) {
    let path = line.path_at(cx);
    let mut edits = Vec::new();
    let mut from = 0;
    for (at, sample) in samples {
        let Some(offset) = cx
            .str(path)
            .get(from..)
            .and_then(|rest| rest.find(**sample))
        else {
            continue;
        };
        let start = path.start as usize + from + offset;
        from += offset + sample.len();
        let before = at.checked_sub(1).and_then(|at| segments.get(at));
        let name = before.map_or("id".to_owned(), |name| name_of_key(name));
        edits.push(Edit {
            file: cx.file(),
            at: ByteRange::new(start, start + sample.len()),
            text: format!("{{{name}}}"),
        });
    }
    let Some(first) = edits.first() else {
        return;
    };
    let (at, wish) = (first.at, first.text.clone());
    let text = cx.str(at);
    out.tell(
        cx.at(at, ""),
        format!("`{text}` is the key of one entity, where the path should have a placeholder"),
    )
    .symbol(line.symbol())
    .fix(Fix::safe(format!("write `{wish}`"), edits));
}
