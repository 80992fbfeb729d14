use crate::{
    api::Source,
    csdl::Name,
    facts::{Claim, Fact},
    lint::{
        finding::{Edit, Finding, Findings, Fix, Place, Severity},
        pages_alone::{EnumPair, PagesAlone, TypePair, json_key, word_in},
        rule::{Check, Fixes, Preset, Rule},
        world::World,
    },
    model::MemberModel,
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL004",
    name: "csdl-case-differs",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("csdl004_csdl_case_differs.md"),
    check: Check::Metadata(check),
};

fn check(world: &World, alone: &PagesAlone, out: &mut Findings) {
    for pair in alone.types() {
        check_name(alone, pair, out);
        check_members(world, alone, pair, out);
    }
    for pair in alone.enums() {
        check_enum(alone, pair, out);
    }
}

/// Tells the name of a type in another case.
fn check_name(alone: &PagesAlone, pair: TypePair, out: &mut Findings) {
    let name = &pair.paged.name;
    let key = name.key();
    let Some((declared, page)) = alone.declared().name(&key).zip(alone.page_of(pair.model)) else {
        return;
    };
    if declared.as_str() == name.as_str() {
        return;
    }
    let places = name_places(alone, page, name.name());
    let place = match places.first() {
        Some(place) => place.clone(),
        None => alone.version.fact(page, ""),
    };
    tell(
        alone,
        &place,
        &places,
        (name.as_str(), name.name()),
        &pair.declared.name,
        out,
    );
}

/// Where the page of a type spells its name: all over the claim.
fn name_places(alone: &PagesAlone, page: &Fact, name: &str) -> Vec<Place> {
    let text = &alone.version.page(page.page).text;
    let said = page.at.of(text);
    let found = said.match_indices(name).map(|(at, _)| {
        let start = page.at.start as usize + at;
        let at = ByteRange::new(start, start + name.len());
        alone.version.at(page.page, at, "")
    });
    found.collect()
}

/// Tells members in another case, in the table and in the JSON representation.
fn check_members(world: &World, alone: &PagesAlone, pair: TypePair, out: &mut Findings) {
    for member in &pair.paged.members {
        let declared = alone.declared();
        let found = declared.member_in_any_case(pair.declared, &member.name);
        let Some(found) = found.filter(|found| found.name.text != member.name) else {
            continue;
        };
        let mut members = pair.model.members.iter();
        let claims = members.find(|it| it.name.eq_ignore_ascii_case(&member.name));
        let places = claims.map(|claims| spellings(world, alone, claims, found.name));
        let mut places = places.unwrap_or_default();
        let is_in_paths_alone = places.is_empty();
        if is_in_paths_alone {
            places.extend(segment(alone, &member.source, &member.name));
        }
        let Some(place) = (match places.first() {
            Some(place) => Some(place.clone()),
            None => alone.member_at(world, pair, member),
        }) else {
            continue;
        };
        let symbol = format!("{}/{}", pair.paged.name, member.name);
        let finding = tell(
            alone,
            &place,
            &places,
            (&symbol, &member.name),
            found.name,
            out,
        );
        // The service compares the segments of a path without case.
        if is_in_paths_alone {
            finding.severity(Severity::Warning);
        }
    }
}

/// The segment of a path in the line that a member was read from.
fn segment(alone: &PagesAlone, source: &Source, name: &str) -> Option<Place> {
    let (page, line) = alone.version.line(source)?;
    let at = word_in(&alone.version.page(page).text, line, name);
    (at != line).then(|| alone.version.at(page, at, ""))
}

/// The rows and keys that spell a member otherwise than the metadata does.
fn spellings(
    world: &World,
    alone: &PagesAlone,
    claims: &MemberModel,
    declared: &Name,
) -> Vec<Place> {
    let version = alone.version;
    let ids = claims.rows.iter().chain(&claims.keys);
    let places = ids.filter_map(|id| {
        let fact = id.of(version.facts());
        let at = match &fact.claim {
            Claim::Member { .. } | Claim::BodyMember(_) => version.name_of(world, fact, "").at,
            Claim::JsonKey { name, .. } => json_key(version, fact, name)?,
            _ => return None,
        };
        let written = at.of(&version.page(fact.page).text);
        let is_other_case =
            written != declared.text && written.eq_ignore_ascii_case(&declared.text);
        is_other_case.then(|| version.at(fact.page, at, "it is spelled so here, too"))
    });
    places.collect()
}

/// Tells members of an enumeration in another case, where its own table has them.
fn check_enum(alone: &PagesAlone, pair: EnumPair, out: &mut Findings) {
    let version = alone.version;
    for id in &pair.model.members {
        let fact = id.of(version.facts());
        let Claim::EnumMember { name, .. } = &fact.claim else {
            continue;
        };
        let mut members = pair.declared.members.iter().map(|it| &it.name);
        if members.clone().any(|known| known.text == *name) {
            continue;
        }
        let Some(declared) = members.find(|known| known.text.eq_ignore_ascii_case(name)) else {
            continue;
        };
        let at = word_in(&version.page(fact.page).text, fact.at, name);
        let place = version.at(fact.page, at, "");
        let is_exact = at != fact.at;
        let places: Vec<_> = is_exact.then(|| place.clone()).into_iter().collect();
        let symbol = format!("{}/{name}", pair.paged.name);
        tell(alone, &place, &places, (&symbol, name), declared, out);
    }
}

/// Tells a name that the metadata spells otherwise; `places` are those that spell it wrong and can be repaired.
fn tell<'o>(
    alone: &PagesAlone,
    place: &Place,
    places: &[Place],
    (symbol, name): (&str, &str),
    declared: &Name,
    out: &'o mut Findings,
) -> &'o mut Finding {
    let right = &declared.text;
    let message = format!("`{name}` is spelled `{right}` in the metadata");
    let primary = Place::new(place.file, place.at, "");
    let finding = out.tell(primary, message).symbol(symbol);
    let label = format!("the metadata says `{right}`");
    let declared_at = alone.version.metadata_at(declared.at, label);
    declared_at.map(|place| finding.related(place));
    for other in places.iter().skip(1).filter(|it| !it.label.is_empty()) {
        finding.related(other.clone());
    }
    if !places.is_empty() {
        let edits = places.iter().map(|place| Edit {
            file: place.file,
            at: place.at,
            text: right.clone(),
        });
        finding.fix(Fix::safe(format!("spell it `{right}`"), edits.collect()));
    }
    finding
}
