//! Where links lead: to a page, to another file of the repository, or to nothing.
//!
//! Comes in: the links of a page, and the names of all files of the repository. Goes out: a [`Destination`] for each link.
//! Invariant: a file is there only if its name is the same to the case, as it has to be for a build that does not run on
//! Windows.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

use super::page::PageContext;
use crate::{facts, facts::PageId, sections::Link, span::ByteRange};

/// The names of all files of a docs repository, from its root, with `/`.
#[derive(Debug, Default)]
pub struct Repository {
    /// By lower-cased path.
    files: HashMap<String, Box<str>>,
    folders: HashSet<Box<str>>,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Out of what can be checked: a site, a mail address, a tab, a snippet that was not fetched.
    Elsewhere,
    /// To a path of the site that ends like a source file: `/concepts/permissions-reference.md`.
    SourceOnSite,
    /// To a page of the same version.
    Page(PageId),
    /// To another file.
    File,
    /// To a file whose name, told from the root, is written in another case.
    OtherCase(Box<str>),
    /// To no file; the path from the root.
    Missing(Box<str>),
    /// Above the root.
    Outside,
}

impl Repository {
    /// Lists the files below a folder; nothing if it cannot be read.
    pub(super) fn read(root: &Path) -> Self {
        let mut repository = Self::default();
        repository.list(root, "");
        repository
    }

    fn list(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let path = format!("{prefix}{name}");
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.list(&entry.path(), &format!("{path}/"));
                self.folders.insert(path.into());
            } else {
                self.files.insert(path.to_ascii_lowercase(), path.into());
            }
        }
    }

    /// The file with this path in whatever case.
    pub fn find(&self, path: &str) -> Option<&str> {
        self.files.get(&path.to_ascii_lowercase()).map(|it| &**it)
    }

    /// Whether there is such a folder.
    pub fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// The names of the files that lie right in a folder.
    pub fn names_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.values().filter_map(move |path| {
            let (of, name) = path.rsplit_once('/').unwrap_or(("", path));
            (of == folder).then_some(name)
        })
    }
}

/// Where the links of a page lead, in their order.
pub(super) fn destinations(cx: &PageContext) -> Vec<Destination> {
    let links = cx.page.links.iter();
    links.map(|link| destination(cx, link)).collect()
}

fn destination(cx: &PageContext, link: &Link) -> Destination {
    let target = path_of(&link.target);
    if target.is_empty() {
        return Destination::Page(cx.id);
    }
    if let Some(path) = target.strip_prefix('/') {
        return if is_page(path) {
            Destination::SourceOnSite
        } else {
            Destination::Elsewhere
        };
    }
    if !is_path(target) {
        return Destination::Elsewhere;
    }
    let path = facts::join(&cx.page.path, target);
    match cx.version.page_by_path(&path) {
        Some(page) => Destination::Page(page),
        None => beyond(cx, &path),
    }
}

/// The path of a target, without query and fragment.
fn path_of(target: &str) -> &str {
    let end = memchr::memchr2(b'#', b'?', target.as_bytes());
    end.map_or(target, |end| &target[..end])
}

/// The fragment of a target, if it names a heading.
pub fn fragment_of(target: &str) -> Option<&str> {
    let (_, fragment) = target.split_once('#')?;
    let is_heading = !fragment.is_empty() && !fragment.contains('/');
    is_heading.then_some(fragment)
}

/// Whether a path ends like that of a page.
pub fn is_page(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

/// Whether a target is a path in the repository: no URL, and no path of another repository (`~/`).
fn is_path(target: &str) -> bool {
    !target.starts_with('~') && !target.contains(':')
}

/// Where a path below the version's folder leads that is none of its pages.
fn beyond(cx: &PageContext, path: &str) -> Destination {
    let Some(path) = from_root(cx, path) else {
        return Destination::Elsewhere;
    };
    if path.starts_with("..") {
        return Destination::Outside;
    }
    let repository = cx.world.repository();
    match repository.find(&path) {
        Some(known) if known == path => Destination::File,
        Some(known) => Destination::OtherCase(known.into()),
        None if is_unfetched_snippet(repository, &path) => Destination::Elsewhere,
        None if is_in_unfetched_folder(repository, &path) => Destination::Elsewhere,
        // A folder has a page of its own on the site.
        None if repository.has_folder(path.trim_end_matches('/')) => Destination::File,
        None => Destination::Missing(path.into()),
    }
}

/// A path below the version's folder as one below the root.
fn from_root(cx: &PageContext, path: &str) -> Option<String> {
    let page = cx.version.page_from_root.as_ref()?;
    Some(facts::join(page, path))
}

/// Of a folder that holds other folders and no page, a copy of the documents has not all.
fn is_in_unfetched_folder(repository: &Repository, path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    is_page(path) && repository.has_folder(folder) && !repository.names_in(folder).any(is_page)
}

/// Samples of code are generated; a copy of the documents without any of them is no worse for it.
fn is_unfetched_snippet(repository: &Repository, path: &str) -> bool {
    path.find("/snippets/")
        .is_some_and(|at| !repository.has_folder(&path[..at + "/snippets".len()]))
}

/// The place of a link's path in the text of its page: in the link, or in the definition that it names.
fn path_at(cx: &PageContext, link: &Link) -> Option<ByteRange> {
    let path = path_of(&link.target);
    let behind_text = ByteRange {
        start: link.text.end.max(link.range.start),
        end: link.range.end,
    };
    let text = cx.str(behind_text);
    let target = match text.find("](") {
        Some(open) => &text[open + 2..],
        None => definition(cx, label(cx.str(link.range))?)?,
    };
    let at = target.find(path)?;
    Some(cx.range_of(&target[at..at + path.len()]))
}

/// A link and where it leads.
#[derive(Clone, Copy, Debug)]
pub struct Leading<'c, 'p> {
    /// The link.
    pub link: &'p Link,
    /// Where it leads.
    pub destination: &'c Destination,
    /// The place of its path, if that is to be found.
    pub path: Option<ByteRange>,
}

impl Leading<'_, '_> {
    /// The place of the path, else of the link.
    pub fn at(&self) -> ByteRange {
        self.path.unwrap_or(self.link.range)
    }
}

/// The links that lead to certain destinations. Of several that name one definition it is the first.
pub fn leading<'c, 'p>(
    cx: &'c PageContext<'p, '_>,
    is_meant: impl Fn(&Destination) -> bool,
) -> Vec<Leading<'c, 'p>> {
    let mut seen = HashSet::new();
    let links = cx.page.links.iter().zip(cx.destinations());
    links
        .filter(|(_, destination)| is_meant(destination))
        .map(|(link, destination)| Leading {
            link,
            destination,
            path: path_at(cx, link),
        })
        .filter(|it| seen.insert(it.at()))
        .collect()
}

/// The label in a link that names a definition: `[text][label]`, `[label][]` or `[label]`.
fn label(link: &str) -> Option<&str> {
    let link = link.strip_suffix("[]").unwrap_or(link);
    let inner = link.strip_suffix(']')?;
    inner.rsplit_once('[').map(|(_, label)| label)
}

/// What stands behind a label where it is defined: `[label]: target` (CommonMark 0.31, section 4.7).
fn definition<'p>(cx: &PageContext<'p, '_>, label: &str) -> Option<&'p str> {
    cx.page.text.lines().find_map(|line| {
        let (defined, target) = line.trim_start().strip_prefix('[')?.split_once("]:")?;
        defined.eq_ignore_ascii_case(label).then_some(target)
    })
}

/// A written path with the case of a file's, told from the root.
pub fn respelled(written: &str, right: &str) -> String {
    let mut segments: Vec<&str> = written.split('/').collect();
    for (segment, right) in segments.iter_mut().rev().zip(right.rsplit('/')) {
        if !segment.eq_ignore_ascii_case(right) {
            break;
        }
        *segment = right;
    }
    segments.join("/")
}
