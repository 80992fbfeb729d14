use std::collections::HashSet;

use crate::lint::{
    finding::{Findings, Severity},
    openapi,
    rule::{Check, Fixes, Preset, Rule},
    world::{Version, World},
};

pub(super) static RULE: Rule = Rule {
    code: "OAS002",
    name: "openapi-operation-undocumented",
    severity: Severity::Info,
    preset: Preset::Strict,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("oas002_openapi_operation_undocumented.md"),
    check: Check::Version(check),
};

/// Paths with more segments than this are mostly made by a converter that follows every navigation property.
const DEPTH: usize = 4;

fn check(world: &World, version: &Version, out: &mut Findings) {
    let Some(document) = world.openapi(version.compilation.version) else {
        return;
    };
    let operations = version.api().operations.iter();
    let known: HashSet<_> = operations
        .map(|it| openapi::key(it.method, &it.path.template()))
        .collect();
    for (key, (method, path)) in &document.operations {
        if known.contains(key) || path.trim_matches('/').split('/').count() > DEPTH {
            continue;
        }
        let symbol = format!("{} {path}", method.as_str());
        let place = document.place(&["paths", path, openapi::word(*method)], "");
        out.tell(place, format!("no page documents `{symbol}`"))
            .symbol(symbol);
    }
}
