//! Five unfinished pages, each on its own and all together: no oddity of theirs hides a fact.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use docwright::{
    Compilation,
    api::{
        Api, ItemType, Operation, OperationKind, RequestBody, ResponseBody, StartLine,
        StructuredType, TypeKind,
    },
    compile,
    docs::Docs,
    dump::{self, Coverage},
    emit::{csdl, openapi},
    facts::{Claim, LeftoverKind},
    generate,
    ir::{ApiVersion, PermissionKind},
    vocabulary::Vocabulary,
};

#[path = "common/shared.rs"]
mod shared;
#[path = "common/types.rs"]
mod types;

/// What one page says.
struct Seed {
    /// How the file's name begins.
    file: &'static str,
    /// The type that its request body is about.
    ty: &'static str,
    /// The rows of the request body.
    members: &'static [(&'static str, &'static str)],
    /// The request and the answer.
    operation: Option<Expected>,
    /// Permissions for delegated work; every other kind has none.
    permissions: &'static [&'static str],
    /// What cannot be a fact: rows without a permission, and the block without a request.
    leftovers: &'static [LeftoverKind],
    /// What the request in the example asks for.
    example: &'static str,
}

/// A request that a page documents.
struct Expected {
    method: &'static str,
    path: &'static str,
    kind: OperationKind,
    status: u16,
}

const DEVICE_STATE: &[(&str, &str)] = &[
    ("id", "Edm.String"),
    ("runState", "microsoft.graph.runState"),
    ("resultMessage", "Edm.String"),
    ("lastStateUpdateDateTime", "Edm.DateTimeOffset"),
    ("errorCode", "Edm.Int32"),
    ("errorDescription", "Edm.String"),
];

const SEEDS: [Seed; 5] = [
    Seed {
        file: "000_",
        ty: "microsoft.graph.deviceManagementScriptDeviceState",
        members: DEVICE_STATE,
        operation: Some(Expected {
            method: "PATCH",
            path: "/deviceManagement/deviceManagementScripts/{deviceManagementScriptId}/deviceRunStates",
            kind: OperationKind::Update,
            status: 200,
        }),
        permissions: &[],
        leftovers: &[LeftoverKind::Row; 3],
        example: "https://graph.microsoft.com/beta/deviceManagement/deviceManagementScripts/{deviceManagementScriptId}/deviceRunStates",
    },
    Seed {
        file: "001_",
        ty: "microsoft.graph.deviceManagementScriptState",
        members: &[
            ("id", "Edm.String"),
            ("runState", "Edm.String"),
            ("resultMessage", "Edm.String"),
            ("lastStateUpdateDateTime", "Edm.DateTimeOffset"),
        ],
        operation: Some(Expected {
            method: "PATCH",
            path: "/deviceManagement/deviceManagementScripts/{deviceManagementScriptId}/runStates/{deviceManagementScriptStateId}",
            kind: OperationKind::Update,
            status: 200,
        }),
        permissions: &["DeviceManagementManagedDevices.ReadWrite.All"],
        leftovers: &[],
        example: "https://graph.microsoft.com/beta/deviceManagement/deviceManagementScripts/{deviceManagementScriptId}/runStates/{deviceManagementScriptStateId}",
    },
    Seed {
        file: "002_",
        ty: "microsoft.graph.deviceComplianceScriptDeviceState",
        members: &[
            ("detectionState", "Edm.String"),
            ("expectedStateUpdateDateTime", "Edm.DateTimeOffset"),
            ("id", "Edm.String"),
            ("lastStateUpdateDateTime", "Edm.DateTimeOffset"),
            ("lastSyncDateTime", "Edm.DateTimeOffset"),
            ("scriptError", "Edm.String"),
            ("scriptOutput", "Edm.String"),
        ],
        operation: None,
        permissions: &[],
        leftovers: &[
            LeftoverKind::Row,
            LeftoverKind::Row,
            LeftoverKind::Row,
            LeftoverKind::Code,
        ],
        example: "https://graph.microsoft.com/beta",
    },
    Seed {
        file: "003_",
        ty: "microsoft.graph.deviceManagementScriptUserState",
        members: &[
            ("id", "Edm.String"),
            ("successDeviceCount", "Edm.Int32"),
            ("errorDeviceCount", "Edm.Int32"),
            ("userPrincipalName", "Edm.String"),
        ],
        operation: Some(Expected {
            method: "PATCH",
            path: "/deviceManagement/deviceShellScripts/{deviceShellScriptId}/userRunStates",
            kind: OperationKind::Update,
            status: 200,
        }),
        permissions: &[],
        leftovers: &[LeftoverKind::Row; 3],
        example: "https://graph.microsoft.com/beta/deviceManagement/deviceShellScripts/{deviceShellScriptId}/userRunStates",
    },
    Seed {
        file: "004_",
        ty: "microsoft.graph.deviceManagementScriptDeviceState",
        members: DEVICE_STATE,
        operation: Some(Expected {
            method: "POST",
            path: "/deviceManagement/deviceManagementScripts/{deviceManagementScriptId}/userRunStates/{deviceManagementScriptUserStateId}/deviceRunStates/$ref",
            kind: OperationKind::AddReference,
            status: 201,
        }),
        permissions: &[],
        leftovers: &[LeftoverKind::Row; 2],
        example: "https://graph.microsoft.com/localtest/deviceManagement/deviceManagementScripts/{deviceManagementScriptId}/userRunStates/{deviceManagementScriptUserStateId}/deviceRunStates",
    },
];

/// The file of each seed.
fn files() -> Option<Vec<PathBuf>> {
    let folder = shared::shared("corpus/seeds")?;
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    assert_eq!(files.len(), SEEDS.len(), "{files:?}");
    Some(files)
}

fn name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}

fn compiled(files: &[PathBuf]) -> Compilation {
    let texts = files
        .iter()
        .map(|file| (name(file), fs::read_to_string(file).unwrap()));
    compile(
        Docs::from_texts(ApiVersion::Beta, texts),
        &Vocabulary::default(),
    )
}

/// Runs a test on every seed in two compilations: of that page alone, and of all pages.
#[track_caller]
fn check(test: impl Fn(&Seed, &Compilation)) {
    let Some(files) = files() else { return };
    let together = compiled(&files);
    for (seed, file) in SEEDS.iter().zip(&files) {
        assert!(name(file).starts_with(seed.file), "{}", name(file));
        test(seed, &compiled(std::slice::from_ref(file)));
        test(seed, &together);
    }
}

#[track_caller]
fn find_type<'a>(api: &'a Api, name: &str) -> &'a StructuredType {
    let id = api
        .find_type(name)
        .unwrap_or_else(|| panic!("no {name} among {:?}", api.types));
    &api[id]
}

fn operation<'a>(seed: &Seed, api: &'a Api) -> Option<&'a Operation> {
    api.operations
        .iter()
        .find(|operation| operation.page.page.starts_with(seed.file))
}

#[test]
fn every_property_of_a_request_body_is_a_property_of_its_type() {
    check(|seed, compilation| {
        let api = &compilation.api;
        let id = api.find_type(seed.ty).unwrap();
        // Those of the base type come first.
        let got: BTreeMap<_, _> = api
            .all_members(id)
            .into_iter()
            .map(|member| (member.name.as_str(), types::text(api, &member.ty)))
            .collect();
        let wanted: BTreeMap<_, _> = seed
            .members
            .iter()
            .map(|(name, ty)| (*name, (*ty).to_owned()))
            .collect();
        assert_eq!(got, wanted, "{}", seed.ty);
    });
}

/// Three pages say so; two only call `id` the key, which is enough where another page speaks of `entity`.
#[test]
fn the_identity_is_inherited_from_entity() {
    check(|seed, compilation| {
        let api = &compilation.api;
        let ty = find_type(api, seed.ty);
        let base = ty.base.map(|base| api[base].name.as_str());
        let entity = api
            .find_type("microsoft.graph.entity")
            .map(|id| api[id].name.as_str());
        let says_so = ["000_", "003_", "004_"].contains(&seed.file);
        assert_eq!(base, entity, "{}", seed.ty);
        assert!(entity.is_some() || !says_so, "{}", seed.ty);
        let declares_id = ty.members.iter().any(|member| member.name == "id");
        assert_eq!(declares_id, entity.is_none(), "{}", seed.ty);
    });
}

#[test]
fn what_has_an_identity_is_an_entity_type() {
    check(|seed, compilation| {
        let api = &compilation.api;
        let id = api.find_type(seed.ty).unwrap();
        for ty in api.lineage(id) {
            assert_eq!(ty.kind, TypeKind::Entity, "{}", ty.name);
        }
        let has_key = api.lineage(id).any(|ty| ty.key == ["id"]);
        assert!(has_key, "{}", seed.ty);
    });
}

#[test]
fn types_with_similar_names_stay_apart() {
    let Some(files) = files() else { return };
    let api = compiled(&files).api;
    let names: Vec<_> = api.types.iter().map(|ty| ty.name.name()).collect();
    assert_eq!(
        names,
        [
            "deviceComplianceScriptDeviceState",
            // The singleton that all paths begin with.
            "deviceManagement",
            "deviceManagementScriptDeviceState",
            "deviceManagementScriptState",
            "deviceManagementScriptUserState",
            "entity",
        ]
    );
}

#[test]
fn possible_values_make_the_enumeration_however_the_type_cell_calls_it() {
    check(|seed, compilation| {
        let api = &compilation.api;
        let speaks_of_it = seed
            .members
            .contains(&("runState", "microsoft.graph.runState"));
        let found = api
            .find_enum("microsoft.graph.runState")
            .map(|id| &api[id].members);
        let names: Option<Vec<_>> =
            found.map(|members| members.iter().map(|member| member.name.as_str()).collect());
        if speaks_of_it {
            assert_eq!(
                names.unwrap(),
                [
                    "unknown",
                    "success",
                    "fail",
                    "scriptError",
                    "pending",
                    "notApplicable"
                ]
            );
        }
    });
}

#[test]
fn every_request_line_is_an_operation_and_there_is_no_other() {
    check(|seed, compilation| {
        let got = operation(seed, &compilation.api).map(|it| {
            (
                it.method.as_str(),
                it.path.template(),
                it.kind.clone(),
                it.page
                    .responses
                    .iter()
                    .map(|it| it.status)
                    .collect::<Vec<_>>(),
            )
        });
        let wanted = seed.operation.as_ref().map(|it| {
            (
                it.method,
                it.path.to_owned(),
                it.kind.clone(),
                vec![it.status],
            )
        });
        assert_eq!(got, wanted, "{}", seed.file);
    });
    let Some(files) = files() else { return };
    assert_eq!(compiled(&files).api.operations.len(), 4);
}

#[test]
fn requests_and_answers_carry_the_type() {
    check(|seed, compilation| {
        let api = &compilation.api;
        let Some(operation) = operation(seed, api) else {
            return;
        };
        let Some(RequestBody::Object { ty, members }) = &operation.page.body else {
            panic!("{}: {:?}", seed.file, operation.page.body);
        };
        assert_eq!(types::text(api, ty), seed.ty);
        let got: Vec<_> = members
            .iter()
            .map(|member| (member.name.as_str(), types::text(api, &member.ty)))
            .collect();
        let wanted: Vec<_> = seed
            .members
            .iter()
            .map(|(name, ty)| (*name, (*ty).to_owned()))
            .collect();
        assert_eq!(got, wanted, "{}", seed.file);
        let bodies: Vec<_> = operation.page.responses.iter().map(|it| &it.body).collect();
        let [ResponseBody::Value(ty)] = bodies.as_slice() else {
            panic!("{}: {bodies:?}", seed.file);
        };
        assert_eq!(types::text(api, ty), seed.ty);
    });
}

#[test]
fn a_placeholder_is_no_permission_but_is_not_lost() {
    check(|seed, compilation| {
        if let Some(operation) = operation(seed, &compilation.api) {
            let named = operation.page.permissions.iter().flat_map(|set| &set.kinds);
            let mut work = Vec::new();
            for (kind, alternatives) in named {
                let names: Vec<_> = alternatives.iter().flat_map(|it| &it.all_of).collect();
                if *kind == PermissionKind::DelegatedWork {
                    work.extend(names);
                } else {
                    assert!(names.is_empty(), "{}: {kind:?} {names:?}", seed.file);
                }
            }
            assert_eq!(work, seed.permissions, "{}", seed.file);
        }
        let at = compilation
            .pages
            .iter()
            .position(|(_, page)| page.path.starts_with(seed.file))
            .unwrap();
        let left: Vec<_> = compilation.facts[at]
            .leftovers
            .iter()
            .map(|it| it.what)
            .collect();
        assert_eq!(left, seed.leftovers, "{}", seed.file);
    });
}

#[test]
fn examples_are_kept_as_they_are_written() {
    check(|seed, compilation| {
        let facts = compilation.facts.iter().flat_map(|page| &page.facts);
        let examples: Vec<_> = facts
            .filter_map(|fact| match &fact.claim {
                Claim::Example(example)
                    if compilation.pages[fact.page.index()]
                        .1
                        .path
                        .starts_with(seed.file) =>
                {
                    example.request.as_ref().zip(example.response.as_ref())
                }
                _ => None,
            })
            .collect();
        let [(request, response)] = examples.as_slice() else {
            panic!("{}: {examples:?}", seed.file);
        };
        let StartLine::Request(_, url) = &request.start_line else {
            panic!("{request:?}");
        };
        assert_eq!(url, seed.example);
        // One page writes `HTTP 1.1 200 OK`, with a blank and a second one below.
        let status = seed.operation.as_ref().map_or(200, |it| it.status);
        assert_eq!(response.start_line, StartLine::Status(status));
        let short = seed.ty.rsplit('.').next().unwrap();
        for message in [request, response] {
            let named = message.body.contains(short);
            assert!(
                named || seed.file == "001_",
                "{}: {}",
                seed.file,
                message.body
            );
        }
        // The page without a request line shows an array.
        assert_eq!(
            request.body.starts_with('['),
            seed.operation.is_none(),
            "{}",
            request.body
        );
    });
}

#[test]
fn front_matter_that_is_missing_or_a_template_changes_nothing() {
    check(|seed, compilation| {
        let Some(operation) = operation(seed, &compilation.api) else {
            return;
        };
        for text in [&operation.page.title, &operation.page.description] {
            assert!(
                !text.is_empty() && !text.contains("TODO"),
                "{}: {text}",
                seed.file
            );
        }
    });
}

#[test]
fn every_page_is_accounted_for() {
    check(|seed, compilation| {
        let coverage = Coverage::of(compilation);
        assert_eq!(
            (coverage.pages_left, coverage.pages_unaccounted),
            (0, 0),
            "{}",
            seed.file
        );
        let report = dump::coverage(compilation, None);
        assert!(!report.contains("lost row"), "{report}");
    });
}

#[test]
fn everything_that_is_written_holds_the_types() {
    check(|seed, compilation| {
        let short = seed.ty.rsplit('.').next().unwrap();
        let xml = csdl::emit(&compilation.api);
        assert!(xml.contains(&format!("Name=\"{short}\"")), "{xml}");
        let document = openapi::emit(&compilation.api);
        let components = &document["components"]["schemas"];
        assert!(components[seed.ty].is_object(), "{components}");
        let mut structs = Vec::new();
        for (path, text) in generate::rust(compilation, "seeds") {
            if path.starts_with("src/models") {
                let file = syn::parse_file(&text).unwrap();
                structs.extend(file.items.into_iter().filter_map(|item| match item {
                    syn::Item::Struct(item) => Some(item.ident.to_string().to_lowercase()),
                    _ => None,
                }));
            }
        }
        assert!(structs.contains(&short.to_lowercase()), "{structs:?}");
    });
}

#[test]
fn no_type_is_unknown() {
    check(|seed, compilation| {
        let members = compilation.api.types.iter().flat_map(|ty| &ty.members);
        for member in members {
            let unknown = matches!(member.ty.item, ItemType::Unknown { .. });
            assert!(!unknown, "{}: {member:?}", seed.file);
        }
    });
}

#[test]
fn the_order_of_the_pages_does_not_matter() {
    let Some(files) = files() else { return };
    let forward = compiled(&files);
    let backward = compiled(&files.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(dump::api(&forward, None), dump::api(&backward, None));
    let pages = |it: &Compilation| -> Vec<Arc<str>> {
        it.pages.iter().map(|(_, page)| page.path.clone()).collect()
    };
    assert_eq!(pages(&forward), pages(&backward));
}
