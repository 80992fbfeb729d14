//! Annotations, with the terms of the Core vocabulary (section 14).

use super::xml::Xml;
use crate::{
    api::{Deprecation, ItemType, Type},
    prose,
};

/// Namespace and place of the vocabulary.
pub(super) const CORE: &str = "Org.OData.Core.V1";
pub(super) const CORE_URI: &str =
    "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml";

fn write_annotation(xml: &mut Xml, term: &str, text: &str) {
    if !text.is_empty() {
        xml.empty(
            "Annotation",
            &[
                ("Term", Some(&format!("{CORE}.{term}"))),
                ("String", Some(text)),
            ],
        );
    }
}

pub(super) fn write_description(xml: &mut Xml, description: &str) {
    write_annotation(xml, "Description", &prose::plain(description));
}

/// Keeps what the page says about a type that could not be found.
pub(super) fn write_unknown(xml: &mut Xml, ty: &Type) {
    if let ItemType::Unknown { text, reason } = &ty.item {
        write_annotation(
            xml,
            "LongDescription",
            &format!("Documented type: {text} ({reason})"),
        );
    }
}

pub(super) fn write_deprecation(xml: &mut Xml, deprecated: Option<&Deprecation>) {
    let Some(deprecation) = deprecated else {
        return;
    };
    let mut words = vec!["Deprecated.".to_owned()];
    words.extend(
        deprecation
            .use_instead
            .as_ref()
            .map(|name| format!("Use {name} instead.")),
    );
    words.extend(
        deprecation
            .date
            .as_ref()
            .map(|date| format!("Stops returning data on {date}.")),
    );
    xml.element(
        "Annotation",
        &[("Term", Some(&format!("{CORE}.Revisions")))],
        |xml| {
            xml.element("Collection", &[], |xml| {
                xml.element("Record", &[], |xml| {
                    let kind = format!("{CORE}.RevisionKind/Deprecated");
                    xml.empty(
                        "PropertyValue",
                        &[("Property", Some("Kind")), ("EnumMember", Some(&kind))],
                    );
                    xml.empty(
                        "PropertyValue",
                        &[
                            ("Property", Some("Description")),
                            ("String", Some(&words.join(" "))),
                        ],
                    );
                });
            });
        },
    );
}
