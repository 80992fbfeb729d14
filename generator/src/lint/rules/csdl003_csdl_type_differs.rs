use crate::{
    api::{ItemType, Member},
    csdl::{ItemRef, StructuredType, TypeRef},
    facts::{Claim, Fact, Row, facets},
    ir::Primitive,
    lint::{
        finding::{Findings, Fix, Place, Severity},
        names,
        pages_alone::{DeclaredMember, PagesAlone, TypePair, json_key},
        rule::{Check, Fixes, Preset, Rule},
        world::World,
    },
    span::ByteRange,
    spelling::{self, ItemText},
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL003",
    name: "csdl-type-differs",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Unsafe,
    apidoctor: &["Unknown"],
    doc: include_str!("csdl003_csdl_type_differs.md"),
    check: Check::Metadata(check),
};

fn check(world: &World, alone: &PagesAlone, out: &mut Findings) {
    for pair in alone.types() {
        for member in &pair.paged.members {
            // One that differs in case is the same, too; CSDL004 tells the case.
            let declared = alone
                .declared()
                .member_in_any_case(pair.declared, &member.name);
            if let Some(declared) = declared {
                check_type(world, alone, pair, (member, declared), out);
                check_null(world, alone, pair, (member, declared), out);
            }
        }
    }
}

fn check_type(
    world: &World,
    alone: &PagesAlone,
    pair: TypePair,
    (member, declared): (&Member, DeclaredMember),
    out: &mut Findings,
) {
    let unknown = if alone.is_navigation(member) {
        "Edm.EntityType"
    } else {
        "Edm.Untyped"
    };
    let paged = alone.text(&member.ty, unknown);
    let in_metadata = declared.ty.full_text();
    if is_definition(alone, declared.ty) {
        return;
    }
    if paged.eq_ignore_ascii_case(&in_metadata) {
        check_row(world, alone, pair, (member, declared), out);
        return;
    }
    let Some((place, row)) = place(world, alone, pair, member) else {
        return;
    };
    let is_meant = match row {
        // TBL009 tells the text of such a link.
        Some(row) => leads_to(alone, row, declared.ty),
        None => alone.is_led_elsewhere(pair, member),
    };
    let name = &pair.paged.name;
    // The cell may agree; then only the values that the description lists are those of an enumeration.
    let cell = place.at.of(&world.files.get(place.file).text);
    let said = match row {
        _ if matches!(member.ty.item, ItemType::Unknown { .. }) => {
            "nothing that can be read".to_owned()
        }
        // A name that is nowhere described may be a word like any other.
        Some(_) if !is_described(alone, member) => format!("`{cell}`"),
        _ => format!("`{paged}`"),
    };
    let is_agreed = spelling::primitive(cell).is_some_and(|it| it.as_str() == in_metadata);
    let message = if is_agreed {
        format!(
            "`{}` lists the values of `{paged}`, but is a `{in_metadata}` for the page and the metadata",
            member.name
        )
    } else if row.is_some() {
        format!(
            "the page says {said} for `{}`, the metadata says `{in_metadata}`",
            member.name
        )
    } else {
        format!(
            "the page makes `{}` {said}, the metadata says `{in_metadata}`",
            member.name
        )
    };
    let finding = out
        .tell(place.clone(), message)
        .symbol(format!("{name}/{}", member.name));
    if is_agreed || is_meant || is_wider(alone, member, declared.ty) {
        finding.severity(Severity::Info);
    } else if is_alike(alone, member, declared.ty) {
        finding.severity(severity_of_alike(alone, pair, member));
    } else if is_narrower(alone, member, declared.ty) {
        finding.severity(Severity::Warning);
    }
    let label = format!("the metadata says `{in_metadata}`");
    let declared_at = alone.version.metadata_at(declared.ty.at, label);
    declared_at.map(|place| finding.related(place));
    if let Some(key) = key_at(alone, pair, member) {
        finding.related(key);
    }
    if let Some(row) = row.filter(|_| !is_agreed && !is_meant) {
        let cell = names::declared_cell(alone.version, row.page, declared.ty);
        let title = format!("write `{cell}`");
        finding.fix(Fix::needs_review(title, Fix::replace(&place, cell)));
    }
}

/// How much it matters that a type is another one which values look alike of. A string whose values are listed is how pages
/// write an enumeration that may grow.
fn severity_of_alike(alone: &PagesAlone, pair: TypePair, member: &Member) -> Severity {
    let row = alone.row_of(pair.model, &member.name);
    let row = row.and_then(|fact| fact.claim.row());
    let lists_values =
        |row: &Row| !row.facets.values.is_empty() || !facets::listed(&row.description).is_empty();
    if row.is_some_and(lists_values) {
        Severity::Info
    } else {
        Severity::Warning
    }
}

/// Whether the page's type is a base of the declared one: its values can be read so, too.
fn is_wider(alone: &PagesAlone, member: &Member, declared: &TypeRef) -> bool {
    types_of(alone, member, declared)
        .is_some_and(|(paged, ty)| alone.declared().derives_from(ty, paged))
}

/// Whether the page's type derives from the declared one, so that it fits some of the values: by the metadata or, if that
/// does not have the type, by its page.
fn is_narrower(alone: &PagesAlone, member: &Member, declared: &TypeRef) -> bool {
    if let Some((paged, ty)) = types_of(alone, member, declared) {
        return alone.declared().derives_from(paged, ty);
    }
    let (ItemType::Structured(paged), ItemRef::Named(name)) = (&member.ty.item, &declared.item)
    else {
        return false;
    };
    let mut lineage = alone.api.lineage(*paged);
    member.ty.collection == declared.collection && lineage.any(|ty| ty.name.is_like(name))
}

/// Whether a page or the metadata says what the type of a member is.
fn is_described(alone: &PagesAlone, member: &Member) -> bool {
    let ItemType::Structured(id) = &member.ty.item else {
        return true;
    };
    let key = alone.api[*id].name.key();
    let model = alone.model.types.get(&key);
    model.is_some_and(|ty| !ty.pages.is_empty()) || alone.declared().types.contains_key(&key)
}

/// The page's type and the declared one as the metadata has them, if both are structured and speak alike of one or of many.
fn types_of<'a>(
    alone: &PagesAlone<'_, 'a>,
    member: &Member,
    declared: &TypeRef,
) -> Option<(&'a StructuredType, &'a StructuredType)> {
    let (ItemType::Structured(paged), ItemRef::Named(name)) = (&member.ty.item, &declared.item)
    else {
        return None;
    };
    let types = &alone.declared().types;
    let paged = types.get(&alone.api[*paged].name.key())?;
    let ty = types.get(&name.key())?;
    (member.ty.collection == declared.collection).then_some((*paged, *ty))
}

/// Whether the type cell of a row links to the page of the declared type, under whatever text; TBL009 tells the text.
fn leads_to(alone: &PagesAlone, row: &Fact, declared: &TypeRef) -> bool {
    let Some(said) = row.claim.row().map(|row| &row.ty) else {
        return false;
    };
    let linked = match &said.item {
        ItemText::Named(reference) => names::linked(alone.version, reference, row.page),
        _ => None,
    };
    let ty = names::declared_ty(alone.version, declared);
    let is_same = linked.zip(ty).is_some_and(|(linked, ty)| ty.item == linked);
    is_same && said.collection == declared.collection
}

/// Tells a row that speaks of many where the JSON representation and the metadata have one, or the other way round.
fn check_row(
    world: &World,
    alone: &PagesAlone,
    pair: TypePair,
    (member, declared): (&Member, DeclaredMember),
    out: &mut Findings,
) {
    let row = alone.row_of(pair.model, &member.name);
    let Some((row, Claim::Member { row: said, .. })) = row.map(|row| (row, &row.claim)) else {
        return;
    };
    let is_read = !matches!(said.ty.item, ItemText::Unread(_) | ItemText::Union(_));
    if !is_read || said.ty.collection == declared.ty.collection {
        return;
    }
    let Some(cell) = alone.version.cell_of(world, row, Column::Type) else {
        return;
    };
    // Where only paths tell that there are many, the row still names the type of one.
    let Some(key) = key_at(alone, pair, member) else {
        return;
    };
    let words = |many| if many { "a collection" } else { "one value" };
    let message = format!(
        "the table calls `{}` {}, and it is {} in the metadata",
        member.name,
        words(said.ty.collection),
        words(declared.ty.collection)
    );
    let place = alone.version.at(row.page, cell, "");
    let text = names::declared_cell(alone.version, row.page, declared.ty);
    let fix = Fix::needs_review(format!("write `{text}`"), Fix::replace(&place, text));
    let finding = out
        .tell(place, message)
        .symbol(format!("{}/{}", pair.paged.name, member.name))
        .related(key)
        .fix(fix);
    let label = format!("the metadata says `{}`", declared.ty.full_text());
    let declared_at = alone.version.metadata_at(declared.ty.at, label);
    declared_at.map(|place| finding.related(place));
}

/// The type cell of the row, where there is one; otherwise where pages name the member.
fn place<'a>(
    world: &World,
    alone: &PagesAlone<'_, 'a>,
    pair: TypePair,
    member: &Member,
) -> Option<(Place, Option<&'a Fact>)> {
    let row = alone.row_of(pair.model, &member.name);
    let cell = row.and_then(|row| {
        let at = alone.version.cell_of(world, row, Column::Type)?;
        Some((alone.version.at(row.page, at, ""), Some(row)))
    });
    cell.or_else(|| Some((alone.member_at(world, pair, member)?, None)))
}

/// The key in the JSON representation, where a row has the type, too.
fn key_at(alone: &PagesAlone, pair: TypePair, member: &Member) -> Option<Place> {
    alone.row_of(pair.model, &member.name)?;
    let mut members = pair.model.members.iter();
    let claims = members.find(|it| it.name.eq_ignore_ascii_case(&member.name))?;
    let fact = claims.keys.first()?.of(alone.version.facts());
    let at = json_key(alone.version, fact, &member.name)?;
    Some(
        alone
            .version
            .at(fact.page, at, "the JSON representation has it here"),
    )
}

/// Whether the metadata names a type definition: another name for a primitive type, which no page has.
fn is_definition(alone: &PagesAlone, ty: &TypeRef) -> bool {
    let ItemRef::Named(name) = &ty.item else {
        return false;
    };
    let (key, declared) = (name.key(), alone.declared());
    let is_type = declared.types.contains_key(&key) || declared.enums.contains_key(&key);
    !is_type && declared.name(&key).is_some()
}

/// Whether values of both types look the same in JSON, so that a client is less wrong with one of them.
fn is_alike(alone: &PagesAlone, member: &Member, declared: &TypeRef) -> bool {
    use Primitive::{Decimal, Double, Guid, Int16, Int32, Int64, Single, String};
    if member.ty.collection != declared.collection {
        return false;
    }
    match (&member.ty.item, &declared.item) {
        (ItemType::Unknown { .. }, _) | (ItemType::Enum(_), ItemRef::Primitive(String)) => true,
        // An enumeration is a string in JSON.
        (ItemType::Primitive(String) | ItemType::Enum(_), ItemRef::Named(name)) => {
            alone.declared().enums.contains_key(&name.key())
        }
        (ItemType::Primitive(paged), ItemRef::Primitive(declared)) => {
            let number = |it| matches!(it, Decimal | Double | Single | Int16 | Int32 | Int64);
            let text = |it| matches!(it, String | Guid);
            number(*paged) && number(*declared) || text(*paged) && text(*declared)
        }
        _ => false,
    }
}

/// Tells a member of which page and metadata say contrary things about null.
fn check_null(
    world: &World,
    alone: &PagesAlone,
    pair: TypePair,
    (member, declared): (&Member, DeclaredMember),
    out: &mut Findings,
) {
    // Metadata that says nothing allows null (CSDL 4.0, section 6.2.1), often without meaning it.
    let Some((paged, in_metadata)) = member.nullable.zip(declared.nullable) else {
        return;
    };
    if paged == in_metadata {
        return;
    }
    let Some(row) = alone.row_of(pair.model, &member.name) else {
        return;
    };
    let says_so = matches!(&row.claim, Claim::Member { row, .. } if row.facets.nullable.is_some());
    let cell = alone.version.cell_of(world, row, Column::Description);
    let Some(cell) = cell.filter(|_| says_so) else {
        return;
    };
    let page = alone.version.page(row.page);
    let at = words_of_null(page.str(cell), cell);
    let can = |nullable| if nullable { "can" } else { "cannot" };
    let message = format!(
        "`{}` {} be null on its page, and {} be null in the metadata",
        member.name,
        can(paged),
        can(in_metadata)
    );
    let symbol = format!("{}/{}#nullable", pair.paged.name, member.name);
    let place = alone.version.at(row.page, at, "");
    let finding = out
        .tell(place, message)
        .symbol(symbol)
        .severity(Severity::Warning);
    let label = format!("`{}` is declared here", declared.name.text);
    let declared_at = alone.version.metadata_at(declared.name.at, label);
    declared_at.map(|place| finding.related(place));
}

/// The words about null in a description; all of it, if they are others.
fn words_of_null(text: &str, cell: ByteRange) -> ByteRange {
    let lower = text.to_ascii_lowercase();
    let words = ["not nullable", "non-nullable", "nullable", "null"];
    let found = words
        .iter()
        .find_map(|word| Some((lower.find(word)?, word.len())));
    let Some((start, length)) = found else {
        return cell;
    };
    let start = cell.start as usize + start;
    ByteRange::new(start, start + length)
}
