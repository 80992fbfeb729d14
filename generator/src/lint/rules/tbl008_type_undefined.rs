use crate::{
    api::ItemType,
    lint::{
        finding::{Finding, Findings, Severity},
        names,
        page::{PageContext, TypeCell},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
    spelling::{ItemText, Reference},
};

pub(super) static RULE: Rule = Rule {
    code: "TBL008",
    name: "type-undefined",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &["ResourceTypeNotFound"],
    doc: include_str!("tbl008_type_undefined.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        let ItemText::Named(reference) = &typed.row.ty.item else {
            continue;
        };
        if typed.is_header() || is_known(cx, reference) {
            continue;
        }
        let place = link_text(cx, typed).unwrap_or(typed.cell);
        let name = &reference.name;
        let message = format!("nothing describes the type `{name}`");
        let finding = out
            .tell(cx.at(place, ""), message)
            .symbol(typed.symbol(cx.page));
        suggest(cx, name, finding);
    }
}

/// Whether something describes what a name stands for. What has no name in the api at all is told of as such.
fn is_known(cx: &PageContext, reference: &Reference) -> bool {
    let found = names::named(cx.version, reference, cx.id);
    found.is_some_and(|item| {
        names::is_described(cx.version, &item) && !is_one_of(cx, reference, &item)
    }) || reference.name.eq_ignore_ascii_case("json")
        || names::is_foreign(cx.version, &reference.name)
        || is_declared_otherwise(cx, reference)
}

/// Whether a name is the plural of what it leads to.
fn is_one_of(cx: &PageContext, reference: &Reference, item: &ItemType) -> bool {
    let ItemType::Structured(id) = item else {
        return false;
    };
    let one = cx.version.api()[*id].name.name();
    let short = reference.name.rsplit('.').next().unwrap_or_default();
    short.len() == one.len() + 1
        && short.to_ascii_lowercase() == format!("{}s", one.to_ascii_lowercase())
}

/// Whether it is an enumeration without members, or another name for a primitive type: both have no place in the api.
fn is_declared_otherwise(cx: &PageContext, reference: &Reference) -> bool {
    let name = reference.name.rsplit('.').next().unwrap_or_default();
    let metadata = cx.version.compilation.metadata.iter();
    let mut schemas = metadata.flat_map(|it| &it.schemas);
    schemas.any(|schema| {
        let mut definitions = schema.definitions.iter();
        definitions.any(|it| it.name.text.eq_ignore_ascii_case(name))
    }) || is_headed(cx, name)
}

/// Whether a section `### name values` of some page of the version lists what a string may hold.
fn is_headed(cx: &PageContext, name: &str) -> bool {
    let mut enums = cx.version.model().enums.values();
    enums.any(|it| it.name.name().eq_ignore_ascii_case(name) && !it.pages.is_empty())
}

fn link_text(cx: &PageContext, typed: &TypeCell) -> Option<ByteRange> {
    let link = cx.page.links_in(typed.cell).next()?;
    Some(link.text)
}

fn suggest(cx: &PageContext, name: &str, finding: &mut Finding) {
    match names::nearest(cx.version, name) {
        Some((near, at)) => {
            finding.help(format!("did you mean `{}`?", near.name()));
            finding.related(at);
        }
        None => {
            finding.help("describe it on a page of its own, or name a type that has one");
        }
    }
}
