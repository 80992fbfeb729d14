//! Actions and functions in the sense of CSDL: what operations call, bound to what their paths select.

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    rc::Rc,
};

use super::{Line, Step, page::value, path, walk};
use crate::{
    api::{
        Callable, ItemType, Operation, OperationKind, OperationPage, Parameter, Piece, RequestBody,
        StructuredType, Type,
    },
    facts::stated_namespace,
    ir::{DEFAULT_NAMESPACE, Primitive},
    resolve::{Input, Scope},
    spelling::Reference,
};

/// Those found so far; the same one is called by many paths.
#[derive(Debug, Default)]
pub(super) struct Callables {
    found: Vec<Callable>,
    index: HashMap<Identity, usize>,
}

/// What makes two calls the same: name, binding type, and for functions, which may be overloaded, their parameters.
type Identity = (String, Option<Type>, Option<Vec<String>>);

impl Callables {
    /// Adds what an operation calls, if it calls something.
    pub(super) fn add(
        &mut self,
        operation: &Operation,
        line: Line,
        steps: &[Rc<Step>],
        input: Input,
        scope: &Scope,
    ) {
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
            | OperationKind::Upload => return,
        };
        if name.starts_with('$') {
            return;
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
        let namespace = stated_namespace(&input.pages[line.page.claims.id.index()].1);
        let name = walk::qualified(name, namespace.unwrap_or(DEFAULT_NAMESPACE));
        match self.index.entry((name.key(), binding.clone(), names)) {
            Entry::Occupied(known) => {
                let known = &mut self.found[*known.get()];
                if known.parameters.is_empty() {
                    known.parameters = parameters;
                }
                known.returns = known.returns.take().or_else(|| value(&page.responses));
            }
            Entry::Vacant(new) => {
                new.insert(self.found.len());
                self.found.push(Callable {
                    name,
                    is_function,
                    binding,
                    parameters,
                    returns: value(&page.responses),
                    description: page.description.clone(),
                    source: operation.source.clone(),
                });
            }
        }
    }

    /// All of them, by name, then binding type. What is bound to a base type, too, is inherited from there.
    pub(super) fn finish(mut self, types: &[StructuredType]) -> Vec<Callable> {
        let inherited = inherited(&self.found, types);
        let mut inherited = inherited.into_iter();
        self.found.retain(|_| !inherited.next().unwrap_or_default());
        self.found.sort_by_cached_key(|callable| {
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
        self.found
    }
}

/// For each call whether a base type of what it is bound to has it, too: same name, parameters and result.
fn inherited(found: &[Callable], types: &[StructuredType]) -> Vec<bool> {
    let mut by_name: HashMap<String, Vec<&Callable>> = HashMap::new();
    for callable in found {
        by_name
            .entry(callable.name.key())
            .or_default()
            .push(callable);
    }
    let of_base = |callable: &Callable| {
        let namesakes = &by_name[&callable.name.key()];
        let binding = callable.binding.as_ref()?;
        let id = walk::structured(binding)?;
        let mut ancestors =
            std::iter::successors(types[id.index()].base, |base| types[base.index()].base);
        ancestors.find(|base| {
            let binding = Type {
                item: ItemType::Structured(*base),
                collection: binding.collection,
            };
            namesakes
                .iter()
                .any(|other| other.binding.as_ref() == Some(&binding) && is_same(other, callable))
        })
    };
    found
        .iter()
        .map(|callable| of_base(callable).is_some())
        .collect()
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
fn binding(line: Line, steps: &[Rc<Step>], scope: &Scope) -> Option<Type> {
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
