use std::collections::HashSet;

use crate::lint::{
    finding::{Findings, Fix, Place, Severity},
    members::{self, Key, MemberRow, Resource},
    page::PageContext,
    rule::{Check, Fixes, Preset, Rule},
};

pub(super) static RULE: Rule = Rule {
    code: "TBL003",
    name: "property-case-differs",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Both,
    apidoctor: &[],
    doc: include_str!("tbl003_property_case_differs.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(page) = Resource::of(cx) else {
        return;
    };
    let mut told = HashSet::new();
    for row in &page.rows {
        let name = &row.row.name;
        // Where the exact name is there too, the other one is another member.
        let Some(key) = page.key(name).filter(|_| !has_key(&page, name)) else {
            continue;
        };
        if page.rows.iter().any(|it| *it.row.name == *key.entry.key) {
            continue;
        }
        if told.insert(name.as_str()) {
            tell(cx, &page, row, key, out);
        }
    }
}

/// Whether the JSON representation has exactly this key.
fn has_key(page: &Resource, name: &str) -> bool {
    page.keys.iter().any(|key| *key.entry.key == *name)
}

/// Tells two spellings at the one that is wrong, and sets right what differs from the right one.
fn tell(cx: &PageContext, page: &Resource, row: &MemberRow, key: &Key, out: &mut Findings) {
    let name = &row.row.name;
    let shown = &*key.entry.key;
    let rows = page.rows.iter().filter(|it| it.row.name == *name);
    let mut in_table: Vec<Place> = rows
        .filter_map(|it| cx.row_at(it.at))
        .map(|it| cx.at(it.name(cx.page), format!("the table says `{name}`")))
        .collect();
    let in_json = cx.at(key.entry.key_at, format!("the JSON says `{shown}`"));
    // Which of the two is right, another witness decides.
    let declared = members::declared(cx.version, page.ty, name).map(|(name, _)| name);
    let right = declared.map_or(shown, |name| &name.text);
    let mut edits = Vec::new();
    if *right != **name {
        for place in &in_table {
            edits.extend(Fix::replace(place, right));
        }
    }
    if *right != *shown {
        edits.extend(Fix::replace(&in_json, format!("\"{right}\"")));
    }
    let mut places = if *right == **name {
        in_table.insert(0, in_json);
        in_table
    } else {
        in_table.insert(1.min(in_table.len()), in_json);
        in_table
    }
    .into_iter();
    let Some(wrong) = places.next() else {
        return;
    };
    let message = format!("`{name}` and `{shown}` are one property in two spellings");
    let finding = out
        .tell(wrong, message)
        .symbol(format!("{}/{name}", page.ty));
    for place in places {
        finding.related(place);
    }
    let title = format!("spell it `{right}`");
    if let Some(name) = declared {
        let label = format!("the metadata says `{right}`");
        let place = cx.version.metadata_at(name.at, label);
        place.map(|place| finding.related(place));
        finding.fix(Fix::safe(title, edits));
    } else {
        finding.fix(Fix::needs_review(title, edits));
    }
}
