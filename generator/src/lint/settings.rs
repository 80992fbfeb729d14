//! Which rules apply where, and how much their findings matter: `[lint]` in `docwright.toml`.
//!
//! ```toml
//! [lint]
//! extends = ["../shared/docwright.toml"]   # settings to begin with; what follows here goes before them
//! preset = "recommended"                   # minimal, recommended, strict, or apidoctor: what ApiDoctor checks
//! apidoctor = true                         # ApiDoctor's own configuration counts, too, where it lies
//! baseline = "docwright-baseline.json"     # findings that are known; see `docwright baseline`
//!
//! [lint.rules]                             # a code, a name or a group = off, info, warning, error, or on
//! TBL = "warning"
//! property-case-differs = "error"
//!
//! [[lint.paths]]                           # the same for some files only; the last one that fits counts
//! path = "api-reference/beta/**"
//! rules = { PAGE007 = "off" }
//! ```
//!
//! Comes in: the text of that file. Goes out: [`Settings`], which answer for each rule and path with a [`Level`].
//! Invariant: nothing in the file is ignored; what means nothing is an [`Error`] with its line.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use globset::{Glob, GlobMatcher};
use serde::Deserialize;
use toml::Spanned;

use super::{
    finding::Severity,
    rule::{Preset, Rule},
    rules,
};
use crate::{
    config::{Error, explain},
    span::LineIndex,
    suggest,
};

/// How much the findings of a rule matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// They are not told.
    Off,
    /// As much as the rule says.
    On,
    /// That much, whatever the rule says.
    As(Severity),
}

impl Level {
    /// The words in settings.
    pub const WORDS: [&str; 5] = ["off", "on", "info", "warning", "error"];

    /// Reads a word of settings.
    pub fn from_word(word: &str) -> Option<Self> {
        let severity = || Severity::ALL.into_iter().find(|it| it.as_str() == word);
        match word {
            "off" => Some(Self::Off),
            "on" => Some(Self::On),
            _ => severity().map(Self::As),
        }
    }
}

/// The rules to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Those of a preset.
    Preset(Preset),
    /// Those that stand for an error of ApiDoctor.
    ApiDoctor,
    /// None; others are added by name.
    Nothing,
}

impl Base {
    /// The words in settings.
    pub const WORDS: [&str; 4] = ["minimal", "recommended", "strict", "apidoctor"];

    /// Reads a word of settings.
    pub fn from_word(word: &str) -> Option<Self> {
        let preset = Preset::ALL.into_iter().find(|it| it.as_str() == word);
        match word {
            "apidoctor" => Some(Self::ApiDoctor),
            _ => preset.map(Self::Preset),
        }
    }

    fn has(self, rule: &Rule) -> bool {
        match self {
            Self::Preset(preset) => rule.preset <= preset,
            Self::ApiDoctor => !rule.apidoctor.is_empty(),
            Self::Nothing => false,
        }
    }
}

/// Some rules: one, a group, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// Reads a code, a name, the letters or the beginning of a code, or `all`.
    pub fn parse(word: &str) -> Result<Self, UnknownRule> {
        let selector = Self(word.trim().to_owned());
        if rules::ALL.iter().any(|rule| selector.has(rule)) {
            return Ok(selector);
        }
        let names = rules::ALL.iter().flat_map(|rule| [rule.code, rule.name]);
        let hint = match suggest::hint(word, names) {
            hint if hint.is_empty() => "; `docwright explain` lists the rules".to_owned(),
            hint => hint,
        };
        Err(UnknownRule {
            word: word.to_owned(),
            hint,
        })
    }

    /// Whether the rule is one of them.
    pub fn has(&self, rule: &Rule) -> bool {
        let begins = |code: &str| {
            let start = code.get(..self.0.len());
            self.0.len() >= rule.group().len()
                && start.is_some_and(|start| start.eq_ignore_ascii_case(&self.0))
        };
        self.0.eq_ignore_ascii_case("all")
            || rule.name.eq_ignore_ascii_case(&self.0)
            || begins(rule.code)
    }
}

/// A word that selects no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no rule{hint}")]
pub struct UnknownRule {
    /// The word.
    pub word: String,
    hint: String,
}

/// Which rules apply where.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rules to begin with.
    pub base: Base,
    /// What is said of single rules; the last that fits counts.
    pub levels: Vec<(Selector, Level)>,
    /// What is said of rules in some files; the last that fits counts, and goes before [`Self::levels`].
    pub paths: Vec<PathLevels>,
    /// Errors in files with one of these in their path are warnings.
    pub lenient: Vec<String>,
    /// ApiDoctor's own configuration counts, too.
    pub apidoctor: bool,
    /// The file with known findings.
    pub baseline: Option<PathBuf>,
}

/// Levels for some files.
#[derive(Clone, Debug)]
pub struct PathLevels {
    /// Paths below the root of the docs.
    pub files: GlobMatcher,
    /// The last that fits counts.
    pub levels: Vec<(Selector, Level)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: Base::Preset(Preset::Recommended),
            levels: Vec::new(),
            paths: Vec::new(),
            lenient: Vec::new(),
            apidoctor: false,
            baseline: None,
        }
    }
}

/// The file as it is written; what is not ours, `config` reads.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    lint: Section,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Section {
    extends: Vec<Spanned<String>>,
    preset: Option<Spanned<String>>,
    apidoctor: Option<bool>,
    baseline: Option<PathBuf>,
    rules: BTreeMap<Spanned<String>, Spanned<String>>,
    paths: Vec<PathSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathSection {
    path: Spanned<String>,
    rules: BTreeMap<Spanned<String>, Spanned<String>>,
}

impl Settings {
    /// The settings in a file, and in those that it extends.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::read_within(path, &mut Vec::new())
    }

    /// `open` are the files that extend this one.
    fn read_within(path: &Path, open: &mut Vec<PathBuf>) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Io {
            path: path.to_path_buf(),
            source,
        })?;
        open.push(path.canonicalize().unwrap_or_else(|_| path.to_path_buf()));
        let settings = Self::parse(&text, path, open);
        open.pop();
        settings
    }

    /// The settings in a text, which stands in the file at `path`.
    fn parse(text: &str, path: &Path, open: &mut Vec<PathBuf>) -> Result<Self, Error> {
        let place = |offset: usize, message: String| Error::Content {
            path: path.display().to_string(),
            place: LineIndex::new(text)
                .line_column(text, offset as u32)
                .to_string(),
            message,
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            place(offset, explain(error.message()))
        })?;
        let section = file.lint;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut settings = Self::default();
        for other in section.extends {
            let target = folder.join(other.get_ref());
            let is_open = target.canonicalize().is_ok_and(|it| open.contains(&it));
            if is_open {
                let message = format!("`{}` extends this file", other.get_ref());
                return Err(place(other.span().start, message));
            }
            settings.add(Self::read_within(&target, open)?);
        }
        if let Some(word) = section.preset {
            settings.base = Base::from_word(word.get_ref()).ok_or_else(|| {
                let message = unknown("preset", word.get_ref(), &Base::WORDS);
                place(word.span().start, message)
            })?;
        }
        if let Some(apidoctor) = section.apidoctor {
            settings.apidoctor = apidoctor;
        }
        if let Some(file) = section.baseline {
            settings.baseline = Some(folder.join(file));
        }
        settings.levels.extend(levels(section.rules, &place)?);
        for section in section.paths {
            let files = Glob::new(section.path.get_ref())
                .map_err(|error| place(section.path.span().start, error.to_string()))?;
            settings.paths.push(PathLevels {
                files: files.compile_matcher(),
                levels: levels(section.rules, &place)?,
            });
        }
        Ok(settings)
    }

    /// Puts other settings behind these.
    fn add(&mut self, other: Self) {
        self.base = other.base;
        self.levels.extend(other.levels);
        self.paths.extend(other.paths);
        self.lenient.extend(other.lenient);
        self.apidoctor |= other.apidoctor;
        self.baseline = other.baseline.or(self.baseline.take());
    }

    /// Whether ApiDoctor's own configuration counts.
    pub fn reads_apidoctor(&self) -> bool {
        self.apidoctor || self.base == Base::ApiDoctor
    }

    /// Whether a rule may tell anything anywhere.
    pub fn uses(&self, rule: &Rule) -> bool {
        let somewhere = self.paths.iter().flat_map(|it| &it.levels);
        self.general(rule) != Level::Off
            || somewhere
                .filter(|(selector, _)| selector.has(rule))
                .any(|(_, level)| *level != Level::Off)
    }

    /// How much a finding of a rule matters in a file; `path` is below the root of the docs.
    pub fn level(&self, rule: &Rule, path: &str) -> Level {
        let fitting = self.paths.iter().filter(|it| it.files.is_match(path));
        let levels = fitting.flat_map(|it| &it.levels);
        last(levels, rule).unwrap_or_else(|| self.general(rule))
    }

    /// How much a finding matters that would be as severe as told; nothing, if it is not told at all.
    pub fn severity(&self, rule: &Rule, path: &str, own: Severity) -> Option<Severity> {
        let severity = match self.level(rule, path) {
            Level::Off => return None,
            Level::On => own,
            Level::As(severity) => severity,
        };
        let is_lenient = self.lenient.iter().any(|part| path.contains(part));
        Some(if is_lenient {
            severity.min(Severity::Warning)
        } else {
            severity
        })
    }

    /// The level of a rule in files of which nothing else is said.
    fn general(&self, rule: &Rule) -> Level {
        last(self.levels.iter(), rule).unwrap_or(if self.base.has(rule) {
            Level::On
        } else {
            Level::Off
        })
    }
}

/// The level of the last entry that fits.
fn last<'a>(levels: impl Iterator<Item = &'a (Selector, Level)>, rule: &Rule) -> Option<Level> {
    let fitting = levels.filter(|(selector, _)| selector.has(rule));
    fitting.last().map(|(_, level)| *level)
}

/// Reads a table of rules and levels. Groups come before single rules, whatever their order in the file.
fn levels(
    table: BTreeMap<Spanned<String>, Spanned<String>>,
    place: &impl Fn(usize, String) -> Error,
) -> Result<Vec<(Selector, Level)>, Error> {
    let mut levels = Vec::new();
    for (rule, word) in table {
        let selector = Selector::parse(rule.get_ref())
            .map_err(|error| place(rule.span().start, error.to_string()))?;
        let level = Level::from_word(word.get_ref()).ok_or_else(|| {
            let message = unknown("level", word.get_ref(), &Level::WORDS);
            place(word.span().start, message)
        })?;
        levels.push((selector, level));
    }
    let selected =
        |selector: &Selector| rules::ALL.iter().filter(|rule| selector.has(rule)).count();
    levels.sort_by_key(|(selector, _)| usize::MAX - selected(selector));
    Ok(levels)
}

/// Says that a word is none of those that are known.
fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let hint = suggest::hint(word, known.iter().copied());
    format!("`{word}` is no {what}{hint} (known: {})", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("docs/docwright.toml"), &mut Vec::new())
            .map_err(|error| error.to_string())
    }

    fn rule(code: &str) -> &'static Rule {
        rules::find(code).unwrap()
    }

    #[test]
    fn single_rules_go_before_groups_and_paths_before_both() {
        let settings = settings(
            "crate-name = \"x\"\n[lint]\npreset = \"minimal\"\n\
            [lint.rules]\nproperty-case-differs = \"info\"\nTBL = \"off\"\n\
            [[lint.paths]]\npath = \"api-reference/beta/**\"\nrules = { ALL = \"off\", EX003 = \"on\" }\n",
        )
        .unwrap();
        let level = |code, path| settings.level(rule(code), path);
        assert_eq!(level("TBL003", "v1.0/a.md"), Level::As(Severity::Info));
        assert_eq!(level("TBL003", "api-reference/beta/a/b.md"), Level::Off);
        assert_eq!(level("EX003", "api-reference/beta/a/b.md"), Level::On);
        assert!(settings.uses(rule("EX003")));
    }

    #[test]
    fn what_means_nothing_is_an_error_with_its_line() {
        let failure = |text: &str| settings(text).unwrap_err();
        insta::assert_snapshot!(failure("[lint.rules]\nTBL003 = \"eror\"\n"), @"docs/docwright.toml:2:10: `eror` is no level; did you mean `error`? (known: off, on, info, warning, error)");
        insta::assert_snapshot!(failure("[lint.rules]\nproperty-case-difers = \"error\"\n"), @"docs/docwright.toml:2:1: `property-case-difers` is no rule; did you mean `property-case-differs`?");
        insta::assert_snapshot!(failure("[lint]\npreset = \"string\"\n"), @"docs/docwright.toml:2:10: `string` is no preset; did you mean `strict`? (known: minimal, recommended, strict, apidoctor)");
        insta::assert_snapshot!(failure("[lint]\nbase = \"x\"\n"), @"docs/docwright.toml:2:1: unknown key `base`; did you mean `baseline`? (known keys: extends, preset, apidoctor, baseline, rules, paths)");
        insta::assert_snapshot!(failure("[[lint.paths]]\npath = \"a[\"\nrules = {}\n"), @"docs/docwright.toml:2:8: error parsing glob 'a[': unclosed character class; missing ']'");
    }

    #[test]
    fn settings_extend_others_but_not_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        fs::write(
            file("a.toml"),
            "[lint]\nextends = [\"b.toml\"]\n[lint.rules]\nEX003 = \"info\"\n",
        )
        .unwrap();
        fs::write(
            file("b.toml"),
            "[lint]\npreset = \"minimal\"\nbaseline = \"known.json\"\n[lint.rules]\nEX = \"off\"\n",
        )
        .unwrap();
        let settings = Settings::read(&file("a.toml")).unwrap();
        assert_eq!(settings.base, Base::Preset(Preset::Minimal));
        assert_eq!(settings.baseline, Some(file("known.json")));
        assert_eq!(
            settings.level(rule("EX003"), "x"),
            Level::As(Severity::Info)
        );
        fs::write(file("b.toml"), "[lint]\nextends = [\"a.toml\"]\n").unwrap();
        let failure = Settings::read(&file("a.toml")).unwrap_err().to_string();
        assert!(
            failure.ends_with("b.toml:2:12: `a.toml` extends this file"),
            "{failure}"
        );
    }
}
