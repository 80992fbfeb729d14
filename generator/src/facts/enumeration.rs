//! Enumerations: on a page of their own, together on one page, or in a section beside the properties that use them.

use super::{
    Claim, Context, LeftoverKind, PageFacts, Witness, is_identifier, resource,
    rows::{self, Columns},
};
use crate::{
    ir::TypeName,
    sections::{Section, Table},
    span::ByteRange,
    vocabulary::{Column, Heading},
};

/// Reads a page of enumerations.
pub(super) fn read(cx: &Context, out: &mut PageFacts) {
    let namespace = resource::namespace(cx);
    let title = rows::name(cx.title());
    let mut found = false;
    for section in &cx.page.sections {
        let heading = cx.page.str(section.title);
        // `Enum values` may be the title of a page with many of them.
        let is_title = section.level == 1 && section.tables().next().is_none();
        if !is_title && cx.vocabulary().values_of(heading).is_some() {
            values_section(cx, section, out);
            found = true;
        } else if cx.vocabulary().heading(heading) == Some(Heading::Members) && is_identifier(title)
        {
            let name = TypeName::in_namespace(&namespace, title);
            let claim = Claim::Enum {
                name: name.clone(),
                description: resource::description(cx),
                deprecated: resource::deprecation(cx),
                witness: Witness::Heading,
                flags: is_flags(cx.page.str(section.title), &resource::description(cx)),
            };
            out.claim(cx.id, super::first_heading(cx.page), claim);
            for table in section.tables() {
                members(cx, &name, table, out);
            }
            found = true;
        } else {
            for table in section.tables() {
                out.leave(
                    cx.id,
                    table.range,
                    LeftoverKind::Prose,
                    "stands under a heading that tells no facts",
                );
            }
        }
    }
    if !found {
        out.leave(
            cx.id,
            super::first_heading(cx.page),
            LeftoverKind::Page,
            "lists no members",
        );
    }
}

/// Reads a section such as `### riskLevel values`.
pub(super) fn values_section(cx: &Context, section: &Section, out: &mut PageFacts) {
    let title = cx.page.str(section.title);
    let Some(short) = cx.vocabulary().values_of(title) else {
        return;
    };
    let namespace = resource::namespace(cx);
    let name = if short.contains('.') {
        TypeName::new(short)
    } else {
        TypeName::in_namespace(&namespace, short)
    };
    let description = section
        .texts()
        .map(|range| cx.page.str(range))
        .find(|text| !text.starts_with(['>', '[', '!']));
    let description = description.map(rows::description).unwrap_or_default();
    let flags = is_flags(title, &description);
    let claim = Claim::Enum {
        name: name.clone(),
        description,
        deprecated: None,
        witness: Witness::Heading,
        flags,
    };
    out.claim(cx.id, section.title, claim);
    for table in section.tables() {
        members(cx, &name, table, out);
    }
}

fn is_flags(title: &str, description: &str) -> bool {
    let says = |text: &str| {
        text.to_ascii_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| matches!(word, "flags" | "bitmask"))
    };
    says(title) || says(description)
}

/// The rows of a table of members.
fn members(cx: &Context, ty: &TypeName, table: &Table, out: &mut PageFacts) {
    let columns = Columns::of(cx.page, table, cx.vocabulary());
    // A table with values but no names has the names in the column of values.
    let name_column = if columns.has(Column::Name) {
        Column::Name
    } else {
        Column::Value
    };
    for row in &table.rows {
        let cell = columns
            .cell(&row.cells, name_column)
            .or_else(|| row.cells.first().copied())
            .unwrap_or_default();
        let name = member_name(cx.page.str(cell));
        if name.is_empty() {
            out.leave(cx.id, row.range, LeftoverKind::GroupRow, "names no member");
            continue;
        }
        let value = columns
            .cell(&row.cells, Column::Value)
            .filter(|_| name_column == Column::Name);
        let value = value.and_then(|cell| cx.page.str(cell).trim_matches(['`', '*']).parse().ok());
        let description = columns
            .cell(&row.cells, Column::Description)
            .map(|cell| rows::description(cx.page.str(cell)));
        let claim = Claim::EnumMember {
            ty: ty.clone(),
            name: name.to_owned(),
            value,
            description: description.unwrap_or_default(),
        };
        out.claim(cx.id, ByteRange { ..row.range }, claim);
    }
}

/// The name in a first cell; some members have blanks in their names.
fn member_name(cell: &str) -> &str {
    let name = cell
        .trim()
        .trim_matches(['`', '*', '"', '\u{a0}', ' '])
        .trim_end_matches(['.', ',']);
    name.split(" (")
        .next()
        .unwrap_or_default()
        .trim_matches(['`', '*', ' '])
}
