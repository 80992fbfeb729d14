//! What changed since: delta functions, which end with a link to ask again.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures::Stream;

use super::{
    Extra, Json, Page, Pager, Request,
    json::{Malformed, Reader, write_string},
    pager::pager,
};

/// An item of a delta function.
#[derive(Clone, Debug, PartialEq)]
pub enum Change<T> {
    /// The item is new, or members of it have changed; the others may be missing.
    Changed(T),
    /// The item is gone.
    Removed(Removed),
}

/// An item that is gone (`@removed`).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Removed {
    /// Its id.
    pub id: String,
    /// `changed` if it may be restored, `deleted` if not; other words may come.
    pub reason: Option<String>,
    /// What else the service says about it.
    pub extra: Extra,
}

impl<T: Json> Json for Change<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut is_removed = false;
        let mut ahead = reader.clone();
        // What is no object is left to `T`.
        let _ = ahead.members(&mut |reader, name| {
            is_removed |= name == "@removed";
            reader.raw().map(drop)
        });
        if !is_removed {
            return T::read(reader).map(Self::Changed);
        }
        let mut extra = Extra::read(reader)?;
        let removed = Removed {
            id: extra.get("id").unwrap_or_default(),
            reason: extra
                .get::<Extra>("@removed")
                .and_then(|removed| removed.get("reason")),
            extra: {
                extra.remove("id");
                extra.remove("@removed");
                extra
            },
        };
        Ok(Self::Removed(removed))
    }

    fn write(&mut self, out: &mut String) {
        match self {
            Self::Changed(item) => item.write(out),
            Self::Removed(removed) => {
                out.push_str("{\"id\":");
                write_string(out, &removed.id);
                out.push_str(",\"@removed\":{");
                if let Some(reason) = &removed.reason {
                    out.push_str("\"reason\":");
                    write_string(out, reason);
                }
                out.push('}');
                for (name, json) in removed.extra.iter() {
                    out.push(',');
                    write_string(out, name);
                    out.push(':');
                    out.push_str(json);
                }
                out.push('}');
            }
        }
    }
}

/// Where a pager leaves the delta link that it finds.
pub(crate) type DeltaLink = Arc<Mutex<Option<String>>>;

/// A stream of changes. When it has ended, [`delta_link`](Self::delta_link) says where to ask for the next ones.
#[must_use = "streams do nothing unless they are polled"]
pub struct DeltaPager<T: Json + Send + 'static> {
    pager: Pin<Box<Pager<Change<T>>>>,
    link: DeltaLink,
    is_at_end: bool,
}

impl<T: Json + Send + 'static> Request<Page<T>> {
    /// Reads all changes that a delta function knows of: at first, every item there is.
    ///
    /// ```ignore
    /// let mut changes = client.users().delta().into_delta();
    /// while let Some(change) = changes.try_next().await? {
    ///     match change {
    ///         Change::Changed(user) => store(user),
    ///         Change::Removed(removed) => forget(&removed.id),
    ///     }
    /// }
    /// save(changes.delta_link());
    /// ```
    pub fn into_delta(self) -> DeltaPager<T> {
        let link = DeltaLink::default();
        DeltaPager {
            pager: Box::pin(pager(self.draft, None, link.clone())),
            link,
            is_at_end: false,
        }
    }

    /// Reads what has changed since a [`delta_link`](DeltaPager::delta_link) was given. The link holds the whole query;
    /// what this request adds is its headers. If the link is too old, the error has status 410: begin anew.
    pub fn into_delta_at(self, delta_link: &str) -> DeltaPager<T> {
        Self::from_draft(self.draft.at(delta_link)).into_delta()
    }
}

impl<T: Json + Send + 'static> DeltaPager<T> {
    /// Where to ask for later changes. `None` until the stream has ended: with what is not read yet, changes would be
    /// lost.
    pub fn delta_link(&self) -> Option<String> {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        link.clone().filter(|_| self.is_at_end)
    }
}

impl<T: Json + Send + 'static> Stream for DeltaPager<T> {
    type Item = azure_core::Result<Change<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.pager.as_mut().poll_next(context);
        self.is_at_end |= matches!(polled, Poll::Ready(None));
        polled
    }
}

impl<T: Json + Send + 'static> fmt::Debug for DeltaPager<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaPager").finish_non_exhaustive()
    }
}
