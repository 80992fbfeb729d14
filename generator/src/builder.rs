//! Compiling documents from a build script.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), docwright::builder::Error> {
//!     docwright::Builder::new().docs("docs").module("graph").compile()
//! }
//! ```
//!
//! ```ignore
//! // src/lib.rs or src/main.rs
//! include!(concat!(env!("OUT_DIR"), "/graph.rs"));
//! ```
//!
//! Comes in: a folder of documents and the path of a module. Goes out: that module below `OUT_DIR`, and the lines that
//! tell cargo when to run the script again. The module needs the dependencies that a generated crate has; those that
//! the manifest of the package lacks are named in a warning.
//! Invariant: a file whose content is right is not touched, so that an unchanged document costs no compilation.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{
    compile, config::Config, docs::DocsTree, emit::Files, generate, ir::ApiVersion, writer,
};

/// Where the manifest of the generated crate names its dependencies.
const DEPENDENCIES: &str = "dependencies";

/// Compiles documents to a module of the package whose build script this is.
#[derive(Clone, Debug)]
pub struct Builder {
    docs: PathBuf,
    api_version: Option<ApiVersion>,
    config: Option<PathBuf>,
    module: String,
    out_dir: Option<PathBuf>,
}

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The documents cannot be read.
    #[error(transparent)]
    Docs(#[from] crate::docs::Error),
    /// The settings cannot be read.
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    /// The module cannot be written.
    #[error(transparent)]
    Writer(#[from] writer::Error),
    /// The documents describe more than one version.
    #[error(
        "`{0}` has pages of several versions, and a module has one; choose with `Builder::api_version`"
    )]
    SeveralVersions(PathBuf),
    /// No module can have this path.
    #[error("`{0}` is no path of a module; expected a name like `graph`, or `parent::graph`")]
    Module(String),
    /// Not in a build script.
    #[error("`OUT_DIR` is not set: call this from a build script, or set `Builder::out_dir`")]
    NoOutDir,
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// A module `graph` from the folder `docs` beside the manifest.
    pub fn new() -> Self {
        Self {
            docs: PathBuf::from("docs"),
            api_version: None,
            config: None,
            module: "graph".to_owned(),
            out_dir: None,
        }
    }

    /// The folder of the documents: anything that [`DocsTree::read`] takes.
    #[must_use]
    pub fn docs(mut self, folder: impl Into<PathBuf>) -> Self {
        self.docs = folder.into();
        self
    }

    /// The version to compile, where the folder has several.
    #[must_use]
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.api_version = Some(version);
        self
    }

    /// The settings, if they are not in the `docwright.toml` of the folder.
    #[must_use]
    pub fn config(mut self, file: impl Into<PathBuf>) -> Self {
        self.config = Some(file.into());
        self
    }

    /// The path from the root of the crate to the module that [`compile`](Self::compile) writes: `graph`, or
    /// `clients::graph` if the `include!` stands in a module `clients`.
    #[must_use]
    pub fn module(mut self, path: impl Into<String>) -> Self {
        self.module = path.into();
        self
    }

    /// The folder to write to, if it is not cargo's `OUT_DIR`.
    #[must_use]
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Writes `NAME.rs`, the file to include, and the folder `NAME` with what it is made of; `NAME` is the last part of
    /// the module's path.
    pub fn compile(self) -> Result<(), Error> {
        let name = module_name(&self.module)?;
        let out_dir = match self.out_dir {
            Some(folder) => folder,
            None => env::var_os("OUT_DIR")
                .map(PathBuf::from)
                .ok_or(Error::NoOutDir)?,
        };
        for path in [Some(self.docs.as_path()), self.config.as_deref()]
            .into_iter()
            .flatten()
        {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        let config = Config::load(self.config.as_deref(), &self.docs)?;
        let tree = DocsTree::read(&self.docs, self.api_version)?;
        let mut versions = tree.versions.into_values();
        let (Some(docs), None) = (versions.next(), versions.next()) else {
            return Err(Error::SeveralVersions(self.docs));
        };
        let compilation = compile(docs, &config.vocabulary);
        let files = generate::rust(&[compilation], generate::DEFAULT_CRATE_NAME);
        for line in missing_dependencies(&files) {
            println!("cargo::warning=the generated module needs this dependency: {line}");
        }
        writer::write(&out_dir.join(name), &module_files(files, &self.module))?;
        let entry = format!(
            "// @generated by docwright. Do not edit.\n#[path = \"{name}/mod.rs\"]\npub mod {name};\n"
        );
        writer::write_file(&out_dir.join(format!("{name}.rs")), &entry)?;
        Ok(())
    }
}

/// The last part of a module's path.
fn module_name(path: &str) -> Result<&str, Error> {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let parts: Vec<_> = path.split("::").collect();
    match parts.last() {
        Some(name) if parts.iter().all(|part| is_name(part)) => Ok(name),
        _ => Err(Error::Module(path.to_owned())),
    }
}

/// The source files of a crate as the files of the module `path` of another one.
fn module_files(files: Files, path: &str) -> Files {
    let sources = files.into_iter().filter_map(|(file, text)| {
        let file = file.strip_prefix("src/")?;
        let file = if file == "lib.rs" { "mod.rs" } else { file };
        Some((file.to_owned(), rebase(&text, path)))
    });
    sources.collect()
}

/// Makes every path that begins at the root of the crate begin at the module `root` of it.
fn rebase(text: &str, root: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(at) = rest.find("crate::") {
        let (before, after) = rest.split_at(at + "crate::".len());
        out.push_str(before);
        let is_word = !before[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if is_word {
            out.push_str(root);
            out.push_str("::");
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The lines of the generated manifest for dependencies that the package at hand does not have.
fn missing_dependencies(files: &Files) -> Vec<String> {
    let wanted = files
        .get("Cargo.toml")
        .map(|text| dependencies(text))
        .unwrap_or_default();
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").map(|folder| Path::new(&folder).join("Cargo.toml"));
    let Some(text) = manifest.and_then(|path| fs::read_to_string(path).ok()) else {
        return Vec::new();
    };
    let present = dependencies(&text);
    wanted
        .into_iter()
        .filter(|(name, _)| !present.contains_key(name))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect()
}

fn dependencies(manifest: &str) -> toml::Table {
    let table: toml::Table = manifest.parse().unwrap_or_default();
    table
        .get(DEPENDENCIES)
        .and_then(toml::Value::as_table)
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_module() {
        let text = "use crate::models; macro_rules! m { () => { $crate::runtime::X } } mycrate::y";
        let expected = "use crate::a::b::models; macro_rules! m { () => { $crate::a::b::runtime::X } } mycrate::y";
        assert_eq!(rebase(text, "a::b"), expected);
    }

    #[test]
    fn modules_have_lower_case_names() {
        assert_eq!(module_name("graph").unwrap(), "graph");
        assert_eq!(module_name("clients::graph_beta").unwrap(), "graph_beta");
        for path in ["", "Graph", "a::", "a.b", "crate::1", "a-b"] {
            assert!(module_name(path).is_err(), "{path}");
        }
    }

    #[test]
    fn the_crate_becomes_a_module() {
        let files = Files::from(
            ["Cargo.toml", "src/lib.rs", "src/models/user.rs"]
                .map(|path| (path.to_owned(), "crate::x".to_owned())),
        );
        let paths = module_files(files, "graph");
        assert_eq!(
            paths.into_iter().collect::<Vec<_>>(),
            [
                ("mod.rs", "crate::graph::x"),
                ("models/user.rs", "crate::graph::x")
            ]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
    }

    #[test]
    fn dependencies_of_the_generated_crate_are_found() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\nserde = \"1\"\ntime = { version = \"0.3\", default-features = false }\n";
        let lines: Vec<_> = dependencies(manifest)
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        assert_eq!(
            lines,
            [
                "serde = \"1\"",
                "time = { default-features = false, version = \"0.3\" }"
            ]
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let builder = || {
            Builder::new()
                .docs(folder.path().join("none"))
                .out_dir(folder.path())
        };
        assert!(
            builder()
                .compile()
                .unwrap_err()
                .to_string()
                .contains("none")
        );
        assert!(
            builder()
                .module("No Module")
                .compile()
                .unwrap_err()
                .to_string()
                .contains("`No Module`")
        );
    }
}
