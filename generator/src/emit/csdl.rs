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
//! - An entity set or singleton has an entity type (sections 13.2 and 13.3), or is left out; of overloads that CSDL
//!   could not tell apart the first is written.
//! - Names are written as the service spells them, even if they are no simple identifiers: an enumeration
//!   member `North America 5x7in` is of more use than none.
//!
//! ```text
//! <Property Name="assetTag" Type="Edm.String" Nullable="false">
//!   <Annotation Term="Org.OData.Core.V1.Description" String="The number on the sticker."/>
//! </Property>
//! ```

mod annotations;
mod calls;
mod types;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api::{Api, Callable, EnumType, Root, StructuredType},
    ir::DEFAULT_NAMESPACE,
};
use xml::Xml;

/// The schema that holds the entity container.
const CONTAINER_NAMESPACE: &str = DEFAULT_NAMESPACE;

/// The api as one CSDL document.
pub fn emit(api: &Api) -> String {
    let mut xml = Xml::new();
    let edmx = [
        ("Version", Some("4.0")),
        (
            "xmlns:edmx",
            Some("http://docs.oasis-open.org/odata/ns/edmx"),
        ),
    ];
    xml.element("edmx:Edmx", &edmx, |xml| {
        xml.element(
            "edmx:Reference",
            &[("Uri", Some(annotations::CORE_URI))],
            |xml| {
                xml.empty("edmx:Include", &[("Namespace", Some(annotations::CORE))]);
            },
        );
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
        schemas
            .entry(ty.name.namespace())
            .or_default()
            .enums
            .push(ty);
    }
    for ty in &api.types {
        schemas
            .entry(ty.name.namespace())
            .or_default()
            .types
            .push(ty);
    }
    let mut overloads = BTreeSet::new();
    for callable in &api.callables {
        if overloads.insert(calls::overload(api, callable)) {
            schemas
                .entry(callable.name.namespace())
                .or_default()
                .callables
                .push(callable);
        }
    }
    schemas.entry(CONTAINER_NAMESPACE).or_default().roots = api.roots.iter().collect();
    schemas
}

fn write_schema(xml: &mut Xml, api: &Api, namespace: &str, schema: &Schema<'_>) {
    let attributes = [
        ("Namespace", Some(namespace)),
        ("xmlns", Some("http://docs.oasis-open.org/odata/ns/edm")),
    ];
    xml.element("Schema", &attributes, |xml| {
        for ty in &schema.enums {
            types::write_enum(xml, ty);
        }
        for ty in &schema.types {
            types::write_type(xml, api, ty);
        }
        for callable in &schema.callables {
            calls::write_callable(xml, api, callable);
        }
        if namespace == CONTAINER_NAMESPACE {
            calls::write_container(xml, api, &schema.roots);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::sample;

    #[test]
    fn sample_api() {
        insta::assert_snapshot!(emit(&sample::api()));
    }

    #[test]
    fn empty_api() {
        insta::assert_snapshot!(emit(&Api::default()), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
          <edmx:Reference Uri="https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml">
            <edmx:Include Namespace="Org.OData.Core.V1"/>
          </edmx:Reference>
          <edmx:DataServices>
            <Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm"/>
          </edmx:DataServices>
        </edmx:Edmx>
        "#);
    }
}
