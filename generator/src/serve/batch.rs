//! Many requests in one: JSON batching (OData JSON Format 4.01, section 19).
//!
//! Comes in: the body of `POST /$batch`. Goes out: an answer to each request in it, in their order.
//! Invariants: a request in a batch is handled as one on its own, with the token of the batch; one comes after all that it
//! depends on; a batch whose requests make no sense together changes nothing. Requests are handled one after the other,
//! so that the same batch has the same answers; those that do not depend on each other wait at the same time.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Service,
    answer::{Answer, Fault},
    header, payload,
};
use crate::ir::ApiVersion;

/// The most requests in a batch, as with Graph.
const MOST_REQUESTS: usize = 20;
/// Headers of a batch that its requests have as well: who sends it, and under which name the service is known.
const SHARED_HEADERS: [&str; 3] = ["authorization", "host", "x-forwarded-proto"];

/// The body of a batch.
#[derive(Deserialize)]
struct Batch {
    requests: Vec<Item>,
}

/// A request in a batch.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    #[serde(default)]
    depends_on: Vec<String>,
    atomicity_group: Option<Value>,
}

/// A request in a batch as if it had come on its own.
struct Request {
    id: String,
    method: String,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Positions of others.
    depends_on: Vec<usize>,
}

/// What the paths in a batch begin with, if this is the path of batches: the version, or nothing.
pub(super) fn prefix(path: &str) -> Option<&str> {
    let (before, last) = path.trim_end_matches('/').rsplit_once('/')?;
    let is_batch = last.eq_ignore_ascii_case("$batch") || last.eq_ignore_ascii_case("%24batch");
    let version = before.trim_start_matches('/');
    let is_first = version.is_empty() || ApiVersion::from_segment(version).is_some();
    (is_batch && is_first).then_some(version)
}

/// Answers a batch.
pub(super) fn answer(
    service: &Service<'_>,
    method: &str,
    prefix: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Answer, Fault> {
    if method != "POST" {
        let message = format!("{method} is not for batches; POST is.");
        return Err(Fault::new(405, "Request_BadRequest", message).header("allow", "POST"));
    }
    let batch: Batch = serde_json::from_value(payload::json(headers, body)?)
        .map_err(|error| Fault::bad_request(format!("Invalid batch payload format: {error}.")))?;
    let requests = requests(service, prefix, headers, batch)?;
    let order = order(&requests)?;
    // When each is answered, and with what.
    let mut answers: Vec<Option<(Duration, Answer)>> = vec![None; requests.len()];
    for at in order {
        let request = &requests[at];
        let before = request
            .depends_on
            .iter()
            .filter_map(|&at| answers[at].as_ref());
        let start = before.clone().map(|(time, _)| *time).max();
        let has_failed = before.clone().any(|(_, answer)| answer.status >= 400);
        let answer = if has_failed {
            unmet()
        } else {
            let Request {
                method,
                target,
                headers,
                body,
                ..
            } = request;
            service.handle(method, target, headers, body)
        };
        answers[at] = Some((start.unwrap_or_default() + answer.delay, answer));
    }
    let answers = answers.into_iter().flatten();
    let delay = answers.clone().map(|(time, _)| time).max();
    let responses = requests
        .iter()
        .zip(answers)
        .map(|(request, (_, answer))| response(request, answer));
    let body = json!({"responses": responses.collect::<Vec<_>>()});
    Ok(Answer {
        delay: delay.unwrap_or_default(),
        ..Answer::json(200, &body)
    })
}

/// The requests of a batch, if they make sense together.
fn requests(
    service: &Service<'_>,
    prefix: &str,
    outer: &HeaderMap,
    batch: Batch,
) -> Result<Vec<Request>, Fault> {
    let count = batch.requests.len();
    if !(1..=MOST_REQUESTS).contains(&count) {
        let message = format!("A batch has 1 to {MOST_REQUESTS} requests; this one has {count}.");
        return Err(Fault::bad_request(message));
    }
    let mut positions = HashMap::new();
    for (at, item) in batch.requests.iter().enumerate() {
        if item.id.is_empty() {
            let message = format!("The request at position {at} of the batch has an empty id.");
            return Err(Fault::bad_request(message));
        }
        if positions.insert(item.id.clone(), at).is_some() {
            let message = format!("Two requests of the batch have the id '{}'.", item.id);
            return Err(Fault::bad_request(message));
        }
    }
    let items = batch.requests.into_iter();
    items
        .map(|item| request(service, prefix, outer, item, &positions))
        .collect()
}

fn request(
    service: &Service<'_>,
    prefix: &str,
    outer: &HeaderMap,
    item: Item,
    positions: &HashMap<String, usize>,
) -> Result<Request, Fault> {
    let wrong = |problem: &str| {
        Fault::bad_request(format!("The request '{}' of the batch {problem}.", item.id))
    };
    if item.atomicity_group.is_some() {
        return Err(wrong("is in an `atomicityGroup`; there is none here"));
    }
    let target = target(service, prefix, &item.url);
    let path = target.split('?').next().unwrap_or_default();
    if self::prefix(path).is_some() {
        return Err(wrong("is a batch itself"));
    }
    let depends_on = item.depends_on.iter().map(|id| {
        let unknown = || wrong(&format!("depends on '{id}', which is not in the batch"));
        positions.get(id).copied().ok_or_else(unknown)
    });
    let depends_on = depends_on.collect::<Result<_, _>>()?;
    let mut headers = HeaderMap::new();
    for (name, value) in &item.headers {
        let name = HeaderName::try_from(name.as_str());
        let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value.as_str())) else {
            return Err(wrong("has a header that is none"));
        };
        headers.insert(name, value);
    }
    for name in SHARED_HEADERS {
        headers.remove(name);
        if let Some(value) = outer.get(name) {
            headers.insert(name, value.clone());
        }
    }
    let media_type = header(&headers, "content-type");
    let body = match (&item.body, media_type) {
        (None, _) => Vec::new(),
        (Some(_), None) => {
            return Err(wrong(
                "has a body, but no `Content-Type` among its `headers`",
            ));
        }
        (Some(body), Some(media_type)) if payload::is_json(media_type) => {
            // Only maps with keys that are no texts could fail, and there are none.
            serde_json::to_vec(body).unwrap_or_default()
        }
        (Some(body), Some(_)) => {
            let bytes = body.as_str().and_then(decoded);
            bytes.ok_or_else(|| wrong("has a body that is neither JSON nor base 64"))?
        }
    };
    Ok(Request {
        id: item.id,
        method: item.method.to_ascii_uppercase(),
        target,
        headers,
        body,
        depends_on,
    })
}

/// Path and query of a request: below those of the batch, or those of an absolute URL.
fn target(service: &Service<'_>, prefix: &str, url: &str) -> String {
    if let Some((_, rest)) = url.split_once("://")
        && !url.starts_with('/')
    {
        return rest.find('/').map_or("/", |at| &rest[at..]).to_owned();
    }
    let url = url.trim_start_matches('/');
    let first = url.split(['/', '?']).next().unwrap_or_default();
    if !prefix.is_empty() {
        return format!("/{prefix}/{url}");
    }
    if ApiVersion::from_segment(first).is_some() {
        return format!("/{url}");
    }
    let version = service.versions.first();
    let version = version.map_or("", |version| version.name());
    format!("/{version}/{url}")
}

/// An order in which each request comes after those that it depends on, and otherwise as they stand in the batch.
fn order(requests: &[Request]) -> Result<Vec<usize>, Fault> {
    let mut order = Vec::new();
    let mut done = HashSet::new();
    while order.len() < requests.len() {
        let next = requests.iter().enumerate().find(|(at, request)| {
            !done.contains(at) && request.depends_on.iter().all(|it| done.contains(it))
        });
        let Some((at, _)) = next else {
            let left = (0..requests.len()).filter(|at| !done.contains(at));
            let left: Vec<_> = left.map(|at| requests[at].id.as_str()).collect();
            let message = format!(
                "The requests of the batch wait for each other in a circle: {}.",
                left.join(", ")
            );
            return Err(Fault::bad_request(message));
        };
        done.insert(at);
        order.push(at);
    }
    Ok(order)
}

/// The answer to a request that depends on one that failed.
fn unmet() -> Answer {
    let error = json!({
        "code": "FailedDependency",
        "message": "A request that this one depends on has failed.",
    });
    Answer::json(424, &json!({"error": error}))
}

fn response(request: &Request, answer: Answer) -> Value {
    let mut response = Map::new();
    response.insert("id".to_owned(), request.id.as_str().into());
    response.insert("status".to_owned(), answer.status.into());
    let media_type = answer
        .headers
        .iter()
        .find(|(name, _)| *name == "content-type");
    let is_json = media_type.is_some_and(|(_, value)| payload::is_json(value));
    let headers = answer.headers.into_iter();
    let headers: Map<_, _> = headers
        .map(|(name, value)| (title_case(name), value.into()))
        .collect();
    response.insert("headers".to_owned(), headers.into());
    // The answer to HEAD has no body, which a server would leave out.
    if !answer.body.is_empty() && request.method != "HEAD" {
        let json = serde_json::from_slice(&answer.body)
            .ok()
            .filter(|_| is_json);
        let body = json.unwrap_or_else(|| general_purpose::STANDARD.encode(&answer.body).into());
        response.insert("body".to_owned(), body);
    }
    response.into()
}

/// `content-type` as `Content-Type`: in a JSON object, not everybody looks for a header in any case.
fn title_case(name: &str) -> String {
    let mut is_start = true;
    let chars = name.chars().map(|c| {
        let c = if is_start { c.to_ascii_uppercase() } else { c };
        is_start = c == '-';
        c
    });
    chars.collect()
}

/// The bytes that base 64 stands for, in either alphabet, with padding or without.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabets = [&STANDARD, &URL_SAFE];
    let mut decoded = alphabets
        .into_iter()
        .map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text));
    decoded.find_map(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_have_their_paths() {
        for (path, expected) in [
            ("/$batch", Some("")),
            ("/%24Batch/", Some("")),
            ("/v1.0/$batch", Some("v1.0")),
            ("/beta/$batch", Some("beta")),
            ("/v7/$batch", None),
            ("/v1.0/users/$batch", None),
            ("/v1.0/batch", None),
            ("$batch", None),
        ] {
            assert_eq!(prefix(path), expected, "{path}");
        }
    }

    #[test]
    fn base_64_is_read_in_all_its_forms() {
        for text in ["+/+/YQ==", "-_-_YQ", "-_-_YQ=="] {
            assert_eq!(decoded(text).unwrap(), b"\xfb\xff\xbfa", "{text}");
        }
        assert_eq!(decoded("a b"), None);
    }

    #[test]
    fn headers_are_written_as_people_do() {
        assert_eq!(title_case("retry-after"), "Retry-After");
        assert_eq!(title_case("etag"), "Etag");
    }
}
