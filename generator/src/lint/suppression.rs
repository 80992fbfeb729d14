//! Suppressions: comments in pages that say which findings are known and why.
//!
//! ```text
//! <!-- docwright-ignore TBL003, EX004 -- the service really answers so -->
//! <!-- docwright-ignore-page PAGE001 -- has no examples yet -->
//! ```
//!
//! A comment on a line of its own speaks of the block that follows: up to the next blank line, or to the end of a code
//! block. A comment within a line, such as a row of a table, speaks of that line. ApiDoctor's own suppressions, the texts of
//! its messages in the page annotation, are understood where they lie.
//!
//! Comes in: the text of a page. Goes out: [`Suppression`]s with their places.

use memchr::memmem;

use super::{rule::Rule, settings::Selector};
use crate::{
    json::tree::{self, Node},
    span::ByteRange,
};

/// What a comment begins with, behind `<!--`.
const WORD: &str = "docwright-ignore";
/// What it goes on with, to speak of the whole page.
const PAGE: &str = "-page";

/// A comment that says which findings are known.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The whole comment.
    pub at: ByteRange,
    /// The bytes that it speaks of.
    pub covers: ByteRange,
    /// The rules, each as it is written, with its place.
    pub rules: Vec<Named>,
    /// Why, if it says so.
    pub reason: Option<ByteRange>,
}

/// A rule as a comment names it.
#[derive(Clone, Debug)]
pub struct Named {
    /// Where.
    pub at: ByteRange,
    /// What it selects; nothing, if there is no such rule.
    pub selector: Option<Selector>,
}

/// All suppressions of a page, in order.
pub fn read(text: &str) -> Vec<Suppression> {
    let mut found = Vec::new();
    for start in memmem::find_iter(text.as_bytes(), WORD) {
        found.extend(comment(text, start));
    }
    found
}

/// The comment whose first word stands at `word`.
fn comment(text: &str, word: usize) -> Option<Suppression> {
    let before = text[..word].trim_end();
    let start = before.strip_suffix("<!--")?.len();
    let end = word + text[word..].find("-->")?;
    let mut body = ByteRange::new(word + WORD.len(), end);
    let is_page = body.of(text).starts_with(PAGE);
    if is_page {
        body = ByteRange::new(word + WORD.len() + PAGE.len(), end);
    }
    let (names, reason) = match body.of(text).find("--") {
        Some(at) => {
            let at = body.start as usize + at;
            let reason = ByteRange::new(at + 2, end).trim(text);
            (ByteRange::new(body.start as usize, at), Some(reason))
        }
        None => (body, None),
    };
    let at = ByteRange::new(start, end + "-->".len());
    Some(Suppression {
        at,
        covers: if is_page {
            ByteRange::new(0, text.len())
        } else {
            covered(text, at)
        },
        rules: named(text, names),
        reason: reason.filter(|reason| !reason.is_empty()),
    })
}

/// The words of a list with commas or blanks between them.
fn named(text: &str, names: ByteRange) -> Vec<Named> {
    let words = names.of(text).split([',', ' ', '\t', '\r', '\n']);
    let words = words.filter(|word| !word.is_empty());
    words
        .map(|word| Named {
            at: ByteRange::of_part(text, word).unwrap_or(names),
            selector: Selector::parse(word).ok(),
        })
        .collect()
}

/// The line of a comment, or the block that follows if it has a line for itself.
fn covered(text: &str, comment: ByteRange) -> ByteRange {
    let (start, end) = (comment.start as usize, comment.end as usize);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let is_alone =
        text[line_start..start].trim().is_empty() && text[end..line_end].trim().is_empty();
    if is_alone {
        let blank = text[line_end..].len() - text[line_end..].trim_start().len();
        ByteRange::new(start, block_end(text, line_end + blank))
    } else {
        ByteRange::new(line_start, line_end)
    }
}

/// One past the block that begins at `start`. A comment belongs to what follows it.
fn block_end(text: &str, start: usize) -> usize {
    let mut at = start;
    let mut fence: Option<&str> = None;
    let mut in_comment = false;
    for line in text[start..].split_inclusive('\n') {
        let trimmed = line.trim();
        let start_of_line = at;
        at += line.len();
        in_comment = fence.is_none()
            && (in_comment || trimmed.starts_with("<!--"))
            && !trimmed.ends_with("-->");
        match fence {
            Some(mark) if trimmed == mark => return at,
            None if trimmed.starts_with("```") => fence = Some("```"),
            None if trimmed.is_empty() && !in_comment && !follows_comment(text, start_of_line) => {
                return start_of_line;
            }
            Some(_) | None => {}
        }
    }
    at
}

/// Whether a comment ends right before `at`.
fn follows_comment(text: &str, at: usize) -> bool {
    text[..at].trim_end().ends_with("-->")
}

impl Suppression {
    /// Whether it speaks of findings at a place.
    pub fn covers_place(&self, at: ByteRange) -> bool {
        self.covers.start <= at.start && at.start < self.covers.end.max(1)
    }
}

impl Named {
    /// Whether it selects a rule.
    pub fn has(&self, rule: &Rule) -> bool {
        self.selector.as_ref().is_some_and(|it| it.has(rule))
    }
}

/// A message of ApiDoctor that a page calls known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The rules that tell the same.
    rules: &'static [&'static str],
    /// The property or type that it is about, if the message names one.
    about: Option<String>,
}

/// What ApiDoctor writes, the rules that tell the same, and what stands before and after the name of what it is about.
const MESSAGES: &[(&str, &[&str], &str, &str)] = &[
    (
        "Expected type ",
        &["EX004", "EX012", "TBL004"],
        "Property: ",
        ",",
    ),
    (
        "Referenced type ",
        &["TBL008", "EX006"],
        "Referenced type ",
        " ",
    ),
    (
        "Found potential enums in resource example",
        &["ENM001", "ENM005"],
        "",
        "",
    ),
    (
        "found in resource definition for",
        &["TBL001"],
        "Property '",
        "'",
    ),
    (
        "Inconsistent types between parameter",
        &["TBL004", "TBL005"],
        "",
        "",
    ),
    (
        "Type mismatch between example and table",
        &["TBL004", "TBL005"],
        "Parameter name: ",
        ";",
    ),
    (
        "is defined in multiple files",
        &["ANN007"],
        "Resource ",
        " ",
    ),
    ("has a different BaseType value", &["CSDL005"], "", ""),
    ("has a different OpenType value", &["CSDL005"], "", ""),
];

/// The messages of ApiDoctor that the page annotation lists.
pub fn imported(text: &str) -> Vec<Imported> {
    let Some(at) = memmem::find(text.as_bytes(), b"#page.annotation") else {
        return Vec::new();
    };
    let (Some(start), Some(end)) = (text[..at].rfind("<!--"), text[at..].find("-->")) else {
        return Vec::new();
    };
    let Some(open) = text[start..at].find('{') else {
        return Vec::new();
    };
    let range = ByteRange::new(start + open, at + end).trim(text);
    let Ok(annotation) = tree::read(text, range) else {
        return Vec::new();
    };
    let messages = annotation.root.get("suppressions").map(Node::items);
    let messages = messages.unwrap_or_default().iter().filter_map(Node::text);
    messages.filter_map(import).collect()
}

/// What a message stands for; nothing, if no rule tells the same.
fn import(message: &str) -> Option<Imported> {
    let mut known = MESSAGES.iter();
    let (_, rules, before, after) = known.find(|(part, ..)| message.contains(part))?;
    let about = (!before.is_empty())
        .then(|| message.split_once(before)?.1.split(after).next())
        .flatten();
    Some(Imported {
        rules,
        about: about.map(str::to_owned),
    })
}

impl Imported {
    /// Whether a finding of a rule with this symbol and message is what it calls known.
    pub fn has(&self, rule: &Rule, symbol: &str, message: &str) -> bool {
        self.rules.contains(&rule.code)
            && self.about.as_ref().is_none_or(|name| {
                symbol.ends_with(&**name) || message.contains(&format!("`{name}`"))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each suppression covers, in the text's own words.
    fn covers(text: &str) -> Vec<&str> {
        let found = read(text);
        found
            .iter()
            .map(|it| it.covers.of(text).trim_end())
            .collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next_block() {
        let row = "|a|b|\n|c <!-- docwright-ignore TBL003 -->|d|\n|e|f|\n";
        assert_eq!(covers(row), ["|c <!-- docwright-ignore TBL003 -->|d|"]);
        let code = "x\n\n<!-- docwright-ignore EX -- why -->\n\n<!-- {\n} -->\n```http\nGET /a\n\n{}\n```\ny\n";
        assert_eq!(
            covers(code),
            ["<!-- docwright-ignore EX -- why -->\n\n<!-- {\n} -->\n```http\nGET /a\n\n{}\n```"]
        );
        let table = "<!-- docwright-ignore TBL -->\n|a|\n|-|\n\nb\n";
        assert_eq!(covers(table), ["<!-- docwright-ignore TBL -->\n|a|\n|-|"]);
        assert_eq!(
            covers("a\n<!-- docwright-ignore-page EX003 -->"),
            ["a\n<!-- docwright-ignore-page EX003 -->"]
        );
        assert!(covers("`docwright-ignore TBL003`").is_empty());
    }

    #[test]
    fn reasons_and_unknown_rules_have_places() {
        let text = "<!-- docwright-ignore TBL003, TBL999 -- it is so -->\n";
        let found = &read(text)[0];
        assert_eq!(found.reason.unwrap().of(text), "it is so");
        let unknown: Vec<_> = found
            .rules
            .iter()
            .filter(|it| it.selector.is_none())
            .collect();
        assert_eq!(unknown[0].at.of(text), "TBL999");
    }

    #[test]
    fn messages_of_apidoctor_are_understood() {
        let text = "<!-- {\n \"type\": \"#page.annotation\",\n \"suppressions\": [\"Error: a/b:\\r\\n Expected type Single but actual was Int64. Property: kind, actual value: '1'\", \"Sunshine\"]\n} -->";
        let found = imported(text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rules, ["EX004", "EX012", "TBL004"]);
        assert_eq!(found[0].about.as_deref(), Some("kind"));
    }
}
