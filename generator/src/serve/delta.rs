//! What changed since a client last asked (`delta`).
//!
//! Comes in: a [`Call`] with a token, or with none. Goes out: all items, or what became of those that changed, and the token
//! for next time.
//! Invariants: a round ends where it began, however many pages it takes. A token is good for the store that gave it out, as
//! long as that remembers everything that went since: the last [`MOST_TRACES`] deletions, fewer if their room was needed.
//! Otherwise the answer is 410, and the client begins anew, rather than to miss something.
//!
//! [`MOST_TRACES`]: super::store::MOST_TRACES

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    answer::{Answer, Fault},
    collection::Reader,
    handler::Call,
    place::Place,
    read::{Listed, Page, wrong_token},
    seed::{self, Object},
    store::Content,
};

impl Call<'_> {
    pub(super) fn delta(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            let ty = self.item_type(&place);
            let token = self.delta_token(reader, &place)?;
            let mut told = told(reader, &place, &token);
            told.retain(|it| token.after.as_ref().is_none_or(|after| it.key > *after));
            told.sort_by(|one, other| one.key.cmp(&other.key));
            let size = self.page_size();
            let last = told.get(size.saturating_sub(1)).map(|it| it.key.clone());
            let next = last.filter(|_| told.len() > size).map(|key| DeltaToken {
                after: Some(key),
                ..token.clone()
            });
            reader.check(ty.as_ref(), &self.query)?;
            let is_entity = reader.is_entity(ty.as_ref());
            let views = told.iter().take(size).map(|Told { key, state }| {
                let Some((revision, object)) = state else {
                    return Ok(Listed::plain(Arc::new(removed(key))));
                };
                let view = reader.view(&place.item(key), ty.as_ref(), &self.query, object)?;
                Ok(Listed {
                    revision: is_entity.then_some(*revision),
                    object: view,
                })
            });
            let value = views.collect::<Result<_, Fault>>()?;
            let done = DeltaToken {
                since: Some(token.until),
                after: None,
                ..token
            };
            let page = Page {
                context: self.context(&place, ""),
                count: None,
                delta_link: next
                    .is_none()
                    .then(|| self.link("$deltatoken", &done.text())),
                next_link: next.map(|next| self.link("$skiptoken", &next.text())),
                value,
            };
            Ok(Answer::json(self.status(200), &page))
        })
    }

    /// From where to where a delta request asks.
    fn delta_token(&self, reader: Reader<'_>, place: &Place) -> Result<DeltaToken, Fault> {
        let store = reader.store;
        let round = |since| DeltaToken {
            life: store.life(),
            since,
            until: store.clock(),
            after: None,
        };
        let read = |text| {
            let token = DeltaToken::read(text).ok_or_else(|| wrong_token("delta token"))?;
            // A token of the future is one of a store whose last changes were lost.
            if token.life != store.life() || token.until > store.clock() {
                let message = "The sync state generation is not found: this service did not give out the token.";
                return Err(self.anew("syncStateNotFound", message));
            }
            let oldest = store.horizon().max(reader.began(place));
            if token.since.is_some_and(|since| since < oldest) {
                let message = "The token is too old: more was deleted since than is remembered.";
                return Err(self.anew("resyncRequired", message));
            }
            Ok(token)
        };
        match (&self.query.skip_token, self.query.delta_token.as_deref()) {
            (Some(text), _) => read(text),
            (None, None | Some("")) => Ok(round(None)),
            (None, Some("latest")) => Ok(round(Some(store.clock()))),
            // A round ends where it began, however many pages it takes; the next one begins there.
            (None, Some(text)) => read(text).map(|token| round(token.since)),
        }
    }

    /// Tells a client to begin anew, and where.
    fn anew(&self, code: &'static str, message: &str) -> Fault {
        Fault::new(410, code, message).header("location", self.link("$deltatoken", ""))
    }
}

/// What became of an item.
struct Told {
    key: String,
    /// The number of its last change, and what it is; nothing if it went.
    state: Option<(u64, Object)>,
}

/// What a delta request is told: all items at first, then what changed, and what went.
fn told(reader: Reader<'_>, place: &Place, token: &DeltaToken) -> Vec<Told> {
    let Some(since) = token.since else {
        let entries = reader.entries(place).into_iter();
        let told = entries.map(|entry| Told {
            key: entry.key,
            state: Some((entry.revision, entry.object)),
        });
        return told.collect();
    };
    let folder = place.path();
    let records = reader.store.folder(&folder);
    let changed = records.filter(|(_, record)| record.changed > since);
    let told = changed.filter_map(|(key, record)| {
        let state = match record.content {
            Content::Gone(_) => None,
            Content::Item(_) | Content::Link(_) | Content::Bytes(..) => {
                let item = place.item(key);
                Some((reader.revision(&item), reader.object(&item)?))
            }
        };
        Some(Told {
            key: key.clone(),
            state,
        })
    });
    told.collect()
}

/// Where a delta begins, where it ends, and which key was the last to be told.
#[derive(Clone, Debug, PartialEq)]
struct DeltaToken {
    /// The store that counts the changes.
    life: u64,
    /// The last change that the client knows; `None` if it knows nothing.
    since: Option<u64>,
    until: u64,
    after: Option<String>,
}

impl DeltaToken {
    /// With a sum in front, by which a damaged token is told from one that means something else.
    fn text(&self) -> String {
        let Self { life, until, .. } = self;
        let since = self
            .since
            .map_or_else(String::new, |since| since.to_string());
        let after = self.after.as_deref().unwrap_or_default();
        let text = format!("{life:x}.{since}.{until}.{after}");
        format!("{}.{text}", sum(&text))
    }

    /// Reads what [`Self::text`] writes.
    fn read(text: &str) -> Option<Self> {
        let (written, text) = text.split_once('.')?;
        if written != sum(text) {
            return None;
        }
        let mut parts = text.splitn(4, '.');
        let life = u64::from_str_radix(parts.next()?, 16).ok()?;
        let since = match parts.next()? {
            "" => None,
            since => Some(since.parse().ok()?),
        };
        let until = parts.next()?.parse().ok()?;
        let after = parts
            .next()
            .filter(|after| !after.is_empty())
            .map(str::to_owned);
        Some(Self {
            life,
            since,
            until,
            after,
        })
    }
}

fn sum(text: &str) -> String {
    let number = seed::fingerprint(text);
    format!("{:08x}", (number ^ number >> 32) as u32)
}

fn removed(key: &str) -> Map<String, Value> {
    let reason = Map::from_iter([("reason".to_owned(), "deleted".into())]);
    Map::from_iter([
        ("id".to_owned(), key.into()),
        ("@removed".to_owned(), reason.into()),
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn tokens_are_read_as_written(life: u64, since: Option<u64>, until: u64, after in "[a-z.é]{0,5}") {
            let after = Some(after).filter(|after| !after.is_empty());
            let token = DeltaToken { life, since, until, after };
            prop_assert_eq!(DeltaToken::read(&token.text()), Some(token));
        }

        #[test]
        fn damaged_tokens_are_none(text in ".{0,20}|[0-9a-f]{8}[.][0-9a-f]{4}[.][0-9]{0,3}[.][0-9]{1,3}[.]") {
            prop_assert_eq!(DeltaToken::read(&text), None);
        }
    }
}
