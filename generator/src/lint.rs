//! The linter: every contradiction is a finding with its places. Only this module judges.
//!
//! Comes in: a [`Subject`]: everything that was read and compiled. Goes out: [`Finding`]s, by file and place.
//! Invariant: the findings and their order depend on the subject and the chosen rules alone, never on the number of threads.
//!
//! A rule is a file in `lint/rules`; `lint/rules.rs` lists them. To add one, write `abc001_what_is_wrong.rs`, a Markdown page of
//! the same name, and a line in that list.

use rayon::prelude::*;

pub mod annotations;
pub mod apidoctor;
pub mod baseline;
pub mod beside;
pub mod change;
mod comments;
pub mod enumerations;
pub mod examples;
pub mod files;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod front;
pub mod generated;
pub mod links;
pub mod members;
pub mod names;
pub mod openapi;
pub mod page;
pub mod pages_alone;
pub mod permissions;
pub mod report;
pub mod requests;
pub mod rule;
pub mod rules;
pub mod run;
pub mod samples;
pub mod settings;
pub mod since;
pub mod status;
pub mod suppression;
pub mod tables;
pub mod values;
pub mod world;

pub use finding::{Edit, Finding, Fix, Place, Safety, Severity};
pub use rule::{Check, Preset, Rule};
pub use world::{Subject, World};

use crate::{docs::PAGES_AT_ONCE, facts::PageId};
use change::Change;
use finding::Findings;
use page::PageContext;
use pages_alone::PagesAlone;
use world::Version;

/// What these rules find.
pub fn check(world: &World, rules: &[&'static Rule]) -> Vec<Finding> {
    let (pages, wholes): (Vec<_>, Vec<_>) = rules
        .iter()
        .partition(|rule| matches!(rule.check, Check::Page(_)));
    let (mut found, (of_wholes, of_pairs)) = rayon::join(
        || check_pages(world, &pages),
        || {
            rayon::join(
                || check_wholes(world, &wholes),
                || check_pairs(world, &wholes),
            )
        },
    );
    found.extend(of_wholes);
    found.extend(of_pairs);
    sort(&mut found);
    found
}

/// Puts findings in the order of their places.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
}

/// What stands first is told first.
fn order(finding: &Finding) -> (files::FileId, u32, u32, &str, &str, &str) {
    let at = finding.primary.at;
    (
        finding.primary.file,
        at.start,
        at.end,
        finding.rule.code,
        &finding.symbol,
        &finding.message,
    )
}

/// What the rules of pages find in all pages.
fn check_pages(world: &World, rules: &[&'static Rule]) -> Vec<Finding> {
    let pages: Vec<_> = world
        .versions
        .iter()
        .flat_map(|version| {
            let ids = (0..version.compilation.pages.len() as u32).map(PageId);
            ids.map(move |id| (version, id))
        })
        .collect();
    pages
        .par_iter()
        .with_max_len(PAGES_AT_ONCE)
        .flat_map_iter(|&(version, id)| {
            let (role, page) = &version.compilation.pages[id.index()];
            let facts = &version.facts()[id.index()];
            let cx = PageContext::new(world, version, id, (*role, page), facts);
            check_page(&cx, rules)
        })
        .collect()
}

/// What rules find in one page.
pub fn check_page(cx: &PageContext, rules: &[&'static Rule]) -> Vec<Finding> {
    let mut found = Vec::new();
    for &rule in rules {
        if let Check::Page(check) = rule.check {
            let mut findings = Findings::of(rule);
            check(cx, &mut findings);
            found.extend(findings.into_list());
        }
    }
    found
}

/// What the rules find that look at more than a page.
fn check_wholes(world: &World, rules: &[&'static Rule]) -> Vec<Finding> {
    let tasks: Vec<(&'static Rule, Option<&Version>)> = rules
        .iter()
        .flat_map(|&rule| match rule.check {
            Check::Version(_) => world.versions.iter().map(|it| (rule, Some(it))).collect(),
            Check::World(_) => vec![(rule, None)],
            Check::Page(_) | Check::Metadata(_) | Check::Change(_) | Check::Run => Vec::new(),
        })
        .collect();
    tasks
        .par_iter()
        .flat_map_iter(|&(rule, version)| {
            let mut findings = Findings::of(rule);
            match (rule.check, version) {
                (Check::Version(check), Some(version)) => check(world, version, &mut findings),
                (Check::World(check), None) => check(world, &mut findings),
                _ => {}
            }
            findings.into_list()
        })
        .collect()
}

/// What the rules find that compare the pages of a version with its metadata, or with what they were.
fn check_pairs(world: &World, rules: &[&'static Rule]) -> Vec<Finding> {
    let is_of_pairs = |rule: &&&Rule| matches!(rule.check, Check::Metadata(_) | Check::Change(_));
    let rules: Vec<_> = rules.iter().filter(is_of_pairs).copied().collect();
    let versions = world.versions.par_iter();
    versions
        .flat_map_iter(|version| check_pair(world, version, &rules))
        .collect()
}

/// The same for one version. What its pages say alone is made once for all rules, and only if there are such rules.
fn check_pair<'a>(
    world: &World<'a>,
    version: &Version<'a>,
    rules: &[&'static Rule],
) -> Vec<Finding> {
    if rules.is_empty() {
        return Vec::new();
    }
    let alone = PagesAlone::of(version);
    let before = world.before(version.compilation.version);
    let change = before.map(|before| Change::of(before, version, alone.as_ref()));
    let found = rules.par_iter().flat_map_iter(|&rule| {
        let mut findings = Findings::of(rule);
        match (rule.check, &alone, &change) {
            (Check::Metadata(check), Some(alone), _) => check(world, alone, &mut findings),
            (Check::Change(check), _, Some(change)) => check(world, change, &mut findings),
            _ => {}
        }
        findings.into_list()
    });
    found.collect()
}
