//! `docwright lint` as somebody runs it: arguments, files, exit status, and a repository with a history.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

const BOOK: &str = "# book resource type\r\n\r\nNamespace: microsoft.graph\r\n\r\n## Properties\r\n\r\n\
    |Property|Type|Description|\r\n|:---|:---|:---|\r\n|Title|String|What it is called.|\r\n|isbn|String|Its number.|\r\n\r\n\
    ## JSON representation\r\n\r\n<!-- { \"blockType\": \"resource\", \"@odata.type\": \"microsoft.graph.book\" } -->\r\n\
    ```json\r\n{\r\n  \"title\": \"String\",\r\n  \"isbn\": \"String\"\r\n}\r\n```\r\n";
const GET: &str = "# Get book\n\nNamespace: microsoft.graph\n\n## HTTP request\n\n```http\nGET /books/{id}\n```\n\n\
    ## Response\n\nIf successful, this method returns a `200 OK` response code and a [book](../resources/book.md) object.\n\n\
    ## Example\n\n```http\nGET https://graph.microsoft.com/v1.0/books/1\n```\n\n\
    ```http\nHTTP/1.1 200 OK\nContent-type: application/json\n\n{\n  \"isbn\": \"3-16\"\n}\n```\n";

/// A docs repository in a folder of its own.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.write("api-reference/v1.0/resources/book.md", BOOK);
        repository.write("api-reference/v1.0/api/book-get.md", GET);
        repository
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_docwright"));
        command.current_dir(self.0.path()).args(arguments);
        Ran::of(command.output().unwrap())
    }

    /// Two rules alone, so that other rules do not matter here.
    fn lint(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["lint", "--docs", ".", "--select", "TBL003,EX003,META"];
        all.extend(["--output-format", "concise"]);
        all.extend(arguments);
        self.run(&all)
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        let who = [
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "-c",
            "core.autocrlf=false",
        ];
        let status = command
            .current_dir(self.0.path())
            .args(who)
            .args(arguments)
            .output()
            .unwrap();
        assert!(status.status.success(), "{status:?}");
    }

    fn commit(&self) {
        if !self.path(".git").exists() {
            self.git(&["init", "-q"]);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "a"]);
    }
}

/// What a run printed, and how it ended.
struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn is(&self, status: i32, out: &str) {
        assert_eq!(
            (self.status, self.out.as_str()),
            (status, out),
            "{}",
            self.err
        );
    }
}

const FOUND: &str = "api-reference/v1.0/resources/book.md:9:2: error[TBL003] [?] `Title` and `title` are one property in two spellings\n";

#[test]
fn findings_make_the_exit_status_and_their_places_are_told_from_here() {
    let repository = Repository::new();
    let ran = repository.lint(&[]);
    ran.is(1, FOUND);
    assert_eq!(
        ran.err.trim_end(),
        "1 error in 1 file; 1 can be fixed after a look"
    );
    repository.lint(&["--exit-zero"]).is(0, FOUND);
    repository
        .lint(&["--level", "TBL003=info", "--quiet"])
        .is(0, &FOUND.replace("error", "info"));
    repository.lint(&["--ignore", "tbl"]).is(0, "");
    let ran = repository.run(&["lint", "--docs", ".", "--select", "TBL3"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("`TBL3` is no rule"), "{}", ran.err);
}

#[test]
fn repairs_change_what_is_wrong_and_nothing_else() {
    let repository = Repository::new();
    let page = "api-reference/v1.0/resources/book.md";
    repository.write(page, &format!("\u{feff}{BOOK}"));
    let ran = repository.lint(&["--diff", "--unsafe"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains("-|Title|String") && ran.out.contains("+|title|String"),
        "{}",
        ran.out
    );
    assert_eq!(
        repository.read(page),
        format!("\u{feff}{BOOK}"),
        "`--diff` changes nothing"
    );
    repository.lint(&["--fix"]).is(1, FOUND);
    repository.lint(&["--fix", "--unsafe"]).is(0, "");
    let repaired = format!("\u{feff}{}", BOOK.replace("|Title|", "|title|"));
    assert_eq!(repository.read(page), repaired);
    repository.lint(&["--fix", "--unsafe"]).is(0, "");
    assert_eq!(repository.read(page), repaired);
    let ran = repository.run(&["lint", "--docs", ".", "--unsafe"]);
    assert_eq!(ran.status, 2, "`--unsafe` alone means nothing");
}

#[test]
fn a_baseline_survives_edits_elsewhere_and_tells_what_is_gone() {
    let repository = Repository::new();
    let select = ["--docs", ".", "--select", "TBL003,EX003,META"];
    let baseline = |command: &str| repository.run(&[&["baseline", command][..], &select].concat());
    assert_eq!(baseline("write").status, 0);
    baseline("check").is(0, "");
    let page = "api-reference/v1.0/resources/book.md";
    repository.write(
        page,
        &BOOK.replace("## Properties", "More words.\r\n\r\n## Properties"),
    );
    baseline("check").is(0, "");
    repository
        .lint(&["--baseline", "docwright-baseline.json"])
        .is(0, "");
    repository.write(page, &BOOK.replace("|isbn|", "|ISBN|"));
    let ran = baseline("check");
    let new = format!("{page}:10:2: error[TBL003] [?] `ISBN` and `isbn`");
    assert!(ran.out.contains(&new), "{}", ran.out);
    assert!(!ran.out.contains("`Title`"), "{}", ran.out);
    repository.write(page, &BOOK.replace("|Title|", "|title|"));
    let ran = baseline("check");
    assert_eq!(ran.status, 1);
    assert!(
        ran.out
            .contains("docwright-baseline.json:2:3: warning[META003]"),
        "{}",
        ran.out
    );
    assert_eq!(baseline("prune").status, 0);
    baseline("check").is(0, "");
    assert_eq!(
        repository.read("docwright-baseline.json"),
        "{\"version\": 1, \"findings\": [\n]}\n"
    );
}

#[test]
fn since_a_revision_only_what_the_change_touches_or_causes_is_told() {
    let repository = Repository::new();
    repository.commit();
    repository.lint(&["--since", "HEAD"]).is(0, "");
    // The finding is old, but the change touches its line.
    let page = "api-reference/v1.0/resources/book.md";
    repository.write(page, &BOOK.replace("What it is called.", "Its name."));
    repository.lint(&["--since", "HEAD"]).is(1, FOUND);
    // A change on one page causes a finding on another.
    let without = BOOK
        .replace("|isbn|String|Its number.|\r\n", "")
        .replace(",\r\n  \"isbn\": \"String\"", "");
    repository.write(page, &without);
    let ran = repository.lint(&["--since", "HEAD"]);
    let caused = "api-reference/v1.0/api/book-get.md:26:3: warning[EX003] `microsoft.graph.book` has no property `isbn`";
    assert!(ran.out.contains(caused), "{}", ran.out);
    // New files are all new.
    repository.commit();
    repository.write(
        "api-reference/v1.0/resources/tome.md",
        &BOOK.replace("book", "tome"),
    );
    let ran = repository.lint(&["--since", "HEAD"]);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(
        ran.out
            .starts_with("api-reference/v1.0/resources/tome.md:9:2: error[TBL003]"),
        "{}",
        ran.out
    );
    let ran = repository.lint(&["--since", "nowhere"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("`git rev-parse` failed"), "{}", ran.err);
}

#[test]
fn comments_and_settings_decide_what_is_told() {
    let repository = Repository::new();
    let page = "api-reference/v1.0/resources/book.md";
    let note = "What it is called. <!-- docwright-ignore TBL003 -- old clients -->";
    repository.write(page, &BOOK.replace("What it is called.", note));
    let ran = repository.lint(&[]);
    ran.is(0, "");
    assert_eq!(
        ran.err.trim_end(),
        "nothing found; 1 known by comments in pages"
    );
    repository.write(page, BOOK);
    repository.write("docwright.toml", "[lint.rules]\nTBL = \"off\"\n[[lint.paths]]\npath = \"**/book.md\"\nrules = { TBL003 = \"warning\" }\n");
    let ran = repository.run(&[
        "lint",
        "--docs",
        ".",
        "--output-format",
        "concise",
        "--ignore",
        "PAGE,ANN,LNK,PERM,HTTP,XPG,EX",
    ]);
    assert!(ran.out.contains("warning[TBL003]"), "{}", ran.out);
    repository.write("docwright.toml", "[lint.rules]\nTBL03 = \"off\"\n");
    let ran = repository.run(&["lint", "--docs", "."]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("docwright.toml:2:1: `TBL03` is no rule"),
        "{}",
        ran.err
    );
}

#[test]
fn findings_are_the_same_for_any_number_of_threads() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs-input");
    let run = |threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_docwright"));
        command
            .env("RAYON_NUM_THREADS", threads)
            .arg("lint")
            .arg("--docs")
            .arg(&docs);
        Ran::of(
            command
                .args(["--preset", "strict", "--output-format", "concise"])
                .output()
                .unwrap(),
        )
        .out
    };
    let one = run("1");
    for threads in ["2", "7"] {
        assert_eq!(run(threads), one);
    }
}

#[test]
fn rules_are_explained() {
    let repository = Repository::new();
    let ran = repository.run(&["explain", "property-case-differs"]);
    assert!(
        ran.out
            .starts_with("# TBL003 property-case-differs\n\n- Severity: error\n"),
        "{}",
        ran.out
    );
    let ran = repository.run(&["explain"]);
    assert!(ran.out.lines().count() >= 5, "{}", ran.out);
    let ran = repository.run(&["explain", "property-case-difers"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("did you mean `property-case-differs`"),
        "{}",
        ran.err
    );
}
