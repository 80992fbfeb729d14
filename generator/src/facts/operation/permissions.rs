//! Permissions: who may send the requests, least privileged first.
//!
//! Comes in: the tables of the `Permissions` sections and of the files that they include. Goes out: one claim for each
//! kind of sign-in of each set. A table is one set, unless its columns or rows tell sets apart:
//!
//! ```text
//! | Permission type | from least to most |                   two columns, in either direction
//! | Permission type | Least privileged | Higher privileged |  three columns
//! | Permission type | … acting on self | … acting on others | a set for each column
//! | Permission type | Permissions |                          a set for each workload, named by rows of their own
//! | Calendar | Delegated (work) | Delegated (personal) | Application |   a set for each row
//! ```
//!
//! A heading or a short paragraph above the table is the title of its sets, before what tells them apart.
//!
//! A cell is read as `alternative (("," | "or" | "/") alternative)*` with `alternative := name ("and" name)*`; whatever
//! is no name of a permission is prose.

use super::{Area, Context, Part, text};
use crate::{
    api::PermissionAlternative,
    facts::{Claim, LeftoverKind, PageFacts, rows::Columns},
    ir::PermissionKind,
    sections::{Block, Row, Section, Table},
    span::ByteRange,
    vocabulary::{Column, Vocabulary},
};

/// Claims the permissions of a page.
pub(super) fn read(cx: &Context, parts: &[Part], out: &mut PageFacts) {
    let mut sets = 0;
    for part in parts {
        let is_section = part.area == Area::Permissions;
        let heading = cx.page.str(part.section.title).trim_end_matches(':');
        let heading = (is_section && !part.is_standard && !heading.is_empty()).then_some(heading);
        let mut lead = None;
        for block in &part.section.blocks {
            let title = joined(heading, lead.take());
            match block {
                Block::Table(table) if is_section || is_stray(cx, part, table) => {
                    sets += read_table(cx, table, title.as_deref(), sets, out);
                }
                Block::Include(link) if is_section => {
                    sets += read_include(cx, *link, title.as_deref(), sets, out);
                }
                Block::Text(range) if is_section => lead = self::lead(cx.page.str(*range)),
                Block::Table(_)
                | Block::Include(_)
                | Block::Text(_)
                | Block::Code(_)
                | Block::Html(_) => {}
            }
        }
    }
}

/// The title that a paragraph gives to the table below it: `For users:`, `**For self**`.
fn lead(text: &str) -> Option<&str> {
    const LONGEST: usize = 60;
    let is_emphasized = text.starts_with("**") && text.ends_with("**");
    let title = text.trim_matches(['*', ' ']);
    let announces = is_emphasized || title.ends_with(':');
    let title = title.trim_end_matches(':');
    let is_title = announces && title.len() <= LONGEST && !title.contains(['\n', '.']);
    is_title.then_some(title)
}

/// A title and what tells apart the sets below it.
fn joined(title: Option<&str>, detail: Option<&str>) -> Option<String> {
    match (title, detail) {
        (Some(title), Some(detail)) => Some(format!("{title}: {detail}")),
        (title, detail) => title.or(detail).map(str::to_owned),
    }
}

/// A table of permissions outside of the sections for them, on pages that lack the heading.
pub(super) fn is_stray(cx: &Context, part: &Part, table: &Table) -> bool {
    matches!(part.area, Area::Introduction | Area::Other)
        && Columns::of(cx.page, table, cx.vocabulary()).has(Column::PermissionType)
}

/// The tables of an include file; other includes of the section tell of roles and licenses.
fn read_include(
    cx: &Context,
    link: usize,
    title: Option<&str>,
    first: u32,
    out: &mut PageFacts,
) -> u32 {
    let Some(target) = cx.page.links.get(link) else {
        return 0;
    };
    let Some((id, page)) = cx.include(link) else {
        if target.target.contains("permissions/") {
            out.leave(
                cx.id,
                target.range,
                LeftoverKind::Table,
                "includes a file of permissions that does not exist",
            );
        }
        return 0;
    };
    let cx = cx.within(id, page);
    let tables = page.sections.iter().flat_map(Section::tables);
    let mut sets = 0;
    for table in tables.filter(|table| is_permissions_table(&cx, table)) {
        sets += read_table(&cx, table, title, first + sets, out);
    }
    sets
}

/// Whether a table tells of permissions; an included file may hold others.
fn is_permissions_table(cx: &Context, table: &Table) -> bool {
    let columns = Columns::of(cx.page, table, cx.vocabulary());
    columns.has(Column::PermissionType)
        || columns.has(Column::LeastPrivileged)
        || columns.has(Column::PermissionsAscending)
        || columns.has(Column::PermissionsDescending)
        || kinds_in_header(cx, table).any(|kind| kind.is_some())
        || table
            .rows
            .iter()
            .any(|row| first_cell_kind(cx, row).is_some())
}

fn kinds_in_header<'a>(
    cx: &'a Context,
    table: &'a Table,
) -> impl Iterator<Item = Option<PermissionKind>> + 'a {
    table
        .header
        .iter()
        .skip(1)
        .map(|&head| cx.vocabulary().permission_kind(cx.page.str(head)))
}

fn first_cell_kind(cx: &Context, row: &Row) -> Option<PermissionKind> {
    let cell = cx.page.str(*row.cells.first()?);
    // The vocabulary reads a cell that is cut short, which a name of a workload is not.
    let is_label = !cell.contains("&nbsp;") && !cell.trim_start().starts_with("**");
    is_label
        .then(|| cx.vocabulary().permission_kind(cell))
        .flatten()
}

/// Reads a table; how many sets it holds.
fn read_table(
    cx: &Context,
    table: &Table,
    title: Option<&str>,
    first: u32,
    out: &mut PageFacts,
) -> u32 {
    let kinds: Vec<_> = kinds_in_header(cx, table).collect();
    if kinds.iter().filter(|kind| kind.is_some()).count() >= 2 {
        return read_transposed(cx, table, &kinds, title, first, out);
    }
    if !is_permissions_table(cx, table) {
        out.leave(
            cx.id,
            table.range,
            LeftoverKind::Prose,
            "tells of no permissions",
        );
        return 0;
    }
    let layout = Layout::of(cx, table);
    let mut sets = Sets::new(title, first);
    let mut parent = None;
    for (index, row) in table.rows.iter().enumerate() {
        let cells = |at: usize| row.cells.get(at).copied().unwrap_or_default();
        let filled = row.cells.iter().skip(1).any(|cell| !cell.is_empty());
        let label = cx.page.str(cells(0));
        let kind = first_cell_kind(cx, row);
        let (kind, workload) = match (kind, parent) {
            (Some(kind), _) => {
                parent = Some(kind);
                (kind, None)
            }
            (None, Some(kind)) if filled => {
                (kind, Some(workload(label)).filter(|name| !name.is_empty()))
            }
            _ => {
                leave_row(cx, row, filled, out);
                continue;
            }
        };
        if !filled && groups_workloads(cx, table.rows.get(index + 1)) {
            let why = "groups the rows below it";
            out.leave(cx.id, row.range, LeftoverKind::GroupRow, why);
            continue;
        }
        if !filled {
            leave_row(cx, row, filled, out);
            continue;
        }
        match &layout {
            Layout::Ordered(columns) => {
                let cell = read_cells(
                    cx.vocabulary(),
                    columns
                        .iter()
                        .map(|&(at, order)| (cx.page.str(cells(at)), order)),
                );
                let set = sets.of(workload.as_deref());
                claim(cx, row.range, set, kind, cell, out);
            }
            Layout::Sets(columns) => {
                for (at, name) in columns {
                    let cell = read_cells(
                        cx.vocabulary(),
                        std::iter::once((cx.page.str(cells(*at)), Order::Ascending)),
                    );
                    let set = sets.of(Some(name));
                    claim(cx, row.range, set, kind, cell, out);
                }
            }
        }
    }
    sets.details.len().max(1) as u32
}

/// Whether the row below one without permissions is about a workload, so that its permissions stand there.
fn groups_workloads(cx: &Context, next: Option<&Row>) -> bool {
    next.is_some_and(|next| {
        let filled = next.cells.iter().skip(1).any(|cell| !cell.is_empty());
        filled && first_cell_kind(cx, next).is_none()
    })
}

fn leave_row(cx: &Context, row: &Row, filled: bool, out: &mut PageFacts) {
    if filled {
        out.leave(
            cx.id,
            row.range,
            LeftoverKind::Row,
            "is about no known kind of permission",
        );
    } else {
        let is_empty = first_cell_kind(cx, row).is_some();
        let (kind, why) = if is_empty {
            (
                LeftoverKind::Row,
                "names no permission and does not say `Not supported`",
            )
        } else {
            (LeftoverKind::GroupRow, "groups the rows below it")
        };
        out.leave(cx.id, row.range, kind, why);
    }
}

/// Rows are resources, columns are kinds of sign-in.
fn read_transposed(
    cx: &Context,
    table: &Table,
    kinds: &[Option<PermissionKind>],
    title: Option<&str>,
    first: u32,
    out: &mut PageFacts,
) -> u32 {
    let mut sets = Sets::new(title, first);
    for row in &table.rows {
        let Some(label) = row
            .cells
            .first()
            .map(|&cell| plain(cx, cell))
            .filter(|label| !label.is_empty())
        else {
            out.leave(
                cx.id,
                row.range,
                LeftoverKind::GroupRow,
                "groups the rows below it",
            );
            continue;
        };
        for (cell, kind) in row.cells.iter().skip(1).zip(kinds) {
            let Some(kind) = kind else { continue };
            let cell = read_cells(
                cx.vocabulary(),
                std::iter::once((cx.page.str(*cell), Order::Ascending)),
            );
            let set = sets.of(Some(&label));
            claim(cx, row.range, set, *kind, cell, out);
        }
    }
    sets.details.len() as u32
}

/// The text of a cell without the targets of its links and without emphasis.
fn plain(cx: &Context, cell: ByteRange) -> String {
    let mut out = String::new();
    let mut at = cell.start;
    for link in cx.page.links_in(cell) {
        if link.range.start >= at && link.range.end <= cell.end {
            let before = ByteRange {
                start: at,
                end: link.range.start,
            };
            out.push_str(cx.page.str(before));
            out.push_str(cx.page.str(link.text));
            at = link.range.end;
        }
    }
    out.push_str(cx.page.str(ByteRange {
        start: at,
        end: cell.end,
    }));
    workload(&out)
}

/// `&nbsp; &nbsp; **Device management**` as it is meant.
fn workload(label: &str) -> String {
    label
        .replace("&nbsp;", " ")
        .replace('\u{a0}', " ")
        .trim_matches(['*', ' ', '`', ':'])
        .to_owned()
}

fn claim(
    cx: &Context,
    at: ByteRange,
    (set, title): (u32, Option<String>),
    kind: PermissionKind,
    cell: Cell,
    out: &mut PageFacts,
) {
    let alternatives = match cell {
        Cell::Alternatives(alternatives) => alternatives,
        Cell::NotSupported => Vec::new(),
        Cell::Unread(why) => return out.leave(cx.id, at, LeftoverKind::Row, why),
    };
    let claim = Claim::Permission {
        set,
        title,
        kind,
        alternatives,
    };
    out.claim(cx.id, at, claim);
}

/// The sets that a table holds, by what tells them apart, in order of appearance.
struct Sets<'a> {
    /// What stands above the table.
    title: Option<&'a str>,
    details: Vec<Option<String>>,
    first: u32,
}

impl<'a> Sets<'a> {
    fn new(title: Option<&'a str>, first: u32) -> Self {
        Self {
            title,
            details: Vec::new(),
            first,
        }
    }

    /// The number and the title of a set.
    fn of(&mut self, detail: Option<&str>) -> (u32, Option<String>) {
        let at = self
            .details
            .iter()
            .position(|known| known.as_deref() == detail)
            .unwrap_or_else(|| {
                self.details.push(detail.map(str::to_owned));
                self.details.len() - 1
            });
        (self.first + at as u32, joined(self.title, detail))
    }
}

/// In which direction a cell counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Ascending,
    Descending,
}

/// What the columns behind the first one hold.
enum Layout {
    /// Parts of one list, the least privileged column first.
    Ordered(Vec<(usize, Order)>),
    /// A set of its own each, with its name.
    Sets(Vec<(usize, String)>),
}

impl Layout {
    fn of(cx: &Context, table: &Table) -> Self {
        let heads = || table.header.iter().enumerate().skip(1);
        let known: Vec<_> = heads()
            .filter_map(|(at, &head)| Some((at, cx.vocabulary().column(cx.page.str(head))?)))
            .filter_map(|(at, column)| Some((at, rank(column)?)))
            .collect();
        if !known.is_empty() {
            let mut columns: Vec<_> = known;
            columns.sort_by_key(|&(at, (rank, _))| (rank, at));
            return Self::Ordered(
                columns
                    .into_iter()
                    .map(|(at, (_, order))| (at, order))
                    .collect(),
            );
        }
        let named: Vec<_> = heads()
            .map(|(at, &head)| (at, plain(cx, head)))
            .filter(|(_, name)| !name.is_empty())
            .collect();
        match named.as_slice() {
            [] => Self::Ordered(vec![(1, Order::Ascending)]),
            [(at, name)] => Self::Ordered(vec![(*at, stated_order(name))]),
            _ => Self::Sets(
                named
                    .into_iter()
                    .map(|(at, name)| (at, without_order(&name).to_owned()))
                    .collect(),
            ),
        }
    }
}

/// The place of a column in the list, and its direction.
fn rank(column: Column) -> Option<(u8, Order)> {
    match column {
        Column::LeastPrivileged => Some((0, Order::Ascending)),
        Column::PermissionsAscending => Some((1, Order::Ascending)),
        Column::PermissionsDescending => Some((1, Order::Descending)),
        Column::HigherPrivileged => Some((2, Order::Ascending)),
        Column::Name
        | Column::Type
        | Column::Description
        | Column::Value
        | Column::Required
        | Column::Default
        | Column::Method
        | Column::ReturnType
        | Column::PermissionType => None,
    }
}

/// The direction that a head states in words of its own.
fn stated_order(head: &str) -> Order {
    match (text::find_ci(head, "most"), text::find_ci(head, "least")) {
        (Some(most), Some(least)) if most < least => Order::Descending,
        _ => Order::Ascending,
    }
}

/// A head without `(from least to most privileged)`.
fn without_order(head: &str) -> &str {
    match head.rsplit_once('(') {
        Some((name, order)) if text::has(order, "privileged") => name.trim_end(),
        _ => head,
    }
}

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    /// These permissions suffice, least privileged first.
    Alternatives(Vec<PermissionAlternative>),
    /// None does.
    NotSupported,
    /// The cell does not tell, and why.
    Unread(&'static str),
}

/// Reads the cells that make up one list.
fn read_cells<'a>(vocabulary: &Vocabulary, cells: impl Iterator<Item = (&'a str, Order)>) -> Cell {
    let mut all: Vec<PermissionAlternative> = Vec::new();
    let mut otherwise = None;
    for (text, order) in cells {
        match cell(vocabulary, text) {
            Cell::Alternatives(mut found) => {
                if order == Order::Descending {
                    found.reverse();
                }
                for alternative in found {
                    if !all.contains(&alternative) {
                        all.push(alternative);
                    }
                }
            }
            Cell::NotSupported => otherwise = Some(Cell::NotSupported),
            unread @ Cell::Unread(_) => otherwise = otherwise.or(Some(unread)),
        }
    }
    if all.is_empty() {
        otherwise.unwrap_or(Cell::Unread("has no cell for permissions"))
    } else {
        Cell::Alternatives(all)
    }
}

/// Reads one cell.
fn cell(vocabulary: &Vocabulary, text: &str) -> Cell {
    let text = text.trim();
    if text.is_empty() {
        return Cell::Unread("names no permission and does not say `Not supported`");
    }
    if text::has(text, "TODO") {
        return Cell::Unread("is a placeholder");
    }
    let alternatives = alternatives(text);
    if !alternatives.is_empty() {
        return Cell::Alternatives(alternatives);
    }
    if vocabulary.is_unsupported(text) {
        Cell::NotSupported
    } else {
        Cell::Unread("names no permission")
    }
}

/// The names in a cell and how they hang together. A note behind a line break is no part of the list.
fn alternatives(text: &str) -> Vec<PermissionAlternative> {
    let mut out: Vec<PermissionAlternative> = Vec::new();
    for line in lines(text) {
        if is_note(line) {
            break;
        }
        let mut joins = false;
        for word in words(line) {
            if let Some((name, resource_specific)) = permission(word) {
                match out.last_mut().filter(|_| joins) {
                    Some(last) => {
                        last.all_of.push(name.to_owned());
                        last.resource_specific |= resource_specific;
                    }
                    None => out.push(PermissionAlternative {
                        all_of: vec![name.to_owned()],
                        resource_specific,
                    }),
                }
                joins = false;
            } else if matches!(word, "and" | "plus") {
                joins = !ends_a_list(line, word);
            } else if !word.is_empty() && word != "&nbsp;" {
                joins = false;
            }
        }
    }
    let mut seen: Vec<PermissionAlternative> = Vec::with_capacity(out.len());
    for alternative in out {
        if !seen.contains(&alternative) {
            seen.push(alternative);
        }
    }
    seen
}

/// The names of permissions in a cell as they stand there, without those in a note.
pub fn permission_names(text: &str) -> impl Iterator<Item = &str> {
    lines(text)
        .take_while(|line| !is_note(line))
        .flat_map(words)
        .filter_map(|word| permission(word).map(|(name, _)| name))
}

/// The words of a line, without what separates permissions.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '/' | '(' | ')' | '[' | ']' | '+')
    })
}

/// Whether a comma stands right before a word, as in `A, B, and C`: then it only ends an enumeration.
fn ends_a_list(line: &str, word: &str) -> bool {
    ByteRange::of_part(line, word)
        .is_some_and(|word| line[..word.start as usize].trim_end().ends_with(','))
}

/// The pieces between line breaks of HTML.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').enumerate().map(|(at, piece)| {
        if at == 0 {
            piece
        } else {
            piece.split_once('>').map_or(piece, |(_, rest)| rest)
        }
    })
}

fn is_note(line: &str) -> bool {
    let line = line.trim_start_matches(['*', ' ', '_', '>']);
    ["note", "important"].iter().any(|word| {
        let (head, rest) = line.split_at_checked(word.len()).unwrap_or_default();
        head.eq_ignore_ascii_case(word) && !rest.starts_with(|c: char| c.is_alphanumeric())
    })
}

/// `User.Read.All`, with a star where the owner of a resource may grant it.
fn permission(word: &str) -> Option<(&str, bool)> {
    let word = word.trim_matches(['`', '_', ':', '"', '\'', '\u{a0}']);
    let word = word.trim_start_matches('*').trim_end_matches(['.', '\\']);
    let name = word
        .trim_end_matches('*')
        .trim_end_matches(['.', '\\', '`']);
    let starred = name.len() < word.len() && !word.ends_with("**");
    let mut parts = name.split('.');
    let first = parts.next()?;
    let rest = parts.next()?;
    let valid = first.starts_with(|c: char| c.is_ascii_alphabetic())
        && rest.starts_with(|c: char| c.is_ascii_uppercase())
        && std::iter::once(first)
            .chain(std::iter::once(rest))
            .chain(parts)
            .all(is_part);
    valid.then_some((name, starred))
}

fn is_part(part: &str) -> bool {
    !part.is_empty()
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{super::outline, *};
    use crate::{
        docs::Role,
        facts::{PageId, Reader},
        sections,
    };

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let read = match cell(&Vocabulary::default(), text) {
            Cell::Alternatives(all) => {
                let names = all.iter().map(|one| {
                    let star = if one.resource_specific { "*" } else { "" };
                    format!("{}{star}", one.all_of.join("+"))
                });
                names.collect::<Vec<_>>().join(" | ")
            }
            Cell::NotSupported => "none".to_owned(),
            Cell::Unread(why) => format!("- {why}"),
        };
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn cells() {
        check(
            "User.Read, User.ReadWrite.All",
            "User.Read | User.ReadWrite.All",
        );
        check("User.Read.All.", "User.Read.All");
        check("Not supported.", "none");
        check("Not Supported", "none");
        check("Not available.", "none");
        check("N/A", "none");
        check("None", "none");
        check("", "- names no permission and does not say `Not supported`");
        check(
            "**TODO: Provide applicable permissions.**",
            "- is a placeholder",
        );
        check("See the remarks.", "- names no permission");
        check(
            "A.Read and B.Read.All, C.Write",
            "A.Read+B.Read.All | C.Write",
        );
        check("A.Read, B.Read and C.Read", "A.Read | B.Read+C.Read");
        check("A.Read, B.Read, and C.Read", "A.Read | B.Read | C.Read");
        check("A.Read or B.Read", "A.Read | B.Read");
        check("A.Read.All B.Read.All", "A.Read.All | B.Read.All");
        check(
            "ChatMember.Read.Chat*, Chat.Read.All",
            "ChatMember.Read.Chat* | Chat.Read.All",
        );
        check(
            "`Goals-Export.Read.All`; **Files.Read**",
            "Goals-Export.Read.All | Files.Read",
        );
        check(
            "A.Read.All  <br><br> Note: B.AccessAsUser.All cannot be used",
            "A.Read.All",
        );
        check(
            "In teams: A.Read.Group<br/>In channels: B.Read.All",
            "A.Read.Group | B.Read.All",
        );
        check(
            "For **user** resource: User.Read, User.Read.All",
            "User.Read | User.Read.All",
        );
        check(
            "A.Read plus Member.Read.Hidden",
            "A.Read+Member.Read.Hidden",
        );
        check("A.Read, A.Read", "A.Read");
        check("Notes.Create, Notes.Read", "Notes.Create | Notes.Read");
        check("eDiscovery.Read.All", "eDiscovery.Read.All");
        check("see [this](page-of.md)", "- names no permission");
        check("Zugriff über Ümläut.Read", "- names no permission");
    }

    /// Reads a table; one line for each claim: set, title, kind, permissions.
    #[track_caller]
    fn check_table(table: &str, expected: &[&str]) {
        let text = format!("# x\n\n## Permissions\n\n{table}\n");
        let page = sections::parse("api/x.md".into(), text.as_str().into());
        let pages = [(Role::Page, page)];
        let vocabulary = Vocabulary::default();
        let reader = Reader {
            pages: &pages,
            vocabulary: &vocabulary,
            namespaces: BTreeMap::new(),
        };
        let cx = Context {
            id: PageId(0),
            page: &pages[0].1,
            reader: &reader,
        };
        let mut out = PageFacts::default();
        read(&cx, &outline::of(&cx), &mut out);
        let claims = out.facts.iter().filter_map(|fact| match &fact.claim {
            Claim::Permission {
                set,
                title,
                kind,
                alternatives,
            } => {
                let names: Vec<_> = alternatives
                    .iter()
                    .map(|one| one.all_of.join("+"))
                    .collect();
                let title = title.as_deref().unwrap_or("-");
                Some(format!(
                    "{set} {title}: {} {}",
                    kind.as_str(),
                    names.join(" | ")
                ))
            }
            _ => None,
        });
        let left = out
            .leftovers
            .iter()
            .map(|left| format!("left: {}", left.why));
        assert_eq!(claims.chain(left).collect::<Vec<_>>(), expected, "{table}");
    }

    #[test]
    fn tables() {
        check_table(
            "|Permission type|Permissions (from most to least privileged)|\n|:---|:---|\n|Delegated (work or school account)|A.Write, A.Read|\n|Delegated (personal Microsoft account|Not supported.|\n|Application||",
            &[
                "0 -: delegatedWork A.Read | A.Write",
                "0 -: delegatedPersonal ",
                "left: names no permission and does not say `Not supported`",
            ],
        );
        check_table(
            "|Permission type|Least privileged permissions|Higher privileged permissions|\n|:---|:---|:---|\n|Application|A.Read and B.Read|C.Write|",
            &["0 -: application A.Read+B.Read | C.Write"],
        );
        check_table(
            "|Permission type|Permissions acting on self|Permissions acting on others|\n|:---|:---|:---|\n|Application|A.Read|B.Read|",
            &[
                "0 Permissions acting on self: application A.Read",
                "1 Permissions acting on others: application B.Read",
            ],
        );
        check_table(
            "|Calendar|Delegated (work or school account)|Delegated (personal Microsoft account)|Application|\n|:---|:---|:---|:---|\n|[own](x.md) calendar|A.Read|Not supported|B.Read|",
            &[
                "0 own calendar: delegatedWork A.Read",
                "0 own calendar: delegatedPersonal ",
                "0 own calendar: application B.Read",
            ],
        );
        check_table(
            "### For **users**:\n\n|Permission type|Acting on self (from least to most privileged)|Acting on others|\n|:---|:---|:---|\n|Application|A.Read|B.Read|\n\n**For apps**\n\n|Permission type|Permissions|\n|:---|:---|\n|Application|A.Read|\n\nNeeds a role. These are:\n\n|Permission type|Permissions|\n|:---|:---|\n|Application|B.Read|",
            &[
                "0 For **users**: Acting on self: application A.Read",
                "1 For **users**: Acting on others: application B.Read",
                "2 For **users**: For apps: application A.Read",
                "3 For **users**: application B.Read",
            ],
        );
        check_table(
            "|Permission type|Permissions (from least to most privileged)|\n|:---|:---|\n|Delegated (work or school account)||\n|&nbsp; &nbsp; **Onboarding**|A.Read|\n|&nbsp; &nbsp; **Auditing**|B.Read|",
            &[
                "0 Onboarding: delegatedWork A.Read",
                "1 Auditing: delegatedWork B.Read",
                "left: groups the rows below it",
            ],
        );
    }

    #[test]
    fn columns_make_one_list() {
        let vocabulary = Vocabulary::default();
        let cells = [
            ("A.Read", Order::Ascending),
            ("Not available.", Order::Ascending),
        ];
        let Cell::Alternatives(all) = read_cells(&vocabulary, cells.into_iter()) else {
            panic!("the first column names one");
        };
        assert_eq!(all.len(), 1);
        let Cell::Alternatives(all) = read_cells(
            &vocabulary,
            std::iter::once(("A.Write, A.Read", Order::Descending)),
        ) else {
            panic!("both are names");
        };
        assert_eq!(all[0].all_of, ["A.Read"]);
    }
}
