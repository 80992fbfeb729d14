//! The documents: the pages of a reference, read from a folder or given as texts.
//!
//! Comes in: a folder (the root of a docs repository, its `api-reference`, one version's folder, or any folder with
//! pages in it) or texts. Goes out: [`Docs`], one for each version.
//! Invariant: pages are sorted by path, and reading is the only stage that can fail. A page that cannot be read does
//! not fail it: it stays in [`Docs`] with its [`Problem`].

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;

use crate::ir::ApiVersion;

/// Pages above this size are not read: 32 MiB, a hundred times the largest real one.
pub const PAGE_LIMIT: u64 = 32 << 20;

/// The pages of one version of a reference.
#[derive(Clone, Debug, Default)]
pub struct Docs {
    /// Which version they describe.
    pub version: ApiVersion,
    /// Pages and include files, by path.
    pub pages: Vec<Document>,
    /// The metadata document of the service, if it is known.
    pub metadata: Option<MetadataFile>,
}

/// A metadata document: CSDL as XML.
#[derive(Clone, Debug)]
pub struct MetadataFile {
    /// Its path as it was given.
    pub path: Arc<str>,
    /// Its text without a byte order mark.
    pub text: Arc<str>,
}

/// One Markdown file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Path below the version's folder, with `/`: `resources/user.md`; shared includes begin with `../`.
    pub path: Arc<str>,
    /// Its text without a byte order mark; empty if there is a problem that left none.
    pub text: Arc<str>,
    /// Whether it is a page of its own, or text for other pages to include.
    pub role: Role,
    /// Why the text is not what the file holds.
    pub problem: Option<Problem>,
}

/// What a Markdown file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A page.
    Page,
    /// A file of an `includes` folder.
    Include,
}

/// Why a file could not be read as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The operating system refused; its message.
    Unreadable(String),
    /// Not UTF-8 from this byte on; what could not be read is replaced.
    NotUtf8 {
        /// Offset of the first bad byte.
        offset: usize,
    },
    /// Larger than [`PAGE_LIMIT`], so not read.
    TooLarge {
        /// Size in bytes.
        size: u64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(message) => write!(f, "cannot be read: {message}"),
            Self::NotUtf8 { offset } => {
                write!(f, "is not UTF-8 from byte {offset} on; save it as UTF-8")
            }
            Self::TooLarge { size } => {
                write!(
                    f,
                    "has {} MiB, more than the {} MiB that a page may have",
                    size >> 20,
                    PAGE_LIMIT >> 20
                )
            }
        }
    }
}

/// Why no documents could be read at all.
#[derive(Debug)]
pub enum Error {
    /// The folder is not there or cannot be listed.
    Folder {
        /// The folder asked for.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// There is no page below the folder.
    NoPages {
        /// The folder asked for.
        path: PathBuf,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { path, source } if source.kind() == io::ErrorKind::NotFound => {
                write!(f, "{}: no such folder", path.display())
            }
            Self::Folder { path, source } => write!(f, "{}: {source}", path.display()),
            Self::NoPages { path } => write!(
                f,
                "{}: no reference pages here; give the root of a docs repository, its `api-reference` folder, \
                 a version's folder with `api` and `resources` in it, or any folder with .md files",
                path.display()
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder { source, .. } => Some(source),
            Self::NoPages { .. } => None,
        }
    }
}

/// So many pages in a row are one thread's at most, so that all threads come to an end at the same time.
pub(crate) const PAGES_AT_ONCE: usize = 32;

impl Docs {
    /// Documents from texts, for tests and for callers that have no folder. Paths are below the version's folder;
    /// those below an `includes` folder are includes.
    pub fn from_texts<P: Into<Arc<str>>, T: Into<Arc<str>>>(
        version: ApiVersion,
        texts: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        let mut pages: Vec<_> = texts
            .into_iter()
            .map(|(path, text)| {
                let path: Arc<str> = path.into();
                Document {
                    role: role(&path),
                    path,
                    text: text.into(),
                    problem: None,
                }
            })
            .collect();
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        Self {
            version,
            pages,
            metadata: None,
        }
    }

    /// Size of all texts in bytes.
    pub fn bytes(&self) -> usize {
        self.pages.iter().map(|page| page.text.len()).sum()
    }
}

/// What one folder holds: one set of documents for each version.
#[derive(Clone, Debug, Default)]
pub struct DocsTree {
    /// The documents, stable version first.
    pub versions: BTreeMap<ApiVersion, Docs>,
    /// The folder that paths are below, per version.
    pub folders: BTreeMap<ApiVersion, PathBuf>,
}

impl DocsTree {
    /// Reads the documents below `root`; with `only`, those of that version alone.
    ///
    /// # Errors
    /// If the folder is missing or there is no page in it. A single unreadable page is no error, see [`Problem`].
    pub fn read(root: &Path, only: Option<ApiVersion>) -> Result<Self, Error> {
        let mut tree = Self::default();
        let mut folders = version_folders(root)?;
        folders.retain(|(version, _)| only.is_none() || version.is_none() || *version == only);
        let pages: Vec<_> = folders
            .par_iter()
            .map(|(_, folder)| read_folder(folder))
            .collect();
        for ((version, folder), pages) in folders.into_iter().zip(pages) {
            let version_is_known = version.is_some();
            let mut docs = Docs {
                version: version.or(only).unwrap_or_default(),
                pages: pages?,
                metadata: None,
            };
            if !docs.pages.iter().any(|page| page.role == Role::Page) {
                continue;
            }
            if !version_is_known && only.is_none() {
                docs.version = version_in_urls(&docs.pages);
            }
            tree.folders.insert(docs.version, folder);
            tree.versions.insert(docs.version, docs);
        }
        if tree.versions.is_empty() {
            Err(Error::NoPages {
                path: root.to_owned(),
            })
        } else {
            Ok(tree)
        }
    }
}

/// The folders to read, with their version where the folder's name tells it.
fn version_folders(root: &Path) -> Result<Vec<(Option<ApiVersion>, PathBuf)>, Error> {
    let failed = |source| Error::Folder {
        path: root.to_owned(),
        source,
    };
    let root = root.canonicalize().map_err(failed)?;
    fs::read_dir(&root).map_err(failed)?;
    let reference = if root.join("api-reference").is_dir() {
        root.join("api-reference")
    } else {
        root
    };
    let versions: Vec<_> = ApiVersion::ALL
        .into_iter()
        .map(|version| (Some(version), reference.join(version.as_str())))
        .filter(|(_, folder)| folder.is_dir())
        .collect();
    if !versions.is_empty() {
        return Ok(versions);
    }
    let named = reference
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(ApiVersion::from_segment);
    Ok(vec![(named, reference)])
}

/// Reads all Markdown files below a version's folder, and the shared includes beside it.
fn read_folder(folder: &Path) -> Result<Vec<Document>, Error> {
    let failed = |source| Error::Folder {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    list(folder, "", &mut files).map_err(failed)?;
    let shared = folder.join("../includes");
    if shared.is_dir() {
        list(&shared, "../includes/", &mut files).map_err(failed)?;
    }
    files.sort_unstable_by(|a, b| a.1.cmp(&b.1));
    Ok(files
        .into_par_iter()
        .map_init(Vec::new, |buffer, (file, path)| {
            read_document(&file, path, buffer)
        })
        .collect())
}

/// Collects the Markdown files below `folder` with their paths. Snippets of sample code are not part of the reference.
fn list(folder: &Path, prefix: &str, files: &mut Vec<(PathBuf, String)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if name != "snippets" && !name.starts_with('.') {
                list(&entry.path(), &format!("{prefix}{name}/"), files)?;
            }
        } else if Path::new(name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
        {
            files.push((entry.path(), format!("{prefix}{name}")));
        }
    }
    Ok(())
}

/// Reads one file; `buffer` is for the bytes, and is used again for the next one.
fn read_document(file: &Path, path: String, buffer: &mut Vec<u8>) -> Document {
    let (text, problem) = match read_text(file, buffer) {
        Ok(read) => read,
        Err(error) => ("".into(), Some(Problem::Unreadable(error.to_string()))),
    };
    Document {
        role: role(&path),
        path: path.into(),
        text: text.strip_prefix('\u{feff}').unwrap_or(&text).into(),
        problem,
    }
}

fn read_text<'b>(
    file: &Path,
    buffer: &'b mut Vec<u8>,
) -> io::Result<(Cow<'b, str>, Option<Problem>)> {
    let mut handle = fs::File::open(file)?;
    let size = handle.metadata()?.len();
    if size > PAGE_LIMIT {
        return Ok(("".into(), Some(Problem::TooLarge { size })));
    }
    buffer.clear();
    buffer.reserve(size as usize + 1);
    io::Read::read_to_end(&mut handle, buffer)?;
    Ok(match str::from_utf8(buffer) {
        Ok(text) => (text.into(), None),
        Err(error) => {
            let offset = error.valid_up_to();
            let text = String::from_utf8_lossy(buffer);
            (text, Some(Problem::NotUtf8 { offset }))
        }
    })
}

fn role(path: &str) -> Role {
    if path.split('/').any(|part| part == "includes") {
        Role::Include
    } else {
        Role::Page
    }
}

/// The version that most of the example URLs name, for folders whose name does not tell.
fn version_in_urls(pages: &[Document]) -> ApiVersion {
    let count = |url: &str| {
        pages
            .iter()
            .map(|page| page.text.matches(url).count())
            .sum::<usize>()
    };
    if count("graph.microsoft.com/beta") > count("graph.microsoft.com/v1.0") {
        ApiVersion::Beta
    } else {
        ApiVersion::V1_0
    }
}
