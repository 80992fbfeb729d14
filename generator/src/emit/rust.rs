//! A Rust crate.
//!
//! Comes in: the api. Goes out: the files of a crate that needs nothing of this one: models, builders of requests, the
//! runtime below `generator/support`, word for word, which is real Rust and has its tests with it, and programs to try.
//! Invariant: names are decided before tokens are written (see [`names`]), and files do not depend on each other, so that
//! they are written side by side and come out the same for any number of threads.

mod actions;
mod ast;
mod contract;
mod cycles;
mod docs;
mod examples;
mod features;
mod format;
mod functions;
mod layout;
mod manifest;
mod models;
mod names;
mod payload;
mod record;
mod requests;
mod samples;
mod template;
mod trie;
mod types;

#[cfg(test)]
mod tests;

pub(crate) use types::primitive;

use super::Files;
use crate::api::Api;

/// What the output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A crate of its own, with a Cargo feature for each area.
    Crate,
    /// A module of a package that has features of its own, so that everything is there. Its examples are not tested with the
    /// package.
    Module,
}

/// What the user chooses about the crate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Package name.
    pub crate_name: String,
    /// Whether the crate tests itself with the examples of the documentation.
    pub contract_tests: bool,
    /// What the output is.
    pub form: Form,
}

impl Options {
    /// A crate without tests made of examples.
    pub fn new(crate_name: impl Into<String>) -> Self {
        Self {
            crate_name: crate_name.into(),
            contract_tests: false,
            form: Form::Crate,
        }
    }
}

/// Paths below `src` with the texts of the files at the same paths below `generator/support`.
macro_rules! support {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../support/", $path)))),*]
    };
}

/// The runtime that every crate brings along.
const RUNTIME: &[(&str, &str)] = support![
    "runtime.rs",
    "runtime/enums.rs",
    "runtime/extra.rs",
    "runtime/http.rs",
    "runtime/http/attempt.rs",
    "runtime/http/authorize.rs",
    "runtime/http/batch.rs",
    "runtime/http/client.rs",
    "runtime/http/cloud.rs",
    "runtime/http/delta.rs",
    "runtime/http/error.rs",
    "runtime/http/fault.rs",
    "runtime/http/monitor.rs",
    "runtime/http/pager.rs",
    "runtime/http/path.rs",
    "runtime/http/query.rs",
    "runtime/http/redirect.rs",
    "runtime/http/request.rs",
    "runtime/http/retry.rs",
    "runtime/http/sign_in.rs",
    "runtime/http/telemetry.rs",
    "runtime/http/upload.rs",
    "runtime/json.rs",
    "runtime/model.rs",
    "runtime/nav.rs",
    "runtime/page.rs",
    "runtime/scalar.rs",
];

/// The api as a Rust crate.
pub fn emit(api: &Api, options: &Options) -> Files {
    let names = names::Names::new(api);
    let actions = actions::Actions::new(api);
    let trie = trie::Trie::new(api);
    let functions = functions::Functions::new(&trie);
    let features = features::Features::new(api, options.form);
    let cycles = cycles::Cycles::new(api);
    let samples = samples::Samples::new(api, &names, &actions, &trie, &functions, &cycles, options);
    let examples = examples::Examples::new(api, &trie, &functions, &features, &samples, options);
    let mut files = Files::new();
    files.extend(manifest::emit(api, options, &features, &examples));
    files.extend(examples.files());
    files.extend(models::emit(api, &names, &cycles, &features));
    files.extend(actions.emit(api, &names, &features));
    files.extend(requests::emit(
        api, &names, &actions, &trie, &functions, &features, &samples,
    ));
    if options.contract_tests {
        files.extend(contract::emit(api, &names, &actions, &trie, &functions));
    }
    files.extend(
        RUNTIME
            .iter()
            .map(|(path, text)| (format!("src/{path}"), (*text).to_owned())),
    );
    files
}
