//! `docwright generate`: documents in, another form of the same out.

use std::{
    ffi::OsStr,
    mem,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::{Args, Subcommand};
use docwright::{
    Compilation,
    docs::Role,
    emit::{csdl, openapi, rust},
    front_matter, generate,
    pattern::Pattern,
    writer::{self, Difference},
};

use super::{
    Failure, Outcome,
    output::{Log, print, print_diff, warn},
    sources::{Input, Sources},
};

/// What to write.
#[derive(Subcommand)]
pub(super) enum Target {
    /// A Rust crate; a workspace with a crate for each version, if the documents have several
    Rust(RustArguments),
    /// CSDL 4.0 as XML
    Csdl(FileArguments),
    /// `OpenAPI` 3.1 as JSON, or as YAML if the file is called `.yaml` or `.yml`
    Openapi(FileArguments),
}

#[derive(Args)]
pub(super) struct RustArguments {
    /// Folder to write; it must be new, empty, or written by docwright before
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Name of the package [default: `crate-name` in the settings, or `msgraph`]
    #[arg(long, value_name = "NAME", value_parser = crate_name)]
    crate_name: Option<String>,
    /// Let the crate test itself: every example of the documentation is made and read by it
    #[arg(long)]
    contract_tests: bool,
    /// Write nothing; print what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Args)]
pub(super) struct FileArguments {
    /// File to write [default: print it]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write nothing; print what would change, and exit with 1 if anything would
    #[arg(long, requires = "out")]
    check: bool,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    sources: Sources,
}

/// Which part of the api to write.
#[derive(Args)]
struct Part {
    /// Write this part of the API only, with what it needs: paths such as `/users/*/messages/**#GET,POST`, or the name
    /// of a type, an action or a function, such as `sendMail`; may be given several times [default: `include` in the
    /// settings, or everything]
    #[arg(long, value_name = "PATTERN")]
    include: Vec<Pattern>,
}

pub(super) fn run(target: Target, log: Log) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let outcome = match target {
        Target::Rust(arguments) => rust_crate(&arguments, log),
        Target::Csdl(arguments) => one_file(&arguments, log, |compilation, _| {
            Ok(csdl::emit(&compilation.api))
        }),
        Target::Openapi(arguments) => one_file(&arguments, log, openapi_text),
    }?;
    log.say(&format!("done in {:.2} s", start.elapsed().as_secs_f64()));
    Ok(outcome)
}

fn rust_crate(arguments: &RustArguments, log: Log) -> Result<Outcome, Failure> {
    let Input { config, tree, .. } = arguments.sources.read()?;
    let crate_name = arguments.crate_name.as_deref();
    let crate_name = crate_name
        .or(config.crate_name.as_deref())
        .unwrap_or(generate::DEFAULT_CRATE_NAME);
    let patterns = config.include_or(&arguments.part.include);
    let options = rust::Options {
        contract_tests: arguments.contract_tests,
        ..rust::Options::new(crate_name)
    };
    let (compilations, files) =
        generate::compile_rust(tree, &config.vocabulary, &patterns, &options)?;
    if !patterns.is_empty() {
        warn_of_empty(&compilations);
    }
    warn_of_metadata(&compilations);
    log_sizes(&compilations, log);
    // The process ends soon; to free every page one by one would be a tenth of the run.
    mem::forget(compilations);
    let out = &arguments.out;
    if arguments.check {
        return verdict(&writer::check(out, &files)?, out, log);
    }
    log.say(&format!(
        "{}: {}",
        out.display(),
        writer::write(out, &files)?
    ));
    Ok(Outcome::Clean)
}

/// Says where the patterns leave nothing.
fn warn_of_empty(compilations: &[Compilation]) {
    for api in compilations.iter().map(|it| &it.api) {
        if api.types.is_empty() && api.enums.is_empty() && api.operations.is_empty() {
            let version = api.version;
            warn(&format!(
                "nothing in {version} matches, and its crate is empty; choose other versions with `--api-version`"
            ));
        }
    }
}

/// Compiles one version and writes or prints one text.
fn one_file(
    arguments: &FileArguments,
    log: Log,
    emit: impl FnOnce(&Compilation, Option<&Path>) -> Result<String, Failure>,
) -> Result<Outcome, Failure> {
    let input = arguments.sources.read()?;
    let folder = input.folder;
    let versions: Vec<_> = input.tree.versions.keys().copied().collect();
    let mut compilations = match versions.as_slice() {
        [_] => generate::compile_all(input.tree, &input.config.vocabulary),
        several => {
            let names: Vec<_> = several.iter().map(|version| version.as_str()).collect();
            let names = names.join("` and `");
            return Err(format!(
                "`{}` has pages of `{names}`, and one file describes one version; choose with `--api-version`",
                folder.display()
            )
            .into());
        }
    };
    let patterns = input.config.include_or(&arguments.part.include);
    generate::slice_all(&mut compilations, &patterns)?;
    if !patterns.is_empty() {
        warn_of_empty(&compilations);
    }
    warn_of_metadata(&compilations);
    log_sizes(&compilations, log);
    let mut text = compilations.first().map_or_else(
        || Ok(String::new()),
        |it| emit(it, arguments.out.as_deref()),
    )?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let Some(out) = &arguments.out else {
        print(&text)?;
        return Ok(Outcome::Clean);
    };
    if arguments.check {
        return verdict(writer::check_file(out, &text)?.as_slice(), out, log);
    }
    let word = if writer::write_file(out, &text)? {
        "written"
    } else {
        "unchanged"
    };
    log.say(&format!("{}: {word}", out.display()));
    Ok(Outcome::Clean)
}

fn openapi_text(compilation: &Compilation, out: Option<&Path>) -> Result<String, Failure> {
    let document = openapi::emit(&compilation.api);
    let extension = out.and_then(Path::extension).map(OsStr::to_ascii_lowercase);
    if extension.is_some_and(|extension| extension == "yaml" || extension == "yml") {
        return Ok(front_matter::print(&document)?);
    }
    Ok(serde_json::to_string_pretty(&document)?)
}

/// Prints the differences, if there are any.
fn verdict(differences: &[Difference], out: &Path, log: Log) -> Result<Outcome, Failure> {
    if differences.is_empty() {
        log.say(&format!("{}: up to date", out.display()));
        return Ok(Outcome::Clean);
    }
    print_diff(&writer::Report(differences).to_string())?;
    let files = if differences.len() == 1 {
        "1 file differs".to_owned()
    } else {
        format!("{} files differ", differences.len())
    };
    log.say(&format!(
        "{}: {files}; run the same command without `--check` to write",
        out.display()
    ));
    Ok(Outcome::Differs)
}

/// Warns about what could not be read in metadata documents.
fn warn_of_metadata(compilations: &[Compilation]) {
    for metadata in compilations.iter().filter_map(|it| it.metadata.as_ref()) {
        for problem in &metadata.problems {
            let place = metadata.line_column(problem.at);
            warn(&format!("{}:{place}: {}", metadata.path, problem.what));
        }
    }
}

fn log_sizes(compilations: &[Compilation], log: Log) {
    for Compilation { docs, api, .. } in compilations {
        let sizes = [
            count(
                docs.pages
                    .iter()
                    .filter(|page| page.role == Role::Page)
                    .count(),
                "page",
            ),
            count(api.types.len(), "type"),
            count(api.enums.len(), "enum"),
            count(api.operations.len(), "operation"),
        ];
        log.say(&format!("{}: {}", api.version, sizes.join(", ")));
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A package name as cargo takes it.
fn crate_name(name: &str) -> Result<String, String> {
    let is_word = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_word && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Ok(name.to_owned())
    } else {
        Err(
            "a package name is made of letters, digits, `-` and `_`, and begins with a letter"
                .to_owned(),
        )
    }
}
