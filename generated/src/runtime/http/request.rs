//! Requests: values that do nothing until they are sent, and the one way in which all of them are.

use std::{borrow::Cow, future::IntoFuture, marker::PhantomData, pin::Pin};

use azure_core::{
    Bytes,
    error::ErrorKind,
    http::{
        AsyncResponse, Body, Context, Method, RawResponse, StatusCode, Url,
        headers::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, Headers},
        policies::PublicApiInstrumentationInformation,
    },
    time::Duration,
};

use super::{Fault, GraphClient, Json, client::Rules, error::described, path::encode};

/// A request that can be sent; its answer is a `T`.
///
/// `request.await` gives the value; [`send`](Self::send) gives the status and the headers as well.
///
/// A request that failed is sent again, within the client's [`Limits`](super::Limits), if that does no harm: any request
/// that the service did not take up, and one that may be sent twice (`GET`, `PUT`, `DELETE`) after any other failure on
/// the way.
#[must_use = "a request does nothing until it is awaited"]
pub struct Request<T> {
    pub(crate) draft: Draft,
    answer: PhantomData<fn() -> T>,
}

/// A request without what its answer is.
pub(crate) struct Draft {
    pub(crate) client: GraphClient,
    /// What the span of the request is called: its method and its path, with placeholders.
    operation: &'static str,
    pub(crate) method: Method,
    /// What was wrong with the arguments is reported when the request is sent.
    url: azure_core::Result<String>,
    query: Vec<(String, String)>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Option<(Body, Cow<'static, str>)>,
    context: Context<'static>,
    pub(crate) rules: Rules,
}

impl<T> std::fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither headers nor the body: they may hold secrets.
        f.debug_struct("Request")
            .field("method", &self.draft.method)
            .field("url", &self.draft.url)
            .finish_non_exhaustive()
    }
}

impl<T> Request<T> {
    /// `operation` is a method and a path with placeholders.
    pub(crate) fn new(
        client: GraphClient,
        operation: &'static str,
        method: Method,
        url: azure_core::Result<String>,
    ) -> Self {
        Self::from_draft(Draft {
            client,
            operation,
            method,
            url,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            context: Context::new(),
            rules: Rules::default(),
        })
    }

    /// The same request with another answer.
    pub(crate) fn from_draft(draft: Draft) -> Self {
        Self {
            draft,
            answer: PhantomData,
        }
    }

    pub(crate) fn json(self, json: String) -> Self {
        self.content(json, "application/json")
    }

    /// Sends this, whatever it is, in the place of the JSON that was to be sent: a message as MIME, an archive, a policy
    /// as XML, where the service takes the one as well as the other.
    pub fn content(
        mut self,
        body: impl Into<Body>,
        media_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.draft.body = Some((body.into(), media_type.into()));
        self
    }

    /// Sets any query parameter; replaces an earlier value.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.draft.set_query(name.into(), value.into());
        self
    }

    /// Sets a header; replaces an earlier value.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.draft.set_header(name, value.into());
        self
    }

    /// Asks for a behaviour of the service (`Prefer`), beside those that were asked for before:
    /// `return=representation`, `include-unknown-enum-members`, `outlook.timezone="UTC"`.
    pub fn prefer(self, preference: &str) -> Self {
        let name = HeaderName::from_static("prefer");
        let earlier = self.draft.headers.iter().find(|(other, _)| *other == name);
        let value = match earlier {
            Some((_, earlier)) => format!("{earlier}, {preference}"),
            None => preference.to_owned(),
        };
        self.header("prefer", value)
    }

    /// Asks for a change only if the entity still is the version with this `@odata.etag` (`If-Match`).
    pub fn if_match(self, etag: impl Into<String>) -> Self {
        self.header("if-match", etag)
    }

    /// Says that sending the request twice does no harm, so that it is sent again when nobody knows whether the service
    /// has done it. For actions that only read, and for what an `If-Match` protects.
    pub fn repeatable(mut self) -> Self {
        self.draft.rules.repeatable = true;
        self
    }

    /// Sets how long an attempt may take, instead of [`Limits::timeout`](super::Limits::timeout).
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.draft.rules.timeout = Some(limit);
        self
    }

    /// Hands values to the policies of the pipeline: `ClientRequestId`, a span, what your own policies look for.
    pub fn context(mut self, context: Context<'static>) -> Self {
        self.draft.context = context;
        self
    }

    /// The URL with its query, or what is wrong with the arguments.
    pub fn url(&self) -> azure_core::Result<Url> {
        self.draft.url()
    }

    /// The request as `azure_core` sends it, without the headers that its pipeline adds.
    pub fn to_http(&self) -> azure_core::Result<azure_core::http::Request> {
        Ok(self.draft.to_http_at(self.url()?))
    }
}

impl Draft {
    /// The same for a URL that the service gave, which has its own query.
    pub(crate) fn at(mut self, url: &str) -> Self {
        self.url = Ok(url.to_owned());
        self.query.clear();
        self
    }

    fn set_query(&mut self, name: String, value: String) {
        self.query.retain(|(other, _)| *other != name);
        self.query.push((name, value));
    }

    fn set_header(&mut self, name: &str, value: String) {
        if !name.is_ascii() {
            let message = format!("`{name}` cannot be the name of a header");
            self.url = Err(azure_core::Error::with_message(
                ErrorKind::DataConversion,
                message,
            ));
            return;
        }
        let name = HeaderName::from(name.to_ascii_lowercase());
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
    }

    pub(crate) fn url(&self) -> azure_core::Result<Url> {
        let mut text = match &self.url {
            Ok(url) => url.clone(),
            Err(error) => {
                return Err(azure_core::Error::with_message(
                    ErrorKind::DataConversion,
                    error.to_string(),
                ));
            }
        };
        for (index, (name, value)) in self.query.iter().enumerate() {
            text.push(if index == 0 { '?' } else { '&' });
            encode(&mut text, name);
            text.push('=');
            encode(&mut text, value);
        }
        Url::parse(&text).map_err(|error| azure_core::Error::new(ErrorKind::DataConversion, error))
    }

    pub(crate) fn to_http_at(&self, url: Url) -> azure_core::http::Request {
        let mut request = azure_core::http::Request::new(url, self.method);
        request.insert_header(ACCEPT, "application/json");
        for (name, value) in &self.headers {
            request.insert_header(name.clone(), value.clone());
        }
        if let Some((body, media_type)) = &self.body {
            request.insert_header(CONTENT_TYPE, media_type.clone().into_owned());
            // The transport would send a stream without its length, which services may refuse.
            if let (Body::SeekableStream(_), Some(length)) = (body, body.len()) {
                request.insert_header(CONTENT_LENGTH, length.to_string());
            }
            request.set_body(body.clone());
        }
        request
    }

    /// What the policies are told: the name for the span, unless the caller has one.
    fn context(&self) -> Context<'static> {
        let context = self.context.clone();
        if context
            .value::<PublicApiInstrumentationInformation>()
            .is_some()
        {
            return context;
        }
        context.with_value(PublicApiInstrumentationInformation::new(
            self.operation,
            Vec::new(),
        ))
    }

    pub(crate) async fn send(&self) -> azure_core::Result<RawResponse> {
        self.send_at(self.url()?).await
    }

    /// Sends the request to another URL, such as that of the next page.
    pub(crate) async fn send_at(&self, url: Url) -> azure_core::Result<RawResponse> {
        let mut request = self.to_http_at(url);
        self.client
            .execute(&self.context(), &mut request, self.rules)
            .await
    }
}

impl<T: Answer> Request<T> {
    /// Sends the request. An answer that is no success is an error; see [`GraphErrorExt`](super::GraphErrorExt).
    pub async fn send(self) -> azure_core::Result<Response<T>> {
        self.draft.send().await.map(Response::from)
    }
}

impl<T: Json> Request<T> {
    /// Takes an answer without a value for a success as well: many updates answer with 204, and only some with the new
    /// value, or only if the request has the header `Prefer: return=representation`.
    pub fn optional(self) -> Request<Option<T>> {
        Request::from_draft(self.draft)
    }
}

impl Request<Content> {
    /// Sends the request, and gives the content piece by piece: no more of it is in memory than was asked for.
    ///
    /// ```ignore
    /// use futures::TryStreamExt as _;
    ///
    /// let mut content = request.stream().await?.into_body();
    /// while let Some(piece) = content.try_next().await? {
    ///     file.write_all(&piece).await?;
    /// }
    /// ```
    pub async fn stream(mut self) -> azure_core::Result<AsyncResponse> {
        let draft = &mut self.draft;
        draft.rules.streamed = true;
        let mut request = draft.to_http_at(draft.url()?);
        let client = &draft.client;
        client
            .stream(&draft.context(), &mut request, draft.rules)
            .await
            .map(AsyncResponse::from)
    }
}

impl<T: Answer + Send + 'static> IntoFuture for Request<T> {
    type Output = azure_core::Result<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.send().await?.into_model() })
    }
}

/// An answer that is a success.
#[derive(Clone, Debug)]
pub struct Response<T> {
    raw: RawResponse,
    answer: PhantomData<fn() -> T>,
}

impl<T> From<RawResponse> for Response<T> {
    fn from(raw: RawResponse) -> Self {
        Self {
            raw,
            answer: PhantomData,
        }
    }
}

impl<T: Answer> Response<T> {
    /// Status code.
    pub fn status(&self) -> StatusCode {
        self.raw.status()
    }

    /// Headers.
    pub fn headers(&self) -> &Headers {
        self.raw.headers()
    }

    /// The body as it came.
    pub fn body(&self) -> &[u8] {
        self.raw.body()
    }

    /// Reads the body. Status and headers are still worth something if that fails: clone the response before.
    pub fn into_model(self) -> azure_core::Result<T> {
        let (status, headers, body) = self.raw.deconstruct();
        let body = Bytes::from(body);
        T::read_body(body.clone()).map_err(|error| unreadable(status, &headers, &body, &error))
    }

    /// The response as `azure_core` has it.
    pub fn into_raw(self) -> RawResponse {
        self.raw
    }
}

/// What is wrong with the body of a success.
fn unreadable(
    status: StatusCode,
    headers: &Headers,
    body: &Bytes,
    error: &azure_core::Error,
) -> azure_core::Error {
    if body.trim_ascii().is_empty() {
        return Fault::NoContent { status }.into();
    }
    let content_type = headers.get_optional_string(&CONTENT_TYPE);
    let is_json = content_type
        .as_deref()
        .is_some_and(|media_type| media_type.contains("json"));
    Fault::Unreadable {
        status,
        // The values in JSON may be secrets; a page that is in the way is not.
        problem: if is_json {
            error.to_string()
        } else {
            described(body, content_type.clone())
        },
        content_type,
    }
    .into()
}

/// What can be read from the body of an answer.
pub trait Answer: Sized {
    /// Reads the whole body.
    fn read_body(body: Bytes) -> azure_core::Result<Self>;
}

/// Nothing is expected; what came is ignored.
impl Answer for () {
    fn read_body(_body: Bytes) -> azure_core::Result<Self> {
        Ok(())
    }
}

/// An answer that is no JSON: a file, a photo, a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content(pub Bytes);

impl Answer for Content {
    fn read_body(body: Bytes) -> azure_core::Result<Self> {
        Ok(Self(body))
    }
}

impl<T: Json> Answer for T {
    fn read_body(body: Bytes) -> azure_core::Result<Self> {
        read_json(&body)
    }
}

/// The value may be missing: the service may answer with 204 where there is nothing to say.
impl<T: Json> Answer for Option<T> {
    fn read_body(body: Bytes) -> azure_core::Result<Self> {
        if body.is_empty() {
            Ok(None)
        } else {
            T::read_body(body).map(Some)
        }
    }
}

/// Reads a value that comes bare or as `{"value": …}` (OData JSON Format 4.0, section 11).
fn read_json<T: Json>(body: &[u8]) -> azure_core::Result<T> {
    let text = std::str::from_utf8(body).map_err(|error| {
        azure_core::Error::with_error(ErrorKind::DataConversion, error, "the answer is not UTF-8")
    })?;
    T::from_json(text).or_else(|error| {
        let wrapped = super::Extra::from_json(text).ok();
        wrapped
            .and_then(|object| object.get("value"))
            .ok_or_else(|| error.into())
    })
}
