//! Brings the texts of an emitter to disk, or tells how the disk differs from them.
//!
//! Comes in: [`Files`] and a folder. Goes out: the same files in that folder, or a list of [`Difference`]s.
//! A folder belongs to the writer if it holds its manifest, [`MANIFEST`]: the paths it wrote and a fingerprint of each.
//! A manifest rather than a mark in each file, because `Cargo.toml`, JSON and licence texts carry no header, and because
//! the fingerprint tells an edited file from an outdated one.
//!
//! Invariants: a file that the manifest does not list is never overwritten and never deleted; a file whose content is
//! right is not touched, so that its time stamp stays; a run that fails leaves the folder as it found it.

use std::{
    fmt, fs, io,
    path::{Component, Path, PathBuf},
};

use rayon::prelude::*;

use crate::emit::Files;

mod check;
mod manifest;
mod stage;

pub use check::{Difference, Kind, Report, check, check_file};
pub use manifest::MANIFEST;

use manifest::Manifest;
use stage::Stage;

/// Names at the top of an output folder that belong to cargo and git, not to the writer and not to its checks.
const NEIGHBOURS: [&str; 3] = [".git", "Cargo.lock", "target"];

/// Why nothing was written, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system said no.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
    /// The output path is no folder.
    #[error("`{0}` is a file; the output needs a folder, choose another path")]
    NotAFolder(PathBuf),
    /// The folder holds things, and none of them says that docwright put it there.
    #[error(
        "`{root}` is not empty and docwright did not write it: it holds `{found}`, and no `{MANIFEST}`; \
         choose a folder that is empty or does not exist"
    )]
    Foreign {
        /// The folder.
        root: PathBuf,
        /// One of the things in it.
        found: String,
    },
    /// A generated file would replace one that somebody else put there.
    #[error(
        "`{0}` is in the way: a file of this name is generated, but docwright did not write this one; move it elsewhere or delete it"
    )]
    InTheWay(PathBuf),
    /// An emitter named a path outside of the output folder.
    #[error("the generated path `{0}` leads out of the output folder")]
    Outside(String),
    /// The manifest was damaged.
    #[error(
        "`{path}`, line {line}: expected a fingerprint and a path; restore this file, or delete the folder to start anew"
    )]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
    },
}

impl Error {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

/// What [`write()`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that are new or have a new content.
    pub written: usize,
    /// Files that were right already.
    pub unchanged: usize,
    /// Files of an earlier run that are no longer generated.
    pub removed: usize,
    /// Paths whose content somebody had edited, and that were written anew.
    pub restored: Vec<String>,
    /// Paths that are no longer generated, but were edited, so that they stay; the manifest forgets them.
    pub kept: Vec<String>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.written + self.unchanged;
        write!(
            f,
            "{total} files: {} written, {} unchanged",
            self.written, self.unchanged
        )?;
        if self.removed > 0 {
            write!(f, ", {} removed", self.removed)?;
        }
        for path in &self.restored {
            write!(f, "\nreplaced `{path}`, which was edited by hand")?;
        }
        for path in &self.kept {
            write!(
                f,
                "\nkept `{path}`, which is no longer generated but was edited by hand"
            )?;
        }
        Ok(())
    }
}

/// Makes the folder `root` hold `files`, and none of the files of earlier runs that are not among them.
pub fn write(root: &Path, files: &Files) -> Result<Summary, Error> {
    refuse_outside_paths(files)?;
    let manifest = Manifest::of(files);
    match Folder::open(root)? {
        Folder::Absent => create(root, files, &manifest),
        Folder::Blank => update(root, files, &manifest, &Manifest::default()),
        Folder::Ours(old) => update(root, files, &manifest, &old),
    }
}

/// Makes one file hold `text`; whether that was not so before.
pub fn write_file(path: &Path, text: &str) -> Result<bool, Error> {
    if read(path)?.is_some_and(|old| old == text.as_bytes()) {
        return Ok(false);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let stage = Stage::inside(folder)?;
    stage.put("file", text)?;
    fs::rename(stage.new_path("file"), path).map_err(Error::io("write", path))?;
    Ok(true)
}

/// What is at the output path before the run.
enum Folder {
    Absent,
    /// Nothing in it that anybody wrote.
    Blank,
    Ours(Manifest),
}

impl Folder {
    fn open(root: &Path) -> Result<Self, Error> {
        let entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Absent),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(Error::NotAFolder(root.to_path_buf()));
            }
            Err(error) => return Err(Error::io("read", root)(error)),
        };
        if let Some(manifest) = Manifest::read(root)? {
            return Ok(Self::Ours(manifest));
        }
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::io("read", root))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        match names.into_iter().find(|name| !is_neighbour(name)) {
            Some(found) => Err(Error::Foreign {
                root: root.to_path_buf(),
                found,
            }),
            None => Ok(Self::Blank),
        }
    }
}

/// Whether an entry at the top of the output folder is none of the writer's business.
fn is_neighbour(name: &str) -> bool {
    NEIGHBOURS.contains(&name) || name.starts_with(stage::PREFIX)
}

/// Writes a folder that does not exist: everything beside it first, then one rename.
fn create(root: &Path, files: &Files, manifest: &Manifest) -> Result<Summary, Error> {
    let parent = root
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    let stage = Stage::inside(parent)?;
    stage.put_all(
        files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    )?;
    stage.put(MANIFEST, &manifest.to_string())?;
    fs::rename(stage.new_root(), root).map_err(Error::io("create", root))?;
    Ok(Summary {
        written: files.len(),
        ..Summary::default()
    })
}

/// Brings a folder of an earlier run up to date.
fn update(
    root: &Path,
    files: &Files,
    manifest: &Manifest,
    old: &Manifest,
) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let mut changed = Vec::new();
    for (path, on_disk) in compare(root, files, old)? {
        match on_disk {
            OnDisk::Right => {
                summary.unchanged += 1;
                continue;
            }
            OnDisk::Missing | OnDisk::Outdated(_) => {}
            OnDisk::Edited(_) if old.lists(path) => summary.restored.push(path.to_owned()),
            OnDisk::Edited(_) => return Err(Error::InTheWay(root.join(path))),
        }
        summary.written += 1;
        changed.push(path);
    }
    let mut gone = Vec::new();
    for path in old.paths().filter(|path| !files.contains_key(*path)) {
        match read(&root.join(path))? {
            None => {}
            Some(text) if old.matches(path, &text) => gone.push(path),
            Some(_) => summary.kept.push(path.to_owned()),
        }
    }
    summary.removed = gone.len();
    if changed.is_empty() && gone.is_empty() && manifest == old {
        return Ok(summary);
    }

    let stage = Stage::inside(root)?;
    stage.put_all(changed.iter().map(|path| (*path, files[*path].as_str())))?;
    stage.put(MANIFEST, &manifest.to_string())?;
    // A run that is killed between two moves leaves a manifest that lists whatever is there.
    let both = old.union(manifest).to_string();
    fs::write(stage.new_path("union"), both)
        .map_err(Error::io("write", &stage.new_path("union")))?;
    stage.commit(root, &changed, &gone)?;
    Ok(summary)
}

/// One generated file as it is on disk.
enum OnDisk {
    Right,
    Missing,
    /// As the writer left it, but the text is another one now.
    Outdated(Vec<u8>),
    /// Neither right nor as the writer left it.
    Edited(Vec<u8>),
}

/// Looks up every generated file on disk, in the order of `files`.
fn compare<'a>(
    root: &Path,
    files: &'a Files,
    old: &Manifest,
) -> Result<Vec<(&'a str, OnDisk)>, Error> {
    let look = |(path, text): (&'a String, &'a String)| {
        let on_disk = match read(&root.join(path))? {
            None => OnDisk::Missing,
            Some(bytes) if bytes == text.as_bytes() => OnDisk::Right,
            Some(bytes) if old.matches(path, &bytes) => OnDisk::Outdated(bytes),
            Some(bytes) => OnDisk::Edited(bytes),
        };
        Ok((path.as_str(), on_disk))
    };
    files.par_iter().map(look).collect()
}

/// The content of a file, if there is one.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

/// A folder on the way that is a file means absence too; the move that follows will tell.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn refuse_outside_paths(files: &Files) -> Result<(), Error> {
    let stays_inside = |path: &str| {
        let mut components = Path::new(path).components().peekable();
        components.peek().is_some() && components.all(|part| matches!(part, Component::Normal(_)))
    };
    match files.keys().find(|path| !stays_inside(path)) {
        Some(path) => Err(Error::Outside(path.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
