//! Emitters: pure functions from an [`Api`](crate::api::Api) to texts.
//!
//! Comes in: one resolved api. Goes out: [`Files`]. An emitter reads no file, knows no page and cannot fail;
//! it never looks at another emitter. [`crate::writer`] brings files to disk.

use std::collections::BTreeMap;

pub mod csdl;
pub mod openapi;
pub mod rust;
#[cfg(test)]
mod sample;

/// Texts by path below the output folder, with `/`.
pub type Files = BTreeMap<String, String>;
