use crate::{
    facts::{Area, Claim, Fact},
    lint::{
        finding::{Findings, Severity},
        page::{Message, PageContext},
        rule::{Check, Fixes, Preset, Rule},
        status,
    },
    sections::Block,
};

pub(super) static RULE: Rule = Rule {
    code: "EX007",
    name: "status-differs-from-section",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &["HttpStatusCodeDifferent"],
    doc: include_str!("ex007_status_differs_from_section.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let said = successes(cx);
    let Some((_, first)) = said.first() else {
        return;
    };
    let mut is_answered = false;
    for (message, operation) in cx.messages().iter().zip(cx.called()) {
        // What follows an answer comes from where that leads to.
        let is_later = is_answered && message.status().is_some();
        is_answered = message.status().is_some();
        if is_later {
            continue;
        }
        let Some(code) = message.status().filter(|code| (200..400).contains(code)) else {
            continue;
        };
        // The answer to a request that another page documents is not what this one speaks of.
        let is_own = operation.is_some_and(|it| *it.page.page == *cx.page.path);
        if !is_own || said.iter().any(|(known, _)| *known == code) || is_told(cx, message, code) {
            continue;
        }
        let codes: Vec<_> = said.iter().map(|(code, _)| format!("`{code}`")).collect();
        let at = status::code_at(cx, message).unwrap_or(message.start_at);
        let message_text = format!(
            "the example answers `{code}`, the section on the response says {}",
            codes.join(" or ")
        );
        let label = "the answer is described here";
        out.tell(cx.at(at, ""), message_text)
            .symbol(cx.section_symbol(message.section))
            .related(cx.version.fact(first, label));
    }
}

/// The successes that sentences name, each once.
fn successes<'p>(cx: &PageContext<'p, '_>) -> Vec<(u16, &'p Fact)> {
    let mut out: Vec<(u16, &Fact)> = Vec::new();
    for fact in &cx.facts.facts {
        if let Claim::Response { status, .. } = &fact.claim
            && (200..400).contains(status)
            // Where a sentence names no status, that of the example was taken.
            && cx.str(fact.at).contains(&status.to_string())
            && !out.iter().any(|(known, _)| known == status)
        {
            out.push((*status, fact));
        }
    }
    out
}

/// Whether the prose around an example, or that of the section on the response, names the status, too.
fn is_told(cx: &PageContext, message: &Message, code: u16) -> bool {
    let code = code.to_string();
    let sections = cx.page.sections.iter().zip(cx.areas()).enumerate();
    let mut near = sections.filter(|(at, (_, area))| {
        matches!(area, Area::Response) || at.abs_diff(message.section) <= 1
    });
    near.any(|(_, (section, _))| {
        let mut texts = section.blocks.iter().filter_map(|block| match block {
            Block::Text(at) => Some(*at),
            Block::Table(table) => Some(table.range),
            Block::Code(_) | Block::Html(_) | Block::Include(_) => None,
        });
        texts.any(|at| cx.str(at).contains(&code)) || cx.str(section.title).contains(&code)
    })
}
