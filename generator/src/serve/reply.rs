//! What an answer carries.
//!
//! Comes in: a [`Call`] and what it came to. Goes out: an [`Answer`] with the documented status and a body of the
//! documented type, and the addresses in it.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    answer::Answer,
    collection, condition,
    handler::Call,
    header,
    place::Place,
    seed::{self, Object},
};
use crate::api::{ItemType, Response, ResponseBody, Type};

/// What stands for itself in a segment or an option (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One object, as JSON.
#[derive(Serialize)]
struct One<'o> {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(rename = "@odata.etag", skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(flatten)]
    object: &'o Map<String, Value>,
}

impl Call<'_> {
    /// The documented status of success.
    pub(super) fn status(&self, usual: u16) -> u16 {
        let mut responses = self.operation.page.responses.iter();
        let has_usual = responses.any(|response| response.status == usual);
        match seed::success(self.operation) {
            Some(response) if !has_usual => response.status,
            _ => usual,
        }
    }

    /// What is documented for the status of success.
    pub(super) fn response(&self, usual: u16) -> Option<&Response> {
        let status = self.status(usual);
        let mut responses = self.operation.page.responses.iter();
        responses.find(|response| response.status == status)
    }

    /// The answer to a request that wrote an object: that object, unless the page says that nothing comes back.
    pub(super) fn stored(
        &self,
        usual: u16,
        place: &Place,
        ty: Option<&Type>,
        revision: u64,
        object: &Object,
    ) -> Answer {
        let answer = match self.response(usual).map(|response| &response.body) {
            Some(ResponseBody::Empty | ResponseBody::Stream) => Answer::empty(self.status(usual)),
            Some(ResponseBody::Value(other))
                if ty.is_some_and(|ty| !self.is_related(ty, other)) =>
            {
                self.documented(usual)
            }
            None if self.status(usual) == 204 => Answer::empty(204),
            Some(ResponseBody::Value(_) | ResponseBody::Collection(_) | ResponseBody::Unknown)
            | None => self.entity(usual, place, ty, revision, object),
        };
        answer.header("etag", condition::tag(revision))
    }

    /// Whether a value of one type may be a value of the other.
    fn is_related(&self, one: &Type, other: &Type) -> bool {
        match (&one.item, &other.item) {
            (ItemType::Structured(one), ItemType::Structured(other)) => {
                let api = self.version.api;
                api.derives_from(*one, *other) || api.derives_from(*other, *one)
            }
            (one, other) => one == other,
        }
    }

    /// The answer to a request after which nothing is there to be shown.
    pub(super) fn without_value(&self, usual: u16) -> Answer {
        match self.response(usual).map(|response| &response.body) {
            Some(ResponseBody::Empty | ResponseBody::Stream) | None => {
                Answer::empty(self.status(usual))
            }
            Some(ResponseBody::Value(_) | ResponseBody::Collection(_) | ResponseBody::Unknown) => {
                self.documented(usual)
            }
        }
    }

    /// What the page shows as an answer, or the smallest value of the type that it names.
    pub(super) fn documented(&self, usual: u16) -> Answer {
        let api = self.version.api;
        let status = self.status(usual);
        let example = |ty: &Type| {
            let values = seed::examples(self.operation).map(|value| seed::unwrapped(ty, value));
            let mut values = values.filter_map(|value| seed::pruned(api, ty, value));
            values.next()
        };
        match self.response(usual).map(|response| &response.body) {
            None if status == 204 => Answer::empty(status),
            None | Some(ResponseBody::Unknown) => {
                let value = seed::examples(self.operation).next();
                Answer::json(status, &value.unwrap_or_else(|| Map::new().into()))
            }
            Some(ResponseBody::Empty) => Answer::empty(status),
            Some(ResponseBody::Stream) => self.shown_bytes(),
            Some(ResponseBody::Value(ty)) => {
                match example(ty).unwrap_or_else(|| seed::minimal(api, ty)) {
                    Value::Object(object) => self.one(usual, &self.place, &object),
                    value => self.one(
                        usual,
                        &self.place,
                        &Map::from_iter([("value".to_owned(), value)]),
                    ),
                }
            }
            Some(ResponseBody::Collection(ty)) => {
                let ty = Type {
                    item: ty.item.clone(),
                    collection: true,
                };
                let items = example(&ty).unwrap_or_else(|| Value::Array(Vec::new()));
                self.one(
                    usual,
                    &self.place,
                    &Map::from_iter([("value".to_owned(), items)]),
                )
            }
        }
    }

    pub(super) fn one(&self, usual: u16, place: &Place, object: &Map<String, Value>) -> Answer {
        let one = One {
            context: self.context(place, "/$entity"),
            etag: None,
            object,
        };
        Answer::json(self.status(usual), &one)
    }

    /// The address of a place, in the place of what is there (OData JSON Format 4.0, section 13).
    pub(super) fn referred(&self, place: &Place) -> Answer {
        let one = One {
            context: format!("{}/$metadata#$ref", self.base()),
            etag: None,
            object: &self.reference(place),
        };
        Answer::json(self.status(200), &one)
    }

    /// What refers to a place.
    pub(super) fn reference(&self, place: &Place) -> Map<String, Value> {
        Map::from_iter([("@odata.id".to_owned(), self.address(place).into())])
    }

    /// The state of what is at a place.
    pub(super) fn entity(
        &self,
        usual: u16,
        place: &Place,
        ty: Option<&Type>,
        revision: u64,
        object: &Map<String, Value>,
    ) -> Answer {
        let is_entity = collection::is_entity(self.version.api, ty);
        let one = One {
            context: self.context(place, "/$entity"),
            etag: is_entity.then(|| condition::tag(revision)),
            object,
        };
        Answer::json(self.status(usual), &one)
    }

    /// `http://127.0.0.1:8080`, by the name under which the client knows this service.
    pub(super) fn origin(&self) -> String {
        let is_plain = |host: &&str| {
            host.chars()
                .all(|c| c.is_ascii_alphanumeric() || ".:-[]".contains(c))
        };
        let host = header(self.headers, "host").filter(is_plain);
        // Clients that send tokens over TLS alone come through a proxy or a transport that says so.
        let forwarded = header(self.headers, "x-forwarded-proto");
        let scheme = if forwarded == Some("https") {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", host.unwrap_or("localhost"))
    }

    pub(super) fn base(&self) -> String {
        format!("{}/{}", self.origin(), self.version.name())
    }

    /// Which part of the api a body is of (OData JSON Format 4.0, section 10).
    pub(super) fn context(&self, place: &Place, suffix: &str) -> String {
        let mut context = format!("{}/$metadata#", self.base());
        for (at, step) in place.steps.iter().enumerate() {
            let is_last = at + 1 == place.steps.len();
            let _ = match (step.is_key, is_last) {
                (true, true) => Ok(()),
                (true, false) => write!(context, "('{}')", step.text),
                (false, _) if at == 0 => write!(context, "{}", step.text),
                (false, _) => write!(context, "/{}", step.text),
            };
        }
        context + suffix
    }

    /// Where something is found again.
    pub(super) fn address(&self, place: &Place) -> String {
        let mut address = self.base();
        for step in &place.steps {
            address.push('/');
            address.extend(utf8_percent_encode(&step.text, RESERVED));
        }
        address
    }

    /// The address of this request with another token.
    pub(super) fn link(&self, name: &str, value: &str) -> String {
        let (path, query) = self.target.split_once('?').unwrap_or((self.target, ""));
        let is_kept = |option: &&str| {
            let name = option.split('=').next().unwrap_or_default();
            let name = name.replace("%24", "$").to_ascii_lowercase();
            !option.is_empty() && !["$skip", "$skiptoken", "$deltatoken"].contains(&name.as_str())
        };
        let token = format!("{name}={}", utf8_percent_encode(value, RESERVED));
        let options: Vec<_> = query
            .split('&')
            .filter(is_kept)
            .chain([token.as_str()])
            .collect();
        format!("{}{path}?{}", self.origin(), options.join("&"))
    }
}
