//! Operations that write, and calls of actions and functions.
//!
//! Comes in: a [`Call`]. Goes out: what becomes of which place, and the answer that says so.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    answer::{Answer, Fault, new_guid, now},
    collection::Reader,
    condition,
    handler::{Call, Written},
    header,
    links::Binding,
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
        let mut object = self.object()?;
        let bindings = Binding::taken(&mut object)?;
        let ty = self.body_type();
        self.write(|reader| {
            let place = self.located(reader)?;
            let ty = ty.or_else(|| self.item_type(&place));
            let (item, object) = self.new_item(reader, &place, ty.as_ref(), object)?;
            let links = self.bound(reader, &item, &object, &bindings)?;
            let answer = self
                .stored(201, &item, ty.as_ref(), reader.store.next(), &object)
                .header("location", self.address(&item));
            Ok(Written::new(item, Content::Item(object), answer).with(links))
        })
    }

    /// A new item of a collection, with a key and everything that it may not be without.
    pub(super) fn new_item(
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
        seed::drop_annotations(&mut object);
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
        let mut changes = self.object()?;
        let bindings = Binding::taken(&mut changes)?;
        self.write(|reader| {
            let place = self.updated_place(self.located(reader)?, &changes)?;
            let before = reader.existing(&place)?;
            let links = self.bound(reader, &reader.target(&place), &before, &bindings)?;
            let written = self.replaced(reader, &place, Map::clone(&before), changes, 200);
            Ok(written.with(links))
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
        let mut object = self.object()?;
        let bindings = Binding::taken(&mut object)?;
        self.write(|reader| {
            let place = self.located(reader)?;
            let links = self.bound(reader, &reader.target(&place), &object, &bindings)?;
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
            let written = self.replaced(reader, &place, base, object, usual);
            Ok(written.with(links))
        })
    }

    /// The change from one state of an object to the next, and the answer to it.
    fn replaced(
        &self,
        reader: Reader<'_>,
        place: &Place,
        mut object: Map<String, Value>,
        mut changes: Map<String, Value>,
        usual: u16,
    ) -> Written {
        seed::drop_annotations(&mut changes);
        merge(&mut object, changes);
        let ty = self.body_type().or_else(|| self.own_type(place));
        if let Some(id) = ty.as_ref().and_then(|ty| reader.actual_type(ty, &object)) {
            self.set_clocks(id, &mut object, Moment::Change);
        }
        let object = Arc::new(object);
        let answer = self.stored(usual, place, ty.as_ref(), reader.store.next(), &object);
        Written::new(reader.target(place), Content::Item(object), answer)
    }

    pub(super) fn delete(&self) -> Result<Answer, Fault> {
        self.write(|reader| {
            let place = self.located(reader)?;
            reader.existing(&place)?;
            let content = reader.gone(&place);
            Ok(Written::new(place, content, self.without_value(204)))
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
            let answer = answer.header("etag", condition::tag(reader.store.next()));
            Ok(Written::new(place, content, answer))
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
