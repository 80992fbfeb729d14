//! Whether what is written can be read again.

use std::{collections::BTreeSet, path::Path};

use docwright::{
    Compilation,
    emit::{Files, csdl, openapi},
    generate,
};
use rayon::prelude::*;

/// Everything that is written from a compilation; reports what is wrong with it by `path: problem`.
pub(crate) fn problems(compilation: &Compilation) -> Vec<String> {
    let files = generate::rust(compilation, "sdk");
    let mut problems = rust_problems(&files);
    let xml = csdl::emit(&compilation.api);
    // Of the control characters, XML 1.0 knows three (section 2.2).
    if let Some(odd) = xml.chars().find(|c| {
        matches!(c, '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}') && !matches!(c, '\t' | '\n' | '\r')
    }) {
        problems.push(format!("csdl: {odd:?} is no character of XML"));
    }
    if let Err(error) = read_xml(&xml) {
        problems.push(format!("csdl: {error}"));
    }
    let json = openapi::emit(&compilation.api).to_string();
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&json) {
        problems.push(format!("openapi: {error}"));
    }
    problems
}

/// Files that are no Rust, or that name two things alike.
fn rust_problems(files: &Files) -> Vec<String> {
    let sources = files
        .iter()
        .filter(|(path, _)| is_rust(path) && !path.starts_with("src/runtime"));
    let sources: Vec<_> = sources.collect();
    let problems = sources
        .par_iter()
        .flat_map_iter(|(path, text)| file_problems(path, text));
    problems.collect()
}

fn file_problems(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    // What rustc refuses in comments: bare carriage returns, and what changes the direction of text.
    let refused = |c| matches!(c, '\r' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if let Some(odd) = text.chars().find(|c| refused(*c)) {
        problems.push(format!("{path}: rustc refuses {odd:?}"));
    }
    match syn::parse_file(text) {
        Ok(file) => {
            let twice = twice(&file.items);
            problems.extend(
                twice
                    .into_iter()
                    .map(|name| format!("{path}: {name} twice")),
            );
        }
        Err(error) => problems.push(format!("{path}: {error}")),
    }
    problems
}

fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

fn read_xml(text: &str) -> Result<(), quick_xml::Error> {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        if let quick_xml::events::Event::Eof = reader.read_event()? {
            return Ok(());
        }
    }
}

/// Names that stand twice among items, fields, variants or methods.
fn twice(items: &[syn::Item]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    let mut add = |name: String| {
        if !seen.insert(name.clone()) {
            out.push(name);
        }
    };
    for item in items {
        match item {
            syn::Item::Struct(item) => {
                add(item.ident.to_string());
                for field in item.fields.iter().filter_map(|field| field.ident.as_ref()) {
                    add(format!("{}.{field}", item.ident));
                }
            }
            syn::Item::Enum(item) => {
                add(item.ident.to_string());
                for variant in &item.variants {
                    add(format!("{}::{}", item.ident, variant.ident));
                }
            }
            syn::Item::Mod(item) => add(format!("mod {}", item.ident)),
            syn::Item::Impl(item) if item.trait_.is_none() => {
                let syn::Type::Path(owner) = &*item.self_ty else {
                    continue;
                };
                let owner = owner
                    .path
                    .segments
                    .last()
                    .map(|last| last.ident.to_string());
                for method in &item.items {
                    if let syn::ImplItem::Fn(method) = method {
                        add(format!(
                            "{}::{}()",
                            owner.as_deref().unwrap_or_default(),
                            method.sig.ident
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    out
}
