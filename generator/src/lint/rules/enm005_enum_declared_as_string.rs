use crate::{
    api::{ItemType, Type},
    facts::Claim,
    ir::{Primitive, TypeName},
    lint::{
        finding::{Findings, Fix, Severity},
        members, names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    spelling::ItemText,
};

pub(super) static RULE: Rule = Rule {
    code: "ENM005",
    name: "enum-declared-as-string",
    severity: Severity::Info,
    preset: Preset::Strict,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("enm005_enum_declared_as_string.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        let Claim::Member { ty: owner, row, .. } = typed.claim else {
            continue;
        };
        let is_string = row.ty.item == ItemText::Primitive(Primitive::String);
        if !is_string || row.facets.values.len() < 2 || differs_from_base(cx, owner, &row.name) {
            continue;
        }
        let api = cx.version.api();
        let Some(id) = api.find_type(owner.as_str()) else {
            continue;
        };
        let mut all = api.lineage(id).flat_map(|ty| &ty.members);
        let member = all.find(|member| member.name.eq_ignore_ascii_case(&row.name));
        let Some(ItemType::Enum(of)) = member.map(|member| &member.ty.item) else {
            continue;
        };
        let name = &api[*of].name;
        let place = cx.at(typed.cell, "");
        let text = names::cell(
            cx.version,
            cx.id,
            &Type {
                item: ItemType::Enum(*of),
                collection: row.ty.collection,
            },
        );
        let edits = Fix::replace(&place, text.clone());
        let message = format!(
            "`{}` is a string in the table, but its values are the members of `{}`",
            row.name,
            names::short(name)
        );
        let finding = out
            .tell(place, message)
            .symbol(typed.symbol(cx.page))
            .fix(Fix::needs_review(format!("say `{text}`"), edits));
        let described = cx
            .version
            .type_at(name.as_str(), "the members are listed here");
        described.map(|place| finding.related(place));
        if let Some((_, declared)) = members::declared(cx.version, owner, &row.name) {
            let place = cx
                .version
                .metadata_at(declared.at, "the metadata declares the enumeration");
            place.map(|place| finding.related(place));
        }
    }
}

/// Whether the page of a base type says another type; that is told as such.
fn differs_from_base(cx: &PageContext, owner: &TypeName, name: &str) -> bool {
    let base = members::inherited_from(cx.version, owner, name);
    let row = base.and_then(|base| members::table_row(cx.version, base, name));
    row.is_some_and(|id| {
        let row = id.of(cx.version.facts()).claim.row();
        row.is_some_and(|row| row.ty.item != ItemText::Primitive(Primitive::String))
    })
}
