//! Request bodies: what the sentence says that a request carries, and the rows that list it.
//!
//! ```text
//! none       := ("Do not" | "Don't") "supply" … | "No request body is required" …
//! reference  := "a reference to" … | … "@odata.id" …                 not with "@odata.bind"
//! parameters := … "JSON" ("representation" | "object") … "parameters"
//! object     := … "JSON representation" ("of" | "for") article? type "object"?
//! stream     := … "binary" | "bytes" | "stream" …
//! ```

use super::{
    Area, Context, Part, parameter_table,
    text::{self, has},
};
use crate::{
    facts::{
        BodyText, Claim, LeftoverKind, PageFacts, ParameterPlace,
        operation::response,
        rows::{self, Columns},
    },
    sections::{Block, Table},
    span::ByteRange,
    spelling::TypeText,
    vocabulary::Column,
};

/// Claims the request body of a page.
pub(super) fn read(cx: &Context, parts: &[Part], out: &mut PageFacts) {
    let mut said: Option<(ByteRange, BodyText)> = None;
    let mut is_of_function = false;
    let mut listed = None;
    for part in parts.iter().filter(|part| part.area == Area::RequestBody) {
        for block in &part.section.blocks {
            match block {
                Block::Text(range) => {
                    let said_here = cx.page.str(*range);
                    is_of_function |=
                        has(said_here, "request url") || has(said_here, "with this function");
                    if said
                        .as_ref()
                        .is_none_or(|(_, body)| *body == BodyText::Json)
                    {
                        said = read_text(cx.page.str(*range), || type_in(cx, *range))
                            .map(|body| (*range, body))
                            .or(said);
                    }
                }
                Block::Table(table) if is_of_function => {
                    parameter_table(cx, table, ParameterPlace::Function, out);
                }
                Block::Table(table) => {
                    if let Some(list) = members(cx, table, out) {
                        listed = listed.or(Some((table.range, list)));
                    }
                }
                Block::Code(_) | Block::Html(_) | Block::Include(_) => {}
            }
        }
    }
    let claim = match (said, listed) {
        // A table with parameters tells more than a sentence about some JSON.
        (Some((at, BodyText::Json)), Some((_, List::Parameters))) => {
            Some((at, BodyText::Parameters))
        }
        (Some(said), _) => Some(said),
        (None, Some((at, List::Parameters))) => Some((at, BodyText::Parameters)),
        (None, Some((at, List::Properties))) => Some((at, BodyText::Json)),
        (None, None) => None,
    };
    if let Some((at, body)) = claim {
        out.claim(cx.id, at, Claim::Body(body));
    }
}

/// What a table in the section of the body lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Properties,
    Parameters,
}

/// Claims the rows of a table.
fn members(cx: &Context, table: &Table, out: &mut PageFacts) -> Option<List> {
    let columns = Columns::of(cx.page, table, cx.vocabulary());
    let describes = columns.has(Column::Description) || columns.has(Column::Value);
    // Where there is a column for types, the first one names what has them, whatever its head says.
    let lists = columns.has(Column::Type) || (columns.has(Column::Name) && describes);
    if !lists {
        out.leave(
            cx.id,
            table.range,
            LeftoverKind::Prose,
            "lists neither properties nor parameters",
        );
        return None;
    }
    rows::typed(cx, table, out, |out, at, row| {
        out.claim(cx.id, at, Claim::BodyMember(Box::new(row)));
    });
    let head = table
        .header
        .first()
        .map(|&head| cx.page.str(head))
        .unwrap_or_default();
    Some(if has(head, "parameter") {
        List::Parameters
    } else {
        List::Properties
    })
}

/// The type that the paragraph links to or names.
fn type_in(cx: &Context, range: ByteRange) -> Option<TypeText> {
    let text = cx.page.str(range);
    let from = text::find_ci(text, "json").unwrap_or_default();
    let after = ByteRange::new(range.start as usize + from, range.end as usize);
    response::linked_type(cx, after)
        .map(|(_, ty)| ty)
        .or_else(|| response::named_type(&text[from..]))
}

/// Reads a paragraph; `ty` finds the type in it.
fn read_text(said: &str, ty: impl FnOnce() -> Option<TypeText>) -> Option<BodyText> {
    let start = said.trim_start_matches(['*', '>', ' ']);
    // "No request body is required. However, you can specify …"
    if says_none(start) && !has(said, "you can specify") {
        return Some(BodyText::None);
    }
    let speaks_of_body = has(said, "body") || has(said, "json");
    if !speaks_of_body && !has(said, "supply") && !has(said, "provide") {
        return None;
    }
    // A binding is one member of what is sent.
    let links = has(said, "@odata.id") || has(said, "a reference to");
    if links && !has(said, "@odata.bind") {
        return Some(BodyText::Reference);
    }
    if let Some(at) = text::find_ci(said, "json") {
        let rest = &said[at..];
        let end = text::sentences(rest)
            .first()
            .map_or(rest.len(), |sentence| sentence.end);
        let phrase = &rest[..end];
        if has(phrase, "parameters") && !phrase.contains("](") {
            return Some(BodyText::Parameters);
        }
        return Some(ty().map_or(BodyText::Json, BodyText::Object));
    }
    if is_stream(said) {
        return Some(BodyText::Stream);
    }
    if has(said, "parameters") && has(said, "body") {
        return Some(BodyText::Parameters);
    }
    let supplies =
        has(said, "supply") || has(said, "provide") || has(said, "specify") || has(said, "include");
    supplies.then_some(BodyText::Json)
}

fn says_none(said: &str) -> bool {
    const STARTS: &[&str] = &[
        "do not supply",
        "don't supply",
        "do not provide",
        "don't provide",
        "do not specify",
        "do not include",
        "no request body",
        "there is no request body",
        "the request body is empty",
        "the request body should be empty",
        "the request body must be empty",
        "this method does not require",
        "this method doesn't require",
        "this method does not take",
        "this request does not require",
        "this operation does not require",
        "not required",
        "not applicable",
        "none",
        "n/a",
        "empty",
        "leave the request body",
    ];
    let said = said.replace('\u{2019}', "'");
    STARTS.iter().any(|start| {
        said.get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start))
    }) || has(&said, "do not supply a request body")
        || has(&said, "don't supply a request body")
}

fn is_stream(said: &str) -> bool {
    [
        "binary",
        "bytes",
        "stream",
        "contents of the file",
        "content of the file",
        "multi-part",
        "multipart",
    ]
    .iter()
    .any(|word| has(said, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &str, expected: &str) {
        let linked = || {
            let (before, _) = said.split_once("](")?;
            let shown = before.rsplit('[').next()?;
            Some(crate::spelling::parse(shown, Some((shown, "x.md"))))
        };
        let named =
            || response::named_type(&said[text::find_ci(said, "json").unwrap_or_default()..]);
        let ty = || linked().or_else(named);
        let read = match read_text(said, ty) {
            None => "?".to_owned(),
            Some(BodyText::Object(ty)) => format!("object {ty}"),
            Some(other) => format!("{other:?}").to_lowercase(),
        };
        assert_eq!(read, expected, "{said}");
    }

    #[test]
    fn sentences() {
        check("Do not supply a request body for this method.", "none");
        check("Don't supply a request body for this method.", "none");
        check("No request body is required.", "none");
        check(
            "In the request body, supply a JSON representation of the [team](../resources/team.md) object.",
            "object team",
        );
        check(
            "In the request body, supply a JSON representation for the onPremisesThing object.",
            "object onPremisesThing",
        );
        check(
            "In the request body, supply JSON representation of an **alert** object.",
            "object alert",
        );
        check(
            "In the request body, supply JSON representation of the parameters.",
            "parameters",
        );
        check(
            "In the request body, provide a JSON object with the following parameters.",
            "parameters",
        );
        check(
            "In the request body, supply a reference to the [directoryObject](../resources/directoryobject.md) to add.",
            "reference",
        );
        check(
            "In the request body, provide a JSON object with an `@odata.id` property.",
            "reference",
        );
        check(
            "In the request body, supply the values for relevant fields that should be updated.",
            "json",
        );
        check(
            "In the request body, include the binary data of the photo.",
            "stream",
        );
        check(
            "The contents of the request body should be the binary stream of the file.",
            "stream",
        );
        check(
            "The following table shows the properties that are required.",
            "?",
        );
        check("Ünïcode", "?");
    }
}
