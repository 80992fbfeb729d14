//! What a program pays that needs a part of the API: beside graph-rs-sdk, which has no models.

use std::{error::Error, fs, path::Path};

use super::{
    Bound, Line, Lines, OURS,
    compiling::cpu,
    or_note,
    stand::{Goal, Stand, plain_cargo},
};
use crate::{
    measure::{self, Cost},
    option,
};

/// Cargo features of the emitted crate, unless `--features` says otherwise: a transport and an area.
const FEATURES: &str = "rustls,device-management";

const PEER: &str = r#"[package]
name = "peer"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[dependencies]
graph-rs-sdk = "=3.0.1"
"#;

pub(super) fn run(stand: &Stand, arguments: &[String]) -> Lines {
    let features = option(arguments, "--features")?.unwrap_or(FEATURES);
    if let Some(missing) = features.split(',').find(|name| !stand.has_feature(name)) {
        let note = format!("the emitted crate has no feature `{missing}`; see `--features`");
        return Ok(vec![Line::Note(note)]);
    }
    let choice = ["--no-default-features", "--features", features];
    let check = stand.cost_with(Goal::Check, OURS, &choice)?;
    let clean = clean_build(
        &stand.place,
        &stand.place.join("clean/ours"),
        &[&["--package", OURS][..], &choice].concat(),
    )?;
    let mut lines = vec![cpu("check the crate", check, None, vec![Bound::Most(10.0)])];
    let peer = or_note(peer(stand), &mut lines);
    let bounds = vec![Bound::MostOfPeer(1.0)];
    lines.push(cpu("clean debug build", clean, peer, bounds));
    Ok(lines)
}

/// The same for graph-rs-sdk with its default features.
fn peer(stand: &Stand) -> Result<Cost, Box<dyn Error>> {
    let folder = stand.place.join("graph-rs-sdk");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), PEER)?;
    fs::write(folder.join("src/lib.rs"), "")?;
    clean_build(&folder, &stand.place.join("clean/graph-rs-sdk"), &[])
}

/// A debug build of everything, downloads not included.
fn clean_build(folder: &Path, target: &Path, arguments: &[&str]) -> Result<Cost, Box<dyn Error>> {
    let fetched = plain_cargo(folder).args(["fetch", "--quiet"]).status()?;
    if !fetched.success() {
        return Err("its dependencies cannot be fetched".into());
    }
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    let mut command = plain_cargo(folder);
    command
        .args(["build", "--quiet"])
        .args(arguments)
        .env("CARGO_TARGET_DIR", target);
    let (success, cost) = measure::run(&mut command)?;
    // Hundreds of megabytes that nobody needs again.
    fs::remove_dir_all(target)?;
    if success {
        Ok(cost)
    } else {
        Err("it does not build".into())
    }
}
