//! What can go wrong between this crate and the service; what the service itself refuses is a
//! [`GraphError`](super::GraphError).
//!
//! Invariant: no message holds the query of a URL, which may be as good as a password.

use std::fmt;

use azure_core::{
    error::ErrorKind,
    http::{StatusCode, Url},
    time::Duration,
};

/// Why there is no answer that can be used; find it in an error with
/// [`GraphErrorExt::fault`](super::GraphErrorExt::fault).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// A link leads to another origin than the client's, which must not see the token.
    ForeignOrigin {
        /// Where the link leads, without its query.
        url: String,
        /// Where the client may send its token.
        endpoint: String,
    },
    /// The address is not protected by TLS.
    PlainHttp {
        /// The address, without its query.
        url: String,
    },
    /// The service redirects to a place that is not gone to.
    Redirect {
        /// Where it redirects to, without its query.
        to: String,
        /// Why the client does not go there.
        reason: &'static str,
    },
    /// There is no end of redirects.
    TooManyRedirects {
        /// How many were followed.
        followed: u32,
    },
    /// Next links lead back to a page that was read already.
    LinkLoop {
        /// The page, without its query.
        url: String,
    },
    /// What the service calls a link is none.
    Link {
        /// What it wrote.
        text: String,
    },
    /// The request succeeded, but the answer holds no value.
    NoContent {
        /// Status code, such as 204.
        status: StatusCode,
    },
    /// The request succeeded, but its answer is not what was expected.
    Unreadable {
        /// Status code.
        status: StatusCode,
        /// What the service says that the answer is.
        content_type: Option<String>,
        /// What is wrong with it.
        problem: String,
    },
    /// The answer is larger than [`Limits::max_body`](super::Limits::max_body).
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The connection ended before the answer did.
    Interrupted {
        /// Status code; the service may have done what it was asked for.
        status: StatusCode,
        /// What the transport says.
        problem: String,
    },
    /// The answer took longer than [`Limits::timeout`](super::Limits::timeout).
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// An operation of the service did not come to its end in time.
    Unfinished {
        /// What its status was.
        status: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The service did not accept any more of an upload.
    Stuck {
        /// How many bytes it has.
        received: u64,
        /// What it should have asked for, and did not.
        problem: &'static str,
    },
    /// A request cannot be part of a batch, or its answer is missing.
    Batch {
        /// What is wrong.
        problem: &'static str,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignOrigin { url, endpoint } => {
                write!(
                    f,
                    "`{url}` is not an address of {endpoint}, so the token is not sent there"
                )
            }
            Self::PlainHttp { url } => write!(
                f,
                "`{url}` is not protected by TLS; use https, or for a test server on this machine \
                 `GraphClientOptions::allow_plain_http_to_loopback`"
            ),
            Self::Redirect { to, reason } => {
                write!(f, "the redirect to `{to}` is not followed: {reason}")
            }
            Self::TooManyRedirects { followed } => {
                write!(
                    f,
                    "the service redirects without end; {followed} redirects were followed"
                )
            }
            Self::LinkLoop { url } => {
                write!(
                    f,
                    "the next links lead in a circle: `{url}` was read before"
                )
            }
            Self::Link { text } => write!(f, "the service sent `{text}` where a URL is due"),
            Self::NoContent { status } => write!(
                f,
                "the request succeeded with status {status} and no value; \
                 `Request::optional` takes that for an answer"
            ),
            Self::Unreadable {
                status,
                content_type,
                problem,
            } => {
                let content_type = content_type.as_deref().unwrap_or("no content type");
                write!(
                    f,
                    "the request succeeded with status {status}, but its answer ({content_type}) cannot be read: {problem}"
                )
            }
            Self::TooLarge { limit } => write!(
                f,
                "the answer is larger than {limit} bytes; read it with `Request::stream`, or raise `Limits::max_body`"
            ),
            Self::Interrupted { status, problem } => write!(
                f,
                "the connection ended before the answer (status {status}) did: {problem}"
            ),
            Self::Timeout { after } => write!(
                f,
                "there was no whole answer within {after}; see `Limits::timeout`"
            ),
            Self::Unfinished { status, after } => write!(
                f,
                "the operation was still `{status}` after {after}; wait for it again with its monitor"
            ),
            Self::Stuck { received, problem } => {
                write!(f, "the upload stopped after {received} bytes: {problem}")
            }
            Self::Batch { problem } => f.write_str(problem),
        }
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// A link to where the token must not go.
    pub(crate) fn foreign_origin(url: &Url, endpoint: &str) -> Self {
        Self::ForeignOrigin {
            url: shown(url),
            endpoint: endpoint.to_owned(),
        }
    }

    /// Retries look at the kind: what is `Io` may have happened to the answer or to the request.
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Interrupted { .. } | Self::Timeout { .. } => ErrorKind::Io,
            Self::Link { .. } | Self::NoContent { .. } | Self::Unreadable { .. } => {
                ErrorKind::DataConversion
            }
            Self::ForeignOrigin { .. }
            | Self::PlainHttp { .. }
            | Self::Redirect { .. }
            | Self::TooManyRedirects { .. }
            | Self::LinkLoop { .. }
            | Self::TooLarge { .. }
            | Self::Unfinished { .. }
            | Self::Stuck { .. }
            | Self::Batch { .. } => ErrorKind::Other,
        }
    }
}

impl From<Fault> for azure_core::Error {
    fn from(fault: Fault) -> Self {
        Self::new(fault.kind(), fault)
    }
}

/// A URL for people, without its query, its fragment and its password.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Only URLs without a host refuse; those have no password.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}

/// Reads an absolute URL, or one that is relative to `base`.
pub(crate) fn join(base: &Url, link: &str) -> Result<Url, Fault> {
    base.join(link).map_err(|_| Fault::Link {
        text: link.chars().take(200).collect(),
    })
}
