//! The throw-away workspace below `target` in which the crates are compiled.
//!
//! Comes in: documents. Goes out: the emitted crate, its peer and the programs that use them, and what compiling each of
//! them costs. Compilers are measured one at a time and by crate, so that dependencies do not count, and with the plain
//! profiles of cargo, whatever the environment says.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use docwright::{
    api::{Api, ItemType, OperationKind, ResponseBody, TypeId},
    docs::DocsTree,
    emit::{Files, rust::Options},
    generate,
    ir::{ApiVersion, DEFAULT_NAMESPACE},
    vocabulary::Vocabulary,
    writer,
};
use heck::ToUpperCamelCase;

use super::{
    DERIVED, OURS, derived,
    programs::{self, Program},
};
use crate::{
    cargo,
    measure::{self, Cost},
    root,
};

/// What may be measured of a package.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// Whether it compiles.
    Check,
    /// A program that can be debugged.
    Debug,
    /// A fast one.
    Release,
}

impl Goal {
    /// What a compiler would keep for the next time is no part of what it takes to check a crate once.
    fn environment(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Check => Some(("CARGO_INCREMENTAL", "0")),
            Self::Debug | Self::Release => None,
        }
    }
}

/// Types in [`Program`]s that read and write many of them.
const MANY: usize = 40;

pub(super) struct Stand {
    pub(super) docs: PathBuf,
    pub(super) version: ApiVersion,
    pub(super) api: Api,
    /// The emitted crate.
    files: Files,
    /// Where everything is.
    pub(super) place: PathBuf,
    /// The type that programs with one type use, and its name in Rust.
    pub(super) subject: (TypeId, String),
}

impl Stand {
    /// Compiles the documents and writes all packages.
    pub(super) fn new(docs: &Path, version: Option<ApiVersion>) -> Result<Self, Box<dyn Error>> {
        let mut tree = DocsTree::read(docs, version)?;
        // The preview is the larger one.
        let version = *tree.versions.keys().next_back().ok_or("no version")?;
        tree.versions.retain(|other, _| *other == version);
        let options = Options::new(OURS);
        let (compilations, files) =
            generate::compile_rust(tree, &Vocabulary::default(), &[], &options)?;
        let api = compilations.into_iter().next().ok_or("no version")?.api;
        let place = root().join("target/bench-sdk");
        let subject = subject(&api, &files).ok_or("there is no entity type")?;
        let stand = Self {
            docs: docs.canonicalize()?,
            version,
            api,
            files,
            place,
            subject,
        };
        stand.write()?;
        Ok(stand)
    }

    fn write(&self) -> Result<(), Box<dyn Error>> {
        writer::write(&self.place.join(OURS), &self.files)?;
        self.put(DERIVED, "Cargo.toml", derived::MANIFEST)?;
        self.put(DERIVED, "src/lib.rs", &derived::source(&self.api))?;
        let mut members = vec![OURS.to_owned(), DERIVED.to_owned()];
        for program in self.programs() {
            self.put(&program.package, "Cargo.toml", &program.manifest())?;
            self.put(&program.package, "src/main.rs", &program.main)?;
            members.push(program.package);
        }
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n");
        fs::write(self.place.join("Cargo.toml"), manifest)?;
        // The same versions of the dependencies as in this workspace.
        fs::copy(root().join("Cargo.lock"), self.place.join("Cargo.lock"))?;
        Ok(())
    }

    fn programs(&self) -> Vec<Program> {
        let mut all = Vec::from(programs::user(&self.subject.1));
        all.extend(programs::forty(&self.many()));
        all.push(programs::decode(&self.subject.1));
        if self.has_users() {
            all.extend(programs::client());
        }
        all
    }

    /// Whether a program can ask for users.
    pub(super) fn has_users(&self) -> bool {
        let mut operations = self.api.operations.iter();
        operations.any(|it| it.kind == OperationKind::List && it.path.template() == "/users")
    }

    /// The types that most requests are answered with.
    fn many(&self) -> Vec<String> {
        let mut counts = vec![0_usize; self.api.types.len()];
        for operation in &self.api.operations {
            let body = operation.page.success().map(|response| &response.body);
            if let Some(ResponseBody::Value(ty) | ResponseBody::Collection(ty)) = body
                && let ItemType::Structured(id) = ty.item
            {
                counts[id.index()] += 1;
            }
        }
        let mut types: Vec<_> = self.api.type_ids().collect();
        types.sort_by_key(|id| std::cmp::Reverse(counts[id.index()]));
        let names = types
            .iter()
            .filter_map(|id| name(&self.api, &self.files, *id));
        names.take(MANY).collect()
    }

    /// Writes a file of a package if it has another text, so that cargo builds nothing twice.
    fn put(&self, package: &str, file: &str, text: &str) -> Result<(), Box<dyn Error>> {
        let path = self.place.join(package).join(file);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        Ok(fs::write(&path, text)?)
    }

    /// Whether the emitted crate has a Cargo feature.
    pub(super) fn has_feature(&self, name: &str) -> bool {
        let mut lines = self.files["Cargo.toml"].lines();
        lines.any(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(" = ["))
        })
    }

    /// What it costs to compile a package. What it depends on is compiled before, if it has to be, and does not count.
    pub(super) fn cost(&self, goal: Goal, package: &str) -> Result<Cost, Box<dyn Error>> {
        self.cost_with(goal, package, &[])
    }

    /// The same, with more arguments for cargo.
    pub(super) fn cost_with(
        &self,
        goal: Goal,
        package: &str,
        arguments: &[&str],
    ) -> Result<Cost, Box<dyn Error>> {
        let verb: &[&str] = match goal {
            Goal::Check => &["check"],
            Goal::Debug => &["build"],
            Goal::Release => &["build", "--release"],
        };
        self.touch(package)?;
        let log = self.place.join("rustc.log");
        if log.exists() {
            fs::remove_file(&log)?;
        }
        let mut command = plain_cargo(&self.place);
        command
            .args(verb)
            .args(["--quiet", "--package", package])
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.place.join("target"))
            // Two compilers of these models at once need more memory than many machines have.
            .env("CARGO_BUILD_JOBS", "1")
            .envs(goal.environment())
            .env("RUSTC_WORKSPACE_WRAPPER", env::current_exe()?)
            .env(measure::LOG, &log);
        let (success, _) = measure::run(&mut command)?;
        if !success {
            return Err(format!("{package} does not compile").into());
        }
        let name = package.replace('-', "_");
        let entries = measure::read_log(&log)?;
        let entry = entries.into_iter().find(|(other, _)| *other == name);
        Ok(entry
            .ok_or_else(|| format!("{package} was not compiled"))?
            .1)
    }

    /// Makes a package newer than what cargo has built of it.
    fn touch(&self, package: &str) -> Result<(), Box<dyn Error>> {
        let source = self.place.join(package).join("src");
        let library = source.join("lib.rs");
        let main = source.join("main.rs");
        let file = if library.exists() { library } else { main };
        let text = fs::read_to_string(&file)?;
        Ok(fs::write(&file, text)?)
    }

    /// Changes a text in the `main` of a program.
    pub(super) fn edit(&self, package: &str) -> Result<(), Box<dyn Error>> {
        let file = self.place.join(package).join("src/main.rs");
        let text = fs::read_to_string(&file)?;
        let [one, other] = programs::UNITS;
        let edited = if text.contains(one) {
            text.replace(one, other)
        } else {
            text.replace(other, one)
        };
        Ok(fs::write(&file, edited)?)
    }

    /// Removes what was built of a package, but nothing of what it depends on.
    pub(super) fn forget(&self, package: &str) -> Result<(), Box<dyn Error>> {
        let mut command = plain_cargo(&self.place);
        command
            .args(["clean", "--quiet", "--package", package])
            .env("CARGO_TARGET_DIR", self.place.join("target"));
        if command.status()?.success() {
            Ok(())
        } else {
            Err(format!("{package} cannot be cleaned").into())
        }
    }

    /// The executable that was built last.
    pub(super) fn executable(&self, goal: Goal, package: &str) -> PathBuf {
        let profile = match goal {
            Goal::Check | Goal::Debug => "debug",
            Goal::Release => "release",
        };
        self.place.join("target").join(profile).join(package)
    }
}

/// Cargo as users have it: nothing in the environment that changes a profile.
pub(super) fn plain_cargo(folder: &Path) -> Command {
    let mut command = cargo(folder);
    command.stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PROFILE_") || text == "CARGO_INCREMENTAL" || text == "RUSTFLAGS"
        {
            command.env_remove(&name);
        }
    }
    command
}

/// The user, or the entity type with the most members where there is none.
fn subject(api: &Api, files: &Files) -> Option<(TypeId, String)> {
    let named = |id| Some((id, name(api, files, id)?));
    let user = api.find_type("microsoft.graph.user").and_then(named);
    let has_id = |id: &TypeId| derived::fields(api, *id).any(|member| member.name == "id");
    user.or_else(|| {
        let all = api.type_ids().filter(has_id).filter_map(named);
        all.max_by_key(|(id, _)| derived::fields(api, *id).count())
    })
}

/// The name of a type, if it is the same in both crates.
fn name(api: &Api, files: &Files, id: TypeId) -> Option<String> {
    let name = &api[id].name;
    if name.namespace() != DEFAULT_NAMESPACE {
        return None;
    }
    let rust = name.name().to_upper_camel_case();
    let declaration = format!("pub struct {rust} {{");
    let is_there = |(path, text): (&String, &String)| {
        path.starts_with("src/models/") && text.contains(&declaration)
    };
    files.iter().any(is_there).then_some(rust)
}
