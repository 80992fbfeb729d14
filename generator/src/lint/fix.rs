//! Fixes applied.
//!
//! Comes in: findings with their fixes. Goes out: the new text of each file that changes.
//! Invariants: a fix is applied as a whole or not at all; of fixes that overlap, the first in the order of findings is applied,
//! and the others are left for the next run; no byte outside of the ranges of the edits changes; a file that changed since it
//! was read is left alone.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

use super::{
    files::{File, FileId},
    finding::{Edit, Finding, Safety},
    world::World,
};

/// What fixing makes of the files.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new text of each file that changes.
    pub texts: BTreeMap<FileId, String>,
    /// The positions of the findings that are settled.
    pub settled: Vec<usize>,
}

/// Applies the fixes that are at least as safe as asked for.
pub fn apply(world: &World, findings: &[Finding], safety: Safety) -> Fixed {
    let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut settled = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safety <= safety) else {
            continue;
        };
        let is_free = |edit: &Edit| {
            let others = edits.get(&edit.file);
            others.is_none_or(|others| others.iter().all(|other| !overlap(edit, other)))
        };
        if fix.edits.iter().all(is_free) {
            for edit in &fix.edits {
                edits.entry(edit.file).or_default().push(edit);
            }
            settled.push(at);
        }
    }
    let texts = edits.into_iter().map(|(file, mut edits)| {
        edits.sort_by_key(|edit| edit.at);
        (file, applied(&world.files.get(file).text, &edits))
    });
    Fixed {
        texts: texts.collect(),
        settled,
    }
}

/// Whether two edits touch the same bytes, or insert at the same place.
fn overlap(a: &Edit, b: &Edit) -> bool {
    if a.at == b.at {
        return true;
    }
    a.at.start < b.at.end && b.at.start < a.at.end
}

/// A text after edits in the order of their places.
fn applied(text: &str, edits: &[&Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        out.push_str(&text[from..edit.at.start as usize]);
        out.push_str(&edit.text);
        from = edit.at.end as usize;
    }
    out.push_str(&text[from..]);
    out
}

/// What became of a file that was to change.
#[derive(Debug)]
pub enum Outcome {
    /// It has the new text.
    Written,
    /// It is not what was checked any more, and was left alone.
    Changed,
    /// The file system said no, and the file is as it was.
    Failed(io::Error),
}

/// Writes a new text in the place of the one that was checked, whole or not at all; a byte order mark stays.
pub fn write(file: &File, text: &str) -> Outcome {
    let found = match fs::read(&file.location) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Failed(error),
    };
    let mark: &[u8] = "\u{feff}".as_bytes();
    let (mark, body) = match found.strip_prefix(mark) {
        Some(body) => (mark, body),
        None => (&[][..], &found[..]),
    };
    if body != file.text.as_bytes() {
        return Outcome::Changed;
    }
    match replace(&file.location, &[mark, text.as_bytes()]) {
        Ok(()) => Outcome::Written,
        Err(error) => Outcome::Failed(error),
    }
}

/// Puts a file in the place of another one, with the same permissions.
fn replace(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    for part in parts {
        new.write_all(part)?;
    }
    new.as_file()
        .set_permissions(fs::metadata(path)?.permissions())?;
    new.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::files::Files, *};
    use crate::span::ByteRange;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit {
            file: FileId(0),
            at: ByteRange::new(start, end),
            text: text.to_owned(),
        }
    }

    #[test]
    fn edits_that_touch_the_same_bytes_exclude_each_other() {
        assert!(overlap(&edit(1, 3, ""), &edit(2, 4, "")));
        assert!(overlap(&edit(2, 2, "a"), &edit(2, 2, "b")));
        assert!(!overlap(&edit(1, 2, ""), &edit(2, 4, "")));
        assert!(!overlap(&edit(2, 2, "a"), &edit(2, 4, "")));
    }

    #[test]
    fn a_file_keeps_its_mark_and_is_left_alone_if_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        fs::write(&path, "\u{feff}one\r\n").unwrap();
        let mut files = Files::default();
        let id = files.add(path.clone(), folder.path(), folder.path(), "one\r\n".into());
        let file = files.get(id);
        assert!(matches!(write(file, "two\r\n"), Outcome::Written));
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}two\r\n");
        assert!(matches!(write(file, "three\r\n"), Outcome::Changed));
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}two\r\n");
    }
}
