//! What the examples share: a client of the service that they ask.

use std::{env, sync::Arc};

use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    time::{Duration, OffsetDateTime},
};
use azure_identity::DeveloperToolsCredential;
use {{crate}}::{GraphClient, GraphClientOptions};

/// A client of the service at `GRAPH_ENDPOINT`, such as `http://127.0.0.1:8765/{{version}}`; without it, of Microsoft Graph,
/// with the account that the Azure CLI or the Azure Developer CLI is signed in with.
pub fn client() -> azure_core::Result<GraphClient> {
    let Ok(endpoint) = env::var("GRAPH_ENDPOINT") else {
        return GraphClient::new(DeveloperToolsCredential::new(None)?, None);
    };
    let options = GraphClientOptions {
        endpoint: Some(endpoint),
        allow_plain_http_to_loopback: true,
        ..Default::default()
    };
    GraphClient::new(Arc::new(AnyToken), Some(options))
}

/// Signs nobody in: a local service takes any token.
#[derive(Debug)]
struct AnyToken;

#[async_trait::async_trait]
impl TokenCredential for AnyToken {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let expires_on = OffsetDateTime::now_utc() + Duration::hours(1);
        Ok(AccessToken::new("any", expires_on))
    }
}
