use crate::{
    api::{EnumId, EnumType, ItemType},
    lint::{
        finding::{Edit, Findings, Fix, Place, Severity},
        members,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        values::{self, Groups, Owner, is_mark, is_placeholder, one_line, times},
    },
    span::ByteRange,
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "EX005",
    name: "example-enum-value-unknown",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Both,
    apidoctor: &["InvalidEnumeratedValueString"],
    doc: include_str!("ex005_example_enum_value_unknown.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let api = cx.version.api();
    let mut wrong = Groups::new();
    for body in cx.bodies() {
        let Some(tree) = cx.messages()[body.message].tree() else {
            continue;
        };
        let Some((root, _)) = tree.root.pointer(&body.root) else {
            continue;
        };
        values::each(api, &body.ty, root, &mut |value| {
            if let (ItemType::Enum(id), Some(text)) = (value.item, value.node.text())
                && is_wrong(&api[*id], text)
            {
                let listed = value.owner.and_then(|owner| own_list(cx, &owner, text));
                wrong.add((*id, text), (value.node.at, listed));
            }
        });
    }
    for ((id, text), values) in wrong.list {
        let (places, listed): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        let listed = listed.into_iter().flatten().next();
        tell(cx, id, text, &places, listed, out);
    }
}

/// Whether a text is meant as a value of an enumeration, and is none.
fn is_wrong(ty: &EnumType, text: &str) -> bool {
    let is_known = |name: &str| ty.members.iter().any(|member| member.name == name);
    let is_right = parts(ty, text).all(is_known);
    // A type word is another rule's to tell, unless it is a member in another case.
    let is_other = text.is_empty() || is_placeholder(text) || is_mark(text);
    !is_right && !ty.members.is_empty() && (!is_other || spelled(ty, text).is_some())
}

/// The names in a value: several, where members are flags.
fn parts<'t>(ty: &EnumType, text: &'t str) -> impl Iterator<Item = &'t str> {
    let (flags, single) = if ty.is_flags {
        (Some(text.split(',').map(str::trim)), None)
    } else {
        (None, Some(text))
    };
    flags.into_iter().flatten().chain(single)
}

/// The value in the spelling of the members, if that is all that is wrong with it.
fn spelled(ty: &EnumType, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let names: Option<Vec<&str>> = parts(ty, text)
        .map(|name| {
            let mut members = ty.members.iter();
            let member = members.find(|member| member.name.eq_ignore_ascii_case(name.trim()))?;
            Some(member.name.as_str())
        })
        .collect();
    let comma = if text.contains(", ") { ", " } else { "," };
    names.map(|names| names.join(comma))
}

/// The row of the object's own type that lists the value, though the enumeration does not have it.
fn own_list(cx: &PageContext, owner: &Owner, text: &str) -> Option<Place> {
    let api = cx.version.api();
    let name = &owner.member.name;
    let mut lineage = api.lineage(owner.ty);
    lineage.find_map(|ty| {
        let member = members::member(cx.version, &ty.name, name)?;
        let mut rows = member.rows.iter().map(|row| row.of(cx.version.facts()));
        let quoted = format!("`{text}`");
        let row = rows.find(|row| cx.version.page(row.page).str(row.at).contains(&quoted))?;
        let label = format!("this row lists `{text}`");
        Some(cx.version.name_of(cx.world, row, label))
    })
}

fn tell(
    cx: &PageContext,
    id: EnumId,
    text: &str,
    places: &[ByteRange],
    listed_at: Option<Place>,
    out: &mut Findings,
) {
    let Some(&first) = places.first() else {
        return;
    };
    let ty = &cx.version.api()[id];
    let name = ty.name.as_str();
    let text = &*one_line(text);
    let message = format!("`{name}` has no member `{text}`{}", times(places.len()));
    let finding = out
        .tell(cx.at(first, ""), message)
        .symbol(format!("{}:{name}/{text}", cx.page.path));
    if let Some(known) = spelled(ty, text) {
        let edits = places.iter().map(|&at| Edit {
            file: cx.file(),
            at,
            text: format!("\"{known}\""),
        });
        finding.help(format!("did you mean `{known}`? only the case differs"));
        let title = format!("spell it `{known}`");
        finding.fix(match listed_at {
            None => Fix::safe(title, edits.collect()),
            Some(_) => Fix::needs_review(title, edits.collect()),
        });
    } else {
        let names = || ty.members.iter().map(|member| member.name.as_str());
        let near = suggest::closest(text, names());
        finding.help(near.map_or_else(
            || format!("its members are {}", listed(names())),
            |near| format!("did you mean `{near}`?"),
        ));
        // A list in a description is often not all there is.
        let is_whole = cx.version.declared().enums.contains_key(&ty.name.key());
        if !is_whole
            && cx
                .version
                .model()
                .enums
                .get(&ty.name.key())
                .is_none_or(|it| it.pages.is_empty())
        {
            finding.severity(Severity::Warning);
        }
    }
    let declared = cx.version.type_at(name, "the members are told here");
    declared.map(|place| finding.related(place));
    // Two lists contradict each other, and the example follows one of them.
    if let Some(place) = listed_at {
        finding.severity(Severity::Warning).related(place);
    }
}

/// The first few of some names.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const FEW: usize = 8;
    let mut names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    let is_more = names.len() > FEW;
    names.truncate(FEW);
    let more = if is_more { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}
