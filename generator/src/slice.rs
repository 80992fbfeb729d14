//! Slices: the part of an api that patterns select, as an api of its own.
//!
//! Comes in: the apis of all versions, and patterns. Goes out: an api for each, with the operations and types that are
//! selected and whatever these need. What an operation or a type needs is its [`Closure`].
//! Invariant: what holds for an [`Api`] holds for a slice of it; names, ids of operations and the order of everything are
//! those of the whole.
//!
//! An operation needs the action or function that it calls, and the types that it names: of parameters, bodies and
//! answers, or of what its path selects where the page does not tell the answer. It does not need the types that its
//! path only leads through; such a segment, and an entity set, has no known type in the slice. A type needs its base
//! types and the types of its properties. It does *not* need what its navigation properties lead to, or a single user
//! would bring hundreds of types along; a navigation property stays if something else needs its target, and is left
//! out if nothing does. Nor does it need the types that derive from it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    api::{
        Api, Callable, CallableId, EnumId, ItemType, MemberKind, Operation, OperationPage,
        ResponseBody, Root, Segment, StructuredType, Type, TypeId,
    },
    ir::TypeName,
    pattern::Pattern,
};

mod hint;
mod places;

/// Why a segment of a path has no type in a slice.
const OUTSIDE: &str = "it is not in this slice of the api";

/// A pattern that matches nothing in any version.
#[derive(Debug, thiserror::Error)]
#[error("nothing matches `{pattern}`: {hint}")]
pub struct Unmatched {
    /// The pattern.
    pub pattern: Pattern,
    /// Where it stops to match, and what may be meant.
    pub hint: String,
}

/// What a set of operations and types needs: these types and enumerations, those actions and functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// Types, each with its base types.
    pub types: BTreeSet<TypeId>,
    /// Enumerations.
    pub enums: BTreeSet<EnumId>,
    /// Actions and functions.
    pub callables: BTreeSet<CallableId>,
}

/// An api as patterns see it.
struct Version<'a> {
    api: &'a Api,
    /// The paths of the operations: the texts of their segments, with `{}` for each placeholder.
    paths: Vec<Vec<String>>,
}

/// What a list of patterns selects in one api.
#[derive(Default)]
struct Selection {
    /// Positions of operations.
    operations: BTreeSet<usize>,
    types: BTreeSet<TypeId>,
    enums: BTreeSet<EnumId>,
}

/// The slices of several versions that patterns select. A version may lack what another one has; a pattern that selects
/// nothing in any of them is a mistake.
pub fn slice(versions: &[&Api], patterns: &[Pattern]) -> Result<Vec<Api>, Unmatched> {
    let versions: Vec<_> = versions.iter().map(|api| Version::new(api)).collect();
    let mut selections: Vec<_> = versions.iter().map(|_| Selection::default()).collect();
    for pattern in patterns {
        let mut is_matched = false;
        for (version, selection) in versions.iter().zip(&mut selections) {
            is_matched |= selection.add(version, pattern);
        }
        if !is_matched {
            return Err(Unmatched {
                pattern: pattern.clone(),
                hint: hint::hint(&versions, pattern),
            });
        }
    }
    let slices = versions.iter().zip(&selections);
    Ok(slices
        .map(|(version, selection)| cut(version.api, selection))
        .collect())
}

impl Closure {
    /// What operations need.
    pub fn of<'a>(api: &Api, operations: impl IntoIterator<Item = &'a Operation>) -> Self {
        let mut closure = Self::default();
        for operation in operations {
            closure.add_operation(api, operation);
        }
        closure
    }

    /// Adds what an operation needs.
    pub fn add_operation(&mut self, api: &Api, operation: &Operation) {
        for ty in named_types(operation) {
            self.add(api, ty);
        }
        if let Some(id) = operation.calls
            && self.callables.insert(id)
        {
            for ty in places::of_callable(&api[id]) {
                self.add(api, ty);
            }
        }
    }

    /// Adds a type, and what it needs.
    pub fn add_type(&mut self, api: &Api, id: TypeId) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if !self.types.insert(id) {
                continue;
            }
            open.extend(api[id].base);
            let members = api[id].members.iter();
            for property in members.filter(|member| member.kind == MemberKind::Property) {
                match property.ty.item {
                    ItemType::Structured(id) => open.push(id),
                    ItemType::Enum(id) => {
                        self.enums.insert(id);
                    }
                    ItemType::Primitive(_) | ItemType::Unknown { .. } => {}
                }
            }
        }
    }

    fn add(&mut self, api: &Api, ty: &Type) {
        match ty.item {
            ItemType::Structured(id) => self.add_type(api, id),
            ItemType::Enum(id) => {
                self.enums.insert(id);
            }
            ItemType::Primitive(_) | ItemType::Unknown { .. } => {}
        }
    }
}

impl<'a> Version<'a> {
    fn new(api: &'a Api) -> Self {
        let paths = api.operations.iter().map(|operation| {
            let segments = operation.path.segments.iter();
            segments.map(Segment::shape).collect()
        });
        Self {
            api,
            paths: paths.collect(),
        }
    }

    /// Names of types, enumerations, actions and functions.
    fn names(&self) -> impl Iterator<Item = &'a TypeName> {
        let types = self.api.types.iter().map(|ty| &ty.name);
        let enums = self.api.enums.iter().map(|ty| &ty.name);
        let callables = self.api.callables.iter().map(|callable| &callable.name);
        types.chain(enums).chain(callables)
    }
}

impl Selection {
    /// Adds what a pattern selects; whether that is anything.
    fn add(&mut self, version: &Version, pattern: &Pattern) -> bool {
        let api = version.api;
        let is_called = |id: CallableId| pattern.matches_name(&api[id].name);
        let is_selected = |at: &usize| {
            let operation = &api.operations[*at];
            pattern.matches_request(operation.method, &version.paths[*at])
                || operation.calls.is_some_and(is_called)
        };
        let operations: Vec<_> = (0..api.operations.len()).filter(is_selected).collect();
        let types = api.type_ids();
        let types: Vec<_> = types
            .filter(|&id| pattern.matches_name(&api[id].name))
            .collect();
        let enums = api.enum_ids();
        let enums: Vec<_> = enums
            .filter(|&id| pattern.matches_name(&api[id].name))
            .collect();
        let is_any = !(operations.is_empty() && types.is_empty() && enums.is_empty());
        self.operations.extend(operations);
        self.types.extend(types);
        self.enums.extend(enums);
        is_any
    }

    fn closure(&self, api: &Api) -> Closure {
        let operations = self.operations.iter().map(|&at| &api.operations[at]);
        let mut closure = Closure::of(api, operations);
        for &id in &self.types {
            closure.add_type(api, id);
        }
        closure.enums.extend(&self.enums);
        closure
    }
}

/// The types that an operation names: in its page and its placeholders, and what its path selects where the page does not
/// tell the answer.
pub(crate) fn named_types(operation: &Operation) -> impl Iterator<Item = &Type> {
    let path = &operation.path;
    let selected = path.segments.last().and_then(|last| last.ty.as_ref());
    let selected = selected.filter(|_| !tells_answer(&operation.page));
    let placeholders = path.parameters.iter().map(|parameter| &parameter.ty);
    let named = places::of_page(&operation.page);
    named.into_iter().chain(selected).chain(placeholders)
}

/// Whether a page says what comes back if all goes well.
fn tells_answer(page: &OperationPage) -> bool {
    page.success()
        .is_some_and(|success| success.body != ResponseBody::Unknown)
}

/// The api of what is selected and what that needs.
fn cut(api: &Api, selection: &Selection) -> Api {
    let closure = selection.closure(api);
    let ids = Ids::new(api, &closure);
    let mut pages = HashMap::new();
    let operations: Vec<_> = selection
        .operations
        .iter()
        .map(|&at| ids.operation(&api.operations[at], &mut pages))
        .collect();
    let first_segments: HashSet<_> = operations.iter().filter_map(first_name).collect();
    let roots = api
        .roots
        .iter()
        .filter(|root| first_segments.contains(&root.name.to_ascii_lowercase()));
    Api {
        version: api.version,
        types: closure.types.iter().map(|&id| ids.structured(id)).collect(),
        enums: closure.enums.iter().map(|&id| api[id].clone()).collect(),
        roots: roots.map(|root| ids.root(root)).collect(),
        callables: closure
            .callables
            .iter()
            .map(|&id| ids.callable(id))
            .collect(),
        operations,
    }
}

/// The name that a path begins with, lower-cased, without a key in parentheses.
fn first_name(operation: &Operation) -> Option<String> {
    let first = operation.path.segments.first()?;
    first.name().map(str::to_ascii_lowercase)
}

/// Each of the ids with its position among them as an id.
fn pairs<Id: Copy + Ord>(ids: &BTreeSet<Id>, id: impl Fn(u32) -> Id) -> BTreeMap<Id, Id> {
    ids.iter().copied().zip((0..).map(id)).collect()
}

/// From the ids in the whole to those in the slice.
struct Ids<'a> {
    api: &'a Api,
    types: BTreeMap<TypeId, TypeId>,
    enums: BTreeMap<EnumId, EnumId>,
    callables: BTreeMap<CallableId, CallableId>,
}

impl<'a> Ids<'a> {
    fn new(api: &'a Api, closure: &Closure) -> Self {
        Self {
            api,
            types: pairs(&closure.types, TypeId),
            enums: pairs(&closure.enums, EnumId),
            callables: pairs(&closure.callables, CallableId),
        }
    }

    /// The same type in the slice. Only paths lead through types that are not there.
    fn renumber(&self, ty: &mut Type) {
        let (new, name) = match &ty.item {
            ItemType::Structured(id) => (
                self.types.get(id).copied().map(ItemType::Structured),
                &self.api[*id].name,
            ),
            ItemType::Enum(id) => (
                self.enums.get(id).copied().map(ItemType::Enum),
                &self.api[*id].name,
            ),
            ItemType::Primitive(_) | ItemType::Unknown { .. } => return,
        };
        ty.item = new.unwrap_or_else(|| ItemType::Unknown {
            text: name.to_string(),
            reason: OUTSIDE,
        });
    }

    fn structured(&self, id: TypeId) -> StructuredType {
        let mut ty = self.api[id].clone();
        ty.base = ty.base.and_then(|id| self.types.get(&id).copied());
        ty.derived = ty
            .derived
            .iter()
            .filter_map(|id| self.types.get(id).copied())
            .collect();
        ty.members.retain(|member| self.has(&member.ty));
        for member in &mut ty.members {
            self.renumber(&mut member.ty);
        }
        ty
    }

    fn has(&self, ty: &Type) -> bool {
        match &ty.item {
            ItemType::Structured(id) => self.types.contains_key(id),
            ItemType::Enum(id) => self.enums.contains_key(id),
            ItemType::Primitive(_) | ItemType::Unknown { .. } => true,
        }
    }

    fn callable(&self, id: CallableId) -> Callable {
        let mut callable = self.api[id].clone();
        for ty in places::of_callable_mut(&mut callable) {
            self.renumber(ty);
        }
        callable
    }

    fn root(&self, root: &Root) -> Root {
        Root {
            ty: root.ty.and_then(|id| self.types.get(&id).copied()),
            ..root.clone()
        }
    }

    /// Operations go on sharing their pages; `pages` has those of the operations before, by their address in the whole.
    fn operation(
        &self,
        operation: &Operation,
        pages: &mut HashMap<*const OperationPage, Arc<OperationPage>>,
    ) -> Operation {
        let page = pages
            .entry(Arc::as_ptr(&operation.page))
            .or_insert_with(|| Arc::new(self.page(&operation.page)));
        let mut operation = Operation {
            page: page.clone(),
            calls: operation
                .calls
                .and_then(|id| self.callables.get(&id).copied()),
            ..operation.clone()
        };
        let segments = operation.path.segments.iter_mut();
        let selected = segments.filter_map(|segment| segment.ty.as_mut());
        let placeholders = operation.path.parameters.iter_mut().map(|it| &mut it.ty);
        for ty in selected.chain(placeholders) {
            self.renumber(ty);
        }
        operation
    }

    fn page(&self, page: &OperationPage) -> OperationPage {
        let mut page = page.clone();
        for ty in places::of_page_mut(&mut page) {
            self.renumber(ty);
        }
        page
    }
}
