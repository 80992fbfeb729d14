//! Areas of an api: what is there with which of them, and what always holds.

use std::{collections::BTreeSet, fmt::Write};

use docwright::{
    Compilation,
    api::{Api, ItemType, MemberKind, Operation, Type, TypeId},
    area::{Areas, Presence},
    compile,
    docs::DocsTree,
    generate,
    slice::Closure,
    vocabulary::Vocabulary,
};

#[path = "common/library.rs"]
mod library;
#[path = "common/shared.rs"]
mod shared;

/// The library, with users, shops that sell books, and a type that nothing leads to.
fn library() -> Compilation {
    let shop = (
        "shop",
        "Inherits from [entity](entity.md).",
        "|name|String|Above the door.|",
        "|books|[book](book.md) collection|For sale.|\n|owner|[person](person.md)|Who has it.|",
    );
    let person = ("person", "", "|name|String|In full.|", "");
    let user = (
        "user",
        "Inherits from [entity](entity.md).",
        "|id|String|The key.|",
        "",
    );
    let catalog = ("catalog", "", "|year|Int32|When it was made.|", "");
    let get = (
        "Get shop",
        "GET /shops/{id}",
        "",
        "[shop](../resources/shop.md) object",
    );
    let who = (
        "Get user",
        "GET /users/{id}\nGET /me/account",
        "",
        "[user](../resources/user.md) object",
    );
    let types = [shop, person, user, catalog].map(library::resource);
    let operations = [get, who].map(library::operation);
    library::library(types.into_iter().chain(operations))
}

/// When something is there: `books shops`.
fn shown(areas: &Areas, presence: &Presence) -> String {
    match presence {
        Presence::Always => "always".to_owned(),
        Presence::Whole => "all areas".to_owned(),
        Presence::With(wanted) => {
            let names = areas.all().filter(|(id, _)| wanted.contains(id));
            let names: Vec<_> = names.map(|(_, area)| area.name.as_str()).collect();
            names.join(" ")
        }
    }
}

#[test]
fn a_singleton_belongs_to_the_entity_set_of_its_type() {
    let areas = Areas::of(&library().api);
    let all: Vec<_> = areas
        .all()
        .map(|(_, area)| format!("{} {}", area.name, area.operations))
        .collect();
    assert_eq!(all, ["books 4", "readers 3", "shops 1", "users 4"]);
}

#[test]
fn types_are_there_with_the_areas_that_need_them() {
    let api = library().api;
    let areas = Areas::of(&api);
    let mut list = String::new();
    for id in api.type_ids() {
        let presence = shown(&areas, areas.of_type(id));
        writeln!(list, "{}: {presence}", api[id].name.name()).unwrap();
    }
    for id in api.enum_ids() {
        let presence = shown(&areas, areas.of_enum(id));
        writeln!(list, "{}: {presence}", api[id].name.name()).unwrap();
    }
    insta::assert_snapshot!(list);
}

#[test]
fn a_crate_has_a_feature_for_each_area() {
    let files = generate::rust(&library(), "library");
    insta::assert_snapshot!("manifest", files["Cargo.toml"]);
    insta::assert_snapshot!("models", files["src/models.rs"]);
    insta::assert_snapshot!("requests", files["src/requests.rs"]);
}

#[test]
fn a_navigation_property_needs_the_area_of_its_target() {
    let files = generate::rust(&library(), "library");
    insta::assert_snapshot!("shops", files["src/models/shops.rs"]);
}

/// The problems that somebody would have who chooses some areas only.
fn missing(api: &Api) -> Vec<String> {
    let areas = Areas::of(api);
    let mut problems = Vec::new();
    let mut check = |what: &str, here: &Presence, ty: &Type| {
        let (name, there) = match ty.item {
            ItemType::Structured(id) => (&api[id].name, areas.of_type(id)),
            ItemType::Enum(id) => (&api[id].name, areas.of_enum(id)),
            ItemType::Primitive(_) | ItemType::Unknown { .. } => return,
        };
        if !here.implies(there) {
            problems.push(format!(
                "{what}: {name} is there with {}, and it with {}",
                shown(&areas, there),
                shown(&areas, here)
            ));
        }
    };
    for id in api.type_ids() {
        let here = areas.of_type(id);
        let base = api[id]
            .base
            .map(|base| Type::single(ItemType::Structured(base)));
        let properties = api[id].members.iter();
        let properties = properties.filter(|member| member.kind == MemberKind::Property);
        for ty in base.iter().chain(properties.map(|member| &member.ty)) {
            check(api[id].name.as_str(), here, ty);
        }
    }
    for operation in &api.operations {
        let needs = Closure::of(api, [operation]);
        let here = areas.of_operation(operation);
        for ty in needed(&needs) {
            check(&operation.id, &here, &ty);
        }
    }
    problems
}

fn needed(closure: &Closure) -> impl Iterator<Item = Type> {
    let types = closure.types.iter().copied().map(ItemType::Structured);
    let enums = closure.enums.iter().copied().map(ItemType::Enum);
    types.chain(enums).map(Type::single)
}

/// The homes of types that are not there with them.
fn not_at_home(api: &Api) -> Vec<TypeId> {
    let areas = Areas::of(api);
    let is_away = |id: &TypeId| match (areas.of_type(*id), areas.home(*id)) {
        (Presence::With(with), Some(home)) => !with.contains(&home),
        (Presence::With(_), None) => true,
        (Presence::Always | Presence::Whole, home) => home.is_some(),
    };
    api.type_ids().filter(is_away).collect()
}

#[test]
fn whatever_is_chosen_finds_what_it_needs() {
    let mut apis = vec![library().api];
    for place in ["corpus/2021-07/api-reference", "fixtures/modern"] {
        let Some(place) = shared::shared(place) else {
            continue;
        };
        let tree = DocsTree::read(&place, None).unwrap();
        let versions = tree.versions.into_values();
        apis.extend(versions.map(|docs| compile(docs, &Vocabulary::default()).api));
    }
    for api in apis {
        assert_eq!(missing(&api), [""; 0]);
        assert_eq!(not_at_home(&api), []);
        let areas = Areas::of(&api);
        let counted: usize = areas.all().map(|(_, area)| area.operations).sum();
        let is_outside = |it: &&Operation| areas.of_operation(it) == Presence::Always;
        let outside = api.operations.iter().filter(is_outside).count();
        assert_eq!(counted + outside, api.operations.len());
        let names: BTreeSet<_> = areas.all().map(|(_, area)| &area.name).collect();
        assert_eq!(names.len(), areas.all().count());
    }
}
