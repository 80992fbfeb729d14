//! A Rust crate.

use super::Files;
use crate::api::Api;

/// What the user chooses about the crate.
#[derive(Clone, Debug)]
pub struct Options {
    /// Package name.
    pub crate_name: String,
}

/// The api as a Rust crate.
pub fn emit(_api: &Api, _options: &Options) -> Files {
    Files::new()
}
