//! `docwright lint`: what in the documents contradicts what.

use std::{
    env,
    path::{Path, PathBuf},
};

use clap::Args;
use docwright::{
    docs::DocsTree,
    lint::{self, Rule, Subject, World, beside, report, rules},
};

use super::{Failure, Outcome, output::print, sources::Sources};

#[derive(Args)]
pub(super) struct Arguments {
    /// Check these rules alone: codes, names, or the letters of a group
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Count findings by rule instead of telling them
    #[arg(long)]
    statistics: bool,
    #[command(flatten)]
    others: Others,
    #[command(flatten)]
    sources: Sources,
}

/// What the documents are compared with.
#[derive(Args)]
#[command(next_help_heading = "Compare with")]
struct Others {
    /// The same documents at an earlier time, as for `--docs`: tells what changed
    #[arg(long, value_name = "DIR")]
    before: Option<PathBuf>,
    /// `OpenAPI` document of the service, JSON or YAML; the version as for `--csdl`
    #[arg(long, value_name = "[VERSION=]FILE")]
    openapi: Vec<String>,
    /// A crate that docwright has generated from the documents
    #[arg(long, value_name = "DIR")]
    generated: Option<PathBuf>,
}

impl Others {
    /// Adds what was given to the subject.
    fn add_to(&self, subject: &mut Subject, sources: &Sources) -> Result<(), Failure> {
        let cannot_read = |path: &Path| format!("cannot read `{}`", path.display());
        for argument in &self.openapi {
            let (version, path) = sources.version_of(argument)?;
            let file = beside::read(path).ok_or_else(|| cannot_read(path))?;
            subject.beside.openapi.insert(version, file);
        }
        if let Some(folder) = &self.generated {
            subject.beside.generated = beside::crate_files(folder);
            if subject.beside.generated.is_empty() {
                return Err(cannot_read(folder).into());
            }
        }
        if let Some(folder) = &self.before {
            let tree = DocsTree::read(folder, sources.api_version)?;
            let before = Subject::of(tree, subject.vocabulary.clone());
            subject.before = Some(Box::new(before));
        }
        Ok(())
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let rules = selected(&arguments.select);
    let input = arguments.sources.read()?;
    let included = input.config.include_or(&[]);
    let mut subject = Subject::of(input.tree, input.config.vocabulary);
    subject.beside.included = included;
    arguments.others.add_to(&mut subject, &arguments.sources)?;
    let here = env::current_dir()?.canonicalize()?;
    let world = World::new(&subject, &here);
    let findings = lint::check(&world, &rules);
    let text = if arguments.statistics {
        report::statistics(&findings)
    } else {
        report::concise(&world, &findings)
    };
    print(&text)?;
    Ok(if findings.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Differs
    })
}

fn selected(words: &[String]) -> Vec<&'static Rule> {
    let is_selected = |rule: &&Rule| {
        words.is_empty()
            || words.iter().any(|word| {
                [rule.code, rule.name, rule.group()]
                    .iter()
                    .any(|it| it.eq_ignore_ascii_case(word))
            })
    };
    rules::ALL.iter().copied().filter(is_selected).collect()
}
