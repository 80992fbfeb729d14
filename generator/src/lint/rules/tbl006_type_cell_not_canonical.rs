use crate::{
    csdl::ItemRef,
    facts::Claim,
    ir::Primitive,
    lint::{
        finding::{Findings, Fix, Severity},
        members, names,
        page::{PageContext, TypeCell},
        rule::{Check, Fixes, Preset, Rule},
        samples, tables,
    },
    span::ByteRange,
    spelling::{self, ItemText},
};

pub(super) static RULE: Rule = Rule {
    code: "TBL006",
    name: "type-cell-not-canonical",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Both,
    apidoctor: &[],
    doc: include_str!("tbl006_type_cell_not_canonical.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        let ItemText::Primitive(primitive) = typed.row.ty.item else {
            continue;
        };
        let right = names::word_of(primitive);
        // Most cells are nothing but the right word.
        if cx.str(typed.cell) == right || typed.is_header() || is_any_value(primitive) {
            continue;
        }
        let words = tables::words(cx, typed.cell);
        let is_meant = |word: &ByteRange| spelling::primitive(cx.str(*word)) == Some(primitive);
        let Some(word) = words.into_iter().find(is_meant) else {
            continue;
        };
        let written = cx.str(word);
        if written == right {
            continue;
        }
        let (right, is_certain) = meant(cx, typed, primitive, written);
        let place = cx.at(word, "");
        let fix = Fix::replace(&place, right);
        let message = format!("the type of `{}` is spelled `{written}`", typed.row.name);
        let title = format!("spell it `{right}`");
        let is_case_alone = written.eq_ignore_ascii_case(right);
        out.tell(place, message)
            .severity(if is_case_alone {
                Severity::Info
            } else {
                Severity::Warning
            })
            .symbol(typed.symbol(cx.page))
            .help(format!("the reference calls it `{right}`"))
            .fix(if is_certain {
                Fix::safe(title, fix)
            } else {
                Fix::needs_review(title, fix)
            });
    }
}

/// `Object` is no slip for another word: it says that there is none.
fn is_any_value(primitive: Primitive) -> bool {
    primitive == Primitive::Untyped
}

/// The word that is meant, and whether that is certain: which number a `number` is, only the metadata knows.
fn meant(
    cx: &PageContext,
    typed: &TypeCell,
    primitive: Primitive,
    written: &str,
) -> (&'static str, bool) {
    let word = names::word_of(primitive);
    let lower = written.to_ascii_lowercase();
    let is_vague = matches!(
        &*lower,
        "number" | "numeric" | "integer" | "float" | "datetime" | "edm.datetime"
    );
    if !is_vague {
        return (word, true);
    }
    let Claim::Member { ty, .. } = typed.claim else {
        return (word, lower.ends_with("datetime"));
    };
    let declared = members::declared(cx.version, ty, &typed.row.name);
    let declared = declared.and_then(|(_, ty)| match ty.item {
        ItemRef::Primitive(declared) => Some(declared),
        ItemRef::Named(_) | ItemRef::Unread(_) => None,
    });
    let is_kind = |it: &Primitive| samples::is_number(*it) == samples::is_number(primitive);
    match declared.filter(is_kind) {
        Some(declared) => (names::word_of(declared), true),
        None => (word, lower.ends_with("datetime")),
    }
}
