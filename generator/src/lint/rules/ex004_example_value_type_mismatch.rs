use crate::{
    api::{ItemType, Type, TypeId},
    conform::Problem,
    facts::{Claim, Fact},
    ir::Primitive,
    json::tree::{Kind, Node},
    lint::{
        examples::Body,
        finding::{Findings, Fix, Severity},
        members,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        samples,
        values::{self, Groups, Owner, Typed, is_made_of_key, is_mark, is_placeholder, times},
    },
    spelling::ItemText,
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "EX004",
    name: "example-value-type-mismatch",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &[
        "ExpectedTypeDifferent",
        "InvalidDateTimeString",
        "NullPropertyValue",
    ],
    doc: include_str!("ex004_example_value_type_mismatch.md"),
    check: Check::Page(check),
};

/// Values of one member that are of another type, and what is expected of them.
type Wrong<'v> = Groups<(Subject<'v>, String), Typed<'v>>;

/// What has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject<'v> {
    /// A member of a type.
    Member(TypeId, &'v str),
    /// A parameter of an action.
    Parameter(&'v str),
    /// The body itself.
    Body,
}

fn check(cx: &PageContext, out: &mut Findings) {
    let mut wrong = Wrong::new();
    for body in cx.bodies() {
        collect(cx, body, &mut wrong);
    }
    for ((subject, expected), values) in &wrong.list {
        if let Some(first) = values.first() {
            tell(cx, *subject, expected, first, values.len(), out);
        }
    }
}

fn collect<'v>(cx: &'v PageContext, body: &'v Body, wrong: &mut Wrong<'v>) {
    let expected: Vec<(&str, &String)> = body
        .mismatches
        .iter()
        .filter_map(|mismatch| match &mismatch.problem {
            Problem::OtherType(expected) => Some((mismatch.at.as_str(), expected)),
            Problem::UnknownMember(_) | Problem::UnknownValue(_) => None,
        })
        .collect();
    if expected.is_empty() {
        return;
    }
    let Some(tree) = cx.messages()[body.message].tree() else {
        return;
    };
    let Some((root, _)) = tree.root.pointer(&body.root) else {
        return;
    };
    let places = expected.iter().filter_map(|(pointer, expected)| {
        let (node, _) = tree.root.pointer(pointer)?;
        Some((node.at, *expected))
    });
    let places: Vec<_> = places.collect();
    values::each(cx.version.api(), &body.ty, root, &mut |value| {
        let found = places.iter().find(|(at, _)| *at == value.node.at);
        let Some((_, expected)) = found.filter(|_| !is_excused(cx, &value)) else {
            return;
        };
        let parameter = body.root.strip_prefix('/').filter(|_| body.is_request);
        let subject = match (value.owner, parameter) {
            (Some(owner), _) => Subject::Member(owner.ty, &owner.member.name),
            (None, Some(name)) => Subject::Parameter(name),
            (None, None) => Subject::Body,
        };
        wrong.add((subject, (*expected).clone()), value);
    });
}

/// Whether a value only stands for one, or is one for a service that is less strict than OData.
fn is_excused(cx: &PageContext, value: &Typed) -> bool {
    // What is called `Json` is declared as a type without members, and holds any JSON.
    if let ItemType::Structured(id) = value.item
        && cx.version.api()[*id]
            .name
            .name()
            .eq_ignore_ascii_case("json")
    {
        return true;
    }
    let Some(text) = value.node.text() else {
        return false;
    };
    if value
        .owner
        .is_some_and(|owner| is_shown_as_text(cx, &owner))
    {
        return true;
    }
    let key = value.owner.map(|owner| &*owner.entry.key);
    let is_of_key = key.is_some_and(|key| is_made_of_key(key, text));
    if is_of_key || is_placeholder(text) || is_mark(text) {
        return true;
    }
    matches!(value.item, ItemType::Primitive(Primitive::DateTimeOffset))
        && !value.collection
        && is_moment_somewhere(text)
}

/// Whether a number of the table is text in the JSON representation of the type, too: then the table is wrong, and TBL004 or
/// CSDL003 tells it.
fn is_shown_as_text(cx: &PageContext, owner: &Owner) -> bool {
    let ItemType::Primitive(told) = owner.member.ty.item else {
        return false;
    };
    let ty = &cx.version.api()[owner.ty].name;
    let member = members::member(cx.version, ty, &owner.member.name);
    let mut shown = member.iter().flat_map(|it| &it.keys);
    samples::is_number(told)
        && shown.any(|id| match &id.of(cx.version.facts()).claim {
            Claim::JsonKey { value, .. } => value.item == ItemText::Primitive(Primitive::String),
            _ => false,
        })
}

/// A date with a time of which no zone is told, as services write it beside a property with the zone.
fn is_moment_somewhere(text: &str) -> bool {
    let parts = text.split_once(['T', 't', ' ']);
    parts.is_some_and(|(date, time)| {
        let are_digits = |text: &str, marks: &[char]| {
            let is_part = |c: char| c.is_ascii_digit() || marks.contains(&c);
            text.len() >= 4 && text.chars().all(is_part)
        };
        are_digits(date, &['-']) && are_digits(time, &[':', '.', 'Z', '+', '-', ' '])
    })
}

fn tell(
    cx: &PageContext,
    subject: Subject,
    expected: &str,
    first: &Typed,
    count: usize,
    out: &mut Findings,
) {
    let api = cx.version.api();
    let (symbol, name) = match subject {
        Subject::Member(ty, name) => (format!("{}/{name}", api[ty].name), format!("`{name}`")),
        Subject::Parameter(name) => (name.to_owned(), format!("`{name}`")),
        Subject::Body => ("body".to_owned(), "the body".to_owned()),
    };
    let row = match subject {
        Subject::Parameter(name) => parameter_row(cx, name, first.collection),
        Subject::Member(..) | Subject::Body => None,
    };
    let told = row.and_then(|row| type_words(cx, row));
    let expected = match (told, expected.strip_prefix("collection of ")) {
        (Some(told), _) => format!("`{told}`"),
        (None, Some(item)) => format!("a collection of `{item}`"),
        (None, None) => format!("`{expected}`"),
    };
    let place = cx.at(first.node.at, "");
    let is_item = first.owner.is_some_and(|it| it.member.ty.collection) && !first.collection;
    let name = if is_item {
        format!("an item of {name}")
    } else {
        name
    };
    let is_text_alone = !first.collection && is_string_in_json(first.item);
    let says = match first.node.text().filter(|_| is_text_alone) {
        Some("") => format!("is empty, and so no {expected}"),
        Some(_) => format!("is no {expected}"),
        None => format!("is {}, not {expected}", words(first.node)),
    };
    let message = format!("{name} {says}{}", times(count));
    let finding = out
        .tell(place.clone(), message)
        .symbol(format!("{}:{symbol}", cx.page.path));
    // A moment tells the date that should stand there, and more.
    if matches!(first.item, ItemType::Primitive(Primitive::Date)) {
        finding.severity(Severity::Warning);
    }
    if let Some(owner) = first.owner {
        relate(cx, &owner, finding);
    }
    if let Some(row) = row {
        finding.related(cx.version.name_of(cx.world, row, "its type is told here"));
    }
    let repaired = repaired(first.item, first.collection, first.node, cx);
    if let Some((title, text)) = repaired.filter(|_| count == 1) {
        finding.fix(Fix::needs_review(title, Fix::replace(&place, text)));
    }
}

/// The row of the page's own table that tells the type of a parameter, if that is as single or as many as the value should
/// be.
fn parameter_row<'p>(cx: &PageContext<'p, '_>, name: &str, collection: bool) -> Option<&'p Fact> {
    let mut facts = cx.facts.facts.iter();
    facts.find(|fact| match &fact.claim {
        Claim::BodyMember(row) => row.name == name && row.ty.collection == collection,
        _ => false,
    })
}

/// The type in the words of a row; nothing if they are more than words.
fn type_words<'a>(cx: &PageContext<'_, 'a>, row: &Fact) -> Option<&'a str> {
    let cell = cx.version.cell_of(cx.world, row, Column::Type)?;
    let words = cx.version.page(row.page).str(cell).trim();
    (!words.contains(['[', '<', '`', '*', '\\'])).then_some(words)
}

/// Adds where the type of the member is told.
fn relate(cx: &PageContext, owner: &Owner, finding: &mut crate::lint::Finding) {
    let api = cx.version.api();
    let declaring = api
        .lineage(owner.ty)
        .find(|ty| ty.members.iter().any(|it| it.name == owner.member.name));
    if let Some(ty) = declaring {
        let name = ty.name.as_str();
        let label = "its type is told here";
        let place = cx
            .version
            .member_at(cx.world, name, &owner.member.name, label);
        place.map(|place| finding.related(place));
    }
}

/// Whether values of a type are strings in JSON (OData JSON Format 4.01, section 7.1), so that only the text can be wrong.
fn is_string_in_json(item: &ItemType) -> bool {
    use Primitive::{Binary, Date, DateTimeOffset, Duration, Guid, TimeOfDay};
    matches!(
        item,
        ItemType::Primitive(Binary | Date | DateTimeOffset | Duration | Guid | TimeOfDay)
    )
}

/// What a value is, for a sentence.
fn words(node: &Node) -> &'static str {
    match node.kind {
        Kind::Null => "null",
        Kind::Bool(_) => "a Boolean",
        Kind::Number => "a number",
        Kind::Text(_) => "a string",
        Kind::Array(_) => "an array",
        Kind::Object(_) => "an object",
    }
}

/// The value as its type would have it, where that is only a matter of quotes or brackets.
fn repaired(
    item: &ItemType,
    collection: bool,
    node: &Node,
    cx: &PageContext,
) -> Option<(&'static str, String)> {
    let text = cx.str(node.at);
    if collection {
        let is_item = is_value(cx, item, node);
        return is_item.then(|| ("put it into brackets", format!("[{text}]")));
    }
    if let [only] = node.items() {
        let is_item = is_value(cx, item, only);
        return is_item.then(|| ("take the brackets away", cx.str(only.at).to_owned()));
    }
    let ItemType::Primitive(primitive) = item else {
        return None;
    };
    match (primitive, &node.kind) {
        (Primitive::String, Kind::Number | Kind::Bool(_)) => {
            Some(("put it into quotes", format!("\"{text}\"")))
        }
        (Primitive::String, _) => None,
        (_, Kind::Text(inner)) => {
            let inner = inner.trim();
            let inner = match *primitive {
                Primitive::Boolean => inner.to_ascii_lowercase(),
                _ => inner.to_owned(),
            };
            let value: serde_json::Value = serde_json::from_str(&inner).ok()?;
            let is_value = !value.is_string() && conforms(cx, item, &value);
            is_value.then_some(("take the quotes away", inner))
        }
        _ => None,
    }
}

fn is_value(cx: &PageContext, item: &ItemType, node: &Node) -> bool {
    conforms(cx, item, &node.value(&cx.page.text))
}

fn conforms(cx: &PageContext, item: &ItemType, value: &serde_json::Value) -> bool {
    let ty = Type::single(item.clone());
    crate::conform::mismatches(cx.version.api(), &ty, value).is_empty()
}
