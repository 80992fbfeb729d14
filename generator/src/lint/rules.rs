//! All rules, in the order of their codes.

use super::rule::Rule;

/// Declares the module of each rule, and the list of them.
macro_rules! rules {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*

        /// All rules by code.
        pub static ALL: &[&Rule] = &[$(&$module::RULE),*];
    };
}

rules! {
    csdl001_csdl_symbol_missing,
    ex001_example_json_invalid,
    ex002_example_json_lenient,
    ex003_example_unknown_property,
    ex004_example_value_type_mismatch,
    ex005_example_enum_value_unknown,
    ex006_example_type_undefined,
    ex007_status_differs_from_section,
    ex008_status_line_wrong,
    ex009_response_shape_mismatch,
    ex010_request_shape_wrong,
    ex011_example_wrong_version,
    ex012_example_placeholder_value,
    ex013_example_breaks_property_contract,
    ex014_request_body_is_array,
    ex015_body_without_blank_line,
    ex016_content_length_wrong,
    http001_http_request_missing,
    http002_http_path_literal_id,
    http003_http_path_malformed,
    http004_verb_mismatch,
    http005_example_path_not_documented,
    http006_path_unresolvable,
    http007_path_parameter_mismatch,
    http008_update_on_collection,
    tbl003_property_case_differs,
}

/// The rule with this code or name, in any case.
pub fn find(word: &str) -> Option<&'static Rule> {
    let mut rules = ALL.iter().copied();
    rules.find(|rule| rule.code.eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word))
}
