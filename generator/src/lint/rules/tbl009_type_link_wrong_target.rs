use crate::{
    api::ItemType,
    csdl::ItemRef,
    facts::{self, Claim, PageId},
    ir::TypeName,
    lint::{
        finding::{Findings, Fix, Severity},
        members, names,
        page::{PageContext, TypeCell},
        rule::{Check, Fixes, Preset, Rule},
        tables,
    },
    sections::Link,
    span::ByteRange,
    spelling::{ItemText, Reference},
};

pub(super) static RULE: Rule = Rule {
    code: "TBL009",
    name: "type-link-wrong-target",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Both,
    apidoctor: &[],
    doc: include_str!("tbl009_type_link_wrong_target.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        let name = match &typed.row.ty.item {
            ItemText::Named(reference) if reference.target.is_some() => &reference.name,
            ItemText::Primitive(_) if cx.str(typed.cell).contains("](") => "",
            ItemText::Named(_)
            | ItemText::Primitive(_)
            | ItemText::Union(_)
            | ItemText::Enumeration
            | ItemText::Unread(_) => continue,
        };
        let Some(link) = cx.page.links_in(typed.cell).next() else {
            continue;
        };
        // A link to a section leads to an explanation, and what has no known namespace is told as such.
        if link.target.contains('#') || names::is_foreign(cx.version, name) {
            continue;
        }
        let Some(page) = cx.version.target(cx.id, &link.target) else {
            continue;
        };
        let Some(there) = cx.version.model().type_of_page.get(&page) else {
            continue;
        };
        if !is_called(cx, name, there, page, link) {
            tell(cx, typed, link, name, (page, there), out);
        }
    }
}

/// Whether the text of a link is a name of the type that the target describes, of its page, or of something else on it.
fn is_called(cx: &PageContext, name: &str, there: &TypeName, page: PageId, link: &Link) -> bool {
    let target = cx.version.page(page);
    let short = name.rsplit('.').next().unwrap_or_default();
    let file = target.path.rsplit('/').next().unwrap_or_default();
    let file = file.trim_end_matches(".md").replace('-', "");
    let title = target.sections.iter().find(|section| section.level == 1);
    let title = title.map_or("", |section| facts::name(target.str(section.title)));
    let same = |other: &str| {
        let (short, other) = (short.to_ascii_lowercase(), other.to_ascii_lowercase());
        !short.is_empty() && (short == other || short == format!("{other}s"))
    };
    let reference = Reference {
        name: name.to_owned(),
        target: Some(link.target.clone()),
    };
    same(there.name())
        || same(title)
        || (is_end_of(short, there.name()) && page_of(cx, name).is_none())
        || same(&file)
        || names::linked(cx.version, &reference, cx.id)
            .is_some_and(|item| matches!(item, ItemType::Enum(_)))
}

/// `chart` for `workbookChart`: where the parts of a workbook are left out of a name, it is a short one and no other.
fn is_end_of(short: &str, name: &str) -> bool {
    const SHORTEST: usize = 4;
    let (short, name) = (short.to_ascii_lowercase(), name.to_ascii_lowercase());
    short.len() >= SHORTEST && name.ends_with(&short)
}

fn tell(
    cx: &PageContext,
    typed: &TypeCell,
    link: &Link,
    name: &str,
    (page, there): (PageId, &TypeName),
    out: &mut Findings,
) {
    let at = target_of(cx, link);
    let message = format!(
        "the link says `{}`, but leads to the page of `{}`",
        cx.str(link.text),
        names::short(there)
    );
    let finding = out
        .tell(cx.at(at.unwrap_or(link.range), ""), message)
        .symbol(typed.symbol(cx.page));
    let title = cx.version.page(page);
    let title = title.sections.iter().find(|section| section.level == 1);
    let title = title.map(|section| section.title).unwrap_or_default();
    finding.related(cx.version.at(page, title, "it leads here"));
    let declared = declared(cx, typed);
    if declared.as_ref() == Some(there) {
        if !tables::has_free_text(cx, link) {
            return;
        }
        let edits = Fix::replace(&cx.at(link.text, ""), names::short(there));
        finding.fix(Fix::safe(format!("say `{}`", names::short(there)), edits));
        return;
    }
    let Some((meant, own)) = page_of(cx, name) else {
        finding.help("name the type that the page describes, or link to the page of the other one");
        return;
    };
    let short = names::short(meant);
    let place = cx
        .version
        .type_at(meant.as_str(), format!("`{short}` is described here"));
    place.map(|place| finding.related(place));
    let Some(at) = at else {
        return;
    };
    let file = cx
        .version
        .page(own)
        .path
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let folder = cx.str(at).rsplit_once('/').map_or("", |(folder, _)| folder);
    let slash = if folder.is_empty() { "" } else { "/" };
    let edits = Fix::replace(&cx.at(at, ""), format!("{folder}{slash}{file}"));
    let title = format!("link to `{file}`");
    finding.fix(if declared.as_ref() == Some(meant) {
        Fix::safe(title, edits)
    } else {
        Fix::needs_review(title, edits)
    });
}

/// The type that the metadata declares for the member in a row.
fn declared(cx: &PageContext, typed: &TypeCell) -> Option<TypeName> {
    let Claim::Member { ty, row, .. } = typed.claim else {
        return None;
    };
    match &members::declared(cx.version, ty, &row.name)?.1.item {
        ItemRef::Named(name) => Some(name.clone()),
        ItemRef::Primitive(_) | ItemRef::Unread(_) => None,
    }
}

/// The type of that name, and its page.
fn page_of<'c>(cx: &'c PageContext<'_, '_>, name: &str) -> Option<(&'c TypeName, PageId)> {
    let item = names::with_name(cx.version, &TypeName::new(name))?;
    let ItemType::Structured(id) = item else {
        return None;
    };
    let name = &cx.version.api()[id].name;
    Some((name, names::page_of(cx.version, name)?))
}

/// Where the target of an inline link stands.
fn target_of(cx: &PageContext, link: &Link) -> Option<ByteRange> {
    let text = cx.str(link.range);
    let open = text.find("](")? + 2;
    let end = text.strip_suffix(')')?.len();
    let start = link.range.start as usize;
    (open <= end).then(|| ByteRange::new(start + open, start + end).trim(&cx.page.text))
}
