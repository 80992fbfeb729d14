use crate::{
    ir::PermissionKind,
    lint::{
        finding::{Findings, Place, Severity},
        page::PageContext,
        permissions::Known,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "PERM002",
    name: "permission-kind-mismatch",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("perm002_permission_kind_mismatch.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(reference) = cx.world.permissions() else {
        return;
    };
    for table in cx.permission_tables() {
        for cell in &table.cells {
            for &at in &cell.names {
                let Some(known) = reference.find(cx.str(at)) else {
                    continue;
                };
                let Some((asked, listed)) = contradiction(cell.kind, known) else {
                    continue;
                };
                let name = &known.name;
                let message = format!(
                    "`{name}` is named as {asked} permission, the reference lists it as {listed} permission only"
                );
                let finding = out
                    .tell(cx.at(at, ""), message)
                    .symbol(format!("{}:{}:{name}", cx.page.path, cell.kind.as_str()))
                    .related(cx.at(cell.label, "the row is about this kind of sign-in"));
                let sibling = reference.sibling(name);
                let is_of_kind = |it: &&Known| contradiction(cell.kind, it).is_none();
                if let Some(right) = sibling.filter(is_of_kind) {
                    finding.help(format!("did you mean `{}`?", right.name));
                }
                if let Some(file) = cx.world.beside_files.permissions {
                    finding.related(Place::new(
                        file,
                        known.at,
                        format!("listed as {listed} permission"),
                    ));
                }
            }
        }
    }
}

/// As which kind a page names a permission, and as which the reference lists it, where the two differ.
fn contradiction(kind: PermissionKind, known: &Known) -> Option<(&'static str, &'static str)> {
    let (delegated, application) = ("a delegated", "an application");
    match kind {
        PermissionKind::DelegatedWork | PermissionKind::DelegatedPersonal => {
            (!known.delegated).then_some((delegated, application))
        }
        PermissionKind::Application => (!known.application).then_some((application, delegated)),
    }
}
