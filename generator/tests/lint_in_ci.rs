//! The examples for CI and for commits, run as far as a machine without a network can: the commands of the workflow and of
//! the hooks, on a repository with a branch that breaks something.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

const BOOK: &str = "# book resource type\n\nNamespace: microsoft.graph\n\n## Properties\n\n\
    |Property|Type|Description|\n|:---|:---|:---|\n|title|String|What it is called.|\n\n\
    ## JSON representation\n\n<!-- { \"blockType\": \"resource\", \"@odata.type\": \"microsoft.graph.book\" } -->\n\
    ```json\n{\n  \"title\": \"String\"\n}\n```\n";
const PAGE: &str = "api-reference/v1.0/resources/book.md";

/// A repository whose branch `change` differs from `origin/main` by a property in another case.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, BOOK);
    git(root, &["init", "-q", "-b", "main"]);
    commit(root);
    git(root, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    git(root, &["checkout", "-q", "-b", "change"]);
    write(root, &BOOK.replace("|title|", "|Title|"));
    folder
}

fn write(root: &Path, text: &str) {
    let file = root.join(PAGE);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn commit(root: &Path) {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "-m", "a"]);
}

fn git(root: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let output = Command::new("git")
        .current_dir(root)
        .args(who)
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Runs a line as a shell of CI does, with the program in the path.
fn shell(root: &Path, line: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_docwright"));
    let mut paths: Vec<PathBuf> = program
        .parent()
        .map(Path::to_path_buf)
        .into_iter()
        .collect();
    paths.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    Command::new("bash")
        .args(["-e", "-c", line])
        .current_dir(root)
        .env("PATH", env::join_paths(paths).unwrap())
        .env("GITHUB_BASE_REF", "main")
        .output()
        .unwrap()
}

fn text(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap()
}

/// The values of a key in a YAML file of one-line values.
fn values(yaml: &str, key: &str) -> Vec<String> {
    let lines = yaml
        .lines()
        .map(|line| line.trim_start().trim_start_matches("- "));
    let values = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    values.map(str::to_owned).collect()
}

#[test]
fn the_workflow_tells_what_a_pull_request_breaks() {
    let commands = values(&text("docs/lint/github-action.yml"), "run");
    let [install, since, everything] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert!(
        install.starts_with("cargo install"),
        "needs a network, and is not run here"
    );
    let repository = repository();
    let ran = shell(repository.path(), since);
    assert_eq!(ran.status.code(), Some(1));
    let out = String::from_utf8(ran.stdout).unwrap();
    assert!(
        out.lines()
            .any(|line| line.starts_with("::error title=TBL003")
                && line.contains(&format!("file={PAGE},line=9,"))),
        "{out}"
    );
    assert!(shell(repository.path(), everything).status.success());
    let sarif = fs::read_to_string(repository.path().join("docwright.sarif")).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn the_hooks_tell_what_a_commit_breaks() {
    let hooks = values(&text(".pre-commit-hooks.yaml"), "entry");
    let [lint, fix] = hooks.as_slice() else {
        panic!("{hooks:?}");
    };
    let repository = repository();
    let ran = shell(repository.path(), lint);
    assert_eq!(ran.status.code(), Some(1));
    assert!(String::from_utf8(ran.stdout).unwrap().contains("TBL003"));
    // Which spelling is right, somebody has to say: the hook that repairs leaves it.
    assert_eq!(shell(repository.path(), fix).status.code(), Some(1));
    commit(repository.path());
    let ran = shell(repository.path(), lint);
    assert_eq!(
        ran.status.code(),
        Some(0),
        "what is committed is old: {}",
        String::from_utf8_lossy(&ran.stdout)
    );
}
