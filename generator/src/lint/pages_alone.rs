//! What pages say without the metadata beside them, matched with what the metadata says.
//!
//! Comes in: a version that has metadata. Goes out: [`PagesAlone`]: the api as pages alone make it, and for each of its types,
//! members and enumerations the declaration of the same name.
//! Invariant: [`PagesAlone::api`] has the types and enumerations that the same pages have without metadata, so that what an
//! emitter writes of them differs from the metadata exactly where a rule can see it.

use super::{
    finding::Place,
    world::{Declared, Version, World},
};
use crate::{
    api::{
        Api, EnumType, ItemType, Member, MemberKind, Path, SegmentKind, Source, StructuredType,
        Type, TypeKind,
    },
    csdl::{self, ItemRef, Name, TypeRef},
    facts::{Claim, Fact, PageId},
    json::tree,
    model::{EnumModel, MemberModel, Model, TypeModel},
    span::ByteRange,
};

/// What the pages of a version say without its metadata.
#[derive(Debug)]
pub struct PagesAlone<'v, 'a> {
    /// The version.
    pub version: &'v Version<'a>,
    /// The claims by symbol; a type that only paths make has none.
    pub model: &'a Model,
    /// The api that they make.
    pub api: &'a Api,
}

/// A type that pages speak of and the metadata declares.
#[derive(Clone, Copy, Debug)]
pub struct TypePair<'a> {
    /// As pages have it.
    pub paged: &'a StructuredType,
    /// What they claim.
    pub model: &'a TypeModel,
    /// As the metadata declares it.
    pub declared: &'a csdl::StructuredType,
}

/// An enumeration that pages speak of and the metadata declares.
#[derive(Clone, Copy, Debug)]
pub struct EnumPair<'a> {
    /// As pages have it.
    pub paged: &'a EnumType,
    /// What they claim.
    pub model: &'a EnumModel,
    /// As the metadata declares it.
    pub declared: &'a csdl::EnumType,
}

/// A property or navigation property as the metadata declares it.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredMember<'a> {
    /// Its name.
    pub name: &'a Name,
    /// Its type.
    pub ty: &'a TypeRef,
    /// Whether null is a value, if the element says so.
    pub nullable: Option<bool>,
    /// A navigation property.
    pub is_navigation: bool,
    /// What it is for, as an annotation says it; may be empty.
    pub description: &'a str,
}

impl<'v, 'a> PagesAlone<'v, 'a> {
    /// What the pages of a version say alone; nothing if it has no metadata.
    pub(super) fn of(version: &'v Version<'a>) -> Option<Self> {
        version.metadata_file?;
        let alone = version.compilation.alone.as_ref()?;
        Some(Self {
            version,
            model: &alone.model,
            api: &alone.api,
        })
    }

    /// What the metadata declares.
    pub fn declared(&self) -> &'v Declared<'a> {
        self.version.declared()
    }

    /// The types of both.
    pub fn types(&self) -> impl Iterator<Item = TypePair<'_>> {
        self.api.types.iter().filter_map(|paged| {
            let key = paged.name.key();
            Some(TypePair {
                paged,
                model: self.model.types.get(&key)?,
                declared: self.declared().types.get(&key)?,
            })
        })
    }

    /// The enumerations of both.
    pub fn enums(&self) -> impl Iterator<Item = EnumPair<'_>> {
        self.api.enums.iter().filter_map(|paged| {
            let key = paged.name.key();
            Some(EnumPair {
                paged,
                model: self.model.enums.get(&key)?,
                declared: self.declared().enums.get(&key)?,
            })
        })
    }

    /// The page of a type and the place on it that says so.
    pub fn page_of(&self, model: &TypeModel) -> Option<&'a Fact> {
        let page = model.pages.first()?;
        Some(page.of(self.version.facts()))
    }

    /// The row that wins for a member, if it stands in a table.
    pub fn row_of(&self, ty: &TypeModel, member: &str) -> Option<&'a Fact> {
        let row = claims_of(ty, member)?.rows.first()?;
        Some(row.of(self.version.facts()))
    }

    /// Where pages name a member: its row, the key in the JSON representation, or the line from which it was read.
    pub fn member_at(&self, world: &World, pair: TypePair, member: &Member) -> Option<Place> {
        let facts = self.version.facts();
        if let Some(row) = self.row_of(pair.model, &member.name) {
            return Some(self.version.name_of(world, row, ""));
        }
        if let Some(id) = claims_of(pair.model, &member.name).and_then(|it| it.keys.first()) {
            let fact = id.of(facts);
            let at = json_key(self.version, fact, &member.name)?;
            return Some(self.version.at(fact.page, at, ""));
        }
        self.line(&member.source)
    }

    /// Whether the request that a member was read from goes through the same member of another type, by what the metadata
    /// declares: pages alone may take a type for another one of the same name.
    pub fn is_led_elsewhere(&self, pair: TypePair, member: &Member) -> bool {
        let operations = self.version.operations_of(&member.source.page).iter();
        let of_line = operations.filter(|it| it.source == member.source);
        let mut owners = of_line.filter_map(|it| self.owner(&it.path, &member.name));
        owners.any(|owner| !self.declared().derives_from(owner, pair.declared))
    }

    /// The type whose member of this name a path goes through, by what the metadata declares.
    fn owner(&self, path: &Path, member: &str) -> Option<&'a csdl::StructuredType> {
        let metadata = self.version.compilation.metadata.as_ref()?;
        let types = &self.declared().types;
        let of = |ty: &TypeRef| match &ty.item {
            ItemRef::Named(name) => types.get(&name.key()).copied(),
            ItemRef::Primitive(_) | ItemRef::Unread(_) => None,
        };
        let (first, rest) = path.segments.split_first()?;
        let containers = metadata
            .schemas
            .iter()
            .filter_map(|it| it.container.as_ref());
        let mut roots = containers.flat_map(|it| &it.roots);
        let root = roots.find(|it| first.name() == Some(&it.name.text))?;
        let mut ty = of(&root.ty)?;
        for segment in rest {
            match &segment.kind {
                SegmentKind::Key => {}
                SegmentKind::Cast(name) => ty = types.get(&name.key())?,
                SegmentKind::Name if segment.name()?.eq_ignore_ascii_case(member) => {
                    return Some(ty);
                }
                SegmentKind::Name => {
                    ty = of(self.declared().member_in_any_case(ty, segment.name()?)?.ty)?;
                }
                SegmentKind::Call(_) | SegmentKind::System | SegmentKind::ItemPath => return None,
            }
        }
        None
    }

    /// The line that something was read from.
    pub fn line(&self, source: &Source) -> Option<Place> {
        let (page, at) = self.version.line(source)?;
        Some(self.version.at(page, at, ""))
    }

    /// Whether pages tell this type's member by anything that they say of the type itself.
    pub fn has_member(&self, ty: &StructuredType, name: &str) -> bool {
        let id = self.api.find_type(ty.name.as_str());
        let mut lineage = id.into_iter().flat_map(|id| self.api.lineage(id));
        lineage.any(|ty| {
            let mut members = ty.members.iter();
            members.any(|member| member.name.eq_ignore_ascii_case(name))
        })
    }

    /// The type as an attribute of CSDL, of which nothing is known where `unknown` stands.
    pub fn text(&self, ty: &Type, unknown: &str) -> String {
        let item = match &ty.item {
            ItemType::Primitive(primitive) => primitive.as_str(),
            ItemType::Structured(id) => self.api[*id].name.as_str(),
            ItemType::Enum(id) => self.api[*id].name.as_str(),
            ItemType::Unknown { .. } => unknown,
        };
        if ty.collection {
            format!("Collection({item})")
        } else {
            item.to_owned()
        }
    }

    /// Whether pages make a navigation property of a member: its type decides, whichever table it stands in.
    pub fn is_navigation(&self, member: &Member) -> bool {
        match &member.ty.item {
            ItemType::Primitive(_) | ItemType::Enum(_) => false,
            ItemType::Structured(id) => self.api[*id].kind == TypeKind::Entity,
            ItemType::Unknown { .. } => member.kind != MemberKind::Property,
        }
    }
}

impl<'a> Declared<'a> {
    /// A type and its base types, nearest first.
    pub fn lineage(
        &self,
        ty: &'a csdl::StructuredType,
    ) -> impl Iterator<Item = &'a csdl::StructuredType> {
        // A document may make a circle of base types; none real has a hundred of them.
        let base = |ty: &&'a csdl::StructuredType| match &ty.base.as_ref()?.item {
            ItemRef::Named(name) => self.types.get(&name.key()).copied(),
            ItemRef::Primitive(_) | ItemRef::Unread(_) => None,
        };
        std::iter::successors(Some(ty), base).take(100)
    }

    /// Whether a type is another one or derives from it.
    pub fn derives_from(&self, ty: &'a csdl::StructuredType, base: &csdl::StructuredType) -> bool {
        self.lineage(ty).any(|ty| std::ptr::eq(ty, base))
    }

    /// The member of a type or its base types with this name in exactly this case.
    pub fn member(&self, ty: &'a csdl::StructuredType, name: &str) -> Option<DeclaredMember<'a>> {
        let mut lineage = self.lineage(ty);
        lineage.find_map(|ty| ty.members().find(|member| member.name.text == name))
    }

    /// The member of a type or its base types with this name in whatever case.
    pub fn member_in_any_case(
        &self,
        ty: &'a csdl::StructuredType,
        name: &str,
    ) -> Option<DeclaredMember<'a>> {
        self.member(ty, name).or_else(|| {
            let mut lineage = self.lineage(ty);
            lineage.find_map(|ty| {
                let mut members = ty.members();
                members.find(|member| member.name.text.eq_ignore_ascii_case(name))
            })
        })
    }
}

impl csdl::StructuredType {
    /// Its properties, then its navigation properties.
    pub fn members(&self) -> impl Iterator<Item = DeclaredMember<'_>> {
        let properties = self.properties.iter().map(|it| DeclaredMember {
            name: &it.name,
            ty: &it.ty,
            nullable: it.nullable,
            is_navigation: false,
            description: described(&it.annotations),
        });
        let navigation = self.navigation.iter().map(|it| DeclaredMember {
            name: &it.name,
            ty: &it.ty,
            nullable: it.nullable,
            is_navigation: true,
            description: described(&it.annotations),
        });
        properties.chain(navigation)
    }
}

impl TypeRef {
    /// As an attribute, with the namespace in the place of its alias.
    pub fn full_text(&self) -> String {
        let item = match &self.item {
            ItemRef::Primitive(primitive) => primitive.as_str(),
            ItemRef::Named(name) => name.as_str(),
            ItemRef::Unread(text) => text,
        };
        if self.collection {
            format!("Collection({item})")
        } else {
            item.to_owned()
        }
    }
}

/// The words of the annotation that describes something.
fn described(annotations: &[csdl::Annotation]) -> &str {
    let mut terms = annotations.iter();
    let found = terms.find(|it| it.term.text == "Org.OData.Core.V1.Description");
    found.and_then(|it| it.value.text()).unwrap_or_default()
}

/// What pages claim of a member.
fn claims_of<'m>(ty: &'m TypeModel, member: &str) -> Option<&'m MemberModel> {
    let mut members = ty.members.iter();
    members.find(|it| it.name.eq_ignore_ascii_case(member))
}

/// The place of a key in the JSON representation that a fact was read from, without its quotes.
pub fn json_key(version: &Version, fact: &Fact, name: &str) -> Option<ByteRange> {
    let Claim::JsonKey { .. } = &fact.claim else {
        return None;
    };
    let text = &version.page(fact.page).text;
    let tree = tree::read(text, fact.at).ok()?;
    let mut entries = tree.root.entries().iter();
    let at = entries.find(|it| it.key.eq_ignore_ascii_case(name))?.key_at;
    let written = at.of(text);
    let inner = written.trim_matches(['"', '\'']);
    let start = at.start as usize + written.find(inner)?;
    Some(ByteRange::new(start, start + inner.len()))
}

/// The place of a word within a place; of all of it, if it is not there.
pub fn word_in(text: &str, at: ByteRange, word: &str) -> ByteRange {
    let said = at.of(text);
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let mut found = said.match_indices(word).filter(|(start, word)| {
        is_edge(said[..*start].chars().next_back())
            && is_edge(said[start + word.len()..].chars().next())
    });
    match found.next() {
        Some((start, _)) => {
            let start = at.start as usize + start;
            ByteRange::new(start, start + word.len())
        }
        None => at,
    }
}

/// The title of a page.
pub fn title_of(version: &Version, page: PageId) -> ByteRange {
    let mut sections = version.page(page).sections.iter();
    let title = sections.find(|section| section.level == 1);
    title.map(|section| section.title).unwrap_or_default()
}
