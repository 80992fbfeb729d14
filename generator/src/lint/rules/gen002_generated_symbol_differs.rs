use crate::{
    api::{Api, ItemType, Member, MemberKind, TypeId},
    emit::rust,
    ir::Primitive,
    lint::{
        change::member_place,
        finding::{Finding, Findings, Place, Severity},
        generated::{Crate, Model},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "GEN002",
    name: "generated-symbol-differs",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("gen002_generated_symbol_differs.md"),
    check: Check::World(check),
};

fn check(world: &World, out: &mut Findings) {
    for generated in &world.generated().crates {
        let Some(version) = world.version(generated.version) else {
            continue;
        };
        for (name, model) in &generated.types {
            match version.api().find_type(name) {
                Some(id) => check_type(world, version, generated, (id, model), out),
                None => tell_unknown(generated, name, model, out),
            }
        }
        for (name, model) in &generated.enums {
            match version.api().find_enum(name) {
                Some(id) => {
                    let members = &version.api()[id].members;
                    let known: Vec<_> = members.iter().map(|it| it.name.as_str()).collect();
                    check_names(
                        generated,
                        (name, model),
                        &known,
                        |finding, _| {
                            let place = version.type_at(name, "the enumeration is described here");
                            place.map(|place| finding.related(place));
                        },
                        out,
                    );
                }
                None => tell_unknown(generated, name, model, out),
            }
        }
    }
}

/// Tells a model of something that is not in the api.
fn tell_unknown(generated: &Crate, name: &str, model: &Model, out: &mut Findings) {
    let message = format!(
        "`{}` is made of `{name}`, which is nowhere described",
        model.name
    );
    out.tell(generated.place(model), message)
        .symbol(name)
        .help("generate the crate again");
}

/// The members that are fields: a stream is a request of its own.
fn members(api: &Api, id: TypeId) -> Vec<&Member> {
    let mut members = api.all_members(id);
    members.retain(|it| it.ty.item != ItemType::Primitive(Primitive::Stream));
    members
}

fn check_type(
    world: &World,
    version: &Version,
    generated: &Crate,
    (id, model): (TypeId, &Model),
    out: &mut Findings,
) {
    let (api, ty) = (version.api(), &version.api()[id]);
    let members = members(api, id);
    let described = |member: &Member| -> Option<Place> {
        let mut place = member_place(version, world, ty, member)?;
        place.label = format!("`{}` is described here", member.name);
        Some(place)
    };
    let names: Vec<_> = members.iter().map(|it| it.name.as_str()).collect();
    let relate = |finding: &mut Finding, name: &str| {
        let member = members.iter().find(|it| it.name == name);
        let place = member.and_then(|it| described(it));
        let place =
            place.or_else(|| version.type_at(ty.name.as_str(), "the type is described here"));
        place.map(|place| finding.related(place));
    };
    check_names(generated, (ty.name.as_str(), model), &names, relate, out);
    if model.fields.len() != model.wire.len() {
        let message = format!(
            "`{}` has {} fields and {} names on the wire",
            model.name,
            model.fields.len(),
            model.wire.len()
        );
        let symbol = format!("{}#fields", ty.name);
        out.tell(generated.place(model), message).symbol(symbol);
        return;
    }
    for (wire, (field, written)) in model.wire.iter().zip(&model.fields) {
        let Some(member) = members.iter().find(|it| it.name == *wire) else {
            continue;
        };
        if let Some(expected) = wrong_shape(member, written) {
            let message = format!("`{field}` is `{written}`, and `{wire}` is {expected}");
            let finding = out
                .tell(generated.field_place(model, field), message)
                .symbol(format!("{}/{wire}#type", ty.name));
            described(member).map(|place| finding.related(place));
        }
    }
}

/// Tells the names on the wire that only one side has.
fn check_names(
    generated: &Crate,
    (name, model): (&str, &Model),
    known: &[&str],
    relate: impl Fn(&mut Finding, &str),
    out: &mut Findings,
) {
    for wire in model
        .wire
        .iter()
        .filter(|wire| !known.contains(&wire.as_str()))
    {
        let message = format!("`{}` has `{wire}`, and `{name}` has not", model.name);
        let finding = out
            .tell(generated.wire_place(model, wire), message)
            .symbol(format!("{name}/{wire}"));
        let mut others = known.iter();
        if let Some(other) = others.find(|it| it.eq_ignore_ascii_case(wire)) {
            finding.help(format!("it is spelled `{other}`"));
        }
        relate(finding, wire);
    }
    let missing = known.iter().filter(|known| {
        let mut wire = model.wire.iter();
        !wire.any(|wire| wire.eq_ignore_ascii_case(known))
    });
    for missing in missing {
        let message = format!("`{name}` has `{missing}`, and `{}` has not", model.name);
        let finding = out
            .tell(generated.place(model), message)
            .symbol(format!("{name}/{missing}"));
        relate(finding, missing);
    }
}

/// What a member is, if its field is something else.
fn wrong_shape(member: &Member, written: &str) -> Option<String> {
    let (outer, inner) = written.strip_suffix('>')?.split_once('<')?;
    let wanted = match member.kind {
        MemberKind::Navigation { .. } => "Nav",
        MemberKind::Property => "Option",
    };
    if outer != wanted {
        return Some(match member.kind {
            MemberKind::Navigation { .. } => "a navigation property".to_owned(),
            MemberKind::Property => "a property that may be missing".to_owned(),
        });
    }
    let inner = unwrapped(inner, "Boxed").unwrap_or(inner);
    let item = unwrapped(inner, "Vec");
    match (item, member.ty.collection) {
        (None, true) => return Some("a collection".to_owned()),
        (Some(_), false) => return Some("one value".to_owned()),
        (Some(_), true) | (None, false) => {}
    }
    let item = item.unwrap_or(inner);
    match &member.ty.item {
        ItemType::Primitive(primitive) if rust::primitive(*primitive) != item => {
            Some(format!("`{}`", primitive.as_str()))
        }
        ItemType::Primitive(_)
        | ItemType::Structured(_)
        | ItemType::Enum(_)
        | ItemType::Unknown { .. } => None,
    }
}

/// `T` of `Name<T>`.
fn unwrapped<'t>(ty: &'t str, name: &str) -> Option<&'t str> {
    ty.strip_prefix(name)?.strip_prefix('<')?.strip_suffix('>')
}
