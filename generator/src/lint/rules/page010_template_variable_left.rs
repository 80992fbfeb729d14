use crate::{
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE010",
    name: "template-variable-left",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("page010_template_variable_left.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let text = &*cx.page.text;
    for start in memchr::memmem::find_iter(text.as_bytes(), "$(") {
        let Some(name) = text.get(start + 2..).and_then(variable) else {
            continue;
        };
        let at = ByteRange::new(start, start + name.len() + 3);
        out.tell(
            cx.at(at, ""),
            format!("the template variable `{}` was not filled in", cx.str(at)),
        )
        .symbol(format!("{}:{name}", cx.page.path))
        .help("write the value that it stands for");
    }
}

/// The name before the parenthesis: at least two words with a dot between.
fn variable(text: &str) -> Option<&str> {
    let name = text.get(..text.find(')')?)?;
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    (name.contains('.') && name.split('.').all(is_word)).then_some(name)
}
