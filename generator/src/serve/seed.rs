//! What the documents show: the state before anything is written, and values of a type where nothing else is known.
//!
//! Comes in: an api. Goes out: objects that conform to it. An example is JSON or it shows nothing; values in it that are
//! not of their type (`"Integer"` for a number) are left out, so that nothing that comes from here contradicts the api.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use serde_json::{Map, Value};

use super::{
    answer::guid,
    place::{self, Place},
};
use crate::{
    api::{
        Api, HttpMessage, ItemType, Member, MemberKind, Operation, OperationKind, Piece, Response,
        ResponseBody, SegmentKind, StartLine, Type, TypeId,
    },
    conform::{self, Mismatch},
    example,
    ir::Primitive,
};

/// An object; shared, because examples are told again and again.
pub(super) type Object = Arc<Map<String, Value>>;

/// How deep a value of a type goes at most; types may hold themselves.
const DEEPEST: usize = 4;

/// What the documents say about all places with the same template.
#[derive(Default)]
pub(super) struct Spot<'a> {
    operations: Vec<&'a Operation>,
    /// The items of a collection by key, as examples show them.
    items: OnceLock<Vec<(String, Object)>>,
    /// What examples show at the place itself.
    value: OnceLock<Option<Value>>,
}

/// Spots by template.
pub(super) struct Spots<'a> {
    api: &'a Api,
    spots: HashMap<String, Spot<'a>>,
}

impl<'a> Spots<'a> {
    /// Brings the operations of each place together; examples are read when somebody asks for them.
    pub(super) fn new(api: &'a Api) -> Self {
        let mut spots: HashMap<String, Spot<'a>> = HashMap::new();
        for operation in &api.operations {
            let template = Place::new("", operation, &[]).template();
            let spot = spots.entry(template).or_default();
            spot.operations.push(operation);
        }
        Self { api, spots }
    }

    /// The items of a collection, by key, in the order of the examples.
    pub(super) fn items(&self, template: &str) -> &[(String, Object)] {
        // Perhaps only items of it are documented.
        let spot = self.spots.get(template);
        let spot = spot.or_else(|| self.spots.get(&format!("{template}/{{}}")));
        spot.map_or(&[], |spot| {
            spot.items.get_or_init(|| self.shown_items(template))
        })
    }

    /// What an example shows at a place.
    pub(super) fn value(&self, template: &str) -> Option<&Value> {
        let spot = self.spots.get(template)?;
        let shown = || {
            let reads = [
                OperationKind::Get,
                OperationKind::Update,
                OperationKind::Replace,
            ];
            let mut operations = reads.iter().filter_map(|kind| spot.operation(kind));
            operations.find_map(|operation| {
                let ty = answered_type(operation)?;
                examples(operation).find_map(|value| pruned(self.api, &ty, unwrapped(&ty, value)))
            })
        };
        spot.value.get_or_init(shown).as_ref()
    }

    /// The type of the items of a collection.
    pub(super) fn item_type(&self, template: &str) -> Option<Type> {
        let of_collection = self.spots.get(template).and_then(|spot| {
            let mut types = spot.operations.iter().filter_map(|operation| {
                let ty = answered_type(operation).filter(|ty| is_structured(&ty.item));
                ty.or_else(|| place::selected_type(operation).cloned())
            });
            types.next()
        });
        let item = || self.own_type(&format!("{template}/{{}}"));
        let ty = of_collection
            .filter(|ty| is_structured(&ty.item))
            .or_else(item)?;
        Some(Type::single(ty.item))
    }

    /// The type of what is at a place.
    pub(super) fn own_type(&self, template: &str) -> Option<Type> {
        let spot = self.spots.get(template)?;
        let mut operations = spot.operations.iter();
        operations.find_map(|operation| {
            let selected = place::selected_type(operation).cloned();
            selected
                .filter(|ty| !matches!(ty.item, ItemType::Unknown { .. }))
                .or_else(|| answered_type(operation))
        })
    }

    /// Whether a place is a collection, as far as its operations tell.
    pub(super) fn is_collection(&self, template: &str) -> bool {
        let is_listed = self.spots.get(template).is_some_and(|spot| {
            spot.operations.iter().any(|operation| {
                matches!(
                    operation.kind,
                    OperationKind::List | OperationKind::Create | OperationKind::Delta
                ) || place::selected_type(operation).is_some_and(|ty| ty.collection)
            })
        });
        is_listed || self.spots.contains_key(&format!("{template}/{{}}"))
    }

    /// By which properties paths may name an item at a place (`users/{id | userPrincipalName}`).
    pub(super) fn key_names(&self, template: &str) -> impl Iterator<Item = &'a str> {
        let spot = self.spots.get(template);
        let operations = spot.into_iter().flat_map(|spot| &spot.operations);
        let documented = operations.filter_map(|operation| {
            let keys = operation.path.segments.iter().rev();
            let key = keys.into_iter().find(|it| it.kind == SegmentKind::Key)?;
            key.pieces.iter().find_map(|piece| match piece {
                Piece::Parameter(at) => Some(operation.path.parameters[*at].documented.as_str()),
                Piece::Text(_) => None,
            })
        });
        documented.flat_map(|documented| documented.split('|').map(str::trim))
    }

    /// Whether there is a way to have an item in a collection: somebody can create it, or an example shows one.
    ///
    /// Where there is none, a request for an item would have nothing to be about, so any key does.
    pub(super) fn can_be_filled(&self, template: &str) -> bool {
        let adds = |spot: &Spot<'_>| {
            let adding = [OperationKind::Create, OperationKind::AddReference];
            adding.iter().any(|kind| spot.operation(kind).is_some())
        };
        self.spots.get(template).is_some_and(adds) || !self.items(template).is_empty()
    }

    /// The collections that paths begin with and that hold items of a type that derives from `ancestor`.
    pub(super) fn roots_of(&self, ancestor: TypeId) -> Vec<&str> {
        let derives = |template: &str| match self.item_type(template).map(|ty| ty.item) {
            Some(ItemType::Structured(id)) => self.api.derives_from(id, ancestor),
            _ => false,
        };
        let mut roots: Vec<_> = self
            .api
            .roots
            .iter()
            .filter(|root| !root.is_singleton)
            .map(|root| root.name.as_str())
            .filter(|name| derives(&name.to_ascii_lowercase()))
            .collect();
        roots.sort_unstable();
        roots
    }

    fn shown_items(&self, template: &str) -> Vec<(String, Object)> {
        let Some(ty) = self.item_type(template) else {
            return Vec::new();
        };
        let key_name = key_name(self.api, &ty);
        let mut items: Vec<(String, Object)> = Vec::new();
        let mut add = |value: Value| {
            let Some(Value::Object(mut object)) = pruned(self.api, &ty, value) else {
                return;
            };
            let key = match object.get(key_name).and_then(Value::as_str) {
                Some(key) if !key.is_empty() => key.to_owned(),
                _ => {
                    let key = guid(fingerprint(&format!("{template} {}", items.len())));
                    if has_member(self.api, &ty, key_name) {
                        object.insert(key_name.to_owned(), key.clone().into());
                    }
                    key
                }
            };
            match items.iter_mut().find(|(known, _)| *known == key) {
                // A page about one item shows more of it than a list does.
                Some((_, known)) => {
                    let mut merged = Map::clone(known);
                    merged.extend(object);
                    *known = Arc::new(merged);
                }
                None => items.push((key, Arc::new(object))),
            }
        };
        let list = self.spots.get(template).and_then(|spot| {
            spot.operation(&OperationKind::List)
                .or_else(|| spot.operation(&OperationKind::Delta))
        });
        let has_key = |item: &Value| item.get(key_name).is_some_and(Value::is_string);
        let lists = list.into_iter().flat_map(examples);
        let lists = lists.filter_map(|mut value| match value.get_mut("value").map(Value::take) {
            Some(Value::Array(items)) if !items.is_empty() => Some(items),
            _ => None,
        });
        let mut lists: Vec<_> = lists.collect();
        // An example of `$select` often leaves the keys out.
        lists.sort_by_key(|items| !items.iter().all(has_key));
        for item in lists.into_iter().next().unwrap_or_default() {
            add(item);
        }
        let get = self.spots.get(&format!("{template}/{{}}"));
        let get = get.and_then(|spot| spot.operation(&OperationKind::Get));
        let shown = get.into_iter().flat_map(examples);
        let mut shown: Vec<_> = shown.map(|value| unwrapped(&ty, value)).collect();
        shown.sort_by_key(|item| !has_key(item));
        for (at, item) in shown.into_iter().enumerate() {
            if at == 0 || has_key(&item) {
                add(item);
            }
        }
        items
    }
}

impl<'a> Spot<'a> {
    fn operation(&self, kind: &OperationKind) -> Option<&'a Operation> {
        let mut operations = self.operations.iter();
        operations
            .find(|operation| operation.kind == *kind)
            .copied()
    }
}

/// The answer that a page documents for success.
pub(super) fn success(operation: &Operation) -> Option<&Response> {
    let mut responses = operation.page.responses.iter();
    responses.find(|response| (200..400).contains(&response.status))
}

/// The type of one value, or of one item, of the documented answer; what a call answers says nothing about its place.
fn answered_type(operation: &Operation) -> Option<Type> {
    if matches!(
        operation.kind,
        OperationKind::Action(_) | OperationKind::Function(_)
    ) {
        return None;
    }
    match &success(operation)?.body {
        ResponseBody::Value(ty) | ResponseBody::Collection(ty) => Some(ty.clone()),
        ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => None,
    }
}

/// The JSON of the successful answers that a page shows, those to requests without a query first.
pub(super) fn examples(operation: &Operation) -> impl Iterator<Item = Value> {
    let shown = operation.page.examples.iter().filter_map(|example| {
        let has_query = match example.request.as_ref().map(|request| &request.start_line) {
            Some(StartLine::Request(method, _)) if *method != operation.method => {
                return None;
            }
            Some(StartLine::Request(_, target)) => target.contains('?'),
            Some(StartLine::Status(_)) | None => false,
        };
        let response = example.response.as_ref().filter(|it| is_success(it))?;
        Some((has_query, example::json(response)?))
    });
    let mut shown: Vec<(bool, Value)> = shown.collect();
    shown.sort_by_key(|(has_query, _)| *has_query);
    shown.into_iter().map(|(_, value)| value)
}

fn is_success(message: &HttpMessage) -> bool {
    matches!(message.start_line, StartLine::Status(200..=299))
}

/// The text of a successful answer that a page shows in the place of bytes; JSON there describes them.
pub(super) fn shown_text(operation: &Operation) -> Option<&str> {
    let responses = operation.page.examples.iter();
    let responses = responses.filter_map(|example| example.response.as_ref());
    let mut successes = responses.filter(|it| is_success(it));
    successes
        .find(|it| example::json(it).is_none())
        .map(|it| it.body.trim())
}

/// Examples of single values sometimes stand in a `value`, as those of primitive types have to.
pub(super) fn unwrapped(ty: &Type, mut value: Value) -> Value {
    let declares_value = matches!(value.get("value"), Some(inner) if inner.is_object() || !is_structured(&ty.item) || ty.collection);
    if declares_value {
        value["value"].take()
    } else {
        value
    }
}

fn is_structured(item: &ItemType) -> bool {
    matches!(item, ItemType::Structured(_))
}

/// A value without the parts that are not of their types; `None` if nothing is left.
pub(super) fn pruned(api: &Api, ty: &Type, mut value: Value) -> Option<Value> {
    if value.is_null() {
        return None;
    }
    if let Value::Object(members) = &mut value {
        // The addresses in examples are those of the real service.
        drop_annotations(members);
    }
    // From the last to the first, so that numbers of items stay right.
    for Mismatch { at, .. } in conform::mismatches(api, ty, &value).into_iter().rev() {
        let (parent, name) = at.rsplit_once('/')?;
        let name = name.replace("~1", "/").replace("~0", "~");
        match value.pointer_mut(parent) {
            Some(Value::Object(members)) => {
                members.shift_remove(&name);
            }
            Some(Value::Array(items)) => {
                if let Ok(at) = name.parse::<usize>()
                    && at < items.len()
                {
                    items.remove(at);
                }
            }
            _ => {}
        }
    }
    Some(value)
}

/// Takes out what a service says about an object (OData JSON Format 4.0, section 4.5): it is no part of what is kept.
pub(super) fn drop_annotations(object: &mut Map<String, Value>) {
    object.retain(|name, _| !name.contains("@odata.") || name.ends_with("@odata.type"));
}

/// The smallest value of a type: what may not be left out, and nothing else.
pub(super) fn minimal(api: &Api, ty: &Type) -> Value {
    minimal_within(api, ty, DEEPEST)
}

fn minimal_within(api: &Api, ty: &Type, depth: usize) -> Value {
    if ty.collection {
        return Value::Array(Vec::new());
    }
    match &ty.item {
        ItemType::Primitive(primitive) => minimal_primitive(*primitive),
        ItemType::Enum(id) => {
            let member = api[*id].members.first();
            member.map_or(Value::Null, |member| member.name.as_str().into())
        }
        ItemType::Structured(_) if depth == 0 => Value::Null,
        ItemType::Structured(id) => {
            let mut object = Map::new();
            let concrete = concrete(api, *id);
            if concrete != *id {
                let name = format!("#{}", api[concrete].name);
                object.insert("@odata.type".to_owned(), name.into());
            }
            add_missing(api, concrete, &mut object, depth);
            object.into()
        }
        ItemType::Unknown { .. } => Value::Object(Map::new()),
    }
}

fn minimal_primitive(primitive: Primitive) -> Value {
    match primitive {
        Primitive::Boolean => false.into(),
        Primitive::Byte
        | Primitive::SByte
        | Primitive::Int16
        | Primitive::Int32
        | Primitive::Int64
        | Primitive::Decimal
        | Primitive::Double
        | Primitive::Single => 0.into(),
        Primitive::String | Primitive::Binary => "".into(),
        Primitive::Date => "2000-01-01".into(),
        Primitive::DateTimeOffset => "2000-01-01T00:00:00Z".into(),
        Primitive::TimeOfDay => "00:00:00".into(),
        Primitive::Duration => "PT0S".into(),
        Primitive::Guid => guid(0).into(),
        Primitive::Stream | Primitive::Untyped => Value::Null,
    }
}

/// A type that can have instances: the type itself, or the first such type that derives from it.
fn concrete(api: &Api, id: TypeId) -> TypeId {
    if !api[id].is_abstract {
        return id;
    }
    let derived = api[id]
        .derived
        .iter()
        .map(|&derived| concrete(api, derived));
    derived
        .into_iter()
        .find(|&derived| !api[derived].is_abstract)
        .unwrap_or(id)
}

/// Gives an object of this type the properties that it may not be without, with their defaults where documented.
pub(super) fn complete(api: &Api, id: TypeId, object: &mut Map<String, Value>) {
    add_missing(api, id, object, DEEPEST);
}

fn add_missing(api: &Api, id: TypeId, object: &mut Map<String, Value>, depth: usize) {
    let key = key_name(api, &Type::single(ItemType::Structured(id)));
    for member in api.all_members(id) {
        let is_needed = member.name == key && api.lineage(id).any(|ty| !ty.key.is_empty())
            || member.nullable == Some(false) && member.kind == MemberKind::Property
            || member.default.is_some();
        if is_needed && !object.contains_key(&member.name) {
            let value = default_value(api, member)
                .unwrap_or_else(|| minimal_within(api, &member.ty, depth - 1));
            object.insert(member.name.clone(), value);
        }
    }
}

/// The documented default, if it is of the member's type.
fn default_value(api: &Api, member: &Member) -> Option<Value> {
    let text = member.default.as_deref()?;
    let as_json = serde_json::from_str(text).unwrap_or(Value::Null);
    let candidates = [as_json, text.into()];
    candidates
        .into_iter()
        .find(|value| !value.is_null() && conform::mismatches(api, &member.ty, value).is_empty())
}

/// By which member the items of a collection are told apart.
pub(super) fn key_name<'a>(api: &'a Api, ty: &Type) -> &'a str {
    let ItemType::Structured(id) = ty.item else {
        return "id";
    };
    let key = api.lineage(id).find_map(|ty| ty.key.first());
    key.map_or("id", String::as_str)
}

/// Whether a type or one of its base types has a member.
pub(super) fn has_member(api: &Api, ty: &Type, name: &str) -> bool {
    match ty.item {
        ItemType::Structured(id) => api
            .lineage(id)
            .any(|ty| ty.members.iter().any(|it| it.name == name)),
        _ => false,
    }
}

/// The same number for the same text, on every machine (FNV-1a).
pub(super) fn fingerprint(text: &str) -> u128 {
    text.bytes().fold(
        0x6c62_272e_07bb_0142_62b8_2175_6295_c58d,
        |hash: u128, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        },
    )
}
