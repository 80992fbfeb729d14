//! Actions and functions in the sense of CSDL: what operations call, bound to what their paths select.

use std::{
    collections::{BTreeSet, hash_map::Entry},
    sync::Arc,
};

use rustc_hash::FxHashMap;

use super::{Line, Step, page::value, path, walk};
use crate::{
    api::{
        Callable, CallableId, ItemType, Operation, OperationKind, OperationPage, Parameter, Piece,
        RequestBody, StructuredType, Type,
    },
    ir::{DEFAULT_NAMESPACE, Primitive},
    resolve::{Input, Scope},
    spelling::Reference,
};

/// Those found so far; the same one is called by many paths.
#[derive(Debug, Default)]
pub(super) struct Callables {
    found: Vec<Callable>,
    index: FxHashMap<Identity, usize>,
}

/// What makes two calls the same: name, binding type, and for functions, which may be overloaded, their parameters.
type Identity = (String, Option<Type>, Option<Vec<String>>);

impl Callables {
    /// Adds what an operation calls, if it calls something; the id holds until [`finish`](Self::finish).
    pub(super) fn add(
        &mut self,
        operation: &Operation,
        line: Line,
        steps: &[Arc<Step>],
        input: Input,
        scope: &Scope,
    ) -> Option<CallableId> {
        let (name, is_function) = match &operation.kind {
            OperationKind::Action(name) => (name.as_str(), false),
            OperationKind::Function(name) => (name.as_str(), true),
            OperationKind::Delta => ("delta", true),
            OperationKind::List
            | OperationKind::Get
            | OperationKind::Create
            | OperationKind::Update
            | OperationKind::Upsert
            | OperationKind::Replace
            | OperationKind::Delete
            | OperationKind::AddReference
            | OperationKind::RemoveReference
            | OperationKind::ListReferences
            | OperationKind::Count
            | OperationKind::Download
            | OperationKind::Upload => return None,
        };
        if name.starts_with('$') {
            return None;
        }
        let page = &operation.page;
        let parameters = if is_function {
            arguments(line, operation)
        } else {
            members(page)
        };
        let names = is_function.then(|| {
            let mut names: Vec<_> = parameters
                .iter()
                .map(|parameter| parameter.name.to_ascii_lowercase())
                .collect();
            names.sort_unstable();
            names
        });
        let binding = binding(line, steps, scope);
        let namespace = input.model.namespace_of_page.get(&line.page.claims.id);
        let namespace = namespace.map_or(DEFAULT_NAMESPACE, |it| &**it);
        let name = walk::qualified(name, namespace);
        let at = match self.index.entry((name.key(), binding.clone(), names)) {
            Entry::Occupied(at) => {
                let at = *at.get();
                let known = &mut self.found[at];
                if known.parameters.is_empty() {
                    known.parameters = parameters;
                }
                known.returns = known.returns.take().or_else(|| value(&page.responses));
                at
            }
            Entry::Vacant(new) => {
                let at = *new.insert(self.found.len());
                self.found.push(Callable {
                    name,
                    is_function,
                    binding,
                    parameters,
                    returns: value(&page.responses),
                    description: page.description.clone(),
                    source: operation.source.clone(),
                });
                at
            }
        };
        Some(CallableId(at as u32))
    }

    /// All of them, by name, then binding type; the operations learn their new ids. What is bound to a base type, too, is
    /// inherited from there.
    pub(super) fn finish(
        self,
        types: &[StructuredType],
        operations: &mut [Operation],
    ) -> Vec<Callable> {
        let inherited = inherited(&self.found, types);
        let own = self.found.into_iter().enumerate();
        let mut sorted: Vec<_> = own.filter(|(at, _)| inherited[*at].is_none()).collect();
        sorted.sort_by_cached_key(|(_, callable)| {
            let names: Vec<_> = callable
                .parameters
                .iter()
                .map(|parameter| parameter.name.clone())
                .collect();
            (
                callable.name.key(),
                format!("{:?}", callable.binding),
                names,
            )
        });
        let mut ids = vec![CallableId(0); inherited.len()];
        for (new, (old, _)) in sorted.iter().enumerate() {
            ids[*old] = CallableId(new as u32);
        }
        for id in operations.iter_mut().filter_map(|it| it.calls.as_mut()) {
            *id = ids[inherited[id.index()].unwrap_or(id.index())];
        }
        sorted.into_iter().map(|(_, callable)| callable).collect()
    }
}

/// For each call the same one, by name, parameters and result, that is bound to the most general base type.
fn inherited(found: &[Callable], types: &[StructuredType]) -> Vec<Option<usize>> {
    let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (at, callable) in found.iter().enumerate() {
        by_name.entry(callable.name.key()).or_default().push(at);
    }
    let of_base = |callable: &Callable| {
        let binding = callable.binding.as_ref()?;
        let id = walk::structured(binding)?;
        let ancestors =
            std::iter::successors(types[id.index()].base, |base| types[base.index()].base);
        let same = ancestors.filter_map(|base| {
            let binding = Type {
                item: ItemType::Structured(base),
                collection: binding.collection,
            };
            let mut namesakes = by_name[&callable.name.key()].iter().copied();
            namesakes.find(|&at| {
                found[at].binding.as_ref() == Some(&binding) && is_same(&found[at], callable)
            })
        });
        same.last()
    };
    found.iter().map(of_base).collect()
}

/// Whether two calls differ in nothing but what they are bound to.
fn is_same(one: &Callable, other: &Callable) -> bool {
    let names = |callable: &Callable| -> BTreeSet<String> {
        let parameters = callable.parameters.iter();
        parameters
            .map(|parameter| parameter.name.to_ascii_lowercase())
            .collect()
    };
    one.is_function == other.is_function
        && one.returns == other.returns
        && names(one) == names(other)
}

/// What the path selects before the call; else the type that the title names.
fn binding(line: Line, steps: &[Arc<Step>], scope: &Scope) -> Option<Type> {
    let parent = steps.len().checked_sub(2).map(|at| &steps[at])?;
    if let Some(ty) = &parent.ty {
        return Some(ty.clone());
    }
    let named = line.page.claims.announced_type().and_then(|name| {
        scope.named(
            &Reference {
                name: name.to_owned(),
                target: None,
            },
            line.page.claims.id,
        )
    });
    Some(Type::single(named.unwrap_or_else(|| ItemType::Unknown {
        text: line.path.prefix(steps.len() - 2).to_owned(),
        reason: "no page tells what this path selects",
    })))
}

/// The arguments in the path, then those that only the table has.
fn arguments(line: Line, operation: &Operation) -> Vec<Parameter> {
    let (path, page) = (&operation.path, &operation.page);
    let mut out: Vec<Parameter> = Vec::new();
    let mut placeholders = path
        .segments
        .last()
        .into_iter()
        .flat_map(|segment| &segment.pieces)
        .filter_map(|piece| match piece {
            Piece::Parameter(at) => Some(path.parameters[*at].name.as_str()),
            Piece::Text(_) => None,
        });
    let written: &[Option<String>] = match line.path.segments.last().map(|part| &part.shape) {
        Some(path::Shape::Call(_, arguments)) => arguments,
        _ => &[],
    };
    for argument in written {
        let placeholder = placeholders.next();
        let Some(name) = argument.as_deref().or(placeholder) else {
            continue;
        };
        let row = page
            .function_parameters
            .iter()
            .find(|row| row.name.eq_ignore_ascii_case(name));
        out.push(row.cloned().unwrap_or_else(|| Parameter {
            name: name.to_owned(),
            ty: Type::single(ItemType::Primitive(Primitive::String)),
            required: Some(true),
            description: String::new(),
            source: operation.source.clone(),
        }));
    }
    for row in &page.function_parameters {
        if !out
            .iter()
            .any(|known| known.name.eq_ignore_ascii_case(&row.name))
        {
            out.push(row.clone());
        }
    }
    out
}

/// The parameters that an action takes in its body.
fn members(page: &OperationPage) -> Vec<Parameter> {
    match &page.body {
        Some(RequestBody::Parameters(parameters)) => parameters.clone(),
        Some(
            RequestBody::Object { .. }
            | RequestBody::Reference
            | RequestBody::Stream { .. }
            | RequestBody::Unknown,
        )
        | None => Vec::new(),
    }
}
