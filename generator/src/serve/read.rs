//! Operations that read.
//!
//! Comes in: a [`Call`]. Goes out: what is there, in pages where it is much.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Map;

use super::{
    answer::{Answer, Fault},
    collection::{ETAG, Entry},
    condition,
    handler::Call,
    header,
    query::{MOST_ITEMS, USUAL_ITEMS},
    seed::{self, Object},
    store::Content,
};
use crate::api::ResponseBody;

/// The items of a collection, as JSON.
#[derive(Serialize)]
pub(super) struct Page {
    #[serde(rename = "@odata.context")]
    pub(super) context: String,
    #[serde(rename = "@odata.count", skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<usize>,
    #[serde(rename = "@odata.nextLink", skip_serializing_if = "Option::is_none")]
    pub(super) next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink", skip_serializing_if = "Option::is_none")]
    pub(super) delta_link: Option<String>,
    pub(super) value: Vec<Listed>,
}

/// An item of a page.
pub(super) struct Listed {
    /// The number of its last change, if it is an entity.
    pub(super) revision: Option<u64>,
    pub(super) object: Object,
}

impl Listed {
    /// What is no entity.
    pub(super) fn plain(object: Object) -> Self {
        Self {
            revision: None,
            object,
        }
    }
}

impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = self.object.len() + usize::from(self.revision.is_some());
        let mut map = serializer.serialize_map(Some(length))?;
        if let Some(revision) = self.revision {
            map.serialize_entry(ETAG, &condition::tag(revision))?;
        }
        for (name, value) in &*self.object {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Call<'_> {
    pub(super) fn list(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            let ty = self.item_type(&place);
            let entries = reader.selected(ty.as_ref(), &self.query, reader.entries(&place))?;
            let count = self.query.count.then_some(entries.len());
            let (entries, next) = self.cut(entries)?;
            let is_entity = reader.is_entity(ty.as_ref());
            let views = entries.iter().map(|entry| {
                let item = place.item(&entry.key);
                Ok(Listed {
                    revision: is_entity.then_some(entry.revision),
                    object: reader.view(&item, ty.as_ref(), &self.query, &entry.object)?,
                })
            });
            let page = Page {
                context: self.context(&place, ""),
                count,
                next_link: next.map(|skipped| self.link("$skiptoken", &skipped.to_string())),
                delta_link: None,
                value: views.collect::<Result<_, Fault>>()?,
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

    pub(super) fn page_size(&self) -> usize {
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
                return Ok(self.referred(&target));
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
                    .map(|target| Listed::plain(Arc::new(self.reference(&target))))
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
            let revision = reader.revision(&place);
            if let Some(answer) = condition::unchanged(self.headers, revision)? {
                return Ok(answer);
            }
            let view = reader.view(&place, ty.as_ref(), &self.query, &object)?;
            let answer = self.entity(200, &place, ty.as_ref(), revision, &view);
            Ok(answer.header("etag", condition::tag(revision)))
        })
    }

    pub(super) fn download(&self) -> Result<Answer, Fault> {
        self.read(|reader| {
            let place = self.located(reader)?;
            match reader.record(&place).map(|record| &record.content) {
                Some(Content::Bytes(media_type, bytes)) => {
                    let revision = reader.revision(&place);
                    if let Some(answer) = condition::unchanged(self.headers, revision)? {
                        return Ok(answer);
                    }
                    let answer = Answer::bytes(200, media_type, bytes.to_vec());
                    Ok(answer.header("etag", condition::tag(revision)))
                }
                Some(Content::Gone(_)) => Err(Fault::no_such_resource(place.name())),
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

pub(super) fn wrong_token(name: &str) -> Fault {
    Fault::bad_request(format!("The {name} is none that this service gave out."))
}
