use crate::{
    facts::{Claim, Fact, MemberTable},
    lint::{
        finding::{Edit, Findings, Fix, Severity},
        page::line_end,
        pages_alone::{DeclaredMember, PagesAlone, TypePair},
        rule::{Check, Fixes, Preset, Rule},
        tables,
        world::World,
    },
    model::MemberModel,
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL006",
    name: "csdl-nav-kind-differs",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("csdl006_csdl_nav_kind_differs.md"),
    check: Check::Metadata(check),
};

fn check(world: &World, alone: &PagesAlone, out: &mut Findings) {
    for pair in alone.types() {
        // All rows count, also those of members that a base type has.
        for member in &pair.model.members {
            let declared = alone
                .declared()
                .member_in_any_case(pair.declared, &member.name);
            if let Some(declared) = declared {
                check_member(world, alone, pair, (member, declared), out);
            }
        }
    }
}

fn check_member(
    world: &World,
    alone: &PagesAlone,
    pair: TypePair,
    (member, declared): (&MemberModel, DeclaredMember),
    out: &mut Findings,
) {
    let Some(row) = alone.row_of(pair.model, &member.name) else {
        return;
    };
    let (wrong, said, right, is) = match (&row.claim, declared.is_navigation) {
        (
            Claim::Member {
                table: MemberTable::Properties,
                ..
            },
            true,
        ) => (
            MemberTable::Properties,
            "a property",
            MemberTable::Relationships,
            "a navigation property",
        ),
        (
            Claim::Member {
                table: MemberTable::Relationships,
                ..
            },
            false,
        ) => (
            MemberTable::Relationships,
            "a relationship",
            MemberTable::Properties,
            "a property",
        ),
        _ => return,
    };
    let (own, name) = (&pair.paged.name, &member.name);
    let place = alone.version.name_of(world, row, "");
    let message = format!("`{name}` is {said} on its page, and {is} in the metadata");
    let finding = out.tell(place, message).symbol(format!("{own}/{name}"));
    let label = format!("`{name}` is declared here");
    let declared_at = alone.version.metadata_at(declared.name.at, label);
    declared_at.map(|place| finding.related(place));
    if let Some(edits) = moved(world, alone, pair, row, (wrong, right)) {
        finding.fix(Fix::needs_review("move the row to the other table", edits));
    }
}

/// The edits that move a row from one table of its page to the end of the other.
fn moved(
    world: &World,
    alone: &PagesAlone,
    pair: TypePair,
    row: &Fact,
    (from, to): (MemberTable, MemberTable),
) -> Option<Vec<Edit>> {
    let last = tables::last_row(alone, world, pair.model, to)?;
    if last.id != row.page || rows_in(alone, pair, row, from) < 2 {
        return None;
    }
    let page = alone.version.page(row.page);
    let here = tables::last_row_at(alone.version, world, row.page, row.at)?;
    if here.columns() != last.columns() {
        return None;
    }
    let file = alone.version.file(row.page);
    let line = row.at.trim(&page.text);
    let text = format!("{}{}", line_end(&page.text), page.str(line));
    let rest = &page.text[line.end as usize..];
    let end = rest
        .find('\n')
        .map_or(page.text.len(), |at| line.end as usize + at + 1);
    Some(vec![
        Edit {
            file,
            at: ByteRange::new(line.start as usize, end),
            text: String::new(),
        },
        Edit {
            file,
            at: last.end,
            text,
        },
    ])
}

/// How many rows the table has that a row stands in: none is left without any.
fn rows_in(alone: &PagesAlone, pair: TypePair, row: &Fact, table: MemberTable) -> usize {
    let facts = alone.version.facts();
    let rows = pair.model.members.iter().flat_map(|member| &member.rows);
    let is_in = |fact: &Fact| {
        fact.page == row.page
            && matches!(fact.claim, Claim::Member { table: known, .. } if known == table)
    };
    rows.filter(|id| is_in(id.of(facts))).count()
}
