//! Singletons that no page answers with: what paths only lead through, such as `/policies`.
//!
//! Comes in: the request lines and the titles of their pages. Goes out: for each such root the name of its type. Titles
//! of calls on it announce that name (`searchEntity: query` for `/search/query`); else it is that of a described type
//! that is called like the root; else the root lends its own name to a type without members, to which paths add what
//! they lead to (see `from_paths`).

use std::collections::BTreeMap;

use super::{
    PageClaims, Requests, kind,
    path::{Parsed, Shape, singular},
};
use crate::{
    ir::TypeName,
    model::TypeModel,
    resolve::{Input, kinds},
};

/// Singletons that no page answers with.
#[derive(Debug, Default)]
pub(in crate::resolve) struct Roots {
    /// The names of their types, by the key of their path: `/policies`.
    pub(in crate::resolve) singletons: BTreeMap<String, TypeName>,
    /// Those of the types that the model does not have.
    pub(in crate::resolve) undescribed: BTreeMap<String, TypeModel>,
}

/// What request lines tell of one root.
struct Seen {
    name: String,
    /// The type that the title of a call on it announces.
    announced: Option<String>,
    /// Paths go on by a name.
    leads_on: bool,
    /// It has items, or a page of its own.
    is_told: bool,
}

/// Finds the singletons that no page answers with, and names their types.
pub(in crate::resolve) fn find(input: Input, requests: &Requests) -> Roots {
    let mut out = Roots::default();
    for (key, seen) in seen(requests) {
        if !seen.leads_on || seen.is_told || is_me(&seen.name) {
            continue;
        }
        let name = type_name(input, &seen);
        if !is_taken(input, &name) {
            out.undescribed
                .insert(name.key(), TypeModel::new(name.clone()));
        }
        out.singletons.insert(key, name);
    }
    out
}

/// The signed-in user, whichever page describes it.
pub(super) fn is_me(root: &str) -> bool {
    root.eq_ignore_ascii_case("me")
}

/// What types of singletons are called, the likeliest first.
pub(super) fn usual_names(root: &str) -> [String; 6] {
    [
        root.to_owned(),
        format!("{root}Root"),
        format!("{}Root", singular(root)),
        format!("{root}Container"),
        format!("cloud{root}"),
        singular(root),
    ]
}

fn seen(requests: &Requests) -> BTreeMap<String, Seen> {
    let mut out: BTreeMap<String, Seen> = BTreeMap::new();
    for claims in &requests.pages {
        for request in &claims.requests {
            let path = &requests.paths[request.path];
            let [first, rest @ ..] = path.segments.as_slice() else {
                continue;
            };
            let Shape::Name(name) = &first.shape else {
                continue;
            };
            let root = out
                .entry(path.prefix(0).to_owned())
                .or_insert_with(|| Seen {
                    name: name.clone(),
                    announced: None,
                    leads_on: false,
                    is_told: false,
                });
            match rest.first().map(|next| &next.shape) {
                Some(Shape::Name(_) | Shape::Qualified(_) | Shape::Call(..)) => {
                    root.leads_on = true;
                }
                None | Some(Shape::Key | Shape::System(_) | Shape::ItemPath(_)) => {
                    root.is_told = true;
                }
            }
            root.announced = root.announced.take().or_else(|| announced(claims, path));
        }
    }
    out
}

/// The type that a page announces for what its path calls something on.
fn announced(claims: &PageClaims, path: &Parsed) -> Option<String> {
    let calls_on_root = path.segments.len() == 2 && kind::announces(claims, path).is_some();
    claims
        .announced_type()
        .filter(|_| calls_on_root)
        .map(str::to_owned)
}

fn type_name(input: Input, seen: &Seen) -> TypeName {
    if let Some(announced) = &seen.announced {
        return TypeName::new(announced);
    }
    let known = usual_names(&seen.name)
        .map(|name| TypeName::new(&name))
        .into_iter()
        .filter_map(|name| input.model.types.get(&name.key()))
        .find(|model| !is_namesake(input, model, seen));
    let own = TypeName::new(&seen.name);
    match known {
        Some(model) => model.name.clone(),
        None if is_taken(input, &own) => TypeName::new(&format!("{}Root", seen.name)),
        None => own,
    }
}

fn is_taken(input: Input, name: &TypeName) -> bool {
    let key = name.key();
    input.model.types.contains_key(&key) || input.model.enums.contains_key(&key)
}

/// Whether a type only shares its name with the root: a described value such as `identity` is no singleton.
fn is_namesake(input: Input, model: &TypeModel, seen: &Seen) -> bool {
    model.name.name().eq_ignore_ascii_case(&seen.name)
        && !model.pages.is_empty()
        && model.bases.is_empty()
        && !kinds::says_entity(input, model)
}
