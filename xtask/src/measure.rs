//! What a process costs: time on the clock, time on the processors, peak memory.
//!
//! The figures come from `/proc`; where there is none, they are missing.

use std::{
    env, fs, io,
    io::Write,
    path::Path,
    process::{Child, Command, ExitCode},
    thread,
    time::{Duration, Instant},
};

/// Set to the path of a log, it makes this program a compiler wrapper that writes the cost of each crate there.
pub(crate) const LOG: &str = "DOCWRIGHT_RUSTC_LOG";

/// Ticks in a second, as `/proc` counts them on Linux.
const TICKS: f64 = 100.0;

/// What a process needed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Seconds, children included.
    pub(crate) cpu: Option<f64>,
    /// Bytes.
    pub(crate) peak: Option<u64>,
}

/// Runs a command to its end; whether it succeeded, and what it needed.
pub(crate) fn run(command: &mut Command) -> io::Result<(bool, Cost)> {
    let before = children_cpu();
    let start = Instant::now();
    let mut child = command.spawn()?;
    let (success, peak) = watch(&mut child)?;
    let wall = start.elapsed();
    let cpu = children_cpu()
        .zip(before)
        .map(|(after, before)| after - before);
    Ok((success, Cost { wall, cpu, peak }))
}

/// Waits for a process and looks at its high-water mark on the way.
fn watch(child: &mut Child) -> io::Result<(bool, Option<u64>)> {
    let mut peak = None;
    loop {
        peak = status_bytes(&child.id().to_string(), "VmHWM").or(peak);
        if let Some(status) = child.try_wait()? {
            return Ok((status.success(), peak));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Stands in for rustc: `xtask RUSTC ARGUMENTS`.
pub(crate) fn run_rustc(log: &Path) -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let Some((rustc, arguments)) = arguments.split_first() else {
        return ExitCode::FAILURE;
    };
    let Ok((success, cost)) = run(Command::new(rustc).args(arguments).env_remove(LOG)) else {
        return ExitCode::FAILURE;
    };
    let name = arguments
        .iter()
        .skip_while(|argument| *argument != "--crate-name")
        .nth(1);
    if let Some(name) = name
        .and_then(|name| name.to_str())
        .filter(|name| *name != "___")
    {
        let line = format!(
            "{name} {} {} {}\n",
            cost.wall.as_secs_f64(),
            cost.cpu.unwrap_or_default(),
            cost.peak.unwrap_or_default()
        );
        let file = fs::OpenOptions::new().create(true).append(true).open(log);
        if file
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .is_err()
        {
            return ExitCode::FAILURE;
        }
    }
    if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Reads what [`run_rustc`] wrote: each crate and its cost, a crate as often as it was compiled.
pub(crate) fn read_log(log: &Path) -> io::Result<Vec<(String, Cost)>> {
    let text = fs::read_to_string(log)?;
    let entry = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next()?.to_owned();
        let cost = Cost {
            wall: Duration::from_secs_f64(words.next()?.parse().ok()?),
            cpu: Some(words.next()?.parse().ok()?),
            peak: Some(words.next()?.parse().ok()?),
        };
        Some((name, cost))
    };
    Ok(text.lines().filter_map(entry).collect())
}

/// A figure of a process in bytes: `VmRSS` for what it needs, `VmHWM` for the most that it needed.
pub(crate) fn status_bytes(process: &str, field: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}

/// Processor seconds of all processes that this one has waited for.
fn children_cpu() -> Option<f64> {
    stat_seconds("self", 13)
}

/// Processor seconds of a process, without its children.
pub(crate) fn process_cpu(process: &str) -> Option<f64> {
    stat_seconds(process, 11)
}

/// The sum of two times in `/proc`: `utime` and `stime` are the 14th and 15th field, `cutime` and `cstime` the 16th and
/// 17th; `at` counts what follows the name.
fn stat_seconds(process: &str, at: usize) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name in parentheses, which may hold blanks.
    let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(at)? + ticks(at + 1)?) / TICKS)
}

/// `412 MiB`, or `?` where it could not be measured.
pub(crate) fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{} MiB", bytes >> 20))
}
