use crate::{
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
    spelling::ItemText,
};

pub(super) static RULE: Rule = Rule {
    code: "TBL007",
    name: "type-cell-unparseable",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &["UnmappedDocumentElements"],
    doc: include_str!("tbl007_type_cell_unparseable.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for typed in cx.type_cells() {
        if typed.is_header() {
            continue;
        }
        let name = &typed.row.name;
        let (message, help) = match &typed.row.ty.item {
            ItemText::Unread(text) if text.is_empty() => (
                format!("the type cell of `{name}` is empty"),
                "say of which type it is",
            ),
            ItemText::Unread(_) => (
                format!("the type cell of `{name}` does not say a type"),
                "write one type, such as `String` or `String collection`, or a link to one, and the rest into the description",
            ),
            ItemText::Union(_) => (
                format!("the type cell of `{name}` says several types"),
                "name the type that all of them derive from, and the others in the description",
            ),
            ItemText::Named(_) if is_open_link(cx.str(typed.cell)) => (
                format!("the link in the type cell of `{name}` is not closed"),
                "close the parenthesis behind the target",
            ),
            ItemText::Named(_) | ItemText::Primitive(_) | ItemText::Enumeration => continue,
        };
        let place = if typed.cell.is_empty() {
            typed.at
        } else {
            typed.cell
        };
        out.tell(cx.at(place, ""), message)
            .symbol(typed.symbol(cx.page))
            .help(help);
    }
}

/// `[name](target.md` without its end.
fn is_open_link(cell: &str) -> bool {
    let target = cell.split_once("](").map(|(_, target)| target);
    target.is_some_and(|target| !target.contains(')'))
}
