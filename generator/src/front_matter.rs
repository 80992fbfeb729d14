//! Front matter: the YAML at the top of a page.
//!
//! Comes in: the text between the `---` lines. Goes out: its scalar entries. The only module that knows which YAML
//! library is in use.

use std::collections::BTreeMap;

/// Reads the scalar entries; sequences and mappings are left out.
///
/// # Errors
/// What is wrong with the YAML, in one line.
pub fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let entries: BTreeMap<String, serde_yaml::Value> =
        serde_yaml::from_str(text).map_err(|error| error.to_string())?;
    Ok(entries
        .into_iter()
        .filter_map(|(key, value)| Some((key, scalar(value)?)))
        .collect())
}

/// Reads a whole document of YAML or JSON, such as OpenAPI.
///
/// # Errors
/// What is wrong with the YAML, in one line.
pub fn document(text: &str) -> Result<serde_json::Value, String> {
    serde_yaml::from_str(text).map_err(|error| error.to_string())
}

/// A whole document as YAML, for [`crate::emit::openapi`]; it stands here for the sake of the library.
///
/// # Errors
/// What cannot be written as YAML, in one line.
pub fn print(document: &serde_json::Value) -> Result<String, String> {
    serde_yaml::to_string(document).map_err(|error| error.to_string())
}

/// The value of one entry as written on its line, without quotes. Much cheaper than [`parse`], for the entries that
/// are a word or a sentence.
pub fn word<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix(':'))?;
    Some(line.trim().trim_matches(['"', '\'']))
}

fn scalar(value: serde_yaml::Value) -> Option<String> {
    match value {
        serde_yaml::Value::String(text) => Some(text),
        serde_yaml::Value::Bool(value) => Some(value.to_string()),
        serde_yaml::Value::Number(value) => Some(value.to_string()),
        serde_yaml::Value::Null
        | serde_yaml::Value::Sequence(_)
        | serde_yaml::Value::Mapping(_)
        | serde_yaml::Value::Tagged(_) => None,
    }
}
