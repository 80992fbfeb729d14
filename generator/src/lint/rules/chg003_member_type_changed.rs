use crate::{
    api::{Api, ItemType, Member, StructuredType, Type},
    ir::Primitive,
    lint::{
        change::{self, Change},
        finding::{Findings, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::World,
    },
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "CHG003",
    name: "member-type-changed",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("chg003_member_type_changed.md"),
    check: Check::Change(check),
};

fn check(world: &World, change: &Change, out: &mut Findings) {
    for (was, is) in change.types() {
        check_base(change, was, is, out);
        for (old, new) in change.members(was, is) {
            check_type(world, change, (was, old), (is, new), out);
            check_null(world, change, (was, old), (is, new), out);
        }
    }
}

fn check_type(
    world: &World,
    change: &Change,
    (was, old): (&StructuredType, &Member),
    (is, new): (&StructuredType, &Member),
    out: &mut Findings,
) {
    let before = change::type_text(change.was, &old.ty);
    let Some((before, now)) = before.zip(change::type_text(change.is, &new.ty)) else {
        return;
    };
    if before.eq_ignore_ascii_case(&now) {
        return;
    }
    let Some(mut place) = change::member_place(change.now, world, is, new) else {
        return;
    };
    if let Some(cell) = type_cell(world, change, is, new) {
        place.at = cell;
    }
    place.label = String::new();
    let message = format!("`{}` was `{before}`, and is `{now}`", new.name);
    let finding = out
        .tell(place, message)
        .symbol(format!("{}/{}", is.name, new.name));
    if is_alike(&old.ty, &new.ty) {
        finding
            .severity(Severity::Warning)
            .help("impact: source; code that names the type does not compile, what is sent stays as it was");
    } else {
        finding.help("impact: source and wire; code that names the type does not compile, and cannot read what is sent");
    }
    if let Some(mut before) = change::member_place(change.before, world, was, old) {
        "it was another type here".clone_into(&mut before.label);
        finding.related(before);
    }
}

/// The type cell of the row of a member.
fn type_cell(
    world: &World,
    change: &Change,
    ty: &StructuredType,
    member: &Member,
) -> Option<crate::span::ByteRange> {
    let model = change.now.model().types.get(&ty.name.key())?;
    let mut members = model.members.iter();
    let claims = members.find(|it| it.name.eq_ignore_ascii_case(&member.name))?;
    let row = claims.rows.first()?.of(change.now.facts());
    change.now.cell_of(world, row, Column::Type)
}

/// Whether values of both types look the same in JSON.
fn is_alike(was: &Type, is: &Type) -> bool {
    let is_text = |ty: &Type| {
        let is_string = matches!(
            ty.item,
            ItemType::Primitive(Primitive::String | Primitive::Guid)
        );
        is_string || matches!(ty.item, ItemType::Enum(_))
    };
    was.collection == is.collection && is_text(was) && is_text(is)
}

fn check_null(
    world: &World,
    change: &Change,
    (was, old): (&StructuredType, &Member),
    (is, new): (&StructuredType, &Member),
    out: &mut Findings,
) {
    let Some((before, now)) = old.nullable.zip(new.nullable) else {
        return;
    };
    if before == now {
        return;
    }
    let Some(mut place) = change::member_place(change.now, world, is, new) else {
        return;
    };
    place.label = String::new();
    let message = if now {
        format!("`{}` can now be null", new.name)
    } else {
        format!("`{}` can no longer be null", new.name)
    };
    let finding = out
        .tell(place, message)
        .symbol(format!("{}/{}#nullable", is.name, new.name))
        .severity(Severity::Warning)
        .help(if now {
            "impact: source; code that reads it must expect that there is no value"
        } else {
            "impact: wire; requests that set it to null fail"
        });
    if let Some(mut before) = change::member_place(change.before, world, was, old) {
        "the contrary was said here".clone_into(&mut before.label);
        finding.related(before);
    }
}

/// The base type by name; that of all entity types counts as none.
fn base<'a>(api: &'a Api, ty: &StructuredType) -> Option<&'a str> {
    let base = ty.base.map(|id| api[id].name.as_str());
    base.filter(|name| *name != "microsoft.graph.entity")
}

fn check_base(change: &Change, was: &StructuredType, is: &StructuredType, out: &mut Findings) {
    let (before, now) = (base(change.was, was), base(change.is, is));
    let same = match (before, now) {
        (Some(before), Some(now)) => before.eq_ignore_ascii_case(now),
        (None, None) => true,
        _ => false,
    };
    let Some(place) = change.type_place(is.name.as_str()).filter(|_| !same) else {
        return;
    };
    let say = |name: Option<&str>| name.map_or("nothing".to_owned(), |name| format!("`{name}`"));
    let message = format!(
        "`{}` derived from {}, and derives from {}",
        is.name,
        say(before),
        say(now)
    );
    let finding = out
        .tell(place, message)
        .symbol(format!("{}#base", is.name))
        .severity(Severity::Warning)
        .help("impact: source; it has other inherited members, and is no longer accepted where the old base type was");
    let label = "it was described here";
    if let Some(before) = change.before.type_at(was.name.as_str(), label) {
        finding.related(before);
    }
}
