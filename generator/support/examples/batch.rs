//! Two requests in one: `{{path}}` and `{{other_path}}`.
//!
//! Against `docwright serve` on this machine; without `GRAPH_ENDPOINT`, against Microsoft Graph:
//!
//! ```sh
//! GRAPH_ENDPOINT=http://127.0.0.1:8765/{{version}} cargo run --example batch
//! ```

mod common;

use {{crate}}::runtime::Batch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> azure_core::Result<()> {
    let client = common::client()?;
    let first = {{first}};
    let second = {{second}};

    // The second is sent only if the first succeeds.
    let mut batch = Batch::new(&client);
    let first = batch.add(first)?;
    let second = batch.add_after(second, [first.id()])?;

    // There is no error for the whole; each answer is taken as if it had come on its own.
    let mut answers = batch.send().await;
    let first = answers.take(first)?.into_model()?;
    println!("first: a page of {}", first.value.len());
    let second = answers.take(second)?.into_model()?;
    println!("second: a page of {}", second.value.len());
    Ok(())
}
