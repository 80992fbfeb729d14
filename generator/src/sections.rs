//! Markdown: a page as headed sections of tables, code blocks and text, every piece with its byte range.
//!
//! Comes in: the text of a page. Goes out: a [`Page`]. Of the stages only this one sees pulldown-cmark, and it knows nothing of
//! Graph. It never fails: whatever is not understood is still there as text.
//!
//! ```text
//! page     := front-matter? section*
//! section  := heading? block*                    the first section of a page may lack a heading
//! block    := text | table | code | comment | include
//! table    := header separator row*              also where header and separator differ in width
//! code     := comment? text* fence               the comment before a fence belongs to it
//! ```
//!
//! Tables are cut by hand from the lines that pulldown-cmark calls a table, because it drops surplus cells and splits
//! rows that go on in the next line; both are common in real pages.

use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::span::{ByteRange, LineColumn, LineIndex};

/// One page, taken apart.
#[derive(Clone, Debug)]
pub struct Page {
    /// Path below the version's folder: `resources/user.md`.
    pub path: Arc<str>,
    /// The text that all ranges belong to.
    pub text: Arc<str>,
    /// What stands between the `---` lines at the top, without them.
    pub front_matter: Option<ByteRange>,
    /// Sections in page order, flat; levels tell the nesting.
    pub sections: Vec<Section>,
    /// All links in page order.
    pub links: Vec<Link>,
    lines: LineIndex,
}

/// A heading and what follows it up to the next heading.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// 1 to 6; 0 for what stands before the first heading.
    pub level: u8,
    /// The text of the heading, trimmed; empty for what stands before the first heading.
    pub title: ByteRange,
    /// What follows, in order.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A paragraph, a list item or a line of a quote.
    Text(ByteRange),
    /// A table.
    Table(Table),
    /// A fenced or indented code block.
    Code(Code),
    /// An HTML block: mostly comments.
    Html(ByteRange),
    /// `[!INCLUDE [text](path)]`; the index of the link in [`Page::links`].
    Include(usize),
}

/// A table, its cells trimmed.
#[derive(Clone, Debug)]
pub struct Table {
    /// The whole table.
    pub range: ByteRange,
    /// Cells of the header line.
    pub header: Vec<ByteRange>,
    /// Rows below the separator.
    pub rows: Vec<Row>,
}

/// A row of a table; it has as many cells as the header, or fewer.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line or lines.
    pub range: ByteRange,
    /// The cells. Surplus cells have been joined to the last one, a line that continues a row to its last cell.
    pub cells: Vec<ByteRange>,
}

/// A code block.
#[derive(Clone, Debug)]
pub struct Code {
    /// With the fences.
    pub range: ByteRange,
    /// The info string, trimmed: `http`.
    pub info: ByteRange,
    /// Between the fences.
    pub body: ByteRange,
    /// The HTML comment that belongs to it: the last one before it in the same section.
    pub annotation: Option<ByteRange>,
    /// The name of the tab that it stands in, such as `http` or `csharp`.
    pub tab: Option<ByteRange>,
}

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    /// The whole link.
    pub range: ByteRange,
    /// What is shown.
    pub text: ByteRange,
    /// Where it leads; reference links are resolved.
    pub target: Box<str>,
}

impl Page {
    /// The text of a range.
    pub fn str(&self, range: ByteRange) -> &str {
        range.of(&self.text)
    }

    /// The links within a range.
    pub fn links_in(&self, range: ByteRange) -> impl Iterator<Item = &Link> {
        let first = self
            .links
            .partition_point(|link| link.range.start < range.start);
        self.links[first..]
            .iter()
            .take_while(move |link| link.range.start < range.end)
    }

    /// The line, from 1, where a range begins.
    pub fn line(&self, range: ByteRange) -> u32 {
        self.lines.line(range.start)
    }

    /// The place where a range begins.
    pub fn place(&self, range: ByteRange) -> LineColumn {
        self.lines.line_column(&self.text, range.start)
    }

    /// The section at `index` and those nested in it.
    pub fn subtree(&self, index: usize) -> &[Section] {
        let level = self.sections[index].level;
        let nested = self.sections[index + 1..]
            .iter()
            .take_while(|section| section.level > level)
            .count();
        &self.sections[index..=index + nested]
    }

    /// Number of lines.
    pub fn line_count(&self) -> u32 {
        self.lines.line(self.text.len() as u32)
    }
}

impl Section {
    /// The tables directly below the heading.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            Block::Text(_) | Block::Code(_) | Block::Html(_) | Block::Include(_) => None,
        })
    }

    /// The code blocks directly below the heading.
    pub fn codes(&self) -> impl Iterator<Item = &Code> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Code(code) => Some(code),
            Block::Text(_) | Block::Table(_) | Block::Html(_) | Block::Include(_) => None,
        })
    }

    /// The texts directly below the heading.
    pub fn texts(&self) -> impl Iterator<Item = ByteRange> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Text(range) => Some(*range),
            Block::Table(_) | Block::Code(_) | Block::Html(_) | Block::Include(_) => None,
        })
    }
}

/// Takes a page apart.
pub fn parse(path: Arc<str>, text: Arc<str>) -> Page {
    let front_matter = front_matter(&text);
    let start = front_matter.map_or(0, |(_, end)| end);
    let mut reader = Reader::new(&text);
    let parser = Parser::new_ext(&text[start..], Options::ENABLE_TABLES);
    for (event, range) in parser.into_offset_iter() {
        reader.event(
            event,
            ByteRange::new(range.start + start, range.end + start),
        );
    }
    let (sections, links) = reader.finish();
    let lines = LineIndex::new(&text);
    Page {
        path,
        front_matter: front_matter.map(|(range, _)| range),
        sections,
        links,
        lines,
        text,
    }
}

/// The front matter without its `---` lines, and where the page goes on. Cut by hand, since pulldown-cmark's own
/// option takes any later `---` line for the start of metadata.
fn front_matter(text: &str) -> Option<(ByteRange, usize)> {
    let lead = text.len() - text.trim_start_matches(['\r', '\n']).len();
    let first = text[lead..].strip_prefix("---")?;
    let newline = first
        .find('\n')
        .filter(|&at| first[..at].trim().is_empty())?;
    let start = lead + 3 + newline + 1;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((ByteRange::new(start, at), at + line.len()));
        }
        at += line.len();
    }
    None
}

/// What is being read while the events go by.
struct Reader<'a> {
    text: &'a str,
    sections: Vec<Section>,
    links: Vec<Link>,
    /// The last comment of the section that no code block has taken.
    annotation: Option<ByteRange>,
    tab: Option<ByteRange>,
    heading: Option<(u8, ByteRange)>,
    code: Option<(ByteRange, ByteRange, Option<ByteRange>)>,
    /// Open links: range, target, text so far.
    open_links: Vec<(ByteRange, Box<str>, Option<ByteRange>)>,
    /// For each open list item, the text in it that stands in no paragraph.
    items: Vec<Option<ByteRange>>,
    /// How many blocks that take inline text for themselves are open.
    blocks_open: u32,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            sections: vec![Section::default()],
            links: Vec::new(),
            annotation: None,
            tab: None,
            heading: None,
            code: None,
            open_links: Vec::new(),
            items: Vec::new(),
            blocks_open: 0,
        }
    }

    fn event(&mut self, event: Event<'a>, range: ByteRange) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Rule => self.tab = None,
            Event::Text(_)
            | Event::Code(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::TaskListMarker(_) => self.inline(range),
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: ByteRange) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush_item();
                self.blocks_open += 1;
                self.heading = Some((depth(level), range));
            }
            Tag::Paragraph => {
                self.flush_item();
                self.blocks_open += 1;
                self.paragraph(range);
            }
            Tag::Table(_) => {
                self.flush_item();
                self.blocks_open += 1;
                let table = table(self.text, range);
                self.push(table.map_or(Block::Text(range), Block::Table));
            }
            Tag::CodeBlock(kind) => {
                self.flush_item();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => self.locate(&info),
                    CodeBlockKind::Indented => {
                        ByteRange::new(range.start as usize, range.start as usize)
                    }
                };
                self.code = Some((range, info, None));
            }
            Tag::HtmlBlock => {
                self.flush_item();
                let text = range.of(self.text).trim_start();
                if text.starts_with("<!--") && !is_directive(text) {
                    self.annotation = Some(range.trim(self.text));
                }
                self.push(Block::Html(range.trim(self.text)));
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.inline(range);
                self.open_links
                    .push((range, dest_url.into_string().into_boxed_str(), None));
            }
            Tag::Item => {
                self.flush_item();
                self.items.push(None);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.blocks_open -= 1;
                self.end_heading();
            }
            TagEnd::Paragraph | TagEnd::Table => self.blocks_open -= 1,
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::Link | TagEnd::Image => {
                if let Some((range, target, text)) = self.open_links.pop() {
                    let text =
                        text.unwrap_or(ByteRange::new(range.start as usize, range.start as usize));
                    self.links.push(Link {
                        range,
                        text,
                        target,
                    });
                }
            }
            TagEnd::Item => {
                self.flush_item();
                self.items.pop();
            }
            _ => {}
        }
    }

    /// Text, code or a break somewhere inside of a block.
    fn inline(&mut self, range: ByteRange) {
        if let Some((_, text)) = self
            .open_links
            .last_mut()
            .map(|(_, target, text)| (target, text))
        {
            *text = Some(text.map_or(range, |text| text.to(range)));
        }
        if let Some((_, _, body)) = &mut self.code {
            *body = Some(body.map_or(range, |body| body.to(range)));
        } else if let Some(item) = self.items.last_mut().filter(|_| self.blocks_open == 0) {
            *item = Some(item.map_or(range, |text| text.to(range)));
        }
    }

    /// A list item's own text, without a paragraph around it, becomes a block.
    fn flush_item(&mut self) {
        if let Some(text) = self.items.last_mut().and_then(Option::take) {
            self.push(Block::Text(text.trim(self.text)));
        }
    }

    fn end_heading(&mut self) {
        let Some((level, range)) = self.heading.take() else {
            return;
        };
        let line = range.of(self.text).trim();
        // A line of dashes below a text line closes a tab group here; the text above it is no heading.
        if !line.starts_with('#') {
            self.push(Block::Text(range.trim(self.text)));
            self.tab = None;
            return;
        }
        let first_link = self.links.last().filter(|link| range.contains(link.range));
        if let Some(tab) = first_link.filter(|link| link.target.starts_with("#tab/")) {
            self.tab = Some(tab.text);
            return;
        }
        let title = line.trim_matches('#').trim();
        let start = range.start as usize + range.of(self.text).find(title).unwrap_or_default();
        self.annotation = None;
        self.sections.push(Section {
            level,
            title: ByteRange::new(start, start + title.len()),
            blocks: Vec::new(),
        });
    }

    fn end_code(&mut self) {
        let Some((range, info, body)) = self.code.take() else {
            return;
        };
        let empty = ByteRange::new(range.end as usize, range.end as usize);
        let code = Code {
            range,
            info: info.trim(self.text),
            body: body.unwrap_or(empty),
            annotation: self.annotation.take(),
            tab: self.tab,
        };
        self.push(Block::Code(code));
    }

    /// A paragraph: includes are taken out; a table whose separator is too wide or too narrow is still a table.
    fn paragraph(&mut self, range: ByteRange) {
        let text = range.of(self.text);
        if text.contains('|')
            && text.contains("--")
            && let Some((at, table)) = table_within(self.text, range)
        {
            let lead = ByteRange {
                start: range.start,
                end: at,
            }
            .trim(self.text);
            if !lead.is_empty() {
                self.push(Block::Text(lead));
            }
            self.push(Block::Table(table));
            return;
        }
        self.push(Block::Text(range.trim(self.text)));
    }

    fn push(&mut self, block: Block) {
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(block);
        }
    }

    /// The range of a piece that pulldown-cmark borrows from the text.
    fn locate(&self, piece: &str) -> ByteRange {
        ByteRange::of_part(self.text, piece).unwrap_or_default()
    }

    fn finish(mut self) -> (Vec<Section>, Vec<Link>) {
        self.links
            .sort_by_key(|link| (link.range.start, link.range.end));
        if self.links.iter().any(|link| is_include(self.text, link)) {
            for section in &mut self.sections {
                take_out_includes(self.text, &self.links, &mut section.blocks);
            }
        }
        (self.sections, self.links)
    }
}

/// A comment that speaks to Docwright: it may stand between an annotation and its code block.
fn is_directive(comment: &str) -> bool {
    let words = comment.trim_start_matches("<!--").trim_start();
    words.starts_with("docwright-")
}

/// `[!INCLUDE [text](path)]` reads as a link behind `[!INCLUDE`.
fn is_include(text: &str, link: &Link) -> bool {
    let before = text[..link.range.start as usize].trim_end();
    before.len() >= 9 && before.as_bytes()[before.len() - 9..].eq_ignore_ascii_case(b"[!INCLUDE")
}

/// Replaces texts that are includes by [`Block::Include`]s, and keeps the rest of them as text.
fn take_out_includes(text: &str, links: &[Link], blocks: &mut Vec<Block>) {
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks.drain(..) {
        let Block::Text(range) = block else {
            out.push(block);
            continue;
        };
        let mut rest = range;
        let first = links.partition_point(|link| link.range.start < range.start);
        for (index, link) in links
            .iter()
            .enumerate()
            .skip(first)
            .take_while(|(_, link)| link.range.start < range.end)
        {
            if !is_include(text, link) {
                continue;
            }
            let before = &text[rest.start as usize..link.range.start as usize];
            let at = rest.start as usize + before.rfind("[!").unwrap_or(before.len());
            let lead = ByteRange::new(rest.start as usize, at).trim(text);
            if !lead.is_empty() && lead.of(text) != ">" {
                out.push(Block::Text(lead));
            }
            out.push(Block::Include(index));
            let after = &text[link.range.end as usize..range.end as usize];
            let skip = after.find(']').map_or(0, |at| at + 1);
            rest = ByteRange::new(link.range.end as usize + skip, range.end as usize);
        }
        let rest = rest.trim(text);
        if !rest.is_empty() {
            out.push(Block::Text(rest));
        }
    }
    *blocks = out;
}

fn depth(level: HeadingLevel) -> u8 {
    level as u8
}

/// Cuts a table from the lines of `range`, of which the second is the separator.
fn table(text: &str, range: ByteRange) -> Option<Table> {
    let mut lines = lines(text, range);
    let header_line = lines.next()?;
    let separator = lines.next()?;
    let width = cells(text, header_line)
        .len()
        .max(cells(text, separator).len());
    let header = row_cells(text, header_line, width);
    let mut rows: Vec<Row> = Vec::new();
    for line in lines {
        let raw = line.of(text).trim();
        if raw.is_empty() || raw == ">" {
            continue;
        }
        let cells = row_cells(text, line, width);
        match rows.last_mut() {
            Some(last) if continues(text, last, raw, cells.len(), width) => {
                last.range = last.range.to(line);
                let Some(&first) = cells.first() else {
                    continue;
                };
                if let Some(open) = last.cells.last_mut() {
                    *open = open.to(first);
                }
                last.cells.extend(cells.into_iter().skip(1));
            }
            _ => rows.push(Row { range: line, cells }),
        }
    }
    Some(Table {
        range: range.trim(text),
        header,
        rows,
    })
}

/// Whether a line goes on with the row before it: it does not begin with a pipe, the row was not closed by one, and
/// together they are not wider than the table.
fn continues(text: &str, last: &Row, line: &str, cells: usize, width: usize) -> bool {
    !line.starts_with('|')
        && !last.range.of(text).trim_end().ends_with('|')
        && last.cells.len() + cells <= width + 1
        && last.cells.len() > 1
}

/// A table within a paragraph: a line of dashes and pipes below another line with pipes.
fn table_within(text: &str, range: ByteRange) -> Option<(u32, Table)> {
    let lines: Vec<_> = lines(text, range).collect();
    let separator = lines
        .iter()
        .skip(1)
        .position(|line| is_separator(line.of(text)))?;
    let header = lines[separator];
    if !header.of(text).contains('|') {
        return None;
    }
    let range = ByteRange {
        start: header.start,
        end: range.end,
    };
    table(text, range).map(|table| (header.start, table))
}

fn is_separator(line: &str) -> bool {
    let line = line.trim().trim_start_matches('>').trim();
    line.contains("--")
        && line.contains('|')
        && line
            .bytes()
            .all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}

fn lines(text: &str, range: ByteRange) -> impl Iterator<Item = ByteRange> {
    let mut at = range.start as usize;
    range.of(text).split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        ByteRange::new(start, start + line.trim_end().len())
    })
}

/// The cells of a line, surplus ones joined to the last column.
fn row_cells(text: &str, line: ByteRange, width: usize) -> Vec<ByteRange> {
    let mut cells = cells(text, line);
    if cells.len() > width.max(1) {
        let end = cells[cells.len() - 1];
        cells.truncate(width.max(1));
        if let Some(last) = cells.last_mut() {
            *last = last.to(end).trim(text);
        }
    }
    cells
}

/// Splits a line at its unescaped pipes; one at either end is a border.
fn cells(text: &str, line: ByteRange) -> Vec<ByteRange> {
    let raw = line.of(text);
    let body = raw.trim_start_matches([' ', '\t', '>']);
    let start = line.start as usize + raw.len() - body.len();
    let body = body
        .strip_prefix('|')
        .map_or((start, body), |rest| (start + 1, rest));
    let (start, body) = (body.0, body.1.trim_end());
    let body = body
        .strip_suffix('|')
        .filter(|body| !body.ends_with('\\'))
        .unwrap_or(body);
    let bytes = body.as_bytes();
    let mut cells = Vec::with_capacity(4);
    let mut from = 0;
    for at in memchr::memchr_iter(b'|', bytes) {
        if at > 0 && bytes[at - 1] == b'\\' {
            continue;
        }
        cells.push(ByteRange::new(start + from, start + at).trim(text));
        from = at + 1;
    }
    cells.push(ByteRange::new(start + from, start + body.len()).trim(text));
    cells
}
