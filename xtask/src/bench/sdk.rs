//! The generated crate and the local service beside their peers: models with serde derive, graph-rs-sdk, Prism.
//!
//! Comes in: documents. Goes out: a table. Both sides of a line are measured in the same run; where a machine is shared,
//! processor seconds are to be trusted more than those on the clock. A row that cannot be measured is a line that says
//! so, and the others go on.

mod area;
mod compiling;
mod decode;
mod derived;
mod page;
mod programs;
mod serve;
mod stand;

use std::{error::Error, path::PathBuf};

use docwright::ir::ApiVersion;

use super::run_optimized;
use crate::{Outcome, option, options, root};
use stand::Stand;

pub(crate) const HELP: &str = "[--docs DIR] [--api-version V] [--row NAME]... [--features LIST]: the generated crate \
                               and the local service, beside their peers";

/// Package of the emitted crate.
const OURS: &str = "msgraph";

/// Package of the same models with serde derive.
const DERIVED: &str = "derived";

/// A row's name and what measures it.
type Row = (&'static str, fn(&Stand, &[String]) -> Lines);

/// What a row has to say.
type Lines = Result<Vec<Line>, Box<dyn Error>>;

const ROWS: &[Row] = &[
    ("check", compiling::check),
    ("user", compiling::user),
    ("forty", compiling::forty),
    ("decode", decode::run),
    ("area", area::run),
    ("serve", serve::run),
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if cfg!(debug_assertions) {
        return run_optimized(&["bench", "sdk"], arguments);
    }
    let docs =
        option(arguments, "--docs")?.map_or_else(|| root().join("docs-input"), PathBuf::from);
    let version = match option(arguments, "--api-version")? {
        Some(name) => {
            Some(ApiVersion::from_segment(name).ok_or(format!("`{name}` is no version"))?)
        }
        None => None,
    };
    let wanted = options(arguments, "--row")?;
    if let Some(name) = wanted
        .iter()
        .find(|name| !ROWS.iter().any(|row| row.0 == **name))
    {
        let names: Vec<_> = ROWS.iter().map(|row| row.0).collect();
        return Err(format!("there is no row `{name}`, but {}", names.join(", ")).into());
    }
    let stand = Stand::new(&docs, version)?;
    println!(
        "{}: {} types, {} enumerations, {} operations; `{}` is the type of programs with one type\n",
        stand.version,
        stand.api.types.len(),
        stand.api.enums.len(),
        stand.api.operations.len(),
        stand.subject.1
    );
    println!("{}", heading());
    let mut failed = Vec::new();
    for (name, measure) in ROWS {
        if !wanted.is_empty() && !wanted.contains(name) {
            continue;
        }
        match measure(&stand, arguments) {
            Ok(lines) => {
                for line in lines {
                    println!("{}", line.text(name));
                }
            }
            Err(error) => {
                println!("{name:<8}{error}");
                failed.push(*name);
            }
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("could not be measured: {}", failed.join(", ")).into())
    }
}

/// A line of the table.
enum Line {
    Figure(Figure),
    /// Why there is no figure, or what has to be known about one.
    Note(String),
}

/// One thing that is measured.
struct Figure {
    what: &'static str,
    unit: &'static str,
    ours: f64,
    peer: Option<f64>,
    bounds: Vec<Bound>,
}

/// What has to be reached.
#[derive(Clone, Copy)]
enum Bound {
    /// In the unit of the figure.
    Most(f64),
    /// In the unit of the figure.
    Least(f64),
    /// Times the peer's.
    MostOfPeer(f64),
    /// Times the peer's.
    LeastOfPeer(f64),
}

impl Bound {
    fn text(self) -> String {
        match self {
            Self::Most(limit) => format!("≤ {limit}"),
            Self::Least(limit) => format!("≥ {limit}"),
            Self::MostOfPeer(ratio) => format!("≤ {ratio} ×"),
            Self::LeastOfPeer(ratio) => format!("≥ {ratio} ×"),
        }
    }

    /// `None` without a peer to compare with.
    fn is_met(self, ours: f64, peer: Option<f64>) -> Option<bool> {
        Some(match self {
            Self::Most(limit) => ours <= limit,
            Self::Least(limit) => ours >= limit,
            Self::MostOfPeer(ratio) => ours <= ratio * peer?,
            Self::LeastOfPeer(ratio) => ours >= ratio * peer?,
        })
    }
}

fn heading() -> String {
    format!(
        "{:<8}{:<24}{:>10}{:>10}  {:<8}{:>7}  {:<18}",
        "row", "", "ours", "peer", "", "ratio", "bound"
    )
}

impl Line {
    fn text(&self, row: &str) -> String {
        match self {
            Self::Note(text) => format!("{row:<8}{text}"),
            Self::Figure(figure) => figure.text(row),
        }
    }
}

impl Figure {
    fn text(&self, row: &str) -> String {
        let peer = self.peer.map_or_else(|| "-".to_owned(), shown);
        let ratio = self
            .peer
            .map_or_else(|| "-".to_owned(), |peer| format!("{:.2}", self.ours / peer));
        let bounds: Vec<_> = self.bounds.iter().map(|bound| bound.text()).collect();
        format!(
            "{row:<8}{:<24}{:>10}{peer:>10}  {:<8}{ratio:>7}  {:<18}{}",
            self.what,
            shown(self.ours),
            self.unit,
            bounds.join(", "),
            self.verdict()
        )
        .trim_end()
        .to_owned()
    }

    fn verdict(&self) -> &'static str {
        let met: Vec<_> = self
            .bounds
            .iter()
            .map(|bound| bound.is_met(self.ours, self.peer))
            .collect();
        if met.contains(&Some(false)) {
            "missed"
        } else if met.contains(&None) {
            "not known"
        } else if met.is_empty() {
            ""
        } else {
            "met"
        }
    }
}

/// Three digits that mean something.
fn shown(value: f64) -> String {
    let digits = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// The peer's part of a line, or a note why there is none.
fn or_note<T>(peer: Result<T, Box<dyn Error>>, lines: &mut Vec<Line>) -> Option<T> {
    match peer {
        Ok(value) => Some(value),
        Err(error) => {
            lines.push(Line::Note(format!("no peer: {error}")));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_held_against_its_figure() {
        let figure = |ours, peer, bounds| Figure {
            what: "",
            unit: "s",
            ours,
            peer,
            bounds,
        };
        let check = |figure: Figure, expected| assert_eq!(figure.verdict(), expected);
        check(figure(2.0, None, vec![]), "");
        check(figure(2.0, None, vec![Bound::Most(2.0)]), "met");
        check(figure(2.0, None, vec![Bound::Least(3.0)]), "missed");
        check(figure(2.0, None, vec![Bound::MostOfPeer(0.5)]), "not known");
        check(figure(2.0, Some(8.0), vec![Bound::MostOfPeer(0.25)]), "met");
        check(
            figure(2.0, Some(4.0), vec![Bound::LeastOfPeer(0.7)]),
            "missed",
        );
        check(
            figure(
                2.0,
                Some(9.0),
                vec![Bound::MostOfPeer(0.25), Bound::Most(1.0)],
            ),
            "missed",
        );
    }
}
