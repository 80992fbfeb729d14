//! Claims as sentences.

use std::fmt;

use super::excerpt;
use crate::{
    api::{Deprecation, HttpMessage, StartLine},
    facts::{
        BodyText, Claim, Facets, LeftoverKind, MemberTable, ParameterPlace, ResponseText, Row,
        Witness,
    },
};

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type {
                name,
                description,
                deprecated,
                witness,
            } => {
                write!(
                    f,
                    "type {name}, says {witness}{}{}",
                    Deprecated(deprecated.as_ref()),
                    Note(description)
                )
            }
            Self::Base { ty, base, witness } => {
                write!(f, "{ty} derives from {}, says {witness}", base.name)
            }
            Self::Key { ty, property } => write!(f, "{ty} has key {property}"),
            Self::Abstract { ty } => write!(f, "{ty} is abstract"),
            Self::Open {
                ty,
                open: true,
                witness,
            } => write!(f, "{ty} is open, says {witness}"),
            Self::Open {
                ty,
                open: false,
                witness,
            } => write!(f, "{ty} is not open, says {witness}"),
            Self::MediaEntity { ty } => write!(f, "{ty} is a stream"),
            Self::Method {
                ty,
                title,
                target,
                returns,
            } => {
                write!(f, "{ty} has method {title}")?;
                if let Some(target) = target {
                    write!(f, " in {target}")?;
                }
                returns
                    .as_ref()
                    .map_or(Ok(()), |returns| write!(f, ", returns {returns}"))
            }
            Self::Member { ty, table, row } => {
                let table = if *table == MemberTable::Relationships {
                    ", navigation"
                } else {
                    ""
                };
                write!(
                    f,
                    "{}.{}: {}{table}{}{}",
                    ty,
                    row.name,
                    row.ty,
                    row.facets,
                    Note(&row.description)
                )
            }
            Self::JsonKey {
                ty,
                name,
                value,
                identifier,
            } => {
                let identifier = if *identifier { ", an identifier" } else { "" };
                write!(f, "{ty} shows \"{name}\": {value}{identifier}")
            }
            Self::Enum {
                name,
                description,
                deprecated,
                witness,
                flags,
            } => {
                let flags = if *flags { ", flags" } else { "" };
                write!(
                    f,
                    "enum {name}{flags}, says {witness}{}{}",
                    Deprecated(deprecated.as_ref()),
                    Note(description)
                )
            }
            Self::EnumMember {
                ty,
                name,
                value,
                description,
            } => {
                write!(f, "{ty}.{name}")?;
                if let Some(value) = value {
                    write!(f, " = {value}")?;
                }
                write!(f, "{}", Note(description))
            }
            Self::Operation {
                title,
                description,
                deprecated,
            } => {
                write!(
                    f,
                    "operation {title:?}{}{}",
                    Deprecated(deprecated.as_ref()),
                    Note(description)
                )
            }
            Self::Request {
                method,
                path,
                query,
            } => {
                write!(f, "request {method} {path}")?;
                query
                    .as_ref()
                    .map_or(Ok(()), |query| write!(f, " with query {query}"))
            }
            Self::Permission {
                set,
                title,
                kind,
                alternatives,
            } => {
                let names: Vec<_> = alternatives
                    .iter()
                    .map(|it| it.all_of.join(" and ") + if it.resource_specific { "*" } else { "" })
                    .collect();
                let title = title
                    .as_ref()
                    .map(|title| format!(" ({title})"))
                    .unwrap_or_default();
                let names = if names.is_empty() {
                    "not supported".to_owned()
                } else {
                    names.join(", ")
                };
                write!(f, "permission {set}{title} {}: {names}", kind.as_str())
            }
            Self::Parameter { place, row } => write!(f, "{place} parameter {}", Typed(row)),
            Self::Body(body) => write!(f, "body: {body}"),
            Self::BodyMember(row) => write!(f, "body member {}", Typed(row)),
            Self::Response {
                status,
                body,
                sentence,
            } => write!(f, "response {status}: {body}{}", Note(sentence)),
            Self::ResponseAnnotation {
                odata_type,
                collection,
            } => {
                let many = if *collection { "collection of " } else { "" };
                write!(f, "response annotated as {many}{odata_type}")
            }
            Self::Example(example) => {
                write!(f, "example")?;
                for label in [&example.name, &example.title].into_iter().flatten() {
                    write!(f, " {label:?}")?;
                }
                for message in [&example.request, &example.response].into_iter().flatten() {
                    write!(f, ", {}", Message(message))?;
                }
                Ok(())
            }
        }
    }
}

/// Name, type, facets and description of a row.
struct Typed<'a>(&'a Row);

impl fmt::Display for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.0;
        write!(
            f,
            "{}: {}{}{}",
            row.name,
            row.ty,
            row.facets,
            Note(&row.description)
        )
    }
}

/// The beginning of a description.
struct Note<'a>(&'a str);

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, " — {}", excerpt(self.0))
        }
    }
}

struct Deprecated<'a>(Option<&'a Deprecation>);

impl fmt::Display for Deprecated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(deprecation) = self.0 else {
            return Ok(());
        };
        write!(f, ", deprecated")?;
        if let Some(date) = &deprecation.date {
            write!(f, " from {date}")?;
        }
        deprecation
            .use_instead
            .as_ref()
            .map_or(Ok(()), |name| write!(f, ", use {name}"))
    }
}

struct Message<'a>(&'a HttpMessage);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.start_line {
            StartLine::Request(method, url) => write!(f, "{method} {url}")?,
            StartLine::Status(status) => write!(f, "status {status}")?,
        }
        write!(
            f,
            " ({} headers, {} bytes)",
            self.0.headers.len(),
            self.0.body.len()
        )
    }
}

impl fmt::Display for Facets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = [
            (self.key, "key"),
            (self.read_only, "read-only"),
            (self.nullable == Some(true), "nullable"),
            (self.nullable == Some(false), "not nullable"),
            (self.required == Some(true), "required"),
            (self.required == Some(false), "optional"),
        ];
        for (_, word) in flags.into_iter().filter(|(set, _)| *set) {
            write!(f, ", {word}")?;
        }
        if let Some(default) = &self.default {
            write!(f, ", default {default}")?;
        }
        if let Some(from) = &self.inherited_from {
            write!(f, ", inherited from {}", from.name)?;
        }
        if !self.values.is_empty() {
            write!(f, ", one of {}", self.values.join(" "))?;
        }
        if !self.prefer_only.is_empty() {
            write!(f, ", on request {}", self.prefer_only.join(" "))?;
        }
        write!(f, "{}", Deprecated(self.deprecated.as_ref()))
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Annotation => "the annotation",
            Self::Heading => "the heading",
            Self::Prose => "a sentence",
        })
    }
}

impl fmt::Display for ParameterPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Function => "function",
            Self::Header => "header",
        })
    }
}

impl fmt::Display for BodyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Object(ty) => write!(f, "{ty}"),
            Self::Parameters => f.write_str("parameters"),
            Self::Json => f.write_str("some JSON"),
            Self::Reference => f.write_str("a reference"),
            Self::Stream => f.write_str("bytes"),
        }
    }
}

impl fmt::Display for ResponseText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing"),
            Self::Value(ty) => write!(f, "{ty}"),
            Self::Stream => f.write_str("bytes"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl fmt::Display for LeftoverKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Row => "row",
            Self::Prose => "prose",
            Self::GroupRow => "group row",
            Self::RequestLine => "request line",
            Self::Table => "table",
            Self::Code => "code block",
            Self::Page => "page",
        })
    }
}
