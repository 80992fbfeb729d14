//! Paths: from the text of a request line to segments.
//!
//! ```text
//! path        := ("/" segment)+                     no slash within braces, parentheses, angle brackets or quotes
//! segment     := "$" word                           system: $ref, $value, $count
//!              | placeholder | "'" placeholder "'"  key
//!              | name "=" placeholder               alternate key
//!              | name ":" | placeholder ":" | …     item path, up to the segment that closes it
//!              | name "(" arguments? ")"            call, or collection with alternate key
//!              | name                               member, root, cast, call or a well-known key
//! arguments   := argument ("," argument)*           argument := (name "=")? value
//! placeholder := "{" text "}" (" | " word)? | "<" text ">" | "(" word "-" word ")" | sample
//! ```
//!
//! Where a page has copied the path of an example, a sample stands for the placeholder: an id, a host, the value of an
//! argument.
//!
//! Comes in: a path as documented. Goes out: [`Parsed`]: segments without types, placeholders with names that are
//! unique within the path, and a key under which other spellings of the same path are found: lower-cased, without the
//! names of placeholders, quotes, and the namespace of the service.

use heck::ToLowerCamelCase;

use crate::api::Piece;

/// A path whose names have no meaning yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) segments: Vec<Part>,
    pub(super) placeholders: Vec<Placeholder>,
    /// The same for all spellings of the path: `/users/{}/messages`.
    pub(super) key: String,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) shape: Shape,
    pub(super) pieces: Vec<Piece>,
    /// Where the key of the path up to and including this segment ends in [`Parsed::key`].
    pub(super) key_end: usize,
}

/// What a segment looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A word.
    Name(String),
    /// A qualified word.
    Qualified(String),
    /// A placeholder, or an alternate key after a slash.
    Key,
    /// A word with parentheses; the arguments by name, `None` where they have none.
    Call(String, Vec<Option<String>>),
    /// `$ref` and its like.
    System(String),
    /// `root:`, `{item-path}:`; the word before the colon, if it is one.
    ItemPath(Option<String>),
}

/// A placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placeholder {
    /// Unique within the path.
    pub(super) name: String,
    /// What it would be called alone.
    pub(super) wish: String,
    pub(super) documented: String,
    pub(super) quoted: bool,
    pub(super) multi_segment: bool,
}

impl Parsed {
    /// The key of the path up to and including the segment at `at`.
    pub(super) fn prefix(&self, at: usize) -> &str {
        &self.key[..self.segments[at].key_end]
    }
}

/// Parses a path.
pub(super) fn parse(path: &str) -> Parsed {
    let mut out = Parsed {
        segments: Vec::new(),
        placeholders: Vec::new(),
        key: String::with_capacity(path.len()),
    };
    let mut in_item_path = false;
    for text in split(path) {
        let tokens = tokens(text);
        let shape = shape(text, &tokens);
        let opens = matches!(shape, Shape::ItemPath(_)) && text.ends_with(':');
        let shape = if in_item_path && matches!(shape, Shape::Key) {
            Shape::ItemPath(None)
        } else {
            shape
        };
        let multi = in_item_path && matches!(shape, Shape::ItemPath(None));
        in_item_path = opens && !multi;
        let pieces = place(&tokens, &shape, multi, &mut out);
        out.key.push('/');
        push_key(&tokens, &shape, &mut out.key);
        out.segments.push(Part {
            shape,
            pieces,
            key_end: out.key.len(),
        });
    }
    out
}

/// Splits at the slashes that separate segments. Where parentheses or quotes do not match, every slash outside of
/// braces does.
pub(crate) fn split(path: &str) -> Vec<&str> {
    split_at_slashes(path, true)
        .unwrap_or_else(|| split_at_slashes(path, false).unwrap_or_default())
}

fn split_at_slashes(path: &str, nested: bool) -> Option<Vec<&str>> {
    let mut out = Vec::with_capacity(8);
    let mut start = 0;
    let (mut braces, mut parentheses, mut quoted) = (0_u32, 0_u32, false);
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'{' | b'<' => braces += 1,
            b'}' | b'>' => braces = braces.saturating_sub(1),
            b'(' if nested => parentheses += 1,
            b')' if nested => parentheses = parentheses.checked_sub(1)?,
            b'\'' if nested && parentheses > 0 => quoted = !quoted,
            b'/' if braces == 0 && parentheses == 0 && !quoted => {
                out.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if nested && (braces > 0 || parentheses > 0 || quoted) {
        return None;
    }
    out.push(&path[start..]);
    out.retain(|segment| !segment.trim().is_empty());
    Some(out.into_iter().map(str::trim).collect())
}

/// Text or a placeholder as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

fn tokens(segment: &str) -> Vec<Token<'_>> {
    if let Some(inner) = in_parentheses(segment) {
        return vec![Token::Placeholder(inner)];
    }
    if is_sample(segment) {
        return vec![Token::Placeholder(segment)];
    }
    let mut out = Vec::with_capacity(3);
    let mut rest = segment;
    while let Some(open) = rest.find(['{', '<']) {
        let close = if rest[open..].starts_with('{') {
            '}'
        } else {
            '>'
        };
        let Some(length) = rest[open..].find(close) else {
            break;
        };
        if open > 0 {
            out.push(Token::Text(&rest[..open]));
        }
        let after = &rest[open + length + 1..];
        let alternative = alternative(after);
        let end = open + length + 1 + alternative;
        let inner = if alternative > 0 {
            &rest[open..end]
        } else {
            &rest[open + 1..open + length]
        };
        out.push(Token::Placeholder(inner));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        out.push(Token::Text(rest));
    }
    out
}

/// `(team-id)`: a placeholder in the wrong brackets.
fn in_parentheses(segment: &str) -> Option<&str> {
    let inner = segment.strip_prefix('(')?.strip_suffix(')')?;
    (!inner.contains(['=', '(', ')', '\''])).then_some(inner)
}

/// The key of some entity, copied from an example: a GUID, a number, another long id, a host or address below one of the
/// usual domains. Well-known keys such as `root` and `inbox` are none.
pub(crate) fn is_sample(segment: &str) -> bool {
    const FEWEST_DIGITS: usize = 5;
    const SHORTEST: usize = 16;
    const DOMAINS: &[&str] = &[".com", ".net", ".org"];
    let is_id = segment.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'@' | b'.')
    });
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_long = segment.len() >= SHORTEST && digits >= FEWEST_DIGITS;
    let is_number = digits > 0 && digits == segment.len();
    let is_host = DOMAINS.iter().any(|domain| segment.ends_with(domain));
    is_id && (is_number || is_long && !has_namespace(segment) || is_host)
}

/// The length of ` | userPrincipalName` behind a placeholder.
fn alternative(after: &str) -> usize {
    let Some(rest) = after.trim_start().strip_prefix('|') else {
        return 0;
    };
    let word = rest.trim_start();
    let length = word
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '{' | '}')))
        .unwrap_or(word.len());
    after.len() - word.len() + length
}

fn shape(text: &str, tokens: &[Token]) -> Shape {
    if text.starts_with('$') {
        return Shape::System(text.to_owned());
    }
    if text.ends_with(':') || text.starts_with(':') {
        let word = text.trim_matches(':');
        return Shape::ItemPath((!word.contains(['{', '<'])).then(|| word.to_owned()));
    }
    let is_bare = tokens.iter().all(|token| match token {
        Token::Text(text) => text
            .bytes()
            .all(|byte| matches!(byte, b'\'' | b'"' | b',' | b' ')),
        Token::Placeholder(_) => true,
    });
    if is_bare {
        return Shape::Key;
    }
    if let Some((name, arguments)) = call(text) {
        return Shape::Call(name.to_owned(), arguments);
    }
    let has_placeholder = tokens
        .iter()
        .any(|token| matches!(token, Token::Placeholder(_)));
    if has_placeholder {
        return Shape::Key;
    }
    if has_namespace(text) {
        Shape::Qualified(text.to_owned())
    } else {
        Shape::Name(text.to_owned())
    }
}

fn has_namespace(text: &str) -> bool {
    text.get(..16)
        .is_some_and(|head| head.eq_ignore_ascii_case("microsoft.graph."))
}

/// Splits `name(a={a},b='{b}')`.
fn call(text: &str) -> Option<(&str, Vec<Option<String>>)> {
    let (name, rest) = text.split_once('(')?;
    let inside = rest.trim_end().strip_suffix(')').unwrap_or(rest);
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
    let arguments = inside
        .split(',')
        .map(str::trim)
        .filter(|argument| !argument.is_empty());
    is_name.then(|| {
        (
            name,
            arguments
                .map(|argument| {
                    argument
                        .split_once('=')
                        .map(|(name, _)| name.trim().to_owned())
                })
                .collect(),
        )
    })
}

/// The pieces of a segment; placeholders are named and added to the path.
fn place(tokens: &[Token], shape: &Shape, multi_segment: bool, out: &mut Parsed) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Text(text) => push_text(&mut pieces, text, out),
            Token::Placeholder(documented) => {
                let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                let quoted = matches!(before, Some(Token::Text(text)) if text.ends_with('\''));
                let argument = match before {
                    Some(Token::Text(text)) => argument_name(text),
                    Some(Token::Placeholder(_)) | None => None,
                };
                let documented = documented.trim();
                let wish = match (shape, argument) {
                    (_, Some(argument)) => argument.to_lower_camel_case(),
                    (Shape::Key, None) => key_name(documented, out),
                    _ => own_name(documented),
                };
                pieces.push(add(wish, documented, quoted, multi_segment, out));
            }
        }
    }
    pieces
}

/// Text; values of arguments (`period='D7'`, `uniqueName='uniqueName'`) are placeholders too.
fn push_text(pieces: &mut Vec<Piece>, text: &str, out: &mut Parsed) {
    let Some((name, value, range)) = argument(text) else {
        pieces.push(Piece::Text(text.to_owned()));
        return;
    };
    let quoted = text[..range.start].ends_with('\'');
    pieces.push(Piece::Text(text[..range.start].to_owned()));
    pieces.push(add(name.to_lower_camel_case(), value, quoted, false, out));
    push_text(pieces, &text[range.end..], out);
}

/// The first `name=value` or `name='value'` in a text, and where the value stands.
fn argument(text: &str) -> Option<(&str, &str, std::ops::Range<usize>)> {
    text.match_indices('=').find_map(|(at, _)| {
        let name = argument_name(&text[..=at])?;
        let quotes = text[at + 1..].bytes().take_while(|byte| *byte == b'\'');
        let open = at + 1 + quotes.count();
        let length = text[open..].find(['\'', ',', ')'])?;
        let value = &text[open..open + length];
        (!value.is_empty()).then_some((name, value, open..open + length))
    })
}

/// The name of the argument that a text ends with: `(startDateTime='`.
fn argument_name(text: &str) -> Option<&str> {
    let text = text
        .trim_end_matches(['\'', '"', ' '])
        .strip_suffix('=')?
        .trim_end();
    let start = text
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |at| at + 1);
    let start = (start..=text.len()).find(|&at| text.is_char_boundary(at))?;
    Some(&text[start..]).filter(|name| !name.is_empty())
}

fn add(
    wish: String,
    documented: &str,
    quoted: bool,
    multi_segment: bool,
    out: &mut Parsed,
) -> Piece {
    let name = unique(&wish, |name| {
        out.placeholders
            .iter()
            .any(|known| known.name.eq_ignore_ascii_case(name))
    });
    out.placeholders.push(Placeholder {
        name,
        wish,
        documented: documented.to_owned(),
        quoted,
        multi_segment,
    });
    Piece::Parameter(out.placeholders.len() - 1)
}

/// The name itself, or with the first number that makes it one that is not taken.
pub(super) fn unique(wish: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = wish.to_owned();
    let mut count = 1;
    while is_taken(&name) {
        count += 1;
        name = format!("{wish}{count}");
    }
    name
}

/// The name of a key: what the page calls it, or the collection's name where the page says only `id`.
fn key_name(documented: &str, path: &Parsed) -> String {
    let own = own_name(documented);
    let lower = own.to_ascii_lowercase();
    let is_general = matches!(
        lower.as_str(),
        "id" | "name" | "key" | "guid" | "value" | "placeholder" | "objectid"
    ) || lower.starts_with("idor")
        || is_sample(documented);
    if !is_general {
        return own;
    }
    let collection = path
        .segments
        .iter()
        .rev()
        .find_map(|part| match &part.shape {
            Shape::Name(name) => Some(name),
            Shape::ItemPath(name) => name.as_ref(),
            Shape::Qualified(_) | Shape::Key | Shape::Call(..) | Shape::System(_) => None,
        });
    collection.map_or(own, |name| name_of_key(name))
}

/// The name of the key of an item, from that of the collection.
pub(crate) fn name_of_key(collection: &str) -> String {
    format!("{}Id", singular(&collection.to_lower_camel_case()))
}

/// What the page calls a placeholder, in lowerCamelCase; of several names the first.
fn own_name(documented: &str) -> String {
    let first = documented
        .split(['|', '/', ',', '}'])
        .map(|part| part.trim_matches(['{', ' ']))
        .find(|part| !part.is_empty());
    let name: String = first
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect();
    let name = name.to_lower_camel_case();
    if name.is_empty() {
        "value".to_owned()
    } else if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("value{name}")
    } else {
        name
    }
}

/// The name of one of many: `messages` → `message`, `policies` → `policy`.
pub(crate) fn singular(plural: &str) -> String {
    const IRREGULAR: &[(&str, &str)] = &[
        ("children", "child"),
        ("people", "person"),
        ("media", "media"),
        ("series", "series"),
        ("caches", "cache"),
    ];
    if let Some((plural_end, singular_end)) = IRREGULAR
        .iter()
        .find(|(end, _)| plural.to_ascii_lowercase().ends_with(end))
    {
        return format!(
            "{}{singular_end}",
            &plural[..plural.len() - plural_end.len()]
        );
    }
    if let Some(stem) = plural.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for end in ["sses", "shes", "ches", "xes", "uses"] {
        if plural.ends_with(end) {
            return plural[..plural.len() - 2].to_owned();
        }
    }
    let keeps = plural.ends_with("ss") || plural.ends_with("us") || plural.ends_with("is");
    plural
        .strip_suffix('s')
        .filter(|_| !keeps)
        .unwrap_or(plural)
        .to_owned()
}

/// Whether a name is that of many: `messages` and `children`, but not `analytics`.
pub(crate) fn is_plural(name: &str) -> bool {
    !name.ends_with("ics") && singular(name) != name
}

/// What two spellings of a segment have in common.
fn push_key(tokens: &[Token], shape: &Shape, key: &mut String) {
    if let Shape::Call(name, arguments) = shape {
        push_plain(without_namespace(name), key);
        key.push('(');
        if arguments.iter().any(Option::is_none) {
            key.push('*');
        } else {
            let mut names: Vec<_> = arguments
                .iter()
                .flatten()
                .map(|name| name.to_ascii_lowercase())
                .collect();
            names.sort_unstable();
            key.push_str(&names.join(","));
        }
        key.push(')');
        return;
    }
    for token in tokens {
        match token {
            Token::Text(text) => push_plain(without_namespace(text), key),
            Token::Placeholder(_) => key.push_str("{}"),
        }
    }
}

fn push_plain(text: &str, key: &mut String) {
    key.extend(
        text.chars()
            .filter(|c| !matches!(c, '\'' | '"'))
            .map(|c| c.to_ascii_lowercase()),
    );
}

/// A qualified name without the namespace of the service.
pub(crate) fn without_namespace(name: &str) -> &str {
    name.get(16..)
        .filter(|rest| !rest.is_empty() && name[..16].eq_ignore_ascii_case("microsoft.graph."))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(parsed: &Parsed) -> String {
        let mut out = String::new();
        for part in &parsed.segments {
            let mark = match &part.shape {
                Shape::Name(_) => "",
                Shape::Qualified(_) => "@",
                Shape::Key => "#",
                Shape::Call(..) => "!",
                Shape::System(_) => "$",
                Shape::ItemPath(_) => ":",
            };
            out.push('/');
            out.push_str(mark);
            for piece in &part.pieces {
                match piece {
                    Piece::Text(text) => out.push_str(text),
                    Piece::Parameter(at) => {
                        let placeholder = &parsed.placeholders[*at];
                        let star = if placeholder.multi_segment { "*" } else { "" };
                        for piece in ["{", &placeholder.name, star, "}"] {
                            out.push_str(piece);
                        }
                    }
                }
            }
        }
        out
    }

    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(show(&parse(path)), expected, "{path}");
    }

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(parse(a).key, parse(b).key);
    }

    #[test]
    fn keys_are_named_after_their_collection() {
        check(
            "/groups/{id}/owners/{id}",
            "/groups/#{groupId}/owners/#{ownerId}",
        );
        check(
            "/users/{id | userPrincipalName}/messages/{message-id}",
            "/users/#{userId}/messages/#{messageId}",
        );
        check(
            "/workbook/worksheets/{id|name}",
            "/workbook/worksheets/#{worksheetId}",
        );
        check(
            "/a/{managedDeviceId}/b/{managedDeviceId}",
            "/a/#{managedDeviceId}/b/#{managedDeviceId2}",
        );
        check(
            "/users/{idOrUserPrincipalName}/drive",
            "/users/#{userId}/drive",
        );
        check("/teams/(team-id)/channels", "/teams/#{teamId}/channels");
        check(
            "/users/{user-id} | user-principal-name/chats",
            "/users/#{userId}/chats",
        );
        check(
            "/recoveryKeys/'{bitlockerRecoveryKeyId}'",
            "/recoveryKeys/#'{bitlockerRecoveryKeyId}'",
        );
        check("/policies/{Id}", "/policies/#{policyId}");
        check("/x/{}", "/x/#{xId}");
    }

    #[test]
    fn samples_stand_for_placeholders() {
        check("/domains/contoso.com/verify", "/domains/#{domainId}/verify");
        check(
            "/classes/acdefc6b-2dc6-4e71-b1e9-6d9810ab1793/rubrics/7",
            "/classes/#{classId}/rubrics/#{rubricId}",
        );
        check(
            "/cases/2192ca408ea2410eba3bec8ae873be6b/close",
            "/cases/#{caseId}/close",
        );
        same("/domains/contoso.com/verify", "/domains/{id}/verify");
        for path in [
            "/sites/root",
            "/users/me/mailFolders/inbox",
            "/reports/getOffice365ActivationCounts",
            "/policies/fido2",
            "/drive/special/approot",
        ] {
            check(path, path);
        }
        check(
            "/configurations/microsoft.graph.windows10General2019Configuration",
            "/configurations/@microsoft.graph.windows10General2019Configuration",
        );
    }

    #[test]
    fn calls_and_alternate_keys() {
        check(
            "/a/range(address='<address>')/format",
            "/a/!range(address='{address}')/format",
        );
        check("/a/range(<address>)", "/a/!range({address})");
        check(
            "/a/f(start={TimeStamp},end={TimeStamp})",
            "/a/!f(start={start},end={end})",
        );
        check(
            "/a/f(userId='{userId}', role='{role}')",
            "/a/!f(userId='{userId}', role='{role}')",
        );
        check(
            "/groups(uniqueName='uniqueName')",
            "/!groups(uniqueName='{uniqueName}')",
        );
        check(
            "/learningContents(externalId='{externalId}')",
            "/!learningContents(externalId='{externalId}')",
        );
        check(
            "/directoryRoles/roleTemplateId={roleTemplateId}/members",
            "/directoryRoles/#roleTemplateId={roleTemplateId}/members",
        );
        check(
            "/me/reminderView(startDateTime=startDateTime-value,endDateTime=endDateTime-value)",
            "/me/!reminderView(startDateTime={startDateTime},endDateTime={endDateTime})",
        );
        check(
            "/reviews/f(on='reviewer',top=3)",
            "/reviews/!f(on='{on}',top={top})",
        );
        check(
            "/a/range(address='<address>'/entireRow",
            "/a/!range(address='{address}'/entireRow",
        );
        check(
            "/users/microsoft.graph.delta()",
            "/users/!microsoft.graph.delta()",
        );
    }

    #[test]
    fn item_paths_and_system_segments() {
        check(
            "/me/drive/root:/{item-path}:/workbook",
            "/me/drive/:root:/:{itemPath*}:/workbook",
        );
        check(
            "/sites/{hostname}:/{server-relative-path}",
            "/sites/:{hostname}:/:{serverRelativePath*}",
        );
        check(
            "/drive/items/{parent-id}:/{filename}:/content",
            "/drive/items/:{parentId}:/:{filename*}:/content",
        );
        check(
            "/groups/{id}/owners/$ref",
            "/groups/#{groupId}/owners/$$ref",
        );
        check(
            "/directory/deletedItems/microsoft.graph.group",
            "/directory/deletedItems/@microsoft.graph.group",
        );
    }

    #[test]
    fn spellings_of_one_path() {
        same("/users/{id}", "/Users/{user-id}");
        same("/a/f(b='{b}',c={c})", "/a/f(c='{x}', b={y})");
        same(
            "/a/{id}/microsoft.graph.group",
            "/a/{x}/Microsoft.Graph.Group",
        );
        same("/keys/'{id}'", "/keys/{id}");
    }

    #[test]
    fn hostile_paths_are_read_somehow() {
        for path in [
            "",
            "/",
            "//",
            "/{",
            "/}",
            "/<",
            "/ü{ä}=(",
            "/a(b",
            "/a)b",
            "/'",
            "/f(=)",
            "/f(é={é})",
            "/{a}|",
            "/:",
            "/::",
        ] {
            parse(path);
        }
    }

    #[test]
    fn one_of_many() {
        for (many, one) in [
            ("messages", "message"),
            ("policies", "policy"),
            ("classes", "class"),
            ("children", "child"),
            ("access", "access"),
            ("branches", "branch"),
            ("devices", "device"),
        ] {
            assert_eq!(singular(many), one);
            assert_eq!(is_plural(many), many != one);
        }
        assert!(!is_plural("analytics"));
    }
}
