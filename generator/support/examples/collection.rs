//! Lists `{{path}}`: one page, then all items.
//!
//! Against `docwright serve` on this machine; without `GRAPH_ENDPOINT`, against Microsoft Graph:
//!
//! ```sh
//! GRAPH_ENDPOINT=http://127.0.0.1:8765/{{version}} cargo run --example collection
//! ```

mod common;

use futures::TryStreamExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> azure_core::Result<()> {
    let client = common::client()?;
    let collection = {{collection}};

    // What an answer is asked for is said before the request is awaited.
    let members = [{{selected}}];
    let page = collection.{{list}}().select(members).top(2).await?;
    let more = page.next_link.is_some();
    println!("a page of {}; more to come: {more}", page.value.len());

    // A pager reads the next page when it is needed.
    let mut items = collection.{{list}}().into_pager();
    let mut count = 0;
    while let Some(item) = items.try_next().await? {
        println!("- {}", item.{{label}}.as_deref().unwrap_or("(none)"));
        count += 1;
    }
    println!("{count} in all");
    Ok(())
}
