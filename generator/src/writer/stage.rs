//! A folder beside the output in which a run is made ready, and the moves that bring it into place.
//!
//! Invariant: until every move has succeeded, everything that was moved can be moved back, and is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
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
        make(&stage.new_root())?;
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
        for folder in folders(files.iter().map(|(path, _)| *path)) {
            make(&self.new_root().join(folder))?;
        }
        files
            .par_iter()
            .try_for_each(|(path, text)| self.put(path, text))
    }

    /// Moves the staged files at `paths` into `root` and the old ones, those at `gone` too, out of it.
    ///
    /// The staged manifest goes last; before that, the folder has a manifest of old and new paths together.
    pub(super) fn commit(&self, root: &Path, paths: &[&str], gone: &[&str]) -> Result<(), Error> {
        let moves = Moves::default();
        for folder in folders(paths.iter().copied()) {
            make(&root.join(folder))?;
        }
        // The manifest goes there even if no file does.
        make(&self.old_path(""))?;
        for folder in folders(paths.iter().chain(gone).copied()) {
            make(&self.old_path("").join(folder))?;
        }
        let manifest = root.join(MANIFEST);
        moves.replace(&self.new_path("union"), &manifest, &self.old_path(MANIFEST))?;
        paths.par_iter().try_for_each(|path| {
            moves.replace(&self.new_path(path), &root.join(path), &self.old_path(path))
        })?;
        gone.par_iter()
            .try_for_each(|path| moves.rename(&root.join(path), &self.old_path(path)))?;
        moves.replace(&self.new_path(MANIFEST), &manifest, &self.old_path("union"))?;
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
    made: Mutex<Vec<(PathBuf, PathBuf)>>,
}

impl Moves {
    /// Moves `new` to `target`, and what was there to `old`.
    fn replace(&self, new: &Path, target: &Path, old: &Path) -> Result<(), Error> {
        if target.symlink_metadata().is_ok() {
            self.rename(target, old)?;
        }
        self.rename(new, target)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        fs::rename(from, to).map_err(Error::io("replace", to))?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.push((from.to_path_buf(), to.to_path_buf()));
        Ok(())
    }

    fn done(self) {
        self.made
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl Drop for Moves {
    fn drop(&mut self) {
        let made = self.made.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (from, to) in made.drain(..).rev() {
            // Nothing better is left to do where even the way back is barred.
            drop(fs::rename(to, from));
        }
    }
}

/// The folders that files at `paths` need.
fn folders<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a Path> {
    paths.filter_map(|path| Path::new(path).parent()).collect()
}

fn make(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))
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
