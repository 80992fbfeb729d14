//! What a metadata document declares, laid over what pages say.
//!
//! Comes in: metadata, and what was resolved from pages, if there are any. Goes out: the same, with the words of the
//! service itself where it has any. Who wins, fact by fact:
//!
//! | fact                                                        | metadata      | pages                       |
//! |-------------------------------------------------------------|---------------|-----------------------------|
//! | which kind a name is, base type, abstract, open, stream, key | wins          | where metadata has no such  |
//! | members: name, type, kind, whether null is a value           | wins          | members that metadata lacks |
//! | members of an enumeration and their numbers, flags           | wins, all     | -                           |
//! | parameters and results of actions and functions              | wins          | what metadata lacks         |
//! | entity sets and singletons                                   | wins          | what metadata lacks         |
//! | default value                                                | wins          | where metadata gives none   |
//! | read-only, deprecated                                        | either        | either                      |
//! | descriptions                                                 | if pages lack | wins                        |
//! | operations, permissions, examples, what is required          | -             | wins                        |
//!
//! An enumeration is one fact, the set of its values: a value that the service does not have is no member of it. A
//! member that only pages give a type stays, unless the service has it in a derived type.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Scope, types};
use crate::{
    api::{
        Callable, CallableId, Deprecation, EnumMember, EnumType, ItemType, Member, MemberKind,
        Operation, Parameter, Root, Source, StructuredType, Type, TypeId, TypeKind,
    },
    csdl::{self, Annotation, ItemRef, Metadata, Name, TypeRef, Value},
    ir::TypeName,
    span::ByteRange,
};

const DESCRIPTION: &str = "Org.OData.Core.V1.Description";
const LONG_DESCRIPTION: &str = "Org.OData.Core.V1.LongDescription";
const COMPUTED: &str = "Org.OData.Core.V1.Computed";
const PERMISSIONS: &str = "Org.OData.Core.V1.Permissions";
const REVISIONS: &str = "Org.OData.Core.V1.Revisions";

/// A metadata document beside the names of the api.
pub(super) struct Declared<'a> {
    metadata: &'a Metadata,
    scope: &'a Scope<'a>,
    /// Types by id; of a name that is declared twice, the first one.
    types: FxHashMap<TypeId, (&'a csdl::Schema, &'a csdl::StructuredType)>,
    definitions: FxHashMap<String, &'a TypeRef>,
    /// Annotations of `Annotations` elements, by target.
    annotations: FxHashMap<&'a str, Vec<&'a Annotation>>,
    file: std::sync::Arc<str>,
}

/// Names of members, lower-cased, by type.
type Members = FxHashSet<(TypeId, String)>;

impl<'a> Declared<'a> {
    pub(super) fn new(metadata: &'a Metadata, scope: &'a Scope<'a>) -> Self {
        let mut types = FxHashMap::default();
        let mut definitions = FxHashMap::default();
        let mut annotations: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for schema in &metadata.schemas {
            for ty in &schema.types {
                if let Some(id) = scope.type_by_name(schema.qualified(&ty.name).as_str()) {
                    types.entry(id).or_insert((schema, ty));
                }
            }
            for definition in &schema.definitions {
                let key = schema.qualified(&definition.name).key();
                definitions.entry(key).or_insert(&definition.underlying);
            }
            for annotated in &schema.annotated {
                let target = annotations.entry(annotated.target.text.as_str());
                target.or_default().extend(&annotated.annotations);
            }
        }
        let file = metadata.path.rsplit(['/', '\\']).next().unwrap_or_default();
        Self {
            metadata,
            scope,
            types,
            definitions,
            annotations,
            file: file.into(),
        }
    }

    /// The base type of each type that is declared.
    pub(super) fn bases(&self) -> FxHashMap<TypeId, Option<TypeId>> {
        let base = |ty: &csdl::StructuredType| match self.ty(ty.base.as_ref()?).item {
            ItemType::Structured(id) => Some(id),
            ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
        };
        let types = self.types.iter();
        types.map(|(id, (_, ty))| (*id, base(ty))).collect()
    }

    /// Lays the declared types over those of the pages; base types are laid out.
    pub(super) fn complete_types(&self, types: &mut [StructuredType]) {
        let (above, below) = self.members(types);
        for (at, out) in types.iter_mut().enumerate() {
            let id = TypeId(at as u32);
            let Some(&(schema, ty)) = self.types.get(&id) else {
                continue;
            };
            out.kind = if ty.is_entity {
                TypeKind::Entity
            } else {
                TypeKind::Complex
            };
            out.is_abstract = ty.is_abstract;
            out.is_open = ty.is_open;
            out.has_stream = ty.has_stream;
            out.key = ty.key.iter().map(|name| name.text.clone()).collect();
            let notes = self.notes(schema.qualified(&ty.name).as_str(), &ty.annotations);
            notes.complete(&mut out.description, &mut out.deprecated);
            if out.source == Source::default() {
                out.source = self.source(ty.at);
            }
            let paged = std::mem::take(&mut out.members);
            out.members = self.declared_members(schema, ty, &paged);
            out.members.extend(paged.into_iter().filter(|member| {
                let place = (id, member.name.to_ascii_lowercase());
                !above.contains(&place) && !below.contains(&place)
            }));
            out.members
                .sort_by_key(|member| member.kind != MemberKind::Property);
        }
    }

    /// The members of which the metadata says where they are: in a type, in one above it or in one below.
    pub(super) fn placed_members(&self, types: &[StructuredType]) -> Members {
        let (mut above, below) = self.members(types);
        above.extend(below);
        above
    }

    /// The members that each type has by metadata, own and inherited; and those that types have that derive from it.
    fn members(&self, types: &[StructuredType]) -> (Members, Members) {
        let (mut above, mut below) = (Members::default(), Members::default());
        for at in 0..types.len() {
            let id = TypeId(at as u32);
            for ancestor in std::iter::successors(Some(id), |id| types[id.index()].base) {
                let Some((_, ty)) = self.types.get(&ancestor) else {
                    continue;
                };
                let names = ty.member_names();
                above.extend(names.map(|name| (id, name.text.to_ascii_lowercase())));
            }
            let Some((_, ty)) = self.types.get(&id) else {
                continue;
            };
            for ancestor in std::iter::successors(types[at].base, |id| types[id.index()].base) {
                let names = ty.member_names();
                below.extend(names.map(|name| (ancestor, name.text.to_ascii_lowercase())));
            }
        }
        (above, below)
    }

    fn declared_members(
        &self,
        schema: &csdl::Schema,
        ty: &csdl::StructuredType,
        paged: &[Member],
    ) -> Vec<Member> {
        let owner = schema.qualified(&ty.name);
        let mut seen = FxHashSet::default();
        let mut out = Vec::with_capacity(ty.properties.len() + ty.navigation.len());
        for property in &ty.properties {
            let kind = MemberKind::Property;
            let given = (&property.name, &property.ty, property.nullable);
            let mut member = self.member(
                &owner,
                given,
                kind,
                property.at,
                &property.annotations,
                paged,
            );
            member.default = property.default.clone().or(member.default);
            out.push(member);
        }
        for property in &ty.navigation {
            let kind = MemberKind::Navigation {
                contained: property.contains_target,
            };
            let given = (&property.name, &property.ty, property.nullable);
            out.push(self.member(
                &owner,
                given,
                kind,
                property.at,
                &property.annotations,
                paged,
            ));
        }
        out.retain(|member| seen.insert(member.name.to_ascii_lowercase()));
        out
    }

    fn member(
        &self,
        owner: &TypeName,
        (name, ty, nullable): (&Name, &TypeRef, Option<bool>),
        kind: MemberKind,
        at: ByteRange,
        annotations: &[Annotation],
        paged: &[Member],
    ) -> Member {
        let known = paged
            .iter()
            .find(|member| member.name.eq_ignore_ascii_case(&name.text));
        let notes = self.notes(&format!("{owner}/{}", name.text), annotations);
        let mut description = known.map(|it| it.description.clone()).unwrap_or_default();
        let mut deprecated = known.and_then(|it| it.deprecated.clone());
        notes.complete(&mut description, &mut deprecated);
        let ty = self.ty(ty);
        Member {
            name: name.text.clone(),
            kind,
            // Section 6.2.1: a single value may be null where nothing is said.
            nullable: nullable.or((!ty.collection).then_some(true)),
            read_only: notes.is_read_only() || known.is_some_and(|it| it.read_only),
            required: known.is_some_and(|it| it.required),
            default: known.and_then(|it| it.default.clone()),
            secret: types::is_secret(&ty, &description),
            ty,
            description,
            deprecated,
            source: known.map_or_else(|| self.source(at), |it| it.source.clone()),
        }
    }

    /// Lays the declared enumerations over those of the pages.
    pub(super) fn complete_enums(&self, enums: &mut [EnumType]) {
        let mut seen = FxHashSet::default();
        for schema in &self.metadata.schemas {
            for ty in &schema.enums {
                let name = schema.qualified(&ty.name);
                let Some(ItemType::Enum(id)) = self.scope.enum_by_name(&name) else {
                    continue;
                };
                if seen.insert(id) {
                    self.complete_enum(&name, ty, &mut enums[id.index()]);
                }
            }
        }
    }

    fn complete_enum(&self, name: &TypeName, ty: &csdl::EnumType, out: &mut EnumType) {
        let notes = self.notes(name.as_str(), &ty.annotations);
        notes.complete(&mut out.description, &mut out.deprecated);
        out.is_flags = ty.is_flags;
        if out.source == Source::default() {
            out.source = self.source(ty.at);
        }
        let paged = std::mem::take(&mut out.members);
        let mut seen = FxHashSet::default();
        for member in &ty.members {
            if !seen.insert(member.name.text.as_str()) {
                continue;
            }
            let is_it = |it: &&EnumMember| it.name.eq_ignore_ascii_case(&member.name.text);
            let known = paged.iter().find(is_it);
            let mut description = known.map(|it| it.description.clone()).unwrap_or_default();
            let target = format!("{name}/{}", member.name.text);
            let notes = self.notes(&target, &member.annotations);
            notes.complete(&mut description, &mut None);
            out.members.push(EnumMember {
                name: member.name.text.clone(),
                value: member.value,
                prefer_only: known.is_some_and(|it| it.prefer_only),
                description,
            });
        }
    }

    /// Lays the declared actions and functions over those that the pages' operations call.
    pub(super) fn complete_callables(
        &self,
        paged: Vec<Callable>,
        operations: &mut [Operation],
    ) -> Vec<Callable> {
        let mut all: Vec<Callable> = Vec::new();
        let mut index = FxHashMap::default();
        for schema in &self.metadata.schemas {
            for callable in &schema.callables {
                let callable = self.callable(schema, callable);
                index.entry(identity(&callable)).or_insert_with(|| {
                    all.push(callable);
                    all.len() - 1
                });
            }
        }
        let mut places = Vec::with_capacity(paged.len());
        for callable in paged {
            let at = *index.entry(identity(&callable)).or_insert(all.len());
            match all.get_mut(at) {
                Some(declared) => describe(declared, callable),
                None => all.push(callable),
            }
            places.push(at);
        }
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_cached_key(|&at| identity(&all[at]));
        let mut ids = vec![CallableId(0); all.len()];
        for (new, &old) in order.iter().enumerate() {
            ids[old] = CallableId(new as u32);
        }
        for id in operations.iter_mut().filter_map(|it| it.calls.as_mut()) {
            *id = ids[places[id.index()]];
        }
        let mut sorted: Vec<_> = all.into_iter().zip(ids).collect();
        sorted.sort_by_key(|(_, id)| *id);
        sorted.into_iter().map(|(callable, _)| callable).collect()
    }

    fn callable(&self, schema: &csdl::Schema, callable: &csdl::Callable) -> Callable {
        let name = schema.qualified(&callable.name);
        let mut description = String::new();
        let notes = self.notes(name.as_str(), &callable.annotations);
        notes.complete(&mut description, &mut None);
        let bound = usize::from(callable.is_bound);
        let parameters = callable.parameters.iter().skip(bound).map(|parameter| {
            let mut description = String::new();
            let notes = self.notes("", &parameter.annotations);
            notes.complete(&mut description, &mut None);
            Parameter {
                name: parameter.name.text.clone(),
                ty: self.ty(&parameter.ty),
                required: (parameter.nullable == Some(false)).then_some(true),
                description,
                source: self.source(parameter.at),
            }
        });
        Callable {
            is_function: callable.is_function,
            binding: callable
                .parameters
                .first()
                .filter(|_| callable.is_bound)
                .map(|it| self.ty(&it.ty)),
            parameters: parameters.collect(),
            returns: callable.returns.as_ref().map(|it| self.ty(&it.ty)),
            description,
            source: self.source(callable.at),
            name,
        }
    }

    /// Lays the declared entity sets and singletons over those that the pages' paths begin with.
    pub(super) fn complete_roots(&self, roots: &mut Vec<Root>) {
        for declared in self.containers().flat_map(|it| &it.roots) {
            let ty = match self.ty(&declared.ty).item {
                ItemType::Structured(id) => Some(id),
                ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
            };
            let root = Root {
                name: declared.name.text.clone(),
                is_singleton: declared.is_singleton,
                ty,
            };
            let mut known = roots.iter_mut();
            match known.find(|it| it.name.eq_ignore_ascii_case(&root.name)) {
                Some(known) => *known = root,
                None => roots.push(root),
            }
        }
        roots.sort_by(|one, other| one.name.cmp(&other.name));
    }

    /// The names under which paths begin with an action or a function, and what these call.
    pub(super) fn imports(&self) -> impl Iterator<Item = (&'a str, TypeName)> {
        let imports = self.containers().flat_map(|it| &it.imports);
        imports.filter_map(|import| match &import.callable.item {
            ItemRef::Named(name) => Some((import.name.text.as_str(), name.clone())),
            ItemRef::Primitive(_) | ItemRef::Unread(_) => None,
        })
    }

    fn containers(&self) -> impl Iterator<Item = &'a csdl::EntityContainer> {
        let schemas = self.metadata.schemas.iter();
        schemas.filter_map(|schema| schema.container.as_ref())
    }

    /// The name of the document in places.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    fn source(&self, at: ByteRange) -> Source {
        Source {
            page: self.file.clone(),
            line: self.metadata.lines.line(at.start),
        }
    }

    /// The type that a reference stands for.
    fn ty(&self, reference: &TypeRef) -> Type {
        let item = match &reference.item {
            ItemRef::Primitive(primitive) => ItemType::Primitive(*primitive),
            ItemRef::Named(name) => self.named(name),
            ItemRef::Unread(text) => ItemType::Unknown {
                text: text.clone(),
                reason: "the type is no qualified name",
            },
        };
        Type {
            item,
            collection: reference.collection,
        }
    }

    fn named(&self, name: &TypeName) -> ItemType {
        if let Some(item) = self.scope.by_name(name) {
            return item;
        }
        match self.definitions.get(&name.key()).map(|ty| &ty.item) {
            Some(ItemRef::Primitive(primitive)) => ItemType::Primitive(*primitive),
            // Section 11.1: a type definition stands for a primitive type.
            Some(ItemRef::Named(_) | ItemRef::Unread(_)) | None => ItemType::Unknown {
                text: name.as_str().to_owned(),
                reason: "the metadata declares no type with this name",
            },
        }
    }

    /// The annotations of a target, within its element and elsewhere.
    fn notes(&self, target: &str, inline: &'a [Annotation]) -> Notes<'a> {
        let elsewhere = self.annotations.get(target).into_iter().flatten().copied();
        Notes(inline.iter().chain(elsewhere).collect())
    }
}

/// The annotations of one thing.
struct Notes<'a>(Vec<&'a Annotation>);

impl<'a> Notes<'a> {
    fn get(&self, term: &str) -> Option<&'a Value> {
        let mut found = self.0.iter().filter(|it| it.term.text == term);
        found.next().map(|it| &it.value)
    }

    /// Says what a thing is for and whether it ends, where nobody has said so.
    fn complete(&self, description: &mut String, deprecated: &mut Option<Deprecation>) {
        if description.is_empty() {
            let words = self.get(DESCRIPTION).and_then(Value::text);
            let words = words.or_else(|| self.get(LONG_DESCRIPTION).and_then(Value::text));
            words.unwrap_or_default().clone_into(description);
        }
        if deprecated.is_none() {
            *deprecated = self.get(REVISIONS).and_then(deprecation);
        }
    }

    fn is_read_only(&self) -> bool {
        let permissions = self.get(PERMISSIONS).and_then(Value::constant);
        self.get(COMPUTED).is_some_and(Value::is_true)
            || permissions.is_some_and(|text| text.ends_with("Permission/Read"))
    }
}

/// The revision that deprecates something, among all of its revisions.
fn deprecation(revisions: &Value) -> Option<Deprecation> {
    let Value::Collection(revisions) = revisions else {
        return None;
    };
    let constant = |revision: &Value, property: &str| {
        let text = revision.get(property)?.constant()?;
        Some(text.to_owned())
    };
    let mut revisions = revisions.iter();
    let is_end = |it: &&Value| {
        constant(it, "Kind").is_some_and(|kind| kind.ends_with("RevisionKind/Deprecated"))
    };
    let found = revisions.find(is_end)?;
    Some(Deprecation {
        date: constant(found, "RemovalDate"),
        use_instead: None,
    })
}

/// What tells actions and functions apart, in the order of the api (CSDL 4.0, sections 12.1.1 and 12.2.1).
fn identity(callable: &Callable) -> (String, String, Vec<String>) {
    let mut names: Vec<_> = callable
        .parameters
        .iter()
        .filter(|_| callable.is_function)
        .map(|parameter| parameter.name.to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    (
        callable.name.key(),
        format!("{:?}", callable.binding),
        names,
    )
}

/// Gives a declared action or function the words of a page.
fn describe(declared: &mut Callable, paged: Callable) {
    if !paged.description.is_empty() {
        declared.description = paged.description;
    }
    declared.source = paged.source;
    for parameter in &mut declared.parameters {
        let mut known = paged.parameters.iter();
        let known = known.find(|it| it.name.eq_ignore_ascii_case(&parameter.name));
        if let Some(known) = known.filter(|it| !it.description.is_empty()) {
            parameter.description.clone_from(&known.description);
        }
    }
}
