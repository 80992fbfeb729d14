//! Which documents a command is about.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use docwright::{
    config::{self, Config},
    csdl,
    docs::{Docs, DocsTree, MetadataFile, Problem},
    ir::ApiVersion,
    suggest,
};

use super::{Failure, output::warn};

/// The folder that is used if none is given, here or in a folder above.
const DEFAULT_DOCS: &str = "docs-input";

/// Where documents come from.
#[derive(Args)]
#[command(next_help_heading = "Sources")]
pub(super) struct Sources {
    /// Root of a docs repository, an `api-reference` folder, the folder of one version, or any folder with pages
    /// [default: the nearest `docs-input`, here or in a folder above]
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    /// Metadata document of the service, CSDL as XML: its types win over those of the pages, and without `--docs` there are
    /// no pages; `v1.0=FILE` or `beta=FILE` where neither `--api-version` nor the path tells the version; may be given
    /// once for each version
    #[arg(long, value_name = "[VERSION=]FILE")]
    csdl: Vec<String>,
    /// Read this version of the API only
    #[arg(long, value_name = "VERSION", value_parser = version_parser())]
    pub(super) api_version: Option<ApiVersion>,
    /// Settings of the docs [default: `docwright.toml` in the docs folder]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The documents that were asked for.
pub(super) struct Input {
    /// The folder they are in; the metadata document, if there are no pages.
    pub(super) folder: PathBuf,
    pub(super) config: Config,
    /// The file of the settings, if there is one.
    pub(super) config_file: Option<PathBuf>,
    pub(super) tree: DocsTree,
}

fn version_parser() -> impl TypedValueParser<Value = ApiVersion> {
    PossibleValuesParser::new(ApiVersion::ALL.map(ApiVersion::as_str))
        .try_map(|name| ApiVersion::from_segment(&name).ok_or("no version of the API"))
}

impl Sources {
    /// Reads the settings and the documents; warns about each page that is not what its file holds.
    pub(super) fn read(&self) -> Result<Input, Failure> {
        self.with_metadata(|| match (&self.docs, self.csdl.first()) {
            (None, Some(first)) => self.no_pages(first),
            (Some(folder), _) => self.pages(folder.clone()),
            (None, None) => self.pages(default_docs()?),
        })
    }

    /// The same for an editor that has a folder open: its pages, unless the arguments name others.
    #[cfg(feature = "lsp")]
    pub(super) fn read_at(&self, root: Option<&Path>) -> Result<Input, Failure> {
        let folder = self.docs.as_deref().or(root).map(Path::to_path_buf);
        match folder {
            Some(folder) => self.with_metadata(|| self.pages(folder)),
            None => self.read(),
        }
    }

    /// Reads pages, and the metadata documents at the same time.
    fn with_metadata(
        &self,
        read: impl FnOnce() -> Result<Input, Failure> + Send,
    ) -> Result<Input, Failure> {
        let (input, metadata) = rayon::join(read, || self.metadata());
        let mut input = input?;
        for (version, file) in metadata? {
            let docs = input.tree.versions.entry(version).or_insert_with(|| Docs {
                version,
                ..Docs::default()
            });
            if docs.metadata.is_some() {
                return Err(
                    format!("two metadata documents for `{version}`; one version has one").into(),
                );
            }
            docs.metadata = Some(file);
        }
        Ok(input)
    }

    /// The metadata documents of the versions that were asked for.
    fn metadata(&self) -> Result<Vec<(ApiVersion, MetadataFile)>, Failure> {
        let mut out = Vec::new();
        for argument in &self.csdl {
            let (version, path) = self.version_of(argument)?;
            if self.api_version.is_some_and(|only| only != version) {
                continue;
            }
            out.push((version, read_metadata(path)?));
        }
        Ok(out)
    }

    /// The version and the path in a `--csdl` argument: the version before the `=`, else that of `--api-version`, else
    /// that of the last part of the path which is one.
    pub(super) fn version_of<'a>(
        &self,
        argument: &'a str,
    ) -> Result<(ApiVersion, &'a Path), Failure> {
        if let Some((version, path)) = argument.split_once('=')
            && let Some(version) = ApiVersion::from_segment(version)
        {
            return Ok((version, Path::new(path)));
        }
        let path = Path::new(argument);
        let parts = path.iter().rev().filter_map(|part| part.to_str());
        let told = parts.map(|part| {
            ApiVersion::from_segment(part)
                .or_else(|| ApiVersion::from_segment(part.rsplit_once('.')?.0))
        });
        match self.api_version.or_else(|| told.flatten().next()) {
            Some(version) => Ok((version, path)),
            None => Err(format!(
                "which version does `{argument}` describe? write `--csdl v1.0={argument}` or `--csdl beta={argument}`"
            )
            .into()),
        }
    }

    /// The settings that were named, and no pages.
    fn no_pages(&self, metadata: &str) -> Result<Input, Failure> {
        let config = match &self.config {
            Some(file) => Config::load(Some(file), Path::new(""))?,
            None => Config::default(),
        };
        Ok(Input {
            folder: PathBuf::from(metadata),
            config,
            config_file: self.config.clone(),
            tree: DocsTree::default(),
        })
    }

    fn pages(&self, folder: PathBuf) -> Result<Input, Failure> {
        let shown = folder.display();
        if !folder.exists() {
            return Err(format!("`{shown}` does not exist{}", neighbour_hint(&folder)).into());
        }
        if !folder.is_dir() {
            return Err(
                format!("`{shown}` is a file; `--docs` takes the folder that it is in").into(),
            );
        }
        let config = Config::load(self.config.as_deref(), &folder)?;
        let tree = DocsTree::read(&folder, self.api_version)?;
        warn_of_problems(&tree);
        let usual = folder.join(config::FILE_NAME);
        Ok(Input {
            config_file: self.config.clone().or(usual.is_file().then_some(usual)),
            folder,
            config,
            tree,
        })
    }
}

/// Reads one metadata document.
fn read_metadata(path: &Path) -> Result<MetadataFile, Failure> {
    let shown = path.display();
    let failed = |error: io::Error| format!("cannot read `{shown}`: {error}");
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > csdl::SIZE_LIMIT as u64 {
        let (size, limit) = (size >> 20, csdl::SIZE_LIMIT >> 20);
        return Err(format!(
            "`{shown}` has {size} MiB, more than the {limit} MiB that a metadata document may have"
        )
        .into());
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(MetadataFile {
        path: shown.to_string().into(),
        text: text.into(),
    })
}

/// The nearest `docs-input`.
fn default_docs() -> Result<PathBuf, Failure> {
    let here = env::current_dir()?;
    let found = here
        .ancestors()
        .map(|folder| folder.join(DEFAULT_DOCS))
        .find(|folder| folder.is_dir());
    found.ok_or_else(|| {
        format!("no documents: there is no folder `{DEFAULT_DOCS}` here or above; name one with `--docs DIR`")
            .into()
    })
}

/// The folder beside `missing` whose name is nearly the same.
fn neighbour_hint(missing: &Path) -> String {
    let parent = missing
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let (Some(name), Ok(entries)) = (missing.file_name(), fs::read_dir(parent)) else {
        return String::new();
    };
    let mut names: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    suggest::hint(&name.to_string_lossy(), names.iter().map(String::as_str))
}

fn warn_of_problems(tree: &DocsTree) {
    for (version, docs) in &tree.versions {
        for page in &docs.pages {
            let Some(problem) = &page.problem else {
                continue;
            };
            let path = tree
                .folders
                .get(version)
                .map_or_else(|| PathBuf::from(&*page.path), |root| root.join(&*page.path));
            let line = match problem {
                Problem::NotUtf8 { offset } => {
                    page.text
                        .bytes()
                        .take(*offset)
                        .filter(|&byte| byte == b'\n')
                        .count()
                        + 1
                }
                Problem::Unreadable(_) | Problem::TooLarge { .. } => 1,
            };
            warn(&format!("{}:{line}: the page {problem}", path.display()));
        }
    }
}
