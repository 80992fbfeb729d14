//! Answers: the statuses that the sentences of the `Response` sections name, and what each carries.
//!
//! ```text
//! sentence := … status ((","|"or"|"and") status)* … body …
//! status   := "`" code reason? "`" | code reason
//! body     := "collection of" type | type "collection" | type "object"? | bytes | nothing
//! ```
//!
//! What a sentence says between its status and the next one is about that status; a later sentence without a status
//! may add to it. A link is a type only where it leads to a page of resources. Comes in: paragraphs. Goes out: one claim
//! for each status, and one more where the page says that the same status can carry something else.

use std::ops::Range;

use super::{
    Area, Context, Part,
    example::Answers,
    text::{self, has},
};
use crate::{
    facts::{Claim, LeftoverKind, PageFacts, ResponseText},
    sections::Block,
    span::ByteRange,
    spelling::{self, ItemText, Reference, TypeText},
};

/// Claims the answers of a page.
pub(super) fn read(cx: &Context, parts: &[Part], answers: &Answers, out: &mut PageFacts) {
    let mut found = Found::default();
    for part in parts.iter().filter(|part| part.area == Area::Response) {
        for block in &part.section.blocks {
            match block {
                Block::Text(range) => found.paragraph(cx, *range),
                Block::Table(table) => {
                    out.leave(
                        cx.id,
                        table.range,
                        LeftoverKind::Prose,
                        "tells more about the answers",
                    );
                }
                Block::Code(_) | Block::Html(_) | Block::Include(_) => {}
            }
        }
    }
    let fallback = answers
        .statuses
        .iter()
        .find(|(_, status)| *status < 400)
        .map(|(_, status)| *status);
    for answer in found.finish(fallback) {
        let claim = Claim::Response {
            status: answer.status,
            body: answer.body,
            sentence: answer.sentence,
        };
        out.claim(cx.id, answer.at, claim);
    }
    for (at, odata_type, collection) in &answers.types {
        let claim = Claim::ResponseAnnotation {
            odata_type: odata_type.clone(),
            collection: *collection,
        };
        out.claim(cx.id, *at, claim);
    }
}

/// One answer.
#[derive(Clone, Debug)]
struct Answer {
    at: ByteRange,
    status: u16,
    body: ResponseText,
    sentence: String,
}

/// What has been found while the paragraphs go by.
#[derive(Debug, Default)]
struct Found {
    answers: Vec<Answer>,
    /// What a sentence says before any status.
    early: Option<(ByteRange, ResponseText, String)>,
}

impl Found {
    fn paragraph(&mut self, cx: &Context, range: ByteRange) {
        let said = cx.page.str(range);
        for sentence in text::sentences(said) {
            let at = ByteRange::new(
                range.start as usize + sentence.start,
                range.start as usize + sentence.end,
            );
            let at = at.trim(&cx.page.text);
            self.sentence(cx, at);
        }
    }

    fn sentence(&mut self, cx: &Context, at: ByteRange) {
        let said = cx.page.str(at);
        let statuses = statuses(said);
        if statuses.is_empty() {
            self.addition(cx, at);
            return;
        }
        let quote = text::commonmark(cx.page, at);
        // What stands before the first status speaks of it where nothing behind it does.
        let lead = ByteRange::new(at.start as usize, at.start as usize + statuses[0].0.start);
        let mut scopes: Vec<Range<usize>> = Vec::new();
        for (index, (place, _)) in statuses.iter().enumerate() {
            let end = statuses
                .get(index + 1)
                .map_or(said.len(), |(next, _)| next.start);
            scopes.push(place.end..end);
        }
        for index in (0..scopes.len().saturating_sub(1)).rev() {
            if is_joint(&said[scopes[index].clone()]) {
                scopes[index] = scopes[index + 1].clone();
            }
        }
        for (index, (scope, (_, status))) in scopes.into_iter().zip(&statuses).enumerate() {
            let scope = ByteRange::new(
                at.start as usize + scope.start,
                at.start as usize + scope.end,
            );
            let mut body = body_of(cx, scope, *status);
            if body == ResponseText::Unknown && index == 0 {
                body = body_of(cx, lead, *status);
            }
            self.add(Answer {
                at,
                status: *status,
                body,
                sentence: quote.clone(),
            });
        }
    }

    /// Adds an answer unless it is known; one whose body was not told yet gets it.
    fn add(&mut self, new: Answer) {
        let mut same = self
            .answers
            .iter_mut()
            .filter(|known| known.status == new.status)
            .peekable();
        if same.peek().is_none() {
            self.answers.push(new);
            return;
        }
        let mut known = false;
        let mut untold = None;
        for answer in same {
            known |= answer.body == new.body;
            if answer.body == ResponseText::Unknown {
                untold = Some(answer);
            }
        }
        match untold {
            Some(answer) if !known => answer.body = new.body,
            Some(_) => {}
            None if known || new.body == ResponseText::Unknown => {}
            None => self.answers.push(new),
        }
    }

    /// A sentence without a status adds to the last success.
    fn addition(&mut self, cx: &Context, at: ByteRange) {
        let said = cx.page.str(at);
        let last = self.answers.iter().rposition(|answer| answer.status < 400);
        let status = last.map_or(200, |last| self.answers[last].status);
        let body = body_of(cx, at, status);
        if body == ResponseText::Unknown {
            return;
        }
        let Some(last) = last else {
            let returns = has(said, "return");
            if self.early.is_none() && returns {
                self.early = Some((at, body, text::commonmark(cx.page, at)));
            }
            return;
        };
        if self.answers[last].body == ResponseText::Unknown {
            if has(said, "return") || has(said, "body") || has(said, "respon") {
                self.answers[last].body = body;
            }
            return;
        }
        // Something else for the same status: metadata instead of bytes, or the other way round.
        let differs = matches!(
            (&self.answers[last].body, &body),
            (ResponseText::Stream, ResponseText::Value(_))
                | (ResponseText::Value(_), ResponseText::Stream)
        );
        if differs && has(said, "body") && !self.answers.iter().any(|known| known.body == body) {
            let sentence = text::commonmark(cx.page, at);
            self.answers.push(Answer {
                at,
                status,
                body,
                sentence,
            });
        }
    }

    /// The answers; one whose status only an example tells gets it from there.
    fn finish(mut self, fallback: Option<u16>) -> Vec<Answer> {
        if let Some((at, body, sentence)) = self.early {
            match self.answers.iter_mut().find(|answer| answer.status < 400) {
                Some(answer) if answer.body == ResponseText::Unknown => answer.body = body,
                Some(_) => {}
                None => self.answers.insert(
                    0,
                    Answer {
                        at,
                        status: fallback.unwrap_or(200),
                        body,
                        sentence,
                    },
                ),
            }
        }
        self.answers
    }
}

/// Whether nothing but a conjunction stands between two statuses: they share what follows the second.
fn is_joint(between: &str) -> bool {
    between
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| {
            matches!(
                word,
                "or" | "and" | "a" | "an" | "response" | "code" | "codes" | "status"
            )
        })
}

/// The statuses in a sentence: where each stands, with its reason, and its number.
fn statuses(said: &str) -> Vec<(Range<usize>, u16)> {
    let bytes = said.as_bytes();
    let mut out: Vec<(Range<usize>, u16)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at
            + bytes[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
        if let Some(status) = status(said, at, end) {
            let close = reason_end(said, at, end);
            out.push((at..close, status));
            at = close.max(end);
        } else {
            at = end;
        }
    }
    out
}

/// Whether the digits at `start..end` are a status: between back-ticks, or with a reason or `response code` behind.
fn status(said: &str, start: usize, end: usize) -> Option<u16> {
    let status: u16 = said[start..end]
        .parse()
        .ok()
        .filter(|code| end - start == 3 && (200..600).contains(code))?;
    let before = &said[..start];
    let after = &said[end..];
    if before.ends_with('`') {
        return after
            .starts_with(['`', ' ', ',', '-', ':'])
            .then_some(status);
    }
    let is_word = before.is_empty()
        || before.ends_with([' ', '*', '(', '"', '\'', '\u{a0}'])
        || before.ends_with("HTTP/1.1 ");
    let reason = after.trim_start_matches(['*', ' ', ',', '-', '\u{a0}', '"', '\'']);
    let named = REASONS.iter().any(|known| {
        reason
            .get(..known.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(known))
    });
    (is_word && named).then_some(status)
}

/// First words of what follows a status that stands in no back-ticks.
const REASONS: &[&str] = &[
    "OK",
    "Created",
    "Accepted",
    "No Content",
    "NoContent",
    "Found",
    "Multi-Status",
    "Partial",
    "Not ",
    "Bad ",
    "Conflict",
    "Forbidden",
    "Unauthorized",
    "response",
    "status",
    "code",
    "HTTP",
    "success",
];

/// Where the status with its reason ends: at the closing back-tick.
fn reason_end(said: &str, start: usize, end: usize) -> usize {
    if !said[..start].ends_with('`') {
        return end;
    }
    let close = said[end..].find('`').map_or(end, |at| end + at);
    close
        + said[close..]
            .bytes()
            .take_while(|byte| *byte == b'`')
            .count()
}

/// What a stretch of a sentence says that an answer with this status carries.
fn body_of(cx: &Context, range: ByteRange, status: u16) -> ResponseText {
    let said = cx.page.str(range);
    if matches!(status, 204 | 304) || says_nothing(said) {
        return ResponseText::Empty;
    }
    if status >= 400 {
        return ResponseText::Unknown;
    }
    let link = linked_type(cx, range).filter(|(at, _)| !leads_to(&said[..at.start]));
    let link_at = link.as_ref().map(|(at, _)| at.start);
    if (300..400).contains(&status) {
        return ResponseText::Empty;
    }
    if let Some(header) = text::find_ci(said, "location") {
        // The link says what the header leads to; another sentence may tell of a body.
        let behind = link_at.is_none_or(|at| header < at);
        if behind && !has(&said[header..], "response body") && !has(&said[header..], "in the body")
        {
            return ResponseText::Unknown;
        }
    }
    let streams = stream_at(said).filter(|at| link_at.is_none_or(|link| *at < link));
    if streams.is_some() {
        return ResponseText::Stream;
    }
    if let Some((_, ty)) = link {
        return ResponseText::Value(ty);
    }
    named_primitive(said)
        .or_else(|| named_type(said))
        .map_or(ResponseText::Unknown, |ty| {
            if ty.item == ItemText::Primitive(crate::ir::Primitive::Stream) && !ty.collection {
                ResponseText::Stream
            } else {
                ResponseText::Value(ty)
            }
        })
}

/// Whether what follows is where a link leads to: `a link to the associated …`.
fn leads_to(before: &str) -> bool {
    let end = before
        .trim_end_matches(['[', '*', '`', ' '])
        .trim_end_matches("associated")
        .trim_end()
        .trim_end_matches(" the");
    end.ends_with("link to")
}

fn says_nothing(said: &str) -> bool {
    const PHRASES: &[&str] = &[
        "not return anything",
        "n't return anything",
        "no response body",
        "response has no body",
        "empty response body",
        "response body is empty",
        "empty body",
        "no body",
        "no content in the",
        "nothing in the",
        "nothing to return",
        "without a body",
        "not return a response body",
        "n't return a response body",
        "not return any",
    ];
    has(said, "no") && PHRASES.iter().any(|phrase| has(said, phrase))
        || has(said, "empty response body")
        || has(said, "response body is empty")
        || has(said, "empty body")
}

/// Where a sentence begins to speak of bytes.
fn stream_at(said: &str) -> Option<usize> {
    const WORDS: &[&str] = &[
        "binary",
        "bytes",
        "a stream",
        "the stream",
        "raw content",
        "csv format",
        "csv file",
        "contents of the file",
        "content of the file",
        "content stream",
        "octet-stream",
        "mime content",
        "image data",
        "file stream",
    ];
    WORDS
        .iter()
        .filter_map(|word| text::find_ci(said, word))
        .min()
}

/// The first link to a page of resources in a range, as a type, a collection where the words around say so.
pub(super) fn linked_type(cx: &Context, range: ByteRange) -> Option<(Range<usize>, TypeText)> {
    let link = cx
        .page
        .links_in(range)
        .find(|link| range.contains(link.range) && is_resource(&link.target))?;
    let start = (link.range.start - range.start) as usize;
    let end = (link.range.end - range.start) as usize;
    let said = cx.page.str(range);
    let shown = cx.page.str(link.text);
    let mut ty = spelling::parse(shown, Some((shown, &link.target)));
    ty.collection |= counts_many(&said[..start], &said[end..]);
    Some((start..end, ty))
}

fn is_resource(target: &str) -> bool {
    let path = target.split('#').next().unwrap_or(target);
    let folder = path.contains("resources/") || path.contains("resources\\");
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    folder && !path.contains("://") && !file.starts_with("error") && !file.contains("-error")
}

/// Whether the words around a type make it a collection: `a collection of …`, `… collection`, `the requested … objects`.
fn counts_many(before: &str, after: &str) -> bool {
    let many_before = [
        "collection of",
        "list of",
        "set of",
        "array of",
        "collection that",
        "collections of",
    ]
    .iter()
    .any(|phrase| has(before, phrase));
    let next = after.trim_start_matches(['*', '`', '(', ')', ' ']);
    let starts = |word: &str| {
        next.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let many_after = [
        "collection",
        "object collection",
        "objects collection",
        "resource collection",
        "entity collection",
        "array",
    ]
    .iter()
    .any(|word| starts(word));
    let plural = starts("objects") || starts("resources") || starts("entities");
    let all = has(before, "requested")
        || has(before, "all ")
        || before.trim_end().ends_with("and")
        || has(before, "multiple");
    many_before || many_after || (plural && all)
}

/// `a String in the response body`, `a collection of strings`.
fn named_primitive(said: &str) -> Option<TypeText> {
    let in_body =
        has(said, "body") || has(said, "response") || has(said, "object") || has(said, "value");
    let mut words = said
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .peekable();
    let mut previous = "";
    while let Some(word) = words.next() {
        let is_capital = word.starts_with(|c: char| c.is_ascii_uppercase());
        let singular = word.strip_suffix('s').unwrap_or(word);
        let primitive = spelling::primitive(word).or_else(|| spelling::primitive(singular));
        let counted = matches!(previous, "a" | "an" | "of" | "the");
        let next = words.peek().copied().unwrap_or_default();
        let many = next.eq_ignore_ascii_case("collection")
            || (previous == "of" && has(said, "collection of"));
        if let Some(primitive) = primitive.filter(|_| {
            in_body && (many || (counted && is_capital) || is_lower_value(previous, word))
        }) {
            return Some(TypeText {
                item: ItemText::Primitive(primitive),
                collection: many,
            });
        }
        previous = word;
    }
    None
}

/// `a string`, `a boolean`: words that no prose uses otherwise behind an article.
fn is_lower_value(previous: &str, word: &str) -> bool {
    matches!(previous, "a" | "an")
        && matches!(word, "string" | "boolean" | "integer" | "int32" | "stream")
}

/// `an alert object`, `a collection of **alert** objects`: a type by its name alone.
pub(super) fn named_type(said: &str) -> Option<TypeText> {
    let end = [
        " object",
        " resource",
        " entity",
        " collection",
        " in the response body",
    ]
    .iter()
    .flat_map(|word| said.match_indices(word).map(move |(at, _)| (at, *word)))
    .filter(|&(at, word)| {
        type_word(
            &said[..at],
            matches!(word, " object" | " resource" | " entity"),
        )
        .is_some()
    })
    .map(|(at, _)| at)
    .min()?;
    let name = type_word(&said[..end], true)?;
    let collection = counts_many(&said[..end], &said[end..]);
    let item = ItemText::Named(Reference {
        name: name.to_owned(),
        target: None,
    });
    Some(TypeText { item, collection })
}

/// The last word of a text if it can be the name of a type: emphasized or in camel case, or, where a noun such as
/// `object` follows, a plain word behind an article.
fn type_word(before: &str, noun_follows: bool) -> Option<&str> {
    const COMMON: &[&str] = &[
        "a",
        "an",
        "all",
        "and",
        "any",
        "collection",
        "complex",
        "containing",
        "corresponding",
        "created",
        "default",
        "deleted",
        "empty",
        "entity",
        "entire",
        "error",
        "existing",
        "following",
        "full",
        "hash",
        "in",
        "its",
        "json",
        "list",
        "new",
        "newly",
        "object",
        "of",
        "one",
        "or",
        "parameter",
        "partial",
        "related",
        "relevant",
        "request",
        "requested",
        "resource",
        "respective",
        "response",
        "result",
        "resulting",
        "returned",
        "same",
        "service",
        "single",
        "specified",
        "target",
        "that",
        "the",
        "their",
        "these",
        "this",
        "those",
        "to",
        "top",
        "updated",
        "valid",
        "value",
        "with",
        "your",
        "matching",
        "each",
    ];
    let before = before.trim_end();
    let start = before.rfind(char::is_whitespace).unwrap_or_default();
    let start = (start..before.len()).find(|&at| {
        before.is_char_boundary(at) && !before[at..].starts_with(char::is_whitespace)
    })?;
    let marked = &before[start..];
    let word = marked.trim_matches(['*', '`', '"', '\'']);
    let is_name = word.len() > 1
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    let is_common = COMMON
        .iter()
        .any(|common| word.eq_ignore_ascii_case(common));
    let stands_out =
        word.len() < marked.len() || word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let article = before[..start]
        .split_whitespace()
        .next_back()
        .unwrap_or_default();
    let is_counted = noun_follows
        && matches!(
            article,
            "a" | "an" | "the" | "of" | "for" | "updated" | "new" | "created" | "each"
        );
    (is_name && !is_common && (stands_out || is_counted) && spelling::primitive(word).is_none())
        .then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        docs::Role,
        facts::{PageId, Reader},
        sections,
        vocabulary::Vocabulary,
    };

    #[track_caller]
    fn check(said: &str, expected: &str) {
        let text = format!("## Response\n\n{said}\n");
        let page = sections::parse("api/x.md".into(), text.as_str().into());
        let pages = [(Role::Page, page)];
        let vocabulary = Vocabulary::default();
        let reader = Reader {
            pages: &pages,
            vocabulary: &vocabulary,
            namespaces: std::collections::BTreeMap::new(),
        };
        let cx = Context {
            id: PageId(0),
            page: &pages[0].1,
            reader: &reader,
        };
        let mut found = Found::default();
        for section in &cx.page.sections {
            for range in section.texts() {
                found.paragraph(&cx, range);
            }
        }
        let answers = found.finish(None).into_iter().map(|answer| {
            let body = match answer.body {
                ResponseText::Empty => "-".to_owned(),
                ResponseText::Stream => "bytes".to_owned(),
                ResponseText::Unknown => "?".to_owned(),
                ResponseText::Value(ty) => ty.to_string(),
            };
            format!("{} {body}", answer.status)
        });
        assert_eq!(answers.collect::<Vec<_>>().join("; "), expected, "{said}");
    }

    #[test]
    fn objects_and_collections() {
        check(
            "If successful, this method returns a `200 OK` response code and a [user](../resources/user.md) object in the response body.",
            "200 user",
        );
        check(
            "If successful, this method returns a `200 OK` response code and collection of [user](../resources/user.md) objects in the response body.",
            "200 Collection(user)",
        );
        check(
            "If successful, this function returns a `200 OK` response code and a [user](../resources/user.md) collection in the response body.",
            "200 Collection(user)",
        );
        check(
            "If successful, this method returns a `200 OK` response code and the requested [user](../resources/user.md) objects in the body.",
            "200 Collection(user)",
        );
        check(
            "If successful, this method returns a `201 Created` response code and an updated [user][] object.\n\n[user]: ../resources/user.md",
            "201 user",
        );
        check(
            "If successful, returns `200, OK` response code and an alertRule object in the response body.",
            "200 alertRule",
        );
        check(
            "Returns a ```200 OK``` and a **tenant** object.",
            "200 tenant",
        );
        check(
            "If successful, this method returns `200` response code.",
            "200 ?",
        );
        check(
            "This method returns a collection of [driveItem](../resources/driveitem.md) resources.",
            "200 Collection(driveItem)",
        );
    }

    #[test]
    fn no_body_or_another_one() {
        check(
            "If successful, this method returns a `204 No Content` response code.",
            "204 -",
        );
        check(
            "If successful, this method returns `204, No Content` response code. It does not return anything in the response body.",
            "204 -",
        );
        check(
            "If successful, this method returns `200 OK` response code. It does not return anything in the response body.",
            "200 -",
        );
        check(
            "This action returns a `204 No Content` response code and a [user](../resources/user.md) object.",
            "204 -",
        );
        check(
            "Returns a `302 Found` response redirecting to a preauthenticated download URL for the [file](../resources/file.md).",
            "302 -",
        );
        check(
            "If successful, this action returns a `202 Accepted` response code and a `Location` header that points to an [operation](../resources/operation.md). The response has no body.",
            "202 -",
        );
        check(
            "If successful, this method returns a `200 OK` response code and binary data of the picture. When asked otherwise, the body holds a [photo](../resources/photo.md) object.",
            "200 bytes; 200 photo",
        );
        check(
            "If successful, this method returns a `200 OK` response code and a Stream in the response body.",
            "200 bytes",
        );
        check(
            "If successful, this function returns a `200 OK` response code and a String in the response body.",
            "200 Edm.String",
        );
        check(
            "If successful, this function returns a `200 OK` response code and a String collection in the response body.",
            "200 Collection(Edm.String)",
        );
        check(
            "If successful, this method returns a `200 OK` response code. The response body contains a [job](../resources/job.md).",
            "200 job",
        );
    }

    #[test]
    fn what_is_accepted() {
        check(
            "If successful, this action returns a `202 Accepted` response code and a `Location` header. It returns an [operation](../resources/operation.md) object in the response body.",
            "202 operation",
        );
        check(
            "If successful, this action returns a `202 Accepted` response code, a `Location` header and an [operation](../resources/operation.md) object in the response body.",
            "202 operation",
        );
        check(
            "If successful, this action returns a `202 Accepted` response code and a link to the associated [operation](../resources/operation.md) in the `Operation-Location` header.",
            "202 ?",
        );
        check(
            "If successful, this action returns a `202 Accepted` response with a link to the [operation](../resources/operation.md).",
            "202 ?",
        );
    }

    #[test]
    fn several_statuses() {
        check(
            "If it is new, this method returns a `201 Created` response code and a new [item](../resources/item.md) object.\n\nIf the header is absent, it returns a `404 Not Found` error code.\n\nIf it exists, it returns a `204 No Content` response code.",
            "201 item; 404 ?; 204 -",
        );
        check(
            "Returns `200 OK` or `201 Created` and a [item](../resources/item.md) object.",
            "200 item; 201 item",
        );
        check(
            "Returns `204 No Content`, or `200 OK` with the [task](../resources/task.md) object if the header asks for it.",
            "204 -; 200 task",
        );
        check("Up to 200 items come back in 300 ms.", "");
    }
}
