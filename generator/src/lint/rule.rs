//! Rules: what is checked, as data.
//!
//! A rule is a file in `lint/rules`, named after its code and its name, with a Markdown file beside it. That file says what
//! is wrong and why, shows pages that are flagged and pages that are not, and is all three: what `docwright explain`
//! prints, the rule's page in the documentation, and its test.

use super::{
    change::Change,
    finding::{Findings, Severity},
    page::PageContext,
    pages_alone::PagesAlone,
    world::{Version, World},
};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Letters of its group and a number that is never used again: `TBL003`.
    pub code: &'static str,
    /// In words, as in settings: `property-case-differs`.
    pub name: &'static str,
    /// How much its findings matter, unless one says otherwise.
    pub severity: Severity,
    /// The smallest preset that has it.
    pub preset: Preset,
    /// What it can repair.
    pub fixes: Fixes,
    /// The codes of the `ApiDoctor` errors that it stands for.
    pub apidoctor: &'static [&'static str],
    /// Its page.
    pub doc: &'static str,
    /// How it is checked.
    pub check: Check,
}

/// A named set of rules; each has all of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// What misleads a client.
    Minimal,
    /// What a docs team should repair.
    Recommended,
    /// Style, and what is only perhaps wrong.
    Strict,
}

impl Preset {
    /// All, the smallest first.
    pub const ALL: [Self; 3] = [Self::Minimal, Self::Recommended, Self::Strict];

    /// The word in settings: `recommended`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Recommended => "recommended",
            Self::Strict => "strict",
        }
    }
}

/// What a rule can repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixes {
    /// Nothing.
    None,
    /// All or some of its findings, without looking.
    Safe,
    /// All or some of its findings, for somebody to look at.
    Unsafe,
    /// Some without looking, others for somebody to look at.
    Both,
}

impl Fixes {
    /// In words: `safe, unsafe`.
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::Both => "safe, unsafe",
        }
    }
}

/// How a rule is checked: what it looks at, at a time.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// One page, with everything else at hand. The one to choose where it can be chosen: an editor asks again at each
    /// keystroke.
    Page(fn(&PageContext<'_, '_>, &mut Findings)),
    /// One version of the api.
    Version(fn(&World<'_>, &Version<'_>, &mut Findings)),
    /// One version of the api that has metadata: what its pages alone say, and what the metadata says.
    Metadata(fn(&World<'_>, &PagesAlone<'_, '_>, &mut Findings)),
    /// One version of the api as it is and as it was, where that is given.
    Change(fn(&World<'_>, &Change<'_, '_>, &mut Findings)),
    /// Everything at once.
    World(fn(&World<'_>, &mut Findings)),
    /// How a run itself went: suppressions, baseline, settings.
    Run,
}

impl Rule {
    /// The letters of the code: `TBL`.
    pub fn group(&self) -> &'static str {
        self.code.trim_end_matches(|c: char| c.is_ascii_digit())
    }

    /// What it finds, in a paragraph: the first of its page.
    pub fn summary(&self) -> &'static str {
        let mut paragraphs = self.doc.split("\n\n").map(str::trim);
        let first = paragraphs.find(|it| !it.is_empty() && !it.starts_with('#'));
        first.unwrap_or_default()
    }

    /// What it finds, why that matters and what to do: its page without the title and the cases.
    pub fn explanation(&self) -> &'static str {
        let text = self.doc.split("\n## ").next().unwrap_or_default();
        let text = match text.split_once('\n') {
            Some((title, rest)) if title.starts_with("# ") => rest,
            _ => text,
        };
        text.trim()
    }
}
