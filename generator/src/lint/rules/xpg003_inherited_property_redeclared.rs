use std::collections::HashSet;

use crate::{
    api::{ItemType, Type},
    facts::{Claim, Fact},
    lint::{
        finding::{Findings, Fix, Severity},
        members::{self, Resource},
        names,
        page::{self, PageContext},
        rule::{Check, Fixes, Preset, Rule},
    },
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "XPG003",
    name: "inherited-property-redeclared",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("xpg003_inherited_property_redeclared.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(resource) = Resource::of(cx) else {
        return;
    };
    let api = cx.version.api();
    let Some(id) = api.find_type(resource.ty.as_str()) else {
        return;
    };
    let bases: Vec<_> = api.lineage(id).skip(1).map(|base| &base.name).collect();
    let mut told = HashSet::new();
    for row in resource.rows.iter().filter(|_| !bases.is_empty()) {
        let name = &row.row.name;
        let mut tables = bases.iter();
        let inherited =
            tables.find_map(|base| Some((*base, members::table_row(cx.version, base, name)?)));
        let Some((base, theirs)) = inherited else {
            continue;
        };
        let theirs: &Fact = theirs.of(cx.version.facts());
        let Claim::Member { row: their_row, .. } = &theirs.claim else {
            continue;
        };
        let own = names::ty(cx.version, &row.row.ty, cx.id);
        let their = names::ty(cx.version, &their_row.ty, theirs.page);
        let Some((own, their)) = own.zip(their).filter(|(own, their)| own != their) else {
            continue;
        };
        // Where the metadata agrees with this row, the other one is told to differ from it.
        let declared = members::declared(cx.version, base, name);
        let declared_ty = declared.and_then(|(_, it)| names::declared_ty(cx.version, it));
        if declared_ty.as_ref() == Some(&own)
            || is_narrower(cx, &own, &their)
            || !told.insert(name.as_str())
        {
            continue;
        }
        let Some(cell) = cx.row_at(row.at).and_then(|it| it.cell(Column::Type)) else {
            continue;
        };
        let there = page::row_at(cx.world, cx.version.page(theirs.page), theirs.at);
        let there = there
            .and_then(|it| it.cell(Column::Type))
            .unwrap_or(theirs.at);
        let words = names::words(cx.version, &own);
        let their_words = names::words(cx.version, &their);
        let short = names::short(base);
        let place = cx.at(cell, format!("`{words}` here"));
        let text = names::cell(cx.version, cx.id, &their);
        let edits = Fix::replace(&place, text.clone());
        let message = format!(
            "`{name}` is inherited from `{short}`, where it is `{their_words}` and not `{words}`"
        );
        let finding = out
            .tell(place, message)
            .symbol(format!("{}/{name}", resource.ty))
            .related(cx.version.at(
                theirs.page,
                there,
                format!("`{short}` says `{their_words}`"),
            ));
        if let Some((_, declared)) = declared {
            let place = cx
                .version
                .metadata_at(declared.at, "the metadata declares it here");
            place.map(|place| finding.related(place));
        }
        finding.fix(Fix::needs_review(format!("say `{text}`"), edits));
    }
}

/// Whether a type is the other one with more members: what is inherited is told more exactly, and not otherwise.
fn is_narrower(cx: &PageContext, own: &Type, their: &Type) -> bool {
    match (&own.item, &their.item) {
        (ItemType::Structured(a), ItemType::Structured(b)) => {
            own.collection == their.collection && cx.version.api().derives_from(*a, *b)
        }
        _ => false,
    }
}
