use crate::{
    api::{ItemType, Type},
    facts::MemberTable,
    ir::Primitive,
    json::tree::Node,
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        members::{self, MemberRow, Resource},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        samples,
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "TBL002",
    name: "property-missing-in-json",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["AdditionalPropertyDetected"],
    doc: include_str!("tbl002_property_missing_in_json.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(page) = Resource::of(cx) else {
        return;
    };
    let Some(body) = page.keys.first().map(|key| key.body) else {
        return;
    };
    let Some(object) = cx.representation(body) else {
        return;
    };
    if is_cut_short(cx, body) || is_wrapped(&page, object) {
        return;
    }
    for (at, row) in page.rows.iter().enumerate() {
        if is_expected(cx, &page, row) {
            tell(cx, &page, at, (body, object), out);
        }
    }
}

/// Whether the text says that something is left out.
fn is_cut_short(cx: &PageContext, body: ByteRange) -> bool {
    let text = cx.str(body);
    text.contains("...") || text.contains('…')
}

/// Whether the properties stand in an object within the object: then it is the key around them that is told.
fn is_wrapped(page: &Resource, object: &Node) -> bool {
    let mut entries = object
        .entries()
        .iter()
        .filter(|it| !it.key.starts_with('@'));
    let (Some(only), None) = (entries.next(), entries.next()) else {
        return false;
    };
    let mut within = only.value.entries().iter();
    page.row(&only.key).is_none() && within.any(|it| page.row(&it.key).is_some())
}

/// Whether a representation should show what a row tells, and none does.
fn is_expected(cx: &PageContext, page: &Resource, row: &MemberRow) -> bool {
    let name = &row.row.name;
    row.table == MemberTable::Properties
        && page.key(name).is_none()
        && page.twin_of_row(name).is_none()
        && row.row.facets.inherited_from.is_none()
        && row.row.facets.deprecated.is_none()
        && !is_stream(cx, row)
        && members::member(cx.version, page.ty, name).is_none_or(|it| it.keys.is_empty())
        && members::inherited_from(cx.version, page.ty, name).is_none()
        && !is_navigation(cx, page, name)
}

/// A stream has a URL of its own and no place in JSON.
fn is_stream(cx: &PageContext, row: &MemberRow) -> bool {
    let ty = names::ty(cx.version, &row.row.ty, cx.id);
    ty.is_some_and(|ty| ty.item == ItemType::Primitive(Primitive::Stream))
}

/// Whether the metadata calls it a navigation property: those are shown on demand only.
fn is_navigation(cx: &PageContext, page: &Resource, name: &str) -> bool {
    let declared = cx.version.declared().types.get(&page.ty.key());
    declared.is_some_and(|ty| {
        let mut navigation = ty.navigation.iter();
        navigation.any(|it| it.name.text.eq_ignore_ascii_case(name))
    })
}

/// Whether the metadata describes the type, but neither it nor its base types have the property.
fn is_undeclared(cx: &PageContext, page: &Resource, name: &str) -> bool {
    let declared = cx.version.declared();
    let ty = declared.types.get(&page.ty.key());
    ty.is_some_and(|ty| declared.member_in_any_case(ty, name).is_none())
}

fn tell(
    cx: &PageContext,
    page: &Resource,
    at: usize,
    (body, object): (ByteRange, &Node),
    out: &mut Findings,
) {
    let Some(row) = page.rows.get(at) else {
        return;
    };
    let name = &row.row.name;
    let in_table = cx.row_at(row.at).map(|row| row.name(cx.page));
    let message = format!(
        "the table has `{name}`, but the JSON representation of `{}` has not",
        page.ty
    );
    let finding = out
        .tell(cx.at(in_table.unwrap_or(row.at), ""), message)
        .symbol(format!("{}/{name}", page.ty));
    let open = ByteRange {
        end: object.at.start + 1,
        ..object.at
    };
    finding.related(cx.at(open, "the JSON representation begins here"));
    if is_undeclared(cx, page, name) {
        finding.help("the metadata does not have it either: should the row go?");
        return;
    }
    let ty = names::ty(cx.version, &row.row.ty, cx.id);
    let Some(ty) = ty.filter(|_| cx.representation_is_clean(body)) else {
        return;
    };
    let mut before = page.rows.get(..at).into_iter().flatten().rev();
    let before = before.find_map(|it| object.entry(&it.row.name));
    let entry = before.or_else(|| object.entries().last());
    let Some(edit) =
        entry.and_then(|entry| member_behind(cx, object, entry.key_at, entry.value.at, name, &ty))
    else {
        return;
    };
    finding.fix(Fix::safe(format!("add `{name}` to the JSON"), vec![edit]));
}

/// A member behind another one of an object, in the style of that.
fn member_behind(
    cx: &PageContext,
    object: &Node,
    key: ByteRange,
    value: ByteRange,
    name: &str,
    ty: &Type,
) -> Option<Edit> {
    let text = &*cx.page.text;
    let line = text.get(..key.start as usize)?.rsplit('\n').next()?;
    let is_on_own_line = line.trim().is_empty();
    let between = if is_on_own_line {
        let lead = text.get(..key.start as usize - line.len())?;
        let end = if lead.ends_with("\r\n") { "\r\n" } else { "\n" };
        format!(",{end}{line}")
    } else {
        ", ".to_owned()
    };
    let colon = text.get(key.end as usize..value.start as usize)?;
    let sample = samples::sample(cx, ty, object);
    Some(Edit {
        file: cx.file(),
        at: ByteRange {
            start: value.end,
            end: value.end,
        },
        text: format!("{between}\"{name}\"{colon}{sample}"),
    })
}
