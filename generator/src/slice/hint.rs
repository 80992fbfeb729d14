//! What a pattern that matches nothing may mean.
//!
//! Comes in: the pattern, and the apis with the paths of their operations. Goes out: a clause that says how far it
//! matches, and what is there instead.

use super::Version;
use crate::{
    pattern::{Part, Pattern, Target, reach},
    suggest,
};

/// How far the pattern matches, and what is there.
pub(super) fn hint(versions: &[Version], pattern: &Pattern) -> String {
    match pattern.target() {
        Target::Names(_) => name_hint(versions, &pattern.to_string()),
        Target::Paths { parts, .. } => path_hint(versions, pattern, parts),
    }
}

fn name_hint(versions: &[Version], name: &str) -> String {
    let said = "no type, action or function is called so";
    let places = paths(versions).filter_map(|path| {
        path.iter()
            .position(|segment| segment.eq_ignore_ascii_case(name))
    });
    match places.min() {
        Some(0) => return format!("{said}, but paths begin so: `/{name}/**`"),
        Some(_) => return format!("{said}, but paths have such a segment: `/**/{name}/**`"),
        None => {}
    }
    let names = versions.iter().flat_map(Version::names);
    let known = names.map(|known| {
        if name.contains('.') {
            known.as_str()
        } else {
            known.name()
        }
    });
    format!("{said}{}", suggest::hint(name, known))
}

fn path_hint(versions: &[Version], pattern: &Pattern, parts: &[Part]) -> String {
    let text = pattern.to_string();
    let body = text.split('#').next().unwrap_or_default();
    let reaches =
        |length: usize| paths(versions).any(|path| !reach(&parts[..length], path).is_empty());
    if let Some(stuck) = (0..parts.len()).find(|at| !reaches(at + 1)) {
        let written: Vec<_> = body.trim_start_matches('/').split('/').collect();
        return stuck_hint(versions, &parts[..stuck], &written[..stuck], written[stuck]);
    }
    if paths(versions).any(|path| reach(parts, path).last() == Some(&path.len())) {
        return "there are such paths, but not with this method".to_owned();
    }
    format!("no path ends there; write `{body}/**` for all that is below")
}

/// Paths match up to `before`, and none goes on with `word`.
fn stuck_hint(versions: &[Version], parts: &[Part], before: &[&str], word: &str) -> String {
    let said = if before.is_empty() {
        format!("no path begins with `/{word}`")
    } else {
        format!(
            "no path goes on with `{word}` behind `/{}`",
            before.join("/")
        )
    };
    let next: Vec<_> = paths(versions)
        .flat_map(|path| reach(parts, path).into_iter().filter_map(|at| path.get(at)))
        .map(String::as_str)
        .collect();
    match suggest::closest(word, next.iter().copied()) {
        Some(name) => format!("{said}; did you mean `{name}`?"),
        None if next.contains(&"{}") => format!("{said}; for the placeholder there, write `*`"),
        None => said,
    }
}

fn paths<'a>(versions: &'a [Version]) -> impl Iterator<Item = &'a Vec<String>> {
    versions.iter().flat_map(|version| &version.paths)
}
