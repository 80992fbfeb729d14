//! ApiDoctor's own configuration, read where it lies, so that a docs team can switch without writing another one.
//!
//! Comes in: the folders with pages. Goes out: [`ApiDoctor`]: headings in other words, files to leave out, workloads whose
//! errors are warnings, and links that are not followed. Its files are `table-header-config.json`, `schema-config.json` and
//! `link-validation-config.json`, in the root, in the folder of a version, or in `config` in one of these. What pages call
//! known in their annotations, [`super::suppression`] reads.
//! Invariant: a word that means something here already keeps its meaning.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use globset::Glob;
use serde::Deserialize;

use super::{
    beside::{self, TextFile},
    settings::{Level, PathLevels, Selector, Settings},
};
use crate::vocabulary::Vocabulary;

/// What ApiDoctor was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiDoctor {
    /// Headings, each with what it stands for in the words of the vocabulary.
    pub headings: Vec<(String, &'static str)>,
    /// Errors in files with one of these in their path are warnings.
    pub lenient: BTreeSet<String>,
    /// Folders whose files are left out.
    pub folders: BTreeSet<String>,
    /// Names of files that are left out.
    pub files: BTreeSet<String>,
    /// Links that begin so are not followed.
    pub links: BTreeSet<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}:{line}: no configuration of ApiDoctor: {message}", path.display())]
pub struct Error {
    path: PathBuf,
    line: usize,
    message: String,
}

/// ApiDoctor's kinds of tables in the words of the vocabulary.
const TABLES: &[(&str, &str)] = &[
    ("AuthScopes", "permissions"),
    ("EnumerationValues", "{} values"),
    ("ErrorCodes", "error responses"),
    ("HttpHeaders", "request headers"),
    ("PathParameters", "path parameters"),
    ("QueryStringParameters", "query parameters"),
    ("RequestObjectProperties", "request body"),
    ("ResourceNavigationPropertyDescriptions", "relationships"),
    ("ResourcePropertyDescriptions", "properties"),
];

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TableHeaders {
    table_definitions: TableDefinitions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TableDefinitions {
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Table {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    titles: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SchemaFile {
    schema_config: Schema,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Schema {
    folders_to_skip: Vec<String>,
    files_to_skip: Vec<String>,
    treat_errors_as_warnings_workloads: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Links {
    paths_to_ignore: Vec<String>,
}

impl ApiDoctor {
    /// Reads the configuration of these folders and of the root above them.
    pub fn read<'f>(
        root: &Path,
        folders: impl IntoIterator<Item = &'f PathBuf>,
    ) -> Result<Self, Error> {
        let mut places: Vec<PathBuf> = vec![root.to_path_buf()];
        places.extend(folders.into_iter().cloned());
        let configs: Vec<PathBuf> = places.iter().map(|it| it.join("config")).collect();
        places.extend(configs);
        let mut out = Self::default();
        for place in &places {
            let file = |name: &str| beside::read(&place.join(name));
            if let Some(file) = file("table-header-config.json") {
                out.add_headings(&parse(&file)?);
            }
            if let Some(file) = file("schema-config.json") {
                let SchemaFile { schema_config } = parse(&file)?;
                out.lenient
                    .extend(schema_config.treat_errors_as_warnings_workloads);
                out.folders.extend(schema_config.folders_to_skip);
                out.files.extend(schema_config.files_to_skip);
            }
            if let Some(file) = file("link-validation-config.json") {
                let Links { paths_to_ignore } = parse(&file)?;
                out.links.extend(paths_to_ignore);
            }
        }
        Ok(out)
    }

    fn add_headings(&mut self, file: &TableHeaders) {
        for table in &file.table_definitions.tables {
            let Some((_, word)) = TABLES.iter().find(|(kind, _)| *kind == table.kind) else {
                continue;
            };
            let is_named = word.contains("{}");
            for title in &table.titles {
                // `{x}` is where ApiDoctor has the name of an enumeration.
                let title = title.replace("{x}", "{}");
                if title.contains("{}") == is_named {
                    self.headings.push((title, word));
                }
            }
        }
    }

    /// Adds the headings to a vocabulary that does not know them yet.
    pub fn extend(&self, vocabulary: &mut Vocabulary) {
        for (title, word) in &self.headings {
            let sample = title.replace("{}", "x");
            let is_known = vocabulary.heading(&sample).is_some()
                || (title.contains("{}") && vocabulary.values_of(&sample).is_some());
            if !is_known {
                let spelling = BTreeMap::from([((*word).to_owned(), vec![title.clone()])]);
                // The words of `TABLES` are words of every vocabulary.
                let _ = vocabulary.extend(&spelling);
            }
        }
    }

    /// Adds what is left out and what is lenient to settings.
    pub fn apply(&self, settings: &mut Settings) {
        settings.lenient.extend(self.lenient.iter().cloned());
        let folders = self.folders.iter().map(|it| format!("**/{it}/**"));
        let files = self.files.iter().map(|it| format!("**/{it}"));
        for pattern in folders.chain(files) {
            let (Ok(glob), Ok(all)) = (Glob::new(&pattern), Selector::parse("all")) else {
                continue;
            };
            settings.paths.push(PathLevels {
                files: glob.compile_matcher(),
                levels: vec![(all, Level::Off)],
            });
        }
    }
}

fn parse<T: for<'t> Deserialize<'t>>(file: &TextFile) -> Result<T, Error> {
    serde_json::from_str(&file.text).map_err(|error| Error {
        path: file.path.clone(),
        line: error.line(),
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        lint::{Severity, rules},
        vocabulary::Heading,
    };

    #[test]
    fn a_configuration_is_understood_where_it_lies() {
        let root = tempfile::tempdir().unwrap();
        let version = root.path().join("v1.0");
        fs::create_dir_all(version.join("config")).unwrap();
        let write =
            |name: &str, text: &str| fs::write(version.join("config").join(name), text).unwrap();
        write(
            "table-header-config.json",
            r#"{"tableDefinitions": {"tables": [
                {"type": "ResourcePropertyDescriptions", "titles": ["Properties", "Fields"]},
                {"type": "EnumerationValues", "titles": ["Members", "{x} flags"]}]}}"#,
        );
        write(
            "schema-config.json",
            r#"{"schemaConfig": {"defaultNamespace": "a", "foldersToSkip": ["templates"], "filesToSkip": ["readme.md"],
                "treatErrorsAsWarningsWorkloads": ["bells"]}}"#,
        );
        write(
            "link-validation-config.json",
            r#"{"pathsToIgnore": ["/azure"]}"#,
        );
        let read = ApiDoctor::read(root.path(), [&version]).unwrap();
        assert!(read.links.contains("/azure"));

        let mut vocabulary = Vocabulary::default();
        read.extend(&mut vocabulary);
        assert_eq!(vocabulary.heading("Fields"), Some(Heading::Properties));
        assert_eq!(vocabulary.heading("Members"), Some(Heading::Members));
        assert_eq!(vocabulary.values_of("tone flags"), Some("tone"));

        let mut settings = Settings::default();
        read.apply(&mut settings);
        let rule = rules::find("TBL003").unwrap();
        assert_eq!(settings.level(rule, "v1.0/templates/a.md"), Level::Off);
        assert_eq!(settings.level(rule, "v1.0/api/README.md"), Level::On);
        assert_eq!(settings.level(rule, "v1.0/api/readme.md"), Level::Off);
        assert_eq!(
            settings.severity(rule, "v1.0/bells/a.md", Severity::Error),
            Some(Severity::Warning)
        );
        assert_eq!(
            settings.severity(rule, "v1.0/api/a.md", Severity::Error),
            Some(Severity::Error)
        );
    }

    #[test]
    fn what_is_no_configuration_is_told_with_its_line() {
        let root = tempfile::tempdir().unwrap();
        fs::write(
            root.path().join("schema-config.json"),
            "{\n\"schemaConfig\": 1}",
        )
        .unwrap();
        let error = ApiDoctor::read(root.path(), []).unwrap_err().to_string();
        assert!(
            error.contains("schema-config.json:2: no configuration of ApiDoctor: invalid type"),
            "{error}"
        );
    }
}
