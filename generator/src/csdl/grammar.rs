//! Which element may stand where, and what it says.
//!
//! Comes in: a text. Goes out: its schemas and what could not be read. Aliases are read first, for a name may use one
//! that is declared behind it.

use std::collections::HashMap;

use super::{
    Annotated, Annotation, Binding, Callable, EntityContainer, EnumMember, EnumType, Facet, Import,
    ItemRef, NAMESPACE_LIMIT, Name, NavigationProperty, Parameter, Problem, Property, ReturnType,
    Root, Schema, StructuredType, Term, TypeDefinition, TypeRef, Value,
    elements::{Attribute, Element, Elements, Step},
};
use crate::{
    ir::{Primitive, TypeName},
    span::ByteRange,
};

/// Facets that are kept as they are written.
const FACETS: [&str; 5] = ["MaxLength", "Precision", "Scale", "SRID", "Unicode"];

/// Names of attributes and elements that give a constant or a path, beside `Bool` and `String`.
const CONSTANTS: [&str; 17] = [
    "AnnotationPath",
    "Binary",
    "Date",
    "DateTimeOffset",
    "Decimal",
    "Duration",
    "EnumMember",
    "Float",
    "Guid",
    "Int",
    "LabeledElementReference",
    "ModelElementPath",
    "NavigationPropertyPath",
    "Path",
    "PropertyPath",
    "TimeOfDay",
    "UrlRef",
];

/// Names of elements that a service computes a value by (section 14.5).
const COMPUTED: [&str; 15] = [
    "And",
    "Apply",
    "Cast",
    "Eq",
    "Ge",
    "Gt",
    "If",
    "IsOf",
    "LabeledElement",
    "Le",
    "Lt",
    "Ne",
    "Not",
    "Or",
    "Has",
];

/// Reads a document.
pub(super) fn read(text: &str) -> (Vec<Schema>, Vec<Problem>) {
    let mut grammar = Grammar {
        xml: Elements::new(text),
        aliases: aliases(text),
    };
    let mut schemas = Vec::new();
    let mut has_root = false;
    while let Some(element) = grammar.xml.child() {
        if element.name == "Edmx" && !has_root {
            has_root = true;
            grammar.edmx(&mut schemas);
        } else {
            grammar.unexpected(&element, "a metadata document");
        }
    }
    if !has_root {
        grammar
            .xml
            .problem(ByteRange::default(), "there is no element `Edmx`");
    }
    (schemas, grammar.xml.problems)
}

/// The namespace that each alias stands for, of schemas and of included ones.
fn aliases(text: &str) -> HashMap<String, String> {
    let mut out = HashMap::new();
    let mut xml = Elements::new(text);
    let mut depth = 0usize;
    loop {
        match xml.next() {
            Step::In(element) => {
                depth += 1;
                if matches!(element.name, "Schema" | "Include")
                    && let Some(alias) = element.attribute("Alias")
                    && let Some(namespace) = element.attribute("Namespace")
                    && namespace.value.len() <= NAMESPACE_LIMIT
                {
                    out.entry(alias.value.clone().into_owned())
                        .or_insert_with(|| namespace.value.clone().into_owned());
                }
            }
            Step::Text(_) => {}
            Step::Out if depth == 0 => return out,
            Step::Out => depth -= 1,
        }
    }
}

struct Grammar<'a> {
    xml: Elements<'a>,
    aliases: HashMap<String, String>,
}

impl Grammar<'_> {
    /// Passes over an element that has no place where it stands.
    fn unexpected(&mut self, element: &Element, parent: &str) {
        let what = format!("`{}` does not belong in `{parent}`", element.name);
        self.xml.problem(element.at, what);
        self.xml.skip();
    }

    /// Passes over what the element has, but for its annotations.
    fn annotations(&mut self, parent: &str) -> Vec<Annotation> {
        let mut out = Vec::new();
        while let Some(child) = self.xml.child() {
            match child.name {
                "Annotation" => out.extend(self.annotation(&child)),
                _ => self.unexpected(&child, parent),
            }
        }
        out
    }

    // Sections 3 and 5

    fn edmx(&mut self, schemas: &mut Vec<Schema>) {
        while let Some(child) = self.xml.child() {
            match child.name {
                "DataServices" => {
                    while let Some(child) = self.xml.child() {
                        match child.name {
                            "Schema" => schemas.extend(self.schema(&child)),
                            _ => self.unexpected(&child, "DataServices"),
                        }
                    }
                }
                // Its aliases are known already.
                "Reference" => self.xml.skip(),
                _ => self.unexpected(&child, "Edmx"),
            }
        }
    }

    fn schema(&mut self, element: &Element) -> Option<Schema> {
        let namespace = self.required(element, "Namespace")?;
        if namespace.text.len() > NAMESPACE_LIMIT {
            let what = format!("a namespace has {NAMESPACE_LIMIT} characters at most");
            self.xml.problem(namespace.at, what);
            self.xml.skip();
            return None;
        }
        let mut out = Schema {
            at: element.at,
            namespace,
            alias: optional(element, "Alias"),
            ..Schema::default()
        };
        while let Some(child) = self.xml.child() {
            match child.name {
                "EntityType" | "ComplexType" => out.types.extend(self.structured_type(&child)),
                "EnumType" => out.enums.extend(self.enum_type(&child)),
                "TypeDefinition" => out.definitions.extend(self.definition(&child)),
                "Action" | "Function" => out.callables.extend(self.callable(&child)),
                "Term" => out.terms.extend(self.term(&child)),
                "EntityContainer" if out.container.is_none() => {
                    out.container = self.container(&child);
                }
                "Annotations" => out.annotated.extend(self.annotated(&child)),
                "Annotation" => out.annotations.extend(self.annotation(&child)),
                _ => self.unexpected(&child, "Schema"),
            }
        }
        Some(out)
    }

    // Sections 6 to 9

    fn structured_type(&mut self, element: &Element) -> Option<StructuredType> {
        let mut out = StructuredType {
            at: element.at,
            name: self.required(element, "Name")?,
            is_entity: element.name == "EntityType",
            base: element.attribute("BaseType").map(|it| self.type_of(it)),
            is_abstract: self.flag(element, "Abstract").unwrap_or(false),
            is_open: self.flag(element, "OpenType").unwrap_or(false),
            has_stream: self.flag(element, "HasStream").unwrap_or(false),
            ..StructuredType::default()
        };
        while let Some(child) = self.xml.child() {
            match child.name {
                "Key" if out.is_entity => out.key.extend(self.key()),
                "Property" => out.properties.extend(self.property(&child)),
                "NavigationProperty" => out.navigation.extend(self.navigation(&child)),
                "Annotation" => out.annotations.extend(self.annotation(&child)),
                _ => self.unexpected(&child, element.name),
            }
        }
        Some(out)
    }

    fn key(&mut self) -> Vec<Name> {
        let mut out = Vec::new();
        while let Some(child) = self.xml.child() {
            match child.name {
                "PropertyRef" => {
                    if let Some(name) = self.required(&child, "Name") {
                        out.push(name);
                        self.annotations("PropertyRef");
                    }
                }
                _ => self.unexpected(&child, "Key"),
            }
        }
        out
    }

    fn property(&mut self, element: &Element) -> Option<Property> {
        Some(Property {
            at: element.at,
            name: self.required(element, "Name")?,
            ty: self.type_at(element, "Type"),
            nullable: self.flag(element, "Nullable"),
            default: element
                .attribute("DefaultValue")
                .map(|it| it.value.clone().into_owned()),
            facets: facets(element),
            annotations: self.annotations("Property"),
        })
    }

    fn navigation(&mut self, element: &Element) -> Option<NavigationProperty> {
        let mut out = NavigationProperty {
            at: element.at,
            name: self.required(element, "Name")?,
            ty: self.type_at(element, "Type"),
            nullable: self.flag(element, "Nullable"),
            contains_target: self.flag(element, "ContainsTarget").unwrap_or(false),
            partner: optional(element, "Partner"),
            annotations: Vec::new(),
        };
        while let Some(child) = self.xml.child() {
            match child.name {
                "Annotation" => out.annotations.extend(self.annotation(&child)),
                "ReferentialConstraint" | "OnDelete" => self.xml.skip(),
                _ => self.unexpected(&child, "NavigationProperty"),
            }
        }
        Some(out)
    }

    // Sections 10 and 11

    fn enum_type(&mut self, element: &Element) -> Option<EnumType> {
        let mut out = EnumType {
            at: element.at,
            name: self.required(element, "Name")?,
            underlying: element
                .attribute("UnderlyingType")
                .map(|it| self.type_of(it)),
            is_flags: self.flag(element, "IsFlags").unwrap_or(false),
            members: Vec::new(),
            annotations: Vec::new(),
        };
        while let Some(child) = self.xml.child() {
            match child.name {
                "Member" => {
                    let before = out.members.last().map_or(Some(-1), |member| member.value);
                    out.members.extend(self.member(&child, before));
                }
                "Annotation" => out.annotations.extend(self.annotation(&child)),
                _ => self.unexpected(&child, "EnumType"),
            }
        }
        Some(out)
    }

    fn member(&mut self, element: &Element, before: Option<i64>) -> Option<EnumMember> {
        let name = self.required(element, "Name")?;
        let value = match element.attribute("Value") {
            Some(written) => {
                let value = written.value.trim().parse().ok();
                if value.is_none() {
                    let what = format!("`{}` is no integer of 64 bits", written.value);
                    self.xml.problem(written.at, what);
                }
                value
            }
            None => before.and_then(|before| before.checked_add(1)),
        };
        Some(EnumMember {
            at: element.at,
            name,
            value,
            annotations: self.annotations("Member"),
        })
    }

    fn definition(&mut self, element: &Element) -> Option<TypeDefinition> {
        Some(TypeDefinition {
            at: element.at,
            name: self.required(element, "Name")?,
            underlying: self.type_at(element, "UnderlyingType"),
            annotations: self.annotations("TypeDefinition"),
        })
    }

    // Section 12

    fn callable(&mut self, element: &Element) -> Option<Callable> {
        let mut out = Callable {
            at: element.at,
            name: self.required(element, "Name")?,
            is_function: element.name == "Function",
            is_bound: self.flag(element, "IsBound").unwrap_or(false),
            is_composable: self.flag(element, "IsComposable").unwrap_or(false),
            entity_set_path: optional(element, "EntitySetPath"),
            parameters: Vec::new(),
            returns: None,
            annotations: Vec::new(),
        };
        while let Some(child) = self.xml.child() {
            match child.name {
                "Parameter" => out.parameters.extend(self.parameter(&child)),
                "ReturnType" if out.returns.is_none() => {
                    out.returns = Some(ReturnType {
                        at: child.at,
                        ty: self.type_at(&child, "Type"),
                        nullable: self.flag(&child, "Nullable"),
                        annotations: self.annotations("ReturnType"),
                    });
                }
                "Annotation" => out.annotations.extend(self.annotation(&child)),
                _ => self.unexpected(&child, element.name),
            }
        }
        if out.is_bound && out.parameters.is_empty() {
            let what = format!("`{}` is bound, but has no parameter", out.name.text);
            self.xml.problem(out.at, what);
        }
        Some(out)
    }

    fn parameter(&mut self, element: &Element) -> Option<Parameter> {
        Some(Parameter {
            at: element.at,
            name: self.required(element, "Name")?,
            ty: self.type_at(element, "Type"),
            nullable: self.flag(element, "Nullable"),
            facets: facets(element),
            annotations: self.annotations("Parameter"),
        })
    }

    // Section 13

    fn container(&mut self, element: &Element) -> Option<EntityContainer> {
        let mut out = EntityContainer {
            at: element.at,
            name: self.required(element, "Name")?,
            ..EntityContainer::default()
        };
        while let Some(child) = self.xml.child() {
            match child.name {
                "EntitySet" => out.roots.extend(self.root(&child, "EntityType")),
                "Singleton" => out.roots.extend(self.root(&child, "Type")),
                "ActionImport" => out.imports.extend(self.import(&child, "Action")),
                "FunctionImport" => out.imports.extend(self.import(&child, "Function")),
                "Annotation" => out.annotations.extend(self.annotation(&child)),
                _ => self.unexpected(&child, "EntityContainer"),
            }
        }
        Some(out)
    }

    fn root(&mut self, element: &Element, type_attribute: &str) -> Option<Root> {
        let mut out = Root {
            at: element.at,
            name: self.required(element, "Name")?,
            is_singleton: element.name == "Singleton",
            ty: self.type_at(element, type_attribute),
            bindings: Vec::new(),
            annotations: Vec::new(),
        };
        while let Some(child) = self.xml.child() {
            match child.name {
                "NavigationPropertyBinding" => out.bindings.extend(self.binding(&child)),
                "Annotation" => out.annotations.extend(self.annotation(&child)),
                _ => self.unexpected(&child, element.name),
            }
        }
        Some(out)
    }

    fn binding(&mut self, element: &Element) -> Option<Binding> {
        let path = self.required(element, "Path")?;
        let target = self.required(element, "Target")?;
        self.annotations("NavigationPropertyBinding");
        Some(Binding {
            at: element.at,
            path,
            target,
        })
    }

    fn import(&mut self, element: &Element, callable: &str) -> Option<Import> {
        Some(Import {
            at: element.at,
            name: self.required(element, "Name")?,
            is_function: callable == "Function",
            callable: self.type_at(element, callable),
            entity_set: optional(element, "EntitySet"),
            annotations: self.annotations(element.name),
        })
    }

    // Section 14

    fn term(&mut self, element: &Element) -> Option<Term> {
        Some(Term {
            at: element.at,
            name: self.required(element, "Name")?,
            ty: self.type_at(element, "Type"),
            annotations: self.annotations("Term"),
        })
    }

    fn annotated(&mut self, element: &Element) -> Option<Annotated> {
        let mut target = self.required(element, "Target")?;
        target.text = self.without_alias_in_path(&target.text);
        Some(Annotated {
            at: element.at,
            target,
            qualifier: text_of(element, "Qualifier"),
            annotations: self.annotations("Annotations"),
        })
    }

    fn annotation(&mut self, element: &Element) -> Option<Annotation> {
        let mut term = self.required(element, "Term")?;
        term.text = self.without_alias(&term.text);
        Some(Annotation {
            at: element.at,
            term,
            qualifier: text_of(element, "Qualifier"),
            value: self.value_of(element),
        })
    }

    /// The value that an `Annotation` or `PropertyValue` gives: by an attribute, or by a child.
    fn value_of(&mut self, element: &Element) -> Value {
        let given = element.attributes().iter().find_map(constant);
        let mut value = given.unwrap_or(Value::Default);
        while let Some(child) = self.xml.child() {
            match child.name {
                "Annotation" => self.xml.skip(),
                _ if value == Value::Default => value = self.expression(&child),
                _ => self.unexpected(&child, element.name),
            }
        }
        value
    }

    fn expression(&mut self, element: &Element) -> Value {
        match element.name {
            "Null" => {
                self.xml.skip();
                Value::Null
            }
            "Bool" => {
                let text = self.text();
                Value::Bool(text.trim() == "true")
            }
            "String" => Value::Text(self.text()),
            "Collection" => {
                let mut items = Vec::new();
                while let Some(child) = self.xml.child() {
                    items.push(self.expression(&child));
                }
                Value::Collection(items)
            }
            "Record" => Value::Record(self.record()),
            // It may hold an expression in place of a text (section 14.5.15).
            name => match CONSTANTS.iter().find(|known| **known == name) {
                Some(kind) => Value::Constant {
                    kind,
                    text: self.text().trim().to_owned(),
                },
                None if COMPUTED.contains(&name) => {
                    self.xml.skip();
                    Value::Computed(name.to_owned())
                }
                None => {
                    self.unexpected(element, "Annotation");
                    Value::Computed(name.to_owned())
                }
            },
        }
    }

    fn record(&mut self) -> Vec<(Name, Value)> {
        let mut out = Vec::new();
        while let Some(child) = self.xml.child() {
            match child.name {
                "PropertyValue" => {
                    if let Some(name) = self.required(&child, "Property") {
                        let value = self.value_of(&child);
                        out.push((name, value));
                    }
                }
                "Annotation" => self.xml.skip(),
                _ => self.unexpected(&child, "Record"),
            }
        }
        out
    }

    /// The text of the element that is open.
    fn text(&mut self) -> String {
        let mut out = String::new();
        loop {
            match self.xml.next() {
                Step::In(_) => self.xml.skip(),
                Step::Text(text) => out.push_str(&text),
                Step::Out => return out,
            }
        }
    }

    // Attributes

    /// The attribute without which an element means nothing; without it, the element is passed over.
    fn required(&mut self, element: &Element, attribute: &str) -> Option<Name> {
        let found = optional(element, attribute).filter(|name| !name.text.is_empty());
        if found.is_none() {
            let what = format!("`{}` needs the attribute `{attribute}`", element.name);
            self.xml.problem(element.at, what);
            self.xml.skip();
        }
        found
    }

    /// A flag; `None` if there is none that can be read.
    fn flag(&mut self, element: &Element, attribute: &str) -> Option<bool> {
        let found = element.attribute(attribute)?;
        match found.value.as_ref() {
            "true" => Some(true),
            "false" => Some(false),
            other => {
                let what = format!("`{attribute}` is `{other}`, neither `true` nor `false`");
                self.xml.problem(found.at, what);
                None
            }
        }
    }

    /// The type that an attribute names.
    fn type_at(&mut self, element: &Element, attribute: &str) -> TypeRef {
        if let Some(found) = element.attribute(attribute) {
            return self.type_of(found);
        }
        let what = format!("`{}` needs the attribute `{attribute}`", element.name);
        self.xml.problem(element.at, what);
        TypeRef {
            item: ItemRef::Unread(String::new()),
            collection: false,
            at: element.at,
        }
    }

    fn type_of(&mut self, attribute: &Attribute) -> TypeRef {
        let text = attribute.value.trim();
        let inner = text
            .strip_prefix("Collection(")
            .and_then(|inner| inner.strip_suffix(')'));
        let name = inner.unwrap_or(text).trim();
        let primitive = Primitive::ALL.into_iter().find(|it| it.as_str() == name);
        let item = match primitive {
            Some(primitive) => ItemRef::Primitive(primitive),
            None if is_qualified(name) => ItemRef::Named(TypeName::new(&self.without_alias(name))),
            None => {
                let what = format!("`{text}` is no qualified name of a type");
                self.xml.problem(attribute.at, what);
                ItemRef::Unread(text.to_owned())
            }
        };
        TypeRef {
            item,
            collection: inner.is_some(),
            at: attribute.at,
        }
    }

    /// A qualified name, with the namespace in the place of its alias (section 15.2).
    fn without_alias(&self, name: &str) -> String {
        let namespace = name
            .rsplit_once('.')
            .and_then(|(alias, name)| Some((self.aliases.get(alias)?, name)));
        match namespace {
            Some((namespace, name)) => format!("{namespace}.{name}"),
            None => name.to_owned(),
        }
    }

    /// A path that begins with a qualified name, with the namespace in the place of its alias.
    fn without_alias_in_path(&self, path: &str) -> String {
        let end = path.find(['/', '(']).unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        self.without_alias(name) + rest
    }
}

/// Whether a text is two or more names with dots between them.
fn is_qualified(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && !name.contains(['(', ')', '/', ' ']);
    text.contains('.') && text.split('.').all(is_name)
}

fn optional(element: &Element, attribute: &str) -> Option<Name> {
    element.attribute(attribute).map(|found| Name {
        text: found.value.clone().into_owned(),
        at: found.at,
    })
}

fn text_of(element: &Element, attribute: &str) -> Option<String> {
    optional(element, attribute).map(|name| name.text)
}

fn facets(element: &Element) -> Vec<Facet> {
    let facets = FACETS.iter().filter_map(|name| {
        Some(Facet {
            name,
            value: optional(element, name)?,
        })
    });
    facets.collect()
}

/// The value that an attribute gives.
fn constant(attribute: &Attribute) -> Option<Value> {
    let text = || attribute.value.clone().into_owned();
    match attribute.name {
        "Bool" => Some(Value::Bool(attribute.value == "true")),
        "String" => Some(Value::Text(text())),
        name => CONSTANTS.iter().find(|known| **known == name).map(|kind| {
            let text = text();
            Value::Constant { kind, text }
        }),
    }
}
