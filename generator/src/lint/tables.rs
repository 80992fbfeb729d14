//! Tables as text: their lines, how a row is added or taken out, which words a cell is made of.
//!
//! Comes in: a table of a page. Goes out: places and edits that keep the table's own style.

use super::{
    files::FileId,
    finding::Edit,
    page::{self, PageContext, TableRow, line_end},
    pages_alone::PagesAlone,
    world::{Version, World},
};
use crate::{
    facts::{Claim, Columns, MemberTable, PageId},
    model::TypeModel,
    sections::{Link, Page, Row, Table},
    span::ByteRange,
    vocabulary::Column,
};

/// The line or lines of a row with the line break behind them.
pub fn lines(text: &str, row: ByteRange) -> ByteRange {
    let start = text[..row.start as usize]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let end = row.end as usize;
    let end = if text[..end].ends_with('\n') {
        end
    } else {
        text[end..].find('\n').map_or(text.len(), |at| end + at + 1)
    };
    ByteRange::new(start, end)
}

/// Takes a row out.
pub fn without_row(file: FileId, text: &str, row: &Row) -> Vec<Edit> {
    vec![Edit {
        file,
        at: lines(text, row.range),
        text: String::new(),
    }]
}

/// Adds a row where the alphabet puts it, if the rows are in that order; else at the end.
pub fn with_row(
    cx: &PageContext,
    table: &Table,
    columns: &Columns,
    row: &NewRow<'_>,
) -> Option<Edit> {
    let last = table.rows.last()?;
    let names: Vec<String> = table
        .rows
        .iter()
        .map(|row| {
            let cell = columns.cell(&row.cells, Column::Name).unwrap_or_default();
            crate::facts::name(cx.str(cell)).to_ascii_lowercase()
        })
        .collect();
    let wanted = row.name.to_ascii_lowercase();
    let before = names.iter().position(|name| *name > wanted);
    let before = before.filter(|_| names.is_sorted() && names.len() > 1);
    let text = &*cx.page.text;
    let at = match before.and_then(|at| table.rows.get(at)) {
        Some(next) => lines(text, next.range).start,
        None => lines(text, last.range).end,
    } as usize;
    let line = row.line(cx.page, last, columns, table.header.len());
    let end = line_end(text);
    let is_at_start = text[..at].ends_with('\n') || at == 0;
    let line = if is_at_start {
        format!("{line}{end}")
    } else {
        format!("{end}{line}")
    };
    Some(Edit {
        file: cx.file(),
        at: ByteRange::new(at, at),
        text: line,
    })
}

/// A row to add.
#[derive(Clone, Copy, Debug)]
pub struct NewRow<'r> {
    /// What it is about.
    pub name: &'r str,
    /// The type as the cell has it.
    pub ty: &'r str,
    /// The description.
    pub description: &'r str,
}

impl NewRow<'_> {
    /// The line in the style of another one: with or without blanks and outer pipes.
    fn line(&self, page: &Page, like: &Row, columns: &Columns, width: usize) -> String {
        let model = page.str(like.range).trim();
        let emphasis = like.cells.first().map(|cell| page.str(*cell));
        let name = if emphasis.is_some_and(|cell| cell.starts_with("**")) {
            format!("**{}**", self.name)
        } else {
            self.name.to_owned()
        };
        let mut cells = vec![""; width];
        let mut put = |column: Column, text| {
            let at = columns.position(column);
            // A table without a head for names has them in its first column.
            let at = at.or((column == Column::Name).then_some(0));
            if let Some(cell) = at.and_then(|at| cells.get_mut(at)) {
                *cell = text;
            }
        };
        put(Column::Name, name.as_str());
        put(Column::Type, self.ty);
        put(Column::Description, self.description);
        let has_blanks = model.trim_start_matches('|').starts_with(' ');
        let between = if has_blanks { " | " } else { "|" };
        let inner = cells.join(between);
        let inner = inner.trim_end();
        let blank = if has_blanks { " " } else { "" };
        let first = if model.starts_with('|') {
            format!("|{blank}")
        } else {
            String::new()
        };
        let last = if model.ends_with('|') || inner.ends_with('|') {
            format!("{blank}|")
        } else {
            String::new()
        };
        format!("{first}{inner}{last}")
    }
}

/// A row of a table, behind which another one can be written.
#[derive(Clone, Debug)]
pub struct LastRow<'a> {
    /// The page.
    pub id: PageId,
    /// Behind the row, before the end of its line.
    pub end: ByteRange,
    page: &'a Page,
    row: TableRow<'a>,
}

/// The last row with a member of a type in one of the tables of its pages.
pub fn last_row<'a>(
    alone: &PagesAlone<'_, 'a>,
    world: &World,
    ty: &TypeModel,
    table: MemberTable,
) -> Option<LastRow<'a>> {
    let rows = ty.members.iter().flat_map(|member| &member.rows);
    let facts = rows.map(|id| id.of(alone.version.facts()));
    let first = ty.pages.first()?.page;
    let of_table = facts.filter(|fact| {
        fact.page == first
            && matches!(fact.claim, Claim::Member { table: known, .. } if known == table)
    });
    let fact = of_table.max_by_key(|fact| fact.at.start)?;
    last_row_at(alone.version, world, fact.page, fact.at)
}

/// The row that stands at a place.
pub fn last_row_at<'a>(
    version: &Version<'a>,
    world: &World,
    id: PageId,
    at: ByteRange,
) -> Option<LastRow<'a>> {
    let page = version.page(id);
    let row = page::row_at(world, page, at)?;
    let end = row.row.range.trim(&page.text).end as usize;
    Some(LastRow {
        id,
        end: ByteRange::new(end, end),
        page,
        row,
    })
}

impl LastRow<'_> {
    /// The heading that its table stands under.
    pub fn heading(&self) -> ByteRange {
        let section = self.page.sections.get(self.row.section);
        section.map(|it| it.title).unwrap_or_default()
    }

    /// The columns of its table.
    pub fn columns(&self) -> usize {
        self.row.table.header.len()
    }

    /// The text that adds a row below it.
    pub fn below(&self, row: &NewRow) -> String {
        let TableRow { columns, table, .. } = &self.row;
        let line = row.line(self.page, self.row.row, columns, table.header.len());
        format!("{}{line}", line_end(&self.page.text))
    }
}

/// Whether the text of a link can be another one: in `[text][]` and in `[text]` it also says where the link leads.
pub fn has_free_text(cx: &PageContext, link: &Link) -> bool {
    let text = &cx.page.text;
    let behind = text.get(link.text.end as usize..link.range.end as usize);
    behind.is_some_and(|it| it.starts_with("](") || it.starts_with("][") && it != "][]")
}

/// The words of a cell outside of the targets of its links: runs of letters, digits, dots and underscores.
pub fn words(cx: &PageContext, cell: ByteRange) -> Vec<ByteRange> {
    let text = cx.str(cell);
    let mut words = Vec::new();
    let mut start = None;
    let mut in_target = false;
    let marks = text.char_indices().chain([(text.len(), ' ')]);
    for (at, c) in marks {
        if c == '(' && text[..at].ends_with(']') {
            in_target = true;
        }
        let is_part = !in_target && (c.is_alphanumeric() || matches!(c, '.' | '_'));
        match start {
            None if is_part => start = Some(at),
            Some(from) if !is_part => {
                let base = cell.start as usize;
                words.push(ByteRange::new(base + from, base + at));
                start = None;
            }
            _ => {}
        }
        if c == ')' {
            in_target = false;
        }
    }
    words
}
