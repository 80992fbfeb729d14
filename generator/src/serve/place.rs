//! What a path selects, whatever way it is spelled.
//!
//! Comes in: an operation and the arguments of a request. Goes out: [`Place`], by which things are stored and found again:
//! `/users/7`, `/Users('7')` and `/users/7/microsoft.graph.user/$ref` are one place. Casts, `$ref`, `$count` and the
//! action or function at the end of a path select nothing, so they are no part of it.

use serde::{Deserialize, Serialize};

use crate::api::{Operation, OperationKind, Path, Piece, Segment, SegmentKind, Type};

/// A resource or a collection of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The first segment of the URL: `beta`.
    pub(super) version: String,
    pub(super) steps: Vec<Step>,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Step {
    /// As documented, with the arguments in it.
    pub(super) text: String,
    /// Selects an item of a collection.
    pub(super) is_key: bool,
}

impl Place {
    /// Where an operation is at work with these arguments, one for each placeholder.
    pub(super) fn new(version: &str, operation: &Operation, arguments: &[String]) -> Self {
        let steps = selecting(operation).map(|segment| Step {
            text: text(&segment.pieces, |at| {
                arguments.get(at).map_or("", String::as_str)
            }),
            is_key: segment.kind == SegmentKind::Key,
        });
        Self {
            version: version.to_owned(),
            steps: steps.collect(),
        }
    }

    /// The same text for all places that the same operations are about: `users/{}/messages`.
    pub(super) fn template(&self) -> String {
        let steps = self.steps.iter().map(|step| {
            if step.is_key {
                "{}".to_owned()
            } else {
                without_arguments(&step.text).to_ascii_lowercase()
            }
        });
        steps.collect::<Vec<_>>().join("/")
    }

    /// Where things below this place are kept: no two places have the same.
    pub(super) fn path(&self) -> String {
        let mut path = self.version.clone();
        for step in &self.steps {
            path.push('/');
            path.push_str(&folded(step));
        }
        path
    }

    /// Where this place itself is kept: the path of what it is in, and its name there.
    pub(super) fn address(&self) -> (String, String) {
        let name = self.steps.last().map(folded).unwrap_or_default();
        (self.parent().path(), name)
    }

    /// What this place is in.
    pub(super) fn parent(&self) -> Self {
        let length = self.steps.len().saturating_sub(1);
        self.prefix(length)
    }

    /// The first steps.
    pub(super) fn prefix(&self, length: usize) -> Self {
        Self {
            version: self.version.clone(),
            steps: self.steps[..length].to_vec(),
        }
    }

    /// An item of this collection.
    pub(super) fn item(&self, key: &str) -> Self {
        self.child(key, true)
    }

    /// A member of this item.
    pub(super) fn member(&self, name: &str) -> Self {
        self.child(name, false)
    }

    fn child(&self, text: &str, is_key: bool) -> Self {
        let mut child = self.clone();
        child.steps.push(Step {
            text: text.to_owned(),
            is_key,
        });
        child
    }

    /// The last segment as documented.
    pub(super) fn name(&self) -> &str {
        self.steps.last().map_or("", |step| &step.text)
    }

    /// Whether the last segment selects an item of a collection.
    pub(super) fn is_item(&self) -> bool {
        self.steps.last().is_some_and(|step| step.is_key)
    }
}

/// The type of what an operation's path selects, as far as it is known.
pub(super) fn selected_type(operation: &Operation) -> Option<&Type> {
    selecting(operation).last().and_then(|it| it.ty.as_ref())
}

/// The segments that select something.
fn selecting(operation: &Operation) -> impl Iterator<Item = &Segment> {
    let Path { segments, .. } = &operation.path;
    let last = segments.len().saturating_sub(1);
    let is_call = matches!(
        operation.kind,
        OperationKind::Action(_) | OperationKind::Function(_) | OperationKind::Delta
    );
    segments
        .iter()
        .enumerate()
        .filter_map(move |(at, segment)| {
            let selects = match &segment.kind {
                SegmentKind::Name | SegmentKind::Key | SegmentKind::ItemPath => {
                    !(is_call && at == last)
                }
                SegmentKind::Cast(_) => false,
                SegmentKind::Call(_) => at < last,
                SegmentKind::System => is_value(segment),
            };
            selects.then_some(segment)
        })
}

/// The bytes behind a `$value` are something else than what has them.
fn is_value(segment: &Segment) -> bool {
    matches!(segment.pieces.as_slice(), [Piece::Text(text)] if text.eq_ignore_ascii_case("$value"))
}

fn text<'a>(pieces: &'a [Piece], argument: impl Fn(usize) -> &'a str) -> String {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Parameter(at) => argument(*at),
    });
    texts.collect()
}

/// A function with other arguments is documented by the same page.
fn without_arguments(text: &str) -> &str {
    text.split('(').next().unwrap_or_default()
}

/// Names have no case, keys do; a slash within a key must not look like one between segments.
fn folded(step: &Step) -> String {
    let text = step.text.replace('%', "%25").replace('/', "%2F");
    if step.is_key {
        text
    } else {
        text.to_ascii_lowercase()
    }
}
