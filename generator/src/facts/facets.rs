//! What descriptions say in fixed phrases: read-only, nullable, the default, the members of an enumeration.
//!
//! Comes in: the description cell of a row. Goes out: [`Facets`]. Only phrases that mean one thing are read; `Read-only
//! when …` or `Nullable if …` stay prose.

use memchr::memmem;

use crate::{api::Deprecation, spelling::Reference};

/// The phrases found in one description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// `Read-only.`
    pub read_only: bool,
    /// `Nullable.`, `Not nullable.`
    pub nullable: Option<bool>,
    /// `Required.`, `Optional.`
    pub required: Option<bool>,
    /// `Key of the entity.`
    pub key: bool,
    /// ``Default value is `x`.``
    pub default: Option<String>,
    /// `Inherited from [entity](entity.md)`, the last one.
    pub inherited_from: Option<Reference>,
    /// `is deprecated`
    pub deprecated: Option<Deprecation>,
    /// ``Possible values are: `a`, `b`.``
    pub values: Vec<String>,
    /// The values behind `Prefer: include-unknown-enum-members`.
    pub prefer_only: Vec<String>,
}

/// Reads the phrases of a description.
pub fn parse(description: &str) -> Facets {
    if description.len() < 4 {
        return Facets::default();
    }
    // Same length as the description, so that offsets fit both.
    let lower = description.to_ascii_lowercase();
    let prefer_only = prefer_only(description, &lower);
    let mut values = values(description, &lower);
    for value in &prefer_only {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    Facets {
        read_only: read_only(&lower),
        nullable: nullable(&lower),
        required: required(&lower),
        key: key(&lower),
        default: default(description, &lower),
        inherited_from: inherited_from(description, &lower),
        deprecated: deprecation(description, &lower),
        values,
        prefer_only,
    }
}

fn read_only(lower: &str) -> bool {
    let phrases = ["read-only", "read only", "readonly"];
    if !lower.contains("read") || !phrases.iter().any(|phrase| lower.contains(phrase)) {
        return false;
    }
    phrases.iter().any(|phrase| {
        lower.match_indices(phrase).any(|(at, _)| {
            let after = lower[at + phrase.len()..].trim_start_matches(['*', ')', ']']);
            let ends = after.is_empty()
                || after.starts_with(['.', ',', ';', '<'])
                || after.trim_start().is_empty();
            let before = &lower[..at];
            ends && !before.ends_with("not ") && !before.ends_with("once set, this property is ")
        })
    })
}

fn nullable(lower: &str) -> Option<bool> {
    if !lower.contains("null") {
        return None;
    }
    if [
        "not nullable",
        "not-nullable",
        "non-nullable",
        "cannot be null",
        "can't be null",
        "must not be null",
    ]
    .iter()
    .any(|phrase| lower.contains(phrase))
    {
        return Some(false);
    }
    (lower.contains("nullable.") || lower.ends_with("nullable") || lower.contains("can be null"))
        .then_some(true)
}

fn required(lower: &str) -> Option<bool> {
    let sentence = |word: &str| {
        lower.match_indices(word).any(|(at, _)| {
            let after = &lower[at + word.len()..];
            let before = lower[..at].trim_end_matches(['*', '(']).trim_end();
            let starts = before.is_empty() || before.ends_with(['.', '>', ')', ':', ';', '|']);
            let after = after.trim_start_matches(['*', ')']);
            starts
                && (after.is_empty()
                    || after.starts_with('.')
                    || after.starts_with('<')
                    || after.starts_with(':'))
        })
    };
    if lower.contains("required") && sentence("required") {
        Some(true)
    } else if lower.contains("optional") && sentence("optional") {
        Some(false)
    } else {
        None
    }
}

fn key(lower: &str) -> bool {
    lower.contains("key of the ") && lower.contains("entity")
        || lower == "key"
        || lower.starts_with("key.")
        || lower.starts_with("key, ")
        || lower.contains(". key.")
        || lower.contains(" key. ")
}

fn default(description: &str, lower: &str) -> Option<String> {
    if !lower.contains("default") {
        return None;
    }
    for lead in [
        "default value is ",
        "default value: ",
        "default is ",
        "default: ",
        "defaults to ",
        "default value of ",
    ] {
        let Some(at) = lower.find(lead) else { continue };
        let rest = description[at + lead.len()..].trim_start();
        let rest = rest.strip_prefix("set to ").unwrap_or(rest);
        let value = if let Some(code) = rest.strip_prefix('`') {
            code.split('`').next()
        } else if let Some(quoted) = rest.strip_prefix('"') {
            quoted.split('"').next()
        } else {
            let word = rest
                .split([' ', ',', ';', '<'])
                .next()
                .unwrap_or_default()
                .trim_matches(['.', '*', '\'', ')']);
            let plain = matches!(word, "true" | "false" | "null") || word.parse::<f64>().is_ok();
            plain.then_some(word)
        };
        if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
            return Some(value.to_owned());
        }
    }
    None
}

/// The name behind the last `Inherited from`.
fn inherited_from(description: &str, lower: &str) -> Option<Reference> {
    const LEAD: &str = "inherited from";
    let at = memmem::rfind(lower.as_bytes(), LEAD.as_bytes())? + LEAD.len();
    named_type(&description[at..])
}

/// The type that a text begins with: a link, an emphasized or a qualified name. A bare word is just a word.
pub(super) fn named_type(text: &str) -> Option<Reference> {
    let rest = text.trim_start();
    let rest = ["the ", "a ", "an "]
        .iter()
        .find_map(|article| rest.strip_prefix(article))
        .unwrap_or(rest);
    let rest = ["base class ", "base type "]
        .iter()
        .find_map(|noun| rest.strip_prefix(noun))
        .unwrap_or(rest);
    let marked = rest.starts_with(['[', '*', '`']) || rest.starts_with("microsoft.graph.");
    reference(rest).filter(|_| marked)
}

/// The link or name that a text begins with.
fn reference(text: &str) -> Option<Reference> {
    let text = text.trim_start().trim_start_matches(['*', '`']);
    let text = ["the ", "an ", "a "]
        .iter()
        .find_map(|article| text.strip_prefix(article))
        .unwrap_or(text);
    let text = text.trim_start_matches(['*', '`']);
    if let Some(link) = text.strip_prefix('[') {
        let (name, rest) = link.split_once(']')?;
        let target = rest
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .map(|(target, _)| target.trim().into());
        let name = name.trim().trim_matches(['*', '`']).to_owned();
        return (!name.is_empty()).then_some(Reference { name, target });
    }
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_')))
        .unwrap_or(text.len());
    let name = text[..end].trim_end_matches('.');
    (!name.is_empty()).then(|| Reference {
        name: name.to_owned(),
        target: None,
    })
}

fn deprecation(description: &str, lower: &str) -> Option<Deprecation> {
    if !lower.contains("deprecated") {
        return None;
    }
    let says_so = lower.contains("is deprecated")
        || lower.contains("deprecated.")
        || lower.contains("deprecated:")
        || lower.contains("[deprecated")
        || lower.contains("(deprecated")
        || lower.contains("deprecated]")
        || lower.contains("has been deprecated")
        || lower.starts_with("deprecated");
    says_so.then(|| Deprecation {
        date: returning_data_until(description, lower),
        use_instead: use_instead(description, lower),
    })
}

/// Reads a page's own notice of deprecation: the sentence, wherever it stands.
pub(super) fn page_deprecation(text: &str) -> Deprecation {
    let lower = text.to_ascii_lowercase();
    Deprecation {
        date: returning_data_until(text, &lower),
        use_instead: use_instead(text, &lower),
    }
}

/// `will stop returning data on January 31, 2024`, `will be removed on 2026-10-01`, as an ISO 8601 date.
fn returning_data_until(description: &str, lower: &str) -> Option<String> {
    let lead = [
        "returning data on ",
        "retired on ",
        "removed on ",
        "deprecated on ",
        "removed from this api on ",
        " on ",
    ];
    lead.iter().find_map(|lead| {
        lower
            .match_indices(lead)
            .find_map(|(at, _)| date(&description[at + lead.len()..]))
    })
}

fn date(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.trim_start_matches(['*', '`']);
    if let Some(iso) = text.get(..10).filter(|iso| is_iso_date(iso)) {
        return Some(iso.to_owned());
    }
    let mut words = text.split([' ', ',', '.']).filter(|word| !word.is_empty());
    let month_word = words.next()?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| *month == month_word)? + 1;
    let day: u32 = words
        .next()?
        .parse()
        .ok()
        .filter(|day| (1..=31).contains(day))?;
    let year: u32 = words
        .next()?
        .trim_matches(['*', '`', ')'])
        .parse()
        .ok()
        .filter(|year| (2000..3000).contains(year))?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

fn is_iso_date(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| {
        if at == 4 || at == 7 {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    })
}

/// `use the **resourceId** property`, `Use [x](y.md) instead`, `` use `assetTag` ``.
fn use_instead(description: &str, lower: &str) -> Option<String> {
    ["please use ", "use the ", "use "].iter().find_map(|lead| {
        lower.match_indices(lead).find_map(|(at, _)| {
            let rest = description[at + lead.len()..].trim_start();
            let name = ["**", "`", "["].iter().find_map(|open| {
                let close = if *open == "[" { "]" } else { open };
                rest.strip_prefix(open)?.split(close).next()
            })?;
            let name = name.trim().trim_matches(['*', '`']);
            (!name.is_empty() && name.len() < 80).then(|| name.to_owned())
        })
    })
}

/// The values behind `Possible values are` and its like; the longest list in back-ticks, else a bare one.
fn values(description: &str, lower: &str) -> Vec<String> {
    if !lower.contains("value") && !lower.contains("member") {
        return Vec::new();
    }
    let mut best = Vec::new();
    for lead in [
        "possible value",
        "allowed value",
        "valid value",
        "supported value",
        "acceptable value",
        "possible member",
    ] {
        for (at, _) in lower.match_indices(lead) {
            let rest = &description[at + lead.len()..];
            let Some(list) = after_lead(rest) else {
                continue;
            };
            let mut found = code_list(list);
            if found.len() < 2 {
                found = bare_list(list);
            }
            if found.len() >= 2 && found.len() > best.len() {
                best = found;
            }
        }
    }
    best
}

/// What follows `s are:`, `s:`, `s for x are`, `s include`.
fn after_lead(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest);
    let end = rest.find(['`', ':', '.', '|']).unwrap_or(rest.len());
    let lead = &rest[..end];
    if lead.len() > 60 {
        return None;
    }
    if rest[end..].starts_with(':') {
        return Some(&rest[end + 1..]);
    }
    let verb = ["are", "is", "include", "includes", "can be"]
        .iter()
        .find_map(|verb| {
            lead.match_indices(verb)
                .map(|(at, _)| at + verb.len())
                .find(|&at| lead[at..].starts_with(' ') || lead[at..].is_empty())
        });
    verb.map(|at| &rest[at..])
}

/// The first run of three or more code spans, whatever leads up to it.
pub fn listed(description: &str) -> Vec<String> {
    let mut rest = description;
    while let Some(at) = rest.find('`') {
        let found = code_list(&rest[at..]);
        if found.len() >= 3 {
            return found;
        }
        let span = rest[at + 1..]
            .find('`')
            .map_or(rest.len(), |end| at + end + 2);
        rest = rest[span..].trim_start_matches('`');
    }
    Vec::new()
}

/// A run of code spans between commas, `and` and `or`; a note in parentheses may follow each.
fn code_list(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '*'));
        rest = ["and ", "or ", "<br>", "<br/>", "<br />"]
            .iter()
            .find_map(|word| rest.strip_prefix(word))
            .unwrap_or(rest)
            .trim_start();
        let ticks = rest
            .bytes()
            .take(3)
            .take_while(|byte| *byte == b'`')
            .count();
        if !(1..=2).contains(&ticks) {
            break;
        }
        let code = &rest[ticks..];
        let Some((value, after)) = code.split_once('`') else {
            break;
        };
        rest = after.strip_prefix('`').unwrap_or(after).trim_start();
        if let Some(note) = rest.strip_prefix('(') {
            let Some((_, after)) = note.split_once(')') else {
                break;
            };
            rest = after;
        }
        let value = value.trim().trim_matches(['\'', '"', ',', '.']).trim();
        if is_value(value) && !out.iter().any(|known| known == value) {
            out.push(value.to_owned());
        }
    }
    out
}

/// `a, b, c.` without back-ticks: every item must look like an identifier.
fn bare_list(text: &str) -> Vec<String> {
    let end = text.find(['.', '`', '<', '(']).unwrap_or(text.len());
    let items: Vec<_> = text[..end]
        .split([',', ';'])
        .map(|item| item.trim().trim_matches(['*', '"', '\'', ' ']))
        .collect();
    let items: Vec<_> = items
        .iter()
        .flat_map(|item| item.split(" and ").flat_map(|item| item.split(" or ")))
        .map(|item| {
            item.trim()
                .trim_start_matches("and ")
                .trim_start_matches("or ")
                .trim()
                .to_owned()
        })
        .filter(|item| !item.is_empty())
        .collect();
    let plain = items
        .iter()
        .all(|item| is_value(item) && item.starts_with(char::is_alphabetic));
    if plain { items } else { Vec::new() }
}

fn is_value(value: &str) -> bool {
    !value.is_empty()
        && value != "null"
        && value.len() < 120
        && value
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// The values that the sentence on evolvable enumerations keeps for clients that ask.
fn prefer_only(description: &str, lower: &str) -> Vec<String> {
    let Some(at) = memmem::find(lower.as_bytes(), b"include-unknown-enum-members") else {
        return Vec::new();
    };
    let rest = &description[at..];
    let Some(colon) = rest
        .find("evolvable enum")
        .and_then(|at| Some(at + rest[at..].find(':')? + 1))
    else {
        return Vec::new();
    };
    // The colon may be that of the link's address: the list begins behind the last one before the first back-tick.
    let list = &rest[colon..];
    let first = list.find('`').unwrap_or(list.len());
    let start = list[..first].rfind(':').map_or(0, |at| at + 1);
    code_list(&list[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_back_ticks_win() {
        let facets = parse(
            "State. Possible values are: unknown, success. Possible values are: `unknown`, `success`, and `fail`. Read-only.",
        );
        assert_eq!(facets.values, ["unknown", "success", "fail"]);
        assert!(facets.read_only);
    }

    #[test]
    fn values_without_colon_or_with_notes() {
        assert_eq!(
            parse("The possible values are `a` (default), `b` or `c`.").values,
            ["a", "b", "c"]
        );
        assert_eq!(
            parse("Possible values are: North, South.").values,
            ["North", "South"]
        );
        assert_eq!(parse("Valid values 1 to 100").values, Vec::<String>::new());
    }

    #[test]
    fn evolvable_members_are_marked() {
        let facets = parse(
            "The possible values are: `new`, `unknownFutureValue`. Use the `Prefer: include-unknown-enum-members` request header to get the following values in this [evolvable enum](https://learn.microsoft.com/graph/best-practices-concept): `retired`.",
        );
        assert_eq!(facets.prefer_only, ["retired"]);
        assert_eq!(facets.values, ["new", "unknownFutureValue", "retired"]);
    }

    #[test]
    fn conditions_are_no_facets() {
        assert!(!parse("Read-only when isBuiltIn is true.").read_only);
        assert!(parse("The time. This property is read-only.").read_only);
        assert_eq!(parse("Required when the type is x.").required, None);
        assert_eq!(parse("The name. Required.").required, Some(true));
        assert_eq!(parse("Not nullable.").nullable, Some(false));
    }

    #[test]
    fn inherited_from_takes_the_last() {
        let from = parse("Inherited from [directoryObject](d.md). Inherited from [entity](../resources/entity.md)").inherited_from.unwrap();
        assert_eq!(
            (from.name.as_str(), from.target.as_deref()),
            ("entity", Some("../resources/entity.md"))
        );
    }

    #[test]
    fn deprecations_carry_date_and_replacement() {
        let facets = parse(
            "The **id** property is deprecated and will stop returning data on January 31, 2024. Going forward, use the **resourceId** property.",
        );
        let deprecated = facets.deprecated.unwrap();
        assert_eq!(deprecated.date.as_deref(), Some("2024-01-31"));
        assert_eq!(deprecated.use_instead.as_deref(), Some("resourceId"));
    }
}
