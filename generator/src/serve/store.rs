//! What the service was told, in memory and, if wanted, on disk.
//!
//! Comes in: changes. Goes out: records by the path of what they are in and their name there.
//! Invariants: memory holds everything, so that reading never waits for a disk; with a disk, changes that belong together
//! are durable before [`Store::apply`] returns, all of them or none; the records never take more than the limit. What was
//! deleted leaves a record behind, which counts as well. It stays where something would come back without it; where only
//! delta answers need it, it goes after [`MOST_TRACES`] others, or when its room is needed, and [`Store::horizon`] tells.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

use redb::{Database, ReadableTable, TableDefinition};
use serde_json::{Map, Value};

use super::place::Place;

/// By folder and name: a record as [`encoded`].
const RECORDS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("records");
/// By name: what is known of the store as a whole.
const FACTS: TableDefinition<&str, u64> = TableDefinition::new("facts");
/// The fact that is [`Store::horizon`].
const HORIZON: &str = "horizon";
/// The fact that is [`Store::life`].
const LIFE: &str = "life";
/// How many deletions are remembered for delta answers alone.
pub(super) const MOST_TRACES: usize = 10_000;
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

/// A record, and how long it is as [`encoded`].
struct Kept {
    record: Record,
    bytes: usize,
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
    Gone(Trace),
}

/// How long it is remembered that something is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// As long as the store: without the record, it would be there again.
    Lasting,
    /// For the next delta answers.
    Passing,
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
    folders: BTreeMap<String, BTreeMap<String, Kept>>,
    /// What is gone with a [`Trace::Passing`], in the order in which it went: number, folder, name.
    traces: BTreeSet<(u64, String, String)>,
    /// The number of the last change.
    clock: u64,
    horizon: u64,
    life: u64,
    size: usize,
    limit: usize,
    disk: Option<Database>,
}

impl Store {
    /// An empty store in memory that takes no more than so many bytes.
    pub(super) fn in_memory(limit: usize) -> Self {
        Self {
            folders: BTreeMap::new(),
            traces: BTreeSet::new(),
            clock: 0,
            horizon: 0,
            life: fastrand::u64(..),
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
                let mut facts = transaction.open_table(FACTS)?;
                let fact = |name| Ok::<_, DiskError>(facts.get(name)?.map(|it| it.value()));
                store.horizon = fact(HORIZON)?.unwrap_or_default();
                store.life = fact(LIFE)?.unwrap_or(store.life);
                facts.insert(LIFE, store.life)?;
                store.clock = store.horizon;
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

    /// The number that the next change gets.
    pub(super) fn next(&self) -> u64 {
        self.clock + 1
    }

    /// The number of the last deletion that is forgotten: what changed up to it cannot be told completely.
    pub(super) fn horizon(&self) -> u64 {
        self.horizon
    }

    /// Which store this is: numbers of changes mean nothing to another one.
    pub(super) fn life(&self) -> u64 {
        self.life
    }

    /// What is in a folder under a name.
    pub(super) fn get(&self, folder: &str, name: &str) -> Option<&Record> {
        Some(&self.folders.get(folder)?.get(name)?.record)
    }

    /// Everything in a folder, by name.
    pub(super) fn folder(&self, folder: &str) -> impl Iterator<Item = (&String, &Record)> {
        let records = self.folders.get(folder).into_iter().flatten();
        records.map(|(name, kept)| (name, &kept.record))
    }

    /// Makes changes to different places, numbered in their order; what is below a place vanishes with it, if it goes.
    pub(super) fn apply(&mut self, changes: Vec<Change>) -> Result<(), Error> {
        let batch = self.planned(changes)?;
        if let Some(disk) = &self.disk {
            write(disk, &batch).map_err(Error::Disk)?;
        }
        self.clock += batch.written.len() as u64;
        self.horizon = batch.horizon;
        for (folder, name) in batch.removed {
            self.remove(&folder, &name);
        }
        for Written {
            folder,
            name,
            record,
            bytes,
        } in batch.written
        {
            self.put(&folder, &name, record, bytes.len());
        }
        Ok(())
    }

    /// What changes come to, and which deletions have to be forgotten for them.
    fn planned(&self, changes: Vec<Change>) -> Result<Batch, Error> {
        let mut batch = Batch {
            horizon: self.horizon,
            ..Batch::default()
        };
        for (change, changed) in changes.into_iter().zip(self.next()..) {
            let Change {
                folder,
                name,
                content,
                created,
            } = change;
            let record = Record {
                created: created.unwrap_or(FIRST_OWN + changed),
                changed,
                content,
            };
            if let Content::Gone(_) = record.content {
                batch
                    .removed
                    .extend(self.below(&format!("{folder}/{name}")));
            }
            let bytes = encoded(&record);
            batch.written.push(Written {
                folder,
                name,
                record,
                bytes,
            });
        }
        self.make_room(&mut batch)?;
        Ok(batch)
    }

    /// Lets a batch forget the oldest deletions until it fits.
    fn make_room(&self, batch: &mut Batch) -> Result<(), Error> {
        let replaced = batch.written.iter().map(|it| (&it.folder, &it.name));
        let vanished = batch.removed.iter().map(|(folder, name)| (folder, name));
        let freed: usize = replaced
            .chain(vanished)
            .map(|(folder, name)| self.size_of(folder, name))
            .sum();
        let written = batch.written.iter();
        let grown: usize = written
            .clone()
            .map(|it| size(&it.folder, &it.name, it.bytes.len()))
            .sum();
        let left = written
            .filter(|it| it.record.content == Content::Gone(Trace::Passing))
            .count();
        let mut size = (self.size + grown).saturating_sub(freed);
        let mut count = self.traces.len() + left;
        for (changed, folder, name) in &self.traces {
            if size <= self.limit && count <= MOST_TRACES {
                return Ok(());
            }
            let is_freed = batch.written.iter().any(|it| it.is_at(folder, name))
                || batch
                    .removed
                    .iter()
                    .any(|it| (&it.0, &it.1) == (folder, name));
            count -= 1;
            if !is_freed {
                size -= self.size_of(folder, name);
                batch.removed.push((folder.clone(), name.clone()));
                batch.horizon = *changed;
            }
        }
        // What makes the store no larger has to be possible when it is full.
        if size > self.limit && size > self.size {
            return Err(Error::Full { limit: self.limit });
        }
        Ok(())
    }

    /// What the record at an address takes.
    fn size_of(&self, folder: &str, name: &str) -> usize {
        let kept = self.folders.get(folder).and_then(|it| it.get(name));
        kept.map_or(0, |kept| size(folder, name, kept.bytes))
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
        if record.content == Content::Gone(Trace::Passing) {
            let trace = (record.changed, folder.to_owned(), name.to_owned());
            self.traces.insert(trace);
        }
        let records = self.folders.entry(folder.to_owned()).or_default();
        records.insert(name.to_owned(), Kept { record, bytes });
    }

    fn remove(&mut self, folder: &str, name: &str) {
        let Some(records) = self.folders.get_mut(folder) else {
            return;
        };
        if let Some(Kept { record, bytes }) = records.remove(name) {
            self.size -= size(folder, name, bytes);
            if record.content == Content::Gone(Trace::Passing) {
                let trace = (record.changed, folder.to_owned(), name.to_owned());
                self.traces.remove(&trace);
            }
        }
        if records.is_empty() {
            self.folders.remove(folder);
        }
    }
}

/// Changes that are made together.
#[derive(Default)]
struct Batch {
    written: Vec<Written>,
    /// The addresses of what vanishes without a trace.
    removed: Vec<(String, String)>,
    /// [`Store::horizon`] afterwards.
    horizon: u64,
}

/// A record at its new place.
struct Written {
    folder: String,
    name: String,
    record: Record,
    /// The record as [`encoded`].
    bytes: Vec<u8>,
}

impl Written {
    fn is_at(&self, folder: &str, name: &str) -> bool {
        self.folder == folder && self.name == name
    }
}

fn size(folder: &str, name: &str, bytes: usize) -> usize {
    OVERHEAD + folder.len() + 2 * name.len() + 2 * bytes
}

fn write(disk: &Database, batch: &Batch) -> Result<(), DiskError> {
    let transaction = disk.begin_write()?;
    {
        let mut table = transaction.open_table(RECORDS)?;
        for (folder, name) in &batch.removed {
            table.remove((folder.as_str(), name.as_str()))?;
        }
        for it in &batch.written {
            table.insert((it.folder.as_str(), it.name.as_str()), it.bytes.as_slice())?;
        }
        transaction
            .open_table(FACTS)?
            .insert(HORIZON, batch.horizon)?;
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
        Content::Gone(Trace::Lasting) => (b'g', Vec::new()),
        Content::Gone(Trace::Passing) => (b'p', Vec::new()),
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
        b'g' => Content::Gone(Trace::Lasting),
        b'p' => Content::Gone(Trace::Passing),
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

    const GONE: Content = Content::Gone(Trace::Passing);

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
            Content::Gone(Trace::Lasting),
            Content::Gone(Trace::Passing),
        ];
        let mut store = Store::open(folder.path(), 1 << 20).unwrap();
        for (at, content) in contents.iter().enumerate() {
            let change = change("beta/x", &at.to_string(), content.clone());
            store.apply(vec![change]).unwrap();
        }
        drop(store);
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let found: Vec<_> = store
            .folder("beta/x")
            .map(|(_, it)| it.content.clone())
            .collect();
        assert_eq!(found, contents);
        assert_eq!((store.clock(), store.traces.len()), (5, 1));
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
            store
                .apply(vec![change(folder, name, value.clone())])
                .unwrap();
        }
        store.apply(vec![change("x", "1", GONE)]).unwrap();
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
                    .apply(vec![change("x", &at.to_string(), value.clone())])
                    .is_ok()
            })
            .collect();
        assert_eq!(results.iter().filter(|&&is_ok| is_ok).count(), 3);
        assert!(store.size <= 2000);
        let refused = |store: &mut Store, name: &str, content: &Content| {
            store
                .apply(vec![change("x", name, content.clone())])
                .is_err()
        };
        assert!(refused(&mut store, "11", &value));
        assert!(!refused(&mut store, "0", &GONE));
        // The room of a trace is needed more than the trace.
        assert_eq!(store.horizon(), 0);
        assert!(!refused(&mut store, "11", &value));
        assert_eq!(store.horizon(), 4);
        assert!(!refused(&mut store, "1", &Content::Gone(Trace::Lasting)));
        assert!(refused(&mut store, "12", &value));
        assert!(!refused(&mut store, "12", &item(&json!({}))));
    }

    #[test]
    fn changes_are_made_together_or_not_at_all() {
        let mut store = Store::in_memory(1000);
        let large = item(&json!({"text": "x".repeat(500)}));
        let pair = |content| {
            vec![
                change("x", "1", item(&json!({}))),
                change("x", "2", content),
            ]
        };
        store.apply(pair(large)).unwrap_err();
        assert_eq!((store.folder("x").count(), store.clock()), (0, 0));
        store.apply(pair(item(&json!({})))).unwrap();
        let numbers: Vec<_> = store.folder("x").map(|(_, it)| it.changed).collect();
        assert_eq!(numbers, [1, 2]);
    }

    #[test]
    fn traces_are_forgotten_in_their_order() {
        let folder = tempdir().unwrap();
        let mut store = Store::open(folder.path(), 64 << 20).unwrap();
        let names: Vec<_> = (0..MOST_TRACES + 5).map(|at| format!("{at:06}")).collect();
        let gone = |name: &String| change("x", name, GONE);
        store
            .apply(vec![change("x", "kept", Content::Gone(Trace::Lasting))])
            .unwrap();
        store
            .apply(names[..MOST_TRACES].iter().map(gone).collect())
            .unwrap();
        assert_eq!(store.horizon(), 0);
        store
            .apply(names[MOST_TRACES..].iter().map(gone).collect())
            .unwrap();
        let life = store.life();
        drop(store);
        let store = Store::open(folder.path(), 64 << 20).unwrap();
        assert_eq!((store.traces.len(), store.horizon()), (MOST_TRACES, 6));
        assert_eq!(store.life(), life);
        assert!(store.get("x", &names[4]).is_none());
        assert!(store.get("x", &names[5]).is_some() && store.get("x", "kept").is_some());
    }
}
