//! `docwright lint`, `docwright baseline`, `docwright explain`: what in the documents contradicts what.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use clap::{
    Args, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use docwright::{
    docs::DocsTree,
    lint::{
        Safety, Severity, Subject, World,
        baseline::Baseline,
        beside, fix,
        report::{self, Colors, Format},
        rules,
        run::{self, Known, Run},
        settings::{Base, Level, Selector, Settings},
        since::Changes,
    },
    vocabulary::Vocabulary,
    writer,
};

use super::{
    Failure, Outcome,
    output::{Log, print, print_diff, warn},
    sources::{Input, Sources},
};

/// What one run of fixes can leave to the next; more rounds than this would be a fix that undoes another.
const ROUNDS: usize = 10;
/// The baseline that is written if none is named.
const BASELINE: &str = "docwright-baseline.json";

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Tell only what a change touches or causes: the difference between this revision and the files, as git tells it
    #[arg(long, value_name = "REVISION")]
    since: Option<String>,
    /// Repair what can be repaired without looking
    #[arg(long)]
    fix: bool,
    /// With `--fix` or `--diff`: also repairs that somebody should look at
    #[arg(long = "unsafe")]
    is_unsafe: bool,
    /// Show what `--fix` would change, and change nothing
    #[arg(long)]
    diff: bool,
    /// Count findings by rule instead of telling them
    #[arg(long)]
    statistics: bool,
    /// How to tell findings
    #[arg(long, value_name = "FORMAT", value_parser = format_parser(), default_value = Format::default().as_str())]
    output_format: Format,
    /// File to write [default: print it]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The mildest findings that make the exit status 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    /// Leave the exit status 0, whatever is found
    #[arg(long)]
    exit_zero: bool,
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

/// Which rules are checked.
#[derive(Args)]
struct Chosen {
    /// Check these rules alone: codes, names, groups or the beginning of codes [default: those of the preset]
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = Selector::parse)]
    select: Vec<Selector>,
    /// Leave these rules out
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = Selector::parse)]
    ignore: Vec<Selector>,
    /// The rules to begin with [default: recommended]
    #[arg(long, value_name = "PRESET", value_parser = preset_parser())]
    preset: Option<Base>,
    /// How much a rule matters: `TBL003=info`; `off` leaves it out
    #[arg(long, value_name = "RULE=LEVEL", value_parser = level)]
    level: Vec<(Selector, Level)>,
    /// Findings that are known, and are not told [default: what the settings name]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Info,
}

/// Keep a list of findings that are known, so that only new ones fail a run
#[derive(Subcommand)]
pub(super) enum BaselineCommand {
    /// Write all findings of now
    Write(BaselineArguments),
    /// Tell findings that are new, and entries that no finding has any more
    Check(BaselineArguments),
    /// Take out entries that no finding has any more
    Prune(BaselineArguments),
}

#[derive(Args)]
pub(super) struct BaselineArguments {
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Args)]
pub(super) struct ExplainArguments {
    /// Code or name of a rule; all rules, if there is none
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

fn preset_parser() -> impl TypedValueParser<Value = Base> {
    PossibleValuesParser::new(Base::WORDS).try_map(|word| Base::from_word(&word).ok_or("no preset"))
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.map(|it| PossibleValue::new(it.as_str()).help(it.about()));
    PossibleValuesParser::new(names)
        .try_map(|name| Format::find(&name).ok_or("no format of findings"))
}

fn level(argument: &str) -> Result<(Selector, Level), String> {
    let (rule, word) = argument
        .split_once('=')
        .ok_or("write a rule, `=`, and a level")?;
    let selector = Selector::parse(rule).map_err(|error| error.to_string())?;
    let known = Level::WORDS.join(", ");
    let level = Level::from_word(word).ok_or(format!("`{word}` is no level (known: {known})"))?;
    Ok((selector, level))
}

impl From<FailOn> for Severity {
    fn from(word: FailOn) -> Self {
        match word {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Info => Self::Info,
        }
    }
}

impl Chosen {
    /// The settings of the docs, with what the arguments say before them.
    fn settings(&self, input: &Input) -> Result<Settings, Failure> {
        let mut settings = match &input.config_file {
            Some(file) => Settings::read(file)?,
            None => Settings::default(),
        };
        if let Some(preset) = self.preset {
            settings.base = preset;
        }
        if !self.select.is_empty() {
            settings = Settings {
                base: Base::Nothing,
                baseline: settings.baseline,
                ..Settings::default()
            };
        }
        for (selectors, level) in [(&self.select, Level::On), (&self.ignore, Level::Off)] {
            let selectors = selectors.iter().cloned();
            settings.levels.extend(selectors.map(|it| (it, level)));
        }
        settings.levels.extend(self.level.iter().cloned());
        if self.baseline.is_some() {
            settings.baseline.clone_from(&self.baseline);
        }
        Ok(settings)
    }
}

/// Everything that a run needs.
struct Session {
    subject: Subject,
    settings: Settings,
    /// The working directory, from which paths are told.
    here: PathBuf,
}

impl Session {
    fn new(
        tree: DocsTree,
        vocabulary: Vocabulary,
        mut settings: Settings,
    ) -> Result<Self, Failure> {
        let subject = Subject::prepared(tree, vocabulary, &mut settings)?;
        Ok(Self {
            subject,
            settings,
            here: env::current_dir()?.canonicalize()?,
        })
    }

    /// Checks everything; with the baseline, unless there is none.
    fn run(&self) -> Result<(World<'_>, Run), Failure> {
        let mut world = World::new(&self.subject, &self.here);
        let Some(path) = &self.settings.baseline else {
            let run = run::run(&world, &self.settings, None);
            return Ok((world, run));
        };
        let (baseline, text) = Baseline::read(path)?;
        let location = path.canonicalize()?;
        let known = Known {
            file: world.add_file(location, &self.here, &text),
            baseline: &baseline,
        };
        let run = run::run(&world, &self.settings, Some(known));
        Ok((world, run))
    }
}

pub(super) fn run(arguments: &Arguments, log: Log) -> Result<Outcome, Failure> {
    if arguments.is_unsafe && !arguments.fix && !arguments.diff {
        return Err(
            "`--unsafe` says which repairs `--fix` or `--diff` may make; add one of them".into(),
        );
    }
    let input = arguments.sources.read()?;
    let settings = arguments.chosen.settings(&input)?;
    let changes = match &arguments.since {
        Some(revision) => Some(Changes::read(&input.folder, revision)?),
        None => None,
    };
    let tree = changes.is_some().then(|| input.tree.clone());
    let included = input.config.include_or(&[]);
    let mut session = Session::new(input.tree, input.config.vocabulary, settings)?;
    session.subject.beside.included = included;
    arguments
        .others
        .add_to(&mut session.subject, &arguments.sources)?;
    let (world, mut run) = session.run()?;
    if let (Some(changes), Some(tree)) = (&changes, tree) {
        let before = Session {
            subject: Subject {
                beside: changes.beside_before(&session.subject.beside),
                ..Subject::of(changes.before(&tree), session.subject.vocabulary.clone())
            },
            settings: Settings {
                baseline: None,
                ..session.settings.clone()
            },
            here: session.here.clone(),
        };
        let (world_before, run_before) = before.run()?;
        let before = Baseline::of(&world_before, &run_before.findings);
        run.findings = changes.retain(&world, run.findings, &before);
    }
    if arguments.diff {
        return show_fixes(arguments, &world, &run);
    }
    let mut settled = 0;
    if arguments.fix {
        settled = write_fixes(arguments, &world, &mut run, log);
        if settled > 0 && arguments.since.is_none() {
            // What was repaired may have hidden something else, and overlapping repairs wait for each other.
            return again(arguments, settled, log);
        }
    }
    let outcome = tell(arguments, &world, &run, settled, log);
    // The process ends here; to take everything apart first would cost a tenth of the run.
    std::mem::forget((run, world));
    std::mem::forget(session);
    outcome
}

/// Runs again on what was written, until there is nothing more to repair.
fn again(arguments: &Arguments, mut settled: usize, log: Log) -> Result<Outcome, Failure> {
    for _ in 0..ROUNDS {
        let input = arguments.sources.read()?;
        let settings = arguments.chosen.settings(&input)?;
        let session = Session::new(input.tree, input.config.vocabulary, settings)?;
        let (world, mut run) = session.run()?;
        let more = write_fixes(arguments, &world, &mut run, log);
        settled += more;
        if more == 0 {
            return tell(arguments, &world, &run, settled, log);
        }
    }
    Err("repairs undo each other; this is a mistake of docwright".into())
}

/// Prints the findings, and a line about the run.
fn tell(
    arguments: &Arguments,
    world: &World,
    run: &Run,
    settled: usize,
    log: Log,
) -> Result<Outcome, Failure> {
    // What is printed loses its colors on the way, where nobody wants them.
    let colors = match arguments.out {
        Some(_) => Colors::Plain,
        None => Colors::Ansi,
    };
    let text = if arguments.statistics {
        report::statistics(&run.findings)
    } else {
        arguments.output_format.render(world, &run.findings, colors)
    };
    match &arguments.out {
        Some(out) => {
            writer::write_file(out, &text)?;
        }
        None => print(&text)?,
    }
    log.say(&summary(run, settled));
    let limit = Severity::from(arguments.fail_on);
    let fails = run.findings.iter().any(|it| it.severity >= limit);
    Ok(if fails && !arguments.exit_zero {
        Outcome::Differs
    } else {
        Outcome::Clean
    })
}

/// `3 errors, 1 warning in 2 files; 2 known by comments in pages; 1 repaired`.
fn summary(run: &Run, settled: usize) -> String {
    let mut out = report::summary(&run.findings);
    let others = [
        (settled, "repaired"),
        (run.suppressed, "known by comments in pages"),
        (run.known, "known by the baseline"),
    ];
    for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(out, "; {count} {what}");
    }
    out
}

fn safety(arguments: &Arguments) -> Safety {
    if arguments.is_unsafe {
        Safety::Unsafe
    } else {
        Safety::Safe
    }
}

/// Repairs files, takes what is settled from the findings, and tells how many that are.
fn write_fixes(arguments: &Arguments, world: &World, run: &mut Run, log: Log) -> usize {
    let fixed = fix::apply(world, &run.findings, safety(arguments));
    let mut left_alone = Vec::new();
    for (&id, text) in &fixed.texts {
        let file = world.files.get(id);
        let path = &file.path;
        match fix::write(file, text) {
            fix::Outcome::Written => log.say(&format!("repaired {path}")),
            fix::Outcome::Changed => {
                warn(&format!(
                    "{path} changed since it was read, and was left alone"
                ));
                left_alone.push(id);
            }
            fix::Outcome::Failed(error) => {
                warn(&format!("cannot write {path}: {error}"));
                left_alone.push(id);
            }
        }
    }
    let is_settled = |at: &usize| {
        let fix = run.findings.get(*at).and_then(|it| it.fix.as_ref());
        let mut edits = fix.iter().flat_map(|fix| &fix.edits);
        !edits.any(|edit| left_alone.contains(&edit.file))
    };
    let settled: Vec<usize> = fixed.settled.into_iter().filter(is_settled).collect();
    let mut at = 0;
    run.findings.retain(|_| {
        at += 1;
        settled.binary_search(&(at - 1)).is_err()
    });
    settled.len()
}

/// Prints what fixing would change.
fn show_fixes(arguments: &Arguments, world: &World, run: &Run) -> Result<Outcome, Failure> {
    let fixed = fix::apply(world, &run.findings, safety(arguments));
    let mut out = String::new();
    for (&id, text) in &fixed.texts {
        let file = world.files.get(id);
        let diff = similar::TextDiff::from_lines(&*file.text, text);
        let mut diff = diff.unified_diff();
        let diff = diff.header(&file.path, &file.path);
        out.push_str(&diff.to_string());
    }
    print_diff(&out)?;
    Ok(if out.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Differs
    })
}

pub(super) fn baseline(command: &BaselineCommand, log: Log) -> Result<Outcome, Failure> {
    let (BaselineCommand::Write(arguments)
    | BaselineCommand::Check(arguments)
    | BaselineCommand::Prune(arguments)) = command;
    let input = arguments.sources.read()?;
    let mut settings = arguments.chosen.settings(&input)?;
    let usual = || input.folder.join(BASELINE);
    let path = settings.baseline.clone().unwrap_or_else(usual);
    settings.baseline = (!matches!(command, BaselineCommand::Write(_))).then(|| path.clone());
    let session = Session::new(input.tree, input.config.vocabulary, settings)?;
    let (world, run) = session.run()?;
    match command {
        BaselineCommand::Write(_) => {
            let baseline = Baseline::of(&world, &run.findings);
            write_baseline(&path, &baseline)?;
            log.say(&format!(
                "{} findings are known now: {}",
                baseline.len(),
                path.display()
            ));
            Ok(Outcome::Clean)
        }
        BaselineCommand::Check(_) => {
            print(&Format::Concise.render(&world, &run.findings, Colors::Ansi))?;
            log.say(&summary(&run, 0));
            Ok(if run.findings.is_empty() && run.stale.is_empty() {
                Outcome::Clean
            } else {
                Outcome::Differs
            })
        }
        BaselineCommand::Prune(_) => {
            let (baseline, _) = Baseline::read(&path)?;
            write_baseline(&path, &baseline.pruned(&run.stale))?;
            log.say(&format!(
                "took {} entries out of {}",
                run.stale.len(),
                path.display()
            ));
            Ok(Outcome::Clean)
        }
    }
}

fn write_baseline(path: &Path, baseline: &Baseline) -> Result<(), Failure> {
    fs::write(path, baseline.text())
        .map_err(|error| format!("cannot write `{}`: {error}", path.display()).into())
}

pub(super) fn explain(arguments: &ExplainArguments) -> Result<Outcome, Failure> {
    let Some(word) = &arguments.rule else {
        print(&report::catalogue())?;
        return Ok(Outcome::Clean);
    };
    if let Some(rule) = rules::find(word) {
        print(&report::explained(rule))?;
        return Ok(Outcome::Clean);
    }
    // Says what is meant, as for any other word that is no rule.
    let error = Selector::parse(word).err().map(|error| error.to_string());
    let several = || format!("`{word}` is several rules; name one");
    Err(error.unwrap_or_else(several).into())
}
