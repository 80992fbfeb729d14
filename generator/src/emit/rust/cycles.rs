//! Which types contain themselves.
//!
//! A struct cannot hold a value of its own type, not even through others; a box, a collection and a link can.
//! Comes in: the api. Goes out: the strongly connected components of "has a single property of that type".

use crate::api::{Api, ItemType, MemberKind, Type, TypeId};

/// The component of each type.
#[derive(Debug)]
pub(super) struct Cycles {
    component: Vec<usize>,
}

impl Cycles {
    /// Finds them.
    pub(super) fn new(api: &Api) -> Self {
        let contained = |id| {
            let single = |member: &&_| is_contained(member);
            let target = |member: &crate::api::Member| match member.ty.item {
                ItemType::Structured(target) => Some(target.index()),
                ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
            };
            api.all_members(id)
                .into_iter()
                .filter(single)
                .filter_map(target)
                .collect::<Vec<_>>()
        };
        let edges: Vec<_> = api.type_ids().map(contained).collect();
        Self {
            component: components(&edges),
        }
    }

    /// Whether a property of this type within `owner` leads back to `owner`.
    pub(super) fn contains(&self, owner: TypeId, ty: &Type) -> bool {
        match ty.item {
            ItemType::Structured(target) if !ty.collection => {
                self.component[owner.index()] == self.component[target.index()]
            }
            ItemType::Structured(_)
            | ItemType::Primitive(_)
            | ItemType::Enum(_)
            | ItemType::Unknown { .. } => false,
        }
    }
}

fn is_contained(member: &crate::api::Member) -> bool {
    member.kind == MemberKind::Property && !member.ty.collection
}

/// The strongly connected component of each node (Tarjan), without recursion: chains of types may be long.
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let mut index = vec![NEW; edges.len()];
    let mut low = vec![NEW; edges.len()];
    let mut component = vec![NEW; edges.len()];
    let mut open = Vec::new();
    let mut next = 0;
    for root in 0..edges.len() {
        if index[root] != NEW {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                (index[node], low[node]) = (next, next);
                next += 1;
                open.push(node);
            }
            if let Some(&target) = edges[node].get(edge) {
                path.push((node, edge + 1));
                if index[target] == NEW {
                    path.push((target, 0));
                } else if component[target] == NEW {
                    low[node] = low[node].min(index[target]);
                }
                continue;
            }
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == index[node] {
                while let Some(member) = open.pop() {
                    component[member] = node;
                    if member == node {
                        break;
                    }
                }
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_cycles() {
        // 0 → 1 → 2 → 1, 3 → 3, 4 → 0
        let found = components(&[vec![1], vec![2], vec![1], vec![3], vec![0]]);
        assert_eq!(found[1], found[2]);
        let others = [found[0], found[1], found[3], found[4]];
        assert!(
            others
                .iter()
                .enumerate()
                .all(|(at, one)| !others[at + 1..].contains(one))
        );
    }

    #[test]
    fn a_long_chain_is_no_danger() {
        let edges: Vec<_> = (0..100_000)
            .map(|node| {
                if node < 99_999 {
                    vec![node + 1]
                } else {
                    vec![]
                }
            })
            .collect();
        assert_eq!(components(&edges)[0], 0);
    }
}
