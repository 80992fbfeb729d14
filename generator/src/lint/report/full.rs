//! Findings as rustc tells errors: the lines that they are about, what each witness says there, and what to do.
//!
//! Findings with one cause are shown once; the others are named below. Files are never shown whole: each place brings the
//! lines around it.

use std::fmt::Write as _;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet,
};

use super::{
    Colors, Spot,
    causes::{Cause, causes},
    excerpt::{are_near, clipped, window},
    summary,
};
use crate::{
    lint::{
        files::FileId,
        finding::{Edit, Finding, Fix, Place, Safety, Severity},
        world::World,
    },
    span::ByteRange,
};

/// How many other places of a cause are named.
const NAMED: usize = 5;

/// A fix with more changes than these is only named.
const SHOWN_EDITS: usize = 12;

pub(super) fn render(world: &World, findings: &[Finding], colors: Colors) -> String {
    let renderer = match colors {
        Colors::Plain => Renderer::plain(),
        Colors::Ansi => Renderer::styled(),
    };
    let mut out = String::new();
    for cause in causes(findings) {
        let mut report = vec![problem(world, &cause)];
        report.extend(cause.first.fix.as_ref().map(|fix| repair(world, fix)));
        out.push_str(&renderer.render(&report));
        out.push_str("\n\n");
    }
    out.push_str(&summary(findings));
    out.push('\n');
    out
}

/// What is wrong, and where.
fn problem<'w>(world: &'w World, cause: &Cause<'w>) -> Group<'w> {
    let finding = cause.first;
    let title = level(finding.severity)
        .primary_title(finding.message.as_str())
        .id(finding.rule.code);
    let mut group = title.elements(places(world, finding));
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    if !cause.others.is_empty() {
        group = group.element(Level::NOTE.message(elsewhere(world, &cause.others)));
    }
    group
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

/// Where else the same is found.
fn elsewhere(world: &World, others: &[&Finding]) -> String {
    let count = others.len();
    let mut out = format!("… and {count} more like this:");
    for finding in others.iter().take(NAMED) {
        let Spot { path, start, .. } = Spot::of(world, &finding.primary);
        let _ = write!(out, "\n{path}:{start}");
    }
    if count > NAMED {
        let _ = write!(out, "\n… and {} others", count - NAMED);
    }
    out
}

/// A place to be shown.
#[derive(Clone, Copy)]
struct Shown<'f> {
    place: &'f Place,
    at: ByteRange,
    kind: AnnotationKind,
}

/// All places of a finding, those of one file together: the file of the first place first, and in it the first place.
fn places<'w>(world: &'w World, finding: &'w Finding) -> Vec<Element<'w>> {
    let shown = |place: &'w Place, kind| Shown {
        place,
        at: clipped(world.files.get(place.file), place.at),
        kind,
    };
    let related = finding.related.iter();
    let related = related.map(|place| shown(place, AnnotationKind::Context));
    let mut open: Vec<Shown> = vec![shown(&finding.primary, AnnotationKind::Primary)];
    open.extend(related);
    let mut elements = Vec::new();
    while let Some(&first) = open.first() {
        let is_beside = |it: &Shown| it.place.file == first.place.file && are_near(first.at, it.at);
        let (near, rest): (Vec<Shown>, _) = open.into_iter().partition(is_beside);
        elements.extend(snippet(world, first.place.file, &near));
        open = rest;
    }
    elements
}

/// Places near each other in one snippet; where the lines are too long to be shown, only what they are.
fn snippet<'w>(world: &'w World, file: FileId, places: &[Shown<'w>]) -> Vec<Element<'w>> {
    let text = world.files.get(file);
    let whole = places.iter().map(|it| it.at).reduce(ByteRange::to);
    let Some(window) = whole.and_then(|at| window(text, at)) else {
        return places.iter().flat_map(|it| origin(world, it)).collect();
    };
    let annotations: Vec<Annotation> = places
        .iter()
        .map(|it| {
            let label = Some(it.place.label.as_str()).filter(|label| !label.is_empty());
            it.kind.span(window.range(it.at)).label(label)
        })
        .collect();
    let snippet = Snippet::source(window.text)
        .line_start(window.line)
        .path(text.path.as_str());
    vec![snippet.annotations(annotations).into()]
}

/// A place without its text.
fn origin<'w>(world: &'w World, shown: &Shown<'w>) -> Vec<Element<'w>> {
    let Spot { path, start, .. } = Spot::of(world, shown.place);
    let origin = Origin::path(path)
        .line(start.line as usize)
        .char_column(start.column as usize);
    let mut elements = vec![origin.into()];
    if !shown.place.label.is_empty() {
        elements.push(Level::NOTE.message(shown.place.label.as_str()).into());
    }
    elements
}

/// What can be done, as a change of the lines.
fn repair<'w>(world: &'w World, fix: &'w Fix) -> Group<'w> {
    let mut group = Group::with_title(Level::HELP.secondary_title(fix.title.as_str()));
    if fix.edits.len() <= SHOWN_EDITS {
        group = group.elements(changes(world, &fix.edits));
    }
    match fix.safety {
        Safety::Safe => group,
        Safety::Unsafe => {
            group.element(Level::NOTE.message("look at this change before you take it"))
        }
    }
}

/// The lines that change, those near each other together.
fn changes<'w>(world: &'w World, edits: &'w [Edit]) -> Vec<Element<'w>> {
    let mut open: Vec<&Edit> = edits.iter().collect();
    let mut elements = Vec::new();
    while let Some(&first) = open.first() {
        let is_beside = |it: &&Edit| it.file == first.file && are_near(first.at, it.at);
        let (near, rest): (Vec<&Edit>, _) = open.into_iter().partition(is_beside);
        let file = world.files.get(first.file);
        let whole = near.iter().fold(first.at, |at, edit| at.to(edit.at));
        if let Some(window) = window(file, whole) {
            let patches = near
                .iter()
                .map(|edit| Patch::new(window.range(edit.at), edit.text.as_str()));
            let snippet = Snippet::source(window.text)
                .line_start(window.line)
                .path(file.path.as_str());
            elements.push(snippet.patches(patches).into());
        }
        open = rest;
    }
    elements
}
