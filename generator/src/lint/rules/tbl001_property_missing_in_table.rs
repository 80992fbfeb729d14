use std::collections::HashSet;

use crate::{
    api::{ItemType, Type},
    facts::MemberTable,
    ir::Primitive,
    lint::{
        finding::{Finding, Findings, Fix, Severity},
        members::{self, Key, Resource},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        samples::{Item, Sample},
        tables::{self, NewRow},
    },
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "TBL001",
    name: "property-missing-in-table",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &["AdditionalPropertyDetected"],
    doc: include_str!("tbl001_property_missing_in_table.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(page) = Resource::of(cx) else {
        return;
    };
    // Without any row, it is the table that is missing and not a property.
    if page.rows.is_empty() {
        return;
    }
    let mut told = HashSet::new();
    for key in &page.keys {
        let name = &*key.entry.key;
        if is_in_a_table(cx, &page, name) || !told.insert(name.to_ascii_lowercase()) {
            continue;
        }
        tell(cx, &page, key, out);
    }
}

/// Whether a table tells of a property: of this page or of another one about the type, or about a type that it inherits
/// from.
fn is_in_a_table(cx: &PageContext, page: &Resource, name: &str) -> bool {
    page.row(name).is_some()
        || members::table_row(cx.version, page.ty, name).is_some()
        || members::inherited_from(cx.version, page.ty, name).is_some()
        || members::has_unknown_base(cx.version, page.ty)
        || is_named_elsewhere(cx, name)
}

/// Whether a row names it in a table that is no table of properties: what the service adds to an instance, or a row that
/// names two.
fn is_named_elsewhere(cx: &PageContext, name: &str) -> bool {
    cx.page.sections.iter().any(|section| {
        let mut rows = section.tables().flat_map(|table| &table.rows);
        rows.any(|row| {
            let first = row.cells.first().copied().unwrap_or_default();
            let mut words = tables::words(cx, first).into_iter();
            words.any(|word| cx.str(word).eq_ignore_ascii_case(name))
        })
    })
}

fn tell(cx: &PageContext, page: &Resource, key: &Key, out: &mut Findings) {
    let name = &*key.entry.key;
    let message = format!(
        "the JSON representation has `{name}`, but no table of `{}` has",
        page.ty
    );
    let finding = out
        .tell(cx.at(key.entry.key_at, ""), message)
        .symbol(format!("{}/{name}", page.ty));
    if let Some(row) = page.twin_of_key(name) {
        let known = &row.row.name;
        let at = cx.row_at(row.at).map(|row| row.name(cx.page));
        finding.related(cx.at(at.unwrap_or(row.at), format!("the table has `{known}`")));
        finding.help(format!("did you mean `{known}`?"));
        return;
    }
    let declared = members::declared(cx.version, page.ty, name);
    if let Some((name, _)) = declared {
        let place = cx.version.metadata_at(name.at, "the metadata declares it");
        place.map(|place| finding.related(place));
    } else {
        let names = page.rows.iter().map(|it| it.row.name.as_str());
        if let Some(near) = suggest::closest(name, names).filter(|it| page.key(it).is_none()) {
            finding.help(format!("did you mean `{near}`?"));
        }
    }
    // A row for what the metadata does not have would be a second mistake.
    if declared.is_some() || !is_closed(cx, page) {
        add_row(cx, page, key, finding);
    } else if finding.help.is_none() {
        finding.help("the metadata does not have it either: does the service send it?");
    }
}

/// Whether the metadata declares the type of the page without saying that its instances may have members that are not
/// declared.
fn is_closed(cx: &PageContext, page: &Resource) -> bool {
    let declared = cx.version.declared();
    let ty = declared.types.get(&page.ty.key());
    ty.is_some_and(|ty| !declared.lineage(ty).any(|it| it.is_open))
}

/// Offers a row for the table of properties.
fn add_row(cx: &PageContext, page: &Resource, key: &Key, finding: &mut Finding) {
    let name = &*key.entry.key;
    let mut rows = page.rows.iter();
    let Some(table) = rows
        .find(|it| it.table == MemberTable::Properties)
        .and_then(|it| cx.row_at(it.at))
    else {
        return;
    };
    let header = table.table.header.first().copied().unwrap_or_default();
    finding.related(cx.at(header, "the table stands here"));
    let api = cx.version.api();
    let known = api.find_type(page.ty.as_str()).and_then(|id| {
        let mut members = api[id].members.iter();
        members.find(|member| member.name.eq_ignore_ascii_case(name))
    });
    let ty = known.map(|member| member.ty.clone());
    let Some(ty) = ty.or_else(|| shown(cx, key)) else {
        return;
    };
    let row = NewRow {
        name,
        ty: &names::cell(cx.version, cx.id, &ty),
        description: &known
            .map_or("", |member| &member.description)
            .replace('|', "\\|"),
    };
    if let Some(edit) = tables::with_row(cx, table.table, &table.columns, &row) {
        let title = format!("add a row for `{name}`");
        finding.fix(Fix::needs_review(title, vec![edit]));
    }
}

/// The type that a value shows, or the likeliest that it may have; none for an object that does not name its own.
fn shown(cx: &PageContext, key: &Key) -> Option<Type> {
    let sample = Sample::of(&key.entry.value, &cx.page.text);
    let likely = match sample.item {
        Item::Integer => Primitive::Int32,
        Item::Fraction => Primitive::Double,
        Item::Word(primitive, _) => primitive,
        Item::Nothing | Item::Text(_) | Item::Bool | Item::Object(Some(_)) => Primitive::String,
        Item::Object(None) => return None,
    };
    let item = sample.ty(cx.version, cx.id);
    Some(Type {
        item: item.unwrap_or(ItemType::Primitive(likely)),
        collection: sample.collection == Some(true),
    })
}
