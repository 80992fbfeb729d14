//! The runtime of the generated crates, over real connections to a server on this machine that does what services do.
//!
//! It is compiled from where the emitter copies it, so that no generated crate has to be there.

/// The root of a generated crate, as far as the runtime knows it.
#[allow(
    unused,
    missing_docs,
    unexpected_cfgs,
    unreachable_pub,
    clippy::pedantic
)]
#[path = "../support"]
mod support {
    pub(crate) mod runtime;
}

use support::runtime;

/// The part of it that is behind a feature.
#[allow(unreachable_pub, clippy::pedantic)]
#[path = "../support/runtime/http/sign_in.rs"]
mod sign_in;

/// What actions take; there are none.
mod actions {}
/// Models; there are none.
mod models {}

/// Where the service is that no test asks.
const ENDPOINT: &str = "https://graph.microsoft.com/v1.0";

#[path = "runtime/answers.rs"]
mod answers;
#[path = "runtime/batches.rs"]
mod batches;
#[path = "runtime/loopback.rs"]
mod loopback;
#[path = "runtime/monitors.rs"]
mod monitors;
#[path = "runtime/paging.rs"]
mod paging;
#[path = "runtime/redirects.rs"]
mod redirects;
#[path = "runtime/retries.rs"]
mod retries;
#[path = "runtime/server.rs"]
mod server;
#[path = "runtime/sign_ins.rs"]
mod sign_ins;
#[path = "runtime/threads.rs"]
mod threads;
#[path = "runtime/tokens.rs"]
mod tokens;
#[path = "runtime/tracing.rs"]
mod tracing;
#[path = "runtime/uploads.rs"]
mod uploads;
