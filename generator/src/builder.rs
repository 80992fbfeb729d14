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
//! the manifest of the package lacks are named in a warning. An optional one is used if the package has it. All areas of the
//! api are there: what to leave out is a matter of [`Builder::include`], and not of features.
//! Invariant: a file whose content is right is not touched, so that an unchanged document costs no compilation.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use crate::{
    config::Config,
    docs::DocsTree,
    emit::{Files, rust},
    generate,
    ir::ApiVersion,
    pattern::{self, Pattern},
    slice, writer,
};

/// Compiles documents to a module of the package whose build script this is.
#[derive(Clone, Debug)]
pub struct Builder {
    docs: PathBuf,
    api_version: Option<ApiVersion>,
    config: Option<PathBuf>,
    include: Vec<String>,
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
    /// A pattern means nothing.
    #[error("`{text}` is no pattern to include: {source}")]
    Pattern {
        /// As it was given.
        text: String,
        /// What is wrong with it.
        source: pattern::Error,
    },
    /// A pattern matches nothing.
    #[error(transparent)]
    Unmatched(#[from] slice::Unmatched),
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
            include: Vec::new(),
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

    /// A part of the api to compile, beside those that were named before, and instead of those in the settings: the
    /// requests to paths, as in `/users/*/messages/**`, or what has a name, as in `sendMail`; see [`pattern`] for the
    /// rest. What that part needs comes along. Without any pattern, all of the api is compiled.
    #[must_use]
    pub fn include(mut self, pattern: impl Into<String>) -> Self {
        self.include.push(pattern.into());
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
        let include = read_patterns(&self.include)?;
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
        if tree.versions.len() > 1 {
            return Err(Error::SeveralVersions(self.docs));
        }
        let mut compilations = generate::compile_all(tree, &config.vocabulary);
        generate::slice_all(&mut compilations, &config.include_or(&include))?;
        let files = compilations
            .first()
            .map(|only| {
                let options = rust::Options {
                    form: rust::Form::Module,
                    ..rust::Options::new(generate::DEFAULT_CRATE_NAME)
                };
                rust::emit(&only.api, &options)
            })
            .unwrap_or_default();
        Manifests::new(&files).tell_cargo();
        writer::write(&out_dir.join(name), &module_files(files, &self.module))?;
        let entry = format!(
            "// @generated by docwright. Do not edit.\n#[path = \"{name}/mod.rs\"]\npub mod {name};\n"
        );
        writer::write_file(&out_dir.join(format!("{name}.rs")), &entry)?;
        Ok(())
    }
}

fn read_patterns(texts: &[String]) -> Result<Vec<Pattern>, Error> {
    let read = |text: &String| {
        text.parse().map_err(|source| Error::Pattern {
            text: text.clone(),
            source,
        })
    };
    texts.iter().map(read).collect()
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
        Some((file.to_owned(), rebase(without_tests(&text), path)))
    });
    sources.collect()
}

/// A source file without its own tests: they need development dependencies that the user's package does not have.
fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]\nmod tests {")
        .map_or(text, |at| &text[..=at])
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

/// The manifest of the generated crate, and that of the package whose module it becomes.
struct Manifests {
    generated: Table,
    package: Table,
}

impl Manifests {
    fn new(files: &Files) -> Self {
        let generated = files.get("Cargo.toml").map_or("", String::as_str);
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map(|folder| Path::new(&folder).join("Cargo.toml"));
        let package = package
            .and_then(|path| fs::read_to_string(path).ok())
            .unwrap_or_default();
        Self {
            generated: generated.parse().unwrap_or_default(),
            package: package.parse().unwrap_or_default(),
        }
    }

    /// Names the dependencies that the package lacks, and switches on the features of the module for which it has them.
    fn tell_cargo(&self) {
        for (name, value) in self.missing_dependencies() {
            println!("cargo::warning=the generated module needs this dependency: {name} = {value}");
        }
        for (name, is_on) in self.features() {
            println!("cargo::rustc-check-cfg=cfg(feature, values(\"{name}\"))");
            if is_on {
                println!("cargo::rustc-cfg=feature=\"{name}\"");
            }
        }
    }

    fn missing_dependencies(&self) -> impl Iterator<Item = (&String, &Value)> {
        let is_optional =
            |value: &Value| value.get("optional").and_then(Value::as_bool) == Some(true);
        let wanted = table(&self.generated, "dependencies").into_iter().flatten();
        wanted.filter(move |(name, value)| !is_optional(value) && !self.depends_on(name))
    }

    /// The features that stand for optional dependencies, and whether the package has these.
    fn features(&self) -> Vec<(&str, bool)> {
        let features = table(&self.generated, "features").into_iter().flatten();
        let optional = features.filter_map(|(name, _)| Some((name.as_str(), self.has(name)?)));
        optional.collect()
    }

    /// Whether the package has all dependencies that a feature stands for; `None` if it stands for something else.
    fn has(&self, feature: &str) -> Option<bool> {
        let features = table(&self.generated, "features")?;
        let needs = features.get(feature)?.as_array()?;
        let mut has_all = true;
        for need in needs {
            let need = need.as_str()?;
            has_all &= match need.strip_prefix("dep:") {
                Some(dependency) => self.depends_on(dependency),
                // A feature does not stand for itself: cargo refuses circles.
                None => self.has(need)?,
            };
        }
        (!needs.is_empty()).then_some(has_all)
    }

    fn depends_on(&self, name: &str) -> bool {
        table(&self.package, "dependencies").is_some_and(|table| table.contains_key(name))
    }
}

fn table<'a>(manifest: &'a Table, name: &str) -> Option<&'a Table> {
    manifest.get(name).and_then(Value::as_table)
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
    fn tests_of_the_runtime_stay_behind() {
        let text = "struct X;\n\n#[cfg(test)]\nmod tests {\n    use futures::x;\n}\n";
        assert_eq!(without_tests(text), "struct X;\n\n");
        assert_eq!(without_tests("struct X;\n"), "struct X;\n");
    }

    #[test]
    fn dependencies_and_features_follow_the_package() {
        let generated = "[features]\ndefault = [\"tls\"]\ntls = [\"azure_core/tls\"]\nserde = [\"dep:serde\"]\n\
                         [dependencies]\nazure_core = \"1\"\nserde = { version = \"1\", optional = true }\ntime = \"0.3\"\n";
        let check = |package: &str, missing: &[&str], features: &[(&str, bool)]| {
            let manifests = Manifests {
                generated: generated.parse().unwrap(),
                package: package.parse().unwrap(),
            };
            let names: Vec<_> = manifests
                .missing_dependencies()
                .map(|(name, _)| name.as_str())
                .collect();
            assert_eq!(names, missing);
            assert_eq!(manifests.features(), features);
        };
        check("", &["azure_core", "time"], &[("serde", false)]);
        check(
            "[dependencies]\nserde = \"1\"\ntime.workspace = true\n",
            &["azure_core"],
            &[("serde", true)],
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
                .include("/users//messages")
                .compile()
                .unwrap_err()
                .to_string()
                .starts_with("`/users//messages` is no pattern to include: ")
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
