use std::collections::{HashMap, HashSet};

use crate::{
    docs::Role,
    facts::{self, PageId, PageKind},
    lint::{
        files::FileId,
        finding::{Findings, Fix, Place, Severity},
        links,
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "LNK004",
    name: "toc-drift",
    severity: Severity::Error,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["OrphanedDocumentPage"],
    doc: include_str!("lnk004_toc_drift.md"),
    check: Check::Version(check),
};

/// An entry of a table of contents that leads to a file.
struct Entry<'a> {
    path: &'a str,
    at: ByteRange,
}

fn check(world: &World, version: &Version, out: &mut Findings) {
    let name = version.compilation.version;
    let contents = world.beside.contents.get(&name);
    let (Some(contents), Some(&file)) = (contents, world.beside_files.contents.get(&name)) else {
        return;
    };
    let Some(folder) = version.folder else {
        return;
    };
    // The table may lie in a folder of its own, and its paths are told from there.
    let own = contents.path.strip_prefix(folder).ok();
    let own = own.map(|path| path.to_string_lossy().replace('\\', "/"));
    let base = own.unwrap_or_default();
    let mut listed = HashSet::new();
    for entry in entries(&contents.text) {
        // A path from the root is one from the folder of the version.
        let path = match entry.path.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None => facts::join(&base, entry.path),
        };
        match version.page_by_path(&path) {
            Some(page) => {
                listed.insert(page);
            }
            None => listed.extend(check_entry(version, file, &entry, &path, out)),
        }
    }
    if !listed.is_empty() {
        check_unlisted(version, file, &listed, out);
    }
}

/// The entries that lead to files of the reference.
fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    text.split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .filter_map(|(start, line)| {
            let (_, value) = line.split_once("href:")?;
            let value = value.trim().trim_matches(['"', '\'']);
            let end = value.find(['?', '#']).unwrap_or(value.len());
            let path = &value[..end];
            let is_file = links::is_page(path) && !path.contains(':');
            let at = start + line.find(path)?;
            is_file.then(|| Entry {
                path,
                at: ByteRange::new(at, at + path.len()),
            })
        })
}

/// Tells an entry that leads to no page; the page that it leads to in another case.
fn check_entry(
    version: &Version,
    file: FileId,
    entry: &Entry,
    path: &str,
    out: &mut Findings,
) -> Option<PageId> {
    let mut pages = version.compilation.pages.iter();
    let at = pages.position(|(_, page)| page.path.eq_ignore_ascii_case(path));
    let place = Place::new(file, entry.at, "");
    let Some(at) = at else {
        if path.starts_with("..") {
            return None;
        }
        out.tell(
            place,
            format!("the table of contents lists `{path}`, which is no page"),
        )
        .symbol(format!("toc.yml:{}", entry.path))
        .help("take the entry out, or name the page that took its place");
        return None;
    };
    let (_, page) = &version.compilation.pages[at];
    let text = links::respelled(entry.path, &page.path);
    let message = format!(
        "the table of contents lists `{path}`, the page is `{}`",
        page.path
    );
    out.tell(place.clone(), message)
        .severity(Severity::Warning)
        .symbol(format!("toc.yml:{}", entry.path))
        .fix(Fix::safe(
            format!("list `{text}`"),
            Fix::replace(&place, text),
        ));
    Some(PageId(at as u32))
}

/// Tells operations that are not listed, and other pages that nothing leads to at all.
fn check_unlisted(version: &Version, file: FileId, listed: &HashSet<PageId>, out: &mut Findings) {
    // Names are compared without case; the case of a link is LNK002's to tell.
    let mut linked: HashMap<String, bool> = HashMap::new();
    let pages = || version.compilation.pages.iter().enumerate();
    let unlisted: Vec<_> = pages()
        .map(|(at, (role, page))| (PageId(at as u32), *role, page))
        .filter(|(id, role, _)| *role == Role::Page && !listed.contains(id))
        .collect();
    for (_, _, page) in &unlisted {
        linked.insert(file_name(&page.path).to_ascii_lowercase(), false);
    }
    for (_, page) in &version.compilation.pages {
        for link in &page.links {
            let name = file_name(&link.target);
            let is_own = name == file_name(&page.path);
            let entry = linked.get_mut(&name.to_ascii_lowercase());
            if let Some(is_linked) = entry.filter(|_| !is_own) {
                *is_linked = true;
            }
        }
    }
    for (id, _, page) in unlisted {
        let is_linked = linked
            .get(&file_name(&page.path).to_ascii_lowercase())
            .copied()
            .unwrap_or_default();
        let is_operation = version.facts()[id.index()].kind == PageKind::Operation;
        let (severity, message) = match (is_linked, is_operation) {
            (false, _) => (
                Severity::Warning,
                "no link and no table of contents leads to this page",
            ),
            (true, true) => (
                Severity::Info,
                "the table of contents does not list this operation",
            ),
            (true, false) => continue,
        };
        let title = page.sections.iter().find(|section| section.level == 1);
        let at = title.map(|section| section.title).unwrap_or_default();
        let beginning = ByteRange::new(0, 0);
        out.tell(version.at(id, at, ""), message)
            .severity(severity)
            .symbol(&*page.path)
            .related(Place::new(file, beginning, "the table of contents"));
    }
}

/// The last segment of a path, without query and fragment.
fn file_name(path: &str) -> &str {
    let end = memchr::memchr2(b'#', b'?', path.as_bytes());
    let path = end.map_or(path, |end| &path[..end]);
    let slash = memchr::memrchr2(b'/', b'\\', path.as_bytes());
    slash.map_or(path, |at| &path[at + 1..])
}
