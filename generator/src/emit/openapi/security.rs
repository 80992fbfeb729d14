//! Permissions as security requirements.
//!
//! A requirement object for each alternative, least privileged first, under the scheme of who signs in; permissions
//! that are needed together share one object. The pages say nothing on how an app signs in: the endpoints are those
//! of the Microsoft identity platform, which all operations share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::object::Object;
use crate::{api::Operation, ir::PermissionKind};

const LOGIN: &str = "https://login.microsoftonline.com";

/// The permissions that operations ask for, under their schemes.
#[derive(Default)]
pub(super) struct Scopes(BTreeMap<(PermissionKind, String), Grant>);

/// Who grants a permission.
#[derive(Clone, Copy)]
enum Grant {
    UserOrAdministrator,
    ResourceOwner,
}

impl Scopes {
    /// The `security` of an operation; notes the permissions in it.
    pub(super) fn requirements(&mut self, operation: &Operation) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let mut requirements = Vec::new();
        for (kind, alternatives) in operation.page.permissions.iter().flat_map(|set| &set.kinds) {
            for alternative in alternatives {
                if !seen.insert((kind, &alternative.all_of)) {
                    continue;
                }
                let grant = if alternative.resource_specific {
                    Grant::ResourceOwner
                } else {
                    Grant::UserOrAdministrator
                };
                for name in &alternative.all_of {
                    self.0.entry((*kind, name.clone())).or_insert(grant);
                }
                requirements.push(
                    Object::new()
                        .set(kind.as_str(), alternative.all_of.clone())
                        .into(),
                );
            }
        }
        requirements
    }

    /// The schemes, each with the permissions noted so far.
    pub(super) fn schemes(&self) -> Object {
        PermissionKind::ALL
            .into_iter()
            .map(|kind| (kind.as_str().to_owned(), self.scheme(kind).into()))
            .collect()
    }

    fn scheme(&self, kind: PermissionKind) -> Object {
        let scopes: Object = self
            .0
            .iter()
            .filter(|((of, _), _)| *of == kind)
            .map(|((_, name), grant)| (name.clone(), description(*grant).into()))
            .collect();
        let (who, flow, tenant) = match kind {
            PermissionKind::DelegatedWork => (
                "A user with a work or school account, through an app.",
                "authorizationCode",
                "organizations",
            ),
            PermissionKind::DelegatedPersonal => (
                "A user with a personal Microsoft account, through an app.",
                "authorizationCode",
                "consumers",
            ),
            PermissionKind::Application => (
                "The app itself. Its tenant's id takes the place of `organizations` in the URL.",
                "clientCredentials",
                "organizations",
            ),
        };
        let authorize = (flow == "authorizationCode")
            .then(|| format!("{LOGIN}/{tenant}/oauth2/v2.0/authorize"));
        let flow_object = Object::new()
            .maybe("authorizationUrl", authorize)
            .set("tokenUrl", format!("{LOGIN}/{tenant}/oauth2/v2.0/token"))
            .set("scopes", scopes);
        Object::new()
            .set("type", "oauth2")
            .set("description", who)
            .set("flows", Object::new().set(flow, flow_object))
    }
}

fn description(grant: Grant) -> &'static str {
    match grant {
        Grant::UserOrAdministrator => "",
        Grant::ResourceOwner => "Resource-specific: granted by the owner of the resource.",
    }
}
