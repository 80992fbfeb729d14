//! Permissions: what the permissions reference lists, and what the tables of pages name.
//!
//! Comes in: `concepts/permissions-reference.md`, and the tables of pages. Goes out: [`Permissions`] by name, and the cells
//! of a page's tables with the kind of sign-in that each is about.

use std::collections::{HashMap, HashSet};

use super::{
    page::{PageContext, PageTable},
    world::World,
};
use crate::{
    docs::Role,
    facts::{self, Area, Claim, PageId, PageKind},
    ir::{ApiVersion, PermissionKind},
    sections::{self, Page, Section, Table},
    span::ByteRange,
    suggest,
    vocabulary::Column,
};

/// What the reference lists, and what pages name beyond it.
#[derive(Debug)]
pub struct Permissions {
    /// By lower-cased name.
    known: HashMap<String, Known>,
    /// What stands between the dots of the names, lower-cased.
    parts: HashSet<String>,
    /// The names of the reference, sorted.
    names: Vec<String>,
    /// The names that pages write, as they write them.
    named: HashMap<String, Uses>,
}

/// A permission of the reference.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Where it is listed first.
    pub at: ByteRange,
    /// Somebody can be signed in.
    pub delegated: bool,
    /// Nobody need be signed in.
    pub application: bool,
}

/// Where pages name a permission.
#[derive(Clone, Copy, Debug)]
pub struct Uses {
    /// The first page, in the order of versions and paths.
    pub first: (ApiVersion, PageId),
    /// How many rows name it.
    pub count: usize,
}

/// A cell that lists permissions.
#[derive(Clone, Debug)]
pub struct Cell {
    /// For whom.
    pub kind: PermissionKind,
    /// The label that says so, in the row or at the head.
    pub label: ByteRange,
    /// The cell.
    pub at: ByteRange,
    /// The names in it.
    pub names: Vec<ByteRange>,
    /// How they are ordered.
    pub order: Order,
    /// The rows below it name permissions for one workload each.
    pub is_group: bool,
}

/// How the names in a column are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The head says: from least to most privileged.
    Ascending,
    /// The head says: from most to least privileged.
    Descending,
    /// The head does not say.
    Unstated,
}

/// A table of permissions.
#[derive(Debug)]
pub struct PermissionTable<'p> {
    /// The position of its section in the page.
    pub section: usize,
    /// The table.
    pub table: &'p Table,
    /// Rows are resources, columns are kinds of sign-in.
    pub is_transposed: bool,
    /// The cells that list permissions.
    pub cells: Vec<Cell>,
}

impl Permissions {
    /// Reads the reference, and what pages name.
    pub(super) fn of(world: &World) -> Option<Self> {
        let file = world.beside.permissions.as_ref()?;
        let page = sections::parse("permissions-reference.md".into(), file.text.clone());
        let known = listed(&page);
        if known.is_empty() {
            return None;
        }
        let parts = known.keys().flat_map(|name| name.split('.'));
        let mut names: Vec<_> = known.values().map(|it| it.name.clone()).collect();
        names.sort_unstable();
        Some(Self {
            names,
            parts: parts.map(str::to_owned).collect(),
            named: named(world),
            known,
        })
    }

    /// The permission with this name in whatever case.
    pub fn find(&self, name: &str) -> Option<&Known> {
        self.known.get(&name.to_ascii_lowercase())
    }

    /// Where a name is used.
    pub fn uses(&self, name: &str) -> Option<Uses> {
        self.named.get(name).copied()
    }

    /// The name that one with its words in the wrong order is meant to be, if more pages write it so.
    pub fn reordered(&self, name: &str) -> Option<&str> {
        let right = name.replace("WriteRead", "ReadWrite");
        if right == name {
            return None;
        }
        let count = |name: &str| self.uses(name).map_or(0, |uses| uses.count);
        let known = self.find(&right).map(|known| known.name.as_str());
        let common = || {
            let (common, uses) = self.named.get_key_value(&right)?;
            (uses.count > count(name)).then_some(common.as_str())
        };
        known.or_else(common)
    }

    /// The permission that a name is a misspelling of, if there is only one. A name of which each part is a part of some
    /// permission is no slip, but another permission.
    pub fn nearest(&self, name: &str) -> Option<&Known> {
        const SLIP: usize = 2;
        let name = name.to_ascii_lowercase();
        if name.split('.').all(|part| self.parts.contains(part)) {
            return None;
        }
        let mut near: Vec<_> = self
            .known
            .iter()
            .filter_map(|(known, it)| Some((suggest::slips(&name, known, SLIP)?, it)))
            .collect();
        near.sort_by_key(|(distance, _)| *distance);
        match near.as_slice() {
            [(_, only)] => Some(only),
            [(first, it), (second, _), ..] if first < second => Some(it),
            [] | [..] => None,
        }
    }

    /// The permission to do the same with another reach: its name is that of this one with or without `.All`.
    pub fn sibling(&self, name: &str) -> Option<&Known> {
        match name.strip_suffix(".All") {
            Some(own) => self.find(own),
            None => self.find(&format!("{name}.All")),
        }
    }

    /// The name of the reference that is closest to another one.
    pub fn closest(&self, name: &str) -> Option<&str> {
        suggest::closest(name, self.names.iter().map(String::as_str))
    }
}

/// The permissions that the tables of the reference list, each below a heading that tells its kind.
fn listed(page: &Page) -> HashMap<String, Known> {
    let mut known: HashMap<String, Known> = HashMap::new();
    for section in &page.sections {
        let title = page.str(section.title).to_ascii_lowercase();
        let delegated = title.contains("delegated");
        let application =
            title.contains("application permissions") || title.contains("and application");
        for at in names_of_tables(page, section) {
            let name = page.str(at);
            let it = known
                .entry(name.to_ascii_lowercase())
                .or_insert_with(|| Known {
                    name: name.to_owned(),
                    at,
                    delegated: false,
                    application: false,
                });
            it.delegated |= delegated || !application;
            it.application |= application || !delegated;
        }
    }
    known
}

/// The names in the first column of tables that are headed `Permission`.
fn names_of_tables<'a>(
    page: &'a Page,
    section: &'a Section,
) -> impl Iterator<Item = ByteRange> + 'a {
    let is_list = |table: &&Table| {
        let head = table.header.first().map(|&head| page.str(head));
        head.is_some_and(|head| head.to_ascii_lowercase().contains("permission"))
    };
    let tables = section.tables().filter(is_list);
    let cells = tables.flat_map(|table| table.rows.iter().filter_map(|row| row.cells.first()));
    cells.flat_map(move |&cell| {
        let text = page.str(cell);
        // Emphasis stays on a name that a mark for a footnote follows.
        let names = facts::permission_names(text).map(|name| name.trim_end_matches('_'));
        names.map(move |name| within(cell, text, name))
    })
}

/// The place of a part of a text that stands at `at`.
fn within(at: ByteRange, text: &str, part: &str) -> ByteRange {
    ByteRange::of_part(text, part).map_or(at, |part| part.moved(at.start))
}

/// The names in the permission tables of all pages.
fn named(world: &World) -> HashMap<String, Uses> {
    let mut named: HashMap<String, Uses> = HashMap::new();
    for version in &world.versions {
        for fact in version.facts().iter().flat_map(|page| &page.facts) {
            let Claim::Permission { alternatives, .. } = &fact.claim else {
                continue;
            };
            for name in alternatives.iter().flat_map(|it| &it.all_of) {
                if let Some(uses) = named.get_mut(name) {
                    uses.count += 1;
                    continue;
                }
                let uses = Uses {
                    first: (version.compilation.version, fact.page),
                    count: 1,
                };
                named.insert(name.clone(), uses);
            }
        }
    }
    named
}

/// The tables of permissions on a page.
pub(super) fn tables<'p>(cx: &PageContext<'p, '_>) -> Vec<PermissionTable<'p>> {
    let may_have_some = cx.role == Role::Include || cx.kind() == PageKind::Operation;
    if !may_have_some {
        return Vec::new();
    }
    let describes = |it: &&PageTable| it.columns.has(Column::Name) && it.columns.has(Column::Type);
    let tables = cx.tables().iter().filter(|it| !describes(it));
    tables.filter_map(|it| read(cx, it)).collect()
}

/// A table, if it tells permissions.
fn read<'p>(cx: &PageContext<'p, '_>, it: &PageTable<'p>) -> Option<PermissionTable<'p>> {
    let (section, table) = (it.section, it.table);
    let vocabulary = cx.world.vocabulary;
    let kind = |at: ByteRange| vocabulary.permission_kind(cx.str(at));
    let heads = table.header.iter().enumerate().skip(1);
    let kinds: Vec<_> = heads
        .filter_map(|(column, &head)| Some((column, head, kind(head)?)))
        .collect();
    let is_transposed = kinds.len() >= 2;
    let cells = if is_transposed {
        let rows = table.rows.iter();
        let cells = rows.flat_map(|row| {
            kinds.iter().filter_map(|&(column, label, kind)| {
                let at = row.cells.get(column).copied()?;
                let order = Order::Unstated;
                Some(Cell {
                    kind,
                    label,
                    at,
                    names: names_in(cx, at),
                    order,
                    is_group: false,
                })
            })
        });
        cells.collect()
    } else {
        let in_place = cx.role == Role::Page && cx.areas().get(section) == Some(&Area::Permissions);
        if !it.columns.has(Column::PermissionType) && !in_place {
            return None;
        }
        row_cells(cx, table)
    };
    (!cells.is_empty()).then_some(PermissionTable {
        section,
        table,
        is_transposed,
        cells,
    })
}

/// The cells behind labels such as `Application`, and behind the workloads below one.
fn row_cells(cx: &PageContext, table: &Table) -> Vec<Cell> {
    let orders: Vec<_> = table
        .header
        .iter()
        .map(|&head| order(cx.str(head)))
        .collect();
    let mut cells = Vec::new();
    let mut parent = None;
    for (index, row) in table.rows.iter().enumerate() {
        let Some((&label, lists)) = row.cells.split_first() else {
            continue;
        };
        let Some(kind) = label_kind(cx, label).or(parent) else {
            continue;
        };
        parent = Some(kind);
        let next = table.rows.get(index + 1).and_then(|row| row.cells.first());
        let is_group = next.is_some_and(|&next| is_workload(cx.str(next)));
        for (column, &at) in lists.iter().enumerate() {
            let order = orders.get(column + 1).copied().unwrap_or(Order::Unstated);
            cells.push(Cell {
                kind,
                label,
                at,
                names: names_in(cx, at),
                order,
                is_group,
            });
        }
    }
    cells
}

/// The kind that the first cell of a row names.
pub fn label_kind(cx: &PageContext, label: ByteRange) -> Option<PermissionKind> {
    let text = cx.str(label);
    // A note may stand below the label.
    let words = text.split('<').next().unwrap_or_default().trim();
    let kind = cx.world.vocabulary.permission_kind(words);
    kind.filter(|_| !is_workload(text))
}

/// Whether the first cell of a row names a workload, indented below a kind of sign-in.
pub fn is_workload(label: &str) -> bool {
    label.contains("&nbsp;") || label.trim_start().starts_with("**") || label.contains('\u{a0}')
}

fn order(head: &str) -> Order {
    let head = head.to_ascii_lowercase();
    match (head.find("least"), head.find("most")) {
        (Some(least), Some(most)) if least < most => Order::Ascending,
        (Some(_), Some(_)) => Order::Descending,
        (Some(_), None) | (None, Some(_) | None) => Order::Unstated,
    }
}

/// The places of the names in a cell.
pub fn names_in(cx: &PageContext, cell: ByteRange) -> Vec<ByteRange> {
    let names = facts::permission_names(cx.str(cell));
    names.map(|name| cx.range_of(name)).collect()
}

/// Whether a cell is a plain list: names with commas between and nothing else.
pub fn is_plain_list(cx: &PageContext, cell: ByteRange) -> bool {
    let items = cx.str(cell).trim_end_matches('.').split(',').map(str::trim);
    let is_name = |item: &str| {
        let mut names = facts::permission_names(item);
        names.next() == Some(item) && names.next().is_none()
    };
    items.into_iter().all(is_name)
}

/// The permissions to read and to write the same, where they stand the wrong way round for an order.
pub fn misplaced(
    cx: &PageContext,
    names: &[ByteRange],
    order: Order,
) -> Vec<(ByteRange, ByteRange)> {
    let mut pairs = Vec::new();
    for (index, &first) in names.iter().enumerate() {
        let behind = names.get(index + 1..).unwrap_or_default();
        let is_misplaced = |second: &&ByteRange| {
            let (first, second) = (cx.str(first), cx.str(**second));
            match order {
                Order::Ascending => is_more_privileged(first, second),
                Order::Descending => is_more_privileged(second, first),
                Order::Unstated => false,
            }
        };
        let second = behind.iter().find(is_misplaced);
        pairs.extend(second.map(|&second| (first, second)));
    }
    pairs
}

/// Whether one name is another with `ReadWrite` for `Read`.
fn is_more_privileged(more: &str, less: &str) -> bool {
    let Some((before, behind)) = more.split_once(".ReadWrite") else {
        return false;
    };
    let rest = less
        .strip_prefix(before)
        .and_then(|rest| rest.strip_prefix(".Read"));
    rest == Some(behind)
}
