//! Query options, where they can say something: a single entity has no `$top` (OData URL Conventions 4.01, section 5.1).
//!
//! What an operation supports of them is in its documentation, as far as its page tells; [`Request::query`] sets whatever
//! else there is.

use serde_json::Value;

use super::{Page, Request};

/// Answers that come from a collection: a page of it, the number of its items, or what the documentation says nothing
/// about.
pub trait OfCollection {}

impl<T> OfCollection for Page<T> {}
impl OfCollection for i64 {}
impl OfCollection for Value {}

/// Answers that hold items: a page of a collection, or what the documentation says nothing about.
pub trait Items: OfCollection {}

impl<T> Items for Page<T> {}
impl Items for Value {}

impl<T> Request<T> {
    /// Asks for these properties only (`$select`).
    pub fn select<S: AsRef<str>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.query("$select", join(names))
    }

    /// Asks for the targets of these navigation properties as well (`$expand`).
    pub fn expand<S: AsRef<str>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.query("$expand", join(names))
    }
}

impl<T: OfCollection> Request<T> {
    /// Asks for the items that meet a condition (`$filter`): `startswith(displayName, 'A')`.
    pub fn filter(self, condition: impl Into<String>) -> Self {
        self.query("$filter", condition)
    }

    /// Asks for the items that match a search (`$search`): `"displayName:wa"`. Directory objects need this header,
    /// which is set for you: `ConsistencyLevel: eventual`.
    pub fn search(self, expression: impl Into<String>) -> Self {
        self.query("$search", expression).eventual()
    }

    /// Takes an answer from an index that may lag behind a little (`ConsistencyLevel: eventual`), which filters of directory
    /// objects by some properties need.
    pub fn eventual(self) -> Self {
        self.header("ConsistencyLevel", "eventual")
    }
}

impl<T: Items> Request<T> {
    /// Orders the items (`$orderby`): `["displayName desc"]`.
    pub fn orderby<S: AsRef<str>>(self, names: impl IntoIterator<Item = S>) -> Self {
        self.query("$orderby", join(names))
    }

    /// Sets the number of items in a page (`$top`).
    pub fn top(self, count: u32) -> Self {
        self.query("$top", count.to_string())
    }

    /// Leaves out the first items (`$skip`).
    pub fn skip(self, count: u32) -> Self {
        self.query("$skip", count.to_string())
    }

    /// Asks for the number of all items (`$count`). Directory objects need this header, which is set for you:
    /// `ConsistencyLevel: eventual`.
    pub fn count(self) -> Self {
        self.query("$count", "true").eventual()
    }
}

/// Joins names by commas.
fn join<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut joined = String::new();
    for name in names {
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(name.as_ref());
    }
    joined
}
