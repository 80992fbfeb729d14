//! Signs a user in by a code on any device, and reads `{{path}}` for them.
//!
//! `CLIENT_ID` is the id of an app registration that allows public client flows. Its permissions are among those that the
//! documentation of the request lists:
//!
//! ```sh
//! CLIENT_ID=… cargo run --example sign_in --features sign-in
//! ```

use std::{env, error::Error, sync::Arc};

use {{crate}}::GraphClient;
use {{crate}}::runtime::{DeviceCodeCredential, SignInOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client_id = env::var("CLIENT_ID")?;
    let options = SignInOptions::default();
    let credential = DeviceCodeCredential::new(&client_id, options, |prompt| println!("{prompt}"))?;
    let client = GraphClient::new(Arc::new(credential), None)?;
    let collection = {{collection}};

    let page = collection.{{list}}().top(5).await?;
    println!("a page of {}", page.value.len());
    Ok(())
}
