//! The command line from outside: what it prints, what it writes, and how it exits.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::{TempDir, tempdir};

const RESOURCE: &str = "\
# widget resource type

Namespace: microsoft.graph

A thing with a name.

## Properties
|Property|Type|Description|
|:---|:---|:---|
|id|String|The key.|
|label|String|What people call it.|
";

/// A folder to work in, with pages in `docs`.
struct Workplace {
    folder: TempDir,
}

impl Workplace {
    fn new() -> Self {
        let workplace = Self {
            folder: tempdir().unwrap(),
        };
        workplace.put("docs/resources/widget.md", RESOURCE);
        workplace
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Runs `docwright` with these words as arguments.
    fn run(&self, arguments: &str) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran::new(&output, self.folder.path())
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_docwright"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path());
        command
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .stdin(Stdio::null());
        command
    }
}

/// How a run ended; the working folder is written as `.`.
struct Ran {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn new(output: &Output, folder: &Path) -> Self {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let text = text.replace(&folder.canonicalize().unwrap().display().to_string(), ".");
            text.replace(&folder.display().to_string(), ".")
        };
        Self {
            status: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    #[track_caller]
    fn exits(self, status: i32) -> Self {
        assert_eq!(
            self.status,
            Some(status),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

#[test]
fn a_crate_is_written_once_and_then_left_alone() {
    let place = Workplace::new();
    let first = place.run("generate rust --docs docs --out sdk").exits(0);
    assert_eq!(first.stdout, "");
    assert!(
        first.stderr.contains("v1.0: 1 page, 1 type, 0 enums"),
        "{}",
        first.stderr
    );
    assert!(place.text("sdk/.docwright-files").contains("Cargo.toml"));
    let second = place.run("generate rust --docs docs --out sdk").exits(0);
    assert!(second.stderr.contains(": 0 written"), "{}", second.stderr);
    assert_eq!(
        place
            .run("--quiet generate rust --docs docs --out sdk")
            .exits(0)
            .stderr,
        ""
    );
}

#[test]
fn check_exits_with_one_where_the_output_differs() {
    let place = Workplace::new();
    let missing = place
        .run("generate rust --docs docs --out sdk --check")
        .exits(1);
    assert!(
        missing.stdout.contains("Cargo.toml: missing"),
        "{}",
        missing.stdout
    );
    assert!(!place.path("sdk").exists());

    place.run("generate rust --docs docs --out sdk").exits(0);
    assert_eq!(
        place
            .run("generate rust --docs docs --out sdk --check")
            .exits(0)
            .stdout,
        ""
    );

    place.put("sdk/Cargo.toml", place.text("sdk/Cargo.toml") + "# mine\n");
    place.put("sdk/src/extra.rs", "");
    let edited = place
        .run("generate rust --docs docs --out sdk --check")
        .exits(1);
    assert!(
        edited.stdout.contains("Cargo.toml: edited by hand\n"),
        "{}",
        edited.stdout
    );
    assert!(edited.stdout.contains("\n-# mine\n"), "{}", edited.stdout);
    assert!(
        edited.stdout.contains("src/extra.rs: not generated\n"),
        "{}",
        edited.stdout
    );
}

#[test]
fn a_folder_of_others_is_refused() {
    let place = Workplace::new();
    let ran = place.run("generate rust --docs docs --out docs").exits(2);
    insta::assert_snapshot!(ran.stderr.lines().last().unwrap(), @"error: `docs` is not empty and docwright did not write it: it holds `resources`, and no `.docwright-files`; choose a folder that is empty or does not exist");
    assert_eq!(place.text("docs/resources/widget.md"), RESOURCE);
}

#[test]
fn two_versions_make_a_workspace_but_not_one_file() {
    let place = Workplace::new();
    place.put("tree/api-reference/v1.0/resources/widget.md", RESOURCE);
    place.put("tree/api-reference/beta/resources/widget.md", RESOURCE);
    place
        .run("generate rust --docs tree --out sdk --crate-name widgets")
        .exits(0);
    insta::assert_snapshot!(place.text("sdk/Cargo.toml"), @r#"
    # @generated by docwright. Do not edit.

    [workspace]
    resolver = "3"
    members = ["v1.0", "beta"]
    "#);
    assert!(
        place
            .text("sdk/v1.0/Cargo.toml")
            .contains("name = \"widgets\"")
    );
    assert!(
        place
            .text("sdk/beta/Cargo.toml")
            .contains("name = \"widgets-beta\"")
    );

    insta::assert_snapshot!(place.run("generate csdl --docs tree").exits(2).stderr, @"error: `tree` has pages of `v1.0` and `beta`, and one file describes one version; choose with `--api-version`");
    let csdl = place
        .run("generate csdl --docs tree --api-version beta")
        .exits(0);
    assert!(csdl.stdout.contains("\"widget\""), "{}", csdl.stdout);
}

#[test]
fn the_extension_chooses_the_form_of_openapi() {
    let place = Workplace::new();
    place
        .run("generate openapi --docs docs --out api.json")
        .exits(0);
    place
        .run("generate openapi --docs docs --out api.yaml")
        .exits(0);
    assert!(place.text("api.json").starts_with("{\n"));
    assert!(place.text("api.yaml").starts_with("openapi: 3.1"));
    let printed = place.run("generate openapi --docs docs").exits(0);
    assert_eq!(printed.stdout, place.text("api.json"));
    assert_eq!(
        place
            .run("generate openapi --docs docs --out api.json --check")
            .exits(0)
            .stdout,
        ""
    );
    place.put("api.json", "{}\n");
    let differs = place
        .run("generate openapi --docs docs --out api.json --check")
        .exits(1);
    assert!(
        differs.stdout.starts_with("api.json: out of date\n"),
        "{}",
        differs.stdout
    );
}

#[test]
fn documents_that_cannot_be_used_are_explained() {
    let place = Workplace::new();
    place.put("empty/readme.txt", "no page");
    let failure = |arguments: &str| place.run(arguments).exits(2).stderr;
    insta::assert_snapshot!(failure("dump api"), @"error: no documents: there is no folder `docs-input` here or above; name one with `--docs DIR`");
    insta::assert_snapshot!(failure("dump api --docs doc"), @"error: `doc` does not exist; did you mean `docs`?");
    insta::assert_snapshot!(failure("dump api --docs docs/resources/widget.md"), @"error: `docs/resources/widget.md` is a file; `--docs` takes the folder that it is in");
    insta::assert_snapshot!(failure("dump api --docs empty"), @"error: empty: no reference pages here; give the root of a docs repository, its `api-reference` folder, a version's folder with `api` and `resources` in it, or any folder with .md files");
    insta::assert_snapshot!(failure("dump api --docs docs --page wigdet"), @"error: there is no page `wigdet` among the documents; did you mean `widget`?");
    insta::assert_snapshot!(failure("dump api --docs docs --config none.toml"), @"error: cannot read `none.toml`: No such file or directory (os error 2)");
    insta::assert_snapshot!(failure("generate rust --docs docs --out sdk --crate-name 1st"), @"
    error: invalid value '1st' for '--crate-name <NAME>': a package name is made of letters, digits, `-` and `_`, and begins with a letter

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(failure("generate rust --docs docs --out docs/resources/widget.md"), @"
    v1.0: 1 page, 1 type, 0 enums, 0 operations
    error: `docs/resources/widget.md` is a file; the output needs a folder, choose another path
    ");
}

#[test]
fn the_nearest_docs_input_is_the_default() {
    let place = Workplace::new();
    place.put("docs-input/resources/widget.md", RESOURCE);
    place.put("deep/down/file", "");
    let output = place
        .command("dump api")
        .current_dir(place.path("deep/down"))
        .output()
        .unwrap();
    let ran = Ran::new(&output, place.folder.path()).exits(0);
    assert!(ran.stdout.contains("widget"), "{}", ran.stdout);
}

#[test]
fn a_part_of_the_api_is_written_on_demand() {
    let place = Workplace::new();
    place.put(
        "docs/resources/gadget.md",
        RESOURCE.replace("widget", "gadget"),
    );
    for target in ["csdl", "openapi"] {
        let generate = format!("generate {target} --docs docs");
        assert!(place.run(&generate).exits(0).stdout.contains("gadget"));
        let part = place.run(&format!("{generate} --include Widget")).exits(0);
        assert!(part.stdout.contains("widget") && !part.stdout.contains("gadget"));
        let both = format!("{generate} --include widget --include *get");
        assert!(place.run(&both).exits(0).stdout.contains("gadget"));
    }
    let generate = "generate rust --docs docs --out sdk";
    let part = place.run(&format!("{generate} --include widget")).exits(0);
    assert!(
        part.stderr.contains("v1.0: 2 pages, 1 type,"),
        "{}",
        part.stderr
    );
    place.put("docs/docwright.toml", "include = [\"widget\"]\n");
    place.run(&format!("{generate} --check")).exits(0);
    place
        .run(&format!("{generate} --check --include gadget"))
        .exits(1);
}

#[test]
fn patterns_that_select_nothing_are_explained() {
    let place = Workplace::new();
    let failure = |pattern: &str| {
        let arguments = format!("generate csdl --docs docs --include {pattern}");
        place.run(&arguments).exits(2).stderr
    };
    insta::assert_snapshot!(failure("wigdet"), @"error: nothing matches `wigdet`: no type, action or function is called so; did you mean `widget`?");
    insta::assert_snapshot!(failure("/widgets/**"), @"error: nothing matches `/widgets/**`: no path begins with `/widgets`");
    insta::assert_snapshot!(failure("/widgets/"), @"
    error: invalid value '/widgets/' for '--include <PATTERN>': `/widgets/` has nothing behind one of its slashes; write `/**` at the end for all that is below

    For more information, try '--help'.
    ");
}

#[test]
fn a_version_in_which_nothing_matches_becomes_an_empty_crate() {
    let place = Workplace::new();
    place.put("tree/api-reference/v1.0/resources/widget.md", RESOURCE);
    let gadget = RESOURCE.replace("widget", "gadget");
    place.put("tree/api-reference/beta/resources/gadget.md", gadget);
    let generate = "generate rust --docs tree --out sdk --include gadget";
    let ran = place.run(generate).exits(0);
    insta::assert_snapshot!(ran.stderr.lines().next().unwrap(), @"warning: nothing in v1.0 matches, and its crate is empty; choose other versions with `--api-version`");
    assert!(
        ran.stderr.contains("beta: 1 page, 1 type"),
        "{}",
        ran.stderr
    );
    assert!(
        place
            .text("sdk/v1.0/Cargo.toml")
            .contains("name = \"msgraph\"")
    );
}

#[test]
fn settings_are_read_from_the_docs_and_checked() {
    let place = Workplace::new();
    place.put("docs/docwright.toml", "crate-name = \"gadgets\"\n");
    place.run("generate rust --docs docs --out sdk").exits(0);
    assert!(place.text("sdk/Cargo.toml").contains("name = \"gadgets\""));
    place.put("docs/docwright.toml", "[vocabulery]\n");
    insta::assert_snapshot!(place.run("generate rust --docs docs --out sdk").exits(2).stderr, @"error: docs/docwright.toml:1:2: unknown key `vocabulery`; did you mean `vocabulary`? (known keys: crate-name, include, vocabulary, lint)");
}

#[test]
fn bad_pages_are_warned_about_and_do_not_stop_the_others() {
    let place = Workplace::new();
    place.put(
        "docs/resources/damaged.md",
        b"# damaged resource type\n\n\xff\xfe\n",
    );
    let ran = place.run("dump api --docs docs").exits(0);
    insta::assert_snapshot!(ran.stderr, @"warning: ./docs/resources/damaged.md:3: the page is not UTF-8 from byte 25 on; save it as UTF-8");
    assert!(ran.stdout.contains("widget"), "{}", ran.stdout);
}

#[test]
fn a_page_above_the_limit_is_named_and_left_out() {
    let place = Workplace::new();
    place.put("docs/resources/huge.md", "");
    // A hole, which takes no room on disk.
    let file = fs::OpenOptions::new()
        .write(true)
        .open(place.path("docs/resources/huge.md"))
        .unwrap();
    file.set_len(100 << 20).unwrap();
    let ran = place.run("dump api --docs docs").exits(0);
    insta::assert_snapshot!(ran.stderr, @"warning: ./docs/resources/huge.md:1: the page has 100 MiB, more than the 32 MiB that a page may have");
    assert!(ran.stdout.contains("widget"), "{}", ran.stdout);
    let written = place.run("generate rust --docs docs --out sdk").exits(0);
    assert!(written.stderr.contains("1 type,"), "{}", written.stderr);
}

#[test]
fn pages_that_contradict_each_other_do_not_stop_anything() {
    let derived = |name: &str, base: &str| {
        RESOURCE.replace("widget", name).replace(
            "A thing with a name.",
            &format!("A thing. Inherits from [{base}]({base}.md)."),
        )
    };
    let place = Workplace::new();
    place.put("docs/resources/hen.md", derived("hen", "egg"));
    place.put("docs/resources/egg.md", derived("egg", "hen"));
    place.put(
        "docs/resources/widget-again.md",
        RESOURCE.replace("String", "Int32"),
    );
    for arguments in [
        "dump api --docs docs",
        "dump coverage --docs docs",
        "generate rust --docs docs --out sdk",
        "generate csdl --docs docs --out api.xml",
        "generate openapi --docs docs --out api.json",
    ] {
        place.run(arguments).exits(0);
    }
    // Each page has said its part, and a rule can find it.
    let facts = place.run("dump facts --docs docs").exits(0).stdout;
    for claim in [
        "resources/hen.md:5  microsoft.graph.hen derives from egg",
        "resources/egg.md:5  microsoft.graph.egg derives from hen",
        "resources/widget.md:10  microsoft.graph.widget.id: Edm.String",
        "resources/widget-again.md:10  microsoft.graph.widget.id: Edm.Int32",
    ] {
        assert!(facts.contains(claim), "{claim} is not in\n{facts}");
    }
}

#[test]
fn colors_are_for_terminals_and_for_those_who_ask() {
    let place = Workplace::new();
    place.put("api.xml", "<old/>\n");
    let check = "generate csdl --docs docs --out api.xml --check";
    assert!(!place.run(check).exits(1).stdout.contains('\u{1b}'));
    assert!(
        place
            .run(&format!("{check} --color always"))
            .exits(1)
            .stdout
            .contains("\u{1b}[31m-<old/>")
    );
    let output = place.command(check).env("NO_COLOR", "1").output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let place = Workplace::new();
    for number in 0..200 {
        place.put(
            &format!("docs/resources/widget{number}.md"),
            RESOURCE.replace("widget", &format!("widget{number}")),
        );
    }
    let mut child = place
        .command("dump sections --docs docs")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

const METADATA: &str = "\
<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>
<Schema Namespace=\"microsoft.graph\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">
<ComplexType Name=\"widget\"><Property Name=\"weight\" Type=\"Edm.Int32\"/><Knob/></ComplexType>
</Schema></edmx:DataServices></edmx:Edmx>
";

#[test]
fn metadata_is_enough_to_generate_from() {
    let place = Workplace::new();
    place.put("beta.xml", METADATA);
    let ran = place.run("generate csdl --csdl beta.xml").exits(0);
    assert!(ran.stdout.contains("<Property Name=\"weight\""));
    assert!(!ran.stdout.contains("label"));
    assert!(
        ran.stderr
            .contains("beta.xml:3:70: `Knob` does not belong in `ComplexType`"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("beta: 0 pages, 1 type,"),
        "{}",
        ran.stderr
    );
}

#[test]
fn metadata_stands_beside_pages() {
    let place = Workplace::new();
    place.put("metadata.xml", METADATA);
    let ran = place
        .run("generate csdl --docs docs --csdl v1.0=metadata.xml")
        .exits(0);
    assert!(ran.stdout.contains("<Property Name=\"weight\""));
    assert!(ran.stdout.contains("What people call it."));
}

#[test]
fn metadata_of_no_known_version_is_asked_for() {
    let place = Workplace::new();
    place.put("metadata.xml", METADATA);
    let ran = place.run("generate csdl --csdl metadata.xml").exits(2);
    assert!(
        ran.stderr.contains("--csdl v1.0=metadata.xml"),
        "{}",
        ran.stderr
    );
    place
        .run("generate csdl --csdl metadata.xml --api-version beta")
        .exits(0);
    place.put("v1.0/metadata.xml", METADATA);
    place.run("generate csdl --csdl v1.0/metadata.xml").exits(0);
    let ran = place.run("generate csdl --csdl v1.0=missing.xml").exits(2);
    assert!(
        ran.stderr.contains("cannot read `missing.xml`"),
        "{}",
        ran.stderr
    );
}

#[cfg(feature = "lint")]
#[test]
fn findings_are_printed_or_written_in_the_format_asked_for() {
    let place = Workplace::new();
    let json = "## JSON representation\n<!-- { \"blockType\": \"resource\", \"@odata.type\": \"microsoft.graph.widget\" } -->\n\
                ```json\n{ \"id\": \"String\", \"Label\": \"String\" }\n```\n";
    place.put("docs/resources/widget.md", RESOURCE.to_owned() + json);
    let lint = "lint --docs docs --select TBL003";
    let full = place.run(lint).exits(1).stdout;
    assert!(full.starts_with("error[TBL003]: "), "{full}");
    assert!(full.contains("--> docs/resources/widget.md:"), "{full}");
    let colored = place.run(&format!("--color always {lint}")).exits(1);
    assert!(colored.stdout.contains("\x1b["), "{}", colored.stdout);
    let written = place
        .run(&format!(
            "--color always {lint} --output-format concise --out found.txt"
        ))
        .exits(1);
    assert_eq!(written.stdout, "");
    let printed = place
        .run(&format!("{lint} --output-format concise"))
        .exits(1)
        .stdout;
    assert_eq!(place.text("found.txt"), printed);
    assert_eq!(printed.lines().count(), 1, "{printed}");
    let unknown = place.run("lint --docs docs --output-format prose").exits(2);
    assert!(unknown.stderr.contains("json-lines"), "{}", unknown.stderr);
}
