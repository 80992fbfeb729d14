//! The words that every stage speaks: versions, names, primitive types, HTTP methods.
//!
//! Data only. The terms are those of OData CSDL 4.0 (sections 3 to 15) and RFC 9110.

use std::{cmp::Ordering, fmt, sync::Arc};

/// The release channel of the service that a page describes; the folder it lies in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// The stable surface, folder `v1.0`.
    #[default]
    V1_0,
    /// The preview surface, folder `beta`.
    Beta,
}

impl ApiVersion {
    /// All versions, stable first.
    pub const ALL: [Self; 2] = [Self::V1_0, Self::Beta];

    /// The name in folders and in URLs: `v1.0` or `beta`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "v1.0",
            Self::Beta => "beta",
        }
    }

    /// Reads a folder name or URL segment, in any case.
    pub fn from_segment(segment: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str().eq_ignore_ascii_case(segment))
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The namespace that a type has when its page does not say.
pub const DEFAULT_NAMESPACE: &str = "microsoft.graph";

/// A qualified name such as `microsoft.graph.callRecords.session` (CSDL 4.0, section 15.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName(Arc<str>);

impl TypeName {
    /// Reads a qualified name; a name without a dot gets [`DEFAULT_NAMESPACE`].
    pub fn new(text: &str) -> Self {
        if text.contains('.') {
            Self(text.into())
        } else {
            Self::in_namespace(DEFAULT_NAMESPACE, text)
        }
    }

    /// Joins a namespace and a short name.
    pub fn in_namespace(namespace: &str, name: &str) -> Self {
        Self(format!("{namespace}.{name}").into())
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last dot.
    pub fn namespace(&self) -> &str {
        self.last_dot().map_or("", |at| &self.0[..at])
    }

    /// What stands after the last dot.
    pub fn name(&self) -> &str {
        self.last_dot().map_or(&*self.0, |at| &self.0[at + 1..])
    }

    fn last_dot(&self) -> Option<usize> {
        memchr::memrchr(b'.', self.0.as_bytes())
    }

    /// In the order of [`Self::key`], without making keys.
    pub fn compare_keys(&self, name: &str) -> Ordering {
        const CHUNK: usize = 8;
        let (own, other) = (self.0.as_bytes(), name.as_bytes());
        // Most names begin with the same namespace.
        let (own_chunks, _) = own.as_chunks::<CHUNK>();
        let (other_chunks, _) = other.as_chunks::<CHUNK>();
        let chunks = own_chunks.iter().zip(other_chunks);
        let same = CHUNK * chunks.take_while(|(own, other)| own == other).count();
        let mut pairs = own[same..].iter().zip(&other[same..]);
        let difference = pairs.find(|(own, other)| !own.eq_ignore_ascii_case(other));
        match difference {
            Some((own, other)) => own.to_ascii_lowercase().cmp(&other.to_ascii_lowercase()),
            None => own.len().cmp(&other.len()),
        }
    }

    /// Whether both are looked up alike.
    pub fn is_like(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// The form under which names are looked up: pages differ in case, the service does not distinguish it.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The primitive types of OData that Graph uses (CSDL 4.0, section 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Primitive {
    /// `Edm.Binary`: bytes, base64url on the wire.
    Binary,
    /// `Edm.Boolean`.
    Boolean,
    /// `Edm.Byte`: unsigned 8 bit.
    Byte,
    /// `Edm.Date`: a day without a time.
    Date,
    /// `Edm.DateTimeOffset`: a moment with an offset from UTC.
    DateTimeOffset,
    /// `Edm.Decimal`.
    Decimal,
    /// `Edm.Double`.
    Double,
    /// `Edm.Duration`: ISO 8601, days to seconds.
    Duration,
    /// `Edm.Guid`.
    Guid,
    /// `Edm.Int16`.
    Int16,
    /// `Edm.Int32`.
    Int32,
    /// `Edm.Int64`.
    Int64,
    /// `Edm.SByte`: signed 8 bit.
    SByte,
    /// `Edm.Single`.
    Single,
    /// `Edm.Stream`: bytes behind a URL of their own.
    Stream,
    /// `Edm.String`.
    String,
    /// `Edm.TimeOfDay`.
    TimeOfDay,
    /// `Edm.Untyped`: any JSON value.
    Untyped,
}

impl Primitive {
    /// Every primitive type, by name.
    pub const ALL: [Self; 18] = [
        Self::Binary,
        Self::Boolean,
        Self::Byte,
        Self::Date,
        Self::DateTimeOffset,
        Self::Decimal,
        Self::Double,
        Self::Duration,
        Self::Guid,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::SByte,
        Self::Single,
        Self::Stream,
        Self::String,
        Self::TimeOfDay,
        Self::Untyped,
    ];

    /// The name in CSDL, with its namespace: `Edm.Int32`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "Edm.Binary",
            Self::Boolean => "Edm.Boolean",
            Self::Byte => "Edm.Byte",
            Self::Date => "Edm.Date",
            Self::DateTimeOffset => "Edm.DateTimeOffset",
            Self::Decimal => "Edm.Decimal",
            Self::Double => "Edm.Double",
            Self::Duration => "Edm.Duration",
            Self::Guid => "Edm.Guid",
            Self::Int16 => "Edm.Int16",
            Self::Int32 => "Edm.Int32",
            Self::Int64 => "Edm.Int64",
            Self::SByte => "Edm.SByte",
            Self::Single => "Edm.Single",
            Self::Stream => "Edm.Stream",
            Self::String => "Edm.String",
            Self::TimeOfDay => "Edm.TimeOfDay",
            Self::Untyped => "Edm.Untyped",
        }
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The request methods that reference pages use (RFC 9110, section 9; RFC 5789 for PATCH).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
}

impl Method {
    /// Every method, in the order in which documents list them.
    pub const ALL: [Self; 7] = [
        Self::Get,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Head,
        Self::Options,
    ];

    /// The name on the wire: `GET`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }

    /// Reads a method name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who signs in: the three rows of a permissions table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermissionKind {
    /// A user of an organization, through an app.
    DelegatedWork,
    /// A user with a personal account, through an app.
    DelegatedPersonal,
    /// The app itself.
    Application,
}

impl PermissionKind {
    /// All kinds, in the order of the tables.
    pub const ALL: [Self; 3] = [
        Self::DelegatedWork,
        Self::DelegatedPersonal,
        Self::Application,
    ];

    /// The name of the security scheme in OpenAPI.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DelegatedWork => "delegatedWork",
            Self::DelegatedPersonal => "delegatedPersonal",
            Self::Application => "application",
        }
    }
}
