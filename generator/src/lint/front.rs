//! The entries of front matter with their places.
//!
//! Comes in: the lines between the `---` lines at the top of a page. Goes out: keys and values as they stand there. What they
//! mean, [`crate::front_matter`] reads.

use crate::{sections::Page, span::ByteRange};

/// An entry that begins on a line of its own.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The key.
    pub key: ByteRange,
    /// What stands behind the colon, trimmed, with its quotes.
    pub value: ByteRange,
}

impl Entry {
    /// The value without quotes.
    pub fn word<'p>(&self, page: &'p Page) -> &'p str {
        page.str(self.value).trim_matches(['"', '\'']).trim()
    }
}

/// The lines of the front matter; none where there is no front matter.
pub fn lines(page: &Page) -> impl Iterator<Item = ByteRange> + '_ {
    let range = page.front_matter.unwrap_or_default();
    let mut at = range.start as usize;
    page.str(range).split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        ByteRange::new(start, start + line.trim_end().len())
    })
}

/// The entries of the front matter; those of nested mappings and items of lists are no entries.
pub fn entries(page: &Page) -> impl Iterator<Item = Entry> + '_ {
    lines(page).filter_map(|line| entry(page, line))
}

/// The entry with a key.
pub fn find(page: &Page, key: &str) -> Option<Entry> {
    entries(page).find(|entry| page.str(entry.key) == key)
}

/// The entry on a line.
pub fn entry(page: &Page, line: ByteRange) -> Option<Entry> {
    let (key, value) = page.str(line).split_once(':')?;
    let is_key = !key.is_empty() && !key.starts_with([' ', '\t', '-', '#', '"', '\'']);
    let start = line.start as usize;
    let behind = start + key.len() + 1;
    is_key.then(|| Entry {
        key: ByteRange::new(start, start + key.trim_end().len()),
        value: ByteRange::new(behind, behind + value.len()).trim(&page.text),
    })
}
