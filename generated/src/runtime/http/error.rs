//! The error object that Graph answers with, inside of an `azure_core` error.

use std::{error::Error, fmt};

use azure_core::{error::ErrorKind, http::RawResponse};
use serde_json::Value;

use super::{Fault, Malformed};

/// How many characters of a foreign page a message shows.
const SHOWN: usize = 100;

/// What the service says about a request that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphError {
    /// HTTP status code.
    pub status: u16,
    /// Such as `Request_ResourceNotFound`; empty if the answer was not an error object.
    pub code: String,
    /// For people; may change. If the answer was not an error object, what it was.
    pub message: String,
    /// What the error is about, such as the name of a property.
    pub target: Option<String>,
    /// Further errors of the same request.
    pub details: Vec<GraphErrorDetail>,
    /// Codes of the inner errors, each more specific than the one before.
    pub inner_codes: Vec<String>,
    /// The service's id of the request; name it when you ask for support.
    pub request_id: Option<String>,
    /// The client's id of the request.
    pub client_request_id: Option<String>,
    /// When the request was answered.
    pub date: Option<String>,
    /// How long to wait before the next request, as the service writes it in `Retry-After`.
    pub retry_after: Option<String>,
}

/// One of several errors of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphErrorDetail {
    /// Such as `ObjectConflict`.
    pub code: String,
    /// For people; may change.
    pub message: String,
    /// What the error is about.
    pub target: Option<String>,
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.message.as_str()) {
            ("", "") => write!(f, "the service answered with status {}", self.status),
            (code, "") => write!(f, "{code} (status {})", self.status),
            ("", message) => write!(f, "{message} (status {})", self.status),
            (code, message) => write!(f, "{code}: {message} (status {})", self.status),
        }?;
        if let Some(advice) = self.advice() {
            write!(f, "; {advice}")?;
        }
        match &self.retry_after {
            Some(date) if date.contains(' ') => write!(f, "; it asks to wait until {date}")?,
            Some(seconds) => write!(f, "; it asks to wait for {seconds} s")?,
            None => {}
        }
        if let Some(id) = &self.request_id {
            write!(f, "; request id {id}")?;
        }
        Ok(())
    }
}

impl GraphError {
    /// What to do about it, where the status alone tells.
    fn advice(&self) -> Option<&'static str> {
        Some(match self.status {
            401 => "sign in again, to the cloud and the tenant of this endpoint",
            403 => {
                "the documentation of the operation lists the permissions of which the token needs one"
            }
            410 => "the delta link is too old; begin with a request without one",
            412 => "the entity has changed since it was read; read it again",
            429 | 509 => {
                "too many requests: send fewer at a time, or raise `Limits::max_retry_after`"
            }
            502..=504 => "the service is overloaded or down; try again later",
            _ => return None,
        })
    }
}

impl Error for GraphError {}

/// Finds what this crate says in an `azure_core` error.
pub trait GraphErrorExt {
    /// What the service said, if it was the service that refused.
    fn graph(&self) -> Option<&GraphError>;

    /// What went wrong on the way, if it was not the service that refused.
    fn fault(&self) -> Option<&Fault>;
}

impl GraphErrorExt for azure_core::Error {
    fn graph(&self) -> Option<&GraphError> {
        find(self)
    }

    fn fault(&self) -> Option<&Fault> {
        find(self)
    }
}

/// The first error of a type; whoever handed on an error may have added a context.
impl From<Malformed> for azure_core::Error {
    fn from(error: Malformed) -> Self {
        Self::new(ErrorKind::DataConversion, error)
    }
}

fn find<T: Error + 'static>(error: &azure_core::Error) -> Option<&T> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The error for an answer that is no success.
pub(crate) fn from_response(response: RawResponse) -> azure_core::Error {
    let header = |name: &'static str| response.headers().get_optional_string(&name.into());
    let mut error = serde_json::from_slice::<Value>(response.body()).map_or_else(
        |_| GraphError {
            message: described(response.body(), header("content-type")),
            ..GraphError::default()
        },
        |body| read(body.get("error").unwrap_or(&Value::Null)),
    );
    error.status = u16::from(response.status());
    error.retry_after = header("retry-after");
    error.request_id = error.request_id.or_else(|| header("request-id"));
    error.client_request_id = error
        .client_request_id
        .or_else(|| header("client-request-id"));
    let kind = ErrorKind::HttpResponse {
        status: response.status(),
        error_code: Some(error.code.clone()).filter(|code| !code.is_empty()),
        raw_response: Some(Box::new(response)),
    };
    azure_core::Error::new(kind, error)
}

/// What a body is that is no error object: gateways and proxies have their own pages.
pub(crate) fn described(body: &[u8], content_type: Option<String>) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let title = text
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map_or(text, |(title, _)| title);
    let start: String = title.trim().chars().take(SHOWN).collect();
    let content_type = content_type.unwrap_or_else(|| "no content type".to_owned());
    format!("the answer ({content_type}) is not one of Graph: `{start}`")
}

/// Reads the `error` member. Every part of it may be missing or of another type.
pub(crate) fn read(error: &Value) -> GraphError {
    let (code, message, target) = head(error);
    let details = error.get("details").and_then(Value::as_array);
    let detail = |detail: &Value| {
        let (code, message, target) = head(detail);
        GraphErrorDetail {
            code,
            message,
            target,
        }
    };
    let mut read = GraphError {
        code,
        message,
        target,
        details: details.into_iter().flatten().map(detail).collect(),
        ..GraphError::default()
    };
    let mut inner = inner_error(error);
    while let Some(error) = inner {
        read.inner_codes.extend(text(error, "code"));
        read.date = read.date.or_else(|| text(error, "date"));
        read.request_id = read.request_id.or_else(|| text(error, "request-id"));
        read.client_request_id = read
            .client_request_id
            .or_else(|| text(error, "client-request-id"));
        inner = inner_error(error);
    }
    read
}

/// Services write it in both ways.
fn inner_error(error: &Value) -> Option<&Value> {
    error.get("innerError").or_else(|| error.get("innererror"))
}

fn head(error: &Value) -> (String, String, Option<String>) {
    // Some services answer with `{"error": "code"}`, as OAuth does.
    let code = text(error, "code").or_else(|| error.as_str().map(str::to_owned));
    (
        code.unwrap_or_default(),
        text(error, "message").unwrap_or_default(),
        text(error, "target"),
    )
}

fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use azure_core::http::{StatusCode, headers::Headers};

    use super::*;

    fn answer(body: &'static str) -> azure_core::Error {
        from_response(RawResponse::from_bytes(
            StatusCode::NotFound,
            Headers::new(),
            body,
        ))
    }

    #[test]
    fn escapes_and_both_spellings_are_read() {
        for inner in ["innerError", "innererror"] {
            let body = format!(
                r#"{{"error":{{"code":"A","message":"no \"x\"\r\n","details":null,
                "{inner}":{{"code":"B","request-id":"r","{inner}":{{"code":"C"}}}}}}}}"#
            );
            let error = answer(body.leak());
            let graph = error.graph().unwrap();
            assert_eq!(
                (graph.code.as_str(), graph.message.as_str()),
                ("A", "no \"x\"\r\n")
            );
            assert_eq!(graph.inner_codes, ["B", "C"]);
            assert_eq!(graph.request_id.as_deref(), Some("r"));
            assert_eq!(error.http_status(), Some(StatusCode::NotFound));
        }
    }

    #[test]
    fn any_body_is_an_error() {
        for body in [
            "",
            "<html>",
            "[]",
            "null",
            r#"{"error":null}"#,
            r#"{"error":{"code":1,"details":[1]}}"#,
        ] {
            assert_eq!(answer(body).graph().unwrap().status, 404, "{body}");
        }
        assert_eq!(
            answer("").to_string(),
            "the service answered with status 404"
        );
        assert_eq!(
            answer(r#"{"error":"invalid_grant"}"#).graph().unwrap().code,
            "invalid_grant"
        );
    }
}
