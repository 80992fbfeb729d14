use crate::{
    facts::{Claim, Fact},
    ir::{Primitive, TypeName},
    lint::{
        enumerations,
        finding::{Findings, Severity},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    model::FactId,
    spelling::ItemText,
};

pub(super) static RULE: Rule = Rule {
    code: "ENM002",
    name: "enum-defined-twice-differently",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("enm002_enum_defined_twice_differently.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let facts = &cx.facts.facts;
    for (at, fact) in facts.iter().enumerate() {
        let Claim::Enum { name, .. } = &fact.claim else {
            continue;
        };
        let all = cx
            .version
            .model()
            .enums
            .get(&name.key())
            .map(|it| &it.pages);
        let Some(all) = all.filter(|all| all.len() > 1) else {
            continue;
        };
        let own: Vec<&str> = names_of(&enumerations::listed(facts, at));
        if own.is_empty() || is_of_a_string(facts, name) || is_right(cx, name, &own) {
            continue;
        }
        // Of two that are both not right, the first one is told by the other.
        let is_self = |id: &&FactId| id.page == cx.id && id.index as usize == at;
        let others = all.iter().filter(|id| !is_self(id));
        let other = others.into_iter().find_map(|id| {
            let page = cx.version.facts().get(id.page.index())?;
            if is_of_a_string(&page.facts, name) {
                return None;
            }
            let theirs = names_of(&enumerations::listed_by(cx.version, *id));
            let differs = !theirs.is_empty() && !is_equal(&own, &theirs);
            let tells = is_right(cx, name, &theirs) || *id < own_id(cx, at);
            (differs && tells).then_some((*id, theirs))
        });
        let Some((other, theirs)) = other else {
            continue;
        };
        let short = names::short(name);
        let in_other_case = |it: &&str| {
            theirs
                .iter()
                .copied()
                .find(|there| there.eq_ignore_ascii_case(it))
        };
        let odd = own.iter().find(|it| !theirs.contains(it));
        let lacking = theirs.iter().find(|it| !own.contains(it));
        let message = match (odd, lacking) {
            (Some(odd), _) => match in_other_case(odd) {
                Some(there) => format!(
                    "`{short}` has `{odd}` here, and `{there}` in its other table: only the case differs"
                ),
                None => format!("`{short}` has `{odd}` here, but not in its other table"),
            },
            (None, Some(lacking)) => {
                format!("`{short}` has `{lacking}` in its other table, but not here")
            }
            (None, None) => continue,
        };
        let there = other.of(cx.version.facts());
        // That there may be more members misleads nobody for long.
        let is_mark_alone = enumerations::is_same_set(&own, &theirs) && own.len() != theirs.len();
        out.tell(cx.at(fact.at, ""), message)
            .severity(if is_mark_alone {
                Severity::Warning
            } else {
                Severity::Error
            })
            .symbol(name.as_str())
            .related(cx.version.fact(there, "the other table is here"))
            .help("list the members in one place, and link to it from the other");
    }
}

/// Whether a table beside a type tells what a property of that type may hold, which is a string and no enumeration.
fn is_of_a_string(facts: &[Fact], name: &TypeName) -> bool {
    let mut rows = facts.iter().filter_map(|fact| fact.claim.member_row());
    rows.any(|row| {
        row.ty.item == ItemText::Primitive(Primitive::String)
            && row.name.eq_ignore_ascii_case(name.name())
    })
}

fn own_id(cx: &PageContext, at: usize) -> FactId {
    FactId {
        page: cx.id,
        index: at as u32,
    }
}

fn names_of<'f>(listed: &[enumerations::Listed<'f>]) -> Vec<&'f str> {
    listed.iter().map(|it| it.name).collect()
}

/// Whether two tables have the same members, case included.
fn is_equal(a: &[&str], b: &[&str]) -> bool {
    a.iter().all(|it| b.contains(it)) && b.iter().all(|it| a.contains(it))
}

/// Whether the metadata declares exactly these members.
fn is_right(cx: &PageContext, name: &TypeName, listed: &[&str]) -> bool {
    enumerations::declared(cx.version, name).is_some_and(|declared| {
        let declared: Vec<&str> = declared
            .members
            .iter()
            .map(|it| it.name.text.as_str())
            .collect();
        is_equal(&declared, listed)
    })
}
