//! OpenAPI 3.1.
//!
//! Comes in: an [`Api`]. Goes out: one document as a JSON value; keys stand in the order of the specification, paths
//! and components in the order of the api. The caller chooses JSON or YAML.
//!
//! Invariants: the document is valid, and closed: every reference leads to a component in it. What the pages do not
//! say is left out rather than guessed; a type that no page describes is a schema that allows anything.
//!
//! What OpenAPI has no word for stands in extensions. Those of generators of clients have the names by which these know
//! them: `x-ms-enum`, `x-ms-pageable`, `x-ms-skip-url-encoding`. The others are:
//!
//! | `x-docwright-…` | on | says |
//! |---|---|---|
//! | `source` | nearly everything | `{page, line}` that it comes from |
//! | `also` | operation | other places that document it |
//! | `deprecation` | whatever is deprecated | `{date, useInstead}`, where known |
//! | `unknown` | schema | `{text, reason}` of a type that no page describes |
//! | `kind`, `key` | component | `entity` or `complex`; names of its key properties |
//! | `members` | schema of a request | names of the properties that the page lists |
//! | `number`, `prefer-only` | value in `x-ms-enum` | its number; whether it is sent only to those who ask |
//!
//! `schemas` writes the types, after "OData to OpenAPI Mapping" 1.0 (OASIS); `paths` the operations, with what they
//! carry from `bodies`, what they show from `examples` and who may call them from `security`.

mod bodies;
mod examples;
mod object;
mod paths;
mod schemas;
mod security;

use serde_json::{Value, json};

use crate::api::Api;
use object::Object;
use paths::Referenced;

/// The api as one OpenAPI document.
pub fn emit(api: &Api) -> Value {
    let mut referenced = Referenced::default();
    let paths = paths::paths(api, &mut referenced);
    let Referenced {
        envelopes,
        examples,
        scopes,
        tags,
    } = referenced;

    let mut schemas = schemas::components(api);
    schemas.extend(envelopes.components());
    schemas.extend(bodies::odata_schemas());
    let components = Object::new()
        .set("schemas", schemas)
        .set("responses", bodies::error_response())
        .filled("examples", examples.components())
        .set("securitySchemes", scopes.schemes());
    let tags: Vec<_> = tags
        .into_iter()
        .map(|name| json!({ "name": name }))
        .collect();
    let version = api.version.as_str();
    Object::new()
        .set("openapi", "3.1.0")
        .set(
            "info",
            json!({"title": "Microsoft Graph", "version": version}),
        )
        .set(
            "servers",
            json!([{"url": format!("https://graph.microsoft.com/{version}")}]),
        )
        .filled("tags", tags)
        .set("paths", paths)
        .set("components", components)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::Witness, emit::sample};

    #[test]
    fn sample_api() {
        insta::assert_snapshot!(format!("{:#}", emit(&sample::api())));
    }

    #[test]
    fn an_empty_api_has_an_empty_list_of_paths() {
        assert_eq!(emit(&Api::default())["paths"], json!({}));
    }

    #[test]
    fn what_only_examples_show_is_left_out() {
        let mut api = sample::api();
        for operation in &mut api.operations {
            operation.witness = Witness::Example;
        }
        assert_eq!(emit(&api)["paths"], json!({}));
    }

    #[test]
    fn every_reference_leads_to_a_component() {
        let document = emit(&sample::api());
        let mut open = vec![&document];
        let mut seen = 0;
        while let Some(value) = open.pop() {
            if let Some(target) = value.get("$ref").and_then(Value::as_str) {
                seen += 1;
                let found = target
                    .strip_prefix('#')
                    .and_then(|pointer| document.pointer(pointer));
                assert!(found.is_some(), "{target}");
            }
            match value {
                Value::Array(items) => open.extend(items),
                Value::Object(entries) => open.extend(entries.values()),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        assert!(seen > 20);
    }
}
