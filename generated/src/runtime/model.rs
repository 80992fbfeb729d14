//! Models: a table of member names beside the fields, and the one reader and the one writer that all of them share.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use super::{
    Extra,
    json::{Json, Malformed, Reader, shown, write_string},
};

/// An entity type or a complex type.
///
/// A model is `Default`: start with an empty value and set what you need.
pub trait Model: Clone + Default {
    /// What is known about the type.
    const INFO: TypeInfo;

    /// Hands out the fields in the order of [`TypeInfo::members`].
    ///
    /// There is no such function for `&self`: one of them for each of thousands of types is enough for a compiler, and
    /// what only looks at a model can do so with a copy.
    fn slots(&mut self, visit: Slots<'_>);
}

/// Takes the fields of a model.
pub type Slots<'v> = &'v mut dyn FnMut(&mut [&mut dyn Slot], &mut Extra);

/// A model reads and writes itself by its table.
impl<T: Model> Json for T {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut model = T::default();
        let mut result = Ok(());
        model.slots(&mut |slots, extra| {
            result = read_members(reader, T::INFO.members, slots, extra);
        });
        result.map(|()| model)
    }

    fn write(&mut self, out: &mut String) {
        self.slots(&mut |slots, extra| write_members(out, T::INFO.members, slots, extra, None));
    }

    fn debug(&mut self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        self.slots(&mut |slots, extra| result = debug_members(f, &T::INFO, slots, extra));
        result
    }
}

/// What is known about a model's type.
#[derive(Clone, Copy, Debug)]
pub struct TypeInfo {
    /// Qualified name, as in `@odata.type`.
    pub name: &'static str,
    /// Names of the members on the wire, in the order of the fields.
    pub members: &'static [&'static str],
    /// The type that it derives from.
    pub base: Option<&'static TypeInfo>,
    /// Qualified names of all types that derive from it.
    pub derived: &'static [&'static str],
    /// Names of the members that `Debug` does not show.
    pub secret: &'static [&'static str],
}

impl TypeInfo {
    /// A type without base type.
    pub const fn new(name: &'static str, members: &'static [&'static str]) -> Self {
        Self {
            name,
            members,
            base: None,
            derived: &[],
            secret: &[],
        }
    }

    /// Sets the base type.
    #[must_use]
    pub const fn base(self, base: &'static Self) -> Self {
        Self {
            base: Some(base),
            ..self
        }
    }

    /// Sets the types that derive from it.
    #[must_use]
    pub const fn derived(self, derived: &'static [&'static str]) -> Self {
        Self { derived, ..self }
    }

    /// Sets the members that `Debug` does not show.
    #[must_use]
    pub const fn secret(self, secret: &'static [&'static str]) -> Self {
        Self { secret, ..self }
    }

    /// Whether a value whose `@odata.type` is `name` is of this type or of one that derives from it.
    pub fn covers(&self, name: &str) -> bool {
        let same = |other: &&str| other.eq_ignore_ascii_case(name);
        same(&self.name) || self.derived.iter().any(same)
    }
}

/// A model whose values are also values of `Base`; every model derives from itself.
pub trait DerivedFrom<Base: Model>: Model {}

impl<T: Model> DerivedFrom<T> for T {}

/// A field of a model: a value that may be absent.
pub trait Slot {
    /// Reads a value that is not `null`.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed>;

    /// Appends the value as JSON; nothing if it is absent.
    fn write(&mut self, out: &mut String);

    /// Whether there is a value.
    fn is_set(&self) -> bool;

    /// Takes the value out.
    fn clear(&mut self);

    /// Shows the value to a programmer.
    fn debug(&mut self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: Json> Slot for Option<T> {
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        *self = Some(T::read(reader)?);
        Ok(())
    }

    fn write(&mut self, out: &mut String) {
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn is_set(&self) -> bool {
        self.is_some()
    }

    fn clear(&mut self) {
        *self = None;
    }

    fn debug(&mut self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_mut().map_or(Ok(()), |value| value.debug(f))
    }
}

/// What every model can do.
pub trait ModelExt: Model {
    /// Reads the value as one of a type that derives from this one, if its `@odata.type` says that it is one.
    fn downcast<T: DerivedFrom<Self>>(&self) -> Option<T> {
        self.is::<T>()
            .then(|| T::from_json(&self.to_json()).ok())
            .flatten()
    }

    /// Whether `@odata.type` says that the value is a `T`.
    fn is<T: DerivedFrom<Self>>(&self) -> bool {
        let name = actual_type(self);
        T::INFO.covers(name.as_deref().unwrap_or(Self::INFO.name))
    }

    /// The value as one of its base types. Nothing is lost: what `Base` does not declare is in its extra members, and
    /// `@odata.type` says what the value is.
    fn upcast<Base: Model>(&self) -> Base
    where
        Self: DerivedFrom<Base>,
    {
        Base::from_json(&json_as(self, &Base::INFO)).unwrap_or_default()
    }

    /// Sets a member to `null`: `user.set_null(|user| &mut user.mobile_phone)`.
    ///
    /// A member that is absent is left as it is by an update; one that is `null` is cleared.
    fn set_null<S: Slot>(&mut self, member: impl FnOnce(&mut Self) -> &mut S) {
        let start = std::ptr::from_ref(self).addr();
        let field = member(self);
        field.clear();
        let place = std::ptr::from_mut(field).addr() - start;
        at_place(self, place, |index, extra| extra.set_null(index));
    }

    /// Whether a member is explicitly `null`, rather than absent.
    fn is_null<S: Slot>(&self, member: impl FnOnce(&Self) -> &S) -> bool {
        let field = member(self);
        let place = std::ptr::from_ref(field).addr() - std::ptr::from_ref(self).addr();
        !field.is_set()
            && at_place(&mut self.clone(), place, |index, extra| {
                extra.is_null(index)
            }) == Some(true)
    }
}

impl<T: Model> ModelExt for T {}

/// Calls `then` with the index of the field that begins `place` bytes after the model.
fn at_place<T: Model, R>(
    model: &mut T,
    place: usize,
    then: impl Fn(usize, &mut Extra) -> R,
) -> Option<R> {
    let start = std::ptr::from_ref(model).addr();
    let mut result = None;
    model.slots(&mut |slots, extra| {
        let same = |slot: &&mut dyn Slot| {
            std::ptr::from_ref::<dyn Slot>(*slot)
                .addr()
                .checked_sub(start)
                == Some(place)
        };
        result = slots.iter().position(same).map(|index| then(index, extra));
    });
    result
}

/// The value of `@odata.type`, without its `#`.
fn actual_type(model: &impl Model) -> Option<String> {
    let mut name = None;
    model
        .clone()
        .slots(&mut |_, extra| name = extra.odata_type());
    name
}

/// A model as JSON where a value of the type `declared` is due: another type is named in `@odata.type`.
pub(crate) fn json_as<T: Model>(model: &T, declared: &TypeInfo) -> String {
    let named = (T::INFO.name != declared.name).then_some(T::INFO.name);
    let mut out = String::new();
    let members = T::INFO.members;
    model
        .clone()
        .slots(&mut |slots, extra| write_members(&mut out, members, slots, extra, named));
    out
}

/// A model within another one that it can contain in turn.
#[derive(Clone, Default)]
pub struct Boxed<T>(Box<T>);

impl<T> Boxed<T> {
    /// Takes the model out.
    pub fn into_inner(self) -> T {
        *self.0
    }
}

impl<T> From<T> for Boxed<T> {
    fn from(model: T) -> Self {
        Self(Box::new(model))
    }
}

impl<T> Deref for Boxed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Boxed<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Json> Json for Boxed<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        T::read(reader).map(Self::from)
    }

    fn write(&mut self, out: &mut String) {
        self.0.write(out);
    }

    fn debug(&mut self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug(f)
    }
}

/// Two models are equal if they are written alike.
#[allow(dead_code)] // Not every API has models.
pub(crate) fn equal<T: Model>(one: &T, other: &T) -> bool {
    one.to_json() == other.to_json()
}

/// Reads an object into the fields. A member that is not declared, or whose value has another type, goes to `extra`.
fn read_members(
    reader: &mut Reader<'_>,
    names: &[&str],
    slots: &mut [&mut dyn Slot],
    extra: &mut Extra,
) -> Result<(), Malformed> {
    // Services send members in the order of their schema, which the documentation mostly follows.
    let mut expected = 0;
    reader.members(&mut |reader, name| {
        let Some(index) = find(names, &name, expected) else {
            extra.keep(&name, reader.raw()?);
            return Ok(());
        };
        expected = index + 1;
        if reader.null() {
            extra.set_null(index);
        } else if let Err(json) = reader.fitting(|reader| slots[index].read(reader))? {
            extra.keep(&name, json);
        }
        Ok(())
    })
}

/// The index of `name`, looked for from `expected` on.
fn find(names: &[&str], name: &str, expected: usize) -> Option<usize> {
    let expected = expected.min(names.len());
    let at = |names: &[&str]| names.iter().position(|other| *other == name);
    at(&names[expected..])
        .map(|index| expected + index)
        .or_else(|| at(&names[..expected]))
}

fn write_members(
    out: &mut String,
    names: &[&str],
    slots: &mut [&mut dyn Slot],
    extra: &Extra,
    named: Option<&str>,
) {
    let mut separator = '{';
    let mut start = |out: &mut String, name: &str| {
        out.push(separator);
        separator = ',';
        write_string(out, name);
        out.push(':');
    };
    if let Some(name) = named.filter(|_| extra.raw("@odata.type").is_none()) {
        start(out, "@odata.type");
        write_string(out, &format!("#{name}"));
    }
    for (index, (slot, name)) in slots.iter_mut().zip(names).enumerate() {
        if slot.is_set() {
            start(out, name);
            slot.write(out);
        } else if extra.is_null(index) {
            start(out, name);
            out.push_str("null");
        }
    }
    for (name, json) in extra.iter() {
        // A value that was set later replaces the one that could not be read.
        let replaced = names
            .iter()
            .position(|other| *other == name)
            .is_some_and(|at| slots[at].is_set());
        if !replaced {
            start(out, name);
            out.push_str(json);
        }
    }
    if separator == '{' {
        out.push('{');
    }
    out.push('}');
}

fn debug_members(
    f: &mut fmt::Formatter<'_>,
    info: &TypeInfo,
    slots: &mut [&mut dyn Slot],
    extra: &Extra,
) -> fmt::Result {
    let name = info.name.rsplit('.').next().unwrap_or(info.name);
    let mut out = f.debug_struct(name);
    for (index, (slot, name)) in slots.iter_mut().zip(info.members).enumerate() {
        if slot.is_set() && info.secret.contains(name) {
            out.field(name, &format_args!("(hidden)"));
        } else if slot.is_set() {
            out.field(name, &shown(|f| slot.debug(f)));
        } else if extra.is_null(index) {
            out.field(name, &format_args!("null"));
        }
    }
    for (name, json) in extra.iter() {
        if info.secret.contains(&name) {
            out.field(name, &format_args!("(hidden)"));
        } else {
            out.field(name, &format_args!("{json}"));
        }
    }
    out.finish()
}

/// Serializes through serde. Requests and responses do not go this way.
#[cfg(feature = "serde")]
#[allow(dead_code)] // Not every API has types.
pub(crate) fn serialize<S: serde::Serializer>(
    value: &impl Json,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let value: serde_json::Value =
        serde_json::from_str(&value.to_json()).map_err(serde::ser::Error::custom)?;
    serde::Serialize::serialize(&value, serializer)
}

/// Deserializes through serde. Requests and responses do not go this way.
#[cfg(feature = "serde")]
#[allow(dead_code)] // Not every API has types.
pub(crate) fn deserialize<'de, T: Json, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
    T::from_json(&value.to_string()).map_err(serde::de::Error::custom)
}

/// Gives types serde's traits, for those who need them: a compiler takes its time over thousands of them.
#[allow(unused_macros)] // Not every API has types.
macro_rules! serde_traits {
    ($($name:ident),*) => {$(
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::runtime::model::serialize(self, serializer)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::runtime::model::deserialize(deserializer)
            }
        }
    )*};
}
#[allow(unused_imports)]
pub(crate) use serde_traits;

/// Hands out the named fields of a model, and what it does not declare.
#[allow(unused_macros)] // Not every API has models.
macro_rules! slots {
    ($model:ident, $visit:ident, [$($(#[$when:meta])? $field:ident),*]) => {
        $visit(&mut [$($(#[$when])? &mut $model.$field),*], &mut $model.extra)
    };
}
#[allow(unused_imports)]
pub(crate) use slots;

/// Gives models `Debug` and `PartialEq`, each with a call to the one implementation.
#[allow(unused_macros)] // Not every API has models.
macro_rules! models {
    ($($name:ident),* $(,)?) => {
        $(
            impl std::fmt::Debug for $name {
                #[inline]
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    $crate::runtime::Json::debug(&mut self.clone(), f)
                }
            }

            impl PartialEq for $name {
                #[inline]
                fn eq(&self, other: &Self) -> bool {
                    $crate::runtime::model::equal(self, other)
                }
            }
        )*

        $crate::runtime::model::serde_traits!($($name),*);
    };
}
#[allow(unused_imports)]
pub(crate) use models;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::models::*;

    #[derive(Clone, Default)]
    struct Person {
        name: Option<String>,
        age: Option<i32>,
        secret: Option<String>,
        child: Option<Boxed<Person>>,
        boss: Nav<Person>,
        extra: Extra,
    }

    impl Model for Person {
        const INFO: TypeInfo =
            TypeInfo::new("x.person", &["name", "age", "secret", "child", "boss"])
                .derived(&["x.worker", "x.manager"])
                .secret(&["secret"]);
        fn slots(&mut self, visit: Slots<'_>) {
            slots!(self, visit, [name, age, secret, child, boss]);
        }
    }

    #[derive(Clone, Default)]
    struct Worker {
        name: Option<String>,
        team: Option<String>,
        extra: Extra,
    }

    impl Model for Worker {
        const INFO: TypeInfo = TypeInfo::new("x.worker", &["name", "team"])
            .base(&Person::INFO)
            .derived(&["x.manager"]);
        fn slots(&mut self, visit: Slots<'_>) {
            slots!(self, visit, [name, team]);
        }
    }

    impl DerivedFrom<Person> for Worker {}
    models!(Person, Worker);

    #[test]
    fn what_is_not_declared_or_of_another_type_is_kept() {
        let json = r#"{"name":"A","age":"old","child":{"age":1,"x":[1.50]},"@odata.etag":"W/\"1\"","boss":{"y":{}}}"#;
        let person = Person::from_json(json).unwrap();
        assert_eq!(person.name.as_deref(), Some("A"));
        assert_eq!(person.age, None);
        assert_eq!(person.extra.get::<String>("age").as_deref(), Some("old"));
        assert_eq!(person.extra.odata_etag().as_deref(), Some("W/\"1\""));
        assert_eq!(person.child.as_ref().unwrap().age, Some(1));
        assert_eq!(
            person.boss.get().unwrap().unwrap().extra.raw("y"),
            Some("{}")
        );
        let again = r#"{"name":"A","child":{"age":1,"x":[1.50]},"boss":{"y":{}},"age":"old","@odata.etag":"W/\"1\""}"#;
        assert_eq!(person.to_json(), again);
        assert_eq!(Person::from_json(again).unwrap(), person);
    }

    #[test]
    fn a_value_set_later_replaces_one_of_another_type() {
        let mut person = Person::from_json(r#"{"age":"old"}"#).unwrap();
        person.age = Some(7);
        assert_eq!(person.to_json(), r#"{"age":7}"#);
    }

    #[test]
    fn absent_null_and_set_differ() {
        let mut person = Person::from_json(r#"{"name":null}"#).unwrap();
        assert!(person.is_null(|person| &person.name));
        assert!(!person.is_null(|person| &person.age));
        assert_eq!(person.to_json(), r#"{"name":null}"#);
        person.age = Some(1);
        person.set_null(|person| &mut person.age);
        person.name = Some("B".into());
        assert_eq!(person.to_json(), r#"{"name":"B","age":null}"#);
        assert_eq!(Person::default().to_json(), "{}");
    }

    #[test]
    fn derived_types_survive_their_base() {
        let json = r##"{"@odata.type":"#x.Manager","name":"A","team":"T","level":3}"##;
        let person = Person::from_json(json).unwrap();
        assert!(person.is::<Worker>());
        let worker = person.downcast::<Worker>().unwrap();
        assert_eq!(worker.team.as_deref(), Some("T"));
        let back: Person = worker.upcast();
        assert_eq!(back.extra.odata_type().as_deref(), Some("x.Manager"));
        assert!(Person::default().downcast::<Worker>().is_none());
        let fresh = Worker {
            team: Some("T".into()),
            ..Worker::default()
        };
        let json = json_as(&fresh, &Person::INFO);
        assert_eq!(json, r##"{"@odata.type":"#x.worker","team":"T"}"##);
        assert_eq!(fresh.to_json(), r#"{"team":"T"}"#);
    }

    #[test]
    fn secrets_are_not_shown() {
        let json = r#"{"name":"A","secret":"s1","child":{"secret":"s2"},"boss":{"secret":"s3"}}"#;
        let shown = format!("{:?}", Person::from_json(json).unwrap());
        assert!(
            shown.contains("(hidden)") && shown.contains("\"A\""),
            "{shown}"
        );
        assert!(
            !["s1", "s2", "s3"]
                .iter()
                .any(|secret| shown.contains(secret)),
            "{shown}"
        );
    }
}
