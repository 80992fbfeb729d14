use std::collections::HashMap;

use crate::{
    facts::{self, Columns},
    lint::{
        finding::{Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        tables,
    },
    sections::{Row, Table},
    vocabulary::Column,
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
    for (section, it) in cx.page.sections.iter().enumerate() {
        for table in it.tables() {
            check_cells(cx, section, table, out);
        }
    }
    check_descriptions(cx, out);
}

/// Rows that are too wide or say something twice.
fn check_cells(cx: &PageContext, section: usize, table: &Table, out: &mut Findings) {
    let width = table.header.len();
    let mut columns = None;
    let mut seen: HashMap<&str, &Row> = HashMap::new();
    for row in &table.rows {
        let line = cx.str(row.range);
        let cells = count_cells(line);
        if cells > width && !line.trim_end().contains('\n') {
            let message = format!("the row has {cells} cells, but the table has {width} columns");
            out.tell(cx.at(row.range.trim(&cx.page.text), ""), message)
                .symbol(row_symbol(cx, section, row))
                .help("write a pipe that is no border as `\\|`");
        }
        let columns = columns
            .get_or_insert_with(|| Columns::of(cx.page, table, cx.world.vocabulary));
        // Only rows that describe something by its name say it twice; others may begin alike.
        if !(columns.has(Column::Name) && columns.has(Column::Type)) {
            continue;
        }
        let Some(cell) = columns.cell(&row.cells, Column::Name) else {
            continue;
        };
        let name = facts::name(cx.str(cell));
        if name.is_empty() || row.cells.iter().filter(|it| !it.is_empty()).count() < 2 {
            continue;
        }
        let Some(first) = seen.get(name) else {
            seen.insert(name, row);
            continue;
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
        if !typed.row.description.is_empty() {
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
        let cell = row.cell(Column::Description).filter(|cell| !cell.is_empty());
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
