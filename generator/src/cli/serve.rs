//! `docwright serve`: a local service that answers what the documents describe.

use std::{net::SocketAddr, path::PathBuf};

use anstream::println;
use clap::Args;
use docwright::{
    api::Api,
    generate,
    serve::{
        Options, Service,
        failures::{Failures, Latency, Rate},
        http,
    },
};

use super::{Failure, Outcome, output::Log, sources::Sources};

#[derive(Args)]
pub(super) struct Arguments {
    /// Where to accept connections; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8765")]
    listen: SocketAddr,
    /// Let other machines connect: `--listen` may name an address that they can reach
    #[arg(long)]
    allow_remote: bool,
    /// Take every id for one that exists: what nobody created looks like the example
    #[arg(long)]
    any_id: bool,
    /// Keep what is written in this folder, through restarts and crashes [default: in memory only]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How much everything that is written may take, in MiB; beyond it, writing is answered with 507
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    max_storage: usize,
    #[command(flatten)]
    trouble: Trouble,
    #[command(flatten)]
    sources: Sources,
}

/// What goes wrong on purpose.
#[derive(Args)]
#[command(next_help_heading = "Failures")]
struct Trouble {
    /// Answer a share of all requests with this status, such as `429:0.1`; can be repeated
    #[arg(long, value_name = "STATUS:RATE")]
    fail: Vec<Rate>,
    /// Let each request take so many milliseconds, such as `50` or `50..200`
    #[arg(long, value_name = "MS")]
    latency: Option<Latency>,
    /// Let the same requests fail in each run
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

pub(super) fn run(arguments: Arguments, log: Log) -> Result<Outcome, Failure> {
    let Arguments {
        listen, trouble, ..
    } = arguments;
    if !listen.ip().is_loopback() && !arguments.allow_remote {
        let message = format!(
            "other machines can reach {listen}, and whoever does can read and change everything; add `--allow-remote` if that is what you want"
        );
        return Err(message.into());
    }
    let input = arguments.sources.read()?;
    let compilations = generate::compile_all(input.tree, &input.config.vocabulary);
    let apis: Vec<Api> = compilations.into_iter().map(|it| it.api).collect();
    for api in &apis {
        let operations = api.operations.len();
        log.say(&format!("{}: {operations} operations", api.version));
    }
    let options = Options {
        any_id: arguments.any_id,
        data: arguments.data,
        most_bytes: arguments.max_storage.saturating_mul(1 << 20),
        failures: Failures::new(trouble.fail, trouble.latency, trouble.seed),
    };
    // The service lives as long as the process, and what it knows with it.
    let service = Service::new(apis.leak(), options)?;
    let told = |address| println!("listening on http://{address}");
    http::run(service, listen, told)
        .map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    Ok(Outcome::Clean)
}
