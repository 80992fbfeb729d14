//! Request targets: what follows the method in a request, as pages write it.
//!
//! ```text
//! target := (scheme host)? ("/" version-segment)? path ("?" query)?
//! path   := "~"? "/"? segment ("/" segment)* "/"?
//! ```
//!
//! Comes in: a target. Goes out: its parts. What stands between braces is the page's own business: it may hold blanks,
//! pipes and question marks.

use crate::ir::ApiVersion;

/// The host of the service in the pages; what is below it is the service, too.
const HOST: &str = "graph.microsoft.com";

/// What stands for the version in URLs, also in those of pages that were never finished.
const VERSIONS: &[&str] = &["v1.0", "v1", "beta", "localtest", "stagingbeta"];

/// The parts of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'t> {
    /// Host, if it is a URL.
    pub host: Option<&'t str>,
    /// The segment that names a version, if there is one.
    pub version: Option<&'t str>,
    /// The path below the version, as written.
    pub path: &'t str,
    /// What follows the question mark.
    pub query: Option<&'t str>,
}

impl<'t> Target<'t> {
    /// Takes a target apart.
    pub fn of(text: &'t str) -> Self {
        let (host, rest) = split_host(text);
        let (path, query) = split_query(rest);
        let (version, path) = split_version(path.trim_start_matches('~'));
        Self {
            host,
            version,
            path,
            query,
        }
    }

    /// Where it leads, if that is not this version of the service.
    pub fn elsewhere(&self, version: ApiVersion) -> Option<Elsewhere<'t>> {
        let is_ours = |host: &&str| host.to_ascii_lowercase().ends_with(HOST);
        if let Some(host) = self.host.filter(|host| !is_ours(host)) {
            return Some(Elsewhere::Host(host));
        }
        let named = self.version.and_then(ApiVersion::from_segment);
        named
            .filter(|named| *named != version)
            .map(Elsewhere::Version)
    }
}

/// What a target leads to that is not the version of the service that the pages describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere<'t> {
    /// Another host.
    Host(&'t str),
    /// Another version of the service.
    Version(ApiVersion),
}

fn split_host(target: &str) -> (Option<&str>, &str) {
    let Some((scheme, rest)) = target.split_once("://") else {
        return (None, target);
    };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return (None, target);
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (Some(host), path)
}

/// The first `?` that stands in no placeholder and in no string.
fn split_query(target: &str) -> (&str, Option<&str>) {
    let mut depth = 0_u32;
    let mut quoted = false;
    for (at, byte) in target.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\'' => quoted = !quoted,
            b'?' if depth == 0 && !quoted => return (&target[..at], Some(&target[at + 1..])),
            _ => {}
        }
    }
    (target, None)
}

/// A first segment that names a version of the service, and what follows it.
fn split_version(path: &str) -> (Option<&str>, &str) {
    let rest = path.strip_prefix('/').unwrap_or(path);
    let (first, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_version = |version: &&str| first.eq_ignore_ascii_case(version);
    if VERSIONS.iter().any(is_version) {
        (Some(first), tail)
    } else {
        (None, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_parts() {
        let parts = |text| {
            let Target {
                host,
                version,
                path,
                query,
            } = Target::of(text);
            (host, version, path, query)
        };
        assert_eq!(
            parts("https://graph.microsoft.com/beta/users/{id?}?$top=1"),
            (
                Some("graph.microsoft.com"),
                Some("beta"),
                "/users/{id?}",
                Some("$top=1")
            )
        );
        assert_eq!(parts("V1.0/me"), (None, Some("V1.0"), "/me", None));
        assert_eq!(parts("/v1/teams"), (None, Some("v1"), "/teams", None));
        assert_eq!(parts("~/betaTests"), (None, None, "/betaTests", None));
        assert_eq!(
            parts("https://example.com"),
            (Some("example.com"), None, "", None)
        );
        assert_eq!(parts("f(x='a://b?')"), (None, None, "f(x='a://b?')", None));
    }
}
