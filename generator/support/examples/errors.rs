//! What happens when an item of `{{path}}` is not there.
//!
//! Against `docwright serve` on this machine; without `GRAPH_ENDPOINT`, against Microsoft Graph:
//!
//! ```sh
//! GRAPH_ENDPOINT=http://127.0.0.1:8765/{{version}} cargo run --example errors
//! ```

mod common;

use {{crate}}::GraphErrorExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> azure_core::Result<()> {
    let client = common::client()?;
    let collection = {{collection}};
    let nobody = collection.{{by_id}}("00000000-0000-0000-0000-000000000000");

    match nobody.{{get}}().await {
        Ok(_) => println!("there is such an item"),
        Err(error) => explain(&error),
    }
    Ok(())
}

fn explain(error: &azure_core::Error) {
    if let Some(said) = error.graph() {
        // 404 where it is no surprise that there is nothing.
        println!("refused with status {}", said.status);
        println!("code: {}", said.code);
        println!("message: {}", said.message);
        println!("id of the request: {:?}", said.request_id);
    } else if let Some(fault) = error.fault() {
        println!("went wrong on the way: {fault}");
    } else {
        println!("failed: {error}");
    }
}
