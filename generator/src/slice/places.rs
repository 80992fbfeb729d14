//! Where actions, functions and operation pages name types.
//!
//! Comes in: one of those, shared or exclusive. Goes out: references of the same kind to the types in it.
//! Invariant: both kinds come from one list of places, and a new field makes rustc ask whether it is one.

use crate::api::{
    BodyMember, Callable, OperationPage, Parameter, RequestBody, Response, ResponseBody, Type,
};

/// Patterns bind references of the kind that they are matched with, so the same text does for `&` and for `&mut`.
macro_rules! places {
    ($part:ident: $Part:ty, $shared:ident, $exclusive:ident, $places:expr) => {
        pub(super) fn $shared($part: &$Part) -> Vec<&Type> {
            $places
        }

        pub(super) fn $exclusive($part: &mut $Part) -> Vec<&mut Type> {
            $places
        }
    };
}

places!(callable: Callable, of_callable, of_callable_mut, {
    let Callable {
        binding,
        parameters,
        returns,
        name: _,
        is_function: _,
        description: _,
        source: _,
    } = callable;
    let mut out = Vec::new();
    out.extend(binding);
    out.extend(returns);
    for Parameter { ty, .. } in parameters {
        out.push(ty);
    }
    out
});

places!(page: OperationPage, of_page, of_page_mut, {
    let OperationPage {
        query,
        headers,
        function_parameters,
        body,
        responses,
        title: _,
        description: _,
        deprecated: _,
        permissions: _,
        examples: _,
        page: _,
    } = page;
    let mut out = Vec::new();
    for list in [query, headers, function_parameters] {
        for Parameter { ty, .. } in list {
            out.push(ty);
        }
    }
    match body {
        Some(RequestBody::Object { ty, members }) => {
            out.push(ty);
            for BodyMember { ty, .. } in members {
                out.push(ty);
            }
        }
        Some(RequestBody::Parameters(parameters)) => {
            for Parameter { ty, .. } in parameters {
                out.push(ty);
            }
        }
        Some(RequestBody::Reference | RequestBody::Stream { .. } | RequestBody::Unknown) | None => {}
    }
    for Response { body, .. } in responses {
        match body {
            ResponseBody::Value(ty) | ResponseBody::Collection(ty) => out.push(ty),
            ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => {}
        }
    }
    out
});
