//! A page for a browser: the state of the documents by area, rule and owner, and every finding with its lines.
//!
//! The page is one file and asks no network for anything; its content security policy forbids it to. The findings are JSON in
//! a script element, as compact as `script.js` can still read them: names are told once, and findings say their numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Spot, excerpt::Cut};
use crate::{
    docs::Role,
    front_matter,
    lint::{
        files::FileId,
        finding::{Finding, Fix, Place, Safety},
        fingerprint::fingerprints,
        world::{Version, World},
    },
    sections::Page,
};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// The entries of the front matter that name the area of a page, the first that is there.
const AREA_KEYS: [&str; 2] = ["ms.subservice", "ms.prod"];

/// The area of files that are no pages.
const BESIDE: &str = "beside the pages";

/// What pages have where their front matter says nothing.
const UNNAMED: &str = "unnamed";

/// Everything that the script shows.
#[derive(Serialize)]
struct Data<'w> {
    rules: Vec<RuleData>,
    areas: Vec<GroupData>,
    owners: Vec<GroupData>,
    files: Vec<FileData<'w>>,
    findings: Vec<FindingData<'w>>,
}

#[derive(Serialize)]
struct RuleData {
    code: &'static str,
    name: &'static str,
    about: &'static str,
}

/// An area or an owner.
#[derive(Serialize)]
struct GroupData {
    name: String,
    pages: usize,
}

/// A file with findings or second places.
#[derive(Serialize)]
struct FileData<'w> {
    path: &'w str,
    area: usize,
    owner: usize,
    page: bool,
}

#[derive(Serialize)]
struct FindingData<'w> {
    /// The number of its rule.
    #[serde(rename = "r")]
    rule: usize,
    #[serde(rename = "s")]
    severity: &'static str,
    #[serde(rename = "m")]
    message: &'w str,
    #[serde(rename = "y")]
    symbol: &'w str,
    #[serde(rename = "i")]
    fingerprint: String,
    /// The primary place, then the others.
    #[serde(rename = "p")]
    places: Vec<PlaceData<'w>>,
    #[serde(rename = "h", skip_serializing_if = "Option::is_none")]
    help: Option<&'w str>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    fix: Option<FixData<'w>>,
}

#[derive(Serialize)]
struct PlaceData<'w> {
    /// The number of its file.
    #[serde(rename = "f")]
    file: usize,
    #[serde(rename = "l")]
    line: u32,
    #[serde(rename = "c")]
    column: u32,
    #[serde(rename = "t", skip_serializing_if = "str::is_empty")]
    label: &'w str,
    #[serde(rename = "x")]
    cut: Cut,
}

#[derive(Serialize)]
struct FixData<'w> {
    #[serde(rename = "t")]
    title: &'w str,
    #[serde(rename = "s")]
    is_safe: bool,
    #[serde(rename = "e")]
    edits: Vec<EditData<'w>>,
}

#[derive(Serialize)]
struct EditData<'w> {
    #[serde(rename = "f")]
    file: usize,
    #[serde(rename = "x")]
    cut: Cut,
    /// What stands there afterwards.
    #[serde(rename = "n")]
    text: &'w str,
}

pub(super) fn render(world: &World, findings: &[Finding]) -> String {
    let data = data(world, findings);
    // Strings and numbers; there is nothing that could fail.
    let data = serde_json::to_string(&data).unwrap_or_default();
    let (before, rest) = halves(PAGE, "{{style}}");
    let (between, rest) = halves(rest, "{{data}}");
    let (behind, end) = halves(rest, "{{script}}");
    [
        before,
        STYLE,
        between,
        &in_script(&data),
        behind,
        SCRIPT,
        end,
    ]
    .concat()
}

fn halves<'t>(text: &'t str, mark: &str) -> (&'t str, &'t str) {
    text.split_once(mark).unwrap_or((text, ""))
}

/// JSON that cannot end the script element that it stands in, whatever its strings hold.
fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}

fn data<'w>(world: &'w World, findings: &'w [Finding]) -> Data<'w> {
    let mut groups = Groups::of(world);
    let mut rules = BTreeMap::new();
    for finding in findings {
        let rule = finding.rule;
        rules.entry(rule.code).or_insert(RuleData {
            code: rule.code,
            name: rule.name,
            about: rule.explanation(),
        });
    }
    let rules: Vec<_> = rules.into_values().collect();
    let prints = fingerprints(world, findings);
    let findings = findings.iter().zip(prints).map(|(finding, fingerprint)| {
        let rule = rules.partition_point(|it| it.code < finding.rule.code);
        groups.finding(finding, rule, fingerprint)
    });
    let findings = findings.collect();
    Data {
        rules,
        areas: groups.areas.list,
        owners: groups.owners.list,
        files: groups.files,
        findings,
    }
}

/// Areas and owners with their pages, and the files that were named so far.
struct Groups<'w, 'a> {
    world: &'w World<'a>,
    areas: Names,
    owners: Names,
    files: Vec<FileData<'w>>,
    numbers: BTreeMap<FileId, usize>,
}

/// Names with their numbers.
#[derive(Default)]
struct Names {
    list: Vec<GroupData>,
    numbers: BTreeMap<String, usize>,
}

impl Names {
    fn number(&mut self, name: &str) -> usize {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.list.len();
        self.numbers.insert(name.to_owned(), number);
        self.list.push(GroupData {
            name: name.to_owned(),
            pages: 0,
        });
        number
    }

    fn count(&mut self, name: &str) {
        let number = self.number(name);
        if let Some(group) = self.list.get_mut(number) {
            group.pages += 1;
        }
    }
}

impl<'w, 'a> Groups<'w, 'a> {
    /// All pages counted.
    fn of(world: &'w World<'a>) -> Self {
        let (mut areas, mut owners) = (Names::default(), Names::default());
        for version in &world.versions {
            for (role, page) in &version.compilation.pages {
                if *role == Role::Page {
                    areas.count(area(page));
                    owners.count(owner(page));
                }
            }
        }
        Self {
            world,
            areas,
            owners,
            files: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }

    fn file(&mut self, id: FileId) -> usize {
        if let Some(&number) = self.numbers.get(&id) {
            return number;
        }
        let number = self.files.len();
        self.numbers.insert(id, number);
        let page = self
            .world
            .page_of(id)
            .map(|(version, id)| (version, id.index()));
        let page = page.and_then(|(version, at)| page_at(version, at));
        let (area, owner) = page.map_or((BESIDE, UNNAMED), |(_, page)| (area(page), owner(page)));
        self.files.push(FileData {
            path: &self.world.files.get(id).path,
            area: self.areas.number(area),
            owner: self.owners.number(owner),
            page: page.is_some_and(|(role, _)| role == Role::Page),
        });
        number
    }

    fn finding(
        &mut self,
        finding: &'w Finding,
        rule: usize,
        fingerprint: String,
    ) -> FindingData<'w> {
        let places = [&finding.primary].into_iter().chain(&finding.related);
        FindingData {
            rule,
            severity: finding.severity.as_str(),
            message: &finding.message,
            symbol: &finding.symbol,
            fingerprint,
            places: places.map(|place| self.place(place)).collect(),
            help: finding.help.as_deref(),
            fix: finding.fix.as_ref().map(|fix| self.fix(fix)),
        }
    }

    fn place(&mut self, place: &'w Place) -> PlaceData<'w> {
        let start = Spot::of(self.world, place).start;
        PlaceData {
            file: self.file(place.file),
            line: start.line,
            column: start.column,
            label: &place.label,
            cut: Cut::of(self.world.files.get(place.file), place.at),
        }
    }

    fn fix(&mut self, fix: &'w Fix) -> FixData<'w> {
        let edits = fix.edits.iter().map(|edit| EditData {
            file: self.file(edit.file),
            cut: Cut::of(self.world.files.get(edit.file), edit.at),
            text: &edit.text,
        });
        FixData {
            title: &fix.title,
            is_safe: fix.safety == Safety::Safe,
            edits: edits.collect(),
        }
    }
}

fn page_at<'w>(version: &'w Version, at: usize) -> Option<(Role, &'w Page)> {
    let (role, page) = version.compilation.pages.get(at)?;
    Some((*role, page))
}

/// The area of a page: what its front matter says, else its folder.
fn area(page: &Page) -> &str {
    let named = AREA_KEYS.iter().find_map(|key| entry(page, key));
    let folder = || page.path.split_once('/').map(|(folder, _)| folder);
    named.or_else(folder).unwrap_or(UNNAMED)
}

/// Who looks after a page.
fn owner(page: &Page) -> &str {
    entry(page, "author").unwrap_or(UNNAMED)
}

fn entry<'p>(page: &'p Page, key: &str) -> Option<&'p str> {
    let word = front_matter::word(page.str(page.front_matter?), key)?;
    Some(word).filter(|word| !word.is_empty())
}
