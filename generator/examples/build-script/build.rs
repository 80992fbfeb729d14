//! Compiles the pages in `docs` to the module `graph`.

use docwright::{Builder, builder::Error};

fn main() -> Result<(), Error> {
    Builder::new().docs("docs").module("graph").compile()
}
