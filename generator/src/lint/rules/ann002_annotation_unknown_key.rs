use crate::{
    json::tree::{Entry, Node},
    lint::{
        annotations,
        finding::{Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "ANN002",
    name: "annotation-unknown-key",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("ann002_annotation_unknown_key.md"),
    check: Check::Page(check),
};

/// The keys of annotations of code blocks.
const BLOCK_KEYS: &[&str] = &[
    "@odata.annotations",
    "@odata.type",
    "@property.aka",
    "@type",
    "@type.aka",
    "abstract",
    "apiVersions",
    "baseType",
    "blockType",
    "collectionProperty",
    "expectError",
    "idempotent",
    "isCollection",
    "isComposable",
    "isEmpty",
    "isMediaEntity",
    "keyProperty",
    "longRunningResponseType",
    "mergePermissions",
    "name",
    "nullableProperties",
    "opaqueUrl",
    "openType",
    "optionalProperties",
    "requestUrls",
    "sampleKeys",
    "scopes",
    "tags",
    "target",
    "truncated",
];

/// The keys of annotations of pages.
const PAGE_KEYS: &[&str] = &[
    "type",
    "canonicalUrl",
    "description",
    "footerAdditions",
    "headerAdditions",
    "keywords",
    "namespace",
    "section",
    "suppressions",
    "title",
    "tocBookmarks",
    "tocIndex",
    "tocPath",
];

fn check(cx: &PageContext, out: &mut Findings) {
    annotations::all(cx, |annotation| {
        let Ok(tree) = &annotation.tree else {
            return;
        };
        if let Some(known) = keys(&tree.root) {
            let unknown = tree
                .root
                .entries()
                .iter()
                .filter(|entry| !known.contains(&&*entry.key));
            unknown.for_each(|entry| tell(cx, (entry, &tree.root), known, out));
        }
    });
}

/// The keys that an object may have; nothing if it is no annotation.
fn keys(object: &Node) -> Option<&'static [&'static str]> {
    let ty = object.get("type").and_then(Node::text);
    if ty.is_some_and(|ty| ty.starts_with("#page.")) {
        Some(PAGE_KEYS)
    } else if object.get("blockType").is_some() {
        Some(BLOCK_KEYS)
    } else {
        None
    }
}

/// Whether a key is meant for the name of a request that has none.
fn is_name(key: &str, annotation: &Node) -> bool {
    let block_type = annotation.get("blockType").and_then(Node::text);
    let key = key.to_ascii_lowercase();
    block_type.is_some_and(|it| it.eq_ignore_ascii_case("request"))
        && annotation.get("name").is_none()
        && (key == "id" || key.ends_with("name"))
}

fn tell(
    cx: &PageContext,
    (entry, annotation): (&Entry, &Node),
    known: &[&str],
    out: &mut Findings,
) {
    const SLIP: usize = 2;
    let key = &*entry.key;
    let section = cx.section_symbol(cx.section_at(entry.key_at));
    let place = cx.at(entry.key_at, "");
    let finding = out
        .tell(place.clone(), format!("annotations have no key `{key}`"))
        .symbol(format!("{section}:{key}"));
    let Some(near) = suggest::closest(key, known.iter().copied()) else {
        if is_name(key, annotation) {
            finding.help("did you mean `name`? the request has none");
        }
        return;
    };
    finding.help(format!("did you mean `{near}`?"));
    if suggest::slips(key, near, SLIP).is_some() || key.eq_ignore_ascii_case(near) {
        let edits = Fix::replace(&place, format!("\"{near}\""));
        finding.fix(Fix::safe(format!("write `{near}`"), edits));
    }
}
