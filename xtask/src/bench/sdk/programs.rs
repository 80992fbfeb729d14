//! The programs that use the crates: what a user would write, once for ours and once for the peer.
//!
//! Comes in: names of types. Goes out: packages as manifest and `src/main.rs`. Two programs of one kind do the same.

/// What [`forty`] calls the unit of its result, and what else it may call it.
pub(super) const UNITS: [&str; 2] = [" bytes", " octets"];

/// A package with one file.
pub(super) struct Program {
    pub(super) package: String,
    dependencies: String,
    pub(super) main: String,
}

impl Program {
    fn new(kind: &str, dependencies: &[&str], main: String) -> Self {
        Self {
            package: kind.to_owned(),
            dependencies: dependencies.join("\n"),
            main,
        }
    }

    pub(super) fn manifest(&self) -> String {
        let Self {
            package,
            dependencies,
            ..
        } = self;
        format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{dependencies}\n"
        )
    }
}

/// The types alone: what a program with serde derive has, too.
const OF_OURS: &str =
    "msgraph = { path = \"../msgraph\", default-features = false, features = [\"full\"] }";
/// The same with requests.
const WITH_CLIENT: &str = "msgraph = { path = \"../msgraph\" }";
const OF_DERIVED: &str = "derived = { path = \"../derived\" }";
const JSON: &str = "serde_json = \"1\"";
const RUNTIME: &str = "tokio = { version = \"1\", features = [\"macros\", \"rt\"] }";

/// Reads a page of one type and shows which items are on it.
pub(super) fn user(ty: &str) -> [Program; 2] {
    let main = |read: &str| {
        format!(
            r#"fn main() {{
    let text = std::io::read_to_string(std::io::stdin()).expect("stdin is text");
    let page = {read}.expect("stdin is a page");
    for item in page.value {{
        println!("{{}}", item.id.unwrap_or_default());
    }}
}}
"#
        )
    };
    let ours = format!(
        "<msgraph::runtime::Page<msgraph::models::{ty}> as msgraph::runtime::Json>::from_json(&text)"
    );
    let derived = format!("serde_json::from_str::<derived::Page<derived::{ty}>>(&text)");
    [
        Program::new("user-ours", &[OF_OURS], main(&ours)),
        Program::new("user-derived", &[OF_DERIVED, JSON], main(&derived)),
    ]
}

/// Asks the service for a page of users and shows which are on it.
pub(super) fn client() -> [Program; 2] {
    let ours = r#"use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

#[derive(Debug)]
struct Given(String);

#[async_trait::async_trait]
impl TokenCredential for Given {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let end = azure_core::time::OffsetDateTime::now_utc() + azure_core::time::Duration::hours(1);
        Ok(AccessToken::new(self.0.clone(), end))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> azure_core::Result<()> {
    let token = std::env::var("TOKEN").unwrap_or_default();
    let client = msgraph::GraphClient::new(Arc::new(Given(token)), None)?;
    for item in client.users().list().await?.value {
        println!("{}", item.id.unwrap_or_default());
    }
    Ok(())
}
"#;
    let derived = r#"#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("TOKEN").unwrap_or_default();
    let request = reqwest::Client::new().get("https://graph.microsoft.com/beta/users");
    let text = request.bearer_auth(token).send().await?.error_for_status()?.text().await?;
    let page: derived::Page<derived::User> = serde_json::from_str(&text)?;
    for item in page.value {
        println!("{}", item.id.unwrap_or_default());
    }
    Ok(())
}
"#;
    let azure = "azure_core = { version = \"1.1\", default-features = false }";
    let reqwest = "reqwest = { version = \"0.13\", default-features = false, features = [\"gzip\", \"rustls\"] }";
    [
        Program::new(
            "client-ours",
            &[WITH_CLIENT, azure, "async-trait = \"0.1\"", RUNTIME],
            ours.to_owned(),
        ),
        Program::new(
            "client-derived",
            &[OF_DERIVED, JSON, reqwest, RUNTIME],
            derived.to_owned(),
        ),
    ]
}

/// Reads and writes a value of each type.
pub(super) fn forty(types: &[String]) -> [Program; 2] {
    let main = |module: &str, again: &str, function: &str| {
        let calls: Vec<_> = types
            .iter()
            .map(|ty| format!("    size += again::<{module}::{ty}>(&text);\n"))
            .collect();
        format!(
            "{again}\n{function}\nfn main() {{\n    \
             let text = std::io::read_to_string(std::io::stdin()).expect(\"stdin is text\");\n    \
             let mut size = 0;\n{}    println!(\"{{size}}{unit}\");\n}}\n",
            calls.concat(),
            unit = UNITS[0]
        )
    };
    let ours = main(
        "models",
        "use msgraph::{models, runtime::Json};\n",
        "fn again<T: Json>(text: &str) -> usize {\n    T::from_json(text).map_or(0, |value| value.to_json().len())\n}\n",
    );
    let derived = main(
        "derived",
        "use serde::{Serialize, de::DeserializeOwned};\n",
        "fn again<T: Serialize + DeserializeOwned>(text: &str) -> usize {\n    \
         let value = serde_json::from_str::<T>(text);\n    \
         value.ok().and_then(|value| serde_json::to_string(&value).ok()).map_or(0, |json| json.len())\n}\n",
    );
    [
        Program::new("forty-ours", &[OF_OURS], ours),
        Program::new(
            "forty-derived",
            &[OF_DERIVED, JSON, "serde = \"1\""],
            derived,
        ),
    ]
}

/// Reads and writes a page with both crates in turn, and says how many nanoseconds each took at least.
///
/// Fails if what was written is not what was read, by value.
pub(super) fn decode(ty: &str) -> Program {
    let main = format!(
        r#"use std::{{hint::black_box, time::Instant}};

use msgraph::runtime::Json;

type Ours = msgraph::runtime::Page<msgraph::models::{ty}>;
type Derived = derived::Page<derived::{ty}>;

/// Nanoseconds of the fastest of two functions' runs, which take turns.
fn least(one: &dyn Fn(), other: &dyn Fn()) -> [u128; 2] {{
    let mut least = [u128::MAX; 2];
    for _ in 0..40 {{
        for (least, run) in least.iter_mut().zip([one, other]) {{
            let start = Instant::now();
            run();
            *least = start.elapsed().as_nanos().min(*least);
        }}
    }}
    least
}}

fn value(text: &str) -> serde_json::Value {{
    serde_json::from_str(text).expect("JSON")
}}

fn main() {{
    let text = std::io::read_to_string(std::io::stdin()).expect("stdin is text");
    let ours = Ours::from_json(&text).expect("ours reads the page");
    let derived: Derived = serde_json::from_str(&text).expect("serde reads the page");
    assert_eq!(value(&ours.to_json()), value(&text), "ours writes what it read");
    let [one, other] = least(
        &|| drop(black_box(Ours::from_json(black_box(&text)))),
        &|| drop(black_box(serde_json::from_str::<Derived>(black_box(&text)))),
    );
    println!("{{one}} {{other}}");
    let [one, other] = least(
        &|| drop(black_box(black_box(&ours).to_json())),
        &|| drop(black_box(serde_json::to_string(black_box(&derived)))),
    );
    println!("{{one}} {{other}}");
}}
"#
    );
    Program::new("decode", &[OF_OURS, OF_DERIVED, JSON], main)
}
