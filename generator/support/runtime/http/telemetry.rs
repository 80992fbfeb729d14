//! What a request says about the program that sends it.

use std::{
    env::consts::{ARCH, OS},
    sync::Arc,
};

use async_trait::async_trait;
use azure_core::http::{
    Context, Request,
    headers::{HeaderName, HeaderValue},
    policies::{Policy, PolicyResult},
};

/// Name of the header with the client's id of a request; Graph returns it, also in its errors.
pub(super) const CLIENT_REQUEST_ID: &str = "client-request-id";

/// Sets `SdkVersion`, by which Graph tells its SDKs apart.
#[derive(Debug)]
pub(super) struct SdkVersion(HeaderValue);

impl SdkVersion {
    pub(super) fn new() -> Self {
        let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        Self(
            format!("{name}/{version} (hostOS={OS}; hostArch={ARCH}; runtimeEnvironment=Rust)")
                .into(),
        )
    }
}

#[async_trait]
impl Policy for SdkVersion {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        request.insert_header(HeaderName::from_static("sdkversion"), self.0.clone());
        next[0].send(context, request, &next[1..]).await
    }
}
