//! Request lines: the method and the path of each line in the `HTTP request` sections.
//!
//! ```text
//! line := "`"? method blank* target (" HTTP/" version)? "`"?
//! ```
//!
//! Comes in: a line of a code block. Goes out: method, path with a leading and without a trailing slash, and query.

use super::{Area, Context, Part, http};
use crate::{
    facts::{Claim, LeftoverKind, PageFacts},
    ir::Method,
    sections::Code,
    span::ByteRange,
    target::Target,
};

/// More segments than any path of a service has; a longer one is an accident.
const MAX_SEGMENTS: usize = 100;

/// Claims the request lines of a page.
pub(super) fn read(cx: &Context, parts: &[Part], out: &mut PageFacts) {
    let mut found = false;
    let sections = parts.iter().filter(|part| part.area == Area::HttpRequest);
    for code in sections
        .flat_map(|part| part.section.codes())
        .filter(|code| http::is_http_tab(cx, code))
    {
        found |= block(cx, code, out);
    }
    if !found {
        outside(cx, parts, out);
    }
}

/// A few pages show their request lines under the permissions or under headings of their own: the code blocks before
/// the response and the examples are then the only ones there are.
fn outside(cx: &Context, parts: &[Part], out: &mut PageFacts) {
    let before = parts
        .iter()
        .take_while(|part| !matches!(part.area, Area::Response | Area::Examples));
    let sections = before.filter(|part| {
        matches!(
            part.area,
            Area::Introduction | Area::Permissions | Area::Other
        )
    });
    for code in sections
        .flat_map(|part| part.section.codes())
        .filter(|code| http::is_http_tab(cx, code))
    {
        let first = cx.page.str(code.body).lines().next().unwrap_or_default();
        if matches!(parse(first), Line::Request { .. }) {
            block(cx, code, out);
        }
    }
}

/// Claims the lines of one code block; whether there was a request line among them.
fn block(cx: &Context, code: &Code, out: &mut PageFacts) -> bool {
    let mut found = false;
    let mut empty = true;
    let body = cx.page.str(code.body);
    let mut start = code.body.start as usize;
    for line in body.split_inclusive('\n') {
        let at = ByteRange::new(start, start + line.len()).trim(&cx.page.text);
        start += line.len();
        let line = cx.page.str(at);
        if line.is_empty() {
            continue;
        }
        empty = false;
        match parse(line) {
            Line::Request {
                method,
                path,
                query,
            } => {
                found = true;
                out.claim(
                    cx.id,
                    at,
                    Claim::Request {
                        method,
                        path,
                        query,
                    },
                );
            }
            Line::Nothing(why) => out.leave(cx.id, at, LeftoverKind::RequestLine, why),
        }
        // The rest is the body of a message.
        if line.starts_with(['{', '[', '<']) {
            break;
        }
    }
    if empty {
        out.leave(
            cx.id,
            code.range,
            LeftoverKind::Code,
            "holds no request line",
        );
    }
    found
}

/// What a line of a request block says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A request.
    Request {
        method: Method,
        path: String,
        query: Option<String>,
    },
    /// No request that could be sent, and why.
    Nothing(&'static str),
}

/// Reads a line.
pub(super) fn parse(line: &str) -> Line {
    let line = line.trim().trim_matches('`').trim();
    let Some((method, target)) = method(line) else {
        return Line::Nothing(if http::header(line).is_some() {
            "is a header"
        } else {
            "is no request"
        });
    };
    if target.contains("**") || target.contains("not found") {
        return Line::Nothing("is what a generator writes when it knows no path");
    }
    if target.contains("...") || target.contains('…') {
        return Line::Nothing("leaves out a part of the path");
    }
    let (path, query) = split_target(target);
    if path == "/" {
        return Line::Nothing("names no path");
    }
    if path.matches('/').count() > MAX_SEGMENTS {
        return Line::Nothing("has more segments than a path can have");
    }
    Line::Request {
        method,
        path,
        query,
    }
}

/// Splits `GET /users` and also `DELETE/users`.
pub(super) fn method(line: &str) -> Option<(Method, &str)> {
    let end = line
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let method = Method::from_name(word)?;
    let apart = rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '~'));
    let target = rest.trim();
    (apart && !target.is_empty()).then_some((method, target))
}

/// The path and the query of a request target.
fn split_target(target: &str) -> (String, Option<String>) {
    let target = target.split(" HTTP/").next().unwrap_or(target).trim_end();
    let Target { path, query, .. } = Target::of(target);
    let path = path.trim_end_matches('/').trim_end();
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    let query = query
        .map(str::trim)
        .filter(|query| !query.is_empty())
        .map(str::to_owned);
    (path, query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let read = match parse(line) {
            Line::Request {
                method,
                path,
                query: None,
            } => format!("{method} {path}"),
            Line::Request {
                method,
                path,
                query: Some(query),
            } => format!("{method} {path} ? {query}"),
            Line::Nothing(why) => format!("- {why}"),
        };
        assert_eq!(read, expected, "{line}");
    }

    #[test]
    fn request_lines() {
        check("GET /users", "GET /users");
        check(
            "  GET /users/{id | userPrincipalName}  ",
            "GET /users/{id | userPrincipalName}",
        );
        check("`GET /users`", "GET /users");
        check("GET auditLogs/signIns", "GET /auditLogs/signIns");
        check(
            "GET ~/onPremisesPublishingProfiles/{id}/agentGroups",
            "GET /onPremisesPublishingProfiles/{id}/agentGroups",
        );
        check(
            "DELETE/identity/b2xUserFlows/{id}/$ref",
            "DELETE /identity/b2xUserFlows/{id}/$ref",
        );
        check(
            "GET https://graph.microsoft.com/beta/me/insights/shared",
            "GET /me/insights/shared",
        );
        check(
            "GET https://graph.microsoft.com/localtest/deviceManagement/",
            "GET /deviceManagement",
        );
        check("GET /beta/teams/{id}/photo", "GET /teams/{id}/photo");
        check("GET /betaTests", "GET /betaTests");
        check("POST /me/sendMail HTTP/1.1", "POST /me/sendMail");
        check(
            "GET /identity/apiConnectors/",
            "GET /identity/apiConnectors",
        );
        check(
            "GET /me/events?$expand=ext($filter=id eq '{id?}')",
            "GET /me/events ? $expand=ext($filter=id eq '{id?}')",
        );
        check("GET /sites?search={query}", "GET /sites ? search={query}");
        check("GET /a/f(x='what?')", "GET /a/f(x='what?')");
        check("get /users", "GET /users");
        check("GET /f(a='{a}', b='{b}')", "GET /f(a='{a}', b='{b}')");
    }

    #[test]
    fn other_lines() {
        check("or", "- is no request");
        check("workbook-session-id: {session-id}", "- is a header");
        check(
            "GET ** Entity URI for x.y not found",
            "- is what a generator writes when it knows no path",
        );
        check(
            "DELETE ** Collection URI for microsoft.graph.directoryObject not found/{id}/$ref",
            "- is what a generator writes when it knows no path",
        );
        check(
            "GET /me/mailFolders/{id}/.../messages",
            "- leaves out a part of the path",
        );
        check("PATCH https://graph.microsoft.com/beta", "- names no path");
        check("GET", "- is no request");
        check("GETTER /x", "- is no request");
        check("string url = \"https://x\";", "- is no request");
        check("GET ÄÖ/{ü", "GET /ÄÖ/{ü");
    }
}
