use crate::{
    docs::Role,
    facts::{Area, PageKind},
    lint::{
        finding::{Findings, Severity},
        page::{CodeBlock, PageContext},
        rule::{Check, Fixes, Preset, Rule},
    },
    vocabulary::Heading,
};

pub(super) static RULE: Rule = Rule {
    code: "ANN003",
    name: "code-block-unannotated",
    severity: Severity::Warning,
    preset: Preset::Strict,
    fixes: Fixes::None,
    apidoctor: &["MissingMetadataBlock"],
    doc: include_str!("ann003_code_block_unannotated.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let is_checked = matches!(cx.kind(), PageKind::Operation | PageKind::Resource);
    if cx.role != Role::Page || !is_checked || cx.is_of_older_generator() {
        return;
    }
    for block in cx.blocks() {
        let is_sample = block
            .code
            .tab
            .is_some_and(|tab| !cx.str(tab).trim().eq_ignore_ascii_case("http"));
        if block.code.annotation.is_some() || is_sample || !is_for_tools(cx, block) {
            continue;
        }
        let fence = cx.str(block.code.range).lines().next().unwrap_or_default();
        out.tell(cx.at(cx.range_of(fence), ""), "no annotation says what this code block is")
            .symbol(format!("{}:unannotated", cx.section_symbol(block.section)))
            .help("put a comment with a `blockType` before it, such as `<!-- { \"blockType\": \"ignored\" } -->`");
    }
}

/// Whether tools look at a block: requests and bodies of an operation, the JSON of a type.
fn is_for_tools(cx: &PageContext, block: &CodeBlock) -> bool {
    let language = cx.str(block.code.info).to_ascii_lowercase();
    let is_fenced = cx.str(block.code.range).starts_with(['`', '~']);
    let is_language = matches!(language.as_str(), "http" | "json" | "msgraph-interactive");
    let is_place = match cx.kind() {
        PageKind::Operation => matches!(
            cx.areas().get(block.section),
            Some(Area::HttpRequest | Area::Examples)
        ),
        PageKind::Resource => {
            let section = cx.page.sections.get(block.section);
            let heading = section.and_then(|it| cx.world.vocabulary.heading(cx.str(it.title)));
            heading == Some(Heading::JsonRepresentation)
        }
        PageKind::Enumeration | PageKind::Concept | PageKind::Include => false,
    };
    is_fenced && is_language && is_place
}
