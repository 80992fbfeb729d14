use crate::{
    api::Member,
    csdl::{ItemRef, Name},
    facts::{Claim, Fact, Row},
    ir::{Primitive, TypeName},
    lint::{
        finding::{Finding, Findings, Severity},
        members, names,
        pages_alone::{PagesAlone, TypePair, word_in},
        rule::{Check, Fixes, Preset, Rule},
        world::{DeclaredName, World},
    },
    model::EnumModel,
    resolve::path_text::singular,
    spelling::ItemText,
    suggest,
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL001",
    name: "csdl-symbol-missing",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &["Unknown"],
    doc: include_str!("csdl001_csdl_symbol_missing.md"),
    check: Check::Metadata(check),
};

fn check(world: &World, alone: &PagesAlone, out: &mut Findings) {
    for ty in alone.model.types.values() {
        if let Some(page) = alone.page_of(ty).filter(|_| !is_declared(alone, &ty.name)) {
            let at = word_in(&alone.version.page(page.page).text, page.at, ty.name.name());
            let place = alone.version.at(page.page, at, "");
            let message = format!("the metadata has no type `{}`", ty.name);
            let finding = out.tell(place, message).symbol(ty.name.as_str());
            say_meant(
                world,
                alone,
                &ty.name,
                alone.declared().type_names(),
                finding,
            );
        }
    }
    for ty in alone.model.enums.values() {
        if !is_declared(alone, &ty.name) {
            check_enum(world, alone, ty, out);
        }
    }
    for pair in alone.types() {
        check_members(world, alone, pair, out);
    }
}

/// Whether the metadata has anything with this name.
fn is_declared(alone: &PagesAlone, name: &TypeName) -> bool {
    alone.declared().name(&name.key()).is_some()
}

fn check_enum(world: &World, alone: &PagesAlone, ty: &EnumModel, out: &mut Findings) {
    let facts = alone.version.facts();
    let page = ty.pages.first().map(|id| {
        let fact = id.of(facts);
        let at = word_in(&alone.version.page(fact.page).text, fact.at, ty.name.name());
        alone.version.at(fact.page, at, "")
    });
    let row = || {
        let row = ty.lists.first()?.of(facts);
        let cell = alone.version.cell_of(world, row, Column::Type)?;
        names_its_type(row).then(|| alone.version.at(row.page, cell, ""))
    };
    if let Some(place) = page.or_else(row) {
        let message = format!("the metadata has no enumeration `{}`", ty.name);
        let finding = out.tell(place, message).symbol(ty.name.as_str());
        say_meant(
            world,
            alone,
            &ty.name,
            alone.declared().enum_names(),
            finding,
        );
        if lists_values_of_a_string(alone, ty) {
            finding.severity(Severity::Info);
        }
    }
}

/// Whether the name is that of a property of the same page that is a string in the metadata: pages list the values of
/// some strings as if they were an enumeration.
fn lists_values_of_a_string(alone: &PagesAlone, ty: &EnumModel) -> bool {
    let owner = ty
        .pages
        .first()
        .and_then(|id| alone.model.type_of_page.get(&id.page));
    let owner = owner.and_then(|name| alone.declared().types.get(&name.key()));
    let member = owner.and_then(|it| alone.declared().member_in_any_case(it, ty.name.name()));
    member.is_some_and(|it| it.ty.item == ItemRef::Primitive(Primitive::String))
}

/// Whether a row says what its type is called; otherwise the name is only that of the property.
fn names_its_type(row: &Fact) -> bool {
    let named = |row: &Row| matches!(row.ty.item, ItemText::Named(_));
    match &row.claim {
        Claim::Member { row, .. } | Claim::Parameter { row, .. } | Claim::BodyMember(row) => {
            named(row)
        }
        _ => false,
    }
}

/// Says what a name that the metadata does not have is meant for: the same name in another namespace, the same in the other
/// version, one that differs by a slip, or the only one that ends so.
fn say_meant(
    world: &World,
    alone: &PagesAlone,
    name: &TypeName,
    names: &[DeclaredName],
    finding: &mut Finding,
) {
    let mut known = names.iter();
    let same = known.find(|(known, _)| known.name().eq_ignore_ascii_case(name.name()));
    if let Some(same) = same {
        say_near(alone, same, finding);
        return;
    }
    if names::say_other(world, alone.version, name, finding) {
        return;
    }
    // Pages head what they call by the name of many of it.
    let one = singular(name.name());
    let mut known = names.iter();
    let slip = known.find(|(known, _)| {
        members::is_slip(known.name(), name.name()) || known.name().eq_ignore_ascii_case(&one)
    });
    if let Some(near) = slip.or_else(|| only_ending(names, name.name())) {
        say_near(alone, near, finding);
    }
}

/// The only name that ends with another one as its last words: `bookShelf` for `shelf`.
fn only_ending<'n, 'a>(names: &'n [DeclaredName<'a>], end: &str) -> Option<&'n DeclaredName<'a>> {
    let ends_so = |known: &str| {
        let start = known.len().checked_sub(end.len());
        let last = start.and_then(|start| known.get(start..));
        last.is_some_and(|last| {
            last.starts_with(|c: char| c.is_ascii_uppercase()) && last.eq_ignore_ascii_case(end)
        })
    };
    let mut found = names.iter().filter(|(known, _)| ends_so(known.name()));
    found.next().filter(|_| found.next().is_none())
}

fn say_near(alone: &PagesAlone, (near, declared): &DeclaredName, finding: &mut Finding) {
    finding.help(format!("did you mean `{near}`?"));
    let label = format!("`{near}` is declared here");
    let place = alone.version.metadata_at(declared.at, label);
    place.map(|place| finding.related(place));
}

/// Tells the members of a type that the metadata has neither in it nor in its base types, in no case.
fn check_members(world: &World, alone: &PagesAlone, pair: TypePair, out: &mut Findings) {
    let name = &pair.paged.name;
    for member in &pair.paged.members {
        let known = alone
            .declared()
            .member_in_any_case(pair.declared, &member.name);
        if known.is_some() {
            continue;
        }
        let Some(place) = alone.member_at(world, pair, member) else {
            continue;
        };
        let what = elsewhere(alone, pair, member);
        let message = match what {
            Some(Elsewhere::Call) => format!(
                "`{}` is an action or a function in the metadata, and no member of `{name}`",
                member.name
            ),
            Some(Elsewhere::Derived(_)) | None => {
                format!("the metadata has no `{}` in `{name}`", member.name)
            }
        };
        let finding = out
            .tell(place, message)
            .symbol(format!("{name}/{}", member.name));
        let label = "the type is declared here";
        let declared_at = alone.version.metadata_at(pair.declared.name.at, label);
        declared_at.map(|place| finding.related(place));
        // An instance of an open type may have any member; that a row tells it is only worth knowing.
        let mut lineage = alone.declared().lineage(pair.declared);
        let row = alone.row_of(pair.model, &member.name);
        if lineage.any(|it| it.is_open) || row.is_some_and(says_that_it_is_gone) {
            finding.severity(Severity::Info);
        }
        match what {
            Some(Elsewhere::Call) => {
                finding.severity(Severity::Info);
                continue;
            }
            Some(Elsewhere::Derived(derived)) => {
                let label = "a derived type has it";
                let derived_at = alone.version.metadata_at(derived.at, label);
                derived_at.map(|place| finding.related(place));
                finding.severity(Severity::Warning).help(format!(
                    "`{}` has it, which derives from this type",
                    derived.text
                ));
                continue;
            }
            None => {}
        }
        let other = world.other_than(alone.version.compilation.version);
        let there = other.and_then(|it| Some((it, members::declared(it, name, &member.name)?)));
        if let Some((other, (declared, _))) = there {
            names::say_declared(other, declared.at, finding);
            continue;
        }
        if let Some(near) = near(alone, pair, &member.name) {
            finding.help(format!("did you mean `{near}`?"));
        }
    }
}

/// The member that a name is most likely meant for: one that differs by a slip and has no row, else the closest one that the
/// page does not have under its own name.
fn near<'a>(alone: &'a PagesAlone, pair: TypePair<'a>, name: &str) -> Option<&'a str> {
    let lineage = alone.declared().lineage(pair.declared);
    let names: Vec<&str> = lineage
        .flat_map(|ty| ty.member_names().map(|name| name.text.as_str()))
        .collect();
    let mut known = names.iter().copied();
    let slip = known
        .find(|known| members::is_slip(known, name) && alone.row_of(pair.model, known).is_none());
    let free = names
        .iter()
        .copied()
        .filter(|it| !alone.has_member(pair.paged, it));
    slip.or_else(|| suggest::closest(name, free))
}

/// Whether the description of a member says that the service does not have it any more; that it is deprecated does not.
fn says_that_it_is_gone(row: &Fact) -> bool {
    const SUBJECTS: &[&str] = &["this property", "this relationship", "this member"];
    const ENDS: &[&str] = &[
        "has been removed",
        "was removed",
        "is removed",
        "no longer exists",
    ];
    let Some(row) = row.claim.member_row() else {
        return false;
    };
    let text = row.description.to_lowercase();
    let mut sentences = text.split(['.', ';']).map(str::trim);
    sentences.any(|sentence| {
        let mut subjects = SUBJECTS.iter();
        let end = subjects.find_map(|subject| sentence.strip_prefix(subject));
        end.is_some_and(|end| ENDS.iter().any(|known| end.trim_start().starts_with(known)))
    })
}

/// Where the metadata has a name that it does not have as a member.
enum Elsewhere<'a> {
    /// Among actions and functions.
    Call,
    /// In a type that derives from this one, which has this name.
    Derived(&'a Name),
}

fn elsewhere<'a>(
    alone: &PagesAlone<'_, 'a>,
    pair: TypePair,
    member: &Member,
) -> Option<Elsewhere<'a>> {
    let metadata = alone.version.compilation.metadata.as_ref()?;
    let mut callables = metadata.schemas.iter().flat_map(|schema| &schema.callables);
    // What a table lists is meant as a member.
    let is_from_path = alone.row_of(pair.model, &member.name).is_none();
    if is_from_path && callables.any(|it| it.name.text.eq_ignore_ascii_case(&member.name)) {
        return Some(Elsewhere::Call);
    }
    let mut types = metadata.schemas.iter().flat_map(|schema| &schema.types);
    let derived = types.find(|ty| {
        let mut names = ty.member_names();
        names.any(|name| name.text == member.name)
            && alone.declared().derives_from(ty, pair.declared)
    });
    derived.map(|ty| Elsewhere::Derived(&ty.name))
}
