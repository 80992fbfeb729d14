//! Entity types, complex types and enumerations as Rust types.
//!
//! A model is a struct with the members of its base types before its own, every one of them optional, and a table of
//! their names; reading and writing is the runtime's. Deriving `Deserialize` for each would cost a compiler five times
//! as much. What `models!` and `open_enums!` at the end of a file add is the same for every type.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use rayon::prelude::*;
use syn::{Item, ItemImpl, parse_quote};

use super::{
    ast::{self, ident},
    cycles::Cycles,
    docs,
    features::{self, Features},
    format::{Comments, File},
    layout::Piece,
    names::{self, Names},
    record::{self, Record, Shape},
    types::Scope,
};
use crate::{
    api::{
        Api, EnumId, EnumMember, EnumType, ItemType, Member, MemberKind, StructuredType, TypeId,
    },
    area::Presence,
    emit::Files,
    ir::Primitive,
};

/// A definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Definition {
    Type(TypeId),
    Enum(EnumId),
}

/// A module for each namespace, and below it a file for each group of types.
#[derive(Default)]
struct Module {
    pieces: Vec<(Presence, Piece<Definition>)>,
    children: Vec<String>,
}

/// The files below `src/models`, and `src/models.rs`.
pub(super) fn emit(api: &Api, names: &Names, cycles: &Cycles, features: &Features) -> Files {
    let docs = member_docs(api);
    let context = Context {
        api,
        names,
        features,
        docs: &docs,
        cycles,
    };
    let modules = modules(api, names, features);
    let files: Vec<_> = modules
        .into_iter()
        .flat_map(|(path, module)| files_of(path, module, features))
        .collect();
    files
        .into_par_iter()
        .map(|(path, content)| (path, context.file(&content)))
        .collect()
}

/// The doc comment of every member, by type and position.
fn member_docs(api: &Api) -> Vec<Vec<String>> {
    let docs = |ty: &StructuredType| {
        ty.members
            .iter()
            .map(|member| member_doc(api, member))
            .collect()
    };
    api.types.par_iter().map(docs).collect()
}

fn member_doc(api: &Api, member: &Member) -> String {
    let mut doc = docs::rustdoc(api.version, &member.source.page, &member.description);
    let mut facets = Vec::new();
    let mentions = |words: &[&str]| {
        let text = member.description.to_ascii_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    if member.read_only && !mentions(&["read-only", "read only", "readonly"]) {
        facets.push("Read-only.".to_owned());
    }
    if member.required && !mentions(&["required"]) {
        facets.push("Required.".to_owned());
    }
    if member.nullable == Some(false) && !mentions(&["nullable", "null"]) {
        facets.push("Not nullable.".to_owned());
    }
    if let Some(default) = &member.default
        && !mentions(&["default"])
    {
        facets.push(format!("Default: `{}`.", default.replace('`', "")));
    }
    facets.extend(member.deprecated.as_ref().map(docs::deprecation));
    if !facets.is_empty() {
        if !doc.is_empty() {
            doc.push_str("\n\n");
        }
        doc.push_str(&facets.join(" "));
    }
    // A member without a word about it still is documented.
    if doc.is_empty() {
        format!("`{}`", member.name)
    } else {
        doc
    }
}

/// The modules by path below `models`, each with what it defines, in order.
fn modules(api: &Api, names: &Names, features: &Features) -> BTreeMap<Vec<String>, Module> {
    let mut modules = BTreeMap::<Vec<String>, Module>::new();
    modules.entry(Vec::new()).or_default();
    let mut place = |modules_of: &[String], name: &str, weight, item, presence: &Presence| {
        let words = names::snake(name)
            .split('_')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let piece = Piece {
            words,
            weight,
            item,
        };
        modules
            .entry(modules_of.to_vec())
            .or_default()
            .pieces
            .push((presence.clone(), piece));
    };
    for id in api.type_ids() {
        let members: usize = api.lineage(id).map(|ty| ty.members.len()).sum();
        place(
            &names.of_type(id).modules,
            api[id].name.name(),
            25 + 6 * members,
            Definition::Type(id),
            features.areas().of_type(id),
        );
    }
    for id in api.enum_ids() {
        let members = api[id].members.len();
        place(
            &names.of_enum(id).modules,
            api[id].name.name(),
            15 + 3 * members,
            Definition::Enum(id),
            features.areas().of_enum(id),
        );
    }
    let paths: Vec<_> = modules.keys().cloned().collect();
    for path in paths {
        for length in 1..=path.len() {
            let (parent, child) = (path[..length - 1].to_vec(), path[length - 1].clone());
            let children = &mut modules.entry(parent).or_default().children;
            if !children.contains(&child) {
                children.push(child);
            }
        }
    }
    modules
}

/// What a file holds.
enum Content {
    /// The files below a module.
    Index {
        path: Vec<String>,
        children: Vec<String>,
        files: Vec<features::Module>,
    },
    /// Some definitions of a module.
    Definitions {
        path: Vec<String>,
        presence: Presence,
        items: Vec<Definition>,
    },
}

#[derive(Clone, Copy)]
struct Context<'a> {
    api: &'a Api,
    names: &'a Names,
    features: &'a Features,
    docs: &'a [Vec<String>],
    cycles: &'a Cycles,
}

impl<'a> Context<'a> {
    fn file(self, content: &'a Content) -> String {
        let mut comments = Comments::default();
        let file = match content {
            Content::Index {
                path,
                children,
                files,
            } => File::new(self.index(path, children, files, &mut comments)),
            Content::Definitions {
                path,
                presence,
                items,
            } => self.definitions(path, presence, items, &mut comments),
        };
        file.text(&comments)
    }

    /// A module: the files that its types are in are no matter of the user.
    fn index(
        self,
        path: &[String],
        children: &[String],
        files: &[features::Module],
        comments: &mut Comments<'_>,
    ) -> TokenStream {
        let about = if path.is_empty() {
            "Entity types, complex types and enumerations of the API.\n\n\
             Types of a namespace below `microsoft.graph` are in a module of its name."
                .to_owned()
        } else {
            format!("Types of the namespace `{}`.", path.join("."))
        };
        let about = comments.add(about);
        let children = children.iter().map(|child| ident(child));
        let files = self.features.declare(files);
        quote! {
            #![doc = #about]
            #(pub mod #children;)*
            #files
        }
    }

    fn definitions(
        self,
        path: &'a [String],
        presence: &'a Presence,
        items: &[Definition],
        comments: &mut Comments<'a>,
    ) -> File {
        let place = Place {
            presence,
            scope: Scope::inside(self.api, self.names, path),
        };
        let mut models = Vec::new();
        let mut enums = Vec::new();
        let mut built = Vec::new();
        let mut imports = Imports::default();
        let shape = Shape::new();
        for item in items {
            match *item {
                Definition::Type(id) => {
                    built.extend(self.model(&shape, place, id, &mut imports, comments));
                    models.push(&self.names.of_type(id).name);
                }
                Definition::Enum(id) => {
                    built.extend(self.enumeration(id, comments));
                    enums.push(&self.names.of_enum(id).name);
                }
            }
        }
        let own: BTreeSet<_> = models
            .iter()
            .chain(&enums)
            .map(|name| name.as_str())
            .collect();
        let imports = imports.tokens(&own);
        let mut file = File::new(quote! {
            #imports
            #[allow(unused_imports)]
            use crate::runtime::models::*;
        });
        file.extend(built);
        file.extend(record::macro_over("models", &models));
        file.extend(record::macro_over("open_enums", &enums));
        file
    }

    fn model(
        self,
        shape: &Shape,
        place: Place<'a>,
        id: TypeId,
        imports: &mut Imports<'a>,
        comments: &mut Comments<'a>,
    ) -> Vec<Item> {
        let ty = &self.api[id];
        let name = &self.names.of_type(id).name;
        let mut record = Record::new(comments.add(self.type_doc(ty)), name);
        let fields = names::fields(self.members(id).map(|(member, _)| member.name.as_str()));
        for ((member, doc), field) in self.members(id).zip(&fields) {
            let feature = self.feature_of(place, member);
            imports.add(place, &member.ty.item, feature);
            record.add(
                comments.add(doc),
                (&member.name, field),
                self.field_type(place.scope, id, member),
                feature,
            );
        }
        let name = ident(name);
        let derived = |base| -> ItemImpl {
            let base = place.scope.structured(base);
            parse_quote!(impl DerivedFrom<#base> for #name {})
        };
        let info = |info| self.type_info(place.scope, id, info);
        let mut items = Vec::from(record.items(shape, ty.name.as_str(), info, comments));
        for base in bases(self.api, id) {
            imports.add(place, &ItemType::Structured(base), None);
            items.push(Item::Impl(derived(base)));
        }
        items
    }

    /// The feature that a member needs beside those of its type.
    fn feature_of(self, place: Place<'_>, member: &Member) -> Option<&'a str> {
        match (&member.kind, &member.ty.item) {
            (MemberKind::Navigation { .. }, ItemType::Structured(target)) => {
                self.features.of_target(place.presence, *target)
            }
            (MemberKind::Property, _)
            | (_, ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. }) => None,
        }
    }

    /// All members that are fields, with their docs. A stream is a request of its own.
    fn members(self, id: TypeId) -> impl Iterator<Item = (&'a Member, &'a str)> {
        let mut lineage: Vec<_> = std::iter::once(id).chain(bases(self.api, id)).collect();
        lineage.reverse();
        lineage
            .into_iter()
            .flat_map(move |id| self.api[id].members.iter().zip(&self.docs[id.index()]))
            .filter(|(member, _)| member.ty.item != ItemType::Primitive(Primitive::Stream))
            .map(|(member, doc)| (member, doc.as_str()))
    }

    fn field_type(self, scope: Scope<'_>, owner: TypeId, member: &Member) -> syn::Type {
        let ty = scope.ty(&member.ty);
        match member.kind {
            MemberKind::Navigation { .. } => ast::generic("Nav", ty),
            MemberKind::Property if self.cycles.contains(owner, &member.ty) => {
                ast::generic("Option", ast::generic("Boxed", ty))
            }
            MemberKind::Property => ast::generic("Option", ty),
        }
    }

    /// Adds to a `TypeInfo` what its type is related to.
    fn type_info(self, scope: Scope<'_>, id: TypeId, mut info: syn::Expr) -> syn::Expr {
        if let Some(base) = self.api[id].base {
            let mut base = scope.structured(base);
            base.segments.push(ident("INFO").into());
            info = ast::call_on(info, "base", [ast::borrow(ast::value(base))]);
        }
        let mut derived = Vec::new();
        descendants(self.api, id, &mut derived);
        derived.sort_unstable();
        let members = self.members(id).map(|(member, _)| member);
        let secret = members.filter(|member| member.secret);
        let secret = secret.map(|member| member.name.as_str()).collect();
        for (function, names) in [("derived", derived), ("secret", secret)] {
            if !names.is_empty() {
                info = ast::call_on(info, function, [ast::texts(names)]);
            }
        }
        info
    }

    fn type_doc(self, ty: &StructuredType) -> String {
        let mut doc = description(self.api, &ty.description, &ty.source.page, ty.name.as_str());
        if let Some(deprecated) = &ty.deprecated {
            doc.push_str("\n\n");
            doc.push_str(&docs::deprecation(deprecated));
        }
        doc
    }

    fn enumeration(self, id: EnumId, comments: &mut Comments<'a>) -> [Item; 2] {
        let ty = &self.api[id];
        let name = ident(&self.names.of_enum(id).name);
        let doc = comments.add(self.enum_doc(ty));
        let variants: Vec<_> = names::variants(ty)
            .iter()
            .map(|variant| ident(variant))
            .collect();
        let members = ty.members.iter().map(|member| &member.name);
        let docs: Vec<_> = ty
            .members
            .iter()
            .map(|member| comments.add(self.variant_doc(ty, member)))
            .collect();
        let unknown = comments.add("A member that is newer than this crate.");
        let table = comments.add("The documented members with their names on the wire.");
        let declaration = parse_quote! {
            #[doc = #doc]
            #[derive(Clone, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum #name {
                #(#[doc = #docs] #variants,)*
                #[doc = #unknown]
                UnknownValue(UnknownValue),
            }
        };
        let table = parse_quote! {
            impl #name {
                #[doc = #table]
                pub const MEMBERS: Members<Self> = &[#((#members, Self::#variants)),*];
            }
        };
        [declaration, table]
    }

    fn variant_doc(self, ty: &EnumType, member: &EnumMember) -> String {
        let doc = docs::rustdoc(self.api.version, &ty.source.page, &member.description);
        if doc.is_empty() {
            format!("`{}`", member.name.replace('`', ""))
        } else {
            doc
        }
    }

    fn enum_doc(self, ty: &EnumType) -> String {
        let mut doc = description(self.api, &ty.description, &ty.source.page, ty.name.as_str());
        if let Some(deprecated) = &ty.deprecated {
            doc.push_str("\n\n");
            doc.push_str(&docs::deprecation(deprecated));
        }
        doc
    }
}

/// The files of a module with their contents.
fn files_of(path: Vec<String>, module: Module, features: &Features) -> Vec<(String, Content)> {
    let mut taken = names::Scope::functions();
    for child in &module.children {
        taken.take(child.clone());
    }
    let folder = path.iter().fold("src/models".to_owned(), |folder, module| {
        format!("{folder}/{module}")
    });
    let mut modules = Vec::new();
    let mut files = Vec::new();
    for (file, items) in features.files(module.pieces, &mut taken) {
        files.push((
            format!("{folder}/{}.rs", file.name),
            Content::Definitions {
                path: path.clone(),
                presence: file.presence.clone(),
                items,
            },
        ));
        modules.push(file);
    }
    files.push((
        format!("{folder}.rs"),
        Content::Index {
            path,
            children: module.children,
            files: modules,
        },
    ));
    files
}

/// Where definitions are.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// When their file is there.
    presence: &'a Presence,
    scope: Scope<'a>,
}

/// The types that a file imports, by the feature that they need. A glob of all types in every file would cost a compiler a
/// tenth of its time.
#[derive(Default)]
struct Imports<'a>(BTreeMap<Option<&'a str>, BTreeSet<&'a str>>);

impl<'a> Imports<'a> {
    fn add(&mut self, place: Place<'a>, item: &ItemType, feature: Option<&'a str>) {
        if let Some(name) = place.scope.import(item) {
            self.0.entry(feature).or_default().insert(name);
        }
    }

    /// Imports what is not the file's own.
    fn tokens(&self, own: &BTreeSet<&str>) -> TokenStream {
        let imports = self.0.iter().filter_map(|(feature, names)| {
            let names: Vec<_> = names.difference(own).map(|name| ident(name)).collect();
            let when = feature.map(ast::feature);
            (!names.is_empty()).then(|| quote!(#when use super::{#(#names),*};))
        });
        imports.collect()
    }
}

/// What something is for, its name in the reference, and where to read on.
fn description(api: &Api, description: &str, page: &str, name: &str) -> String {
    let doc = docs::rustdoc(api.version, page, description);
    let name = format!("`{name}`");
    let reference = docs::reference(api.version, &name, page).unwrap_or(name);
    let gap = if doc.is_empty() { "" } else { "\n\n" };
    format!("{doc}{gap}{reference}")
}

/// The base types of a type, nearest first.
fn bases(api: &Api, id: TypeId) -> impl Iterator<Item = TypeId> {
    std::iter::successors(api[id].base, |&base| api[base].base)
}

/// The names of all types that derive from a type.
fn descendants<'a>(api: &'a Api, id: TypeId, names: &mut Vec<&'a str>) {
    for &derived in &api[id].derived {
        names.push(api[derived].name.as_str());
        descendants(api, derived, names);
    }
}
