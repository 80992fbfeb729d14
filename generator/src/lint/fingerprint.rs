//! Fingerprints: a name for each finding that stays the same while the text around it is edited.
//!
//! Comes in: findings in their order. Goes out: 16 hexadecimal digits for each, made of its rule, its file below the docs
//! root, its symbol, and a number among those that are equal in all of this.
//! Invariants: no two findings of a run share one; lines, messages and the place of the docs on disk do not matter, nor does
//! the machine.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::{beside::TextFile, files::FileId, finding::Finding, world::World};

/// A fingerprint for each finding, in the same order.
pub fn fingerprints(world: &World, findings: &[Finding]) -> Vec<String> {
    let mut counts: HashMap<u64, u32> = HashMap::new();
    let mut homes: HashMap<FileId, String> = HashMap::new();
    let mut fingerprint = |finding: &Finding| {
        let file = finding.primary.file;
        let home = homes.entry(file).or_insert_with(|| home(world, file));
        // No part can run into the next: none of them has a zero byte.
        let parts = [finding.rule.code, home, &finding.symbol];
        let name = parts.iter().fold(START, |state, part| {
            hash(hash(state, part.as_bytes()), &[0])
        });
        let count = counts.entry(name).or_default();
        let ordinal = *count;
        *count += 1;
        format!("{:016x}", hash(name, &ordinal.to_le_bytes()))
    };
    findings.iter().map(&mut fingerprint).collect()
}

/// The hash of nothing.
const START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: the same number for the same bytes, on every machine.
fn hash(state: u64, bytes: &[u8]) -> u64 {
    let step = |state: u64, &byte: &u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(state, step)
}

/// What a file is called wherever the docs lie: `v1.0/resources/user.md`, `concepts/permissions-reference.md`.
fn home(world: &World, file: FileId) -> String {
    if let Some((version, page)) = world.page_of(file) {
        return format!(
            "{}/{}",
            version.compilation.version,
            version.page(page).path
        );
    }
    let mut versions = world.versions.iter();
    if let Some(version) = versions.find(|it| it.metadata_file == Some(file)) {
        return format!("{}/$metadata", version.compilation.version);
    }
    let path = beside(world, file).map(|text| below(&text.path, &world.beside.root));
    let path = path.unwrap_or_else(|| PathBuf::from(&world.files.get(file).path));
    path.to_string_lossy().replace('\\', "/")
}

/// The file beside the pages that has this id.
fn beside<'w>(world: &'w World, file: FileId) -> Option<&'w TextFile> {
    let (ids, files) = (&world.beside_files, world.beside);
    let one = ids.permissions.iter().zip(&files.permissions);
    let contents = ids.contents.values().zip(files.contents.values());
    let changelog = ids.changelog.iter().zip(&files.changelog);
    let redirections = ids.redirections.iter().zip(&files.redirections);
    let openapi = ids.openapi.values().zip(files.openapi.values());
    let generated = ids.generated.iter().zip(&files.generated);
    let mut all = one
        .chain(contents)
        .chain(changelog)
        .chain(redirections)
        .chain(openapi)
        .chain(generated);
    all.find(|&(&id, _)| id == file).map(|(_, text)| text)
}

/// A path from the docs root; of a file elsewhere, its name.
fn below(path: &Path, root: &Path) -> PathBuf {
    match path.strip_prefix(root) {
        Ok(rest) => rest.to_path_buf(),
        Err(_) => path.file_name().map(PathBuf::from).unwrap_or_default(),
    }
}
