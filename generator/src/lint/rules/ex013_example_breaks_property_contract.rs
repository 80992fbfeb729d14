use crate::{
    api::{Member, Operation, OperationKind, RequestBody},
    ir::Method,
    json::tree::{Kind, Node},
    lint::{
        examples::Body,
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        values::{self, Groups, Owner, times},
    },
    target::Target,
};

pub(super) static RULE: Rule = Rule {
    code: "EX013",
    name: "example-breaks-property-contract",
    severity: Severity::Warning,
    preset: Preset::Strict,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("ex013_example_breaks_property_contract.md"),
    check: Check::Page(check),
};

/// What an example does that the description of a property rules out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breach {
    /// A request sets what only the service sets.
    SetsReadOnly,
    /// An answer has what has to be asked for, and was not.
    ShowsUnselected,
}

fn check(cx: &PageContext, out: &mut Findings) {
    let mut breaches = Groups::new();
    for body in cx.bodies() {
        let Some(tree) = cx.messages()[body.message].tree() else {
            continue;
        };
        let Some((root, _)) = tree.root.pointer(&body.root) else {
            continue;
        };
        let breach = if body.is_request {
            Breach::SetsReadOnly
        } else {
            Breach::ShowsUnselected
        };
        let applies = match breach {
            // What replaces an entity, and what an action is called with, may have all of it.
            Breach::SetsReadOnly => {
                matches!(
                    body.operation.kind,
                    OperationKind::Create | OperationKind::Update
                )
            }
            Breach::ShowsUnselected => asks_for_defaults(cx, body),
        };
        if !applies {
            continue;
        }
        values::each(cx.version.api(), &body.ty, root, &mut |value| {
            let owner = value.owner.filter(|owner| owner.is_top);
            // The items of a collection are values of the same member.
            let whole = owner.filter(|owner| owner.entry.value.at == value.node.at);
            if let Some(owner) = whole
                && !is_nothing(value.node)
                && is_breach(breach, body.operation, owner.member)
            {
                let name = &*owner.member.name;
                if !breaches.list.iter().any(
                    |((known, _, _), places): &((&str, _, _), Vec<Owner>)| {
                        *known == name
                            && places
                                .iter()
                                .any(|it| it.entry.key_at == owner.entry.key_at)
                    },
                ) {
                    breaches.add((name, owner.ty, breach), owner);
                }
            }
        });
    }
    for ((_, _, breach), owners) in &breaches.list {
        if let Some(first) = owners.first() {
            tell(cx, *breach, first, owners.len(), out);
        }
    }
}

/// Whether a value says that there is none.
fn is_nothing(node: &Node) -> bool {
    match &node.kind {
        Kind::Null => true,
        Kind::Array(items) => items.is_empty(),
        Kind::Text(text) => text.is_empty(),
        Kind::Object(_) | Kind::Bool(_) | Kind::Number => false,
    }
}

fn is_breach(breach: Breach, operation: &Operation, member: &Member) -> bool {
    match breach {
        Breach::SetsReadOnly => {
            member.read_only && !member.required && !is_listed(operation, &member.name)
        }
        Breach::ShowsUnselected => {
            let text = &member.description;
            text.contains("eturned only on `$select`") || text.contains("eturned only on $select")
        }
    }
}

/// Whether the page lists a property for the request body: then the two pages differ, and not the example.
fn is_listed(operation: &Operation, name: &str) -> bool {
    match &operation.page.body {
        Some(RequestBody::Object { members, .. }) => members
            .iter()
            .any(|member| member.name.eq_ignore_ascii_case(name)),
        Some(
            RequestBody::Parameters(_)
            | RequestBody::Reference
            | RequestBody::Stream { .. }
            | RequestBody::Unknown,
        )
        | None => false,
    }
}

/// Whether a body answers a GET of all usual properties.
fn asks_for_defaults(cx: &PageContext, body: &Body) -> bool {
    let before = cx.messages()[..body.message].iter().rev();
    let request = before
        .filter(|it| !cx.is_request_line(it))
        .find_map(|it| it.request());
    request.is_some_and(|(method, target)| {
        let query = Target::of(target).query.unwrap_or_default();
        method == Method::Get && !query.to_ascii_lowercase().contains("select")
    })
}

fn tell(cx: &PageContext, breach: Breach, first: &Owner, count: usize, out: &mut Findings) {
    let api = cx.version.api();
    let name = &first.member.name;
    let (what, label) = match breach {
        Breach::SetsReadOnly => (
            format!("the request sets `{name}`, which is read-only"),
            "it is called read-only here",
        ),
        Breach::ShowsUnselected => (
            format!("the answer has `{name}`, which is returned only where `$select` asks for it"),
            "it is described here",
        ),
    };
    let ty = api[first.ty].name.as_str();
    let finding = out
        .tell(
            cx.at(first.entry.key_at, ""),
            format!("{what}{}", times(count)),
        )
        .symbol(format!("{}:{ty}/{name}", cx.page.path));
    let mut lineage = api.lineage(first.ty);
    let declaring = lineage.find(|ty| ty.members.iter().any(|it| it.name == *name));
    let place = declaring.and_then(|ty| {
        let ty = ty.name.as_str();
        cx.version.member_at(cx.world, ty, name, label)
    });
    place.map(|place| finding.related(place));
}
