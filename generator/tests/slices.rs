//! Slices of an api: what patterns select, what comes along, and what always holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    slice::from_mut,
};

use docwright::{
    Compilation,
    api::{Api, Operation},
    compile,
    docs::{Docs, DocsTree},
    dump, generate,
    ir::ApiVersion,
    pattern::Pattern,
    slice,
    vocabulary::Vocabulary,
};
use proptest::{
    collection::vec,
    prelude::Strategy,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

#[path = "common/invariants.rs"]
mod invariants;
#[path = "common/library.rs"]
mod library;
#[path = "common/output.rs"]
mod output;
#[path = "common/shared.rs"]
mod shared;

fn library() -> Compilation {
    library::library([])
}

fn patterns(texts: &[impl AsRef<str>]) -> Vec<Pattern> {
    texts
        .iter()
        .map(|text| text.as_ref().parse().unwrap())
        .collect()
}

/// The names in the slice that the patterns select from the library.
fn names(texts: &[&str]) -> String {
    let mut compilation = library();
    generate::slice_all(from_mut(&mut compilation), &patterns(texts)).unwrap();
    summary(&compilation.api)
}

fn summary(api: &Api) -> String {
    let types = api.types.iter().map(|ty| ty.name.name());
    let enums = api.enums.iter().map(|ty| ty.name.name());
    let requests = api
        .operations
        .iter()
        .map(|it| format!("{} {}", it.method, it.path.template()));
    let types: Vec<_> = types.chain(enums).collect();
    let requests: Vec<_> = requests.collect();
    format!("{}; {}", types.join(" "), requests.join(", "))
}

fn failure(texts: &[&str]) -> String {
    let api = library().api;
    slice::slice(&[&api], &patterns(texts))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_slice_has_what_it_needs_and_nothing_else() {
    let mut compilation = library();
    generate::slice_all(
        from_mut(&mut compilation),
        &patterns(&["/readers/**", "lend"]),
    )
    .unwrap();
    insta::assert_snapshot!(dump::api(&compilation, None), @"
    resources/address.md:1  complex type microsoft.graph.address
    resources/address.md:11    street: Edm.String
    resources/address.md:12    kind: microsoft.graph.addressKind
    resources/binding.md:1  complex type microsoft.graph.binding
    resources/binding.md:11    cover: Edm.String
    resources/book.md:1  entity type microsoft.graph.book : microsoft.graph.entity
    resources/book.md:11    title: Edm.String
    resources/book.md:12    binding: microsoft.graph.binding
    resources/entity.md:1  entity type microsoft.graph.entity, key id
    resources/entity.md:11    id: Edm.String, read-only
    resources/reader.md:1  entity type microsoft.graph.reader : microsoft.graph.entity
    resources/reader.md:11    address: microsoft.graph.address
    resources/reader.md:17    books: Collection(microsoft.graph.book), navigation
    resources/reader.md:18    guardian: microsoft.graph.reader, navigation
    resources/address.md:12  enum microsoft.graph.addressKind: home, work
    entity set books: microsoft.graph.book
    entity set readers: microsoft.graph.reader
    api/book--lend.md:10  action microsoft.graph.lend(to: microsoft.graph.address) on microsoft.graph.book
    api/book--lend.md:10  POST /books/{isbn}/lend (action lend) books_id_lend_post
        path: isbn: Edm.String
        body: parameters (to: microsoft.graph.address)
        204: nothing
    api/list-readers.md:10  GET /readers (list) readers_list
        200: collection of microsoft.graph.reader
    api/get-reader.md:10  GET /readers/{readerId} (get) readers_id_get
        path: readerId: Edm.String
        200: microsoft.graph.reader
    api/list-books.md:10  GET /readers/{readerId}/books (list) readers_id_books_list
        path: readerId: Edm.String
        200: collection of microsoft.graph.book
    ");
}

#[test]
fn patterns_select_paths_and_names() {
    insta::assert_snapshot!(names(&["/me"]), @"address entity reader addressKind; GET /me");
    insta::assert_snapshot!(names(&["/me/**"]), @"address binding book entity reader addressKind; GET /me, GET /me/books");
    insta::assert_snapshot!(names(&["/readers/{id}"]), @"address entity reader addressKind; GET /readers/{readerId}");
    insta::assert_snapshot!(names(&["/books/**#delete"]), @"; DELETE /books/{isbn}");
    insta::assert_snapshot!(names(&["reader"]), @"address entity reader addressKind;");
    insta::assert_snapshot!(names(&["reader", "author"]), @"address author entity reader addressKind;");
    insta::assert_snapshot!(names(&["audio*"]), @"audiobook binding book entity;");
    insta::assert_snapshot!(names(&["microsoft.graph.addressKind"]), @"addressKind;");
    insta::assert_snapshot!(names(&["LEND"]), @"address binding book entity addressKind; POST /books/{isbn}/lend");
}

#[test]
fn a_navigation_property_stays_if_its_target_does() {
    let members = |texts: &[&str]| {
        let api = library().api;
        let slices = slice::slice(&[&api], &patterns(texts)).unwrap();
        let reader = slices[0].find_type("microsoft.graph.reader").unwrap();
        let members = slices[0].all_members(reader).into_iter();
        members
            .map(|member| member.name.clone())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(members(&["reader"]), "id address guardian");
    assert_eq!(members(&["reader", "book"]), "id address books guardian");
}

#[test]
fn what_matches_nothing_is_explained() {
    insta::assert_snapshot!(failure(&["/me", "/reader/*"]), @"nothing matches `/reader/*`: no path begins with `/reader`; did you mean `readers`?");
    insta::assert_snapshot!(failure(&["/readers/book"]), @"nothing matches `/readers/book`: no path goes on with `book` behind `/readers`; for the placeholder there, write `*`");
    insta::assert_snapshot!(failure(&["/readers/*/boks"]), @"nothing matches `/readers/*/boks`: no path goes on with `boks` behind `/readers/*`; did you mean `books`?");
    insta::assert_snapshot!(failure(&["/books/*/lend/*"]), @"nothing matches `/books/*/lend/*`: no path goes on with `*` behind `/books/*/lend`");
    insta::assert_snapshot!(failure(&["/books"]), @"nothing matches `/books`: no path ends there; write `/books/**` for all that is below");
    insta::assert_snapshot!(failure(&["/books/*#PUT"]), @"nothing matches `/books/*#PUT`: there are such paths, but not with this method");
    insta::assert_snapshot!(failure(&["audiobok"]), @"nothing matches `audiobok`: no type, action or function is called so; did you mean `audiobook`?");
    insta::assert_snapshot!(failure(&["microsoft.graph.redaer"]), @"nothing matches `microsoft.graph.redaer`: no type, action or function is called so; did you mean `microsoft.graph.reader`?");
    insta::assert_snapshot!(failure(&["readers"]), @"nothing matches `readers`: no type, action or function is called so, but paths begin so: `/readers/**`");
    insta::assert_snapshot!(failure(&["books"]), @"nothing matches `books`: no type, action or function is called so, but paths begin so: `/books/**`");
    insta::assert_snapshot!(failure(&["shelf"]), @"nothing matches `shelf`: no type, action or function is called so");
}

#[test]
fn a_pattern_has_to_match_in_one_version_only() {
    let stable = library().api;
    let pages = library::TYPES
        .map(library::resource)
        .into_iter()
        .filter(|(path, _)| !path.contains("author"));
    let beta = compile(
        Docs::from_texts(ApiVersion::Beta, pages),
        &Vocabulary::default(),
    )
    .api;
    let slices = slice::slice(&[&stable, &beta], &patterns(&["/me", "binding"])).unwrap();
    assert_eq!(
        summary(&slices[0]),
        "address binding entity reader addressKind; GET /me"
    );
    assert_eq!(summary(&slices[1]), "binding; ");
    assert_eq!(slices[1].version, ApiVersion::Beta);
}

#[test]
fn without_patterns_everything_stays() {
    let mut compilation = library();
    let whole = dump::api(&compilation, None);
    generate::slice_all(from_mut(&mut compilation), &[]).unwrap();
    assert_eq!(dump::api(&compilation, None), whole);
}

/// A compiled api, and what slices of it are compared with.
struct Whole {
    compilation: Compilation,
    api: Api,
    lines: BTreeSet<String>,
}

impl Whole {
    fn new(compilation: Compilation) -> Self {
        let lines = dump::api(&compilation, None);
        Self {
            lines: lines.lines().map(str::to_owned).collect(),
            api: compilation.api.clone(),
            compilation,
        }
    }

    /// Cuts a slice, and tells what is wrong with it.
    fn problems(&mut self, patterns: &[Pattern]) -> Vec<String> {
        let mut slices = slice::slice(&[&self.api], patterns).unwrap();
        self.compilation.api = slices.remove(0);
        let slice = &self.compilation.api;
        let mut problems = invariants::broken(slice);
        let whole = self.api.operations.iter();
        let whole: BTreeMap<_, _> = whole.map(|it| (&it.id, called(&self.api, it))).collect();
        for operation in &slice.operations {
            if called(slice, operation) != whole[&operation.id] {
                problems.push(format!("{} calls something else", operation.id));
            }
        }
        let text = dump::api(&self.compilation, None);
        // An entity set whose type is not in the slice is of unknown type there.
        let lines = text
            .lines()
            .filter(|line| !line.ends_with(": of unknown type"));
        let strange = lines.filter(|line| !self.lines.contains(*line));
        problems.extend(strange.map(|line| format!("not in the whole: {line}")));
        problems.extend(output::problems(&self.compilation));
        problems
    }
}

/// The name of what an operation calls.
fn called<'a>(api: &'a Api, operation: &Operation) -> Option<&'a str> {
    operation.calls.map(|id| api[id].name.as_str())
}

/// Patterns for some operations, for some and what lies beside them, and for some types.
fn some_patterns(api: &Api) -> impl Strategy<Value = Vec<String>> + use<> {
    let paths = api.operations.iter().map(|it| it.path.template());
    let mut all: Vec<_> = paths.collect();
    let parents = all.iter().filter_map(|path| path.rsplit_once('/'));
    let beside: Vec<_> = parents.map(|(parent, _)| format!("{parent}/**")).collect();
    all.extend(beside);
    all.extend(api.types.iter().map(|ty| ty.name.to_string()));
    all.extend(api.enums.iter().map(|ty| ty.name.to_string()));
    vec(select(all), 1..4)
}

/// Cuts random slices of an api, always the same ones.
#[track_caller]
fn check_slices(compilation: Compilation, count: usize) {
    let mut whole = Whole::new(compilation);
    let texts = some_patterns(&whole.api);
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    for _ in 0..count {
        let texts = texts.new_tree(&mut runner).unwrap().current();
        let problems = whole.problems(&patterns(&texts));
        assert!(problems.is_empty(), "{texts:?}: {}", problems.join("\n"));
    }
}

/// Cuts the slice that all paths select, which lacks nothing that a request needs.
#[track_caller]
fn check_all_paths(compilation: &Compilation) {
    let operations = |api: &Api| {
        api.operations
            .iter()
            .map(|it| it.id.clone())
            .collect::<Vec<_>>()
    };
    let all = operations(&compilation.api);
    let slices = slice::slice(&[&compilation.api], &patterns(&["**"])).unwrap();
    assert_eq!(operations(&slices[0]), all);
    assert_eq!(slices[0].callables.len(), compilation.api.callables.len());
    assert_eq!(slices[0].roots.len(), compilation.api.roots.len());
}

#[test]
fn slices_of_a_small_api_keep_what_always_holds() {
    let compilation = library();
    check_all_paths(&compilation);
    check_slices(compilation, 200);
}

#[test]
fn slices_of_a_real_reference_keep_what_always_holds() {
    let Some(docs) = shared::shared("corpus/2021-07/api-reference/v1.0") else {
        return;
    };
    let docs = DocsTree::read(&docs, None)
        .unwrap()
        .versions
        .remove(&ApiVersion::V1_0)
        .unwrap();
    let compilation = compile(docs, &Vocabulary::default());
    check_all_paths(&compilation);
    check_slices(compilation, 30);
}
