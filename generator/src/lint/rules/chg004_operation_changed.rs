use crate::{
    api::Operation,
    lint::{
        change::{self, Change},
        finding::{Findings, Place, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "CHG004",
    name: "operation-changed",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("chg004_operation_changed.md"),
    check: Check::Change(check),
};

fn check(_: &World, change: &Change, out: &mut Findings) {
    let (was, is) = (
        change::operations(change.was),
        change::operations(change.is),
    );
    for (key, old) in &was {
        match is.get(key) {
            Some(new) => check_status(change, old, new, out),
            None => tell_removed(change, old, out),
        }
    }
    for (_, new) in is.iter().filter(|(key, _)| !was.contains_key(*key)) {
        if let Some(place) = line(change.now, new, "") {
            out.tell(place, format!("`{}` is new", symbol(new)))
                .symbol(symbol(new))
                .severity(Severity::Info)
                .help("impact: docs; nothing that worked before changes");
        }
    }
}

/// The line of a request.
fn line(version: &Version, operation: &Operation, label: &str) -> Option<Place> {
    let (page, at) = version.line(&operation.source)?;
    Some(version.at(page, at, label))
}

fn symbol(operation: &Operation) -> String {
    format!(
        "{} {}",
        operation.method.as_str(),
        operation.path.template()
    )
}

fn tell_removed(change: &Change, old: &Operation, out: &mut Findings) {
    let was_at = line(change.before, old, "it was documented here");
    // The page that is left is where somebody would put it back.
    let page = change.now.page_by_path(&old.page.page);
    let place = page.and_then(|page| {
        let mut sections = change.now.page(page).sections.iter();
        let title = sections.find(|section| section.level == 1)?.title;
        Some(change.now.at(page, title, ""))
    });
    let (place, related) = match (place, was_at) {
        (Some(place), was_at) => (place, was_at),
        (None, Some(was_at)) => (
            Place {
                label: String::new(),
                ..was_at
            },
            None,
        ),
        (None, None) => return,
    };
    let finding = out
        .tell(place, format!("`{}` is no longer documented", symbol(old)))
        .symbol(symbol(old))
        .help("impact: source and wire; the builder of the request goes, and the service may refuse it");
    if let Some(related) = related {
        finding.related(related);
    }
}

fn check_status(change: &Change, old: &Operation, new: &Operation, out: &mut Findings) {
    let statuses = old.page.success().zip(new.page.success());
    let Some((before, now)) = statuses.map(|(old, new)| (old.status, new.status)) else {
        return;
    };
    let Some(place) = line(change.now, new, "").filter(|_| before != now) else {
        return;
    };
    let message = format!(
        "`{}` answered with {before}, and answers with {now}",
        symbol(new)
    );
    let finding = out
        .tell(place, message)
        .symbol(format!("{}#status", symbol(new)))
        .severity(Severity::Warning)
        .help("impact: wire; clients that expect exactly the old status take the answer for a failure");
    if let Some(before) = line(change.before, old, "it was documented here") {
        finding.related(before);
    }
}
