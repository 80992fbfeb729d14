//! Operation pages: requests, who may send them, what they carry and what comes back.
//!
//! Comes in: an operation page. Goes out: claims on its requests, permissions, parameters, body, answers and examples.
//! The title gives the page a name, the sections the rest:
//!
//! ```text
//! page := title introduction permissions? request-lines parameters* body? response? examples?
//! ```
//!
//! Sections may come in any order and at any level; what a section is for is inherited by the sections nested in it.
//! Invariant: a line, row or code block in a section that tells facts becomes a claim or a leftover with its reason.

use super::{Claim, Context, LeftoverKind, PageFacts, ParameterPlace, rows};
use crate::{
    sections::Table,
    vocabulary::{Column, Heading},
};

mod body;
mod example;
pub(crate) mod http;
mod introduction;
mod outline;
mod permissions;
mod request_line;
mod response;
mod text;

pub use http::{MessageText, message};
use outline::Part;
pub use outline::{Area, areas};
pub use permissions::permission_names;

/// Reads an operation page.
pub(super) fn read(cx: &Context, out: &mut PageFacts) {
    let parts = outline::of(cx);
    introduction::read(cx, &parts, out);
    permissions::read(cx, &parts, out);
    request_line::read(cx, &parts, out);
    for part in &parts {
        match part.area {
            Area::PathParameters => parameters(cx, part, ParameterPlace::Path, out),
            Area::QueryParameters => {
                parameters(cx, part, ParameterPlace::Query, out);
                query_options(cx, part, out);
            }
            Area::FunctionParameters => parameters(cx, part, ParameterPlace::Function, out),
            Area::RequestHeaders => parameters(cx, part, ParameterPlace::Header, out),
            Area::Introduction | Area::HttpRequest | Area::Examples | Area::Other => {
                other_tables(cx, part, out);
            }
            Area::Permissions | Area::RequestBody | Area::Response => {}
        }
    }
    body::read(cx, &parts, out);
    let examples = example::read(cx, &parts, out);
    response::read(cx, &parts, &examples, out);
}

/// Tables in sections that tell no facts.
fn other_tables(cx: &Context, part: &Part, out: &mut PageFacts) {
    for table in part.section.tables() {
        if !permissions::is_stray(cx, part, table) {
            let why = "stands under a heading that tells no facts";
            out.leave(cx.id, table.range, LeftoverKind::Prose, why);
        }
    }
}

/// The tables of a section of parameters.
fn parameters(cx: &Context, part: &Part, place: ParameterPlace, out: &mut PageFacts) {
    for table in part.section.tables() {
        parameter_table(cx, table, place, out);
    }
}

fn parameter_table(cx: &Context, table: &Table, place: ParameterPlace, out: &mut PageFacts) {
    let columns = rows::Columns::of(cx.page, table, cx.vocabulary());
    if !columns.has(Column::Name) && !columns.has(Column::Type) {
        let why = "names no parameters";
        out.leave(cx.id, table.range, LeftoverKind::Prose, why);
        return;
    }
    rows::typed(cx, table, out, |out, at, row| {
        let row = Box::new(row);
        out.claim(cx.id, at, Claim::Parameter { place, row });
    });
}

/// Query options that a sentence names: ``This method supports the `$filter` and `$top` query parameters``.
fn query_options(cx: &Context, part: &Part, out: &mut PageFacts) {
    for range in part.section.texts() {
        let text = cx.page.str(range);
        for sentence in text::sentences(text) {
            let said = &text[sentence.clone()];
            if !said.contains("support") || text::denies(said) {
                continue;
            }
            for name in text::code_spans(said).filter(|name| is_query_option(name)) {
                let at = text::subrange(range, text, name);
                let row = super::Row {
                    name: name.to_owned(),
                    ty: text::untyped(),
                    description: String::new(),
                    facets: super::Facets::default(),
                };
                out.claim(
                    cx.id,
                    at,
                    Claim::Parameter {
                        place: ParameterPlace::Query,
                        row: Box::new(row),
                    },
                );
            }
        }
    }
}

fn is_query_option(name: &str) -> bool {
    name.strip_prefix('$')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// What the headings of the vocabulary stand for on an operation page.
fn area(heading: Heading) -> Area {
    match heading {
        Heading::Permissions => Area::Permissions,
        Heading::HttpRequest => Area::HttpRequest,
        Heading::PathParameters => Area::PathParameters,
        Heading::QueryParameters => Area::QueryParameters,
        Heading::FunctionParameters => Area::FunctionParameters,
        Heading::RequestHeaders => Area::RequestHeaders,
        // Some pages head the table of a body like that of a resource.
        Heading::RequestBody | Heading::Properties => Area::RequestBody,
        Heading::Response => Area::Response,
        Heading::Request | Heading::Examples => Area::Examples,
        Heading::Methods
        | Heading::Relationships
        | Heading::JsonRepresentation
        | Heading::Members
        | Heading::InstanceAttributes
        | Heading::DerivedTypes
        | Heading::Errors
        | Heading::Remarks => Area::Other,
    }
}
