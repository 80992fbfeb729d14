use std::collections::HashSet;

use crate::{
    api::{ItemType, Type},
    csdl::{ItemRef, TypeRef},
    ir::{Primitive, TypeName},
    lint::{
        finding::{Findings, Fix, Severity},
        members::{self, Key, MemberRow, Resource},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        samples::{self, Item, Sample},
        values,
        world::Version,
    },
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "TBL004",
    name: "property-type-mismatch",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &["ExpectedTypeDifferent"],
    doc: include_str!("tbl004_property_type_mismatch.md"),
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
        let Some(ty) = names::ty(cx.version, &row.row.ty, cx.id) else {
            continue;
        };
        // A word such as `numeric` is too vague to contradict anything; TBL006 tells it.
        let cell = cx.row_at(row.at).and_then(|it| it.cell(Column::Type));
        if cell.is_some_and(|cell| is_vague(cx.str(cell))) {
            continue;
        }
        let sample = Sample::of(&key.entry.value, &cx.page.text);
        let Some(mut severity) = contradiction(cx, &ty.item, &sample) else {
            continue;
        };
        if is_enum_by_other_name(cx, &page, (row, &ty), &sample) {
            severity = Severity::Warning;
        }
        // Where one of them shows many, that is told as such.
        let is_as_many = sample.collection.is_none_or(|many| many == ty.collection);
        if is_as_many && told.insert(&*row.row.name) {
            tell(cx, &page, (row, &ty), (key, &sample), severity, out);
        }
    }
}

/// Whether a word of a table stands for several types.
fn is_vague(cell: &str) -> bool {
    let words = ["numeric", "number"];
    words
        .iter()
        .any(|word| cell.trim().eq_ignore_ascii_case(word))
}

/// How much a value contradicts a type; not at all where it may be a sample of it.
fn contradiction(cx: &PageContext, ty: &ItemType, sample: &Sample) -> Option<Severity> {
    match ty {
        ItemType::Primitive(Primitive::String) if shows_enum(cx, sample) => Some(Severity::Warning),
        ItemType::Primitive(primitive) => of_primitive(*primitive, &sample.item),
        ItemType::Enum(_) => match sample.item {
            Item::Bool | Item::Fraction => Some(Severity::Error),
            Item::Object(Some(_)) => of_name(cx, ty, sample),
            // Some flags are shown as numbers.
            Item::Integer | Item::Object(None) | Item::Nothing | Item::Word(..) | Item::Text(_) => {
                None
            }
        },
        ItemType::Structured(_) if is_plain(cx, ty) => match sample.item {
            Item::Bool | Item::Integer | Item::Fraction | Item::Word(..) => Some(Severity::Error),
            // A word in the place of an object: `"fine"` for a type of the name `fine`.
            Item::Text(text) if text.to_ascii_lowercase().starts_with("string") => {
                Some(Severity::Error)
            }
            Item::Object(Some(_)) => of_name(cx, ty, sample),
            Item::Object(None) | Item::Nothing | Item::Text(_) => None,
        },
        ItemType::Structured(_) | ItemType::Unknown { .. } => None,
    }
}

/// Whether a value names an enumeration, whose members are strings on the wire.
fn shows_enum(cx: &PageContext, sample: &Sample) -> bool {
    matches!(sample.ty(cx.version, cx.id), Some(ItemType::Enum(_)))
}

/// Whether the JSON has a name that is not known for what is a string in the table and an enumeration in the metadata.
fn is_enum_by_other_name(
    cx: &PageContext,
    page: &Resource,
    (row, ty): (&MemberRow, &Type),
    sample: &Sample,
) -> bool {
    let is_unknown =
        matches!(sample.item, Item::Object(Some(_))) && sample.ty(cx.version, cx.id).is_none();
    if !is_unknown || ty.item != ItemType::Primitive(Primitive::String) {
        return false;
    }
    let declared = members::declared(cx.version, page.ty, &row.row.name);
    declared.is_some_and(|(_, declared)| match &declared.item {
        ItemRef::Named(name) => cx.version.declared().enums.contains_key(&name.key()),
        ItemRef::Primitive(_) | ItemRef::Unread(_) => false,
    })
}

/// Whether the values of a type are objects, and something tells of which members.
fn is_plain(cx: &PageContext, ty: &ItemType) -> bool {
    names::is_described(cx.version, ty) && !names::is_any(cx.version, ty)
}

fn of_primitive(primitive: Primitive, item: &Item) -> Option<Severity> {
    let contradicts = match *item {
        Item::Nothing => false,
        Item::Bool => primitive != Primitive::Boolean,
        Item::Integer => !samples::is_number(primitive),
        Item::Fraction => samples::is_integer(primitive) || !samples::is_number(primitive),
        Item::Object(_) => primitive != Primitive::Stream,
        Item::Text(text) => {
            let is_word = text.to_ascii_lowercase().starts_with("string");
            is_word
                && matches!(
                    primitive,
                    Primitive::Boolean
                        | Primitive::Int16
                        | Primitive::Int32
                        | Primitive::Double
                        | Primitive::Single
                )
        }
        Item::Word(shown, is_exact) => return of_word(primitive, shown, is_exact),
    };
    (contradicts && primitive != Primitive::Untyped).then_some(Severity::Error)
}

/// Two words for types: an error where their values look different on the wire.
fn of_word(primitive: Primitive, shown: Primitive, is_exact: bool) -> Option<Severity> {
    let (numbers, texts) = (
        [primitive, shown].map(samples::is_number),
        [primitive, shown].map(samples::is_text),
    );
    if primitive == shown || primitive == Primitive::Untyped || shown == Primitive::Untyped {
        None
    } else if numbers == [true, true] {
        let is_wider = samples::is_integer(shown) && !samples::is_integer(primitive);
        (is_exact && !is_wider).then_some(Severity::Warning)
    } else if texts == [true, true] {
        // `Guid` for a string tells how the text looks.
        (is_exact && [primitive, shown] != [Primitive::String, Primitive::Guid])
            .then_some(Severity::Warning)
    } else {
        Some(Severity::Error)
    }
}

/// Whether a value names a type whose values this one does not take.
fn of_name(cx: &PageContext, ty: &ItemType, sample: &Sample) -> Option<Severity> {
    let api = cx.version.api();
    let shown = sample.ty(cx.version, cx.id)?;
    let differs = match (ty, &shown) {
        (ItemType::Structured(ty), ItemType::Structured(shown)) => !api.derives_from(*shown, *ty),
        (ty, shown) => ty != shown,
    };
    (differs && names::is_described(cx.version, &shown)).then_some(Severity::Warning)
}

fn tell(
    cx: &PageContext,
    page: &Resource,
    (row, ty): (&MemberRow, &Type),
    (key, sample): (&Key, &Sample),
    severity: Severity,
    out: &mut Findings,
) {
    let name = &row.row.name;
    let Some(cell) = cx.row_at(row.at).and_then(|it| it.cell(Column::Type)) else {
        return;
    };
    let words = names::words(cx.version, &Type::single(ty.item.clone()));
    let in_table = cx.at(cell, format!("the table says `{words}`"));
    let shows = shown_words(key, sample);
    let in_json = cx.at(key.entry.value.at, format!("the JSON shows {shows}"));
    let declared = members::declared(cx.version, page.ty, name);
    let agrees = declared.is_some_and(|(_, declared)| is_same(cx.version, &ty.item, declared));
    let message = format!("`{name}` is `{words}` in the table, but the JSON shows {shows}");
    let symbol = format!("{}/{name}", page.ty);
    let (wrong, other) = if agrees {
        (in_json, in_table)
    } else {
        (in_table, in_json)
    };
    let object = cx.representation(key.body);
    let fix = if agrees {
        let text = object.map(|object| samples::sample(cx, ty, object));
        text.map(|text| (Fix::replace(&wrong, text.clone()), text))
    } else {
        let shown = sample.ty(cx.version, cx.id);
        shown.map(|item| {
            let text = names::cell(
                cx.version,
                cx.id,
                &Type {
                    item,
                    collection: ty.collection,
                },
            );
            (Fix::replace(&wrong, text.clone()), text)
        })
    };
    let finding = out
        .tell(wrong, message)
        .symbol(symbol)
        .severity(severity)
        .related(other);
    if let Some((_, declared)) = declared {
        let label = format!("the metadata says `{}`", item_words(declared));
        let place = cx.version.metadata_at(declared.at, label);
        place.map(|place| finding.related(place));
    }
    if let Some((edits, text)) = fix {
        finding.fix(Fix::needs_review(format!("say `{text}`"), edits));
    }
}

/// What a value shows, and the value itself where it is a word of its own for that.
fn shown_words(key: &Key, sample: &Sample) -> String {
    let words = sample.words();
    let literal = key.entry.value.text().map(values::one_line);
    match (sample.item, literal) {
        (Item::Word(shown, _), Some(literal))
            if !literal.eq_ignore_ascii_case(names::word_of(shown)) =>
        {
            format!("{words}, as `{literal}`")
        }
        _ => words,
    }
}

/// Whether the metadata declares this type.
fn is_same(version: &Version, item: &ItemType, declared: &TypeRef) -> bool {
    match (&declared.item, item) {
        (ItemRef::Primitive(declared), ItemType::Primitive(item)) => declared == item,
        (ItemRef::Named(declared), item) => {
            names::with_name(version, declared).as_ref() == Some(item)
        }
        (ItemRef::Primitive(_) | ItemRef::Unread(_), _) => false,
    }
}

fn item_words(declared: &TypeRef) -> String {
    match &declared.item {
        ItemRef::Primitive(primitive) => names::word_of(*primitive).to_owned(),
        ItemRef::Named(name) => names::short(&TypeName::new(name.as_str())).to_owned(),
        ItemRef::Unread(text) => text.clone(),
    }
}
