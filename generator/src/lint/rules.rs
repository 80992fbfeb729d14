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
    chg001_symbol_removed,
    chg002_symbol_renamed_case,
    chg003_member_type_changed,
    chg004_operation_changed,
    chg005_enum_member_added,
    chg006_permission_set_changed,
    chg007_unannounced_removal,
    csdl001_csdl_symbol_missing,
    csdl002_csdl_symbol_undocumented,
    csdl003_csdl_type_differs,
    csdl004_csdl_case_differs,
    csdl005_csdl_facets_differ,
    csdl006_csdl_nav_kind_differs,
    csdl007_csdl_enum_members_differ,
    ex003_example_unknown_property,
    gen001_generated_code_stale,
    gen002_generated_symbol_differs,
    gen003_example_does_not_round_trip,
    oas001_openapi_operation_missing,
    oas002_openapi_operation_undocumented,
    oas003_openapi_schema_differs,
    tbl003_property_case_differs,
}

/// The rule with this code or name, in any case.
pub fn find(word: &str) -> Option<&'static Rule> {
    let mut rules = ALL.iter().copied();
    rules.find(|rule| rule.code.eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word))
}
