use crate::{
    conform::Problem,
    json::tree::Node,
    lint::{
        finding::{Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "EX003",
    name: "example-unknown-property",
    severity: Severity::Warning,
    preset: Preset::Minimal,
    fixes: Fixes::Safe,
    apidoctor: &["AdditionalPropertyDetected"],
    doc: include_str!("ex003_example_unknown_property.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for body in cx.bodies() {
        let Some(tree) = cx.messages()[body.message].tree() else {
            continue;
        };
        for mismatch in &body.mismatches {
            let Problem::UnknownMember(ty) = &mismatch.problem else {
                continue;
            };
            tell(cx, &tree.root, &mismatch.at, ty, out);
        }
    }
}

/// Tells that a type has no member with the key that a pointer leads to.
fn tell(cx: &PageContext, root: &Node, pointer: &str, ty: &str, out: &mut Findings) {
    let Some((_, Some(entry))) = root.pointer(pointer) else {
        return;
    };
    let key = &*entry.key;
    let api = cx.version.api();
    let members = api.find_type(ty).map(|id| api.all_members(id));
    let members: Vec<&str> = members
        .iter()
        .flatten()
        .map(|member| member.name.as_str())
        .collect();
    let place = cx.at(entry.key_at, "");
    let finding = out
        .tell(place.clone(), format!("`{ty}` has no property `{key}`"))
        .symbol(format!("{}:{ty}/{key}", cx.page.path));
    if let Some(known) = members.iter().find(|it| it.eq_ignore_ascii_case(key)) {
        let edits = Fix::replace(&place, format!("\"{known}\""));
        finding
            .severity(Severity::Error)
            .fix(Fix::safe(format!("spell it `{known}`"), edits));
        let label = format!("it is spelled `{known}` here");
        let declared = cx.version.member_at(cx.world, ty, known, label);
        declared.map(|place| finding.related(place));
        return;
    }
    if let Some(near) = crate::suggest::closest(key, members) {
        finding.help(format!("did you mean `{near}`?"));
    }
    let declared = cx.version.type_at(ty, "the type is described here");
    declared.map(|place| finding.related(place));
}
