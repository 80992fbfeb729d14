//! Stage dumps.

use crate::Compilation;

/// Sections.
pub fn sections(_: &Compilation, _: Option<&str>) -> String {
    String::new()
}
/// Facts.
pub fn facts(_: &Compilation, _: Option<&str>) -> String {
    String::new()
}
/// Api.
pub fn api(_: &Compilation, _: Option<&str>) -> String {
    String::new()
}
/// Coverage.
pub fn coverage(_: &Compilation, _: Option<&str>) -> String {
    String::new()
}
