//! Descriptions as rustdoc.
//!
//! Comes in: CommonMark from a page. Goes out: CommonMark that rustdoc takes without a warning: no link that leads
//! nowhere, no address outside of a link, no HTML tag, no code that would be taken for a test. What is not a construct
//! of those is escaped, so that it reads as the page wrote it.

use std::{borrow::Cow, path::Path};

use crate::{api::Deprecation, ir::ApiVersion};

/// Where the pages are published.
const SITE: &str = "https://learn.microsoft.com";

/// Where to read on: a link to the page. What comes from metadata has no page.
pub(super) fn reference(version: ApiVersion, text: &str, page: &str) -> Option<String> {
    let extension = Path::new(page).extension();
    let is_page = extension.is_some_and(|it| it.eq_ignore_ascii_case("md"));
    is_page.then(|| format!("[{text}]({})", page_url(version, page)))
}

/// The address of a page, such as `resources/user.md`, in the published reference.
pub(super) fn page_url(version: ApiVersion, page: &str) -> String {
    let view = match version {
        ApiVersion::V1_0 => "graph-rest-1.0",
        ApiVersion::Beta => "graph-rest-beta",
    };
    let page = page.strip_suffix(".md").unwrap_or(page);
    // The pages of operations are published one level higher than those of resources.
    let page = page.strip_prefix("api/").unwrap_or(page);
    format!("{SITE}/graph/api/{}?view={view}", encoded(page))
}

/// A sentence about something that ends.
pub(super) fn deprecation(deprecation: &Deprecation) -> String {
    let end = deprecation
        .date
        .as_ref()
        .map(|date| format!(", ends {}", escaped(date)));
    let instead = deprecation.use_instead.as_ref();
    let instead = instead.map(|name| format!(", use `{}` instead", name.replace('`', "")));
    format!(
        "**Deprecated**{}{}.",
        end.unwrap_or_default(),
        instead.unwrap_or_default()
    )
}

/// Text that is not CommonMark, so that it reads as it is.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '[' | ']' | '<' | '>' | '`' | '*' | '_' | '\\') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// A description from `page`, for a doc comment.
pub(super) fn rustdoc(version: ApiVersion, page: &str, description: &str) -> String {
    let mut writer = Writer {
        version,
        page,
        out: String::with_capacity(description.len() + 16),
    };
    let mut fenced = false;
    for line in description.trim().lines() {
        // Indented text would be a code block, and a code block would be a test.
        let line = line.trim();
        if !writer.out.is_empty() {
            writer.out.push('\n');
        }
        if line.starts_with("```") {
            fenced = !fenced;
            writer.out.push_str(if fenced { "```text" } else { "```" });
        } else if fenced {
            writer.out.push_str(line);
        } else {
            writer.line(line);
        }
    }
    if fenced {
        writer.out.push_str("\n```");
    }
    writer.out
}

struct Writer<'a> {
    version: ApiVersion,
    page: &'a str,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        // The mark of a quotation; alerts such as `[!NOTE]` follow it.
        let text = line.trim_start_matches(['>', ' ']);
        if text.len() < line.len() && line.starts_with('>') {
            self.out.push_str("> ");
        }
        self.inline(text);
    }

    /// Writes a line in one pass, however its marks are nested: each mark is looked up, none is searched for.
    fn inline(&mut self, text: &str) {
        let marks = Marks::of(text);
        let mut open: Vec<OpenLink> = Vec::new();
        let mut at = 0;
        loop {
            let end = open.last().map_or(text.len(), |link| link.close);
            let next = text[at..end].find(['`', '[', ']', '<', '>', '\\', 'h']);
            let next = next.map_or(end, |found| at + found);
            self.out.push_str(&text[at..next]);
            at = next;
            if at == end {
                let Some(link) = open.pop() else { break };
                if let Some(address) = link.address {
                    self.out.extend(["](", &address, ")"]);
                }
                at = link.end;
                continue;
            }
            if let Some(link) = self.link(text, at, &marks).filter(|link| link.end <= end) {
                self.open(&link);
                open.push(link);
                at += 1;
                continue;
            }
            let rest = &text[at..end];
            let taken = match rest.as_bytes()[0] {
                b'`' => Some(self.code(rest, at, &marks)),
                b'<' => self.angle(rest, at, &marks),
                b'h' => self.address(rest),
                b'\\' => self.escape(rest),
                _ => None,
            };
            at += taken.unwrap_or_else(|| {
                if rest.as_bytes()[0] != b'h' {
                    self.out.push('\\');
                }
                self.out.push_str(&rest[..1]);
                1
            });
        }
    }

    /// A code span, up to a run of as many backticks as it starts with; without one they are no marks.
    fn code(&mut self, text: &str, at: usize, marks: &Marks) -> usize {
        let ticks = text.len() - text.trim_start_matches('`').len();
        let span = marks
            .ticks(ticks, at + ticks)
            .and_then(|close| text.get(..close - at + ticks));
        match span {
            Some(span) => self.out.push_str(span),
            None => self.out.extend(std::iter::repeat_n(r"\`", ticks)),
        }
        span.map_or(ticks, str::len)
    }

    /// `[text](target)`, or a picture's `![text](target)`, whose mark has been written already.
    fn link(&self, text: &str, at: usize, marks: &Marks) -> Option<OpenLink> {
        let close = closing(&marks.brackets, at)?;
        let end = closing(&marks.parentheses, close + 1)?;
        // A title may follow the address.
        let target = text[close + 2..end].trim().split([' ', '\t']).next();
        let target = target.unwrap_or_default().trim_matches(['<', '>']);
        let is_link = !self.out.ends_with('!') && !text[at + 1..close].trim().is_empty();
        Some(OpenLink {
            address: is_link.then(|| self.resolved(target)).flatten(),
            close,
            end: end + 1,
        })
    }

    /// Begins the text of a link; that of a picture stands for it.
    fn open(&mut self, link: &OpenLink) {
        if self.out.ends_with('!') {
            self.out.pop();
        }
        if link.address.is_some() {
            self.out.push('[');
        }
    }

    /// The absolute address of a link's target.
    fn resolved(&self, target: &str) -> Option<String> {
        let (path, fragment) = target
            .split_once('#')
            .map_or((target, ""), |(path, fragment)| (path, fragment));
        let fragment = if fragment.is_empty() {
            String::new()
        } else {
            format!("#{}", encoded(fragment))
        };
        let has_scheme = path
            .split_once(':')
            .is_some_and(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphabetic()));
        if has_scheme {
            let web = ["http:", "https:", "mailto:"]
                .iter()
                .any(|scheme| path.starts_with(scheme));
            return web.then(|| encoded(target).into_owned());
        }
        if path.is_empty() {
            return (!fragment.is_empty()).then(|| page_url(self.version, self.page) + &fragment);
        }
        if path.starts_with('/') {
            return Some(format!(
                "{SITE}{}{fragment}",
                encoded(path.strip_suffix(".md").unwrap_or(path))
            ));
        }
        let page = joined(self.page, path)?;
        Some(page_url(self.version, &page) + &fragment)
    }

    /// `<br>` is a blank, `<https://…>` a link; other tags go, and what is no tag is escaped.
    fn angle(&mut self, text: &str, at: usize, marks: &Marks) -> Option<usize> {
        let end = marks.tag_end(at)? - at;
        let inner = text.get(1..end)?;
        if inner.starts_with("http://") || inner.starts_with("https://") {
            self.out.push_str(&text[..=end]);
            return Some(end + 1);
        }
        let inner = inner.trim_matches('/');
        let is_tag = TAGS.iter().any(|tag| {
            let (name, rest) = inner.split_at_checked(tag.len()).unwrap_or_default();
            name.eq_ignore_ascii_case(tag) && (rest.is_empty() || rest.starts_with([' ', '/']))
        });
        if is_tag && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        is_tag.then_some(end + 1)
    }

    /// An address that stands in the text.
    fn address(&mut self, text: &str) -> Option<usize> {
        let is_address = text.starts_with("http://") || text.starts_with("https://");
        if !is_address || self.out.ends_with(|c: char| c.is_alphanumeric()) {
            return None;
        }
        let end = text.find([
            ' ', '<', '>', '`', '"', '\'', '[', ']', '|', '\\', '*', '{', '}', '(', ')',
        ]);
        let address =
            text[..end.unwrap_or(text.len())].trim_end_matches(['.', ',', ';', ':', '!', '?', '_']);
        self.out.extend(["<", address, ">"]);
        Some(address.len())
    }

    /// A backslash before punctuation is an escape already.
    fn escape(&mut self, text: &str) -> Option<usize> {
        let next = text[1..]
            .chars()
            .next()
            .filter(char::is_ascii_punctuation)?;
        self.out.push('\\');
        self.out.push(next);
        Some(2)
    }
}

/// The tags that descriptions use for layout.
const TAGS: &[&str] = &[
    "a", "b", "br", "code", "div", "em", "i", "img", "li", "ol", "p", "span", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
];

/// A link whose text is being written.
struct OpenLink {
    /// Where it leads; `None` where only the text stays.
    address: Option<String>,
    /// The bracket behind its text.
    close: usize,
    /// One past its target.
    end: usize,
}

/// Where the marks of a line are, by place.
struct Marks {
    /// Square brackets and those that close them.
    brackets: Vec<(usize, usize)>,
    /// Parentheses and those that close them.
    parentheses: Vec<(usize, usize)>,
    tag_ends: Vec<usize>,
    /// Runs of backticks: length and beginning.
    ticks: Vec<(usize, usize)>,
}

impl Marks {
    fn of(text: &str) -> Self {
        let tag_ends = text.match_indices('>').map(|(at, _)| at);
        Self {
            brackets: pairs(text, b'[', b']'),
            parentheses: pairs(text, b'(', b')'),
            tag_ends: tag_ends.collect(),
            ticks: runs(text),
        }
    }

    /// The first run of exactly so many backticks from `start` on.
    fn ticks(&self, length: usize, start: usize) -> Option<usize> {
        let at = self.ticks.partition_point(|run| *run < (length, start));
        let (found, start) = *self.ticks.get(at)?;
        (found == length).then_some(start)
    }

    /// The first `>` behind a place.
    fn tag_end(&self, start: usize) -> Option<usize> {
        let at = self.tag_ends.partition_point(|end| *end < start);
        self.tag_ends.get(at).copied()
    }
}

/// Brackets and those that close them, by place.
fn pairs(text: &str, open: u8, close: u8) -> Vec<(usize, usize)> {
    let mut pending = Vec::new();
    let mut out = Vec::new();
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == open {
            pending.push(at);
        } else if byte == close {
            out.extend(pending.pop().map(|from| (from, at)));
        }
    }
    out.sort_unstable();
    out
}

/// The place of the bracket that closes the one at `open`, if there is one.
fn closing(pairs: &[(usize, usize)], open: usize) -> Option<usize> {
    let at = pairs.binary_search_by_key(&open, |pair| pair.0).ok()?;
    Some(pairs[at].1)
}

/// Runs of backticks by length, then place.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match out.last_mut() {
            Some((length, start)) if *start + *length == at => *length += 1,
            _ => out.push((1, at)),
        }
    }
    out.sort_unstable();
    out
}

/// The page that a relative address on `page` means; `None` if it leads out of the reference.
fn joined(page: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<_> = page.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    matches!(parts[..], ["api" | "resources", _]).then(|| parts.join("/"))
}

/// An address that can stand between the parentheses of a link.
fn encoded(address: &str) -> Cow<'_, str> {
    if !address.contains(|c: char| {
        matches!(c, ' ' | '(' | ')' | '<' | '>' | '\\' | '`' | '*') || c.is_control()
    }) {
        return address.into();
    }
    let mut out = String::with_capacity(address.len() + 8);
    for c in address.chars() {
        match c {
            ' ' | '(' | ')' | '<' | '>' | '\\' | '`' | '*' => {
                out.extend([
                    '%',
                    hexadecimal(u32::from(c) >> 4),
                    hexadecimal(u32::from(c) & 15),
                ]);
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.into()
}

/// A digit, as percent-encoding writes it (RFC 3986, section 2.1).
fn hexadecimal(digit: u32) -> char {
    char::from_digit(digit, 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(description: &str, expected: &str) {
        assert_eq!(
            rustdoc(ApiVersion::V1_0, "resources/user.md", description),
            expected
        );
    }

    #[test]
    fn links_become_absolute() {
        let api = "https://learn.microsoft.com/graph/api";
        check(
            "A [group](group.md).",
            &format!("A [group]({api}/resources/group?view=graph-rest-1.0)."),
        );
        check(
            "[List](../api/user-list.md#x)",
            &format!("[List]({api}/user-list?view=graph-rest-1.0#x)"),
        );
        check(
            "[p](/graph/permissions)",
            "[p](https://learn.microsoft.com/graph/permissions)",
        );
        check(
            "[here](#top)",
            &format!("[here]({api}/resources/user?view=graph-rest-1.0#top)"),
        );
        check("[a](../../concepts/a.md)", "a");
        check("[x](javascript:y)", "x");
        check("![alt](a.png) b", "alt b");
        check(
            "[w](https://en.wikipedia.org/wiki/A_(b))",
            "[w](https://en.wikipedia.org/wiki/A_%28b%29)",
        );
        check(r#"[t](https://x.y "Title")"#, "[t](https://x.y)");
        check("[](a.md)", "");
    }

    #[test]
    fn what_is_no_link_is_no_link() {
        check("[id] and a[0]", r"\[id\] and a\[0\]");
        check("> [!NOTE]\n>  Text", "> \\[!NOTE\\]\n> Text");
        check("[broken](", r"\[broken\](");
        check("[a][b]", r"\[a\]\[b\]");
    }

    #[test]
    fn addresses_are_links() {
        check("See https://x.y/z.", "See <https://x.y/z>.");
        check("(http://x.y)", "(<http://x.y>)");
        check("<https://x.y>", "<https://x.y>");
        check("`https://x.y`", "`https://x.y`");
        check("the path, hash", "the path, hash");
    }

    #[test]
    fn html_goes_and_the_rest_is_escaped() {
        check("one<br/>two <br> three", "one two  three");
        check("<b>x</b>", " x ");
        check(
            "Collection<String> a < b > c",
            r"Collection\<String\> a \< b \> c",
        );
        check("`a<b>`", "`a<b>`");
        check(r"\<x\>", r"\<x\>");
        check("open ` tick", r"open \` tick");
        check("``a`b``", "``a`b``");
        check("``a `b`", r"\`\`a `b`");
    }

    #[test]
    fn links_in_links_and_marks_across_their_ends() {
        let api = "https://learn.microsoft.com/graph/api/resources";
        let view = "?view=graph-rest-1.0";
        check(
            "[a [b](b.md) `c](a.md)` d",
            &format!("[a [b]({api}/b{view}) \\`c]({api}/a{view})\\` d"),
        );
        check(
            "[a < b](a.md) > c",
            &format!(r"[a \< b]({api}/a{view}) \> c"),
        );
    }

    /// Each of these took minutes when every mark was looked for from the one before it.
    #[test]
    fn long_runs_of_marks_take_linear_time() {
        const COUNT: usize = 50_000;
        let write = |text: &str| rustdoc(ApiVersion::V1_0, "resources/a.md", text);
        for mark in ["<", "[", "`", "``` `` ` ", "<a", "[](", "<x y"] {
            let marks = mark.repeat(COUNT);
            write(&format!("a {marks}"));
            write(&format!("a {marks}>](a.md)`"));
            write(&format!("a {marks}{}", "b ".repeat(COUNT)));
        }
        write(&("[".repeat(COUNT) + &"](a.md)".repeat(COUNT)));
    }

    #[test]
    fn code_is_never_a_test() {
        check("a\n\n    let x;", "a\n\nlet x;");
        check("```json\n{}\n```", "```text\n{}\n```");
        check("```http\nGET", "```text\nGET\n```");
    }
}
