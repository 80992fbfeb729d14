use crate::{
    docs::Role,
    facts::PageKind,
    ir::ApiVersion,
    lint::{
        finding::{Edit, Finding, Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    sections::{Block, Link, Section},
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE007",
    name: "version-banner-wrong",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("page007_version_banner_wrong.md"),
    check: Check::Page(check),
};

/// The file with the warning of the preview.
const DISCLAIMER: &str = "beta-disclaimer.md";

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.role != Role::Page || cx.kind() == PageKind::Concept || cx.title().is_empty() {
        return;
    }
    let include = cx
        .page
        .links
        .iter()
        .find(|link| link.target.ends_with(DISCLAIMER));
    match (cx.version.compilation.version, include) {
        (ApiVersion::V1_0, Some(link)) => tell_wrong(cx, link, out),
        (ApiVersion::V1_0, None) => {
            if let Some(at) = words_on_beta(cx) {
                tell_preview(cx, at, out);
            }
        }
        (ApiVersion::Beta, None) if !has_own_words(cx) => tell_missing(cx, out),
        (ApiVersion::Beta, _) => {}
    }
}

/// Whether the page warns of the preview in words of its own, as the Intune pages do, or includes another warning.
fn has_own_words(cx: &PageContext) -> bool {
    let intro = cx
        .page
        .sections
        .iter()
        .take_while(|section| section.level <= 1);
    let mut blocks = intro.flat_map(|section| &section.blocks);
    blocks.any(|block| match block {
        Block::Text(range) => {
            let text = cx.str(*range).to_ascii_lowercase();
            let warns =
                text.contains("important") || text.contains("caution") || text.contains("note");
            warns && (text.contains("beta") || text.contains("preview"))
        }
        Block::Include(link) => {
            let link = cx.page.links.get(*link);
            link.is_some_and(|link| {
                link.target.contains("disclaimer") || link.target.contains("preview")
            })
        }
        Block::Table(_) | Block::Code(_) | Block::Html(_) => false,
    })
}

/// A warning in words of the page's own that the paths of beta may change.
fn words_on_beta(cx: &PageContext) -> Option<ByteRange> {
    let intro = cx
        .page
        .sections
        .iter()
        .take_while(|section| section.level <= 1);
    let mut texts = intro.flat_map(Section::texts);
    texts.find(|&range| {
        let text = cx.str(range);
        text.contains("/beta version") && text.contains("subject to change")
    })
}

fn tell_preview<'o>(cx: &PageContext, at: ByteRange, out: &'o mut Findings) -> &'o mut Finding {
    out.tell(
        cx.at(at, ""),
        "a page of v1.0 warns that it describes a preview",
    )
    .symbol(format!("{}:banner", cx.page.path))
}

fn tell_wrong(cx: &PageContext, link: &Link, out: &mut Findings) {
    let finding = tell_preview(cx, link.range, out);
    if let Some(at) = whole_line(cx, link.range) {
        let edits = Fix::replace(&cx.at(at, ""), "");
        finding.fix(Fix::safe("take the warning out", edits));
    }
}

/// The line of an include that stands alone on it, with the blank line behind it.
fn whole_line(cx: &PageContext, at: ByteRange) -> Option<ByteRange> {
    let text = &cx.page.text;
    let before = text.get(..at.start as usize)?;
    let start = before.rfind('\n')? + 1;
    let behind = text.get(at.end as usize..)?;
    let end = behind
        .find('\n')
        .map_or(text.len(), |end| at.end as usize + end + 1);
    let line = text.get(start..end)?.trim();
    let is_alone =
        line.starts_with("[!INCLUDE") && line.ends_with(']') && line.matches("[!").count() == 1;
    let blank = text.get(end..)?.starts_with('\n') && before.ends_with("\n\n");
    is_alone.then(|| ByteRange::new(start, end + usize::from(blank)))
}

fn tell_missing(cx: &PageContext, out: &mut Findings) {
    let title = cx.title();
    let finding = out
        .tell(
            cx.at(title, ""),
            "a page of beta does not warn that it describes a preview",
        )
        .symbol(format!("{}:banner", cx.page.path));
    let path = format!("../../includes/{DISCLAIMER}");
    let is_there = cx
        .version
        .page_by_path(&format!("../includes/{DISCLAIMER}"))
        .is_some();
    let is_below = cx.page.path.matches('/').count() == 1;
    if let Some(end) = introduction_start(cx).filter(|_| is_there && is_below) {
        let edit = Edit {
            file: cx.file(),
            at: ByteRange::new(end, end),
            text: format!("\n\n[!INCLUDE [beta-disclaimer]({path})]"),
        };
        finding.fix(Fix::safe("include the warning", vec![edit]));
    }
}

/// The end of the line of the namespace, or of the title if there is none.
fn introduction_start(cx: &PageContext) -> Option<usize> {
    let intro = cx
        .page
        .sections
        .iter()
        .take_while(|section| section.level <= 1);
    let mut texts = intro.flat_map(Section::texts);
    let namespace = texts.find(|&range| cx.str(range).starts_with("Namespace:"));
    let from = namespace.map_or(cx.title().end, |range| range.start) as usize;
    let rest = cx.page.text.get(from..)?;
    Some(from + rest.find('\n').unwrap_or(rest.len()))
}
