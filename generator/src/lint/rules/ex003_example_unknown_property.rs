use crate::{
    api::{RequestBody, TypeId},
    conform::Problem,
    facts::Claim,
    json::tree::Node,
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
        values::{Groups, one_line, times},
    },
    span::ByteRange,
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "EX003",
    name: "example-unknown-property",
    severity: Severity::Warning,
    preset: Preset::Minimal,
    fixes: Fixes::Both,
    apidoctor: &["AdditionalPropertyDetected"],
    doc: include_str!("ex003_example_unknown_property.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let mut unknown = Groups::new();
    for body in cx.bodies() {
        let Some(tree) = cx.messages()[body.message].tree() else {
            continue;
        };
        for mismatch in &body.mismatches {
            let Problem::UnknownMember(ty) = &mismatch.problem else {
                continue;
            };
            // That many come where one should is another rule's to tell.
            if !body.is_request && mismatch.at == "/value" {
                continue;
            }
            // What is called `Json` is declared as a type without members, and holds any JSON.
            if ty
                .rsplit('.')
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("json"))
            {
                continue;
            }
            if is_explained(
                cx,
                &cx.messages()[body.message],
                &tree.root,
                &mismatch.at,
                ty,
            ) {
                continue;
            }
            if let Some((_, Some(entry))) = tree.root.pointer(&mismatch.at) {
                let object = object_around(&tree.root, &mismatch.at);
                unknown.add((&**ty, &*entry.key), (entry.key_at, object));
            }
        }
    }
    check_arguments(cx, out);
    for ((ty, key), places) in unknown.list {
        tell(cx, ty, key, &places, out);
    }
}

/// The object that a pointer leads into.
fn object_around<'t>(root: &'t Node, pointer: &str) -> Option<&'t Node> {
    let (parent, _) = pointer.rsplit_once('/')?;
    root.pointer(parent).map(|(object, _)| object)
}

/// Whether an object has a key, in any case.
fn has_key(object: &Node, key: &str) -> bool {
    let mut entries = object.entries().iter();
    entries.any(|it| it.key.eq_ignore_ascii_case(key))
}

/// Whether something else explains a key that the type does not have: the object says that it is of another type; it is the
/// failure of one item among several (RFC 4918, section 13); the JSON representation of the type shows it, which TBL001 tells;
/// or so little of the object is of the type that the example must be about another one.
fn is_explained(cx: &PageContext, message: &Message, root: &Node, pointer: &str, ty: &str) -> bool {
    let Some((_, key)) = pointer.rsplit_once('/') else {
        return false;
    };
    let Some(object) = object_around(root, pointer) else {
        return false;
    };
    if key == "error" && message.status() == Some(207) {
        return true;
    }
    let api = cx.version.api();
    let named = object
        .get("@odata.type")
        .or_else(|| object.get("odata.type"));
    let named = named
        .and_then(Node::text)
        .map(|name| name.trim_start_matches('#'));
    if let Some(id) = named.and_then(|name| api.find_type(name)) {
        let members = api.all_members(id);
        if api.lineage(id).any(|it| it.is_open) || members.iter().any(|it| it.name == key) {
            return true;
        }
    }
    let model = cx.version.model().types.get(&ty.to_ascii_lowercase());
    let mut members = model.into_iter().flat_map(|it| &it.members);
    if members.any(|it| it.name == key && !it.keys.is_empty()) {
        return true;
    }
    let Some(id) = api.find_type(ty) else {
        return false;
    };
    let keys = || object.entries().iter().filter(|it| !it.key.contains('@'));
    let strange = keys().filter(|it| !has_member(cx, id, &it.key)).count();
    keys().count() >= 3 && strange * 4 >= keys().count() * 3
}

/// Whether a type has a member, in any case.
fn has_member(cx: &PageContext, id: TypeId, name: &str) -> bool {
    let members = cx.version.api().all_members(id);
    members.iter().any(|it| it.name.eq_ignore_ascii_case(name))
}

/// What an action is called with that is none of its parameters.
fn check_arguments(cx: &PageContext, out: &mut Findings) {
    for (message, operation) in cx.messages().iter().zip(cx.called()) {
        let Some((operation, tree)) = operation.zip(message.tree()) else {
            continue;
        };
        let Some(RequestBody::Parameters(parameters)) = &operation.page.body else {
            continue;
        };
        let is_own = *operation.page.page == *cx.page.path;
        if !is_own || parameters.is_empty() || message.request().is_none() {
            continue;
        }
        let called = operation.calls.map(|id| &cx.version.api()[id].parameters);
        let declared = || called.into_iter().flatten().map(|it| it.name.as_str());
        let names = || {
            parameters
                .iter()
                .map(|it| it.name.as_str())
                .chain(declared())
        };
        let is_known = |key: &str| names().any(|name| name == key) || is_named(cx, key);
        let entries = tree.root.entries().iter();
        for entry in entries.filter(|it| !it.key.contains('@') && !is_known(&it.key)) {
            let key = &*one_line(&entry.key);
            let free = || names().filter(|name| !has_key(&tree.root, name));
            let action = operation.kind.words();
            let place = cx.at(entry.key_at, "");
            let finding = out
                .tell(
                    place.clone(),
                    format!("the page names no parameter `{key}`"),
                )
                .symbol(format!("{}:{action}/{key}", cx.page.path));
            let mut facts = cx.facts.facts.iter();
            let row = facts.find(|fact| matches!(fact.claim, Claim::BodyMember(_)));
            if let Some(row) = row {
                finding.related(cx.version.fact(row, "the parameters are described here"));
            }
            if let Some(known) = names().find(|name| name.eq_ignore_ascii_case(key)) {
                // Requests are tried more often than tables are.
                let edits = Fix::replace(&place, format!("\"{known}\""));
                finding
                    .help(format!("did you mean `{known}`? only the case differs"))
                    .fix(Fix::needs_review(format!("spell it `{known}`"), edits));
            } else if let Some(near) = suggest::closest(key, free()) {
                finding.help(format!("did you mean `{near}`?"));
            }
        }
    }
}

/// Whether the paragraph on the body names a parameter: ``supply a `loan` object with the following properties``.
fn is_named(cx: &PageContext, key: &str) -> bool {
    let mut facts = cx.facts.facts.iter();
    let said = facts.find(|fact| fact.page == cx.id && matches!(fact.claim, Claim::Body(_)));
    said.is_some_and(|fact| {
        let said = cx.str(fact.at);
        said.contains(&format!("`{key}`")) || said.contains(&format!("**{key}**"))
    })
}

/// Tells that a type has no member with the key that stands at these places, each with the object around it.
fn tell(
    cx: &PageContext,
    ty: &str,
    key: &str,
    places: &[(ByteRange, Option<&Node>)],
    out: &mut Findings,
) {
    let Some(&(first, object)) = places.first() else {
        return;
    };
    let api = cx.version.api();
    let members = api.find_type(ty).map(|id| api.all_members(id));
    let members = members.unwrap_or_default();
    let names = || members.iter().map(|member| member.name.as_str());
    let free = || names().filter(|name| !object.is_some_and(|object| has_key(object, name)));
    let key = &*one_line(key);
    let message = format!("`{ty}` has no property `{key}`{}", times(places.len()));
    let finding = out
        .tell(cx.at(first, ""), message)
        .symbol(format!("{}:{ty}/{key}", cx.page.path));
    if let Some(known) = names().find(|it| it.eq_ignore_ascii_case(key)) {
        let edits = places.iter().map(|&(at, _)| Edit {
            file: cx.file(),
            at,
            text: format!("\"{known}\""),
        });
        let title = format!("spell it `{known}`");
        finding
            .severity(Severity::Error)
            .help(format!("did you mean `{known}`? only the case differs"))
            .fix(Fix::safe(title, edits.collect()));
        let label = format!("it is spelled `{known}` here");
        let declared = cx.version.member_at(cx.world, ty, known, label);
        declared.map(|place| finding.related(place));
        return;
    }
    if let Some(derived) = derived_with(cx, ty, key) {
        finding.help(format!(
            "`{derived}` has it: does the object lack `\"@odata.type\": \"#{derived}\"`?"
        ));
    } else if let Some(near) = suggest::closest(key, free()) {
        finding.help(format!("did you mean `{near}`?"));
    }
    let declared = cx.version.type_at(ty, "the type is described here");
    declared.map(|place| finding.related(place));
}

/// A type that derives from one and has a member of its own with this name.
fn derived_with<'a>(cx: &PageContext<'_, 'a>, ty: &str, key: &str) -> Option<&'a str> {
    let api = cx.version.api();
    let mut open = vec![api.find_type(ty)?];
    while let Some(id) = open.pop() {
        let has = |id: TypeId| api[id].members.iter().any(|member| *member.name == *key);
        let derived = &api[id].derived;
        if let Some(&found) = derived.iter().find(|&&id| has(id)) {
            return Some(api[found].name.as_str());
        }
        open.extend(derived);
    }
    None
}
