//! What the service was told, in memory and, if wanted, on disk.
//!
//! Comes in: changes. Goes out: records by the path of what they are in and their name there.
//! Invariants: memory holds everything, so that reading never waits for a disk; with a disk, a change is durable before
//! [`Store::apply`] returns, all of it or nothing; the records never take more than the limit. What was deleted leaves a
//! record behind, which counts as well: delta answers tell it, and what an example shows must not come back.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use redb::{Database, ReadableTable, TableDefinition};
use serde_json::{Map, Value};

use super::place::Place;

/// By folder and name: a record as [`encoded`].
const RECORDS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("records");
/// What a record takes beside its texts, about.
const OVERHEAD: usize = 160;

/// Something at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) content: Content,
    /// The order within a collection; what an example shows comes before everything else.
    pub(super) created: u64,
    /// When it last changed; all changes of a store have different numbers.
    pub(super) changed: u64,
}

/// What is at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// An entity, or another object.
    Item(Arc<Map<String, Value>>),
    /// A reference to an item elsewhere.
    Link(Place),
    /// Bytes of a media type.
    Bytes(String, Arc<[u8]>),
    /// Nothing anymore.
    Gone,
}

/// What becomes of a place.
pub(super) struct Change {
    pub(super) folder: String,
    pub(super) name: String,
    pub(super) content: Content,
    /// Its order, if an example or an earlier record gives it one.
    pub(super) created: Option<u64>,
}

/// Why a disk does not do as it is told, one of five types.
type DiskError = Box<dyn std::error::Error + Send + Sync>;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("everything that is stored may take {limit} bytes, and this would be more")]
    Full { limit: usize },
    #[error("the change cannot be written to disk: {0}")]
    Disk(DiskError),
}

/// The lowest [`Record::created`] of what no example shows.
pub(super) const FIRST_OWN: u64 = 1 << 32;

/// All records.
pub(super) struct Store {
    folders: BTreeMap<String, BTreeMap<String, Record>>,
    /// The number of the last change.
    clock: u64,
    size: usize,
    limit: usize,
    disk: Option<Database>,
}

impl Store {
    /// An empty store in memory that takes no more than so many bytes.
    pub(super) fn in_memory(limit: usize) -> Self {
        Self {
            folders: BTreeMap::new(),
            clock: 0,
            size: 0,
            limit,
            disk: None,
        }
    }

    /// A store that is kept in a folder, with everything that is there already.
    pub(super) fn open(folder: &Path, limit: usize) -> Result<Self, String> {
        let shown = folder.display();
        fs::create_dir_all(folder).map_err(|error| format!("`{shown}`: {error}"))?;
        let file = folder.join("state.redb");
        let load = || -> Result<Self, DiskError> {
            let disk = Database::create(&file)?;
            let mut store = Self::in_memory(limit);
            let transaction = disk.begin_write()?;
            {
                let table = transaction.open_table(RECORDS)?;
                for entry in table.iter()? {
                    let (address, bytes) = entry?;
                    let (folder, name) = address.value();
                    if let Some(record) = decoded(bytes.value()) {
                        store.clock = store.clock.max(record.changed);
                        store.put(folder, name, record, bytes.value().len());
                    }
                }
            }
            transaction.commit()?;
            store.disk = Some(disk);
            Ok(store)
        };
        load().map_err(|error| format!("`{}`: {error}", file.display()))
    }

    /// Whether changes wait for a disk.
    pub(super) fn is_durable(&self) -> bool {
        self.disk.is_some()
    }

    /// The number of the last change.
    pub(super) fn clock(&self) -> u64 {
        self.clock
    }

    /// What is in a folder under a name.
    pub(super) fn get(&self, folder: &str, name: &str) -> Option<&Record> {
        self.folders.get(folder)?.get(name)
    }

    /// Everything in a folder, by name.
    pub(super) fn folder(&self, folder: &str) -> impl Iterator<Item = (&String, &Record)> {
        self.folders.get(folder).into_iter().flatten()
    }

    /// Makes a change; what is below the place vanishes with it, if it goes.
    pub(super) fn apply(&mut self, change: Change) -> Result<(), Error> {
        let Change {
            folder,
            name,
            content,
            created,
        } = change;
        let changed = self.clock + 1;
        let record = Record {
            created: created.unwrap_or(FIRST_OWN + changed),
            changed,
            content,
        };
        let bytes = encoded(&record);
        let is_gone = record.content == Content::Gone;
        let below = if is_gone {
            self.below(&format!("{folder}/{name}"))
        } else {
            Vec::new()
        };
        let growth = size(&folder, &name, bytes.len());
        // Deleting has to be possible when the store is full.
        if !is_gone && self.size + growth > self.limit {
            return Err(Error::Full { limit: self.limit });
        }
        if let Some(disk) = &self.disk {
            write(disk, (&folder, &name), &bytes, &below).map_err(Error::Disk)?;
        }
        self.clock = changed;
        for (folder, name) in below {
            self.remove(&folder, &name);
        }
        self.put(&folder, &name, record, bytes.len());
        Ok(())
    }

    /// The addresses of everything below a path.
    fn below(&self, path: &str) -> Vec<(String, String)> {
        let start = path.to_owned();
        let folders = self.folders.range(start..);
        let folders = folders.take_while(|(folder, _)| folder.starts_with(path));
        let is_below =
            |folder: &str| folder.len() == path.len() || folder[path.len()..].starts_with('/');
        folders
            .filter(|(folder, _)| is_below(folder))
            .flat_map(|(folder, records)| {
                let names = records.keys();
                names.map(|name| (folder.clone(), name.clone()))
            })
            .collect()
    }

    fn put(&mut self, folder: &str, name: &str, record: Record, bytes: usize) {
        self.remove(folder, name);
        self.size += size(folder, name, bytes);
        let records = self.folders.entry(folder.to_owned()).or_default();
        records.insert(name.to_owned(), record);
    }

    fn remove(&mut self, folder: &str, name: &str) {
        let Some(records) = self.folders.get_mut(folder) else {
            return;
        };
        if let Some(record) = records.remove(name) {
            self.size -= size(folder, name, encoded(&record).len());
        }
        if records.is_empty() {
            self.folders.remove(folder);
        }
    }
}

fn size(folder: &str, name: &str, bytes: usize) -> usize {
    OVERHEAD + folder.len() + 2 * name.len() + 2 * bytes
}

fn write(
    disk: &Database,
    (folder, name): (&str, &str),
    bytes: &[u8],
    below: &[(String, String)],
) -> Result<(), DiskError> {
    let transaction = disk.begin_write()?;
    {
        let mut table = transaction.open_table(RECORDS)?;
        for (folder, name) in below {
            table.remove((folder.as_str(), name.as_str()))?;
        }
        table.insert((folder, name), bytes)?;
    }
    transaction.commit()?;
    Ok(())
}

/// A letter for the kind, two numbers of eight bytes, and the rest as the kind wants it.
fn encoded(record: &Record) -> Vec<u8> {
    // Only maps with keys that are no texts could fail to be JSON, and there are none.
    let (kind, rest) = match &record.content {
        Content::Item(item) => (b'i', serde_json::to_vec(&**item).unwrap_or_default()),
        Content::Link(place) => (b'l', serde_json::to_vec(place).unwrap_or_default()),
        Content::Bytes(media_type, bytes) => (b'b', [media_type.as_bytes(), b"\n", bytes].concat()),
        Content::Gone => (b'g', Vec::new()),
    };
    let mut bytes = vec![kind];
    bytes.extend(record.created.to_be_bytes());
    bytes.extend(record.changed.to_be_bytes());
    bytes.extend(rest);
    bytes
}

/// The record that bytes stand for; `None` if they are not from [`encoded`].
fn decoded(bytes: &[u8]) -> Option<Record> {
    let (kind, rest) = bytes.split_first()?;
    let (created, rest) = rest.split_first_chunk()?;
    let (changed, rest) = rest.split_first_chunk()?;
    let content = match kind {
        b'i' => Content::Item(Arc::new(serde_json::from_slice(rest).ok()?)),
        b'l' => Content::Link(serde_json::from_slice(rest).ok()?),
        b'b' => {
            let end = rest.iter().position(|&byte| byte == b'\n')?;
            let media_type = String::from_utf8(rest[..end].to_vec()).ok()?;
            Content::Bytes(media_type, rest[end + 1..].into())
        }
        b'g' => Content::Gone,
        _ => return None,
    };
    Some(Record {
        content,
        created: u64::from_be_bytes(*created),
        changed: u64::from_be_bytes(*changed),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::tempdir;

    use super::*;

    fn change(folder: &str, name: &str, content: Content) -> Change {
        Change {
            folder: folder.to_owned(),
            name: name.to_owned(),
            content,
            created: None,
        }
    }

    fn item(value: &Value) -> Content {
        Content::Item(Arc::new(value.as_object().unwrap().clone()))
    }

    #[test]
    fn a_store_is_found_again() {
        let folder = tempdir().unwrap();
        let place = Place {
            version: "beta".to_owned(),
            steps: Vec::new(),
        };
        let contents = [
            item(&json!({"id": "1", "b": [null, 1.5], "a": "é"})),
            Content::Link(place),
            Content::Bytes("image/png".to_owned(), [0, 10, 255][..].into()),
            Content::Gone,
        ];
        let mut store = Store::open(folder.path(), 1 << 20).unwrap();
        for (at, content) in contents.iter().enumerate() {
            let change = change("beta/x", &at.to_string(), content.clone());
            store.apply(change).unwrap();
        }
        drop(store);
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let found: Vec<_> = store
            .folder("beta/x")
            .map(|(_, it)| it.content.clone())
            .collect();
        assert_eq!(found, contents);
        assert_eq!(store.clock(), 4);
    }

    #[test]
    fn what_is_below_goes_too() {
        let mut store = Store::in_memory(1 << 20);
        let value = item(&json!({}));
        for (folder, name) in [
            ("x", "1"),
            ("x/1", "a"),
            ("x/1/b", "c"),
            ("x/10", "a"),
            ("x/1-", "a"),
        ] {
            store.apply(change(folder, name, value.clone())).unwrap();
        }
        store.apply(change("x", "1", Content::Gone)).unwrap();
        let left: Vec<_> = store.folders.keys().map(String::as_str).collect();
        assert_eq!(left, ["x", "x/1-", "x/10"]);
    }

    #[test]
    fn no_more_is_kept_than_allowed() {
        let mut store = Store::in_memory(2000);
        let value = item(&json!({"text": "x".repeat(200)}));
        let results: Vec<_> = (0..10)
            .map(|at| {
                store
                    .apply(change("x", &at.to_string(), value.clone()))
                    .is_ok()
            })
            .collect();
        assert_eq!(results.iter().filter(|&&is_ok| is_ok).count(), 3);
        assert!(store.size <= 2000);
        store.apply(change("x", "0", Content::Gone)).unwrap();
        store.apply(change("x", "11", value)).unwrap_err();
        store.apply(change("x", "1", Content::Gone)).unwrap();
        store.apply(change("x", "12", item(&json!({})))).unwrap();
    }
}
