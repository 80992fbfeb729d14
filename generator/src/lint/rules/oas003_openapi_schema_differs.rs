use serde_json::Value;

use crate::{
    api::{EnumType, ItemType, Member, Operation, ResponseBody, StructuredType, Type, Witness},
    ir::Primitive,
    lint::{
        change::member_place,
        finding::{Findings, Place, Severity},
        openapi::{self, OpenApi},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "OAS003",
    name: "openapi-schema-differs",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("oas003_openapi_schema_differs.md"),
    check: Check::Version(check),
};

fn check(world: &World, version: &Version, out: &mut Findings) {
    let Some(document) = world.openapi(version.compilation.version) else {
        return;
    };
    let compared = Compared {
        world,
        version,
        document,
    };
    for ty in &version.api().types {
        compared.check_type(ty, out);
    }
    for ty in &version.api().enums {
        compared.check_enum(ty, out);
    }
    let operations = version.api().operations.iter();
    for operation in operations.filter(|it| it.witness == Witness::RequestLine) {
        let key = openapi::key(operation.method, &operation.path.template());
        if let Some((_, path)) = document.operations.get(&key) {
            compared.check_answer(operation, path, out);
        }
    }
}

/// A version beside its OpenAPI document.
struct Compared<'c, 'w, 'v> {
    world: &'c World<'w>,
    version: &'c Version<'v>,
    document: &'c OpenApi,
}

impl Compared<'_, '_, '_> {
    fn check_type(&self, ty: &StructuredType, out: &mut Findings) {
        let component = ["components", "schemas", ty.name.as_str()];
        let Some(schema) = self.document.get(&component) else {
            return;
        };
        for member in &ty.members {
            let name = member.name.as_str();
            let Some((keys, property)) = property(schema, name) else {
                continue;
            };
            let Some((said, is)) = self.difference(member, property) else {
                continue;
            };
            let Some(mut place) = member_place(self.version, self.world, ty, member) else {
                continue;
            };
            place.label = String::new();
            let message =
                format!("`{name}` is {said} by its page, and {is} in the OpenAPI document");
            let keys: Vec<_> = component
                .iter()
                .copied()
                .chain(keys.iter().copied())
                .collect();
            out.tell(place, message)
                .symbol(format!("{}/{name}", ty.name))
                .related(self.document.place(&keys, format!("it is {is} here")));
        }
    }

    /// What a member is by its page and by its schema, if that is not the same.
    fn difference(&self, member: &Member, schema: &Value) -> Option<(String, String)> {
        let schema = without_null(schema);
        let (name, target) = self.document.resolved(schema);
        let is_array = target.get("type").is_some_and(|ty| has_type(ty, "array"));
        let words = |many| if many { "a collection" } else { "one value" };
        if is_array != member.ty.collection {
            // A schema without a type takes anything.
            let is_open = name.is_none() && target.get("type").is_none() && !is_union(target);
            return (!is_open).then(|| (words(!is_array).to_owned(), words(is_array).to_owned()));
        }
        let items = target.get("items").filter(|_| is_array).unwrap_or(schema);
        let (name, target) = self.document.resolved(without_null(items));
        let said = self.type_name(&member.ty)?;
        match (name, &member.ty.item) {
            (Some(name), ItemType::Structured(_) | ItemType::Enum(_)) => {
                let same = name.eq_ignore_ascii_case(&said);
                (!same).then(|| (format!("`{said}`"), format!("`{name}`")))
            }
            (Some(name), ItemType::Primitive(_)) => {
                let is_text = target.get("enum").is_some()
                    && member.ty.item == ItemType::Primitive(Primitive::String);
                (!is_text).then(|| (format!("`{said}`"), format!("`{name}`")))
            }
            (None, ItemType::Primitive(primitive)) => {
                let written = target.get("type")?;
                let fits = json_types(*primitive)
                    .iter()
                    .any(|ty| has_type(written, ty));
                (!fits).then(|| (format!("`{said}`"), format!("`{}`", type_words(written))))
            }
            (None, _) | (Some(_), ItemType::Unknown { .. }) => None,
        }
    }

    fn type_name(&self, ty: &Type) -> Option<String> {
        let api = self.version.api();
        Some(match &ty.item {
            ItemType::Primitive(primitive) => primitive.as_str().to_owned(),
            ItemType::Structured(id) => api[*id].name.as_str().to_owned(),
            ItemType::Enum(id) => api[*id].name.as_str().to_owned(),
            ItemType::Unknown { .. } => return None,
        })
    }

    /// Tells the members of an enumeration that only one side has.
    fn check_enum(&self, ty: &EnumType, out: &mut Findings) {
        let keys = ["components", "schemas", ty.name.as_str(), "enum"];
        let listed = self.document.get(&keys).and_then(Value::as_array);
        let Some(listed) = listed else {
            return;
        };
        let listed: Vec<_> = listed.iter().filter_map(Value::as_str).collect();
        let is_paged = |name: &str| ty.members.iter().any(|it| it.name == name);
        let extra = ty.members.iter().map(|it| it.name.as_str());
        let extra: Vec<_> = extra.filter(|name| !listed.contains(name)).collect();
        let missing: Vec<_> = listed
            .iter()
            .copied()
            .filter(|name| !is_paged(name) && *name != "unknownFutureValue")
            .collect();
        let place = self.version.type_at(ty.name.as_str(), "").or_else(|| {
            let (page, at) = self.version.line(&ty.source)?;
            Some(self.version.at(page, at, ""))
        });
        let Some(place) = place else {
            return;
        };
        let quoted = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
            names.join(", ")
        };
        let message = match (extra.is_empty(), missing.is_empty()) {
            (true, true) => return,
            (false, true) => format!(
                "the OpenAPI document has no {} in `{}`",
                quoted(&extra),
                ty.name
            ),
            (true, false) => format!("pages do not list {} of `{}`", quoted(&missing), ty.name),
            (false, false) => format!(
                "pages list {} of `{}`, the OpenAPI document lists {} instead",
                quoted(&extra),
                ty.name,
                quoted(&missing)
            ),
        };
        let finding = out
            .tell(place, message)
            .symbol(ty.name.as_str())
            .related(self.document.place(&keys, "its members are here"));
        if extra.is_empty() {
            finding.severity(Severity::Warning);
        }
    }

    /// Tells another status of success, and another type of what comes back.
    fn check_answer(&self, operation: &Operation, path: &str, out: &mut Findings) {
        let method = openapi::word(operation.method);
        let keys = ["paths", path, method, "responses"];
        let responses = self.document.get(&keys).and_then(Value::as_object);
        let Some((responses, success)) = responses.zip(operation.page.success()) else {
            return;
        };
        let Some((page, at)) = self.version.line(&operation.source) else {
            return;
        };
        let place = self.version.at(page, at, "");
        let symbol = format!(
            "{} {}",
            operation.method.as_str(),
            operation.path.template()
        );
        let status = success.status.to_string();
        let known = [status.as_str(), "2XX", "2xx"];
        let Some(found) = known.iter().find(|known| responses.contains_key(**known)) else {
            let told: Vec<_> = responses.keys().filter(|it| it.starts_with('2')).collect();
            let Some(first) = told.first() else {
                return;
            };
            let message = format!(
                "`{symbol}` answers with {status} by its page, and with {first} in the OpenAPI document"
            );
            let there = self.document.place(
                &["paths", path, method, "responses", first],
                "the status is here",
            );
            out.tell(place, message)
                .symbol(format!("{symbol}#status"))
                .related(there);
            return;
        };
        let schema = responses.get(*found).and_then(|it| self.schema_of(it));
        let Some(schema) = schema else {
            return;
        };
        let (many, item) = self.answered(schema);
        let (said_many, said) = match &success.body {
            ResponseBody::Collection(item) => (true, item),
            ResponseBody::Value(item) => (item.collection, item),
            ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => return,
        };
        let there = || {
            self.document.place(
                &["paths", path, method, "responses", found],
                "the answer is here",
            )
        };
        self.compare_answer(
            (&symbol, place),
            (said_many, said),
            (many, item),
            there,
            out,
        );
    }

    fn compare_answer(
        &self,
        (symbol, place): (&str, Place),
        (said_many, said): (bool, &Type),
        (many, item): (bool, Option<&str>),
        there: impl Fn() -> Place,
        out: &mut Findings,
    ) {
        let words = |many| if many { "a collection" } else { "one value" };
        let message = if many == said_many {
            let Some((said, is)) = self.type_name(said).zip(item) else {
                return;
            };
            // An envelope or a reference is no type of the service.
            let is_type = is.contains('.') && !is.starts_with("odata.");
            if !is_type || is.eq_ignore_ascii_case(&said) {
                return;
            }
            format!(
                "`{symbol}` answers with `{said}` by its page, and with `{is}` in the OpenAPI document"
            )
        } else {
            format!(
                "`{symbol}` answers with {} by its page, and with {} in the OpenAPI document",
                words(said_many),
                words(many)
            )
        };
        out.tell(place, message)
            .symbol(format!("{symbol}#response"))
            .related(there());
    }

    /// The schema of the JSON of an answer.
    fn schema_of<'s>(&'s self, response: &'s Value) -> Option<&'s Value> {
        let (_, response) = self.document.resolved(response);
        response
            .get("content")?
            .get("application/json")?
            .get("schema")
    }

    /// Whether an answer holds many, and the component of its items.
    fn answered<'s>(&'s self, schema: &'s Value) -> (bool, Option<&'s str>) {
        let (name, target) = self.document.resolved(without_null(schema));
        let value = property(target, "value").map(|(_, value)| value);
        let items = value.or(Some(target)).and_then(|it| it.get("items"));
        match items {
            Some(items) => (true, self.document.resolved(without_null(items)).0),
            None => (false, name),
        }
    }
}

/// A property of a schema or of what it is composed of, and the keys that lead to it as far as they are objects.
fn property<'s>(schema: &'s Value, name: &'s str) -> Option<(Vec<&'s str>, &'s Value)> {
    let own = schema.get("properties").and_then(|it| it.get(name));
    if let Some(own) = own {
        return Some((vec!["properties", name], own));
    }
    let parts = schema.get("allOf").and_then(Value::as_array);
    let found = parts
        .into_iter()
        .flatten()
        .find_map(|part| property(part, name));
    found.map(|(_, value)| (vec!["allOf"], value))
}

/// A schema without the alternative that it is null.
fn without_null(schema: &Value) -> &Value {
    let parts = ["anyOf", "oneOf", "allOf"]
        .iter()
        .find_map(|key| schema.get(key));
    let Some(parts) = parts.and_then(Value::as_array) else {
        return schema;
    };
    let is_null = |part: &&Value| {
        let says_null = part.get("type").and_then(Value::as_str) == Some("null");
        // Converters write `{"type": "object", "nullable": true}` for it.
        says_null || part.get("nullable").is_some() && part.get("properties").is_none()
    };
    let mut others = parts.iter().filter(|part| !is_null(part));
    match (others.next(), others.next()) {
        (Some(only), None) => only,
        _ => schema,
    }
}

fn is_union(schema: &Value) -> bool {
    ["anyOf", "oneOf", "allOf"]
        .iter()
        .any(|key| schema.get(key).is_some())
}

/// Whether a `type` names this type, alone or among others.
fn has_type(written: &Value, ty: &str) -> bool {
    match written {
        Value::String(name) => name == ty,
        Value::Array(names) => names.iter().any(|name| name.as_str() == Some(ty)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn type_words(written: &Value) -> String {
    match written {
        Value::String(name) => name.clone(),
        other => other.to_string(),
    }
}

/// The types that values of a primitive type may have in JSON: some numbers are text where they would lose digits.
fn json_types(primitive: Primitive) -> &'static [&'static str] {
    match primitive {
        Primitive::Boolean => &["boolean"],
        Primitive::Byte | Primitive::SByte | Primitive::Int16 | Primitive::Int32 => {
            &["integer", "number"]
        }
        Primitive::Int64 => &["integer", "number", "string"],
        Primitive::Decimal | Primitive::Double | Primitive::Single => {
            &["number", "integer", "string"]
        }
        Primitive::Binary
        | Primitive::Date
        | Primitive::DateTimeOffset
        | Primitive::Duration
        | Primitive::Guid
        | Primitive::Stream
        | Primitive::String
        | Primitive::TimeOfDay => &["string"],
        Primitive::Untyped => &["array", "boolean", "integer", "number", "object", "string"],
    }
}
