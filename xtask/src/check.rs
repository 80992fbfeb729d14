//! Whether `generated/` is what `docs-input/` says, every byte of it.

use docwright::writer;

use crate::{Outcome, regen, root};

pub(crate) fn run(_: &[String]) -> Outcome {
    let differences = writer::check(&root().join("generated"), &regen::files()?)?;
    if differences.is_empty() {
        println!("generated: up to date");
        return Ok(());
    }
    print!("{}", writer::Report(&differences));
    Err("generated/ differs from what docs-input/ says; run `cargo xtask regen` and commit the result".into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_is_up_to_date() {
        super::run(&[]).unwrap();
    }
}
