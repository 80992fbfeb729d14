//! What lies beside the pages of a docs repository: permissions reference, tables of contents, change log, redirections,
//! and the names of all files.
//!
//! Comes in: the folders of a [`DocsTree`](crate::docs::DocsTree). Goes out: [`Beside`].
//! Invariant: what is missing or cannot be read is not there; rules that need it are silent then.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{ir::ApiVersion, pattern::Pattern};

/// A text file.
#[derive(Clone, Debug)]
pub struct TextFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its text without a byte order mark.
    pub text: Arc<str>,
}

/// What lies beside the pages.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The root of the docs repository: the folder above `api-reference`, or the folder with the pages.
    pub root: PathBuf,
    /// The page that lists all permissions: `concepts/permissions-reference.md`.
    pub permissions: Option<TextFile>,
    /// The table of contents of each version: `toc.yml`.
    pub contents: BTreeMap<ApiVersion, TextFile>,
    /// What was announced: `changelog/*.json`, by path.
    pub changelog: Vec<TextFile>,
    /// Links that begin so are not followed.
    pub ignored_links: Vec<String>,
    /// Which pages lead elsewhere: `.openpublishing.redirection.json`.
    pub redirections: Option<TextFile>,
    /// OpenAPI documents of the service.
    pub openapi: BTreeMap<ApiVersion, TextFile>,
    /// The files of a generated crate, by path.
    pub generated: Vec<TextFile>,
    /// Which part of the api the generated crate was asked to hold; everything if there are none.
    pub included: Vec<Pattern>,
}

impl Beside {
    /// Reads what lies beside these folders with pages.
    pub fn read(folders: &BTreeMap<ApiVersion, PathBuf>) -> Self {
        let Some(root) = folders.values().next().map(|folder| root(folder)) else {
            return Self::default();
        };
        let contents = folders.iter().filter_map(|(version, folder)| {
            let names = ["toc.yml", "toc/toc.yml"];
            let file = names.iter().find_map(|name| read(&folder.join(name)))?;
            Some((*version, file))
        });
        Self {
            permissions: read(&root.join("concepts/permissions-reference.md")),
            contents: contents.collect(),
            changelog: list(&root.join("changelog"), "json"),
            redirections: read(&root.join(".openpublishing.redirection.json")),
            ignored_links: Vec::new(),
            openapi: BTreeMap::new(),
            generated: Vec::new(),
            included: Vec::new(),
            root,
        }
    }
}

/// The root of the repository that a version's folder belongs to.
pub fn root(folder: &Path) -> PathBuf {
    let reference = folder
        .ancestors()
        .find(|it| it.file_name().is_some_and(|name| name == "api-reference"));
    match reference.and_then(Path::parent) {
        Some(root) => root.to_path_buf(),
        None => folder.to_path_buf(),
    }
}

/// A file, if it is there and its text is UTF-8.
pub fn read(path: &Path) -> Option<TextFile> {
    let text = fs::read_to_string(path).ok()?;
    Some(TextFile {
        path: path.to_path_buf(),
        text: text.strip_prefix('\u{feff}').unwrap_or(&text).into(),
    })
}

/// The files of a folder with this extension, by path.
fn list(folder: &Path, extension: &str) -> Vec<TextFile> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .collect();
    paths.sort();
    paths.iter().filter_map(|path| read(path)).collect()
}

/// The files of a generated crate: its manifest and its sources, by path.
pub fn crate_files(folder: &Path) -> Vec<TextFile> {
    let mut paths = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() && name != "target" {
                open.push(path);
            } else if name == "Cargo.toml" || path.extension().is_some_and(|it| it == "rs") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().filter_map(|path| read(path)).collect()
}
