//! Pages of enumerations.

use super::{Context, PageFacts};

/// Reads a page of enumerations.
pub(super) fn read(_cx: &Context, _out: &mut PageFacts) {}
