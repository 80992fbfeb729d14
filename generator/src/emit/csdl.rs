//! OData CSDL 4.0 XML, the format of the service's own metadata document.
//!
//! Comes in: an [`Api`]. Goes out: one document with a schema for each namespace, in name order; in a schema the
//! enumeration types, the entity and complex types, the actions and functions, each in the order of the api, and in
//! `microsoft.graph` the entity container.
//!
//! Invariants: the document is well-formed and depends on nothing but the api. Only what the pages say is written:
//! no `Nullable="false"` without a word about null, no `Value` without a number. Where the pages say less than
//! CSDL demands, validity of the rest comes first:
//! - Key properties are not nullable (section 8.2), whatever the page says or omits.
//! - A type that no page describes is `Edm.Untyped` (which CSDL took up in 4.01), or `Edm.EntityType` for a navigation
//!   property; a function without a documented result returns `Edm.Untyped`. A `LongDescription` keeps the words of
//!   the page.
//! - Names are written as the service spells them, even if they are no simple identifiers (section 15.1): an enumeration
//!   member `North America 5x7in` is of more use than none.
//!
//! ```text
//! <Property Name="assetTag" Type="Edm.String" Nullable="false">
//!   <Annotation Term="Org.OData.Core.V1.Description" String="The number on the sticker."/>
//! </Property>
//! ```

mod xml;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api::{
        Api, Callable, Deprecation, EnumType, ItemType, Member, MemberKind, Parameter, Root, StructuredType,
        Type, TypeKind,
    },
    ir::{DEFAULT_NAMESPACE, Primitive},
    prose,
};
use xml::Xml;

/// The schema that holds the entity container.
const CONTAINER_NAMESPACE: &str = DEFAULT_NAMESPACE;

/// The vocabulary that the annotations are from.
const CORE: &str = "Org.OData.Core.V1";
const CORE_URI: &str = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml";

/// The api as one CSDL document.
pub fn emit(api: &Api) -> String {
    let mut xml = Xml::new();
    let edmx = [("Version", Some("4.0")), ("xmlns:edmx", Some("http://docs.oasis-open.org/odata/ns/edmx"))];
    xml.element("edmx:Edmx", &edmx, |xml| {
        xml.element("edmx:Reference", &[("Uri", Some(CORE_URI))], |xml| {
            xml.empty("edmx:Include", &[("Namespace", Some(CORE))]);
        });
        xml.element("edmx:DataServices", &[], |xml| {
            for (namespace, schema) in schemas(api) {
                write_schema(xml, api, namespace, &schema);
            }
        });
    });
    xml.finish()
}

/// What one namespace holds.
#[derive(Default)]
struct Schema<'a> {
    enums: Vec<&'a EnumType>,
    types: Vec<&'a StructuredType>,
    callables: Vec<&'a Callable>,
    roots: Vec<&'a Root>,
}

fn schemas(api: &Api) -> BTreeMap<&str, Schema<'_>> {
    let mut schemas = BTreeMap::<&str, Schema<'_>>::new();
    for ty in &api.enums {
        schemas.entry(ty.name.namespace()).or_default().enums.push(ty);
    }
    for ty in &api.types {
        schemas.entry(ty.name.namespace()).or_default().types.push(ty);
    }
    for callable in &api.callables {
        schemas.entry(callable.name.namespace()).or_default().callables.push(callable);
    }
    schemas.entry(CONTAINER_NAMESPACE).or_default().roots = api.roots.iter().collect();
    schemas
}

fn write_schema(xml: &mut Xml, api: &Api, namespace: &str, schema: &Schema<'_>) {
    let attributes =
        [("Namespace", Some(namespace)), ("xmlns", Some("http://docs.oasis-open.org/odata/ns/edm"))];
    xml.element("Schema", &attributes, |xml| {
        for ty in &schema.enums {
            write_enum(xml, ty);
        }
        for ty in &schema.types {
            write_type(xml, api, ty);
        }
        for callable in &schema.callables {
            write_callable(xml, api, callable);
        }
        if namespace == CONTAINER_NAMESPACE {
            write_container(xml, api, &schema.roots);
        }
    });
}

/// Section 10.
fn write_enum(xml: &mut Xml, ty: &EnumType) {
    let attributes = [("Name", Some(ty.name.name())), ("IsFlags", ty.is_flags.then_some("true"))];
    xml.element("EnumType", &attributes, |xml| {
        write_description(xml, &ty.description);
        write_deprecation(xml, ty.deprecated.as_ref());
        for member in &ty.members {
            let value = member.value.map(|value| value.to_string());
            let attributes = [("Name", Some(member.name.as_str())), ("Value", value.as_deref())];
            xml.element("Member", &attributes, |xml| write_description(xml, &member.description));
        }
    });
}

/// Sections 8 and 9.
fn write_type(xml: &mut Xml, api: &Api, ty: &StructuredType) {
    let element = match ty.kind {
        TypeKind::Entity => "EntityType",
        TypeKind::Complex => "ComplexType",
    };
    let attributes = [
        ("Name", Some(ty.name.name())),
        ("BaseType", ty.base.map(|base| api[base].name.as_str())),
        ("Abstract", ty.is_abstract.then_some("true")),
        ("OpenType", ty.is_open.then_some("true")),
        ("HasStream", ty.has_stream.then_some("true")),
    ];
    xml.element(element, &attributes, |xml| {
        let key = declared_key(ty);
        if !key.is_empty() {
            xml.element("Key", &[], |xml| {
                for name in &key {
                    xml.empty("PropertyRef", &[("Name", Some(name))]);
                }
            });
        }
        write_description(xml, &ty.description);
        write_deprecation(xml, ty.deprecated.as_ref());
        for member in &ty.members {
            write_member(xml, api, member, key.contains(&member.name.as_str()));
        }
    });
}

/// The key as far as it names properties that the type declares; a reference to any other would be invalid.
fn declared_key(ty: &StructuredType) -> Vec<&str> {
    let properties: BTreeSet<_> = ty
        .members
        .iter()
        .filter(|member| member.kind == MemberKind::Property)
        .map(|member| member.name.as_str())
        .collect();
    ty.key.iter().map(String::as_str).filter(|name| properties.contains(name)).collect()
}

/// Sections 6 and 7.
fn write_member(xml: &mut Xml, api: &Api, member: &Member, is_key: bool) {
    let ty = type_name(api, &member.ty, untyped(member.kind));
    let non_nullable = (is_key || member.nullable == Some(false)).then_some("false");
    let name = ("Name", Some(member.name.as_str()));
    let annotations = |xml: &mut Xml| {
        write_description(xml, &member.description);
        write_unknown(xml, &member.ty);
        if member.read_only {
            let read = format!("{CORE}.Permission/Read");
            xml.empty(
                "Annotation",
                &[("Term", Some(&format!("{CORE}.Permissions"))), ("EnumMember", Some(&read))],
            );
        }
        write_deprecation(xml, member.deprecated.as_ref());
    };
    match member.kind {
        MemberKind::Property => {
            let default = member.default.as_deref().filter(|value| is_value(api, &member.ty, value));
            let attributes =
                [name, ("Type", Some(&*ty)), ("Nullable", non_nullable), ("DefaultValue", default)];
            xml.element("Property", &attributes, annotations);
        }
        MemberKind::Navigation { contained } => {
            // Section 7.1.3: a collection-valued one has no nullability.
            let non_nullable = non_nullable.filter(|_| !member.ty.collection);
            let contained = contained.then_some("true");
            let attributes =
                [name, ("Type", Some(&*ty)), ("Nullable", non_nullable), ("ContainsTarget", contained)];
            xml.element("NavigationProperty", &attributes, annotations);
        }
    }
}

/// Section 12.
fn write_callable(xml: &mut Xml, api: &Api, callable: &Callable) {
    let element = if callable.is_function { "Function" } else { "Action" };
    let is_bound = callable.binding.as_ref().map(|_| "true");
    xml.element(element, &[("Name", Some(callable.name.name())), ("IsBound", is_bound)], |xml| {
        write_description(xml, &callable.description);
        if let Some(binding) = &callable.binding {
            let ty = type_name(api, binding, "Edm.EntityType");
            let attributes =
                [("Name", Some("bindingParameter")), ("Type", Some(&*ty)), ("Nullable", Some("false"))];
            xml.element("Parameter", &attributes, |xml| write_unknown(xml, binding));
        }
        for parameter in &callable.parameters {
            write_parameter(xml, api, parameter);
        }
        match &callable.returns {
            Some(returns) => {
                let ty = type_name(api, returns, "Edm.Untyped");
                xml.element("ReturnType", &[("Type", Some(&ty))], |xml| write_unknown(xml, returns));
            }
            // Section 12.2: every function returns something.
            None if callable.is_function => xml.empty("ReturnType", &[("Type", Some("Edm.Untyped"))]),
            None => {}
        }
    });
}

fn write_parameter(xml: &mut Xml, api: &Api, parameter: &Parameter) {
    let ty = type_name(api, &parameter.ty, "Edm.Untyped");
    let non_nullable = (parameter.required == Some(true)).then_some("false");
    let attributes =
        [("Name", Some(parameter.name.as_str())), ("Type", Some(&*ty)), ("Nullable", non_nullable)];
    xml.element("Parameter", &attributes, |xml| {
        write_description(xml, &parameter.description);
        write_unknown(xml, &parameter.ty);
    });
}

/// Section 13; imports make the unbound actions and functions callable.
fn write_container(xml: &mut Xml, api: &Api, roots: &[&Root]) {
    let roots: Vec<_> = roots.iter().filter_map(|root| Some((*root, root.ty?))).collect();
    let mut taken: BTreeSet<&str> = roots.iter().map(|(root, _)| root.name.as_str()).collect();
    let imports: Vec<_> = api
        .callables
        .iter()
        .filter(|callable| callable.binding.is_none() && taken.insert(callable.name.name()))
        .collect();
    if roots.is_empty() && imports.is_empty() {
        return;
    }
    xml.element("EntityContainer", &[("Name", Some("GraphService"))], |xml| {
        for (root, ty) in roots {
            let (element, attribute) =
                if root.is_singleton { ("Singleton", "Type") } else { ("EntitySet", "EntityType") };
            xml.empty(element, &[("Name", Some(&root.name)), (attribute, Some(api[ty].name.as_str()))]);
        }
        for callable in imports {
            let (element, attribute) = if callable.is_function {
                ("FunctionImport", "Function")
            } else {
                ("ActionImport", "Action")
            };
            xml.empty(
                element,
                &[("Name", Some(callable.name.name())), (attribute, Some(callable.name.as_str()))],
            );
        }
    });
}

/// Section 14.3, with the terms of the Core vocabulary.
fn write_annotation(xml: &mut Xml, term: &str, text: &str) {
    if !text.is_empty() {
        xml.empty("Annotation", &[("Term", Some(&format!("{CORE}.{term}"))), ("String", Some(text))]);
    }
}

fn write_description(xml: &mut Xml, description: &str) {
    write_annotation(xml, "Description", &prose::plain(description));
}

/// Keeps what the page says about a type that could not be found.
fn write_unknown(xml: &mut Xml, ty: &Type) {
    if let ItemType::Unknown { text, reason } = &ty.item {
        write_annotation(xml, "LongDescription", &format!("Documented type: {text} ({reason})"));
    }
}

fn write_deprecation(xml: &mut Xml, deprecated: Option<&Deprecation>) {
    let Some(deprecation) = deprecated else { return };
    let mut words = vec!["Deprecated.".to_owned()];
    words.extend(deprecation.use_instead.as_ref().map(|name| format!("Use {name} instead.")));
    words.extend(deprecation.date.as_ref().map(|date| format!("Stops returning data on {date}.")));
    xml.element("Annotation", &[("Term", Some(&format!("{CORE}.Revisions")))], |xml| {
        xml.element("Collection", &[], |xml| {
            xml.element("Record", &[], |xml| {
                let kind = format!("{CORE}.RevisionKind/Deprecated");
                xml.empty("PropertyValue", &[("Property", Some("Kind")), ("EnumMember", Some(&kind))]);
                xml.empty(
                    "PropertyValue",
                    &[("Property", Some("Description")), ("String", Some(&words.join(" ")))],
                );
            });
        });
    });
}

/// The type that stands for one that is not known.
fn untyped(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Property => "Edm.Untyped",
        MemberKind::Navigation { .. } => "Edm.EntityType",
    }
}

fn type_name(api: &Api, ty: &Type, unknown: &str) -> String {
    let item = match &ty.item {
        ItemType::Primitive(primitive) => primitive.as_str(),
        ItemType::Structured(id) => api[*id].name.as_str(),
        ItemType::Enum(id) => api[*id].name.as_str(),
        ItemType::Unknown { .. } => unknown,
    };
    if ty.collection { format!("Collection({item})") } else { item.to_owned() }
}

/// Whether a documented default is a value of the type, in the notation of CSDL (section 6.2.7).
fn is_value(api: &Api, ty: &Type, value: &str) -> bool {
    if ty.collection {
        return false;
    }
    match &ty.item {
        ItemType::Primitive(primitive) => is_primitive_value(*primitive, value),
        ItemType::Enum(id) => api[*id].members.iter().any(|member| member.name == value),
        ItemType::Structured(_) | ItemType::Unknown { .. } => false,
    }
}

fn is_primitive_value(primitive: Primitive, value: &str) -> bool {
    match primitive {
        Primitive::Boolean => matches!(value, "true" | "false"),
        Primitive::Byte => value.parse::<u8>().is_ok(),
        Primitive::SByte => value.parse::<i8>().is_ok(),
        Primitive::Int16 => value.parse::<i16>().is_ok(),
        Primitive::Int32 => value.parse::<i32>().is_ok(),
        Primitive::Int64 => value.parse::<i64>().is_ok(),
        Primitive::Decimal | Primitive::Double | Primitive::Single => {
            value.parse::<f64>().is_ok_and(f64::is_finite)
        }
        Primitive::String => true,
        Primitive::Binary
        | Primitive::Date
        | Primitive::DateTimeOffset
        | Primitive::Duration
        | Primitive::Guid
        | Primitive::Stream
        | Primitive::TimeOfDay
        | Primitive::Untyped => false,
    }
}
