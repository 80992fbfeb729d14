//! The query options of a request (OData 4.0 URL conventions, section 5).
//!
//! Comes in: what stands behind the `?`. Goes out: [`Query`], or which option makes no sense and why. Options of a
//! service of its own (without `$`) are left alone; one with `$` that is not known here is an error, as it is for Graph.

use percent_encoding::percent_decode_str;

use super::filter::{self, Expression};

/// The most items that an answer holds, as with Graph.
pub const MOST_ITEMS: usize = 999;
/// How many items an answer holds if the request does not say.
pub const USUAL_ITEMS: usize = 100;

/// What a request wants to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// `$top`.
    pub top: Option<usize>,
    /// `$skip`.
    pub skip: usize,
    /// `$skiptoken`: what a next link says.
    pub skip_token: Option<String>,
    /// `$deltatoken`: what a delta link says.
    pub delta_token: Option<String>,
    /// `$count`.
    pub count: bool,
    /// `$select`: names of members.
    pub select: Option<Vec<String>>,
    /// `$filter`.
    pub filter: Option<Expression>,
    /// `$orderby`: a path, and whether it goes down.
    pub order_by: Vec<(Vec<String>, Direction)>,
    /// `$expand`: names of members, and what is wanted of them.
    pub expand: Vec<(String, Query)>,
    /// `$search`: words, each of which has to be in one of the texts of an item.
    pub search: Vec<String>,
    /// `$format` with `odata.metadata=none`.
    pub without_metadata: bool,
    /// `$id`: the address of the item that a reference leads to.
    pub id: Option<String>,
}

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `asc`
    Up,
    /// `desc`
    Down,
}

/// Reads a query string.
pub fn parse(text: &str) -> Result<Query, String> {
    let mut query = Query::default();
    for option in text.split('&').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        query.set(&name, &value, Depth::Request)?;
    }
    Ok(query)
}

/// Where an option stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Request,
    Expand,
}

impl Query {
    fn set(&mut self, name: &str, value: &str, depth: Depth) -> Result<(), String> {
        let lower = name.to_ascii_lowercase();
        let about =
            |problem: &dyn std::fmt::Display| format!("Invalid value for {name}: {problem}.");
        match lower.as_str() {
            "$top" => {
                let top = number(value).map_err(|it| about(&it))?;
                if !(1..=MOST_ITEMS).contains(&top) {
                    return Err(about(&format!("{top} is not between 1 and {MOST_ITEMS}")));
                }
                self.top = Some(top);
            }
            "$skip" => self.skip = number(value).map_err(|it| about(&it))?,
            "$skiptoken" => self.skip_token = Some(value.to_owned()),
            "$deltatoken" => self.delta_token = Some(value.to_owned()),
            "$count" => {
                self.count = match value {
                    "true" => true,
                    "false" => false,
                    other => return Err(about(&format!("`{other}` is neither true nor false"))),
                }
            }
            "$select" => {
                let names = value.split(',').map(|name| name.trim().to_owned());
                self.select = Some(names.filter(|name| !name.is_empty()).collect());
            }
            "$filter" => self.filter = Some(filter::parse(value).map_err(|it| about(&it))?),
            "$orderby" => self.order_by = order_by(value).map_err(|it| about(&it))?,
            "$expand" if depth == Depth::Expand => {
                return Err(about(&"only one level can be expanded here"));
            }
            "$expand" => self.expand = expand(value)?,
            "$search" => self.search = search(value),
            "$id" | "@odata.id" => self.id = Some(value.to_owned()),
            // Every answer is JSON.
            "$format" => self.without_metadata = wants_none(value),
            other if other.starts_with('$') => {
                return Err(format!("The query option '{name}' is not known here."));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether a media type asks for JSON that says nothing about itself.
pub fn wants_none(media_type: &str) -> bool {
    let mut parameters = media_type.split([';', ',']).map(str::trim);
    parameters.any(|it| {
        ["odata.metadata=none", "metadata=none"].contains(&it.to_ascii_lowercase().as_str())
    })
}

/// What a part of a query string stands for; `+` is a blank in it.
fn decoded(text: &str) -> Result<String, String> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded
        .map(Into::into)
        .map_err(|_| format!("The query option `{text}` is no UTF-8."))
}

fn number(text: &str) -> Result<usize, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no whole number"))
}

fn order_by(text: &str) -> Result<Vec<(Vec<String>, Direction)>, String> {
    let mut orders = Vec::new();
    for part in text.split(',') {
        let mut words = part.split_whitespace();
        let path = words.next().ok_or("a property is missing")?;
        let direction = match words.next() {
            None | Some("asc") => Direction::Up,
            Some("desc") => Direction::Down,
            Some(other) => return Err(format!("`{other}` is neither `asc` nor `desc`")),
        };
        if let Some(more) = words.next() {
            return Err(format!("`{more}` was not expected"));
        }
        orders.push((path.split('/').map(str::to_owned).collect(), direction));
    }
    Ok(orders)
}

/// `manager,members($select=id;$top=3)`.
fn expand(text: &str) -> Result<Vec<(String, Query)>, String> {
    let mut expansions = Vec::new();
    for part in split_outside(text, ',') {
        let part = part.trim();
        let (name, options) = match part.split_once('(') {
            None => (part, ""),
            Some((name, rest)) => match rest.strip_suffix(')') {
                Some(options) => (name, options),
                None => {
                    return Err(format!(
                        "Invalid value for $expand: `{part}` has no `)` at its end."
                    ));
                }
            },
        };
        if name.is_empty() {
            return Err("Invalid value for $expand: a name is missing.".to_owned());
        }
        let mut query = Query::default();
        for option in split_outside(options, ';').into_iter().map(str::trim) {
            if let Some((name, value)) = option.split_once('=') {
                query.set(name.trim(), value.trim(), Depth::Expand)?;
            }
        }
        expansions.push((name.trim().to_owned(), query));
    }
    Ok(expansions)
}

/// The parts between separators that do not stand within parentheses or quotes.
fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut is_quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            c if c == separator && depth == 0 && !is_quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `"displayName:disk" AND "check"`: what has to be found; which property it is said to be in makes no difference.
fn search(text: &str) -> Vec<String> {
    let words = text.split('"').flat_map(|part| part.split(" AND "));
    let words = words.map(|word| {
        word.rsplit(':')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase()
    });
    words.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn options_are_read() {
        let query = parse("$top=5&$skip=2&$count=true&%24select=id,%20name&$orderby=home/city%20desc,id&session=1").unwrap();
        assert_eq!((query.top, query.skip, query.count), (Some(5), 2, true));
        assert_eq!(query.select, Some(vec!["id".to_owned(), "name".to_owned()]));
        let orders = [
            (vec!["home".to_owned(), "city".to_owned()], Direction::Down),
            (vec!["id".to_owned()], Direction::Up),
        ];
        assert_eq!(query.order_by, orders);
        let query = parse("$expand=manager,members($select=id,name;$filter=a eq 'x;,)')").unwrap();
        let names: Vec<_> = query.expand.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["manager", "members"]);
        assert_eq!(query.expand[1].1.select.as_ref().unwrap().len(), 2);
        assert!(query.expand[1].1.filter.is_some());
        assert_eq!(parse("$search=\"name:Disk\"").unwrap().search, ["disk"]);
    }

    #[test]
    fn errors_name_the_option() {
        let found = [
            "$top=0",
            "$top=1000",
            "$skip=-1",
            "$count=yes",
            "$filter=a eq",
            "$orderby=a down",
            "$orderby=",
            "$expand=a($expand=b)",
            "$expand=a(",
            "$expand=,",
            "$apply=x",
            "$filter=%ff",
        ]
        .map(|text| format!("{text}: {}", parse(text).unwrap_err()));
        insta::assert_snapshot!(found.join("\n"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "([$&=%();,' a-z0-9é]|\\$expand=|\\$orderby=|\\$search=){0,40}") {
            let _ = parse(&text);
        }
    }
}
