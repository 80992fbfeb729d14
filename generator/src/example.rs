//! What the examples of pages show: which operation is called, with what, and what comes back.
//!
//! Comes in: an [`Api`]. Goes out: each example once, taken apart, with a reason where it contradicts what the pages say.
//! Nothing is dropped: what cannot be taken apart has a reason too.

use std::{collections::BTreeMap, ptr, sync::Arc};

use serde_json::Value;

use crate::{
    api::{
        Api, Example, HttpMessage, ItemType, Operation, OperationPage, RequestBody, ResponseBody,
        StartLine, Type,
    },
    conform::{self, Mismatch, Problem},
    ir::{ApiVersion, Method},
    route::{Match, Miss, Router},
    target::Target,
};

/// The host of the service in the pages; what is below it is the service, too.
const HOST: &str = "graph.microsoft.com";

/// An example of a page.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The page.
    pub page: &'a OperationPage,
    /// The operation that it is about: what its request calls, else the first one of the page with this method.
    pub operation: &'a Operation,
    /// The request, if one is shown.
    pub request: Option<ShownRequest<'a>>,
    /// The answer, if one is shown.
    pub response: Option<ShownResponse<'a>>,
}

/// A request as an example shows it.
#[derive(Clone, Debug)]
pub struct ShownRequest<'a> {
    /// As the page writes it.
    pub message: &'a HttpMessage,
    /// Path below the version, as written.
    pub path: &'a str,
    /// Names and values of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// One value for each placeholder of the operation's path.
    pub arguments: Vec<String>,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// Why no request of an operation can look like this.
    pub contradiction: Option<String>,
}

/// An answer as an example shows it.
#[derive(Clone, Debug)]
pub struct ShownResponse<'a> {
    /// As the page writes it.
    pub message: &'a HttpMessage,
    /// Status code.
    pub status: u16,
    /// The body, if it is JSON.
    pub body: Option<Value>,
    /// What of it the pages say otherwise.
    pub contradiction: Option<String>,
}

/// All examples of an api, by page, in the order of the page.
pub fn all<'a>(api: &'a Api) -> Vec<Shown<'a>> {
    let router = Router::new(api);
    let mut pages: BTreeMap<&str, Vec<&'a Operation>> = BTreeMap::new();
    for operation in &api.operations {
        pages
            .entry(&operation.page.page)
            .or_default()
            .push(operation);
    }
    let reader = Reader { api, router };
    pages
        .into_values()
        .flat_map(|operations| reader.page(&operations))
        .collect()
}

struct Reader<'a> {
    api: &'a Api,
    router: Router<'a>,
}

impl<'a> Reader<'a> {
    fn page(&self, operations: &[&'a Operation]) -> Vec<Shown<'a>> {
        let page: &OperationPage = &operations[0].page;
        let mut examples: Vec<&Example> = Vec::new();
        for example in operations.iter().flat_map(|it| &it.page.examples) {
            // A page stands several times in the api where its operations differ; its examples do not.
            if !examples
                .iter()
                .any(|known| ptr::eq(*known, Arc::as_ptr(example)))
            {
                examples.push(example);
            }
        }
        examples
            .into_iter()
            .map(|example| self.example(page, operations, example))
            .collect()
    }

    fn example(
        &self,
        page: &'a OperationPage,
        operations: &[&'a Operation],
        example: &'a Example,
    ) -> Shown<'a> {
        let request = example.request.as_ref();
        let method = request.and_then(|it| it.start_line.method());
        let of_method = |it: &&&Operation| method.is_none_or(|method| method == it.method);
        let usual = *operations.iter().find(of_method).unwrap_or(&operations[0]);
        let asked = example.request.as_ref().map(|it| self.request(usual, it));
        let (operation, request) = asked.map_or((usual, None), |(operation, request)| {
            (operation, Some(request))
        });
        let response = example
            .response
            .as_ref()
            .and_then(|message| self.response(operation, message));
        Shown {
            page,
            operation,
            request,
            response,
        }
    }

    fn request(
        &self,
        usual: &'a Operation,
        message: &'a HttpMessage,
    ) -> (&'a Operation, ShownRequest<'a>) {
        let (method, url) = match &message.start_line {
            StartLine::Request(method, url) => (*method, url.as_str()),
            StartLine::Status(_) => (usual.method, ""),
        };
        let target = Target::of(url);
        let mut request = ShownRequest {
            message,
            path: target.path,
            query: pairs(target.query.unwrap_or_default()),
            arguments: Vec::new(),
            body: json(message),
            contradiction: self.elsewhere(&target),
        };
        match self.router.find(method, target.path) {
            Ok(Match {
                operation,
                arguments,
            }) => {
                let contradiction = request.contradiction.take();
                request.contradiction = contradiction
                    .or_else(|| argument_contradiction(operation, &arguments))
                    .or_else(|| body_contradiction(operation, message, request.body.as_ref()));
                request.arguments = arguments;
                (operation, request)
            }
            Err(miss) => {
                let contradiction = request.contradiction.take();
                request.contradiction =
                    contradiction.or_else(|| Some(missed(method, target.path, &miss)));
                (usual, request)
            }
        }
    }

    /// Why a request is none of this version of the service.
    fn elsewhere(&self, target: &Target) -> Option<String> {
        let is_ours = |host: &&str| host.to_ascii_lowercase().ends_with(HOST);
        if let Some(host) = target.host.filter(|host| !is_ours(host)) {
            return Some(format!("the request goes to `{host}`"));
        }
        let version = target.version.and_then(ApiVersion::from_segment);
        version
            .filter(|version| *version != self.api.version)
            .map(|other| format!("the request is one of version `{other}`"))
    }

    fn response(
        &self,
        operation: &'a Operation,
        message: &'a HttpMessage,
    ) -> Option<ShownResponse<'a>> {
        let status = message.start_line.status()?;
        let body = json(message);
        let documented = body_of(&operation.page, status);
        let contradiction = match &body {
            Some(body) => self.contradicts(documented, body),
            None if message.body.trim().is_empty() => None,
            None => Some("the body is no JSON".to_owned()),
        };
        Some(ShownResponse {
            message,
            status,
            body,
            contradiction: contradiction.filter(|_| (200..300).contains(&status)),
        })
    }

    /// What of a body the page says otherwise.
    fn contradicts(&self, documented: Option<&ResponseBody>, body: &Value) -> Option<String> {
        let wrong = |ty: &Type, value: &Value| {
            let mismatches = conform::mismatches(self.api, ty, value);
            let is_other = |it: &&Mismatch| matches!(it.problem, Problem::OtherType(_));
            mismatches.iter().find(is_other).map(ToString::to_string)
        };
        match documented? {
            ResponseBody::Empty => Some("the page says that nothing comes back".to_owned()),
            ResponseBody::Stream | ResponseBody::Unknown => None,
            ResponseBody::Collection(item) => match body.get("value") {
                Some(items) => {
                    let ty = Type {
                        collection: true,
                        ..item.clone()
                    };
                    wrong(&ty, items)
                }
                None => Some("the page says that a collection comes back".to_owned()),
            },
            // A primitive, complex or collection value comes as `{"value": …}` (OData JSON Format 4.0, section 11).
            ResponseBody::Value(ty) => {
                let bare = wrong(ty, body)?;
                match body.get("value") {
                    Some(value) => wrong(ty, value),
                    None => Some(bare),
                }
            }
        }
    }
}

/// What comes back with a status; with any success, if the page does not tell this one.
fn body_of(page: &OperationPage, status: u16) -> Option<&ResponseBody> {
    let same = page.responses.iter().find(|it| it.status == status);
    same.or_else(|| page.success()).map(|it| &it.body)
}

/// Names and values of a query, decoded (URL Standard, section 5.1).
fn pairs(query: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name.trim()), decoded(value)))
        .collect()
}

fn missed(method: Method, path: &str, miss: &Miss) -> String {
    match miss {
        Miss::Path => format!("no page has a request line for `{path}`"),
        Miss::Method(methods) => {
            let methods: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
            format!(
                "no page has {method} for `{path}`, only {}",
                methods.join(", ")
            )
        }
    }
}

/// What of the arguments is no value of its type.
fn argument_contradiction(operation: &Operation, arguments: &[String]) -> Option<String> {
    let parameters = operation.path.parameters.iter().zip(arguments);
    let mut wrong = parameters.filter_map(|(parameter, argument)| match parameter.ty.item {
        ItemType::Primitive(ty) if !parameter.ty.collection => {
            let is_value = conform::is_literal(ty, argument);
            (!is_value).then(|| format!("`{argument}` is no {}", ty.as_str()))
        }
        _ => None,
    });
    wrong.next()
}

/// What is wrong with the body of a request as such.
fn body_contradiction(
    operation: &Operation,
    message: &HttpMessage,
    body: Option<&Value>,
) -> Option<String> {
    let is_link = |body: &Value| {
        body.as_object()
            .is_some_and(|body| body.keys().eq(["@odata.id"]))
    };
    let is_empty = message.body.trim().is_empty();
    let problem = match (&operation.page.body, operation.method) {
        (_, Method::Get | Method::Delete) => {
            return (!is_empty).then(|| format!("a {} has no body", operation.method));
        }
        (Some(RequestBody::Reference), _) => {
            (!body.is_some_and(is_link)).then_some("the page says that a link is sent")
        }
        (Some(RequestBody::Stream { .. }), _) => None,
        _ if is_empty => None,
        _ if body.is_none() => Some("the body is no JSON"),
        (Some(RequestBody::Object { ty, .. }), _) => {
            let is_many = body.is_some_and(Value::is_array);
            (ty.collection && !is_many).then_some("the page says that a collection is sent")
        }
        (Some(RequestBody::Parameters(_) | RequestBody::Unknown) | None, _) => None,
    };
    problem.map(str::to_owned)
}

/// The body of a message, if it is JSON or as good as.
pub fn json(message: &HttpMessage) -> Option<Value> {
    let body = message.body.trim();
    serde_json::from_str(body)
        .or_else(|_| serde_json::from_str(&without_trailing_commas(body)))
        .ok()
}

/// JSON as it is meant where a member has been taken from the end of an object; what else is no JSON stays text.
fn without_trailing_commas(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(['"', ',']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('"') {
            let end = string_end(rest);
            out.push_str(&rest[..end]);
            end
        } else {
            let closes = rest[1..].trim_start().starts_with(['}', ']']);
            out.push_str(if closes { "" } else { "," });
            1
        };
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// One past the quote that closes the string at the start.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_commas_go() {
        for (shown, meant) in [
            (r#"{"a": [1, 2 , ], }"#, r#"{"a": [1, 2  ] }"#),
            (r#"{"a": ",}", "b\",": 1}"#, r#"{"a": ",}", "b\",": 1}"#),
            (r#"{"a": 1, // and more"#, r#"{"a": 1, // and more"#),
            (r#"["a,]"#, r#"["a,]"#),
        ] {
            assert_eq!(without_trailing_commas(shown), meant);
        }
    }
}
