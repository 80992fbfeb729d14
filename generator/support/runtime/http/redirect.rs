//! Redirects (RFC 9110, section 15.4): content is often elsewhere, and the way there is in the answer.
//!
//! Invariant: once a redirect has led to another origin, no request on the way has a token or a body of ours.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::{
    Bytes,
    http::{
        AsyncRawResponse, Context, Method, Request, StatusCode, Url,
        headers::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName},
        policies::{Policy, PolicyResult},
    },
};

use super::{
    Fault,
    client::Rules,
    fault::{join, shown},
};

/// Name of the header that says where to go.
pub(super) const LOCATION: HeaderName = HeaderName::from_static("location");

/// How many redirects are followed.
const MAX_REDIRECTS: u32 = 5;

/// Follows redirects.
#[derive(Debug)]
pub(super) struct Redirect;

#[async_trait]
impl Policy for Redirect {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let mut context = context.to_borrowed();
        let mut rules = Rules::of(&context);
        for _ in 0..=MAX_REDIRECTS {
            let response = next[0].send(&context, request, &next[1..]).await?;
            if rules.keeps_redirects {
                return Ok(response);
            }
            let Some(target) = target(request.url(), &response)? else {
                return Ok(response);
            };
            adopt_method(request, response.status());
            if target.origin() != request.url().origin() {
                leave_home(request, &target)?;
                rules.anonymous = true;
                context.insert(rules);
            }
            *request.url_mut() = target;
            request.body_mut().reset().await?;
        }
        let followed = MAX_REDIRECTS;
        Err(Fault::TooManyRedirects { followed }.into())
    }
}

/// Where an answer redirects to, if it does.
fn target(from: &Url, response: &AsyncRawResponse) -> Result<Option<Url>, Fault> {
    if !matches!(u16::from(response.status()), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get_optional_str(&LOCATION) else {
        return Ok(None);
    };
    join(from, location).map(Some)
}

/// Sections 15.4.2 to 15.4.4: a `POST` that is moved becomes a `GET`, and "see other" makes a `GET` of everything.
fn adopt_method(request: &mut Request, status: StatusCode) {
    let becomes_get = match u16::from(status) {
        301 | 302 => request.method() == Method::Post,
        303 => !matches!(request.method(), Method::Get | Method::Head),
        _ => false,
    };
    if becomes_get {
        request.set_method(Method::Get);
        request.set_body(Bytes::new());
        for name in [CONTENT_TYPE, CONTENT_LENGTH] {
            request.headers_mut().remove(name);
        }
    }
}

/// Takes along only what another origin may see.
fn leave_home(request: &mut Request, target: &Url) -> Result<(), Fault> {
    let refused = |reason| Fault::Redirect {
        to: shown(target),
        reason,
    };
    if request.url().scheme() == "https" && target.scheme() != "https" {
        return Err(refused("it leaves the protection of TLS"));
    }
    if !matches!(request.method(), Method::Get | Method::Head) {
        return Err(refused("what the request changes would change elsewhere"));
    }
    // The policy that signs in takes away the token.
    request
        .headers_mut()
        .remove(HeaderName::from_static("cookie"));
    Ok(())
}
