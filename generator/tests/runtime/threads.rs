//! All that is awaited can be awaited on any thread. That it compiles is the test.

use futures::{TryStreamExt, io::Cursor};

use crate::{
    runtime::{Batch, Content, Extra, GraphClient, LargeFileUpload, Monitor, Page, Request},
    server::{Answer, Server},
};

fn is_send<T: Send>(_: &T) {}

async fn everything(client: GraphClient) -> azure_core::Result<()> {
    let path = crate::runtime::Path::new(&client);
    let pages = || -> Request<Page<Extra>> { path.request("GET /x") };
    pages().into_pager().try_next().await?;
    pages().into_delta().try_next().await?;
    path.request::<Content>("GET /x").stream().await?;
    path.request::<Extra>("GET /x").send().await?;
    path.request::<Extra>("GET /x").start().await?;
    Batch::new(&client).send().await;
    let mut monitor = Monitor::new(&client, "/x")?;
    monitor.status().await?;
    monitor.wait().await?;
    let mut upload = LargeFileUpload::new(&client, "/x")?;
    upload.status().await?;
    upload.send::<Extra>(Cursor::new([]), 0).await?;
    upload.resume::<Extra>(Cursor::new([]), 0).await?;
    upload.cancel().await
}

#[tokio::test]
async fn futures_go_to_any_thread() {
    let server = Server::script::<Answer>([]).await;
    let future = everything(server.client());
    is_send(&future);
    assert!(future.await.is_err());
}
