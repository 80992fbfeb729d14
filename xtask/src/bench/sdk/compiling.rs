//! What compiling costs: the crate, a program with one type, a program with forty.

use std::{error::Error, fs};

use super::{
    Bound, DERIVED, Figure, Line, Lines, OURS, or_note,
    stand::{Goal, Stand},
};
use crate::measure::Cost;

/// How often a program is built; the least counts.
const ROUNDS: usize = 3;

/// `cargo check` of the crate, dependencies already built.
pub(super) fn check(stand: &Stand, _: &[String]) -> Lines {
    let ours = stand.cost(Goal::Check, OURS)?;
    let mut lines = Vec::new();
    let peer = or_note(stand.cost(Goal::Check, DERIVED), &mut lines);
    lines.push(cpu(
        "check the crate",
        ours,
        peer,
        vec![Bound::MostOfPeer(0.25), Bound::Most(50.0)],
    ));
    lines.push(Line::Figure(Figure {
        what: "peak of rustc",
        unit: "MB",
        ours: megabytes(ours.peak.unwrap_or_default()),
        peer: peer.map(|cost| megabytes(cost.peak.unwrap_or_default())),
        bounds: vec![Bound::Most(2000.0)],
    }));
    Ok(lines)
}

/// The debug build of a program that reads a page of one type, the crate already built; and of one that asks for it.
pub(super) fn user(stand: &Stand, _: &[String]) -> Lines {
    let mut lines = program(
        stand,
        "user",
        ["debug build", "executable"],
        [vec![Bound::Most(2.0)], vec![Bound::Most(12.0)]],
    )?;
    if stand.has_users() {
        lines.extend(program(
            stand,
            "client",
            ["with an HTTP client", "its executable"],
            [vec![], vec![]],
        )?);
    }
    Ok(lines)
}

/// Cost and executable of a program, clean and in the plain debug profile: with debug information, not stripped.
fn program(stand: &Stand, kind: &str, what: [&'static str; 2], bounds: [Vec<Bound>; 2]) -> Lines {
    let measure = |side: &str| -> Result<_, Box<dyn Error>> {
        let package = format!("{kind}-{side}");
        // What it depends on.
        stand.cost(Goal::Debug, &package)?;
        let cost = least(|| {
            stand.forget(&package)?;
            stand.cost(Goal::Debug, &package)
        })?;
        let size = fs::metadata(stand.executable(Goal::Debug, &package))?.len();
        Ok((cost, size))
    };
    let (ours, size) = measure("ours")?;
    let mut lines = Vec::new();
    let peer = or_note(measure("derived"), &mut lines);
    let [of_cost, of_size] = bounds;
    lines.push(cpu(what[0], ours, peer.map(|peer| peer.0), of_cost));
    lines.push(Line::Figure(Figure {
        what: what[1],
        unit: "MB",
        ours: megabytes(size),
        peer: peer.map(|peer| megabytes(peer.1)),
        bounds: of_size,
    }));
    Ok(lines)
}

/// The debug build of a program with forty types, after a change of its `main`.
pub(super) fn forty(stand: &Stand, _: &[String]) -> Lines {
    let measure = |package: &str| -> Result<Cost, Box<dyn Error>> {
        stand.cost(Goal::Debug, package)?;
        least(|| {
            stand.edit(package)?;
            stand.cost(Goal::Debug, package)
        })
    };
    let ours = measure("forty-ours")?;
    let mut lines = Vec::new();
    let peer = or_note(measure("forty-derived"), &mut lines);
    lines.push(cpu(
        "build after a change",
        ours,
        peer,
        vec![Bound::Most(8.0)],
    ));
    Ok(lines)
}

/// The cheapest of some runs.
fn least(
    mut measure: impl FnMut() -> Result<Cost, Box<dyn Error>>,
) -> Result<Cost, Box<dyn Error>> {
    let mut least = measure()?;
    for _ in 1..ROUNDS {
        let cost = measure()?;
        if cost.cpu < least.cpu {
            least = cost;
        }
    }
    Ok(least)
}

pub(super) fn cpu(what: &'static str, ours: Cost, peer: Option<Cost>, bounds: Vec<Bound>) -> Line {
    Line::Figure(Figure {
        what,
        unit: "CPU-s",
        ours: ours.cpu.unwrap_or_default(),
        peer: peer.and_then(|cost| cost.cpu),
        bounds,
    })
}

pub(super) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
