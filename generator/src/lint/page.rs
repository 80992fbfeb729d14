//! One page as rules see it: what it says, taken apart further than the compiler needs, with a place for everything.
//!
//! Comes in: a page and its facts. Goes out: [`PageContext`], from which a rule gets tables with their columns, code blocks
//! with their annotations, HTTP messages with their bodies. What costs something is made when the first rule asks.

use std::cell::OnceCell;

use super::{
    examples::{self, Body},
    files::FileId,
    finding::Place,
    links::{self, Destination},
    permissions::{self, PermissionTable},
    world::{Version, World},
};
use crate::{
    api::{Operation, StartLine},
    docs::Role,
    facts::{self, Area, Claim, Columns, PageFacts, PageId, PageKind},
    ir::{Method, TypeName},
    json::tree::{self, Failure, Node, Tree},
    sections::{Code, Page, Row, Section, Table},
    span::ByteRange,
    target::Target,
    vocabulary::Column,
};

/// A page, and everything else at hand.
#[derive(Debug)]
pub struct PageContext<'p, 'a> {
    /// Everything.
    pub world: &'p World<'a>,
    /// The version that the page describes.
    pub version: &'p Version<'a>,
    /// The page's number in its version.
    pub id: PageId,
    /// Page or include.
    pub role: Role,
    /// The page as it is now. In an editor it is newer than the one in [`Version::compilation`].
    pub page: &'p Page,
    /// What it claims.
    pub facts: &'p PageFacts,
    areas: OnceCell<Vec<Area>>,
    tables: OnceCell<Vec<PageTable<'p>>>,
    blocks: OnceCell<Vec<CodeBlock<'p>>>,
    messages: OnceCell<Vec<Message<'p>>>,
    called: OnceCell<Vec<Option<&'a Operation>>>,
    bodies: OnceCell<Vec<Body<'a>>>,
    representations: OnceCell<Vec<(ByteRange, Tree)>>,
    typed: OnceCell<Vec<TypeCell<'p>>>,
    destinations: OnceCell<Vec<Destination>>,
    permission_tables: OnceCell<Vec<PermissionTable<'p>>>,
}

/// A code block, and where it stands.
#[derive(Clone, Debug)]
pub struct CodeBlock<'a> {
    /// The position of its section in the page.
    pub section: usize,
    /// The block.
    pub code: &'a Code,
    /// The JSON in the comment that belongs to it, if the comment holds an object.
    pub annotation: Option<AnnotationText>,
}

impl<'a> CodeBlock<'a> {
    /// A code block of a page, with its annotation read.
    pub fn new(page: &Page, section: usize, code: &'a Code) -> Self {
        Self {
            section,
            code,
            annotation: code.annotation.and_then(|at| annotation(page, at)),
        }
    }

    /// Whether the annotation says that nobody checks the block: `"blockType": "ignored"`.
    pub fn is_ignored(&self) -> bool {
        let annotation = self.annotation.as_ref();
        let tree = annotation.and_then(|it| it.tree.as_ref().ok());
        let block_type = tree.and_then(|tree| tree.root.get("blockType")?.text());
        block_type.is_some_and(|it| it.eq_ignore_ascii_case("ignored"))
    }
}

/// The JSON object of an annotation, and its place.
#[derive(Clone, Debug)]
pub struct AnnotationText {
    /// From the first brace on, without the end of the comment.
    pub at: ByteRange,
    /// What it says.
    pub tree: Result<Tree, Failure>,
}

/// An HTTP message in a code block.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The block's position among [`PageContext::blocks`].
    pub block: usize,
    /// The position of its section in the page.
    pub section: usize,
    /// The code block.
    pub code: &'a Code,
    /// What the first line says.
    pub start: StartLine,
    /// The first line, trimmed.
    pub start_at: ByteRange,
    /// The headers.
    pub headers: Vec<Header>,
    /// What follows them, trimmed; empty if there is nothing.
    pub body: ByteRange,
    /// The body, if it begins like JSON.
    pub json: Option<Result<Tree, Failure>>,
}

/// A header of a message.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// Its name.
    pub name: ByteRange,
    /// Its value.
    pub value: ByteRange,
}

/// A table, and what its columns hold.
#[derive(Clone, Debug)]
pub struct PageTable<'p> {
    /// The position of its section in the page.
    pub section: usize,
    /// The table.
    pub table: &'p Table,
    /// Which column holds what.
    pub columns: Columns,
}

/// A row of a table, and the table around it.
#[derive(Clone, Debug)]
pub struct TableRow<'a> {
    /// The position of the section in the page.
    pub section: usize,
    /// The table.
    pub table: &'a Table,
    /// Which column holds what.
    pub columns: Columns,
    /// The row.
    pub row: &'a Row,
}

/// The type cell of a row that told a fact.
#[derive(Clone, Copy, Debug)]
pub struct TypeCell<'a> {
    /// What the row told.
    pub claim: &'a Claim,
    /// The same, as a row.
    pub row: &'a facts::Row,
    /// The cell.
    pub cell: ByteRange,
    /// The row of the table.
    pub at: ByteRange,
}

impl<'p, 'a> PageContext<'p, 'a> {
    /// A page of a version; with another text in an editor than at the time when the version was compiled.
    pub fn new(
        world: &'p World<'a>,
        version: &'p Version<'a>,
        id: PageId,
        (role, page): (Role, &'p Page),
        facts: &'p PageFacts,
    ) -> Self {
        Self {
            world,
            version,
            id,
            role,
            page,
            facts,
            areas: OnceCell::new(),
            tables: OnceCell::new(),
            blocks: OnceCell::new(),
            messages: OnceCell::new(),
            called: OnceCell::new(),
            bodies: OnceCell::new(),
            representations: OnceCell::new(),
            typed: OnceCell::new(),
            destinations: OnceCell::new(),
            permission_tables: OnceCell::new(),
        }
    }

    /// The kind of the page.
    pub fn kind(&self) -> PageKind {
        self.facts.kind
    }

    /// The file of the page.
    pub fn file(&self) -> FileId {
        self.version.file(self.id)
    }

    /// The text at a place of this page.
    pub fn str(&self, at: ByteRange) -> &'p str {
        self.page.str(at)
    }

    /// A place on this page.
    pub fn at(&self, at: ByteRange, label: impl Into<String>) -> Place {
        Place::new(self.file(), at, label)
    }

    /// The place of a part of this page's text, given as that part.
    pub fn range_of(&self, part: &str) -> ByteRange {
        ByteRange::of_part(&self.page.text, part).unwrap_or_default()
    }

    /// The type that the page is about.
    pub fn type_name(&self) -> Option<&'p TypeName> {
        self.facts.facts.iter().find_map(|fact| match &fact.claim {
            Claim::Type { name, .. } => Some(name),
            _ => None,
        })
    }

    /// The heading of level 1; empty where there is none.
    pub fn title(&self) -> ByteRange {
        let mut sections = self.page.sections.iter();
        let title = sections.find(|section| section.level == 1);
        title.map(|section| section.title).unwrap_or_default()
    }

    /// The symbol of the whole page: `api/user-get.md`.
    pub fn symbol(&self) -> String {
        self.page.path.to_string()
    }

    /// The symbol of a section: `api/user-get.md#response`.
    pub fn section_symbol(&self, section: usize) -> String {
        let title = self.str(self.page.sections[section].title);
        if title.is_empty() {
            self.symbol()
        } else {
            format!("{}#{}", self.page.path, slug(title))
        }
    }

    /// The section that holds a place.
    pub fn section_at(&self, at: ByteRange) -> usize {
        let after = |section: &Section| section.title.start <= at.start;
        self.page.sections.partition_point(after).saturating_sub(1)
    }

    /// What each section of an operation page is for.
    pub fn areas(&self) -> &[Area] {
        self.areas
            .get_or_init(|| facts::areas(self.page, self.world.vocabulary))
    }

    /// All code blocks in page order.
    pub fn blocks(&self) -> &[CodeBlock<'p>] {
        self.blocks.get_or_init(|| {
            let sections = self.page.sections.iter().enumerate();
            sections
                .flat_map(|(section, it)| it.codes().map(move |code| (section, code)))
                .map(|(section, code)| CodeBlock::new(self.page, section, code))
                .collect()
        })
    }

    /// All HTTP messages in page order: code blocks that begin with a request or status line, other than those in the tabs
    /// of other languages. The lines of a request section are messages, too; its area tells them.
    pub fn messages(&self) -> &[Message<'p>] {
        self.messages.get_or_init(|| {
            let blocks = self.blocks().iter().enumerate();
            let messages = blocks
                .filter(|(_, block)| self.is_http(block.code))
                .filter_map(|(at, block)| self.message(at, block));
            without_streams(messages.collect())
        })
    }

    fn is_http(&self, code: &Code) -> bool {
        code.tab
            .is_none_or(|tab| self.str(tab).trim().eq_ignore_ascii_case("http"))
    }

    fn message(&self, at: usize, block: &CodeBlock<'p>) -> Option<Message<'p>> {
        let message = facts::message(self.str(block.code.body))?;
        let body = if message.body.is_empty() {
            let end = block.code.body.end as usize;
            ByteRange::new(end, end)
        } else {
            self.range_of(message.body)
        };
        let is_json = message.body.starts_with(['{', '[', '"']);
        let header = |&(name, value): &(&str, &str)| Header {
            name: self.range_of(name),
            value: self.range_of(value),
        };
        Some(Message {
            block: at,
            section: block.section,
            code: block.code,
            start: message.start_line,
            start_at: self.range_of(message.first),
            headers: message.headers.iter().map(header).collect(),
            body,
            json: is_json.then(|| tree::read(&self.page.text, body)),
        })
    }

    /// For each message the operation that it calls or answers, if it is one of this service.
    pub fn called(&self) -> &[Option<&'a Operation>] {
        self.called.get_or_init(|| examples::called(self))
    }

    /// Whether a message is one of the page's request lines rather than an example.
    pub fn is_request_line(&self, message: &Message<'_>) -> bool {
        let mut facts = self.facts.facts.iter();
        facts.any(|fact| {
            matches!(fact.claim, Claim::Request { .. })
                && fact.page == self.id
                && message.code.body.contains(fact.at)
        })
    }

    /// The header of a message with this name, in any case.
    pub fn header(&self, message: &Message<'_>, name: &str) -> Option<Header> {
        let mut headers = message.headers.iter();
        let header = headers.find(|it| self.str(it.name).eq_ignore_ascii_case(name));
        header.copied()
    }

    /// Where the start line and the headers of a message end: before the line break.
    pub fn head_end(&self, message: &Message<'_>) -> u32 {
        let start = message.code.body.start;
        let before = ByteRange {
            start,
            end: message.body.start,
        };
        start + self.str(before).trim_end().len() as u32
    }

    /// Whether an empty line stands before the body of a message.
    pub fn has_blank_line(&self, message: &Message<'_>) -> bool {
        let gap = ByteRange {
            start: self.head_end(message),
            end: message.body.start,
        };
        self.str(gap).matches('\n').count() > 1
    }

    /// The empty lines between the start line of a message and its headers.
    pub fn gap_before_headers(&self, message: &Message<'_>) -> Option<ByteRange> {
        let first = message.headers.first()?;
        let head = ByteRange {
            start: message.start_at.start,
            end: first.name.start,
        };
        let lines = self.str(head).trim_end();
        let rest = &self.str(head)[lines.len()..];
        let line_break = rest.find('\n')? + 1;
        let end = rest.rfind('\n')? + 1;
        let start = head.start as usize + lines.len();
        (end > line_break).then(|| ByteRange::new(start + line_break, start + end))
    }

    /// The line break that this page has behind a place.
    pub fn newline(&self, at: u32) -> &'static str {
        line_end(self.page.text.get(at as usize..).unwrap_or_default())
    }

    /// The bodies of messages whose type is known, each with what is not of that type.
    pub fn bodies(&self) -> &[Body<'a>] {
        self.bodies.get_or_init(|| examples::bodies(self))
    }

    /// The JSON representation that stands at a place, as claims of the page on keys name it.
    pub fn representation(&self, at: ByteRange) -> Option<&Node> {
        let all = self.representations.get_or_init(|| {
            let facts = self.facts.facts.iter();
            let mut places: Vec<_> = facts
                .filter(|fact| fact.page == self.id && matches!(fact.claim, Claim::JsonKey { .. }))
                .map(|fact| fact.at)
                .collect();
            places.dedup();
            let read = |at| Some((at, tree::read(&self.page.text, at).ok()?));
            places.into_iter().filter_map(read).collect()
        });
        let (_, tree) = all.iter().find(|(known, _)| *known == at)?;
        Some(&tree.root)
    }

    /// Whether the JSON representation at a place is JSON without any slip.
    pub fn representation_is_clean(&self, at: ByteRange) -> bool {
        self.representation(at).is_some()
            && tree::read(&self.page.text, at).is_ok_and(|tree| tree.slips.is_empty())
    }

    /// The tables of permissions.
    pub fn permission_tables(&self) -> &[PermissionTable<'p>] {
        self.permission_tables
            .get_or_init(|| permissions::tables(self))
    }

    /// Whether the page comes from the generator of the Intune pages, which has a style of its own: thousands of pages are
    /// written so.
    pub fn is_of_older_generator(&self) -> bool {
        let file = self.page.path.rsplit('/').next().unwrap_or_default();
        let mut sections = self.page.sections.iter();
        file.starts_with("intune-")
            || sections.any(|section| self.str(section.title) == "Prerequisites")
    }

    /// Where the links of the page lead, in the order of [`Page::links`].
    pub fn destinations(&self) -> &[Destination] {
        self.destinations.get_or_init(|| links::destinations(self))
    }

    /// All tables in page order.
    pub fn tables(&self) -> &[PageTable<'p>] {
        self.tables.get_or_init(|| {
            let tables = tables(self.page);
            tables
                .map(|(section, table)| PageTable::of(self.world, self.page, section, table))
                .collect()
        })
    }

    /// All rows of all tables, with their columns.
    pub fn rows(&self) -> impl Iterator<Item = TableRow<'p>> + '_ {
        let tables = self.tables().iter();
        tables.flat_map(|it| it.table.rows.iter().map(|row| it.row(row)))
    }

    /// The type cells of all rows that told facts, in page order.
    pub fn type_cells(&self) -> &[TypeCell<'p>] {
        self.typed.get_or_init(|| {
            let own = self.facts.facts.iter().filter(|fact| fact.page == self.id);
            let mut rows: Vec<_> = own
                .filter_map(|fact| Some((fact.at, &fact.claim, fact.claim.row()?)))
                .collect();
            if rows.is_empty() {
                return Vec::new();
            }
            rows.sort_by_key(|(at, ..)| *at);
            let mut cells = Vec::with_capacity(rows.len());
            for it in self.tables() {
                for row in &it.table.rows {
                    let found = rows.binary_search_by_key(&row.range, |(at, ..)| *at);
                    let told = found.ok().and_then(|found| rows.get(found));
                    let cell = it.columns.cell(&row.cells, Column::Type);
                    cells.extend(told.zip(cell).map(|(&(at, claim, row), cell)| TypeCell {
                        claim,
                        row,
                        cell,
                        at,
                    }));
                }
            }
            cells
        })
    }

    /// The row of a table that a fact was read from.
    pub fn row_at(&self, at: ByteRange) -> Option<TableRow<'p>> {
        let before = |it: &PageTable| it.table.range.end < at.end;
        let table = self.tables().partition_point(before);
        self.tables().get(table)?.row_at(at)
    }

    /// The object in the annotation of a message.
    pub fn annotation_of(&self, message: &Message<'_>) -> Option<&Node> {
        let block = &self.blocks()[message.block];
        let annotation = block.annotation.as_ref()?;
        annotation.tree.as_ref().ok().map(|tree| &tree.root)
    }
}

/// The tables of a page, each with the position of its section.
fn tables(page: &Page) -> impl Iterator<Item = (usize, &Table)> {
    let sections = page.sections.iter().enumerate();
    sections.flat_map(|(at, section)| section.tables().map(move |table| (at, table)))
}

/// The row of a page's table that stands at a place, with its columns.
pub fn row_at<'p>(world: &World<'_>, page: &'p Page, at: ByteRange) -> Option<TableRow<'p>> {
    let (section, table) = tables(page).find(|(_, table)| table.range.contains(at))?;
    PageTable::of(world, page, section, table).row_at(at)
}

impl<'p> PageTable<'p> {
    fn of(world: &World<'_>, page: &'p Page, section: usize, table: &'p Table) -> Self {
        Self {
            section,
            table,
            columns: Columns::of(page, table, world.vocabulary),
        }
    }

    /// The row that stands at a place.
    fn row_at(&self, at: ByteRange) -> Option<TableRow<'p>> {
        let mut rows = self.table.rows.iter();
        let row = rows.find(|row| row.range.contains(at))?;
        Some(self.row(row))
    }

    fn row(&self, row: &'p Row) -> TableRow<'p> {
        TableRow {
            section: self.section,
            table: self.table,
            columns: self.columns.clone(),
            row,
        }
    }
}

impl TypeCell<'_> {
    /// What it is about: a member of the page's type, or a row of the page.
    pub fn symbol(&self, page: &Page) -> String {
        match self.claim {
            Claim::Member { ty, .. } => format!("{ty}/{}", self.row.name),
            _ => format!("{}:{}", page.path, self.row.name),
        }
    }

    /// Whether it is about a header of a request, which has no type of the api.
    pub fn is_header(&self) -> bool {
        matches!(
            self.claim,
            Claim::Parameter {
                place: facts::ParameterPlace::Header,
                ..
            }
        )
    }
}

/// The same without JSON where a stream is sent or answered with: what `/$value` leads to (OData 4.0, URL Conventions,
/// section 4.6) is no object, whatever it begins with.
fn without_streams(mut messages: Vec<Message<'_>>) -> Vec<Message<'_>> {
    let mut is_stream = false;
    for message in &mut messages {
        if let Some((_, target)) = message.request() {
            is_stream = Target::of(target).path.ends_with("/$value");
        }
        if is_stream {
            message.json = None;
        }
    }
    messages
}

impl TableRow<'_> {
    /// The name in the row, without markup; the cell if it has none.
    pub fn name(&self, page: &Page) -> ByteRange {
        let cell = self.columns.cell(&self.row.cells, Column::Name);
        let cell = cell
            .or_else(|| self.row.cells.first().copied())
            .unwrap_or_default();
        let name = facts::name(page.str(cell));
        let name = ByteRange::of_part(&page.text, name).filter(|name| !name.is_empty());
        name.unwrap_or(cell)
    }

    /// The cell in a column.
    pub fn cell(&self, column: Column) -> Option<ByteRange> {
        self.columns.cell(&self.row.cells, column)
    }
}

impl Message<'_> {
    /// Method and target, if it is a request.
    pub fn request(&self) -> Option<(Method, &str)> {
        match &self.start {
            StartLine::Request(method, target) => Some((*method, target)),
            StartLine::Status(_) => None,
        }
    }

    /// The status code, if it is an answer.
    pub fn status(&self) -> Option<u16> {
        self.start.status()
    }

    /// The body, if it can be read as JSON.
    pub fn tree(&self) -> Option<&Tree> {
        self.json.as_ref()?.as_ref().ok()
    }
}

/// What ends the first line of a text, and so the others.
pub fn line_end(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or_default();
    let is_windows = text[..first].ends_with('\r');
    if is_windows { "\r\n" } else { "\n" }
}

/// The object in a comment.
pub fn annotation(page: &Page, comment: ByteRange) -> Option<AnnotationText> {
    let text = page.str(comment);
    let body = text.strip_prefix("<!--")?;
    let body = body.find("-->").map_or(body, |end| &body[..end]).trim();
    if !body.starts_with('{') {
        return None;
    }
    let start = comment.start as usize + text.find('{')?;
    let at = ByteRange::new(start, start + body.len());
    Some(AnnotationText {
        at,
        tree: tree::read(&page.text, at),
    })
}

/// A heading as the fragment of a link: lower case, blanks as hyphens, tags of HTML and other marks left out.
pub fn slug(heading: &str) -> String {
    let shown = without_tags(heading);
    let words = shown.trim().chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        ' ' => Some('-'),
        _ => None,
    });
    words.collect()
}

/// A heading without the tags of HTML in it; what looks like one in a code span is text.
fn without_tags(heading: &str) -> String {
    let mut shown = String::new();
    let mut rest = heading;
    while let Some(open) = rest.find('<') {
        let (before, behind) = rest.split_at(open);
        shown.push_str(before);
        let is_code = shown.matches('`').count() % 2 == 1;
        let is_tag = behind[1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
        let tag = behind.split_once('>').filter(|_| is_tag && !is_code);
        if let Some((_, after)) = tag {
            rest = after;
        } else {
            shown.push('<');
            rest = &behind[1..];
        }
    }
    shown.push_str(rest);
    shown
}
