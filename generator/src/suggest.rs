//! Finds the name that somebody probably meant.
//!
//! Comes in: a word and the names that exist. Goes out: the closest one, if it is close enough to be a slip.

/// Below this, two names have nothing to do with each other (Jaro-Winkler, 0 to 1).
const CLOSE: f64 = 0.84;
/// What a name counts that has the word in it.
const PART: f64 = 0.9;

/// The one of `names` that `word` is most likely a misspelling of; the first of several equally close ones.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let mut best = None;
    for name in names {
        let name_folded = name.to_lowercase();
        let is_part = word.len() > 2 && name_folded.contains(&word);
        let score = if is_part {
            PART
        } else {
            strsim::jaro_winkler(&word, &name_folded)
        };
        if score >= CLOSE && best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| name)
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
    fn only_near_names_are_suggested() {
        let names = ["headings", "columns", "crate-name"];
        assert_eq!(closest("heading", names), Some("headings"));
        assert_eq!(closest("Colums", names), Some("columns"));
        assert_eq!(closest("crate_name", names), Some("crate-name"));
        assert_eq!(closest("crate", names), Some("crate-name"));
        assert_eq!(closest("output", names), None);
        assert_eq!(hint("output", names), "");
    }
}
