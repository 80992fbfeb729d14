//! A whole run: findings with their levels, without those that somebody knows of.
//!
//! Comes in: a [`World`] and the [`Settings`]. Goes out: [`Run`]: what is told, and how many findings are not, and why.

use super::{
    Check, Finding, Place, Rule,
    baseline::{Baseline, Stale},
    check, check_page, comments,
    files::FileId,
    finding::Findings,
    page::PageContext,
    rules,
    settings::Settings,
    world::World,
};

/// What a run tells.
#[derive(Debug, Default)]
pub struct Run {
    /// Findings by file and place.
    pub findings: Vec<Finding>,
    /// How many are not told because a comment in the page knows of them.
    pub suppressed: usize,
    /// How many are not told because the baseline knows of them.
    pub known: usize,
    /// What the baseline knows of and no finding has any more.
    pub stale: Vec<Stale>,
}

/// A baseline, and its file.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What is known.
    pub baseline: &'a Baseline,
    /// The file that says so.
    pub file: FileId,
}

/// Checks everything.
pub fn run(world: &World, settings: &Settings, known: Option<Known>) -> Run {
    let used = used(settings);
    let files: Vec<FileId> = world.files.iter().map(|(id, _)| id).collect();
    let mut run = judge(world, settings, &used, &files, check(world, &used));
    if let Some(known) = known {
        compare(world, settings, known, &mut run);
    }
    super::sort(&mut run.findings);
    run
}

/// Checks one page, with what was found in it by rules that look at more than a page.
pub fn run_page(cx: &PageContext, settings: &Settings, others: Vec<Finding>) -> Vec<Finding> {
    let used = used(settings);
    let mut findings = check_page(cx, &used);
    findings.extend(others);
    let mut run = judge(cx.world, settings, &used, &[cx.file()], findings);
    super::sort(&mut run.findings);
    run.findings
}

/// The rules that are checked.
fn used(settings: &Settings) -> Vec<&'static Rule> {
    let rules = rules::ALL.iter().copied();
    rules
        .filter(|rule| settings.uses(rule) && !matches!(rule.check, Check::Run))
        .collect()
}

/// Leaves what no comment in these files knows of, and what the settings want to be told.
fn judge(
    world: &World,
    settings: &Settings,
    used: &[&'static Rule],
    files: &[FileId],
    findings: Vec<Finding>,
) -> Run {
    let mut run = Run {
        findings,
        ..Run::default()
    };
    let mut comments = comments::read(world, files);
    let all = run.findings.len();
    run.findings
        .retain(|finding| !comments::know(&mut comments, finding));
    run.suppressed = all - run.findings.len();
    run.findings.extend(comments::judge(&comments, used));
    run.findings.retain_mut(|finding| {
        let path = &world.files.get(finding.primary.file).key;
        let severity = settings.severity(finding.rule, path, finding.severity);
        finding.severity = severity.unwrap_or(finding.severity);
        severity.is_some()
    });
    run
}

/// Leaves what is new, and tells what the baseline has no reason to know any more.
fn compare(world: &World, settings: &Settings, known: Known, run: &mut Run) {
    let compared = known.baseline.compare(world, &run.findings);
    run.known = run.findings.len() - compared.new.len();
    let mut at = 0;
    run.findings.retain(|_| {
        at += 1;
        compared.new.binary_search(&(at - 1)).is_ok()
    });
    let rule = rules::STALE_BASELINE_ENTRY;
    if settings.uses(rule) {
        let mut findings = Findings::of(rule);
        for stale in &compared.stale {
            let message = format!("{} is no longer found for `{}`", stale.rule, stale.symbol);
            let place = Place::new(known.file, stale.at, "");
            findings
                .tell(place, message)
                .symbol(format!("{}:{}", stale.rule, stale.symbol))
                .help("`docwright baseline prune` takes it out");
        }
        run.findings.extend(findings.into_list());
    }
    run.stale = compared.stale;
}
