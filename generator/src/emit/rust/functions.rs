//! What the functions of builders are called and take.
//!
//! Comes in: the paths as a tree. Goes out: for each node, its functions by name, in order. The names are decided here, so
//! that everything that calls a function finds it.

use rayon::prelude::*;

use super::{
    names,
    trie::{NodeId, Step, Trie},
};
use crate::api::{Operation, OperationKind, Path, Piece, SegmentKind, Type};

/// A function of a builder.
#[derive(Clone, Copy)]
pub(super) enum Function<'a> {
    Step(NodeId),
    Operation(&'a Operation),
}

/// The functions of all nodes.
pub(super) struct Functions<'a> {
    nodes: Vec<Vec<(String, Function<'a>)>>,
    /// For each node, the one before it, and the place of the step between them among its functions.
    places: Vec<(NodeId, usize)>,
}

impl<'a> Functions<'a> {
    /// Names them.
    pub(super) fn new(trie: &'a Trie<'a>) -> Self {
        let nodes = (0..trie.nodes.len()).into_par_iter();
        let nodes: Vec<Vec<_>> = nodes.map(|node| trie.functions(node)).collect();
        let mut places = vec![(0, 0); nodes.len()];
        for (node, functions) in nodes.iter().enumerate() {
            for (at, (_, function)) in functions.iter().enumerate() {
                if let Function::Step(child) = function {
                    places[*child] = (node, at);
                }
            }
        }
        Self { nodes, places }
    }

    /// The functions of a node by name, in order.
    pub(super) fn of(&self, node: NodeId) -> impl Iterator<Item = (&str, Function<'a>)> {
        let functions = self.nodes[node].iter();
        functions.map(|(name, function)| (name.as_str(), *function))
    }

    /// What the function is called that leads to a node.
    pub(super) fn step(&self, node: NodeId) -> &str {
        let (parent, at) = self.places[node];
        &self.nodes[parent][at].0
    }
}

impl<'a> Trie<'a> {
    fn functions(&self, id: NodeId) -> Vec<(String, Function<'a>)> {
        let node = &self.nodes[id];
        let mut scope = names::Scope::functions();
        let (calls, others): (Vec<&Operation>, Vec<_>) =
            node.operations.iter().partition(|operation| {
                matches!(
                    operation.kind,
                    OperationKind::Action(_) | OperationKind::Function(_)
                )
            });
        let mut named = Vec::new();
        // The order in which names are taken: what exists everywhere first, so that it is called the same everywhere.
        for operation in others {
            let name = self.operation_name(operation, id, &mut scope);
            named.push((name, Function::Operation(operation)));
        }
        for &child in &node.children {
            if let Some(step) = self.nodes[child].step {
                named.push((scope.take(step.name()), Function::Step(child)));
            }
        }
        for operation in calls {
            let name = self.operation_name(operation, id, &mut scope);
            named.push((name, Function::Operation(operation)));
        }
        named
    }

    /// What an operation is called: its kind or its name; then with its parameters, then with its method.
    fn operation_name(
        &self,
        operation: &Operation,
        node: NodeId,
        scope: &mut names::Scope,
    ) -> String {
        let words = operation.kind.words();
        let name = names::snake(words.rsplit('.').next().unwrap_or(words));
        let parameters: Vec<_> = self
            .own_parameters(operation, node)
            .map(|(name, _)| name)
            .collect();
        let with_parameters = format!("{name}_by_{}", parameters.join("_and_"));
        let with_method = format!(
            "{name}_with_{}",
            operation.method.as_str().to_ascii_lowercase()
        );
        let fallbacks = [
            (!parameters.is_empty()).then_some(with_parameters),
            Some(with_method),
        ];
        let free = [Some(name.clone())]
            .into_iter()
            .chain(fallbacks)
            .flatten()
            .find(|name| scope.has_room_for(name));
        scope.take(free.unwrap_or(name))
    }

    /// The parameters in the segments of an operation that are no step.
    pub(super) fn own_parameters<'o>(
        &self,
        operation: &'o Operation,
        node: NodeId,
    ) -> impl Iterator<Item = (String, &'o Type)> + use<'o> {
        let depth = self.nodes[node].step.map_or(0, |step| step.at + 1);
        parameters(&operation.path, depth)
    }
}

impl<'a> Step<'a> {
    /// What the function for the step is called.
    ///
    /// A key is `id`, a name itself, a cast `as_` with the type; what has placeholders besides says so with `_by_`.
    pub(super) fn name(&self) -> String {
        let segment = self.segment();
        let text: String = segment
            .pieces
            .iter()
            .map_while(|piece| match piece {
                Piece::Text(text) => Some(text.as_str()),
                Piece::Parameter(_) => None,
            })
            .collect();
        let base = text.split('(').next().unwrap_or_default();
        let names: Vec<_> = self.parameters().map(|(name, _)| name).collect();
        match &segment.kind {
            SegmentKind::Key if text.is_empty() => "id".to_owned(),
            SegmentKind::Cast(ty) => format!("as_{}", names::snake(ty.name())),
            SegmentKind::ItemPath if names.is_empty() => format!("{}_path", names::snake(base)),
            SegmentKind::Call(name) if names.is_empty() => {
                names::snake(name.rsplit('.').next().unwrap_or(name))
            }
            SegmentKind::Name if names.is_empty() => names::snake(base),
            SegmentKind::Key
            | SegmentKind::Name
            | SegmentKind::Call(_)
            | SegmentKind::ItemPath
            | SegmentKind::System => {
                let by = names.join("_and_");
                if !base.chars().any(char::is_alphanumeric) {
                    format!("by_{by}")
                } else if by.is_empty() {
                    names::snake(base)
                } else {
                    format!("{}_by_{by}", names::snake(base))
                }
            }
        }
    }

    /// Names and types of the placeholders in the step.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (String, &'a Type)> + use<'a> {
        let pieces = &self.segment().pieces;
        let count = pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Parameter(_)))
            .count();
        parameters(self.path, self.at).take(count)
    }
}

/// Names and types of the placeholders in the segments of a path from `from` on.
fn parameters(path: &Path, from: usize) -> impl Iterator<Item = (String, &Type)> {
    path.segments[from..]
        .iter()
        .flat_map(|segment| &segment.pieces)
        .filter_map(|piece| match piece {
            Piece::Parameter(index) => path
                .parameters
                .get(*index)
                .map(|parameter| (names::snake(&parameter.name), &parameter.ty)),
            Piece::Text(_) => None,
        })
}
