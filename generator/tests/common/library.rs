//! A small api of one's own: a library.

use docwright::{Compilation, compile, docs::Docs, ir::ApiVersion, vocabulary::Vocabulary};

/// Readers borrow books, which have authors; audio books are books.
pub(crate) const TYPES: [(&str, &str, &str, &str); 7] = [
    ("entity", "", "|id|String|The key. Read-only.|", ""),
    (
        "reader",
        "Inherits from [entity](entity.md).",
        "|address|[address](address.md)|Home.|",
        "|books|[book](book.md) collection|Borrowed.|\n|guardian|[reader](reader.md)|Who signs.|",
    ),
    (
        "address",
        "",
        "|street|String|With the number.|\n|kind|addressKind|Possible values are: `home`, `work`.|",
        "",
    ),
    (
        "book",
        "Inherits from [entity](entity.md).",
        "|title|String|On the cover.|\n|binding|[binding](binding.md)|How it is bound.|",
        "|authors|[author](author.md) collection|Who wrote it.|",
    ),
    (
        "audiobook",
        "Inherits from [book](book.md).",
        "|voice|String|Who reads.|",
        "",
    ),
    (
        "author",
        "Inherits from [entity](entity.md).",
        "|name|String|On the cover.|",
        "",
    ),
    ("binding", "", "|cover|String|Its colour.|", ""),
];

/// Title, request lines, parameters of the body, and the type of the answer.
const OPERATIONS: [(&str, &str, &str, &str); 7] = [
    (
        "List readers",
        "GET /readers",
        "",
        "collection of [reader](../resources/reader.md) objects",
    ),
    (
        "Get reader",
        "GET /readers/{id}\nGET /me",
        "",
        "[reader](../resources/reader.md) object",
    ),
    (
        "List books",
        "GET /readers/{id}/books\nGET /me/books",
        "",
        "collection of [book](../resources/book.md) objects",
    ),
    (
        "Get book",
        "GET /books/{isbn}",
        "",
        "[book](../resources/book.md) object",
    ),
    (
        "book: lend",
        "POST /books/{isbn}/lend",
        "|to|[address](../resources/address.md)|Where it goes.|",
        "",
    ),
    (
        "book: appraise",
        "POST /books/{isbn}/appraise",
        "|by|String|Whose trade it is.|",
        "",
    ),
    ("Delete book", "DELETE /books/{isbn}", "", ""),
];

/// A resource page: name, base type, properties and relationships.
pub(crate) fn resource(
    (name, base, properties, relationships): (&str, &str, &str, &str),
) -> (String, String) {
    let relationships = if relationships.is_empty() {
        String::new()
    } else {
        format!(
            "## Relationships\n\n|Relationship|Type|Description|\n|:---|:---|:---|\n{relationships}\n\n"
        )
    };
    let text = format!(
        "# {name} resource type\n\nNamespace: microsoft.graph\n\nA {name}. {base}\n\n## Properties\n\n\
         |Property|Type|Description|\n|:---|:---|:---|\n{properties}\n\n{relationships}"
    );
    (format!("resources/{name}.md"), text)
}

/// An API page.
pub(crate) fn operation(
    (title, lines, parameters, answer): (&str, &str, &str, &str),
) -> (String, String) {
    let body = if parameters.is_empty() {
        "Do not supply a request body for this method.".to_owned()
    } else {
        format!(
            "In the request body, provide a JSON object with the following parameters.\n\n\
             |Parameter|Type|Description|\n|:---|:---|:---|\n{parameters}"
        )
    };
    let answer = if answer.is_empty() {
        "returns a `204 No Content` response code.".to_owned()
    } else {
        format!("returns a `200 OK` response code and a {answer} in the response body.")
    };
    let text = format!(
        "# {title}\n\nNamespace: microsoft.graph\n\nDo it.\n\n## HTTP request\n\n```http\n{lines}\n```\n\n\
         ## Request body\n\n{body}\n\n## Response\n\nIf successful, this method {answer}\n"
    );
    let name = title.to_lowercase().replace([' ', ':'], "-");
    (format!("api/{name}.md"), text)
}

/// The library, and what else is in `more`.
pub(crate) fn library(more: impl IntoIterator<Item = (String, String)>) -> Compilation {
    let pages = TYPES
        .map(resource)
        .into_iter()
        .chain(OPERATIONS.map(operation))
        .chain(more);
    compile(
        Docs::from_texts(ApiVersion::V1_0, pages),
        &Vocabulary::default(),
    )
}
