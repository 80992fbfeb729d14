//! Status lines: what pages write, and what HTTP says (RFC 9110, section 15).
//!
//! Comes in: a message. Goes out: where its status stands, and whether the line is of the right form.

use super::page::{Message, PageContext};
use crate::span::ByteRange;

/// The reason phrases of statuses.
const REASONS: &[(u16, &str)] = &[
    (100, "Continue"),
    (101, "Switching Protocols"),
    (200, "OK"),
    (201, "Created"),
    (202, "Accepted"),
    (203, "Non-Authoritative Information"),
    (204, "No Content"),
    (205, "Reset Content"),
    (206, "Partial Content"),
    (207, "Multi-Status"),
    (300, "Multiple Choices"),
    (301, "Moved Permanently"),
    (302, "Found"),
    (303, "See Other"),
    (304, "Not Modified"),
    (307, "Temporary Redirect"),
    (308, "Permanent Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (409, "Conflict"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Content Too Large"),
    (415, "Unsupported Media Type"),
    (416, "Range Not Satisfiable"),
    (422, "Unprocessable Content"),
    (423, "Locked"),
    (424, "Failed Dependency"),
    (428, "Precondition Required"),
    (429, "Too Many Requests"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
    (507, "Insufficient Storage"),
    (509, "Bandwidth Limit Exceeded"),
];

/// Older phrases that are still in use.
const FORMER: &[(u16, &str)] = &[
    (302, "Moved Temporarily"),
    (413, "Request Entity Too Large"),
    (413, "Payload Too Large"),
    (416, "Requested Range Not Satisfiable"),
    (422, "Unprocessable Entity"),
];

/// A status line taken apart: `HTTP/1.1 200 OK`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusLine<'t> {
    /// What stands before the status: `HTTP/1.1`.
    pub protocol: &'t str,
    /// The status.
    pub code: &'t str,
    /// The phrase behind it; may be empty.
    pub reason: &'t str,
}

/// Takes a line apart.
pub fn line(text: &str) -> Option<StatusLine<'_>> {
    let is_code = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let word = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| is_code(word))?;
    let at = ByteRange::of_part(text, word)?;
    Some(StatusLine {
        protocol: text[..at.start as usize].trim(),
        code: word,
        reason: text[at.end as usize..].trim(),
    })
}

/// Where the status of a message stands.
pub fn code_at(cx: &PageContext, message: &Message) -> Option<ByteRange> {
    let line = line(cx.str(message.start_at))?;
    message.status().map(|_| cx.range_of(line.code))
}

/// The reason phrase of a status.
pub fn reason(code: u16) -> Option<&'static str> {
    let known = REASONS.iter().find(|(known, _)| *known == code);
    known.map(|(_, reason)| *reason)
}

/// Whether a phrase, in any case, is one of this status.
pub fn is_reason_of(code: u16, phrase: &str) -> bool {
    let mut known = REASONS.iter().chain(FORMER);
    known.any(|(known, reason)| *known == code && reason.eq_ignore_ascii_case(phrase))
}

/// The status whose phrase this is.
pub fn code_of(phrase: &str) -> Option<u16> {
    let known = REASONS.iter().chain(FORMER);
    let mut named = known.filter(|(_, reason)| reason.eq_ignore_ascii_case(phrase));
    named.next().map(|(code, _)| *code)
}

/// Whether a text is `HTTP/1.1` or that of another version (RFC 9112, section 2.3).
pub fn is_protocol(text: &str) -> bool {
    let version = text.strip_prefix("HTTP/").unwrap_or_default();
    matches!(version, "1.0" | "1.1" | "2" | "2.0" | "3" | "3.0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_parts() {
        let parts = |text| line(text).map(|it| (it.protocol, it.code, it.reason));
        assert_eq!(parts("HTTP/1.1 200 OK"), Some(("HTTP/1.1", "200", "OK")));
        assert_eq!(parts("HTTP 1.1 200 OK"), Some(("HTTP 1.1", "200", "OK")));
        assert_eq!(parts("HTTP/1.1 204"), Some(("HTTP/1.1", "204", "")));
        assert_eq!(parts("HTTP"), None);
    }
}
