//! Operations that take their time: the service answers 202, and where to ask how far it is.

use std::time::Instant;

use azure_core::{
    error::ErrorKind,
    http::{Context, Method, RawResponse, StatusCode, Url, headers::HeaderName},
    sleep::sleep,
    time::Duration,
};

use super::{
    Answer, Extra, Fault, GraphClient, GraphError, Json, Request, client::Rules, fault::join,
    redirect::LOCATION, retry::retry_after,
};

/// Watches an operation of the service, such as the copy of a file or the creation of a team.
///
/// ```ignore
/// let mut monitor = item.copy(&body).start().await?;
/// let copy = monitor.wait().await?;
/// println!("{:?}", copy.resource_id);
/// ```
#[derive(Debug)]
pub struct Monitor {
    client: GraphClient,
    /// `None` if the operation was done at once.
    url: Option<Url>,
    last: Operation,
    /// How long the service asked to wait when it answered last.
    asked: Option<Duration>,
    interval: Duration,
    max_interval: Duration,
    max_wait: Duration,
}

/// How far an operation is.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// How far, in the words of the service: `notStarted`, `inProgress`, `succeeded`.
    pub status: String,
    /// How much of it is done.
    pub percentage_complete: Option<f64>,
    /// The id of what it makes.
    pub resource_id: Option<String>,
    /// The URL of what it makes; may be relative to the endpoint.
    pub resource_location: Option<String>,
    /// Why it failed.
    pub error: Option<GraphError>,
    /// The whole of what the service says.
    pub extra: Extra,
}

/// What the status of an operation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Running,
    Succeeded,
    Failed,
}

impl Operation {
    /// Whether nothing more will happen.
    pub fn is_done(&self) -> bool {
        self.progress() != Progress::Running
    }

    fn progress(&self) -> Progress {
        match self.status.to_ascii_lowercase().as_str() {
            "succeeded" | "success" | "completed" | "skipped" => Progress::Succeeded,
            "failed" | "deletefailed" | "updatefailed" | "cancelled" | "canceled" | "invalid" => {
                Progress::Failed
            }
            // A status that is not known here is not an end; how long it is waited for is limited.
            _ => Progress::Running,
        }
    }

    fn succeeded() -> Self {
        Self {
            status: "succeeded".to_owned(),
            ..Self::default()
        }
    }
}

impl<T: Answer> Request<T> {
    /// Sends the request, and watches the operation that it starts. If the service answers with anything but 202, the
    /// operation is done.
    pub async fn start(self) -> azure_core::Result<Monitor> {
        let raw = self.draft.send().await?;
        let header = |name| raw.headers().get_optional_str(&name);
        let link = header(HeaderName::from_static("operation-location"))
            .or_else(|| header(LOCATION))
            .filter(|_| raw.status() == StatusCode::Accepted);
        let mut monitor = Monitor::at(&self.draft.client, None);
        if let Some(link) = link {
            monitor.url = Some(resolve(&self.draft.client, link)?);
            monitor.last = Operation::default();
            monitor.asked = retry_after(raw.headers());
        }
        Ok(monitor)
    }
}

impl Monitor {
    /// Watches an operation that was started elsewhere; see [`url`](Self::url).
    pub fn new(client: &GraphClient, url: &str) -> azure_core::Result<Self> {
        let url = resolve(client, url)?;
        Ok(Self {
            last: Operation::default(),
            ..Self::at(client, Some(url))
        })
    }

    fn at(client: &GraphClient, url: Option<Url>) -> Self {
        Self {
            client: client.clone(),
            url,
            last: Operation::succeeded(),
            asked: None,
            interval: Duration::seconds(1),
            max_interval: Duration::seconds(30),
            max_wait: Duration::hours(1),
        }
    }

    /// Sets how long to wait between two questions where the service does not say: one second at first, and twice as long
    /// each time, up to 30 seconds.
    #[must_use]
    pub fn interval(mut self, first: Duration, longest: Duration) -> Self {
        (self.interval, self.max_interval) = (first, longest);
        self
    }

    /// Sets how long to wait in all: one hour at first.
    #[must_use]
    pub fn max_wait(mut self, limit: Duration) -> Self {
        self.max_wait = limit;
        self
    }

    /// Where the service is asked, to go on in another process; `None` if the operation was done at once. Keep it as
    /// well as a password if it leads to another origin.
    pub fn url(&self) -> Option<&Url> {
        self.url.as_ref()
    }

    /// Asks the service once how far the operation is.
    pub async fn status(&mut self) -> azure_core::Result<&Operation> {
        if let Some(url) = &self.url
            && !self.last.is_done()
        {
            let mut request = azure_core::http::Request::new(url.clone(), Method::Get);
            let rules = Rules {
                // Monitors elsewhere are open to all who know their URL.
                anonymous: !self.client.trusts(url),
                keeps_redirects: true,
                ..Rules::default()
            };
            let raw = self
                .client
                .execute(&Context::new(), &mut request, rules)
                .await?;
            self.asked = retry_after(raw.headers());
            self.last = read(&raw);
        }
        Ok(&self.last)
    }

    /// Waits until the operation is done. That it failed is an error, with what the service says about it.
    pub async fn wait(&mut self) -> azure_core::Result<Operation> {
        let start = Instant::now();
        let mut interval = self.interval;
        loop {
            if !self.last.is_done() {
                let delay = self.asked.unwrap_or(interval);
                let elapsed = start.elapsed().try_into().unwrap_or(Duration::MAX);
                if delay.saturating_add(elapsed) > self.max_wait {
                    let status = self.last.status.clone();
                    let after = self.max_wait;
                    return Err(Fault::Unfinished { status, after }.into());
                }
                sleep(delay).await;
                interval = interval.saturating_mul(2).min(self.max_interval);
                self.status().await?;
            }
            match self.last.progress() {
                Progress::Running => {}
                Progress::Succeeded => return Ok(self.last.clone()),
                Progress::Failed => return Err(failure(&self.last)),
            }
        }
    }
}

/// Some services leave the version out of their links: `/teams('7')/operations('8')`.
fn resolve(client: &GraphClient, link: &str) -> Result<Url, Fault> {
    let is_below = |base: &str| {
        link.strip_prefix(base)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    if link.starts_with('/') && !link.starts_with("//") && !is_below(client.url().path()) {
        return join(client.url(), &format!("{}{link}", client.endpoint()));
    }
    join(client.url(), link)
}

/// Reads what a monitor answers: its status, or what the operation made.
fn read(raw: &RawResponse) -> Operation {
    if raw.status().is_redirection() {
        return Operation {
            resource_location: raw.headers().get_optional_string(&LOCATION),
            ..Operation::succeeded()
        };
    }
    let body = std::str::from_utf8(raw.body()).unwrap_or_default();
    let extra = Extra::from_json(body).unwrap_or_default();
    let text = |name: &str| extra.get::<String>(name);
    let status = text("status").unwrap_or_else(|| {
        let is_running = raw.status() == StatusCode::Accepted;
        String::from(if is_running {
            "inProgress"
        } else {
            "succeeded"
        })
    });
    Operation {
        status,
        percentage_complete: extra.get("percentageComplete"),
        resource_id: text("resourceId").or_else(|| text("targetResourceId")),
        resource_location: text("resourceLocation").or_else(|| text("targetResourceLocation")),
        error: extra
            .get::<serde_json::Value>("error")
            .filter(serde_json::Value::is_object)
            .map(|error| super::error::read(&error)),
        extra,
    }
}

/// The error for an operation that failed.
fn failure(operation: &Operation) -> azure_core::Error {
    let mut error = operation.error.clone().unwrap_or_default();
    if error.code.is_empty() {
        error.code.clone_from(&operation.status);
    }
    if error.message.is_empty() {
        let details = operation.extra.get::<String>("statusDetail");
        error.message = details.unwrap_or_else(|| "the operation has failed".to_owned());
    }
    error.status = u16::from(StatusCode::Ok);
    azure_core::Error::new(ErrorKind::Other, error)
}
