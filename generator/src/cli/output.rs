//! Printing: results to stdout, words about the run to stderr.
//!
//! Invariant: a reader that goes away (`docwright dump api | head`) ends the printing, and is no error.

use std::io::{self, BufWriter, ErrorKind, Write};

use anstream::eprintln;
use anstyle::{AnsiColor, Style};

use super::Failure;

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Words about the run.
#[derive(Clone, Copy)]
pub(super) struct Log {
    pub(super) quiet: bool,
}

impl Log {
    /// What was done.
    pub(super) fn say(self, message: &str) {
        if !self.quiet {
            eprintln!("{message}");
        }
    }
}

/// Says what the user should look at.
pub(super) fn warn(message: &str) {
    eprintln!("{WARNING}warning:{WARNING:#} {message}");
}

/// Prints a result.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    tolerate_closed_pipe(|out| out.write_all(text.as_bytes()))
}

/// Prints a report with unified diffs in it.
pub(super) fn print_diff(report: &str) -> Result<(), Failure> {
    tolerate_closed_pipe(|out| {
        report.lines().try_for_each(|line| {
            let style = line_style(line);
            writeln!(out, "{style}{line}{style:#}")
        })
    })
}

fn line_style(line: &str) -> Style {
    match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
        [b'+', ..] => ADDED,
        [b'-', ..] => REMOVED,
        [b'@', b'@', ..] => PLACE,
        _ => Style::new(),
    }
}

fn tolerate_closed_pipe(
    print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match print(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| format!("cannot print the result: {error}").into()),
    }
}
