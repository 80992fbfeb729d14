//! Operations that read.
//!
//! Comes in: a [`Call`]. Goes out: what is there, in pages where it is much, and what changed since last time.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    answer::{Answer, Fault},
    collection::{Entry, Reader},
    handler::Call,
    header,
    place::Place,
    query::{MOST_ITEMS, USUAL_ITEMS},
    seed::{self, Object},
    store::Content,
};
use crate::api::ResponseBody;

/// The items of a collection, as JSON.
#[derive(Serialize)]
struct Page {
    #[serde(rename = "@odata.context")]
    context: String,
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink", skip_serializing_if = "Option::is_none")]
    delta_link: Option<String>,
    #[serde(serialize_with = "objects")]
    value: Vec<Object>,
}

fn objects<S: Serializer>(objects: &[Object], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(objects.iter().map(|object| &**object))
}

impl Call<'_> {
    pub(super) fn list(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            let ty = self.item_type(&place);
            let entries = reader.selected(ty.as_ref(), &self.query, reader.entries(&place))?;
            let count = self.query.count.then_some(entries.len());
            let (entries, next) = self.cut(entries)?;
            let views = entries.iter().map(|entry| {
                reader.view(
                    &place.item(&entry.key),
                    ty.as_ref(),
                    &self.query,
                    &entry.object,
                )
            });
            let page = Page {
                context: self.context(&place, ""),
                count,
                next_link: next.map(|skipped| self.link("$skiptoken", &skipped.to_string())),
                delta_link: None,
                value: views.collect::<Result<_, _>>()?,
            };
            Ok(Answer::json(self.status(200), &page))
        })
    }

    /// Whether a page calls it one value, but describes a collection.
    pub(super) fn is_list(&self) -> bool {
        let documented = seed::success(self.operation).map(|response| &response.body);
        matches!(documented, Some(ResponseBody::Collection(_))) && !self.place.is_item()
    }

    /// The items that fit into one answer, and how many to skip next time, if there are more.
    fn cut(&self, entries: Vec<Entry>) -> Result<(Vec<Entry>, Option<usize>), Fault> {
        let skipped = match &self.query.skip_token {
            None => self.query.skip,
            Some(token) => token.parse().map_err(|_| wrong_token("$skiptoken"))?,
        };
        let size = self.page_size();
        let next = skipped.saturating_add(size);
        let next = (next < entries.len()).then_some(next);
        Ok((entries.into_iter().skip(skipped).take(size).collect(), next))
    }

    fn page_size(&self) -> usize {
        let preferred = header(self.headers, "prefer").and_then(|text| {
            let (_, size) = text.split_once("odata.maxpagesize=")?;
            let end = size
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(size.len());
            size[..end].parse::<usize>().ok()
        });
        let wanted = self.query.top.or(preferred);
        wanted.unwrap_or(USUAL_ITEMS).clamp(1, MOST_ITEMS)
    }

    pub(super) fn count(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            let ty = self.item_type(&place);
            let entries = reader.selected(ty.as_ref(), &self.query, reader.entries(&place))?;
            let text = entries.len().to_string();
            Ok(Answer::bytes(self.status(200), "text/plain", text.into()))
        })
    }

    pub(super) fn list_references(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            if !self.version.spots.is_collection(&place.template()) {
                let target = reader.existing(&place).map(|_| reader.target(&place))?;
                return Ok(self.one(200, &place, &reference(self.address(&target))));
            }
            let (entries, next) = self.cut(reader.entries(&place))?;
            let targets = entries
                .iter()
                .map(|entry| reader.target(&place.item(&entry.key)));
            let page = Page {
                context: format!("{}/$metadata#Collection($ref)", self.base()),
                count: None,
                next_link: next.map(|skipped| self.link("$skiptoken", &skipped.to_string())),
                delta_link: None,
                value: targets
                    .map(|target| Arc::new(reference(self.address(&target))))
                    .collect(),
            };
            Ok(Answer::json(self.status(200), &page))
        })
    }

    pub(super) fn get(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            let ty = self.own_type(&place);
            reader.check(ty.as_ref(), &self.query)?;
            // A property with a value of its own: `/users/7/displayName`.
            if !place.is_item() && reader.record(&place).is_none() {
                let value = reader.single(&place);
                let value =
                    value.or_else(|| ty.as_ref().map(|ty| seed::minimal(self.version.api, ty)));
                if let Some(value) = value.filter(|value| !value.is_object()) {
                    let object = Map::from_iter([("value".to_owned(), value)]);
                    return Ok(self.one(200, &place, &object));
                }
            }
            let object = reader.existing(&place)?;
            let view = reader.view(&place, ty.as_ref(), &self.query, &object)?;
            Ok(self.one(200, &place, &view))
        })
    }

    pub(super) fn delta(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            let ty = self.item_type(&place);
            let token = self.delta_token(reader.store.clock())?;
            let mut changes = changes(reader, &place, &token);
            changes.retain(|(key, _)| token.after.as_ref().is_none_or(|after| key > after));
            changes.sort_by(|(one, _), (other, _)| one.cmp(other));
            let size = self.page_size();
            let last = changes
                .get(size.saturating_sub(1))
                .map(|(key, _)| key.clone());
            let next = last.filter(|_| changes.len() > size).map(|key| DeltaToken {
                after: Some(key),
                ..token.clone()
            });
            reader.check(ty.as_ref(), &self.query)?;
            let views = changes.iter().take(size).map(|(key, object)| {
                if object.contains_key("@removed") {
                    return Ok(object.clone());
                }
                reader.view(&place.item(key), ty.as_ref(), &self.query, object)
            });
            let value = views.collect::<Result<_, Fault>>()?;
            let done = DeltaToken {
                since: Some(token.until),
                until: token.until,
                after: None,
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
    fn delta_token(&self, now: u64) -> Result<DeltaToken, Fault> {
        let round = |since| DeltaToken {
            since,
            until: now,
            after: None,
        };
        let read = |text| DeltaToken::read(text, now).ok_or_else(|| wrong_token("delta token"));
        match (&self.query.skip_token, self.query.delta_token.as_deref()) {
            (Some(text), _) => read(text),
            (None, None) => Ok(round(None)),
            (None, Some("latest")) => Ok(round(Some(now))),
            // A round ends where it began, however many pages it takes; the next one begins there.
            (None, Some(text)) => read(text).map(|token| round(token.since)),
        }
    }

    pub(super) fn download(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            match reader.record(&place).map(|record| &record.content) {
                Some(Content::Bytes(media_type, bytes)) => {
                    Ok(Answer::bytes(200, media_type, bytes.to_vec()))
                }
                Some(Content::Gone) => Err(Fault::no_such_resource(place.name())),
                Some(Content::Item(_) | Content::Link(_)) | None => Ok(self.shown_bytes()),
            }
        })
    }

    pub(super) fn shown_bytes(&self) -> Answer {
        let text = seed::shown_text(self.operation).unwrap_or_default();
        let answer = Answer::bytes(self.status(200), "application/octet-stream", text.into());
        if (300..400).contains(&answer.status) {
            return answer.header("location", format!("{}{}", self.origin(), self.target));
        }
        answer
    }
}

/// What a delta request is told, by key: all items at first, then what changed, and what went.
fn changes(reader: Reader<'_>, place: &Place, token: &DeltaToken) -> Vec<(String, Object)> {
    let Some(since) = token.since else {
        let entries = reader.entries(place).into_iter();
        return entries.map(|entry| (entry.key, entry.object)).collect();
    };
    let folder = place.path();
    let records = reader.store.folder(&folder);
    let changed = records.filter(|(_, record)| record.changed > since);
    let told = changed.filter_map(|(key, record)| {
        let object = match record.content {
            Content::Gone => Some(Arc::new(removed(key))),
            Content::Item(_) | Content::Link(_) | Content::Bytes(..) => {
                reader.object(&place.item(key))
            }
        };
        Some((key.clone(), object?))
    });
    told.collect()
}

/// Where a delta begins, where it ends, and which key was the last to be told.
#[derive(Clone, Debug, PartialEq)]
struct DeltaToken {
    /// The last change that the client knows; `None` if it knows nothing.
    since: Option<u64>,
    until: u64,
    after: Option<String>,
}

impl DeltaToken {
    pub(super) fn text(&self) -> String {
        let since = self
            .since
            .map_or_else(String::new, |since| since.to_string());
        let after = self.after.as_deref().unwrap_or_default();
        format!("{since}.{}.{after}", self.until)
    }

    /// Reads what [`Self::text`] writes; nothing from the future.
    pub(super) fn read(text: &str, now: u64) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let since = match parts.next()? {
            "" => None,
            since => Some(since.parse().ok()?),
        };
        let until = parts.next()?.parse().ok().filter(|until| *until <= now)?;
        let after = parts
            .next()
            .filter(|after| !after.is_empty())
            .map(str::to_owned);
        Some(Self {
            since,
            until,
            after,
        })
    }
}

fn reference(address: String) -> Map<String, Value> {
    Map::from_iter([("@odata.id".to_owned(), address.into())])
}

fn removed(key: &str) -> Map<String, Value> {
    let reason = Map::from_iter([("reason".to_owned(), "deleted".into())]);
    Map::from_iter([
        ("id".to_owned(), key.into()),
        ("@removed".to_owned(), reason.into()),
    ])
}

fn wrong_token(name: &str) -> Fault {
    Fault::bad_request(format!("The {name} is none that this service gave out."))
}
