use crate::{
    docs::Role,
    facts::PageKind,
    lint::{
        finding::{Findings, Severity},
        front,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "ANN008",
    name: "resource-page-without-type",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("ann008_resource_page_without_type.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.role != Role::Page || cx.kind() != PageKind::Resource {
        return;
    }
    let Some(entry) = front::find(cx.page, "doc_type") else {
        return;
    };
    if entry.word(cx.page) != "resourcePageType" || declares_type(cx) || cx.title().is_empty() {
        return;
    }
    out.tell(
        cx.at(cx.title(), ""),
        "the page is about a resource, and no code block on it declares a type",
    )
    .symbol(format!("{}:type", cx.page.path))
    .related(cx.at(entry.value, "says that it is about a resource"))
    .help("add a JSON representation with an annotation of `\"blockType\": \"resource\"`");
}

/// Whether an annotation declares a type.
fn declares_type(cx: &PageContext) -> bool {
    let annotations = cx
        .blocks()
        .iter()
        .filter_map(|block| block.annotation.as_ref());
    let mut trees = annotations.filter_map(|it| it.tree.as_ref().ok());
    trees.any(|tree| {
        let text = |key| tree.root.get(key).and_then(|node| node.text());
        let is_resource = text("blockType").is_some_and(|it| it.eq_ignore_ascii_case("resource"));
        is_resource && (text("@odata.type").is_some() || text("@type").is_some())
    })
}
