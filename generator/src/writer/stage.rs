//! A folder beside the output in which a run is made ready, and the moves that bring it into place.
//!
//! Invariant: until every move has succeeded, everything that was moved can be moved back, and is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use tempfile::TempDir;

use super::{Error, MANIFEST};

/// First letters of the name of every staging folder.
pub(super) const PREFIX: &str = ".docwright-stage-";

/// A staging folder; it vanishes with the value.
pub(super) struct Stage {
    folder: TempDir,
}

impl Stage {
    /// Makes a staging folder in `parent`, so that a move from one to the other stays in one file system.
    pub(super) fn inside(parent: &Path) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent);
        let folder = folder.map_err(Error::io("create a folder in", parent))?;
        // The temporary folder is private to the user; what is moved out of it must not be.
        let stage = Self { folder };
        let new = stage.new_root();
        fs::create_dir(&new).map_err(Error::io("create", &new))?;
        Ok(stage)
    }

    /// Where the new files wait.
    pub(super) fn new_root(&self) -> PathBuf {
        self.folder.path().join("new")
    }

    /// Where one new file waits.
    pub(super) fn new_path(&self, path: &str) -> PathBuf {
        self.new_root().join(path)
    }

    /// Where one old file goes until the run has succeeded.
    fn old_path(&self, path: &str) -> PathBuf {
        self.folder.path().join("old").join(path)
    }

    /// Stages one file whose folder exists.
    pub(super) fn put(&self, path: &str, text: &str) -> Result<(), Error> {
        let path = self.new_path(path);
        fs::write(&path, text).map_err(Error::io("write", &path))
    }

    /// Stages many files.
    pub(super) fn put_all<'a>(
        &self,
        files: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), Error> {
        let files: Vec<_> = files.collect();
        let folders: BTreeSet<_> = files
            .iter()
            .filter_map(|(path, _)| Path::new(path).parent())
            .collect();
        for folder in folders {
            let folder = self.new_root().join(folder);
            fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        }
        files
            .par_iter()
            .try_for_each(|(path, text)| self.put(path, text))
    }

    /// Moves the staged files at `paths` into `root` and the old ones, those at `gone` too, out of it.
    ///
    /// The staged manifest goes last; before that, the folder has a manifest of old and new paths together.
    pub(super) fn commit(&self, root: &Path, paths: &[&str], gone: &[&str]) -> Result<(), Error> {
        let mut moves = Moves::default();
        moves.replace(
            &self.new_path("union"),
            &root.join(MANIFEST),
            &self.old_path(MANIFEST),
        )?;
        for path in paths {
            moves.replace(&self.new_path(path), &root.join(path), &self.old_path(path))?;
        }
        for path in gone {
            moves.rename(&root.join(path), &self.old_path(path))?;
        }
        moves.replace(
            &self.new_path(MANIFEST),
            &root.join(MANIFEST),
            &self.old_path("union"),
        )?;
        moves.done();
        for path in gone {
            remove_empty_folders(root, path);
        }
        Ok(())
    }
}

/// The moves of a run so far; dropped before it is [done](Self::done), it takes them back, the last one first.
#[derive(Default)]
struct Moves {
    made: Vec<(PathBuf, PathBuf)>,
}

impl Moves {
    /// Moves `new` to `target`, and what was there to `old`.
    fn replace(&mut self, new: &Path, target: &Path, old: &Path) -> Result<(), Error> {
        if target.symlink_metadata().is_ok() {
            self.rename(target, old)?;
        }
        self.rename(new, target)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<(), Error> {
        let folder = to.parent().unwrap_or(to);
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        fs::rename(from, to).map_err(Error::io("replace", to))?;
        self.made.push((from.to_path_buf(), to.to_path_buf()));
        Ok(())
    }

    fn done(mut self) {
        self.made.clear();
    }
}

impl Drop for Moves {
    fn drop(&mut self) {
        for (from, to) in self.made.drain(..).rev() {
            // Nothing better is left to do where even the way back is barred.
            drop(fs::rename(to, from));
        }
    }
}

/// Removes the folders that the removal of `path` left empty; one that is not empty stays by itself.
fn remove_empty_folders(root: &Path, path: &str) {
    for folder in Path::new(path)
        .ancestors()
        .skip(1)
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        if fs::remove_dir(root.join(folder)).is_err() {
            break;
        }
    }
}
