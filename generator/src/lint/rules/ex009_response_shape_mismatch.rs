use crate::{
    api::{ItemType, Operation, ResponseBody, Type},
    facts::{Claim, Fact},
    json::tree::{Entry, Kind, Node},
    lint::{
        examples,
        finding::{Edit, Findings, Fix, Severity},
        page::{Message, PageContext},
        requests::{self, Line},
        rule::{Check, Fixes, Preset, Rule},
        status,
    },
    span::ByteRange,
    target::Target,
};

pub(super) static RULE: Rule = Rule {
    code: "EX009",
    name: "response-shape-mismatch",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Safe,
    apidoctor: &[
        "MissingCollectionProperty",
        "CollectionArrayEmpty",
        "HttpBodyExpected",
    ],
    doc: include_str!("ex009_response_shape_mismatch.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let messages = cx.messages().iter().zip(cx.called());
    for (at, (message, operation)) in messages.enumerate() {
        let Some(code) = message.status() else {
            continue;
        };
        if matches!(code, 204 | 205 | 304) {
            check_empty(cx, message, code, out);
        } else if (200..300).contains(&code) && check_flag(cx, message, out) {
            // The annotation contradicts the body, and the sentence would be told again.
        } else if (200..300).contains(&code)
            && let Some(operation) = operation
            && let Some(tree) = message.tree()
        {
            check_shape(cx, at, code, operation, &tree.root, out);
        }
    }
}

/// An answer that cannot have a body (RFC 9110, section 6.4.1).
fn check_empty(cx: &PageContext, message: &Message, code: u16, out: &mut Findings) {
    if message.body.is_empty() {
        return;
    }
    let at = ByteRange {
        start: cx.head_end(message),
        end: message.body.end,
    };
    let edits = vec![Edit {
        file: cx.file(),
        at,
        text: String::new(),
    }];
    let label = "the status stands here";
    let status = status::code_at(cx, message).unwrap_or(message.start_at);
    out.tell(
        cx.at(first_line(cx, message.body), ""),
        format!("an answer with `{code}` has no body"),
    )
    .symbol(cx.section_symbol(message.section))
    .related(cx.at(status, label))
    .fix(Fix::safe("remove the body", edits));
}

/// Whether the request before an answer is one of the request lines, and these are all of one kind: where a page documents
/// many and one, one sentence cannot be right for both.
fn is_clearly_asked(cx: &PageContext, at: usize) -> bool {
    let lines = requests::lines(cx);
    let keys = lines.iter().filter(|line| line.path.ends_with('}')).count();
    let mut before = cx.messages().iter().take(at).rev();
    let asked = before.find_map(|message| message.request());
    let is_documented = asked.is_none_or(|(method, target)| {
        let path = Target::of(target).path;
        let is_asked = |line: &Line| line.method == method && requests::is_of(line.path, path);
        lines.iter().any(is_asked)
    });
    is_documented && (keys == 0 || keys == lines.len())
}

fn check_shape(
    cx: &PageContext,
    at: usize,
    code: u16,
    operation: &Operation,
    body: &Node,
    out: &mut Findings,
) {
    let Some(said) = examples::answer(cx, operation, code) else {
        return;
    };
    let Some((what, severity)) = wrong(&said, body, &cx.version.api().types) else {
        return;
    };
    if !is_clearly_asked(cx, at) {
        return;
    }
    let message = &cx.messages()[at];
    if let ResponseBody::Value(ty) = &said
        && severity == Severity::Error
        && speaks_of_many(cx, code, ty)
    {
        return;
    }
    let at = match body.entry("value").or_else(|| body.entry("error")) {
        Some(entry) => entry.key_at,
        None => first_line(cx, message.body),
    };
    let finding = out
        .tell(cx.at(at, ""), what)
        .symbol(cx.section_symbol(message.section))
        .severity(severity);
    if examples::is_told(cx, operation)
        && let Some(fact) = sentence(cx, code)
    {
        finding.related(cx.version.fact(fact, "the answer is described here"));
    }
}

/// Compares the body with what its annotation says of many and one; whether they differ.
fn check_flag(cx: &PageContext, message: &Message, out: &mut Findings) -> bool {
    let (Some(annotation), Some(tree)) = (cx.annotation_of(message), message.tree()) else {
        return false;
    };
    let flag = annotation.entry("isCollection");
    let is_many = flag.is_some_and(|it| matches!(it.value.kind, Kind::Bool(true)));
    let value = tree.root.entry("value");
    let items = value.filter(|it| matches!(it.value.kind, Kind::Array(_)));
    match (items, flag) {
        (None, Some(flag)) if is_many && value.is_none() && !tree.root.entries().is_empty() => {
            let text =
                "the annotation says that a collection comes back, the example shows no `value`";
            out.tell(cx.at(flag.key_at, ""), text)
                .symbol(cx.section_symbol(message.section))
                .related(cx.at(first_line(cx, message.body), "the body begins here"));
            true
        }
        (Some(items), None) => {
            let Some(ty) = annotation
                .entry("@odata.type")
                .filter(|it| is_of_one(cx, it))
            else {
                return false;
            };
            let text = "the example shows a collection, its annotation has no `isCollection`";
            let finding = out
                .tell(cx.at(ty.key_at, ""), text)
                .symbol(cx.section_symbol(message.section))
                .severity(Severity::Warning)
                .related(cx.at(items.key_at, "the items stand here"));
            if let Some(edit) = flag_behind(cx, annotation) {
                finding.fix(Fix::safe("add `isCollection`", vec![edit]));
            }
            false
        }
        _ => false,
    }
}

/// Whether the type that an annotation names is that of one object, which has no member `value` of its own.
fn is_of_one(cx: &PageContext, entry: &Entry) -> bool {
    let name = entry.value.text().unwrap_or_default();
    let is_collection = name.to_ascii_lowercase().starts_with("collection(");
    let api = cx.version.api();
    let members = api
        .find_type(examples::odata_type(name))
        .map(|id| api.all_members(id));
    !is_collection && members.is_some_and(|it| !it.iter().any(|member| member.name == "value"))
}

/// The insertion of the flag behind the last entry of an annotation.
fn flag_behind(cx: &PageContext, annotation: &Node) -> Option<Edit> {
    let last = annotation.entries().last()?;
    let end = last.value.at.end;
    let between = ByteRange {
        start: end,
        end: annotation.at.end,
    };
    // A comma too many would be doubled.
    if cx.str(between).contains(',') {
        return None;
    }
    let before = cx.page.text.get(..last.key_at.start as usize)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let separator = if line.trim().is_empty() {
        format!(",{}{line}", cx.newline(end))
    } else {
        ", ".to_owned()
    };
    Some(Edit {
        file: cx.file(),
        at: ByteRange { start: end, end },
        text: format!("{separator}\"isCollection\": true"),
    })
}

/// Whether the sentence has words for many that it could not be understood by.
fn speaks_of_many(cx: &PageContext, code: u16, ty: &Type) -> bool {
    let ItemType::Structured(id) = ty.item else {
        return false;
    };
    let one = cx.version.api()[id].name.name().to_ascii_lowercase();
    sentence(cx, code).is_some_and(|fact| {
        let text = cx.str(fact.at).to_ascii_lowercase();
        let plural = format!("{one}s");
        let words = ["collection", "list of", "array", "objects", plural.as_str()];
        // `[lamps](lampBase.md)` are many, too.
        let mut links = cx.page.links_in(fact.at);
        let is_linked = !one.ends_with('s') && links.any(|link| cx.str(link.text).ends_with('s'));
        is_linked || words.iter().any(|word| text.contains(word))
    })
}

/// The sentence on a status; that on another success where there is none.
fn sentence<'p>(cx: &PageContext<'p, '_>, code: u16) -> Option<&'p Fact> {
    let of = |fact: &Fact| match &fact.claim {
        Claim::Response { status, .. } => Some(*status),
        _ => None,
    };
    let mut facts = cx.facts.facts.iter();
    let same = facts.find(|fact| of(fact) == Some(code));
    let mut facts = cx.facts.facts.iter();
    same.or_else(|| facts.find(|fact| of(fact).is_some_and(|code| (200..300).contains(&code))))
}

/// What is wrong with the shape of a body, and how much it matters.
fn wrong(
    said: &ResponseBody,
    body: &Node,
    types: &[crate::api::StructuredType],
) -> Option<(String, Severity)> {
    let entries = body.entries();
    let is_error = matches!(entries, [only] if &*only.key == "error");
    let value = body.get("value").map(|value| &value.kind);
    Some(match said {
        ResponseBody::Stream | ResponseBody::Unknown => return None,
        _ if is_error => ("a success carries an error".to_owned(), Severity::Error),
        ResponseBody::Empty => {
            let is_empty = matches!(body.kind, Kind::Object(_)) && entries.is_empty();
            let message = "the page says that nothing comes back, the example shows a body";
            (!is_empty).then(|| (message.to_owned(), Severity::Warning))?
        }
        ResponseBody::Collection(_) => match (value, &body.kind) {
            (Some(Kind::Array(_)), _) => return None,
            (Some(_), _) => (
                "the page says that a collection comes back, `value` is no array".to_owned(),
                Severity::Error,
            ),
            (None, Kind::Array(_)) => (
                "a collection comes as an object with its items in `value`, not as a bare array"
                    .to_owned(),
                Severity::Error,
            ),
            (None, _) => (
                "the page says that a collection comes back, the example shows no `value`"
                    .to_owned(),
                Severity::Error,
            ),
        },
        ResponseBody::Value(ty) => {
            let ItemType::Structured(id) = ty.item else {
                return None;
            };
            let name = &types[id.index()].name;
            let declares_value = types[id.index()]
                .members
                .iter()
                .any(|it| it.name == "value");
            match value {
                Some(Kind::Array(_)) if !ty.collection && !declares_value => (
                    format!("the page says that one `{name}` comes back, the example shows many"),
                    Severity::Error,
                ),
                Some(Kind::Object(_)) if entries.len() == 1 && !declares_value => (
                    format!("a `{name}` comes as it is, not in `value`"),
                    Severity::Info,
                ),
                _ => return None,
            }
        }
    })
}

/// The first line of a body: enough to see where it stands.
fn first_line(cx: &PageContext, body: ByteRange) -> ByteRange {
    let line = cx.str(body).lines().next().unwrap_or_default();
    cx.range_of(line).trim(&cx.page.text)
}
