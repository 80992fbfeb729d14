//! Cells and rows of tables, as a fix writes them.
//!
//! Comes in: what the metadata declares. Goes out: the text of a type cell, and the place and text of a new row in the
//! manner of the rows around it.

use super::{
    page::{self, TableRow},
    pages_alone::PagesAlone,
    world::{Version, World},
};
use crate::{
    csdl::{ItemRef, TypeRef},
    facts::{Claim, MemberTable, PageId},
    ir::{DEFAULT_NAMESPACE, TypeName},
    model::TypeModel,
    sections::Page,
    span::ByteRange,
    vocabulary::Column,
};

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

    /// The text that adds a row below: with these cells, and with as many bars and blanks as the row above.
    pub fn below(&self, name: &str, ty: &str, description: &str) -> Option<String> {
        let above = self.page.str(self.row.row.range).trim();
        let (bar, edge) = if above.starts_with("| ") {
            (" | ", " ")
        } else {
            ("|", "")
        };
        let cell = |at: usize| {
            let head = self.row.table.header.get(at).copied()?;
            let is = |column| self.row.columns.cell(&self.row.table.header, column) == Some(head);
            Some(match at {
                _ if is(Column::Name) => name,
                _ if is(Column::Type) => ty,
                _ if is(Column::Description) => description,
                _ => "",
            })
        };
        let cells: Vec<_> = (0..self.row.table.header.len()).map_while(cell).collect();
        let line = format!("|{edge}{}{edge}|", cells.join(bar));
        Some(format!("{}{line}", line_end(&self.page.text)))
    }
}

/// What ends the lines of a text.
pub fn line_end(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or_default();
    let is_windows = text[..first].ends_with('\r');
    if is_windows { "\r\n" } else { "\n" }
}

/// A type as a cell of a page names it: `String`, `[book](book.md) collection`.
pub fn type_cell(version: &Version, from: PageId, ty: &TypeRef) -> String {
    let item = match &ty.item {
        ItemRef::Primitive(primitive) => primitive.as_str().trim_start_matches("Edm.").to_owned(),
        ItemRef::Named(name) => linked(version, from, name),
        ItemRef::Unread(text) => text.clone(),
    };
    if ty.collection {
        format!("{item} collection")
    } else {
        item
    }
}

/// A name, with a link to its page if there is one.
fn linked(version: &Version, from: PageId, name: &TypeName) -> String {
    let key = name.key();
    let model = version.model();
    let pages = model.types.get(&key).map(|ty| &ty.pages);
    let pages = pages.or_else(|| model.enums.get(&key).map(|ty| &ty.pages));
    let target = pages.and_then(|pages| pages.first()).map(|id| id.page);
    let Some(target) = target else {
        let is_plain = name.namespace() == DEFAULT_NAMESPACE;
        let name = if is_plain { name.name() } else { name.as_str() };
        return name.to_owned();
    };
    let (from, target) = (&version.page(from).path, &version.page(target).path);
    format!("[{}]({})", name.name(), relative(from, target))
}

/// The path of a page from another one.
fn relative(from: &str, to: &str) -> String {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    match to.rsplit_once('/') {
        Some((in_folder, name)) if folder(from).as_deref() == Some(in_folder) => name.to_owned(),
        _ if folder(from).is_none() => to.to_owned(),
        _ => format!("../{to}"),
    }
}
