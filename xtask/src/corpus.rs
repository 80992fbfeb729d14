//! The crates that docs trees become, for chores that try them out.

use std::{collections::BTreeMap, error::Error, fs, path::Path};

use docwright::{
    docs::{DocsTree, Role},
    emit::{Files, rust::Options},
    generate,
    ir::ApiVersion,
    vocabulary::Vocabulary,
    writer,
};

use crate::{Outcome, number, option, root};

/// Tries every version of the tree that `--docs` names, or that of `--api-version` alone; with `--slice`, so many pages of
/// it. Fails with `complaint` about the versions that `check` does not pass.
pub(crate) fn try_versions(
    arguments: &[String],
    complaint: &str,
    check: impl Fn(DocsTree, ApiVersion) -> Result<bool, Box<dyn Error>>,
) -> Outcome {
    let docs = option(arguments, "--docs")?.ok_or("`--docs DIR` is missing")?;
    let slice = number(arguments, "--slice", usize::MAX)?;
    let only = match option(arguments, "--api-version")? {
        Some(name) => {
            Some(ApiVersion::from_segment(name).ok_or(format!("`{name}` is no version"))?)
        }
        None => None,
    };
    let tree = DocsTree::read(Path::new(docs), only)?;
    let mut failed = Vec::new();
    for version in tree.versions.keys().copied() {
        if !check(slice_of(&tree, version, slice), version)? {
            failed.push(version.to_string());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("{} {complaint}", failed.join(" and ")).into())
    }
}

/// One version, and of its pages `count`, evenly spread; includes stay.
fn slice_of(tree: &DocsTree, version: ApiVersion, count: usize) -> DocsTree {
    let mut docs = tree.versions[&version].clone();
    let pages = docs
        .pages
        .iter()
        .filter(|page| page.role == Role::Page)
        .count();
    let mut at = 0;
    docs.pages.retain(|page| {
        if page.role == Role::Include {
            return true;
        }
        at += 1;
        // The share of the slice grows by one where this page belongs to it.
        count >= pages || at * count / pages > (at - 1) * count / pages
    });
    DocsTree {
        versions: BTreeMap::from([(version, docs)]),
        folders: tree.folders.clone(),
    }
}

/// Name of the crate of a version for a chore: cargo tells crates that stand alone by their names, not by their folders.
pub(crate) fn name(chore: &str, version: ApiVersion) -> String {
    format!("{chore}-{}", version.as_str().replace('.', "-"))
}

/// Writes the crate for the one version of a tree, so that cargo takes it for one that stands alone.
pub(crate) fn write_crate(
    tree: DocsTree,
    out: &Path,
    options: &Options,
) -> Result<Files, Box<dyn Error>> {
    let (_, files) = generate::compile_rust(tree, &Vocabulary::default(), &[], options)?;
    writer::write(out, &files)?;
    // The same versions of the dependencies as in this workspace, and an end to the search for a workspace above.
    fs::copy(root().join("Cargo.lock"), out.join("Cargo.lock"))?;
    Ok(files)
}
