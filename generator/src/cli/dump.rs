//! `docwright dump`: what each stage sees, for people and for scripts.

use clap::{Args, ValueEnum};
use docwright::{Compilation, docs::Docs, dump, generate, suggest};

use super::{Failure, Outcome, output::print, sources::Sources};

#[derive(Args)]
pub(super) struct Arguments {
    /// Which stage
    #[arg(value_enum)]
    stage: Stage,
    /// One page only: its path below the version's folder, or its file name
    #[arg(long, value_name = "PAGE")]
    page: Option<String>,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Clone, Copy, ValueEnum)]
enum Stage {
    /// The headings, tables and code blocks of the pages
    Sections,
    /// What each page claims, one claim on a line
    Facts,
    /// What the claims add up to
    Api,
    /// For each page: what was read, and what was not and why
    Coverage,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let input = arguments.sources.read()?;
    let pages = match &arguments.page {
        Some(name) => find_everywhere(input.tree.versions.values(), name)?,
        None => vec![None; input.tree.versions.len()],
    };
    let several = input.tree.versions.len() > 1;
    for (compilation, page) in generate::compile_all(input.tree, &input.config.vocabulary)
        .iter()
        .zip(pages)
    {
        if arguments.page.is_some() && page.is_none() {
            continue;
        }
        if several {
            print(&format!("# {}\n", compilation.api.version))?;
        }
        print(&text(arguments.stage, compilation, page.as_deref()))?;
    }
    Ok(Outcome::Clean)
}

fn text(stage: Stage, compilation: &Compilation, page: Option<&str>) -> String {
    match stage {
        Stage::Sections => dump::sections(compilation, page),
        Stage::Facts => dump::facts(compilation, page),
        Stage::Api => dump::api(compilation, page),
        Stage::Coverage => dump::coverage(compilation, page),
    }
}

/// The path of the page that `name` means in each of the versions; in one at least, or that is the failure.
fn find_everywhere<'a>(
    versions: impl Iterator<Item = &'a Docs>,
    name: &str,
) -> Result<Vec<Option<String>>, Failure> {
    let found: Vec<_> = versions.map(|docs| find(docs, name)).collect();
    if found.iter().all(Result::is_err) {
        return Err(found
            .into_iter()
            .find_map(Result::err)
            .unwrap_or_default()
            .into());
    }
    Ok(found.into_iter().map(Result::ok).collect())
}

/// The path of the page that `name` means: all of the path, its end, or that without `.md`.
fn find(docs: &Docs, name: &str) -> Result<String, String> {
    let name = name.trim_start_matches("./").trim_end_matches(".md");
    let paths = || docs.pages.iter().map(|page| &*page.path);
    if let Some(path) = paths().find(|path| path.trim_end_matches(".md") == name) {
        return Ok(path.to_owned());
    }
    let is_end = |path: &&str| {
        path.trim_end_matches(".md")
            .strip_suffix(name)
            .is_some_and(|rest| rest.ends_with('/'))
    };
    let ends: Vec<_> = paths().filter(is_end).collect();
    match ends.as_slice() {
        [path] => Ok((*path).to_owned()),
        [] => {
            let names = paths().map(|path| {
                path.rsplit('/')
                    .next()
                    .unwrap_or(path)
                    .trim_end_matches(".md")
            });
            let last = name.rsplit('/').next().unwrap_or(name);
            Err(format!(
                "there is no page `{name}` among the documents{}",
                suggest::hint(last, names)
            ))
        }
        several => Err(format!(
            "several pages are called `{name}`: {}; name one of them",
            several.join(", ")
        )),
    }
}
