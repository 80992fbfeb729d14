//! The model: all claims about one symbol brought together.
//!
//! Comes in: the facts of all pages. Goes out: a [`Model`], which holds no fact itself but says which facts speak of
//! which type, member and enumeration, the most trustworthy first. The losers stay, so that a rule can say who
//! disagrees with whom.
//!
//! Names are compared without case. Trust: a type's own pages before pages that use it; among its own pages the one
//! named by an annotation, then the one with most members; tables before request bodies.

use std::{collections::BTreeMap, sync::Arc};

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{
    api::Api,
    csdl::Metadata,
    docs::Role,
    facts::{self, Claim, Fact, PageFacts, PageId, Witness},
    ir::{DEFAULT_NAMESPACE, Primitive, TypeName},
    sections::Page,
    spelling::{ItemText, Reference, TypeText},
};

/// Where a fact is: its page, and its position among the facts of that page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId {
    /// The page whose reading told it.
    pub page: PageId,
    /// The position in [`PageFacts::facts`].
    pub index: u32,
}

impl FactId {
    /// The fact itself.
    pub fn of(self, facts: &[PageFacts]) -> &Fact {
        &facts[self.page.index()].facts[self.index as usize]
    }
}

/// All symbols and the claims about them.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Types by [`TypeName::key`].
    pub types: BTreeMap<String, TypeModel>,
    /// Enumerations by [`TypeName::key`].
    pub enums: BTreeMap<String, EnumModel>,
    /// The type that each resource page is about.
    pub type_of_page: FxHashMap<PageId, TypeName>,
    /// The namespaces that pages state, of those that state another one than the default.
    pub namespace_of_page: FxHashMap<PageId, Arc<str>>,
}

/// The claims about a type.
#[derive(Clone, Debug)]
pub struct TypeModel {
    /// The name in the case of its most trustworthy page.
    pub name: TypeName,
    /// Claims that it exists; empty if only pages that use it speak of it.
    pub pages: Vec<FactId>,
    /// Claims about base types.
    pub bases: Vec<FactId>,
    /// Claims about key, abstract, open and the like.
    pub traits: Vec<FactId>,
    /// Members in the order of the most trustworthy page, then those that only others name.
    pub members: Vec<MemberModel>,
    /// Where others name it, if no page describes it.
    pub references: Vec<FactId>,
}

/// The claims about a member, first the one that wins.
#[derive(Clone, Debug)]
pub struct MemberModel {
    /// The name as in the first claim.
    pub name: String,
    /// Rows that name it.
    pub rows: Vec<FactId>,
    /// Keys of JSON representations that name it.
    pub keys: Vec<FactId>,
}

/// The claims about an enumeration type.
#[derive(Clone, Debug)]
pub struct EnumModel {
    /// The name in the case of its first page.
    pub name: TypeName,
    /// Claims that it exists; empty if only descriptions list its members.
    pub pages: Vec<FactId>,
    /// Claims about its members in table order.
    pub members: Vec<FactId>,
    /// Rows typed as this enumeration whose descriptions list members.
    pub lists: Vec<FactId>,
    /// A metadata document declares it, whatever pages say.
    pub declared: bool,
}

/// Brings the claims of all pages together.
pub fn build(pages: &[(Role, Page)], facts: &[PageFacts]) -> Model {
    let mut model = Model {
        namespace_of_page: namespaces(pages),
        ..Model::default()
    };
    declare(facts, &mut model);
    order_pages(facts, &mut model);
    add_members(facts, &mut model);
    add_from_bodies(pages, facts, &mut model);
    add_undescribed_ancestors(facts, &mut model);
    add_lists(pages, facts, &mut model);
    add_undescribed(pages, facts, &mut model);
    model
}

/// Adds the names of a metadata document, in its spelling. Where it has another kind of type than pages do, theirs goes.
pub fn declare_all(metadata: &Metadata, model: &mut Model) {
    for schema in &metadata.schemas {
        for ty in &schema.types {
            let name = schema.qualified(&ty.name);
            model.enums.remove(&name.key());
            type_model(model, &name).name = name.clone();
        }
        for ty in &schema.enums {
            let name = schema.qualified(&ty.name);
            model.types.remove(&name.key());
            let known = enum_model(model, &name);
            known.name = name;
            known.declared = true;
        }
    }
}

/// Adds the types of an api that nothing is claimed of: those that only paths make.
pub fn name_all(api: &Api, model: &mut Model) {
    for ty in &api.types {
        type_model(model, &ty.name);
    }
}

/// The namespaces that pages state, other than the default one.
fn namespaces(pages: &[(Role, Page)]) -> FxHashMap<PageId, Arc<str>> {
    let stated = pages.iter().zip(0..).filter_map(|((_, page), at)| {
        let namespace = facts::stated_namespace(page)?;
        (namespace != DEFAULT_NAMESPACE).then(|| (PageId(at), namespace.into()))
    });
    stated.collect()
}

/// Every fact with its id.
fn all(facts: &[PageFacts]) -> impl Iterator<Item = (FactId, &Fact)> {
    facts.iter().enumerate().flat_map(|(page, of_page)| {
        of_page.facts.iter().enumerate().map(move |(index, fact)| {
            (
                FactId {
                    page: PageId(page as u32),
                    index: index as u32,
                },
                fact,
            )
        })
    })
}

/// Types and enumerations that pages declare.
fn declare(facts: &[PageFacts], model: &mut Model) {
    for (id, fact) in all(facts) {
        match &fact.claim {
            Claim::Type { name, .. } => {
                model.type_of_page.insert(id.page, name.clone());
                type_model(model, name).pages.push(id);
            }
            Claim::Base { ty, .. } => type_model(model, ty).bases.push(id),
            Claim::Key { ty, .. }
            | Claim::Abstract { ty }
            | Claim::Open { ty, .. }
            | Claim::MediaEntity { ty }
            | Claim::Method { ty, .. } => type_model(model, ty).traits.push(id),
            Claim::Enum { name, .. } => enum_model(model, name).pages.push(id),
            Claim::EnumMember { ty, .. } => enum_model(model, ty).members.push(id),
            Claim::Member { .. }
            | Claim::JsonKey { .. }
            | Claim::Operation { .. }
            | Claim::Request { .. }
            | Claim::Permission { .. }
            | Claim::Parameter { .. }
            | Claim::Body(_)
            | Claim::BodyMember(_)
            | Claim::Response { .. }
            | Claim::ResponseAnnotation { .. }
            | Claim::Example(_) => {}
        }
    }
}

impl TypeModel {
    /// A type of which nothing is known but its name.
    pub(crate) fn new(name: TypeName) -> Self {
        Self {
            name,
            pages: Vec::new(),
            bases: Vec::new(),
            traits: Vec::new(),
            members: Vec::new(),
            references: Vec::new(),
        }
    }
}

fn type_model<'a>(model: &'a mut Model, name: &TypeName) -> &'a mut TypeModel {
    model
        .types
        .entry(name.key())
        .or_insert_with(|| TypeModel::new(name.clone()))
}

fn enum_model<'a>(model: &'a mut Model, name: &TypeName) -> &'a mut EnumModel {
    model.enums.entry(name.key()).or_insert_with(|| EnumModel {
        name: name.clone(),
        pages: Vec::new(),
        members: Vec::new(),
        lists: Vec::new(),
        declared: false,
    })
}

/// Puts the most trustworthy page of each type first, and takes the spelling of its name.
fn order_pages(facts: &[PageFacts], model: &mut Model) {
    let members_on = |id: &FactId| {
        facts[id.page.index()]
            .facts
            .iter()
            .filter(|fact| matches!(fact.claim, Claim::Member { .. }))
            .count()
    };
    for ty in model.types.values_mut() {
        if ty.pages.len() > 1 {
            ty.pages.sort_by_cached_key(|id| {
                let by_heading = matches!(
                    id.of(facts).claim,
                    Claim::Type {
                        witness: Witness::Heading,
                        ..
                    }
                );
                (by_heading, std::cmp::Reverse(members_on(id)), *id)
            });
        }
        if let Some(Claim::Type { name, .. }) = ty.pages.first().map(|id| &id.of(facts).claim) {
            ty.name = name.clone();
        }
    }
}

/// The rows of the types' own pages, and the keys of their JSON representations.
fn add_members(facts: &[PageFacts], model: &mut Model) {
    let types = model.types.par_iter_mut();
    types.for_each(|(_, ty)| add_own_members(facts, ty));
}

fn add_own_members(facts: &[PageFacts], ty: &mut TypeModel) {
    let name = ty.name.clone();
    let pages: Vec<PageId> = ty.pages.iter().map(|id| id.page).collect();
    let own = pages.iter().flat_map(|&page| {
        let facts = facts[page.index()].facts.iter().zip(0..);
        facts.map(move |(fact, index)| (&fact.claim, FactId { page, index }))
    });
    let mut index = FxHashMap::default();
    for (claim, id) in own.clone() {
        if let Claim::Member { ty: owner, row, .. } = claim
            && owner.is_like(&name)
        {
            member(ty, &mut index, &row.name).rows.push(id);
        }
    }
    for (claim, id) in own {
        if let Claim::JsonKey {
            ty: owner,
            name: key,
            ..
        } = claim
            && owner.is_like(&name)
        {
            member(ty, &mut index, key).keys.push(id);
        }
    }
}

/// The member with this name, made if there is none.
fn member<'a>(
    ty: &'a mut TypeModel,
    index: &mut FxHashMap<String, usize>,
    name: &str,
) -> &'a mut MemberModel {
    let at = *index.entry(name.to_ascii_lowercase()).or_insert_with(|| {
        ty.members.push(MemberModel {
            name: name.to_owned(),
            rows: Vec::new(),
            keys: Vec::new(),
        });
        ty.members.len() - 1
    });
    &mut ty.members[at]
}

/// The rows of request bodies. Where a page describes the type, they are further witnesses for the members it has;
/// where none does, they are all that is known of it.
fn add_from_bodies(pages: &[(Role, Page)], facts: &[PageFacts], model: &mut Model) {
    let mut indexes: FxHashMap<String, FxHashMap<String, usize>> = FxHashMap::default();
    for (page, of_page) in facts.iter().enumerate() {
        let page = PageId(page as u32);
        let Some(reference) = body_type(of_page) else {
            continue;
        };
        let described = described_type(pages, page, reference, model);
        let name = described
            .clone()
            .unwrap_or_else(|| TypeName::new(&reference.name));
        if described.is_none() && (model.enums.contains_key(&name.key()) || !is_type_name(&name)) {
            continue;
        }
        let rows: Vec<_> = rows_of_body(page, of_page).collect();
        if rows.is_empty() {
            continue;
        }
        let ty = type_model(model, &name);
        let index = indexes.entry(name.key()).or_insert_with(|| {
            ty.members
                .iter()
                .enumerate()
                .map(|(at, member)| (member.name.to_ascii_lowercase(), at))
                .collect()
        });
        for (id, row) in rows {
            if described.is_none() {
                member(ty, index, row).rows.push(id);
            } else if let Some(&at) = index.get(&row.to_ascii_lowercase()) {
                ty.members[at].rows.push(id);
            }
        }
    }
}

/// The type that a request body represents.
fn body_type(of_page: &PageFacts) -> Option<&Reference> {
    of_page.facts.iter().find_map(|fact| match &fact.claim {
        Claim::Body(facts::BodyText::Object(TypeText {
            item: ItemText::Named(reference),
            ..
        })) => Some(reference),
        _ => None,
    })
}

/// The type that a page describes, of those that a reference may stand for.
fn described_type(
    pages: &[(Role, Page)],
    from: PageId,
    reference: &Reference,
    model: &Model,
) -> Option<TypeName> {
    let linked =
        target_page(pages, from, reference).and_then(|target| model.type_of_page.get(&target));
    linked.cloned().or_else(|| {
        let names = candidates(from, reference, model);
        names.into_iter().find(|name| {
            model
                .types
                .get(&name.key())
                .is_some_and(|ty| !ty.pages.is_empty())
        })
    })
}

fn rows_of_body(page: PageId, of_page: &PageFacts) -> impl Iterator<Item = (FactId, &str)> {
    of_page
        .facts
        .iter()
        .enumerate()
        .filter_map(move |(at, fact)| match &fact.claim {
            Claim::BodyMember(row) => Some((
                FactId {
                    page,
                    index: at as u32,
                },
                row.name.as_str(),
            )),
            _ => None,
        })
}

/// A type that others inherit from but that no page describes has the members that they inherit from it.
fn add_undescribed_ancestors(facts: &[PageFacts], model: &mut Model) {
    let mut index: FxHashMap<String, FxHashMap<String, usize>> = FxHashMap::default();
    for (id, fact) in all(facts) {
        let Some(row) = fact.claim.member_row() else {
            continue;
        };
        let Some(ancestor) = &row.facets.inherited_from else {
            continue;
        };
        let name = TypeName::new(&ancestor.name);
        if model
            .types
            .get(&name.key())
            .is_some_and(|ty| !ty.pages.is_empty())
            || !is_type_name(&name)
        {
            continue;
        }
        let index = index.entry(name.key()).or_default();
        member(type_model(model, &name), index, &row.name)
            .rows
            .push(id);
    }
}

/// Types that rows, bodies, answers and base types name, but of which no page tells anything: they have a name and no
/// members.
fn add_undescribed(pages: &[(Role, Page)], facts: &[PageFacts], model: &mut Model) {
    for (id, fact) in all(facts) {
        let reference = match &fact.claim {
            Claim::Member { row, .. } | Claim::BodyMember(row) | Claim::Parameter { row, .. } => {
                named(&row.ty)
            }
            Claim::Body(facts::BodyText::Object(ty))
            | Claim::Response {
                body: facts::ResponseText::Value(ty),
                ..
            } => named(ty),
            Claim::Base { base, .. } => Some(base),
            _ => None,
        };
        let Some(reference) = reference.filter(|reference| reference.name != "Json") else {
            continue;
        };
        let names = candidates(fact.page, reference, model);
        let is_known = |name: &TypeName| {
            model.types.contains_key(&name.key()) || model.enums.contains_key(&name.key())
        };
        let linked = target_page(pages, fact.page, reference).is_some();
        let Some(name) = names.last().filter(|name| is_type_name(name)) else {
            continue;
        };
        if !linked && !names.iter().any(is_known) {
            if one_of_many(name).is_some_and(|one| model.types.contains_key(&one)) {
                continue;
            }
            type_model(model, &name.clone()).references.push(id);
        } else if let Some(ty) = model
            .types
            .get_mut(&name.key())
            .filter(|ty| ty.pages.is_empty())
        {
            ty.references.push(id);
        }
    }
}

fn named(ty: &TypeText) -> Option<&Reference> {
    match &ty.item {
        ItemText::Named(reference) => Some(reference),
        ItemText::Primitive(_)
        | ItemText::Union(_)
        | ItemText::Enumeration
        | ItemText::Unread(_) => None,
    }
}

/// What one of many is called, as a key: prose says `secureScores` for a collection of `secureScore`.
pub(crate) fn one_of_many(name: &TypeName) -> Option<String> {
    name.key().strip_suffix('s').map(str::to_owned)
}

fn is_type_name(name: &TypeName) -> bool {
    name.as_str().split('.').all(|part| {
        part.starts_with(char::is_alphabetic) && part.chars().all(char::is_alphanumeric)
    })
}

/// Lists of members in descriptions: they add to the enumeration that the row is typed as, and make one where the row
/// names a type that no page describes.
fn add_lists(pages: &[(Role, Page)], facts: &[PageFacts], model: &mut Model) {
    for (id, fact) in all(facts) {
        let Some(row) = fact.claim.row() else {
            continue;
        };
        if row.facets.values.is_empty() {
            continue;
        }
        let name = enum_name(pages, fact, &row.ty.item, &row.name, model)
            .or_else(|| enum_shown(&facts[id.page.index()], fact, model));
        let Some(name) = name else {
            continue;
        };
        enum_model(model, &name).lists.push(id);
    }
}

/// The enumeration that a row is typed as.
fn enum_name(
    pages: &[(Role, Page)],
    fact: &Fact,
    item: &ItemText,
    property: &str,
    model: &Model,
) -> Option<TypeName> {
    match item {
        ItemText::Named(reference) => {
            let names = candidates(fact.page, reference, model);
            if let Some(known) = names.iter().find(|name| {
                model
                    .enums
                    .get(&name.key())
                    .is_some_and(|known| !known.pages.is_empty())
            }) {
                return Some(known.clone());
            }
            let is_structured = names
                .iter()
                .any(|name| model.types.contains_key(&name.key()));
            let linked = target_page(pages, fact.page, reference)
                .is_some_and(|page| model.type_of_page.contains_key(&page));
            (!is_structured && !linked)
                .then(|| names.into_iter().next())
                .flatten()
                .filter(is_type_name)
        }
        // `Enumeration` names nothing; the property does.
        ItemText::Enumeration => Some(TypeName::new(property)).filter(is_type_name),
        ItemText::Primitive(_) | ItemText::Union(_) | ItemText::Unread(_) => None,
    }
}

/// The enumeration that the JSON representation names for a member that its row calls a string: one that no page
/// describes.
fn enum_shown(of_page: &PageFacts, fact: &Fact, model: &Model) -> Option<TypeName> {
    let Claim::Member { ty, row, .. } = &fact.claim else {
        return None;
    };
    if row.ty.item != ItemText::Primitive(Primitive::String) {
        return None;
    }
    of_page.facts.iter().find_map(|fact| match &fact.claim {
        Claim::JsonKey {
            ty: owner,
            name,
            value,
            ..
        } if owner == ty && *name == row.name => {
            let shown = TypeName::new(&named(value)?.name);
            let described =
                |key: &String| model.types.get(key).is_some_and(|ty| !ty.pages.is_empty());
            (is_type_name(&shown) && !described(&shown.key())).then_some(shown)
        }
        _ => None,
    })
}

/// The qualified names that a reference may stand for, the likeliest first.
pub(crate) fn candidates(from: PageId, reference: &Reference, model: &Model) -> Vec<TypeName> {
    if reference.name.contains('.') {
        return vec![TypeName::new(&reference.name)];
    }
    let mut out = Vec::with_capacity(2);
    let own = model.type_of_page.get(&from).map(TypeName::namespace);
    let own = own.or_else(|| model.namespace_of_page.get(&from).map(|it| &**it));
    if let Some(namespace) = own.filter(|namespace| *namespace != DEFAULT_NAMESPACE) {
        out.push(TypeName::in_namespace(namespace, &reference.name));
    }
    out.push(TypeName::new(&reference.name));
    out
}

/// The page that a reference links to.
pub(crate) fn target_page(
    pages: &[(Role, Page)],
    from: PageId,
    reference: &Reference,
) -> Option<PageId> {
    const PUBLISHED: &str = "/api/resources/";
    let target = reference.target.as_deref()?;
    let base = &pages.get(from.index())?.1.path;
    if target.starts_with('#') {
        return Some(from);
    }
    let published = memmem::find(target.as_bytes(), PUBLISHED.as_bytes());
    let path = match published.map(|at| &target[at + PUBLISHED.len()..]) {
        // `/graph/api/resources/user?view=…` is the address of a published page.
        Some(name) => format!(
            "resources/{}.md",
            name.split(['?', '#'])
                .next()
                .unwrap_or_default()
                .trim_end_matches(".md")
        ),
        None => facts::join(base, target),
    };
    let find = |path: &str| {
        pages
            .binary_search_by(|(_, page)| (*page.path).cmp(path))
            .ok()
    };
    find(&path)
        .or_else(|| find(&path.to_lowercase()))
        .map(|at| PageId(at as u32))
}
