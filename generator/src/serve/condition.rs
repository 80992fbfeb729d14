//! Whether a request is meant for the state that it finds (RFC 9110, section 13).
//!
//! Comes in: the headers of a request, and the number of the last change of what it is about. Goes out: the entity tag of
//! that state, and whether the request may go on.
//! Invariants: a tag is a function of what was changed before, not of a clock; every change brings a new one. Tags are
//! weak, for `$select` and `$expand` show one entity in many ways, and are equal if their texts are: `If-Match` would hold
//! for no weak tag by the letter of section 13.1.1, but services of this kind mean it so.

use axum::http::HeaderMap;

use super::answer::{Answer, Fault};

/// The entity tag of what last changed with this number; 0 is what the documents show.
pub(super) fn tag(revision: u64) -> String {
    format!("W/\"{revision}\"")
}

/// Whether a request that writes may go on; there is no revision where nothing is.
pub(super) fn check(headers: &HeaderMap, revision: Option<u64>) -> Result<(), Fault> {
    let failed = |message: &str| Err(Fault::new(412, "preconditionFailed", message));
    if let Some(wanted) = Tags::read(headers, "if-match")?
        && !wanted.has(revision)
    {
        return failed(
            "The ETag in If-Match is not that of the current state; read it again, and repeat the change.",
        );
    }
    match Tags::read(headers, "if-none-match")? {
        Some(unwanted) if unwanted.has(revision) => {
            failed("If-None-Match names the current state, so nothing was changed.")
        }
        Some(_) | None => Ok(()),
    }
}

/// What a request that reads is answered with if it need not be told what is there: the client knows.
pub(super) fn unchanged(headers: &HeaderMap, revision: u64) -> Result<Option<Answer>, Fault> {
    if let Some(wanted) = Tags::read(headers, "if-match")?
        && !wanted.has(Some(revision))
    {
        let message = "The ETag in If-Match is not that of the current state.";
        return Err(Fault::new(412, "preconditionFailed", message));
    }
    let known = Tags::read(headers, "if-none-match")?;
    let is_known = known.is_some_and(|known| known.has(Some(revision)));
    Ok(is_known.then(|| Answer::empty(304).header("etag", tag(revision))))
}

/// What a header names.
#[derive(Debug, PartialEq, Eq)]
enum Tags<'h> {
    /// `*`: whatever is there.
    Any,
    /// The texts between the quotes.
    These(Vec<&'h str>),
}

impl<'h> Tags<'h> {
    /// The tags in all headers of this name, if there are any.
    fn read(headers: &'h HeaderMap, name: &str) -> Result<Option<Self>, Fault> {
        let mut tags = None;
        for value in headers.get_all(name) {
            let read = value.to_str().ok().and_then(Self::parse).ok_or_else(|| {
                Fault::bad_request(format!(
                    "The header {name} is neither `*` nor a list of ETags such as `W/\"7\"`."
                ))
            })?;
            tags = match (tags, read) {
                (Some(Self::These(mut tags)), Self::These(more)) => {
                    tags.extend(more);
                    Some(Self::These(tags))
                }
                (Some(Self::Any), _) => Some(Self::Any),
                (Some(Self::These(_)) | None, read) => Some(read),
            };
        }
        Ok(tags)
    }

    /// `*`, or tags with commas between them; empty places between commas are nothing (section 5.6.1).
    fn parse(text: &'h str) -> Option<Self> {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | ',');
        let mut rest = text.trim_matches(is_blank);
        if rest == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        while !rest.is_empty() {
            let quoted = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
            let (tag, after) = quoted.split_once('"')?;
            tags.push(tag);
            rest = after.trim_start_matches(is_blank);
            if rest.len() == after.trim_start_matches([' ', '\t']).len() && !rest.is_empty() {
                return None;
            }
        }
        (!tags.is_empty()).then_some(Self::These(tags))
    }

    fn has(&self, revision: Option<u64>) -> bool {
        match (self, revision) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::These(tags), Some(revision)) => {
                tags.iter().any(|tag| *tag == revision.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_of_tags_are_read() {
        let these = |tags: &[&'static str]| Some(Tags::These(tags.to_vec()));
        assert_eq!(Tags::parse(" * "), Some(Tags::Any));
        assert_eq!(Tags::parse("W/\"7\""), these(&["7"]));
        assert_eq!(Tags::parse(",\"7\",, W/\"a,b\" ,"), these(&["7", "a,b"]));
        for wrong in ["", "7", "W/7", "\"7", "\"7\" \"8\"", "*,\"7\"", "w/\"7\""] {
            assert_eq!(Tags::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[W/\"*, 7é]{0,20}") {
            let _ = Tags::parse(&text);
        }
    }
}
