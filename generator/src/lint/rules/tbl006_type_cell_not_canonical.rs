use crate::{
    api::SegmentKind,
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
        let declared = declared(cx, typed);
        // A word of another kind is no slip for the right one: CSDL003 and TBL004 tell the contradiction.
        let is_other_case = written.eq_ignore_ascii_case(right);
        if !is_other_case && declared.is_some_and(|it| is_of_other_kind(cx, primitive, it)) {
            continue;
        }
        let (right, is_certain) = meant(declared, primitive, written);
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

/// What the metadata declares for the member or the parameter in a row.
fn declared<'a>(cx: &PageContext<'_, 'a>, typed: &TypeCell) -> Option<&'a ItemRef> {
    let name = &typed.row.name;
    match typed.claim {
        Claim::Member { ty, .. } => {
            let (_, declared) = members::declared(cx.version, ty, name)?;
            Some(&declared.item)
        }
        Claim::Parameter { .. } | Claim::BodyMember(_) => declared_parameter(cx, name),
        _ => None,
    }
}

/// The type of a parameter of the action or function that the page is about, if all overloads agree on it.
fn declared_parameter<'a>(cx: &PageContext<'_, 'a>, name: &str) -> Option<&'a ItemRef> {
    let metadata = cx.version.compilation.metadata.as_ref()?;
    let operations = cx.version.operations_of(&cx.page.path).iter();
    let segments = operations.flat_map(|operation| &operation.path.segments);
    let called: Vec<&str> = segments
        .filter_map(|segment| match &segment.kind {
            SegmentKind::Call(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let is_called = |name: &str| called.iter().any(|it| it.eq_ignore_ascii_case(name));
    let callables = metadata.schemas.iter().flat_map(|schema| &schema.callables);
    let overloads = callables.filter(|it| is_called(&it.name.text));
    let parameters = overloads.flat_map(|it| &it.parameters);
    let same = parameters.filter(|it| it.name.text.eq_ignore_ascii_case(name));
    let mut types = same.map(|it| &it.ty.item);
    let first = types.next()?;
    types.all(|ty| ty == first).then_some(first)
}

/// Whether the values of a type that the metadata declares look different on the wire than those of a primitive type.
fn is_of_other_kind(cx: &PageContext, primitive: Primitive, declared: &ItemRef) -> bool {
    let kind = |it| (samples::is_number(it), samples::is_text(it));
    match declared {
        ItemRef::Primitive(declared) => kind(*declared) != kind(primitive),
        ItemRef::Named(name) => {
            let (key, known) = (name.key(), cx.version.declared());
            known.types.contains_key(&key)
                || (known.enums.contains_key(&key) && !samples::is_text(primitive))
        }
        ItemRef::Unread(_) => false,
    }
}

/// The word that is meant, and whether that is certain: which number a `number` is, only the metadata knows.
fn meant(declared: Option<&ItemRef>, primitive: Primitive, written: &str) -> (&'static str, bool) {
    let word = names::word_of(primitive);
    let lower = written.to_ascii_lowercase();
    let is_vague = matches!(
        &*lower,
        "number" | "numeric" | "integer" | "float" | "datetime" | "edm.datetime"
    );
    match declared {
        _ if !is_vague => (word, true),
        Some(ItemRef::Primitive(declared)) => (names::word_of(*declared), true),
        Some(ItemRef::Named(_) | ItemRef::Unread(_)) | None => (word, lower.ends_with("datetime")),
    }
}
