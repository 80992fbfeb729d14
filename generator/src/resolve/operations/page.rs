//! Operation pages: the claims of one page brought together.
//!
//! Comes in: the facts of a page. Goes out: its requests as claimed, and an [`OperationPage`] with every type resolved.
//! Where the page contradicts itself the sentence wins over the annotation of the example, and that over the example.

use std::sync::Arc;

use crate::{
    api::{
        BodyMember, Deprecation, Example, HttpMessage, ItemType, OperationPage, Parameter,
        PermissionSet, RequestBody, Response, ResponseBody, StartLine, Type,
    },
    facts::{BodyText, Claim, Fact, PageFacts, PageId, ParameterPlace, ResponseText, Row},
    ir::{Method, PermissionKind, Primitive},
    resolve::{Input, Scope},
    spelling::{self, ItemText, Reference, TypeText},
};

/// What a page claims, by kind.
pub(super) struct PageClaims<'a> {
    pub(super) id: PageId,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    deprecated: Option<&'a Deprecation>,
    pub(super) requests: Vec<Request<'a>>,
    parameters: Vec<(ParameterPlace, &'a Fact, &'a Row)>,
    pub(super) body: Option<&'a BodyText>,
    members: Vec<(&'a Fact, &'a Row)>,
    answers: Vec<(u16, &'a ResponseText, &'a str)>,
    annotations: Vec<(&'a str, bool)>,
    facts: &'a [Fact],
}

/// A request line.
pub(super) struct Request<'a> {
    pub(super) fact: &'a Fact,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
}

impl<'a> PageClaims<'a> {
    /// How much the page says.
    pub(super) fn size(&self) -> usize {
        self.facts.len()
    }

    /// The claims of a page, if it describes requests.
    pub(super) fn of(id: PageId, facts: &'a PageFacts) -> Option<Self> {
        let mut facts_left = facts.facts.iter();
        let (title, description, deprecated) = facts_left.find_map(|fact| match &fact.claim {
            Claim::Operation {
                title,
                description,
                deprecated,
            } => Some((title.as_str(), description.as_str(), deprecated.as_ref())),
            _ => None,
        })?;
        let mut out = Self {
            id,
            title,
            description,
            deprecated,
            requests: Vec::new(),
            parameters: Vec::new(),
            body: None,
            members: Vec::new(),
            answers: Vec::new(),
            annotations: Vec::new(),
            facts: &facts.facts,
        };
        for fact in facts_left {
            match &fact.claim {
                Claim::Request {
                    method,
                    path,
                    query,
                } => out.requests.push(Request {
                    fact,
                    method: *method,
                    path,
                    query: query.as_deref(),
                }),
                Claim::Parameter { place, row } => out.parameters.push((*place, fact, row)),
                Claim::Body(body) => out.body = out.body.or(Some(body)),
                Claim::BodyMember(row) => out.members.push((fact, row)),
                Claim::Response {
                    status,
                    body,
                    sentence,
                } => out.answers.push((*status, body, sentence)),
                Claim::ResponseAnnotation {
                    odata_type,
                    collection,
                } => {
                    out.annotations.push((odata_type, *collection));
                }
                _ => {}
            }
        }
        Some(out)
    }

    /// The name of the action or function that the title announces: `message: reply`, `assign action`.
    pub(super) fn announced_call(&self) -> Option<&'a str> {
        let title = self.title.trim();
        if let Some((_, name)) = title.split_once(": ") {
            let name = name.split_whitespace().next()?;
            return Some(name.trim_matches(['*', '`']).trim_end_matches("()"));
        }
        let (name, kind) = title.rsplit_once(' ')?;
        let is_call = kind.eq_ignore_ascii_case("action") || kind.eq_ignore_ascii_case("function");
        (is_call && !name.contains(' ')).then_some(name)
    }

    /// The type before the colon of the title.
    pub(super) fn announced_type(&self) -> Option<&'a str> {
        let (ty, _) = self.title.split_once(": ")?;
        let ty = ty.trim().trim_matches(['*', '`']);
        (!ty.contains(' ')).then_some(ty)
    }

    /// Rows of one kind of parameter.
    pub(super) fn parameters(
        &self,
        place: ParameterPlace,
    ) -> impl Iterator<Item = (&'a Fact, &'a Row)> {
        self.parameters
            .iter()
            .filter(move |(of, _, _)| *of == place)
            .map(|&(_, fact, row)| (fact, row))
    }

    /// Whether a sentence promises bytes as well as a value.
    pub(super) fn has_two_answers(&self) -> bool {
        let has = |wanted: fn(&ResponseText) -> bool| {
            self.answers.iter().any(|(_, body, _)| wanted(body))
        };
        has(|body| *body == ResponseText::Stream)
            && has(|body| matches!(body, ResponseText::Value(_)))
    }

    /// The documented answers, success first.
    pub(super) fn responses(&self, scope: &Scope) -> Vec<Response> {
        let mut out: Vec<Response> = Vec::with_capacity(self.answers.len());
        for (status, body, sentence) in &self.answers {
            let body = self.response_body(*status, body, scope);
            if out
                .iter()
                .any(|known| known.status == *status && known.body == body)
            {
                continue;
            }
            out.push(Response {
                status: *status,
                body,
                description: (*sentence).to_owned(),
            });
        }
        if out.is_empty() {
            let shown = self
                .shown_responses()
                .find_map(|response| response.start_line.status());
            let status = shown.or((!self.annotations.is_empty()).then_some(200));
            out.extend(status.map(|status| Response {
                status,
                body: self.response_body(status, &ResponseText::Unknown, scope),
                description: String::new(),
            }));
        }
        out.sort_by_key(|response| response.status >= 400);
        out
    }

    fn response_body(&self, status: u16, said: &ResponseText, scope: &Scope) -> ResponseBody {
        match said {
            ResponseText::Empty => ResponseBody::Empty,
            ResponseText::Stream => ResponseBody::Stream,
            ResponseText::Value(text) => {
                let ty = scope.ty(text, self.id);
                // The annotation may know the name that the sentence lacks; bytes are something else.
                let is_unknown = matches!(ty.item, ItemType::Unknown { .. });
                let annotated = is_unknown.then(|| self.annotated(scope)).flatten();
                annotated
                    .filter(|known| status < 300 && *known != ResponseBody::Stream)
                    .unwrap_or_else(|| body(ty))
            }
            ResponseText::Unknown if status == 204 || (300..400).contains(&status) => {
                ResponseBody::Empty
            }
            ResponseText::Unknown if status < 300 => match self.shown(status) {
                // What is accepted is answered later, unless an example shows otherwise.
                None | Some(ResponseBody::Empty) if status == 202 => ResponseBody::Empty,
                shown => self
                    .annotated(scope)
                    .or(shown)
                    .unwrap_or(ResponseBody::Unknown),
            },
            ResponseText::Unknown => ResponseBody::Unknown,
        }
    }

    /// What the annotation of the example says.
    fn annotated(&self, scope: &Scope) -> Option<ResponseBody> {
        let resolved = self.annotations.iter().map(|(name, collection)| {
            let item = spelling::primitive(name).map_or_else(
                || {
                    ItemText::Named(Reference {
                        name: (*name).to_owned(),
                        target: None,
                    })
                },
                ItemText::Primitive,
            );
            body(scope.ty(
                &TypeText {
                    item,
                    collection: *collection,
                },
                self.id,
            ))
        });
        resolved.into_iter().find(|body| match body {
            ResponseBody::Value(ty) | ResponseBody::Collection(ty) => {
                !matches!(ty.item, ItemType::Unknown { .. })
            }
            ResponseBody::Empty | ResponseBody::Stream | ResponseBody::Unknown => true,
        })
    }

    /// What the examples with this status show: answers without a body, or some JSON.
    fn shown(&self, status: u16) -> Option<ResponseBody> {
        let mut shown = self
            .shown_responses()
            .filter(|response| response.start_line == StartLine::Status(status))
            .peekable();
        shown.peek()?;
        Some(if shown.all(|response| response.body.is_empty()) {
            ResponseBody::Empty
        } else {
            ResponseBody::Unknown
        })
    }

    /// What the request carries; `target` is the type of what it makes or changes.
    fn request_body(
        &self,
        target: Option<&Type>,
        input: Input,
        scope: &Scope,
    ) -> Option<RequestBody> {
        match self.body {
            Some(BodyText::None) => None,
            Some(BodyText::Object(text)) => Some(RequestBody::Object {
                ty: scope.ty(text, self.id),
                members: self.body_members(scope),
            }),
            Some(BodyText::Parameters) => Some(self.body_parameters(input, scope)),
            Some(BodyText::Json) => Some(self.some_json(target, input, scope)),
            Some(BodyText::Reference) => Some(RequestBody::Reference),
            Some(BodyText::Stream) => Some(RequestBody::Stream {
                media_type: self.media_type(),
            }),
            None => self
                .shows_body()
                .then(|| self.some_json(target, input, scope)),
        }
    }

    /// JSON that the page does not name: what the request is about, else what the rows list.
    fn some_json(&self, target: Option<&Type>, input: Input, scope: &Scope) -> RequestBody {
        match target {
            Some(ty) => RequestBody::Object {
                ty: Type::single(ty.item.clone()),
                members: self.body_members(scope),
            },
            None if self.members.is_empty() => RequestBody::Unknown,
            None => self.body_parameters(input, scope),
        }
    }

    fn body_parameters(&self, input: Input, scope: &Scope) -> RequestBody {
        let rows = self.members.iter();
        let parameters = rows.map(|(fact, row)| parameter(fact, row, input, scope, self.id));
        RequestBody::Parameters(parameters.collect())
    }

    fn body_members(&self, scope: &Scope) -> Vec<BodyMember> {
        let rows = self.members.iter().map(|(_, row)| BodyMember {
            name: row.name.clone(),
            ty: scope.row(row, self.id),
            required: row.facets.required,
            description: row.description.clone(),
        });
        rows.collect()
    }

    fn shows_body(&self) -> bool {
        self.facts.iter().any(|fact| {
            let Claim::Example(example) = &fact.claim else {
                return false;
            };
            example
                .request
                .as_ref()
                .is_some_and(|request| !request.body.is_empty())
        })
    }

    /// The media type of the first request that shows one.
    fn media_type(&self) -> Option<String> {
        self.facts.iter().find_map(|fact| match &fact.claim {
            Claim::Example(example) => {
                let request = example.request.as_ref()?;
                let header = request
                    .headers
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
                let value = header.1.split(';').next().unwrap_or_default().trim();
                value.contains('/').then(|| value.to_owned())
            }
            _ => None,
        })
    }

    fn shown_responses(&self) -> impl Iterator<Item = &'a HttpMessage> {
        self.facts.iter().filter_map(|fact| match &fact.claim {
            Claim::Example(example) => example.response.as_ref(),
            _ => None,
        })
    }

    /// Statuses and bodies as the sentences state them.
    pub(super) fn answers(&self) -> impl Iterator<Item = (u16, &'a ResponseText)> {
        self.answers
            .iter()
            .map(|(status, body, _)| (*status, *body))
    }

    fn examples(&self) -> impl Iterator<Item = Arc<Example>> {
        self.facts.iter().filter_map(|fact| match &fact.claim {
            Claim::Example(example) => Some(example.clone()),
            _ => None,
        })
    }

    fn permissions(&self) -> Vec<PermissionSet> {
        let mut out: Vec<(u32, PermissionSet)> = Vec::new();
        for fact in self.facts {
            let Claim::Permission {
                set,
                title,
                kind,
                alternatives,
            } = &fact.claim
            else {
                continue;
            };
            let at = out
                .iter()
                .position(|(known, _)| known == set)
                .unwrap_or_else(|| {
                    out.push((
                        *set,
                        PermissionSet {
                            title: title.clone(),
                            kinds: Vec::new(),
                        },
                    ));
                    out.len() - 1
                });
            let kinds: &mut Vec<(PermissionKind, _)> = &mut out[at].1.kinds;
            match kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, known)) => known.extend(alternatives.iter().cloned()),
                None => kinds.push((*kind, alternatives.clone())),
            }
        }
        out.into_iter().map(|(_, set)| set).collect()
    }

    /// Query parameters of the tables, of the sentences, and of the request lines themselves.
    fn query(&self, input: Input, scope: &Scope) -> Vec<Parameter> {
        let mut out: Vec<Parameter> = Vec::new();
        for (fact, row) in self.parameters(ParameterPlace::Query) {
            add(&mut out, parameter(fact, row, input, scope, self.id));
        }
        for request in &self.requests {
            for name in request.query.into_iter().flat_map(query_names) {
                add(
                    &mut out,
                    Parameter {
                        name: name.to_owned(),
                        ty: string(),
                        required: None,
                        description: String::new(),
                        source: input.source(request.fact),
                    },
                );
            }
        }
        out
    }

    /// Parameters of a function; some pages on functions list them with the placeholders, though no path has them.
    fn function_parameters(&self, input: Input, scope: &Scope) -> Vec<Parameter> {
        let mut out = Vec::new();
        let listed = self.parameters(ParameterPlace::Function);
        let unplaced = self.parameters(ParameterPlace::Path).filter(|(_, row)| {
            let is_placed = |request: &Request| has_placeholder(request.path, &row.name);
            self.announced_call().is_some() && !self.requests.iter().any(is_placed)
        });
        for (fact, row) in listed.chain(unplaced) {
            add(&mut out, parameter(fact, row, input, scope, self.id));
        }
        out
    }

    /// What the page says of what it describes, and of what comes back.
    pub(super) fn outline(&self, responses: Vec<Response>) -> OperationPage {
        OperationPage {
            description: self.description.to_owned(),
            responses,
            ..OperationPage::default()
        }
    }

    /// Everything that the page says of all its requests.
    pub(super) fn page(
        &self,
        target: Option<&Type>,
        responses: Vec<Response>,
        input: Input,
        scope: &Scope,
    ) -> OperationPage {
        let table = |place| {
            let mut out = Vec::new();
            for (fact, row) in self.parameters(place) {
                add(&mut out, parameter(fact, row, input, scope, self.id));
            }
            out
        };
        OperationPage {
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            deprecated: self.deprecated.cloned(),
            permissions: self.permissions(),
            query: self.query(input, scope),
            headers: table(ParameterPlace::Header)
                .into_iter()
                .filter(|header| !is_plumbing(&header.name))
                .collect(),
            function_parameters: self.function_parameters(input, scope),
            body: self.request_body(target, input, scope),
            responses,
            examples: self.examples().collect(),
            page: input.pages[self.id.index()].1.path.clone(),
        }
    }
}

/// Whether a path has a placeholder or an argument of this name.
fn has_placeholder(path: &str, name: &str) -> bool {
    let (path, name) = (path.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut placeholders = path.split(['{', '<', '(']).skip(1);
    placeholders.any(|rest| {
        let inner = rest.split(['}', '>', ')']).next().unwrap_or_default();
        inner.contains(&name)
    })
}

/// What the first success that carries something carries.
pub(super) fn value(responses: &[Response]) -> Option<Type> {
    responses
        .iter()
        .filter(|response| response.status < 300)
        .find_map(|response| match &response.body {
            ResponseBody::Value(ty) => Some(ty.clone()),
            ResponseBody::Collection(item) => Some(Type {
                collection: true,
                ..item.clone()
            }),
            ResponseBody::Stream => Some(Type::single(ItemType::Primitive(Primitive::Stream))),
            ResponseBody::Empty | ResponseBody::Unknown => None,
        })
}

/// One value, many, or bytes.
fn body(ty: Type) -> ResponseBody {
    if ty.collection {
        ResponseBody::Collection(Type {
            collection: false,
            ..ty
        })
    } else if ty.item == ItemType::Primitive(Primitive::Stream) {
        ResponseBody::Stream
    } else {
        ResponseBody::Value(ty)
    }
}

pub(super) fn string() -> Type {
    Type::single(ItemType::Primitive(Primitive::String))
}

/// A row as a parameter; one without a type is a string.
pub(super) fn parameter(
    fact: &Fact,
    row: &Row,
    input: Input,
    scope: &Scope,
    page: PageId,
) -> Parameter {
    let untyped = matches!(&row.ty.item, ItemText::Unread(text) if text.is_empty());
    Parameter {
        name: row.name.clone(),
        ty: if untyped {
            string()
        } else {
            scope.row(row, page)
        },
        required: row.facets.required,
        description: row.description.clone(),
        source: input.source(fact),
    }
}

fn add(parameters: &mut Vec<Parameter>, new: Parameter) {
    if !parameters
        .iter()
        .any(|known| known.name.eq_ignore_ascii_case(&new.name))
    {
        parameters.push(new);
    }
}

/// The names in `$filter=…&$top={n}`; what stands in parentheses belongs to its option.
fn query_names(query: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    query
        .split(move |c: char| {
            match c {
                '(' | '{' => depth += 1,
                ')' | '}' => depth -= 1,
                _ => {}
            }
            c == '&' && depth <= 0
        })
        .filter_map(|part| part.split_once('=').map(|(name, _)| name.trim()))
        .filter(|name| {
            let word = name.strip_prefix('$').unwrap_or(name);
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        })
}

/// Headers that every client sets by itself.
fn is_plumbing(header: &str) -> bool {
    ["authorization", "content-type", "content-length"]
        .iter()
        .any(|known| header.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_query_options() {
        let names: Vec<_> =
            query_names("$expand=ext($filter=id eq '{a&b}')&$top={n}&search={q}&x").collect();
        assert_eq!(names, ["$expand", "$top", "search"]);
    }
}
