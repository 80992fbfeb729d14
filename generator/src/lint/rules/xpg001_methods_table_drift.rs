use crate::{
    api::{ItemType, Operation, ResponseBody, Type},
    facts::{self, Claim, Fact, PageId, PageKind, ResponseText},
    ir::Method,
    json::tree,
    lint::{
        examples,
        finding::{Findings, Fix, Place, Severity},
        names,
        page::{CodeBlock, PageContext},
        requests,
        rule::{Check, Fixes, Preset, Rule},
        tables,
    },
    model,
    sections::{Page, Section},
    span::ByteRange,
    spelling::{ItemText, TypeText},
    vocabulary::{Column, Heading},
};

pub(super) static RULE: Rule = Rule {
    code: "XPG001",
    name: "methods-table-drift",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("xpg001_methods_table_drift.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    match cx.kind() {
        PageKind::Operation => check_listed(cx, out),
        PageKind::Resource => check_rows(cx, out),
        PageKind::Enumeration | PageKind::Concept | PageKind::Include => {}
    }
}

/// Whether some table of methods leads to the page of an operation.
fn check_listed(cx: &PageContext, out: &mut Findings) {
    let title = cx.title();
    let is_missing = cx.version.listed(cx.id).is_some_and(<[_]>::is_empty);
    if !is_missing || title.is_empty() || cx.version.is_in_table(cx.id) {
        return;
    }
    let message = "no table of methods leads to this page";
    let finding = out.tell(cx.at(title, ""), message).symbol(cx.symbol());
    if let Some(other) = listed_twin(cx) {
        let path = &cx.version.page(other).path;
        let at = title_of(cx.version.page(other));
        finding
            .related(cx.version.at(other, at, "the page that the table leads to"))
            .help(format!(
                "`{path}` describes the same request: take one of the two away, or redirect it"
            ));
        return;
    }
    if let Some(place) = own_table(cx) {
        finding.related(place);
    }
    finding.help("add a row to the methods of the resource that it is about");
}

/// Another page that describes all requests of this one, and that a table of methods leads to.
fn listed_twin(cx: &PageContext) -> Option<PageId> {
    let lines = requests::lines(cx);
    let mut twins = lines
        .iter()
        .map(|line| listed_page(cx, line.method, line.path));
    let first = twins.next()??;
    twins.all(|twin| twin == Some(first)).then_some(first)
}

/// The first page but this one that describes a request and that a table of methods leads to.
fn listed_page(cx: &PageContext, method: Method, path: &str) -> Option<PageId> {
    let operation = cx.version.router().find(method, path).ok()?.operation;
    let also = operation.also.iter().map(|source| &source.page);
    let paths = std::iter::once(&operation.page.page).chain(also);
    let mut pages = paths.filter_map(|path| cx.version.page_by_path(path));
    pages.find(|&page| {
        let is_listed = cx.version.listed(page).is_some_and(|rows| !rows.is_empty());
        page != cx.id && is_listed
    })
}

/// The heading of the methods of the resource that the page's file is named after.
fn own_table(cx: &PageContext) -> Option<Place> {
    let file = cx.page.path.strip_prefix("api/")?.strip_suffix(".md")?;
    let ends = file.match_indices('-').map(|(at, _)| at);
    let mut longest_first: Vec<usize> = ends.collect();
    longest_first.reverse();
    let mut names = longest_first.into_iter().filter_map(|at| file.get(..at));
    names.find_map(|name| {
        let page = cx.version.page_by_path(&format!("resources/{name}.md"))?;
        let sections = &cx.version.page(page).sections;
        let methods = sections.iter().find(|section| {
            let title = cx.version.page(page).str(section.title);
            cx.world.vocabulary.heading(title) == Some(Heading::Methods)
        })?;
        Some(
            cx.version
                .at(page, methods.title, "its row would stand here"),
        )
    })
}

/// Whether the rows of the table of methods say what the pages of the operations say.
fn check_rows(cx: &PageContext, out: &mut Findings) {
    for fact in &cx.facts.facts {
        let Claim::Method {
            ty,
            title,
            target: Some(target),
            returns,
        } = &fact.claim
        else {
            continue;
        };
        let Some(page) = cx.version.target(cx.id, target) else {
            continue;
        };
        // A link to a section leads to one of several descriptions.
        if target.contains('#') {
            continue;
        }
        let symbol = format!("{ty}#{}", cx.version.page(page).path);
        check_title(cx, title, page, fact.at, &symbol, out);
        if let Some(returns) = returns {
            check_returns(cx, returns, page, fact.at, &symbol, out);
        }
    }
}

fn check_title(
    cx: &PageContext,
    title: &str,
    page: PageId,
    row: ByteRange,
    symbol: &str,
    out: &mut Findings,
) {
    let target = cx.version.page(page);
    let heading = title_of(target);
    let text = target.str(heading);
    // `Range: clear` is called `Clear` among the methods of a range.
    let alone = text.split_once(": ").map_or(text, |(_, alone)| alone);
    let is_same = [text, alone].map(plain).contains(&plain(title));
    if text.is_empty() || is_same {
        return;
    }
    let Some(link) = cx.page.links_in(row).next() else {
        return;
    };
    let place = cx.at(link.text, "");
    let edits = Fix::replace(&place, text.replace('|', "\\|"));
    let finding = out
        .tell(
            place,
            format!(
                "the row says `{}`, but the page is called `{text}`",
                title.trim()
            ),
        )
        .symbol(format!("{symbol}:title"))
        .severity(Severity::Info)
        .related(cx.version.at(page, heading, "it leads here"));
    if tables::has_free_text(cx, link) {
        finding.fix(Fix::safe("take the title of the page", edits));
    }
}

fn title_of(page: &Page) -> ByteRange {
    let title = page.sections.iter().find(|section| section.level == 1);
    title.map(|section| section.title).unwrap_or_default()
}

/// A title without case, markup and repeated blanks.
fn plain(title: &str) -> String {
    let words = title.split_whitespace();
    let words: Vec<String> = words
        .map(|word| word.trim_matches(['*', '`', '.']).to_lowercase())
        .collect();
    words.join(" ").replace('\\', "")
}

fn check_returns(
    cx: &PageContext,
    returns: &TypeText,
    page: PageId,
    row: ByteRange,
    symbol: &str,
    out: &mut Findings,
) {
    let operations = cx.version.operations_of(&cx.version.page(page).path);
    let Some(ty) = names::ty(cx.version, returns, cx.id) else {
        return;
    };
    if operations.is_empty() || operations.iter().any(|it| may_return(cx, it, &ty)) {
        return;
    }
    if names_many_of_the_same(cx, returns, page) {
        return;
    }
    // `expanded with the matching …` links to what comes along, not to what comes back.
    if says_what_comes_along(cx, page) {
        return;
    }
    let answers = operations.iter().find_map(|it| it.page.success());
    let Some(answer) = answers else {
        return;
    };
    let says = match &answer.body {
        ResponseBody::Empty => "nothing".to_owned(),
        ResponseBody::Stream => "a stream".to_owned(),
        ResponseBody::Collection(item) => {
            format!("`{} collection`", names::words(cx.version, item))
        }
        ResponseBody::Value(ty) => format!("`{}`", names::words(cx.version, ty)),
        ResponseBody::Unknown => return,
    };
    if is_of_as_many(&answer.body, &ty)
        && shown_type(cx, page).is_some_and(|shown| is_kin(cx, &shown, &ty.item))
    {
        return;
    }
    let Some(source) = source_of(cx, page, answer.status) else {
        return;
    };
    let Some(cell) = cx.row_at(row).and_then(|it| it.cell(Column::ReturnType)) else {
        return;
    };
    // `None or [schema]`: one of several answers.
    if cx.str(cell).contains(" or ") {
        return;
    }
    let words = names::words(cx.version, &ty);
    let message = format!("the row returns `{words}`, but the page answers with {says}");
    let finding = out.tell(cx.at(cell, ""), message).symbol(symbol);
    finding.related(source);
    if let Some(other) = other_row(cx, page, row) {
        finding
            .related(cx.at(other, "this row leads to the same page"))
            .help("two rows lead to one page: should one of them lead to another?");
    }
    let other = Type {
        collection: !ty.collection,
        ..ty
    };
    // Many rows name the type of one item and mean all of them.
    if operations.iter().any(|it| may_return(cx, it, &other)) {
        finding.severity(Severity::Info);
    }
}

/// Whether the answer of a page links to the same page as the row, by the name of many: `[lamps](lampBase.md)`. TBL009 tells
/// the text of such a link.
fn names_many_of_the_same(cx: &PageContext, returns: &TypeText, page: PageId) -> bool {
    let pages = &cx.version.compilation.pages;
    let linked = |from: PageId, text: &TypeText| match &text.item {
        ItemText::Named(reference) => {
            let target = model::target_page(pages, from, reference)?;
            Some((target, reference.name.ends_with('s')))
        }
        _ => None,
    };
    let Some((target, _)) = linked(cx.id, returns).filter(|_| returns.collection) else {
        return false;
    };
    let facts = cx.version.facts().get(page.index());
    let mut facts = facts.into_iter().flat_map(|it| &it.facts);
    facts.any(|fact| match &fact.claim {
        Claim::Response {
            body: ResponseText::Value(text),
            ..
        } => linked(fact.page, text) == Some((target, true)),
        _ => false,
    })
}

/// Another row of the page whose link leads to a page.
fn other_row(cx: &PageContext, page: PageId, row: ByteRange) -> Option<ByteRange> {
    let rows = cx.version.listed(page)?.iter();
    let mut facts = rows.map(|row| row.of(cx.version.facts()));
    let other = facts.find(|fact| fact.page == cx.id && fact.at != row)?;
    Some(cx.row_at(other.at)?.name(cx.page))
}

/// Whether the answer of a page is told as something else with more in it, or as several things.
fn says_what_comes_along(cx: &PageContext, page: PageId) -> bool {
    let facts = cx.version.facts().get(page.index());
    let facts = facts.into_iter().flat_map(|it| &it.facts);
    let is_annotated = |fact: &&Fact| matches!(fact.claim, Claim::ResponseAnnotation { .. });
    cx.version.page(page).text.contains("expanded with") || facts.filter(is_annotated).count() > 1
}

/// Whether an operation may answer with a type: one of its answers does, or none is told.
fn may_return(cx: &PageContext, operation: &Operation, ty: &Type) -> bool {
    let answers = operation.page.responses.iter();
    let mut successes = answers
        .filter(|it| (200..300).contains(&it.status))
        .peekable();
    successes.peek().is_none() || successes.any(|answer| may_carry(cx, &answer.body, ty))
}

/// Whether an answer may carry a type.
fn may_carry(cx: &PageContext, body: &ResponseBody, ty: &Type) -> bool {
    match body {
        ResponseBody::Unknown => true,
        ResponseBody::Empty => false,
        ResponseBody::Stream => names::is_any(cx.version, &ty.item) || is_text(ty),
        ResponseBody::Collection(item) => ty.collection && is_kin(cx, &item.item, &ty.item),
        ResponseBody::Value(value) => {
            value.collection == ty.collection && is_kin(cx, &value.item, &ty.item)
        }
    }
}

/// Whether an answer carries one value where a type is single, and a collection where it is one.
fn is_of_as_many(body: &ResponseBody, ty: &Type) -> bool {
    match body {
        ResponseBody::Collection(_) => ty.collection,
        ResponseBody::Value(value) => value.collection == ty.collection,
        ResponseBody::Unknown | ResponseBody::Empty | ResponseBody::Stream => false,
    }
}

fn is_text(ty: &Type) -> bool {
    use crate::ir::Primitive::{Binary, String};
    matches!(ty.item, ItemType::Primitive(String | Binary))
}

/// Whether values of one type may be of the other: one derives from the other, or nothing is known of one.
fn is_kin(cx: &PageContext, a: &ItemType, b: &ItemType) -> bool {
    let api = cx.version.api();
    match (a, b) {
        (ItemType::Structured(a), ItemType::Structured(b)) => {
            api.derives_from(*a, *b) || api.derives_from(*b, *a)
        }
        (a, b) => a == b || names::is_any(cx.version, a) || names::is_any(cx.version, b),
    }
}

/// Where a page tells what an answer carries: in a sentence, else in the annotation of an example, else, where nothing is told
/// of a body, in the section. Nothing, if an annotation tells it of a block that nobody checks.
fn source_of(cx: &PageContext, page: PageId, status: u16) -> Option<Place> {
    let facts = &cx.version.facts().get(page.index())?.facts;
    let sentence = facts.iter().find(|fact| match &fact.claim {
        Claim::Response {
            status: told, body, ..
        } => *told == status && *body != ResponseText::Unknown,
        _ => false,
    });
    if let Some(fact) = sentence {
        return Some(cx.version.fact(fact, "the answer is described here"));
    }
    let mut annotations = facts.iter();
    let annotation =
        annotations.find(|fact| matches!(fact.claim, Claim::ResponseAnnotation { .. }));
    let target = cx.version.page(page);
    let Some(annotation) = annotation else {
        let at = response_of(cx, target);
        return Some(cx.version.at(page, at, "the answer is described here"));
    };
    let mut codes = target.sections.iter().flat_map(Section::codes);
    let code = codes.find(|code| code.range == annotation.at)?;
    let block = CodeBlock::new(target, 0, code);
    let at = code.annotation.unwrap_or(code.range);
    let label = "the annotation of the answer says so";
    (!block.is_ignored()).then(|| cx.version.at(page, at, label))
}

/// The type that the answer of a page says it has itself, where its annotation tells another one: a body is copied from the
/// service, an annotation from another page.
fn shown_type(cx: &PageContext, page: PageId) -> Option<ItemType> {
    let facts = &cx.version.facts().get(page.index())?.facts;
    let target = cx.version.page(page);
    facts.iter().find_map(|fact| {
        if !matches!(fact.claim, Claim::ResponseAnnotation { .. }) {
            return None;
        }
        let mut codes = target.sections.iter().flat_map(Section::codes);
        let code = codes.find(|code| code.range == fact.at)?;
        let body = facts::message(target.str(code.body))?.body;
        let tree = tree::read(body, ByteRange::new(0, body.len())).ok()?;
        let name = tree.root.get("@odata.type")?.text()?;
        let id = cx.version.api().find_type(examples::odata_type(name))?;
        Some(ItemType::Structured(id))
    })
}

/// The heading of the response, else the title.
fn response_of(cx: &PageContext, target: &Page) -> ByteRange {
    let response = target.sections.iter().find(|section| {
        section.level == 2
            && cx.world.vocabulary.heading(target.str(section.title)) == Some(Heading::Response)
    });
    response.map_or_else(|| title_of(target), |section| section.title)
}
