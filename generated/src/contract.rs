//! Every example of the documentation, made and read by this crate.
//!
//! A request that an example shows is made through the builders and compared with the page: method, path, query, headers
//! and body. An answer is read as the type that the request has, written again, and must still say the same; so is what
//! the service sends to an app, as the type that it names. Examples that contradict the documentation are listed with the
//! reason; what else fails makes the test fail.
//!
//! `CONTRACT_REPORT` may name a file for the figures and the lists.

use std::{collections::BTreeMap, env, fs, path::Path as FilePath, sync::Arc};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    http::{Body, headers::CONTENT_TYPE},
    time::{Duration, OffsetDateTime},
};
use serde_json::Value;
use time::Time;

use crate::runtime::{Content, GraphClient, Json, Request};

mod calls;

/// The id of an operation, and how it is called for an example.
type Call = (
    &'static str,
    fn(&GraphClient, &Example) -> Result<Made, String>,
);

/// The name of a type, and how a value of it is read and written again.
type Reader = (
    &'static str,
    fn(&Value) -> Result<(Value, Value), String>,
);

/// What an example asks.
struct Example(Value);

/// A request that was made for an example.
struct Made {
    http: azure_core::Result<azure_core::http::Request>,
    /// Reads the body of an answer and writes it again: what was to be read, and what was written.
    again: fn(&Value) -> Result<(Value, Value), String>,
}

/// What can be read from an answer and written again.
trait Again {
    fn again(body: &Value) -> Result<(Value, Value), String>;
}

impl<T: Json> Again for T {
    fn again(body: &Value) -> Result<(Value, Value), String> {
        let written = |body: &Value| {
            let model = T::from_json(&body.to_string()).map_err(|error| error.to_string())?;
            let written = serde_json::from_str(&model.to_json());
            written.map_err(|error| format!("what is written is no JSON: {error}"))
        };
        match (written(body), body.get("value")) {
            (Ok(written), _) => Ok((body.clone(), written)),
            // A value may come as `{"value": …}` (OData JSON Format 4.0, section 11).
            (Err(_), Some(value)) => Ok((value.clone(), written(value)?)),
            (Err(error), None) => Err(error),
        }
    }
}

impl<T: Json> Again for Option<T> {
    fn again(body: &Value) -> Result<(Value, Value), String> {
        T::again(body)
    }
}

/// Nothing is read, and nothing can be lost.
impl Again for () {
    fn again(_: &Value) -> Result<(Value, Value), String> {
        Ok((Value::Null, Value::Null))
    }
}

/// Bytes are handed over as they are.
impl Again for Content {
    fn again(_: &Value) -> Result<(Value, Value), String> {
        Ok((Value::Null, Value::Null))
    }
}

#[allow(dead_code)] // Not every API has each kind of argument.
impl Example {
    fn request(&self, key: &str) -> &Value {
        &self.0["request"][key]
    }

    /// The argument at `index` as it is; anything, if the example has none.
    fn text(&self, index: usize) -> &str {
        self.request("arguments")[index].as_str().unwrap_or("x")
    }

    /// The argument at `index` as a value of its type; any value, if the example has none.
    fn argument<T: Json>(&self, index: usize) -> Result<T, String> {
        let Some(text) = self.request("arguments")[index].as_str() else {
            return anything();
        };
        T::from_json(text)
            .or_else(|_| T::from_json(&Value::from(text).to_string()))
            .map_err(|error| format!("argument `{text}`: {error}"))
    }

    /// The body as a value of its type; any value, if the example has none.
    fn body<T: Json>(&self) -> Result<T, String> {
        let body = self.request("json");
        if body.is_null() {
            return anything();
        }
        T::from_json(&body.to_string()).map_err(|error| format!("body: {error}"))
    }

    /// The address that the body links to.
    fn target(&self) -> Result<String, String> {
        let body = self.request("json");
        let target = body["@odata.id"].as_str().unwrap_or_default();
        if body.as_object().is_some_and(|body| body.len() > 1) {
            return Err("body: more than a link".to_owned());
        }
        Ok(target.to_owned())
    }

    /// The body as bytes.
    fn bytes(&self) -> Body {
        let body = match self.request("json") {
            Value::Null => self.request("text").as_str().unwrap_or_default().to_owned(),
            body => body.to_string(),
        };
        Body::from(body)
    }

    /// Adds what an example says beside path and body.
    fn made<T: Again>(&self, mut request: Request<T>) -> Result<Made, String> {
        for (name, value) in pairs(self.request("query")) {
            request = request.query(name, value);
        }
        for (name, value) in pairs(self.request("headers")) {
            if !is_usual(name) {
                request = request.header(name, value);
            }
        }
        if let Some(media_type) = self.request("sends").as_str() {
            request = request.content(self.bytes(), media_type.to_owned());
        }
        Ok(Made {
            http: request.to_http(),
            again: T::again,
        })
    }
}

/// Some value of a type.
fn anything<T: Json>() -> Result<T, String> {
    let values = [
        "{}",
        "[]",
        "0",
        "true",
        "\"x\"",
        "\"00000000-0000-0000-0000-000000000000\"",
        "\"2000-01-01\"",
        "\"2000-01-01T00:00:00Z\"",
        "\"00:00:00\"",
        "\"PT0S\"",
    ];
    let value = values.iter().find_map(|json| T::from_json(json).ok());
    value.ok_or_else(|| "no value comes to mind".to_owned())
}

/// Headers that come with every request, or belong to the transport.
fn is_usual(name: &str) -> bool {
    [
        "accept",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ]
    .contains(&name.to_ascii_lowercase().as_str())
}

fn pairs(value: &Value) -> impl Iterator<Item = (&str, &str)> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?)))
}

/// What is different between the request that was made and the one that the page shows.
fn difference(example: &Example, made: &Made) -> Option<String> {
    let http = match &made.http {
        Ok(http) => http,
        Err(error) => return Some(error.to_string()),
    };
    let path = |path: &str| {
        let path = decoded(path).to_lowercase().replace("microsoft.graph.", "");
        path.trim_matches('/').replace(", ", ",").replace("('", "/").replace("')", "")
    };
    let base = decoded(crate::ENDPOINT);
    let base = base.split('/').skip(3).collect::<Vec<_>>().join("/");
    let made_path = path(http.url().path());
    let made_path = made_path.strip_prefix(&base).unwrap_or(&made_path).trim_matches('/');
    let shown_path = path(example.request("path").as_str().unwrap_or_default());
    if made_path != shown_path {
        return Some(format!("the path is `{made_path}`, not `{shown_path}`"));
    }
    let query: BTreeMap<_, _> = http.url().query_pairs().collect();
    for (name, value) in pairs(example.request("query")) {
        if query.get(name).is_none_or(|made| made != value) {
            return Some(format!("the query has no `{name}={value}`"));
        }
    }
    for (name, value) in pairs(example.request("headers")) {
        let wanted = azure_core::http::headers::HeaderName::from(name.to_ascii_lowercase());
        if !is_usual(name) && http.headers().get_optional_str(&wanted) != Some(value) {
            return Some(format!("there is no header `{name}: {value}`"));
        }
    }
    if let Some(media_type) = example.request("sends").as_str() {
        let made = http.headers().get_optional_str(&CONTENT_TYPE);
        if made != Some(media_type) {
            return Some(format!("the body is no {media_type}"));
        }
    }
    body_difference(example, http.body())
}

fn body_difference(example: &Example, body: &Body) -> Option<String> {
    let Body::Bytes(bytes) = body else {
        return Some("the body is no text".to_owned());
    };
    match example.request("json") {
        Value::Null => {
            let shown = example.request("text").as_str().unwrap_or_default().trim();
            let made = std::str::from_utf8(bytes).unwrap_or_default();
            (made.trim() != shown && made != "{}").then(|| format!("the body is `{made}`"))
        }
        shown => match serde_json::from_slice::<Value>(bytes) {
            Ok(made) => lost(shown, &made, "body"),
            Err(_) => Some("there is no body".to_owned()),
        },
    }
}

/// Where the second value says something else than the first.
fn lost(shown: &Value, made: &Value, at: &str) -> Option<String> {
    match (shown, made) {
        (Value::Object(shown), Value::Object(made)) => {
            let other = made.keys().find(|name| !shown.contains_key(*name));
            let places = shown.iter().find_map(|(name, value)| match made.get(name) {
                Some(made) => lost(value, made, &format!("{at}/{name}")),
                None => Some(format!("{at}/{name} is lost")),
            });
            places.or_else(|| other.map(|name| format!("{at}/{name} was not there")))
        }
        (Value::Array(shown), Value::Array(made)) if shown.len() == made.len() => {
            let pairs = shown.iter().zip(made).enumerate();
            pairs
                .map(|(index, (shown, made))| lost(shown, made, &format!("{at}/{index}")))
                .find_map(|place| place)
        }
        _ if is_same(shown, made) => None,
        _ => Some(format!("{at} is `{made}`, not `{shown}`")),
    }
}

/// Whether two values say the same: numbers, moments and GUIDs can be written in several ways.
fn is_same(shown: &Value, made: &Value) -> bool {
    match (shown, made) {
        (Value::Number(shown), Value::Number(made)) => {
            shown == made || shown.as_f64() == made.as_f64()
        }
        (Value::String(shown), Value::String(made)) => {
            shown == made
                || shown.eq_ignore_ascii_case(made)
                || are_equal::<OffsetDateTime>(shown, made)
                || are_equal::<Time>(shown, made)
        }
        // Int64 and Decimal come as numbers or as strings (OData JSON Format 4.0, section 7.1).
        (Value::String(text), Value::Number(number))
        | (Value::Number(number), Value::String(text)) => {
            *text == number.to_string() || text.parse().ok() == number.as_f64()
        }
        _ => shown == made,
    }
}

/// Whether two texts are the same value of a type.
fn are_equal<T: Json + PartialEq>(one: &str, other: &str) -> bool {
    let value = |text: &str| T::from_json(&Value::from(text).to_string()).ok();
    value(one).is_some_and(|one| value(other) == Some(one))
}

/// Percent-encoded text as what it stands for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How one side of the examples fared.
#[derive(Default)]
struct Tally {
    right: usize,
    asked: usize,
    contradicting: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    /// Counts one message; `problem` is only looked for if it contradicts nothing.
    fn count(&mut self, message: &Value, problem: impl FnOnce() -> Option<String>) {
        let at = message["at"].as_str().unwrap_or_default();
        if let Some(reason) = message["contradicts"].as_str() {
            self.contradicting.push(format!("{at}: {reason}"));
            return;
        }
        self.asked += 1;
        match problem() {
            None => self.right += 1,
            Some(problem) => self.failed.push(format!("{at}: {problem}")),
        }
    }
}

fn report(responses: &Tally, requests: &Tally, notifications: &Tally) -> String {
    let mut lines = Vec::new();
    let tallies = [
        ("responses", responses),
        ("requests", requests),
        ("notifications", notifications),
    ];
    for (name, tally) in tallies {
        let contradicting = tally.contradicting.len();
        let (right, asked) = (tally.right, tally.asked);
        lines.push(format!("{name}: {right} / {asked}, contradicting: {contradicting}"));
    }
    let lists = [
        ("failed: response", &responses.failed),
        ("failed: request", &requests.failed),
        ("failed: notification", &notifications.failed),
        ("contradicting: response", &responses.contradicting),
        ("contradicting: request", &requests.contradicting),
        ("contradicting: notification", &notifications.contradicting),
    ];
    for (name, list) in lists {
        lines.extend(list.iter().map(|entry| format!("{name} {entry}")));
    }
    lines.join("\n") + "\n"
}

/// Signs nobody in: nothing is sent.
#[derive(Debug)]
struct Nobody;

#[async_trait]
impl TokenCredential for Nobody {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let end = OffsetDateTime::now_utc() + Duration::hours(1);
        Ok(AccessToken::new("token", end))
    }
}

#[test]
fn examples_hold() {
    let file = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src/contract/examples.json");
    let examples: Vec<Value> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let calls: BTreeMap<_, _> = calls::CALLS.iter().copied().flatten().copied().collect();
    let client = GraphClient::new(Arc::new(Nobody), None).unwrap();
    let readers: BTreeMap<_, _> = calls::NOTIFICATIONS.iter().copied().collect();
    let (mut responses, mut requests) = (Tally::default(), Tally::default());
    let mut notifications = Tally::default();
    for example in examples {
        let call = calls[example["operation"].as_str().unwrap_or_default()];
        let example = Example(example);
        let made = call(&client, &example);
        let (request, response) = (&example.0["request"], &example.0["response"]);
        if request.is_object() {
            requests.count(request, || match &made {
                Ok(made) => difference(&example, made),
                Err(error) => Some(error.clone()),
            });
        }
        let notification = &example.0["notification"];
        if notification.is_object() {
            let read = readers[notification["type"].as_str().unwrap_or_default()];
            notifications.count(notification, || match read(&notification["json"]) {
                Ok((shown, written)) => lost(&shown, &written, ""),
                Err(error) => Some(error),
            });
        }
        let status = response["status"].as_u64().unwrap_or_default();
        if !response["json"].is_null() && (200..300).contains(&status) {
            // What is read does not depend on the arguments, so a request that cannot be made is made with others.
            let other = Example(serde_json::json!({}));
            responses.count(response, || {
                let made = match &made {
                    Ok(made) => Ok(made.again),
                    Err(_) => call(&client, &other).map(|made| made.again),
                };
                match made.and_then(|again| again(&response["json"])) {
                    Ok((shown, written)) => lost(&shown, &written, ""),
                    Err(error) => Some(error),
                }
            });
        }
    }
    let report = report(&responses, &requests, &notifications);
    if let Some(file) = env::var_os("CONTRACT_REPORT") {
        fs::write(file, &report).unwrap();
    }
    assert!(
        [&responses, &requests, &notifications]
            .iter()
            .all(|tally| tally.failed.is_empty()),
        "{report}"
    );
}
