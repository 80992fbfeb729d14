//! The client: where the service is, who signs in, and the pipeline that every request goes through.

use std::{fmt, sync::Arc};

use azure_core::{
    credentials::TokenCredential,
    error::ErrorKind,
    http::{
        AsyncRawResponse, ClientOptions, Context, Pipeline, PipelineStreamOptions, RawResponse,
        Request, RetryOptions, Url,
        policies::{ClientRequestIdPolicy, Policy},
    },
    time::Duration,
};

use super::{
    Fault, Limits, NationalCloud,
    attempt::{self, Attempt},
    authorize::{Authorization, Protection},
    cloud, error,
    redirect::Redirect,
    retry::Retry,
    telemetry::{CLIENT_REQUEST_ID, SdkVersion},
};

/// Choices about a [`GraphClient`].
#[derive(Clone, Debug, Default)]
pub struct GraphClientOptions {
    /// Transport, telemetry, tracing and policies.
    ///
    /// Its `retry` is not used: `azure_core` sends any request again, also one that creates something, and waits as long
    /// as an answer says. See [`limits`](Self::limits) instead.
    pub client_options: ClientOptions,
    /// The cloud; the one in `client_options`, or the worldwide one, if not set.
    pub cloud: Option<NationalCloud>,
    /// Where the service is, with the version: [`ENDPOINT`](crate::ENDPOINT), in the [`cloud`](Self::cloud), if not set.
    pub endpoint: Option<String>,
    /// What a token is asked for; `.default` of the endpoint's origin if empty.
    pub scopes: Vec<String>,
    /// How often and how long to try, and how much to read.
    pub limits: Limits,
    /// Lets requests and their token go over plain http to a server on this machine. For tests.
    pub allow_plain_http_to_loopback: bool,
}

/// Signs in and sends requests. Clones share one connection pool and one token.
#[derive(Clone)]
pub struct GraphClient(Arc<Inner>);

struct Inner {
    endpoint: String,
    url: Url,
    protection: Protection,
    limits: Limits,
    pipeline: Pipeline,
}

/// What the policies have to know about a request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    /// The token is not sent.
    pub anonymous: bool,
    /// It may be sent twice, whatever its method.
    pub repeatable: bool,
    /// The answer is not collected.
    pub streamed: bool,
    /// Redirects are answers.
    pub keeps_redirects: bool,
    /// Stands in for [`Limits::timeout`].
    pub timeout: Option<Duration>,
}

impl Rules {
    pub(super) fn of(context: &Context<'_>) -> Self {
        context.value().copied().unwrap_or_default()
    }
}

impl GraphClient {
    /// A client that signs in with any credential of `azure_identity`.
    ///
    /// Requests have to be awaited within a [tokio](https://docs.rs/tokio) runtime.
    pub fn new(
        credential: Arc<dyn TokenCredential>,
        options: Option<GraphClientOptions>,
    ) -> azure_core::Result<Self> {
        let options = options.unwrap_or_default();
        let endpoint = endpoint(&options);
        let url = Url::parse(&endpoint).map_err(|error| {
            azure_core::Error::with_error(ErrorKind::DataConversion, error, "endpoint")
        })?;
        let protection = if options.allow_plain_http_to_loopback {
            Protection::TlsOrLoopback
        } else {
            Protection::Tls
        };
        protection.check(&url)?;
        let scopes = if options.scopes.is_empty() {
            vec![format!("{}/.default", url.origin().ascii_serialization())]
        } else {
            options.scopes
        };
        // From the outside in: a redirect is a request of its own, with its own retries, and each of these signs in.
        let per_try: Vec<Arc<dyn Policy>> = vec![
            Arc::new(Redirect),
            Arc::new(Retry(options.limits.clone())),
            Arc::new(Authorization::new(
                credential,
                scopes,
                url.clone(),
                protection,
            )),
            Arc::new(Attempt(options.limits.clone())),
        ];
        let pipeline = Pipeline::new(
            option_env!("CARGO_PKG_NAME"),
            option_env!("CARGO_PKG_VERSION"),
            ClientOptions {
                retry: RetryOptions::none(),
                ..options.client_options
            },
            vec![
                Arc::new(ClientRequestIdPolicy::with_header_name(CLIENT_REQUEST_ID)),
                Arc::new(SdkVersion::new()),
            ],
            per_try,
            None,
        );
        Ok(Self(Arc::new(Inner {
            endpoint,
            url,
            protection,
            limits: options.limits,
            pipeline,
        })))
    }

    /// Where the service is, with the version and without a slash at the end.
    pub fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// The same as a URL.
    pub(crate) fn url(&self) -> &Url {
        &self.0.url
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Whether the token may be sent to `url`.
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        url.origin() == self.0.url.origin()
    }

    /// Sends a request; an answer that is no success is an error with a [`GraphError`](super::GraphError).
    pub(crate) async fn execute(
        &self,
        context: &Context<'_>,
        request: &mut Request,
        rules: Rules,
    ) -> azure_core::Result<RawResponse> {
        let response = self.stream(context, request, rules).await?;
        self.collect(response).await
    }

    /// The same, but for the answer: it is collected only if [`Rules::streamed`] does not say otherwise.
    pub(crate) async fn stream(
        &self,
        context: &Context<'_>,
        request: &mut Request,
        rules: Rules,
    ) -> azure_core::Result<AsyncRawResponse> {
        if rules.anonymous {
            self.0.protection.check(request.url())?;
        } else if !self.trusts(request.url()) {
            return Err(Fault::foreign_origin(request.url(), &self.0.endpoint).into());
        }
        // The pipeline's own check cannot read a Graph error whose message has escapes in it, and its own buffer has no
        // limit.
        let options = PipelineStreamOptions {
            skip_checks: true,
            ..PipelineStreamOptions::default()
        };
        let context = context.clone().with_value(rules);
        let response = self
            .0
            .pipeline
            .stream(&context, request, Some(options))
            .await
            .map_err(without_context)?;
        let is_kept_redirect = rules.keeps_redirects && response.status().is_redirection();
        if response.status().is_success() || is_kept_redirect {
            Ok(response)
        } else {
            Err(error::from_response(self.collect(response).await?))
        }
    }

    async fn collect(&self, response: AsyncRawResponse) -> azure_core::Result<RawResponse> {
        let (status, headers, body) = response.deconstruct();
        let body = attempt::collect(status, body, self.0.limits.max_body).await?;
        Ok(RawResponse::from_bytes(status, headers, body))
    }
}

/// The error without what `azure_core`'s policy for retries, which has nothing to do here, says before it.
fn without_context(error: azure_core::Error) -> azure_core::Error {
    if error.downcast_ref::<azure_core::Error>().is_none() {
        return error;
    }
    error.into_downcast().unwrap_or_else(|error| error)
}

/// Where the service is, with the version and without a slash at the end.
fn endpoint(options: &GraphClientOptions) -> String {
    if let Some(endpoint) = &options.endpoint {
        return endpoint.trim_end_matches('/').to_owned();
    }
    let cloud = options.client_options.cloud.as_deref();
    let origin = options
        .cloud
        .map(NationalCloud::origin)
        .or_else(|| cloud.and_then(cloud::origin_in))
        .unwrap_or(NationalCloud::Global.origin());
    let version = crate::ENDPOINT.rsplit('/').next().unwrap_or_default();
    format!("{}/{version}", origin.trim_end_matches('/'))
}

impl fmt::Debug for GraphClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphClient")
            .field("endpoint", &self.0.endpoint)
            .finish_non_exhaustive()
    }
}
