//! What goes back: a status, headers and a body; and what goes back if something is wrong.
//!
//! Comes in: facts about a request. Goes out: [`Answer`]. Errors have the form that Graph gives them: a code for programs
//! and a message for people, with the ids by which a request is found again.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// What goes back to a client.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// May be empty.
    pub body: Vec<u8>,
    /// How long it is held back.
    pub delay: Duration,
}

/// What JSON comes with that says about itself what clients need.
const MINIMAL_JSON: &str = "application/json;odata.metadata=minimal;charset=utf-8";
/// What JSON comes with that says nothing about itself.
const PLAIN_JSON: &str = "application/json;odata.metadata=none;charset=utf-8";

impl Answer {
    /// A status and nothing else.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// A value as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        // Only a map with keys that are no texts could fail, and there is none.
        Self::bytes(
            status,
            MINIMAL_JSON,
            serde_json::to_vec(value).unwrap_or_default(),
        )
    }

    /// Bytes of some media type.
    pub fn bytes(status: u16, media_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("content-type", media_type.to_owned())],
            body,
            delay: Duration::ZERO,
        }
    }

    /// The same without what JSON says about itself, but for what leads on (OData JSON Format 4.0, section 3.1.3).
    #[must_use]
    pub fn without_metadata(mut self) -> Self {
        let mut media_types = self.headers.iter_mut();
        let media_type = media_types.find(|(_, value)| value == MINIMAL_JSON);
        if let (Some((_, media_type)), Ok(mut body)) =
            (media_type, serde_json::from_slice(&self.body))
        {
            PLAIN_JSON.clone_into(media_type);
            drop_metadata(&mut body);
            self.body = body.to_string().into();
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

fn drop_metadata(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| match name.split_once("@odata.") {
                Some((_, term)) => ["count", "nextLink", "deltaLink"].contains(&term),
                None => true,
            });
            members.values_mut().for_each(drop_metadata);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_metadata),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Why a request is not answered as it would like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// HTTP status code.
    pub status: u16,
    /// For programs: `BadRequest`.
    pub code: &'static str,
    /// For people: what is wrong and what to do.
    pub message: String,
    /// Headers that belong to the status.
    pub headers: Vec<(&'static str, String)>,
}

impl Fault {
    /// A fault with a code of its own.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            headers: Vec::new(),
        }
    }

    /// The request makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// The path is right, but nothing is there.
    pub fn no_such_resource(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As Graph says it.
    pub fn answer(self, ids: &Ids) -> Answer {
        let body = json!({
            "error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": now().get(..19),
                    "request-id": ids.request,
                    "client-request-id": ids.client,
                },
            },
        });
        let mut answer = Answer::json(self.status, &body);
        answer.headers.extend(self.headers);
        answer
    }
}

/// By which ids a request is found in the logs of a service.
#[derive(Clone, Debug)]
pub struct Ids {
    /// What the service calls it.
    pub request: String,
    /// What the client calls it; the same if it has no word for it.
    pub client: String,
}

/// A new GUID (RFC 9562, section 5.4).
pub fn new_guid() -> String {
    guid(fastrand::u128(..))
}

/// A number as a GUID.
pub fn guid(number: u128) -> String {
    let number = number & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let hex = format!("{number:032x}");
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

/// This moment, as JSON writes it: `2026-08-03T09:10:05.2281347Z`.
pub fn now() -> String {
    OffsetDateTime::now_utc()
        .format(&Rfc3339)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_of_version_4() {
        assert_eq!(guid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(guid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
