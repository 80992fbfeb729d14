//! Typed tables: rows of a name, a type and a description.

use std::sync::Arc;

use super::{Context, LeftoverKind, PageFacts, Row, facets};
use crate::{
    sections::{Page, Table},
    span::ByteRange,
    spelling,
    vocabulary::{Column, Vocabulary},
};

/// Which column of a table holds what.
#[derive(Clone, Debug)]
pub struct Columns(Arc<[Option<Column>]>);

impl Columns {
    /// Reads the heads of a table.
    pub fn of(page: &Page, table: &Table, vocabulary: &Vocabulary) -> Self {
        let mut columns: Vec<_> = table
            .header
            .iter()
            .map(|&head| vocabulary.column(page.str(head)))
            .collect();
        // A second column of the same kind says something else: `Member | Member` holds numbers in the second.
        for at in 1..columns.len() {
            if columns[at] == Some(Column::Name) && columns[..at].contains(&Some(Column::Name)) {
                columns[at] = Some(Column::Value);
            }
        }
        Self(columns.into())
    }

    /// Whether the table has this column.
    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&Some(column))
    }

    /// Which of the columns, from 0, holds this.
    pub fn position(&self, column: Column) -> Option<usize> {
        self.0.iter().position(|known| *known == Some(column))
    }

    /// The cell of a row in this column.
    pub fn cell(&self, cells: &[ByteRange], column: Column) -> Option<ByteRange> {
        cells.get(self.position(column)?).copied()
    }
}

/// Reads the rows of a table with a name and a type column; rows that tell nothing are left with a reason.
pub(super) fn typed(
    cx: &Context,
    table: &Table,
    out: &mut PageFacts,
    mut each: impl FnMut(&mut PageFacts, ByteRange, Row),
) {
    let columns = Columns::of(cx.page, table, cx.vocabulary());
    for row in &table.rows {
        let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        let name_cell = columns
            .cell(&row.cells, Column::Name)
            .or_else(|| row.cells.first().copied())
            .unwrap_or_default();
        let name = name(cx.page.str(name_cell));
        let ty_cell = columns.cell(&row.cells, Column::Type);
        if filled <= 1
            && (filled == 0
                || cx.page.str(name_cell).contains('*')
                || ty_cell.is_some_and(ByteRange::is_empty))
        {
            out.leave(
                cx.id,
                row.range,
                LeftoverKind::GroupRow,
                "groups the rows below it",
            );
            continue;
        }
        if name.contains('/') {
            out.leave(
                cx.id,
                row.range,
                LeftoverKind::Row,
                "is a path into another type, no name",
            );
            continue;
        }
        if name.is_empty() {
            out.leave(cx.id, row.range, LeftoverKind::Row, "names nothing");
            continue;
        }
        // Tables of headers describe in the column for values.
        let description_cell = columns
            .cell(&row.cells, Column::Description)
            .or_else(|| columns.cell(&row.cells, Column::Value))
            .unwrap_or_default();
        let description = description(cx.page.str(description_cell));
        let ty = ty_cell.map_or(
            spelling::TypeText {
                item: spelling::ItemText::Unread(String::new()),
                collection: false,
            },
            |cell| {
                let link = cx.page.links_in(cell).next();
                spelling::parse(
                    cx.page.str(cell),
                    link.map(|link| (cx.page.str(link.text), &*link.target)),
                )
            },
        );
        let mut facets = facets::parse(&description);
        if let Some(required) = columns
            .cell(&row.cells, Column::Required)
            .and_then(|cell| yes_or_no(cx.page.str(cell)))
        {
            facets.required = Some(required);
        }
        if let Some(default) = columns
            .cell(&row.cells, Column::Default)
            .map(|cell| cx.page.str(cell).trim_matches('`'))
        {
            facets.default = Some(default.to_owned()).filter(|default| !default.is_empty());
        }
        if facets.deprecated.is_none() && is_deprecated_name(cx.page.str(name_cell)) {
            facets.deprecated = Some(facets::page_deprecation(&description));
        }
        each(
            out,
            row.range,
            Row {
                name: name.to_owned(),
                ty,
                description,
                facets,
            },
        );
    }
}

/// The name in a first cell: without emphasis, code, link, escapes and notes in parentheses.
pub fn name(cell: &str) -> &str {
    let mut name = cell.trim();
    if let Some((text, _)) = name
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]("))
    {
        name = text;
    }
    name = name.trim_matches(['*', '`', '\\', ' ', '\u{a0}', '"']);
    if let Some((head, _)) = name.split_once('(') {
        name = head;
    }
    let name = name.trim_matches(['*', '`', '\\', ' ', '\u{a0}']);
    // `_if-match_`: emphasis as long as it stands on both sides.
    let name = name
        .strip_prefix('_')
        .and_then(|rest| rest.strip_suffix('_'))
        .unwrap_or(name);
    name.split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_end_matches(['*', '`', ':', ','])
}

fn is_deprecated_name(cell: &str) -> bool {
    cell.to_ascii_lowercase().contains("(deprecated")
}

/// A description cell as CommonMark: line breaks of HTML become blanks, placeholders of unfinished pages nothing.
pub(super) fn description(cell: &str) -> String {
    let cell = cell.trim();
    if matches!(cell, "Not yet documented" | "Not yet documented.")
        || cell.starts_with("**TODO") && !cell.contains("nherited")
    {
        return String::new();
    }
    if !cell.contains(['\\', '\n']) {
        return cell.to_owned();
    }
    cell.replace("\\|", "|")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn yes_or_no(cell: &str) -> Option<bool> {
    match cell
        .trim()
        .trim_matches(['*', '`', '.'])
        .to_ascii_lowercase()
        .as_str()
    {
        "y" | "yes" | "required" | "true" => Some(true),
        "n" | "no" | "optional" | "false" => Some(false),
        _ => None,
    }
}
