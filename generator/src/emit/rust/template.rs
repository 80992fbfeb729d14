//! Texts with marks: `{{name}}` stands for a value.

/// Puts values in the place of their marks.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let text = template.to_owned();
    values.iter().fold(text, |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}
