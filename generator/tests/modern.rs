//! A small API in the conventions of today's pages, fact by fact.
//!
//! Beside the pages lies, for each, a file that says what a reader must take from it. Every such fact is looked up in
//! the compiled api; all that is missing or different is listed at the end.

use std::{collections::BTreeMap, fs, path::Path};

use docwright::{
    api::{
        Api, BodyMember, ItemType, Member, MemberKind, Operation, OperationKind, Parameter,
        PermissionSet, RequestBody, ResponseBody, StartLine, Type, TypeId,
    },
    compile,
    docs::DocsTree,
    ir::PermissionKind,
    vocabulary::Vocabulary,
};
use serde_json::Value;

#[path = "common/shared.rs"]
mod shared;
#[path = "common/types.rs"]
mod types;

/// Kinds of permissions as the expectations call them.
const PERMISSION_KINDS: [(&str, PermissionKind); 3] = [
    ("delegated_work", PermissionKind::DelegatedWork),
    ("delegated_personal", PermissionKind::DelegatedPersonal),
    ("application", PermissionKind::Application),
];

/// What was asked and what was wrong.
struct Score<'a> {
    api: &'a Api,
    page: String,
    /// How many facts of each kind were asked for.
    asked: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Score<'_> {
    fn check(&mut self, kind: &'static str, right: bool, what: impl FnOnce() -> String) {
        *self.asked.entry(kind).or_default() += 1;
        if !right {
            self.wrong
                .push(format!("{}: {kind}: {}", self.page, what()));
        }
    }

    fn same<T: PartialEq + std::fmt::Debug>(
        &mut self,
        kind: &'static str,
        what: &str,
        got: &T,
        wanted: &T,
    ) {
        self.check(kind, got == wanted, || {
            format!("{what} is {got:?}, not {wanted:?}")
        });
    }

    /// A type that no page describes stays unknown, but under its name.
    fn same_type(&mut self, kind: &'static str, what: &str, got: &Type, wanted: &str) {
        let text = types::text(self.api, got);
        let right = match &got.item {
            ItemType::Unknown { .. } => {
                let short = wanted.rsplit_once('.').map_or(wanted, |(_, name)| name);
                let wanted_short = match wanted.strip_prefix("Collection(") {
                    Some(_) => format!("Collection({short}"),
                    None => short.to_owned(),
                };
                let (found, wanted) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
                found == wanted || found == wanted_short.to_ascii_lowercase()
            }
            ItemType::Primitive(_) | ItemType::Structured(_) | ItemType::Enum(_) => {
                text.eq_ignore_ascii_case(wanted)
            }
        };
        self.check(kind, right, || format!("{what} is {text}, not {wanted}"));
    }

    fn resource(&mut self, expected: &Value) {
        let Some(name) = expected["type"].as_str() else {
            return;
        };
        let found = self.api.find_type(name);
        self.check(
            "type",
            found.is_some_and(|id| self.api[id].name.as_str() == name),
            || name.to_owned(),
        );
        let Some(id) = found else { return };
        let ty = &self.api[id];
        let base = ty.base.map(|base| self.api[base].name.to_string());
        self.same(
            "base",
            name,
            &base.as_deref().map(str::to_ascii_lowercase),
            &expected["base"].as_str().map(str::to_ascii_lowercase),
        );
        self.same("open", name, &Some(ty.is_open), &expected["open"].as_bool());
        if let Some(is_abstract) = expected["abstract"].as_bool() {
            self.same("abstract", name, &ty.is_abstract, &is_abstract);
        }
        for member in list(&expected["members"]) {
            let is_annotation = text(&member["name"]).contains('@');
            if !is_annotation {
                self.member(id, member);
            }
        }
    }

    fn member(&mut self, owner: TypeId, expected: &Value) {
        let ty = &self.api[owner];
        let name = text(&expected["name"]);
        let what = format!("{}.{name}", ty.name);
        let own = ty.members.iter().find(|member| member.name == name);
        let is_key = self
            .api
            .lineage(owner)
            .any(|ty| ty.key.iter().any(|key| key == name));
        self.same("key", &what, &Some(is_key), &expected["key"].as_bool());
        if expected["inherited_from"].is_string() {
            self.check("inherited", own.is_none(), || {
                format!("{what} is declared again")
            });
            let inherited = self.api.all_members(owner);
            let found = inherited.into_iter().find(|member| member.name == name);
            self.check("inherited member", found.is_some(), || {
                format!("{what} is missing")
            });
            return;
        }
        self.check("member", own.is_some(), || format!("{what} is missing"));
        if let Some(member) = own {
            self.facets(&what, member, expected);
        }
    }

    fn facets(&mut self, what: &str, member: &Member, expected: &Value) {
        self.same_type("member type", what, &member.ty, text(&expected["edm_type"]));
        let is_navigation = matches!(member.kind, MemberKind::Navigation { .. });
        self.same(
            "navigation",
            what,
            &Some(is_navigation),
            &expected["nav"].as_bool(),
        );
        self.same(
            "nullable",
            what,
            &member.nullable,
            &expected["nullable"].as_bool(),
        );
        self.same(
            "read-only",
            what,
            &Some(member.read_only),
            &expected["read_only"].as_bool(),
        );
        let got = member
            .deprecated
            .as_ref()
            .map(|it| (it.date.as_deref(), it.use_instead.as_deref()));
        let wanted = expected["deprecated"].as_object().map(|it| {
            let part = |key| it.get(key).and_then(Value::as_str);
            (part("date"), part("use_instead"))
        });
        self.same("deprecated", what, &got, &wanted);
        let Some(values) = expected["possible_values"].as_array() else {
            return;
        };
        let ItemType::Enum(id) = member.ty.item else {
            self.check("possible values", false, || {
                format!("{what} is no enumeration")
            });
            return;
        };
        let members = &self.api[id].members;
        let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
        let right = values.iter().all(|value| names.contains(&text(value)));
        self.check("possible values", right, || {
            format!("{what} has {names:?}, not {values:?}")
        });
        let preferred: Vec<_> = members
            .iter()
            .filter(|member| member.prefer_only)
            .map(|member| member.name.as_str())
            .collect();
        self.same(
            "values on request",
            what,
            &preferred,
            &texts(&expected["prefer_only_values"]),
        );
    }

    fn enumeration(&mut self, expected: &Value) {
        let name = text(&expected["name"]);
        let found = self.api.find_enum(name).map(|id| &self.api[id]);
        self.check("enum", found.is_some(), || format!("{name} is missing"));
        let Some(found) = found else { return };
        let got: Vec<_> = found
            .members
            .iter()
            .map(|member| (member.name.as_str(), member.value))
            .collect();
        let wanted: Vec<_> = list(&expected["members"])
            .map(|member| (text(&member["name"]), member["value"].as_i64()))
            .collect();
        self.same("enum members", name, &got, &wanted);
    }

    fn operation(&mut self, page: &Value, expected: &Value) {
        let (method, path) = (text(&expected["method"]), text(&expected["path"]));
        let what = format!("{method} {path}");
        let wanted = normal(path);
        let found = self
            .api
            .operations
            .iter()
            .find(|it| it.method.as_str() == method && normal(&it.path.template()) == wanted);
        self.check("operation", found.is_some(), || {
            format!("{what} is missing")
        });
        let Some(found) = found else { return };
        self.same(
            "kind",
            &what,
            &kind(&found.kind),
            &text(&expected["kind"]).to_owned(),
        );
        self.responses(&what, found, expected);
        self.request(&what, found, page, expected);
        self.permissions(&what, &found.page.permissions, page);
        self.examples(&what, found, page);
        for option in texts(&page["query_options"]) {
            let right = found.page.query.iter().any(|query| query.name == option);
            self.check("query option", right, || format!("{what} has no {option}"));
        }
        for header in texts(&page["headers"])
            .into_iter()
            .filter(|header| *header != "Authorization")
        {
            let right = found.page.headers.iter().any(|it| it.name == header);
            self.check("header", right, || format!("{what} has no {header}"));
        }
    }

    fn responses(&mut self, what: &str, operation: &Operation, expected: &Value) {
        let statuses: Vec<_> = operation
            .page
            .responses
            .iter()
            .map(|response| u64::from(response.status))
            .collect();
        for status in list(&expected["response_statuses"]).filter_map(Value::as_u64) {
            self.check("status", statuses.contains(&status), || {
                format!("{what} has {statuses:?}, not {status}")
            });
        }
        let status = expected["response_status"].as_u64();
        let response = operation
            .page
            .responses
            .iter()
            .find(|response| Some(u64::from(response.status)) == status);
        let Some(response) = response else { return };
        match (expected["response_type"].as_str(), &response.body) {
            (None, body) => self.same("response type", what, body, &ResponseBody::Empty),
            (Some("Edm.Stream"), body) => {
                self.same("response type", what, body, &ResponseBody::Stream);
            }
            (Some(wanted), ResponseBody::Value(ty)) => {
                self.same_type("response type", what, ty, wanted);
            }
            (Some(wanted), ResponseBody::Collection(ty)) => {
                let ty = Type {
                    collection: true,
                    ..ty.clone()
                };
                self.same_type("response type", what, &ty, wanted);
            }
            (Some(wanted), body) => self.check("response type", false, || {
                format!("{what} has {body:?}, not {wanted}")
            }),
        }
    }

    fn request(&mut self, what: &str, operation: &Operation, page: &Value, expected: &Value) {
        let body = &operation.page.body;
        match (expected["request_type"].as_str(), body) {
            (Some("parameters"), Some(RequestBody::Parameters(got))) => {
                self.parameters(what, got, expected);
            }
            (Some("reference"), Some(RequestBody::Reference)) => {
                self.check("request type", true, String::new);
            }
            (None, None) => {
                self.check("request type", true, String::new);
                if expected["parameters"].is_array() {
                    self.parameters(what, &operation.page.function_parameters, expected);
                }
            }
            (Some(wanted), Some(RequestBody::Object { ty, members })) => {
                self.same_type("request type", what, ty, wanted);
                self.body_members(what, members, page);
            }
            (wanted, body) => self.check("request type", false, || {
                format!("{what} takes {body:?}, not {wanted:?}")
            }),
        }
    }

    fn body_members(&mut self, what: &str, got: &[BodyMember], page: &Value) {
        for expected in list(&page["members"]) {
            let name = text(&expected["name"]);
            let found = got.iter().find(|member| member.name == name);
            self.check("body member", found.is_some(), || {
                format!("{what} has no {name}")
            });
            if let Some(found) = found {
                let what = format!("{what} {name}");
                self.same_type(
                    "body member type",
                    &what,
                    &found.ty,
                    text(&expected["edm_type"]),
                );
            }
        }
        if page["required"].is_array() {
            let required: Vec<_> = got
                .iter()
                .filter(|member| member.required == Some(true))
                .map(|member| member.name.as_str())
                .collect();
            self.same("required", what, &required, &texts(&page["required"]));
        }
    }

    fn parameters(&mut self, what: &str, got: &[Parameter], expected: &Value) {
        let names: Vec<_> = got.iter().map(|it| it.name.as_str()).collect();
        let wanted: Vec<_> = list(&expected["parameters"])
            .map(|it| text(&it["name"]))
            .collect();
        self.same("parameters", what, &names, &wanted);
        for (got, expected) in got.iter().zip(list(&expected["parameters"])) {
            let what = format!("{what} {}", got.name);
            self.same_type(
                "parameter type",
                &what,
                &got.ty,
                text(&expected["edm_type"]),
            );
            self.same(
                "required",
                &what,
                &got.required,
                &expected["required"].as_bool(),
            );
        }
    }

    fn permissions(&mut self, what: &str, got: &[PermissionSet], page: &Value) {
        let mut sets: Vec<_> = list(&page["permission_sets"]).collect();
        if sets.is_empty() && page["permissions"].is_object() {
            sets.push(page);
        }
        self.same("permission tables", what, &got.len(), &sets.len());
        for (got, expected) in got.iter().zip(sets) {
            if let Some(title) = expected["title"].as_str() {
                self.same(
                    "permission title",
                    what,
                    &got.title.as_deref(),
                    &Some(title),
                );
            }
            for (key, kind) in PERMISSION_KINDS {
                let found = got.kinds.iter().find(|(other, _)| *other == kind);
                let names: Vec<_> = found
                    .into_iter()
                    .flat_map(|(_, alternatives)| alternatives)
                    .map(|alternative| sorted(&alternative.all_of))
                    .collect();
                let wanted = |list: &Value| -> Vec<_> {
                    let alternatives = texts(list).into_iter();
                    alternatives
                        .map(|it| sorted(&it.split('+').collect::<Vec<_>>()))
                        .collect()
                };
                let all = wanted(&expected["permissions"][key]);
                self.same("permissions", &format!("{what} {key}"), &names, &all);
                let least = wanted(&expected["permissions_least"][key]);
                self.check("least privileged", names.starts_with(&least), || {
                    format!("{what} {key} begins with {names:?}, not {least:?}")
                });
            }
        }
    }

    fn examples(&mut self, what: &str, operation: &Operation, page: &Value) {
        let got: Vec<_> = operation
            .page
            .examples
            .iter()
            .map(|example| {
                let request = example.request.as_ref().map(|it| match &it.start_line {
                    StartLine::Request(method, _) => method.as_str().to_owned(),
                    StartLine::Status(status) => status.to_string(),
                });
                let status = example.response.as_ref().map(|it| match it.start_line {
                    StartLine::Status(status) => u64::from(status),
                    StartLine::Request(..) => 0,
                });
                (example.name.clone(), example.title.clone(), request, status)
            })
            .collect();
        let owned = |value: &Value| value.as_str().map(str::to_owned);
        let wanted: Vec<_> = list(&page["examples"])
            .map(|it| {
                (
                    owned(&it["name"]),
                    owned(&it["title"]),
                    owned(&it["request"]["method"]),
                    it["response"]["status"].as_u64(),
                )
            })
            .collect();
        self.same("examples", what, &got, &wanted);
    }
}

/// The kind of an operation as the expectations call it.
fn kind(kind: &OperationKind) -> String {
    match kind {
        OperationKind::List => "list",
        OperationKind::Get => "get",
        OperationKind::Create => "create",
        OperationKind::Update => "update",
        OperationKind::Upsert => "upsert",
        OperationKind::Replace => "replace",
        OperationKind::Delete => "delete",
        OperationKind::AddReference => "add_ref",
        OperationKind::RemoveReference => "remove_ref",
        OperationKind::ListReferences => "list_ref",
        OperationKind::Count => "count",
        OperationKind::Download | OperationKind::Upload => "stream",
        OperationKind::Delta => "delta",
        OperationKind::Action(_) => "action",
        OperationKind::Function(_) => "function",
    }
    .to_owned()
}

/// A path without the names of its placeholders, in lower case.
fn normal(path: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in path.chars().filter(|c| *c != '\'') {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                out.push_str("{}");
            }
            c if depth == 0 => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    out
}

fn sorted(names: &[impl AsRef<str>]) -> Vec<String> {
    let mut names: Vec<_> = names.iter().map(|name| name.as_ref().to_owned()).collect();
    names.sort();
    names
}

/// The items of a JSON array; none of anything else.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).map(text).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn read_expected(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn every_fact_of_the_pages_arrives_in_the_api() {
    let Some(folder) = shared::shared("fixtures/modern") else {
        return;
    };
    let mut tree = DocsTree::read(&folder, None).unwrap();
    let (_, docs) = tree.versions.pop_first().unwrap();
    let compilation = compile(docs, &Vocabulary::default());
    let mut score = Score {
        api: &compilation.api,
        page: String::new(),
        asked: BTreeMap::new(),
        wrong: Vec::new(),
    };
    let entries = fs::read_dir(folder.join("expected")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        score.page = file.file_stem().unwrap().to_string_lossy().into_owned();
        let page = read_expected(&file);
        if page["page_kind"] == "resource" {
            score.resource(&page);
        }
        for expected in list(&page["enums"]) {
            score.enumeration(expected);
        }
        for expected in list(&page["operations"]) {
            score.operation(&page, expected);
        }
    }
    let asked: usize = score.asked.values().sum();
    assert!(
        asked > 700,
        "only {asked} facts were asked for: {:?}",
        score.asked
    );
    assert!(
        score.wrong.is_empty(),
        "{} of {asked} facts are wrong:\n{}",
        score.wrong.len(),
        score.wrong.join("\n")
    );
}
