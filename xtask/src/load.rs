//! How long the local service takes to start, how many requests it answers in a second, and how much memory it needs.
//!
//! The load comes from this process, over connections that are kept open, one thread each: it needs about as much of the
//! processors as the service does, so the figures are what a machine does for both together.

use std::{
    error::Error,
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    Outcome,
    measure::{mebibytes, process_cpu, status_bytes},
    number, option, root,
};

pub(crate) const HELP: &str = "[--docs DIR] [--path PATH] [--connections N] [--seconds N]: start and throughput of `docwright serve`";

/// What a test asks for if it is not told.
pub(crate) const PATH: &str = "/beta/deviceManagement/deviceHealthScripts";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let docs =
        option(arguments, "--docs")?.map_or_else(|| root().join("docs-input"), PathBuf::from);
    let path = option(arguments, "--path")?.unwrap_or(PATH);
    let connections = number(arguments, "--connections", 64)?.max(1);
    let seconds = number(arguments, "--seconds", 5)?.max(1) as u64;
    let program = root().join("target/release/docwright");
    if !program.exists() {
        let message = format!(
            "there is no {}; build it with `cargo build --release -p docwright`",
            program.display()
        );
        return Err(message.into());
    }
    println!("load before: {}", machine_load());
    let start = Instant::now();
    let server = Server::start(&program, &["--docs".as_ref(), docs.as_os_str()])?;
    println!(
        "start        {:>8.0} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    println!("memory       {:>12}", mebibytes(server.bytes("VmRSS")));
    let load = Load::on(&server.address, path, connections, seconds)?;
    println!(
        "requests     {:>8.0} a second, {connections} connections",
        load.per_second
    );
    println!(
        "latency      {:>8.2} ms (median), {:.2} ms (99 of 100)",
        load.median, load.slow
    );
    println!("memory       {:>12}", mebibytes(server.bytes("VmRSS")));
    println!("load after:  {}", machine_load());
    Ok(())
}

/// What a service did under load.
pub(crate) struct Load {
    /// Answers.
    pub(crate) per_second: f64,
    /// How long an answer took, in milliseconds: half of them, and 99 of 100.
    median: f64,
    slow: f64,
}

impl Load {
    /// Asks for `path` over so many connections for so long.
    pub(crate) fn on(
        address: &str,
        path: &str,
        connections: usize,
        seconds: u64,
    ) -> Result<Self, std::io::Error> {
        let is_over = AtomicBool::new(false);
        let begin = Instant::now();
        let times = thread::scope(|scope| -> Result<Vec<Duration>, std::io::Error> {
            let threads: Vec<_> = (0..connections)
                .map(|_| scope.spawn(|| ask(address, path, &is_over)))
                .collect();
            thread::sleep(Duration::from_secs(seconds));
            is_over.store(true, Ordering::Relaxed);
            let mut times = Vec::new();
            for thread in threads {
                times.extend(
                    thread
                        .join()
                        .map_err(|_| std::io::Error::other("a connection panicked"))??,
                );
            }
            Ok(times)
        });
        let mut times = times?;
        let elapsed = begin.elapsed().as_secs_f64();
        times.sort_unstable();
        let at = |hundredths: usize| {
            let index = times.len().saturating_sub(1) * hundredths / 100;
            times.get(index).copied().unwrap_or_default().as_secs_f64() * 1e3
        };
        Ok(Self {
            per_second: times.len() as f64 / elapsed,
            median: at(50),
            slow: at(99),
        })
    }
}

/// Sends the same request until it is over; how long each answer took.
fn ask(address: &str, path: &str, is_over: &AtomicBool) -> std::io::Result<Vec<Duration>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer x\r\n\r\n");
    let (mut times, mut line, mut body) = (Vec::new(), String::new(), Vec::new());
    while !is_over.load(Ordering::Relaxed) {
        let start = Instant::now();
        writer.write_all(request.as_bytes())?;
        let mut length = 0;
        let mut status = None;
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            status = status.or_else(|| text.split(' ').nth(1).map(str::to_owned));
            if let Some((name, value)) = text.split_once(": ")
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.parse().map_err(std::io::Error::other)?;
            }
        }
        if status.as_deref() != Some("200") {
            return Err(std::io::Error::other(format!(
                "{path} was answered with {status:?}"
            )));
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        times.push(start.elapsed());
    }
    Ok(times)
}

/// How long a service may read its documents before it listens.
const START: Duration = Duration::from_secs(60);

/// A service that ends with the value.
pub(crate) struct Server {
    process: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Server {
    /// Our own, with what `docwright serve` takes beside the address.
    pub(crate) fn start(program: &Path, arguments: &[&OsStr]) -> Result<Self, Box<dyn Error>> {
        let process = Command::new(program)
            .args(["serve", "--quiet", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut server = Self {
            process,
            address: String::new(),
        };
        let stdout = server.process.stdout.take().ok_or("no stdout")?;
        let (tell, told) = mpsc::channel();
        // It ends with the process, if not before.
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(stdout).read_line(&mut line);
            tell.send(read.map(|_| line))
        });
        let line = told
            .recv_timeout(START)
            .map_err(|_| "the service does not say where it listens")??;
        let address = line.trim().strip_prefix("listening on http://");
        address
            .ok_or("the service did not start")?
            .clone_into(&mut server.address);
        Ok(server)
    }

    /// Another one, which is there when it accepts connections at the `address` that it was told.
    pub(crate) fn other(
        command: &mut Command,
        address: String,
        patience: Duration,
    ) -> Result<Self, Box<dyn Error>> {
        let begin = Instant::now();
        let process = command.spawn()?;
        let mut server = Self { process, address };
        while TcpStream::connect(&server.address).is_err() {
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("it ended with {status}").into());
            }
            if begin.elapsed() > patience {
                return Err(format!("it does not listen after {} s", patience.as_secs()).into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Processor seconds up to here.
    pub(crate) fn cpu(&self) -> Option<f64> {
        process_cpu(&self.process.id().to_string())
    }

    /// A figure of the process in bytes, such as `VmRSS`.
    pub(crate) fn bytes(&self, field: &str) -> Option<u64> {
        status_bytes(&self.process.id().to_string(), field)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // If it is gone already, nothing is left to be done.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Processes that want to run, of the last minute, and what they have to run on.
fn machine_load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    let processors = thread::available_parallelism().map_or(1, usize::from);
    format!("{load} on {processors} processors")
}
