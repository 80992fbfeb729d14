use crate::{
    api::{ItemType, Segment, SegmentKind, StructuredType, Type, TypeId},
    lint::{
        finding::{Findings, Fix, Severity},
        page::PageContext,
        requests::{self, Line},
        rule::{Check, Fixes, Preset, Rule},
        world::Version,
    },
    resolve::path_text,
    span::ByteRange,
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP006",
    name: "path-unresolvable",
    severity: Severity::Warning,
    preset: Preset::Strict,
    fixes: Fixes::Safe,
    apidoctor: &["TypeNameMismatch", "BindingParameterNotFound"],
    doc: include_str!("http006_path_unresolvable.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let mut told: Vec<(&str, String)> = Vec::new();
    for line in requests::lines(cx) {
        let found = cx.version.router().find(line.method, line.path);
        let Ok(found) = found else {
            continue;
        };
        let texts = path_text::split(line.path);
        let segments = &found.operation.path.segments;
        if texts.len() != segments.len() {
            continue;
        }
        for (pair, texts) in segments.windows(2).zip(texts.windows(2)) {
            let ([before, segment], [_, text]) = (pair, texts) else {
                continue;
            };
            let Some(owner) = owner(cx, before, segment) else {
                continue;
            };
            let spelling = spelling(cx.version, cx.version.api().lineage(owner), text);
            let name = cx.version.api()[owner].name.as_str();
            let is_told = told.iter().any(|(ty, known)| *ty == name && known == text);
            if is_told || spelling.is_some_and(|known| known == *text) {
                continue;
            }
            // Of a type that nothing describes, nothing can be missing.
            let is_described = cx.version.type_at(name, "").is_some();
            if is_described && !is_of_derived(cx, owner, text) && !is_call(cx, text) {
                told.push((name, (*text).to_owned()));
                tell(cx, &line, text, owner, spelling, out);
            }
        }
    }
}

/// The type that a segment should be a member of: that of one entity or value before it.
fn owner(cx: &PageContext, before: &Segment, segment: &Segment) -> Option<TypeId> {
    if segment.kind != SegmentKind::Name {
        return None;
    }
    match before.ty.as_ref()? {
        Type {
            item: ItemType::Structured(id),
            collection: false,
        } => {
            let is_open = cx.version.api().lineage(*id).any(|ty| ty.is_open);
            (!is_open).then_some(*id)
        }
        Type { .. } => None,
    }
}

/// The name of a member as tables or metadata spell it, of a type or its base types.
fn spelling<'a>(
    version: &'a Version,
    mut lineage: impl Iterator<Item = &'a StructuredType>,
    text: &str,
) -> Option<&'a str> {
    lineage.find_map(|ty| {
        let key = ty.name.key();
        let declared = version.declared().types.get(&key);
        let mut declared = declared.into_iter().flat_map(|ty| ty.member_names());
        let declared = declared.find(|name| name.text.eq_ignore_ascii_case(text));
        let rows = version.model().types.get(&key).map(|ty| &ty.members);
        let mut rows = rows.into_iter().flatten().filter(|it| !it.rows.is_empty());
        declared.map(|name| name.text.as_str()).or_else(|| {
            let row = rows.find(|it| it.name.eq_ignore_ascii_case(text))?;
            Some(row.name.as_str())
        })
    })
}

/// Whether it is the name of an action or a function, which a path may have without parentheses.
fn is_call(cx: &PageContext, text: &str) -> bool {
    let mut callables = cx.version.api().callables.iter();
    callables.any(|it| it.name.name().eq_ignore_ascii_case(text))
}

/// Whether a derived type has the member, so that only a cast is left out.
fn is_of_derived(cx: &PageContext, owner: TypeId, text: &str) -> bool {
    let api = cx.version.api();
    api[owner].derived.iter().any(|&id| {
        let ty = [&api[id]];
        spelling(cx.version, ty.into_iter(), text).is_some() || is_of_derived(cx, id, text)
    })
}

fn tell(
    cx: &PageContext,
    line: &Line,
    text: &str,
    owner: TypeId,
    spelling: Option<&str>,
    out: &mut Findings,
) {
    let api = cx.version.api();
    let name = api[owner].name.as_str();
    let path = line.path_at(cx);
    let found = cx.str(path).find(&format!("/{text}"));
    let place = match found {
        Some(at) => {
            let start = path.start as usize + at + 1;
            cx.at(ByteRange::new(start, start + text.len()), "")
        }
        None => cx.at(path, ""),
    };
    let message = match spelling {
        Some(known) => format!("`{name}` has `{known}`, in another case than `{text}`"),
        None => format!("neither tables nor metadata have `{text}` in `{name}`"),
    };
    let finding = out
        .tell(place.clone(), message)
        .symbol(format!("{name}/{text}"));
    if let Some(known) = spelling {
        let edits = Fix::replace(&place, known);
        finding.fix(Fix::safe(format!("spell it `{known}`"), edits));
    } else {
        let members = api.all_members(owner);
        let names = members.iter().map(|member| member.name.as_str());
        let names = names.filter(|name| !name.eq_ignore_ascii_case(text));
        if let Some(near) = suggest::closest(text, names) {
            finding.help(format!("did you mean `{near}`?"));
        }
    }
    let place = cx.version.type_at(name, "the type is described here");
    place.map(|place| finding.related(place));
}
