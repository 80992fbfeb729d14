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
    for table in cx.permission_tables() {
        let is_reversed = |cell: &&permissions::Cell| cell.order == Order::Descending;
        if !table.cells.iter().any(|cell| is_reversed(&cell)) {
            continue;
        }
        let mut heads = table.table.header.iter();
        let Some(&head) = heads.find(|&&head| has_reversed_words(cx.str(head))) else {
            continue;
        };
        let place = cx.at(head, "");
        let symbol = format!("{}:order", cx.section_symbol(table.section));
        if let Some(at) = contradiction(cx, table) {
            let message =
                "the head says from most to least privileged, the lists go from least to most";
            out.tell(place, message)
                .symbol(symbol)
                .related(cx.at(at, "this list goes from least to most"))
                .fix(turned_head(cx, head));
        } else if !has_lists(table) {
            let message = "the head says from most to least privileged, those of other pages from least to most";
            out.tell(place, message)
                .symbol(symbol)
                .help("no list has two permissions, so that only the head is to be changed")
                .fix(turned_head(cx, head));
        } else {
            let message = "the permissions stand from most to least privileged, those of other pages from least to most";
            let finding = out.tell(place, message).symbol(symbol);
            if let Some(edits) = turned(cx, head, table) {
                finding.fix(Fix::safe("turn the lists round", edits));
            }
        }
    }
}

/// Whether any cell names several permissions, so that they stand in some order.
fn has_lists(table: &PermissionTable) -> bool {
    table.cells.iter().any(|cell| cell.names.len() > 1)
}

/// The fix that leaves the lists as they are.
fn turned_head(cx: &PageContext, head: ByteRange) -> Fix {
    Fix::safe("turn the words of the head round", head_words(cx, head))
}

/// A list that goes the other way than the head says.
fn contradiction(cx: &PageContext, table: &PermissionTable) -> Option<ByteRange> {
    let lists = table
        .cells
        .iter()
        .filter(|cell| permissions::is_plain_list(cx, cell.at));
    let mut wrong =
        lists.filter(|cell| !permissions::misplaced(cx, &cell.names, cell.order).is_empty());
    wrong.next().map(|cell| cell.at)
}

fn has_reversed_words(head: &str) -> bool {
    let head = head.to_ascii_lowercase();
    head.contains("from most to least")
}

/// The edits that swap the words of a head.
fn head_words(cx: &PageContext, head: ByteRange) -> Vec<Edit> {
    let text = cx.str(head).to_ascii_lowercase();
    let edit = |(word, other): (&str, &str)| {
        let start = head.start as usize + text.find(word)?;
        Some(Edit {
            file: cx.file(),
            at: ByteRange::new(start, start + word.len()),
            text: other.to_owned(),
        })
    };
    let words = [("most", "least"), ("least", "most")];
    words.into_iter().filter_map(edit).collect()
}

/// The edits that turn the head and all lists round; nothing if a cell is more than a list.
fn turned(cx: &PageContext, head: ByteRange, table: &PermissionTable) -> Option<Vec<Edit>> {
    let edit = |at, text: &str| Edit {
        file: cx.file(),
        at,
        text: text.to_owned(),
    };
    let mut edits = head_words(cx, head);
    for cell in table
        .cells
        .iter()
        .filter(|cell| cell.order == Order::Descending)
    {
        let names = &cell.names;
        if names.len() < 2 {
            continue;
        }
        if !permissions::is_plain_list(cx, cell.at) {
            return None;
        }
        let pairs = names
            .iter()
            .zip(names.iter().rev())
            .filter(|(at, other)| at != other);
        edits.extend(pairs.map(|(&at, &other)| edit(at, cx.str(other))));
    }
    Some(edits)
}
