//! The client: where the service is, who signs in, and the pipeline that every request goes through.

use std::{fmt, sync::Arc};

use azure_core::{
    credentials::TokenCredential,
    error::ErrorKind,
    http::{
        ClientOptions, Context, Pipeline, PipelineSendOptions, RawResponse, Request, Url,
        policies::auth::BearerTokenAuthorizationPolicy,
    },
};

use super::error;

/// Choices about a [`GraphClient`].
#[derive(Clone, Debug, Default)]
pub struct GraphClientOptions {
    /// Retries, transport, telemetry and policies.
    pub client_options: ClientOptions,
    /// Where the service is, with the version; [`ENDPOINT`](crate::ENDPOINT) if not set. National clouds have others.
    pub endpoint: Option<String>,
    /// What a token is asked for; `.default` of the endpoint's origin if empty.
    pub scopes: Vec<String>,
}

/// Signs in and sends requests. Clones share one connection pool and one token.
#[derive(Clone)]
pub struct GraphClient(Arc<Inner>);

struct Inner {
    /// Ends without a slash.
    endpoint: String,
    origin: url_origin::Origin,
    pipeline: Pipeline,
}

/// The one thing that is needed of a URL's origin: whether two are the same.
mod url_origin {
    use azure_core::http::Url;

    pub(super) type Origin = (String, Option<String>, Option<u16>);

    pub(super) fn of(url: &Url) -> Origin {
        (
            url.scheme().to_owned(),
            url.host_str().map(str::to_owned),
            url.port_or_known_default(),
        )
    }
}

impl GraphClient {
    /// A client that signs in with any credential of `azure_identity`.
    pub fn new(
        credential: Arc<dyn TokenCredential>,
        options: Option<GraphClientOptions>,
    ) -> azure_core::Result<Self> {
        let options = options.unwrap_or_default();
        let endpoint = options
            .endpoint
            .as_deref()
            .unwrap_or(crate::ENDPOINT)
            .trim_end_matches('/')
            .to_owned();
        let url = Url::parse(&endpoint).map_err(|error| {
            azure_core::Error::with_error(ErrorKind::DataConversion, error, "endpoint")
        })?;
        let scopes = if options.scopes.is_empty() {
            vec![format!("{}/.default", url.origin().ascii_serialization())]
        } else {
            options.scopes
        };
        let authorization = BearerTokenAuthorizationPolicy::new(credential, scopes);
        let pipeline = Pipeline::new(
            option_env!("CARGO_PKG_NAME"),
            option_env!("CARGO_PKG_VERSION"),
            options.client_options,
            Vec::new(),
            vec![Arc::new(authorization)],
            None,
        );
        Ok(Self(Arc::new(Inner {
            endpoint,
            origin: url_origin::of(&url),
            pipeline,
        })))
    }

    /// Where the service is, with the version and without a slash at the end.
    pub fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// Whether the token may be sent to `url`.
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        url_origin::of(url) == self.0.origin
    }

    /// Sends a request; an answer that is no success is an error with a [`GraphError`](super::GraphError).
    pub(crate) async fn execute(
        &self,
        context: &Context<'_>,
        request: &mut Request,
    ) -> azure_core::Result<RawResponse> {
        if !self.trusts(request.url()) {
            let message = format!(
                "`{}` is not an address of {}",
                request.url(),
                self.0.endpoint
            );
            return Err(azure_core::Error::with_message(ErrorKind::Other, message));
        }
        // The pipeline's own check cannot read a Graph error whose message has escapes in it.
        let options = PipelineSendOptions {
            skip_checks: true,
            ..PipelineSendOptions::default()
        };
        let response = self
            .0
            .pipeline
            .send(context, request, Some(options))
            .await?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(error::from_response(response))
        }
    }
}

impl fmt::Debug for GraphClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphClient")
            .field("endpoint", &self.0.endpoint)
            .finish_non_exhaustive()
    }
}
