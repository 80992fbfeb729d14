//! Finds the name that somebody probably meant.
//!
//! Comes in: a word and the names that exist. Goes out: the closest one, if it is close enough to be a slip.

/// Below this, two names have nothing to do with each other (Jaro-Winkler, 0 to 1).
const CLOSE: f64 = 0.84;
/// What a name counts at least that has the word in it, or that the word ends with.
const PART: f64 = 0.9;

/// The one of `names` that `word` is most likely a misspelling of; the first of several equally close ones.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let letters = Letters::of(&word);
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let needed = best.map_or(CLOSE, |(highest, _)| highest);
        if letters.at_most(name) < needed {
            continue;
        }
        let name_folded = name.to_lowercase();
        let score = likeness(&word, &name_folded);
        if score >= CLOSE && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How many slips lead from a word to a name: letters too many, too few, wrong, or swapped with their neighbours. Nothing, if
/// that are more than `most`.
pub fn slips(word: &str, name: &str, most: usize) -> Option<usize> {
    // One slip changes how often two letters stand there, at most.
    let may_be =
        word.len().abs_diff(name.len()) <= most && Letters::of(word).differences(name) <= 2 * most;
    may_be
        .then(|| strsim::osa_distance(word, name))
        .filter(|&slips| slips <= most)
}

/// How alike a word and a name are, both in lower case.
fn likeness(word: &str, name: &str) -> f64 {
    let jaro_winkler = strsim::jaro_winkler(word, name);
    if is_part(word, name) {
        jaro_winkler.max(PART)
    } else if jaro_winkler >= CLOSE && is_mostly_kept(word, name) {
        jaro_winkler
    } else {
        0.0
    }
}

/// Whether a name has the word in it, or is the word without its beginning; three letters in a long name mean nothing.
fn is_part(word: &str, name: &str) -> bool {
    let is_within = word.len() > 2 && word.len() * 4 >= name.len() && name.contains(word);
    let is_end = name.len() > 2 && name.len() * 5 >= word.len() * 3 && word.ends_with(name);
    is_within || is_end
}

/// Whether two thirds of the letters stay where they are: names that only begin alike are two names.
fn is_mostly_kept(word: &str, name: &str) -> bool {
    let longer = word.chars().count().max(name.chars().count());
    strsim::osa_distance(word, name) * 3 <= longer
}

/// How often each letter stands in a word: enough to see that most names are nothing like it.
struct Letters<'a> {
    word: &'a str,
    counts: [u16; 32],
    is_ascii: bool,
}

impl<'a> Letters<'a> {
    fn of(word: &'a str) -> Self {
        let mut counts = [0; 32];
        for byte in word.bytes() {
            counts[usize::from(byte & 31)] += 1;
        }
        Self {
            word,
            counts,
            is_ascii: word.is_ascii(),
        }
    }

    /// How many letters stand in one of the two and not in the other, at least.
    fn differences(&self, name: &str) -> usize {
        let other = Letters::of(name);
        if !self.is_ascii || !other.is_ascii {
            return 0;
        }
        let pairs = self.counts.iter().zip(other.counts);
        pairs.map(|(a, b)| usize::from(a.abs_diff(b))).sum()
    }

    /// What a name can count at most, whatever the order of its letters is.
    fn at_most(&self, name: &str) -> f64 {
        let length = self.word.len();
        if !self.is_ascii || name.is_empty() || length == 0 {
            return 1.0;
        }
        let mut left = self.counts;
        let mut shared = 0_usize;
        for byte in name.bytes() {
            if !byte.is_ascii() {
                return 1.0;
            }
            // Upper and lower case of a letter end in the same five bits.
            let count = &mut left[usize::from(byte & 31)];
            shared += usize::from(*count > 0);
            *count = count.saturating_sub(1);
        }
        if shared == length || shared == name.len() {
            return 1.0;
        }
        let part = |length: usize| shared as f64 / length as f64;
        let jaro = (part(length) + part(name.len()) + 1.0) / 3.0;
        // Winkler adds a tenth of what is missing for each letter of a common prefix, up to four.
        let pairs = self.word.bytes().zip(name.bytes()).take(4);
        let prefix = pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
        jaro + 0.1 * prefix as f64 * (1.0 - jaro)
    }
}

/// `; did you mean ...?` with the closest of `names`, or nothing.
pub fn hint<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, names)
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_near_name_is_passed_over() {
        let names = [
            "displayName",
            "displayNames",
            "mail",
            "Mail",
            "mailNickname",
            "überName",
            "",
            "isbn",
        ];
        for word in [
            "displayname",
            "dispalyName",
            "mial",
            "uberName",
            "nickname",
            "x",
            "",
            "isbm",
        ] {
            let folded = word.to_lowercase();
            for name in names {
                let score = strsim::jaro_winkler(&folded, &name.to_lowercase());
                let at_most = Letters::of(&folded).at_most(name);
                assert!(score <= at_most + 1e-9, "{word} {name}: {score} {at_most}");
            }
        }
    }

    #[test]
    fn slips_are_counted_up_to_a_limit() {
        assert_eq!(slips("user.raed", "user.read", 2), Some(1));
        assert_eq!(slips("usr.reads", "user.read", 2), Some(2));
        assert_eq!(slips("usr.reads", "user.read", 1), None);
        assert_eq!(slips("daer.resu", "user.read", 2), None);
        assert_eq!(slips("übung", "ubung", 1), Some(1));
    }

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["headings", "columns", "crate-name"];
        assert_eq!(closest("heading", names), Some("headings"));
        assert_eq!(closest("Colums", names), Some("columns"));
        assert_eq!(closest("crate_name", names), Some("crate-name"));
        assert_eq!(closest("crate", names), Some("crate-name"));
        assert_eq!(closest("bookcolumns", names), Some("columns"));
        assert_eq!(closest("columnWidth", names), None);
        assert_eq!(closest("output", names), None);
        let parts = ["shelfNumbers", "shelfNumbre"];
        assert_eq!(closest("shelfNumber", parts), Some("shelfNumbers"));
        assert_eq!(closest("titel", ["titelist", "title"]), Some("title"));
        assert_eq!(closest("uri", ["alternativeSecurityId"]), None);
        assert_eq!(hint("output", names), "");
    }
}
