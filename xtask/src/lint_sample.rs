//! A random sample of findings to be read by hand: how many of them are wrong?
//!
//! Comes in: documents, a number, and a word that decides which findings are drawn. Goes out: as many errors as warnings with
//! the lines that they speak of, and a table to write verdicts into. The same word draws the same findings, as long as they are
//! there.

use std::{env, path::PathBuf};

use docwright::{
    docs::{DocsTree, MetadataFile},
    ir::ApiVersion,
    lint::{
        Finding, Place, Preset, Severity, Subject, World, fingerprint, run,
        settings::{Base, Settings},
    },
    vocabulary::Vocabulary,
};

use crate::{Outcome, number, option, options, root};

pub(crate) const HELP: &str = "[--docs DIR] [--csdl VERSION=FILE]... [--preset P] [--count N] [--word W]: findings at random, to be read by hand";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let docs =
        option(arguments, "--docs")?.map_or_else(|| root().join("docs-input"), PathBuf::from);
    let count = number(arguments, "--count", 200)?;
    let word = option(arguments, "--word")?.unwrap_or("docwright");
    let preset = option(arguments, "--preset")?.unwrap_or("recommended");
    let preset = Preset::ALL.into_iter().find(|it| it.as_str() == preset);
    let settings = Settings {
        base: Base::Preset(preset.ok_or("no such preset")?),
        ..Settings::default()
    };
    let mut tree = DocsTree::read(&docs, None)?;
    for argument in options(arguments, "--csdl")? {
        add_metadata(&mut tree, argument)?;
    }
    let subject = Subject::of(tree, Vocabulary::default());
    let world = World::new(&subject, &env::current_dir()?.canonicalize()?);
    let findings = run::run(&world, &settings, None).findings;
    let mut drawn = Vec::new();
    for severity in [Severity::Error, Severity::Warning] {
        let told = findings.iter().filter(|it| it.severity == severity);
        let told: Vec<Finding> = told.cloned().collect();
        let all = told.len();
        let of_severity = draw(&world, told, word, count / 2);
        println!(
            "# {} of {all} findings that are {severity}s, drawn with `{word}`",
            of_severity.len()
        );
        drawn.extend(of_severity);
    }
    println!();
    for (at, finding) in drawn.iter().enumerate() {
        print_finding(&world, at + 1, finding);
    }
    println!("\n| | rule | place | verdict |\n|---|---|---|---|");
    for (at, finding) in drawn.iter().enumerate() {
        let (place, _) = place(&world, &finding.primary);
        println!(
            "| {} | {} {} | {place} | |",
            at + 1,
            finding.severity,
            finding.rule.code
        );
    }
    Ok(())
}

/// So many of the findings, chosen by a number that looks random and is the same for the same finding.
fn draw(world: &World, findings: Vec<Finding>, word: &str, count: usize) -> Vec<Finding> {
    let chances = fingerprint::fingerprints(world, &findings).into_iter();
    let chances = chances.map(|finding| fingerprint::hash_of(&[word, &finding]));
    let mut drawn: Vec<_> = chances.zip(findings).collect();
    drawn.sort_by_key(|(chance, _)| *chance);
    drawn.truncate(count);
    drawn.into_iter().map(|(_, finding)| finding).collect()
}

fn add_metadata(tree: &mut DocsTree, argument: &str) -> Outcome {
    let (version, path) = argument.split_once('=').ok_or("write VERSION=FILE")?;
    let version = ApiVersion::from_segment(version).ok_or("no such version")?;
    let docs = tree.versions.entry(version).or_default();
    docs.version = version;
    docs.metadata = Some(MetadataFile {
        path: path.into(),
        text: std::fs::read_to_string(path)?.into(),
    });
    Ok(())
}

fn print_finding(world: &World, number: usize, finding: &Finding) {
    let (at, line) = place(world, &finding.primary);
    println!(
        "{number}. {at}: {}[{}] {}",
        finding.severity, finding.rule.code, finding.message
    );
    println!("      | {line}");
    for other in &finding.related {
        let (at, line) = place(world, other);
        println!("   {at}: {}\n      | {line}", other.label);
    }
    if let Some(help) = &finding.help {
        println!("   help: {help}");
    }
}

/// Path, line and column, and the text of the line.
fn place(world: &World, place: &Place) -> (String, String) {
    let file = world.files.get(place.file);
    let (start, _) = file.range(place.at);
    let line = file.text.lines().nth(start.line.saturating_sub(1) as usize);
    let line: String = line.unwrap_or_default().chars().take(220).collect();
    (format!("{}:{start}", file.path), line)
}
