use rustc_hash::FxHashMap;

use crate::{
    facts::{self, Columns},
    lint::{
        finding::{Findings, Fix, Severity},
        page::{PageContext, PageTable},
        rule::{Check, Fixes, Preset, Rule},
        tables,
    },
    sections::{Row, Table},
    vocabulary::{Column, Heading},
};

pub(super) static RULE: Rule = Rule {
    code: "TBL010",
    name: "table-malformed",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["MarkdownParserError"],
    doc: include_str!("tbl010_table_malformed.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for table in cx.tables() {
        check_cells(cx, table, out);
    }
    check_descriptions(cx, out);
}

/// Rows of another width than the table, or that say something twice.
fn check_cells<'p>(cx: &PageContext<'p, '_>, it: &PageTable<'p>, out: &mut Findings) {
    let (section, table, columns) = (it.section, it.table, &it.columns);
    if !check_separator(cx, section, table, out) {
        return;
    }
    for row in &table.rows {
        check_width(cx, section, table, row, out);
    }
    // Only rows that describe something by its name say it twice; a header may be sent for several reasons.
    if table.header.len() < 3 || table.rows.len() < 2 || is_about_headers(cx, section) {
        return;
    }
    // Rows that group others may have the same row below each of them.
    let is_group = |row: &Row| row.cells.iter().filter(|cell| !cell.is_empty()).count() <= 1;
    if table.rows.iter().any(is_group) {
        return;
    }
    if columns.has(Column::Name) && columns.has(Column::Type) {
        let mut seen = FxHashMap::default();
        for row in &table.rows {
            check_repetition(cx, section, columns, row, &mut seen, out);
        }
    }
}

fn is_about_headers(cx: &PageContext, section: usize) -> bool {
    let title = cx.page.sections.get(section).map(|section| section.title);
    let heading = title.and_then(|title| cx.world.vocabulary.heading(cx.str(title)));
    heading == Some(Heading::RequestHeaders)
}

/// Whether the line of dashes is as wide as the header; without that, it is no table for most readers.
fn check_separator(cx: &PageContext, section: usize, table: &Table, out: &mut Findings) -> bool {
    let mut lines = cx.str(table.range).lines();
    let (Some(header), Some(separator)) = (lines.next(), lines.next()) else {
        return true;
    };
    let (header_width, separator_width) = (count_cells(header), count_cells(separator));
    if header_width == separator_width {
        return true;
    }
    let message = format!(
        "the header has {header_width} cells, but the line of dashes below it has {separator_width}"
    );
    out.tell(cx.at(cx.range_of(separator.trim()), ""), message)
        .symbol(cx.section_symbol(section));
    false
}

fn check_width(cx: &PageContext, section: usize, table: &Table, row: &Row, out: &mut Findings) {
    let width = table.header.len();
    let line = cx.str(row.range).trim();
    // Most rows have nothing but borders for pipes, and all of them.
    let pipes = memchr::memchr_iter(b'|', line.as_bytes()).count();
    let is_closed = line.starts_with('|') && line.ends_with('|');
    let is_plain = is_closed && pipes == width + 1 && !line.contains(['`', '\\']);
    if is_plain || line.contains('\n') {
        return;
    }
    let cells = count_cells(line);
    let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
    // A row of one cell groups the rows below it.
    let is_short = cells < width && filled > 1;
    if cells <= width && !is_short {
        return;
    }
    let message = format!("the row has {cells} cells, but the table has {width} columns");
    let finding = out
        .tell(cx.at(row.range.trim(&cx.page.text), ""), message)
        .symbol(row_symbol(cx, section, row));
    if !is_short {
        finding.help("write a pipe that is no border as `\\|`");
    }
}

fn check_repetition<'p>(
    cx: &PageContext<'p, '_>,
    section: usize,
    columns: &Columns,
    row: &'p Row,
    seen: &mut FxHashMap<&'p str, &'p Row>,
    out: &mut Findings,
) {
    let Some(cell) = columns.cell(&row.cells, Column::Name) else {
        return;
    };
    let name = facts::name(cx.str(cell));
    if name.is_empty() || row.cells.iter().filter(|it| !it.is_empty()).count() < 2 {
        return;
    }
    let Some(first) = seen.get(name) else {
        seen.insert(name, row);
        return;
    };
    let at = cx.range_of(name);
    let finding = out
        .tell(cx.at(at, ""), format!("`{name}` has two rows in one table"))
        .symbol(row_symbol(cx, section, row));
    let cell = columns.cell(&first.cells, Column::Name).unwrap_or_default();
    finding.related(cx.at(cell, "the first one is here"));
    if is_same(cx, first, row) {
        let edits = tables::without_row(cx.file(), &cx.page.text, row);
        finding.fix(Fix::safe("take out the second row", edits));
    } else {
        finding.help("join the two descriptions in one row");
    }
}

/// Whether two rows say the same in all cells.
fn is_same(cx: &PageContext, first: &Row, second: &Row) -> bool {
    let cells = |row: &Row| -> Vec<&str> { row.cells.iter().map(|it| cx.str(*it)).collect() };
    cells(first) == cells(second)
}

fn row_symbol(cx: &PageContext, section: usize, row: &Row) -> String {
    let first = row.cells.iter().find(|cell| !cell.is_empty());
    let name = first.map_or("", |cell| facts::name(cx.str(*cell)));
    format!("{}/{name}", cx.section_symbol(section))
}

/// The cells of a line; a pipe in a code span or behind a backslash is no border.
fn count_cells(line: &str) -> usize {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let mut borders = 0;
    let mut in_code = false;
    let mut is_escaped = false;
    for byte in line.bytes() {
        match byte {
            b'`' => in_code = !in_code,
            b'|' if !in_code && !is_escaped => borders += 1,
            _ => {}
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    borders + 1
}

/// Rows that describe nothing.
fn check_descriptions(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        let description = &typed.row.description;
        if !description.is_empty() && !description.starts_with("**TODO") {
            continue;
        }
        let Some(row) = cx.row_at(typed.at) else {
            continue;
        };
        let columns = &row.columns;
        if !columns.has(Column::Description) {
            continue;
        }
        let name = &typed.row.name;
        // That a row is too short is told as such.
        let Some(cell) = row.cell(Column::Description) else {
            continue;
        };
        let cell = Some(cell).filter(|cell| !cell.is_empty());
        let message = match cell.map(|cell| cx.str(cell)) {
            Some(words) if words.contains("TODO") => {
                format!("the description of `{name}` is still to be written")
            }
            Some(_) => format!("the description of `{name}` says that there is none"),
            None => format!("`{name}` has no description"),
        };
        let place = cell.unwrap_or_else(|| row.name(cx.page));
        out.tell(cx.at(place, ""), message)
            .symbol(typed.symbol(cx.page))
            .severity(Severity::Info);
    }
}
