//! What the examples of pages show: which operation is called, with what, and what comes back.
//!
//! Comes in: an [`Api`]. Goes out: each example once, taken apart, with a reason where it contradicts what the pages say.
//! Nothing is dropped: what cannot be taken apart has a reason too.

use std::{collections::BTreeMap, ptr, sync::Arc};

use rayon::prelude::*;
use serde_json::Value;

use crate::{
    api::{
        Api, Example, HttpMessage, ItemType, Operation, OperationPage, RequestBody, ResponseBody,
        StartLine, Type, TypeId,
    },
    conform::{self, Mismatch, Problem},
    ir::Method,
    route::{Match, Miss, Router},
    target::{Elsewhere, Target},
};

/// An example of a page.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The page.
    pub page: &'a OperationPage,
    /// The operation that it is about: what its request calls, else the first one of the page with this method.
    pub operation: &'a Operation,
    /// The request, if one is shown.
    pub request: Option<ShownRequest<'a>>,
    /// What the service sends to an app, if that is shown in the place of a request.
    pub notification: Option<ShownNotification<'a>>,
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

/// What the service sends to an app, as an example shows it: a request to another host, whose body says what it is.
#[derive(Clone, Debug)]
pub struct ShownNotification<'a> {
    /// As the page writes it.
    pub message: &'a HttpMessage,
    /// The type of the body.
    pub ty: TypeId,
    /// The body.
    pub body: Value,
    /// What of it the pages say otherwise.
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
pub fn all(api: &Api) -> Vec<Shown<'_>> {
    each(api, |reader, operations, example| {
        Some(reader.example(operations, example))
    })
}

/// The requests of these examples alone, each with the operation that it calls.
pub fn requests(api: &Api) -> Vec<(&Operation, ShownRequest<'_>)> {
    each(api, Reader::asked)
}

/// What is made of each example.
fn each<'a, T: Send>(
    api: &'a Api,
    make: impl Fn(&Reader<'a>, &[&'a Operation], &'a Example) -> Option<T> + Sync,
) -> Vec<T> {
    let reader = Reader::new(api);
    let of_page = |operations: &Vec<&'a Operation>| -> Vec<T> {
        let examples = examples(operations).into_iter();
        examples
            .filter_map(|example| make(&reader, operations, example))
            .collect()
    };
    by_page(api).par_iter().flat_map_iter(of_page).collect()
}

/// The operations of each page, by page.
fn by_page(api: &Api) -> Vec<Vec<&Operation>> {
    let mut pages: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in &api.operations {
        pages
            .entry(&operation.page.page)
            .or_default()
            .push(operation);
    }
    pages.into_values().collect()
}

/// The examples of a page with these operations.
fn examples<'a>(operations: &[&'a Operation]) -> Vec<&'a Example> {
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
}

/// The first operation of a page with the method of an example.
fn usual<'a>(operations: &[&'a Operation], example: &Example) -> &'a Operation {
    let request = example.request.as_ref();
    let method = request.and_then(|it| it.start_line.method());
    let of_method = |it: &&&Operation| method.is_none_or(|method| method == it.method);
    operations.iter().find(of_method).unwrap_or(&operations[0])
}

struct Reader<'a> {
    api: &'a Api,
    router: Router<'a>,
}

impl<'a> Reader<'a> {
    fn new(api: &'a Api) -> Self {
        Self {
            api,
            router: Router::new(api),
        }
    }

    fn example(&self, operations: &[&'a Operation], example: &'a Example) -> Shown<'a> {
        let usual = usual(operations, example);
        let message = example.request.as_ref();
        let notification = message.and_then(|it| self.notification(it));
        let asked = message.filter(|_| notification.is_none());
        let asked = asked.map(|message| self.request(usual, message));
        let (operation, request) = asked.map_or((usual, None), |(operation, request)| {
            (operation, Some(request))
        });
        let response = example
            .response
            .as_ref()
            .and_then(|message| self.response(operation, message));
        Shown {
            page: &operations[0].page,
            operation,
            request,
            notification,
            response,
        }
    }

    /// What the request of an example asks of which operation; nothing, if it is no request to the service.
    fn asked(
        &self,
        operations: &[&'a Operation],
        example: &'a Example,
    ) -> Option<(&'a Operation, ShownRequest<'a>)> {
        let message = example.request.as_ref()?;
        if self.notification(message).is_some() {
            return None;
        }
        Some(self.request(usual(operations, example), message))
    }

    /// A message, if it goes to an app and its body is a value of a known type.
    fn notification(&self, message: &'a HttpMessage) -> Option<ShownNotification<'a>> {
        let StartLine::Request(Method::Post, url) = &message.start_line else {
            return None;
        };
        let Some(Elsewhere::Host(_)) = Target::of(url).elsewhere(self.api.version) else {
            return None;
        };
        let body = json(message)?;
        let name = body.get("@odata.type")?.as_str()?;
        let ty = self.api.find_type(name.trim_start_matches('#'))?;
        let contradiction = self.wrong(&Type::single(ItemType::Structured(ty)), &body);
        Some(ShownNotification {
            message,
            ty,
            body,
            contradiction,
        })
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
            contradiction: target.elsewhere(self.api.version).map(elsewhere),
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

    /// The first place where a value is of another type than the one it should have.
    fn wrong(&self, ty: &Type, value: &Value) -> Option<String> {
        let mismatches = conform::mismatches(self.api, ty, value);
        let is_other = |it: &&Mismatch| matches!(it.problem, Problem::OtherType(_));
        mismatches.iter().find(is_other).map(ToString::to_string)
    }

    /// What of a body the page says otherwise.
    fn contradicts(&self, documented: Option<&ResponseBody>, body: &Value) -> Option<String> {
        match documented? {
            ResponseBody::Empty => Some("the page says that nothing comes back".to_owned()),
            ResponseBody::Stream | ResponseBody::Unknown => None,
            ResponseBody::Collection(item) => match body.get("value") {
                Some(items) => {
                    let ty = Type {
                        collection: true,
                        ..item.clone()
                    };
                    self.wrong(&ty, items)
                }
                None => Some("the page says that a collection comes back".to_owned()),
            },
            // A primitive, complex or collection value comes as `{"value": …}` (OData JSON Format 4.0, section 11).
            ResponseBody::Value(ty) => {
                let bare = self.wrong(ty, body)?;
                match body.get("value") {
                    Some(value) => self.wrong(ty, value),
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

/// Why a request is none of this version of the service.
fn elsewhere(place: Elsewhere) -> String {
    match place {
        Elsewhere::Host(host) => format!("the request goes to `{host}`"),
        Elsewhere::Version(other) => format!("the request is one of version `{other}`"),
    }
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
        _ if body.is_none() && other_media_type(message).is_some() => None,
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
    crate::json::read(message.body.trim())
}

/// The media type that a message says its body has, if that is not JSON.
pub fn other_media_type(message: &HttpMessage) -> Option<&str> {
    let mut headers = message.headers.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    let media_type = value.split(';').next().unwrap_or_default().trim();
    let is_other = media_type.contains('/') && !media_type.to_ascii_lowercase().contains("json");
    is_other.then_some(media_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compile, docs::Docs, ir::ApiVersion, vocabulary::Vocabulary};

    const CALL: &str = "# ring resource type\n\n## Properties\n\n|Property|Type|Description|\n|:---|:---|:---|\n\
        |count|Int32|How often.|\n\n## JSON representation\n\n```json\n{}\n```\n";

    /// What the examples of a page are, in words.
    fn seen(page: &str) -> Vec<String> {
        let texts = [("resources/ring.md", CALL), ("api/ring.md", page)];
        let docs = Docs::from_texts(ApiVersion::V1_0, texts);
        let api = compile(docs, &Vocabulary::default()).api;
        let word = |it: Shown| match (it.request, it.notification) {
            (Some(request), None) => match request.contradiction {
                None => format!("{} is made", request.path),
                Some(reason) => reason,
            },
            (None, Some(notification)) => match notification.contradiction {
                None => format!("{} is read", api[notification.ty].name),
                Some(reason) => reason,
            },
            (request, notification) => format!("{request:?} {notification:?}"),
        };
        all(&api).into_iter().map(word).collect()
    }

    #[test]
    fn what_goes_to_an_app_is_read_as_the_type_that_it_names() {
        let page = "# Ring\n\n## HTTP request\n\n```http\nPOST /bells\n```\n\n## Examples\n\n\
            ```http\nPOST https://app.example/rings\nContent-Type: application/json\n```\n\n\
            <!-- { \"blockType\": \"example\" } -->\n\
            ```json\n{\"@odata.type\": \"#microsoft.graph.ring\", \"count\": 2}\n```\n\n\
            ```http\nPOST https://app.example/rings\n\n{\"@odata.type\": \"#microsoft.graph.ring\", \"count\": \"two\"}\n```\n\n\
            ```http\nPOST https://app.example/rings\n\n{\"count\": 2}\n```\n\n\
            ```http\nPOST https://graph.microsoft.com/v1.0/bells\n\n{}\n```\n";
        let expected = [
            "microsoft.graph.ring is read",
            "/count is no Edm.Int32",
            "the request goes to `app.example`",
            "/bells is made",
        ];
        assert_eq!(seen(page), expected);
    }

    #[test]
    fn a_body_may_be_what_its_media_type_says() {
        let page = "# Ring\n\n## HTTP request\n\n```http\nPOST /bells\n```\n\n## Examples\n\n\
            ```http\nPOST /bells\nContent-Type: text/plain\n\nUmlu\n```\n\n\
            ```http\nPOST /bells\nContent-Type: application/json\n\nUmlu\n```\n\n\
            ```http\nPOST /bells\n\nUmlu\n```\n";
        let expected = [
            "/bells is made",
            "the body is no JSON",
            "the body is no JSON",
        ];
        assert_eq!(seen(page), expected);
    }
}
