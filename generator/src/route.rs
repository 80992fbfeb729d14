//! Which documented operation a request is.
//!
//! Comes in: an [`Api`], then methods and paths as they go over the wire. Goes out: the operation, and what the request
//! has in the place of each placeholder.
//! Invariants: names are compared without case, as the service does; a name wins over a placeholder, and more text over
//! less, so that `/users/delta` is no user; to find nothing costs no more than the length of the path times the number of
//! placeholders in the paths that it resembles.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use rustc_hash::FxHashMap;

use crate::{
    api::{Api, Operation, Path, Piece, SegmentKind},
    ir::{DEFAULT_NAMESPACE, Method},
};

/// The documented paths, ready to be searched.
#[derive(Debug)]
pub struct Router<'a> {
    /// The root comes first.
    nodes: Vec<Node<'a>>,
}

/// What a request is.
#[derive(Clone, Debug)]
pub struct Match<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// One value for each of [`Path::parameters`], decoded.
    pub arguments: Vec<String>,
}

/// Why a request is no documented operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// No operation has such a path.
    Path,
    /// The path takes these methods, but not the one of the request.
    Method(Vec<Method>),
}

/// A prefix of paths.
#[derive(Debug, Default)]
struct Node<'a> {
    /// Segments without placeholders, by [`folded`] text.
    names: FxHashMap<String, usize>,
    /// Segments with placeholders, those with most text first.
    patterns: Vec<(Pattern, usize)>,
    operations: Vec<&'a Operation>,
}

/// A segment with placeholders: the texts around them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// One more than there are placeholders; folded.
    texts: Vec<String>,
    /// Whether a placeholder may hold slashes.
    is_long: bool,
}

impl<'a> Router<'a> {
    /// Sorts all operations of an api in.
    pub fn new(api: &'a Api) -> Self {
        let mut router = Self {
            nodes: vec![Node::default()],
        };
        for operation in &api.operations {
            let mut at = 0;
            for index in 0..operation.path.segments.len() {
                at = router.child(at, segment_texts(&operation.path, index));
            }
            router.nodes[at].operations.push(operation);
        }
        for node in &mut router.nodes {
            let weight = |pattern: &Pattern| pattern.texts.iter().map(String::len).sum::<usize>();
            node.patterns
                .sort_by_key(|(pattern, _)| (pattern.is_long, usize::MAX - weight(pattern)));
        }
        router
    }

    fn child(&mut self, parent: usize, pattern: Pattern) -> usize {
        let new = self.nodes.len();
        let node = &mut self.nodes[parent];
        let at = if let [name] = pattern.texts.as_slice() {
            *node.names.entry(name.clone()).or_insert(new)
        } else if let Some((_, at)) = node.patterns.iter().find(|(known, _)| *known == pattern) {
            *at
        } else {
            node.patterns.push((pattern, new));
            new
        };
        if at == new {
            self.nodes.push(Node::default());
        }
        at
    }

    /// The operation for a request; `path` begins after the version and may have a query, which is ignored.
    pub fn find(&self, method: Method, path: &str) -> Result<Match<'a>, Miss> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let mut arguments = Vec::new();
        let mut methods = Vec::new();
        let found = self.search(0, &segments, &mut arguments, &mut |node| {
            methods.extend(node.operations.iter().map(|operation| operation.method));
            let mut operations = node.operations.iter();
            operations
                .find(|operation| operation.method == method)
                .copied()
        });
        match found {
            Some(operation) => Ok(Match {
                operation,
                arguments: in_order(&operation.path, &arguments),
            }),
            None if methods.is_empty() => Err(Miss::Path),
            None => {
                methods.sort();
                methods.dedup();
                Err(Miss::Method(methods))
            }
        }
    }

    /// Whether documented paths begin like this one.
    pub fn leads_on(&self, path: &str) -> bool {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let mut is_reached = false;
        self.search(0, &segments, &mut Vec::new(), &mut |_| {
            is_reached = true;
            None
        });
        is_reached
    }

    /// Goes on from a node; on the way back from a place where nothing is left, `arguments` is as it was.
    fn search(
        &self,
        node: usize,
        segments: &[&str],
        arguments: &mut Vec<String>,
        accept: &mut impl FnMut(&Node<'a>) -> Option<&'a Operation>,
    ) -> Option<&'a Operation> {
        let node = &self.nodes[node];
        let Some((first, rest)) = segments.split_first() else {
            return accept(node);
        };
        let text = folded(&decoded(first));
        if let Some(&child) = node.names.get(&text)
            && let Some(found) = self.search(child, rest, arguments, accept)
        {
            return Some(found);
        }
        // `users('x')` is another way to write `users/x` (OData 4.0, URL conventions, section 4.3.1).
        if let Some((name, key)) = key_in_parentheses(first)
            && let Some(&child) = node.names.get(&folded(name))
        {
            let segments: Vec<&str> = [key].into_iter().chain(rest.iter().copied()).collect();
            if let Some(found) = self.search(child, &segments, arguments, accept) {
                return Some(found);
            }
        }
        let known = arguments.len();
        for (pattern, child) in &node.patterns {
            let longest = if pattern.is_long { segments.len() } else { 1 };
            for length in 1..=longest {
                if pattern.read(&without_blanks(&segments[..length]), arguments)
                    && let Some(found) = self.search(*child, &segments[length..], arguments, accept)
                {
                    return Some(found);
                }
                arguments.truncate(known);
            }
        }
        None
    }
}

impl Pattern {
    /// Adds what stands in the placeholders; whether the text is of this form.
    fn read(&self, text: &str, arguments: &mut Vec<String>) -> bool {
        // `$count` and its like are no keys, whatever else the path could be.
        if text.starts_with('$') {
            return false;
        }
        let [first, others @ ..] = self.texts.as_slice() else {
            return false;
        };
        let text = without_namespace(text);
        let Some(mut rest) = strip_prefix(text, first) else {
            return false;
        };
        for (index, literal) in others.iter().enumerate() {
            let is_last = index + 1 == others.len();
            let end = if is_last {
                rest.len().checked_sub(literal.len())
            } else {
                find(rest, literal)
            };
            let Some(end) = end.filter(|&end| end > 0 || rest.is_empty() && !is_last) else {
                return false;
            };
            let Some((argument, after)) = rest.split_at_checked(end) else {
                return false;
            };
            let Some(after) = strip_prefix(after, literal) else {
                return false;
            };
            let is_quoted = self.texts[index].ends_with('\'') && literal.starts_with('\'');
            let argument = decoded(argument);
            arguments.push(if is_quoted {
                argument.replace("''", "'")
            } else {
                argument.into_owned()
            });
            rest = after;
        }
        rest.is_empty()
    }
}

/// The texts of a segment around its placeholders.
fn segment_texts(path: &Path, index: usize) -> Pattern {
    let segment = &path.segments[index];
    let mut texts = vec![String::new()];
    let mut is_long = false;
    for piece in &segment.pieces {
        match piece {
            Piece::Text(text) => texts.iter_mut().last().into_iter().for_each(|last| {
                last.push_str(text);
            }),
            Piece::Parameter(at) => {
                is_long |= path.parameters[*at].multi_segment;
                texts.push(String::new());
            }
        }
    }
    let is_qualified = matches!(
        segment.kind,
        SegmentKind::Call(_) | SegmentKind::Cast(_) | SegmentKind::Name
    );
    for (at, text) in texts.iter_mut().enumerate() {
        *text = if at == 0 && is_qualified {
            folded(text)
        } else {
            without_case(text)
        };
    }
    Pattern { texts, is_long }
}

/// The arguments by the numbers of their placeholders.
fn in_order(path: &Path, found: &[String]) -> Vec<String> {
    let mut arguments = vec![String::new(); path.parameters.len()];
    let pieces = path.segments.iter().flat_map(|segment| &segment.pieces);
    let numbers = pieces.filter_map(|piece| match piece {
        Piece::Parameter(at) => Some(*at),
        Piece::Text(_) => None,
    });
    for (at, argument) in numbers.zip(found) {
        arguments[at].clone_from(argument);
    }
    arguments
}

/// Segments as one text, without the blanks that may stand between the arguments of a function.
fn without_blanks<'t>(segments: &[&'t str]) -> Cow<'t, str> {
    match segments {
        [only] if !only.contains(',') => Cow::Borrowed(only),
        _ => {
            let text = segments.join("/");
            Cow::Owned(text.replace(", ", ",").replace(",%20", ","))
        }
    }
}

/// Percent-encoded text as what it stands for (RFC 3986, section 2.1); as it is, if that is no UTF-8.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text)
        .decode_utf8()
        .unwrap_or(text.into())
}

/// What two spellings of a name have in common: without case, without blanks, without the namespace of the service.
fn folded(text: &str) -> String {
    without_case(without_namespace(text))
}

/// A text in lower case and without blanks.
fn without_case(text: &str) -> String {
    let mut text = text.to_ascii_lowercase();
    text.retain(|c| c != ' ');
    text
}

/// `microsoft.graph.delta` and `delta` are called alike.
fn without_namespace(text: &str) -> &str {
    let rest = strip_prefix(text, DEFAULT_NAMESPACE).and_then(|rest| rest.strip_prefix('.'));
    // A name with more dots is in a namespace below, which tells it from others.
    rest.filter(|rest| !rest.split('(').next().unwrap_or_default().contains('.'))
        .unwrap_or(text)
}

/// `users('x')` as `users` and `x`.
fn key_in_parentheses(segment: &str) -> Option<(&str, &str)> {
    let (name, key) = segment.strip_suffix(')')?.split_once('(')?;
    let quoted = key
        .strip_prefix('\'')
        .and_then(|key| key.strip_suffix('\''));
    // Without quotes, `name=value` is an argument of a function, or an alternate key.
    let key = quoted.or_else(|| (!key.contains('=')).then_some(key))?;
    (!name.is_empty() && !key.is_empty()).then_some((name, key))
}

/// What follows `prefix`, which is in lower case.
fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Where `literal`, which is in lower case, begins in `text`.
fn find(text: &str, literal: &str) -> Option<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .find(|&at| strip_prefix(&text[at..], literal).is_some())
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::{compile, docs::Docs, ir::ApiVersion, vocabulary::Vocabulary};

    const PAGE: &str = "# List shelves\n\n## HTTP request\n\n```http\n\
        GET /shelves\n\
        POST /shelves\n\
        GET /shelves/{id}\n\
        GET /shelves/{id}/books\n\
        GET /shelves/delta\n\
        GET /shelves/{id}/lent(from='{from}',to={to})\n\
        GET /shelves/{id}/root:/{item-path}:/content\n\
        ```\n";

    static API: LazyLock<Api> = LazyLock::new(|| {
        let docs = Docs::from_texts(ApiVersion::Beta, [("api/shelf-list.md", PAGE)]);
        compile(docs, &Vocabulary::default()).api
    });

    /// `GET /users/{id}: 7`, or what is wrong.
    fn found(request: &str) -> String {
        let (method, path) = request.split_once(' ').unwrap();
        match Router::new(&API).find(Method::from_name(method).unwrap(), path) {
            Ok(Match {
                operation,
                arguments,
            }) => format!("{} {arguments:?}", operation.path.template()),
            Err(miss) => format!("{miss:?}"),
        }
    }

    #[test]
    fn requests_find_their_operations() {
        let requests = [
            "GET /shelves",
            "get /Shelves/?$top=1",
            "GET /shelves/7",
            "GET /shelves/a%20b%2Fc",
            "GET /shelves('7')/books",
            "GET /shelves('AA=')/books/",
            "GET /shelves/delta",
            "GET /shelves/microsoft.graph.delta",
            "GET /shelves/7/lent(from='O''Hara',to=2)",
            "GET /shelves/7/lent(from='x', to=2)",
            "GET /shelves/7/root:/a/b c.txt:/content",
            "DELETE /shelves/7/root:/a/b.txt:/content",
            "GET /shelves/7/8/9",
            "GET /",
            "GET //",
            "PUT /shelves",
            "GET /shelves/$count",
            "GET /shelves/%24count",
        ];
        let found: Vec<_> = requests
            .iter()
            .map(|request| format!("{request}\n  {}", found(request)))
            .collect();
        insta::assert_snapshot!(found.join("\n"));
    }

    #[test]
    fn every_path_of_an_api_finds_itself() {
        let router = Router::new(&API);
        for operation in &API.operations {
            let path = operation.path.template().replace(['{', '}'], "");
            let found = router.find(operation.method, &path).unwrap();
            assert_eq!(found.operation.id, operation.id);
        }
    }
}
