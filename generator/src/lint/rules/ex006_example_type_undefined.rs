use crate::{
    ir::TypeName,
    json::tree::Node,
    lint::{
        examples::odata_type,
        finding::{Findings, Severity},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        values::{Groups, each_node, times},
    },
    span::ByteRange,
    spelling,
};

pub(super) static RULE: Rule = Rule {
    code: "EX006",
    name: "example-type-undefined",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &["ResourceTypeNotFound"],
    doc: include_str!("ex006_example_type_undefined.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let mut unknown: Groups<String, ByteRange> = Groups::new();
    for message in cx.messages() {
        // What nobody checks may say anything.
        let is_ignored = cx.blocks()[message.block].is_ignored();
        let annotation = cx.annotation_of(message).filter(|_| !is_ignored);
        let annotated = annotation.and_then(|it| it.get("@odata.type"));
        let mut see = |key: &str, node: &Node| {
            let name = (key == "@odata.type").then(|| node.text()).flatten();
            if let Some(name) = name.map(odata_type).filter(|name| is_unknown(cx, name)) {
                // The name is a part of the page, if it has no escapes.
                let quoted = cx.str(node.at);
                if let Some(at) = quoted.find(name) {
                    let start = node.at.start as usize + at;
                    let at = ByteRange::new(start, start + name.len());
                    unknown.add(name.to_ascii_lowercase(), at);
                }
            }
        };
        if let Some(node) = annotated {
            see("@odata.type", node);
        }
        if let Some(tree) = message.tree() {
            each_node(&tree.root, "", &mut |key, node| see(key, node));
        }
    }
    for (_, places) in unknown.list {
        tell(cx, &places, out);
    }
}

/// Whether neither a page nor the metadata describes a type.
fn is_unknown(cx: &PageContext, name: &str) -> bool {
    let bare = name.strip_prefix("Edm.").unwrap_or(name);
    // A leak of a generator is no name, and is told as such.
    let is_name = name.contains('.') && !name.contains(['$', ' ', '/']);
    is_name && spelling::primitive(bare).is_none() && cx.version.type_at(name, "").is_none()
}

/// Whether a qualified name ends with a single word, which another name only has among others.
fn is_one_word_of(name: &str, near: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let mut letters = last.chars().skip(1);
    !letters.any(|c| c.is_ascii_uppercase())
        && near.len() > last.len()
        && near
            .to_ascii_lowercase()
            .contains(&last.to_ascii_lowercase())
}

fn tell(cx: &PageContext, places: &[ByteRange], out: &mut Findings) {
    let Some(&first) = places.first() else {
        return;
    };
    let name = cx.str(first);
    let message = format!(
        "neither a page nor the metadata describes `{name}`{}",
        times(places.len())
    );
    let finding = out
        .tell(cx.at(first, ""), message)
        .symbol(format!("{}:{name}", cx.page.path));
    if names::say_other(cx.world, cx.version, &TypeName::new(name), finding) {
        return;
    }
    let near = names::nearest(cx.version, name);
    if let Some((near, at)) = near.filter(|(near, _)| !is_one_word_of(name, near.name())) {
        finding.help(format!("did you mean `{near}`?")).related(at);
    }
}
