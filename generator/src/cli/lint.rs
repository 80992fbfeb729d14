//! `docwright lint`: what in the documents contradicts what.

use std::env;

use clap::Args;
use docwright::lint::{self, Rule, Subject, World, report, rules};

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
    sources: Sources,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let rules = selected(&arguments.select);
    let input = arguments.sources.read()?;
    let subject = Subject::of(input.tree, input.config.vocabulary);
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
