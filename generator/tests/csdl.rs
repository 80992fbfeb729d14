//! Metadata documents: that everything in them is read, from where it stands, and that nothing in them is a failure.

use std::{fmt::Write, fs};

use docwright::{
    csdl::{self, ItemRef, Metadata, Name, TypeRef},
    ir::ApiVersion,
};
use proptest::{prelude::*, test_runner::FileFailurePersistence};

#[path = "common/shared.rs"]
mod shared;

/// A library with its books and readers, in all kinds of elements.
const LIBRARY: &str = include_str!("csdl/metadata.xml");

/// Each name with its place, and what belongs to it in the lines below.
fn outline(metadata: &Metadata) -> String {
    let mut out = String::new();
    let mut line = |depth: usize, name: &Name, rest: String| {
        let place = metadata.line_column(name.at);
        writeln!(
            out,
            "{:depth$}{} {rest} [{place}]",
            "",
            name.text,
            depth = depth * 2
        )
        .unwrap();
    };
    for schema in &metadata.schemas {
        line(
            0,
            &schema.namespace,
            format!("alias {:?}", schema.alias.as_ref().map(|it| &it.text)),
        );
        for ty in &schema.enums {
            line(
                1,
                &ty.name,
                format!(
                    "flags {} {:?}",
                    ty.is_flags,
                    ty.underlying.as_ref().map(shown)
                ),
            );
            for member in &ty.members {
                line(2, &member.name, format!("{:?}", member.value));
            }
        }
        for ty in &schema.definitions {
            line(1, &ty.name, shown(&ty.underlying));
        }
        for ty in &schema.types {
            let key: Vec<_> = ty.key.iter().map(|key| key.text.as_str()).collect();
            let traits = (ty.is_entity, ty.is_abstract, ty.is_open, ty.has_stream);
            line(
                1,
                &ty.name,
                format!("{:?} {traits:?} {key:?}", ty.base.as_ref().map(shown)),
            );
            for member in &ty.properties {
                let facets: Vec<_> = member
                    .facets
                    .iter()
                    .map(|it| (it.name, &it.value.text))
                    .collect();
                let rest = format!(
                    "{} {:?} {:?} {facets:?}",
                    shown(&member.ty),
                    member.nullable,
                    member.default
                );
                line(2, &member.name, rest);
                for annotation in &member.annotations {
                    line(3, &annotation.term, format!("{:?}", annotation.value));
                }
            }
            for member in &ty.navigation {
                let partner = member.partner.as_ref().map(|it| &it.text);
                let rest = format!(
                    "{} {:?} {} {partner:?}",
                    shown(&member.ty),
                    member.nullable,
                    member.contains_target
                );
                line(2, &member.name, rest);
            }
        }
        for callable in &schema.callables {
            let traits = (
                callable.is_function,
                callable.is_bound,
                callable.is_composable,
            );
            let returns = callable.returns.as_ref().map(|it| shown(&it.ty));
            let path = callable.entity_set_path.as_ref().map(|it| &it.text);
            line(
                1,
                &callable.name,
                format!("{traits:?} {returns:?} {path:?}"),
            );
            for parameter in &callable.parameters {
                line(
                    2,
                    &parameter.name,
                    format!("{} {:?}", shown(&parameter.ty), parameter.nullable),
                );
            }
        }
        for term in &schema.terms {
            line(1, &term.name, shown(&term.ty));
        }
        if let Some(container) = &schema.container {
            line(1, &container.name, String::new());
            for root in &container.roots {
                line(
                    2,
                    &root.name,
                    format!("{} {}", root.is_singleton, shown(&root.ty)),
                );
                for binding in &root.bindings {
                    line(3, &binding.path, binding.target.text.clone());
                }
            }
            for import in &container.imports {
                line(
                    2,
                    &import.name,
                    format!("{} {}", import.is_function, shown(&import.callable)),
                );
            }
        }
        for annotated in &schema.annotated {
            line(1, &annotated.target, format!("{:?}", annotated.qualifier));
            for annotation in &annotated.annotations {
                line(2, &annotation.term, format!("{:?}", annotation.value));
            }
        }
    }
    for problem in &metadata.problems {
        let place = metadata.line_column(problem.at);
        writeln!(out, "{place}: {}", problem.what).unwrap();
    }
    out
}

fn shown(ty: &TypeRef) -> String {
    let item = match &ty.item {
        ItemRef::Primitive(primitive) => primitive.to_string(),
        ItemRef::Named(name) => name.to_string(),
        ItemRef::Unread(text) => format!("?{text}"),
    };
    if ty.collection {
        format!("{item} many")
    } else {
        item
    }
}

/// Every name that was read, and every type with the text that it was read from.
fn names(metadata: &Metadata) -> Vec<&Name> {
    let mut out = Vec::new();
    for schema in &metadata.schemas {
        out.push(&schema.namespace);
        for ty in &schema.types {
            out.push(&ty.name);
            out.extend(&ty.key);
            out.extend(ty.properties.iter().map(|it| &it.name));
            out.extend(ty.navigation.iter().map(|it| &it.name));
        }
        for ty in &schema.enums {
            out.push(&ty.name);
            out.extend(ty.members.iter().map(|it| &it.name));
        }
        for callable in &schema.callables {
            out.push(&callable.name);
            out.extend(callable.parameters.iter().map(|it| &it.name));
        }
        if let Some(container) = &schema.container {
            out.push(&container.name);
            out.extend(container.roots.iter().map(|it| &it.name));
            out.extend(container.imports.iter().map(|it| &it.name));
        }
    }
    out
}

fn problems(text: &str) -> Vec<String> {
    let metadata = csdl::read("metadata.xml", text);
    let problems = metadata.problems.iter();
    problems
        .map(|it| format!("{}: {}", metadata.line_column(it.at), it.what))
        .collect()
}

/// A document around some elements of a schema.
fn document(elements: &str) -> String {
    format!(
        "<Edmx><DataServices><Schema Namespace=\"a.b\" Alias=\"s\">{elements}</Schema></DataServices></Edmx>"
    )
}

#[test]
fn everything_is_read_from_its_place() {
    let metadata = csdl::read("metadata.xml", LIBRARY);
    insta::assert_snapshot!(outline(&metadata));
    for name in names(&metadata) {
        assert_eq!(name.at.of(LIBRARY), name.text);
    }
}

#[test]
fn real_documents_are_read_whole() {
    for version in ApiVersion::ALL {
        let Some(file) = shared::shared(&format!("corpus/2021-07/csdl/{version}.xml")) else {
            continue;
        };
        let text = fs::read_to_string(file).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        let metadata = csdl::read("metadata.xml", text);
        assert_eq!(metadata.problems, []);
        let schemas = &metadata.schemas;
        let count = |of: &dyn Fn(&csdl::Schema) -> usize| schemas.iter().map(of).sum::<usize>();
        let types = |schema: &csdl::Schema, is_entity: bool| {
            schema
                .types
                .iter()
                .filter(|ty| ty.is_entity == is_entity)
                .count()
        };
        let calls = |schema: &csdl::Schema, is_function: bool| {
            schema
                .callables
                .iter()
                .filter(|it| it.is_function == is_function)
                .count()
        };
        let roots = |schema: &csdl::Schema, is_singleton: bool| {
            let roots = schema.container.iter().flat_map(|it| &it.roots);
            roots.filter(|it| it.is_singleton == is_singleton).count()
        };
        let read = [
            ("<Schema ", schemas.len()),
            ("<EntityType ", count(&|it| types(it, true))),
            ("<ComplexType ", count(&|it| types(it, false))),
            (
                "<Property ",
                count(&|it| it.types.iter().map(|ty| ty.properties.len()).sum()),
            ),
            (
                "<NavigationProperty ",
                count(&|it| it.types.iter().map(|ty| ty.navigation.len()).sum()),
            ),
            (
                "<PropertyRef ",
                count(&|it| it.types.iter().map(|ty| ty.key.len()).sum()),
            ),
            ("<EnumType ", count(&|it| it.enums.len())),
            (
                "<Member ",
                count(&|it| it.enums.iter().map(|ty| ty.members.len()).sum()),
            ),
            ("<Action ", count(&|it| calls(it, false))),
            ("<Function ", count(&|it| calls(it, true))),
            (
                "<Parameter ",
                count(&|it| it.callables.iter().map(|it| it.parameters.len()).sum()),
            ),
            (
                "<ReturnType ",
                count(&|it| {
                    it.callables
                        .iter()
                        .filter(|it| it.returns.is_some())
                        .count()
                }),
            ),
            ("<EntitySet ", count(&|it| roots(it, false))),
            ("<Singleton ", count(&|it| roots(it, true))),
            (
                "<NavigationPropertyBinding ",
                count(&|it| {
                    it.container
                        .iter()
                        .flat_map(|it| &it.roots)
                        .map(|it| it.bindings.len())
                        .sum()
                }),
            ),
            ("<Term ", count(&|it| it.terms.len())),
            ("<Annotations ", count(&|it| it.annotated.len())),
        ];
        for (start, number) in read {
            assert_eq!(number, text.matches(start).count(), "{version}: {start}");
        }
        for name in names(&metadata) {
            assert_eq!(name.at.of(text), name.text, "{version}");
        }
        let properties = schemas
            .iter()
            .flat_map(|it| &it.types)
            .flat_map(|it| &it.properties);
        for property in properties {
            let tag = property.at.of(text);
            assert!(
                tag.starts_with("<Property ") && tag.ends_with('>'),
                "{version}: {tag}"
            );
            let written = property
                .ty
                .at
                .of(text)
                .replace("graph.", "microsoft.graph.");
            let written = written.replace("microsoft.microsoft.", "microsoft.");
            let is_many = property.ty.collection;
            let read = shown(&property.ty).replace(" many", "");
            let read = if is_many {
                format!("Collection({read})")
            } else {
                read
            };
            assert_eq!(written, read, "{version}");
        }
    }
}

#[test]
fn what_is_damaged_is_told_and_the_rest_is_read() {
    let text = document(
        r#"
<EntityType Name="one"><Property Name="x" Type="Edm.String"></EntityType>
<EntityType><Property Name="lost" Type="Edm.String"/></EntityType>
<Shelf/>
<EntityType Name="two" Abstract="maybe"><Property Name="y" Type="String"/><Property Name="y" Type="s.one"/></EntityType>
<ComplexType Name="two"><Key/></ComplexType>
<EnumType Name="many"><Member Name="big" Value="9999999999999999999"/><Member Name="next"/></EnumType>
<Action Name="act" IsBound="true"/>
<Property Name="astray" Type="Edm.String"/>
<ComplexType Name="a&amp;b&c;"/></Singleton>
<ComplexType Name="last">"#,
    );
    let metadata = csdl::read("metadata.xml", text.as_str());
    insta::assert_snapshot!(outline(&metadata));
}

#[test]
fn entities_are_not_expanded() {
    let text = r#"<!DOCTYPE Edmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<Edmx><DataServices><Schema Namespace="a"><ComplexType Name="&b;"><Annotation Term="t.u"><String>&b;</String></Annotation></ComplexType></Schema></DataServices></Edmx>"#;
    let metadata = csdl::read("metadata.xml", text);
    let ty = &metadata.schemas[0].types[0];
    assert_eq!(ty.name.text, "&b;");
    assert_eq!(ty.annotations[0].value.text(), Some("&b;"));
    insta::assert_snapshot!(problems(text).join("\n"));
}

#[test]
fn depth_has_an_end() {
    let deep = "<Collection>".repeat(100_000);
    let text = document(&format!("<Annotation Term=\"t.u\">{deep}"));
    let told = problems(&text);
    assert!(
        told.iter()
            .any(|it| it.contains("more than 64 elements within one another")),
        "{told:?}"
    );
}

#[test]
fn every_alias_is_its_namespace_wherever_it_is_declared() {
    let text = document("<ComplexType Name=\"x\" BaseType=\"t.base\"/>").replace(
        "</DataServices>",
        "<Schema Namespace=\"c.d\" Alias=\"t\"><ComplexType Name=\"base\" BaseType=\"s.x\"/></Schema></DataServices>",
    );
    let metadata = csdl::read("metadata.xml", text);
    let bases: Vec<_> = metadata
        .schemas
        .iter()
        .flat_map(|it| &it.types)
        .filter_map(|it| it.base.as_ref())
        .map(shown)
        .collect();
    assert_eq!(bases, ["c.d.base", "a.b.x"]);
}

#[test]
fn time_grows_with_the_length_of_a_document() {
    let elements = 100_000;
    let hostile = [
        "<Property Name=\"p\" Type=\"Edm.String\"/>".repeat(elements),
        "<EntityType Name=\"p\"><Property>".repeat(elements),
        "<EntityType Name=\"t\"></Property>".repeat(elements),
        "<!DOCTYPE>".repeat(elements),
        "<ComplexType Name=\"&x;\"/>".repeat(elements),
        format!("<ComplexType {}/>", "a=\"1\" ".repeat(elements)),
        format!("<ComplexType {}/>", "= ".repeat(elements)),
        "& ".repeat(elements),
        "<".repeat(elements),
        "</a>".repeat(elements),
    ];
    for elements in hostile {
        let start = std::time::Instant::now();
        let metadata = csdl::read("metadata.xml", document(&elements));
        let name = elements.get(..20).unwrap_or(&elements);
        assert!(metadata.problems.len() <= 1001, "{name}");
        // A hundred times what it takes; with the square of the number it would be minutes.
        assert!(
            start.elapsed().as_secs() < 20,
            "{name}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn a_document_may_end_at_every_byte() {
    for end in (0..LIBRARY.len()).filter(|&end| LIBRARY.is_char_boundary(end)) {
        let metadata = csdl::read("metadata.xml", &LIBRARY[..end]);
        assert_eq!(
            metadata.problems.is_empty(),
            LIBRARY[end..].trim().is_empty(),
            "{end}"
        );
        for name in names(&metadata) {
            assert_eq!(name.at.of(LIBRARY), name.text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn places_lie_in_the_text_however_it_is_mangled(
        at in 0..LIBRARY.len(),
        length in 0..200usize,
        other in "[<>/&;\"='! A-Za-zä]{0,20}",
    ) {
        let end = (at + length).min(LIBRARY.len());
        let mangled = format!("{}{other}{}", &LIBRARY[..at], &LIBRARY[end..]);
        let metadata = csdl::read("metadata.xml", mangled.as_str());
        for problem in &metadata.problems {
            prop_assert!(problem.at.end as usize <= mangled.len());
            prop_assert!(mangled.get(problem.at.start as usize..problem.at.end as usize).is_some());
        }
    }
}
