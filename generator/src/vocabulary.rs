//! The words that pages are built from: headings, heads of table columns, rows of permission tables.
//!
//! Comes in: a heading or a column head as written. Goes out: what it stands for. One table for each vocabulary;
//! a configuration adds spellings, so that a translated reference reads like the English one.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::PermissionKind;

/// What a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Heading {
    /// Methods of a resource.
    Methods,
    /// Properties of a resource.
    Properties,
    /// Navigation properties of a resource.
    Relationships,
    /// JSON representation of a resource.
    JsonRepresentation,
    /// Members of an enumeration.
    Members,
    /// Temporary annotations on instances, which are no properties.
    InstanceAttributes,
    /// Types that derive from a resource.
    DerivedTypes,
    /// Permissions, or prerequisites in older pages.
    Permissions,
    /// Request lines.
    HttpRequest,
    /// Placeholders of the path.
    PathParameters,
    /// Query parameters.
    QueryParameters,
    /// Parameters of a function.
    FunctionParameters,
    /// Request headers.
    RequestHeaders,
    /// Request body.
    RequestBody,
    /// Response, as a section of its own or as a part of an example.
    Response,
    /// Request, as a part of an example.
    Request,
    /// Examples.
    Examples,
    /// Errors that the operation answers with.
    Errors,
    /// Remarks, links to related pages and other prose.
    Remarks,
}

/// Which table a word belongs to, and what it says there.
const HEADINGS: &[(&str, Heading)] = &[
    ("methods", Heading::Methods),
    ("properties", Heading::Properties),
    ("relationships", Heading::Relationships),
    ("json representation", Heading::JsonRepresentation),
    ("members", Heading::Members),
    ("instance attributes", Heading::InstanceAttributes),
    ("derived types", Heading::DerivedTypes),
    ("permissions", Heading::Permissions),
    ("prerequisites", Heading::Permissions),
    ("http request", Heading::HttpRequest),
    ("http requests", Heading::HttpRequest),
    ("path parameters", Heading::PathParameters),
    ("query parameters", Heading::QueryParameters),
    ("optional query parameters", Heading::QueryParameters),
    ("odata query parameters", Heading::QueryParameters),
    ("optional odata query parameters", Heading::QueryParameters),
    ("function parameters", Heading::FunctionParameters),
    ("request headers", Heading::RequestHeaders),
    ("optional request headers", Heading::RequestHeaders),
    ("request body", Heading::RequestBody),
    ("response", Heading::Response),
    ("request", Heading::Request),
    ("example", Heading::Examples),
    ("examples", Heading::Examples),
    ("error responses", Heading::Errors),
    ("error response codes", Heading::Errors),
    ("error codes", Heading::Errors),
    ("error handling", Heading::Errors),
    ("remarks", Heading::Remarks),
    ("see also", Heading::Remarks),
    ("related content", Heading::Remarks),
    ("next steps", Heading::Remarks),
];

/// What a column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// Name of a property, parameter, header or member.
    Name,
    /// Type.
    Type,
    /// Description.
    Description,
    /// Number of an enumeration member, value of a header.
    Value,
    /// Whether a parameter is required.
    Required,
    /// Default value.
    Default,
    /// A method of a resource.
    Method,
    /// What a method returns.
    ReturnType,
    /// Who signs in, or which resource a row of permissions is about.
    PermissionType,
    /// Permissions, least privileged first.
    PermissionsAscending,
    /// Permissions, most privileged first.
    PermissionsDescending,
    /// The least privileged permissions.
    LeastPrivileged,
    /// The permissions above the least privileged ones.
    HigherPrivileged,
}

const COLUMNS: &[(&str, Column)] = &[
    ("property", Column::Name),
    ("property name", Column::Name),
    ("parameter", Column::Name),
    ("parameter name", Column::Name),
    ("name", Column::Name),
    ("member", Column::Name),
    ("relationship", Column::Name),
    ("relationship name", Column::Name),
    ("navigation property", Column::Name),
    ("header", Column::Name),
    ("header name", Column::Name),
    ("query parameter", Column::Name),
    ("query option", Column::Name),
    ("type", Column::Type),
    ("data type", Column::Type),
    ("description", Column::Description),
    ("value", Column::Value),
    ("int value", Column::Value),
    ("numeric value", Column::Value),
    ("required", Column::Required),
    ("required?", Column::Required),
    ("required (y/n)", Column::Required),
    ("default", Column::Default),
    ("default value", Column::Default),
    ("method", Column::Method),
    ("common task", Column::Method),
    ("return type", Column::ReturnType),
    ("permission type", Column::PermissionType),
    (
        "permissions (from least to most privileged)",
        Column::PermissionsAscending,
    ),
    (
        "permissions (from most to least privileged)",
        Column::PermissionsDescending,
    ),
    ("permissions", Column::PermissionsAscending),
    ("permission", Column::PermissionsAscending),
    ("least privileged permission", Column::LeastPrivileged),
    ("least privileged permissions", Column::LeastPrivileged),
    ("higher privileged permissions", Column::HigherPrivileged),
    ("higher privileged permission", Column::HigherPrivileged),
];

const PERMISSION_KINDS: &[(&str, PermissionKind)] = &[
    (
        "delegated (work or school account)",
        PermissionKind::DelegatedWork,
    ),
    (
        "delegated (personal microsoft account)",
        PermissionKind::DelegatedPersonal,
    ),
    ("application", PermissionKind::Application),
];

/// What a cell says where no permission suffices.
const UNSUPPORTED: &[&str] = &[
    "not supported",
    "not available",
    "not applicable",
    "unsupported",
    "none",
    "n/a",
    "na",
    "-",
];

/// All spellings, English ones and those that a configuration adds.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    headings: FxHashMap<String, Heading>,
    columns: FxHashMap<String, Column>,
    permission_kinds: FxHashMap<String, PermissionKind>,
    unsupported: FxHashSet<String>,
    /// What stands before and after the name in the heading of an enumeration: `("", " values")`.
    values: Vec<(String, String)>,
}

/// A word of a configuration that is none of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// As written.
    pub word: String,
    /// What it could have been.
    pub known: Vec<&'static str>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            headings: table(HEADINGS),
            columns: table(COLUMNS),
            permission_kinds: table(PERMISSION_KINDS),
            unsupported: UNSUPPORTED.iter().map(|&word| word.to_owned()).collect(),
            values: vec![(String::new(), " values".to_owned())],
        }
    }
}

fn table<T: Copy>(rows: &[(&str, T)]) -> FxHashMap<String, T> {
    rows.iter()
        .map(|&(word, meaning)| (word.to_owned(), meaning))
        .collect()
}

impl Vocabulary {
    /// Adds spellings: for each English word or heading, others for the same. The word `{} values` stands for the
    /// heading of an enumeration; its spellings have `{}` where the name goes.
    ///
    /// # Errors
    /// If a key is no word of the English vocabulary.
    pub fn extend(&mut self, spellings: &BTreeMap<String, Vec<String>>) -> Result<(), UnknownWord> {
        for (word, others) in spellings {
            let key = normalize(word);
            for other in others {
                let spelling = normalize(other);
                if key == "{} values" {
                    let (before, after) = spelling.split_once("{}").unwrap_or(("", &spelling));
                    self.values.push((before.to_owned(), after.to_owned()));
                } else if let Some(&heading) = self.headings.get(&key) {
                    self.headings.insert(spelling.clone(), heading);
                    if let Some(&column) = self.columns.get(&key) {
                        self.columns.insert(spelling, column);
                    }
                } else if let Some(&column) = self.columns.get(&key) {
                    self.columns.insert(spelling, column);
                } else if let Some(&kind) = self.permission_kinds.get(&key) {
                    self.permission_kinds.insert(spelling, kind);
                } else if self.unsupported.contains(&key) {
                    self.unsupported.insert(without_stop(&spelling).to_owned());
                } else {
                    return Err(UnknownWord {
                        word: word.clone(),
                        known: Self::words(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Every English word that spellings can be added to.
    pub fn words() -> Vec<&'static str> {
        let headings = HEADINGS.iter().map(|row| row.0);
        let columns = COLUMNS.iter().map(|row| row.0);
        let kinds = PERMISSION_KINDS.iter().map(|row| row.0);
        headings
            .chain(columns)
            .chain(kinds)
            .chain(UNSUPPORTED.iter().copied())
            .chain(["{} values"])
            .collect()
    }

    /// What a heading stands for. The anchor of a translated heading (`<a name="http-request"></a>…`) is English.
    pub fn heading(&self, title: &str) -> Option<Heading> {
        let (anchor, text) = anchor(title);
        let text = normalize(text);
        self.headings
            .get(&text)
            .or_else(|| self.headings.get(&anchor?.replace('-', " ")))
            .copied()
            .or_else(|| numbered(&text, "request", Heading::Request))
            .or_else(|| numbered(&text, "response", Heading::Response))
            .or_else(|| {
                text.starts_with("http request")
                    .then_some(Heading::HttpRequest)
            })
            .or_else(|| is_example(&text).then_some(Heading::Examples))
            .or_else(|| text.starts_with("tasks on ").then_some(Heading::Methods))
    }

    /// The name of the enumeration that a heading such as `### riskLevel values` announces.
    pub fn values_of<'a>(&self, title: &'a str) -> Option<&'a str> {
        let (_, title) = anchor(title);
        let title = title.trim().trim_end_matches(':').trim_end();
        self.values.iter().find_map(|(before, after)| {
            let lower = title.to_ascii_lowercase();
            // Whatever blank stands there, also one that does not break.
            let word = after.trim_start();
            let rest = lower.strip_prefix(before.as_str())?.strip_suffix(word)?;
            if word.len() < after.len() && !rest.ends_with(char::is_whitespace) {
                return None;
            }
            let name = title
                .get(before.len()..before.len() + rest.len())?
                .trim()
                .trim_matches(['`', '*']);
            let is_name = !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
            is_name.then_some(name)
        })
    }

    /// What a column head stands for.
    pub fn column(&self, head: &str) -> Option<Column> {
        self.columns.get(&normalize(head)).copied()
    }

    /// Which kind of permission a row of a permissions table is about.
    pub fn permission_kind(&self, cell: &str) -> Option<PermissionKind> {
        let text = normalize(cell);
        self.permission_kinds.get(&text).copied().or_else(|| {
            // Some rows lack the closing parenthesis or name only the account.
            self.permission_kinds
                .iter()
                .find(|(word, _)| text.len() >= 9 && word.starts_with(text.trim_end_matches(')')))
                .map(|(_, &kind)| kind)
        })
    }

    /// Whether a cell of a permissions table says that no permission suffices, alone or with a remark.
    pub fn is_unsupported(&self, cell: &str) -> bool {
        let text = normalize(cell);
        let says = |word: &str| word.contains(' ') && text.contains(word);
        self.unsupported.contains(without_stop(&text))
            || self.unsupported.iter().any(|word| says(word))
    }
}

/// The last word of a sentence without what ends it.
fn without_stop(text: &str) -> &str {
    text.trim_end_matches(['.', ' '])
}

/// `Response 1`, `response for getting the photo`.
fn numbered(text: &str, word: &str, heading: Heading) -> Option<Heading> {
    let rest = text.strip_prefix(word)?.strip_prefix(' ')?;
    let counts = rest.bytes().all(|byte| byte.is_ascii_digit())
        || rest.starts_with("for ")
        || rest == "body";
    counts.then_some(heading)
}

/// `Example 1: …`, `Examples 2:`, `Example (file attachment)`.
fn is_example(text: &str) -> bool {
    let rest = text
        .strip_prefix("examples")
        .or_else(|| text.strip_prefix("example"));
    rest.is_some_and(|rest| {
        rest.trim_start()
            .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '(' | ':'))
    })
}

/// Splits `<a name="x"></a>title`.
pub(crate) fn anchor(title: &str) -> (Option<&str>, &str) {
    let title = title.trim();
    let Some(rest) = title.strip_prefix("<a name=\"") else {
        return (None, title);
    };
    let Some((name, rest)) = rest.split_once('"') else {
        return (None, title);
    };
    let text = rest.split_once("</a>").map_or(rest, |(_, text)| text);
    (Some(name), text.trim())
}

/// Lower case, without markup, trailing colon and repeated blanks.
fn normalize(text: &str) -> String {
    let replaced;
    let text = if text.contains('&') {
        replaced = text.replace("&nbsp;", " ");
        &replaced
    } else {
        text
    };
    let mut out = String::with_capacity(text.len());
    // Behind a blank, and at the beginning, another blank says nothing.
    let mut is_blank = true;
    for c in text.chars() {
        match c {
            '*' | '`' => continue,
            c if c.is_whitespace() && is_blank => {}
            c if c.is_whitespace() => out.push(' '),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.extend(c.to_lowercase()),
        }
        is_blank = c.is_whitespace();
    }
    let trimmed = out.trim_end_matches([':', ' ']).len();
    out.truncate(trimmed);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_values_name_enumerations() {
        let words = Vocabulary::default();
        for heading in [
            "riskLevel values",
            "riskLevel\u{a0} values:",
            "**riskLevel** values",
        ] {
            assert_eq!(words.values_of(heading), Some("riskLevel"), "{heading}");
        }
        for heading in ["values", "riskLevelvalues", "The risk values", "riskLevel"] {
            assert_eq!(words.values_of(heading), None, "{heading}");
        }
    }
}
