//! What lies ready while somebody types: everything as it was compiled last, and the pages that are open as they are now.
//!
//! Comes in: a compiled subject and its findings, then new texts. Goes out: the findings of a page as it is now.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    docs::Role,
    facts::{PageFacts, PageId, Reader},
    lint::{Check, Finding, World, files::FileId, page::PageContext, run, settings::Settings},
    sections::{self, Page},
    span::ByteRange,
};

/// A compiled subject, and the pages that are open.
pub(super) struct Desk<'a> {
    pub(super) world: World<'a>,
    settings: &'a Settings,
    readers: Vec<Reader<'a>>,
    pages: HashMap<PathBuf, PageAt>,
    /// What rules found that look at more than a page, by file.
    wholes: HashMap<FileId, Vec<&'a Finding>>,
    now: HashMap<FileId, Now>,
}

/// Where a page is.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageAt {
    /// The position of its version.
    pub(super) version: usize,
    pub(super) id: PageId,
    pub(super) role: Role,
    pub(super) file: FileId,
}

/// A page as it is now.
pub(super) struct Now {
    pub(super) page: Page,
    pub(super) facts: PageFacts,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(world: World<'a>, settings: &'a Settings, findings: &'a [Finding]) -> Self {
        let mut pages = HashMap::new();
        for (at, version) in world.versions.iter().enumerate() {
            for (index, (role, _)) in version.compilation.pages.iter().enumerate() {
                let id = PageId(index as u32);
                let file = version.file(id);
                let page = PageAt {
                    version: at,
                    id,
                    role: *role,
                    file,
                };
                pages.insert(world.files.get(file).location.clone(), page);
            }
        }
        let mut wholes: HashMap<FileId, Vec<&Finding>> = HashMap::new();
        for finding in findings {
            if !matches!(finding.rule.check, Check::Page(_) | Check::Run) {
                wholes
                    .entry(finding.primary.file)
                    .or_default()
                    .push(finding);
            }
        }
        let versions = world.versions.iter();
        let readers = versions.map(|it| Reader::new(&it.compilation.pages, world.vocabulary));
        Self {
            readers: readers.collect(),
            world,
            settings,
            pages,
            wholes,
            now: HashMap::new(),
        }
    }

    /// The page that a file is.
    pub(super) fn page(&self, path: &Path) -> Option<PageAt> {
        self.pages.get(path).copied()
    }

    /// The page at a place as it is now, if it is open.
    pub(super) fn now(&self, at: PageAt) -> Option<&Now> {
        self.now.get(&at.file)
    }

    /// Reads a page as it is now, and checks it.
    pub(super) fn change(&mut self, at: PageAt, text: Arc<str>) {
        let version = &self.world.versions[at.version];
        let compiled = version.page(at.id);
        let others = self.wholes.get(&at.file).into_iter().flatten();
        let moved = others.filter_map(|finding| moved(finding, &compiled.text, &text));
        let moved: Vec<Finding> = moved.collect();
        let page = sections::parse(compiled.path.clone(), text.clone());
        let facts = self.readers[at.version].page(at.id, &page);
        self.world.files.set_text(at.file, text);
        let version = &self.world.versions[at.version];
        let cx = PageContext::new(&self.world, version, at.id, (at.role, &page), &facts);
        let findings = run::run_page(&cx, self.settings, moved);
        let now = Now {
            page,
            facts,
            findings,
        };
        self.now.insert(at.file, now);
    }

    /// The page is no longer open.
    pub(super) fn close(&mut self, at: PageAt) {
        self.now.remove(&at.file);
        let text = self.world.versions[at.version].page(at.id).text.clone();
        self.world.files.set_text(at.file, text);
    }
}

/// A finding where its place is in a newer text; nothing, if its place itself changed.
fn moved(finding: &Finding, old: &str, new: &str) -> Option<Finding> {
    let same = |(a, b): &(u8, u8)| a == b;
    let before = old.bytes().zip(new.bytes()).take_while(same).count();
    let shorter = old.len().min(new.len()) - before;
    let ends = old.bytes().rev().zip(new.bytes().rev());
    let after = ends.take(shorter).take_while(same).count();
    let at = finding.primary.at;
    let moved = if (at.end as usize) <= before {
        at
    } else if at.start as usize >= old.len() - after {
        let from_end = |offset: u32| new.len() - (old.len() - offset as usize);
        ByteRange::new(from_end(at.start), from_end(at.end))
    } else {
        return None;
    };
    let mut finding = finding.clone();
    finding.primary.at = moved;
    // What it would change was read in the old text.
    finding.fix = finding
        .fix
        .filter(|_| moved == at && new.len() == old.len());
    Some(finding)
}
