use memchr::memmem;

use crate::{
    api::ItemType,
    ir::TypeName,
    lint::{
        enumerations,
        finding::{Edit, Findings, Fix, Severity},
        names,
        page::{PageContext, TypeCell},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
    spelling::ItemText,
    suggest,
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "ENM001",
    name: "enum-prose-members-differ",
    severity: Severity::Warning,
    preset: Preset::Minimal,
    fixes: Fixes::Both,
    apidoctor: &[],
    doc: include_str!("enm001_enum_prose_members_differ.md"),
    check: Check::Page(check),
};

/// The list in a row, and the enumeration that the row is of.
struct List<'c, 'p> {
    typed: &'c TypeCell<'p>,
    name: &'c TypeName,
    members: Vec<&'c str>,
    /// What the metadata declares, if it declares the enumeration.
    declared: Option<Vec<&'c str>>,
    cell: ByteRange,
}

fn check(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        if typed.row.facets.values.is_empty() {
            continue;
        }
        if let Some(list) = list(cx, typed) {
            check_list(cx, &list, out);
        }
    }
}

/// The list of a row whose type is an enumeration with a table.
fn list<'c, 'p>(cx: &'c PageContext<'p, '_>, typed: &'c TypeCell<'p>) -> Option<List<'c, 'p>> {
    let ItemText::Named(reference) = &typed.row.ty.item else {
        return None;
    };
    let ItemType::Enum(id) = names::named(cx.version, reference, cx.id)? else {
        return None;
    };
    let name = &cx.version.api()[id].name;
    let members = enumerations::members(cx.version, name);
    if members.is_empty() {
        return None;
    }
    let declared = enumerations::declared(cx.version, name);
    let declared = declared.map(|it| {
        it.members
            .iter()
            .map(|member| member.name.text.as_str())
            .collect()
    });
    let row = cx.row_at(typed.at)?;
    let cell = row
        .cell(Column::Description)
        .or_else(|| row.cell(Column::Value))?;
    Some(List {
        typed,
        name,
        members,
        declared,
        cell,
    })
}

impl List<'_, '_> {
    /// Whether the metadata has a member; that its table differs from the metadata is told there.
    fn is_declared(&self, value: &str) -> Option<bool> {
        let declared = self.declared.as_ref()?;
        Some(declared.iter().any(|it| it.eq_ignore_ascii_case(value)))
    }

    /// The member that a value without one is a misspelling of: one that the list has not.
    fn meant_by(&self, value: &str) -> Option<&str> {
        let values = &self.typed.row.facets.values;
        let is_free = |it: &&str| !values.iter().any(|value| value.eq_ignore_ascii_case(it));
        suggest::closest(value, self.members.iter().copied().filter(is_free))
    }

    fn symbol(&self, cx: &PageContext, value: &str) -> String {
        format!("{}:{value}", self.typed.symbol(cx.page))
    }

    /// Where a value stands in the cell: between back-ticks, or as a word.
    fn at(&self, cx: &PageContext, value: &str) -> Option<ByteRange> {
        let text = cx.str(self.cell);
        let places = memmem::find_iter(text.as_bytes(), value);
        let is_quoted =
            |at: &usize| text[..*at].ends_with('`') && text[at + value.len()..].starts_with('`');
        let quoted = places.clone().find(is_quoted);
        let at = quoted.or_else(|| places.clone().next())? + self.cell.start as usize;
        Some(ByteRange::new(at, at + value.len()))
    }
}

fn check_list(cx: &PageContext, list: &List, out: &mut Findings) {
    let values = &list.typed.row.facets.values;
    let is_listed = |value: &str| list.members.iter().any(|it| it.eq_ignore_ascii_case(value));
    if !values.iter().any(|value| is_listed(value)) {
        tell_stranger(cx, list, out);
        return;
    }
    for value in values {
        let Some(at) = list.at(cx, value) else {
            continue;
        };
        if !is_listed(value) {
            if list.is_declared(value) != Some(true) {
                tell_extra(cx, list, value, at, out);
            }
        } else if let Some(right) = other_case(list, value) {
            tell_case(cx, list, (value, right), at, out);
        }
    }
    tell_missing(cx, list, out);
}

/// The spelling in the table, if it has not this one; what the metadata spells like this is no slip of the list.
fn other_case<'l>(list: &List<'l, '_>, value: &str) -> Option<&'l str> {
    let declared = list.declared.iter().flatten();
    if list.members.contains(&value) || declared.into_iter().any(|it| *it == value) {
        return None;
    }
    let mut members = list.members.iter().copied();
    members.find(|it| it.eq_ignore_ascii_case(value))
}

fn tell_stranger(cx: &PageContext, list: &List, out: &mut Findings) {
    let values = &list.typed.row.facets.values;
    // Where the metadata knows the values, the table stands under a wrong heading.
    if values
        .iter()
        .all(|value| list.is_declared(value) == Some(true))
    {
        return;
    }
    let name = names::short(list.name);
    let message = format!("the description lists no member of `{name}`, but other values");
    let first = values.first().and_then(|value| list.at(cx, value));
    let last = values.last().and_then(|value| list.at(cx, value));
    let (Some(first), Some(last)) = (first, last) else {
        return;
    };
    let finding = out
        .tell(cx.at(first.to(last), ""), message)
        .symbol(list.typed.symbol(cx.page));
    let table = cx
        .version
        .type_at(list.name.as_str(), "the members are listed here");
    table.map(|place| finding.related(place));
}

fn tell_extra(cx: &PageContext, list: &List, value: &str, at: ByteRange, out: &mut Findings) {
    let name = names::short(list.name);
    let finding = out
        .tell(
            cx.at(at, ""),
            format!("`{name}` has no member `{value}` in its table"),
        )
        .symbol(list.symbol(cx, value));
    let table = cx
        .version
        .type_at(list.name.as_str(), "the members are listed here");
    table.map(|place| finding.related(place));
    if let Some(near) = list.meant_by(value) {
        finding.help(format!("did you mean `{near}`?"));
    }
}

fn tell_case(
    cx: &PageContext,
    list: &List,
    (value, right): (&str, &str),
    at: ByteRange,
    out: &mut Findings,
) {
    let message = format!("the description says `{value}`, but the table says `{right}`");
    let place = cx.at(at, "");
    let edits = Fix::replace(&place, right);
    let finding = out
        .tell(place, message)
        .symbol(list.symbol(cx, value))
        .severity(Severity::Error)
        .fix(Fix::safe(format!("spell it `{right}`"), edits));
    let table = cx
        .version
        .type_at(list.name.as_str(), "the members are listed here");
    table.map(|place| finding.related(place));
}

/// Members of the table that the list has not; that there may be more, a list need not say.
fn tell_missing(cx: &PageContext, list: &List, out: &mut Findings) {
    let missing = missing(cx, list);
    let values = &list.typed.row.facets.values;
    let (Some(first), Some(last)) = (missing.first(), values.last()) else {
        return;
    };
    let Some(at) = list.at(cx, last) else {
        return;
    };
    let start = values.first().and_then(|value| list.at(cx, value));
    let start = start.unwrap_or(at);
    let named = match missing.len() {
        1 => format!("`{first}`"),
        more => format!("`{first}` and {} more", more - 1),
    };
    let name = names::short(list.name);
    let message = format!("the description does not list {named} of `{name}`");
    let finding = out
        .tell(cx.at(start.to(at), ""), message)
        .symbol(list.symbol(cx, first));
    // What nobody would send is left out of many lists.
    let is_vague = |member: &&str| matches!(*member, "unknown" | "undefined");
    if missing.iter().all(is_vague) {
        finding.severity(Severity::Info);
    }
    let table = cx
        .version
        .type_at(list.name.as_str(), "the members are listed here");
    table.map(|place| finding.related(place));
    let rest = cx.page.text.get(at.end as usize..).unwrap_or_default();
    if rest.starts_with('`') {
        let end = at.end + 1;
        let edit = Edit {
            file: cx.file(),
            at: ByteRange { start: end, end },
            text: format!(", `{}`", missing.join("`, `")),
        };
        finding.fix(Fix::needs_review("add them to the list", vec![edit]));
    }
}

fn missing<'l>(cx: &PageContext, list: &List<'l, '_>) -> Vec<&'l str> {
    if is_partial(cx.str(list.cell)) {
        return Vec::new();
    }
    let values = &list.typed.row.facets.values;
    let is_known = |value: &str| list.members.iter().any(|it| it.eq_ignore_ascii_case(value));
    let misspelled = values.iter().filter(|value| !is_known(value));
    let misspelled: Vec<&str> = misspelled
        .filter_map(|value| list.meant_by(value))
        .collect();
    let is_missing = |member: &&str| {
        !enumerations::is_mark(member)
            && !misspelled.contains(member)
            && !values
                .iter()
                .any(|value| value.eq_ignore_ascii_case(member))
            && list.is_declared(member) != Some(false)
            && !is_mentioned(cx, list, member)
    };
    list.members.iter().copied().filter(is_missing).collect()
}

/// Whether a description says that its list is not all there is.
fn is_partial(description: &str) -> bool {
    let lower = description.to_ascii_lowercase();
    let phrases = ["subset", "values include", "such as", "for example", "e.g."];
    phrases.iter().any(|phrase| lower.contains(phrase))
}

/// Whether the description names a member outside of the list.
fn is_mentioned(cx: &PageContext, list: &List, member: &str) -> bool {
    let text = cx.str(list.cell);
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = text.split(|c: char| !is_part(c));
    words.any(|word| word.eq_ignore_ascii_case(member))
}
