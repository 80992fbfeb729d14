//! Many requests in one (`$batch`).
//!
//! Invariant: a request of a batch is sent again by the same rules as one on its own, and fails on its own.

use std::{fmt, marker::PhantomData, sync::Arc, time::Instant};

use azure_core::{
    Bytes, base64,
    http::{
        Body, Method, RawResponse, StatusCode,
        headers::{CONTENT_TYPE, HeaderName, Headers},
    },
    sleep::sleep,
    time::Duration,
};

use super::{
    Answer, Extra, Fault, GraphClient, Json, Request, Response, error,
    json::write_string,
    request::Draft,
    retry::{is_idempotent, may_repeat, retry_after},
};

/// How many requests the service takes at once.
const MAX_REQUESTS: usize = 20;

/// Requests that are sent together, any number of them.
///
/// ```ignore
/// let mut batch = Batch::new(&client);
/// let me = batch.add(client.me().get())?;
/// let mail = batch.add_after(client.me().messages().list().top(5), [me.id()])?;
/// let mut answers = batch.send().await;
/// let me = answers.take(me)?.into_model()?;
/// let mail = answers.take(mail)?.into_model()?;
/// ```
#[derive(Debug)]
#[must_use = "a batch does nothing until it is sent"]
pub struct Batch {
    client: GraphClient,
    items: Vec<Item>,
}

/// Stands for a request of a batch; its answer is a `T`.
#[derive(Debug)]
pub struct BatchHandle<T> {
    id: BatchId,
    answer: PhantomData<fn() -> T>,
}

impl<T> BatchHandle<T> {
    /// The request, for others to wait for.
    pub fn id(&self) -> BatchId {
        self.id
    }
}

/// Names a request of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchId(usize);

struct Item {
    /// Members of the request, but for its id and those that it waits for.
    json: String,
    /// The items that have to succeed before; all of them were added before.
    after: Vec<usize>,
    repeatable: bool,
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The request may hold secrets.
        f.debug_struct("Item").finish_non_exhaustive()
    }
}

impl Batch {
    /// No requests yet.
    pub fn new(client: &GraphClient) -> Self {
        Self {
            client: client.clone(),
            items: Vec::new(),
        }
    }

    /// Adds a request.
    pub fn add<T: Answer>(&mut self, request: Request<T>) -> azure_core::Result<BatchHandle<T>> {
        self.add_after(request, [])
    }

    /// Adds a request that is sent only if others of this batch have succeeded (`dependsOn`); if not, its status is 424.
    pub fn add_after<T: Answer>(
        &mut self,
        request: Request<T>,
        others: impl IntoIterator<Item = BatchId>,
    ) -> azure_core::Result<BatchHandle<T>> {
        let draft = &request.draft;
        let after: Vec<_> = others.into_iter().map(|BatchId(at)| at).collect();
        if after.iter().any(|&at| at >= self.items.len()) {
            let problem = "a request can wait only for others of its own batch";
            return Err(Fault::Batch { problem }.into());
        }
        self.items.push(Item {
            json: members(&self.client, draft)?,
            after,
            repeatable: draft.rules.repeatable || is_idempotent(draft.method),
        });
        Ok(BatchHandle {
            id: BatchId(self.items.len() - 1),
            answer: PhantomData,
        })
    }

    /// Sends the requests, twenty at a time, and those again that the service did not take up.
    ///
    /// There is no error for the whole: if a part cannot be sent, each request of it has the error.
    pub async fn send(self) -> BatchAnswers {
        let mut answers = BatchAnswers {
            outcomes: self.items.iter().map(|_| Outcome::Missing).collect(),
        };
        let start = Instant::now();
        let mut pending: Vec<usize> = (0..self.items.len()).collect();
        let mut retry = 0;
        loop {
            pending = self.round(pending, &mut answers.outcomes).await;
            retry += 1;
            let waits = pending.iter().filter_map(|&at| answers.outcomes[at].wait());
            let elapsed = start.elapsed().try_into().unwrap_or(Duration::MAX);
            match self.client.limits().delay(retry, waits.max(), elapsed) {
                Some(delay) if !pending.is_empty() => sleep(delay).await,
                _ => return answers,
            }
        }
    }

    /// Sends what is pending, and returns what is to be sent again.
    async fn round(&self, pending: Vec<usize>, outcomes: &mut [Outcome]) -> Vec<usize> {
        let mut again = Vec::new();
        let mut chunks = pending.chunks(MAX_REQUESTS);
        while let Some(chunk) = chunks.next() {
            let due = self.due(chunk, outcomes, &mut again);
            let replies = match self.post(&due).await {
                Ok(replies) => replies,
                Err(error) => {
                    // The rest would fail as well, and hardly be welcome.
                    let error = Arc::new(error);
                    for &at in due.iter().chain(chunks.flatten()) {
                        outcomes[at] = Outcome::Failed(error.clone());
                    }
                    return Vec::new();
                }
            };
            for at in due {
                let reply = replies.iter().find(|(id, _)| *id == at);
                outcomes[at] =
                    reply.map_or(Outcome::Missing, |(_, raw)| Outcome::Answered(raw.clone()));
                let waits = self.items[at].after.iter().any(|at| again.contains(at));
                if outcomes[at].may_repeat(self.items[at].repeatable, waits) {
                    again.push(at);
                }
            }
        }
        // Nothing comes before what it waits for.
        again.sort_unstable();
        again
    }

    /// The items of a chunk that wait for nothing but others in it. The rest has its outcome: what it waits for failed
    /// earlier, perhaps to be sent `again`.
    fn due(&self, chunk: &[usize], outcomes: &mut [Outcome], again: &mut Vec<usize>) -> Vec<usize> {
        let mut due = Vec::new();
        for &at in chunk {
            let is_unmet =
                |other: &&usize| !due.contains(*other) && !outcomes[**other].is_success();
            match self.items[at].after.iter().find(is_unmet) {
                None => due.push(at),
                Some(other) => {
                    if again.contains(other) {
                        again.push(at);
                    }
                    outcomes[at] = Outcome::unmet();
                }
            }
        }
        due
    }

    /// Sends up to twenty requests, and returns the answers with the items that they belong to.
    async fn post(&self, items: &[usize]) -> azure_core::Result<Vec<(usize, RawResponse)>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let mut json = "{\"requests\":[".to_owned();
        for (index, &at) in items.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            let item = &self.items[at];
            let after: Vec<String> = item
                .after
                .iter()
                .filter(|other| items.contains(other))
                .map(ToString::to_string)
                .collect();
            json.push_str(&format!("{{\"id\":\"{at}\",{}", item.json));
            if !after.is_empty() {
                json.push_str(",\"dependsOn\":");
                json.push_str(&after.to_json());
            }
            json.push('}');
        }
        json.push_str("]}");
        let url = Ok(format!("{}/$batch", self.client.endpoint()));
        let mut request =
            Request::<Extra>::new(self.client.clone(), "POST /$batch", Method::Post, url);
        if items.iter().all(|&at| self.items[at].repeatable) {
            request = request.repeatable();
        }
        let answer = request.json(json).send().await?.into_model()?;
        let replies = answer.get::<Vec<Extra>>("responses").ok_or(Fault::Batch {
            problem: "the answer to the batch has no `responses`",
        })?;
        Ok(replies.iter().filter_map(read_reply).collect())
    }
}

/// Method, URL, headers and body of a request, as members of an object.
fn members(client: &GraphClient, draft: &Draft) -> azure_core::Result<String> {
    let url = draft.url()?;
    let base = client.url().path().trim_end_matches('/');
    let path = url.path().strip_prefix(base);
    let path = path.filter(|path| path.starts_with('/'));
    let (true, Some(path)) = (client.trusts(&url), path) else {
        return Err(Fault::foreign_origin(&url, client.endpoint()).into());
    };
    let query = url.query().map(|query| format!("?{query}"));
    let mut out = "\"method\":".to_owned();
    write_string(&mut out, draft.method.as_ref());
    out.push_str(",\"url\":");
    write_string(&mut out, &format!("{path}{}", query.unwrap_or_default()));
    let mut headers = Extra::default();
    for (name, value) in &draft.headers {
        headers.set(name.as_str(), &value.as_str().to_owned());
    }
    if let Some((body, media_type)) = &draft.body {
        headers.set("content-type", &media_type.clone().into_owned());
        let Body::Bytes(bytes) = body else {
            let problem = "a stream cannot be part of a batch; send it on its own";
            return Err(Fault::Batch { problem }.into());
        };
        out.push_str(",\"body\":");
        match std::str::from_utf8(bytes) {
            Ok(json) if media_type.contains("json") => out.push_str(json),
            _ => write_string(&mut out, &base64::encode(bytes)),
        }
    }
    if !headers.is_empty() {
        out.push_str(",\"headers\":");
        headers.write(&mut out);
    }
    Ok(out)
}

/// The item that a reply belongs to, and the reply as if it had come on its own.
fn read_reply(reply: &Extra) -> Option<(usize, RawResponse)> {
    let at = reply.get::<String>("id")?.parse().ok()?;
    let status = u16::try_from(reply.get::<i32>("status")?).ok()?;
    let mut headers = Headers::new();
    for (name, json) in reply.get::<Extra>("headers").unwrap_or_default().iter() {
        let value = String::from_json(json).unwrap_or_else(|_| json.to_owned());
        if name.is_ascii() {
            headers.insert(HeaderName::from(name.to_ascii_lowercase()), value);
        }
    }
    let is_json = headers
        .get_optional_str(&CONTENT_TYPE)
        .is_none_or(|media_type| media_type.contains("json"));
    let body = match reply.raw("body") {
        None | Some("null") => Bytes::new(),
        // What is no JSON comes as a string: text as it is, all else in base 64.
        Some(json) if !is_json => match String::from_json(json) {
            Ok(text) => base64::decode(&text)
                .unwrap_or_else(|_| text.into_bytes())
                .into(),
            Err(_) => json.to_owned().into(),
        },
        Some(json) => json.to_owned().into(),
    };
    Some((at, RawResponse::from_bytes(status.into(), headers, body)))
}

/// The answers to the requests of a batch.
#[derive(Debug)]
pub struct BatchAnswers {
    outcomes: Vec<Outcome>,
}

impl BatchAnswers {
    /// Takes the answer to a request; one that is no success is an error, as if the request had been sent on its own.
    pub fn take<T: Answer>(&mut self, handle: BatchHandle<T>) -> azure_core::Result<Response<T>> {
        let BatchId(at) = handle.id;
        let outcome = self.outcomes.get_mut(at).map(std::mem::take);
        match outcome.unwrap_or_default() {
            Outcome::Answered(raw) if raw.status().is_success() => Ok(Response::from(raw)),
            Outcome::Answered(raw) => Err(error::from_response(raw)),
            Outcome::Failed(error) => {
                Err(azure_core::Error::new(error.kind().clone(), Shared(error)))
            }
            Outcome::Missing => Err(Fault::Batch {
                problem: "the service did not answer this request of the batch",
            }
            .into()),
        }
    }
}

/// What became of a request.
#[derive(Clone, Debug, Default)]
enum Outcome {
    Answered(RawResponse),
    /// The batch was not sent.
    Failed(Arc<azure_core::Error>),
    #[default]
    Missing,
}

impl Outcome {
    /// The answer to a request that waited for one that failed; the service would give the same.
    fn unmet() -> Self {
        let error = r#"{"error":{"code":"FailedDependency","message":"a request that this one waits for has failed"}}"#;
        Self::Answered(RawResponse::from_bytes(
            StatusCode::FailedDependency,
            Headers::new(),
            error,
        ))
    }

    fn answer(&self) -> Option<&RawResponse> {
        match self {
            Self::Answered(raw) => Some(raw),
            Self::Failed(_) | Self::Missing => None,
        }
    }

    fn is_success(&self) -> bool {
        self.answer().is_some_and(|raw| raw.status().is_success())
    }

    fn wait(&self) -> Option<Duration> {
        self.answer().and_then(|raw| retry_after(raw.headers()))
    }

    fn may_repeat(&self, repeatable: bool, waits_for_another: bool) -> bool {
        self.answer().is_some_and(|raw| {
            let is_unmet = raw.status() == StatusCode::FailedDependency;
            may_repeat(raw.status(), self.wait(), repeatable) || is_unmet && waits_for_another
        })
    }
}

/// One error that several requests have.
#[derive(Debug)]
struct Shared(Arc<azure_core::Error>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}
