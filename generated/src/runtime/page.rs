//! A part of a collection, as an answer holds it.

use super::{
    Extra, Json,
    json::{Malformed, Reader, write_string},
};

/// A part of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub value: Vec<T>,
    /// Where the next part is (`@odata.nextLink`).
    pub next_link: Option<String>,
    /// Where to ask for what changed since (`@odata.deltaLink`).
    pub delta_link: Option<String>,
    /// The number of all items, if the request asked for it (`@odata.count`).
    pub count: Option<i64>,
    /// What else the answer holds.
    pub extra: Extra,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            value: Vec::new(),
            next_link: None,
            delta_link: None,
            count: None,
            extra: Extra::default(),
        }
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Json> Json for Page<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut page = Self::default();
        reader.members(&mut |reader, name| {
            match &*name {
                "value" => page.value = Vec::read(reader)?,
                "@odata.nextLink" if reader.at_string() => {
                    page.next_link = Some(String::read(reader)?)
                }
                "@odata.deltaLink" if reader.at_string() => {
                    page.delta_link = Some(String::read(reader)?)
                }
                "@odata.count" => match reader.fitting(i64::read)? {
                    Ok(count) => page.count = Some(count),
                    Err(json) => page.extra.keep(&name, json),
                },
                _ => page.extra.keep(&name, reader.raw()?),
            }
            Ok(())
        })?;
        Ok(page)
    }

    fn write(&mut self, out: &mut String) {
        self.write_head(out);
        self.value.write(out);
        out.push('}');
    }

    fn write_copy(&self, out: &mut String) {
        self.write_head(out);
        self.value.write_copy(out);
        out.push('}');
    }
}

impl<T> Page<T> {
    /// Appends everything before the items.
    fn write_head(&self, out: &mut String) {
        out.push('{');
        for (name, json) in self.extra.iter() {
            write_string(out, name);
            out.push(':');
            out.push_str(json);
            out.push(',');
        }
        let links = [
            ("@odata.nextLink", &self.next_link),
            ("@odata.deltaLink", &self.delta_link),
        ];
        for (name, link) in links {
            if let Some(link) = link {
                write_string(out, name);
                out.push(':');
                write_string(out, link);
                out.push(',');
            }
        }
        if let Some(count) = self.count {
            out.push_str("\"@odata.count\":");
            out.push_str(&count.to_string());
            out.push(',');
        }
        out.push_str("\"value\":");
    }
}
