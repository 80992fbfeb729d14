//! What changed in a version since an earlier time.
//!
//! Comes in: a version as it was and as it is. Goes out: [`Change`]: the two apis made of the same kinds of sources, so that what
//! differs has changed in the documents.
//! Invariant: names of placeholders tell nothing: `/users/{id}` and `/users/{user-id}` are one path.

use std::collections::{BTreeMap, HashSet};

use super::{
    finding::Place,
    pages_alone::{PagesAlone, title_of},
    world::{Version, World},
};
use crate::{
    api::{Api, EnumType, ItemType, Member, Operation, SegmentKind, StructuredType, Type, Witness},
    facts::Claim,
    ir::Method,
};

/// A version as it was, and as it is.
#[derive(Clone, Copy, Debug)]
pub struct Change<'c, 'a> {
    /// The version as it was.
    pub before: &'c Version<'a>,
    /// The version as it is.
    pub now: &'c Version<'a>,
    /// Its api as it was.
    pub was: &'c Api,
    /// Its api as it is; of pages alone, if there was no metadata before.
    pub is: &'c Api,
}

/// A type, a member or an enumeration that was there and is not.
#[derive(Clone, Debug)]
pub struct Removed {
    /// What: `microsoft.graph.book/title`.
    pub symbol: String,
    /// The last part of it: `title`.
    pub name: String,
    /// What it was: `the type`.
    pub what: &'static str,
    /// Where somebody would look for it now: the page of its type; where it was, if there is none.
    pub place: Place,
    /// Where it was.
    pub was_at: Option<Place>,
    /// It had been called deprecated.
    pub was_deprecated: bool,
    /// Requests carry it, too.
    pub in_requests: bool,
}

/// What tells operations apart, whatever their placeholders are called.
pub type Key = (Method, String);

impl<'c, 'a> Change<'c, 'a> {
    /// Pairs a version with what it was.
    pub(super) fn of(
        before: &'c Version<'a>,
        now: &'c Version<'a>,
        alone: Option<&'c PagesAlone<'_, 'a>>,
    ) -> Self {
        let alone = alone.filter(|_| before.metadata_file.is_none());
        Self {
            before,
            now,
            was: before.api(),
            is: alone.map_or(now.api(), |alone| alone.api),
        }
    }

    /// The types that were and are there.
    pub fn types(&self) -> impl Iterator<Item = (&'c StructuredType, &'c StructuredType)> {
        let is = self.is;
        self.was.types.iter().filter_map(move |was| {
            let id = is.find_type(was.name.as_str())?;
            Some((was, &is[id]))
        })
    }

    /// The enumerations that were and are there.
    pub fn enums(&self) -> impl Iterator<Item = (&'c EnumType, &'c EnumType)> {
        let is = self.is;
        self.was.enums.iter().filter_map(move |was| {
            let id = is.find_enum(was.name.as_str())?;
            Some((was, &is[id]))
        })
    }

    /// The members of a type that were and are there, in whatever case.
    pub fn members(
        &self,
        was: &'c StructuredType,
        is: &'c StructuredType,
    ) -> impl Iterator<Item = (&'c Member, &'c Member)> {
        let id = self.is.find_type(is.name.as_str());
        let members = id.map(|id| self.is.all_members(id)).unwrap_or_default();
        was.members.iter().filter_map(move |was| {
            let mut members = members.iter();
            let is = members.find(|is| is.name.eq_ignore_ascii_case(&was.name))?;
            Some((was, *is))
        })
    }

    /// The page of a type as it is now, else as it was.
    pub fn type_place(&self, name: &str) -> Option<Place> {
        page_of(self.now, name, "").or_else(|| page_of(self.before, name, ""))
    }

    /// What is no longer there.
    pub fn removed(&self, world: &World) -> Vec<Removed> {
        let mut out = Vec::new();
        for was in &self.was.types {
            match self.is.find_type(was.name.as_str()) {
                Some(id) => self.removed_members(world, was, &self.is[id], &mut out),
                None => out.extend(self.removed_type(was)),
            }
        }
        for was in &self.was.enums {
            match self.is.find_enum(was.name.as_str()) {
                Some(id) => self.removed_values(was, &self.is[id], &mut out),
                None => out.extend(self.removed_enum(was)),
            }
        }
        out
    }

    fn removed_type(&self, was: &StructuredType) -> Option<Removed> {
        let model = self.before.model().types.get(&was.name.key())?;
        let is_enum = self.is.find_enum(was.name.as_str()).is_some();
        // What was only named has no page to lose.
        if model.pages.is_empty() || is_enum {
            return None;
        }
        let place = page_of(self.before, was.name.as_str(), "")?;
        Some(Removed {
            symbol: was.name.as_str().to_owned(),
            name: was.name.name().to_owned(),
            what: "the type",
            place,
            was_at: None,
            was_deprecated: was.deprecated.is_some(),
            in_requests: true,
        })
    }

    fn removed_members(
        &self,
        world: &World,
        was: &StructuredType,
        is: &StructuredType,
        out: &mut Vec<Removed>,
    ) {
        let Some(model) = self.before.model().types.get(&was.name.key()) else {
            return;
        };
        let id = self.is.find_type(is.name.as_str());
        let members = id.map(|id| self.is.all_members(id)).unwrap_or_default();
        for member in &was.members {
            let same = |name: &str| name.eq_ignore_ascii_case(&member.name);
            // What only paths told goes with the operations.
            let is_told = model.members.iter().any(|it| same(&it.name));
            if !is_told || members.iter().any(|it| same(&it.name)) {
                continue;
            }
            let was_at = member_place(self.before, world, was, member);
            let Some(place) = self.type_place(was.name.as_str()) else {
                continue;
            };
            out.push(Removed {
                symbol: format!("{}/{}", was.name, member.name),
                name: member.name.clone(),
                what: "the property",
                place,
                was_at,
                was_deprecated: member.deprecated.is_some(),
                in_requests: !member.read_only,
            });
        }
    }

    fn removed_enum(&self, was: &EnumType) -> Option<Removed> {
        let model = self.before.model().enums.get(&was.name.key())?;
        let is_type = self.is.find_type(was.name.as_str()).is_some();
        if model.pages.is_empty() || is_type {
            return None;
        }
        Some(Removed {
            symbol: was.name.as_str().to_owned(),
            name: was.name.name().to_owned(),
            what: "the enumeration",
            place: page_of(self.before, was.name.as_str(), "")?,
            was_at: None,
            was_deprecated: was.deprecated.is_some(),
            in_requests: true,
        })
    }

    fn removed_values(&self, was: &EnumType, is: &EnumType, out: &mut Vec<Removed>) {
        for member in &was.members {
            let same = |name: &str| name.eq_ignore_ascii_case(&member.name);
            if is.members.iter().any(|it| same(&it.name)) {
                continue;
            }
            let place = self.type_place(was.name.as_str()).or_else(|| {
                let (page, at) = self.now.line(&is.source)?;
                Some(self.now.at(page, at, ""))
            });
            let Some(place) = place else {
                continue;
            };
            let label = format!("`{}` was listed here", member.name);
            let was_at = self.before.line(&was.source);
            out.push(Removed {
                symbol: format!("{}/{}", was.name, member.name),
                name: member.name.clone(),
                what: "the enumeration member",
                place,
                was_at: was_at.map(|(page, at)| self.before.at(page, at, label)),
                was_deprecated: false,
                in_requests: true,
            });
        }
    }
}

/// The title of the page that describes a type, or the declaration of a type without a page.
pub fn page_of(version: &Version, name: &str, label: &str) -> Option<Place> {
    let key = name.to_ascii_lowercase();
    let model = version.model();
    let types = model.types.get(&key).map(|it| &it.pages);
    let pages = types.or_else(|| model.enums.get(&key).map(|it| &it.pages));
    let page = pages.and_then(|pages| pages.first());
    let Some(page) = page.map(|id| id.of(version.facts())) else {
        return version.type_at(name, label);
    };
    // A page of many enumerations tells each under a heading of its own.
    let at = match &page.claim {
        Claim::Enum { .. } => page.at,
        _ => title_of(version, page.page),
    };
    Some(version.at(page.page, at, label))
}

/// Where a member of a type stands: its row, else the line that it was read from.
pub fn member_place(
    version: &Version,
    world: &World,
    ty: &StructuredType,
    member: &Member,
) -> Option<Place> {
    let label = format!("`{}` stands here", member.name);
    let row = version.member_at(world, ty.name.as_str(), &member.name, label.clone());
    row.or_else(|| {
        let (page, at) = version.line(&member.source)?;
        Some(version.at(page, at, label))
    })
}

/// A type by the names in it.
pub fn type_text(api: &Api, ty: &Type) -> Option<String> {
    let item = match &ty.item {
        ItemType::Primitive(primitive) => primitive.as_str(),
        ItemType::Structured(id) => api[*id].name.as_str(),
        ItemType::Enum(id) => api[*id].name.as_str(),
        ItemType::Unknown { .. } => return None,
    };
    Some(if ty.collection {
        format!("Collection({item})")
    } else {
        item.to_owned()
    })
}

/// The documented operations by their paths without the names of placeholders.
pub fn operations(api: &Api) -> BTreeMap<Key, &Operation> {
    let documented = api.operations.iter();
    documented
        .filter(|operation| operation.witness == Witness::RequestLine)
        .map(|operation| (key(operation), operation))
        .collect()
}

/// What tells an operation apart: its method and the shape of its path, with calls and casts by their plain names.
pub fn key(operation: &Operation) -> Key {
    let mut shape = String::new();
    for segment in &operation.path.segments {
        shape.push('/');
        let text = segment.shape().to_ascii_lowercase();
        let is_qualified = matches!(segment.kind, SegmentKind::Call(_) | SegmentKind::Cast(_));
        let plain = text
            .strip_prefix("microsoft.graph.")
            .filter(|_| is_qualified);
        shape.push_str(plain.unwrap_or(&text));
    }
    (operation.method, shape)
}

/// The paths of all pages of a version.
pub fn pages<'v>(version: &Version<'v>) -> HashSet<&'v str> {
    let pages = version.compilation.pages.iter();
    pages.map(|(_, page)| &*page.path).collect()
}
