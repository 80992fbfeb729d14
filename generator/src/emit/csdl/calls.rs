//! Actions and functions, and the entity container.

use std::collections::BTreeSet;

use super::{
    annotations::{write_description, write_unknown},
    types::type_name,
    xml::Xml,
};
use crate::api::{Api, Callable, Parameter, Root, TypeKind};

/// The type that something binds to if the pages do not tell.
const UNKNOWN_BINDING: &str = "Edm.EntityType";

/// What tells overloads apart (sections 12.1.1 and 12.2.1): the name, the type that it binds to and, for a function, the
/// names of its parameters.
pub(super) fn overload<'a>(
    api: &Api,
    callable: &'a Callable,
) -> (bool, &'a str, Option<String>, Vec<&'a str>) {
    let binding = callable.binding.as_ref();
    let binding = binding.map(|ty| type_name(api, ty, UNKNOWN_BINDING));
    let mut names: Vec<_> = callable
        .parameters
        .iter()
        .filter(|_| callable.is_function)
        .map(|parameter| parameter.name.as_str())
        .collect();
    names.sort_unstable();
    (callable.is_function, callable.name.as_str(), binding, names)
}

/// Section 12.
pub(super) fn write_callable(xml: &mut Xml, api: &Api, callable: &Callable) {
    let element = if callable.is_function {
        "Function"
    } else {
        "Action"
    };
    let is_bound = callable.binding.as_ref().map(|_| "true");
    xml.element(
        element,
        &[("Name", Some(callable.name.name())), ("IsBound", is_bound)],
        |xml| {
            write_description(xml, &callable.description);
            if let Some(binding) = &callable.binding {
                let ty = type_name(api, binding, UNKNOWN_BINDING);
                let attributes = [
                    ("Name", Some("bindingParameter")),
                    ("Type", Some(&*ty)),
                    ("Nullable", Some("false")),
                ];
                xml.element("Parameter", &attributes, |xml| write_unknown(xml, binding));
            }
            for parameter in &callable.parameters {
                write_parameter(xml, api, parameter);
            }
            match &callable.returns {
                Some(returns) => {
                    let ty = type_name(api, returns, "Edm.Untyped");
                    xml.element("ReturnType", &[("Type", Some(&ty))], |xml| {
                        write_unknown(xml, returns);
                    });
                }
                // Section 12.2: every function returns something.
                None if callable.is_function => {
                    xml.empty("ReturnType", &[("Type", Some("Edm.Untyped"))]);
                }
                None => {}
            }
        },
    );
}

fn write_parameter(xml: &mut Xml, api: &Api, parameter: &Parameter) {
    let ty = type_name(api, &parameter.ty, "Edm.Untyped");
    let non_nullable = (parameter.required == Some(true)).then_some("false");
    let attributes = [
        ("Name", Some(parameter.name.as_str())),
        ("Type", Some(&*ty)),
        ("Nullable", non_nullable),
    ];
    xml.element("Parameter", &attributes, |xml| {
        write_description(xml, &parameter.description);
        write_unknown(xml, &parameter.ty);
    });
}

/// Section 13; imports make the unbound actions and functions callable.
pub(super) fn write_container(xml: &mut Xml, api: &Api, roots: &[&Root]) {
    let roots: Vec<_> = roots
        .iter()
        .filter_map(|root| Some((*root, &api[root.ty?])))
        .filter(|(_, ty)| ty.kind == TypeKind::Entity)
        .collect();
    let mut taken: BTreeSet<&str> = roots.iter().map(|(root, _)| root.name.as_str()).collect();
    let imports: Vec<_> = api
        .callables
        .iter()
        .filter(|callable| callable.binding.is_none() && taken.insert(callable.name.name()))
        .collect();
    if roots.is_empty() && imports.is_empty() {
        return;
    }
    xml.element(
        "EntityContainer",
        &[("Name", Some("GraphService"))],
        |xml| {
            for (root, ty) in roots {
                let (element, attribute) = if root.is_singleton {
                    ("Singleton", "Type")
                } else {
                    ("EntitySet", "EntityType")
                };
                xml.empty(
                    element,
                    &[
                        ("Name", Some(&root.name)),
                        (attribute, Some(ty.name.as_str())),
                    ],
                );
            }
            for callable in imports {
                let (element, attribute) = if callable.is_function {
                    ("FunctionImport", "Function")
                } else {
                    ("ActionImport", "Action")
                };
                xml.empty(
                    element,
                    &[
                        ("Name", Some(callable.name.name())),
                        (attribute, Some(callable.name.as_str())),
                    ],
                );
            }
        },
    );
}
