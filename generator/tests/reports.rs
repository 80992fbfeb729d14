//! Every format of findings, on a small reference: about shops, bells and what goes wrong with their pages.
//!
//! What people read is a snapshot to be read. What programs read is parsed back, and held against the findings and, where
//! there is one, the published schema; the page for browsers is opened in one.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use docwright::{
    docs::{DocsTree, MetadataFile},
    ir::ApiVersion,
    lint::{
        self, Check, Finding, Fix, Place, Preset, Rule, Severity, Subject, World, beside,
        fingerprint::fingerprints,
        report::{self, Colors, Format},
        rule::Fixes,
        rules,
    },
    vocabulary::Vocabulary,
};
use serde_json::Value;
use tempfile::TempDir;

const BELL: &str = r#"---
title: "bell resource type"
author: "quasimodo"
ms.subservice: "towers"
---

# bell resource type

Namespace: microsoft.graph

## Properties

|Property|Type|Description|
|:---|:---|:---|
|Tone|String|How it sounds, läutet & <rings>.|
|weight|Int32|In kilograms.|

## JSON representation

<!-- { "blockType": "resource", "@odata.type": "microsoft.graph.bell" } -->
```json
{
  "tone": "String",
  "weight": 1024
}
```
"#;

const GET_BELL: &str = r#"---
title: "Get bell"
author: "esmeralda"
---

# Get bell

## HTTP request

<!-- { "blockType": "ignored" } -->
```http
GET /bells/{id}
```

## Example

### Request

<!-- { "blockType": "request", "name": "get_bell" } -->
```http
GET https://graph.microsoft.com/v1.0/bells/7
```

### Response

<!-- { "blockType": "response", "@odata.type": "microsoft.graph.bell" } -->
```http
HTTP/1.1 200 OK
Content-type: application/json

{
  "Tone": "c♯",
  "wieght": 820,
  "colour": "green"
}
```
"#;

const METADATA: &str = r#"<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>
<Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="microsoft.graph">
  <EntityType Name="bell"><Property Name="tone" Type="Edm.String"/></EntityType>
</Schema></edmx:DataServices></edmx:Edmx>
"#;

/// A reference on disk.
struct Reference {
    _folder: TempDir,
    root: PathBuf,
    subject: Subject,
}

impl Reference {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (path, text) in files {
            let file = root.join("api-reference/v1.0").join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let mut tree = DocsTree::read(&root, None).unwrap();
        let metadata = root.join("api-reference/v1.0/metadata.xml");
        if let Some(file) = beside::read(&metadata) {
            let docs = tree.versions.get_mut(&ApiVersion::V1_0).unwrap();
            docs.metadata = Some(MetadataFile {
                path: metadata.to_string_lossy().into(),
                text: file.text,
            });
        }
        Self {
            subject: Subject::of(tree, Vocabulary::default()),
            root,
            _folder: folder,
        }
    }

    /// The bells.
    fn bells() -> Self {
        Self::new(&[
            ("resources/bell.md", BELL),
            ("api/bell-get.md", GET_BELL),
            ("metadata.xml", METADATA),
        ])
    }

    fn world(&self) -> World<'_> {
        World::new(&self.subject, &self.root)
    }
}

/// Rules of this test, so that the words of others may change without it.
static CASE: Rule = a_rule(
    "BEL001",
    "tone-differs",
    Severity::Error,
    "# BEL001 tone-differs\n\nA bell is spelled in two ways.\n\nWho rings the one never hears\nthe other.\n\n## Flagged\n\nNothing here.\n",
);
static MISSING: Rule = a_rule(
    "BEL002",
    "bell-missing",
    Severity::Error,
    "# BEL002 bell-missing\n\nA bell hangs in one tower\nand not in the other.\n\n## Flagged\n",
);
static UNKNOWN: Rule = a_rule(
    "TOW010",
    "tower-unknown",
    Severity::Warning,
    "# TOW010 tower-unknown\n\nNobody knows this `tower`.\n",
);

const fn a_rule(
    code: &'static str,
    name: &'static str,
    severity: Severity,
    doc: &'static str,
) -> Rule {
    Rule {
        code,
        name,
        severity,
        preset: Preset::Minimal,
        fixes: Fixes::Both,
        apidoctor: &[],
        doc,
        check: Check::Run,
    }
}

/// Findings of every shape: one without anything, one with all there is, one that is told in several places, one that only
/// informs. They are written here, so that what rules find may change without them.
fn findings(world: &World) -> Vec<Finding> {
    let page = "api-reference/v1.0/resources/bell.md";
    let get = "api-reference/v1.0/api/bell-get.md";
    let metadata = "api-reference/v1.0/metadata.xml";
    let finding = |rule: &'static Rule, symbol: &str, primary: Place, message: &str| Finding {
        rule,
        severity: rule.severity,
        message: message.to_owned(),
        symbol: symbol.to_owned(),
        primary,
        related: Vec::new(),
        help: None,
        fix: None,
    };
    let at = |file, text, label| place(world, file, text, 0, label);
    let in_table = at(page, "Tone", "the table says `Tone`");
    let mut case = finding(
        &CASE,
        "microsoft.graph.bell/Tone",
        in_table.clone(),
        "`Tone` and `tone` are one property in two spellings",
    );
    case.related(at(page, "\"tone\"", "the JSON says `tone`"))
        .related(at(metadata, "tone", "the metadata says `tone`"))
        .fix(Fix::safe(
            "spell it `tone`",
            Fix::replace(&in_table, "tone"),
        ));
    let missing = finding(
        &MISSING,
        "microsoft.graph.bell/weight",
        at(page, "weight", ""),
        "the metadata has no `weight` in `microsoft.graph.bell`",
    );
    let key = at(get, "\"wieght\"", "");
    let unknown =
        "`microsoft.graph.bell` has no property like this, 100 % of its rows: `[a|b]`, <c>";
    let mut first = finding(
        &UNKNOWN,
        "api/bell-get.md#response/wieght",
        key.clone(),
        unknown,
    );
    first
        .related(at(page, "weight", "a property [is] described here"))
        .help("did you mean `weight`?")
        .severity(Severity::Warning)
        .fix(Fix::needs_review(
            "rename it to `weight`",
            Fix::replace(&key, "\"weight\""),
        ));
    let mut second = finding(
        &UNKNOWN,
        "api/bell-get.md#response/colour",
        at(get, "\"colour\"", ""),
        unknown,
    );
    second.severity(Severity::Warning);
    let mut third = finding(
        &UNKNOWN,
        "api/bell-get.md#response/Tone",
        at(get, "\"Tone\"", ""),
        "`Tone` has a value of one character, `c♯`",
    );
    third.severity(Severity::Info);
    vec![third, first, second, case, missing]
}

/// The place of the nth occurrence of a text in a file.
fn place(world: &World, path: &str, text: &str, nth: usize, label: &str) -> Place {
    let (id, file) = world.files.iter().find(|(_, it)| it.path == path).unwrap();
    let (start, _) = file.text.match_indices(text).nth(nth).unwrap();
    Place::new(id, (start..start + text.len()).into(), label)
}

fn rendered(format: Format) -> String {
    let reference = Reference::bells();
    let world = reference.world();
    let findings = findings(&world);
    let text = format.render(&world, &findings, Colors::Plain);
    text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

#[test]
fn what_people_read() {
    insta::assert_snapshot!("full", rendered(Format::Full));
    insta::assert_snapshot!("concise", rendered(Format::Concise));
    insta::assert_snapshot!("grouped", rendered(Format::Grouped));
    insta::assert_snapshot!("markdown", rendered(Format::Markdown));
    let reference = Reference::bells();
    let findings = findings(&reference.world());
    insta::assert_snapshot!("statistics", report::statistics(&findings));
}

#[test]
fn what_programs_read() {
    insta::assert_snapshot!("json", rendered(Format::Json));
    insta::assert_snapshot!("json-lines", rendered(Format::JsonLines));
    insta::assert_snapshot!("sarif", rendered(Format::Sarif));
    insta::assert_snapshot!("github", rendered(Format::Github));
    insta::assert_snapshot!("gitlab", rendered(Format::Gitlab));
    insta::assert_snapshot!("junit", rendered(Format::Junit));
}

#[test]
fn what_rules_find_is_told_in_full() {
    let reference = Reference::bells();
    let world = reference.world();
    let findings = lint::check(&world, &[rules::find("TBL003").unwrap()]);
    insta::assert_snapshot!(Format::Full.render(&world, &findings, Colors::Plain));
}

#[test]
fn nothing_found_is_a_valid_text_in_every_format() {
    let reference = Reference::bells();
    let world = reference.world();
    let rendered = Format::ALL.map(|format| {
        let text = format.render(&world, &[], Colors::Plain);
        match format {
            Format::Html | Format::Sarif => String::new(),
            _ => format!("{}:\n{text}\n", format.as_str()),
        }
    });
    insta::assert_snapshot!(rendered.concat());
    check_sarif(&Format::Sarif.render(&world, &[], Colors::Plain));
}

#[test]
fn only_texts_for_people_have_colors() {
    let reference = Reference::bells();
    let world = reference.world();
    let findings = findings(&world);
    for format in Format::ALL {
        let colored = format.render(&world, &findings, Colors::Ansi);
        let has = matches!(format, Format::Full | Format::Concise | Format::Grouped);
        assert_eq!(colored.contains('\x1b'), has, "{format:?}");
        let plain = format.render(&world, &findings, Colors::Plain);
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
        assert_eq!(Format::find(format.as_str()), Some(format));
    }
}

#[test]
fn json_says_where_things_stand() {
    let reference = Reference::bells();
    let world = reference.world();
    let findings = findings(&world);
    let all: Vec<Value> =
        serde_json::from_str(&Format::Json.render(&world, &findings, Colors::Plain)).unwrap();
    let lines = Format::JsonLines.render(&world, &findings, Colors::Plain);
    let lines: Vec<Value> = lines
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert_eq!(all, lines);
    assert_eq!(all.len(), findings.len());
    for (told, finding) in all.iter().zip(&findings) {
        let file = world.files.get(finding.primary.file);
        assert_eq!(told["path"], file.path);
        // Columns count characters, not bytes.
        let line = file
            .text
            .lines()
            .nth(told["line"].as_u64().unwrap() as usize - 1)
            .unwrap();
        let column = told["column"].as_u64().unwrap() as usize - 1;
        let end = told["end_column"].as_u64().unwrap() as usize - 1;
        let text: String = line.chars().skip(column).take(end - column).collect();
        assert_eq!(text, finding.primary.at.of(&file.text));
        for edit in told["fix"]["edits"].as_array().into_iter().flatten() {
            let [start, end] = ["start", "end"].map(|key| edit[key].as_u64().unwrap() as usize);
            assert!(file.text.get(start..end).is_some());
        }
    }
}

/// Holds SARIF against the schema as OASIS published it.
fn check_sarif(text: &str) {
    let schema = include_str!("reports/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    // As published, this pattern closes a bracket that it never opens, and is no regular expression.
    for with_language in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][with_language]["properties"]["language"];
        language["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let log: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn sarif_is_valid() {
    let text = rendered(Format::Sarif);
    check_sarif(&text);
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}

#[test]
fn junit_is_read_back() {
    let report = quick_junit::Report::deserialize_from_str(&rendered(Format::Junit)).unwrap();
    let (tests, failures) = (report.tests, report.failures);
    assert_eq!((tests, failures), (5, 4));
}

#[test]
fn fingerprints_outlive_edits_and_are_unique() {
    let reference = Reference::bells();
    let world = reference.world();
    let before = fingerprints(&world, &findings(&world));
    let unique: BTreeSet<_> = before.iter().collect();
    assert_eq!(unique.len(), before.len());
    // Other lines above, another folder, another working directory.
    let page = BELL.replace("Namespace:", "A line more.\n\nAnd another.\n\nNamespace:");
    let reference = Reference::new(&[
        ("resources/bell.md", &page),
        ("api/bell-get.md", GET_BELL),
        ("metadata.xml", METADATA),
    ]);
    let world = reference.world();
    let mut now = findings(&world);
    for finding in &mut now {
        finding.message.push_str(", in other words");
    }
    assert_eq!(fingerprints(&world, &now), before);
    let elsewhere = World::new(&reference.subject, Path::new("/elsewhere"));
    assert_eq!(fingerprints(&elsewhere, &now), before);
    // The same thing twice in a file is told apart by a number.
    let twice: Vec<_> = now.iter().flat_map(|it| [it.clone(), it.clone()]).collect();
    let unique: BTreeSet<_> = fingerprints(&world, &twice).into_iter().collect();
    assert_eq!(unique.len(), twice.len());
    insta::assert_snapshot!(before.join("\n"), @r"
    78a0bb75a1092bac
    d4acc9315cf40704
    d4aea64a2fe662a8
    608b142f65814bd4
    27d2bfa8e2a3b369
    ");
}

#[test]
fn one_cause_in_many_places_is_shown_once() {
    let reference = Reference::bells();
    let world = reference.world();
    let all = findings(&world);
    let many: Vec<_> = std::iter::repeat_n(all[4].clone(), 36).collect();
    insta::assert_snapshot!(Format::Full.render(&world, &many, Colors::Plain));
}

#[test]
fn a_file_of_one_long_line_is_not_shown_whole() {
    let metadata = METADATA.replace('\n', "").replace(
        "<EntityType",
        &format!("<!-- {} --><EntityType", "läuten ".repeat(40_000)),
    );
    let reference = Reference::new(&[
        ("resources/bell.md", BELL),
        ("api/bell-get.md", GET_BELL),
        ("metadata.xml", &metadata),
    ]);
    let world = reference.world();
    let findings = findings(&world);
    let case: Vec<_> = findings[3..4].to_vec();
    insta::assert_snapshot!(Format::Full.render(&world, &case, Colors::Plain));
    let many: Vec<_> = std::iter::repeat_n(case[0].clone(), 2_000).collect();
    for format in Format::ALL {
        let text = format.render(&world, &many, Colors::Plain);
        assert!(text.len() < 2_000 * 4_000, "{format:?}: {}", text.len());
    }
}

/// A page for browsers, opened in one.
struct Browser {
    program: &'static str,
    folder: TempDir,
}

/// What a browser shows after a page was loaded.
struct Seen {
    document: String,
}

impl Browser {
    /// The Chromium of this machine, if there is one.
    fn find() -> Option<Self> {
        let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
        let program = names.into_iter().find(|name| {
            let command = Command::new(name).arg("--version").output();
            command.is_ok_and(|output| output.status.success())
        });
        if program.is_none() {
            eprintln!("skipped: there is no Chromium on the PATH, so the page was not opened");
        }
        Some(Self {
            program: program?,
            folder: tempfile::tempdir().unwrap(),
        })
    }

    /// Loads a page once for each fragment, each time as wide as asked for. Whether it overflows and what it loads, it then
    /// says itself. No window is as narrow as a phone, but a frame is.
    fn open(&self, html: &str, views: &[(&str, u32)]) -> Vec<Seen> {
        const PROBE: &str = "<script>
            const root = document.documentElement;
            root.dataset.overflow = root.scrollWidth - root.clientWidth;
            root.dataset.width = innerWidth;
            root.dataset.loads = performance.getEntriesByType('resource').length;
        </script></body>";
        const GATHER: &str = "<script>
            onload = () => {
                const pages = [...document.querySelectorAll('iframe')].map((it) => it.contentDocument.documentElement);
                document.body.replaceChildren(...pages.map((it) => document.importNode(it, true)));
            };
        </script>";
        let page = self.folder.path().join("report.html");
        fs::write(&page, html.replace("</body>", PROBE)).unwrap();
        let frame = |(fragment, width): &(&str, u32)| {
            format!(
                "<iframe src=\"report.html#{fragment}\" style=\"width: {width}px; border: 0\"></iframe>"
            )
        };
        let frames: String = views.iter().map(frame).collect();
        let gallery = self.folder.path().join("gallery.html");
        fs::write(&gallery, frames + GATHER).unwrap();
        let output = Command::new(self.program)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
            ])
            // The gallery may look into the page.
            .arg("--allow-file-access-from-files")
            .arg(format!(
                "--user-data-dir={}",
                self.folder.path().join("profile").display()
            ))
            .arg("--dump-dom")
            .arg(format!("file://{}", gallery.display()))
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let document = String::from_utf8(output.stdout).unwrap();
        let pages = document.split("<html lang=\"en\"").skip(1);
        let seen: Vec<_> = pages
            .map(|it| Seen {
                document: it.to_owned(),
            })
            .collect();
        assert_eq!(
            seen.len(),
            views.len(),
            "the page was not opened: {document}"
        );
        seen
    }
}

impl Seen {
    /// A number that the page says of itself.
    fn number(&self, name: &str) -> u32 {
        let key = format!("data-{name}=\"");
        let (_, rest) = self.document.split_once(&key).expect("the script failed");
        rest.split('"').next().unwrap().parse().unwrap()
    }

    /// How many findings are in the list.
    fn items(&self) -> u32 {
        self.document.matches("<li class=\"finding ").count() as u32
    }
}

#[test]
fn the_page_filters_by_its_address_and_fits_a_phone() {
    let Some(browser) = Browser::find() else {
        return;
    };
    let reference = Reference::bells();
    let world = reference.world();
    let mut findings = findings(&world);
    // A name without a place to break it, and an end of the script that is none.
    findings[2].message = format!("`{}` </script><b id=\"taken\">", "colour".repeat(40));
    let html = Format::Html.render(&world, &findings, Colors::Plain);
    let fingerprint = fingerprints(&world, &findings)[3].clone();
    let cases = [
        ("", 5),
        ("rule=BEL001", 1),
        ("rule=tone-differs", 1),
        ("rule=TOW010&severity=warning", 2),
        ("q=WEIGHT+bell", 2),
        ("q=nowhere", 0),
        ("fix=unsafe", 1),
        ("owner=quasimodo", 2),
        ("area=towers&fix=none", 1),
        (&format!("finding={fingerprint}"), 1),
    ];
    let views = cases.map(|(fragment, _)| (fragment, 1280));
    for (seen, (fragment, shown)) in browser.open(&html, &views).iter().zip(cases) {
        assert_eq!(seen.number("shown"), shown, "#{fragment}");
        assert_eq!(seen.items(), shown, "#{fragment}");
        assert_eq!(seen.number("loads"), 0);
        assert!(!seen.document.contains("<b id=\"taken\">"));
        if fragment == "rule=BEL001" {
            assert!(
                seen.document.contains("<mark>Tone</mark>"),
                "the lines are shown"
            );
            assert!(
                seen.document.contains("<ins>tone</ins>"),
                "the fix is shown"
            );
        }
    }
    let fragments = ["", "rule=BEL001", "q=colour"];
    let views = fragments.map(|fragment| (fragment, 360));
    for (seen, fragment) in browser.open(&html, &views).iter().zip(fragments) {
        let (width, overflow) = (seen.number("width"), seen.number("overflow"));
        assert_eq!((width, overflow), (360, 0), "#{fragment}");
    }
}

#[test]
fn the_page_asks_no_network() {
    let reference = Reference::bells();
    let world = reference.world();
    let html = Format::Html.render(&world, &findings(&world), Colors::Plain);
    assert!(html.contains("content=\"default-src 'none'; "));
    for asked in [
        "src=\"http",
        "href=\"http",
        "url(",
        "@import",
        "fetch(",
        "import(",
    ] {
        assert!(!html.contains(asked), "{asked}");
    }
    // Data, style and script are where they belong.
    assert!(!html.contains("{{"));
    assert_eq!(html.matches("</script>").count(), 2);
}

/// `cargo test --release --test reports -- --ignored` prints what each format costs.
#[test]
#[ignore = "a measurement"]
fn what_twenty_thousand_findings_cost() {
    let reference = Reference::bells();
    let world = reference.world();
    let few = findings(&world);
    let many: Vec<_> = few.iter().cycle().take(20_000).cloned().collect();
    for format in Format::ALL {
        let start = Instant::now();
        let text = format.render(&world, &many, Colors::Plain);
        println!(
            "{:10} {:>6.1?} {:>10} bytes",
            format.as_str(),
            start.elapsed(),
            text.len()
        );
    }
}
