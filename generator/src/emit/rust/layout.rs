//! Which definitions share a file.
//!
//! Comes in: names and weights (about the number of lines). Goes out: groups, each with a name for its file.
//!
//! A group holds the names that begin with the same words. A family of names is divided by its next word as long as it
//! is heavier than [`HEAVY`]; members of it that are lighter than [`LIGHT`] stay together in a file that is called after
//! what they share and their first letter (their first two, where that would be too heavy). So a new type moves others
//! to another file only when a family grows out of its file.

use std::collections::BTreeMap;

/// A file with more lines is divided.
const HEAVY: usize = 3_000;

/// A family with fewer lines gets no file of its own.
const LIGHT: usize = 400;

/// Something that has to be in some file.
#[derive(Clone, Debug)]
pub(super) struct Piece<T> {
    /// What it is called, in words: `device management script`.
    pub(super) words: Vec<String>,
    /// About how many lines it has.
    pub(super) weight: usize,
    /// The thing.
    pub(super) item: T,
}

/// What shares a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group<T> {
    /// The name of the file, in words joined by `_`.
    pub(super) name: String,
    /// In the order of the pieces.
    pub(super) items: Vec<T>,
}

/// Divides pieces, which are in order, into groups, by name.
pub(super) fn group<T>(pieces: Vec<Piece<T>>) -> Vec<Group<T>> {
    group_below("", pieces)
}

/// The same for pieces that have more in common than their names show: every group is called after `shared` first.
pub(super) fn group_below<T>(shared: &str, pieces: Vec<Piece<T>>) -> Vec<Group<T>> {
    let mut groups = BTreeMap::<String, Vec<(usize, T)>>::new();
    let numbered = pieces.into_iter().enumerate().collect();
    divide(numbered, 0, shared, &mut groups);
    let sorted = |(name, mut items): (String, Vec<(usize, T)>)| {
        items.sort_by_key(|(position, _)| *position);
        Group {
            name,
            items: items.into_iter().map(|(_, item)| item).collect(),
        }
    };
    groups.into_iter().map(sorted).collect()
}

fn weight<T>(pieces: &[(usize, Piece<T>)]) -> usize {
    pieces.iter().map(|(_, piece)| piece.weight).sum()
}

/// Files pieces that share their first `depth` words; `shared` is how their files are called.
fn divide<T>(
    pieces: Vec<(usize, Piece<T>)>,
    depth: usize,
    shared: &str,
    groups: &mut BTreeMap<String, Vec<(usize, T)>>,
) {
    let mut file = |name: String, pieces: Vec<(usize, Piece<T>)>| {
        groups.entry(name).or_default().extend(
            pieces
                .into_iter()
                .map(|(position, piece)| (position, piece.item)),
        );
    };
    if !shared.is_empty() && weight(&pieces) <= HEAVY {
        return file(shared.to_owned(), pieces);
    }
    let mut families = BTreeMap::<String, Vec<_>>::new();
    for piece in pieces {
        let word = piece.1.words.get(depth).cloned().unwrap_or_default();
        families.entry(word).or_default().push(piece);
    }
    let mut heavy = Vec::new();
    let mut light = BTreeMap::<char, Vec<_>>::new();
    for (word, family) in families {
        match word.chars().next() {
            None => file(shared.to_owned(), family),
            Some(_) if weight(&family) >= LIGHT => heavy.push((word, family)),
            Some(initial) => light.entry(initial).or_default().push((word, family)),
        }
    }
    for families in light.into_values() {
        let total: usize = families.iter().map(|(_, family)| weight(family)).sum();
        let letters = if total > HEAVY { 2 } else { 1 };
        for (word, family) in families {
            let initials: String = word.chars().take(letters).collect();
            file(join(shared, &initials), family);
        }
    }
    for (word, family) in heavy {
        divide(family, depth + 1, &join(shared, &word), groups);
    }
}

fn join(shared: &str, word: &str) -> String {
    if shared.is_empty() {
        word.to_owned()
    } else {
        format!("{shared}_{word}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(names: &[(&'static str, usize)]) -> Vec<String> {
        let piece = |&(name, weight): &(&'static str, usize)| Piece {
            words: name.split(' ').map(str::to_owned).collect(),
            weight,
            item: name,
        };
        let groups = group(names.iter().map(piece).collect());
        groups
            .into_iter()
            .map(|group| format!("{}: {}", group.name, group.items.join(", ")))
            .collect()
    }

    #[test]
    fn families_share_a_file_until_they_are_heavy() {
        let names = [
            ("device", 100),
            ("device app", 1_500),
            ("device management script", 2_000),
            ("device setup", 100),
            ("directory", 50),
            ("drive", 60),
            ("user", 600),
        ];
        let expected = [
            "d: directory, drive",
            "device: device",
            "device_app: device app",
            "device_management: device management script",
            "device_s: device setup",
            "user: user",
        ];
        assert_eq!(grouped(&names), expected);
    }

    #[test]
    fn what_has_more_in_common_is_divided_only_where_it_is_heavy() {
        let piece = |word: &str, weight| Piece {
            words: vec![word.to_owned()],
            weight,
            item: weight,
        };
        let names = |pieces| -> Vec<_> {
            let groups = group_below("users", pieces).into_iter();
            groups.map(|group| group.name).collect()
        };
        assert_eq!(
            names(vec![piece("device", 500), piece("drive", 600)]),
            ["users"]
        );
        let heavy = vec![piece("device", 2_500), piece("drive", 600), piece("x", 1)];
        assert_eq!(names(heavy), ["users_device", "users_drive", "users_x"]);
    }

    #[test]
    fn a_piece_that_is_heavy_by_itself_has_a_file() {
        assert_eq!(grouped(&[("a b", 9_000)]), ["a_b: a b"]);
        assert_eq!(grouped(&[]), [""; 0]);
    }
}
