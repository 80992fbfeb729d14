//! All pages of a real reference, both versions.
//!
//! The pages are not part of this repository; where they are not there, the tests say so and pass.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    sync::LazyLock,
};

use docwright::{
    Compilation,
    api::Witness,
    compile,
    docs::{Docs, DocsTree},
    dump::Coverage,
    emit::{Files, csdl, openapi},
    generate,
    ir::ApiVersion,
    vocabulary::Vocabulary,
};
#[path = "common/invariants.rs"]
mod invariants;
#[path = "common/output.rs"]
mod output;
#[path = "common/shared.rs"]
mod shared;

/// How many types, enumerations and operations the pages describe: a reader that loses or invents some is outside.
const EXPECTED: [(ApiVersion, [RangeInclusive<usize>; 3]); 2] = [
    (ApiVersion::V1_0, [995..=1_015, 315..=325, 3_015..=3_050]),
    (ApiVersion::Beta, [2_350..=2_395, 790..=810, 6_290..=6_350]),
];

/// The part of all rows of tables that may be left unread.
const UNREAD: f64 = 0.001;

/// The pages as they lie on disk.
static TREE: LazyLock<Option<DocsTree>> = LazyLock::new(|| {
    let folder = shared::shared("corpus/2021-07")?;
    Some(DocsTree::read(&folder, None).unwrap())
});

/// Every version, compiled once for all tests.
static COMPILED: LazyLock<BTreeMap<ApiVersion, Compilation>> = LazyLock::new(|| {
    let versions = TREE.iter().flat_map(|tree| &tree.versions);
    versions
        .map(|(&version, docs)| (version, compile(docs.clone(), &Vocabulary::default())))
        .collect()
});

/// Everything that is written from a compilation.
fn written(compilation: &Compilation) -> Files {
    let mut files = generate::rust(compilation, "msgraph");
    files.insert("api.xml".to_owned(), csdl::emit(&compilation.api));
    files.insert(
        "api.json".to_owned(),
        openapi::emit(&compilation.api).to_string(),
    );
    files
}

/// What is written from the documents, with this many threads.
fn written_with(threads: usize, docs: Docs) -> Files {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build()
        .unwrap()
        .install(|| written(&compile(docs, &Vocabulary::default())))
}

#[track_caller]
fn check_same(one: &Files, other: &Files) {
    let different: Vec<_> = one
        .iter()
        .filter(|(path, text)| other.get(*path) != Some(text))
        .map(|(path, _)| path)
        .collect();
    assert!(different.is_empty(), "{different:?} differ");
    assert_eq!(one.len(), other.len());
}

#[test]
fn every_page_is_accounted_for() {
    for (version, compilation) in &*COMPILED {
        let coverage = Coverage::of(compilation);
        assert_eq!(coverage.pages_unaccounted, 0, "{version}");
        assert!(
            coverage.pages_left * 40 < coverage.pages_read,
            "{version}: {coverage:?}"
        );
    }
}

#[test]
fn hardly_any_row_is_left_unread() {
    let mut over = Vec::new();
    for (version, compilation) in &*COMPILED {
        let rows = Coverage::of(compilation).rows;
        let all = rows.read + rows.prose + rows.unread;
        let part = rows.unread as f64 / all as f64;
        if part > UNREAD {
            over.push(format!(
                "{version}: {} of {all} rows, {:.2} %",
                rows.unread,
                100.0 * part
            ));
        }
    }
    assert!(over.is_empty(), "unread: {}", over.join("; "));
}

#[test]
fn nothing_is_lost_and_nothing_is_invented() {
    for (version, [types, enums, operations]) in EXPECTED {
        let Some(compilation) = COMPILED.get(&version) else {
            continue;
        };
        let api = &compilation.api;
        let by_witness = |witness| {
            api.operations
                .iter()
                .filter(move |it| it.witness == witness)
        };
        let documented = by_witness(Witness::RequestLine).count();
        let shown = by_witness(Witness::Example).count();
        assert!(
            (50..200).contains(&shown),
            "{version}: {shown} operations that only examples show"
        );
        for (what, got, expected) in [
            ("types", api.types.len(), types),
            ("enums", api.enums.len(), enums),
            ("operations", documented, operations),
        ] {
            assert!(
                expected.contains(&got),
                "{version}: {got} {what}, not {expected:?}"
            );
        }
    }
}

#[test]
fn what_always_holds_does() {
    for (version, compilation) in &*COMPILED {
        let broken = invariants::broken(&compilation.api);
        assert!(broken.is_empty(), "{version}: {}", broken.join("\n"));
    }
}

#[test]
fn ids_of_operations_are_unique_without_numbers() {
    for (version, compilation) in &*COMPILED {
        let mut seen = BTreeSet::new();
        for operation in &compilation.api.operations {
            let id = &operation.id;
            assert!(seen.insert(id.to_lowercase()), "{version}: {id} twice");
            // Another spelling of a documented path, such as one without its quotes.
            let is_respelled = operation.witness == Witness::Example;
            assert!(
                is_respelled || !id.ends_with(|c: char| c.is_ascii_digit()),
                "{version}: {id} is numbered"
            );
        }
    }
}

#[test]
fn what_is_written_can_be_read() {
    for (version, compilation) in &*COMPILED {
        let problems = output::problems(compilation);
        assert!(problems.is_empty(), "{version}: {}", problems.join("\n"));
    }
}

#[test]
fn the_number_of_threads_and_the_order_of_pages_change_no_byte() {
    let Some(docs) = TREE
        .as_ref()
        .and_then(|tree| tree.versions.get(&ApiVersion::V1_0))
    else {
        return;
    };
    let one = written_with(1, docs.clone());
    check_same(&one, &written_with(2, docs.clone()));
    let pages = docs.pages.iter().rev();
    let backward = Docs::from_texts(
        docs.version,
        pages.map(|page| (page.path.clone(), page.text.clone())),
    );
    check_same(&one, &written_with(2, backward));
}
