//! Where the documents are that are not part of this repository.

use std::{env, path::PathBuf};

/// The folder or file `path` below `$DOCWRIGHT_SHARED`, or below `shared` beside the workspace.
///
/// `None`, with a line that says so, on a machine that does not have it.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let root = env::var_os("DOCWRIGHT_SHARED").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let wanted = root.join(path);
    let found = wanted.exists();
    if !found {
        eprintln!("skipped: there is no {}", wanted.display());
    }
    found.then_some(wanted)
}
