//! Descriptions as rustdoc.
//!
//! Comes in: CommonMark from a page. Goes out: CommonMark that rustdoc takes without a warning: no link that leads
//! nowhere, no address outside of a link, no HTML tag, no code that would be taken for a test. What is not a construct
//! of those is escaped, so that it reads as the page wrote it.

use std::borrow::Cow;

use crate::{api::Deprecation, ir::ApiVersion};

/// Where the pages are published.
const SITE: &str = "https://learn.microsoft.com";

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

    fn inline(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(['`', '[', ']', '<', '>', '\\', 'h']) {
            self.out.push_str(&rest[..at]);
            let boundary = !self.out.ends_with(|c: char| c.is_alphanumeric());
            rest = &rest[at..];
            let taken = match rest.as_bytes()[0] {
                b'`' => self.code(rest),
                b'[' => self.link(rest),
                b'<' => self.angle(rest),
                b'h' => self.address(rest, boundary),
                b'\\' => self.escape(rest),
                _ => None,
            };
            let taken = taken.unwrap_or_else(|| {
                if rest.as_bytes()[0] != b'h' {
                    self.out.push('\\');
                }
                self.out.push_str(&rest[..1]);
                1
            });
            rest = &rest[taken..];
        }
        self.out.push_str(rest);
    }

    /// A code span, up to a run of as many backticks as it starts with.
    fn code(&mut self, text: &str) -> Option<usize> {
        let ticks = text.len() - text.trim_start_matches('`').len();
        let mut end = ticks;
        while let Some(at) = text[end..].find('`') {
            let start = end + at;
            let run = text[start..].len() - text[start..].trim_start_matches('`').len();
            end = start + run;
            if run == ticks {
                self.out.push_str(&text[..end]);
                return Some(end);
            }
        }
        None
    }

    /// `[text](target)`, or a picture's `![text](target)`, whose mark has been written already.
    fn link(&mut self, text: &str) -> Option<usize> {
        let close = closing(text, b'[', b']')?;
        let target = text[close + 1..].strip_prefix('(')?;
        let end = closing(&text[close + 1..], b'(', b')')?;
        let target = target[..end - 1].trim();
        // A title may follow the address.
        let target = target
            .split([' ', '\t'])
            .next()
            .unwrap_or_default()
            .trim_matches(['<', '>']);
        let picture = self.out.ends_with('!');
        if picture {
            self.out.pop();
        }
        let label = &text[1..close];
        match self
            .resolved(target)
            .filter(|_| !picture && !label.trim().is_empty())
        {
            Some(address) => {
                self.out.push('[');
                self.inline(label);
                self.out.push_str("](");
                self.out.push_str(&address);
                self.out.push(')');
            }
            None => self.inline(label),
        }
        Some(close + 1 + end + 1)
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
    fn angle(&mut self, text: &str) -> Option<usize> {
        let end = text.find('>')?;
        let inner = &text[1..end];
        if inner.starts_with("http://") || inner.starts_with("https://") {
            self.out.push_str(&text[..=end]);
            return Some(end + 1);
        }
        let name = inner
            .trim_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap_or_default();
        if TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name)) {
            if !self.out.ends_with(' ') {
                self.out.push(' ');
            }
            return Some(end + 1);
        }
        None
    }

    /// An address that stands in the text.
    fn address(&mut self, text: &str, boundary: bool) -> Option<usize> {
        if !boundary || !(text.starts_with("http://") || text.starts_with("https://")) {
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

/// The place of the bracket that closes the one at the start.
fn closing(text: &str, open: u8, close: u8) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
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
    }

    #[test]
    fn code_is_never_a_test() {
        check("a\n\n    let x;", "a\n\nlet x;");
        check("```json\n{}\n```", "```text\n{}\n```");
        check("```http\nGET", "```text\nGET\n```");
    }
}
