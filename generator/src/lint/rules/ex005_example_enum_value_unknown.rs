use crate::{
    api::{EnumId, EnumType, ItemType},
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        values::{self, Groups, is_mark, is_placeholder, one_line, times},
    },
    span::ByteRange,
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "EX005",
    name: "example-enum-value-unknown",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Safe,
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
                wrong.add((*id, text), value.node.at);
            }
        });
    }
    for ((id, text), places) in wrong.list {
        tell(cx, id, text, &places, out);
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

fn tell(cx: &PageContext, id: EnumId, text: &str, places: &[ByteRange], out: &mut Findings) {
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
        let title = format!("spell it `{known}`");
        finding.fix(Fix::safe(title, edits.collect()));
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
