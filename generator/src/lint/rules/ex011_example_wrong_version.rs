use crate::{
    api::Operation,
    ir::ApiVersion,
    json::tree::Node,
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
        values::each_node,
    },
    span::ByteRange,
    target::Target,
};

pub(super) static RULE: Rule = Rule {
    code: "EX011",
    name: "example-wrong-version",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("ex011_example_wrong_version.md"),
    check: Check::Page(check),
};

/// The service in the text of a URL.
const SERVICE: &str = "://graph.microsoft.com/";

fn check(cx: &PageContext, out: &mut Findings) {
    for (message, operation) in cx.messages().iter().zip(cx.called()) {
        let mut wrong = Vec::new();
        if let Some((_, target)) = message.request() {
            wrong.extend(in_target(cx, message, target));
        }
        if let Some(tree) = message.tree() {
            each_node(&tree.root, "", &mut |key, node| {
                if is_of_protocol(key) {
                    wrong.extend(in_value(cx, node));
                }
            });
        }
        tell(cx, message, *operation, &wrong, out);
    }
}

fn tell(
    cx: &PageContext,
    message: &Message,
    operation: Option<&Operation>,
    wrong: &[ByteRange],
    out: &mut Findings,
) {
    let Some(&first) = wrong.first() else {
        return;
    };
    let version = cx.version.compilation.version;
    let more = match wrong.len() {
        1 => String::new(),
        count => format!(", {count} times"),
    };
    let text = format!(
        "this page is about `{version}`, its example about `{}`{more}",
        cx.str(first)
    );
    let finding = out
        .tell(cx.at(first, ""), text)
        .symbol(cx.section_symbol(message.section));
    let path = operation.map(|it| it.path.template());
    if let Some((root, other)) = path.and_then(|path| misplaced(cx, &path, cx.str(first))) {
        finding.help(format!(
            "the metadata of `{other}` has `/{root}`, that of `{version}` has not: does the page stand in the wrong version?"
        ));
        return;
    }
    let edits = wrong.iter().map(|&at| Edit {
        file: cx.file(),
        at,
        text: version.to_string(),
    });
    finding.fix(Fix::safe(format!("write `{version}`"), edits.collect()));
}

/// What a path begins with and the version that it is of, where the metadata of that version has it, and the metadata of the
/// page's version has not.
fn misplaced(cx: &PageContext, path: &str, version: &str) -> Option<(String, ApiVersion)> {
    let mut versions = ApiVersion::ALL.into_iter();
    let version = versions.find(|it| it.as_str().eq_ignore_ascii_case(version))?;
    let root = path.trim_start_matches('/').split(['/', '(']).next()?;
    let is_there = cx.world.version(version)?.has_root(root)?;
    let is_here = cx.version.has_root(root)?;
    (is_there && !is_here).then(|| (root.to_owned(), version))
}

/// The version in a target, if it is another one than that of the page.
fn in_target(cx: &PageContext, message: &Message, target: &str) -> Option<ByteRange> {
    let target = Target::of(target);
    let is_ours = |host: &str| host.to_ascii_lowercase().ends_with("graph.microsoft.com");
    let version = target.version.filter(|it| is_wrong(cx, it))?;
    let line = cx.str(message.start_at);
    let from = match target.host {
        Some(host) if is_ours(host) => line.find(host)? + host.len(),
        Some(_) => return None,
        None => line.find(char::is_whitespace)?,
    };
    let at = line.get(from..)?.find(version)? + from;
    let start = message.start_at.start as usize + at;
    Some(ByteRange::new(start, start + version.len()))
}

/// Whether the value of a key is an address that the service itself makes for the request: what else is in a body was put
/// there by somebody.
fn is_of_protocol(key: &str) -> bool {
    ["@odata.context", "@odata.nextLink", "@odata.deltaLink"]
        .iter()
        .any(|name| key.ends_with(name))
}

/// The version in a value that is a URL of the service.
fn in_value(cx: &PageContext, node: &Node) -> Option<ByteRange> {
    let text = node.text()?;
    if !text.starts_with("http") || !text.contains(SERVICE) {
        return None;
    }
    let written = cx.str(node.at);
    let start = written.find(SERVICE)? + SERVICE.len();
    let rest = written.get(start..)?;
    let version = rest.split(['/', '"', '?', '$']).next().unwrap_or_default();
    let is_version = Target::of(text).version.is_some();
    (is_version && is_wrong(cx, version)).then(|| cx.range_of(version))
}

fn is_wrong(cx: &PageContext, version: &str) -> bool {
    !version.eq_ignore_ascii_case(cx.version.compilation.version.as_str())
}
