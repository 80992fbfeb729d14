//! What rustc does not check about the source code of this workspace.
//!
//! - A module of the generator uses only modules listed above it in `lib.rs`; emitters do not use each other.
//! - Every file begins with `//!`.
//! - No placeholder is left behind.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};

use crate::{Outcome, root};

/// Folders with source code by people; the examples of the generator come with it.
const FOLDERS: [&str; 5] = [
    "generator/src",
    "generator/support",
    "generator/tests",
    "xtask/end-to-end",
    "xtask/src",
];

/// Macros that mark code as unfinished or as a probe.
const PROBES: [&str; 3] = ["dbg", "todo", "unimplemented"];

/// Words that mark a comment as a note to oneself.
const NOTES: [&str; 3] = ["TODO", "FIXME", "XXX"];

pub(crate) fn run(_: &[String]) -> Outcome {
    let problems = problems()?;
    if problems.is_empty() {
        println!("tidy");
        return Ok(());
    }
    for problem in &problems {
        println!("{problem}");
    }
    Err(format!("{} problems", problems.len()).into())
}

/// One line for each problem, by file.
fn problems() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let source = root().join("generator/src");
    let order = module_order(&fs::read_to_string(source.join("lib.rs"))?)?;
    // What emitters share is private to `emit`.
    let emitters = public_modules(&fs::read_to_string(source.join("emit.rs"))?)?;
    let mut files = Vec::new();
    for folder in FOLDERS.map(|folder| root().join(folder)) {
        if folder.is_dir() {
            rust_files(&folder, &mut files)?;
        }
    }
    files.sort();
    let mut problems = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let name = file
            .strip_prefix(root())?
            .to_string_lossy()
            .replace('\\', "/");
        let tokens: TokenStream = text.parse().map_err(|error| format!("{name}: {error}"))?;
        let mut found = file_problems(&text);
        found.extend(probes(tokens.clone()));
        if let Some(module) = module_path(&name) {
            found.extend(order_problems(&order, &emitters, &module, tokens));
        }
        problems.extend(
            found
                .into_iter()
                .map(|problem| format!("{name}: {problem}")),
        );
    }
    Ok(problems)
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            rust_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// The modules that a file declares, in its order.
fn module_order(text: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let tokens: Vec<_> = text.parse::<TokenStream>()?.into_iter().collect();
    Ok(tokens.windows(3).filter_map(declared).collect())
}

/// The modules that a file declares with `pub`.
fn public_modules(text: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let tokens: Vec<_> = text.parse::<TokenStream>()?.into_iter().collect();
    let public = tokens
        .windows(4)
        .filter(|window| matches!(&window[0], TokenTree::Ident(word) if word == "pub"));
    Ok(public.filter_map(|window| declared(&window[1..])).collect())
}

/// The name in `mod name;`.
fn declared(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [TokenTree::Ident(word), TokenTree::Ident(name), end]
            if word == "mod" && is_punct(Some(end), ';') =>
        {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// The module that a file of the library is: `generator/src/emit/rust/names.rs` is `emit`, `rust`, `names`.
///
/// `None` for files that are no module of the library.
fn module_path(file: &str) -> Option<Vec<String>> {
    let path = file.strip_prefix("generator/src/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let parts: Vec<_> = path.split('/').map(str::to_owned).collect();
    let is_shell = matches!(
        parts.first().map(String::as_str),
        Some("lib" | "main" | "cli" | "bin")
    );
    (!is_shell).then_some(parts)
}

/// Header and comments.
fn file_problems(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    // What a rule of the linter does, the page beside it says.
    let has_page = text.contains("doc: include_str!(");
    if !text.starts_with("//!") && !has_page {
        problems.push(
            "does not begin with `//!`: say what comes in, what goes out, and what always holds"
                .to_owned(),
        );
    }
    for (at, line) in text.lines().enumerate() {
        let comment = line
            .trim_start()
            .strip_prefix("//")
            .map(|rest| rest.trim_start_matches(['/', '!', ' ']));
        if let Some(note) = NOTES
            .iter()
            .find(|note| comment.is_some_and(|comment| comment.starts_with(*note)))
        {
            problems.push(format!(
                "line {}: `{note}` in a comment; do it, or file it",
                at + 1
            ));
        }
    }
    problems
}

/// Macros that nobody wants to commit.
fn probes(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut problems = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => problems.extend(probes(group.stream())),
            TokenTree::Ident(name)
                if PROBES.iter().any(|probe| name == probe)
                    && is_punct(tokens.get(at + 1), '!') =>
            {
                problems.push(format!("`{name}!` is left in the code"));
            }
            _ => {}
        }
    }
    problems
}

/// Uses of modules that stand below this one, and of other emitters.
fn order_problems(
    order: &[String],
    emitters: &[String],
    module: &[String],
    tokens: TokenStream,
) -> Vec<String> {
    let rank = |name: &str| order.iter().position(|known| known == name);
    let Some(own) = module.first().and_then(|name| rank(name)) else {
        return vec!["is no module that `lib.rs` lists".to_owned()];
    };
    let mut uses = Vec::new();
    paths(tokens, &mut module.to_vec(), &mut uses);
    let mut problems = Vec::new();
    for path in uses {
        let [first, rest @ ..] = path.as_slice() else {
            continue;
        };
        let is_below = rank(first).is_some_and(|rank| rank > own);
        let other_emitter = first == "emit"
            && module[0] == "emit"
            && matches!((module.get(1), rest.first()), (Some(own), Some(other)) if own != other && emitters.contains(other));
        let name = path.join("::");
        if is_below {
            problems.push(format!(
                "uses `{name}`, but `lib.rs` lists `{first}` below `{}`",
                module[0]
            ));
        } else if other_emitter {
            problems.push(format!("uses `{name}`: emitters do not know each other"));
        }
    }
    problems
}

/// Adds the absolute form of every path in `tokens` that begins with `crate`, `self` or `super`.
fn paths(tokens: TokenStream, module: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if *word == "mod" => {
                if let [TokenTree::Ident(name), TokenTree::Group(body)] =
                    &tokens[at + 1..tokens.len().min(at + 3)]
                {
                    module.push(name.to_string());
                    paths(body.stream(), module, found);
                    module.pop();
                    at += 2;
                }
            }
            TokenTree::Ident(word) if is_path_sep(&tokens, at + 1) && !is_path_end(&tokens, at) => {
                let start = match word.to_string().as_str() {
                    "crate" => Some(Vec::new()),
                    "self" => Some(module.clone()),
                    "super" => Some(module[..module.len().saturating_sub(1)].to_vec()),
                    _ => None,
                };
                if let Some(prefix) = start {
                    expand(&tokens, at + 3, &prefix, found);
                }
            }
            TokenTree::Group(group) => paths(group.stream(), module, found),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
}

/// Adds `prefix` with each of the ways in which the path goes on at `at`: a name, or a group of them.
fn expand(tokens: &[TokenTree], at: usize, prefix: &[String], found: &mut Vec<Vec<String>>) {
    match tokens.get(at) {
        Some(TokenTree::Ident(name)) if *name == "super" => {
            let parent = &prefix[..prefix.len().saturating_sub(1)];
            expand(tokens, at + 3, parent, found);
        }
        Some(TokenTree::Ident(name)) => {
            let mut path = prefix.to_vec();
            path.push(name.to_string());
            if is_path_sep(tokens, at + 1) {
                expand(tokens, at + 3, &path, found);
            } else {
                found.push(path);
            }
        }
        Some(TokenTree::Group(group)) => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            for part in inner.split(|token| is_punct(Some(token), ',')) {
                expand(part, 0, prefix, found);
            }
        }
        Some(TokenTree::Punct(_) | TokenTree::Literal(_)) | None => {}
    }
}

/// Whether `::` stands at `at`.
fn is_path_sep(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

/// Whether `::` stands before `at`, so that the word there does not begin a path.
fn is_path_end(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && is_path_sep(tokens, at - 2)
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        assert_eq!(problems().unwrap(), Vec::<String>::new());
    }

    #[track_caller]
    fn check(module: &str, code: &str, expected: &[&str]) {
        let order = ["span", "docs", "facts", "emit", "lint"].map(str::to_owned);
        let module: Vec<_> = module.split("::").map(str::to_owned).collect();
        assert_eq!(
            order_problems(
                &order,
                &["rust", "csdl", "openapi"].map(str::to_owned),
                &module,
                code.parse().unwrap()
            ),
            expected
        );
    }

    #[test]
    fn modules_look_up_only() {
        check(
            "facts",
            "use crate::{span::{ByteRange, LineIndex}, docs::Docs}; use super::docs;",
            &[],
        );
        check(
            "docs",
            "fn f() -> crate::facts::Fact { todo() }",
            &["uses `facts::Fact`, but `lib.rs` lists `facts` below `docs`"],
        );
        check(
            "docs",
            "use crate::{span::X, lint::{self, Rule}};",
            &[
                "uses `lint::self`, but `lib.rs` lists `lint` below `docs`",
                "uses `lint::Rule`, but `lib.rs` lists `lint` below `docs`",
            ],
        );
        check(
            "docs::reader",
            "use super::super::emit::Files;",
            &["uses `emit::Files`, but `lib.rs` lists `emit` below `docs`"],
        );
        check(
            "docs",
            "mod tests { use super::*; use super::super::facts; }",
            &["uses `facts`, but `lib.rs` lists `facts` below `docs`"],
        );
        check("elsewhere", "", &["is no module that `lib.rs` lists"]);
    }

    #[test]
    fn emitters_do_not_know_each_other() {
        check(
            "emit::rust",
            "use super::Files; use crate::emit::rust::names;",
            &[],
        );
        check(
            "emit::rust::names",
            "use super::types; use crate::emit::Files;",
            &[],
        );
        check(
            "emit::rust",
            "use super::csdl;",
            &["uses `emit::csdl`: emitters do not know each other"],
        );
        check(
            "emit::rust",
            "crate::emit::openapi::emit(api)",
            &["uses `emit::openapi::emit`: emitters do not know each other"],
        );
    }

    #[test]
    fn leftovers_are_found() {
        assert_eq!(
            probes("fn f() { dbg!(1); }".parse().unwrap()),
            ["`dbg!` is left in the code"]
        );
        assert_eq!(
            file_problems("//! Fine.\nlet x = \"TODO\"; // said by pages\n"),
            Vec::<String>::new()
        );
        assert_eq!(file_problems("fn f() {}\n    // FIXME later\n").len(), 2);
    }
}
