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
    for table in cx.permission_tables() {
        for cell in &table.cells {
            let is_ordered = cell.order == Order::Ascending && cell.names.len() > 1;
            if !is_ordered || !permissions::is_plain_list(cx, cell.at) {
                continue;
            }
            for (first, second) in permissions::misplaced(cx, &cell.names, cell.order) {
                tell(cx, first, second, out);
            }
        }
    }
}

fn tell(cx: &PageContext, first: ByteRange, second: ByteRange, out: &mut Findings) {
    let edit = |at, other| Edit {
        file: cx.file(),
        at,
        text: cx.str(other).to_owned(),
    };
    let (one, other) = (cx.str(first), cx.str(second));
    let message =
        format!("`{one}` stands before `{other}`, against the order that the table states");
    out.tell(cx.at(first, ""), message)
        .symbol(format!("{}:{one}", cx.page.path))
        .related(cx.at(second, "this one should stand first"))
        .fix(Fix::safe(
            "swap the two",
            vec![edit(first, second), edit(second, first)],
        ));
}
