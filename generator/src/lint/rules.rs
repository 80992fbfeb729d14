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
    ann001_annotation_invalid_json,
    ann002_annotation_unknown_key,
    ann003_code_block_unannotated,
    ann004_request_response_unpaired,
    ann005_duplicate_request_name,
    ann006_annotation_names_unknown_property,
    ann007_type_defined_twice,
    ann008_resource_page_without_type,
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
    enm001_enum_prose_members_differ,
    enm002_enum_defined_twice_differently,
    enm003_enum_members_copied,
    enm004_evolvable_enum_order,
    enm005_enum_declared_as_string,
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
    gen001_generated_code_stale,
    gen002_generated_symbol_differs,
    gen003_example_does_not_round_trip,
    http001_http_request_missing,
    http002_http_path_literal_id,
    http003_http_path_malformed,
    http004_verb_mismatch,
    http005_example_path_not_documented,
    http006_path_unresolvable,
    http007_path_parameter_mismatch,
    http008_update_on_collection,
    lnk001_link_target_missing,
    lnk002_link_case_mismatch,
    lnk003_link_anchor_missing,
    lnk004_toc_drift,
    lnk006_link_absolute,
    meta001_unused_suppression,
    meta002_suppression_without_reason,
    meta003_stale_baseline_entry,
    meta004_suppression_of_unknown_rule,
    oas001_openapi_operation_missing,
    oas002_openapi_operation_undocumented,
    oas003_openapi_schema_differs,
    page001_required_section_missing,
    page002_heading_not_canonical,
    page003_heading_order_or_level,
    page004_front_matter_invalid,
    page005_title_type_name_mismatch,
    page006_namespace_line_wrong,
    page007_version_banner_wrong,
    page008_unclosed_block,
    page009_placeholder_left,
    page010_template_variable_left,
    perm001_permission_unknown,
    perm002_permission_kind_mismatch,
    perm003_permission_table_malformed,
    perm004_permission_order,
    perm005_permission_order_reversed,
    tbl001_property_missing_in_table,
    tbl002_property_missing_in_json,
    tbl003_property_case_differs,
    tbl004_property_type_mismatch,
    tbl005_property_collection_mismatch,
    tbl006_type_cell_not_canonical,
    tbl007_type_cell_unparseable,
    tbl008_type_undefined,
    tbl009_type_link_wrong_target,
    tbl010_table_malformed,
    tbl011_type_cell_names_nothing,
    tbl012_table_wording_run_together,
    xpg001_methods_table_drift,
    xpg002_v1_beta_divergence,
    xpg003_inherited_property_redeclared,
}

/// The rule with this code or name, in any case.
pub fn find(word: &str) -> Option<&'static Rule> {
    let mut rules = ALL.iter().copied();
    rules.find(|rule| rule.code.eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word))
}

/// What comments say of findings that are not there.
pub(super) static UNUSED_SUPPRESSION: &Rule = &meta001_unused_suppression::RULE;
/// Comments without a reason.
pub(super) static SUPPRESSION_WITHOUT_REASON: &Rule = &meta002_suppression_without_reason::RULE;
/// What a baseline says of findings that are not there.
pub(super) static STALE_BASELINE_ENTRY: &Rule = &meta003_stale_baseline_entry::RULE;
/// Comments on rules that are none.
pub(super) static SUPPRESSION_OF_UNKNOWN_RULE: &Rule = &meta004_suppression_of_unknown_rule::RULE;
