//! How fast each stage is, beside a bare walk over the Markdown events of the same files in the same run.
//!
//! All versions of a tree count together. Every figure is taken several times; the least and the middle one are shown.
//! Whole runs, which begin with files on disk, are held against what any reader has to do at least with as many threads:
//! to read the files and to walk over their events.

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use docwright::{
    docs::{Docs, DocsTree, Role},
    emit::rust,
    facts, generate, model,
    resolve::Resolver,
    sections::{self, Page},
    vocabulary::Vocabulary,
    writer,
};
use pulldown_cmark::{Options, Parser};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};

use super::{build_docwright, run_optimized};
use crate::{
    Outcome,
    measure::{self, Cost, mebibytes},
    number, option, root,
};

pub(crate) const HELP: &str =
    "[--docs DIR] [--repeat N]: time of each stage, beside a bare pulldown-cmark walk";

/// The stages in their order. The first two are what whole runs are held against.
const STAGES: [&str; 8] = [
    "events only",
    "read",
    "sections",
    "facts",
    "model",
    "resolve",
    "emit rust",
    "write",
];

/// One measurement of every stage.
type Round = [Duration; STAGES.len()];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if cfg!(debug_assertions) {
        return run_optimized(&["bench"], arguments);
    }
    let docs =
        option(arguments, "--docs")?.map_or_else(|| root().join("docs-input"), PathBuf::from);
    let repeat = number(arguments, "--repeat", 5)?.max(1);
    let size = Size::of(&DocsTree::read(&docs, None)?);
    println!(
        "{} pages, {:.1} MB, {} lines; {repeat} rounds\n",
        size.pages,
        size.megabytes(),
        size.lines
    );

    let pools = pools()?;
    // What is written stays until the end: the disk would delete while the next round is measured.
    let mut places = Vec::new();
    let mut columns = Vec::new();
    for pool in &pools {
        let mut rounds = Vec::new();
        for _ in 0..repeat {
            let place = Place::new()?;
            rounds.push(pool.install(|| round(&docs, &place))?);
            places.push(place);
        }
        columns.push(rounds);
    }
    print_stages(&size, &pools, &columns);
    let walk: Vec<_> = columns
        .iter()
        .map(|rounds| least(rounds.iter().map(|round| round[0] + round[1])))
        .collect();
    print_whole_runs(&docs, repeat, &pools, &walk)
}

/// How much there is to read.
struct Size {
    pages: usize,
    bytes: usize,
    lines: usize,
}

impl Size {
    fn of(tree: &DocsTree) -> Self {
        let files = || tree.versions.values().flat_map(|docs| &docs.pages);
        Self {
            pages: files().filter(|page| page.role == Role::Page).count(),
            bytes: files().map(|page| page.text.len()).sum(),
            lines: files().map(|page| page.text.lines().count()).sum(),
        }
    }

    fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }
}

/// One thread, and as many as the machine has.
fn pools() -> Result<Vec<ThreadPool>, Box<dyn std::error::Error>> {
    let all = std::thread::available_parallelism()?.get();
    let mut counts = vec![1, all];
    counts.dedup();
    let pools = counts
        .into_iter()
        .map(|threads| ThreadPoolBuilder::new().num_threads(threads).build());
    Ok(pools.collect::<Result<_, _>>()?)
}

/// Runs every stage once, on the threads of the current pool.
fn round(docs: &Path, place: &Place) -> Result<Round, String> {
    let mut clock = Clock::default();
    let words = Vocabulary::default();
    let tree = clock
        .time(1, || DocsTree::read(docs, None))
        .map_err(|error| error.to_string())?;
    for (version, docs) in &tree.versions {
        clock.time(0, || walk(docs));
        let pages = clock.time(2, || parse(docs));
        let facts = clock.time(3, || facts::collect(&pages, &words));
        let model = clock.time(4, || model::build(&pages, &facts));
        let api = clock.time(5, || {
            Resolver::new(*version, &pages, &facts).resolve(&model, None)
        });
        let options = rust::Options::new(generate::DEFAULT_CRATE_NAME);
        let files = clock.time(6, || rust::emit(&api, &options));
        let out = place.folder.path().join(version.as_str());
        clock
            .time(7, || writer::write(&out, &files))
            .map_err(|error| error.to_string())?;
    }
    Ok(clock.spent)
}

/// Adds up what each stage takes.
#[derive(Default)]
struct Clock {
    spent: Round,
}

impl Clock {
    fn time<T>(&mut self, stage: usize, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = black_box(work());
        self.spent[stage] += start.elapsed();
        result
    }
}

/// What any reader of these files has to do at least.
fn walk(docs: &Docs) -> usize {
    let events = |text: &str| {
        Parser::new_ext(text, Options::ENABLE_TABLES)
            .map(black_box)
            .count()
    };
    docs.pages.par_iter().map(|page| events(&page.text)).sum()
}

fn parse(docs: &Docs) -> Vec<(Role, Page)> {
    let parse = |page: &docwright::docs::Document| {
        (
            page.role,
            sections::parse(page.path.clone(), page.text.clone()),
        )
    };
    docs.pages.par_iter().map(parse).collect()
}

fn print_stages(size: &Size, pools: &[ThreadPool], columns: &[Vec<Round>]) {
    print!("{:<14}", "");
    for pool in pools {
        print!(
            "{:>22}",
            format!("{} threads, ms", pool.current_num_threads())
        );
    }
    println!("{:>12}{:>9}{:>13}", "pages/s", "MB/s", "lines/s");
    for (stage, name) in STAGES.into_iter().enumerate() {
        print!("{name:<14}");
        let mut best = Duration::MAX;
        for rounds in columns {
            let times: Vec<_> = rounds.iter().map(|round| round[stage]).collect();
            best = least(times.iter().copied());
            print!("{:>22}", least_and_median(times));
        }
        print_rates(size, best);
    }
}

/// The speed on all threads.
fn print_rates(size: &Size, time: Duration) {
    if time < Duration::from_micros(10) {
        println!();
        return;
    }
    let rate = |amount: f64| amount / time.as_secs_f64();
    let [pages, lines] = [size.pages, size.lines].map(|count| rate(count as f64));
    println!("{pages:>12.0}{:>9.1}{lines:>13.0}", rate(size.megabytes()));
}

/// Runs the program itself, from the files to the files.
fn print_whole_runs(
    docs: &Path,
    repeat: usize,
    pools: &[ThreadPool],
    walk: &[Duration],
) -> Outcome {
    build_docwright()?;
    let docs = docs.canonicalize()?;
    println!("\nwhole runs of `docwright generate rust`, in processes of their own");
    println!(
        "{:<14}{:>9}{:>22}{:>10}{:>11}{:>10}",
        "", "threads", "wall, ms", "/ walk", "cpu, s", "peak"
    );
    for (pool, walk) in pools.iter().zip(walk) {
        let place = Place::new()?;
        let threads = pool.current_num_threads();
        let fresh = (0..repeat).map(|number| process(&docs, &place.out(number), threads, &[]));
        print_runs(
            "new folder",
            threads,
            &fresh.collect::<Result<Vec<_>, _>>()?,
            *walk,
        );
        let again = (0..repeat).map(|_| process(&docs, &place.out(0), threads, &[]));
        print_runs(
            "unchanged",
            threads,
            &again.collect::<Result<Vec<_>, _>>()?,
            *walk,
        );
        let check = (0..repeat).map(|_| process(&docs, &place.out(0), threads, &["--check"]));
        print_runs(
            "--check",
            threads,
            &check.collect::<Result<Vec<_>, _>>()?,
            *walk,
        );
    }
    Ok(())
}

fn process(
    docs: &Path,
    out: &Path,
    threads: usize,
    more: &[&str],
) -> Result<Cost, Box<dyn std::error::Error>> {
    let mut command = Command::new(root().join("target/release/docwright"));
    command
        .args(["--quiet", "generate", "rust", "--docs"])
        .arg(docs)
        .arg("--out")
        .arg(out)
        .args(more);
    let (success, cost) = measure::run(command.env("RAYON_NUM_THREADS", threads.to_string()))?;
    if success {
        Ok(cost)
    } else {
        Err(format!("{command:?} failed").into())
    }
}

fn print_runs(name: &str, threads: usize, costs: &[Cost], walk: Duration) {
    let walls = || costs.iter().map(|cost| cost.wall);
    let ratio = least(walls()).as_secs_f64() / walk.as_secs_f64();
    let cpu = costs
        .iter()
        .filter_map(|cost| cost.cpu)
        .fold(f64::INFINITY, f64::min);
    let peak = mebibytes(costs.iter().filter_map(|cost| cost.peak).max());
    println!(
        "{name:<14}{threads:>9}{:>22}{ratio:>10.2}{cpu:>11.2}{peak:>10}",
        least_and_median(walls().collect())
    );
}

fn least(times: impl Iterator<Item = Duration>) -> Duration {
    times.min().unwrap_or_default()
}

/// `12.3 (12.9)`, in milliseconds.
fn least_and_median(mut times: Vec<Duration>) -> String {
    times.sort();
    let [least, median] = [0, times.len() / 2]
        .map(|at| times.get(at).copied().unwrap_or_default().as_secs_f64() * 1e3);
    format!("{least:.1} ({median:.1})")
}

/// Folders to write to, on the disk that holds the workspace; they vanish with the value.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Result<Self, String> {
        let target = root().join("target");
        let folder = fs::create_dir_all(&target).and_then(|()| tempfile::tempdir_in(&target));
        folder
            .map(|folder| Self { folder })
            .map_err(|error| format!("{}: {error}", target.display()))
    }

    fn out(&self, number: usize) -> PathBuf {
        self.folder.path().join(number.to_string())
    }
}
