//! `docwright serve` from outside: the real program, over HTTP on a loopback address.
#![cfg(feature = "serve")]

#[path = "serve/batches.rs"]
mod batches;
#[path = "serve/conditions.rs"]
mod conditions;
#[path = "serve/deltas.rs"]
mod deltas;
#[path = "serve/documents.rs"]
mod documents;
#[path = "serve/errors.rs"]
mod errors;
#[path = "serve/links.rs"]
mod links;
#[path = "serve/process.rs"]
mod process;
#[path = "serve/server.rs"]
mod server;
#[path = "common/shared.rs"]
mod shared;
#[path = "serve/state.rs"]
mod state;
