//! Pages that nobody meant to write: damaged ones, hostile ones, absurd ones.
//!
//! Whatever stands in a page, it is compiled and written out in bounded time and without a panic, and what is written
//! can be read again.

use std::{
    fmt::Write,
    fs,
    path::Path,
    sync::{LazyLock, mpsc},
    thread,
    time::Duration,
};

use docwright::{
    Compilation, compile,
    docs::Docs,
    dump::{self, Coverage},
    ir::ApiVersion,
    lint::{self, Place, Safety, Subject, World, fix, rules},
    vocabulary::Vocabulary,
};
use proptest::{
    collection::vec,
    prelude::{Strategy, any, prop_oneof},
    sample::{Index, select},
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};

#[path = "common/output.rs"]
mod output;

/// How many damaged sets of pages are tried; always the same ones.
const TRIES: u32 = 200;

/// Longer than anything takes on the slowest machine, unless it hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// What structure is made of.
const MARKS: [&str; 18] = [
    "|",
    "||||",
    "`",
    "```",
    "````http",
    "[",
    "](",
    "[[",
    "<!--",
    "-->",
    "<a name=\"",
    "{",
    "}",
    "\n#",
    "\n---\n",
    "\n|:--|\n",
    "**",
    "'",
];

/// Pages as path and text.
type Pages = Vec<(String, String)>;

/// The pages of each case folder.
static CASES: LazyLock<Vec<Pages>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|case| case.unwrap().path().join("docs"))
        .collect();
    cases.sort();
    cases.iter().map(|docs| pages_below(docs, "")).collect()
});

fn pages_below(folder: &Path, prefix: &str) -> Pages {
    let mut pages = Pages::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            pages.extend(pages_below(&entry.path(), &format!("{path}/")));
        } else if Path::new(&path).extension().is_some_and(|it| it == "md") {
            pages.push((path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
    pages.sort();
    pages
}

/// One kind of damage. An index stands for a place in whatever the text has become by then.
#[derive(Clone, Debug)]
enum Damage {
    CutLine(Index),
    DoubleLine(Index),
    SwapLines(Index, Index),
    Truncate(Index),
    Overwrite(Index, Vec<u8>),
    Insert(Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<Index>;
    prop_oneof![
        place().prop_map(Damage::CutLine),
        place().prop_map(Damage::DoubleLine),
        (place(), place()).prop_map(|(a, b)| Damage::SwapLines(a, b)),
        place().prop_map(Damage::Truncate),
        (place(), vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Damage::Overwrite(at, bytes)),
        (place(), select(&MARKS)).prop_map(|(at, mark)| Damage::Insert(at, mark)),
    ]
}

impl Damage {
    /// What is left of a text. Bytes that are no UTF-8 any more are replaced, as reading a file does.
    fn apply(&self, text: &str) -> String {
        let mut lines: Vec<_> = text.split_inclusive('\n').collect();
        let mut bytes = text.as_bytes().to_vec();
        if bytes.is_empty() {
            return String::new();
        }
        match self {
            Self::CutLine(at) => {
                lines.remove(at.index(lines.len()));
                return lines.concat();
            }
            Self::DoubleLine(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
                return lines.concat();
            }
            Self::SwapLines(a, b) => {
                let (a, b) = (a.index(lines.len()), b.index(lines.len()));
                lines.swap(a, b);
                return lines.concat();
            }
            Self::Truncate(at) => bytes.truncate(at.index(bytes.len())),
            Self::Overwrite(at, with) => {
                let at = at.index(bytes.len());
                let end = bytes.len().min(at + with.len());
                bytes.splice(at..end, with.iter().copied());
            }
            Self::Insert(at, mark) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, mark.bytes());
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Runs `work` on a thread of its own, and fails if it panics or does not end.
#[track_caller]
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        // Nobody may listen any more.
        let _ = sender.send(work());
    });
    match receiver.recv_timeout(LIMIT) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still at work after {LIMIT:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(worker.join().unwrap_err())
        }
    }
}

/// Compiles pages, dumps every stage and writes everything, and returns what is wrong with that.
fn run(pages: Pages) -> (Compilation, Vec<String>) {
    let docs = Docs::from_texts(ApiVersion::V1_0, pages);
    let compilation = compile(docs, &Vocabulary::default());
    let mut problems = output::problems(&compilation);
    dump::sections(&compilation, None);
    dump::facts(&compilation, None);
    dump::api(&compilation, None);
    if Coverage::of(&compilation).pages_unaccounted > 0 {
        problems.push(dump::coverage(&compilation, None));
    }
    let mut subject = Subject {
        compilations: vec![compilation],
        ..Subject::default()
    };
    problems.extend(lint_problems(&subject));
    (subject.compilations.remove(0), problems)
}

/// What is wrong with what all rules find: places outside of the texts, or repairs that cannot be made.
fn lint_problems(subject: &Subject) -> Vec<String> {
    let world = World::new(subject, Path::new(""));
    let findings = lint::check(&world, rules::ALL);
    fix::apply(&world, &findings, Safety::Unsafe);
    let is_outside = |place: &Place| {
        let text = &world.files.get(place.file).text;
        text.get(place.at.start as usize..place.at.end as usize)
            .is_none()
    };
    let wrong = findings.iter().filter(|finding| {
        let mut places = finding.related.iter().chain([&finding.primary]);
        places.any(is_outside)
    });
    wrong
        .map(|finding| format!("{}: {} has no place", finding.rule.code, finding.message))
        .collect()
}

/// Compiles one hostile page, with or without others, and returns the result for a closer look.
#[track_caller]
fn check<P: Into<String>>(pages: impl IntoIterator<Item = (&'static str, P)>) -> Compilation {
    let pages: Pages = pages
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.into()))
        .collect();
    let (compilation, problems) = in_time(move || run(pages));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    compilation
}

/// A resource page with these rows of properties.
fn resource(name: &str, rows: &str) -> String {
    format!(
        "# {name} resource type\n\nNamespace: microsoft.graph\n\nA {name}.\n\n## Properties\n\n\
         |Property|Type|Description|\n|:---|:---|:---|\n{rows}\n"
    )
}

/// An operation page with this request line.
fn operation(line: &str) -> String {
    format!(
        "# Get thing\n\nNamespace: microsoft.graph\n\nGet it.\n\n## HTTP request\n\n```http\n{line}\n```\n\n\
         ## Response\n\nIf successful, this method returns a `200 OK` response code.\n"
    )
}

#[test]
fn damaged_pages_are_compiled_like_others() {
    let config = Config {
        cases: TRIES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let case = any::<Index>().prop_map(|at| at.get(&CASES).clone());
    let strategy = (case, vec((any::<Index>(), damage()), 1..8)).prop_map(|(mut pages, all)| {
        for (page, damage) in all {
            let at = page.index(pages.len());
            let text = damage.apply(&pages[at].1);
            pages[at].1 = text;
        }
        pages
    });
    let test = |pages: Pages| {
        let (_, problems) = in_time(move || run(pages));
        if problems.is_empty() {
            Ok(())
        } else {
            Err(TestCaseError::fail(problems.join("\n")))
        }
    };
    TestRunner::new_with_rng(config, random)
        .run(&strategy, test)
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_page_may_end_anywhere() {
    let case = CASES
        .iter()
        .find(|pages| pages.iter().any(|(path, _)| path == "api/desk-move.md"))
        .unwrap();
    let (_, text) = case
        .iter()
        .find(|(path, _)| path == "api/desk-move.md")
        .unwrap();
    let ends = (0..text.len()).filter(|&end| text.is_char_boundary(end));
    let ends: Vec<_> = ends.step_by(7).collect();
    let pages = ends
        .iter()
        .map(|&end| (format!("api/end{end}.md"), text[..end].to_owned()));
    let pages: Pages = pages.collect();
    let (compilation, problems) = in_time(move || run(pages));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(compilation.pages.len(), ends.len());
}

#[test]
fn nesting_is_no_recursion() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{", "}"),
        ("<", ">"),
        ("`", "`"),
        ("**", "**"),
        ("> ", ""),
        ("- ", ""),
        ("1. ", ""),
        ("<!-- ", " -->"),
        ("Collection(", ")"),
        ("'", "'"),
    ] {
        let deep = format!("{}x{}", open.repeat(10_000), close.repeat(10_000));
        check([
            (
                "resources/intro.md",
                format!("# a resource type\n\n{deep}\n"),
            ),
            (
                "resources/name.md",
                resource("b", &format!("|{deep}|String|Name.|")),
            ),
            (
                "resources/type.md",
                resource("c", &format!("|type|{deep}|Type.|")),
            ),
            (
                "resources/description.md",
                resource("d", &format!("|text|String|{deep}|")),
            ),
            ("resources/title.md", resource(&deep, "|id|String|Key.|")),
            ("api/path.md", operation(&format!("GET /things/{deep}"))),
            (
                "resources/json.md",
                resource("e", "|id|String|Key.|")
                    + &format!(
                        "\n## JSON representation\n\n<!-- {{ \"blockType\": {deep} }} -->\n```json\n{deep}\n```\n"
                    ),
            ),
        ]);
    }
}

#[test]
fn a_table_may_have_ten_thousand_columns() {
    let wide = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(10_000));
    let text = format!(
        "# wide resource type\n\nA wide one.\n\n## Properties\n\n{}{}{}",
        wide("Property"),
        wide(":---"),
        wide("String")
    );
    check([("resources/wide.md", text)]);
}

#[test]
fn a_table_may_be_empty() {
    let head = "|Property|Type|Description|\n|:---|:---|:---|\n";
    let compilation = check([
        ("resources/none.md", resource("none", "")),
        ("resources/blank.md", resource("blank", "||||\n| | | |")),
        (
            "resources/two.md",
            resource("two", "") + "\n" + head + "\n" + head,
        ),
    ]);
    let members = compilation.api.types.iter().map(|ty| ty.members.len());
    assert_eq!(members.collect::<Vec<_>>(), [0, 0, 0]);
}

#[test]
fn a_line_may_be_a_megabyte_long() {
    let long = "words and `code` and [links](a.md) ".repeat(30_000);
    let compilation = check([
        (
            "resources/text.md",
            resource("a", &format!("|id|String|{long}|")),
        ),
        (
            "resources/name.md",
            resource("b", &format!("|{}|String|Long.|", "x".repeat(1_000_000))),
        ),
        (
            "api/path.md",
            operation(&format!("GET /{}", "a/".repeat(500_000))),
        ),
        ("resources/pipes.md", resource("c", &"|".repeat(1_000_000))),
    ]);
    assert!(compilation.api.find_type("microsoft.graph.a").is_some());
}

#[test]
fn what_is_not_closed_ends_with_the_page() {
    for opened in [
        "<!--",
        "<!-- {\n  \"blockType\": \"resource\",",
        "```",
        "```http\nGET /things",
        "~~~~",
        "`",
        "[INCLUDE [a](",
        "[!INCLUDE [a](b.md",
        "<table><tr>",
        "---\ntitle: \"",
        "|a|b|\n|:-",
    ] {
        check([
            (
                "resources/end.md",
                resource("end", "|id|String|Key.|") + "\n" + opened,
            ),
            (
                "resources/start.md",
                format!("{opened}\n{}", resource("start", "|id|String|Key.|")),
            ),
            ("api/end.md", operation("GET /things") + opened),
            (
                "api/start.md",
                format!("{opened}\n{}", operation("GET /things")),
            ),
        ]);
    }
}

#[test]
fn a_path_may_have_forty_placeholders() {
    let mut path = String::new();
    for _ in 0..40 {
        path.push_str("/things/{id}");
    }
    let compilation = check([("api/things.md", operation(&format!("GET {path}")))]);
    let [operation] = compilation.api.operations.as_slice() else {
        panic!("{:?}", compilation.api.operations);
    };
    let mut names: Vec<_> = operation
        .path
        .parameters
        .iter()
        .map(|it| &it.name)
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 40);
}

#[test]
fn base_types_may_form_a_cycle() {
    let derived = |name: &str, base: &str| {
        format!(
            "# {name} resource type\n\nNamespace: microsoft.graph\n\nA {name}. Inherits from [{base}]({base}.md).\n\n\
             ## Properties\n\n|Property|Type|Description|\n|:---|:---|:---|\n|{name}Name|String|Name.|\n\n\
             ## JSON representation\n\n<!-- {{ \"blockType\": \"resource\", \"@odata.type\": \"microsoft.graph.{name}\", \
             \"baseType\": \"microsoft.graph.{base}\" }} -->\n```json\n{{}}\n```\n"
        )
    };
    let compilation = check([
        ("resources/hen.md", derived("hen", "egg")),
        ("resources/egg.md", derived("egg", "chick")),
        ("resources/chick.md", derived("chick", "hen")),
        ("resources/self.md", derived("self", "self")),
    ]);
    let api = &compilation.api;
    for id in api.type_ids() {
        // Ends only if there is no cycle.
        assert!(api.lineage(id).take(5).count() < 5, "{}", api[id].name);
        assert_eq!(api[id].members.len(), 1, "{}", api[id].name);
    }
    assert_eq!(api.types.len(), 4);
    let cut: Vec<_> = api
        .types
        .iter()
        .filter_map(|ty| Some((ty.name.name(), api[ty.cyclic_base?].name.name())))
        .collect();
    assert_eq!(cut, [("egg", "chick")]);
}

#[test]
fn includes_may_form_a_cycle() {
    let compilation = check([
        (
            "api/get.md",
            operation("GET /things")
                + "\n## Permissions\n\n[!INCLUDE [permissions](../includes/permissions/one.md)]\n",
        ),
        (
            "includes/permissions/one.md",
            "[!INCLUDE [two](two.md)]\n\n[!INCLUDE [one](one.md)]\n".to_owned(),
        ),
        (
            "includes/permissions/two.md",
            "[!INCLUDE [one](../permissions/one.md)]\n\n|Permission type|Least privileged permissions|Higher privileged permissions|\n\
             |:---|:---|:---|\n|Application|Thing.Read.All|Not available.|\n"
                .to_owned(),
        ),
    ]);
    assert_eq!(compilation.api.operations.len(), 1);
}

#[test]
fn two_types_with_one_name_are_one_type() {
    let compilation = check([
        (
            "resources/a-thing.md",
            resource("thing", "|name|String|Name.|\n|size|Int32|Size.|"),
        ),
        (
            "resources/b-thing.md",
            resource("thing", "|name|String|Name.|\n|size|String|Size.|"),
        ),
        (
            "resources/c-thing.md",
            resource("Thing", "|Name|String|Name.|\n|colour|String|Colour.|"),
        ),
    ]);
    let api = &compilation.api;
    assert_eq!(api.types.len(), 1);
    let mut names: Vec<_> = api.types[0]
        .members
        .iter()
        .map(|member| member.name.to_lowercase())
        .collect();
    names.sort();
    assert_eq!(names, ["colour", "name", "size"]);
    // Who contradicts whom is still known.
    let facts = dump::facts(&compilation, None);
    for page in ["a-thing", "b-thing", "c-thing"] {
        assert!(
            facts.contains(&format!("resources/{page}.md:11")),
            "{facts}"
        );
    }
}

#[test]
fn names_may_be_anything() {
    let mut rows = String::new();
    for name in [
        "type",
        "Type",
        "TYPE",
        "self",
        "Self",
        "super",
        "crate",
        "async",
        "r#fn",
        "_",
        "__",
        "1st",
        "@odata.type",
        "a-b",
        "a_b",
        "aB",
        "a b",
        "é",
        "日本",
        "extra",
        "id",
        "Id",
        "x\"y",
        "x\\y",
        "*/",
        "//",
        "#",
        "${x}",
        "<b>",
        "&amp;",
        "&",
        "🦀",
    ] {
        writeln!(rows, "|{name}|String|Name `{name}` */ \\ \" # {name}|").unwrap();
    }
    let mut pages = vec![
        ("resources/names.md", resource("names", &rows)),
        (
            "resources/self.md",
            resource("self", "|self|self collection|Itself.|"),
        ),
        (
            "resources/string.md",
            resource("String", "|string|String|Not itself.|"),
        ),
        (
            "resources/option.md",
            resource("option", "|option|option|Itself.|"),
        ),
        (
            "resources/vec.md",
            resource("vec", "|box|vec collection|Itself.|"),
        ),
        (
            "api/paths.md",
            operation("GET /type/{type}/self/{self}/crate/$ref"),
        ),
        (
            "api/calls.md",
            operation("GET /fn(type='{type}',self={self})/super(crate='{crate}')"),
        ),
    ];
    let mut members = String::new();
    for name in rows.lines().filter_map(|row| row.split('|').nth(1)) {
        writeln!(members, "|{name}|{name}|").unwrap();
    }
    let enumeration = format!(
        "# odd enum type\n\nNamespace: microsoft.graph\n\nOdd.\n\n## Members\n\n|Member|Description|\n|:---|:---|\n{members}"
    );
    pages.push(("resources/odd.md", enumeration));
    check(pages);
}

#[test]
fn text_may_hold_what_no_file_can() {
    let mut rows = String::new();
    for odd in [
        '\u{0}', '\u{1}', '\u{7f}', '\u{b}', '\r', '\u{85}', '\u{2028}', '\u{202e}', '\u{2066}',
        '\u{fffe}', '\u{feff}',
    ] {
        writeln!(rows, "|text{:x}|String|One{odd}two.|", u32::from(odd)).unwrap();
        writeln!(rows, "|te{odd}xt|St{odd}ring|One{odd}two.|").unwrap();
    }
    let page = resource("odd", &rows).replace("A odd.", "A\rn \u{0}odd\u{202e} \u{1}one.");
    check([("resources/odd.md", page)]);
}

#[test]
fn a_page_may_be_no_page() {
    check([
        ("empty.md", String::new()),
        ("blank.md", " \n\t\n".to_owned()),
        ("null.md", "\0".repeat(1_000)),
        ("mark.md", "\u{feff}".to_owned()),
        ("front.md", "---\n---\n".to_owned()),
        (
            "anchors.md",
            "---\na: &a [*a, *a]\nb: *c\n---\n# x resource type\n".to_owned(),
        ),
        ("bomb.md", format!("---\n{}\n---\n", bomb())),
        ("newlines.md", "\r\r\n\n\r".repeat(1_000)),
        ("headings.md", "#\n".repeat(10_000)),
    ]);
}

/// YAML that is small, and large once its aliases are followed.
fn bomb() -> String {
    let mut out = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        writeln!(out, "a{level}: &a{level} [{}]", vec![alias; 9].join(", ")).unwrap();
    }
    out
}
