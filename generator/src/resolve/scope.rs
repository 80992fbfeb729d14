//! Names and what they stand for.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Input, operations::roots::Roots};
use crate::{
    api::{EnumId, ItemType, Type, TypeId},
    facts::{self, Claim, PageId, PageKind, Row},
    ir::{Primitive, TypeName},
    model::{self, EnumModel, FactId, TypeModel},
    spelling::{ItemText, Reference, TypeText},
};

/// All types and enumerations of the api by name.
pub(crate) struct Scope<'a> {
    input: Input<'a>,
    /// The types that become part of the api, in the order of their ids.
    pub(super) types: Vec<&'a TypeModel>,
    /// The enumerations that become part of the api, in the order of their ids.
    pub(super) enums: Vec<&'a EnumModel>,
    by_name: FxHashMap<&'a str, ItemType>,
    /// Types by their name without namespace, where it is unique.
    by_short_name: FxHashMap<String, Option<ItemType>>,
    /// The single enumeration that a page describes.
    enum_of_page: FxHashMap<PageId, EnumId>,
    /// Enumerations by their members.
    by_members: FxHashMap<String, Vec<EnumId>>,
    /// The base type of each type, once they are laid out.
    pub(super) bases: Vec<Option<TypeId>>,
    /// The types of singletons that no page answers with, by the key of their path.
    pub(super) singletons: FxHashMap<&'a str, TypeId>,
}

impl<'a> Scope<'a> {
    /// All that the model knows, and the types of singletons that nothing but paths knows.
    pub(super) fn new(input: Input<'a>, roots: &'a Roots) -> Self {
        let mut scope = Self {
            input,
            types: Vec::new(),
            enums: Vec::new(),
            by_name: FxHashMap::default(),
            by_short_name: FxHashMap::default(),
            enum_of_page: FxHashMap::default(),
            by_members: FxHashMap::default(),
            bases: Vec::new(),
            singletons: FxHashMap::default(),
        };
        let mut types: Vec<_> = input.model.types.iter().chain(&roots.undescribed).collect();
        types.sort_by_key(|(key, _)| *key);
        for (key, model) in types {
            if input
                .model
                .enums
                .get(key)
                .is_some_and(|rival| !rival.members.is_empty())
                && model.members.is_empty()
            {
                continue;
            }
            let id = TypeId(scope.types.len() as u32);
            scope.types.push(model);
            scope.add(key, &model.name, ItemType::Structured(id));
        }
        for (key, model) in &input.model.enums {
            let has_members = !model.members.is_empty() || !model.lists.is_empty();
            if scope.by_name.contains_key(key.as_str()) || !has_members && !model.declared {
                continue;
            }
            if !model.declared && lists_strings(input, model) {
                scope.add(key, &model.name, ItemType::Primitive(Primitive::String));
                continue;
            }
            let id = EnumId(scope.enums.len() as u32);
            scope.enums.push(model);
            scope.add(key, &model.name, ItemType::Enum(id));
            for page in &model.pages {
                scope.enum_of_page.insert(page.page, id);
            }
        }
        for (key, name) in &roots.singletons {
            if let Some(id) = scope.type_by_name(name.as_str()) {
                scope.singletons.insert(key, id);
            }
        }
        scope.forget_pages_of_many_enums();
        scope.index_members();
        scope
    }

    fn add(&mut self, key: &'a str, name: &TypeName, item: ItemType) {
        self.by_name.insert(key, item.clone());
        let short = name.name().to_ascii_lowercase();
        self.by_short_name
            .entry(short)
            .and_modify(|known| *known = None)
            .or_insert(Some(item));
    }

    fn forget_pages_of_many_enums(&mut self) {
        let mut count: FxHashMap<PageId, u32> = FxHashMap::default();
        for model in &self.enums {
            for page in &model.pages {
                *count.entry(page.page).or_default() += 1;
            }
        }
        self.enum_of_page.retain(|page, _| {
            count[page] == 1 && !self.input.model.type_of_page.contains_key(page)
        });
    }

    /// Enumerations that have a page or that some row is typed as, by the set of their members. A section
    /// `### x values` beside a type, which no type cell names, only lists what a string may hold.
    fn index_members(&mut self) {
        let used = self.used_enums();
        for (at, model) in self.enums.iter().enumerate() {
            let id = EnumId(at as u32);
            let kind = |page: &FactId| self.input.facts[page.page.index()].kind;
            let has_page = model
                .pages
                .iter()
                .any(|page| kind(page) == PageKind::Enumeration);
            if !has_page && (model.pages.is_empty() || !used.contains(&id)) {
                continue;
            }
            let names =
                model
                    .members
                    .iter()
                    .filter_map(|id| match &id.of(self.input.facts).claim {
                        Claim::EnumMember { name, .. } => Some(name.as_str()),
                        _ => None,
                    });
            let members = if is_disowned(self.input, model) {
                member_set(listed(self.input, model).map(String::as_str))
            } else {
                member_set(names)
            };
            self.by_members.entry(members).or_default().push(id);
        }
    }

    /// The enumerations that rows of types are typed as.
    fn used_enums(&self) -> FxHashSet<EnumId> {
        let rows = self
            .input
            .facts
            .par_iter()
            .flat_map_iter(|of_page| &of_page.facts);
        rows.filter_map(|fact| match &fact.claim {
            Claim::Member { row, .. } => match self.item(&row.ty.item, fact.page) {
                ItemType::Enum(id) => Some(id),
                ItemType::Primitive(_) | ItemType::Structured(_) | ItemType::Unknown { .. } => None,
            },
            _ => None,
        })
        .collect()
    }

    /// The enumeration of the owner's namespace that has exactly these members: the only one, or the one that is
    /// called like the property. An enumeration of its own name whose values are written like names of products is
    /// none: the service takes those as strings.
    pub(super) fn enum_by_members(
        &self,
        owner: &TypeName,
        property: &str,
        values: &[String],
    ) -> Option<ItemType> {
        if values.len() < 2 {
            return None;
        }
        let all = self
            .by_members
            .get(&member_set(values.iter().map(String::as_str)))?;
        let name = |id: EnumId| &self.enums[id.index()].name;
        let is_namesake = |id: EnumId| name(id).name().eq_ignore_ascii_case(property);
        let near = all.iter().copied();
        let near: Vec<_> = near
            .filter(|id| name(*id).namespace() == owner.namespace())
            .collect();
        let found = match near.as_slice() {
            &[id] => id,
            several => several.iter().copied().find(|id| is_namesake(*id))?,
        };
        let capitals = values
            .iter()
            .all(|value| value.starts_with(char::is_uppercase));
        (!(capitals && is_namesake(found))).then_some(ItemType::Enum(found))
    }

    /// The enumeration that is named for a type and its property: `recurrencePatternType` for `recurrencePattern.type`.
    /// If a description lists values, they must be members of it.
    pub(super) fn enum_by_owner(
        &self,
        owner: &TypeName,
        property: &str,
        values: &[String],
    ) -> Option<ItemType> {
        let name =
            TypeName::in_namespace(owner.namespace(), &format!("{}{property}", owner.name()));
        let item = self.enum_by_name(&name)?;
        let ItemType::Enum(id) = item else {
            return None;
        };
        let members = self.member_names(id);
        let known = |value: &String| members.contains(&value.to_ascii_lowercase());
        values.iter().all(known).then_some(item)
    }

    /// The members that tables give an enumeration, lower-cased.
    fn member_names(&self, id: EnumId) -> FxHashSet<String> {
        let members = self.enums[id.index()].members.iter();
        let claims = members.map(|id| &id.of(self.input.facts).claim);
        claims
            .filter_map(|claim| match claim {
                Claim::EnumMember { name, .. } => Some(name.to_ascii_lowercase()),
                _ => None,
            })
            .collect()
    }

    /// The type that a page's spelling stands for.
    pub(crate) fn ty(&self, text: &TypeText, from: PageId) -> Type {
        Type {
            item: self.item(&text.item, from),
            collection: text.collection,
        }
    }

    /// The type of a row. A cell that says only `Enumeration` means the one that the row's values make.
    pub(crate) fn row(&self, row: &Row, from: PageId) -> Type {
        if row.ty.item == ItemText::Enumeration
            && let Some(item) = self.enum_by_name(&TypeName::new(&row.name))
        {
            return Type {
                item,
                collection: row.ty.collection,
            };
        }
        self.ty(&row.ty, from)
    }

    /// The type of one item.
    pub(crate) fn item(&self, item: &ItemText, from: PageId) -> ItemType {
        match item {
            ItemText::Primitive(primitive) => ItemType::Primitive(*primitive),
            ItemText::Named(reference) => {
                self.named(reference, from)
                    .unwrap_or_else(|| ItemType::Unknown {
                        text: reference.name.clone(),
                        reason: "no page describes a type with this name",
                    })
            }
            ItemText::Union(references) => self
                .common_base(references, from)
                .map_or_else(|| unknown_union(references), ItemType::Structured),
            ItemText::Enumeration => ItemType::Unknown {
                text: "enumeration".to_owned(),
                reason: "the page names no enumeration",
            },
            ItemText::Unread(text) if text.is_empty() => ItemType::Unknown {
                text: String::new(),
                reason: "the page gives no type",
            },
            ItemText::Unread(text) => ItemType::Unknown {
                text: text.clone(),
                reason: "the type is not spelled as one",
            },
        }
    }

    /// The nearest type that all of the references derive from.
    fn common_base(&self, references: &[Reference], from: PageId) -> Option<TypeId> {
        let lineage = |reference: &Reference| match self.named(reference, from)? {
            ItemType::Structured(id) => Some(self.lineage(id)),
            ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
        };
        let lineages: Vec<_> = references.iter().map(lineage).collect::<Option<_>>()?;
        let (first, others) = lineages.split_first()?;
        let shared = |id: &&TypeId| others.iter().all(|other| other.contains(id));
        first.iter().find(shared).copied()
    }

    /// A type and its base types, nearest first; empty before base types are known.
    fn lineage(&self, id: TypeId) -> Vec<TypeId> {
        std::iter::successors(Some(id), |id| self.bases.get(id.index()).copied().flatten())
            .collect()
    }

    /// What a reference on a page stands for: a qualified name itself; else the type of the page that it links to;
    /// else the name in the page's own namespace, in the default one, or in the only namespace that has it.
    pub(crate) fn named(&self, reference: &Reference, from: PageId) -> Option<ItemType> {
        let by_text = model::candidates(from, reference, self.input.model)
            .iter()
            .find_map(|name| self.by_name.get(name.key().as_str()).cloned());
        if reference.name.contains('.') && by_text.is_some() {
            return by_text;
        }
        let linked = self.linked(reference, from);
        if by_text.is_some()
            && linked
                .as_ref()
                .is_some_and(|linked| !self.is_called(linked, reference))
            && self.is_exact(reference)
        {
            return by_text;
        }
        linked
            .or(by_text)
            .or_else(|| {
                let short = reference
                    .name
                    .rsplit('.')
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                self.by_short_name.get(&short).cloned().flatten()
            })
            .or_else(|| {
                let one = model::one_of_many(&TypeName::new(&reference.name))?;
                self.by_name.get(one.as_str()).cloned()
            })
    }

    /// Whether the short name of a definition is the text of a link.
    fn is_called(&self, item: &ItemType, reference: &Reference) -> bool {
        let name = match item {
            ItemType::Structured(id) => self.types[id.index()].name.name(),
            ItemType::Enum(id) => self.enums[id.index()].name.name(),
            ItemType::Primitive(_) | ItemType::Unknown { .. } => return false,
        };
        name.eq_ignore_ascii_case(&reference.name)
    }

    /// Whether a type is spelled exactly like the text of a link; then a link elsewhere is a slip.
    fn is_exact(&self, reference: &Reference) -> bool {
        let name = TypeName::new(&reference.name);
        let model = self.input.model.types.get(&name.key());
        model.is_some_and(|model| model.name == name && !model.pages.is_empty())
    }

    /// The type of the page that a reference links to.
    fn linked(&self, reference: &Reference, from: PageId) -> Option<ItemType> {
        let target = model::target_page(self.input.pages, from, reference)?;
        let fragment = reference
            .target
            .as_deref()?
            .split_once('#')
            .map(|(_, fragment)| fragment);
        if let Some(short) = fragment.and_then(|fragment| fragment.strip_suffix("-values")) {
            return self.enum_on(target, short);
        }
        // A page may describe enumerations beside its type; the text tells which is meant.
        if let Some(id) = self.enum_on(target, &reference.name.to_ascii_lowercase()) {
            return Some(id);
        }
        if let Some(ty) = self.input.model.type_of_page.get(&target) {
            return self.by_name.get(ty.key().as_str()).cloned();
        }
        self.enum_of_page.get(&target).map(|id| ItemType::Enum(*id))
    }

    /// The enumeration with this short name that a page describes.
    fn enum_on(&self, page: PageId, short: &str) -> Option<ItemType> {
        let facts = &self.input.facts[page.index()].facts;
        facts.iter().find_map(|fact| match &fact.claim {
            Claim::Enum { name, .. } if name.name().eq_ignore_ascii_case(short) => {
                self.by_name.get(name.key().as_str()).cloned()
            }
            _ => None,
        })
    }

    /// The type with this name, qualified or not, in any case.
    pub(crate) fn type_by_name(&self, name: &str) -> Option<TypeId> {
        match self.by_name.get(TypeName::new(name).key().as_str())? {
            ItemType::Structured(id) => Some(*id),
            ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
        }
    }

    /// What has this qualified name, in any case.
    pub(super) fn by_name(&self, name: &TypeName) -> Option<ItemType> {
        self.by_name.get(name.key().as_str()).cloned()
    }

    /// The enumeration with this name.
    pub(super) fn enum_by_name(&self, name: &TypeName) -> Option<ItemType> {
        self.by_name
            .get(name.key().as_str())
            .filter(|item| matches!(item, ItemType::Enum(_)))
            .cloned()
    }

    /// Whether an item is a plain string.
    pub(super) fn is_string(item: &ItemType) -> bool {
        *item == ItemType::Primitive(Primitive::String)
    }
}

/// The values that rows typed as an enumeration list.
fn listed<'a>(input: Input<'a>, model: &'a EnumModel) -> impl Iterator<Item = &'a String> {
    model
        .lists
        .iter()
        .flat_map(move |id| row_values(input, *id))
}

fn row_values(input: Input<'_>, id: FactId) -> &[String] {
    match &id.of(input.facts).claim {
        Claim::Member { row, .. } | Claim::BodyMember(row) | Claim::Parameter { row, .. } => {
            &row.facets.values
        }
        _ => &[],
    }
}

/// Whether the table of an enumeration has nothing in common with the values that rows list for it: then the table
/// stands under the wrong heading.
pub(super) fn is_disowned(input: Input, model: &EnumModel) -> bool {
    let in_table = |value: &String| {
        model
            .members
            .iter()
            .any(|id| match &id.of(input.facts).claim {
                Claim::EnumMember { name, .. } => name.eq_ignore_ascii_case(value),
                _ => false,
            })
    };
    listed(input, model).next().is_some() && !listed(input, model).any(in_table)
}

/// Whether a table of values beside a type tells what strings a property may hold: no enumeration has a member `null`
/// or one whose name is no identifier (CSDL 4.0, section 15.3). A page of its own says that there is an enumeration.
fn lists_strings(input: Input, model: &EnumModel) -> bool {
    let kind = |id: &FactId| input.facts[id.page.index()].kind;
    let is_beside = model.pages.iter().all(|id| kind(id) == PageKind::Resource);
    let is_member = |name: &str| name != "null" && facts::is_identifier(name);
    let claims = model.members.iter().map(|id| &id.of(input.facts).claim);
    is_beside
        && claims
            .into_iter()
            .any(|claim| matches!(claim, Claim::EnumMember { name, .. } if !is_member(name)))
}

fn unknown_union(references: &[Reference]) -> ItemType {
    let names: Vec<_> = references.iter().map(|it| it.name.as_str()).collect();
    ItemType::Unknown {
        text: names.join(" or "),
        reason: "the types have no base type in common",
    }
}

/// A set of members as one text; neither order nor case nor the sentinel of evolvable enumerations counts.
fn member_set<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let lower: BTreeSet<String> = names
        .map(str::to_ascii_lowercase)
        .filter(|name| name != "unknownfuturevalue")
        .collect();
    lower.into_iter().collect::<Vec<_>>().join(" ")
}
