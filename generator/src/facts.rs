//! Facts: what each page claims, one flat claim at a time, each with its place.
//!
//! Comes in: pages taken apart. Goes out: [`PageFacts`], one for each page. Two pages may contradict each other; that is
//! data, not an error. A claim speaks in the page's own spelling: names are not resolved here, and nothing is judged.
//! Invariant: whatever a page says in a place where facts are expected ends up in a [`Fact`] or in a [`Leftover`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    api::{Deprecation, Example, PermissionAlternative, Text},
    docs::{PAGES_AT_ONCE, Role},
    ir::{Method, PermissionKind, TypeName},
    sections::{Page, Section},
    span::ByteRange,
    spelling::{Reference, TypeText},
    vocabulary::Vocabulary,
};

pub mod annotation;
mod enumeration;
pub mod facets;
mod json_representation;
mod kind;
mod operation;
mod resource;
mod rows;

pub use facets::Facets;
pub use kind::PageKind;
pub use operation::{Area, MessageText, areas, message, permission_names};
pub use rows::{Columns, name};

/// Index of a page in [`crate::Compilation::pages`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub u32);

impl PageId {
    /// The position in the list of pages.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What one page claims.
#[derive(Clone, Debug, Default)]
pub struct PageFacts {
    /// What kind of page it is.
    pub kind: PageKind,
    /// Claims in page order.
    pub facts: Vec<Fact>,
    /// What stands where facts are expected and could not be read as one.
    pub leftovers: Vec<Leftover>,
}

/// A claim and its place.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What is said.
    pub claim: Claim,
    /// The page that says it; an include file where the page includes one.
    pub page: PageId,
    /// Where.
    pub at: ByteRange,
}

/// Something that was left unread, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The page.
    pub page: PageId,
    /// Where.
    pub at: ByteRange,
    /// What it is: a row, a request line, a code block.
    pub what: LeftoverKind,
    /// One clause: `names no property`.
    pub why: &'static str,
}

/// What kind of thing was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftoverKind {
    /// A row of a table that should have told a fact.
    Row,
    /// A table or row that tells a reader something, but nothing that the api holds.
    Prose,
    /// A row that groups others or is empty, and so has no fact to tell.
    GroupRow,
    /// A line of a request block.
    RequestLine,
    /// A table whose columns tell nothing that is known.
    Table,
    /// A code block that should have been readable.
    Code,
    /// The page as a whole.
    Page,
}

/// Something that a page says.
#[derive(Clone, Debug)]
pub enum Claim {
    /// There is an entity or complex type with this name.
    Type {
        /// Its name.
        name: TypeName,
        /// What it is for.
        description: Text,
        /// Set if the page calls it deprecated.
        deprecated: Option<Deprecation>,
        /// Whether an annotation or only the heading names it.
        witness: Witness,
    },
    /// A type derives from another.
    Base {
        /// The derived type.
        ty: TypeName,
        /// Its base type.
        base: Reference,
        /// How the page says so.
        witness: Witness,
    },
    /// A property is the key of its type.
    Key {
        /// The type.
        ty: TypeName,
        /// Name of the property.
        property: String,
    },
    /// No instance has exactly this type.
    Abstract {
        /// The type.
        ty: TypeName,
    },
    /// Whether instances may have undeclared members.
    Open {
        /// The type.
        ty: TypeName,
        /// `false` if the page says that they may not.
        open: bool,
        /// How the page says so.
        witness: Witness,
    },
    /// The entity itself is a stream.
    MediaEntity {
        /// The type.
        ty: TypeName,
    },
    /// A type has a method: a row that links to an operation page.
    Method {
        /// The type.
        ty: TypeName,
        /// What the row calls it.
        title: String,
        /// Where it leads.
        target: Option<Box<str>>,
        /// What it is said to return, if the cell names a type.
        returns: Option<TypeText>,
    },
    /// A type has a member.
    Member {
        /// The type.
        ty: TypeName,
        /// Which table says so.
        table: MemberTable,
        /// The row.
        row: Box<Row>,
    },
    /// The JSON representation of a type has a key.
    JsonKey {
        /// The type.
        ty: TypeName,
        /// The key.
        name: String,
        /// The type that its value shows.
        value: TypeText,
        /// The value says that it identifies the object: `String (identifier)`.
        identifier: bool,
    },
    /// There is an enumeration type.
    Enum {
        /// Its name.
        name: TypeName,
        /// What it is for.
        description: Text,
        /// Set if the page calls it deprecated.
        deprecated: Option<Deprecation>,
        /// Whether it has a page, or a section of one.
        witness: Witness,
        /// Whether the page calls it a set of flags.
        flags: bool,
    },
    /// An enumeration type has a member.
    EnumMember {
        /// The enumeration type.
        ty: TypeName,
        /// Name of the member.
        name: String,
        /// Its number.
        value: Option<i64>,
        /// What it means.
        description: Text,
    },
    /// The page describes requests.
    Operation {
        /// Its title.
        title: String,
        /// What they are for.
        description: Text,
        /// Set if the page calls them deprecated.
        deprecated: Option<Deprecation>,
    },
    /// A request line.
    Request {
        /// Method.
        method: Method,
        /// Path below the version segment, with a leading slash and without query: `/users/{id | userPrincipalName}`.
        path: String,
        /// Query, without the question mark.
        query: Option<String>,
    },
    /// A row of a permissions table.
    Permission {
        /// Counts the tables of the page from 0.
        set: u32,
        /// The heading right above the table, if it is not the section's own.
        title: Option<String>,
        /// Whom it is about.
        kind: PermissionKind,
        /// Least privileged first; empty if the cell says that it is not supported.
        alternatives: Vec<PermissionAlternative>,
    },
    /// A parameter of the path, query or function, or a header.
    Parameter {
        /// Which table says so.
        place: ParameterPlace,
        /// The row.
        row: Box<Row>,
    },
    /// What a request carries.
    Body(BodyText),
    /// A property or action parameter in a request body.
    BodyMember(Box<Row>),
    /// An answer.
    Response {
        /// Status code.
        status: u16,
        /// What it carries.
        body: ResponseText,
        /// The sentence that says so.
        sentence: Text,
    },
    /// What the annotation of the response example says that the answer carries.
    ResponseAnnotation {
        /// `@odata.type`, without `Collection( )`.
        odata_type: String,
        /// Whether it is a collection.
        collection: bool,
    },
    /// An example; shared with the api, since most of what is said in a reference is examples.
    Example(Arc<Example>),
}

impl Claim {
    /// The row of a member, also where a request body lists it.
    pub fn member_row(&self) -> Option<&Row> {
        match self {
            Self::Member { row, .. } | Self::BodyMember(row) => Some(row),
            _ => None,
        }
    }

    /// The row of a typed table.
    pub fn row(&self) -> Option<&Row> {
        match self {
            Self::Parameter { row, .. } => Some(row),
            _ => self.member_row(),
        }
    }
}

/// How a page says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Witness {
    /// In the annotation of a code block.
    Annotation,
    /// In a heading.
    Heading,
    /// In a sentence.
    Prose,
}

/// The table that a member stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberTable {
    /// Properties.
    Properties,
    /// Relationships.
    Relationships,
    /// The properties of a request body.
    Body,
}

/// A row of a typed table.
#[derive(Clone, Debug)]
pub struct Row {
    /// First cell, without markup.
    pub name: String,
    /// Type cell.
    pub ty: TypeText,
    /// Description cell, as CommonMark.
    pub description: Text,
    /// What the description says in fixed phrases.
    pub facets: Facets,
}

/// The table that a parameter stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterPlace {
    /// Path parameters.
    Path,
    /// Query parameters.
    Query,
    /// Function parameters.
    Function,
    /// Request headers.
    Header,
}

/// What a page says of the request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyText {
    /// There is none.
    None,
    /// A JSON representation of a type.
    Object(TypeText),
    /// Parameters as a JSON object.
    Parameters,
    /// Some JSON; the rows or the example tell more.
    Json,
    /// A reference to an entity.
    Reference,
    /// Bytes.
    Stream,
}

/// What a page says of an answer's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseText {
    /// Nothing.
    Empty,
    /// One value or a collection.
    Value(TypeText),
    /// Bytes.
    Stream,
    /// The sentence does not tell.
    Unknown,
}

/// Reads the facts of all pages.
pub fn collect(pages: &[(Role, Page)], vocabulary: &Vocabulary) -> Vec<PageFacts> {
    let reader = Reader::new(pages, vocabulary);
    pages
        .par_iter()
        .with_max_len(PAGES_AT_ONCE)
        .enumerate()
        .map(|(index, (role, page))| match role {
            Role::Page => reader.page(PageId(index as u32), page),
            Role::Include => PageFacts {
                kind: PageKind::Include,
                ..PageFacts::default()
            },
        })
        .collect()
}

/// What reading one page needs to know of the others: their text, to include it.
#[derive(Debug)]
pub struct Reader<'a> {
    pages: &'a [(Role, Page)],
    vocabulary: &'a Vocabulary,
    /// Namespaces that pages state, by the lower-cased last part.
    namespaces: BTreeMap<String, String>,
}

/// The namespaces that pages state below their titles.
fn known_namespaces(pages: &[(Role, Page)]) -> BTreeMap<String, String> {
    let stated: BTreeSet<&str> = pages
        .iter()
        .filter_map(|(_, page)| stated_namespace(page))
        .collect();
    let tail = |name: &str| {
        name.rsplit('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    stated
        .into_iter()
        .map(|name| (tail(name), name.to_owned()))
        .collect()
}

/// The namespace that a page states below its title.
pub(crate) fn stated_namespace(page: &Page) -> Option<&str> {
    let intro = page
        .sections
        .iter()
        .take_while(|section| section.level <= 1);
    intro.flat_map(Section::texts).find_map(|range| {
        let rest = page.str(range).strip_prefix("Namespace:")?;
        let name = rest.split_whitespace().next()?.trim_end_matches('.');
        name.split('.').all(is_identifier).then_some(name)
    })
}

/// Whether a text can be a simple identifier (CSDL 4.0, section 15.1).
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

impl<'a> Reader<'a> {
    /// For pages beside these.
    pub fn new(pages: &'a [(Role, Page)], vocabulary: &'a Vocabulary) -> Self {
        Self {
            pages,
            vocabulary,
            namespaces: known_namespaces(pages),
        }
    }

    /// Reads the facts of a page: of the one with this number, or of another text in its place.
    pub fn page(&self, id: PageId, page: &Page) -> PageFacts {
        let kind = kind::classify(page, self.vocabulary);
        let mut out = PageFacts {
            kind,
            ..PageFacts::default()
        };
        let cx = Context {
            id,
            page,
            reader: self,
        };
        match kind {
            PageKind::Resource => resource::read(&cx, &mut out),
            PageKind::Enumeration => enumeration::read(&cx, &mut out),
            PageKind::Operation => operation::read(&cx, &mut out),
            PageKind::Concept => out.leave(
                id,
                first_heading(page),
                LeftoverKind::Page,
                "describes no type and no request",
            ),
            PageKind::Include => {}
        }
        out
    }
}

/// The page that is being read.
struct Context<'a> {
    id: PageId,
    page: &'a Page,
    reader: &'a Reader<'a>,
}

impl<'a> Context<'a> {
    fn vocabulary(&self) -> &'a Vocabulary {
        self.reader.vocabulary
    }

    /// The include file that a link of this page leads to.
    fn include(&self, link: usize) -> Option<(PageId, &'a Page)> {
        let target = &self.page.links.get(link)?.target;
        let path = join(&self.page.path, target);
        let pages = self.reader.pages;
        let index = pages
            .binary_search_by(|(_, page)| (*page.path).cmp(&path))
            .ok()?;
        Some((PageId(index as u32), &pages[index].1))
    }

    /// The same reading in an include file.
    fn within(&self, id: PageId, page: &'a Page) -> Self {
        Self {
            id,
            page,
            reader: self.reader,
        }
    }

    /// The heading of level 1.
    fn title(&self) -> &'a str {
        self.page.str(first_heading(self.page))
    }
}

impl PageFacts {
    fn claim(&mut self, page: PageId, at: ByteRange, claim: Claim) {
        self.facts.push(Fact { claim, page, at });
    }

    fn leave(&mut self, page: PageId, at: ByteRange, what: LeftoverKind, why: &'static str) {
        self.leftovers.push(Leftover {
            page,
            at,
            what,
            why,
        });
    }
}

/// The title of the page; where a page has none, its very beginning.
fn first_heading(page: &Page) -> ByteRange {
    page.sections
        .iter()
        .find(|section| section.level == 1)
        .map(|section| section.title)
        .unwrap_or_default()
}

/// The path that `target` leads to from the page at `base`, with `.` and `..` resolved and the fragment taken off.
/// Paths of shared files keep one leading `..`, as [`crate::docs`] writes them.
pub fn join(base: &str, target: &str) -> String {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    let mut path = String::with_capacity(base.len() + target.len());
    path.push_str(folder_of(base));
    for part in target.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if !path.is_empty() && path != ".." && !path.ends_with("/..") => {
                path.truncate(folder_of(&path).len());
            }
            _ => {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
            }
        }
    }
    path
}

/// What stands before the last slash of a path.
fn folder_of(path: &str) -> &str {
    let end = memchr::memrchr(b'/', path.as_bytes());
    end.map_or("", |end| &path[..end])
}

impl fmt::Display for MemberTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Properties => "property",
            Self::Relationships => "relationship",
            Self::Body => "body member",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_joined_to_their_page() {
        assert_eq!(
            join("resources/user.md", "group.md#x"),
            "resources/group.md"
        );
        assert_eq!(
            join("api/user-get.md", "../resources/user.md"),
            "resources/user.md"
        );
        assert_eq!(
            join("api/user-get.md", "../../includes/a.md"),
            "../includes/a.md"
        );
        assert_eq!(
            join("api/user-get.md", "../includes/permissions/a.md"),
            "includes/permissions/a.md"
        );
    }
}
