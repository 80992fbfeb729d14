//! What the readme of a generated crate promises, done with two such crates against `docwright serve`.
//!
//! Comes in: where the two references are served, and where the first one is served with failures. Goes out: a line for
//! each promise that is kept; a panic, with its place, at the first that is not. `cargo xtask end-to-end` starts it.

mod scripts;
mod shelves;
mod trouble;

use std::{env, io, net::TcpStream, sync::Arc, time::Duration};

use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    time::OffsetDateTime,
};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let addresses: Vec<String> = env::args().skip(1).collect();
    let [plain, of_shelves, failing] = addresses.as_slice() else {
        panic!("three addresses are expected, not {addresses:?}");
    };
    scripts::keep(plain).await;
    shelves::keep(of_shelves).await;
    trouble::keep(failing).await;
}

/// Says that a promise is kept.
fn kept(promise: &str) {
    println!("kept: {promise}");
}

/// A credential for a service that takes any token.
fn any_token() -> Arc<dyn TokenCredential> {
    Arc::new(AnyToken)
}

#[derive(Debug)]
struct AnyToken;

#[async_trait::async_trait]
impl TokenCredential for AnyToken {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let expires_on = OffsetDateTime::now_utc() + azure_core::time::Duration::hours(1);
        Ok(AccessToken::new("any", expires_on))
    }
}

/// What comes back if a client without this SDK asks for `target`, with these lines of headers.
fn raw(address: &str, target: &str, headers: &str) -> io::Result<String> {
    use io::{Read as _, Write as _};

    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
