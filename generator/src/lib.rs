//! Compiles API reference documents into an SDK, and tells where documents contradict each other.

// In data-flow order: a module uses only modules above it.
pub mod api;
pub mod emit;
pub mod ir;
pub mod prose;
pub mod span;
