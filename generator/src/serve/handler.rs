//! What each kind of operation does.
//!
//! Comes in: a [`Call`]: an operation, and the place that it is about. Goes out: an answer with the documented status and
//! a body of the documented type, or what is wrong with the request.

use std::{iter, sync::PoisonError};

use axum::http::HeaderMap;

use super::{
    Service, Version,
    answer::{Answer, Fault},
    collection::Reader,
    condition,
    place::Place,
    query::Query,
    store::{Change, Content, Error, Record, Store},
};
use crate::{
    api::{Operation, OperationKind, Type},
    ir::Method,
};

/// What a request writes, where, and what goes back.
pub(super) struct Written {
    place: Place,
    content: Content,
    /// What becomes of other places with it.
    links: Vec<(Place, Content)>,
    answer: Answer,
}

impl Written {
    /// A change of one place.
    pub(super) fn new(place: Place, content: Content, answer: Answer) -> Self {
        Self {
            place,
            content,
            links: Vec::new(),
            answer,
        }
    }

    /// Adds changes of other places.
    #[must_use]
    pub(super) fn with(self, links: Vec<(Place, Content)>) -> Self {
        Self { links, ..self }
    }
}

/// What of a place a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    /// What the operation says.
    Documented,
    /// How many items it has: `/$count` behind the path of the operation.
    Count,
    /// What it leads to: `/$ref` behind the path of the operation.
    References,
}

/// A request that is a documented operation.
pub(super) struct Call<'c> {
    pub(super) service: &'c Service<'c>,
    pub(super) version: &'c Version<'c>,
    pub(super) operation: &'c Operation,
    pub(super) place: Place,
    pub(super) aspect: Aspect,
    pub(super) query: Query,
    /// Path and query as they came.
    pub(super) target: &'c str,
    pub(super) headers: &'c HeaderMap,
    pub(super) body: &'c [u8],
}

/// Does what the request wants.
pub(super) fn answer(call: &Call<'_>) -> Result<Answer, Fault> {
    match call.aspect {
        Aspect::Count => return call.count(),
        Aspect::References => return call.list_references(),
        Aspect::Documented => {}
    }
    match &call.operation.kind {
        OperationKind::List => call.list(),
        OperationKind::Get if call.is_list() => call.list(),
        OperationKind::Get => call.get(),
        OperationKind::Count => call.count(),
        OperationKind::ListReferences => call.list_references(),
        OperationKind::Delta => call.delta(),
        OperationKind::Download => call.download(),
        OperationKind::Create => call.create(),
        OperationKind::Update => call.update(),
        OperationKind::Upsert | OperationKind::Replace => call.put(),
        OperationKind::Delete => call.delete(),
        OperationKind::AddReference => call.add_reference(),
        OperationKind::RemoveReference => call.remove_reference(),
        OperationKind::Upload => call.upload(),
        OperationKind::Action(_) | OperationKind::Function(_) => call.run(),
    }
}

impl Call<'_> {
    pub(super) fn located(&self, reader: Reader<'_>) -> Result<Place, Fault> {
        reader.located(self.place.clone())
    }

    pub(super) fn item_type(&self, place: &Place) -> Option<Type> {
        self.version.spots.item_type(&place.template())
    }

    pub(super) fn own_type(&self, place: &Place) -> Option<Type> {
        let own = self.version.spots.own_type(&place.template());
        own.or_else(|| self.item_type(&place.parent()).filter(|_| place.is_item()))
    }

    pub(super) fn reader<'s>(&'s self, store: &'s Store) -> Reader<'s> {
        Reader {
            version: self.version,
            store,
            any_id: self.service.options.any_id,
        }
    }

    pub(super) fn read(
        &self,
        work: impl FnOnce(Reader<'_>) -> Result<Answer, Fault>,
    ) -> Result<Answer, Fault> {
        // A store is never half changed: changes are made at the end of a request, one at a time.
        let store = self
            .service
            .store
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        work(self.reader(&store))
    }

    /// Makes the changes that `work` wants before its answer goes out, all of them or none; none if the request names
    /// another state than it finds. That is asked last: a request that makes no sense is told so (RFC 9110, section 13.2.1).
    pub(super) fn write(
        &self,
        work: impl FnOnce(Reader<'_>) -> Result<Written, Fault>,
    ) -> Result<Answer, Fault> {
        let mut store = self
            .service
            .store
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let reader = self.reader(&store);
        let Written {
            place,
            content,
            links,
            answer,
        } = work(reader)?;
        // What is posted is something new, and there is no state of it to name.
        if self.operation.method != Method::Post {
            condition::check(self.headers, reader.current(&place))?;
        }
        let changes = iter::once((place, content)).chain(links);
        let changes = changes.map(|(place, content)| {
            let (folder, name) = place.address();
            Change {
                folder,
                name,
                content,
                created: self.order(&store, &place),
            }
        });
        let changes = changes.collect();
        store
            .apply(changes)
            .map_err(|error| storage_fault(&error))?;
        Ok(answer)
    }

    /// The order that a place has in its collection already.
    pub(super) fn order(&self, store: &Store, place: &Place) -> Option<u64> {
        let reader = self.reader(store);
        match reader.record(place) {
            Some(Record {
                content: Content::Gone(_),
                ..
            }) => None,
            Some(record) => Some(record.created),
            None if place.is_item() => {
                let mut shown = reader.shown_entries(&place.parent()).into_iter();
                let known = shown.find(|entry| entry.key == place.name());
                known.map(|entry| entry.created)
            }
            None => None,
        }
    }
}

fn storage_fault(error: &Error) -> Fault {
    match error {
        Error::Full { .. } => {
            let message = format!(
                "Insufficient storage: {error}. Delete something, or start the service with a larger `--max-storage`."
            );
            Fault::new(507, "InsufficientStorage", message)
        }
        Error::Disk(_) => Fault::new(500, "InternalServerError", format!("{error}.")),
    }
}
