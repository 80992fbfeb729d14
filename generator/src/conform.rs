//! Whether a JSON value is what the api says.
//!
//! Comes in: an [`Api`], a type and a value. Goes out: every place where the value is something else.
//! `null` is a value of every type: pages do not say reliably what may be `null`. Names with an `@` are annotations
//! (OData JSON Format 4.0, section 4.5) and are left alone, but for `@odata.type`, which names the type of an object.

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    api::{Api, ItemType, Type, TypeId},
    ir::Primitive,
};

/// A place where a value is not what its type says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole value.
    pub at: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The value has another type than this one.
    OtherType(String),
    /// The type has no member of this name.
    UnknownMember(String),
    /// The enumeration with this name has no such member.
    UnknownValue(String),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.at.is_empty() {
            "the value"
        } else {
            &self.at
        };
        match &self.problem {
            Problem::OtherType(expected) => write!(f, "{place} is no {expected}"),
            Problem::UnknownMember(ty) => write!(f, "{ty} has no member {place}"),
            Problem::UnknownValue(ty) => write!(f, "{place} is no member of {ty}"),
        }
    }
}

/// All places where `value` is not of type `ty`, in the order of the value.
pub fn mismatches(api: &Api, ty: &Type, value: &Value) -> Vec<Mismatch> {
    let mut check = Check {
        api,
        at: Vec::new(),
        found: Vec::new(),
    };
    check.value(ty, value);
    check.found
}

struct Check<'a> {
    api: &'a Api,
    /// The place that is looked at.
    at: Vec<Step<'a>>,
    found: Vec<Mismatch>,
}

/// A step from a value to one within it.
enum Step<'a> {
    Member(&'a str),
    Item(usize),
}

impl<'a> Check<'a> {
    fn value(&mut self, ty: &Type, value: &'a Value) {
        if value.is_null() {
            return;
        }
        if !ty.collection {
            return self.item(&ty.item, value);
        }
        let Value::Array(items) = value else {
            return self.report(Problem::OtherType(format!(
                "collection of {}",
                self.name(&ty.item)
            )));
        };
        for (index, item) in items.iter().enumerate() {
            self.below(Step::Item(index), |check| {
                if !item.is_null() {
                    check.item(&ty.item, item);
                }
            });
        }
    }

    fn item(&mut self, item: &ItemType, value: &'a Value) {
        match item {
            ItemType::Unknown { .. } => {}
            ItemType::Primitive(primitive) => {
                if !is_primitive(*primitive, value) {
                    self.report(Problem::OtherType(self.name(item)));
                }
            }
            ItemType::Enum(id) => {
                let ty = &self.api[*id];
                let Value::String(text) = value else {
                    return self.report(Problem::OtherType(self.name(item)));
                };
                let known = |name: &str| {
                    ty.members
                        .iter()
                        .any(|member| member.name.eq_ignore_ascii_case(name))
                };
                let mut names = text.split(',').map(str::trim);
                let is_known = if ty.is_flags {
                    names.all(known)
                } else {
                    known(text)
                };
                if !is_known {
                    self.report(Problem::UnknownValue(self.name(item)));
                }
            }
            ItemType::Structured(id) => match value {
                Value::Object(members) => self.object(*id, members),
                _ => self.report(Problem::OtherType(self.name(item))),
            },
        }
    }

    fn object(&mut self, declared: TypeId, members: &'a Map<String, Value>) {
        let api = self.api;
        let id = actual_type(api, declared, members);
        let is_open = api.lineage(id).any(|ty| ty.is_open);
        for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
            let mut declared = api.lineage(id).flat_map(|ty| &ty.members);
            let member = declared.find(|member| member.name == *name);
            self.below(Step::Member(name), |check| match member {
                Some(member) => check.value(&member.ty, value),
                None if is_open => {}
                None => check.report(Problem::UnknownMember(
                    check.api[id].name.as_str().to_owned(),
                )),
            });
        }
    }

    /// Does something one step down.
    fn below(&mut self, step: Step<'a>, check: impl FnOnce(&mut Self)) {
        self.at.push(step);
        check(self);
        self.at.pop();
    }

    fn report(&mut self, problem: Problem) {
        let steps = self.at.iter().map(|step| match step {
            Step::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => format!("/{index}"),
        });
        let at = steps.collect();
        self.found.push(Mismatch { at, problem });
    }

    fn name(&self, item: &ItemType) -> String {
        match item {
            ItemType::Primitive(primitive) => primitive.as_str().to_owned(),
            ItemType::Structured(id) => self.api[*id].name.as_str().to_owned(),
            ItemType::Enum(id) => self.api[*id].name.as_str().to_owned(),
            ItemType::Unknown { text, .. } => text.clone(),
        }
    }
}

/// The type that an object says it has, if that derives from the declared one.
pub fn actual_type(api: &Api, declared: TypeId, members: &Map<String, Value>) -> TypeId {
    let name = members.get("@odata.type").and_then(Value::as_str);
    named_type(api, declared, name)
}

/// The same for the value of `@odata.type`, if there is one.
pub fn named_type(api: &Api, declared: TypeId, name: Option<&str>) -> TypeId {
    name.and_then(|name| api.find_type(name.trim_start_matches('#')))
        .filter(|&id| api.derives_from(id, declared))
        .unwrap_or(declared)
}

/// Whether a value stands for a primitive (OData JSON Format 4.0, section 7.1).
fn is_primitive(primitive: Primitive, value: &Value) -> bool {
    match primitive {
        Primitive::Untyped | Primitive::Stream => true,
        Primitive::Boolean => value.is_boolean(),
        Primitive::Byte | Primitive::SByte | Primitive::Int16 | Primitive::Int32 => {
            value.is_i64() || value.is_u64()
        }
        // Clients that ask for it get these as strings (section 3.2), and some services never ask.
        Primitive::Int64 => value.is_i64() || is_text(value, |text| text.parse::<i64>().is_ok()),
        Primitive::Decimal => {
            value.is_number() || is_text(value, |text| text.parse::<f64>().is_ok())
        }
        Primitive::Double | Primitive::Single => {
            value.is_number() || is_text(value, |text| matches!(text, "INF" | "-INF" | "NaN"))
        }
        Primitive::String | Primitive::Binary => value.is_string(),
        Primitive::Date => is_text(value, is_date),
        Primitive::TimeOfDay => is_text(value, is_time),
        Primitive::DateTimeOffset => is_text(value, is_moment),
        Primitive::Duration => is_text(value, is_duration),
        Primitive::Guid => is_text(value, is_guid),
    }
}

/// Whether a text stands for a primitive in a URL (OData 4.0, URL conventions, section 5.1.1.6.1); strings are taken as
/// they are.
pub fn is_literal(primitive: Primitive, text: &str) -> bool {
    is_primitive(primitive, &Value::from(text))
        || serde_json::from_str(text).is_ok_and(|value| is_primitive(primitive, &value))
}

fn is_text(value: &Value, is_meant: impl Fn(&str) -> bool) -> bool {
    value.as_str().is_some_and(is_meant)
}

/// `2021-07-01`.
fn is_date(text: &str) -> bool {
    is_like(text, "dddd-dd-dd")
}

/// `12:30`, `12:30:00`, `12:30:00.0000000`.
fn is_time(text: &str) -> bool {
    let (time, fraction) = text.split_once('.').unwrap_or((text, "0"));
    (is_like(time, "dd:dd:dd") || is_like(time, "dd:dd")) && are_digits(fraction)
}

/// `2021-07-01T12:30:00Z`, `2021-07-01T12:30:00.123+02:00`.
fn is_moment(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else {
        return false;
    };
    let zone = time.find(['Z', 'z', '+', '-']);
    let Some((time, zone)) = zone.and_then(|at| time.split_at_checked(at)) else {
        return false;
    };
    let is_zone = zone.eq_ignore_ascii_case("z") || is_like(&zone[1..], "dd:dd");
    is_date(date) && is_time(time) && is_zone
}

/// `P1D`, `-PT5M30.5S`.
fn is_duration(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+']);
    let Some(parts) = text.strip_prefix('P') else {
        return false;
    };
    !parts.is_empty()
        && parts
            .chars()
            .all(|c| c.is_ascii_digit() || "YMWDTHS.".contains(c))
}

/// Whether a text is a GUID: `87d349ed-44d7-43e1-9a83-5f2406dee5bd`.
pub fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has the form of a pattern, in which `d` is a digit.
fn is_like(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, wanted)| match wanted {
                b'd' => byte.is_ascii_digit(),
                other => byte == other,
            })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{compile, docs::Docs, ir::ApiVersion, vocabulary::Vocabulary};

    #[test]
    fn primitives_have_their_forms() {
        let right = [
            (Primitive::Int64, json!("9007199254740993")),
            (Primitive::Double, json!("-INF")),
            (
                Primitive::DateTimeOffset,
                json!("2021-07-01T12:30:00.0000000Z"),
            ),
            (
                Primitive::DateTimeOffset,
                json!("2021-07-01T12:30:00+02:00"),
            ),
            (Primitive::Duration, json!("-PT5M30.5S")),
            (
                Primitive::Guid,
                json!("87d349ed-44d7-43e1-9a83-5f2406dee5bd"),
            ),
            (Primitive::TimeOfDay, json!("08:00:00.0000000")),
        ];
        for (primitive, value) in right {
            assert!(is_primitive(primitive, &value), "{primitive:?} {value}");
        }
        let wrong = [
            (Primitive::Int32, json!("7")),
            (Primitive::Int32, json!(7.5)),
            (Primitive::Boolean, json!("true")),
            (Primitive::String, json!(7)),
            (Primitive::DateTimeOffset, json!("2021-07-01")),
            (Primitive::DateTimeOffset, json!("String (timestamp)")),
            (Primitive::Duration, json!("PT5 minutes")),
            (Primitive::Guid, json!("87d349ed")),
            (Primitive::Date, json!("2021-7-1")),
        ];
        for (primitive, value) in wrong {
            assert!(!is_primitive(primitive, &value), "{primitive:?} {value}");
        }
    }

    #[test]
    fn objects_are_checked_member_by_member() {
        const PAGE: &str = "# book resource type\n\n## Properties\n\n\
            |Property|Type|Description|\n|:---|:---|:---|\n\
            |title|String|The title.|\n\
            |pages|Int32|How many.|\n\
            |cover|String|How it is bound. Possible values are: `hard`, `soft`.|\n\
            |chapters|[book](book.md) collection|The parts.|\n\n\
            ## JSON representation\n\n```json\n{\"title\": \"String\"}\n```\n";
        let docs = Docs::from_texts(ApiVersion::Beta, [("resources/book.md", PAGE)]);
        let api = compile(docs, &Vocabulary::default()).api;
        let book = Type {
            item: ItemType::Structured(api.find_type("microsoft.graph.book").unwrap()),
            collection: false,
        };
        let value = json!({
            "@odata.etag": 7,
            "title": null,
            "pages": "many",
            "cover": "hard",
            "chapters": [{"pages": 3}, {"a/b": 1}, []],
        });
        let found: Vec<_> = mismatches(&api, &book, &value)
            .iter()
            .map(ToString::to_string)
            .collect();
        let expected = [
            "/pages is no Edm.Int32",
            "microsoft.graph.book has no member /chapters/1/a~1b",
            "/chapters/2 is no microsoft.graph.book",
        ];
        assert_eq!(found, expected);
    }
}
