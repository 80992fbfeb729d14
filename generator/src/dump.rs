//! What each stage sees, as text for people, for scripts and for snapshots: one thing on a line, with its place.
//!
//! Comes in: a [`Compilation`] and, if only one page is wanted, its path. Goes out: text. Nothing is computed here that
//! a stage has not already told.

use std::fmt::Write;

use crate::{
    Compilation,
    docs::Role,
    sections::{Block, Page, Section},
};

mod api;
mod claim;
mod coverage;

pub use api::api;
pub use coverage::{Coverage, PageCoverage, coverage};

/// The longest excerpt of a text, in characters.
const EXCERPT: usize = 60;

/// Headings, tables, code blocks and texts of the pages.
pub fn sections(compilation: &Compilation, page: Option<&str>) -> String {
    let mut out = String::new();
    for (_, page) in chosen(compilation, page) {
        let _ = writeln!(out, "{}", page.path);
        for section in &page.sections {
            dump_section(page, section, &mut out);
        }
    }
    out
}

fn dump_section(page: &Page, section: &Section, out: &mut String) {
    if section.level > 0 {
        let marks = "#".repeat(usize::from(section.level));
        let _ = writeln!(
            out,
            "{:>5} {marks} {}",
            page.line(section.title),
            page.str(section.title)
        );
    }
    for block in &section.blocks {
        match block {
            Block::Text(range) => {
                let _ = writeln!(
                    out,
                    "{:>5}   text: {}",
                    page.line(*range),
                    excerpt(page.str(*range))
                );
            }
            Block::Table(table) => {
                let heads: Vec<_> = table.header.iter().map(|&cell| page.str(cell)).collect();
                let _ = writeln!(
                    out,
                    "{:>5}   table: {}",
                    page.line(table.range),
                    heads.join(" | ")
                );
                for row in &table.rows {
                    let cells: Vec<_> = row
                        .cells
                        .iter()
                        .map(|&cell| excerpt(page.str(cell)))
                        .collect();
                    let _ = writeln!(out, "{:>5}     {}", page.line(row.range), cells.join(" | "));
                }
            }
            Block::Code(code) => {
                let note = if code.annotation.is_some() {
                    ", annotated"
                } else {
                    ""
                };
                let tab = code
                    .tab
                    .map(|tab| format!(", tab {}", page.str(tab)))
                    .unwrap_or_default();
                let lines = page.str(code.body).lines().count();
                let info = page.str(code.info);
                let _ = writeln!(
                    out,
                    "{:>5}   code: {info} of {lines} lines{note}{tab}",
                    page.line(code.range)
                );
            }
            Block::Html(range) => {
                let _ = writeln!(
                    out,
                    "{:>5}   html: {}",
                    page.line(*range),
                    excerpt(page.str(*range))
                );
            }
            Block::Include(link) => {
                if let Some(link) = page.links.get(*link) {
                    let _ = writeln!(
                        out,
                        "{:>5}   include: {}",
                        page.line(link.range),
                        link.target
                    );
                }
            }
        }
    }
}

/// What each page claims, one claim on a line.
pub fn facts(compilation: &Compilation, page: Option<&str>) -> String {
    let mut out = String::new();
    for (at, _) in chosen(compilation, page) {
        for fact in &compilation.facts[at].facts {
            let place = place(compilation, fact.page.index(), fact.at);
            let _ = writeln!(out, "{place}  {}", fact.claim);
        }
        for left in &compilation.facts[at].leftovers {
            let place = place(compilation, left.page.index(), left.at);
            let _ = writeln!(out, "{place}  left {}: {}", left.what, left.why);
        }
    }
    out
}

fn place(compilation: &Compilation, page: usize, range: crate::span::ByteRange) -> String {
    let page = &compilation.pages[page].1;
    format!("{}:{}", page.path, page.line(range))
}

/// The pages to dump, with their positions: the one that is asked for, or all that are no includes.
fn chosen<'a>(
    compilation: &'a Compilation,
    wanted: Option<&'a str>,
) -> impl Iterator<Item = (usize, &'a Page)> {
    let pages = compilation.pages.iter().enumerate();
    pages.filter_map(move |(at, (role, page))| {
        let chosen = wanted.map_or(*role == Role::Page, |wanted| *page.path == *wanted);
        chosen.then_some((at, page))
    })
}

/// The beginning of a text on one line.
fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
