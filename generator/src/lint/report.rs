//! Findings as texts.
//!
//! Comes in: findings in their order, and the world that they are about. Goes out: a text, for people or for a program.
//! Invariant: a format is a pure function: the same findings give the same text. What formats show alike is decided here,
//! and in the two modules that several use: `causes` says which findings are one cause, `excerpt` what is shown around a
//! place.

use std::fmt::Write as _;

use super::{
    finding::{Finding, Place, Safety, Severity},
    rule::Rule,
    rules,
    world::World,
};
use crate::span::LineColumn;

mod causes;
mod concise;
mod excerpt;
mod full;
mod github;
mod gitlab;
mod grouped;
mod html;
mod json;
mod junit;
mod markdown;
mod paint;
mod sarif;
mod statistics;

pub use statistics::statistics;

/// How findings are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// With the lines that they are about.
    #[default]
    Full,
    /// One line each.
    Concise,
    /// One line each, by file.
    Grouped,
    /// A JSON array.
    Json,
    /// A JSON object on each line.
    JsonLines,
    /// The Static Analysis Results Interchange Format, version 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// Test results, as build servers show them.
    Junit,
    /// A comment for a pull request.
    Markdown,
    /// A page for a browser.
    Html,
}

/// Whether a text may carry the colors of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Letters alone.
    Plain,
    /// ANSI escape sequences.
    Ansi,
}

impl Format {
    /// All, those for people first.
    pub const ALL: [Self; 11] = [
        Self::Full,
        Self::Concise,
        Self::Grouped,
        Self::Json,
        Self::JsonLines,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Markdown,
        Self::Html,
    ];

    /// The word on the command line: `json-lines`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Grouped => "grouped",
            Self::Json => "json",
            Self::JsonLines => "json-lines",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Full => "The lines that findings are about, and what to do",
            Self::Concise => "One line for each finding",
            Self::Grouped => "One line for each finding, by file",
            Self::Json => "A JSON array of findings",
            Self::JsonLines => "A JSON object on each line",
            Self::Sarif => "SARIF 2.1.0, for code scanning",
            Self::Github => "Workflow commands of GitHub Actions: annotations in a pull request",
            Self::Gitlab => "A Code Quality report of GitLab",
            Self::Junit => "JUnit XML, for build servers",
            Self::Markdown => "A comment for a pull request",
            Self::Html => "One page for a browser, with charts, filters and search",
        }
    }

    /// The format of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Tells findings in this format. Only [`Format::Full`], [`Format::Concise`] and [`Format::Grouped`] have colors.
    pub fn render(self, world: &World, findings: &[Finding], colors: Colors) -> String {
        match self {
            Self::Full => full::render(world, findings, colors),
            Self::Concise => concise::render(world, findings, colors),
            Self::Grouped => grouped::render(world, findings, colors),
            Self::Json => json::render(world, findings),
            Self::JsonLines => json::render_lines(world, findings),
            Self::Sarif => sarif::render(world, findings),
            Self::Github => github::render(world, findings),
            Self::Gitlab => gitlab::render(world, findings),
            Self::Junit => junit::render(world, findings),
            Self::Markdown => markdown::render(world, findings),
            Self::Html => html::render(world, findings),
        }
    }
}

/// Where something stands, as people count.
struct Spot<'w> {
    path: &'w str,
    start: LineColumn,
    /// One past the last character.
    end: LineColumn,
}

impl<'w> Spot<'w> {
    fn of(world: &'w World, place: &Place) -> Self {
        let file = world.files.get(place.file);
        let (start, end) = file.range(place.at);
        Self {
            path: &file.path,
            start,
            end,
        }
    }
}

/// Whether a finding can be repaired: `[*]` without looking, `[?]` for somebody to look at.
fn fix_mark(finding: &Finding) -> Option<&'static str> {
    let fix = finding.fix.as_ref()?;
    Some(match fix.safety {
        Safety::Safe => "[*]",
        Safety::Unsafe => "[?]",
    })
}

/// The message, and below it the second places and what to do: for formats with one text for all of it.
fn in_words(world: &World, finding: &Finding) -> String {
    let mut out = finding.message.clone();
    for place in &finding.related {
        let Spot { path, start, .. } = Spot::of(world, place);
        let _ = write!(out, "\n{path}:{start}: {}", place.label);
    }
    let fix = finding.fix.as_ref().map(|fix| &fix.title);
    for help in finding.help.iter().chain(fix) {
        let _ = write!(out, "\nhelp: {help}");
    }
    out
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Default)]
struct Counts {
    errors: usize,
    warnings: usize,
    infos: usize,
}

impl Counts {
    fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Info => counts.infos += 1,
            }
        }
        counts
    }

    /// `2 errors, 1 warning`; `nothing` if there is nothing.
    fn told(self) -> String {
        let named = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "info"),
        ];
        let parts: Vec<_> = named
            .into_iter()
            .filter(|&(count, _)| count > 0)
            .map(|(count, word)| counted(count, word))
            .collect();
        if parts.is_empty() {
            "nothing".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

/// `1 error`, `2 errors`.
fn counted(count: usize, word: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {word}{plural}")
}

/// The findings of each file; those of one file are neighbors in the order of findings.
fn by_file(findings: &[Finding]) -> impl Iterator<Item = &[Finding]> {
    findings.chunk_by(|a, b| a.primary.file == b.primary.file)
}

/// One line on all findings: `2 errors, 1 warning in 2 files; 1 can be fixed, 1 more after a look`.
pub fn summary(findings: &[Finding]) -> String {
    let mut out = Counts::of(findings).told();
    if findings.is_empty() {
        return format!("{out} found");
    }
    let files = by_file(findings).count();
    out = format!("{out} in {}", counted(files, "file"));
    let has = |safety| {
        let fixes = findings.iter().filter_map(|it| it.fix.as_ref());
        fixes.filter(|fix| fix.safety == safety).count()
    };
    match (has(Safety::Safe), has(Safety::Unsafe)) {
        (0, 0) => out,
        (safe, 0) => format!("{out}; {safe} can be fixed"),
        (0, unsafe_) => format!("{out}; {unsafe_} can be fixed after a look"),
        (safe, unsafe_) => format!("{out}; {safe} can be fixed, {unsafe_} more after a look"),
    }
}

/// All rules, one on a line: code, name, severity, preset, and what they can repair.
pub fn catalogue() -> String {
    let mut out = String::new();
    for rule in rules::ALL {
        let _ = writeln!(
            out,
            "{:8}  {:36}  {:7}  {:11}  {}",
            rule.code,
            rule.name,
            rule.severity.as_str(),
            rule.preset.as_str(),
            rule.fixes.words()
        );
    }
    out
}

/// The page of a rule, with its data behind the title.
pub fn explained(rule: &Rule) -> String {
    let (title, rest) = rule.doc.split_once('\n').unwrap_or((rule.doc, ""));
    let apidoctor = if rule.apidoctor.is_empty() {
        "none".to_owned()
    } else {
        rule.apidoctor.join(", ")
    };
    format!(
        "{title}\n\n- Severity: {}\n- Preset: {}\n- Repairs: {}\n- In ApiDoctor: {apidoctor}\n{rest}",
        rule.severity,
        rule.preset.as_str(),
        rule.fixes.words()
    )
}
