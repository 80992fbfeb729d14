//! Which documents a command is about.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use docwright::{
    config::Config,
    docs::{DocsTree, Problem},
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
    /// Read this version of the API only
    #[arg(long, value_name = "VERSION", value_parser = version_parser())]
    api_version: Option<ApiVersion>,
    /// Settings of the docs [default: `docwright.toml` in the docs folder]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The documents that were asked for.
pub(super) struct Input {
    /// The folder they are in.
    pub(super) folder: PathBuf,
    pub(super) config: Config,
    pub(super) tree: DocsTree,
}

fn version_parser() -> impl TypedValueParser<Value = ApiVersion> {
    PossibleValuesParser::new(ApiVersion::ALL.map(ApiVersion::as_str))
        .try_map(|name| ApiVersion::from_segment(&name).ok_or("no version of the API"))
}

impl Sources {
    /// Reads the settings and the documents; warns about each page that is not what its file holds.
    pub(super) fn read(&self) -> Result<Input, Failure> {
        let folder = match &self.docs {
            Some(folder) => folder.clone(),
            None => default_docs()?,
        };
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
        Ok(Input {
            folder,
            config,
            tree,
        })
    }
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
