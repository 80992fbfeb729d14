//! What an object holds beside its declared members.
//!
//! Values are kept as JSON text, so that nothing is lost between reading and writing them.

use std::fmt;

use super::json::{Json, Reader, write_string};

/// Members that the documentation does not declare, annotations such as `@odata.type`, members whose value was of
/// another type than the documentation says, and which declared members are `null`.
#[derive(Clone, Default)]
pub struct Extra(Option<Box<Kept>>);

#[derive(Clone, Default)]
struct Kept {
    members: Vec<(Box<str>, Box<str>)>,
    /// A bit for each declared member that is explicitly `null`.
    nulls: Vec<u64>,
}

impl Extra {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Names and values as JSON text, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let members = self.0.as_ref().map_or(&[][..], |kept| &kept.members);
        members.iter().map(|(name, json)| (&**name, &**json))
    }

    /// The value of a member as JSON text.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, json)| json)
    }

    /// The value of a member; `None` if there is none or if it has another type.
    pub fn get<T: Json>(&self, name: &str) -> Option<T> {
        self.raw(name).and_then(|json| T::from_json(json).ok())
    }

    /// Sets a member.
    pub fn set(&mut self, name: &str, value: &impl Json) {
        self.set_raw(name, &value.to_json());
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) {
        if let Some(kept) = &mut self.0 {
            kept.members.retain(|(other, _)| **other != *name);
        }
    }

    /// `@odata.type` without its `#`: the qualified name of the type that the object has.
    pub fn odata_type(&self) -> Option<String> {
        self.get::<String>("@odata.type")
            .map(|name| name.trim_start_matches('#').to_owned())
    }

    /// `@odata.id`: the URL of the entity.
    pub fn odata_id(&self) -> Option<String> {
        self.get("@odata.id")
    }

    /// `@odata.etag`: the version of the entity, for `If-Match`.
    pub fn odata_etag(&self) -> Option<String> {
        self.get("@odata.etag")
    }

    /// Links the navigation property `name` to the entity with this URL when the object is sent.
    pub fn bind(&mut self, name: &str, url: &str) {
        self.set(&format!("{name}@odata.bind"), &url.to_owned());
    }

    /// Adds a member that was read.
    pub(crate) fn keep(&mut self, name: &str, json: &str) {
        self.0
            .get_or_insert_default()
            .members
            .push((name.into(), json.into()));
    }

    fn set_raw(&mut self, name: &str, json: &str) {
        let members = &mut self.0.get_or_insert_default().members;
        match members.iter_mut().find(|(other, _)| **other == *name) {
            Some((_, old)) => *old = json.into(),
            None => members.push((name.into(), json.into())),
        }
    }

    pub(crate) fn is_null(&self, slot: usize) -> bool {
        let nulls = self.0.as_ref().map_or(&[][..], |kept| &kept.nulls);
        nulls
            .get(slot / 64)
            .is_some_and(|bits| bits >> (slot % 64) & 1 == 1)
    }

    pub(crate) fn set_null(&mut self, slot: usize) {
        let nulls = &mut self.0.get_or_insert_default().nulls;
        if nulls.len() <= slot / 64 {
            nulls.resize(slot / 64 + 1, 0);
        }
        nulls[slot / 64] |= 1 << (slot % 64);
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, json) in self.iter() {
            map.entry(&name, &format_args!("{json}"));
        }
        map.finish()
    }
}

/// An object of which nothing is declared.
impl Json for Extra {
    fn read(reader: &mut Reader<'_>) -> Result<Self, super::Malformed> {
        let mut extra = Self::default();
        reader.members(&mut |reader, name| {
            extra.keep(&name, reader.raw()?);
            Ok(())
        })?;
        Ok(extra)
    }

    fn write(&mut self, out: &mut String) {
        out.push('{');
        for (index, (name, json)) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(out, name);
            out.push(':');
            out.push_str(json);
        }
        out.push('}');
    }
}
