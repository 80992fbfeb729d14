//! HTTP messages as pages show them (RFC 9112, with the liberties that pages take).
//!
//! ```text
//! message := blank* start-line blank* (header newline)* blank* body
//! start   := method target | "HTTP" ("/" version | " " version)? status reason?
//! ```
//!
//! The blank line between headers and body may be missing, and there may be one between start line and headers. A
//! target may go on in lines that begin with `&` or `?`. Comes in: a code block. Goes out: a message, or nothing where
//! the block does not begin with a start line.

use super::{Context, request_line};
use crate::{
    api::{HttpMessage, Source, StartLine},
    sections::Code,
};

/// Whether a code block stands in no tab or in the one for HTTP.
pub(super) fn is_http_tab(cx: &Context, code: &Code) -> bool {
    code.tab
        .is_none_or(|tab| cx.page.str(tab).trim().eq_ignore_ascii_case("http"))
}

/// Reads the message of a code block.
pub(super) fn of_code(cx: &Context, code: &Code) -> Option<HttpMessage> {
    let message = message(cx.page.str(code.body))?;
    let source = Source {
        page: cx.page.path.clone(),
        line: cx.page.line(code.range),
    };
    Some(HttpMessage {
        start_line: message.start_line,
        headers: message
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: message.body.to_owned(),
        source,
    })
}

/// The parts of a message; all texts are parts of the text that it was read from.
#[derive(Clone, Debug)]
pub struct MessageText<'a> {
    /// What the first line says.
    pub start_line: StartLine,
    /// The first line as written, trimmed.
    pub first: &'a str,
    /// Names and values of the headers.
    pub headers: Vec<(&'a str, &'a str)>,
    /// What follows, trimmed.
    pub body: &'a str,
}

/// Reads a message; nothing, if the text does not begin with a start line.
pub fn message(text: &str) -> Option<MessageText<'_>> {
    let text = text.trim_start();
    let (first, mut rest) = next_line(text);
    let mut start_line = start_line(first)?;
    if let StartLine::Request(_, target) = &mut start_line {
        while let Some(more) = Some(next_line(rest)).filter(|(line, _)| continues_target(line)) {
            target.push_str(more.0.trim());
            rest = more.1;
        }
    }
    let mut headers = Vec::new();
    loop {
        let (line, after) = next_line(rest);
        if rest.is_empty() {
            break;
        }
        if line.trim().is_empty() {
            rest = after;
            if headers.is_empty() {
                continue;
            }
            break;
        }
        let Some((name, value)) = header(line) else {
            break;
        };
        headers.push((name, value));
        rest = after;
    }
    Some(MessageText {
        start_line,
        first: first.trim(),
        headers,
        body: rest.trim_start_matches(['\r', '\n']).trim_end(),
    })
}

fn next_line(text: &str) -> (&str, &str) {
    text.split_once('\n').map_or((text, ""), |(line, rest)| {
        (line.trim_end_matches('\r'), rest)
    })
}

fn continues_target(line: &str) -> bool {
    line.trim_start().starts_with(['&', '?'])
}

/// Reads `GET https://…` or `HTTP/1.1 200 OK`.
fn start_line(line: &str) -> Option<StartLine> {
    let line = line.trim().trim_matches('`').trim();
    if let Some(status) = status_line(line) {
        return Some(StartLine::Status(status));
    }
    let (method, target) = request_line::method(line)?;
    let target = target.split(" HTTP/").next().unwrap_or(target).trim_end();
    Some(StartLine::Request(method, target.to_owned()))
}

/// `HTTP/1.1 200 OK`, `HTTP 1.1 200 OK`, `HTTP 201 Created`, `HTTP/1.1 204`.
fn status_line(line: &str) -> Option<u16> {
    let rest = line
        .get(..4)
        .filter(|word| word.eq_ignore_ascii_case("http"))
        .map(|_| &line[4..])?;
    let mut words = rest.trim_start_matches(['/', ' ']).split_whitespace();
    let first = words.next()?;
    let code = status(first).or_else(|| words.next().and_then(status))?;
    Some(code)
}

fn status(word: &str) -> Option<u16> {
    let word = word.trim_matches([',', ';']);
    word.parse()
        .ok()
        .filter(|code| word.len() == 3 && (100..600).contains(code))
}

/// Reads `Content-Type: application/json`.
pub(super) fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().split_once(':')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_url = value.starts_with("//");
    (is_name && !is_url).then(|| (name, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let read = message(text).map_or("-".to_owned(), |message| {
            let start = match message.start_line {
                StartLine::Request(method, target) => format!("{method} {target}"),
                StartLine::Status(code) => code.to_string(),
            };
            let headers = message.headers.iter();
            let headers: Vec<_> = headers
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            format!("{start} [{}] {}", headers.join(","), message.body)
        });
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn messages() {
        check("GET https://x/y\n", "GET https://x/y [] ");
        check(
            "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{}\n",
            "200 [Content-Type=application/json] {}",
        );
        check(
            "HTTP/1.1 200 OK\nContent-Type: application/json\n{}",
            "200 [Content-Type=application/json] {}",
        );
        check(
            "HTTP 1.1 200 OK\n\nContent-Type: a/b\n{\n}\n\n",
            "200 [Content-Type=a/b] {\n}",
        );
        check("HTTP/1.1 422", "422 [] ");
        check("HTTP 201 Created\n{}", "201 [] {}");
        check("http/1.1 204 No content\r\nA: b\r\n\r\n", "204 [A=b] ");
        check(
            "PATCH https://x\n\nA: b\n\n[1]",
            "PATCH https://x [A=b] [1]",
        );
        check(
            "GET https://x?$top=1\n&$skip=2\nPrefer: a=b",
            "GET https://x?$top=1&$skip=2 [Prefer=a=b] ",
        );
        check("POST /a\n\n{ \"x\": 1 }", "POST /a [] { \"x\": 1 }");
        check("POST /a HTTP/1.1\nHost: x", "POST /a [Host=x] ");
        check("GET /f(a='b', c='d')", "GET /f(a='b', c='d') [] ");
        check("POST /a\nhttps://x", "POST /a [] https://x");
        check("{}", "-");
        check("", "-");
        check("HTTP", "-");
        check("Ünïcode", "-");
    }
}
