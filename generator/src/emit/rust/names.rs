//! The one place where Rust names are decided, before any token is written.
//!
//! Comes in: names of the api. Goes out: identifiers. The rules, in this order:
//!
//! 1. Case: types and variants `UpperCamel`, everything else `snake_case`. What is no letter or digit of ASCII
//!    separates words.
//! 2. A name without a letter or digit is `unnamed`; before one that starts with a digit comes a `_`.
//! 3. A name that the language or the generated code has taken gets a `_` at its end: `type_`, `extra_`.
//! 4. Of two equal names in one scope, the later one in the order of the api gets a `_` at its end.
//! 5. A namespace is a module: `microsoft.graph.security.alert` is `models::security::Alert`, while the types of
//!    `microsoft.graph` are in `models` itself.
//!
//! Invariant: names of one [`Scope`] are distinct, and depend only on the names that came before.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::{
    api::{Api, EnumId, EnumType, TypeId},
    ir::{DEFAULT_NAMESPACE, TypeName},
};

// Sorted, each of them.

/// Words of the language, strict and reserved, that no field, function or module can be called.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// What modules of models use without a path: the prelude's types and what they import from the runtime.
const TYPES_IN_USE: &[&str] = &[
    "Boxed",
    "Bytes",
    "Clone",
    "Date",
    "Debug",
    "Decimal",
    "Default",
    "DerivedFrom",
    "Eq",
    "Err",
    "Extra",
    "Flags",
    "From",
    "Hash",
    "IsoDuration",
    "Members",
    "Model",
    "Nav",
    "None",
    "OffsetDateTime",
    "Ok",
    "OpenEnum",
    "Option",
    "PartialEq",
    "Result",
    "Self",
    "Slots",
    "Some",
    "String",
    "Time",
    "TypeInfo",
    "UnknownValue",
    "Uuid",
    "Value",
    "Vec",
];

/// What else modules of requests use without a path.
const BUILDERS_IN_USE: &[&str] = &[
    "Body",
    "Content",
    "GraphClient",
    "Method",
    "Page",
    "Path",
    "Request",
];

/// The variant for what is not documented.
const VARIANTS_IN_USE: &[&str] = &["Self", "UnknownValue"];

/// The field for what is not declared.
const FIELDS_IN_USE: &[&str] = &["extra"];

/// The features that are no areas.
const FEATURES_IN_USE: &[&str] = &[
    "client",
    "default",
    "full",
    "native-tls",
    "rustls",
    "serde",
    "sign-in",
];

/// The arguments for what a request carries.
const ARGUMENTS_IN_USE: &[&str] = &["body", "target"];

/// Names that must differ from each other.
#[derive(Debug)]
pub(super) struct Scope {
    reserved: &'static [&'static [&'static str]],
    taken: HashSet<String>,
}

impl Scope {
    fn with(reserved: &'static [&'static [&'static str]]) -> Self {
        Self {
            reserved,
            taken: HashSet::new(),
        }
    }

    /// The fields of one struct.
    pub(super) fn fields() -> Self {
        Self::with(&[KEYWORDS, FIELDS_IN_USE])
    }

    /// The types of one module of models.
    pub(super) fn types() -> Self {
        Self::with(&[TYPES_IN_USE])
    }

    /// The types of one module of requests.
    pub(super) fn builders() -> Self {
        Self::with(&[TYPES_IN_USE, BUILDERS_IN_USE])
    }

    /// The variants of one enumeration.
    pub(super) fn variants() -> Self {
        Self::with(&[VARIANTS_IN_USE])
    }

    /// The Cargo features of the crate.
    pub(super) fn features() -> Self {
        Self::with(&[FEATURES_IN_USE])
    }

    /// The functions of one builder, or the modules of one module.
    pub(super) fn functions() -> Self {
        Self::with(&[KEYWORDS])
    }

    /// The arguments of one function, beside `self` and what the request carries.
    pub(super) fn arguments() -> Self {
        Self::with(&[KEYWORDS, ARGUMENTS_IN_USE])
    }

    /// Whether nothing of this scope has the name yet.
    pub(super) fn has_room_for(&self, name: &str) -> bool {
        !self.taken.contains(name) && !self.taken.contains(&format!("{name}_"))
    }

    /// Takes a name, or the next that is free.
    pub(super) fn take(&mut self, mut name: String) -> String {
        if self
            .reserved
            .iter()
            .any(|names| names.binary_search(&name.as_str()).is_ok())
        {
            name.push('_');
        }
        while self.taken.contains(&name) {
            name.push('_');
        }
        self.taken.insert(name.clone());
        name
    }
}

/// `displayName` → `display_name`.
pub(super) fn snake(name: &str) -> String {
    valid(ascii_words(name).to_snake_case(), "unnamed")
}

/// `displayName` → `display-name`.
pub(super) fn kebab(name: &str) -> String {
    snake(name).replace('_', "-")
}

/// `displayName` → `DisplayName`.
pub(super) fn camel(name: &str) -> String {
    valid(ascii_words(name).to_upper_camel_case(), "Unnamed")
}

/// The name with a space for everything that cannot be in an identifier.
fn ascii_words(name: &str) -> Cow<'_, str> {
    if name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return name.into();
    }
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect::<String>()
        .into()
}

fn valid(mut name: String, otherwise: &str) -> String {
    if name.is_empty() {
        name.push_str(otherwise);
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// The modules below `models` that a namespace stands for; none for the default one.
pub(super) fn modules_of(namespace: &str) -> Vec<String> {
    let tail = match namespace.strip_prefix(DEFAULT_NAMESPACE) {
        Some("") => return Vec::new(),
        Some(tail) if tail.starts_with('.') => &tail[1..],
        _ => namespace,
    };
    tail.split('.')
        .map(|part| Scope::functions().take(snake(part)))
        .collect()
}

/// Where a type is: its modules below `models`, and its name there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) modules: Vec<String>,
    pub(super) name: String,
}

/// The names of all types, fields and variants of an api.
#[derive(Debug)]
pub(super) struct Names {
    types: Vec<Place>,
    enums: Vec<Place>,
}

impl Names {
    /// Decides them.
    pub(super) fn new(api: &Api) -> Self {
        let mut scopes = HashMap::new();
        let mut place = |name: &TypeName| {
            let modules = modules_of(name.namespace());
            let scope = scopes.entry(modules.clone()).or_insert_with(Scope::types);
            Place {
                name: scope.take(camel(name.name())),
                modules,
            }
        };
        let types = api.types.iter().map(|ty| place(&ty.name)).collect();
        let enums = api.enums.iter().map(|ty| place(&ty.name)).collect();
        Self { types, enums }
    }

    /// Where a structured type is.
    pub(super) fn of_type(&self, id: TypeId) -> &Place {
        &self.types[id.index()]
    }

    /// Where an enumeration is.
    pub(super) fn of_enum(&self, id: EnumId) -> &Place {
        &self.enums[id.index()]
    }
}

/// The variants of an enumeration, in the order of its members.
pub(super) fn variants(ty: &EnumType) -> Vec<String> {
    let mut scope = Scope::variants();
    ty.members
        .iter()
        .map(|member| scope.take(camel(&member.name)))
        .collect()
}

/// The fields for members with these names on the wire, in order.
pub(super) fn fields<'a>(members: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut scope = Scope::fields();
    members
        .into_iter()
        .map(|name| scope.take(snake(name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: [&str; 2]) {
        let field = Scope::fields().take(snake(name));
        let ty = Scope::types().take(camel(name));
        assert_eq!([field.as_str(), ty.as_str()], expected, "{name}");
    }

    #[test]
    fn lists_are_sorted() {
        let lists = [
            KEYWORDS,
            TYPES_IN_USE,
            BUILDERS_IN_USE,
            VARIANTS_IN_USE,
            FIELDS_IN_USE,
            ARGUMENTS_IN_USE,
        ];
        assert!(lists.iter().all(|list| list.is_sorted()));
    }

    #[test]
    fn names_become_identifiers() {
        check("displayName", ["display_name", "DisplayName"]);
        check("id", ["id", "Id"]);
        check(
            "iOSMinimumVersion",
            ["i_os_minimum_version", "IOsMinimumVersion"],
        );
        check("win32LobApp", ["win32_lob_app", "Win32LobApp"]);
        check("x509", ["x509", "X509"]);
        check("type", ["type_", "Type"]);
        check("self", ["self_", "Self_"]);
        check("string", ["string", "String_"]);
        check("extra", ["extra_", "Extra_"]);
        check("24hours", ["_24hours", "_24hours"]);
        check(
            "#microsoft.graph.x",
            ["microsoft_graph_x", "MicrosoftGraphX"],
        );
        check("größe", ["gr_e", "GrE"]);
        check("--", ["unnamed", "Unnamed"]);
    }

    #[test]
    fn the_later_of_two_gets_a_mark() {
        let mut scope = Scope::fields();
        assert_eq!(scope.take(snake("URL")), "url");
        assert_eq!(scope.take(snake("url")), "url_");
        assert_eq!(scope.take(snake("Url")), "url__");
    }

    #[test]
    fn namespaces_are_modules() {
        assert_eq!(modules_of("microsoft.graph"), Vec::<String>::new());
        assert_eq!(modules_of("microsoft.graph.callRecords"), ["call_records"]);
        assert_eq!(modules_of("microsoft.graph.a.type"), ["a", "type_"]);
        assert_eq!(modules_of("microsoft.graphics"), ["microsoft", "graphics"]);
        assert_eq!(modules_of("contoso"), ["contoso"]);
    }
}
