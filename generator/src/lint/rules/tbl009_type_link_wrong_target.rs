use crate::{
    api::ItemType,
    facts::{self, PageId},
    ir::TypeName,
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        names,
        page::{PageContext, TypeCell},
        rule::{Check, Fixes, Preset, Rule},
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
    fixes: Fixes::Safe,
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
    link.target.starts_with('#')
        || same(there.name())
        || same(title)
        || is_end_of(short, there.name())
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
    let text = cx.str(link.text);
    let at = target_of(cx, link);
    let message = format!("the link says `{text}`, but leads to the page of `{}`", names::short(there));
    let finding = out
        .tell(cx.at(at.unwrap_or(link.range), ""), message)
        .symbol(typed.symbol(cx.page));
    let title = cx.version.page(page);
    let title = title.sections.iter().find(|section| section.level == 1);
    let title = title.map(|section| section.title).unwrap_or_default();
    finding.related(cx.version.at(page, title, "it leads here"));
    let meant = names::with_name(cx.version, &TypeName::new(name));
    let meant = meant.filter(|item| names::is_described(cx.version, item));
    let Some(ItemType::Structured(id)) = meant else {
        finding.help("name the type that the page describes, or link to the page of the other one");
        return;
    };
    let name = &cx.version.api()[id].name;
    let Some(own) = names::page_of(cx.version, name) else {
        return;
    };
    let path = &cx.version.page(own).path;
    if let Some(place) = names::described_at(cx.version, &ItemType::Structured(id), format!("`{}` is described here", names::short(name))) {
        finding.related(place);
    }
    if let Some(at) = at {
        let file = path.rsplit('/').next().unwrap_or_default();
        let folder = cx.str(at).rsplit_once('/').map_or("", |(folder, _)| folder);
        let slash = if folder.is_empty() { "" } else { "/" };
        let edit = Edit {
            file: cx.file(),
            at,
            text: format!("{folder}{slash}{file}"),
        };
        finding.fix(Fix::safe(format!("link to `{file}`"), vec![edit]));
    }
}

/// Where the target of an inline link stands.
fn target_of(cx: &PageContext, link: &Link) -> Option<ByteRange> {
    let text = cx.str(link.range);
    let open = text.find("](")? + 2;
    let end = text.strip_suffix(')')?.len();
    let start = link.range.start as usize;
    (open <= end).then(|| ByteRange::new(start + open, start + end).trim(&cx.page.text))
}
