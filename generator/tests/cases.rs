//! Folders of pages, and beside them what every stage makes of them.
//!
//! Each folder below `cases` is a habit of reference pages, cut to the minimum: `docs` holds the pages, and the
//! snapshots beside it say what is read from them and what is written. A new test is a new folder; run the tests with
//! `INSTA_UPDATE=always` to have its snapshots written, and read them before they are committed. `sections.snap` is
//! only compared where it exists: make an empty one for a case that is about Markdown.

use std::{
    fmt::Write,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use docwright::{
    Compilation, compile,
    config::Config,
    docs::DocsTree,
    dump::{self, Coverage},
    emit::{Files, csdl, openapi},
    generate,
};

#[path = "common/invariants.rs"]
mod invariants;
#[path = "common/output.rs"]
mod output;

/// What a stage made, as text.
type Show = fn(&Compilation) -> String;

/// What each case is compared in, in the order of the pipeline; `sections` on demand.
const STAGES: [(&str, Show); 6] = [
    ("sections", |it| dump::sections(it, None)),
    ("facts", |it| dump::facts(it, None)),
    ("api", |it| dump::api(it, None)),
    ("csdl", |it| csdl::emit(&it.api)),
    ("openapi", |it| format!("{:#}", openapi::emit(&it.api))),
    ("rust", |it| joined(&generated(it))),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The folders of all cases, in order.
fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).unwrap();
    let mut cases: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> &str {
    case.file_name().unwrap().to_str().unwrap()
}

/// Compiles the pages of a case, with the settings that stand beside them.
fn compiled(case: &Path) -> Compilation {
    let docs = case.join("docs");
    let settings = Config::load(None, &docs).unwrap();
    let mut tree = DocsTree::read(&docs, None).unwrap();
    let (_, docs) = tree.versions.pop_first().unwrap();
    compile(docs, &settings.vocabulary)
}

/// The generated Rust files that depend on the pages: not the runtime, nor the root, nor the manifest.
fn generated(compilation: &Compilation) -> Files {
    let mut files = generate::rust(compilation, "library");
    let is_the_same_for_all = |path: &str| path == "src/lib.rs" || path.starts_with("src/runtime");
    files.retain(|path, _| path.starts_with("src/") && !is_the_same_for_all(path));
    files
}

fn joined(files: &Files) -> String {
    let mut out = String::new();
    for (path, text) in files {
        writeln!(out, "// === {path}\n{text}").unwrap();
    }
    out
}

#[track_caller]
fn check(case: &Path) {
    let compilation = compiled(case);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(case);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (stage, text) in STAGES {
            if stage != "sections" || case.join("sections.snap").exists() {
                insta::assert_snapshot!(stage, text(&compilation));
            }
        }
    });
}

/// Runs a test on every case, and names all cases that fail rather than the first.
#[track_caller]
fn for_each_case(test: impl Fn(&Path)) {
    let cases = cases();
    let passes = |case: &PathBuf| catch_unwind(AssertUnwindSafe(|| test(case))).is_ok();
    let failed: Vec<_> = cases
        .iter()
        .filter(|case| !passes(case))
        .map(|case| name(case))
        .collect();
    assert!(!cases.is_empty(), "no case below {}", folder().display());
    assert!(failed.is_empty(), "cases that fail: {}", failed.join(", "));
}

#[test]
fn every_stage_sees_what_its_snapshot_says() {
    for_each_case(check);
}

#[test]
fn every_page_and_every_row_is_accounted_for() {
    for_each_case(|case| {
        let compilation = compiled(case);
        let report = dump::coverage(&compilation, None);
        assert_eq!(
            Coverage::of(&compilation).pages_unaccounted,
            0,
            "{}: {report}",
            name(case)
        );
        assert!(!report.contains("lost row"), "{}: {report}", name(case));
    });
}

#[test]
fn what_always_holds_does() {
    for_each_case(|case| assert_eq!(invariants::broken(&compiled(case).api), [""; 0]));
}

#[test]
fn what_is_written_can_be_read() {
    for_each_case(|case| {
        let problems = output::problems(&compiled(case));
        assert!(
            problems.is_empty(),
            "{}: {}",
            name(case),
            problems.join("\n")
        );
    });
}

#[test]
fn nothing_lies_beside_the_pages_but_snapshots_of_stages() {
    for_each_case(|case| {
        for entry in fs::read_dir(case).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let stage = file.strip_suffix(".snap");
            let known = stage.is_some_and(|stage| STAGES.iter().any(|(known, _)| *known == stage));
            assert!(
                known || file == "docs",
                "{}: {file} is of no use",
                name(case)
            );
        }
    });
}
