//! Navigation properties: what an entity links to, read when it is asked for.

use std::{fmt, marker::PhantomData};

use super::{
    json::{Json, Malformed, Reader},
    model::Slot,
};

/// The target of a link, which a response holds only if the request expanded it.
///
/// It is kept as JSON text until [`get`](Self::get) reads it as a `T`: an entity links to entities that link to others,
/// and a program should not have to compile all of them to use the first.
pub struct Nav<T> {
    json: Option<Box<str>>,
    /// Holds no `T`, so that types which link to each other do not contain each other.
    target: PhantomData<fn() -> T>,
}

impl<T: Json> Nav<T> {
    /// A link with this target.
    pub fn new(target: &T) -> Self {
        Self {
            json: Some(target.to_json().into()),
            target: PhantomData,
        }
    }

    /// Reads the target; `None` if the response does not hold it.
    pub fn get(&self) -> Result<Option<T>, Malformed> {
        self.json.as_deref().map(T::from_json).transpose()
    }
}

impl<T> Nav<T> {
    /// The target as JSON text.
    pub fn raw(&self) -> Option<&str> {
        self.json.as_deref()
    }

    /// Whether there is a target.
    pub fn is_some(&self) -> bool {
        self.json.is_some()
    }
}

impl<T: Json> From<T> for Nav<T> {
    fn from(target: T) -> Self {
        Self::new(&target)
    }
}

impl<T> Default for Nav<T> {
    fn default() -> Self {
        Self {
            json: None,
            target: PhantomData,
        }
    }
}

impl<T> Clone for Nav<T> {
    fn clone(&self) -> Self {
        Self {
            json: self.json.clone(),
            target: PhantomData,
        }
    }
}

impl<T> PartialEq for Nav<T> {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl<T> fmt::Debug for Nav<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The target may hold secrets, and only reading it tells.
        f.write_str(if self.json.is_some() {
            "Nav(..)"
        } else {
            "Nav"
        })
    }
}

impl<T> Slot for Nav<T> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        self.json = Some(reader.raw()?.into());
        Ok(())
    }

    fn write(&mut self, out: &mut String) {
        out.push_str(self.raw().unwrap_or_default());
    }

    fn is_set(&self) -> bool {
        self.is_some()
    }

    fn clear(&mut self) {
        self.json = None;
    }

    fn debug(&mut self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
