use crate::{
    docs::Role,
    facts::{self, Claim, PageKind},
    ir::TypeName,
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    sections::Section,
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PAGE006",
    name: "namespace-line-wrong",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["NamespaceMismatch"],
    doc: include_str!("page006_namespace_line_wrong.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let is_of_type = matches!(cx.kind(), PageKind::Resource | PageKind::Enumeration);
    if cx.role != Role::Page || !(is_of_type || cx.kind() == PageKind::Operation) {
        return;
    }
    match line(cx) {
        Some(at) => check_line(cx, at, out),
        None => tell_missing(cx, out),
    }
}

/// What stands behind `Namespace:` below the title.
fn line(cx: &PageContext) -> Option<ByteRange> {
    let intro = cx
        .page
        .sections
        .iter()
        .take_while(|section| section.level <= 1);
    let mut texts = intro.flat_map(Section::texts);
    texts.find_map(|range| {
        let rest = cx.str(range).strip_prefix("Namespace:")?;
        let name = rest.split_whitespace().next()?;
        Some(cx.range_of(name))
    })
}

/// A namespace that is no name, or not that of the type that the page declares.
fn check_line(cx: &PageContext, at: ByteRange, out: &mut Findings) {
    let stated = cx.str(at);
    let place = cx.at(at, "");
    let declared = declared(cx);
    let expected = declared
        .as_ref()
        .map(|(ty, _)| ty.namespace().to_owned())
        .or_else(|| repaired(cx, stated));
    let Some(expected) = expected.filter(|expected| expected != stated) else {
        return;
    };
    let finding = out
        .tell(
            place.clone(),
            format!("the page says namespace `{stated}`, and means `{expected}`"),
        )
        .symbol(format!("{}:namespace", cx.page.path))
        .fix(Fix::safe(
            format!("write `{expected}`"),
            Fix::replace(&place, expected),
        ));
    if let Some((ty, at)) = declared {
        finding.related(cx.at(at, format!("declares `{ty}`")));
    }
}

/// The type that the annotation of the page's JSON representation declares, and where.
fn declared(cx: &PageContext) -> Option<(TypeName, ByteRange)> {
    if cx.kind() != PageKind::Resource {
        return None;
    }
    let objects = cx
        .blocks()
        .iter()
        .filter_map(|block| block.annotation.as_ref()?.tree.as_ref().ok());
    let mut resources = objects.filter(|tree| {
        let block_type = tree.root.get("blockType").and_then(|it| it.text());
        block_type.is_some_and(|it| it.eq_ignore_ascii_case("resource"))
    });
    let value = resources.find_map(|tree| tree.root.get("@odata.type"))?;
    let name = value.text()?.trim_start_matches('#');
    let is_qualified = name.contains('.') && !name.contains('(');
    is_qualified.then(|| (TypeName::new(name), value.at))
}

/// What a namespace that no type is in is meant to be: without a full stop, or in the case of another page's.
fn repaired(cx: &PageContext, stated: &str) -> Option<String> {
    let name = stated.trim_end_matches('.');
    let types = &cx.version.api().types;
    let is_known = |name: &str| types.iter().any(|ty| ty.name.namespace() == name);
    if name != stated {
        return Some(name.to_owned());
    }
    if stated == crate::ir::DEFAULT_NAMESPACE || is_known(stated) {
        return None;
    }
    let mut namespaces = types.iter().map(|ty| ty.name.namespace());
    let other_case = namespaces.find(|known| known.eq_ignore_ascii_case(stated));
    // A last part that stands twice was pasted once too often.
    let once = || {
        let (before, last) = stated.rsplit_once('.')?;
        let is_doubled = before.rsplit('.').next() == Some(last);
        (is_doubled && is_known(before)).then_some(before)
    };
    other_case.or_else(once).map(str::to_owned)
}

fn tell_missing(cx: &PageContext, out: &mut Findings) {
    let title = cx.title();
    if title.is_empty() {
        return;
    }
    let finding = out
        .tell(cx.at(title, ""), "the page does not say its namespace")
        .symbol(format!("{}:namespace", cx.page.path))
        .help("write a line such as `Namespace: microsoft.graph` below the title");
    let stated = cx.facts.facts.iter().find_map(|fact| match &fact.claim {
        Claim::Type { name, .. } | Claim::Enum { name, .. } => Some(name.namespace().to_owned()),
        _ => None,
    });
    let known = declared(cx)
        .map(|(ty, _)| ty.namespace().to_owned())
        .or(stated);
    if let Some(namespace) = known.filter(|_| facts::stated_namespace(cx.page).is_none()) {
        let line = cx.page.text.get(title.end as usize..).unwrap_or_default();
        let end = title.end as usize + line.find('\n').unwrap_or(line.len());
        let edit = Edit {
            file: cx.file(),
            at: ByteRange::new(end, end),
            text: format!("\n\nNamespace: {namespace}"),
        };
        finding.fix(Fix::safe(format!("say `{namespace}`"), vec![edit]));
    }
}
