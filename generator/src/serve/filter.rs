//! `$filter` and `$orderby`: what they say, and what they mean for an object (OData 4.0 URL conventions, section 5.1.1).
//!
//! ```text
//! or      := and ("or" and)*
//! and     := not ("and" not)*
//! not     := "not" not | compare
//! compare := operand (("eq"|"ne"|"gt"|"ge"|"lt"|"le") operand | "in" "(" operand ("," operand)* ")")?
//! operand := "(" or ")" | literal | word "(" (or ("," or)*)? ")" | path
//! path    := name ("/" name)* ("/" ("any"|"all") "(" (name ":" or)? ")" | "/$count")?
//! ```
//!
//! Comes in: text, then objects. Goes out: an expression, or the place where the text stops making sense; then values.
//! Invariants: no text makes the parser panic, recurse deeper than [`DEEPEST`] or read more than [`MOST_OPERANDS`], and an
//! expression is no deeper than its text; evaluation cannot fail: a value that cannot be compared is unequal to everything.
//! Texts are compared without case, as most of the service does.

use std::{cmp::Ordering, fmt};

use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::conform;

/// How many expressions may stand inside of each other.
const DEEPEST: usize = 32;
/// How many values, properties and calls an expression may have.
const MOST_OPERANDS: usize = 10_000;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A value as written.
    Literal(Value),
    /// A property, or a property of a property; the first name may be the variable of a lambda.
    Path(Vec<String>),
    /// How many items a path has: `members/$count`.
    Count(Vec<String>),
    /// `not`.
    Not(Box<Expression>),
    /// Conditions with the same word between them, however many: two at least.
    Logic(Logic, Vec<Expression>),
    /// `eq` and its like.
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// `in`.
    In(Box<Expression>, Vec<Expression>),
    /// `startswith(...)` and its like.
    Call(Function, Vec<Expression>),
    /// `any`, `all`: a path, the variable and the condition, if there is one.
    Lambda(Quantifier, Vec<String>, Option<(String, Box<Expression>)>),
}

/// What joins two conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    /// All hold.
    And,
    /// One at least holds.
    Or,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// The functions that expressions may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// Whether a text begins with another.
    StartsWith,
    /// Whether a text ends with another.
    EndsWith,
    /// Whether a text has another in it.
    Contains,
    /// A text in lower case.
    ToLower,
    /// A text in upper case.
    ToUpper,
    /// The number of characters.
    Length,
}

/// Which items of a collection a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// One at least.
    Any,
    /// Each.
    All,
}

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Characters before the place.
    pub at: usize,
    /// What is wrong there: `expected ...`.
    pub problem: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at position {}", self.problem, self.at)
    }
}

const COMPARISONS: [(&str, Comparison); 6] = [
    ("eq", Comparison::Eq),
    ("ne", Comparison::Ne),
    ("gt", Comparison::Gt),
    ("ge", Comparison::Ge),
    ("lt", Comparison::Lt),
    ("le", Comparison::Le),
];

/// Name, function, number of arguments.
const FUNCTIONS: [(&str, Function, usize); 6] = [
    ("startswith", Function::StartsWith, 2),
    ("endswith", Function::EndsWith, 2),
    ("contains", Function::Contains, 2),
    ("tolower", Function::ToLower, 1),
    ("toupper", Function::ToUpper, 1),
    ("length", Function::Length, 1),
];

/// Reads a `$filter`.
pub fn parse(text: &str) -> Result<Expression, Error> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        operands: 0,
    };
    let expression = parser.or()?;
    parser.skip_blanks();
    if parser.at < text.len() {
        return Err(parser.error("expected an operator or the end"));
    }
    Ok(expression)
}

/// Whether an object is one that the expression selects.
pub fn selects(expression: &Expression, object: &Map<String, Value>) -> bool {
    let scope = Scope {
        object,
        variables: Vec::new(),
    };
    scope.holds(expression)
}

/// All paths in an expression that begin at the object, in order.
pub fn paths(expression: &Expression) -> Vec<&[String]> {
    let mut found = Vec::new();
    collect_paths(expression, &mut Vec::new(), &mut found);
    found
}

fn collect_paths<'e>(
    expression: &'e Expression,
    variables: &mut Vec<&'e str>,
    found: &mut Vec<&'e [String]>,
) {
    let mut add = |path: &'e [String], variables: &[&str]| {
        if path
            .first()
            .is_some_and(|first| !variables.contains(&first.as_str()))
        {
            found.push(path);
        }
    };
    match expression {
        Expression::Literal(_) => {}
        Expression::Path(path) | Expression::Count(path) => add(path, variables),
        Expression::Not(inner) => collect_paths(inner, variables, found),
        Expression::Compare(_, left, right) => {
            collect_paths(left, variables, found);
            collect_paths(right, variables, found);
        }
        Expression::In(left, items) => {
            collect_paths(left, variables, found);
            for item in items {
                collect_paths(item, variables, found);
            }
        }
        Expression::Logic(_, parts) | Expression::Call(_, parts) => {
            for part in parts {
                collect_paths(part, variables, found);
            }
        }
        Expression::Lambda(_, path, condition) => {
            add(path, variables);
            if let Some((variable, condition)) = condition {
                variables.push(variable);
                collect_paths(condition, variables, found);
                variables.pop();
            }
        }
    }
}

/// The value at a path; `null` where nothing is there.
pub fn value_at<'v>(object: &'v Map<String, Value>, path: &[String]) -> &'v Value {
    let Some((first, rest)) = path.split_first() else {
        return &Value::Null;
    };
    let first = object.get(first).unwrap_or(&Value::Null);
    rest.iter()
        .fold(first, |value, name| value.get(name).unwrap_or(&Value::Null))
}

/// The order of two values; `None` if they have none.
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
        },
        // Large numbers may come as texts (OData JSON Format 4.0, section 3.2).
        (Value::Number(left), Value::String(right)) => {
            left.as_f64()?.partial_cmp(&right.parse().ok()?)
        }
        (Value::String(left), Value::Number(right)) => {
            left.parse::<f64>().ok()?.partial_cmp(&right.as_f64()?)
        }
        (Value::String(left), Value::String(right)) => match (moment(left), moment(right)) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => Some(left.to_lowercase().cmp(&right.to_lowercase())),
        },
        _ => None,
    }
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    // Most texts are no moments, and need not be read to know that.
    let looks_right = text.len() >= 20 && text.as_bytes()[4] == b'-';
    looks_right
        .then(|| OffsetDateTime::parse(text, &Rfc3339).ok())
        .flatten()
}

/// What names stand for.
struct Scope<'v> {
    object: &'v Map<String, Value>,
    /// The innermost last.
    variables: Vec<(&'v str, &'v Value)>,
}

impl<'v> Scope<'v> {
    fn holds(&self, expression: &'v Expression) -> bool {
        self.value(expression) == Value::Bool(true)
    }

    fn value(&self, expression: &'v Expression) -> Value {
        match expression {
            Expression::Literal(value) => value.clone(),
            Expression::Path(path) => self.at(path).clone(),
            Expression::Count(path) => self.at(path).as_array().map_or(0, Vec::len).into(),
            Expression::Not(inner) => (!self.holds(inner)).into(),
            Expression::Logic(Logic::And, conditions) => {
                conditions.iter().all(|it| self.holds(it)).into()
            }
            Expression::Logic(Logic::Or, conditions) => {
                conditions.iter().any(|it| self.holds(it)).into()
            }
            Expression::Compare(comparison, left, right) => {
                compare(*comparison, &self.value(left), &self.value(right)).into()
            }
            Expression::In(left, items) => {
                let left = self.value(left);
                let mut items = items.iter();
                items
                    .any(|item| compare(Comparison::Eq, &left, &self.value(item)))
                    .into()
            }
            Expression::Call(function, arguments) => {
                let arguments: Vec<_> = arguments.iter().map(|it| self.value(it)).collect();
                call(*function, &arguments)
            }
            Expression::Lambda(quantifier, path, condition) => {
                let items = self.at(path).as_array().map_or(&[][..], Vec::as_slice);
                self.lambda(*quantifier, items, condition.as_ref()).into()
            }
        }
    }

    fn lambda(
        &self,
        quantifier: Quantifier,
        items: &'v [Value],
        condition: Option<&'v (String, Box<Expression>)>,
    ) -> bool {
        let Some((variable, condition)) = condition else {
            return !items.is_empty();
        };
        let holds = |item: &'v Value| {
            let mut variables = self.variables.clone();
            variables.push((variable, item));
            let scope = Scope {
                object: self.object,
                variables,
            };
            scope.holds(condition)
        };
        match quantifier {
            Quantifier::Any => items.iter().any(holds),
            Quantifier::All => items.iter().all(holds),
        }
    }

    fn at(&self, path: &[String]) -> &'v Value {
        let variable = path.first().and_then(|first| {
            let mut variables = self.variables.iter().rev();
            variables.find(|(name, _)| name == first)
        });
        match variable {
            Some((_, value)) => path[1..].iter().fold(*value, |value, name| {
                value.get(name).unwrap_or(&Value::Null)
            }),
            None => value_at(self.object, path),
        }
    }
}

fn compare(comparison: Comparison, left: &Value, right: &Value) -> bool {
    let order = order(left, right);
    match comparison {
        Comparison::Eq => order == Some(Ordering::Equal),
        Comparison::Ne => order != Some(Ordering::Equal),
        Comparison::Gt => order == Some(Ordering::Greater),
        Comparison::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Comparison::Lt => order == Some(Ordering::Less),
        Comparison::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}

fn call(function: Function, arguments: &[Value]) -> Value {
    let text = |at: usize| {
        arguments
            .get(at)
            .and_then(Value::as_str)
            .map(str::to_lowercase)
    };
    let test = |holds: fn(&str, &str) -> bool| match (text(0), text(1)) {
        (Some(whole), Some(part)) => holds(&whole, &part).into(),
        _ => Value::Null,
    };
    match function {
        Function::StartsWith => test(|whole, part| whole.starts_with(part)),
        Function::EndsWith => test(|whole, part| whole.ends_with(part)),
        Function::Contains => test(|whole, part| whole.contains(part)),
        Function::ToLower => text(0).map_or(Value::Null, Value::from),
        Function::ToUpper => text(0).map_or(Value::Null, |text| text.to_uppercase().into()),
        Function::Length => text(0).map_or(Value::Null, |text| text.chars().count().into()),
    }
}

struct Parser<'t> {
    text: &'t str,
    /// A byte position between two characters.
    at: usize,
    depth: usize,
    /// How many were read.
    operands: usize,
}

impl<'t> Parser<'t> {
    fn or(&mut self) -> Result<Expression, Error> {
        self.joined("or", Logic::Or, Self::and)
    }

    fn and(&mut self) -> Result<Expression, Error> {
        self.joined("and", Logic::And, Self::not)
    }

    /// Conditions with the same word between them; a single one stands for itself.
    fn joined(
        &mut self,
        word: &str,
        logic: Logic,
        next: fn(&mut Self) -> Result<Expression, Error>,
    ) -> Result<Expression, Error> {
        let first = next(self)?;
        if !self.take_word(word) {
            return Ok(first);
        }
        let mut conditions = vec![first, next(self)?];
        while self.take_word(word) {
            conditions.push(next(self)?);
        }
        Ok(Expression::Logic(logic, conditions))
    }

    fn not(&mut self) -> Result<Expression, Error> {
        if !self.take_word("not") {
            return self.compare();
        }
        self.deeper()?;
        let inner = self.not()?;
        self.depth -= 1;
        Ok(Expression::Not(Box::new(inner)))
    }

    fn compare(&mut self) -> Result<Expression, Error> {
        let left = Box::new(self.operand()?);
        for (word, comparison) in COMPARISONS {
            if self.take_word(word) {
                let right = Box::new(self.operand()?);
                return Ok(Expression::Compare(comparison, left, right));
            }
        }
        if self.take_word("in") {
            self.expect('(')?;
            let items = self.list(Self::operand)?;
            return Ok(Expression::In(left, items));
        }
        Ok(*left)
    }

    fn operand(&mut self) -> Result<Expression, Error> {
        self.skip_blanks();
        self.operands += 1;
        if self.operands > MOST_OPERANDS {
            return Err(self.error("the expression is too long"));
        }
        if self.take('(') {
            self.deeper()?;
            let inner = self.or()?;
            self.depth -= 1;
            self.expect(')')?;
            return Ok(inner);
        }
        if self.peek() == Some('\'') {
            return Ok(Expression::Literal(self.quoted()?.into()));
        }
        let start = self.at;
        let word = self.word();
        if word.is_empty() {
            return Err(self.error("expected a property, a value or a function"));
        }
        if let Some(literal) = literal(word) {
            return Ok(Expression::Literal(literal));
        }
        // `duration'P1D'`, `binary'...'`, `microsoft.graph.runState'success'`.
        if self.peek() == Some('\'') {
            return Ok(Expression::Literal(self.quoted()?.into()));
        }
        if self.take('(') {
            return self.call(word, start);
        }
        self.path(word)
    }

    fn call(&mut self, name: &str, start: usize) -> Result<Expression, Error> {
        let known = FUNCTIONS
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(name));
        let Some((_, function, wanted)) = known else {
            self.at = start;
            return Err(self.error(&format!("`{name}` is no function that is known here")));
        };
        self.deeper()?;
        let arguments = self.list(Self::or)?;
        self.depth -= 1;
        if arguments.len() != *wanted {
            self.at = start;
            let problem = format!("`{name}` takes {wanted} arguments, not {}", arguments.len());
            return Err(self.error(&problem));
        }
        Ok(Expression::Call(*function, arguments))
    }

    fn path(&mut self, first: &str) -> Result<Expression, Error> {
        let mut path = vec![first.to_owned()];
        while self.take('/') {
            if self.take('$') {
                return match self.word() {
                    "count" => Ok(Expression::Count(path)),
                    _ => Err(self.error("expected `$count`")),
                };
            }
            let name = self.word();
            let quantifier = match name {
                "" => return Err(self.error("expected a property")),
                "any" => Some(Quantifier::Any),
                "all" => Some(Quantifier::All),
                _ => None,
            };
            match quantifier {
                Some(quantifier) if self.take('(') => return self.lambda(quantifier, path),
                Some(_) | None => path.push(name.to_owned()),
            }
        }
        Ok(Expression::Path(path))
    }

    fn lambda(&mut self, quantifier: Quantifier, path: Vec<String>) -> Result<Expression, Error> {
        if self.take(')') {
            return Ok(Expression::Lambda(quantifier, path, None));
        }
        self.skip_blanks();
        let variable = self.word().to_owned();
        if variable.is_empty() {
            return Err(self.error("expected a variable, as in `any(x:x eq 1)`"));
        }
        self.expect(':')?;
        self.deeper()?;
        let condition = Box::new(self.or()?);
        self.depth -= 1;
        self.expect(')')?;
        Ok(Expression::Lambda(
            quantifier,
            path,
            Some((variable, condition)),
        ))
    }

    /// Items with commas between them, up to the parenthesis that closes them.
    fn list(
        &mut self,
        item: fn(&mut Self) -> Result<Expression, Error>,
    ) -> Result<Vec<Expression>, Error> {
        let mut items = Vec::new();
        loop {
            items.push(item(self)?);
            if !self.take(',') {
                self.expect(')')?;
                return Ok(items);
            }
        }
    }

    /// A text between quotes, in which two quotes stand for one.
    fn quoted(&mut self) -> Result<String, Error> {
        let start = self.at;
        let mut text = String::new();
        self.at += 1;
        while let Some(end) = self.rest().find('\'') {
            text.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if self.peek() != Some('\'') {
                return Ok(text);
            }
            text.push('\'');
            self.at += 1;
        }
        self.at = start;
        Err(self.error("this text has no closing quote"))
    }

    /// Letters, digits and what stands in numbers, moments and annotations.
    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let is_moment = rest.starts_with(|c: char| c.is_ascii_digit());
        let belongs = |c: char| c.is_alphanumeric() || "_-.@+".contains(c) || is_moment && c == ':';
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Goes over a word of the language, if it is next and no part of a longer one.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let Some((start, after)) = self.rest().split_at_checked(word.len()) else {
            return false;
        };
        let ends = after
            .chars()
            .next()
            .is_none_or(|next| next.is_whitespace() || matches!(next, '(' | '\''));
        let is_next = start.eq_ignore_ascii_case(word) && ends;
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    fn take(&mut self, wanted: char) -> bool {
        // A slash belongs to what it follows, everything else may stand apart.
        if wanted != '/' && wanted != '$' {
            let at = self.at;
            self.skip_blanks();
            if self.peek() != Some(wanted) {
                self.at = at;
            }
        }
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.at += wanted.len_utf8();
        }
        is_next
    }

    fn expect(&mut self, wanted: char) -> Result<(), Error> {
        if self.take(wanted) {
            return Ok(());
        }
        Err(self.error(&format!("expected `{wanted}`")))
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("the expression is nested too deeply"));
        }
        Ok(())
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn error(&self, problem: &str) -> Error {
        Error {
            at: self.text[..self.at].chars().count(),
            problem: problem.to_owned(),
        }
    }
}

/// A word that is a value; moments and GUIDs are texts, as they are in JSON.
fn literal(word: &str) -> Option<Value> {
    match word {
        "null" => return Some(Value::Null),
        "true" => return Some(true.into()),
        "false" => return Some(false.into()),
        _ => {}
    }
    if !word.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        return conform::is_guid(word).then(|| word.into());
    }
    let number = word.parse::<i64>().map(Value::from).ok();
    let number = number.or_else(|| {
        let number = word.parse::<f64>().ok()?;
        serde_json::Number::from_f64(number).map(Value::Number)
    });
    Some(number.unwrap_or_else(|| word.into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_select() {
        let object = json!({
            "name": "O'Hara", "age": 7, "big": "9007199254740993", "on": true, "none": null,
            "at": "2021-07-01T12:00:00+02:00", "home": {"city": "Bonn"}, "tags": ["a", "b"],
            "mails": [{"kind": "work", "size": 3}, {"kind": "home", "size": 9}],
            "order": 1, "id": "87d349ed-44d7-43e1-9a83-5f2406dee5bd",
        });
        let object = object.as_object().unwrap();
        let holding = [
            "name eq 'o''hara'",
            "name ne 'x' and age gt 6",
            "age ge 7 and age le 7 and not (age lt 7)",
            "age eq 1 or age eq 7 and on",
            "startswith(name,'O') and endswith( name , 'RA' ) and contains(name,'''')",
            "tolower(name) eq 'o''hara' and length(name) eq 6",
            "none eq null and missing eq null and home/city eq 'Bonn'",
            "at eq 2021-07-01T10:00:00Z and at lt 2021-07-01T10:00:01Z",
            "big gt 12",
            "name in ('x', 'O''HARA')",
            "tags/any(t:t eq 'b') and tags/any() and tags/$count eq 2",
            "mails/any(m:m/kind eq 'work' and m/size eq 3)",
            "mails/all(m:m/size gt 2) and not mails/all(m:m/size gt 3)",
            "order eq 1",
            "id eq 87d349ed-44d7-43e1-9a83-5f2406dee5bd",
            "name eq duration'O''Hara'",
            "not(age eq 8)",
        ];
        for text in holding {
            assert!(selects(&parse(text).unwrap(), object), "{text}");
            let negated = format!("not ({text})");
            assert!(!selects(&parse(&negated).unwrap(), object), "{negated}");
        }
    }

    #[test]
    fn errors_say_where() {
        let said = |text: &str| parse(text).unwrap_err().to_string();
        let found = [
            "",
            "name eq",
            "name eq 'x",
            "name equals 'x'",
            "größer eq )",
            "(name eq 'x'",
            "substring(name,'x')",
            "startswith(name)",
            "tags/any(eq 1)",
            "name in 'x'",
            "a/",
            "a/$value",
        ]
        .map(|text| format!("{text:?}: {}", said(text)));
        insta::assert_snapshot!(found.join("\n"));
        assert!(said(&"(".repeat(100_000)).contains("nested too deeply"));
        assert!(said(&"not ".repeat(100_000)).contains("nested too deeply"));
        assert!(said(&"a eq 1 or ".repeat(100_000)).contains("too long"));
    }

    #[test]
    fn chains_are_long_but_not_deep() {
        let chain = |word: &str, last: &str| {
            let links = format!("age eq 1 {word} ").repeat(1_000);
            parse(&(links + last)).unwrap()
        };
        let object = json!({"age": 7});
        let object = object.as_object().unwrap();
        assert!(selects(&chain("or", "age eq 7"), object));
        assert!(!selects(&chain("or", "age eq 8"), object));
        assert!(selects(&chain("or", "age gt 2 and age lt 8"), object));
        assert!(!selects(&chain("and", "age eq 7"), object));
        assert_eq!(paths(&chain("and", "size eq 1")).len(), 1_001);
    }

    #[test]
    fn paths_leave_variables_out() {
        let expression = parse("a eq 1 and b/c/any(x:x/d eq e) and f in (g)").unwrap();
        let found: Vec<_> = paths(&expression)
            .iter()
            .map(|path| path.join("/"))
            .collect();
        assert_eq!(found, ["a", "b/c", "e", "f", "g"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z'()/,:$ éeq0-9.-]{0,60}|.{0,40}") {
            if let Ok(expression) = parse(&text) {
                selects(&expression, &Map::new());
                paths(&expression);
            }
        }

        #[test]
        fn no_expression_makes_it_panic(words in proptest::collection::vec(
            prop_oneof![
                Just("not "), Just("("), Just(")"), Just("a"), Just("a/b"), Just(" eq "), Just(" and "), Just(" or "),
                Just("'x'"), Just("1"), Just(" in "), Just(","), Just("/any("), Just("x:"), Just("contains("), Just("null"),
            ],
            0..24,
        )) {
            if let Ok(expression) = parse(&words.concat()) {
                let object = json!({"a": {"b": [1, "x"]}});
                selects(&expression, object.as_object().unwrap());
            }
        }
    }
}
