//! Everything that rules may look at.
//!
//! Comes in: a [`Subject`]: compiled versions and what lies beside them. Goes out: a [`World`] that borrows it: files with
//! ids, and indexes that several rules share, each made when the first rule asks for it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    apidoctor::{self, ApiDoctor},
    beside::{self, Beside, TextFile},
    files::{FileId, Files},
    finding::Place,
    generated::Generated,
    links::Repository,
    names::{self, ShortNames},
    openapi::{self, OpenApi},
    page,
    permissions::Permissions,
    settings::Settings,
};
use crate::{
    Compilation,
    api::{Api, ItemType, Operation, Source},
    csdl,
    docs::DocsTree,
    facts::{self, Claim, Fact, PageFacts, PageId, PageKind},
    generate,
    ir::{ApiVersion, TypeName},
    model::{FactId, Model},
    route::Router,
    sections::{Page, Section},
    span::ByteRange,
    vocabulary::{Column, Vocabulary},
};

/// What is to be checked.
#[derive(Debug, Default)]
pub struct Subject {
    /// The versions, stable first.
    pub compilations: Vec<Compilation>,
    /// The folder that the pages of each version lie in.
    pub folders: BTreeMap<ApiVersion, PathBuf>,
    /// What lies beside the pages.
    pub beside: Beside,
    /// The words of the pages.
    pub vocabulary: Vocabulary,
    /// The same documents at an earlier time, to tell what changed.
    pub before: Option<Box<Subject>>,
}

/// A subject, ready for rules.
#[derive(Debug)]
pub struct World<'a> {
    /// All files.
    pub files: Files,
    /// The versions, stable first.
    pub versions: Vec<Version<'a>>,
    /// What lies beside the pages.
    pub beside: &'a Beside,
    /// The files of what lies beside.
    pub beside_files: BesideFiles,
    /// The words of the pages.
    pub vocabulary: &'a Vocabulary,
    /// The same documents at an earlier time; nothing if there are none to compare with.
    pub before: Vec<Version<'a>>,
    repository: OnceLock<Repository>,
    permissions: OnceLock<Option<Permissions>>,
    generated: OnceLock<Generated<'a>>,
    openapi: OnceLock<BTreeMap<ApiVersion, OpenApi>>,
}

/// The ids of the files beside the pages.
#[derive(Debug, Default)]
pub struct BesideFiles {
    /// The permissions reference.
    pub permissions: Option<FileId>,
    /// The tables of contents.
    pub contents: BTreeMap<ApiVersion, FileId>,
    /// The change log, in the order of [`Beside::changelog`].
    pub changelog: Vec<FileId>,
    /// The redirections.
    pub redirections: Option<FileId>,
    /// The OpenAPI documents.
    pub openapi: BTreeMap<ApiVersion, FileId>,
    /// The generated files, in the order of [`Beside::generated`].
    pub generated: Vec<FileId>,
}

/// One version of the api.
#[derive(Debug)]
pub struct Version<'a> {
    /// What was compiled.
    pub compilation: &'a Compilation,
    /// The folder that its pages lie in.
    pub folder: Option<&'a Path>,
    /// A page right in this folder, told from the root.
    pub(super) page_from_root: Option<String>,
    /// The file of its metadata document.
    pub metadata_file: Option<FileId>,
    first_page: FileId,
    paths: OnceLock<FxHashMap<&'a str, PageId>>,
    router: OnceLock<Router<'a>>,
    operations: OnceLock<FxHashMap<&'a str, Vec<&'a Operation>>>,
    declared: OnceLock<Declared<'a>>,
    short_names: OnceLock<ShortNames>,
    described: OnceLock<Vec<(&'a TypeName, ItemType)>>,
    listed: OnceLock<FxHashMap<PageId, Vec<FactId>>>,
    in_tables: OnceLock<FxHashSet<PageId>>,
    capitals: OnceLock<FxHashMap<String, PageId>>,
    namespaces: OnceLock<FxHashSet<String>>,
}

/// What a metadata document declares, by lower-cased qualified name.
#[derive(Debug, Default)]
pub struct Declared<'a> {
    /// Entity and complex types.
    pub types: FxHashMap<String, &'a csdl::StructuredType>,
    /// Enumeration types.
    pub enums: FxHashMap<String, &'a csdl::EnumType>,
    names: FxHashMap<String, TypeName>,
    type_names: Vec<DeclaredName<'a>>,
    enum_names: Vec<DeclaredName<'a>>,
}

/// What something is called, and where the document says so.
pub type DeclaredName<'a> = (TypeName, &'a csdl::Name);

impl<'a> Declared<'a> {
    /// The names of all entity and complex types, sorted.
    pub fn type_names(&self) -> &[DeclaredName<'a>] {
        &self.type_names
    }

    /// The names of all enumerations, sorted.
    pub fn enum_names(&self) -> &[DeclaredName<'a>] {
        &self.enum_names
    }

    /// Where the document declares the type or the enumeration with this key.
    pub fn place(&self, key: &str) -> Option<ByteRange> {
        let ty = self.types.get(key).map(|ty| ty.name.at);
        ty.or_else(|| self.enums.get(key).map(|ty| ty.name.at))
    }

    /// The name of a type, an enumeration or a type definition as the document spells it.
    pub fn name(&self, key: &str) -> Option<&TypeName> {
        self.names.get(key)
    }
}

impl Subject {
    /// The same, with ApiDoctor's own configuration where the settings ask for it.
    ///
    /// # Errors
    /// If that configuration is damaged.
    pub fn prepared(
        tree: DocsTree,
        mut vocabulary: Vocabulary,
        settings: &mut Settings,
    ) -> Result<Self, apidoctor::Error> {
        let first = tree.folders.values().next();
        let Some(folder) = first.filter(|_| settings.reads_apidoctor()) else {
            return Ok(Self::of(tree, vocabulary));
        };
        let apidoctor = ApiDoctor::read(&beside::root(folder), tree.folders.values())?;
        apidoctor.extend(&mut vocabulary);
        apidoctor.apply(settings);
        let mut subject = Self::of(tree, vocabulary);
        subject.beside.ignored_links = apidoctor.links.into_iter().collect();
        Ok(subject)
    }

    /// Compiles all versions of a tree, and reads what lies beside its pages.
    pub fn of(tree: DocsTree, vocabulary: Vocabulary) -> Self {
        let folders = tree.folders.clone();
        let (compilations, beside) = rayon::join(
            || generate::compile_to_compare(tree, &vocabulary),
            || Beside::read(&folders),
        );
        Self {
            compilations,
            folders,
            beside,
            vocabulary,
            before: None,
        }
    }
}

impl<'a> World<'a> {
    /// Gives ids to all files of a subject; their paths are told from `base`.
    pub fn new(subject: &'a Subject, base: &Path) -> Self {
        let beside = &subject.beside;
        let mut files = Files::default();
        let versions = versions(subject, base, &mut files);
        let mut add =
            |file: &TextFile| files.add(file.path.clone(), base, &beside.root, file.text.clone());
        let beside_files = BesideFiles {
            permissions: beside.permissions.as_ref().map(&mut add),
            contents: by_version(&beside.contents, &mut add),
            changelog: beside.changelog.iter().map(&mut add).collect(),
            redirections: beside.redirections.as_ref().map(&mut add),
            openapi: by_version(&beside.openapi, &mut add),
            generated: beside.generated.iter().map(&mut add).collect(),
        };
        let before = subject.before.as_deref();
        let before = before.map(|before| self::versions(before, base, &mut files));
        Self {
            files,
            versions,
            beside,
            beside_files,
            vocabulary: &subject.vocabulary,
            before: before.unwrap_or_default(),
            repository: OnceLock::new(),
            permissions: OnceLock::new(),
            generated: OnceLock::new(),
            openapi: OnceLock::new(),
        }
    }

    /// The files that links may lead to.
    pub fn repository(&self) -> &Repository {
        self.repository
            .get_or_init(|| Repository::read(&self.beside.root))
    }

    /// What the permissions reference lists, if there is one.
    pub fn permissions(&self) -> Option<&Permissions> {
        self.permissions
            .get_or_init(|| Permissions::of(self))
            .as_ref()
    }

    /// Adds a file that findings may point at, such as a baseline.
    pub fn add_file(&mut self, location: PathBuf, base: &Path, text: &str) -> FileId {
        self.files
            .add(location, base, &self.beside.root, text.into())
    }

    /// The page that a file is, if it is one.
    pub fn page_of(&self, file: FileId) -> Option<(&Version<'a>, PageId)> {
        self.versions.iter().find_map(|version| {
            let id = PageId(file.0.checked_sub(version.first_page.0)?);
            let is_page = id.index() < version.compilation.pages.len();
            is_page.then_some((version, id))
        })
    }

    /// The version of that name, if it is there.
    pub fn version(&self, version: ApiVersion) -> Option<&Version<'a>> {
        self.versions
            .iter()
            .find(|it| it.compilation.version == version)
    }

    /// Another version than that of that name, if one is there.
    pub fn other_than(&self, version: ApiVersion) -> Option<&Version<'a>> {
        let mut others = self.versions.iter();
        others.find(|it| it.compilation.version != version)
    }

    /// The OpenAPI document of a version.
    pub fn openapi(&self, version: ApiVersion) -> Option<&OpenApi> {
        let (files, ids) = (&self.beside.openapi, &self.beside_files.openapi);
        let read = self.openapi.get_or_init(|| openapi::read_all(files, ids));
        read.get(&version)
    }

    /// What the generated crates define.
    pub fn generated(&self) -> &Generated<'a> {
        let ids = &self.beside_files.generated;
        self.generated
            .get_or_init(|| Generated::read(&self.beside.generated, ids))
    }

    /// The version of that name as it was before.
    pub fn before(&self, version: ApiVersion) -> Option<&Version<'a>> {
        let mut before = self.before.iter();
        before.find(|it| it.compilation.version == version)
    }
}

impl<'a> Version<'a> {
    /// The resolved api.
    pub fn api(&self) -> &'a Api {
        &self.compilation.api
    }

    /// The claims by symbol.
    pub fn model(&self) -> &'a Model {
        &self.compilation.model
    }

    /// What each page claims.
    pub fn facts(&self) -> &'a [PageFacts] {
        &self.compilation.facts
    }

    /// The file of a page.
    pub fn file(&self, page: PageId) -> FileId {
        FileId(self.first_page.0 + page.0)
    }

    /// A page.
    pub fn page(&self, id: PageId) -> &'a Page {
        &self.compilation.pages[id.index()].1
    }

    /// The page with this path below the version's folder.
    pub fn page_by_path(&self, path: &str) -> Option<PageId> {
        let pages = self.paths.get_or_init(|| {
            let pages = self.compilation.pages.iter().zip(0..);
            pages
                .map(|((_, page), at)| (&*page.path, PageId(at)))
                .collect()
        });
        pages.get(path).copied()
    }

    /// The pages whose paths have capitals, by the path without them.
    fn capitals(&self) -> &FxHashMap<String, PageId> {
        self.capitals.get_or_init(|| {
            let pages = self.compilation.pages.iter().enumerate();
            let has_capitals = |path: &str| path.bytes().any(|byte| byte.is_ascii_uppercase());
            pages
                .filter(|(_, (_, page))| has_capitals(&page.path))
                .map(|(at, (_, page))| (page.path.to_lowercase(), PageId(at as u32)))
                .collect()
        })
    }

    /// The page that a link on another one leads to, whatever the case of its path.
    pub fn target(&self, from: PageId, target: &str) -> Option<PageId> {
        let path = facts::join(&self.page(from).path, target);
        let page = self.page_by_path(&path);
        page.or_else(|| {
            let folded = path.to_lowercase();
            let page = self.page_by_path(&folded);
            page.or_else(|| self.capitals().get(&folded).copied())
        })
    }

    /// A place on a page.
    pub fn at(&self, page: PageId, at: ByteRange, label: impl Into<String>) -> Place {
        Place::new(self.file(page), at, label)
    }

    /// The place of a fact.
    pub fn fact(&self, fact: &Fact, label: impl Into<String>) -> Place {
        self.at(fact.page, fact.at, label)
    }

    /// A place in the metadata document.
    pub fn metadata_at(&self, at: ByteRange, label: impl Into<String>) -> Option<Place> {
        Some(Place::new(self.metadata_file?, at, label))
    }

    /// The place of the name in the row that a fact was read from; of the whole fact, if it is no row.
    pub fn name_of(&self, world: &World, fact: &Fact, label: impl Into<String>) -> Place {
        let page = self.page(fact.page);
        let name = page::row_at(world, page, fact.at).map(|row| row.name(page));
        self.at(fact.page, name.unwrap_or(fact.at), label)
    }

    /// The place of the cell in a column of the row that a fact was read from.
    pub fn cell_of(&self, world: &World, fact: &Fact, column: Column) -> Option<ByteRange> {
        let row = page::row_at(world, self.page(fact.page), fact.at)?;
        row.cell(column).filter(|cell| !cell.is_empty())
    }

    /// A line of a page, without the blanks around it.
    pub fn line(&self, source: &Source) -> Option<(PageId, ByteRange)> {
        let id = self.page_by_path(&source.page)?;
        let text = &self.page(id).text;
        let mut lines = text.split_inclusive('\n');
        let before = lines.by_ref().take(source.line.checked_sub(1)? as usize);
        let start: usize = before.map(str::len).sum();
        let line = lines.next()?;
        Some((id, ByteRange::new(start, start + line.len()).trim(text)))
    }

    /// Where a type is described: on its page, else in the metadata document.
    pub fn type_at(&self, name: &str, label: impl Into<String>) -> Option<Place> {
        let key = name.to_ascii_lowercase();
        let pages = self.model().types.get(&key).map(|it| &it.pages);
        let pages = pages.or_else(|| self.model().enums.get(&key).map(|it| &it.pages));
        if let Some(fact) = pages.and_then(|pages| pages.first()) {
            return Some(self.fact(fact.of(self.facts()), label));
        }
        self.metadata_at(self.declared().place(&key)?, label)
    }

    /// Where a member of a type is described: in a row of its page, else in the metadata document.
    pub fn member_at(
        &self,
        world: &World,
        ty: &str,
        member: &str,
        label: impl Into<String>,
    ) -> Option<Place> {
        let key = ty.to_ascii_lowercase();
        let members = self.model().types.get(&key).map(|it| &it.members);
        let mut members = members.into_iter().flatten();
        let row = members
            .find(|it| it.name.eq_ignore_ascii_case(member))
            .and_then(|it| it.rows.first());
        if let Some(row) = row {
            return Some(self.name_of(world, row.of(self.facts()), label));
        }
        let ty = self.declared().types.get(&key)?;
        let name = ty
            .member_names()
            .find(|name| name.text.eq_ignore_ascii_case(member))?;
        self.metadata_at(name.at, label)
    }

    /// The operations by requests.
    pub fn router(&self) -> &Router<'a> {
        self.router.get_or_init(|| Router::new(self.api()))
    }

    /// The operations that a page documents, by path, then method.
    pub fn operations_of(&self, page: &str) -> &[&'a Operation] {
        let by_page = self.operations.get_or_init(|| {
            let mut by_page: FxHashMap<&str, Vec<&Operation>> = FxHashMap::default();
            for operation in &self.api().operations {
                let page = &*operation.page.page;
                by_page.entry(page).or_default().push(operation);
            }
            by_page
        });
        by_page.get(page).map(Vec::as_slice).unwrap_or_default()
    }

    /// Types and enumerations by their names without namespaces.
    pub fn short_names(&self) -> &ShortNames {
        self.short_names.get_or_init(|| ShortNames::of(self.api()))
    }

    /// The types and enumerations that something describes.
    pub(super) fn described(&self) -> &[(&'a TypeName, ItemType)] {
        self.described.get_or_init(|| names::described(self))
    }

    /// Whether something that is described has this namespace, in lower case.
    pub fn has_namespace(&self, namespace: &str) -> bool {
        let namespaces = self.namespaces.get_or_init(|| {
            let model = self.model();
            let types = model.types.iter().filter(|(_, ty)| !ty.pages.is_empty());
            let enums = model.enums.iter().filter(|(_, ty)| !ty.pages.is_empty());
            let keys = types.map(|(key, _)| key).chain(enums.map(|(key, _)| key));
            let declared = self.declared();
            keys.chain(declared.types.keys())
                .chain(declared.enums.keys())
                .filter_map(|key| Some(key.rsplit_once('.')?.0.to_owned()))
                .collect()
        });
        namespaces.contains(namespace)
    }

    /// The rows of tables of methods that lead to a page; nothing if there is no such table at all, as with pages that
    /// stand alone.
    pub fn listed(&self, page: PageId) -> Option<&[FactId]> {
        let listed = self.listed.get_or_init(|| methods_by_page(self));
        let of_page = listed.get(&page).map(Vec::as_slice).unwrap_or_default();
        (!listed.is_empty()).then_some(of_page)
    }

    /// Whether a row of any table on a page about resources leads to a page, whatever the table is about.
    pub fn is_in_table(&self, page: PageId) -> bool {
        self.in_tables
            .get_or_init(|| pages_in_tables(self))
            .contains(&page)
    }

    /// Whether paths may begin with a name, by the metadata document: an entity set, a singleton or an import. Nothing
    /// without one, or where it has no such roots at all.
    pub fn has_root(&self, name: &str) -> Option<bool> {
        let schemas = &self.compilation.metadata.as_ref()?.schemas;
        let containers = || {
            schemas
                .iter()
                .filter_map(|schema| schema.container.as_ref())
        };
        let roots = containers().flat_map(|it| &it.roots).map(|it| &it.name);
        let imports = containers().flat_map(|it| &it.imports).map(|it| &it.name);
        let mut names = roots.chain(imports).peekable();
        names.peek()?;
        Some(names.any(|known| known.text.eq_ignore_ascii_case(name)))
    }

    /// What the metadata document declares; nothing without one.
    pub fn declared(&self) -> &Declared<'a> {
        self.declared.get_or_init(|| {
            let mut declared = Declared::default();
            let metadata = self.compilation.metadata.as_ref();
            for schema in metadata.iter().flat_map(|it| &it.schemas) {
                for ty in &schema.types {
                    let name = schema.qualified(&ty.name);
                    declared.types.insert(name.key(), ty);
                    declared.type_names.push((name.clone(), &ty.name));
                    declared.names.insert(name.key(), name);
                }
                for ty in &schema.enums {
                    let name = schema.qualified(&ty.name);
                    declared.enums.insert(name.key(), ty);
                    declared.enum_names.push((name.clone(), &ty.name));
                    declared.names.insert(name.key(), name);
                }
                for ty in &schema.definitions {
                    let name = schema.qualified(&ty.name);
                    declared.names.insert(name.key(), name);
                }
            }
            declared.type_names.sort_by(|a, b| a.0.cmp(&b.0));
            declared.enum_names.sort_by(|a, b| a.0.cmp(&b.0));
            declared
        })
    }
}

/// The pages that tables on pages about resources lead to.
fn pages_in_tables(version: &Version) -> FxHashSet<PageId> {
    let mut found = FxHashSet::default();
    for (index, (_, page)) in version.compilation.pages.iter().enumerate() {
        let id = PageId(index as u32);
        match version.facts()[index].kind {
            PageKind::Resource | PageKind::Concept => {}
            PageKind::Operation | PageKind::Enumeration | PageKind::Include => continue,
        }
        for table in page.sections.iter().flat_map(Section::tables) {
            let links = page.links_in(table.range);
            found.extend(links.filter_map(|link| version.target(id, &link.target)));
        }
    }
    found
}

/// The rows of tables of methods, by the pages that they lead to.
fn methods_by_page(version: &Version) -> FxHashMap<PageId, Vec<FactId>> {
    let mut listed: FxHashMap<_, Vec<_>> = FxHashMap::default();
    for (page, of_page) in version.facts().iter().enumerate() {
        for (index, fact) in of_page.facts.iter().enumerate() {
            let Claim::Method { target, .. } = &fact.claim else {
                continue;
            };
            let id = FactId {
                page: PageId(page as u32),
                index: index as u32,
            };
            let target = target
                .as_deref()
                .and_then(|it| version.target(fact.page, it));
            if let Some(target) = target {
                listed.entry(target).or_default().push(id);
            }
        }
    }
    listed
}

/// The versions of a subject, with ids for their pages and metadata documents.
fn versions<'a>(subject: &'a Subject, base: &Path, files: &mut Files) -> Vec<Version<'a>> {
    let root = &subject.beside.root;
    let mut first_page = FileId(files.iter().count() as u32);
    let mut versions = Vec::new();
    for compilation in &subject.compilations {
        let mut add = |location, text: &Arc<str>| files.add(location, base, root, text.clone());
        let folder = subject.folders.get(&compilation.version);
        let below = folder.map_or(Path::new(""), PathBuf::as_path);
        for (_, page) in &compilation.pages {
            add(location(below, &page.path), &page.text);
        }
        let metadata = compilation.metadata.as_ref();
        let metadata_file = metadata.map(|file| add(PathBuf::from(&*file.path), &file.text));
        versions.push(Version {
            compilation,
            folder: folder.map(PathBuf::as_path),
            page_from_root: folder.and_then(|folder| page_from_root(folder, root)),
            metadata_file,
            first_page,
            paths: OnceLock::new(),
            router: OnceLock::new(),
            operations: OnceLock::new(),
            declared: OnceLock::new(),
            short_names: OnceLock::new(),
            described: OnceLock::new(),
            listed: OnceLock::new(),
            in_tables: OnceLock::new(),
            capitals: OnceLock::new(),
            namespaces: OnceLock::new(),
        });
        let count = compilation.pages.len() + usize::from(metadata_file.is_some());
        first_page = FileId(first_page.0 + count as u32);
    }
    versions
}

/// A page right in a folder, as links told from the root would name it; nothing, if the folder is not below the root.
fn page_from_root(folder: &Path, root: &Path) -> Option<String> {
    let folder = folder.strip_prefix(root).ok()?.to_str()?;
    Some(format!("{}/_", folder.replace('\\', "/")))
}

/// The same map with the id of each file.
fn by_version(
    files: &BTreeMap<ApiVersion, TextFile>,
    add: &mut impl FnMut(&TextFile) -> FileId,
) -> BTreeMap<ApiVersion, FileId> {
    files
        .iter()
        .map(|(&version, file)| (version, add(file)))
        .collect()
}

/// Where a page lies; shared includes begin with `../`.
fn location(folder: &Path, page: &str) -> PathBuf {
    match (page.strip_prefix("../"), folder.parent()) {
        (Some(rest), Some(parent)) => parent.join(rest),
        _ => folder.join(page),
    }
}
