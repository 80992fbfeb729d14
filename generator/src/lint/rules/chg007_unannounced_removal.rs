use std::collections::HashSet;

use serde_json::Value;

use crate::{
    docs::Role,
    json::tree::{self, Tree},
    lint::{
        change::{self, Change, Removed},
        finding::{Edit, Findings, Fix, Place, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::World,
    },
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "CHG007",
    name: "unannounced-removal",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Unsafe,
    apidoctor: &[],
    doc: include_str!("chg007_unannounced_removal.md"),
    check: Check::Change(check),
};

fn check(world: &World, change: &Change, out: &mut Findings) {
    if !world.beside.changelog.is_empty() {
        let announced = announced(world);
        for removed in change.removed(world) {
            if !removed.was_deprecated && !announced.contains(&names(&removed)) {
                tell_symbol(removed, out);
            }
        }
    }
    check_pages(world, change, out);
}

/// The lower-cased names of what the change log announces as gone: of the thing, and of what it belongs to.
fn announced(world: &World) -> HashSet<(String, String)> {
    let mut out = HashSet::new();
    for file in &world.beside.changelog {
        let Ok(Value::Object(document)) = serde_json::from_str(&file.text) else {
            continue;
        };
        let entries = document.get("changelog").and_then(Value::as_array);
        for entry in entries.into_iter().flatten() {
            let changes = entry.get("ChangeList").and_then(Value::as_array);
            for change in changes.into_iter().flatten() {
                let text = |key: &str| {
                    let text = change.get(key).and_then(Value::as_str);
                    text.unwrap_or_default().to_ascii_lowercase()
                };
                if matches!(&*text("ChangeType"), "deletion" | "removal") {
                    out.insert((text("ChangedApiName"), text("Target")));
                }
            }
        }
    }
    out
}

/// The names by which the change log would announce something.
fn names(removed: &Removed) -> (String, String) {
    let path = removed.symbol.to_ascii_lowercase();
    let owner = path.split('/').next().unwrap_or_default();
    let owner = owner.rsplit('.').next().unwrap_or_default();
    (removed.name.to_ascii_lowercase(), owner.to_owned())
}

fn tell_symbol(removed: Removed, out: &mut Findings) {
    let Removed { symbol, what, .. } = removed;
    let message = format!("{what} `{symbol}` went, and the change log does not say so");
    let finding = out
        .tell(removed.place, message)
        .symbol(symbol)
        .help("impact: docs; announce it in `changelog`, with the change type `Deletion`");
    if let Some(place) = removed.was_at {
        finding.related(place);
    }
}

/// Tells the pages that went and lead nowhere.
fn check_pages(world: &World, change: &Change, out: &mut Findings) {
    let now = change::pages(change.now);
    let redirections = Redirections::of(world);
    for (index, (role, page)) in change.before.compilation.pages.iter().enumerate() {
        if *role != Role::Page || now.contains(&*page.path) {
            continue;
        }
        let version = change.now.compilation.version;
        let path = format!("api-reference/{version}/{}", page.path);
        let Some(redirections) = redirections.as_ref().filter(|it| !it.leads_on(&path)) else {
            continue;
        };
        let message = format!("`{path}` went, and no redirection leads its readers on");
        let mut sections = page.sections.iter();
        let title = sections.find(|section| section.level == 1);
        let was_at = title.map(|section| section.title).unwrap_or_default();
        let id = crate::facts::PageId(index as u32);
        let finding = out
            .tell(redirections.place.clone(), message)
            .symbol(path.as_str())
            .related(change.before.at(id, was_at, "this page was there"))
            .help("impact: docs; links to the page break");
        finding.fix(redirections.with(&path));
    }
}

/// The file that says where pages went.
struct Redirections {
    /// The key of the list.
    place: Place,
    /// The pages that lead elsewhere.
    sources: HashSet<String>,
    /// Behind the bracket of the list.
    start: ByteRange,
    is_empty: bool,
}

impl Redirections {
    fn of(world: &World) -> Option<Self> {
        let (file, id) = world
            .beside
            .redirections
            .as_ref()
            .zip(world.beside_files.redirections)?;
        let whole = ByteRange::new(0, file.text.len());
        let Tree { root, .. } = tree::read(&file.text, whole).ok()?;
        let entry = root.entry("redirections")?;
        let items = entry.value.items();
        let sources = items.iter().filter_map(|item| {
            let source = item.get("source_path")?.text()?;
            Some(source.replace('\\', "/").to_ascii_lowercase())
        });
        let start = entry.value.at.start as usize + 1;
        Some(Self {
            place: Place::new(id, entry.key_at, ""),
            sources: sources.collect(),
            start: ByteRange::new(start, start),
            is_empty: items.is_empty(),
        })
    }

    fn leads_on(&self, path: &str) -> bool {
        self.sources.contains(&path.to_ascii_lowercase())
    }

    /// The change that leads the readers of a page to the overview.
    fn with(&self, path: &str) -> Fix {
        let comma = if self.is_empty { "" } else { "," };
        let entry = format!(
            "\n        {{\n            \"source_path\": \"{path}\",\n            \"redirect_url\": \"/graph/overview\"\n        }}{comma}"
        );
        let edit = Edit {
            file: self.place.file,
            at: self.start,
            text: entry,
        };
        Fix::needs_review("lead its readers to the overview", vec![edit])
    }
}
