//! The page of each rule is its test: what it shows under `## Flagged` is found at the places it tells, what it shows under
//! `## Not flagged` is left alone, and what it calls fixed is what fixing makes of it.
//!
//! A section is a little docs repository. A block with four back-ticks is a file; its path follows the language. Pages lie
//! in `v1.0` unless the path names a version. `DOCWRIGHT_UPDATE=1 cargo test --test rules` writes the findings and the fixed
//! files into the pages: read the diff as if you had to defend it.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use docwright::{
    api::Api,
    csdl::{self, Metadata, StructuredType, TypeRef},
    docs::{DocsTree, MetadataFile},
    emit,
    ir::ApiVersion,
    lint::{
        self, Check, Finding, Preset, Rule, Subject, World,
        baseline::Baseline,
        beside, fix,
        rule::Fixes,
        rules,
        run::{self, Known},
        settings::{Base, Settings},
    },
    vocabulary::Vocabulary,
};

/// A section of a rule's page.
struct Case<'t> {
    title: &'t str,
    blocks: Vec<Block<'t>>,
}

/// A block with four back-ticks.
struct Block<'t> {
    /// What follows the back-ticks: `md resources/book.md`.
    info: &'t str,
    text: &'t str,
}

impl<'t> Block<'t> {
    /// The path of a file, and whether it is one after fixing.
    fn file(&self) -> Option<(&'t str, bool)> {
        let (_, rest) = self.info.split_once(' ')?;
        Some(match rest.strip_suffix(" (fixed)") {
            Some(path) => (path, true),
            None => (rest, false),
        })
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules")
}

fn page_of(rule: &Rule) -> PathBuf {
    let name = format!("{}_{}.md", rule.code, rule.name.replace('-', "_"));
    folder().join(name.to_lowercase())
}

/// The sections of level 2 with their blocks.
fn cases(doc: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    for line in doc.split_inclusive('\n') {
        let start = at;
        at += line.len();
        match open {
            Some((info, from)) if line.trim_end() == "````" => {
                let text = &doc[from..start];
                if let Some(case) = cases.last_mut() {
                    case.blocks.push(Block { info, text });
                }
                open = None;
            }
            Some(_) => {}
            None => {
                if let Some(info) = line.strip_prefix("````") {
                    open = Some((info.trim(), at));
                } else if let Some(title) = line.strip_prefix("## ") {
                    cases.push(Case {
                        title: title.trim(),
                        blocks: Vec::new(),
                    });
                }
            }
        }
    }
    cases
}

/// Where a file of a case lies in its repository.
fn place(path: &str) -> String {
    let first = path.split('/').next().unwrap_or_default();
    match first {
        "v1.0" | "beta" | "includes" => format!("api-reference/{path}"),
        "api" | "resources" | "toc.yml" => format!("api-reference/v1.0/{path}"),
        _ => path.to_owned(),
    }
}

/// The other way round.
fn short(path: &str) -> &str {
    let path = path.strip_prefix("api-reference/").unwrap_or(path);
    path.strip_prefix("v1.0/").unwrap_or(path)
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let file = root.join(place(path));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

/// Reads a repository as the command line does; metadata, OpenAPI, a generated crate and an earlier state lie in folders of
/// these names.
fn subject(root: &Path) -> Subject {
    let mut tree = DocsTree::read(root, None).unwrap_or_default();
    for version in ApiVersion::ALL {
        let path = root.join(format!("metadata/{version}.xml"));
        if let Some(file) = beside::read(&path) {
            let docs = tree.versions.entry(version).or_default();
            docs.version = version;
            docs.metadata = Some(MetadataFile {
                path: path.to_string_lossy().into(),
                text: file.text,
            });
        }
    }
    let mut subject = Subject::of(tree, Vocabulary::default());
    for version in ApiVersion::ALL {
        let path = root.join(format!("openapi/{version}.json"));
        subject
            .beside
            .openapi
            .extend(beside::read(&path).map(|file| (version, file)));
    }
    if root.join("generated").is_dir() {
        subject.beside.generated = beside::crate_files(&root.join("generated"));
    }
    if root.join("before").is_dir() {
        let tree = DocsTree::read(&root.join("before"), None).unwrap();
        subject.before = Some(Box::new(Subject::of(tree, Vocabulary::default())));
    }
    subject
}

/// `resources/book.md:3:2-3:7 microsoft.graph.book/title`.
fn line(world: &World, finding: &Finding) -> String {
    let file = world.files.get(finding.primary.file);
    let (start, end) = file.range(finding.primary.at);
    format!("{}:{start}-{end} {}", short(&file.path), finding.symbol)
}

/// What the rule finds, one on a line, and the files after all fixes.
fn found(rule: &'static Rule, files: &[(&str, &str)]) -> (String, BTreeMap<String, String>) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    write(&root, files);
    let subject = subject(&root);
    let mut world = World::new(&subject, &root);
    let findings = findings(rule, &mut world, &root);
    let mut lines = String::new();
    for finding in &findings {
        check_shape(rule, &world, finding);
        writeln!(lines, "{}", line(&world, finding)).unwrap();
    }
    let fixed = fix::apply(&world, &findings, lint::Safety::Unsafe);
    let texts = fixed.texts.into_iter().map(|(file, text)| {
        let path = short(&world.files.get(file).path).to_owned();
        (path, text)
    });
    (lines, texts.collect())
}

/// What the rule finds; a rule on runs, in a run of all rules.
fn findings(rule: &'static Rule, world: &mut World, root: &Path) -> Vec<Finding> {
    if !matches!(rule.check, Check::Run) {
        return lint::check(world, &[rule]);
    }
    let settings = Settings {
        base: Base::Preset(Preset::Strict),
        ..Settings::default()
    };
    let path = root.join("docwright-baseline.json");
    let baseline = Baseline::read(&path).ok();
    let file = baseline
        .as_ref()
        .map(|(_, text)| world.add_file(path, root, text));
    let known = baseline.as_ref().zip(file);
    let known = known.map(|((baseline, _), file)| Known { baseline, file });
    let findings = run::run(world, &settings, known).findings;
    findings
        .into_iter()
        .filter(|it| it.rule.code == rule.code)
        .collect()
}

/// What every finding promises.
fn check_shape(rule: &Rule, world: &World, finding: &Finding) {
    let told = format!("{}: {}", rule.code, finding.message);
    assert!(!finding.symbol.is_empty(), "{told}: no symbol");
    assert!(!finding.message.ends_with('.'), "{told}: a full stop");
    assert!(!finding.message.contains('\n'), "{told}: several lines");
    for place in finding.related.iter().chain([&finding.primary]) {
        let text = &world.files.get(place.file).text;
        assert!(
            text.get(place.at.start as usize..place.at.end as usize)
                .is_some(),
            "{told}: no place"
        );
    }
    for place in &finding.related {
        assert!(
            !place.label.is_empty(),
            "{told}: a second place without a label"
        );
    }
    assert!(
        finding.fix.is_none() || rule.fixes != Fixes::None,
        "{told}: an undeclared fix"
    );
}

/// The page with the findings and fixed files as they are now.
fn checked(rule: &'static Rule, doc: &str) -> String {
    let mut out = doc.to_owned();
    for case in cases(doc) {
        let files: Vec<_> = case
            .blocks
            .iter()
            .filter_map(|block| Some((block.file()?, block.text)))
            .filter(|((_, is_fixed), _)| !is_fixed)
            .map(|((path, _), text)| (path, text))
            .collect();
        if files.is_empty() {
            continue;
        }
        let (lines, fixed) = found(rule, &files);
        if case.title.starts_with("Not flagged") {
            assert_eq!(lines, "", "{}: {} is flagged", rule.code, case.title);
            continue;
        }
        assert!(
            case.title.starts_with("Flagged"),
            "{}: what is `{}`?",
            rule.code,
            case.title
        );
        assert!(
            !lines.is_empty(),
            "{}: nothing is found in `{}`",
            rule.code,
            case.title
        );
        for block in &case.blocks {
            let now = match block.file() {
                Some((path, true)) => match fixed.get(path) {
                    Some(text) => text,
                    None => panic!("{}: nothing is fixed in {path}", rule.code),
                },
                None if block.info == "findings" => &lines,
                _ => continue,
            };
            let old = format!("````{}\n{}````\n", block.info, block.text);
            out = out.replacen(&old, &format!("````{}\n{now}````\n", block.info), 1);
        }
        assert!(
            case.blocks.iter().any(|it| it.info == "findings"),
            "{}: `{}` tells no findings",
            rule.code,
            case.title
        );
        check_fixing(rule, &files, &fixed);
    }
    out
}

/// Fixing what is fixed changes nothing more.
fn check_fixing(rule: &'static Rule, files: &[(&str, &str)], fixed: &BTreeMap<String, String>) {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (*path, fixed.get(*path).map_or(*text, String::as_str)))
        .collect();
    let (lines, again) = found(rule, &files);
    assert!(
        again.is_empty(),
        "{}: fixing twice changes more\n{lines}",
        rule.code
    );
}

#[test]
fn each_page_of_a_rule_tells_the_truth() {
    let update = env::var_os("DOCWRIGHT_UPDATE").is_some();
    for rule in rules::ALL
        .iter()
        .filter(|rule| !matches!(rule.check, Check::Run))
    {
        let now = checked(rule, rule.doc);
        if update {
            fs::write(page_of(rule), now).unwrap();
        } else {
            assert_eq!(
                rule.doc, now,
                "{}: see the top of tests/rules.rs",
                rule.code
            );
        }
    }
}

#[test]
fn each_rule_is_registered_and_has_its_page() {
    let mut files: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut expected: Vec<_> = rules::ALL
        .iter()
        .map(|rule| format!("{}_{}", rule.code, rule.name.replace('-', "_")).to_lowercase())
        .flat_map(|name| [format!("{name}.md"), format!("{name}.rs")])
        .collect();
    expected.sort();
    assert_eq!(files, expected);
    let codes: Vec<_> = rules::ALL.iter().map(|rule| rule.code).collect();
    assert!(
        codes.is_sorted(),
        "the list in lint/rules.rs is in order: {codes:?}"
    );
}

#[test]
fn each_page_says_what_it_is_about_and_shows_both_sides() {
    for rule in rules::ALL {
        let title = format!("# {} {}\n\n", rule.code, rule.name);
        assert!(
            rule.doc.starts_with(&title),
            "{}: begins with {title:?}",
            rule.code
        );
        assert!(
            rule.summary().len() > 20,
            "{}: says what it finds",
            rule.code
        );
        let cases = cases(rule.doc);
        for side in ["Flagged", "Not flagged"] {
            let shown = cases
                .iter()
                .any(|case| case.title.starts_with(side) && !case.blocks.is_empty());
            assert!(shown, "{}: shows something under `## {side}`", rule.code);
        }
        let shows_fix = cases
            .iter()
            .flat_map(|case| &case.blocks)
            .any(|block| block.info.ends_with("(fixed)"));
        assert_eq!(
            shows_fix,
            rule.fixes != Fixes::None,
            "{}: shows what a fix does, if there is one",
            rule.code
        );
    }
}

/// The table of all rules in the documentation.
fn table() -> String {
    let mut out = "# All rules\n\n\
        Each has a page beside its source, which `docwright explain RULE` prints. `cargo test --test rules` writes this table with\n\
        `DOCWRIGHT_UPDATE=1`.\n\n\
        | rule | name | severity | preset | repairs | ApiDoctor |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for rule in rules::ALL {
        let name = format!("{}_{}", rule.code, rule.name.replace('-', "_")).to_lowercase();
        let page = format!("../../generator/src/lint/rules/{name}.md");
        let apidoctor = rule.apidoctor.join(", ");
        writeln!(
            out,
            "| {} | [{}]({page}) | {} | {} | {} | {apidoctor} |",
            rule.code,
            rule.name,
            rule.severity,
            rule.preset.as_str(),
            rule.fixes.words(),
        )
        .unwrap();
    }
    out
}

#[test]
fn the_documentation_lists_each_rule() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/lint/rules.md");
    if env::var_os("DOCWRIGHT_UPDATE").is_some() {
        fs::write(&file, table()).unwrap();
    }
    assert_eq!(
        fs::read_to_string(file).unwrap(),
        table(),
        "see the top of tests/rules.rs"
    );
}

/// A type of a document and its base types, nearest first.
fn lineage<'m>(metadata: &'m Metadata, name: &str) -> Vec<&'m StructuredType> {
    let mut found = Vec::new();
    let mut next = Some(name.to_lowercase());
    while let Some(key) = next.take() {
        let mut types = metadata
            .schemas
            .iter()
            .flat_map(|schema| schema.types.iter().map(move |ty| (schema, ty)));
        let ty = types.find(|(schema, ty)| schema.qualified(&ty.name).key() == key);
        if let Some((_, ty)) = ty {
            found.push(ty);
            let base = ty.base.as_ref();
            next = base.map(|base| base.full_text().to_lowercase());
        }
    }
    found
}

/// The type of a member of a type or of its base types.
fn member<'m>(metadata: &'m Metadata, ty: &str, name: &str) -> Option<&'m TypeRef> {
    let mut lineage = lineage(metadata, ty).into_iter();
    lineage.find_map(|ty| ty.members().find(|it| it.name.text == name).map(|it| it.ty))
}

/// Whether a type is another name for a primitive type, which no page has.
fn is_definition(metadata: &Metadata, ty: &TypeRef) -> bool {
    let mut definitions = metadata.schemas.iter().flat_map(|schema| {
        let definitions = schema.definitions.iter();
        definitions.map(|it| schema.qualified(&it.name).to_string())
    });
    definitions.any(|name| name == ty.full_text())
}

/// Each member that one document has and the other has not, or with another type: the rule that may tell it, and its name.
fn differences(mine: &Metadata, truth: &Metadata) -> Vec<(&'static [&'static str], String)> {
    let mut out = Vec::new();
    let types = mine.schemas.iter().flat_map(|schema| {
        let types = schema.types.iter();
        types.map(|ty| (schema.qualified(&ty.name).to_string(), ty))
    });
    for (name, ty) in types {
        let [declared, ..] = lineage(truth, &name)[..] else {
            continue;
        };
        for it in ty.members() {
            match member(truth, &name, &it.name.text) {
                None => out.push((&["CSDL001", "CSDL004"][..], it.name.text.clone())),
                Some(ty) if is_definition(truth, ty) => {}
                Some(ty) if !ty.full_text().eq_ignore_ascii_case(&it.ty.full_text()) => {
                    out.push((&["CSDL003"][..], it.name.text.clone()));
                }
                Some(_) => {}
            }
        }
        for it in declared.members() {
            if member(mine, &name, &it.name.text).is_none() {
                out.push((&["CSDL002", "CSDL004"][..], it.name.text.clone()));
            }
        }
    }
    out
}

#[test]
fn what_csdl_of_pages_alone_differs_in_is_told() {
    let rules: Vec<_> = rules::ALL
        .iter()
        .copied()
        .filter(|rule| rule.group() == "CSDL")
        .collect();
    let mut checked = 0;
    for case in rules.iter().flat_map(|rule| cases(rule.doc)) {
        let files: Vec<_> = case
            .blocks
            .iter()
            .filter_map(|block| Some((block.file()?, block.text)))
            .filter(|((_, is_fixed), _)| !is_fixed)
            .map(|((path, _), text)| (path, text))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        write(&root, &files);
        let pages = Subject::of(
            DocsTree::read(&root, None).unwrap_or_default(),
            Vocabulary::default(),
        );
        let subject = subject(&root);
        let world = World::new(&subject, &root);
        let findings = lint::check(&world, &rules);
        for (alone, with) in pages.compilations.iter().zip(&subject.compilations) {
            let (Some(truth), Some(compared)) = (&with.metadata, &with.alone) else {
                continue;
            };
            let types_of = |api: &Api| format!("{:#?}{:#?}", api.types, api.enums);
            assert_eq!(types_of(&compared.api), types_of(&alone.api));
            let mine = csdl::read("pages.xml", emit::csdl::emit(&alone.api));
            for (codes, name) in differences(&mine, truth) {
                let word = format!("`{name}`").to_lowercase();
                let told = findings.iter().any(|finding| {
                    let labels = finding.related.iter().map(|place| &place.label);
                    let mut texts = labels.chain([&finding.message]);
                    codes.contains(&finding.rule.code)
                        && texts.any(|text| text.to_lowercase().contains(&word))
                });
                assert!(told, "{}: nobody tells {name} ({codes:?})", case.title);
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "the pages of the rules show differences");
}
