use crate::{
    api::{Api, EnumId, ItemType},
    json::tree::Node,
    lint::{
        examples::Body,
        finding::{Findings, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
        values::{self, each_node, is_made_of_key, is_type_word},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "EX012",
    name: "example-placeholder-value",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("ex012_example_placeholder_value.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for (at, message) in cx.messages().iter().enumerate() {
        let Some(tree) = message.tree() else {
            continue;
        };
        let mut words: Vec<(&str, &Node)> = Vec::new();
        each_node(&tree.root, "", &mut |key, node| {
            if node.text().is_some_and(|text| is_placeholder(key, text)) {
                words.push((key, node));
            }
        });
        if words.is_empty() {
            continue;
        }
        for body in cx.bodies().iter().filter(|body| body.message == at) {
            let legitimate = members_of_enums(cx, body, &tree.root);
            words.retain(|(_, node)| !legitimate.contains(&node.at));
        }
        tell(cx, message, &words, out);
    }
}

/// A type, unless the values of the key are names of types, or a word made of the key: `name-value`.
fn is_placeholder(key: &str, text: &str) -> bool {
    (is_type_word(text) && !names_types(key)) || is_filler(key, text)
}

/// `displayName-value`, `title.value`, `string-value`: a filler of a generator, which has at least the right type where that
/// is a string.
fn is_filler(key: &str, text: &str) -> bool {
    if is_made_of_key(key, text) {
        return true;
    }
    let word = text.strip_suffix("-value").unwrap_or_default();
    let is_name = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name && (word.eq_ignore_ascii_case("string") || !is_type_word(text))
}

/// Whether the values of a key are names of types: `dataType`, `type`.
fn names_types(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.ends_with("type")
        || key.ends_with("types")
        || key.ends_with("format")
        || key.starts_with('@')
}

/// The places in a body where a member of an enumeration is spelled like a type.
fn members_of_enums(cx: &PageContext, body: &Body, root: &Node) -> Vec<ByteRange> {
    let mut places = Vec::new();
    if let Some((node, _)) = root.pointer(&body.root) {
        let api = cx.version.api();
        values::each(api, &body.ty, node, &mut |value| {
            if let (ItemType::Enum(id), Some(text)) = (value.item, value.node.text())
                && has_member(api, *id, text)
            {
                places.push(value.node.at);
            }
        });
    }
    places
}

fn has_member(api: &Api, id: EnumId, name: &str) -> bool {
    let mut members = api[id].members.iter();
    members.any(|member| member.name.eq_ignore_ascii_case(name))
}

fn is_filler_of(key: &str, node: &Node) -> bool {
    node.text().is_some_and(|text| is_filler(key, text))
}

fn tell(cx: &PageContext, message: &Message, words: &[(&str, &Node)], out: &mut Findings) {
    let are_fillers = words.iter().all(|(key, node)| is_filler_of(key, node));
    // The one that names a type comes first: it is the more misleading.
    let mut by_weight = words.iter();
    let first = by_weight.find(|(key, node)| are_fillers || !is_filler_of(key, node));
    let Some((key, node)) = first else {
        return;
    };
    let text = node.text().unwrap_or_default().trim();
    let others = match words.len() - 1 {
        0 => String::new(),
        1 => ", and so does 1 other value".to_owned(),
        count => format!(", and so do {count} other values"),
    };
    let key = values::one_line(key);
    let subject = if key.is_empty() {
        "an item".to_owned()
    } else {
        format!("`{key}`")
    };
    let finding = out
        .tell(
            cx.at(node.at, ""),
            format!("{subject} shows the placeholder `{text}` in the place of a value{others}"),
        )
        .symbol(cx.section_symbol(message.section))
        .help("show a value as the service sends it");
    if are_fillers {
        finding.severity(Severity::Info);
    }
}
