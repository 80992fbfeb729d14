//! Findings: what a rule says, where, and what could be done about it.
//!
//! Comes in: what a rule noticed. Goes out: data that every format prints and nothing else needs to be asked for.

use std::fmt;

use super::{files::FileId, rule::Rule};
use crate::span::ByteRange;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never fails a run.
    Info,
    /// Probably wrong.
    Warning,
    /// Wrong: a reader or a generated client is misled.
    Error,
}

impl Severity {
    /// All, the mildest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// The word in settings and in output: `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A contradiction, or something that cannot be right.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that tells it.
    pub rule: &'static Rule,
    /// How much it matters; the rule's own severity unless the case or the settings say otherwise.
    pub severity: Severity,
    /// One sentence without a full stop, names in back-ticks: `` `displayName` stands in the table, but not in the JSON ``.
    pub message: String,
    /// What it is about, independent of lines: `microsoft.graph.user/displayName`, `GET /users/{id}`, or
    /// `api/user-get.md#response` for a part of a page.
    pub symbol: String,
    /// Where somebody would look first: the witness that is probably wrong.
    pub primary: Place,
    /// The other witnesses.
    pub related: Vec<Place>,
    /// What to do, if the message does not say it.
    pub help: Option<String>,
    /// A change that settles it.
    pub fix: Option<Fix>,
}

/// A place, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub at: ByteRange,
    /// What is said there: `the table says String`; may be empty for the primary place.
    pub label: String,
}

/// A change of one or more files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: ``replace `string` with `String` ``.
    pub title: String,
    /// Whether somebody should look at it first.
    pub safety: Safety,
    /// Replacements, of which no two overlap.
    pub edits: Vec<Edit>,
}

/// Whether a fix can be applied without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// It says what the page meant to say.
    Safe,
    /// It decides between witnesses, or adds words that somebody should read.
    Unsafe,
}

/// A replacement of some bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// What is replaced; empty to insert.
    pub at: ByteRange,
    /// What stands there afterwards.
    pub text: String,
}

impl Place {
    /// A place with a label.
    pub fn new(file: FileId, at: ByteRange, label: impl Into<String>) -> Self {
        Self {
            file,
            at,
            label: label.into(),
        }
    }
}

impl Fix {
    /// A change that can be applied without looking.
    pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self {
            title: title.into(),
            safety: Safety::Safe,
            edits,
        }
    }

    /// A change that somebody should look at.
    pub fn needs_review(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self {
            title: title.into(),
            safety: Safety::Unsafe,
            edits,
        }
    }

    /// Another text in the place of one.
    pub fn replace(place: &Place, text: impl Into<String>) -> Vec<Edit> {
        vec![Edit {
            file: place.file,
            at: place.at,
            text: text.into(),
        }]
    }
}

impl Finding {
    /// Says what it is about.
    pub fn symbol(&mut self, symbol: impl Into<String>) -> &mut Self {
        self.symbol = symbol.into();
        self
    }

    /// Adds another witness.
    pub fn related(&mut self, place: Place) -> &mut Self {
        self.related.push(place);
        self
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Offers a change.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }

    /// Says that this case matters more or less than others.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }
}

/// What one rule found so far.
#[derive(Debug)]
pub struct Findings {
    rule: &'static Rule,
    list: Vec<Finding>,
}

impl Findings {
    /// Nothing yet.
    pub(super) fn of(rule: &'static Rule) -> Self {
        Self {
            rule,
            list: Vec::new(),
        }
    }

    /// Tells something; what is returned takes the symbol, other witnesses, help and fix.
    pub fn tell(&mut self, primary: Place, message: impl Into<String>) -> &mut Finding {
        let at = self.list.len();
        self.list.push(Finding {
            rule: self.rule,
            severity: self.rule.severity,
            message: message.into(),
            symbol: String::new(),
            primary,
            related: Vec::new(),
            help: None,
            fix: None,
        });
        &mut self.list[at]
    }

    /// All that was told.
    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }
}
