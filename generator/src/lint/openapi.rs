//! OpenAPI documents of the service, as rules compare them with pages.
//!
//! Comes in: the text of a document, JSON or YAML. Goes out: [`OpenApi`]: its value, the operations by what tells them apart, and
//! the place of everything in it.
//! Invariant: what cannot be read has no paths and no schemas; rules that need it are silent then.
//!
//! Converter and pages write one request in several ways: `/users/{user-id}` and `/users('{id}')`, `delta` and
//! `microsoft.graph.delta()`, `/me` and `/users/{id}`. [`key`] brings them together.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::Value;

use super::{beside::TextFile, files::FileId, finding::Place};
use crate::{
    front_matter,
    ir::{ApiVersion, Method},
    json::tree::{self, Tree},
    span::ByteRange,
};

/// An OpenAPI document.
#[derive(Debug)]
pub struct OpenApi {
    /// Its file.
    pub file: FileId,
    /// What it says.
    pub value: Value,
    /// Method and path as written, by [`key`].
    pub operations: HashMap<String, (Method, String)>,
    text: Arc<str>,
    /// The same with places, if it is JSON.
    tree: Option<Tree>,
}

/// The methods that a path item may have.
const METHODS: [(&str, Method); 7] = [
    ("get", Method::Get),
    ("put", Method::Put),
    ("post", Method::Post),
    ("delete", Method::Delete),
    ("options", Method::Options),
    ("head", Method::Head),
    ("patch", Method::Patch),
];

/// The word of a method in a path item.
pub fn word(method: Method) -> &'static str {
    let mut methods = METHODS.iter();
    let found = methods.find(|(_, known)| *known == method);
    found.map_or("", |(word, _)| word)
}

/// Reads the documents of all versions.
pub(super) fn read_all(
    files: &BTreeMap<ApiVersion, TextFile>,
    ids: &BTreeMap<ApiVersion, FileId>,
) -> BTreeMap<ApiVersion, OpenApi> {
    let read = files.iter().filter_map(|(version, file)| {
        let id = *ids.get(version)?;
        Some((*version, OpenApi::read(id, file)))
    });
    read.collect()
}

impl OpenApi {
    fn read(file: FileId, source: &TextFile) -> Self {
        let text = source.text.clone();
        let is_json = text.trim_start().starts_with('{');
        let tree = is_json
            .then(|| tree::read(&text, ByteRange::new(0, text.len())).ok())
            .flatten();
        let value = match &tree {
            Some(tree) => tree.root.value(&text),
            None => front_matter::document(&text).unwrap_or_default(),
        };
        let operations = operations(&value);
        Self {
            file,
            value,
            operations,
            text,
            tree,
        }
    }

    /// The place of the last key of a path through the document that is there.
    pub fn place(&self, keys: &[&str], label: impl Into<String>) -> Place {
        let at = match &self.tree {
            Some(tree) => in_json(tree, keys),
            None => in_yaml(&self.text, keys),
        };
        Place::new(self.file, at, label)
    }

    /// What stands at the end of a path through the document.
    pub fn get(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter()
            .try_fold(&self.value, |value, key| value.get(key))
    }

    /// The schema that a reference leads to, with the name of the component; the schema itself, if it is none.
    pub fn resolved<'s>(&'s self, schema: &'s Value) -> (Option<&'s str>, &'s Value) {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return (None, schema);
        };
        let name = reference.rsplit('/').next().unwrap_or(reference);
        let target = reference.strip_prefix("#/").and_then(|path| {
            let mut keys = path.split('/');
            keys.try_fold(&self.value, |value, key| value.get(key))
        });
        (Some(name), target.unwrap_or(&Value::Null))
    }
}

fn operations(document: &Value) -> HashMap<String, (Method, String)> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut out = HashMap::new();
    for (path, item) in paths.into_iter().flatten() {
        for (word, method) in METHODS {
            if item.get(word).is_some() {
                out.insert(key(method, path), (method, path.clone()));
            }
        }
    }
    out
}

/// What tells a request apart, however its path is written.
pub fn key(method: Method, path: &str) -> String {
    format!("{} {}", method.as_str(), plain(path))
}

/// A path in small letters, with `{}` for each placeholder and key, and calls without namespace.
pub fn plain(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for segment in path.trim_matches('/').split('/') {
        let segment = segment.to_ascii_lowercase();
        let segment = ["microsoft.graph.", "graph."]
            .iter()
            .find_map(|namespace| segment.strip_prefix(namespace))
            .unwrap_or(&segment);
        out.push('/');
        match segment.split_once('(') {
            Some((name, arguments)) if !name.contains('{') => {
                out.push_str(name);
                push_arguments(arguments.trim_end_matches(')'), &mut out);
            }
            _ if segment.starts_with('{') && segment.ends_with('}') => out.push_str("{}"),
            _ => out.push_str(segment),
        }
    }
    // What is said of oneself is said of a user.
    match out.strip_prefix("/me") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/users/{{}}{rest}"),
        _ => out,
    }
}

/// A key in parentheses is a segment; of arguments the names tell, in whatever order.
fn push_arguments(arguments: &str, out: &mut String) {
    if arguments.is_empty() {
        return;
    }
    let names = arguments
        .split(',')
        .map(|it| it.split_once('=').map(|(name, _)| name.trim()));
    let names: Option<Vec<_>> = names.collect();
    match names {
        Some(mut names) => {
            names.sort_unstable();
            out.push('(');
            out.push_str(&names.join(","));
            out.push(')');
        }
        None => out.push_str("/{}"),
    }
}

fn in_json(tree: &Tree, keys: &[&str]) -> ByteRange {
    let mut node = &tree.root;
    let mut at = ByteRange::default();
    for key in keys {
        let Some(entry) = node.entry(key) else {
            break;
        };
        (node, at) = (&entry.value, entry.key_at);
    }
    at
}

/// Looks for the lines with the keys, each below the one before and further to the right.
fn in_yaml(text: &str, keys: &[&str]) -> ByteRange {
    let mut at = ByteRange::default();
    let mut start = 0;
    let mut outside = None;
    for key in keys {
        let Some((found, depth)) = yaml_key(text, start, outside, key) else {
            break;
        };
        at = found;
        start = found.end as usize;
        outside = Some(depth);
    }
    at
}

/// The first line with a key that lies within what is indented by `outside`, and its own indentation.
fn yaml_key(
    text: &str,
    start: usize,
    outside: Option<usize>,
    key: &str,
) -> Option<(ByteRange, usize)> {
    let mut at = start;
    let mut is_first = start > 0;
    for line in text.get(start..)?.split_inclusive('\n') {
        let (from, inner) = (at, line.trim_start());
        at += line.len();
        if std::mem::take(&mut is_first) || inner.trim_end().is_empty() {
            continue;
        }
        let depth = line.len() - inner.len();
        if outside.is_some_and(|outside| depth <= outside) {
            return None;
        }
        let name = inner.trim_end().trim_end_matches(':').split(": ").next()?;
        if name.trim_matches(['"', '\'']) == key {
            return Some((
                ByteRange::new(from + depth, from + depth + name.len()),
                depth,
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_in_several_ways_is_one() {
        let same = [
            ["/users/{user-id}/messages", "/me/messages"],
            ["/users('{id}')", "/users/{id | userPrincipalName}"],
            ["/users/{id}/microsoft.graph.delta()", "/users/{user}/delta"],
            [
                "/reports/usage(period='{period}',top={top})",
                "/reports/usage(top=5,period='D7')",
            ],
        ];
        for [a, b] in same {
            assert_eq!(plain(a), plain(b));
        }
        assert_ne!(plain("/members"), plain("/users/{id}mbers"));
        assert_ne!(plain("/users/{id}"), plain("/users"));
    }
}
