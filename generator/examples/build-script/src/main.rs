//! Uses the module that the build script made of the pages in `docs`.

include!(concat!(env!("OUT_DIR"), "/graph.rs"));

use graph::models::Bicycle;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let answer = r#"{"id": "7", "frameNumber": "WB-1817", "gears": 3, "state": "repaired"}"#;
    let bicycle: Bicycle = serde_json::from_str(answer)?;
    println!("{}", serde_json::to_string_pretty(&bicycle)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_reads_and_writes_what_the_pages_describe() {
        let answer = r#"{"id":"7","gears":3,"state":"repaired"}"#;
        let bicycle: Bicycle = serde_json::from_str(answer).unwrap();
        assert_eq!(bicycle.gears, Some(3));
        assert_eq!(serde_json::to_string(&bicycle).unwrap(), answer);
    }
}
