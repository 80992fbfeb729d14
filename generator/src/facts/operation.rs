//! Operation pages.

use super::{Context, PageFacts};

/// Reads an operation page.
pub(super) fn read(_cx: &Context, _out: &mut PageFacts) {}
