//! Names that a document declares twice.
//!
//! Comes in: the schemas of a document. Goes out: a problem for each name that is declared again within what must not
//! repeat it; overloads of actions and functions may.

use std::collections::HashSet;

use super::{Name, Problem, Schema};

/// Finds the names that repeat, in document order within a scope.
pub(super) fn find(schemas: &[Schema]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut check = |what: &str, names: &mut dyn Iterator<Item = (&str, &Name)>| {
        let mut seen = HashSet::new();
        for (scope, name) in names {
            if !seen.insert((scope, name.text.as_str())) {
                problems.push(Problem {
                    at: name.at,
                    what: format!("the {what} `{}` is declared twice", name.text),
                });
            }
        }
    };
    let mut namespaces = schemas.iter().map(|schema| ("", &schema.namespace));
    check("namespace", &mut namespaces);
    let mut types = schemas.iter().flat_map(|schema| {
        let types = schema.types.iter().map(|ty| &ty.name);
        let enums = schema.enums.iter().map(|ty| &ty.name);
        let definitions = schema.definitions.iter().map(|ty| &ty.name);
        let names = types.chain(enums).chain(definitions);
        names.map(|name| (schema.namespace.text.as_str(), name))
    });
    check("type", &mut types);
    for schema in schemas {
        for ty in &schema.types {
            check("property", &mut ty.member_names().map(|name| ("", name)));
        }
        for ty in &schema.enums {
            check("member", &mut ty.members.iter().map(|it| ("", &it.name)));
        }
        for callable in &schema.callables {
            let mut parameters = callable.parameters.iter().map(|it| ("", &it.name));
            check("parameter", &mut parameters);
        }
        if let Some(container) = &schema.container {
            let roots = container.roots.iter().map(|it| &it.name);
            let imports = container.imports.iter().map(|it| &it.name);
            check("child", &mut roots.chain(imports).map(|name| ("", name)));
        }
    }
    problems
}
