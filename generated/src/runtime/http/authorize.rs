//! Signing in: who gets the token, and over what.
//!
//! Invariant: a token goes to the origin of the endpoint and nowhere else, and nothing goes over plain http, unless it
//! stays on this machine and the options allow it.

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    http::{
        ClientMethodOptions, Context, Request, StatusCode, Url,
        headers::AUTHORIZATION,
        policies::{Policy, PolicyResult},
    },
    time::{Duration, OffsetDateTime},
};
use futures::lock::Mutex;

use super::{Fault, client::Rules, fault::shown};

/// How long before its end a token is replaced.
const AHEAD: Duration = Duration::minutes(5);

/// Adds the token to requests for the endpoint, and takes it from all others.
///
/// `azure_core` has a policy for this as well; it would send a token to any origin, and never sends a request again
/// whose token was refused.
#[derive(Debug)]
pub(super) struct Authorization {
    credential: Arc<dyn TokenCredential>,
    scopes: Vec<String>,
    endpoint: Url,
    protection: Protection,
    /// Held while somebody signs in, so that nobody does so twice.
    token: Mutex<Option<AccessToken>>,
}

/// What a connection must be protected by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// TLS.
    Tls,
    /// TLS, unless it does not leave this machine.
    TlsOrLoopback,
}

impl Protection {
    /// Fails if a connection to `url` has less protection than this.
    pub(super) fn check(self, url: &Url) -> Result<(), Fault> {
        match url.scheme() {
            "https" => Ok(()),
            "http" if self == Self::TlsOrLoopback && is_loopback(url) => Ok(()),
            _ => Err(Fault::PlainHttp { url: shown(url) }),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

impl Authorization {
    pub(super) fn new(
        credential: Arc<dyn TokenCredential>,
        scopes: Vec<String>,
        endpoint: Url,
        protection: Protection,
    ) -> Self {
        Self {
            credential,
            scopes,
            endpoint,
            protection,
            token: Mutex::new(None),
        }
    }

    /// Puts a token into the request, and returns it; never `refused`, unless the credential has no other.
    async fn sign(
        &self,
        context: &Context<'_>,
        request: &mut Request,
        refused: Option<&str>,
    ) -> azure_core::Result<String> {
        let mut token = self.token.lock().await;
        if refused.is_some() && token.as_ref().map(|token| token.token.secret()) == refused {
            *token = None;
        }
        let now = OffsetDateTime::now_utc();
        if token
            .as_ref()
            .is_none_or(|token| token.expires_on <= now + AHEAD)
        {
            let scopes: Vec<_> = self.scopes.iter().map(String::as_str).collect();
            let options = TokenRequestOptions {
                method_options: ClientMethodOptions {
                    context: context.clone(),
                },
            };
            match self.credential.get_token(&scopes, Some(options)).await {
                Ok(fresh) => *token = Some(fresh),
                // The old one is good for a while.
                Err(_) if token.as_ref().is_some_and(|token| token.expires_on > now) => {}
                Err(error) => return Err(error),
            }
        }
        let secret = token
            .as_ref()
            .map_or("", |token| token.token.secret())
            .to_owned();
        request.insert_header(AUTHORIZATION, format!("Bearer {secret}"));
        Ok(secret)
    }
}

#[async_trait]
impl Policy for Authorization {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        self.protection.check(request.url())?;
        if Rules::of(context).anonymous || request.url().origin() != self.endpoint.origin() {
            request.headers_mut().remove(AUTHORIZATION);
            return next[0].send(context, request, &next[1..]).await;
        }
        let used = self.sign(context, request, None).await?;
        let response = next[0].send(context, request, &next[1..]).await?;
        if response.status() != StatusCode::Unauthorized {
            return Ok(response);
        }
        // The token was revoked, or the clocks differ. Nothing was done, so that any method may be sent again.
        match self.sign(context, request, Some(&used)).await {
            Ok(fresh) if fresh != used => {
                request.body_mut().reset().await?;
                next[0].send(context, request, &next[1..]).await
            }
            Ok(_) | Err(_) => Ok(response),
        }
    }
}
