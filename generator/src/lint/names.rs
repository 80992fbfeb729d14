//! What the names in type cells stand for.
//!
//! Comes in: a name as a page writes it. Goes out: what the api has for it, found as the compiler finds it, but from the
//! page's own words: where a metadata document decided otherwise, a rule still wants to know what the page says.

use std::{borrow::Cow, collections::HashMap};

use super::{
    finding::{Finding, Place},
    world::{Version, World},
};
use crate::{
    api::{Api, ItemType, Type},
    csdl::{ItemRef, TypeRef},
    facts::{Claim, PageId},
    ir::{DEFAULT_NAMESPACE, Primitive, TypeName},
    model,
    span::ByteRange,
    spelling::{ItemText, Reference, TypeText},
    suggest,
};

/// Types and enumerations by their names without namespaces, lower-cased; nothing for a name that several have.
#[derive(Debug, Default)]
pub struct ShortNames(HashMap<String, Option<ItemType>>);

impl ShortNames {
    /// All names of an api.
    pub(super) fn of(api: &Api) -> Self {
        let mut names: HashMap<String, Option<ItemType>> = HashMap::new();
        for (name, item) in items(api) {
            names
                .entry(name.name().to_ascii_lowercase())
                .and_modify(|known| *known = None)
                .or_insert(Some(item));
        }
        Self(names)
    }

    fn get(&self, name: &str) -> Option<ItemType> {
        let short = name.rsplit('.').next().unwrap_or_default();
        self.0.get(&short.to_ascii_lowercase()).cloned().flatten()
    }
}

/// What a type cell of a page stands for; nothing if it names nothing that is known.
pub fn ty(version: &Version, text: &TypeText, from: PageId) -> Option<Type> {
    let item = match &text.item {
        ItemText::Primitive(primitive) => ItemType::Primitive(*primitive),
        ItemText::Named(reference) => named(version, reference, from)?,
        ItemText::Union(_) | ItemText::Enumeration | ItemText::Unread(_) => return None,
    };
    Some(Type {
        item,
        collection: text.collection,
    })
}

/// What a name on a page stands for: what is called so in the page's namespace or in the default one; else what its link
/// leads to; else the only thing with that name in any namespace.
pub fn named(version: &Version, reference: &Reference, from: PageId) -> Option<ItemType> {
    let names = model::candidates(from, reference, version.model());
    let by_text = names.iter().find_map(|name| with_name(version, name));
    // A type without a page of its own may be there only because this very link names it.
    if by_text
        .as_ref()
        .is_some_and(|item| is_described(version, item))
    {
        return by_text;
    }
    let linked = || linked(version, reference, from);
    let elsewhere = || version.short_names().get(&reference.name);
    linked().or_else(|| elsewhere().or(by_text))
}

/// What has this qualified name.
pub fn with_name(version: &Version, name: &TypeName) -> Option<ItemType> {
    let api = version.api();
    let ty = api.find_type(name.as_str()).map(ItemType::Structured);
    ty.or_else(|| api.find_enum(name.as_str()).map(ItemType::Enum))
}

/// What the page describes that a reference links to, if it describes one thing.
pub fn linked(version: &Version, reference: &Reference, from: PageId) -> Option<ItemType> {
    let target = model::target_page(&version.compilation.pages, from, reference)?;
    if let Some(name) = enum_on(version, target, reference) {
        return with_name(version, name);
    }
    let ty = version.model().type_of_page.get(&target)?;
    with_name(version, ty)
}

/// The enumeration of a page that a reference means: by the fragment of its link, by its text, or because it is the only one.
fn enum_on<'a>(version: &Version<'a>, page: PageId, reference: &Reference) -> Option<&'a TypeName> {
    let facts = &version.facts().get(page.index())?.facts;
    let mut enums = facts.iter().filter_map(|fact| match &fact.claim {
        Claim::Enum { name, .. } => Some(name),
        _ => None,
    });
    let target = reference.target.as_deref().unwrap_or_default();
    let fragment = target.split_once('#').map_or("", |(_, fragment)| fragment);
    let short = fragment.strip_suffix("-values").unwrap_or(&reference.name);
    let mut copy = enums.clone();
    let meant = enums.find(|name| name.name().eq_ignore_ascii_case(short));
    meant.or_else(|| {
        let only = copy.next()?;
        let is_beside = version.model().type_of_page.contains_key(&page);
        (copy.next().is_none() && !is_beside).then_some(only)
    })
}

/// Whether something says what the members are: a page, a table, a list or a metadata document.
pub fn is_described(version: &Version, item: &ItemType) -> bool {
    match item {
        ItemType::Primitive(_) | ItemType::Enum(_) => true,
        ItemType::Structured(id) => {
            let key = version.api()[*id].name.key();
            let model = version.model().types.get(&key);
            model.is_some_and(|ty| !ty.pages.is_empty())
                || version.declared().types.contains_key(&key)
        }
        ItemType::Unknown { .. } => false,
    }
}

/// Whether a name is qualified with a namespace that no page and no metadata document has.
pub fn is_foreign(version: &Version, name: &str) -> bool {
    if !name.contains('.') {
        return false;
    }
    let namespace = TypeName::new(name).namespace().to_ascii_lowercase();
    !namespace.is_empty()
        && namespace != DEFAULT_NAMESPACE
        && namespace != "edm"
        && !version.has_namespace(&namespace)
}

/// The type that a metadata document declares.
pub fn declared_ty(version: &Version, declared: &TypeRef) -> Option<Type> {
    let item = match &declared.item {
        ItemRef::Primitive(primitive) => ItemType::Primitive(*primitive),
        ItemRef::Named(name) => with_name(version, name)?,
        ItemRef::Unread(_) => return None,
    };
    Some(Type {
        item,
        collection: declared.collection,
    })
}

/// Whether the values of a type may be anything.
pub fn is_any(version: &Version, item: &ItemType) -> bool {
    match item {
        ItemType::Primitive(primitive) => {
            matches!(primitive, Primitive::Untyped | Primitive::Stream)
        }
        ItemType::Structured(id) => version.api()[*id].name.name() == "Json",
        ItemType::Enum(_) => false,
        ItemType::Unknown { .. } => true,
    }
}

/// The name of a type, for messages.
pub fn words(version: &Version, ty: &Type) -> String {
    let api = version.api();
    let item = match &ty.item {
        ItemType::Primitive(primitive) => word_of(*primitive).to_owned(),
        ItemType::Structured(id) => short(&api[*id].name).to_owned(),
        ItemType::Enum(id) => short(&api[*id].name).to_owned(),
        ItemType::Unknown { text, .. } => text.clone(),
    };
    many(item, ty.collection)
}

/// The name as cells have it: without the default namespace.
pub fn short(name: &TypeName) -> &str {
    if name.namespace() == DEFAULT_NAMESPACE {
        name.name()
    } else {
        name.as_str()
    }
}

/// The word for a primitive type in cells: `DateTimeOffset`.
pub fn word_of(primitive: Primitive) -> &'static str {
    let name = primitive.as_str();
    name.strip_prefix("Edm.").unwrap_or(name)
}

/// A type as a cell of a page spells it: `String`, `[book](book.md) collection`.
pub fn cell(version: &Version, from: PageId, ty: &Type) -> String {
    let api = version.api();
    let item = match &ty.item {
        ItemType::Structured(id) => with_link(version, from, &api[*id].name),
        ItemType::Enum(id) => with_link(version, from, &api[*id].name),
        ItemType::Primitive(primitive) => word_of(*primitive).to_owned(),
        ItemType::Unknown { text, .. } => text.clone(),
    };
    many(item, ty.collection)
}

/// A type of the metadata as a cell of a page spells it.
pub fn declared_cell(version: &Version, from: PageId, ty: &TypeRef) -> String {
    let item = match &ty.item {
        ItemRef::Primitive(primitive) => word_of(*primitive).to_owned(),
        ItemRef::Named(name) => with_link(version, from, name),
        ItemRef::Unread(text) => text.clone(),
    };
    many(item, ty.collection)
}

fn many(item: String, collection: bool) -> String {
    if collection {
        format!("{item} collection")
    } else {
        item
    }
}

/// A name, with a link to its page if there is one.
fn with_link(version: &Version, from: PageId, name: &TypeName) -> String {
    match page_of(version, name) {
        Some(page) => {
            let (from, target) = (&version.page(from).path, &version.page(page).path);
            format!("[{}]({})", name.name(), relative(from, target))
        }
        None => short(name).to_owned(),
    }
}

/// The path of a page from another one.
fn relative<'t>(from: &str, to: &'t str) -> Cow<'t, str> {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.len());
    let is_beside = folder(from)
        .is_some_and(|length| folder(to) == Some(length) && from.get(..length) == to.get(..length));
    match to.rsplit_once('/') {
        Some((_, name)) if is_beside => name.into(),
        _ if folder(from).is_none() => to.into(),
        _ => format!("../{to}").into(),
    }
}

/// The page of a type or of an enumeration.
pub fn page_of(version: &Version, name: &TypeName) -> Option<PageId> {
    let (key, model) = (name.key(), version.model());
    let pages = model.types.get(&key).map(|ty| &ty.pages);
    let pages = pages.or_else(|| model.enums.get(&key).map(|ty| &ty.pages));
    pages?.first().map(|id| id.page)
}

/// The type or enumeration that a name is most likely meant for, by what stands behind the namespaces, and where it is
/// described.
pub fn nearest<'a>(version: &Version<'a>, name: &str) -> Option<(&'a TypeName, Place)> {
    let described = version.described();
    let short = name.rsplit('.').next().unwrap_or_default();
    let near = suggest::closest(short, described.iter().map(|(name, _)| name.name()))?;
    let (near, item) = described.iter().find(|(name, _)| name.name() == near)?;
    let at = described_at(version, item, "this type is described here")?;
    Some((near, at))
}

/// The types and enumerations of a version that something describes.
pub(super) fn described<'a>(version: &Version<'a>) -> Vec<(&'a TypeName, ItemType)> {
    items(version.api())
        .filter(|(_, item)| is_described(version, item))
        .collect()
}

/// All types and enumerations with their names.
fn items(api: &Api) -> impl Iterator<Item = (&TypeName, ItemType)> {
    let types = api
        .type_ids()
        .map(|id| (&api[id].name, ItemType::Structured(id)));
    let enums = api.enum_ids().map(|id| (&api[id].name, ItemType::Enum(id)));
    types.chain(enums)
}

/// Where something is described.
pub fn described_at(version: &Version, item: &ItemType, label: impl Into<String>) -> Option<Place> {
    match item {
        ItemType::Structured(id) => version.type_at(version.api()[*id].name.as_str(), label),
        ItemType::Enum(id) => version.type_at(version.api()[*id].name.as_str(), label),
        ItemType::Primitive(_) | ItemType::Unknown { .. } => None,
    }
}

/// Says that the metadata of the other version has the type that is missing in this one's; tells whether it has.
pub fn say_other(world: &World, version: &Version, name: &TypeName, finding: &mut Finding) -> bool {
    let other = world.other_than(version.compilation.version);
    let found = other.and_then(|it| Some((it, it.declared().place(&name.key())?)));
    if let Some((other, at)) = found {
        say_declared(other, at, finding);
    }
    found.is_some()
}

/// Says that the metadata of another version has what is missing in this one's.
pub fn say_declared(other: &Version, at: ByteRange, finding: &mut Finding) {
    let version = other.compilation.version;
    finding.help(format!("the metadata of {version} has it"));
    let place = other.metadata_at(at, format!("{version} declares it here"));
    place.map(|place| finding.related(place));
}
