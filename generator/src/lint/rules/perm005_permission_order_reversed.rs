use crate::lint::{
    finding::{Edit, Findings, Fix, Severity},
    page::PageContext,
    permissions::{self, Order, PermissionTable},
    rule::{Check, Fixes, Preset, Rule},
};
use crate::span::ByteRange;

pub(super) static RULE: Rule = Rule {
    code: "PERM005",
    name: "permission-order-reversed",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("perm005_permission_order_reversed.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for table in permissions::tables(cx) {
        let is_reversed = |cell: &&permissions::Cell| cell.order == Order::Descending;
        if !table.cells.iter().any(|cell| is_reversed(&cell)) {
            continue;
        }
        let mut heads = table.table.header.iter();
        let Some(&head) = heads.find(|&&head| has_reversed_words(cx.str(head))) else {
            continue;
        };
        let place = cx.at(head, "");
        let message = "the permissions stand from most to least privileged, those of other pages from least to most";
        let finding = out
            .tell(place, message)
            .symbol(format!("{}:order", cx.section_symbol(table.section)));
        if let Some(edits) = turned(cx, head, &table) {
            finding.fix(Fix::safe("turn the lists round", edits));
        }
    }
}

fn has_reversed_words(head: &str) -> bool {
    let head = head.to_ascii_lowercase();
    head.contains("from most to least")
}

/// The edits that turn the head and all lists round; nothing if a cell is more than a list.
fn turned(cx: &PageContext, head: ByteRange, table: &PermissionTable) -> Option<Vec<Edit>> {
    let edit = |at, text: &str| Edit { file: cx.file(), at, text: text.to_owned() };
    let mut edits = Vec::new();
    let words = cx.str(head).to_ascii_lowercase();
    for (word, other) in [("most", "least"), ("least", "most")] {
        let start = head.start as usize + words.find(word)?;
        edits.push(edit(ByteRange::new(start, start + word.len()), other));
    }
    edits.sort_by_key(|edit| edit.at);
    for cell in table.cells.iter().filter(|cell| cell.order == Order::Descending) {
        let names = permissions::names_in(cx, cell.at);
        if names.len() < 2 {
            continue;
        }
        if !permissions::is_plain_list(cx, cell.at) {
            return None;
        }
        let pairs = names.iter().zip(names.iter().rev()).filter(|(at, other)| at != other);
        edits.extend(pairs.map(|(&at, &other)| edit(at, cx.str(other))));
    }
    Some(edits)
}
