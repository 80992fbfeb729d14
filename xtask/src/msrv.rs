//! Whether the Rust version that this workspace promises is enough for everything it depends on.

use serde_json::Value;

use crate::{Outcome, cargo, root};

pub(crate) fn run(_: &[String]) -> Outcome {
    let output = cargo(&root())
        .args(["metadata", "--format-version", "1", "--locked"])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let own = |package: &&Value| package["source"].is_null();
    let promised = packages
        .iter()
        .filter(own)
        .filter_map(version_of)
        .min()
        .ok_or("no package has a rust-version")?;
    let newer = packages
        .iter()
        .filter(|package| version_of(package).is_some_and(|version| version > promised));
    let names: Vec<_> = newer
        .map(|package| format!("{} needs {}", package["name"], package["rust_version"]))
        .collect();
    if !names.is_empty() {
        return Err(names.join("\n").into());
    }
    println!(
        "{} packages build with Rust {}.{}",
        packages.len(),
        promised[0],
        promised[1]
    );
    Ok(())
}

/// The first two numbers of the Rust version that a package asks for.
fn version_of(package: &Value) -> Option<[u32; 2]> {
    let mut parts = package["rust_version"].as_str()?.split('.').map(str::parse);
    Some([parts.next()?.ok()?, parts.next()?.ok()?])
}
