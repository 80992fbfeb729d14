//! CSDL 4.0 XML as a source: the metadata document of a service.
//!
//! Comes in: the path and the text of a document, as a service sends it for `$metadata`. Goes out: [`Metadata`], the
//! elements of the document in its order, each with the places of its start tag, of its name and of its type.
//! Invariants: reading does not fail, whatever the text is: what is damaged, out of place or not known becomes a
//! [`Problem`] beside what could be read. Time and memory grow with the length of the text, and nothing in it is
//! expanded: a document type declaration is refused, and so are the entities that it declares. Every alias is replaced
//! by its namespace.
//!
//! Elements and attributes go by their local names, as nothing else in a metadata document has these names. Not kept are
//! referential constraints, what happens on deletion, and annotations of annotations. Sections are those of OData
//! CSDL 4.0.
//!
//! ```text
//! <EntityType Name="book" BaseType="library.item">      StructuredType
//!   <Property Name="title" Type="Edm.String"/>            Property { name: "title", ty: Edm.String, … }
//! ```

use std::sync::Arc;

use crate::{
    ir::{Primitive, TypeName},
    span::{ByteRange, LineColumn, LineIndex},
};

mod duplicates;
mod elements;
mod grammar;

/// Documents above this size are not read: 256 MiB, twenty times the largest real one.
pub const SIZE_LIMIT: usize = 256 << 20;

/// Elements within one another; more is damage. Values of annotations, the only ones that nest freely, need few.
const DEPTH_LIMIT: usize = 64;

/// Characters of a namespace (section 5.1). What is longer is no namespace, and would be repeated with every name.
const NAMESPACE_LIMIT: usize = 511;

/// So many problems are told one by one.
const PROBLEM_LIMIT: usize = 1000;

/// A metadata document.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// Where it was found, as it is called in messages.
    pub path: Arc<str>,
    /// Its text, which all places are places of.
    pub text: Arc<str>,
    /// The lines of the text.
    pub lines: LineIndex,
    /// The schemas in document order.
    pub schemas: Vec<Schema>,
    /// What could not be read, by place.
    pub problems: Vec<Problem>,
}

impl Metadata {
    /// Line and column at which a place begins.
    pub fn line_column(&self, at: ByteRange) -> LineColumn {
        self.lines.line_column(&self.text, at.start)
    }
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub at: ByteRange,
    /// A clause: `` `Prperty` does not belong in `EntityType` ``.
    pub what: String,
}

/// The value of an attribute that names something, and its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The value without references to characters.
    pub text: String,
    /// Between the quotes.
    pub at: ByteRange,
}

/// A type where it is used (section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeRef {
    /// The type of one item.
    pub item: ItemRef,
    /// Many of them.
    pub collection: bool,
    /// The value of the attribute; the start tag if the attribute is missing.
    pub at: ByteRange,
}

/// The type of one item where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemRef {
    /// A primitive type.
    Primitive(Primitive),
    /// A qualified name: of a type of some schema, or of an `Edm` type that [`Primitive`] does not have.
    Named(TypeName),
    /// No qualified name; as written.
    Unread(String),
}

/// A schema (section 5).
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The start tag.
    pub at: ByteRange,
    /// Its namespace.
    pub namespace: Name,
    /// A short word for the namespace within the document.
    pub alias: Option<Name>,
    /// Entity and complex types.
    pub types: Vec<StructuredType>,
    /// Enumeration types.
    pub enums: Vec<EnumType>,
    /// Type definitions.
    pub definitions: Vec<TypeDefinition>,
    /// Actions and functions.
    pub callables: Vec<Callable>,
    /// Terms that annotations may use.
    pub terms: Vec<Term>,
    /// The entity container.
    pub container: Option<EntityContainer>,
    /// Annotations of something else, by `Annotations` elements.
    pub annotated: Vec<Annotated>,
    /// Annotations of the schema itself.
    pub annotations: Vec<Annotation>,
}

impl Schema {
    /// The qualified name of something that the schema declares.
    pub fn qualified(&self, name: &Name) -> TypeName {
        TypeName::in_namespace(&self.namespace.text, &name.text)
    }
}

/// An entity type or a complex type (sections 8 and 9).
#[derive(Clone, Debug, Default)]
pub struct StructuredType {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// Entity rather than complex.
    pub is_entity: bool,
    /// The type that it derives from.
    pub base: Option<TypeRef>,
    /// No instance has exactly this type.
    pub is_abstract: bool,
    /// Instances may have properties beyond the declared ones.
    pub is_open: bool,
    /// The entity itself is a stream of bytes with properties.
    pub has_stream: bool,
    /// The key properties, by path.
    pub key: Vec<Name>,
    /// Properties.
    pub properties: Vec<Property>,
    /// Navigation properties.
    pub navigation: Vec<NavigationProperty>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

impl StructuredType {
    /// The names of its properties, then those of its navigation properties.
    pub fn member_names(&self) -> impl Iterator<Item = &Name> {
        let properties = self.properties.iter().map(|it| &it.name);
        properties.chain(self.navigation.iter().map(|it| &it.name))
    }
}

/// A property (section 6).
#[derive(Clone, Debug)]
pub struct Property {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// `None` if the element does not say; then a single value may be null (section 6.2.1).
    pub nullable: Option<bool>,
    /// The default value as written.
    pub default: Option<String>,
    /// Other facets as written: `MaxLength`, `Precision`, `Scale`, `SRID`, `Unicode`.
    pub facets: Vec<Facet>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// A facet of a property or parameter (section 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// The name of the attribute.
    pub name: &'static str,
    /// Its value.
    pub value: Name,
}

/// A navigation property (section 7).
#[derive(Clone, Debug)]
pub struct NavigationProperty {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// The type that it leads to.
    pub ty: TypeRef,
    /// `None` if the element does not say; then there may be no target (section 7.1.3).
    pub nullable: Option<bool>,
    /// The targets live inside of this entity.
    pub contains_target: bool,
    /// The navigation property that leads back.
    pub partner: Option<Name>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// An enumeration type (section 10).
#[derive(Clone, Debug)]
pub struct EnumType {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// The integer type of its values, if it is not `Edm.Int32`.
    pub underlying: Option<TypeRef>,
    /// Several members at once are a value.
    pub is_flags: bool,
    /// Its members.
    pub members: Vec<EnumMember>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// A member of an enumeration type (section 10.2).
#[derive(Clone, Debug)]
pub struct EnumMember {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// Its number: as written, or one more than that of the member before it, from zero on.
    pub value: Option<i64>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// Another name for a primitive type (section 11).
#[derive(Clone, Debug)]
pub struct TypeDefinition {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// The type that it stands for.
    pub underlying: TypeRef,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// An action or a function (section 12).
#[derive(Clone, Debug)]
pub struct Callable {
    /// The start tag.
    pub at: ByteRange,
    /// Its name, which others may have, too: overloads.
    pub name: Name,
    /// Function rather than action.
    pub is_function: bool,
    /// Called on the value that is its first parameter.
    pub is_bound: bool,
    /// Paths may go on behind the call.
    pub is_composable: bool,
    /// Where the entities that it returns are, from the binding parameter on.
    pub entity_set_path: Option<Name>,
    /// All parameters, the binding parameter first.
    pub parameters: Vec<Parameter>,
    /// What it returns.
    pub returns: Option<ReturnType>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// A parameter of an action or function (section 12.9).
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// `None` if the element does not say; then it may be null.
    pub nullable: Option<bool>,
    /// Facets as written.
    pub facets: Vec<Facet>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// What an action or function returns (section 12.8).
#[derive(Clone, Debug)]
pub struct ReturnType {
    /// The start tag.
    pub at: ByteRange,
    /// The type.
    pub ty: TypeRef,
    /// `None` if the element does not say; then it may be null.
    pub nullable: Option<bool>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// A term (section 14.1).
#[derive(Clone, Debug)]
pub struct Term {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// The type of the values that annotations give it.
    pub ty: TypeRef,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// The entity container: what paths begin with (section 13).
#[derive(Clone, Debug, Default)]
pub struct EntityContainer {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// Entity sets and singletons in document order.
    pub roots: Vec<Root>,
    /// Action imports and function imports in document order.
    pub imports: Vec<Import>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// An entity set or a singleton (sections 13.2 and 13.3).
#[derive(Clone, Debug)]
pub struct Root {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// One entity rather than a collection.
    pub is_singleton: bool,
    /// The type of its entities.
    pub ty: TypeRef,
    /// Where its navigation properties lead.
    pub bindings: Vec<Binding>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// The entity set in which the targets of a navigation property are (section 13.4).
#[derive(Clone, Debug)]
pub struct Binding {
    /// The start tag.
    pub at: ByteRange,
    /// The path of the navigation property.
    pub path: Name,
    /// The entity set or singleton.
    pub target: Name,
}

/// An action import or a function import (sections 13.5 and 13.6).
#[derive(Clone, Debug)]
pub struct Import {
    /// The start tag.
    pub at: ByteRange,
    /// Its name.
    pub name: Name,
    /// Function rather than action.
    pub is_function: bool,
    /// The action or function that it makes callable.
    pub callable: TypeRef,
    /// The entity set of the entities that it returns.
    pub entity_set: Option<Name>,
    /// Annotations within the element.
    pub annotations: Vec<Annotation>,
}

/// Annotations of something that is declared elsewhere (section 14.2).
#[derive(Clone, Debug)]
pub struct Annotated {
    /// The start tag.
    pub at: ByteRange,
    /// What they annotate: `library.book/title`, without an alias.
    pub target: Name,
    /// The qualifier of all of them.
    pub qualifier: Option<String>,
    /// The annotations.
    pub annotations: Vec<Annotation>,
}

/// An annotation (section 14.3).
#[derive(Clone, Debug)]
pub struct Annotation {
    /// The start tag.
    pub at: ByteRange,
    /// The term, qualified, without an alias: `Org.OData.Core.V1.Description`.
    pub term: Name,
    /// Tells annotations with the same term apart.
    pub qualifier: Option<String>,
    /// What it says.
    pub value: Value,
}

/// The value of an annotation (sections 14.4 and 14.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The annotation gives none: the default of the term, `true` for a term that is a tag.
    Default,
    /// `Null`.
    Null,
    /// `Bool`.
    Bool(bool),
    /// `String`.
    Text(String),
    /// Another constant or a path, as written.
    Constant {
        /// The name of the attribute or element: `Int`, `EnumMember`, `PropertyPath`.
        kind: &'static str,
        /// The value.
        text: String,
    },
    /// `Collection`.
    Collection(Vec<Value>),
    /// `Record`: names and values of properties.
    Record(Vec<(Name, Value)>),
    /// An expression that a service computes: the name of the element.
    Computed(String),
}

impl Value {
    /// The value of a property of a record.
    pub fn get(&self, property: &str) -> Option<&Self> {
        match self {
            Self::Record(properties) => {
                let mut properties = properties.iter();
                let (_, value) = properties.find(|(name, _)| name.text == property)?;
                Some(value)
            }
            Self::Default
            | Self::Null
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Constant { .. }
            | Self::Collection(_)
            | Self::Computed(_) => None,
        }
    }

    /// The words of a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Default
            | Self::Null
            | Self::Bool(_)
            | Self::Constant { .. }
            | Self::Collection(_)
            | Self::Record(_)
            | Self::Computed(_) => None,
        }
    }

    /// A constant or a path other than a string, as written.
    pub fn constant(&self) -> Option<&str> {
        match self {
            Self::Constant { text, .. } => Some(text),
            Self::Default
            | Self::Null
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Collection(_)
            | Self::Record(_)
            | Self::Computed(_) => None,
        }
    }

    /// Whether it is true, as a term that is a tag is without a value.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Default | Self::Bool(true))
    }
}

/// Reads a metadata document. No text makes it fail.
pub fn read(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Metadata {
    let (path, text) = (path.into(), text.into());
    if text.len() > SIZE_LIMIT {
        let what = format!(
            "the document has {} MiB, more than the {} MiB that a metadata document may have",
            text.len() >> 20,
            SIZE_LIMIT >> 20
        );
        let problems = vec![Problem {
            at: ByteRange::default(),
            what,
        }];
        return Metadata {
            path,
            problems,
            ..Metadata::default()
        };
    }
    let (schemas, mut problems) = grammar::read(&text);
    problems.extend(duplicates::find(&schemas));
    problems.sort_by_key(|problem| problem.at);
    tell_the_first(&mut problems);
    Metadata {
        lines: LineIndex::new(&text),
        path,
        text,
        schemas,
        problems,
    }
}

/// Keeps the first [`PROBLEM_LIMIT`] problems, and the number of the others.
fn tell_the_first(problems: &mut Vec<Problem>) {
    let Some(first_untold) = problems.get(PROBLEM_LIMIT) else {
        return;
    };
    let last = Problem {
        at: first_untold.at,
        what: format!(
            "{} more problems from here on",
            problems.len() - PROBLEM_LIMIT
        ),
    };
    problems.truncate(PROBLEM_LIMIT);
    problems.push(last);
}
