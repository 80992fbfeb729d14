//! Signing in as a user: by a code on another device, or in a browser on this one.
//!
//! `azure_identity` signs in applications, and users of the developer's tools; these credentials are for programs that
//! people use. What a sign-in gives is kept in memory, and renewed without asking again as long as that is possible.
//!
//! Invariant: secrets go to the authority and nowhere else, over TLS, and are never shown.

use std::{fmt, pin::pin};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::ErrorKind,
    http::{Context, Method, Request, Transport, Url, headers::CONTENT_TYPE},
    sleep::sleep,
    time::{Duration, OffsetDateTime},
};
use futures::{
    future::{BoxFuture, Either, select},
    lock::Mutex,
};
use oauth2::{
    AsyncHttpClient, AuthUrl, AuthorizationCode, ClientId, CsrfToken, DeviceAuthorizationUrl,
    EndpointNotSet, EndpointSet, ErrorResponse, HttpRequest, HttpResponse, PkceCodeChallenge,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardDeviceAuthorizationResponse,
    TokenResponse, TokenUrl,
    basic::{BasicClient, BasicTokenResponse},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::runtime::NationalCloud;

/// How long before its end a token is replaced.
const AHEAD: Duration = Duration::minutes(5);

/// How long one question to the authority may take, or one connection of the browser.
const PATIENCE: Duration = Duration::seconds(30);

/// How much of a request of the browser is read.
const MAX_REQUEST: usize = 16 << 10;

/// What the browser shows in the end.
const FAREWELL: &str = "You can close this window and go back to the program.";

/// Choices about a credential for users.
#[derive(Clone, Debug)]
pub struct SignInOptions {
    /// The tenant that users are of: its id, one of its domains, or `organizations`, `consumers`, or `common` for both.
    pub tenant: String,
    /// Where users sign in; see [`NationalCloud::authority_host`].
    pub authority_host: String,
    /// How long a user may take.
    pub timeout: Duration,
    /// What talks to the authority.
    pub transport: Transport,
}

impl Default for SignInOptions {
    fn default() -> Self {
        Self {
            tenant: "common".to_owned(),
            authority_host: NationalCloud::Global.authority_host().to_owned(),
            timeout: Duration::minutes(5),
            transport: Transport::default(),
        }
    }
}

/// What a user has to do on another device.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeviceCodePrompt {
    /// Where to go.
    pub verification_uri: String,
    /// What to enter there.
    pub user_code: String,
}

impl fmt::Display for DeviceCodePrompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (uri, code) = (&self.verification_uri, &self.user_code);
        write!(f, "To sign in, open {uri} and enter the code {code}.")
    }
}

/// Signs in a user by a code that is entered on any device (RFC 8628); for programs without a browser.
///
/// ```ignore
/// let credential = DeviceCodeCredential::new(client_id, SignInOptions::default(), |prompt| println!("{prompt}"))?;
/// let client = GraphClient::new(Arc::new(credential), None)?;
/// ```
#[derive(Debug)]
pub struct DeviceCodeCredential(Session);

impl DeviceCodeCredential {
    /// `client_id` is that of an application which allows public client flows; `prompt` tells the user what to do.
    pub fn new(
        client_id: &str,
        options: SignInOptions,
        prompt: impl Fn(&DeviceCodePrompt) + Send + Sync + 'static,
    ) -> azure_core::Result<Self> {
        Session::new(client_id, options, Flow::Device(Box::new(prompt))).map(Self)
    }
}

/// Signs in a user in a browser on this machine (authorization code with PKCE, RFC 7636 and RFC 8252).
///
/// ```ignore
/// let credential = InteractiveBrowserCredential::new(client_id, SignInOptions::default(), |url| open_browser(url))?;
/// let client = GraphClient::new(Arc::new(credential), None)?;
/// ```
#[derive(Debug)]
pub struct InteractiveBrowserCredential(Session);

impl InteractiveBrowserCredential {
    /// `client_id` is that of an application with `http://localhost` among its redirect URIs for desktop applications;
    /// `open` shows a URL in a browser.
    pub fn new(
        client_id: &str,
        options: SignInOptions,
        open: impl Fn(&Url) + Send + Sync + 'static,
    ) -> azure_core::Result<Self> {
        Session::new(client_id, options, Flow::Browser(Box::new(open))).map(Self)
    }
}

#[async_trait]
impl TokenCredential for DeviceCodeCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.0.token(scopes).await
    }
}

#[async_trait]
impl TokenCredential for InteractiveBrowserCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.0.token(scopes).await
    }
}

/// The authority, as the `oauth2` crate sees it.
type Authority = BasicClient<EndpointSet, EndpointSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// How the user is asked.
enum Flow {
    Device(Box<dyn Fn(&DeviceCodePrompt) + Send + Sync>),
    Browser(Box<dyn Fn(&Url) + Send + Sync>),
}

/// What both credentials are.
struct Session {
    authority: Authority,
    http: Http,
    flow: Flow,
    timeout: Duration,
    /// Held while the user signs in, so that nobody has to do so twice.
    tokens: Mutex<Tokens>,
}

/// What sign-ins gave.
#[derive(Default)]
struct Tokens {
    /// The last one for each set of scopes.
    access: Vec<(Vec<String>, AccessToken)>,
    refresh: Option<RefreshToken>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("authority", self.authority.token_uri())
            .finish_non_exhaustive()
    }
}

impl Session {
    fn new(client_id: &str, options: SignInOptions, flow: Flow) -> azure_core::Result<Self> {
        let base = format!(
            "{}/{}/oauth2/v2.0",
            options.authority_host.trim_end_matches('/'),
            options.tenant
        );
        let unusable = |error: oauth2::url::ParseError| {
            azure_core::Error::with_error(ErrorKind::Credential, error, "authority host")
        };
        let device = DeviceAuthorizationUrl::new(format!("{base}/devicecode")).map_err(unusable)?;
        let authority = BasicClient::new(ClientId::new(client_id.to_owned()))
            .set_auth_uri(AuthUrl::new(format!("{base}/authorize")).map_err(unusable)?)
            .set_device_authorization_url(device)
            .set_token_uri(TokenUrl::new(format!("{base}/token")).map_err(unusable)?);
        if authority.token_uri().url().scheme() != "https" {
            return Err(failure("the authority is not protected by TLS; use https"));
        }
        Ok(Self {
            authority,
            http: Http(options.transport),
            flow,
            timeout: options.timeout,
            tokens: Mutex::default(),
        })
    }

    /// A token that was given earlier, one that the authority renews, or one for which the user has to be asked.
    async fn token(&self, scopes: &[&str]) -> azure_core::Result<AccessToken> {
        let mut tokens = self.tokens.lock().await;
        let known = tokens.access.iter().find(|(known, _)| known == scopes);
        let soon = OffsetDateTime::now_utc() + AHEAD;
        if let Some((_, token)) = known.filter(|(_, token)| token.expires_on > soon) {
            return Ok(token.clone());
        }
        let renewed = match &tokens.refresh {
            Some(refresh) => self.renew(refresh, scopes).await?,
            None => None,
        };
        let answer = match renewed {
            Some(answer) => answer,
            None => within(self.timeout, self.ask(scopes)).await?,
        };
        let lifetime = answer.expires_in().unwrap_or_default().try_into();
        let token = AccessToken::new(
            answer.access_token().secret().clone(),
            OffsetDateTime::now_utc() + lifetime.unwrap_or(Duration::ZERO),
        );
        if let Some(refresh) = answer.refresh_token() {
            tokens.refresh = Some(refresh.clone());
        }
        tokens.access.retain(|(known, _)| known != scopes);
        let scopes = scopes.iter().map(ToString::to_string).collect();
        tokens.access.push((scopes, token.clone()));
        Ok(token)
    }

    /// A token without the user; `None` if the authority wants to see the user again.
    async fn renew(
        &self,
        refresh: &RefreshToken,
        scopes: &[&str],
    ) -> azure_core::Result<Option<BasicTokenResponse>> {
        let request = self.authority.exchange_refresh_token(refresh);
        let request = request.add_scopes(wanted(scopes));
        match request.request_async(&self.http).await {
            Ok(answer) => Ok(Some(answer)),
            Err(RequestTokenError::ServerResponse(_)) => Ok(None),
            Err(error) => Err(refusal(error)),
        }
    }

    async fn ask(&self, scopes: &[&str]) -> azure_core::Result<BasicTokenResponse> {
        match &self.flow {
            Flow::Device(prompt) => self.ask_elsewhere(scopes, &**prompt).await,
            Flow::Browser(open) => self.ask_here(scopes, &**open).await,
        }
    }

    async fn ask_elsewhere(
        &self,
        scopes: &[&str],
        prompt: &(dyn Fn(&DeviceCodePrompt) + Send + Sync),
    ) -> azure_core::Result<BasicTokenResponse> {
        let request = self.authority.exchange_device_code();
        let code: StandardDeviceAuthorizationResponse = request
            .add_scopes(wanted(scopes))
            .request_async(&self.http)
            .await
            .map_err(refusal)?;
        prompt(&DeviceCodePrompt {
            verification_uri: code.verification_uri().to_string(),
            user_code: code.user_code().secret().clone(),
        });
        let pause = |time: std::time::Duration| sleep(time.try_into().unwrap_or(PATIENCE));
        let request = self.authority.exchange_device_access_token(&code);
        let answer = request.request_async(&self.http, pause, None).await;
        answer.map_err(refusal)
    }

    async fn ask_here(
        &self,
        scopes: &[&str],
        open: &(dyn Fn(&Url) + Send + Sync),
    ) -> azure_core::Result<BasicTokenResponse> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        // The authority takes any port for this name, but not for the address.
        let place = format!("http://localhost:{}", listener.local_addr()?.port());
        let redirect = RedirectUrl::new(place).map_err(|error| failure(error.to_string()))?;
        let authority = self.authority.clone().set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = authority
            .authorize_url(CsrfToken::new_random)
            .add_scopes(wanted(scopes))
            .set_pkce_challenge(challenge)
            .url();
        open(&url);
        let code = code_from_browser(&listener, &state).await?;
        let request = authority.exchange_code(code).set_pkce_verifier(verifier);
        request.request_async(&self.http).await.map_err(refusal)
    }
}

/// The scopes, and the one that makes the authority renew tokens.
fn wanted(scopes: &[&str]) -> impl Iterator<Item = Scope> {
    let scopes = scopes.iter().copied().chain(["offline_access"]);
    scopes.map(|scope| Scope::new(scope.to_owned()))
}

/// Waits until the browser brings the code. What comes without our state is from somebody else, and ignored.
async fn code_from_browser(
    listener: &TcpListener,
    state: &CsrfToken,
) -> azure_core::Result<AuthorizationCode> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let Ok(url) = within(PATIENCE, receive(&mut stream)).await else {
            continue;
        };
        let parameter = |wanted: &str| {
            let mut pairs = url.query_pairs();
            let found = pairs.find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned())
        };
        if parameter("state").as_ref() != Some(state.secret()) {
            // Whoever it was does not have to get the answer.
            let _ = within(PATIENCE, respond(&mut stream, "404 Not Found", "")).await;
            continue;
        }
        let _ = within(PATIENCE, respond(&mut stream, "200 OK", FAREWELL)).await;
        if let Some(code) = parameter("code") {
            return Ok(AuthorizationCode::new(code));
        }
        let error = parameter("error").unwrap_or_default();
        let description = parameter("error_description").unwrap_or_default();
        return Err(failure(format!("{error}: {description}")));
    }
}

/// Reads the URL that the browser asks for.
async fn receive(stream: &mut TcpStream) -> azure_core::Result<Url> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > MAX_REQUEST || stream.read_buf(&mut bytes).await? == 0 {
            return Err(failure("not a request of a browser"));
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let target = text.split(' ').nth(1).unwrap_or_default();
    Ok(Url::parse(&format!("http://localhost{target}"))?)
}

async fn respond(stream: &mut TcpStream, status: &str, text: &str) -> azure_core::Result<()> {
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(text.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

async fn within<T>(
    limit: Duration,
    future: impl Future<Output = azure_core::Result<T>>,
) -> azure_core::Result<T> {
    match select(pin!(future), pin!(sleep(limit))).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(failure(format!("nobody signed in within {limit}"))),
    }
}

/// Lets `oauth2` use the transport.
struct Http(Transport);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = azure_core::Error;
    type Future = BoxFuture<'c, azure_core::Result<HttpResponse>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(within(PATIENCE, self.send(request)))
    }
}

impl Http {
    async fn send(&self, request: HttpRequest) -> azure_core::Result<HttpResponse> {
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string())?;
        let mut request = Request::new(url, Method::Post);
        for (name, value) in &head.headers {
            let value = value.to_str().map_err(|error| failure(error.to_string()))?;
            request.insert_header(name.as_str().to_owned(), value.to_owned());
        }
        request.set_body(body);
        let response = self.0.send(&Context::new(), &mut request).await?;
        let (status, headers, body) = response.deconstruct();
        let mut response = HttpResponse::new(body.collect().await?.to_vec());
        let status = oauth2::http::StatusCode::from_u16(u16::from(status));
        *response.status_mut() = status.map_err(|error| failure(error.to_string()))?;
        if let Some(media_type) = headers.get_optional_str(&CONTENT_TYPE)
            && let Ok(value) = media_type.parse()
        {
            let name = oauth2::http::header::CONTENT_TYPE;
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }
}

/// Why the authority gave no token.
fn refusal<E: ErrorResponse + 'static>(
    error: RequestTokenError<azure_core::Error, E>,
) -> azure_core::Error {
    match error {
        RequestTokenError::ServerResponse(answer) => failure(answer.to_string()),
        RequestTokenError::Request(error) => error,
        // What it was may hold a secret.
        RequestTokenError::Parse(..) => failure("the authority's answer cannot be read"),
        RequestTokenError::Other(problem) => failure(problem),
    }
}

fn failure(problem: impl fmt::Display) -> azure_core::Error {
    let message = format!("the user is not signed in: {problem}");
    azure_core::Error::with_message(ErrorKind::Credential, message)
}
