//! Comments that know of findings, and whether they have a reason to.
//!
//! Comes in: the files, then findings. Goes out: which of them are known, and what is wrong with the comments themselves.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{
    Finding, Place, Rule,
    files::FileId,
    finding::{Edit, Findings, Fix},
    rules,
    suppression::{self, Imported, Suppression},
    world::World,
};
use crate::{span::ByteRange, suggest};

/// The comments of a file.
#[derive(Debug)]
pub(super) struct OfFile {
    text: std::sync::Arc<str>,
    suppressions: Vec<Suppression>,
    imported: Vec<Imported>,
    /// Positions of comments, and of rules within them, that a finding was known by.
    used: BTreeSet<(usize, usize)>,
}

/// The comments of those of the files that have some.
pub(super) fn read(world: &World, files: &[FileId]) -> BTreeMap<FileId, OfFile> {
    let of_files = files.par_iter().filter_map(|&id| {
        let file = world.files.get(id);
        let suppressions = suppression::read(&file.text);
        let imported = suppression::imported(&file.text);
        let is_empty = suppressions.is_empty() && imported.is_empty();
        (!is_empty).then(|| {
            let of_file = OfFile {
                text: file.text.clone(),
                suppressions,
                imported,
                used: BTreeSet::new(),
            };
            (id, of_file)
        })
    });
    of_files.collect()
}

/// Whether a comment knows of a finding.
pub(super) fn know(comments: &mut BTreeMap<FileId, OfFile>, finding: &Finding) -> bool {
    let Some(of_file) = comments.get_mut(&finding.primary.file) else {
        return false;
    };
    let mut is_known = false;
    for (at, suppression) in of_file.suppressions.iter().enumerate() {
        if !suppression.covers_place(finding.primary.at) {
            continue;
        }
        for (name, named) in suppression.rules.iter().enumerate() {
            if named.has(finding.rule) {
                of_file.used.insert((at, name));
                is_known = true;
            }
        }
    }
    let mut imported = of_file.imported.iter();
    is_known || imported.any(|it| it.has(finding.rule, &finding.symbol, &finding.message))
}

/// What is wrong with the comments themselves; `used` are the rules that were checked.
pub(super) fn judge(comments: &BTreeMap<FileId, OfFile>, used: &[&'static Rule]) -> Vec<Finding> {
    let mut unused = Findings::of(rules::UNUSED_SUPPRESSION);
    let mut bare = Findings::of(rules::SUPPRESSION_WITHOUT_REASON);
    let mut unknown = Findings::of(rules::SUPPRESSION_OF_UNKNOWN_RULE);
    for (&file, of_file) in comments {
        for (at, comment) in of_file.suppressions.iter().enumerate() {
            tell_unused(file, of_file, at, used, &mut unused);
            tell_unknown(file, of_file, comment, &mut unknown);
            if comment.reason.is_none() {
                bare.tell(
                    Place::new(file, comment.at, ""),
                    "the comment does not say why the finding is known",
                )
                .symbol(symbol(of_file, comment))
                .help("write ` -- ` and the reason behind the rules");
            }
        }
    }
    let all = [unused, bare, unknown].into_iter();
    all.flat_map(Findings::into_list).collect()
}

/// Tells the rules of a comment that were checked and found nothing.
fn tell_unused(
    file: FileId,
    of_file: &OfFile,
    at: usize,
    used: &[&'static Rule],
    out: &mut Findings,
) {
    let comment = &of_file.suppressions[at];
    let is_idle = |name: &usize| {
        let named = &comment.rules[*name];
        used.iter().any(|rule| named.has(rule)) && !of_file.used.contains(&(at, *name))
    };
    let idle: Vec<usize> = (0..comment.rules.len()).filter(is_idle).collect();
    if idle.is_empty() {
        return;
    }
    let names: Vec<_> = idle
        .iter()
        .map(|&name| format!("`{}`", comment.rules[name].at.of(&of_file.text)))
        .collect();
    let message = format!(
        "the comment knows of {}, but nothing is found here",
        names.join(", ")
    );
    let (place, edits) = if idle.len() == comment.rules.len() {
        let place = Place::new(file, comment.at, "");
        let line = whole_line(&of_file.text, comment.at);
        (place, vec![deletion(file, line)])
    } else {
        let places = idle
            .iter()
            .map(|&name| with_comma(&of_file.text, comment.rules[name].at));
        let edits = places.map(|at| deletion(file, at)).collect();
        let first = idle
            .first()
            .map_or(comment.at, |&name| comment.rules[name].at);
        (Place::new(file, first, ""), edits)
    };
    out.tell(place, message)
        .symbol(symbol(of_file, comment))
        .fix(Fix::safe("take it out", edits));
}

/// Tells the rules of a comment that are none.
fn tell_unknown(file: FileId, of_file: &OfFile, comment: &Suppression, out: &mut Findings) {
    for named in comment.rules.iter().filter(|it| it.selector.is_none()) {
        let word = named.at.of(&of_file.text);
        let place = Place::new(file, named.at, "");
        let finding = out
            .tell(place, format!("`{word}` is no rule"))
            .symbol(format!("{}:{word}", symbol(of_file, comment)));
        let names = rules::ALL.iter().flat_map(|rule| [rule.code, rule.name]);
        match suggest::closest(word, names) {
            Some(name) => finding.help(format!("did you mean `{name}`?")),
            None => finding.help("`docwright explain` lists the rules"),
        };
    }
}

/// A comment in its own words.
fn symbol(of_file: &OfFile, comment: &Suppression) -> String {
    let names = comment.rules.iter().map(|it| it.at.of(&of_file.text));
    format!("suppression:{}", names.collect::<Vec<_>>().join(","))
}

fn deletion(file: FileId, at: ByteRange) -> Edit {
    Edit {
        file,
        at,
        text: String::new(),
    }
}

/// A place with its line, if nothing else stands there.
fn whole_line(text: &str, at: ByteRange) -> ByteRange {
    let (start, end) = (at.start as usize, at.end as usize);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let is_alone =
        text[line_start..start].trim().is_empty() && text[end..line_end].trim().is_empty();
    if is_alone {
        ByteRange::new(line_start, line_end)
    } else {
        at
    }
}

/// A word of a list with the comma and the blanks behind it; those before it, if it is the last.
fn with_comma(text: &str, word: ByteRange) -> ByteRange {
    let (start, end) = (word.start as usize, word.end as usize);
    let rest = &text[end..];
    if let Some(after) = rest.trim_start().strip_prefix(',') {
        let after = after.trim_start();
        return ByteRange::new(start, end + rest.len() - after.len());
    }
    let before = text[..start].trim_end();
    let before = before.strip_suffix(',').unwrap_or(&text[..start]);
    ByteRange::new(before.len(), end)
}
