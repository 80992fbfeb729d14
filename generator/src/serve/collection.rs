//! What is in a place: the state that requests read.
//!
//! Comes in: places. Goes out: objects, from the store where something was written, from the examples otherwise; and
//! lists of them as query options want them.

use std::{cmp::Ordering, sync::Arc};

use serde_json::{Map, Value};

use super::{
    Version,
    answer::Fault,
    condition, filter,
    place::Place,
    query::{Direction, Query},
    seed::{self, Object},
    store::{Content, FIRST_OWN, Record, Store, Trace},
};
use crate::{
    api::{Api, ItemType, Member, MemberKind, Type, TypeId, TypeKind},
    conform,
};

/// The state of one version at one moment.
#[derive(Clone, Copy)]
pub(super) struct Reader<'s> {
    pub(super) version: &'s Version<'s>,
    pub(super) store: &'s Store,
    pub(super) any_id: bool,
}

/// An item of a collection.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) object: Object,
    /// See [`Record::created`].
    pub(super) created: u64,
    /// See [`Reader::revision`].
    pub(super) revision: u64,
}

/// The annotation that says which state of an entity this is.
pub(super) const ETAG: &str = "@odata.etag";

impl<'s> Reader<'s> {
    /// The record of a place itself.
    pub(super) fn record(&self, place: &Place) -> Option<&'s Record> {
        let (folder, name) = place.address();
        self.store.get(&folder, &name)
    }

    /// What was written to a place, or what examples show there; for an item, nothing if it is not there.
    pub(super) fn object(&self, place: &Place) -> Option<Object> {
        match self.record(place).map(|record| &record.content) {
            Some(Content::Item(object)) => Some(object.clone()),
            // A reference never leads to a reference.
            Some(Content::Link(target)) => match self.record(target).map(|it| &it.content) {
                Some(Content::Item(object)) => Some(object.clone()),
                Some(Content::Link(_) | Content::Bytes(..) | Content::Gone(_)) => None,
                None => self.shown(target),
            },
            Some(Content::Bytes(..) | Content::Gone(_)) => None,
            None => self.shown(place),
        }
    }

    /// What a reference at a place leads to; the place itself, if there is none.
    pub(super) fn target(&self, place: &Place) -> Place {
        match self.record(place).map(|record| &record.content) {
            Some(Content::Link(target)) => target.clone(),
            _ => place.clone(),
        }
    }

    /// The number of the last change of what is at a place: that of what it stands in, if it is only a part of that, and 0
    /// for what the documents show.
    pub(super) fn revision(&self, place: &Place) -> u64 {
        let target = self.target(place);
        if let Some(record) = self.record(&target) {
            return record.changed;
        }
        let holder = if target.is_item() {
            target.parent()
        } else {
            target
        };
        match self.member_of_owner(&holder) {
            Some(_) => self.revision(&holder.parent()),
            None => 0,
        }
    }

    /// [`Self::revision`], if something is there.
    pub(super) fn current(&self, place: &Place) -> Option<u64> {
        let content = self.record(place).map(|record| &record.content);
        let has_bytes = matches!(content, Some(Content::Bytes(..)));
        (has_bytes || self.existing(place).is_ok()).then(|| self.revision(place))
    }

    /// Whether a request put something into a place, and nothing took it away.
    pub(super) fn is_written(&self, place: &Place) -> bool {
        self.record(place)
            .is_some_and(|record| match record.content {
                Content::Item(_) | Content::Link(_) | Content::Bytes(..) => true,
                Content::Gone(_) => false,
            })
    }

    /// What a place holds that is to hold nothing; forgotten some day, if nothing would come back then.
    pub(super) fn gone(&self, place: &Place) -> Content {
        let comes_back =
            !place.is_item() || self.shown(place).is_some() || self.has_any_item(place);
        Content::Gone(if comes_back {
            Trace::Lasting
        } else {
            Trace::Passing
        })
    }

    /// The number of the change that created what a place is in; 0 if the documents show it.
    pub(super) fn began(&self, place: &Place) -> u64 {
        let owners = (1..place.steps.len()).map(|length| place.prefix(length));
        let records = owners
            .filter(Place::is_item)
            .filter_map(|owner| self.record(&owner));
        let began = records.map(|record| record.created.saturating_sub(FIRST_OWN));
        began.max().unwrap_or_default()
    }

    /// What is at a place, or that nothing is.
    pub(super) fn existing(&self, place: &Place) -> Result<Object, Fault> {
        if let Some(object) = self.object(place) {
            return Ok(object);
        }
        let is_there = match self.record(place) {
            Some(_) => false,
            None => !place.is_item() || self.exists(place),
        };
        if is_there {
            return Ok(self.sample(place));
        }
        Err(Fault::no_such_resource(place.name()))
    }

    /// What was shown at a place before anything was written there.
    fn shown(&self, place: &Place) -> Option<Object> {
        if !place.is_item() {
            return self.single(place).and_then(|value| match value {
                Value::Object(object) => Some(Arc::new(object)),
                _ => None,
            });
        }
        let key = place.name();
        let entries = self.shown_entries(&place.parent());
        let entry = entries.into_iter().find(|entry| entry.key == key);
        entry.map(|entry| entry.object)
    }

    /// The value of something that is one of its kind: what its owner has there, or what an example shows.
    pub(super) fn single(&self, place: &Place) -> Option<Value> {
        let owned = self.member_of_owner(place);
        owned.or_else(|| self.version.spots.value(&place.template()).cloned())
    }

    /// The value that the item before the last segment has under the name of that segment.
    fn member_of_owner(&self, place: &Place) -> Option<Value> {
        let owner = place.parent();
        if !owner.is_item() {
            return None;
        }
        // What is below a reference is below what it leads to, see `located`.
        let owner = match self.record(&owner).map(|record| &record.content) {
            Some(Content::Item(object)) => object.clone(),
            Some(Content::Link(_) | Content::Bytes(..) | Content::Gone(_)) => return None,
            None => self.shown(&owner)?,
        };
        owner
            .get(place.name())
            .filter(|value| !value.is_null())
            .cloned()
    }

    /// Whether an item is there, or has to be taken for one that is.
    pub(super) fn exists(&self, place: &Place) -> bool {
        if self.object(place).is_some() {
            return true;
        }
        let is_gone = matches!(
            self.record(place),
            Some(Record {
                content: Content::Gone(_),
                ..
            })
        );
        !is_gone && self.has_any_item(place)
    }

    /// Whether an item is taken for one that is there, whatever its key.
    fn has_any_item(&self, item: &Place) -> bool {
        self.any_id || !self.version.spots.can_be_filled(&item.parent().template())
    }

    /// What an item is if nobody created it: what an example shows, with the key that the request gives it.
    pub(super) fn sample(&self, place: &Place) -> Object {
        let template = place.template();
        let spots = &self.version.spots;
        let ty = spots
            .own_type(&template)
            .or_else(|| spots.item_type(&place.parent().template()));
        let shown = spots.items(&place.parent().template()).first();
        let mut object = match (shown, spots.value(&template)) {
            (Some((_, shown)), _) if place.is_item() => Map::clone(shown),
            (_, Some(Value::Object(shown))) => shown.clone(),
            _ => match ty.as_ref().map(|ty| seed::minimal(self.version.api, ty)) {
                Some(Value::Object(minimal)) => minimal,
                _ => Map::new(),
            },
        };
        let key_name = ty
            .as_ref()
            .map_or("id", |ty| seed::key_name(self.version.api, ty));
        let has_key = |ty| seed::has_member(self.version.api, ty, key_name);
        if place.is_item() && ty.as_ref().is_none_or(has_key) {
            object.insert(key_name.to_owned(), place.name().into());
        }
        Arc::new(object)
    }

    /// The items of a collection, examples first, then in the order in which they were created.
    pub(super) fn entries(&self, place: &Place) -> Vec<Entry> {
        let folder = place.path();
        let shown = self.shown_entries(place).into_iter();
        let mut entries: Vec<Entry> = shown
            .filter(|entry| self.store.get(&folder, &entry.key).is_none())
            .collect();
        for (key, record) in self.store.folder(&folder) {
            let state = match &record.content {
                Content::Item(object) => Some((record.changed, object.clone())),
                Content::Link(target) => {
                    let object = self.object(&place.item(key));
                    object.map(|object| (self.revision(target), object))
                }
                Content::Bytes(..) | Content::Gone(_) => None,
            };
            entries.extend(state.map(|(revision, object)| Entry {
                key: key.clone(),
                object,
                created: record.created,
                revision,
            }));
        }
        entries.sort_by_key(|entry| entry.created);
        entries
    }

    /// The items that a collection had before anything was written to it.
    pub(super) fn shown_entries(&self, place: &Place) -> Vec<Entry> {
        if let Some(Value::Array(items)) = self.member_of_owner(place) {
            let revision = self.revision(&place.parent());
            let items = items.into_iter().enumerate();
            let entries = items.filter_map(|(at, item)| embedded(at, item, revision));
            return entries.collect();
        }
        if self.is_own(place) {
            return Vec::new();
        }
        let items = self.version.spots.items(&place.template()).iter().zip(0..);
        items
            .map(|((key, object), created)| Entry {
                key: key.clone(),
                object: object.clone(),
                created,
                revision: 0,
            })
            .collect()
    }

    /// Whether a place belongs to something that a request created.
    fn is_own(&self, place: &Place) -> bool {
        (1..place.steps.len()).any(|length| {
            let owner = place.prefix(length);
            owner.is_item()
                && self
                    .record(&owner)
                    .is_some_and(|it| it.created >= FIRST_OWN)
        })
    }

    /// The same place, with the key of each item instead of another of its properties that paths may name
    /// (`users/{id | userPrincipalName}`), and below what references lead to rather than below them: `groups/1/owner/books`
    /// are those of the owner. Fails if one of the items before the last segment is not there.
    pub(super) fn located(&self, place: Place) -> Result<Place, Fault> {
        let mut located = place.prefix(0);
        let mut steps = place.steps.into_iter();
        while let Some(step) = steps.next() {
            let is_last = steps.len() == 0;
            let is_key = step.is_key;
            located.steps.push(step);
            if is_key && self.object(&located).is_none() {
                if let Some(key) = self.key_by(&located) {
                    located = located.parent().item(&key);
                } else if !is_last && !self.exists(&located) {
                    return Err(Fault::no_such_resource(located.name()));
                }
            }
            if !is_last {
                located = self.target(&located);
            }
        }
        Ok(located)
    }

    fn key_by(&self, item: &Place) -> Option<String> {
        let wanted = item.name();
        let names: Vec<_> = self.version.spots.key_names(&item.template()).collect();
        let is_meant = |entry: &Entry| {
            let mut values = names
                .iter()
                .filter_map(|name| entry.object.get(*name)?.as_str());
            values.any(|value| value.eq_ignore_ascii_case(wanted))
        };
        let mut entries = self.entries(&item.parent()).into_iter();
        entries.find(is_meant).map(|entry| entry.key)
    }

    /// The items that a query wants, in its order, and how many there are before they are cut into pages.
    pub(super) fn selected(
        &self,
        ty: Option<&Type>,
        query: &Query,
        entries: Vec<Entry>,
    ) -> Result<Vec<Entry>, Fault> {
        self.check(ty, query)?;
        let is_wanted = |entry: &Entry| {
            let filter = query.filter.as_ref();
            filter.is_none_or(|filter| filter::selects(filter, &entry.object))
                && query
                    .search
                    .iter()
                    .all(|word| has_word(&entry.object, word))
        };
        let mut entries: Vec<_> = entries.into_iter().filter(is_wanted).collect();
        if !query.order_by.is_empty() {
            entries.sort_by(|one, other| ordered(&query.order_by, &one.object, &other.object));
        }
        Ok(entries)
    }

    /// Whether a query names only what its items have.
    pub(super) fn check(&self, ty: Option<&Type>, query: &Query) -> Result<(), Fault> {
        let Some(Type {
            item: ItemType::Structured(id),
            ..
        }) = ty
        else {
            return Ok(());
        };
        let filter = query.filter.iter().flat_map(filter::paths);
        let orders = query.order_by.iter().map(|(path, _)| path.as_slice());
        for path in filter.chain(orders) {
            self.check_path(*id, path)?;
        }
        for name in query.select.iter().flatten() {
            let path: Vec<_> = name.split('/').map(str::to_owned).collect();
            if name != "*" {
                self.check_path(*id, &path)?;
            }
        }
        Ok(())
    }

    fn check_path(&self, id: TypeId, path: &[String]) -> Result<(), Fault> {
        let Some((name, rest)) = path.split_first() else {
            return Ok(());
        };
        // A segment of a path may be a cast, and an annotation is no member.
        if name.contains(['.', '@']) {
            return Ok(());
        }
        match self.member(id, name) {
            Some(Member {
                ty:
                    Type {
                        item: ItemType::Structured(inner),
                        ..
                    },
                ..
            }) => self.check_path(*inner, rest),
            Some(_) => Ok(()),
            None if self.is_open(id) => Ok(()),
            None => {
                let ty = &self.version.api[id].name;
                let message = format!("Could not find a property named '{name}' on type '{ty}'.");
                Err(Fault::bad_request(message))
            }
        }
    }

    /// A member of a type or of a type that derives from it: a collection may hold both.
    pub(super) fn member(&self, id: TypeId, name: &str) -> Option<&'s Member> {
        let api = self.version.api;
        let own = api
            .lineage(id)
            .find_map(|ty| ty.members.iter().find(|it| it.name == name));
        own.or_else(|| {
            let mut derived = api[id].derived.iter();
            derived.find_map(|&derived| self.member_below(derived, name))
        })
    }

    fn member_below(&self, id: TypeId, name: &str) -> Option<&'s Member> {
        let ty = &self.version.api[id];
        let own = ty.members.iter().find(|member| member.name == name);
        own.or_else(|| {
            ty.derived
                .iter()
                .find_map(|&derived| self.member_below(derived, name))
        })
    }

    /// Whether nothing can be said about the members of a type: it is open, or no page lists any.
    pub(super) fn is_open(&self, id: TypeId) -> bool {
        let api = self.version.api;
        api.lineage(id).any(|ty| ty.is_open) || api.all_members(id).is_empty()
    }

    /// An object with what a query wants of it, and no more.
    pub(super) fn view(
        &self,
        place: &Place,
        ty: Option<&Type>,
        query: &Query,
        object: &Object,
    ) -> Result<Object, Fault> {
        if query.select.is_none() && query.expand.is_empty() {
            return Ok(object.clone());
        }
        let mut view = Map::clone(object);
        if let Some(names) = query
            .select
            .as_ref()
            .filter(|names| !names.iter().any(|it| it == "*"))
        {
            let is_named = |name: &str| names.iter().any(|it| it.split('/').next() == Some(name));
            view.retain(|name, _| name.starts_with('@') || is_named(name));
        }
        let place = self.target(place);
        for (name, inner) in &query.expand {
            let value = self.expanded(&place, ty, name, inner)?;
            if !value.is_null() {
                view.insert(name.clone(), value);
            }
        }
        Ok(Arc::new(view))
    }

    fn expanded(
        &self,
        place: &Place,
        ty: Option<&Type>,
        name: &str,
        query: &Query,
    ) -> Result<Value, Fault> {
        let member = match ty.map(|ty| &ty.item) {
            Some(ItemType::Structured(id)) => {
                let member = self.member(*id, name);
                let is_wrong = match member {
                    Some(member) => !matches!(member.kind, MemberKind::Navigation { .. }),
                    None => !self.is_open(*id),
                };
                if is_wrong {
                    let ty = &self.version.api[*id].name;
                    let message = format!(
                        "Parsing OData Select and Expand failed: '{name}' is no navigation property of type '{ty}'."
                    );
                    return Err(Fault::bad_request(message));
                }
                member
            }
            _ => None,
        };
        let place = place.member(name);
        let template = place.template();
        let is_collection = member.map_or_else(
            || self.version.spots.is_collection(&template),
            |member| member.ty.collection,
        );
        let ty = member.map(|member| &member.ty);
        if !is_collection {
            self.check(ty, query)?;
            let object = self.object(&place);
            let Some(object) = object else {
                return Ok(Value::Null);
            };
            let view = self.view(&place, ty, query, &object)?;
            return Ok(self.tagged(ty, self.revision(&place), &view));
        }
        let entries = self.selected(ty, query, self.entries(&place))?;
        let wanted = query.top.unwrap_or(super::query::USUAL_ITEMS);
        let items = entries.iter().skip(query.skip).take(wanted).map(|entry| {
            let view = self.view(&place.item(&entry.key), ty, query, &entry.object)?;
            Ok(self.tagged(ty, entry.revision, &view))
        });
        items.collect::<Result<Vec<_>, Fault>>().map(Value::Array)
    }

    /// What is told of something within something else, with its tag if it is an entity.
    fn tagged(&self, ty: Option<&Type>, revision: u64, view: &Map<String, Value>) -> Value {
        let mut tagged = Map::new();
        if self.is_entity(ty) {
            tagged.insert(ETAG.to_owned(), condition::tag(revision).into());
        }
        tagged.extend(view.clone());
        tagged.into()
    }

    pub(super) fn is_entity(&self, ty: Option<&Type>) -> bool {
        is_entity(self.version.api, ty)
    }

    /// The type that an object says it has, if that is one of the declared type.
    pub(super) fn actual_type(&self, ty: &Type, object: &Map<String, Value>) -> Option<TypeId> {
        match ty.item {
            ItemType::Structured(id) => Some(conform::actual_type(self.version.api, id, object)),
            _ => None,
        }
    }
}

/// Whether what is at places with this type has a tag: values without an identity have none, unknown types may have one.
pub(super) fn is_entity(api: &Api, ty: Option<&Type>) -> bool {
    match ty.map(|ty| &ty.item) {
        Some(ItemType::Structured(id)) => match api[*id].kind {
            TypeKind::Entity => true,
            TypeKind::Complex => false,
        },
        Some(ItemType::Primitive(_) | ItemType::Enum(_)) => false,
        Some(ItemType::Unknown { .. }) | None => true,
    }
}

/// An item that stands within the item that it belongs to.
fn embedded(at: usize, item: Value, revision: u64) -> Option<Entry> {
    let Value::Object(object) = item else {
        return None;
    };
    let key = object.get("id").and_then(Value::as_str);
    Some(Entry {
        key: key.map_or_else(|| at.to_string(), str::to_owned),
        object: Arc::new(object),
        created: at as u64,
        revision,
    })
}

fn has_word(object: &Map<String, Value>, word: &str) -> bool {
    let mut texts = object.values().filter_map(Value::as_str);
    texts.any(|text| text.to_lowercase().contains(word))
}

fn ordered(
    orders: &[(Vec<String>, Direction)],
    one: &Map<String, Value>,
    other: &Map<String, Value>,
) -> Ordering {
    let mut orders = orders.iter().map(|(path, direction)| {
        let order = total_order(filter::value_at(one, path), filter::value_at(other, path));
        match direction {
            Direction::Up => order,
            Direction::Down => order.reverse(),
        }
    });
    orders
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// An order of all values, as sorting needs one: what has no value comes first, then each kind of value for itself.
fn total_order(one: &Value, other: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) | Value::Object(_) => 4,
    };
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        (Value::Number(_), Value::Number(_)) => number(one).total_cmp(&number(other)),
        (Value::String(one), Value::String(other)) => one.to_lowercase().cmp(&other.to_lowercase()),
        _ => rank(one).cmp(&rank(other)),
    }
}
