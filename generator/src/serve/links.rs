//! Links between items: `$ref`, and `"manager@odata.bind": "ADDRESS"` in the body of another request.
//!
//! Comes in: a [`Call`] with addresses. Goes out: what becomes of the places that lead to what they name.
//! Invariants: a reference leads to a place that is no reference itself; addresses may be absolute or relative, of any host
//! and of any version, for the same documents are read from tests, mirrors and the real service.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{
    answer::{Answer, Fault},
    collection::Reader,
    handler::{Call, Written},
    place::{self, Place},
    seed::Object,
    store::Content,
};
use crate::{
    api::{ItemType, MemberKind, RequestBody, Type},
    ir::{ApiVersion, Method},
};

/// What the name of a member ends with that links instead of saying something (OData JSON Format 4.0, section 8.5).
const BIND: &str = "@odata.bind";
/// How many items one member may link, as with Graph.
const MOST_LINKS: usize = 20;

/// A navigation property and what it is to lead to.
pub(super) struct Binding {
    name: String,
    targets: Targets,
}

/// Addresses as JSON gives them.
enum Targets {
    /// `null`: nothing anymore.
    None,
    One(String),
    Many(Vec<String>),
}

impl Binding {
    /// Takes all bindings out of a body.
    pub(super) fn taken(object: &mut Map<String, Value>) -> Result<Vec<Self>, Fault> {
        let bind = |name: &str| Some(name.strip_suffix(BIND)?.to_owned());
        let names: Vec<_> = object.keys().filter_map(|name| bind(name)).collect();
        let taken = names.into_iter().map(|name| {
            let value = object.shift_remove(&format!("{name}{BIND}"));
            let targets = Targets::read(value.unwrap_or_default()).ok_or_else(|| {
                Fault::bad_request(format!(
                    "'{name}{BIND}' is neither an address nor a list of addresses."
                ))
            })?;
            match &targets {
                Targets::Many(addresses) if addresses.len() > MOST_LINKS => {
                    Err(Fault::bad_request(format!(
                        "'{name}{BIND}' has {} addresses; one request may have {MOST_LINKS}.",
                        addresses.len()
                    )))
                }
                Targets::None | Targets::One(_) | Targets::Many(_) => Ok(Self { name, targets }),
            }
        });
        taken.collect()
    }
}

impl Targets {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::None),
            Value::String(address) => Some(Self::One(address)),
            Value::Array(items) => {
                let addresses = items.into_iter().map(|item| match item {
                    Value::String(address) => Some(address),
                    _ => None,
                });
                addresses.collect::<Option<_>>().map(Self::Many)
            }
            Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        }
    }
}

impl Call<'_> {
    /// What becomes of the navigation properties of an item.
    pub(super) fn bound(
        &self,
        reader: Reader<'_>,
        owner: &Place,
        object: &Map<String, Value>,
        bindings: &[Binding],
    ) -> Result<Vec<(Place, Content)>, Fault> {
        let ty = self.body_type().or_else(|| self.own_type(owner));
        let mut links = Vec::new();
        for Binding { name, targets } in bindings {
            let property = owner.member(name);
            let is_collection = self.binds_many(reader, &property, ty.as_ref(), object, targets)?;
            match (targets, is_collection) {
                (Targets::None, false) => {
                    let content = reader.gone(&property);
                    links.push((property, content));
                }
                (Targets::One(address), false) => {
                    let (_, content) = self.bound_to(reader, address, &property)?;
                    links.push((property, content));
                }
                (Targets::Many(addresses), true) => {
                    let mut keys = BTreeSet::new();
                    for address in addresses {
                        let (key, content) = self.bound_to(reader, address, &property)?;
                        let link = property.item(&key);
                        if !keys.insert(key) || reader.is_written(&link) {
                            return Err(already_there(&property));
                        }
                        links.push((link, content));
                    }
                }
                (Targets::None | Targets::One(_), true) => {
                    let message = format!(
                        "'{name}' leads to many items, so '{name}{BIND}' has to be a list of addresses."
                    );
                    return Err(Fault::bad_request(message));
                }
                (Targets::Many(_), false) => {
                    let message = format!(
                        "'{name}' leads to one item, so '{name}{BIND}' has to be one address."
                    );
                    return Err(Fault::bad_request(message));
                }
            }
        }
        Ok(links)
    }

    /// Whether a property leads to many items; an error if it leads to none.
    fn binds_many(
        &self,
        reader: Reader<'_>,
        property: &Place,
        ty: Option<&Type>,
        object: &Map<String, Value>,
        targets: &Targets,
    ) -> Result<bool, Fault> {
        let name = property.name();
        let id = ty.and_then(|ty| reader.actual_type(ty, object));
        let member = id.and_then(|id| reader.member(id, name));
        if let Some(member) = member
            && let MemberKind::Navigation { .. } = member.kind
        {
            return Ok(member.ty.collection);
        }
        // A page may list what its body links without a row for it in the table of the type.
        let is_listed = matches!(&self.operation.page.body, Some(RequestBody::Object { members, .. })
            if members.iter().any(|it| it.name.strip_suffix(BIND) == Some(name)));
        let is_known = member.is_some() || id.is_some_and(|id| !reader.is_open(id));
        if is_known && !is_listed {
            let ty = id.map_or("", |id| self.version.api[id].name.as_str());
            let message = format!(
                "'{name}{BIND}' cannot be followed: '{name}' is no navigation property of type '{ty}'."
            );
            return Err(Fault::bad_request(message));
        }
        Ok(matches!(targets, Targets::Many(_)))
    }

    /// What an address in a binding leads to, with its key; a wrong address is a fault of the body, not of the path.
    fn bound_to(
        &self,
        reader: Reader<'_>,
        address: &str,
        property: &Place,
    ) -> Result<(String, Content), Fault> {
        let linked = self.linked(reader, address, property);
        linked.map_err(|fault| match fault.status {
            404 => Fault::bad_request(format!(
                "'{}{BIND}' names '{address}', which does not exist.",
                property.name()
            )),
            _ => fault,
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
            if !is_single && reader.is_written(&link) {
                return Err(already_there(&link.parent()));
            }
            let object = match &content {
                Content::Link(target) => reader.existing(target)?,
                Content::Item(object) => object.clone(),
                Content::Bytes(..) | Content::Gone(_) => Object::default(),
            };
            let revision = match &content {
                Content::Link(target) => reader.revision(target),
                Content::Item(_) | Content::Bytes(..) | Content::Gone(_) => reader.store.next(),
            };
            let answer = self.stored(204, &link, ty.as_ref(), revision, &object);
            Ok(Written::new(link, content, answer))
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
        let path = path.trim_matches('/');
        let below = match path.split_once('/') {
            Some((first, below)) if ApiVersion::from_segment(first).is_some() => below,
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
            let ty = self.item_type(place).or_else(|| self.own_type(place));
            if let Some(target) = self.found_elsewhere(reader, ty.as_ref(), &key) {
                return Ok((key, Content::Link(target)));
            }
            // Addresses of what no page here describes cannot be followed, so the key has to do.
            return Ok((key.clone(), Content::Item(reader.sample(&place.item(&key)))));
        };
        let target = reader.located(target)?;
        if reader.object(&target).is_some() {
            let target = reader.target(&target);
            return Ok((target.name().to_owned(), Content::Link(target)));
        }
        let ty = self.item_type(&target.parent());
        if let Some(target) = self.found_elsewhere(reader, ty.as_ref(), &key) {
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

    /// An item under this key in any collection that paths begin with, if its type derives from this one:
    /// `/directoryObjects/7` may be `/users/7`.
    fn found_elsewhere(&self, reader: Reader<'_>, ty: Option<&Type>, key: &str) -> Option<Place> {
        let ItemType::Structured(id) = ty?.item else {
            return None;
        };
        let root = self.place.prefix(0);
        let roots = self.version.spots.roots_of(id).into_iter();
        let mut places = roots.map(|name| root.member(name).item(key));
        let found = places.find(|place| reader.object(place).is_some())?;
        Some(reader.target(&found))
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
            let content = reader.gone(&place);
            Ok(Written::new(place, content, self.without_value(204)))
        })
    }
}

fn already_there(property: &Place) -> Fault {
    let message =
        "One or more added object references already exist for the following modified properties.";
    Fault::bad_request(format!("{message} ('{}')", property.name()))
}
