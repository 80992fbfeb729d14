//! The types along paths: what `/users`, `/users/{}` and `/users/{}/messages` select.
//!
//! Comes in: parsed paths, and what pages say that a GET of a path answers or a POST to it creates. Goes out: for each
//! path and each of its beginnings, what its last segment is and which type it selects. Members of types tell most; where
//! a type has no such member, what pages say of that very path does; where that fails, the type is unknown from there on.
//!
//! A beginning of a path means the same whichever page it is from, so each is looked up once.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Spellings,
    path::{Parsed, Shape, singular, without_namespace},
    roots, word,
};
use crate::{
    api::{ItemType, Root, SegmentKind, StructuredType, Type, TypeId, TypeKind},
    ir::{DEFAULT_NAMESPACE, Primitive, TypeName},
    resolve::Scope,
};

/// What pages say of paths, by key.
#[derive(Debug, Default)]
pub(super) struct Evidence<'a> {
    /// What a GET answers.
    pub(super) answers: FxHashMap<&'a str, Type>,
    /// The type of what a POST adds.
    pub(super) creates: FxHashMap<&'a str, ItemType>,
    /// Names of actions and functions, lower-cased, with what they return.
    pub(super) callables: FxHashMap<String, Option<Type>>,
    /// Every path and beginning of a path.
    pub(super) prefixes: FxHashSet<&'a str>,
}

impl Evidence<'_> {
    /// What a path selects by what pages say of it and of its items.
    fn of(&self, key: &str) -> Option<Type> {
        if let Some(answer) = self.answers.get(key) {
            return Some(answer.clone());
        }
        let items = format!("{key}/{{}}");
        let item = match self.answers.get(items.as_str()) {
            Some(answer) if !answer.collection => Some(answer.item.clone()),
            Some(_) | None => self.creates.get(key).cloned(),
        };
        item.map(|item| Type {
            item,
            collection: true,
        })
    }

    /// Whether something follows the path that looks like a key.
    pub(super) fn has_items(&self, key: &str) -> bool {
        self.prefixes.contains(format!("{key}/{{}}").as_str())
    }
}

/// What a segment stands for, and what is selected up to it.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) kind: SegmentKind,
    pub(super) ty: Option<Type>,
    /// Whether a type, a root or a placeholder tells so, rather than only the look of the segment.
    pub(super) is_known: bool,
}

/// Looks up beginnings of paths.
pub(super) struct Walker<'a> {
    scope: &'a Scope<'a>,
    types: &'a [StructuredType],
    evidence: &'a Evidence<'a>,
    steps: FxHashMap<&'a str, Arc<Step>>,
    /// The types of the members of a type, own and inherited, by lower-cased name.
    members: FxHashMap<TypeId, FxHashMap<String, Type>>,
    roots: FxHashMap<String, Root>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(
        scope: &'a Scope<'a>,
        types: &'a [StructuredType],
        evidence: &'a Evidence<'a>,
    ) -> Self {
        Self {
            scope,
            types,
            evidence,
            steps: FxHashMap::default(),
            members: FxHashMap::default(),
            roots: FxHashMap::default(),
        }
    }

    /// The steps of a path.
    pub(super) fn walk(&mut self, path: &'a Parsed) -> Vec<Arc<Step>> {
        let mut steps: Vec<Arc<Step>> = Vec::with_capacity(path.segments.len());
        for at in 0..path.segments.len() {
            let key = path.prefix(at);
            if let Some(known) = self.steps.get(key) {
                steps.push(known.clone());
                continue;
            }
            let is_last = at + 1 == path.segments.len();
            let step = Arc::new(match steps.last() {
                None => self.first(path, key),
                Some(parent) => self.next(path, at, key, parent, is_last),
            });
            self.steps.insert(key, step.clone());
            steps.push(step);
        }
        steps
    }

    /// Entity sets and singletons, by name.
    pub(super) fn into_roots(self, spellings: &Spellings) -> Vec<Root> {
        let spelled = |(key, root): (String, Root)| {
            let word = spellings
                .get(key.as_str())
                .and_then(|(path, at)| word(&path.segments[*at]));
            Root {
                name: word.unwrap_or(&root.name).to_owned(),
                ..root
            }
        };
        let mut roots: Vec<_> = self.roots.into_iter().map(spelled).collect();
        roots.sort_by(|a, b| a.name.cmp(&b.name));
        roots
    }

    /// The first segment: an entity set, a singleton, or an unbound action or function.
    fn first(&mut self, path: &Parsed, key: &str) -> Step {
        match &path.segments[0].shape {
            Shape::Name(name) => {
                let ty = self.root(name, key);
                Step {
                    kind: SegmentKind::Name,
                    ty,
                    is_known: true,
                }
            }
            Shape::Call(name, arguments) => {
                let set = format!("/{}", name.to_ascii_lowercase());
                if arguments.iter().all(Option::is_some)
                    && self.evidence.prefixes.contains(set.as_str())
                {
                    let ty = self.root(name, &set);
                    return Step {
                        kind: SegmentKind::Key,
                        ty: ty.map(|ty| Type::single(ty.item)),
                        is_known: true,
                    };
                }
                self.call(name, key)
            }
            Shape::Qualified(name) => self.call(name, key),
            Shape::Key => Step {
                kind: SegmentKind::Key,
                ty: None,
                is_known: false,
            },
            Shape::System(_) => Step {
                kind: SegmentKind::System,
                ty: None,
                is_known: true,
            },
            Shape::ItemPath(_) => Step {
                kind: SegmentKind::ItemPath,
                ty: None,
                is_known: false,
            },
        }
    }

    fn root(&mut self, name: &str, key: &str) -> Option<Type> {
        let ty = self.type_of_root(name, key);
        self.roots.entry(key.to_owned()).or_insert_with(|| Root {
            name: name.to_owned(),
            is_singleton: ty.as_ref().is_none_or(|ty| !ty.collection)
                && !self.evidence.has_items(key),
            ty: ty.as_ref().and_then(structured),
        });
        ty
    }

    /// What pages say of it; else the type that is named like it.
    fn type_of_root(&self, name: &str, key: &str) -> Option<Type> {
        let entity = |name: &str| {
            let id = self.scope.type_by_name(name)?;
            (self.types[id.index()].kind == TypeKind::Entity).then_some(id)
        };
        let named = |name: &str| entity(name).map(ItemType::Structured);
        // The signed-in user, whichever page describes it.
        if roots::is_me(name) {
            return named("user").map(Type::single);
        }
        let said = self.evidence.of(key).filter(|ty| structured(ty).is_some());
        if let Some(said) = said {
            // Pages on what several types have in common answer with their base type.
            let own = entity(&singular(name))
                .filter(|own| structured(&said).is_some_and(|said| self.derives_from(*own, said)));
            return Some(Type {
                item: own.map_or(said.item, ItemType::Structured),
                collection: said.collection || self.evidence.has_items(key),
            });
        }
        let many = self.evidence.has_items(key);
        if many {
            let item = named(&singular(name)).or_else(|| named(name))?;
            return Some(Type {
                item,
                collection: true,
            });
        }
        let singleton = self.scope.singletons.get(key);
        let item = singleton
            .copied()
            .map(ItemType::Structured)
            .or_else(|| roots::usual_names(name).iter().find_map(|name| named(name)))?;
        Some(Type::single(item))
    }

    fn derives_from(&self, id: TypeId, ancestor: TypeId) -> bool {
        std::iter::successors(Some(id), |id| self.types[id.index()].base).any(|id| id == ancestor)
    }

    fn next(&mut self, path: &Parsed, at: usize, key: &str, parent: &Step, is_last: bool) -> Step {
        match &path.segments[at].shape {
            Shape::Name(name) => self.name(name, key, parent, is_last),
            Shape::Qualified(name) => self.qualified(name, key, parent),
            Shape::Key => {
                let is_many = parent.ty.as_ref().is_some_and(|ty| ty.collection);
                let ty = parent
                    .ty
                    .as_ref()
                    .filter(|_| is_many)
                    .map(|ty| Type::single(ty.item.clone()));
                let ty = ty.or_else(|| self.evidence.of(key).filter(|ty| !ty.collection));
                Step {
                    kind: SegmentKind::Key,
                    ty,
                    is_known: true,
                }
            }
            Shape::Call(name, arguments) => {
                self.call_or_key(path, at, name, arguments, key, parent)
            }
            Shape::System(name) => Step {
                kind: SegmentKind::System,
                ty: system(name, parent),
                is_known: true,
            },
            Shape::ItemPath(name) => {
                let member = name
                    .as_ref()
                    .and_then(|name| self.member(parent.ty.as_ref()?, name));
                let selected = || parent.ty.as_ref().map(|ty| Type::single(ty.item.clone()));
                Step {
                    kind: SegmentKind::ItemPath,
                    ty: member.or_else(selected),
                    is_known: true,
                }
            }
        }
    }

    fn name(&mut self, name: &str, key: &str, parent: &Step, is_last: bool) -> Step {
        let parent_many = parent.ty.as_ref().is_some_and(|ty| ty.collection);
        if let Some(ty) = parent
            .ty
            .as_ref()
            .filter(|_| !parent_many)
            .and_then(|ty| self.member(ty, name))
        {
            return Step {
                kind: SegmentKind::Name,
                ty: Some(ty),
                is_known: true,
            };
        }
        let said = self.evidence.of(key);
        if self
            .evidence
            .callables
            .contains_key(&name.to_ascii_lowercase())
        {
            return self.call(name, key);
        }
        // A well-known key: `/sites/root`, `/users/me`.
        if let Some(ty) = parent.ty.as_ref().filter(|ty| ty.collection) {
            let is_one = said
                .as_ref()
                .is_some_and(|said| !said.collection && said.item == ty.item);
            if is_one || !is_last {
                return Step {
                    kind: SegmentKind::Key,
                    ty: Some(Type::single(ty.item.clone())),
                    is_known: false,
                };
            }
        }
        Step {
            kind: SegmentKind::Name,
            ty: said,
            is_known: false,
        }
    }

    /// A cast if there is such a type, else a bound action or function.
    fn qualified(&mut self, name: &str, key: &str, parent: &Step) -> Step {
        let qualified = format!("microsoft.graph.{}", without_namespace(name));
        let Some(id) = self.scope.type_by_name(&qualified) else {
            return self.call(name, key);
        };
        let collection = parent.ty.as_ref().is_some_and(|ty| ty.collection);
        let ty = Type {
            item: ItemType::Structured(id),
            collection,
        };
        Step {
            kind: SegmentKind::Cast(self.types[id.index()].name.clone()),
            ty: Some(ty),
            is_known: true,
        }
    }

    /// `items(assetTag='{assetTag}')` where `items` is a collection; else a call.
    fn call_or_key(
        &mut self,
        path: &Parsed,
        at: usize,
        name: &str,
        arguments: &[Option<String>],
        key: &str,
        parent: &Step,
    ) -> Step {
        let by_name = !arguments.is_empty() && arguments.iter().all(Option::is_some);
        let is_callable = self
            .evidence
            .callables
            .contains_key(&without_namespace(name).to_ascii_lowercase());
        if by_name && !is_callable {
            let member = parent
                .ty
                .as_ref()
                .filter(|ty| !ty.collection)
                .and_then(|ty| self.member(ty, name));
            let plain = format!("{}/{}", path.prefix(at - 1), name.to_ascii_lowercase());
            let collection = member.filter(|ty| ty.collection).or_else(|| {
                self.evidence
                    .has_items(&plain)
                    .then(|| self.evidence.of(&plain))
                    .flatten()
                    .filter(|ty| ty.collection)
            });
            if let Some(ty) = collection {
                return Step {
                    kind: SegmentKind::Key,
                    ty: Some(Type::single(ty.item)),
                    is_known: true,
                };
            }
        }
        self.call(name, key)
    }

    fn call(&self, name: &str, key: &str) -> Step {
        let short = without_namespace(name);
        let returns = || {
            self.evidence
                .callables
                .get(&short.to_ascii_lowercase())
                .cloned()
                .flatten()
        };
        let ty = self.evidence.answers.get(key).cloned().or_else(returns);
        Step {
            kind: SegmentKind::Call(name.to_owned()),
            ty,
            is_known: true,
        }
    }

    /// The type of a member, own or inherited, in any case.
    pub(super) fn member(&mut self, ty: &Type, name: &str) -> Option<Type> {
        let id = structured(ty)?;
        let types = self.types;
        let members = self.members.entry(id).or_insert_with(|| {
            let lineage = std::iter::successors(Some(id), |id| types[id.index()].base);
            let all = lineage.flat_map(|id| &types[id.index()].members);
            let mut members = FxHashMap::default();
            for member in all {
                members
                    .entry(member.name.to_ascii_lowercase())
                    .or_insert_with(|| member.ty.clone());
            }
            members
        });
        members.get(&name.to_ascii_lowercase()).cloned()
    }
}

fn system(name: &str, parent: &Step) -> Option<Type> {
    match name {
        "$ref" => parent.ty.clone(),
        "$value" => Some(Type::single(ItemType::Primitive(Primitive::Stream))),
        "$count" => Some(number()),
        _ => None,
    }
}

/// What a `$count` selects.
pub(super) fn number() -> Type {
    Type::single(ItemType::Primitive(Primitive::Int64))
}

pub(super) fn structured(ty: &Type) -> Option<TypeId> {
    match ty.item {
        ItemType::Structured(id) => Some(id),
        ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
    }
}

/// The qualified name of what a path calls: as the path has it, else in the namespace of the page.
pub(super) fn qualified(name: &str, namespace: &str) -> TypeName {
    let short = without_namespace(name);
    if short.starts_with("microsoft.") || (!short.contains('.') && short.len() < name.len()) {
        TypeName::new(name)
    } else if short.contains('.') {
        TypeName::in_namespace(DEFAULT_NAMESPACE, short)
    } else {
        TypeName::in_namespace(namespace, short)
    }
}
