//! The service as a process.

use std::{
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use crate::server::Server;

#[test]
fn other_machines_are_let_in_only_on_demand() {
    let output = Command::new(env!("CARGO_BIN_EXE_docwright"))
        .args(["serve", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-remote"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order() {
    let mut server = Server::with_shelves(&[]);
    // A connection that is kept open must not keep the process.
    let _idle = TcpStream::connect(&server.address).unwrap();
    let process = server.process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &process])
            .status()
            .unwrap()
            .success()
    );
    let start = Instant::now();
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(8));
}
