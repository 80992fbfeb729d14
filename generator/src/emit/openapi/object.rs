//! JSON objects that are written top down and hold only what there is to say.

use serde_json::{Map, Value};

use crate::{
    api::{Deprecation, Source},
    prose,
};

/// A JSON object; keys stay in the order in which they were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Sets a key.
    pub(super) fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.insert(key, value);
        self
    }

    /// Sets a key if there is a value.
    pub(super) fn maybe(mut self, key: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.insert(key, value);
        }
        self
    }

    /// Sets a key if the list or object has elements.
    pub(super) fn filled(self, key: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let is_empty = match &value {
            Value::Array(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
        if is_empty { self } else { self.set(key, value) }
    }

    /// Sets `description` if there is one.
    pub(super) fn described(self, markdown: &str) -> Self {
        let text = prose::standalone(markdown);
        self.maybe("description", (!text.is_empty()).then_some(text.as_ref()))
    }

    /// Sets `deprecated` if the pages say so.
    pub(super) fn deprecated(self, deprecation: Option<&Deprecation>) -> Self {
        let Some(deprecation) = deprecation else {
            return self;
        };
        let details = Self::new()
            .maybe("date", deprecation.date.as_deref())
            .maybe("useInstead", deprecation.use_instead.as_deref());
        self.set("deprecated", true)
            .filled("x-docwright-deprecation", details)
    }

    /// Sets `x-docwright-source`.
    pub(super) fn sourced(self, source: &Source) -> Self {
        self.set("x-docwright-source", source_object(source))
    }

    /// Adds or replaces a key in place.
    pub(super) fn insert(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

impl Extend<(String, Value)> for Object {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, entries: I) {
        self.0.extend(entries);
    }
}

impl FromIterator<(String, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// A place in the docs.
pub(super) fn source_object(source: &Source) -> Object {
    Object::new()
        .set("page", &*source.page)
        .set("line", source.line)
}
