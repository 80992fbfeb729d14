//! Patterns: what a user writes to choose a part of an api.
//!
//! Comes in: the text of a pattern. Goes out: a [`Pattern`], or what is wrong with the text; then, whether a request or
//! a name matches. Nothing here knows an api; [`crate::slice`] looks for what matches in one.
//!
//! A pattern with a `/` in it is about **paths**, segment by segment:
//!
//! | in a pattern | matches |
//! |---|---|
//! | `users` | this segment, in any case |
//! | `*` | any one segment; beside other text, any part of one: `get*` |
//! | `{id}` | any placeholder, whatever its name |
//! | `**` | any number of segments, none included |
//! | `#GET,POST` at the end | requests with these methods only |
//!
//! The `/` at the beginning may be left out, and `**` alone is all paths. Any other pattern is about **names**: those of
//! types, enumerations, actions and functions. It has as many parts between dots as it cares for, counted from the end:
//! `user` and `graph.user` both match `microsoft.graph.user`. A `*` matches any part of what stands between two dots.

use std::{fmt, str::FromStr};

use crate::{
    ir::{Method, TypeName},
    suggest,
};

/// A part of an api, as a user describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    target: Target,
}

/// What a pattern is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Requests.
    Paths {
        /// What the path consists of.
        parts: Vec<Part>,
        /// The methods to choose; all if there are none.
        methods: Vec<Method>,
    },
    /// Types, enumerations, actions and functions: the last parts of their names.
    Names(Vec<Glob>),
}

/// One part of a pattern of paths, between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// One segment.
    One(Glob),
    /// Any number of segments.
    Any,
}

/// Text with `*` for any text; lower-cased, placeholders without their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob(String);

/// Why a text is no pattern.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing.
    #[error(
        "a pattern is a path such as `/users/*/messages/**`, or the name of a type or an action"
    )]
    Empty,
    /// Two slashes in a row, or one at the end.
    #[error(
        "`{0}` has nothing behind one of its slashes; write `/**` at the end for all that is below"
    )]
    EmptySegment(String),
    /// `**` beside other text.
    #[error("`**` stands for whole segments; within `{0}`, write `*`")]
    PartOfSegment(String),
    /// A brace without the other one.
    #[error("`{0}` has a brace without its counterpart; a placeholder is written `{{id}}`")]
    Brace(String),
    /// What follows `#` is no method.
    #[error("`{word}` is no method{hint}; behind `#` stand methods, as in `/users/**#GET,POST`")]
    Method {
        /// What is there.
        word: String,
        /// What may be meant.
        hint: String,
    },
    /// Methods behind a name.
    #[error("`#` chooses methods of paths, but `{0}` is a name; a path has a `/`")]
    MethodsOfName(String),
    /// Something that no name can have.
    #[error(
        "`{0}` is neither a path, which has a `/`, nor a name: that has letters, digits, `_`, `.` and `*` only"
    )]
    Name(String),
}

impl FromStr for Pattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (body, methods) = match text.split_once('#') {
            Some((body, methods)) => (body, Some(methods)),
            None => (text, None),
        };
        let target = if body.is_empty() {
            return Err(Error::Empty);
        } else if body.contains('/') || body == "**" {
            let segments = body.strip_prefix('/').unwrap_or(body).split('/');
            Target::Paths {
                parts: segments
                    .map(|segment| part(segment, text))
                    .collect::<Result<_, _>>()?,
                methods: methods.map_or(Ok(Vec::new()), read_methods)?,
            }
        } else if methods.is_some() {
            return Err(Error::MethodsOfName(body.to_owned()));
        } else {
            Target::Names(read_name(body)?)
        };
        Ok(Self {
            text: text.to_owned(),
            target,
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Pattern {
    /// What the pattern is about.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Whether a request matches; its path comes in segments, with `{}` for each placeholder.
    pub fn matches_request(&self, method: Method, path: &[String]) -> bool {
        match &self.target {
            Target::Paths { parts, methods } => {
                (methods.is_empty() || methods.contains(&method))
                    && reach(parts, path).last() == Some(&path.len())
            }
            Target::Names(_) => false,
        }
    }

    /// Whether the name of a type, an enumeration, an action or a function matches.
    pub fn matches_name(&self, name: &TypeName) -> bool {
        match &self.target {
            Target::Paths { .. } => false,
            Target::Names(globs) => {
                let mut parts = name.as_str().rsplit('.');
                let mut globs = globs.iter().rev();
                globs.all(|glob| parts.next().is_some_and(|part| glob.matches(part)))
            }
        }
    }
}

/// How many segments of a path the parts match from its beginning on: every number that is possible, in order.
pub(crate) fn reach(parts: &[Part], path: &[String]) -> Vec<usize> {
    parts.iter().fold(vec![0], |reached, part| match part {
        Part::Any => reached
            .first()
            .map_or(Vec::new(), |&first| (first..=path.len()).collect()),
        Part::One(glob) => {
            let next = |at: &usize| path.get(*at).is_some_and(|segment| glob.matches(segment));
            reached.into_iter().filter(next).map(|at| at + 1).collect()
        }
    })
}

impl Glob {
    /// Whether the whole text matches, in any case.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        for piece in pieces {
            let Some(at) = rest.find(piece) else {
                return false;
            };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last)
    }
}

/// Reads one part of the pattern `whole`.
fn part(segment: &str, whole: &str) -> Result<Part, Error> {
    match segment {
        "" => Err(Error::EmptySegment(whole.to_owned())),
        "**" => Ok(Part::Any),
        _ if segment.contains("**") => Err(Error::PartOfSegment(segment.to_owned())),
        _ => Ok(Part::One(Glob(nameless(segment)?.to_ascii_lowercase()))),
    }
}

/// A segment with `{}` for each placeholder.
fn nameless(segment: &str) -> Result<String, Error> {
    let failure = || Error::Brace(segment.to_owned());
    let mut pieces = segment.split('{');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (_, text) = piece.split_once('}').ok_or_else(failure)?;
        out.push_str("{}");
        out.push_str(text);
    }
    if out.matches('}').count() == out.matches('{').count() {
        Ok(out)
    } else {
        Err(failure())
    }
}

fn read_methods(text: &str) -> Result<Vec<Method>, Error> {
    let read = |word: &str| {
        Method::from_name(word).ok_or_else(|| Error::Method {
            word: word.to_owned(),
            hint: suggest::hint(word, Method::ALL.map(Method::as_str)),
        })
    };
    text.split(',').map(|word| read(word.trim())).collect()
}

fn read_name(text: &str) -> Result<Vec<Glob>, Error> {
    let is_word = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '*'))
    };
    if !text.split('.').all(is_word) {
        return Err(Error::Name(text.to_owned()));
    }
    let parts = text.split('.');
    Ok(parts.map(|part| Glob(part.to_ascii_lowercase())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check_path(text: &str, matching: &[&str], others: &[&str]) {
        let pattern = pattern(text);
        let matches = |request: &str| {
            let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
            let path: Vec<_> = path.split('/').skip(1).map(str::to_owned).collect();
            pattern.matches_request(Method::from_name(method).unwrap(), &path)
        };
        for path in matching {
            assert!(matches(path), "{text} should match {path}");
        }
        for path in others {
            assert!(!matches(path), "{text} should not match {path}");
        }
    }

    #[track_caller]
    fn check_name(text: &str, matching: &[&str], others: &[&str]) {
        let pattern = pattern(text);
        for name in matching {
            assert!(
                pattern.matches_name(&TypeName::new(name)),
                "{text} should match {name}"
            );
        }
        for name in others {
            assert!(
                !pattern.matches_name(&TypeName::new(name)),
                "{text} should not match {name}"
            );
        }
    }

    #[test]
    fn segments_match_one_by_one() {
        check_path(
            "/users",
            &["/users", "/Users"],
            &["/users/{}", "/user", "/me/users"],
        );
        check_path(
            "/users/*",
            &["/users/{}", "/users/delta()"],
            &["/users", "/users/{}/messages"],
        );
        check_path(
            "users/*/messages",
            &["/users/{}/messages"],
            &["/users/messages", "/groups/{}/messages"],
        );
        check_path(
            "/me/get*",
            &["/me/getSchedule", "/me/get"],
            &["/me/forget", "/me/getIt/now"],
        );
        check_path(
            "/me/*item*s",
            &["/me/items", "/me/driveItemVersions"],
            &["/me/item", "/me/itemsOf"],
        );
        check_path("/me/a*a", &["/me/aa", "/me/aba"], &["/me/a"]);
    }

    #[test]
    fn two_stars_match_any_number_of_segments() {
        check_path("**", &["/users", "/users/{}/messages/{}/$value"], &[]);
        check_path(
            "/users/**",
            &["/users", "/users/{}", "/users/{}/messages"],
            &["/me", "/groups/{}/users"],
        );
        check_path(
            "/**/messages",
            &["/messages", "/me/messages", "/users/{}/messages"],
            &["/me/messages/{}"],
        );
        check_path(
            "/users/**/$ref",
            &["/users/$ref", "/users/{}/manager/$ref"],
            &["/users/{}/manager"],
        );
        check_path(
            "/**/a/**/a",
            &["/a/a", "/x/a/y/a", "/a/a/a"],
            &["/a", "/a/b"],
        );
    }

    #[test]
    fn a_placeholder_matches_a_placeholder_of_any_name() {
        check_path("/users/{anything}", &["/users/{}"], &["/users/delta()"]);
        check_path(
            "/users/{id | upn}/messages",
            &["/users/{}/messages"],
            &["/users/me/messages"],
        );
        check_path(
            "/me/view(start='{a}',end={b})",
            &["/me/view(start='{}',end={})"],
            &["/me/view(start='{}')"],
        );
        check_path(
            "/me/view(*)",
            &["/me/view(start='{}',end={})", "/me/view()"],
            &["/me/view"],
        );
    }

    #[test]
    fn methods_restrict_paths() {
        check_path(
            "/users#get,POST",
            &["GET /users", "POST /users"],
            &["DELETE /users", "GET /users/{}"],
        );
        check_path("**#PATCH", &["PATCH /users/{}"], &["GET /users/{}"]);
    }

    #[test]
    fn names_match_by_their_last_parts() {
        check_name(
            "user",
            &["microsoft.graph.user", "microsoft.graph.User"],
            &["microsoft.graph.userActivity", "microsoft.graph.user.role"],
        );
        check_name(
            "callRecords.session",
            &["microsoft.graph.callRecords.session"],
            &["microsoft.graph.session"],
        );
        check_name(
            "microsoft.graph.*",
            &["microsoft.graph.user"],
            &["microsoft.graph.callRecords.session"],
        );
        check_name(
            "*mail*",
            &["microsoft.graph.sendMail", "microsoft.graph.mailFolder"],
            &["microsoft.graph.message"],
        );
        check_name("a.b.c.d", &["a.b.c.d"], &["b.c.d"]);
        check_name("**#GET", &[], &["microsoft.graph.user"]);
        check_path("user", &[], &["/user"]);
    }

    #[test]
    fn what_is_no_pattern_is_explained() {
        let failure = |text: &str| text.parse::<Pattern>().unwrap_err().to_string();
        insta::assert_snapshot!(failure(""), @"a pattern is a path such as `/users/*/messages/**`, or the name of a type or an action");
        insta::assert_snapshot!(failure("#GET"), @"a pattern is a path such as `/users/*/messages/**`, or the name of a type or an action");
        insta::assert_snapshot!(failure("/users/"), @"`/users/` has nothing behind one of its slashes; write `/**` at the end for all that is below");
        insta::assert_snapshot!(failure("/users//messages"), @"`/users//messages` has nothing behind one of its slashes; write `/**` at the end for all that is below");
        insta::assert_snapshot!(failure("/"), @"`/` has nothing behind one of its slashes; write `/**` at the end for all that is below");
        insta::assert_snapshot!(failure("/users/get**"), @"`**` stands for whole segments; within `get**`, write `*`");
        insta::assert_snapshot!(failure("/users/{id"), @"`{id` has a brace without its counterpart; a placeholder is written `{id}`");
        insta::assert_snapshot!(failure("/users/id}"), @"`id}` has a brace without its counterpart; a placeholder is written `{id}`");
        insta::assert_snapshot!(failure("/users#PUSH"), @"`PUSH` is no method; behind `#` stand methods, as in `/users/**#GET,POST`");
        insta::assert_snapshot!(failure("/users#"), @"`` is no method; behind `#` stand methods, as in `/users/**#GET,POST`");
        insta::assert_snapshot!(failure("user#GET"), @"`#` chooses methods of paths, but `user` is a name; a path has a `/`");
        insta::assert_snapshot!(failure("user name"), @"`user name` is neither a path, which has a `/`, nor a name: that has letters, digits, `_`, `.` and `*` only");
        insta::assert_snapshot!(failure("microsoft..user"), @"`microsoft..user` is neither a path, which has a `/`, nor a name: that has letters, digits, `_`, `.` and `*` only");
        insta::assert_snapshot!(failure("user**/x"), @"`**` stands for whole segments; within `user**`, write `*`");
    }
}
