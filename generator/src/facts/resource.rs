//! Resource pages: one entity or complex type each, and the enumerations that stand beside its properties.

use std::collections::HashSet;

use super::{
    Claim, Context, LeftoverKind, MemberTable, PageFacts, Witness,
    annotation::Annotation,
    enumeration, facets, is_identifier, json_representation,
    rows::{self, Columns},
};
use crate::{
    ir::{DEFAULT_NAMESPACE, TypeName},
    sections::{Block, Code, Section, Table},
    span::ByteRange,
    spelling::{self, Reference},
    vocabulary::{Column, Heading},
};

/// Reads a resource page.
pub(super) fn read(cx: &Context, out: &mut PageFacts) {
    let representations: Vec<_> = representations(cx).collect();
    let Some(ty) = type_name(cx, &representations, out) else {
        out.leave(
            cx.id,
            super::first_heading(cx.page),
            LeftoverKind::Page,
            "names no type",
        );
        return;
    };
    for shown in representations
        .iter()
        .filter(|shown| is_about(&shown.annotation, &ty))
    {
        annotated(cx, &ty, shown, out);
        json_representation::read(cx, &ty, shown.body, out);
    }
    intro(cx, &ty, out);
    let mut heading = None;
    for section in &cx.page.sections {
        let title = cx.page.str(section.title);
        if section.level <= 2 {
            heading = cx.vocabulary().heading(title);
        } else if let Some(own) = cx.vocabulary().heading(title) {
            heading = Some(own);
        }
        if cx.vocabulary().values_of(title).is_some() {
            enumeration::values_section(cx, section, out);
            continue;
        }
        let governing = heading.filter(|_| !is_about_something_else(title));
        section_tables(cx, &ty, section, governing, out);
    }
}

/// `### Properties of a token lifetime policy definition`: properties of a value inside of a string.
fn is_about_something_else(title: &str) -> bool {
    title
        .get(..14)
        .is_some_and(|start| start.eq_ignore_ascii_case("properties of "))
}

/// A code block that shows a resource.
struct Representation {
    /// The annotation, or the block if it has none.
    at: ByteRange,
    annotation: Annotation,
    body: ByteRange,
}

/// The code blocks that show a resource: an annotation says so, or the heading does.
fn representations<'a>(cx: &'a Context) -> impl Iterator<Item = Representation> + 'a {
    cx.page.sections.iter().flat_map(move |section| {
        let title = cx.page.str(section.title);
        let headed = cx.vocabulary().heading(title) == Some(Heading::JsonRepresentation);
        section
            .codes()
            .filter_map(move |code| representation(cx, code, headed))
    })
}

fn representation(cx: &Context, code: &Code, headed: bool) -> Option<Representation> {
    let annotation = code
        .annotation
        .and_then(|range| Annotation::parse(cx.page.str(range)));
    let at = code.annotation.unwrap_or(code.range);
    match annotation {
        Some(annotation) => {
            (annotation.block_type().as_deref() == Some("resource")).then_some(Representation {
                at,
                annotation,
                body: code.body,
            })
        }
        None => headed.then(|| Representation {
            at,
            annotation: Annotation::default(),
            body: code.body,
        }),
    }
}

/// The type that the page is about: the annotation names it exactly, the heading nearly always.
fn type_name(
    cx: &Context,
    representations: &[Representation],
    out: &mut PageFacts,
) -> Option<TypeName> {
    let title = cx.title();
    let short = rows::name(title);
    let namespace = namespace(cx);
    let annotated = || {
        representations
            .iter()
            .filter_map(|shown| Some((shown.at, annotated_name(&shown.annotation, &namespace)?)))
    };
    let found = annotated()
        .find(|(_, name)| name.name().eq_ignore_ascii_case(short))
        .or_else(|| annotated().next());
    let (at, name, witness) = match found {
        Some((at, name)) => (at, name, Witness::Annotation),
        None if is_identifier(short) => (
            super::first_heading(cx.page),
            TypeName::in_namespace(&namespace, short),
            Witness::Heading,
        ),
        None => return None,
    };
    let description = description(cx);
    let deprecated = deprecation(cx);
    out.claim(
        cx.id,
        at,
        Claim::Type {
            name: name.clone(),
            description,
            deprecated,
            witness,
        },
    );
    Some(name)
}

fn annotated_name(annotation: &Annotation, namespace: &str) -> Option<TypeName> {
    let text = annotation.odata_type()?;
    let valid = text.split('.').all(is_identifier);
    valid.then(|| {
        if text.contains('.') {
            TypeName::new(text)
        } else {
            TypeName::in_namespace(namespace, text)
        }
    })
}

fn is_about(annotation: &Annotation, ty: &TypeName) -> bool {
    annotation.odata_type().is_none_or(|name| {
        name.rsplit('.')
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(ty.name()))
    })
}

/// The namespace that the page states, or that its file name begins or ends with.
pub(super) fn namespace(cx: &Context) -> String {
    let stated = super::stated_namespace(cx.page).map(str::to_owned);
    stated
        .or_else(|| namespace_in_file_name(cx))
        .unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned())
}

/// `callrecords-session.md`, `enums-callrecords.md`.
fn namespace_in_file_name(cx: &Context) -> Option<String> {
    let file = cx
        .page
        .path
        .rsplit('/')
        .next()?
        .strip_suffix(".md")?
        .to_ascii_lowercase();
    let (first, rest) = file.split_once('-')?;
    let part = if first == "enums" { rest } else { first };
    cx.reader.namespaces.get(part).cloned()
}

/// The first paragraph below the title that says something.
pub(super) fn description(cx: &Context) -> String {
    let intro = cx
        .page
        .sections
        .iter()
        .take_while(|section| section.level <= 1);
    let mut texts = intro
        .flat_map(Section::texts)
        .map(|range| cx.page.str(range));
    texts
        .find(|text| is_description(text))
        .map(rows::description)
        .unwrap_or_default()
}

fn is_description(text: &str) -> bool {
    !text.starts_with("Namespace:")
        && !text.starts_with(['>', '!', '['])
        && !text.starts_with("**Note")
        && !text.starts_with("**Important")
        && !text.starts_with("Inherits from")
}

/// `(deprecated)` in the title, or a notice below it.
pub(super) fn deprecation(cx: &Context) -> Option<crate::api::Deprecation> {
    let intro = || {
        cx.page
            .sections
            .iter()
            .take_while(|section| section.level <= 1)
    };
    let notice = intro()
        .flat_map(Section::texts)
        .map(|range| cx.page.str(range))
        .find(|text| {
            let lower = text.to_ascii_lowercase();
            lower.contains("deprecated")
                && (lower.contains("is deprecated")
                    || lower.contains("are deprecated")
                    || lower.contains("been deprecated"))
        });
    let in_title = cx.title().to_ascii_lowercase().contains("(deprecated)");
    let included = intro()
        .flat_map(|section| &section.blocks)
        .any(|block| match block {
            Block::Include(link) => cx
                .page
                .links
                .get(*link)
                .is_some_and(|link| link.target.contains("deprecate")),
            Block::Text(_) | Block::Table(_) | Block::Code(_) | Block::Html(_) => false,
        });
    (in_title || included || notice.is_some_and(|_| in_title))
        .then(|| facets::page_deprecation(notice.unwrap_or_default()))
}

/// What the annotation says of the type.
fn annotated(cx: &Context, ty: &TypeName, shown: &Representation, out: &mut PageFacts) {
    let (at, annotation) = (shown.at, &shown.annotation);
    let ty = || ty.clone();
    if let Some(base) = annotation
        .text("baseType")
        .map(|base| base.trim_start_matches('#'))
        .filter(|base| !base.is_empty())
    {
        let base = Reference {
            name: base.to_owned(),
            target: None,
        };
        out.claim(
            cx.id,
            at,
            Claim::Base {
                ty: ty(),
                base,
                witness: Witness::Annotation,
            },
        );
    }
    if let Some(property) = annotation
        .text("keyProperty")
        .filter(|property| !property.is_empty())
    {
        out.claim(
            cx.id,
            at,
            Claim::Key {
                ty: ty(),
                property: property.to_owned(),
            },
        );
    }
    if let Some(open) = annotation.flag("openType") {
        out.claim(
            cx.id,
            at,
            Claim::Open {
                ty: ty(),
                open,
                witness: Witness::Annotation,
            },
        );
    }
    if annotation.flag("abstract") == Some(true) || annotation.flag("isAbstract") == Some(true) {
        out.claim(cx.id, at, Claim::Abstract { ty: ty() });
    }
    if annotation.flag("isMediaEntity") == Some(true) {
        out.claim(cx.id, at, Claim::MediaEntity { ty: ty() });
    }
}

/// What the prose says of the type: base type, abstract, open.
fn intro(cx: &Context, ty: &TypeName, out: &mut PageFacts) {
    for section in &cx.page.sections {
        let in_intro = section.level <= 1;
        if !in_intro
            && cx.vocabulary().heading(cx.page.str(section.title)) != Some(Heading::Properties)
        {
            continue;
        }
        for range in section.texts() {
            let text = cx.page.str(range);
            let lower = text.to_ascii_lowercase();
            if let Some(base) = base_in_prose(text, &lower) {
                out.claim(
                    cx.id,
                    range,
                    Claim::Base {
                        ty: ty.clone(),
                        base,
                        witness: Witness::Prose,
                    },
                );
            }
            if in_intro && is_abstract(&lower) {
                out.claim(cx.id, range, Claim::Abstract { ty: ty.clone() });
            }
            if is_open(&lower) {
                out.claim(
                    cx.id,
                    range,
                    Claim::Open {
                        ty: ty.clone(),
                        open: true,
                        witness: Witness::Prose,
                    },
                );
            }
        }
    }
}

/// `Inherits from [x](x.md)`, `is derived from …`: only a link, an emphasized or a qualified name is a type; much is
/// derived from data.
fn base_in_prose(text: &str, lower: &str) -> Option<Reference> {
    const PHRASES: &[&str] = &[
        "inherits from",
        "inherits properties from",
        "inherited from",
        "derived from",
        "derives from",
        "subclass of",
        "subtype of",
        "is a type of",
        "extends",
    ];
    PHRASES.iter().find_map(|phrase| {
        lower.match_indices(phrase).find_map(|(at, _)| {
            let reference = facets::named_type(&text[at + phrase.len()..])?;
            let page = reference
                .target
                .as_ref()
                .is_none_or(|target| target.contains(".md") || target.contains("/resources/"));
            (page && reference.name.split('.').all(is_identifier)).then_some(reference)
        })
    })
}

fn is_abstract(lower: &str) -> bool {
    lower.contains("abstract")
        && [
            "abstract class",
            "abstract type",
            "abstract base",
            "abstract entity",
            "abstract resource",
            "abstract complex",
            "is abstract",
            "abstract object",
        ]
        .iter()
        .any(|phrase| lower.contains(phrase))
}

fn is_open(lower: &str) -> bool {
    lower.contains("open type")
        && [
            "is an open type",
            "an open type",
            "of an open type",
            "this open type",
        ]
        .iter()
        .any(|phrase| lower.contains(phrase))
}

/// The tables of one section, under the heading that governs it.
fn section_tables(
    cx: &Context,
    ty: &TypeName,
    section: &Section,
    heading: Option<Heading>,
    out: &mut PageFacts,
) {
    for table in section.tables() {
        let columns = Columns::of(cx.page, table, cx.vocabulary());
        match heading {
            Some(Heading::Properties | Heading::Relationships) if columns.has(Column::Type) => {
                let table_kind = if heading == Some(Heading::Properties) {
                    MemberTable::Properties
                } else {
                    MemberTable::Relationships
                };
                members(cx, ty, table, table_kind, out);
            }
            None | Some(Heading::JsonRepresentation)
                if columns.has(Column::Type) && is_shown(cx, ty, table, &columns, out) =>
            {
                members(cx, ty, table, MemberTable::Properties, out);
            }
            Some(Heading::Methods) => methods(cx, ty, table, out),
            Some(Heading::Properties | Heading::Relationships | Heading::Members)
                if columns.has(Column::Name) =>
            {
                out.leave(
                    cx.id,
                    table.range,
                    LeftoverKind::Table,
                    "has no column for types",
                );
            }
            _ => out.leave(
                cx.id,
                table.range,
                LeftoverKind::Prose,
                "stands under a heading that tells no facts",
            ),
        }
    }
}

/// Whether the representation has a property that a table lists: then these are properties, whatever the heading is.
fn is_shown(
    cx: &Context,
    ty: &TypeName,
    table: &Table,
    columns: &Columns,
    out: &PageFacts,
) -> bool {
    let keys: HashSet<&str> = out
        .facts
        .iter()
        .filter_map(|fact| match &fact.claim {
            Claim::JsonKey {
                ty: owner, name, ..
            } if owner == ty => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let mut cells = table
        .rows
        .iter()
        .filter_map(|row| columns.cell(&row.cells, Column::Name));
    cells.any(|cell| keys.contains(rows::name(cx.page.str(cell))))
}

fn members(cx: &Context, ty: &TypeName, table: &Table, kind: MemberTable, out: &mut PageFacts) {
    rows::typed(cx, table, out, |out, at, row| {
        // `@odata.type` and its like are control information of the protocol, not properties.
        if row.name.contains('@') || row.name == "odata.type" {
            out.leave(
                cx.id,
                at,
                LeftoverKind::Prose,
                "is control information, no property",
            );
        } else {
            out.claim(
                cx.id,
                at,
                Claim::Member {
                    ty: ty.clone(),
                    table: kind,
                    row: Box::new(row),
                },
            );
        }
    });
}

fn methods(cx: &Context, ty: &TypeName, table: &Table, out: &mut PageFacts) {
    let columns = Columns::of(cx.page, table, cx.vocabulary());
    for row in &table.rows {
        let first = row.cells.first().copied().unwrap_or_default();
        let link = cx.page.links_in(first).next();
        if row.cells.iter().filter(|cell| !cell.is_empty()).count() <= 1 && link.is_none() {
            out.leave(
                cx.id,
                row.range,
                LeftoverKind::GroupRow,
                "groups the rows below it",
            );
            continue;
        }
        let returns = columns
            .cell(&row.cells, Column::ReturnType)
            .filter(|cell| !cell.is_empty())
            .map(|cell| {
                let link = cx.page.links_in(cell).next();
                spelling::parse(
                    cx.page.str(cell),
                    link.map(|link| (cx.page.str(link.text), &*link.target)),
                )
            });
        let title = link.map_or(first, |link| link.text);
        let claim = Claim::Method {
            ty: ty.clone(),
            title: cx.page.str(title).to_owned(),
            target: link.map(|link| link.target.clone()),
            returns,
        };
        out.claim(cx.id, row.range, claim);
    }
}
