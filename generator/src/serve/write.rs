//! Operations that write, and calls of actions and functions.
//!
//! Comes in: a [`Call`]. Goes out: what becomes of which place, and the answer that says so.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{
    answer::{Answer, Fault, new_guid, now},
    collection::Reader,
    handler::{Call, Written},
    header,
    place::{self, Place},
    seed::{self, Object},
    store::Content,
};
use crate::{
    api::{ItemType, OperationKind, RequestBody, Type, TypeId},
    ir::{Method, Primitive},
};

/// Properties that the service sets when an item is created, and whether it sets them again when it changes.
const CLOCKS: [(&str, Moment); 3] = [
    ("createdDateTime", Moment::Creation),
    ("lastModifiedDateTime", Moment::Change),
    ("modifiedDateTime", Moment::Change),
];

/// When the service writes down the time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Creation,
    Change,
}

impl Call<'_> {
    pub(super) fn create(&self) -> Result<Answer, Fault> {
        if matches!(self.operation.page.body, Some(RequestBody::Stream { .. })) {
            return self.upload();
        }
        if matches!(self.operation.page.body, Some(RequestBody::Reference)) {
            return self.add_reference();
        }
        let object = self.object()?;
        let ty = self.body_type();
        self.write(|reader| {
            let place = self.located(reader)?;
            let ty = ty.or_else(|| self.item_type(&place));
            let (item, object) = self.new_item(reader, &place, ty.as_ref(), object)?;
            let answer = self
                .stored(201, &item, ty.as_ref(), &object)
                .header("location", self.address(&item));
            Ok((item, Content::Item(object), answer))
        })
    }

    /// A new item of a collection, with a key and everything that it may not be without.
    fn new_item(
        &self,
        reader: Reader<'_>,
        place: &Place,
        ty: Option<&Type>,
        mut object: Map<String, Value>,
    ) -> Result<(Place, Object), Fault> {
        let api = self.version.api;
        let key_name = ty.map_or("id", |ty| seed::key_name(api, ty));
        let given = object
            .get(key_name)
            .and_then(Value::as_str)
            .filter(|key| !key.is_empty());
        let key = given.map_or_else(new_guid, str::to_owned);
        let item = place.item(&key);
        if reader.object(&item).is_some() {
            let message = format!(
                "Another object with the value '{key}' for property {key_name} already exists."
            );
            return Err(Fault::new(409, "Conflict", message));
        }
        object.shift_remove(key_name);
        let rest = std::mem::take(&mut object);
        object.insert(key_name.to_owned(), key.into());
        object.extend(rest);
        if let Some(id) = ty.and_then(|ty| reader.actual_type(ty, &object)) {
            self.set_clocks(id, &mut object, Moment::Creation);
            seed::complete(api, id, &mut object);
        }
        Ok((item, Arc::new(object)))
    }

    fn set_clocks(&self, id: TypeId, object: &mut Map<String, Value>, moment: Moment) {
        let has = |name: &str| {
            let mut lineage = self.version.api.lineage(id);
            let ty = ItemType::Primitive(Primitive::DateTimeOffset);
            lineage.any(|it| {
                it.members
                    .iter()
                    .any(|it| it.name == name && it.ty.item == ty)
            })
        };
        let now = now();
        for (name, when) in CLOCKS {
            let is_set = moment == Moment::Creation && object.contains_key(name);
            if (when == moment || moment == Moment::Creation) && !is_set && has(name) {
                object.insert(name.to_owned(), now.as_str().into());
            }
        }
    }

    pub(super) fn update(&self) -> Result<Answer, Fault> {
        let changes = self.object()?;
        self.write(|reader| {
            let place = self.updated_place(self.located(reader)?, &changes)?;
            let before = reader.existing(&place)?;
            Ok(self.replaced(reader, &place, Map::clone(&before), changes, 200))
        })
    }

    /// What an update is about. A path to a collection means the item whose key is in the body.
    fn updated_place(&self, place: Place, changes: &Map<String, Value>) -> Result<Place, Fault> {
        let spots = &self.version.spots;
        let parent = if place.is_item() {
            place.parent()
        } else {
            place.clone()
        };
        let ty = spots.item_type(&parent.template());
        let key_name = ty
            .as_ref()
            .map_or("id", |ty| seed::key_name(self.version.api, ty));
        let key = changes.get(key_name).and_then(Value::as_str);
        let is_collection = spots.is_collection(&place.template());
        match key {
            Some(key) if place.is_item() && key != place.name() => {
                let message = format!(
                    "The body has the {key_name} '{key}', the path has '{}'; leave it out of the body.",
                    place.name()
                );
                Err(Fault::bad_request(message))
            }
            // Whether one or many are there, the documents do not always say; who names an item means one of many.
            Some(key) if !place.is_item() && (is_collection || self.seems_collection()) => {
                Ok(place.item(key))
            }
            None if !place.is_item() && (is_collection || self.seems_collection()) => {
                let message = format!(
                    "'{}' is a collection; name the item to update with `{key_name}` in the body.",
                    place.name()
                );
                Err(Fault::bad_request(message))
            }
            Some(_) | None => Ok(place),
        }
    }

    /// Whether a page lists the key among what a body has, as it does where its path has none.
    fn seems_collection(&self) -> bool {
        let last_is_selected = place::selected_type(self.operation);
        let lists_key = matches!(&self.operation.page.body, Some(RequestBody::Object { members, .. })
            if members.iter().any(|member| member.name == "id"));
        lists_key && last_is_selected.is_none_or(|ty| ty.collection) && self.place.steps.len() > 1
    }

    pub(super) fn put(&self) -> Result<Answer, Fault> {
        let object = self.object()?;
        self.write(|reader| {
            let place = self.located(reader)?;
            let before = reader.object(&place);
            let is_new = before.is_none() && place.is_item();
            let replaces = self.operation.kind == OperationKind::Replace;
            let mut base = match before {
                Some(before) if !replaces => Map::clone(&before),
                Some(_) | None => Map::new(),
            };
            let ty = self.body_type().or_else(|| self.own_type(&place));
            if place.is_item() {
                let key_name = ty
                    .as_ref()
                    .map_or("id", |ty| seed::key_name(self.version.api, ty));
                base.insert(key_name.to_owned(), place.name().into());
            }
            if let Some(id) = ty
                .and_then(|ty| reader.actual_type(&ty, &object))
                .filter(|_| is_new || replaces)
            {
                self.set_clocks(id, &mut base, Moment::Creation);
                seed::complete(self.version.api, id, &mut base);
            }
            let usual = if is_new { 201 } else { 200 };
            Ok(self.replaced(reader, &place, base, object, usual))
        })
    }

    /// The change from one state of an object to the next, and the answer to it.
    fn replaced(
        &self,
        reader: Reader<'_>,
        place: &Place,
        mut object: Map<String, Value>,
        changes: Map<String, Value>,
        usual: u16,
    ) -> Written {
        merge(&mut object, changes);
        let ty = self.body_type().or_else(|| self.own_type(place));
        if let Some(id) = ty.as_ref().and_then(|ty| reader.actual_type(ty, &object)) {
            self.set_clocks(id, &mut object, Moment::Change);
        }
        let object = Arc::new(object);
        let answer = self.stored(usual, place, ty.as_ref(), &object);
        (reader.target(place), Content::Item(object), answer)
    }

    pub(super) fn delete(&self) -> Result<Answer, Fault> {
        self.write(|reader| {
            let place = self.located(reader)?;
            reader.existing(&place)?;
            Ok((place, Content::Gone, self.without_value(204)))
        })
    }

    pub(super) fn add_reference(&self) -> Result<Answer, Fault> {
        let body = self.json()?;
        let Value::Object(object) = body else {
            return Err(Fault::bad_request("The body is no JSON object."));
        };
        let address = object
            .get("@odata.id")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let documented = matches!(self.operation.page.body, Some(RequestBody::Object { .. }));
        if address.is_none() && documented {
            // Some pages give the item itself where others give its address.
            self.check_object(&object)?;
        } else if address.is_none() {
            let message = "The body has to be `{\"@odata.id\": \"ADDRESS\"}` with the address of the item to refer to.";
            return Err(Fault::bad_request(message));
        }
        self.write(|reader| {
            let place = self.located(reader)?;
            let ty = self.body_type().or_else(|| self.item_type(&place));
            let (key, content) = match address {
                None => {
                    let (item, object) = self.new_item(reader, &place, ty.as_ref(), object)?;
                    (item.name().to_owned(), Content::Item(object))
                }
                Some(address) => self.linked(reader, &address, &place)?,
            };
            let is_single = self.operation.method == Method::Put
                || place::selected_type(self.operation).is_some_and(|ty| !ty.collection);
            let link = if is_single { place } else { place.item(&key) };
            // What an example shows may be added once more: pages show the same item before and after.
            let is_written = reader
                .record(&link)
                .is_some_and(|record| record.content != Content::Gone);
            if !is_single && is_written {
                let message = "One or more added object references already exist for the following modified properties.";
                return Err(Fault::bad_request(format!("{message} ('{}')", link.parent().name())));
            }
            let object = match &content {
                Content::Link(target) => reader.existing(target)?,
                Content::Item(object) => object.clone(),
                Content::Bytes(..) | Content::Gone => Object::default(),
            };
            let answer = self.stored(204, &link, ty.as_ref(), &object);
            Ok((link, content, answer))
        })
    }

    /// What an address leads to, with its key.
    fn linked(
        &self,
        reader: Reader<'_>,
        address: &str,
        place: &Place,
    ) -> Result<(String, Content), Fault> {
        let path = address.split_once("://").map_or(address, |(_, rest)| {
            rest.split_once('/').map_or("", |(_, path)| path)
        });
        let path = path.trim_start_matches('/');
        let name = self.version.name();
        let below = match path.split_once('/') {
            Some((first, below)) if first.eq_ignore_ascii_case(name) => below,
            _ => path,
        };
        let key = below.rsplit('/').next().unwrap_or_default();
        let key = key
            .rsplit_once('(')
            .map_or(key, |(_, key)| key.trim_end_matches(')'));
        let key = percent_decode_str(key.trim_matches('\''))
            .decode_utf8_lossy()
            .into_owned();
        if key.is_empty() {
            return Err(Fault::bad_request(format!(
                "'{address}' is no address of an item."
            )));
        }
        let Some(target) = self.documented_place(below, &key) else {
            // Addresses of what no page here describes cannot be followed, so the key has to do.
            return Ok((key.clone(), Content::Item(reader.sample(&place.item(&key)))));
        };
        let target = reader.located(target)?;
        if reader.object(&target).is_some() {
            let target = reader.target(&target);
            return Ok((target.name().to_owned(), Content::Link(target)));
        }
        if let Some(target) = self.found_elsewhere(reader, &target) {
            return Ok((key, Content::Link(target)));
        }
        if reader.exists(&target) || !target.is_item() {
            return Ok((key.clone(), Content::Item(reader.sample(&place.item(&key)))));
        }
        Err(Fault::no_such_resource(&key))
    }

    /// The place that a path is about. Perhaps only the collection is documented.
    fn documented_place(&self, path: &str, key: &str) -> Option<Place> {
        let find = |path: &str| {
            let mut methods = Method::ALL.into_iter();
            let found = methods.find_map(|method| self.version.router.find(method, path).ok())?;
            let version = self.version.name();
            Some(Place::new(version, found.operation, &found.arguments))
        };
        find(path).or_else(|| find(path.rsplit_once('/')?.0).map(|place| place.item(key)))
    }

    /// An item under the same key in another collection, where its type derives from that of the target:
    /// `/directoryObjects/7` may be `/users/7`.
    fn found_elsewhere(&self, reader: Reader<'_>, target: &Place) -> Option<Place> {
        let ItemType::Structured(id) = self.item_type(&target.parent())?.item else {
            return None;
        };
        let roots = self.version.spots.roots_of(id);
        let mut places = roots
            .into_iter()
            .map(|root| target.prefix(0).member(root).item(target.name()));
        places.find(|place| reader.object(place).is_some())
    }

    pub(super) fn remove_reference(&self) -> Result<Answer, Fault> {
        self.write(|reader| {
            let place = self.located(reader)?;
            let key = self
                .query
                .id
                .as_deref()
                .and_then(|id| id.rsplit('/').next());
            let is_collection =
                !place.is_item() && self.version.spots.is_collection(&place.template());
            let place = match key {
                Some(key) if is_collection => place.item(key),
                None if is_collection => {
                    let message = format!(
                        "'{}' is a collection; name the item with `/ID/$ref` or `?$id=ADDRESS`.",
                        place.name()
                    );
                    return Err(Fault::bad_request(message));
                }
                Some(_) | None => place,
            };
            reader.existing(&place)?;
            Ok((place, Content::Gone, self.without_value(204)))
        })
    }

    pub(super) fn upload(&self) -> Result<Answer, Fault> {
        let media_type = header(self.headers, "content-type");
        let media_type = media_type
            .unwrap_or("application/octet-stream")
            .replace('\n', " ");
        self.write(|reader| {
            let place = self.located(reader)?;
            let content = Content::Bytes(media_type, self.body.into());
            // A body that is posted to a collection becomes an item of it.
            let place = if self.operation.kind == OperationKind::Create {
                place.item(&new_guid())
            } else {
                place
            };
            let answer = self.documented(if self.operation.method == Method::Post {
                201
            } else {
                200
            });
            Ok((place, content, answer))
        })
    }

    /// An action or a function: changes nothing, because the pages say in words only what it would change.
    pub(super) fn run(&self) -> Result<Answer, Fault> {
        match &self.operation.page.body {
            Some(RequestBody::Parameters(parameters)) => self.check_parameters(parameters)?,
            Some(RequestBody::Object { .. }) => drop(self.object()?),
            Some(RequestBody::Reference | RequestBody::Stream { .. } | RequestBody::Unknown)
            | None => {}
        }
        self.read(|reader| {
            let place = self.located(reader)?;
            if place.is_item() && !reader.exists(&place) {
                return Err(Fault::no_such_resource(place.name()));
            }
            Ok(self.documented(200))
        })
    }
}

/// Members of `changes` replace those of `object`; objects within objects are merged (OData 4.0, section 11.4.3).
fn merge(object: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (name, change) in changes {
        match (object.get_mut(&name), change) {
            (Some(Value::Object(inner)), Value::Object(change)) => merge(inner, change),
            (_, change) => {
                object.insert(name, change);
            }
        }
    }
}
