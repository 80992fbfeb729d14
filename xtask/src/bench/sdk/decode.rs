//! How fast a page of values is read and written.

use std::{
    fs::{self, File},
    process::{Command, Stdio},
};

use super::{
    Bound, Figure, Line, Lines, page,
    stand::{Goal, Stand},
};

/// Items on the page.
const ITEMS: usize = 1_000;

pub(super) fn run(stand: &Stand, _: &[String]) -> Lines {
    let text = page::of(&stand.api, stand.subject.0, ITEMS);
    let megabytes = text.len() as f64 / 1e6;
    let file = stand.place.join("page.json");
    fs::write(&file, text)?;
    stand.cost(Goal::Release, "decode")?;
    let output = Command::new(stand.executable(Goal::Release, "decode"))
        .stdin(File::open(&file)?)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("what was read and written is not the same".into());
    }
    let text = String::from_utf8(output.stdout)?;
    let speeds: Vec<f64> = text
        .split_whitespace()
        .map(|nanoseconds| Ok(megabytes / (nanoseconds.parse::<f64>()? / 1e9)))
        .collect::<Result<_, std::num::ParseFloatError>>()?;
    let [decode, peer_decode, encode, peer_encode] = speeds[..] else {
        return Err(format!("`decode` said `{text}`").into());
    };
    let figure = |what, ours, peer, bounds| {
        Line::Figure(Figure {
            what,
            unit: "MB/s",
            ours,
            peer: Some(peer),
            bounds,
        })
    };
    Ok(vec![
        figure("read", decode, peer_decode, vec![Bound::LeastOfPeer(0.7)]),
        figure("write", encode, peer_encode, vec![]),
        Line::Note(format!(
            "{ITEMS} items, {megabytes:.2} MB; what is written is what was read"
        )),
    ])
}
