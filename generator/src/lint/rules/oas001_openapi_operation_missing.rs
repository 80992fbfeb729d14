use crate::{
    api::{Operation, Witness},
    lint::{
        finding::{Findings, Severity},
        openapi::{self, OpenApi},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "OAS001",
    name: "openapi-operation-missing",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("oas001_openapi_operation_missing.md"),
    check: Check::Version(check),
};

fn check(world: &World, version: &Version, out: &mut Findings) {
    let Some(document) = world.openapi(version.compilation.version) else {
        return;
    };
    if document.operations.is_empty() {
        return;
    }
    let operations = version.api().operations.iter();
    for operation in operations.filter(|it| it.witness == Witness::RequestLine) {
        let path = operation.path.template();
        if !document
            .operations
            .contains_key(&openapi::key(operation.method, &path))
        {
            tell(version, document, (operation, &path), out);
        }
    }
}

fn tell(
    version: &Version,
    document: &OpenApi,
    (operation, path): (&Operation, &str),
    out: &mut Findings,
) {
    let Some((page, at)) = version.line(&operation.source) else {
        return;
    };
    let symbol = format!("{} {path}", operation.method.as_str());
    let message = format!("the OpenAPI document has no `{symbol}`");
    let finding = out.tell(version.at(page, at, ""), message).symbol(symbol);
    let plain = openapi::plain(path);
    let mut others = document.operations.values();
    let other = others.find(|(_, other)| openapi::plain(other) == plain);
    finding.related(match other {
        Some((_, other)) => {
            document.place(&["paths", other], "the path is here, with other methods")
        }
        None => document.place(&["paths"], "none of these paths is it"),
    });
}
