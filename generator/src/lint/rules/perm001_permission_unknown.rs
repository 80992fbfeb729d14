use crate::{
    lint::{
        finding::{Findings, Fix, Place, Severity},
        page::PageContext,
        permissions::Permissions,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "PERM001",
    name: "permission-unknown",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Both,
    apidoctor: &[],
    doc: include_str!("perm001_permission_unknown.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(reference) = cx.world.permissions() else {
        return;
    };
    let mut first_told = Vec::new();
    for table in cx.permission_tables() {
        for cell in &table.cells {
            for &at in &cell.names {
                let name = cx.str(at);
                let known = reference.find(name);
                if known.is_some_and(|known| known.name == name) {
                    continue;
                }
                let listed = known.or_else(|| reference.nearest(name));
                let meant = listed.map(|known| (known.name.as_str(), Some(known.at)));
                match meant.or_else(|| Some((reference.reordered(name)?, None))) {
                    Some((right, listed_at)) => tell_slip(cx, at, right, listed_at, out),
                    None if !first_told.contains(&name) => {
                        first_told.push(name);
                        tell_unlisted(cx, at, reference, out);
                    }
                    None => {}
                }
            }
        }
    }
}

/// Tells a name that is nearly another.
fn tell_slip(
    cx: &PageContext,
    at: ByteRange,
    right: &str,
    listed_at: Option<ByteRange>,
    out: &mut Findings,
) {
    let name = cx.str(at);
    let place = cx.at(at, "");
    let finding = out
        .tell(place.clone(), format!("there is no permission `{name}`"))
        .symbol(format!("{}:{name}", cx.page.path))
        .help(format!("did you mean `{right}`?"));
    let title = format!("name `{right}`");
    let edits = Fix::replace(&place, right);
    finding.fix(if differs_in_access(name, right) {
        Fix::needs_review(title, edits)
    } else {
        Fix::safe(title, edits)
    });
    let label = format!("`{right}` is listed here");
    let listed = listed_at.and_then(|at| in_reference(cx, at, label));
    listed.map(|place| finding.related(place));
}

/// Whether two names differ in what may be done: then a letter is the difference between reading and writing.
fn differs_in_access(name: &str, right: &str) -> bool {
    let pairs = name.split('.').zip(right.split('.'));
    let mut different = pairs.filter(|(part, right)| part != right && *part != "WriteRead");
    different.any(|(_, right)| matches!(right, "Read" | "ReadWrite"))
}

/// Tells a name that the reference lacks, once for all pages: so many use one name alike that rather the reference is at fault.
fn tell_unlisted(cx: &PageContext, at: ByteRange, reference: &Permissions, out: &mut Findings) {
    let name = cx.str(at);
    let Some(uses) = reference.uses(name) else {
        return;
    };
    if uses.first != (cx.version.compilation.version, cx.id) {
        return;
    }
    let often = match uses.count {
        0 | 1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    let message =
        format!("the permissions reference does not list `{name}`, which pages name {often}");
    let finding = out
        .tell(cx.at(at, ""), message)
        .severity(Severity::Warning)
        .symbol(name);
    if let Some(near) = reference.closest(name) {
        finding.help(format!(
            "list it in the reference, or did you mean `{near}`?"
        ));
    }
    let beginning = ByteRange::new(0, 0);
    in_reference(cx, beginning, "the reference".to_owned()).map(|place| finding.related(place));
}

fn in_reference(cx: &PageContext, at: ByteRange, label: String) -> Option<Place> {
    Some(Place::new(cx.world.beside_files.permissions?, at, label))
}
