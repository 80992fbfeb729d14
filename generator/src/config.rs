//! What a docs tree tells the compiler about itself: `docwright.toml` at its root.
//!
//! ```toml
//! crate-name = "contoso-graph"
//! include = ["/users/*/messages/**", "sendMail"]  # generate this part only; see `crate::pattern`
//!
//! [vocabulary]                    # for a translated tree: our word = how its pages write it
//! properties = ["Propriedades"]
//! "http request" = ["Solicitação HTTP"]
//! "{} values" = ["Valores {}"]    # `{}` is where the name of an enumeration stands
//! ```
//!
//! Comes in: the text of that file. Goes out: [`Config`].
//! Invariant: nothing in the file is ignored; a key that means nothing is an [`Error`] with its line.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use crate::{
    pattern::{self, Pattern},
    span::LineIndex,
    suggest,
    vocabulary::Vocabulary,
};

/// Name of the file at the root of a docs tree.
pub const FILE_NAME: &str = "docwright.toml";

/// The settings of a docs tree.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Name of the Rust package that is generated.
    pub crate_name: Option<String>,
    /// What to generate; everything if there is none.
    pub include: Vec<Pattern>,
    /// Headings, column heads and permission types in the spellings of the tree, beside the English ones.
    pub vocabulary: Vocabulary,
}

/// The file as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    crate_name: Option<String>,
    include: Vec<Spanned<String>>,
    vocabulary: BTreeMap<Spanned<String>, Vec<String>>,
    /// What the linter reads itself.
    lint: serde::de::IgnoredAny,
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system said no.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
    /// The file says something that means nothing here.
    #[error("{path}:{place}: {message}")]
    Content {
        /// The file.
        path: String,
        /// Line and column.
        place: String,
        /// What is wrong, and what could be meant.
        message: String,
    },
}

impl Config {
    /// The settings in `file`, or, if that is `None`, in the [`FILE_NAME`] of the folder `docs`; defaults if it has none.
    pub fn load(file: Option<&Path>, docs: &Path) -> Result<Self, Error> {
        let path = match file {
            Some(file) => file.to_path_buf(),
            None => docs.join(FILE_NAME),
        };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(source) if file.is_none() && source.kind() == io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(source) => Err(Error::Io { path, source }),
        }
    }

    /// The settings in `text`, which stands in the file at `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let failure = |offset: usize, message: String| Error::Content {
            path: path.display().to_string(),
            place: LineIndex::new(text)
                .line_column(text, offset as u32)
                .to_string(),
            message,
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            failure(offset, explain(error.message()))
        })?;
        let include = file.include.iter().map(|text| {
            let pattern = text.get_ref().parse();
            pattern.map_err(|error: pattern::Error| failure(text.span().start, error.to_string()))
        });
        let include = include.collect::<Result<_, _>>()?;
        let mut vocabulary = Vocabulary::default();
        for (word, spellings) in file.vocabulary {
            let place = word.span().start;
            let entry = BTreeMap::from([(word.into_inner(), spellings)]);
            vocabulary.extend(&entry).map_err(|unknown| {
                let hint = suggest::hint(&unknown.word, unknown.known);
                failure(
                    place,
                    format!("`{}` is no word of the vocabulary{hint}", unknown.word),
                )
            })?;
        }
        Ok(Self {
            crate_name: file.crate_name,
            include,
            vocabulary,
        })
    }

    /// The patterns that somebody gave, or those of the settings if there are none.
    pub fn include_or(&self, given: &[Pattern]) -> Vec<Pattern> {
        let chosen = if given.is_empty() {
            &self.include
        } else {
            given
        };
        chosen.to_vec()
    }
}

/// The parser's message; for an unknown key with the key that may be meant.
pub(crate) fn explain(message: &str) -> String {
    let names: Vec<_> = message.split('`').skip(1).step_by(2).collect();
    match (message.strip_prefix("unknown field "), names.as_slice()) {
        (Some(_), [key, known @ ..]) => {
            let hint = suggest::hint(key, known.iter().copied());
            format!(
                "unknown key `{key}`{hint} (known keys: {})",
                known.join(", ")
            )
        }
        _ => message.replace('\n', ", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Heading;

    fn failure(text: &str) -> String {
        Config::parse(text, Path::new("docs/docwright.toml"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_translated_tree_extends_the_vocabulary() {
        let text =
            "crate-name = \"x\"\n[vocabulary]\nproperties = [\"Propriedades\", \"Atributos\"]\n";
        let config = Config::parse(text, Path::new(FILE_NAME)).unwrap();
        assert_eq!(config.crate_name.as_deref(), Some("x"));
        for title in ["Propriedades", "Atributos", "Properties"] {
            let heading = config.vocabulary.heading(title);
            assert_eq!(heading, Some(Heading::Properties), "{title}");
        }
    }

    #[test]
    fn patterns_given_come_before_those_of_the_tree() {
        let config = Config::parse("include = [\"/me\"]\n", Path::new(FILE_NAME)).unwrap();
        let shown =
            |patterns: &[Pattern]| patterns.iter().map(Pattern::to_string).collect::<Vec<_>>();
        assert_eq!(shown(&config.include_or(&[])), ["/me"]);
        let given = ["user".parse().unwrap()];
        assert_eq!(shown(&config.include_or(&given)), ["user"]);
    }

    #[test]
    fn what_means_nothing_is_an_error_with_its_line() {
        insta::assert_snapshot!(failure("# words\n[vocabulry]\na = [\"b\"]\n"), @"docs/docwright.toml:2:2: unknown key `vocabulry`; did you mean `vocabulary`? (known keys: crate-name, include, vocabulary, lint)");
        insta::assert_snapshot!(failure("crate_name = \"x\"\n"), @"docs/docwright.toml:1:1: unknown key `crate_name`; did you mean `crate-name`? (known keys: crate-name, include, vocabulary, lint)");
        insta::assert_snapshot!(failure("colour = true\n"), @"docs/docwright.toml:1:1: unknown key `colour` (known keys: crate-name, include, vocabulary, lint)");
        insta::assert_snapshot!(failure("[vocabulary]\ntype = [\"Tipo\"]\npropertys = [\"Propriedades\"]\n"), @"docs/docwright.toml:3:1: `propertys` is no word of the vocabulary; did you mean `property`?");
        insta::assert_snapshot!(failure("[vocabulary]\nproperties = \"Propriedades\"\n"), @r#"docs/docwright.toml:2:14: invalid type: string "Propriedades", expected a sequence"#);
        insta::assert_snapshot!(failure("include = [\"/me\", \"/users//x\"]\n"), @"docs/docwright.toml:1:19: `/users//x` has nothing behind one of its slashes; write `/**` at the end for all that is below");
        insta::assert_snapshot!(failure("[vocabulary\n"), @"docs/docwright.toml:1:12: unclosed table, expected `]`");
        insta::assert_snapshot!(failure("[vocabulary]\n[vocabulary]\n"), @"docs/docwright.toml:2:2: duplicate key");
    }

    #[test]
    fn a_tree_without_settings_has_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::load(None, folder.path()).unwrap();
        assert_eq!(config.crate_name, None);
        let missing = folder.path().join("other.toml");
        let error = Config::load(Some(&missing), folder.path())
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("cannot read `") && error.contains("other.toml"),
            "{error}"
        );
    }
}
