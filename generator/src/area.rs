//! Areas: the parts of an api that people want one by one, and what each of them needs.
//!
//! Comes in: an [`Api`]. Goes out: its areas, and for each type and enumeration the areas that it is there for.
//! Invariant: whatever areas somebody chooses, what is there finds there what it needs (as a [`Closure`] has it).
//!
//! An area is what begins with the same segment: `/deviceManagement/…`. A singleton belongs to the entity set whose items
//! have its type: `/me` to `/users`. An area has what its operations need. A type that none of them needs goes along with
//! its base type, of which its values are, and with the types that have a navigation property to it. What even these do
//! not reach is there only for those who want everything.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    api::{
        Api, EnumId, ItemType, MemberKind, Operation, Root, Segment, SegmentKind, StructuredType,
        TypeId, TypeKind,
    },
    slice::{self, Closure},
};

/// Index of an [`Area`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaId(usize);

impl AreaId {
    /// The position in [`Areas::all`].
    pub fn index(self) -> usize {
        self.0
    }
}

/// What begins with the same segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The segment, as the pages write it: `deviceManagement`.
    pub name: String,
    /// How many operations it has.
    pub operations: usize,
}

/// When something is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Whatever is chosen.
    Always,
    /// With any of these areas, of which there is at least one.
    With(BTreeSet<AreaId>),
    /// With all areas together.
    Whole,
}

impl Presence {
    /// Whether `other` is there wherever this is.
    pub fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Always) | (Self::Whole, _) => true,
            (Self::With(these), Self::With(those)) => these.is_subset(those),
            (Self::Always, Self::With(_) | Self::Whole) | (Self::With(_), Self::Whole) => false,
        }
    }

    /// What is there for either of two reasons.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (Self::Whole, some) | (some, Self::Whole) => some,
            (Self::With(mut these), Self::With(those)) => {
                these.extend(those);
                Self::With(these)
            }
        }
    }

    fn with(areas: BTreeSet<AreaId>) -> Self {
        if areas.is_empty() {
            Self::Whole
        } else {
            Self::With(areas)
        }
    }
}

/// The areas of an api.
#[derive(Clone, Debug)]
pub struct Areas {
    all: Vec<Area>,
    /// By first segments, lower-cased.
    by_segment: BTreeMap<String, AreaId>,
    types: Vec<Presence>,
    enums: Vec<Presence>,
    /// Of each type the area that names it most.
    homes: Vec<Option<AreaId>>,
}

impl Areas {
    /// Finds the areas of an api.
    pub fn of(api: &Api) -> Self {
        let mut areas = Self::undivided(api);
        areas.name(api);
        let mut needs = Needs::new(api, &areas);
        while needs.spread(api) {}
        areas.types = api.type_ids().map(|id| needs.of_type(id)).collect();
        areas.enums = api.enum_ids().map(|id| needs.of_enum(id)).collect();
        areas.homes = homes(api, &areas);
        areas
    }

    /// No areas: everything is always there.
    pub fn undivided(api: &Api) -> Self {
        Self {
            all: Vec::new(),
            by_segment: BTreeMap::new(),
            types: vec![Presence::Always; api.types.len()],
            enums: vec![Presence::Always; api.enums.len()],
            homes: vec![None; api.types.len()],
        }
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = (AreaId, &Area)> {
        self.all
            .iter()
            .enumerate()
            .map(|(at, area)| (AreaId(at), area))
    }

    /// The area of what begins with a segment; `None` if that is no name.
    pub fn of_segment(&self, first: &Segment) -> Option<AreaId> {
        self.by_segment.get(&key(first)?).copied()
    }

    /// When an operation is there.
    pub fn of_operation(&self, operation: &Operation) -> Presence {
        let first = operation.path.segments.first();
        match first.and_then(|first| self.of_segment(first)) {
            Some(area) => Presence::With(BTreeSet::from([area])),
            None => Presence::Always,
        }
    }

    /// When a type is there.
    pub fn of_type(&self, id: TypeId) -> &Presence {
        &self.types[id.index()]
    }

    /// When an enumeration is there.
    pub fn of_enum(&self, id: EnumId) -> &Presence {
        &self.enums[id.index()]
    }

    /// Of the areas that a type is there with, the one in which most operations name it.
    pub fn home(&self, id: TypeId) -> Option<AreaId> {
        self.homes[id.index()]
    }

    /// Decides which first segments are an area together, and what it is called.
    fn name(&mut self, api: &Api) {
        let mut counts = BTreeMap::<String, (&str, usize)>::new();
        for operation in &api.operations {
            if let Some(first) = operation.path.segments.first()
                && let Some(key) = key(first)
            {
                let name = first.name().unwrap_or_default();
                counts.entry(key).or_insert((name, 0)).1 += 1;
            }
        }
        let sets = entity_sets(api, &counts);
        let of = |key: &String| singleton_set(api, key, &sets).unwrap_or(key).clone();
        let mut ids = BTreeMap::new();
        for key in counts.keys().map(of) {
            ids.entry(key).or_insert(AreaId(0));
        }
        for (at, (key, id)) in ids.iter_mut().enumerate() {
            *id = AreaId(at);
            self.all.push(Area {
                name: counts[key].0.to_owned(),
                operations: 0,
            });
        }
        for (key, (_, count)) in &counts {
            let id = ids[&of(key)];
            self.all[id.0].operations += count;
            self.by_segment.insert(key.clone(), id);
        }
    }
}

/// A first segment as areas are found by it.
fn key(first: &Segment) -> Option<String> {
    if first.kind != SegmentKind::Name {
        return None;
    }
    first.name().map(str::to_ascii_lowercase)
}

/// The entity set with most operations for each type of items, lower-cased.
fn entity_sets(
    api: &Api,
    counts: &BTreeMap<String, (&str, usize)>,
) -> BTreeMap<TypeId, (usize, String)> {
    let mut sets = BTreeMap::<TypeId, (usize, String)>::new();
    for root in api.roots.iter().filter(|root| !root.is_singleton) {
        let key = root.name.to_ascii_lowercase();
        if let (Some(ty), Some(&(_, count))) = (root.ty, counts.get(&key)) {
            let known = sets.entry(ty).or_default();
            if count > known.0 {
                *known = (count, key);
            }
        }
    }
    sets
}

/// The entity set whose items have the type of a singleton.
fn singleton_set<'s>(
    api: &Api,
    key: &str,
    sets: &'s BTreeMap<TypeId, (usize, String)>,
) -> Option<&'s String> {
    let is_it = |root: &&Root| root.is_singleton && root.name.eq_ignore_ascii_case(key);
    let ty = api.roots.iter().find(is_it)?.ty?;
    sets.get(&ty).map(|(_, set)| set)
}

/// What each area needs, and what is needed by operations of none.
struct Needs {
    always: Closure,
    areas: Vec<Closure>,
}

impl Needs {
    fn new(api: &Api, areas: &Areas) -> Self {
        let mut needs = Self {
            always: Closure::default(),
            areas: vec![Closure::default(); areas.all.len()],
        };
        for operation in &api.operations {
            let first = operation.path.segments.first();
            let closure = match first.and_then(|first| areas.of_segment(first)) {
                Some(area) => &mut needs.areas[area.0],
                None => &mut needs.always,
            };
            closure.add_operation(api, operation);
        }
        needs
    }

    /// Lets types that nothing needs go along with others, one step; whether there were any.
    fn spread(&mut self, api: &Api) -> bool {
        let mut found = BTreeMap::<TypeId, BTreeSet<usize>>::new();
        let is_lost = |id: TypeId| self.of_type(id) == Presence::Whole;
        let mut lead = |from: TypeId, to: TypeId| {
            if is_lost(to) && !is_lost(from) {
                let areas =
                    (0..self.areas.len()).filter(|&at| self.areas[at].types.contains(&from));
                found.entry(to).or_default().extend(areas);
            }
        };
        for id in api.type_ids() {
            let ty = &api[id];
            if let Some(base) = ty.base.filter(|&base| !is_common_root(&api[base])) {
                lead(base, id);
            }
            for member in &ty.members {
                if let (MemberKind::Navigation { .. }, ItemType::Structured(target)) =
                    (&member.kind, &member.ty.item)
                {
                    lead(id, *target);
                }
            }
        }
        for (&id, areas) in &found {
            for &at in areas {
                self.areas[at].add_type(api, id);
            }
            if areas.is_empty() {
                self.always.add_type(api, id);
            }
        }
        !found.is_empty()
    }

    fn of_type(&self, id: TypeId) -> Presence {
        self.presence(|closure| closure.types.contains(&id))
    }

    fn of_enum(&self, id: EnumId) -> Presence {
        self.presence(|closure| closure.enums.contains(&id))
    }

    fn presence(&self, has: impl Fn(&Closure) -> bool) -> Presence {
        if has(&self.always) {
            return Presence::Always;
        }
        let areas = (0..self.areas.len()).filter(|&at| has(&self.areas[at]));
        Presence::with(areas.map(AreaId).collect())
    }
}

/// Whether a type is what all entity types begin with: to derive from it says nothing.
fn is_common_root(ty: &StructuredType) -> bool {
    let is_entity = match ty.kind {
        TypeKind::Entity => true,
        TypeKind::Complex => false,
    };
    is_entity && ty.base.is_none() && ty.members.len() <= 1
}

/// For each type the area in which most operations name it; the first of those that need it, if none does.
fn homes(api: &Api, areas: &Areas) -> Vec<Option<AreaId>> {
    let mut counts = vec![BTreeMap::<AreaId, usize>::new(); api.types.len()];
    for operation in &api.operations {
        let first = operation.path.segments.first();
        let Some(area) = first.and_then(|first| areas.of_segment(first)) else {
            continue;
        };
        for ty in slice::named_types(operation) {
            if let ItemType::Structured(id) = ty.item {
                *counts[id.index()].entry(area).or_default() += 1;
            }
        }
    }
    let home = |(counts, presence): (&BTreeMap<AreaId, usize>, &Presence)| match presence {
        Presence::Always | Presence::Whole => None,
        Presence::With(areas) => {
            let count = |area: &AreaId| counts.get(area).copied().unwrap_or_default();
            areas.iter().copied().rev().max_by_key(count)
        }
    };
    counts.iter().zip(&areas.types).map(home).collect()
}
