use std::collections::HashSet;

use crate::{
    api::Type,
    json::tree::Kind,
    lint::{
        finding::{Findings, Fix, Severity},
        members::{self, Key, MemberRow, Resource},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        samples::Sample,
    },
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "TBL005",
    name: "property-collection-mismatch",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Both,
    apidoctor: &[
        "ExpectedTypeDifferent",
        "ExpectedArrayValue",
        "ExpectedNonArrayValue",
    ],
    doc: include_str!("tbl005_property_collection_mismatch.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(page) = Resource::of(cx) else {
        return;
    };
    let mut told = HashSet::new();
    for key in &page.keys {
        let Some(row) = page.row(&key.entry.key) else {
            continue;
        };
        let sample = Sample::of(&key.entry.value, &cx.page.text);
        let differs = sample
            .collection
            .is_some_and(|many| many != row.row.ty.collection);
        // What cannot be read may mean a collection, and JSON without a type any value.
        if differs && !is_free(cx, row) && told.insert(&*row.row.name) {
            tell(cx, &page, row, key, out);
        }
    }
}

/// Whether the type cell leaves open what the values are.
fn is_free(cx: &PageContext, row: &MemberRow) -> bool {
    let ty = names::ty(cx.version, &row.row.ty, cx.id);
    ty.is_none_or(|ty| names::is_any(cx.version, &ty.item))
}

fn tell(cx: &PageContext, page: &Resource, row: &MemberRow, key: &Key, out: &mut Findings) {
    let name = &row.row.name;
    let Some(cell) = cx.row_at(row.at).and_then(|it| it.cell(Column::Type)) else {
        return;
    };
    let is_many = row.row.ty.collection;
    let (by_table, by_json) = if is_many {
        ("many", "one")
    } else {
        ("one", "many")
    };
    let in_table = cx.at(cell, format!("the table says {by_table}"));
    let in_json = cx.at(key.entry.value.at, format!("the JSON shows {by_json}"));
    let message =
        format!("`{name}` has {by_table} values in the table, but the JSON shows {by_json}");
    let message = message.replace("has one values", "has one value");
    let declared = members::declared(cx.version, page.ty, name).map(|(_, ty)| ty);
    let table_is_right = declared.is_some_and(|ty| ty.collection == is_many);
    let edits = if table_is_right {
        Fix::replace(&in_json, other_value(cx, key))
    } else {
        let ty = names::ty(cx.version, &row.row.ty, cx.id).map(|ty| Type {
            collection: !is_many,
            ..ty
        });
        let text = ty
            .map(|ty| names::cell(cx.version, cx.id, &ty))
            .unwrap_or_default();
        Fix::replace(&in_table, text)
    };
    let title = if table_is_right == is_many {
        "say that it is many"
    } else {
        "say that it is one"
    };
    let (wrong, other) = if table_is_right {
        (in_json, in_table)
    } else {
        (in_table, in_json)
    };
    let finding = out
        .tell(wrong, message)
        .symbol(format!("{}/{name}", page.ty))
        .related(other);
    let Some(declared) = declared else {
        finding.fix(Fix::needs_review(title, edits));
        return;
    };
    let says = if declared.collection { "many" } else { "one" };
    let place = cx
        .version
        .metadata_at(declared.at, format!("the metadata says {says}"));
    place.map(|place| finding.related(place));
    finding.fix(Fix::safe(title, edits));
}

/// The value as an array, or the first item of the array.
fn other_value(cx: &PageContext, key: &Key) -> String {
    let value = &key.entry.value;
    match &value.kind {
        Kind::Array(items) => {
            let first = items.first().map(|item| cx.str(item.at));
            first.unwrap_or("null").to_owned()
        }
        Kind::Null | Kind::Bool(_) | Kind::Number | Kind::Text(_) | Kind::Object(_) => {
            format!("[{}]", cx.str(value.at))
        }
    }
}
