use std::collections::HashSet;

use crate::{
    ir::PermissionKind,
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::PageContext,
        permissions::{self, Cell, PermissionTable},
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PERM003",
    name: "permission-table-malformed",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("perm003_permission_table_malformed.md"),
    check: Check::Page(check),
};

/// The kinds of sign-in with their labels.
const KINDS: [(PermissionKind, &str); 3] = [
    (
        PermissionKind::DelegatedWork,
        "Delegated (work or school account)",
    ),
    (
        PermissionKind::DelegatedPersonal,
        "Delegated (personal Microsoft account)",
    ),
    (PermissionKind::Application, "Application"),
];

fn check(cx: &PageContext, out: &mut Findings) {
    for table in cx.permission_tables() {
        if !table.is_transposed {
            check_labels(cx, table, out);
            check_missing(cx, table, out);
        }
        for cell in &table.cells {
            check_cell(cx, table, cell, out);
        }
    }
}

/// Labels that name no kind of sign-in, or only half of it.
fn check_labels(cx: &PageContext, table: &PermissionTable, out: &mut Findings) {
    for row in &table.table.rows {
        let Some(&label) = row.cells.first() else {
            continue;
        };
        let text = cx.str(label);
        if text.is_empty() || permissions::is_workload(text) {
            continue;
        }
        let symbol = || format!("{}:{text}", cx.section_symbol(table.section));
        if permissions::label_kind(cx, label).is_none() {
            let place = cx.at(label, "");
            let fix = meant(text).map(|(_, right)| {
                Fix::safe(format!("call it `{right}`"), Fix::replace(&place, right))
            });
            let finding = out
                .tell(place, format!("`{text}` is no kind of sign-in"))
                .symbol(symbol())
                .help("rows are `Delegated (work or school account)`, `Delegated (personal Microsoft account)` and `Application`");
            finding.fix = fix;
        } else if text.contains('(') && !text.contains(')') {
            let end = ByteRange {
                start: label.end,
                end: label.end,
            };
            let edits = vec![Edit {
                file: cx.file(),
                at: end,
                text: ")".to_owned(),
            }];
            out.tell(
                cx.at(label, ""),
                format!("`{text}` is not closed by a parenthesis"),
            )
            .symbol(symbol())
            .fix(Fix::safe("close the parenthesis", edits));
        }
    }
}

/// The kind of sign-in that a label with other words is meant for: the only one whose label has a word of it that no
/// other has.
fn meant(label: &str) -> Option<(PermissionKind, &'static str)> {
    let words = |label: &str| -> HashSet<String> {
        let words = label.split(|c: char| !c.is_alphanumeric());
        words.map(str::to_ascii_lowercase).collect()
    };
    let said = words(label);
    let mut meant = KINDS.into_iter().filter(|(kind, own)| {
        let others = KINDS.iter().filter(|(other, _)| other != kind);
        let others: HashSet<_> = others.flat_map(|(_, label)| words(label)).collect();
        words(own)
            .difference(&others)
            .any(|word| said.contains(word))
    });
    meant.next().filter(|_| meant.next().is_none())
}

/// Kinds of sign-in that a table does not speak of, by whatever label.
fn check_missing(cx: &PageContext, table: &PermissionTable, out: &mut Findings) {
    let Some(&head) = table.table.header.first() else {
        return;
    };
    let is_meant = |kind| {
        let mut labels = table.table.rows.iter().filter_map(|row| row.cells.first());
        labels.any(|&label| meant(cx.str(label)).is_some_and(|(meant, _)| meant == kind))
    };
    for (kind, label) in KINDS {
        let is_told = table.cells.iter().any(|cell| cell.kind == kind);
        if !is_told && !is_meant(kind) {
            let finding = out
                .tell(cx.at(head, ""), format!("the table has no row `{label}`"))
                .symbol(format!("{}:{label}", cx.section_symbol(table.section)));
            if let Some(row) = strayed(cx, kind) {
                finding
                    .related(cx.at(row, "this row of another table looks like it"))
                    .help("move the row to this table");
            } else {
                finding.help("say `Not supported.` if there is no such permission");
            }
        }
    }
}

/// The label of a row for a kind of sign-in in a table that is about something else.
fn strayed(cx: &PageContext, kind: PermissionKind) -> Option<ByteRange> {
    let is_of_permissions = |range: ByteRange| {
        let mut tables = cx.permission_tables().iter();
        tables.any(|it| it.table.range == range)
    };
    let tables = cx.tables().iter().map(|it| it.table);
    let others = tables.filter(|table| !is_of_permissions(table.range));
    let mut rows = others.flat_map(|table| &table.rows);
    let row = rows.find(|row| {
        let [label, list, ..] = *row.cells.as_slice() else {
            return false;
        };
        let names_kind = meant(cx.str(label)).is_some_and(|(meant, _)| meant == kind);
        let is_list = cx.world.vocabulary.is_unsupported(cx.str(list))
            || !permissions::names_in(cx, list).is_empty();
        names_kind && is_list
    })?;
    row.cells.first().copied()
}

fn check_cell(cx: &PageContext, table: &PermissionTable, cell: &Cell, out: &mut Findings) {
    let text = cx.str(cell.at);
    let label = cx.str(cell.label);
    let symbol = |what: &str| format!("{}:{label}:{what}", cx.section_symbol(table.section));
    if text.is_empty() {
        if !cell.is_group {
            // An empty cell has no width; its label shows where it is.
            out.tell(
                cx.at(cell.label, ""),
                format!("no permission is named for `{label}`"),
            )
            .symbol(symbol("empty"))
            .help("name the permissions, or say `Not supported.`");
        }
        return;
    }
    let names = &cell.names;
    if names.is_empty() {
        if !cx.world.vocabulary.is_unsupported(text) && !text.contains("TODO") {
            out.tell(
                cx.at(cell.at, ""),
                format!("the cell for `{label}` names no permission"),
            )
            .symbol(symbol("prose"))
            .help("name the permissions, or say `Not supported.`");
        }
        return;
    }
    check_commas(cx, cell.at, &symbol("comma"), out);
    if permissions::is_plain_list(cx, cell.at) {
        check_repeated(cx, names, &symbol, out);
    }
    check_gaps(cx, names, &symbol("gap"), out);
}

/// Commas with nothing before or behind them.
fn check_commas(cx: &PageContext, at: ByteRange, symbol: &str, out: &mut Findings) {
    let text = cx.str(at);
    // Where the last item began, and whether anything stands between two commas.
    let mut from = 0;
    for (index, _) in text.match_indices(',').chain([(text.len(), "")]) {
        let item = text[from..index].trim_matches(|c: char| c.is_whitespace() || c == '.');
        let has_comma = index < text.len() || from > 0;
        if item.is_empty() && has_comma {
            let start = at.start as usize;
            let lone = if index < text.len() {
                ByteRange::new(start + from, start + index + 1)
            } else {
                ByteRange::new(start + from - 1, start + from)
            };
            let place = cx.at(lone, "");
            let edits = Fix::replace(&place, "");
            out.tell(place, "a comma stands where no permission follows")
                .symbol(symbol)
                .fix(Fix::safe("take the comma out", edits));
        }
        from = index + 1;
    }
}

/// Permissions that a plain list names twice.
fn check_repeated(
    cx: &PageContext,
    names: &[ByteRange],
    symbol: &impl Fn(&str) -> String,
    out: &mut Findings,
) {
    for (index, &at) in names.iter().enumerate() {
        let name = cx.str(at);
        let before = names.get(..index).unwrap_or_default();
        let Some(&first) = before.iter().find(|&&other| cx.str(other) == name) else {
            continue;
        };
        let Some(&last) = before.last() else {
            continue;
        };
        let with_comma = ByteRange {
            start: last.end,
            end: at.end,
        };
        let edits = Fix::replace(&cx.at(with_comma, ""), "");
        out.tell(cx.at(at, ""), format!("`{name}` is named twice"))
            .symbol(symbol(name))
            .related(cx.at(first, "named here first"))
            .fix(Fix::safe("take the second one out", edits));
    }
}

/// Two permissions with only blanks between.
fn check_gaps(cx: &PageContext, names: &[ByteRange], symbol: &str, out: &mut Findings) {
    for pair in names.windows(2) {
        let &[first, second] = pair else {
            continue;
        };
        let gap = ByteRange {
            start: first.end,
            end: second.start,
        };
        let between = cx.str(gap);
        if !between.is_empty() && between.chars().all(|c| c == ' ') {
            let edits = Fix::replace(&cx.at(gap, ""), ", ");
            let both = first.to(second);
            let message = format!(
                "no comma stands between `{}` and `{}`",
                cx.str(first),
                cx.str(second)
            );
            out.tell(cx.at(both, ""), message)
                .symbol(symbol)
                .fix(Fix::safe("put a comma between them", edits));
        }
    }
}
