//! The paths of all operations as one tree: a node for each prefix that leads to more than one place.
//!
//! Comes in: operations. Goes out: nodes with the operations that are called on them.
//! Invariant: a node's parent has a smaller index; children and operations are in the order of the api.

use std::collections::BTreeMap;

use crate::api::{Api, Operation, Path, Segment, SegmentKind};

/// Index of a [`Node`].
pub(super) type NodeId = usize;

/// A prefix of paths.
#[derive(Debug)]
pub(super) struct Node<'a> {
    /// The node before it, and the operation whose path shows the way; none for the root.
    pub(super) step: Option<Step<'a>>,
    /// The nodes behind it.
    pub(super) children: Vec<NodeId>,
    /// What can be done here.
    pub(super) operations: Vec<&'a Operation>,
}

/// The segment between a node and its parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'a> {
    /// Where it starts.
    pub(super) parent: NodeId,
    /// A path that goes this way.
    pub(super) path: &'a Path,
    /// The segment's position in that path.
    pub(super) at: usize,
}

impl<'a> Step<'a> {
    /// The segment.
    pub(super) fn segment(&self) -> &'a Segment {
        &self.path.segments[self.at]
    }
}

/// The tree; its root comes first.
#[derive(Debug)]
pub(super) struct Trie<'a> {
    pub(super) nodes: Vec<Node<'a>>,
}

impl<'a> Trie<'a> {
    /// Sorts the operations in.
    pub(super) fn new(api: &'a Api) -> Self {
        let mut trie = Self {
            nodes: vec![Node {
                step: None,
                children: Vec::new(),
                operations: Vec::new(),
            }],
        };
        let mut edges = BTreeMap::new();
        for operation in &api.operations {
            trie.walk(&mut edges, &operation.path, prefix(&operation.path));
        }
        for operation in &api.operations {
            // A call is made on what it is bound to, unless more can be reached through it.
            let whole = operation.path.segments.len();
            let prefix = prefix(&operation.path);
            let at = find(&edges, &operation.path, whole)
                .or_else(|| find(&edges, &operation.path, prefix));
            trie.nodes[at.unwrap_or_default()]
                .operations
                .push(operation);
        }
        trie
    }

    fn walk(
        &mut self,
        edges: &mut BTreeMap<(NodeId, String), NodeId>,
        path: &'a Path,
        length: usize,
    ) {
        let mut node = 0;
        for at in 0..length {
            let key = (node, path.segments[at].shape());
            let next = self.nodes.len();
            let child = *edges.entry(key).or_insert(next);
            if child == next {
                let step = Some(Step {
                    parent: node,
                    path,
                    at,
                });
                self.nodes.push(Node {
                    step,
                    children: Vec::new(),
                    operations: Vec::new(),
                });
                self.nodes[node].children.push(child);
            }
            node = child;
        }
    }
}

/// The node that the first `length` segments of a path lead to.
fn find(edges: &BTreeMap<(NodeId, String), NodeId>, path: &Path, length: usize) -> Option<NodeId> {
    let first = &path.segments[..length];
    first.iter().try_fold(0, |node, segment| {
        edges.get(&(node, segment.shape())).copied()
    })
}

/// How many segments lead to what an operation is called on.
fn prefix(path: &Path) -> usize {
    let own = match path.segments.last().map(|segment| &segment.kind) {
        Some(SegmentKind::System | SegmentKind::Call(_)) => 1,
        Some(
            SegmentKind::Name | SegmentKind::Key | SegmentKind::Cast(_) | SegmentKind::ItemPath,
        )
        | None => 0,
    };
    path.segments.len() - own
}
