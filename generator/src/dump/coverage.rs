//! Coverage: for each page what was read, and what was not and why; every row of every table is accounted for.

use std::fmt::Write;

use super::{chosen, place};
use crate::{
    Compilation,
    docs::Problem,
    facts::{LeftoverKind, PageFacts, PageId, PageKind},
    sections::{Page, Section},
    span::ByteRange,
};

/// How much of the documents was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Pages that gave at least one fact.
    pub pages_read: usize,
    /// Pages that were left as a whole, with a reason.
    pub pages_left: usize,
    /// Pages that gave no fact and no reason; always 0.
    pub pages_unaccounted: usize,
    /// What their tables add up to.
    pub rows: PageCoverage,
}

/// How much of the tables of one page was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCoverage {
    /// Rows that became facts.
    pub read: usize,
    /// Rows that tell nothing that the api holds: headings within tables, prose.
    pub prose: usize,
    /// Rows that should have told a fact and did not.
    pub unread: usize,
}

impl Coverage {
    /// Measures a compilation.
    pub fn of(compilation: &Compilation) -> Self {
        let mut total = Self::default();
        for (at, page) in chosen(compilation, None) {
            let facts = &compilation.facts[at];
            if !facts.facts.is_empty() {
                total.pages_read += 1;
            } else if !facts.leftovers.is_empty() {
                total.pages_left += 1;
            } else {
                total.pages_unaccounted += 1;
            }
            let rows = PageCoverage::of(PageId(at as u32), page, facts);
            total.rows.read += rows.read;
            total.rows.prose += rows.prose;
            total.rows.unread += rows.unread;
        }
        total
    }
}

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Read,
    Prose,
    /// Left with a reason that says that it should have been read.
    Left,
    /// Neither claimed nor left.
    Lost,
}

impl PageCoverage {
    fn of(id: PageId, page: &Page, facts: &PageFacts) -> Self {
        let mut out = Self::default();
        for (_, fate) in fates(id, page, facts) {
            match fate {
                Fate::Read => out.read += 1,
                Fate::Prose => out.prose += 1,
                Fate::Left | Fate::Lost => out.unread += 1,
            }
        }
        out
    }
}

/// What became of each row of a page.
fn fates(id: PageId, page: &Page, facts: &PageFacts) -> Vec<(ByteRange, Fate)> {
    let claims = facts.facts.iter().filter(|fact| fact.page == id);
    let mut claimed: Vec<ByteRange> = claims.map(|fact| fact.at).collect();
    claimed.sort_unstable();
    let left: Vec<_> = facts
        .leftovers
        .iter()
        .filter(|left| left.page == id)
        .collect();
    let whole_page =
        facts.kind == PageKind::Concept || left.iter().any(|left| left.what == LeftoverKind::Page);
    let rows = page
        .sections
        .iter()
        .flat_map(Section::tables)
        .flat_map(|table| &table.rows);
    rows.map(|row| {
        let first = claimed.partition_point(|claim| claim.start < row.range.start);
        let reason = left
            .iter()
            .find(|left| left.at.contains(row.range))
            .map(|left| left.what);
        let fate = match reason {
            _ if claimed
                .get(first)
                .is_some_and(|claim| claim.start < row.range.end) =>
            {
                Fate::Read
            }
            Some(LeftoverKind::Prose | LeftoverKind::GroupRow) => Fate::Prose,
            _ if whole_page => Fate::Prose,
            Some(_) => Fate::Left,
            None => Fate::Lost,
        };
        (row.range, fate)
    })
    .collect()
}

/// One line for each page, below it what was left; the sum at the end.
pub fn coverage(compilation: &Compilation, page: Option<&str>) -> String {
    let mut out = String::new();
    for (at, page) in chosen(compilation, page) {
        let problem = compilation.docs.pages[at].problem.as_ref();
        if let Some(problem @ (Problem::Unreadable(_) | Problem::TooLarge { .. })) = problem {
            let _ = writeln!(out, "{}: not read, it {problem}", page.path);
            continue;
        }
        let facts = &compilation.facts[at];
        let rows = PageCoverage::of(PageId(at as u32), page, facts);
        let _ = writeln!(
            out,
            "{}: {}, {} facts, {} rows read, {} of prose, {} unread",
            page.path,
            kind(facts.kind),
            facts.facts.len(),
            rows.read,
            rows.prose,
            rows.unread
        );
        for left in &facts.leftovers {
            let place = place(compilation, left.page.index(), left.at);
            let _ = writeln!(out, "  {place} left {}: {}", left.what, left.why);
        }
        for (range, _) in fates(PageId(at as u32), page, facts)
            .into_iter()
            .filter(|(_, fate)| *fate == Fate::Lost)
        {
            let _ = writeln!(out, "  {} lost row", place(compilation, at, range));
        }
    }
    if page.is_none() {
        let total = Coverage::of(compilation);
        let _ = writeln!(
            out,
            "total: {} pages read, {} left with a reason, {} unaccounted for; {} rows read, {} of prose, {} unread",
            total.pages_read,
            total.pages_left,
            total.pages_unaccounted,
            total.rows.read,
            total.rows.prose,
            total.rows.unread
        );
    }
    out
}

fn kind(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Resource => "resource",
        PageKind::Enumeration => "enumeration",
        PageKind::Operation => "operation",
        PageKind::Concept => "concept",
        PageKind::Include => "include",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compile, docs::Docs, ir::ApiVersion, vocabulary::Vocabulary};

    #[test]
    fn pages_that_could_not_be_read_say_why() {
        let texts = vec![("resources/a.md".to_owned(), String::new())];
        let mut docs = Docs::from_texts(ApiVersion::V1_0, texts);
        docs.pages[0].problem = Some(Problem::TooLarge { size: 99 << 20 });
        let report = coverage(&compile(docs, &Vocabulary::default()), None);
        let first = report.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("resources/a.md: not read, it has 99 MiB"),
            "{report}"
        );
    }
}
