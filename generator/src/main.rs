//! The command line: `docwright generate`, `docwright dump`, `docwright serve`.
//!
//! Comes in: arguments. Goes out: results on stdout, everything else on stderr, and an exit status: 0 if all is done and
//! nothing was found, 1 if there is a difference to report, 2 if the arguments or the documents cannot be used.

use std::process::ExitCode;

mod cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
