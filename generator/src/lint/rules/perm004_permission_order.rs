use crate::lint::{
    finding::{Edit, Findings, Fix, Severity},
    page::PageContext,
    permissions::{self, Order},
    rule::{Check, Fixes, Preset, Rule},
};
use crate::span::ByteRange;

pub(super) static RULE: Rule = Rule {
    code: "PERM004",
    name: "permission-order",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &[],
    doc: include_str!("perm004_permission_order.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    for table in permissions::tables(cx) {
        for cell in &table.cells {
            if cell.order == Order::Unstated || !permissions::is_plain_list(cx, cell.at) {
                continue;
            }
            let names = permissions::names_in(cx, cell.at);
            for (first, second) in pairs(cx, &names, cell.order) {
                tell(cx, first, second, out);
            }
        }
    }
}

/// The permissions to read and to write the same, where they stand the wrong way round.
fn pairs(cx: &PageContext, names: &[ByteRange], order: Order) -> Vec<(ByteRange, ByteRange)> {
    let mut pairs = Vec::new();
    for (index, &first) in names.iter().enumerate() {
        let behind = names.get(index + 1..).unwrap_or_default();
        let is_pair = |second: &&ByteRange| {
            let (more, less) = match order {
                Order::Ascending | Order::Unstated => (first, **second),
                Order::Descending => (**second, first),
            };
            is_more_privileged(cx.str(more), cx.str(less))
        };
        pairs.extend(behind.iter().find(is_pair).map(|&second| (first, second)));
    }
    pairs
}

/// Whether one name is another with `ReadWrite` for `Read`.
fn is_more_privileged(more: &str, less: &str) -> bool {
    let Some((before, behind)) = more.split_once(".ReadWrite") else {
        return false;
    };
    let rest = less.strip_prefix(before).and_then(|rest| rest.strip_prefix(".Read"));
    rest == Some(behind)
}

fn tell(cx: &PageContext, first: ByteRange, second: ByteRange, out: &mut Findings) {
    let edit = |at, other| Edit {
        file: cx.file(),
        at,
        text: cx.str(other).to_owned(),
    };
    let (one, other) = (cx.str(first), cx.str(second));
    let message = format!("`{one}` stands before `{other}`, against the order that the table states");
    out.tell(cx.at(first, ""), message)
        .symbol(format!("{}:{one}", cx.page.path))
        .related(cx.at(second, "this one should stand first"))
        .fix(Fix::safe(
            "swap the two",
            vec![edit(first, second), edit(second, first)],
        ));
}
