//! An item of `{{path}}`, from its creation to its end.
//!
//! Against `docwright serve` on this machine; without `GRAPH_ENDPOINT`, against Microsoft Graph:
//!
//! ```sh
//! GRAPH_ENDPOINT=http://127.0.0.1:8765/{{version}} cargo run --example entity
//! ```

mod common;

use {{crate}}::{{used}};

#[tokio::main(flavor = "current_thread")]
async fn main() -> azure_core::Result<()> {
    let client = common::client()?;
    let collection = {{collection}};

    #[rustfmt::skip]
    {{body}}
    let created = collection.{{create}}(&body).await?;
    let id = created.{{id}}.unwrap_or_default();
    println!("created {id}");
    let item = collection.{{by_id}}(&id);

    let before = item.{{get}}().await?;
    println!("{{changed}}: {:?}", before.{{changed}});
    println!("{{cleared}}: {:?}", before.{{cleared}});

    // An update sends the members that are set, and leaves the others alone. To clear one, say so.
    #[rustfmt::skip]
    let mut change = {{model}} {
        {{changed}}: Some("Changed by an example".to_owned()),
        ..Default::default()
    };
    change.set_null(|it| &mut it.{{cleared}});
    item.{{update}}(&change).await?;

    let after = item.{{get}}().await?;
    println!("{{changed}}: {:?}", after.{{changed}});
    println!("{{cleared}}: {:?}", after.{{cleared}});

    item.{{delete}}().await?;
    println!("deleted {id}");
    Ok(())
}
