//! The resolved API that emitters read: every name has a definition or is [`ItemType::Unknown`] with its reason.
//!
//! Comes in: nothing; these are the types. Only [`crate::resolve`] makes an [`Api`], of pages, metadata or both, and
//! [`crate::slice`] a part of one, so that an emitter can index with the ids in it and needs no `Option` where the documents
//! left none.
//! Invariants: `types`, `enums` and `operations` are sorted by name (operations by path, then method) and hold no name
//! twice, in any case; base types form no cycle; `members` never repeats what a base type declares; the parameters of
//! a path have distinct names; a base type's id may be larger or smaller than that of its derived types.

use std::{ops::Index, sync::Arc};

use crate::ir::{ApiVersion, Method, PermissionKind, Primitive, TypeName};

/// Everything that one version of the reference says, resolved.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Api {
    /// The version that the pages describe.
    pub version: ApiVersion,
    /// Entity and complex types, by qualified name.
    pub types: Vec<StructuredType>,
    /// Enumeration types, by qualified name.
    pub enums: Vec<EnumType>,
    /// One entry for each documented method and path, by path, then method.
    pub operations: Vec<Operation>,
    /// Entity sets and singletons: the first segments of the paths, by name.
    pub roots: Vec<Root>,
    /// Bound and unbound actions and functions that the operations call or metadata declares, by name, then binding type.
    pub callables: Vec<Callable>,
}

/// Index of a [`StructuredType`] in [`Api::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(crate) u32);

/// Index of an [`EnumType`] in [`Api::enums`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumId(pub(crate) u32);

/// Index of a [`Callable`] in [`Api::callables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallableId(pub(crate) u32);

impl TypeId {
    /// The position in [`Api::types`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl EnumId {
    /// The position in [`Api::enums`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl CallableId {
    /// The position in [`Api::callables`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Index<TypeId> for Api {
    type Output = StructuredType;

    fn index(&self, id: TypeId) -> &StructuredType {
        &self.types[id.index()]
    }
}

impl Index<EnumId> for Api {
    type Output = EnumType;

    fn index(&self, id: EnumId) -> &EnumType {
        &self.enums[id.index()]
    }
}

impl Index<CallableId> for Api {
    type Output = Callable;

    fn index(&self, id: CallableId) -> &Callable {
        &self.callables[id.index()]
    }
}

impl Api {
    /// The ids of all structured types, in order.
    pub fn type_ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.types.len() as u32).map(TypeId)
    }

    /// The ids of all enumeration types, in order.
    pub fn enum_ids(&self) -> impl Iterator<Item = EnumId> + use<> {
        (0..self.enums.len() as u32).map(EnumId)
    }

    /// `id` and its base types, nearest first.
    pub fn lineage(&self, id: TypeId) -> impl Iterator<Item = &StructuredType> {
        std::iter::successors(Some(&self[id]), |ty| ty.base.map(|base| &self[base]))
    }

    /// All members of a type: those of its most distant base type first, its own last.
    pub fn all_members(&self, id: TypeId) -> Vec<&Member> {
        let mut lineage: Vec<_> = self.lineage(id).collect();
        lineage.reverse();
        lineage.into_iter().flat_map(|ty| &ty.members).collect()
    }

    /// Whether `id` is `ancestor` or derives from it.
    pub fn derives_from(&self, id: TypeId, ancestor: TypeId) -> bool {
        std::iter::successors(Some(id), |&id| self[id].base).any(|id| id == ancestor)
    }

    /// The type with this qualified name, in any case.
    pub fn find_type(&self, name: &str) -> Option<TypeId> {
        // Sorted by lower-cased name, see `resolve`.
        self.types
            .binary_search_by(|ty| ty.name.compare_keys(name))
            .ok()
            .map(|at| TypeId(at as u32))
    }

    /// The enumeration type with this qualified name, in any case.
    pub fn find_enum(&self, name: &str) -> Option<EnumId> {
        self.enums
            .binary_search_by(|ty| ty.name.compare_keys(name))
            .ok()
            .map(|at| EnumId(at as u32))
    }
}

/// The page and the line that a definition comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Path of the page below the version's folder, with `/`: `resources/user.md`; the name of the metadata document for
    /// what only that tells.
    pub page: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

/// What a page says about the end of something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deprecation {
    /// When it stops returning data, as an ISO 8601 date, if the page says so.
    pub date: Option<String>,
    /// The name to use instead, if the page says so.
    pub use_instead: Option<String>,
}

/// Whether instances have an identity (CSDL 4.0, sections 6 and 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// Has a key, and can be linked to.
    Entity,
    /// A value inside of something else.
    Complex,
}

/// An entity type or a complex type.
#[derive(Clone, Debug)]
pub struct StructuredType {
    /// Qualified name.
    pub name: TypeName,
    /// Entity or complex.
    pub kind: TypeKind,
    /// The type it derives from.
    pub base: Option<TypeId>,
    /// A base type that its pages state, but that derives from it.
    pub cyclic_base: Option<TypeId>,
    /// The types that directly derive from it, in order.
    pub derived: Vec<TypeId>,
    /// No instance has exactly this type.
    pub is_abstract: bool,
    /// Instances may have members beyond the declared ones.
    pub is_open: bool,
    /// The entity itself is a stream of bytes with properties.
    pub has_stream: bool,
    /// Names of the key properties declared here; empty on complex types and where a base type declares the key.
    pub key: Vec<String>,
    /// Own members in page order: properties, then navigation properties; none of the base types'.
    pub members: Vec<Member>,
    /// What it is for, as CommonMark; may be empty.
    pub description: Text,
    /// Set if its page calls it deprecated.
    pub deprecated: Option<Deprecation>,
    /// The page that describes it.
    pub source: Source,
}

/// A property or a navigation property.
#[derive(Clone, Debug)]
pub struct Member {
    /// Name on the wire.
    pub name: String,
    /// Property or navigation property.
    pub kind: MemberKind,
    /// Its type.
    pub ty: Type,
    /// `Some(false)` if the page says that it is never null, `Some(true)` if it may be, `None` if it does not say.
    pub nullable: Option<bool>,
    /// The service sets it; a request must not.
    pub read_only: bool,
    /// Whether a request that creates the entity must set it, where the page says so.
    pub required: bool,
    /// The value it has when a request does not set it, as written.
    pub default: Option<String>,
    /// The description warns that the value is a secret.
    pub secret: bool,
    /// CommonMark; may be empty.
    pub description: Text,
    /// Set if the page calls it deprecated.
    pub deprecated: Option<Deprecation>,
    /// The row that declares it.
    pub source: Source,
}

/// Which of the two tables a member stands in (CSDL 4.0, sections 7 and 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A value of its own.
    Property,
    /// A link to other entities, loaded on demand; `contained` if they live inside this one.
    Navigation {
        /// The targets' lifetime is this entity's.
        contained: bool,
    },
}

/// A type as used by a member, parameter or body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// The type of one item.
    pub item: ItemType,
    /// Many of them.
    pub collection: bool,
}

impl Type {
    /// One value of `item`.
    pub fn single(item: ItemType) -> Self {
        Self {
            item,
            collection: false,
        }
    }
}

/// The type of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ItemType {
    /// An `Edm` type.
    Primitive(Primitive),
    /// An entity or complex type.
    Structured(TypeId),
    /// An enumeration type.
    Enum(EnumId),
    /// What the page says, and why it stands for nothing; any JSON value to an emitter.
    Unknown {
        /// As written, without Markdown.
        text: String,
        /// One clause: `no page describes it`.
        reason: &'static str,
    },
}

/// An enumeration type (CSDL 4.0, section 10).
#[derive(Clone, Debug)]
pub struct EnumType {
    /// Qualified name.
    pub name: TypeName,
    /// Members in the order of the page; no name twice.
    pub members: Vec<EnumMember>,
    /// Several members at once are a value.
    pub is_flags: bool,
    /// CommonMark; may be empty.
    pub description: Text,
    /// Set if its page calls it deprecated.
    pub deprecated: Option<Deprecation>,
    /// The heading or first mention.
    pub source: Source,
}

/// One member of an enumeration.
#[derive(Clone, Debug)]
pub struct EnumMember {
    /// Name on the wire; not always an identifier.
    pub name: String,
    /// Its number, where the page gives one.
    pub value: Option<i64>,
    /// Sent only to clients that ask with `Prefer: include-unknown-enum-members`.
    pub prefer_only: bool,
    /// CommonMark; may be empty.
    pub description: Text,
}

/// A description: CommonMark on one or several lines, links relative to the page it is from, HTML comments removed.
pub type Text = String;

/// What a first path segment stands for (CSDL 4.0, sections 13.2 and 13.3).
#[derive(Clone, Debug)]
pub struct Root {
    /// The segment: `users`, `deviceManagement`.
    pub name: String,
    /// A collection of entities, or one entity.
    pub is_singleton: bool,
    /// The entity type; `None` where no page tells.
    pub ty: Option<TypeId>,
}

/// An action or function in CSDL's sense: what it binds to, its parameters, what it returns (CSDL 4.0, section 12).
#[derive(Clone, Debug)]
pub struct Callable {
    /// Qualified name.
    pub name: TypeName,
    /// Action (has side effects) or function.
    pub is_function: bool,
    /// The type of the value that it is called on, if any.
    pub binding: Option<Type>,
    /// Parameters without the binding parameter, in page order.
    pub parameters: Vec<Parameter>,
    /// What comes back, if anything.
    pub returns: Option<Type>,
    /// CommonMark; may be empty.
    pub description: Text,
    /// The page that describes it.
    pub source: Source,
}

/// A method on a path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path below the version segment.
    pub path: Path,
    /// What kind of request it is.
    pub kind: OperationKind,
    /// The action or function that it calls, if it calls one that has a name in CSDL.
    pub calls: Option<CallableId>,
    /// Unique among all operations of the api: `users_id_messages_list`. Made of nothing but the path and the method, so
    /// that it stays when types are resolved in another way; where the path ends with the name of many, not of a call,
    /// `get` is `list` and `post` is `create`.
    pub id: String,
    /// What its page says; shared by all operations of that page.
    pub page: Arc<OperationPage>,
    /// The request line, or the example.
    pub source: Source,
    /// What shows it.
    pub witness: Witness,
    /// Other pages that document the same method and path, in order.
    pub also: Vec<Source>,
}

/// What shows that there is an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// A request line.
    RequestLine,
    /// An example alone: it goes another way to what a request line of its page reaches.
    Example,
    /// Metadata: what it declares can be reached so (see [`crate::resolve`]).
    Metadata,
}

/// What a request does, in the words of the reference pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// GET of a collection.
    List,
    /// GET of one entity, or of one property of it.
    Get,
    /// POST to a collection.
    Create,
    /// PATCH.
    Update,
    /// PATCH of an alternate key that creates what is not there.
    Upsert,
    /// PUT of an entity.
    Replace,
    /// DELETE.
    Delete,
    /// POST or PUT of a `$ref`.
    AddReference,
    /// DELETE of a `$ref`.
    RemoveReference,
    /// GET of a `$ref`.
    ListReferences,
    /// GET of a `$count`.
    Count,
    /// GET of bytes: `$value`, a stream property, a photo.
    Download,
    /// PUT or PATCH of bytes.
    Upload,
    /// GET of what changed since last time.
    Delta,
    /// POST of a bound or unbound action with this name.
    Action(String),
    /// GET (rarely POST) of a function with this name.
    Function(String),
}

impl OperationKind {
    /// What it is called: `list`, `add reference`; an action or function by its name.
    pub fn words(&self) -> &str {
        match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Create => "create",
            Self::Update => "update",
            Self::Upsert => "upsert",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::AddReference => "add reference",
            Self::RemoveReference => "remove reference",
            Self::ListReferences => "list references",
            Self::Count => "count",
            Self::Download => "download",
            Self::Upload => "upload",
            Self::Delta => "delta",
            Self::Action(name) | Self::Function(name) => name,
        }
    }
}

/// A path: what `/users/{id}/messages` means.
#[derive(Clone, Debug, Default)]
pub struct Path {
    /// The segments between the slashes; never empty.
    pub segments: Vec<Segment>,
    /// The placeholders in order; names are unique within the path, in lowerCamelCase.
    pub parameters: Vec<PathParameter>,
}

impl Path {
    /// The path with its placeholders by name: `/users/{userId}/messages`.
    pub fn template(&self) -> String {
        let mut out = String::new();
        for segment in &self.segments {
            out.push('/');
            for piece in &segment.pieces {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Parameter(at) => {
                        let name = self
                            .parameters
                            .get(*at)
                            .map_or("", |parameter| &parameter.name);
                        out.push('{');
                        out.push_str(name);
                        out.push('}');
                    }
                }
            }
        }
        out
    }
}

/// One piece of a path between two slashes.
#[derive(Clone, Debug)]
pub struct Segment {
    /// What it stands for.
    pub kind: SegmentKind,
    /// Its text, with the placeholders taken out.
    pub pieces: Vec<Piece>,
    /// The type of what the path selects up to here, where it is known.
    pub ty: Option<Type>,
}

impl Segment {
    /// Its text with `{}` for each placeholder: what two segments have in common if they differ in names alone.
    pub fn shape(&self) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Parameter(_) => "{}",
        });
        pieces.collect()
    }

    /// The name that it begins with, without a key or arguments in parentheses; `None` if it begins with a placeholder.
    pub fn name(&self) -> Option<&str> {
        match self.pieces.first()? {
            Piece::Text(text) => text.split('(').next().filter(|name| !name.is_empty()),
            Piece::Parameter(_) => None,
        }
    }
}

/// Text or a placeholder within a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it goes over the wire.
    Text(String),
    /// Index into [`Path::parameters`].
    Parameter(usize),
}

/// What a segment stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// An entity set, singleton or member, by name.
    Name,
    /// The key of one entity of the collection before it.
    Key,
    /// A cast to a derived type.
    Cast(TypeName),
    /// A bound or unbound action or function by name, with the arguments in parentheses if it has any.
    Call(String),
    /// `$ref`, `$value`, `$count`.
    System,
    /// `root:`, `{item-path}:` and the like: a file path between colons.
    ItemPath,
}

/// A placeholder of a path.
#[derive(Clone, Debug)]
pub struct PathParameter {
    /// Unique within the path, lowerCamelCase: `userId`.
    pub name: String,
    /// As the page writes it between the braces: `id | userPrincipalName`.
    pub documented: String,
    /// `documented` is a value that the page has copied from an example.
    pub is_sample: bool,
    /// Its type; a string if the page does not say.
    pub ty: Type,
    /// Stands between quotes, as OData string literals do.
    pub quoted: bool,
    /// May hold slashes (a file path).
    pub multi_segment: bool,
    /// CommonMark; may be empty.
    pub description: Text,
}

/// What one operation page says about its requests.
#[derive(Clone, Debug, Default)]
pub struct OperationPage {
    /// Title of the page: `List deviceRunStates`.
    pub title: String,
    /// First paragraph; CommonMark.
    pub description: Text,
    /// Set if the page says so.
    pub deprecated: Option<Deprecation>,
    /// Who may call it; one set for each permissions table.
    pub permissions: Vec<PermissionSet>,
    /// OData query options and other query parameters that it takes.
    pub query: Vec<Parameter>,
    /// Request headers, without `Authorization` and `Content-Type`.
    pub headers: Vec<Parameter>,
    /// Parameters of a function.
    pub function_parameters: Vec<Parameter>,
    /// What a request carries.
    pub body: Option<RequestBody>,
    /// Documented answers, success first; may be empty.
    pub responses: Vec<Response>,
    /// Requests and responses as the page shows them.
    pub examples: Vec<Arc<Example>>,
    /// Path below the version's folder: `api/user-list.md`; of an operation that metadata implies, the name of the document
    /// and the id of the operation: `metadata.xml#users_list`.
    pub page: Arc<str>,
}

impl OperationPage {
    /// What comes back if all goes well: the first answer with a status from 200 to 299, if the page tells one.
    pub fn success(&self) -> Option<&Response> {
        let mut responses = self.responses.iter();
        responses.find(|response| (200..300).contains(&response.status))
    }
}

/// A named parameter of a query, header, function or action.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Name on the wire: `$filter`, `If-Match`, `startDateTime`.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// `None` if the page does not say.
    pub required: Option<bool>,
    /// CommonMark; may be empty.
    pub description: Text,
    /// The row that declares it.
    pub source: Source,
}

/// One permissions table: which permissions suffice, least privileged first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet {
    /// The heading above the table, where a page has several.
    pub title: Option<String>,
    /// Alternatives per kind; a kind that is missing here is not mentioned by the page.
    pub kinds: Vec<(PermissionKind, Vec<PermissionAlternative>)>,
}

/// Permissions that are needed together; nearly always one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PermissionAlternative {
    /// Names such as `User.Read.All`.
    pub all_of: Vec<String>,
    /// Granted by the owner of a resource rather than by an administrator (marked with `*`).
    pub resource_specific: bool,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub enum RequestBody {
    /// A JSON representation of this type; `members` are the ones that the page lists, in order.
    Object {
        /// The type of the object.
        ty: Type,
        /// Names and whether the page calls them required.
        members: Vec<BodyMember>,
    },
    /// The parameters of an action as a JSON object.
    Parameters(Vec<Parameter>),
    /// `{"@odata.id": …}`.
    Reference,
    /// Bytes, with the media type where the page tells.
    Stream {
        /// Such as `image/jpeg`.
        media_type: Option<String>,
    },
    /// JSON of a shape that the page does not tell.
    Unknown,
}

/// A property that a page lists for a request body.
#[derive(Clone, Debug)]
pub struct BodyMember {
    /// Name on the wire.
    pub name: String,
    /// The type that this page gives it.
    pub ty: Type,
    /// `None` if the page does not say.
    pub required: Option<bool>,
    /// CommonMark; may be empty.
    pub description: Text,
}

/// A documented answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// What it carries.
    pub body: ResponseBody,
    /// The sentence that says so; CommonMark.
    pub description: Text,
}

/// What an answer carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseBody {
    /// Nothing.
    Empty,
    /// One value; an entity comes bare, a primitive or complex value as `{"value": …}` does where OData says so.
    Value(Type),
    /// `{"value": [ … ]}` of this item type, in pages.
    Collection(Type),
    /// Bytes.
    Stream,
    /// JSON of a shape that the page does not tell.
    Unknown,
}

/// A request and the answer to it, as a page shows them.
#[derive(Clone, Debug)]
pub struct Example {
    /// The name in the annotation.
    pub name: Option<String>,
    /// The heading: `Example 1: …`.
    pub title: Option<String>,
    /// The request.
    pub request: Option<HttpMessage>,
    /// The answer.
    pub response: Option<HttpMessage>,
}

/// An HTTP message as a page shows it (RFC 9112).
#[derive(Clone, Debug)]
pub struct HttpMessage {
    /// `GET https://…` or `HTTP/1.1 200 OK`.
    pub start_line: StartLine,
    /// Headers in page order.
    pub headers: Vec<(String, String)>,
    /// Body as written; may be empty.
    pub body: String,
    /// The fence.
    pub source: Source,
}

/// The first line of an HTTP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartLine {
    /// Method and URL as written.
    Request(Method, String),
    /// Status code.
    Status(u16),
}

impl StartLine {
    /// The method of a request.
    pub fn method(&self) -> Option<Method> {
        match self {
            Self::Request(method, _) => Some(*method),
            Self::Status(_) => None,
        }
    }

    /// The status code of an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Request(..) => None,
            Self::Status(status) => Some(*status),
        }
    }
}
