//! Compiles API reference documents into an SDK, and tells where documents contradict each other.

// In data-flow order: a module uses only modules above it.
pub mod api;
pub mod docs;
pub mod emit;
pub mod facts;
pub mod front_matter;
pub mod ir;
pub mod sections;
pub mod span;
pub mod spelling;
pub mod vocabulary;
