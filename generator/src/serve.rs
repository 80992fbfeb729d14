//! A service made of an api: answers every documented operation, and remembers what it was told.
//!
//! Comes in: apis, then requests. Goes out: answers with the documented status and a body of the documented type.
//! [`Service::handle`] knows no socket; [`http`] puts it behind one.
//!
//! What a request is about becomes a [`place`]; [`seed`] tells what the documents show there, and [`store`] what requests
//! changed since. The state is that of examples until something is written:
//! - A collection has the items that the examples of its list and of its items show, unless a request created what it
//!   belongs to; then it begins empty.
//! - A request for an item that is not there is answered with 404, for an app must be able to meet that, unless
//!   [`Options::any_id`] is set, or the documents know no way to have an item in that collection at all.
//! - What is one of its kind (a singleton, a navigation property to one item) is always there until it is deleted.
//!
//! Invariants: no request makes it panic; the same item can be reached by paths that differ in case, quotes and casts;
//! memory is bounded by [`Options::most_bytes`].

use std::{path::PathBuf, sync::RwLock};

use axum::http::HeaderMap;

pub mod answer;
mod batch;
mod collection;
mod condition;
mod delta;
pub mod failures;
pub mod filter;
mod handler;
pub mod http;
mod links;
mod payload;
mod place;
pub mod query;
mod read;
mod reply;
mod seed;
mod store;
mod write;

use answer::{Answer, Fault, Ids, new_guid};
use failures::Failures;
use handler::Aspect;
use seed::Spots;
use store::Store;

use crate::{
    api::{Api, OperationKind},
    ir::{ApiVersion, Method},
    route::{Match, Miss, Router},
};

/// The largest body of a request, as with Graph.
pub const LARGEST_BODY: usize = 4 << 20;

/// How a service behaves.
#[derive(Debug)]
pub struct Options {
    /// Every id exists: what nobody created looks like the example.
    pub any_id: bool,
    /// The folder that keeps the state; in memory only, if there is none.
    pub data: Option<PathBuf>,
    /// How much everything that is stored may take.
    pub most_bytes: usize,
    /// What goes wrong on purpose.
    pub failures: Failures,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            any_id: false,
            data: None,
            most_bytes: 256 << 20,
            failures: Failures::default(),
        }
    }
}

/// A service.
pub struct Service<'a> {
    versions: Vec<Version<'a>>,
    store: RwLock<Store>,
    options: Options,
    is_durable: bool,
}

/// What one version of the service knows.
struct Version<'a> {
    api: &'a Api,
    router: Router<'a>,
    spots: Spots<'a>,
}

impl<'a> Service<'a> {
    /// A service with these versions; fails if the state on disk cannot be read.
    pub fn new(apis: &'a [Api], options: Options) -> Result<Self, String> {
        let store = match &options.data {
            Some(folder) => Store::open(folder, options.most_bytes)?,
            None => Store::in_memory(options.most_bytes),
        };
        let versions = apis.iter().map(|api| Version {
            api,
            router: Router::new(api),
            spots: Spots::new(api),
        });
        Ok(Self {
            versions: versions.collect(),
            is_durable: store.is_durable(),
            store: RwLock::new(store),
            options,
        })
    }

    /// Whether an answer to this method may wait for a disk.
    pub fn may_wait(&self, method: &str) -> bool {
        self.is_durable && !matches!(method, "GET" | "HEAD")
    }

    /// What goes wrong on purpose.
    pub fn failures(&self) -> &Failures {
        &self.options.failures
    }

    /// Answers a request; `target` is its path and query. What takes time on purpose is for the caller to wait for.
    pub fn handle(&self, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> Answer {
        let request = new_guid();
        let client = header(headers, "client-request-id").unwrap_or(&request);
        let ids = Ids {
            client: client.to_owned(),
            request,
        };
        let answer = self
            .try_handle(method, target, headers, body)
            .unwrap_or_else(|fault| fault.answer(&ids));
        let mut answer = answer
            .header("request-id", ids.request)
            .header("client-request-id", ids.client);
        answer.delay += self.options.failures.latency().unwrap_or_default();
        answer
    }

    fn try_handle(
        &self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Answer, Fault> {
        if let Some(fault) = self.options.failures.next() {
            return Err(fault);
        }
        check_token(headers)?;
        if body.len() > LARGEST_BODY {
            return Err(too_large());
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if let Some(prefix) = batch::prefix(path) {
            return batch::answer(self, method, prefix, headers, body);
        }
        let (version, below) = self.version(path)?;
        // The answer to HEAD is that to GET without the body (RFC 9110, section 9.3.2), which the server leaves out.
        let known = match method {
            "HEAD" => Some(Method::Get),
            _ => Method::from_name(method),
        };
        let found = version.router.find(known.unwrap_or(Method::Options), below);
        let found = found.map(|found| (found, Aspect::Documented));
        let found = found.or_else(|miss| version.aspect(known, below).ok_or(miss));
        let (found, aspect) = found.map_err(|miss| self.missed(version, method, below, miss))?;
        let query = query::parse(query).map_err(Fault::bad_request)?;
        let accepted = header(headers, "accept").is_some_and(query::wants_none);
        let without_metadata = accepted || query.without_metadata;
        let answer = handler::answer(&handler::Call {
            service: self,
            version,
            operation: found.operation,
            place: place::Place::new(version.name(), found.operation, &found.arguments),
            aspect,
            query,
            target,
            headers,
            body,
        })?;
        Ok(if without_metadata {
            answer.without_metadata()
        } else {
            answer
        })
    }

    /// The version that a path begins with, and the path below it.
    fn version<'p>(&self, path: &'p str) -> Result<(&Version<'a>, &'p str), Fault> {
        let path = path.trim_start_matches('/');
        let (first, below) = path.split_once('/').unwrap_or((path, ""));
        let served: Vec<_> = self
            .versions
            .iter()
            .map(|it| format!("/{}", it.name()))
            .collect();
        let served = served.join(" and ");
        let Some(wanted) = ApiVersion::from_segment(first) else {
            let message = format!("Invalid version: {first}. Paths begin with {served} here.");
            return Err(Fault::bad_request(message));
        };
        let found = self.versions.iter().find(|it| it.api.version == wanted);
        let missing = || {
            let message = format!(
                "There are no documents of {wanted} here; only {served} is served. Start the service with documents of both versions to have both."
            );
            Fault::new(404, "ResourceNotFound", message)
        };
        found.map(|version| (version, below)).ok_or_else(missing)
    }

    fn missed(&self, version: &Version<'_>, method: &str, path: &str, miss: Miss) -> Fault {
        match miss {
            Miss::Method(methods) => {
                let allowed: Vec<_> = methods.iter().map(|it| it.as_str()).collect();
                let allowed = allowed.join(", ");
                let message = format!("{method} is not documented for '/{path}'; {allowed} is.");
                Fault::new(405, "Request_BadRequest", message).header("allow", allowed)
            }
            Miss::Path => {
                let segments: Vec<_> = path.split('/').collect();
                let known = (1..segments.len())
                    .rev()
                    .find(|&length| version.router.leads_on(&segments[..length].join("/")));
                let unknown = segments.get(known.unwrap_or_default()).unwrap_or(&"");
                let other = self.versions.iter().find(|other| {
                    other.api.version != version.api.version && other.router.leads_on(path)
                });
                let hint = other.map_or_else(String::new, |other| {
                    format!(" It is documented for {}.", other.name())
                });
                let message =
                    format!("Resource not found for the segment '{unknown}' of '/{path}'.{hint}");
                Fault::bad_request(message)
            }
        }
    }
}

impl<'a> Version<'a> {
    /// As paths begin.
    fn name(&self) -> &'static str {
        self.api.version.as_str()
    }

    /// Every list can be counted, and everything that can be read be referred to, whether its page says so or not.
    fn aspect(&self, method: Option<Method>, path: &str) -> Option<(Match<'a>, Aspect)> {
        let aspects = [("/$count", Aspect::Count), ("/$ref", Aspect::References)];
        aspects.into_iter().find_map(|(end, aspect)| {
            let found = self.router.find(method?, path.strip_suffix(end)?).ok()?;
            let kind = &found.operation.kind;
            let fits = match aspect {
                Aspect::Count => *kind == OperationKind::List,
                Aspect::References => matches!(kind, OperationKind::List | OperationKind::Get),
                Aspect::Documented => true,
            };
            fits.then_some((found, aspect))
        })
    }
}

/// The text of a header.
fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// What is said about a body beyond [`LARGEST_BODY`].
fn too_large() -> Fault {
    let message =
        format!("The body has more than {LARGEST_BODY} bytes; upload large files in parts.");
    Fault::new(413, "RequestEntityTooLarge", message)
}

/// Every token is as good as another, but there has to be one.
fn check_token(headers: &HeaderMap) -> Result<(), Fault> {
    let token = header(headers, "authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        (scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
    });
    match token {
        Some(token) if !token.is_empty() => Ok(()),
        _ => {
            let message = "Access token is empty. Send `Authorization: Bearer TOKEN`; any token is accepted here.";
            Err(Fault::new(401, "InvalidAuthenticationToken", message)
                .header("www-authenticate", "Bearer"))
        }
    }
}
