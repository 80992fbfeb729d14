//! The request lines of a page, and which requests they speak of.
//!
//! Comes in: a page, and the path of a request. Goes out: the lines, and whether a path is of the form of one of them.
//! Names are compared without case and without the namespace of the service; a function is found whatever its arguments;
//! `/me` is a user.

use super::page::{Message, PageContext};
use crate::{
    facts::Claim,
    ir::Method,
    resolve::path_text::{self, without_namespace},
    span::ByteRange,
    target::{Elsewhere, Target},
};

/// A request line.
#[derive(Clone, Copy, Debug)]
pub struct Line<'p> {
    /// Method.
    pub method: Method,
    /// Path below the version, without query.
    pub path: &'p str,
    /// The whole line.
    pub at: ByteRange,
}

/// The request lines of a page, those of included files left out.
pub fn lines<'p>(cx: &PageContext<'p, '_>) -> Vec<Line<'p>> {
    let facts = cx.facts.facts.iter();
    facts
        .filter(|fact| fact.page == cx.id)
        .filter_map(|fact| match &fact.claim {
            Claim::Request { method, path, .. } => Some(Line {
                method: *method,
                path,
                at: fact.at,
            }),
            _ => None,
        })
        .collect()
}

impl Line<'_> {
    /// `GET /users/{id}`.
    pub fn symbol(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Where the path stands in the line.
    pub fn path_at(&self, cx: &PageContext) -> ByteRange {
        let line = cx.str(self.at);
        let found = line.find(self.path).map(|at| (at, self.path.len()));
        let bare = self.path.trim_start_matches('/');
        let found = found.or_else(|| line.find(bare).map(|at| (at, bare.len())));
        match found {
            Some((at, length)) => {
                let start = self.at.start as usize + at;
                ByteRange::new(start, start + length)
            }
            None => self.at,
        }
    }
}

/// Whether a request with this path is what a request line speaks of.
pub fn is_of(line: &str, path: &str) -> bool {
    let (mut line, mut path) = (segments(line), segments(path));
    for segments in [&mut line, &mut path] {
        if matches!(segments.as_slice(), [first, ..] if first.eq_ignore_ascii_case("me")) {
            segments.splice(0..1, ["users", "{id}"]);
        }
    }
    line.len() == path.len()
        && line
            .iter()
            .zip(&path)
            .all(|(line, path)| is_segment_of(line, path))
}

/// What an example asks for, by the request lines of its page.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'l, 'p> {
    /// What one of the lines speaks of.
    Documented,
    /// A line has the path, but none has the method; or none has either.
    OtherMethod(&'l Line<'p>),
    /// No line has the path; the one that is nearest.
    OtherPath(&'l Line<'p>),
    /// Something else on the way: what another page documents, behind a first example that is of this one; or another
    /// service.
    Aside,
}

/// The example requests of a page with what they ask for; nothing, if the page has no request lines to compare with.
pub fn examples<'c, 'p, 'l>(
    cx: &'c PageContext<'p, '_>,
    lines: &'l [Line<'p>],
) -> Vec<(&'c Message<'p>, Asked<'l, 'p>)> {
    let mut out = Vec::new();
    let Some(first) = lines.first() else {
        return out;
    };
    let mut is_shown = false;
    for message in cx.messages() {
        let Some((method, target)) = message.request().filter(|_| !cx.is_request_line(message))
        else {
            continue;
        };
        let target = Target::of(target);
        let version = cx.version.compilation.version;
        let is_elsewhere = matches!(target.elsewhere(version), Some(Elsewhere::Host(_)));
        // Without a host and with placeholders it is as good as a request line.
        let is_line = target.host.is_none() && target.path.contains('{');
        if is_elsewhere || is_line || target.path.trim_matches('/').is_empty() {
            continue;
        }
        let asked = asked(lines, first, method, target.path);
        is_shown |= matches!(asked, Asked::Documented);
        out.push((message, asked));
    }
    // A page that shows what it documents may lead up to it.
    if is_shown {
        for (message, asked) in &mut out {
            let is_known = || {
                message.request().is_some_and(|(method, target)| {
                    let path = Target::of(target).path;
                    cx.version.router().find(method, path).is_ok()
                })
            };
            let reads = message
                .request()
                .is_some_and(|(method, _)| method == Method::Get);
            let is_aside = match asked {
                Asked::OtherPath(_) => true,
                // What changes something is more than a look at what came of it.
                Asked::OtherMethod(_) => reads,
                Asked::Documented | Asked::Aside => false,
            };
            if is_aside && is_known() {
                *asked = Asked::Aside;
            }
        }
    }
    out
}

fn asked<'l, 'p>(
    lines: &'l [Line<'p>],
    first: &'l Line<'p>,
    method: Method,
    path: &str,
) -> Asked<'l, 'p> {
    let of_path: Vec<_> = lines.iter().filter(|line| is_of(line.path, path)).collect();
    if of_path.iter().any(|line| line.method == method) {
        return Asked::Documented;
    }
    if let Some(line) = of_path.first() {
        return Asked::OtherMethod(line);
    }
    let of_method = lines.iter().filter(|line| line.method == method);
    let shared = |line: &&Line| shared_segments(line.path, path);
    match of_method.max_by_key(shared) {
        Some(line) => Asked::OtherPath(line),
        None => Asked::OtherMethod(first),
    }
}

/// How many segments two paths begin with alike.
fn shared_segments(line: &str, path: &str) -> usize {
    let (line, path) = (segments(line), segments(path));
    let pairs = line.iter().zip(&path);
    pairs
        .take_while(|(line, path)| is_segment_of(line, path))
        .count()
}

/// The segments of a path, with keys in parentheses as segments, and file paths as one.
fn segments(path: &str) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    let mut in_file_path = false;
    for segment in path_text::split(path) {
        if in_file_path {
            // Where the file path ends, the path goes on; until then all is one segment.
            in_file_path = !segment.ends_with(':');
            if let Some(last) = out.last_mut().filter(|last| !last.ends_with(':')) {
                *last = segment;
            } else {
                out.push(segment);
            }
            continue;
        }
        in_file_path = segment.ends_with(':');
        match key_in_parentheses(segment) {
            Some((name, key)) => out.extend([name, key]),
            None => out.push(segment),
        }
    }
    out
}

/// `users('x')` and `users({id})` as `users` and the key.
fn key_in_parentheses(segment: &str) -> Option<(&str, &str)> {
    let (name, key) = segment.strip_suffix(')')?.split_once('(')?;
    let is_key = !name.is_empty() && !key.is_empty() && !key.contains(['=', ',']);
    is_key.then_some((name, key))
}

fn is_segment_of(line: &str, path: &str) -> bool {
    let (line, path) = (without_namespace(line), without_namespace(path));
    let open = line.find(['{', '<', '(']);
    let Some(open) = open.filter(|_| !line.starts_with('$')) else {
        let is_same = line.eq_ignore_ascii_case(path.split('(').next().unwrap_or(path));
        return is_same || path_text::is_sample(line) || line.trim_matches('\'') != line;
    };
    let is_call = line[open..].starts_with('(') && open > 0;
    if open == 0 {
        return !path.starts_with('$');
    }
    let start = path.get(..open);
    let begins_alike = start.is_some_and(|start| start.eq_ignore_ascii_case(&line[..open]));
    let rest = path.get(open..).unwrap_or_default();
    begins_alike && (!is_call || rest.is_empty() || rest.starts_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_of_lines() {
        for (line, path) in [
            ("/shelves/{id}/books", "/shelves/7/books"),
            ("/shelves/{id}/books", "/Shelves('7')/books"),
            ("/shelves({id})", "/shelves/7"),
            ("/users/{id | name}/books", "/me/books"),
            ("/me/books", "/users/ann@example.com/books"),
            (
                "/drive/root:/{item-path}:/content",
                "/drive/root:/a/b/c.txt:/content",
            ),
            ("/drive/root:/{item-path}", "/drive/root:/a/b.txt"),
            (
                "/shelves/{id}/lent(from={from})",
                "/shelves/7/microsoft.graph.lent(from=1)",
            ),
            ("/shelves/{id}/lent", "/shelves/7/lent(from='a/b')"),
            ("/shelves/123456", "/shelves/7"),
        ] {
            assert!(is_of(line, path), "{line} {path}");
        }
        for (line, path) in [
            ("/shelves/{id}", "/shelves"),
            ("/shelves/{id}", "/shelves/$count"),
            ("/shelves/{id}/books", "/shelves/7/authors"),
            ("/shelves/{id}/lent(from={from})", "/shelves/7/lented"),
        ] {
            assert!(!is_of(line, path), "{line} {path}");
        }
    }
}
