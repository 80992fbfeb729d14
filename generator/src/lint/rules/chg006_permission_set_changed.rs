use std::collections::{BTreeMap, BTreeSet};

use crate::{
    facts::{Claim, Fact},
    ir::PermissionKind,
    lint::{
        change::Change,
        finding::{Findings, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "CHG006",
    name: "permission-set-changed",
    severity: Severity::Error,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("chg006_permission_set_changed.md"),
    check: Check::Change(check),
};

fn check(_: &World, change: &Change, out: &mut Findings) {
    for (id, (_, page)) in change.now.compilation.pages.iter().enumerate() {
        let Some(before) = change.before.page_by_path(&page.path) else {
            continue;
        };
        let now = rows(change.now, id);
        if now.is_empty() {
            continue;
        }
        let was = rows(change.before, before.index());
        for (kind, row) in &now {
            if let Some(old) = was.get(kind) {
                compare(change, &page.path, *kind, old, row, out);
            }
        }
    }
}

/// What the rows of one kind say together.
struct Rows<'a> {
    /// The first of them.
    first: &'a Fact,
    names: BTreeSet<String>,
}

/// What a page says of each kind of permission, in all its tables.
fn rows<'a>(version: &Version<'a>, page: usize) -> BTreeMap<PermissionKind, Rows<'a>> {
    let mut out: BTreeMap<PermissionKind, Rows> = BTreeMap::new();
    let facts = version.facts().get(page).map(|it| it.facts.as_slice());
    for fact in facts.unwrap_or_default() {
        let Claim::Permission {
            kind, alternatives, ..
        } = &fact.claim
        else {
            continue;
        };
        let rows = out.entry(*kind).or_insert_with(|| Rows {
            first: fact,
            names: BTreeSet::new(),
        });
        rows.names
            .extend(alternatives.iter().map(|it| it.all_of.join(" and ")));
    }
    out
}

fn compare(
    change: &Change,
    page: &str,
    kind: PermissionKind,
    old: &Rows,
    new: &Rows,
    out: &mut Findings,
) {
    let words = |names: &BTreeSet<String>, others: &BTreeSet<String>| {
        let names: Vec<_> = names
            .difference(others)
            .map(|it| format!("`{it}`"))
            .collect();
        names.join(", ")
    };
    let (gone, added) = (words(&old.names, &new.names), words(&new.names, &old.names));
    let change_of_names = match (gone.is_empty(), added.is_empty()) {
        (true, true) => return,
        (false, true) => format!("lost {gone}"),
        (true, false) => format!("gained {added}"),
        (false, false) => format!("lost {gone} and gained {added}"),
    };
    let message = format!("the permissions for {} {change_of_names}", words_of(kind));
    let finding = out
        .tell(change.now.fact(new.first, ""), message)
        .symbol(format!("{page}#{}", kind.as_str()))
        .related(change.before.fact(old.first, "these were the permissions"));
    if gone.is_empty() {
        finding
            .severity(Severity::Info)
            .help("impact: docs; what was granted before still suffices");
    } else {
        finding.help("impact: wire; apps with the permission that went are refused, until somebody grants another");
    }
}

/// Whom a row is about, in words.
fn words_of(kind: PermissionKind) -> &'static str {
    match kind {
        PermissionKind::DelegatedWork => "work or school accounts",
        PermissionKind::DelegatedPersonal => "personal accounts",
        PermissionKind::Application => "apps",
    }
}
