//! Resource pages.

use super::{Context, PageFacts};

/// Reads a resource page.
pub(super) fn read(_cx: &Context, _out: &mut PageFacts) {}
