//! JUnit XML: a suite for each file, a failed test for each finding. What never fails a run is a skipped test; no findings
//! are one test that passed, since build servers take an empty report for a broken one.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Spot, by_file, in_words};
use crate::lint::{
    finding::{Finding, Severity},
    world::World,
};

pub(super) fn render(world: &World, findings: &[Finding]) -> String {
    let mut report = Report::new("docwright");
    for group in by_file(findings) {
        let Some(first) = group.first() else {
            continue;
        };
        let mut suite = TestSuite::new(world.files.get(first.primary.file).path.as_str());
        suite.add_test_cases(group.iter().map(|finding| case(world, finding)));
        report.add_test_suite(suite);
    }
    if findings.is_empty() {
        let mut suite = TestSuite::new("docwright");
        suite.add_test_case(TestCase::new("lint", TestCaseStatus::success()));
        report.add_test_suite(suite);
    }
    // Written to memory, so there is nothing that could fail.
    report.to_string().unwrap_or_default()
}

fn case(world: &World, finding: &Finding) -> TestCase {
    let Spot { path, start, .. } = Spot::of(world, &finding.primary);
    let mut status = match finding.severity {
        Severity::Error | Severity::Warning => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Severity::Info => TestCaseStatus::skipped(),
    };
    status
        .set_message(finding.message.as_str())
        .set_type(finding.severity.as_str())
        .set_description(format!("{path}:{start}: {}", in_words(world, finding)));
    // No line in the name, so that build servers know the test again.
    let rule = finding.rule;
    let name = format!("{} {}", rule.code, finding.symbol);
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("docwright.{}", rule.name));
    let attributes = [
        ("file", path.to_owned()),
        ("line", start.line.to_string()),
        ("column", start.column.to_string()),
    ];
    let attributes = attributes.map(|(key, value)| (key.into(), value.into()));
    case.extra.extend(attributes);
    case
}
