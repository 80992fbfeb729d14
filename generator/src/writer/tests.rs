//! What the writer promises, each promise against a folder on disk.

use std::fs;

use tempfile::{TempDir, tempdir};

use super::*;

/// An output folder in a temporary place.
struct Place {
    parent: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            parent: tempdir().unwrap(),
        }
    }

    fn root(&self) -> PathBuf {
        self.parent.path().join("out")
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap()
    }

    fn write(&self, files: &[(&str, &str)]) -> Result<Summary, Error> {
        write(&self.root(), &of(files))
    }

    fn check(&self, files: &[(&str, &str)]) -> Vec<Difference> {
        check(&self.root(), &of(files)).unwrap()
    }

    /// Every path below the output folder's parent, sorted.
    fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        list(self.parent.path(), "", &mut found);
        found.sort();
        found
    }

    fn failure(&self, files: &[(&str, &str)]) -> String {
        let message = self.write(files).unwrap_err().to_string();
        message.replace(&self.parent.path().to_string_lossy().into_owned(), "")
    }
}

fn list(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), &format!("{path}/"), found);
        } else {
            found.push(path);
        }
    }
}

fn of(files: &[(&str, &str)]) -> Files {
    files
        .iter()
        .map(|&(path, text)| (path.to_owned(), text.to_owned()))
        .collect()
}

const FIRST: [(&str, &str); 3] = [
    ("Cargo.toml", "[package]\n"),
    ("src/lib.rs", "pub mod user;\n"),
    ("src/user.rs", "pub struct User;\n"),
];

#[test]
fn a_new_folder_appears_whole() {
    let place = Place::new();
    assert_eq!(place.write(&FIRST).unwrap().written, 3);
    assert_eq!(
        place.paths(),
        [
            "out/.docwright-files",
            "out/Cargo.toml",
            "out/src/lib.rs",
            "out/src/user.rs"
        ]
    );
    assert_eq!(place.check(&FIRST), []);
}

#[test]
fn right_files_are_not_touched() {
    let place = Place::new();
    place.write(&FIRST).unwrap();
    let modified = |path: &str| {
        fs::metadata(place.root().join(path))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = (modified("src/lib.rs"), modified(MANIFEST));
    assert_eq!(
        place.write(&FIRST).unwrap(),
        Summary {
            unchanged: 3,
            ..Summary::default()
        }
    );
    assert_eq!((modified("src/lib.rs"), modified(MANIFEST)), before);

    let mut files = FIRST;
    files[2].1 = "pub enum User {}\n";
    assert_eq!(
        place.write(&files).unwrap(),
        Summary {
            written: 1,
            unchanged: 2,
            ..Summary::default()
        }
    );
    assert_eq!(modified("src/lib.rs"), before.0);
    assert_eq!(place.text("src/user.rs"), "pub enum User {}\n");
}

#[test]
fn files_of_earlier_runs_go_and_their_folders_with_them() {
    let place = Place::new();
    place
        .write(&[("src/lib.rs", ""), ("src/calls/user/list.rs", "")])
        .unwrap();
    let summary = place.write(&[("src/lib.rs", "")]).unwrap();
    assert_eq!(
        summary,
        Summary {
            unchanged: 1,
            removed: 1,
            ..Summary::default()
        }
    );
    assert_eq!(place.paths(), ["out/.docwright-files", "out/src/lib.rs"]);
    assert!(!place.root().join("src/calls").exists());
}

#[test]
fn files_of_others_stay() {
    let place = Place::new();
    place.write(&FIRST).unwrap();
    place.put("src/notes.md", "mine");
    place.put("target/debug/x", "cargo's");
    place.write(&[("Cargo.toml", "[package]\n")]).unwrap();
    assert_eq!(
        place.paths(),
        [
            "out/.docwright-files",
            "out/Cargo.toml",
            "out/src/notes.md",
            "out/target/debug/x"
        ]
    );
    insta::assert_snapshot!(place.failure(&[("src/notes.md", "generated")]), @"`/out/src/notes.md` is in the way: a file of this name is generated, but docwright did not write this one; move it elsewhere or delete it");
    assert_eq!(place.text("src/notes.md"), "mine");
}

#[test]
fn a_folder_of_others_is_refused() {
    let place = Place::new();
    place.put("thesis.tex", "years of work");
    insta::assert_snapshot!(place.failure(&FIRST), @"`/out` is not empty and docwright did not write it: it holds `thesis.tex`, and no `.docwright-files`; choose a folder that is empty or does not exist");
    assert_eq!(place.paths(), ["out/thesis.tex"]);
    insta::assert_snapshot!(check(&place.root().join("thesis.tex"), &of(&FIRST)).unwrap_err().to_string().replace(&place.parent.path().to_string_lossy().into_owned(), ""), @"`/out/thesis.tex` is a file; the output needs a folder, choose another path");
}

#[test]
fn a_new_repository_is_no_folder_of_others() {
    let place = Place::new();
    place.put(".git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(place.write(&FIRST).unwrap().written, 3);
    assert_eq!(place.check(&FIRST), []);
}

#[test]
fn edits_are_replaced_and_told() {
    let place = Place::new();
    place.write(&FIRST).unwrap();
    place.put("src/user.rs", "pub struct User { edited: bool }\n");
    place.put("src/lib.rs", "pub mod user; // edited\n");
    let summary = place.write(&FIRST[..2]).unwrap();
    assert_eq!(
        (&*summary.restored, &*summary.kept),
        (
            &["src/lib.rs".to_owned()][..],
            &["src/user.rs".to_owned()][..]
        )
    );
    assert_eq!(place.text("src/lib.rs"), FIRST[1].1);
    insta::assert_snapshot!(summary, @"
    2 files: 1 written, 1 unchanged
    replaced `src/lib.rs`, which was edited by hand
    kept `src/user.rs`, which is no longer generated but was edited by hand
    ");
}

#[test]
fn check_tells_what_is_wrong_with_each_file() {
    let place = Place::new();
    let long: String = "line\n".repeat(100);
    place
        .write(&[
            ("a-old.rs", "one\ntwo\nthree\n"),
            ("b-edited.rs", "same\n"),
            ("c-long.txt", &long),
            ("e-gone", ""),
        ])
        .unwrap();
    place.put("b-edited.rs", "other\n");
    place.put("d-extra/file.rs", "mine");
    place.put("target/ignored", "");
    let before = place.paths();
    let differences = place.check(&[
        ("a-old.rs", "one\n2\nthree\n"),
        ("b-edited.rs", "same\n"),
        ("c-long.txt", &long.to_uppercase()),
        ("f-new", "text"),
    ]);
    insta::assert_snapshot!(Report(&differences), @"
    a-old.rs: out of date
    --- a-old.rs (on disk)
    +++ a-old.rs (generated)
    @@ -1,3 +1,3 @@
     one
    -two
    +2
     three
    b-edited.rs: edited by hand
    --- b-edited.rs (on disk)
    +++ b-edited.rs (generated)
    @@ -1 +1 @@
    -other
    +same
    c-long.txt: out of date
    --- c-long.txt (on disk)
    +++ c-long.txt (generated)
    @@ -1,100 +1,100 @@
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    -line
    ... 163 more lines
    d-extra/file.rs: not generated
    e-gone: not generated
    f-new: missing
    ");
    assert_eq!(place.paths(), before);
}

#[test]
fn a_lost_manifest_line_is_a_difference() {
    let place = Place::new();
    place.write(&FIRST).unwrap();
    let manifest = place.text(MANIFEST);
    place.put(
        MANIFEST,
        manifest
            .rsplit_once('\n')
            .unwrap()
            .0
            .rsplit_once('\n')
            .unwrap()
            .0,
    );
    insta::assert_snapshot!(Report(&place.check(&FIRST)), @".docwright-files: out of date");
    place.put(MANIFEST, "# hm\n<<<<<<< HEAD\n");
    insta::assert_snapshot!(place.failure(&FIRST), @"`/out/.docwright-files`, line 2: expected a fingerprint and a path; restore this file, or delete the folder to start anew");
}

#[test]
fn a_failure_half_way_leaves_the_old_files() {
    let place = Place::new();
    place.write(&FIRST).unwrap();
    let before: Vec<_> = place
        .paths()
        .into_iter()
        .map(|path| (path.clone(), place.parent.path().join(path)))
        .collect();
    let before: Vec<_> = before
        .into_iter()
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect();
    // The last file cannot get its place, since a folder has it.
    fs::create_dir_all(place.root().join("src/zebra.rs/in-the-way")).unwrap();
    let message = place.failure(&[
        ("Cargo.toml", "new"),
        ("src/lib.rs", "new"),
        ("src/user.rs", "new"),
        ("src/zebra.rs", "new"),
    ]);
    insta::assert_snapshot!(message, @"cannot read `/out/src/zebra.rs`: Is a directory (os error 21)");
    let after: Vec<_> = place
        .paths()
        .into_iter()
        .map(|path| {
            (
                path.clone(),
                fs::read(place.parent.path().join(path)).unwrap(),
            )
        })
        .collect();
    assert_eq!(after, before);
}

#[test]
fn moves_are_taken_back() {
    let place = Place::new();
    place.write(&FIRST).unwrap();
    let stage = Stage::inside(&place.root()).unwrap();
    stage
        .put_all([("Cargo.toml", "new"), ("src/user.rs", "new")].into_iter())
        .unwrap();
    stage.put(MANIFEST, "new").unwrap();
    stage.put("union", "new").unwrap();
    // `src/other.rs` was never staged, so the third move fails.
    let paths = ["Cargo.toml", "src/user.rs", "src/other.rs"];
    assert!(
        stage
            .commit(&place.root(), &paths, &["src/lib.rs"])
            .is_err()
    );
    drop(stage);
    assert_eq!(place.check(&FIRST), []);
}

#[test]
fn paths_stay_inside() {
    let place = Place::new();
    for path in ["../escape", "/etc/passwd", "src/../../escape", ""] {
        assert!(
            matches!(place.write(&[(path, "")]), Err(Error::Outside(_))),
            "{path}"
        );
    }
    assert!(place.paths().is_empty());
}

#[test]
fn one_file_is_replaced_only_if_it_differs() {
    let place = Place::new();
    let path = place.root().join("deep/api.json");
    assert!(write_file(&path, "{}").unwrap());
    assert!(!write_file(&path, "{}").unwrap());
    assert_eq!(check_file(&path, "{}").unwrap(), None);
    assert!(check_file(&path, "{\"a\":1}").unwrap().is_some());
    assert!(write_file(&path, "{\"a\":1}").unwrap());
    assert_eq!(place.paths(), ["out/deep/api.json"]);
}

#[test]
fn a_manifest_alone_that_is_outdated_is_written() {
    let place = Place::new();
    place.write(&FIRST).unwrap();
    // As after a merge: the files of one side, the manifest of the other.
    let other = Manifest::of(&of(&FIRST[..1])).to_string();
    place.put(MANIFEST, &other);
    for (path, text) in FIRST {
        place.put(path, text);
    }
    assert_eq!(place.write(&FIRST).unwrap().unchanged, FIRST.len());
    assert_eq!(place.text(MANIFEST), Manifest::of(&of(&FIRST)).to_string());
}
