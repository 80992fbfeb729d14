//! The local service beside Prism, which serves our OpenAPI.

use std::{
    error::Error,
    ffi::OsStr,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use docwright::emit::openapi;

use super::{Bound, Figure, Line, Lines, compiling::megabytes, or_note, stand::Stand};
use crate::{
    bench::build_docwright,
    load::{Load, PATH, Server},
    root,
};

/// Connections, and seconds under load.
const LOAD: (usize, u64) = (64, 5);

/// How often ours is started; the fastest start counts, and the best throughput.
const ROUNDS: usize = 3;

/// How long Prism may take to read the document.
const PATIENCE: Duration = Duration::from_secs(300);

/// Package of the peer on the npm registry.
const PRISM: &str = "@stoplight/prism-cli@5";

/// What a service needed and did.
struct Run {
    start: Duration,
    /// Processor seconds of the start.
    cpu: f64,
    per_second: f64,
    peak: u64,
}

pub(super) fn run(stand: &Stand, _: &[String]) -> Lines {
    build_docwright()?;
    let program = root().join("target/release/docwright");
    let mut best = ours(stand, &program)?;
    for _ in 1..ROUNDS {
        let run = ours(stand, &program)?;
        best = Run {
            start: best.start.min(run.start),
            cpu: best.cpu.min(run.cpu),
            per_second: best.per_second.max(run.per_second),
            peak: best.peak.max(run.peak),
        };
    }
    let mut lines = Vec::new();
    let peer = or_note(prism(stand), &mut lines);
    let figure = |what, unit, of: fn(&Run) -> f64, bounds| {
        Line::Figure(Figure {
            what,
            unit,
            ours: of(&best),
            peer: peer.as_ref().map(of),
            bounds,
        })
    };
    lines.extend([
        figure(
            "start",
            "s",
            |run| run.start.as_secs_f64(),
            vec![Bound::Most(1.0)],
        ),
        figure("start, processors", "CPU-s", |run| run.cpu, vec![]),
        figure(
            "GET, 64 connections",
            "/s",
            |run| run.per_second,
            vec![Bound::Least(10_000.0)],
        ),
        figure("peak memory", "MB", |run| megabytes(run.peak), vec![]),
    ]);
    Ok(lines)
}

fn ours(stand: &Stand, program: &Path) -> Result<Run, Box<dyn Error>> {
    let begin = Instant::now();
    let version = ["--api-version", stand.version.as_str(), "--docs"].map(OsStr::new);
    let arguments = [&version[..], &[stand.docs.as_os_str()]].concat();
    let server = Server::start(program, &arguments)?;
    let path = PATH.replacen("/beta", &format!("/{}", stand.version), 1);
    measure(&server, &path, begin.elapsed())
}

/// Installs Prism below `target`, if it is not there, and lets it serve the same api.
fn prism(stand: &Stand) -> Result<Run, Box<dyn Error>> {
    let place = stand.place.join("prism");
    let program = install(&place)?;
    let document = place.join("openapi.json");
    fs::write(&document, openapi::emit(&stand.api).to_string())?;
    let begin = Instant::now();
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = Command::new("node");
    command
        .arg("--max-old-space-size=8192")
        .arg(program)
        .args(["mock", "--verboseLevel", "silent", "--port"])
        .arg(address.port().to_string())
        .arg(document)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let server = Server::other(&mut command, address.to_string(), PATIENCE)?;
    let path = PATH.trim_start_matches("/beta");
    measure(&server, path, begin.elapsed())
}

fn install(place: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let program = place.join("node_modules/@stoplight/prism-cli/dist/index.js");
    if program.exists() {
        return Ok(program);
    }
    fs::create_dir_all(place)?;
    let installed = Command::new("npm")
        .args([
            "install",
            "--silent",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--prefix",
        ])
        .arg(place)
        .arg(PRISM)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("npm: {error}"))?;
    if installed.success() {
        Ok(program)
    } else {
        Err("Prism cannot be installed".into())
    }
}

fn measure(server: &Server, path: &str, start: Duration) -> Result<Run, Box<dyn Error>> {
    let (connections, seconds) = LOAD;
    let cpu = server.cpu().unwrap_or_default();
    let load = Load::on(&server.address, path, connections, seconds)?;
    Ok(Run {
        start,
        cpu,
        per_second: load.per_second,
        peak: server.bytes("VmHWM").unwrap_or_default(),
    })
}
