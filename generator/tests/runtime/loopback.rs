//! A transport that stays on this machine, for clients that believe in TLS.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request, Transport, new_http_client};

use crate::server::Server;

/// A transport that leads every request to `server`.
pub(crate) fn to(server: &Server) -> Transport {
    Transport::new(Arc::new(Loopback {
        port: server.port,
        client: new_http_client(None),
    }))
}

/// Leads every request to a port of this machine, so that a client may believe in TLS.
#[derive(Debug)]
struct Loopback {
    port: u16,
    client: Arc<dyn HttpClient>,
}

#[async_trait]
impl HttpClient for Loopback {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut request = request.clone();
        let url = request.url_mut();
        url.set_scheme("http").unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.port)).unwrap();
        self.client.execute_request(&request).await
    }
}
