//! What changes in `{{path}}`: everything at first, then what is new since.
//!
//! Against `docwright serve` on this machine; without `GRAPH_ENDPOINT`, against Microsoft Graph:
//!
//! ```sh
//! GRAPH_ENDPOINT=http://127.0.0.1:8765/{{version}} cargo run --example changes
//! ```

mod common;

use futures::TryStreamExt as _;
use {{crate}}::runtime::{Change, DeltaPager, Json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> azure_core::Result<()> {
    let client = common::client()?;
    let collection = {{collection}};

    let mut changes = collection.{{delta}}().into_delta();
    println!("at first: {}", count(&mut changes).await?);

    // A program keeps the link, and asks again whenever it wants to know: in a minute, or after a restart.
    if let Some(link) = changes.delta_link() {
        let mut changes = collection.{{delta}}().into_delta_at(&link);
        println!("since then: {}", count(&mut changes).await?);
    }
    Ok(())
}

/// Reads all changes there are; says how many items are there and how many are gone.
async fn count<T>(changes: &mut DeltaPager<T>) -> azure_core::Result<String>
where
    T: Json + Send + 'static,
{
    let (mut changed, mut removed) = (0, 0);
    while let Some(change) = changes.try_next().await? {
        match change {
            Change::Changed(_) => changed += 1,
            Change::Removed(_) => removed += 1,
        }
    }
    Ok(format!("{changed} new or changed, {removed} gone"))
}
