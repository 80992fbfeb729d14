use crate::{
    facts::{Claim, PageKind},
    ir::TypeName,
    json::tree::{Kind, Node},
    lint::{
        finding::{Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "ANN006",
    name: "annotation-names-unknown-property",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["RequiredPropertiesMissing"],
    doc: include_str!("ann006_annotation_names_unknown_property.md"),
    check: Check::Page(check),
};

/// The keys whose values name properties.
const KEYS: [&str; 3] = ["keyProperty", "optionalProperties", "nullableProperties"];

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.kind() != PageKind::Resource {
        return;
    }
    for block in cx.blocks() {
        let Some(Ok(tree)) = block.annotation.as_ref().map(|it| &it.tree) else {
            continue;
        };
        for key in KEYS {
            let named = tree.root.get(key).map(names).unwrap_or_default();
            if !named.is_empty() {
                check_names(cx, &tree.root, key, &named, out);
            }
        }
    }
}

/// The strings in a value.
fn names(value: &Node) -> Vec<&Node> {
    match &value.kind {
        Kind::Array(items) => items.iter().filter(|item| item.text().is_some()).collect(),
        Kind::Text(_) => vec![value],
        Kind::Null | Kind::Bool(_) | Kind::Number | Kind::Object(_) => Vec::new(),
    }
}

fn check_names(
    cx: &PageContext,
    annotation: &Node,
    key: &str,
    named: &[&Node],
    out: &mut Findings,
) {
    let ty = annotation.get("@odata.type").and_then(Node::text);
    let Some(ty) = ty.map(|ty| TypeName::new(ty.trim_start_matches('#'))) else {
        return;
    };
    let known = members(cx, &ty);
    if known.is_empty() {
        return;
    }
    for node in named {
        let Some(name) = node
            .text()
            .map(str::trim)
            .filter(|name| !name.is_empty() && !name.contains(','))
        else {
            continue;
        };
        if !known.contains(&name) {
            tell(cx, &ty, key, node, name, &known, out);
        }
    }
}

/// The names of a type's members and of its base types', and those that its JSON representation shows.
fn members<'c>(cx: &'c PageContext, ty: &TypeName) -> Vec<&'c str> {
    let api = cx.version.api();
    let id = api.find_type(ty.as_str());
    let members = id.map(|id| api.all_members(id)).unwrap_or_default();
    let shown = cx.facts.facts.iter().filter_map(|fact| match &fact.claim {
        Claim::JsonKey { name, .. } => Some(name.as_str()),
        _ => None,
    });
    let members = members.into_iter().map(|member| member.name.as_str());
    // The JSON representations of base types show more than their tables, too.
    let lineage = id.into_iter().flat_map(|id| api.lineage(id));
    let types = &cx.version.model().types;
    let bases = lineage.filter_map(|ty| types.get(&ty.name.key()));
    let of_bases = bases.flat_map(|ty| &ty.members).map(|it| it.name.as_str());
    members.chain(shown).chain(of_bases).collect()
}

fn tell(
    cx: &PageContext,
    ty: &TypeName,
    key: &str,
    node: &Node,
    name: &str,
    known: &[&str],
    out: &mut Findings,
) {
    let place = cx.at(node.at, "");
    let finding = out
        .tell(
            place.clone(),
            format!("`{key}` names `{name}`, which `{ty}` does not have"),
        )
        .symbol(format!("{ty}/{name}"));
    if let Some(place) = cx
        .version
        .type_at(ty.as_str(), "the type is described here")
    {
        finding.related(place);
    }
    if let Some(same) = known.iter().find(|it| it.eq_ignore_ascii_case(name)) {
        let edits = Fix::replace(&place, format!("\"{same}\""));
        finding.fix(Fix::safe(format!("spell it `{same}`"), edits));
    } else if let Some(near) = suggest::closest(name, known.iter().copied()) {
        finding.help(format!("did you mean `{near}`?"));
    }
}
