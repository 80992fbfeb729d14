//! `docwright lint`: what in the documents contradicts what.

use std::{env, path::PathBuf};

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use docwright::{
    lint::{
        self, Rule, Subject, World,
        report::{self, Colors, Format},
        rules,
    },
    writer,
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
    /// How to tell findings
    #[arg(long, value_name = "FORMAT", value_parser = format_parser(), default_value = Format::default().as_str())]
    output_format: Format,
    /// File to write [default: print it]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
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
    // What is printed loses its colors on the way, where nobody wants them.
    let colors = match arguments.out {
        Some(_) => Colors::Plain,
        None => Colors::Ansi,
    };
    let text = if arguments.statistics {
        report::statistics(&findings)
    } else {
        arguments.output_format.render(&world, &findings, colors)
    };
    match &arguments.out {
        Some(out) => {
            writer::write_file(out, &text)?;
        }
        None => print(&text)?,
    }
    Ok(if findings.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Differs
    })
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.map(|it| PossibleValue::new(it.as_str()).help(it.about()));
    PossibleValuesParser::new(names)
        .try_map(|name| Format::find(&name).ok_or("no format of findings"))
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
