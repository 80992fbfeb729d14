use crate::{
    facts::Claim,
    ir::TypeName,
    lint::{
        finding::{Findings, Fix, Severity},
        members, names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    spelling::ItemText,
};

pub(super) static RULE: Rule = Rule {
    code: "TBL011",
    name: "type-cell-names-nothing",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("tbl011_type_cell_names_nothing.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        let name = &typed.row.name;
        let message = match &typed.row.ty.item {
            ItemText::Enumeration => {
                format!(
                    "the type cell of `{name}` says `{}`, but not which",
                    cx.str(typed.cell)
                )
            }
            ItemText::Named(reference) if names::is_foreign(cx.version, &reference.name) => {
                let namespace = TypeName::new(&reference.name);
                format!("the reference has no namespace `{}`", namespace.namespace())
            }
            ItemText::Named(_)
            | ItemText::Primitive(_)
            | ItemText::Union(_)
            | ItemText::Unread(_) => continue,
        };
        if typed.is_header() {
            continue;
        }
        let place = cx.at(typed.cell, "");
        let finding = out
            .tell(place.clone(), message)
            .symbol(typed.symbol(cx.page))
            .help("name the type as the reference calls it");
        let Claim::Member { ty, .. } = typed.claim else {
            continue;
        };
        let Some((_, declared)) = members::declared(cx.version, ty, name) else {
            continue;
        };
        let label = "the metadata declares its type";
        let declared_at = cx.version.metadata_at(declared.at, label);
        declared_at.map(|place| finding.related(place));
        if let Some(ty) = names::declared_ty(cx.version, declared) {
            let text = names::cell(cx.version, cx.id, &ty);
            let edits = Fix::replace(&place, text.clone());
            finding.fix(Fix::needs_review(format!("say `{text}`"), edits));
        }
    }
}
