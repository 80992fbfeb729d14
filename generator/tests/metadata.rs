//! Apis made of metadata, and of pages with metadata beside them.

use std::{fs, sync::Arc};

use docwright::{
    Compilation,
    api::{Api, EnumType, ItemType, Member, MemberKind, Operation, StructuredType, Type},
    compile,
    docs::{Docs, DocsTree, MetadataFile},
    dump,
    emit::{csdl, openapi},
    ir::ApiVersion,
    vocabulary::Vocabulary,
};

#[path = "common/invariants.rs"]
mod invariants;
#[path = "common/output.rs"]
mod output;
#[path = "common/shared.rs"]
mod shared;

/// A library with its books and readers.
const LIBRARY: &str = include_str!("csdl/metadata.xml");

const BOOK: &str = "\
# book resource type

Namespace: microsoft.graph

What readers *take home*.

## Properties
|Property|Type|Description|
|:---|:---|:---|
|id|String|The number on the spine.|
|Title|Int32|What the cover says.|
|genre|genre|What it is about. Possible values are: `fiction`, `cooking`.|
|smell|String|Of old paper.|
|isColored|String|Whether there are colors.|
";

const LEND: &str = "\
# book: lend

Namespace: microsoft.graph

Hands the book out.

## HTTP request
```http
POST /books/{id}/lend
```

## Request body
|Parameter|Type|Description|
|:---|:---|:---|
|to|String|Who takes it.|

## Response
If successful, this method returns `200 OK` and a [book](../resources/book.md) object.
";

fn compiled(pages: &[(&str, &str)], metadata: &str) -> Compilation {
    let mut docs = Docs::from_texts(ApiVersion::V1_0, pages.iter().copied());
    docs.metadata = Some(MetadataFile {
        path: "metadata.xml".into(),
        text: metadata.into(),
    });
    compile(docs, &Vocabulary::default())
}

fn requests(operations: &[Operation]) -> String {
    let lines = operations.iter().map(|it| {
        let words = it.kind.words();
        format!("{} {} {words} {}\n", it.method, it.path.template(), it.id)
    });
    lines.collect()
}

#[track_caller]
fn assert_sound(compilation: &Compilation) {
    assert_eq!(invariants::broken(&compilation.api), [""; 0]);
    assert_eq!(output::problems(compilation), [""; 0]);
}

#[test]
fn metadata_alone_makes_an_api() {
    let compilation = compiled(&[], LIBRARY);
    assert_sound(&compilation);
    insta::assert_snapshot!("requests", requests(&compilation.api.operations));
    insta::assert_snapshot!("api", dump::api(&compilation, None));
    insta::assert_snapshot!("csdl", csdl::emit(&compilation.api));
    insta::assert_snapshot!("openapi", format!("{:#}", openapi::emit(&compilation.api)));
}

#[test]
fn what_is_written_as_csdl_makes_the_same_api_again() {
    let once = compiled(&[], LIBRARY);
    let xml = csdl::emit(&once.api);
    let twice = compiled(&[], &xml);
    assert_eq!(twice.metadata.iter().flat_map(|it| &it.problems).count(), 0);
    assert_eq!(csdl::emit(&twice.api), xml);
    assert_eq!(
        requests(&twice.api.operations),
        requests(&once.api.operations)
    );
}

#[test]
fn types_are_those_of_the_metadata_and_words_those_of_the_pages() {
    let pages = [("resources/book.md", BOOK), ("api/book-lend.md", LEND)];
    let compilation = compiled(&pages, LIBRARY);
    assert_sound(&compilation);
    let api = &compilation.api;
    let book = &api[api.find_type("microsoft.graph.book").unwrap()];
    assert_eq!(book.description, "What readers *take home*.");
    assert!(book.is_open);
    let title = book.members.iter().find(|it| it.name == "title").unwrap();
    assert_eq!(title.nullable, Some(false));
    assert_eq!(title.description, "What the cover says.");
    let names: Vec<_> = book.members.iter().map(|it| it.name.as_str()).collect();
    // `smell` is the page's alone, `isColored` belongs to a derived type.
    let expected = [
        "title",
        "genre",
        "number",
        "pages",
        "scan",
        "tags",
        "place",
        "smell",
        "authors",
        "copies",
        "cover",
        "publisher",
    ];
    assert_eq!(names, expected);
    let genre = &api[api.find_enum("microsoft.graph.genre").unwrap()];
    let members: Vec<_> = genre.members.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(members, ["fiction", "travel", "unknownFutureValue"]);
    assert_eq!(
        requests(&api.operations),
        "POST /books/{bookId}/lend lend books_id_lend_post\n"
    );
    let called = api.operations[0].calls.unwrap();
    assert_eq!(api[called].description, "Hands the book out.");
    assert_eq!(api[called].parameters.len(), 2);
}

#[test]
fn a_metadata_document_may_end_at_any_element() {
    for (end, _) in LIBRARY.match_indices('<').skip(1) {
        let compilation = compiled(&[], &LIBRARY[..end]);
        assert_eq!(invariants::broken(&compilation.api), [""; 0], "{end}");
    }
}

#[test]
fn base_types_that_derive_from_each_other_are_told() {
    let metadata = "<Edmx><DataServices><Schema Namespace=\"a\">\
        <ComplexType Name=\"x\" BaseType=\"a.y\"/><ComplexType Name=\"y\" BaseType=\"a.x\"/>\
        </Schema></DataServices></Edmx>";
    let compilation = compiled(&[], metadata);
    assert_sound(&compilation);
    let cyclic = compilation
        .api
        .types
        .iter()
        .filter(|ty| ty.cyclic_base.is_some());
    assert_eq!(cyclic.count(), 1);
}

#[test]
fn real_metadata_comes_out_as_it_went_in() {
    for version in ApiVersion::ALL {
        let Some(file) = shared::shared(&format!("corpus/2021-07/csdl/{version}.xml")) else {
            continue;
        };
        let text: Arc<str> = fs::read_to_string(file).unwrap().into();
        let compilation = compiled(&[], &text);
        let api = &compilation.api;
        assert_eq!(invariants::broken(api), [""; 0], "{version}");
        let written = csdl::emit(api);
        let attributes = [
            "<EntityType ",
            "<ComplexType ",
            "<EnumType ",
            "<Member ",
            "<Property ",
            "<NavigationProperty ",
            "<PropertyRef ",
            "<EntitySet ",
            "<Singleton ",
            " BaseType=",
            " Abstract=\"true\"",
            " OpenType=\"true\"",
            " HasStream=\"true\"",
            " IsFlags=\"true\"",
            " ContainsTarget=\"true\"",
        ];
        for attribute in attributes {
            let count = |xml: &str| xml.matches(attribute).count();
            assert_eq!(count(&written), count(&text), "{version}: {attribute}");
        }
        assert!(has_operations_of(api), "{version}");
    }
}

#[test]
fn pages_leave_real_metadata_as_it_is() {
    let Some((docs, file)) = shared::shared("corpus/2021-07/api-reference")
        .zip(shared::shared("corpus/2021-07/csdl/v1.0.xml"))
    else {
        return;
    };
    let text: Arc<str> = fs::read_to_string(file).unwrap().into();
    let mut tree = DocsTree::read(&docs, Some(ApiVersion::V1_0)).unwrap();
    let mut docs = tree.versions.remove(&ApiVersion::V1_0).unwrap();
    docs.metadata = Some(MetadataFile {
        path: "metadata.xml".into(),
        text: text.clone(),
    });
    let both = compile(docs, &Vocabulary::default()).api;
    assert_eq!(invariants::broken(&both), [""; 0]);
    let alone = compiled(&[], &text).api;
    let shown = |api: &Api, ty: &Type| match &ty.item {
        ItemType::Structured(id) => (ty.collection, api[*id].name.to_string()),
        ItemType::Enum(id) => (ty.collection, api[*id].name.to_string()),
        ItemType::Primitive(primitive) => (ty.collection, primitive.to_string()),
        ItemType::Unknown { text, .. } => (ty.collection, format!("?{text}")),
    };
    for (id, ty) in alone.type_ids().zip(&alone.types) {
        let other = both.find_type(ty.name.as_str()).unwrap();
        let same = &both[other];
        assert_eq!(same.name, ty.name);
        let traits = |it: &StructuredType| (it.kind, it.is_abstract, it.is_open, it.has_stream);
        assert_eq!(traits(same), traits(ty), "{}", ty.name);
        assert_eq!(same.key, ty.key, "{}", ty.name);
        let base = |api: &Api, it: &StructuredType| it.base.map(|id| api[id].name.clone());
        assert_eq!(base(&both, same), base(&alone, ty), "{}", ty.name);
        let members = both.all_members(other);
        for member in alone.all_members(id) {
            let found = members.iter().find(|it| it.name == member.name);
            let found = found.unwrap_or_else(|| panic!("{} lost {}", ty.name, member.name));
            let facts = |api: &Api, it: &Member| (shown(api, &it.ty), it.kind, it.nullable);
            let place = format!("{}.{}", ty.name, member.name);
            assert_eq!(facts(&both, found), facts(&alone, member), "{place}");
        }
    }
    for ty in &alone.enums {
        let same = &both[both.find_enum(ty.name.as_str()).unwrap()];
        let members = |it: &EnumType| {
            let members = it.members.iter();
            let members = members.map(|member| (member.name.clone(), member.value));
            members.collect::<Vec<_>>()
        };
        assert_eq!(members(same), members(ty), "{}", ty.name);
    }
    assert!(both.operations.len() > alone.operations.len());
}

/// Whether every entity set and singleton can be read, and what it contains can be changed.
fn has_operations_of(api: &Api) -> bool {
    let has = |start: &str| {
        api.operations
            .iter()
            .any(|it| it.path.template().starts_with(start))
    };
    let contains = |it: &Member| it.kind == MemberKind::Navigation { contained: true };
    api.roots.iter().all(|root| {
        let members = root
            .ty
            .filter(|_| root.is_singleton)
            .map(|id| api.all_members(id));
        let mut contained = members.into_iter().flatten().filter(|it| contains(it));
        has(&format!("/{}", root.name))
            && contained.all(|it| has(&format!("/{}/{}", root.name, it.name)))
    })
}
