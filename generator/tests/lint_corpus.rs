//! The linter on a real reference, both versions with their metadata: what people have found by hand, it finds.
//!
//! The pages are not part of this repository; where they are not there, the tests say so and pass.

use std::{collections::BTreeSet, fs, sync::LazyLock};

use docwright::{
    docs::{DocsTree, MetadataFile},
    lint::{
        Finding, Preset, Subject, World, run,
        settings::{Base, Settings},
    },
    vocabulary::Vocabulary,
};

#[path = "common/shared.rs"]
mod shared;

const KNOWN: &str = include_str!("corpus/known_defects.txt");

static SUBJECT: LazyLock<Option<Subject>> = LazyLock::new(|| {
    let folder = shared::shared("corpus/2021-07")?;
    let mut tree = DocsTree::read(&folder, None).unwrap();
    for (version, docs) in &mut tree.versions {
        let path = folder.join(format!("csdl/{version}.xml"));
        docs.metadata = Some(MetadataFile {
            path: path.to_string_lossy().into(),
            text: fs::read_to_string(path).unwrap().into(),
        });
    }
    Some(Subject::of(tree, Vocabulary::default()))
});

/// All rules.
fn strict() -> Settings {
    Settings {
        base: Base::Preset(Preset::Strict),
        ..Settings::default()
    }
}

/// `TBL003 v1.0/resources/user.md:9` for each place of a finding, and the same without the line.
fn places(world: &World, findings: &[Finding]) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for finding in findings {
        for place in finding.related.iter().chain([&finding.primary]) {
            let file = world.files.get(place.file);
            let path = file.key.strip_prefix("api-reference/").unwrap_or(&file.key);
            let code = finding.rule.code;
            let (start, end) = file.range(place.at);
            places.insert(format!("{code} {path}"));
            for line in start.line..=end.line {
                places.insert(format!("{code} {path}:{line}"));
            }
        }
    }
    places
}

/// Whether something of this rule is told at a place: `TBL003 v1.0/resources/user.md:9`. A line that opens a code block or
/// a comment stands for all of it.
fn is_told(world: &World, places: &BTreeSet<String>, known: &str) -> bool {
    let Some((page, line)) = known.rsplit_once(':') else {
        return places.contains(known);
    };
    let path = page.split(' ').nth(1).unwrap();
    let file = world
        .files
        .iter()
        .find(|(_, file)| file.key == format!("api-reference/{path}"));
    let (_, file) = file.unwrap();
    let first: usize = line.parse().unwrap();
    let lines: Vec<&str> = file.text.lines().collect();
    let opening = lines[first - 1].trim_start();
    let close = match opening {
        _ if opening.starts_with("```") => Some("```"),
        _ if opening.starts_with("<!--") => Some("-->"),
        _ => None,
    };
    let rest = lines[first..].iter();
    let length = close.map_or(0, |close| {
        1 + rest.take_while(|line| !line.contains(close)).count()
    });
    (first..=first + length).any(|line| places.contains(&format!("{page}:{line}")))
}

#[test]
fn what_people_found_by_hand_is_found() {
    let Some(subject) = &*SUBJECT else { return };
    let world = World::new(subject, &subject.beside.root);
    let findings = run::run(&world, &strict(), None).findings;
    let places = places(&world, &findings);
    let known = KNOWN.lines().filter(|line| !line.starts_with('#'));
    let missing: Vec<_> = known
        .filter(|line| !is_told(&world, &places, line))
        .collect();
    assert!(
        missing.is_empty(),
        "{} known defects are not found:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn every_finding_can_be_shown() {
    let Some(subject) = &*SUBJECT else { return };
    let world = World::new(subject, &subject.beside.root);
    for finding in run::run(&world, &strict(), None).findings {
        let code = finding.rule.code;
        assert!(!finding.symbol.is_empty(), "{code}: {}", finding.message);
        assert!(
            !finding.message.contains('\n'),
            "{code}: {}",
            finding.message
        );
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let places = finding.related.iter().chain([&finding.primary]);
        let ranges = places
            .map(|it| (it.file, it.at))
            .chain(edits.map(|it| (it.file, it.at)));
        for (file, at) in ranges {
            let text = &world.files.get(file).text;
            assert!(
                text.get(at.start as usize..at.end as usize).is_some(),
                "{code}: {}",
                finding.message
            );
        }
    }
}

#[test]
fn unfinished_pages_are_told_line_by_line() {
    let Some(folder) = shared::shared("corpus/seeds") else {
        return;
    };
    let folder = folder.canonicalize().unwrap();
    let tree = DocsTree::read(&folder, None).unwrap();
    let subject = Subject::of(tree, Vocabulary::default());
    let world = World::new(&subject, &folder);
    let findings = run::run(&world, &strict(), None).findings;
    let told: BTreeSet<String> = findings
        .iter()
        .map(|finding| {
            let file = world.files.get(finding.primary.file);
            let (start, _) = file.range(finding.primary.at);
            format!("{} {} {}", &file.key[..3], finding.rule.code, start.line)
        })
        .collect();
    let expected = include_str!("corpus/unfinished_pages.txt").lines();
    let expected = expected.filter(|line| !line.starts_with('#'));
    let places = expected.flat_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let (page, rest) = words.split_at(2);
        let of_line = |at: &&str| format!("{} {at}", page.join(" "));
        rest.iter().map(of_line).collect::<Vec<_>>()
    });
    let missing: Vec<String> = places.filter(|place| !told.contains(place)).collect();
    assert!(missing.is_empty(), "not told: {missing:?}");
}
