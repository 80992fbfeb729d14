//! What a request carries.
//!
//! Comes in: the body of a [`Call`]. Goes out: JSON of the documented type, or what is wrong with it, in words that name
//! the place in the body and the type that is expected there.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::{answer::Fault, handler::Call, header, seed};
use crate::{
    api::{Parameter, RequestBody, Type},
    conform::{self, Mismatch, Problem},
};

/// A body, which has to be JSON and to say so.
pub(super) fn json(headers: &HeaderMap, body: &[u8]) -> Result<Value, Fault> {
    let media_type = header(headers, "content-type").unwrap_or_default();
    if body.is_empty() {
        return Err(Fault::bad_request("Empty Payload. JSON content expected."));
    }
    if !is_json(media_type) {
        let message = format!(
            "The content type '{media_type}' is not understood; send `Content-Type: application/json`."
        );
        return Err(Fault::new(415, "UnsupportedMediaType", message));
    }
    serde_json::from_slice(body).map_err(|error| {
        Fault::bad_request(format!("Unable to read JSON request payload: {error}."))
    })
}

/// Whether a media type is JSON, whatever its parameters (RFC 8259, section 11; RFC 6839, section 3.1).
pub(super) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

impl Call<'_> {
    pub(super) fn json(&self) -> Result<Value, Fault> {
        json(self.headers, self.body)
    }

    /// The body, which has to be an object of the documented type.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Fault> {
        match self.json()? {
            Value::Object(object) => {
                self.check_object(&object)?;
                Ok(object)
            }
            _ => Err(Fault::bad_request("The body is no JSON object.")),
        }
    }

    pub(super) fn check_object(&self, object: &Map<String, Value>) -> Result<(), Fault> {
        let Some(ty) = self.body_type().or_else(|| self.item_type(&self.place)) else {
            return Ok(());
        };
        // A page may list more than the type has, and means it.
        let mut rest = object.clone();
        if let Some(RequestBody::Object { members, .. }) = &self.operation.page.body {
            for member in members {
                if !seed::has_member(self.version.api, &ty, &member.name)
                    && let Some(value) = rest.shift_remove(&member.name)
                {
                    self.check_value(&member.ty, &value, &format!("/{}", member.name))?;
                }
            }
        }
        self.check_value(&ty, &Value::Object(rest), "")
    }

    pub(super) fn check_parameters(&self, parameters: &[Parameter]) -> Result<(), Fault> {
        let needs = |parameter: &&Parameter| parameter.required == Some(true);
        if self.body.is_empty() && !parameters.iter().any(|it| needs(&it)) {
            return Ok(());
        }
        let Value::Object(object) = self.json()? else {
            return Err(Fault::bad_request("The body is no JSON object."));
        };
        for (name, value) in object.iter().filter(|(name, _)| !name.contains('@')) {
            let known = parameters
                .iter()
                .find(|it| it.name.eq_ignore_ascii_case(name));
            let Some(parameter) = known else {
                let names: Vec<_> = parameters.iter().map(|it| it.name.as_str()).collect();
                let message = format!(
                    "The parameter '{name}' in the body is not one of: {}.",
                    names.join(", ")
                );
                return Err(Fault::bad_request(message));
            };
            self.check_value(&parameter.ty, value, &format!("/{name}"))?;
        }
        let has = |wanted: &str| object.keys().any(|name| name.eq_ignore_ascii_case(wanted));
        match parameters.iter().filter(needs).find(|it| !has(&it.name)) {
            Some(missing) => {
                let message = format!(
                    "The parameter '{}' is required, and the body has none.",
                    missing.name
                );
                Err(Fault::bad_request(message))
            }
            None => Ok(()),
        }
    }

    fn check_value(&self, ty: &Type, value: &Value, within: &str) -> Result<(), Fault> {
        let found = conform::mismatches(self.version.api, ty, value);
        let Some(Mismatch { at, problem }) = found.first() else {
            return Ok(());
        };
        let at = format!("{within}{at}");
        let message = match problem {
            Problem::OtherType(expected) => {
                format!("Cannot convert the value of '{at}' to the expected type '{expected}'.")
            }
            Problem::UnknownMember(ty) => {
                let name = at.rsplit('/').next().unwrap_or_default();
                format!("The property '{name}' at '{at}' does not exist on type '{ty}'.")
            }
            Problem::UnknownValue(ty) => {
                let members = self
                    .version
                    .api
                    .find_enum(ty)
                    .map(|id| &self.version.api[id].members);
                let names = members
                    .into_iter()
                    .flatten()
                    .map(|member| member.name.as_str());
                let names: Vec<_> = names.collect();
                format!(
                    "The value of '{at}' is no member of '{ty}'; its members are: {}.",
                    names.join(", ")
                )
            }
        };
        let more = match found.len() - 1 {
            0 => String::new(),
            more => format!(" (And {more} more in the body.)"),
        };
        Err(Fault::bad_request(message + &more))
    }

    pub(super) fn body_type(&self) -> Option<Type> {
        match &self.operation.page.body {
            Some(RequestBody::Object { ty, .. }) => Some(ty.clone()),
            _ => None,
        }
    }
}
