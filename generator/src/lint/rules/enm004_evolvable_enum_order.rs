use crate::{
    facts::Claim,
    lint::{
        enumerations,
        finding::{Edit, Findings, Fix, Severity},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "ENM004",
    name: "evolvable-enum-order",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("enm004_evolvable_enum_order.md"),
    check: Check::Page(check),
};

/// What a request must say to get the members behind the mark.
const PREFERENCE: &str = "include-unknown-enum-members";

fn check(cx: &PageContext, out: &mut Findings) {
    let facts = &cx.facts.facts;
    for (at, fact) in facts.iter().enumerate() {
        let Claim::Enum { name, .. } = &fact.claim else {
            continue;
        };
        let listed = enumerations::listed(facts, at);
        let mark = listed.iter().position(|it| enumerations::is_mark(it.name));
        let behind: Vec<&str> = listed
            .iter()
            .skip(mark.map_or(usize::MAX, |mark| mark + 1))
            .map(|it| it.name)
            .collect();
        let (Some(first), Some(mark)) = (behind.first(), mark.and_then(|mark| listed.get(mark)))
        else {
            continue;
        };
        let section = cx.section_at(mark.at);
        if is_noted(cx, section) {
            continue;
        }
        let named = match behind.len() {
            1 => format!("`{first}` stands"),
            more => format!("`{first}` and {} more stand", more - 1),
        };
        let short = names::short(name);
        let message = format!(
            "{named} behind `{}` in `{short}`, and nothing says how to get such members",
            mark.name
        );
        let place = listed
            .iter()
            .find(|it| it.name == *first)
            .map_or(mark.at, |it| it.at);
        let finding = out
            .tell(cx.at(place.trim(&cx.page.text), ""), message)
            .symbol(name.as_str())
            .related(cx.at(
                mark.at.trim(&cx.page.text),
                "what stands behind this needs a header",
            ))
            .help(
                "put the members before it, or say which `Prefer` header a request needs for them",
            );
        let table = cx
            .page
            .sections
            .get(section)
            .and_then(|it| it.tables().next());
        if let Some(table) = table {
            let members: Vec<String> = behind.iter().map(|it| format!("`{it}`")).collect();
            let note = format!(
                "Use the `Prefer: {PREFERENCE}` request header to get the following members: {}.\n\n",
                members.join(", ")
            );
            let edit = Edit {
                file: cx.file(),
                at: ByteRange {
                    end: table.range.start,
                    ..table.range
                },
                text: note,
            };
            finding.fix(Fix::needs_review("say which header they need", vec![edit]));
        }
    }
}

/// Whether the section or one of its tables names the header.
fn is_noted(cx: &PageContext, section: usize) -> bool {
    let Some(at) = cx.page.sections.get(section) else {
        return false;
    };
    let mut texts = at.texts().chain(at.tables().map(|table| table.range));
    texts.any(|text| cx.str(text).contains(PREFERENCE))
}
