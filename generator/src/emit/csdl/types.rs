//! Enumeration, entity and complex types, and what a type is called where it is used.

use std::collections::BTreeSet;

use super::{
    annotations::{CORE, write_deprecation, write_description, write_unknown},
    xml::Xml,
};
use crate::{
    api::{Api, EnumType, ItemType, Member, MemberKind, StructuredType, Type, TypeKind},
    ir::Primitive,
};

/// Section 10.
pub(super) fn write_enum(xml: &mut Xml, ty: &EnumType) {
    let attributes = [
        ("Name", Some(ty.name.name())),
        ("IsFlags", ty.is_flags.then_some("true")),
    ];
    xml.element("EnumType", &attributes, |xml| {
        write_description(xml, &ty.description);
        write_deprecation(xml, ty.deprecated.as_ref());
        for member in &ty.members {
            let value = member.value.map(|value| value.to_string());
            let attributes = [
                ("Name", Some(member.name.as_str())),
                ("Value", value.as_deref()),
            ];
            xml.element("Member", &attributes, |xml| {
                write_description(xml, &member.description);
            });
        }
    });
}

/// Sections 8 and 9.
pub(super) fn write_type(xml: &mut Xml, api: &Api, ty: &StructuredType) {
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
    ty.key
        .iter()
        .map(String::as_str)
        .filter(|name| properties.contains(name))
        .collect()
}

/// Sections 6 and 7.
fn write_member(xml: &mut Xml, api: &Api, member: &Member, is_key: bool) {
    let name = ("Name", Some(member.name.as_str()));
    let non_nullable = (is_key || member.nullable == Some(false)).then_some("false");
    match navigation(api, member) {
        None => {
            let ty = type_name(api, &member.ty, "Edm.Untyped");
            let default = member.default.as_deref();
            let default = default.filter(|value| is_value(api, &member.ty, value));
            let attributes = [
                name,
                ("Type", Some(&*ty)),
                ("Nullable", non_nullable),
                ("DefaultValue", default),
            ];
            xml.element("Property", &attributes, |xml| {
                write_member_annotations(xml, member);
            });
        }
        Some(Navigation { contained }) => {
            let ty = type_name(api, &member.ty, "Edm.EntityType");
            let attributes = [
                name,
                ("Type", Some(&*ty)),
                // Section 7.1.3: a collection-valued one has no nullability.
                ("Nullable", non_nullable.filter(|_| !member.ty.collection)),
                ("ContainsTarget", contained.then_some("true")),
            ];
            xml.element("NavigationProperty", &attributes, |xml| {
                write_member_annotations(xml, member);
            });
        }
    }
}

struct Navigation {
    contained: bool,
}

/// Navigation properties, and they alone, lead to entities (sections 6.1.2 and 7.1.2): the type decides, whichever
/// table of the page a member stands in. Only where the type is not known does the table.
fn navigation(api: &Api, member: &Member) -> Option<Navigation> {
    let listed = match member.kind {
        MemberKind::Property => None,
        MemberKind::Navigation { contained } => Some(Navigation { contained }),
    };
    match &member.ty.item {
        ItemType::Primitive(_) | ItemType::Enum(_) => None,
        ItemType::Structured(id) => match api[*id].kind {
            TypeKind::Complex => None,
            TypeKind::Entity => listed.or(Some(Navigation { contained: false })),
        },
        ItemType::Unknown { .. } => listed,
    }
}

fn write_member_annotations(xml: &mut Xml, member: &Member) {
    write_description(xml, &member.description);
    write_unknown(xml, &member.ty);
    if member.read_only {
        let term = format!("{CORE}.Permissions");
        let read = format!("{CORE}.Permission/Read");
        xml.empty(
            "Annotation",
            &[("Term", Some(&term)), ("EnumMember", Some(&read))],
        );
    }
    write_deprecation(xml, member.deprecated.as_ref());
}

/// A type as an attribute; `unknown` stands for one that no page describes.
pub(super) fn type_name(api: &Api, ty: &Type, unknown: &str) -> String {
    let item = match &ty.item {
        ItemType::Primitive(primitive) => primitive.as_str(),
        ItemType::Structured(id) => api[*id].name.as_str(),
        ItemType::Enum(id) => api[*id].name.as_str(),
        ItemType::Unknown { .. } => unknown,
    };
    if ty.collection {
        format!("Collection({item})")
    } else {
        item.to_owned()
    }
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
        Primitive::String => value != "null",
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
