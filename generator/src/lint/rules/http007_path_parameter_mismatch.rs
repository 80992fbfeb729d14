use crate::{
    facts::{Claim, ParameterPlace},
    lint::{
        finding::{Findings, Severity},
        page::PageContext,
        requests,
        rule::{Check, Fixes, Preset, Rule},
    },
    span::ByteRange,
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "HTTP007",
    name: "path-parameter-mismatch",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &["ParameterParserError"],
    doc: include_str!("http007_path_parameter_mismatch.md"),
    check: Check::Page(check),
};

/// The names in the request lines of a page, with their places.
#[derive(Debug, Default)]
struct Names {
    /// In braces.
    placeholders: Vec<ByteRange>,
    /// Before an equals sign: arguments of functions, and of the query.
    arguments: Vec<ByteRange>,
}

fn check(cx: &PageContext, out: &mut Findings) {
    let mut rows = cx.facts.facts.iter().filter_map(|fact| match &fact.claim {
        Claim::Parameter {
            place: place @ (ParameterPlace::Path | ParameterPlace::Function),
            row,
        } if fact.page == cx.id => Some((*place, &*row.name, fact)),
        _ => None,
    });
    let Some(first) = rows.next() else {
        return;
    };
    let rows: Vec<_> = [first].into_iter().chain(rows).collect();
    let lines = requests::lines(cx);
    let Some(line) = lines.first() else {
        return;
    };
    let mut names = Names::default();
    for line in &lines {
        names.add(cx, line.at);
    }
    for (place, name, fact) in &rows {
        let known: Vec<ByteRange> = match place {
            ParameterPlace::Function if names.arguments.is_empty() => continue,
            _ => [names.placeholders.as_slice(), &names.arguments].concat(),
        };
        if known.iter().any(|at| is_same(cx.str(*at), name)) || !is_name(name) {
            continue;
        }
        let what = match place {
            ParameterPlace::Function => "argument of the function",
            _ => "placeholder of the path",
        };
        let at = cx.row_at(fact.at).map_or(fact.at, |row| row.name(cx.page));
        let finding = out
            .tell(
                cx.at(at, ""),
                format!("`{name}` is no {what} in a request line"),
            )
            .symbol(format!("{}:{name}", cx.page.path))
            .related(cx.at(line.at, "a request line of the page"));
        let words = known.iter().map(|at| cx.str(*at));
        if let Some(near) = suggest::closest(name, words) {
            finding.help(format!("the request line calls it `{near}`"));
        }
    }
    check_arguments(cx, &names, &rows, out);
}

type NamedRow<'r> = (ParameterPlace, &'r str, &'r crate::facts::Fact);

/// Arguments of a function that its table does not have.
fn check_arguments(cx: &PageContext, names: &Names, rows: &[NamedRow], out: &mut Findings) {
    let mut of_function = rows
        .iter()
        .filter(|(place, ..)| *place == ParameterPlace::Function);
    let Some((_, _, first)) = of_function.next() else {
        return;
    };
    let mut told: Vec<&str> = Vec::new();
    for at in &names.arguments {
        let name = cx.str(*at);
        if name.starts_with('$')
            || told.contains(&name)
            || rows.iter().any(|(_, row, _)| is_same(row, name))
        {
            continue;
        }
        told.push(name);
        out.tell(
            cx.at(*at, ""),
            format!("the table of parameters has no `{name}`"),
        )
        .symbol(format!("{}:{name}", cx.page.path))
        .related(cx.at(first.at, "the table of parameters begins here"));
    }
}

impl Names {
    /// Adds those of a line.
    fn add(&mut self, cx: &PageContext, line: ByteRange) {
        let text = cx.str(line);
        let at = |part: &str| cx.range_of(part);
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(['{', '<']) {
            let Some(end) = after.find(['}', '>']) else {
                break;
            };
            // Of several names, each will do.
            let alternatives = after[..end].split(['|', '/', ',']).map(str::trim);
            self.placeholders.extend(alternatives.map(at));
            rest = &after[end..];
            let other = rest[1..]
                .trim_start()
                .strip_prefix('|')
                .map(str::trim_start);
            let word = other.map(|other| other.split(['/', ' ']).next().unwrap_or_default());
            self.placeholders.extend(word.map(at));
        }
        for (equals, _) in text.match_indices('=') {
            let before = text[..equals].trim_end();
            let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@');
            let start = before.trim_end_matches(is_part).len();
            if start < before.len() {
                self.arguments.push(at(&before[start..]));
            }
        }
    }
}

/// Whether two spellings are of one name: `drive-id` and `_driveId_`.
fn is_same(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.map(|c| c.to_ascii_lowercase()).collect()
    };
    letters(a) == letters(b)
}

/// Whether a cell holds a name at all.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(' ')
}
