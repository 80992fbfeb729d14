//! Small references, compiled: what becomes of their requests.

use crate::{
    api::{Api, ItemType, Operation, RequestBody, ResponseBody, Type, TypeKind, Witness},
    compile,
    docs::Docs,
    ir::ApiVersion,
    vocabulary::Vocabulary,
};

const USER: &str = "# user resource type\n\nNamespace: microsoft.graph\n\n## Properties\n\n|Property|Type|Description|\n|:---|:---|:---|\n|id|String|Key of the entity.|\n|photo|Stream|A picture.|\n\n## Relationships\n\n|Relationship|Type|Description|\n|:---|:---|:---|\n|messages|[message](message.md) collection|Mail.|\n|manager|[user](user.md)|Who leads.|\n\n## JSON representation\n\n<!-- { \"blockType\": \"resource\", \"keyProperty\": \"id\", \"@odata.type\": \"microsoft.graph.user\" } -->\n```json\n{}\n```\n";

const MESSAGE: &str = "# message resource type\n\nNamespace: microsoft.graph\n\n## Properties\n\n|Property|Type|Description|\n|:---|:---|:---|\n|id|String|Key of the entity.|\n|subject|String|What about.|\n\n## JSON representation\n\n<!-- { \"blockType\": \"resource\", \"keyProperty\": \"id\", \"@odata.type\": \"microsoft.graph.message\" } -->\n```json\n{}\n```\n";

const EVENT_MESSAGE: &str = "# eventMessage resource type\n\nNamespace: microsoft.graph\n\nInherits from [message](message.md).\n\n## Properties\n\n|Property|Type|Description|\n|:---|:---|:---|\n|place|String|Where.|\n\n## JSON representation\n\n<!-- { \"blockType\": \"resource\", \"baseType\": \"microsoft.graph.message\", \"@odata.type\": \"microsoft.graph.eventMessage\" } -->\n```json\n{}\n```\n";

/// An operation page from its title, request lines, and the sentences on body and answer.
fn page(title: &str, lines: &str, body: &str, response: &str) -> String {
    format!(
        "# {title}\n\nNamespace: microsoft.graph\n\nDoes it.\n\n## HTTP request\n\n```http\n{lines}\n```\n\n## Request body\n\n{body}\n\n## Response\n\n{response}\n"
    )
}

const NO_BODY: &str = "Do not supply a request body for this method.";
const ONE: &str = "If successful, this method returns a `200 OK` response code and a [message](../resources/message.md) object in the response body.";
const MANY: &str = "If successful, this method returns a `200 OK` response code and a collection of [message](../resources/message.md) objects in the response body.";
const NOTHING: &str = "If successful, this method returns a `204 No Content` response code.";

fn api(pages: &[(&str, String)]) -> Api {
    let mut texts = vec![
        ("resources/user.md".to_owned(), USER.to_owned()),
        ("resources/message.md".to_owned(), MESSAGE.to_owned()),
        (
            "resources/eventmessage.md".to_owned(),
            EVENT_MESSAGE.to_owned(),
        ),
    ];
    texts.extend(
        pages
            .iter()
            .map(|(name, text)| (format!("api/{name}.md"), text.clone())),
    );
    compile(
        Docs::from_texts(ApiVersion::V1_0, texts),
        &Vocabulary::default(),
    )
    .api
}

fn name(api: &Api, ty: &Type) -> String {
    let item = match &ty.item {
        ItemType::Primitive(primitive) => primitive.to_string(),
        ItemType::Structured(id) => api[*id].name.name().to_owned(),
        ItemType::Enum(id) => api[*id].name.name().to_owned(),
        ItemType::Unknown { text, .. } => format!("?{text}"),
    };
    if ty.collection {
        format!("[{item}]")
    } else {
        item
    }
}

fn show(api: &Api, operation: &Operation) -> String {
    let body = match &operation.page.body {
        None => "-".to_owned(),
        Some(RequestBody::Object { ty, .. }) => name(api, ty),
        Some(RequestBody::Parameters(parameters)) => {
            let names: Vec<_> = parameters
                .iter()
                .map(|parameter| parameter.name.as_str())
                .collect();
            format!("({})", names.join(", "))
        }
        Some(RequestBody::Reference) => "ref".to_owned(),
        Some(RequestBody::Stream { .. }) => "bytes".to_owned(),
        Some(RequestBody::Unknown) => "?".to_owned(),
    };
    let answers = operation
        .page
        .responses
        .iter()
        .map(|response| match &response.body {
            ResponseBody::Empty => "-".to_owned(),
            ResponseBody::Value(ty) => name(api, ty),
            ResponseBody::Collection(ty) => format!("[{}]", name(api, ty)),
            ResponseBody::Stream => "bytes".to_owned(),
            ResponseBody::Unknown => "?".to_owned(),
        });
    let answers: Vec<_> = answers.collect();
    let path = operation.path.template();
    format!(
        "{} {path} {:?} {body} -> {}",
        operation.method,
        operation.kind,
        answers.join("; ")
    )
}

#[track_caller]
fn check(pages: &[(&str, String)], expected: &[&str]) {
    let api = api(pages);
    let shown: Vec<_> = api
        .operations
        .iter()
        .map(|operation| show(&api, operation))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn kinds_follow_method_path_and_answer() {
    check(
        &[
            (
                "message-list",
                page("List messages", "GET /users/{id}/messages", NO_BODY, MANY),
            ),
            (
                "message-get",
                page("Get message", "GET /users/{id}/messages/{id}", NO_BODY, ONE),
            ),
            (
                "message-post",
                page(
                    "Create message",
                    "POST /users/{id}/messages",
                    "In the request body, supply a JSON representation of the [message](../resources/message.md) object.",
                    &ONE.replace("200 OK", "201 Created"),
                ),
            ),
            (
                "message-update",
                page(
                    "Update message",
                    "PATCH /users/{id}/messages/{id}",
                    "In the request body, supply the values for relevant fields that should be updated.",
                    ONE,
                ),
            ),
            (
                "message-delete",
                page(
                    "Delete message",
                    "DELETE /users/{id}/messages/{id}",
                    NO_BODY,
                    NOTHING,
                ),
            ),
            (
                "message-delta",
                page(
                    "message: delta",
                    "GET /users/{id}/messages/delta",
                    NO_BODY,
                    MANY,
                ),
            ),
            (
                "message-reply",
                page(
                    "message: reply",
                    "POST /users/{id}/messages/{id}/reply",
                    "In the request body, provide a JSON object with the following parameters.\n\n|Parameter|Type|Description|\n|:---|:---|:---|\n|comment|String|What to say.|",
                    NOTHING,
                ),
            ),
        ],
        &[
            "GET /users/{userId}/messages List - -> [message]",
            "POST /users/{userId}/messages Create message -> message",
            "GET /users/{userId}/messages/delta Delta - -> [message]",
            "GET /users/{userId}/messages/{messageId} Get - -> message",
            "PATCH /users/{userId}/messages/{messageId} Update message -> message",
            "DELETE /users/{userId}/messages/{messageId} Delete - -> -",
            "POST /users/{userId}/messages/{messageId}/reply Action(\"reply\") (comment) -> -",
        ],
    );
}

#[test]
fn references_and_bytes() {
    check(
        &[
            (
                "manager-put",
                page(
                    "Assign manager",
                    "PUT /users/{id}/manager/$ref",
                    "In the request body, supply a reference to the user.",
                    NOTHING,
                ),
            ),
            (
                "manager-delete",
                page(
                    "Remove manager",
                    "DELETE /users/{id}/manager/$ref",
                    NO_BODY,
                    NOTHING,
                ),
            ),
            (
                "photo-get",
                page(
                    "Get photo",
                    "GET /me/photo/$value",
                    NO_BODY,
                    "If successful, this method returns a `200 OK` response code and binary data of the photo.",
                ),
            ),
            (
                "photo-put",
                page(
                    "Update photo",
                    "PUT /me/photo/$value",
                    "In the request body, include the binary data of the photo.",
                    NOTHING,
                ),
            ),
        ],
        &[
            "GET /me/photo/$value Download - -> bytes",
            "PUT /me/photo/$value Upload bytes -> -",
            "PUT /users/{userId}/manager/$ref AddReference ref -> -",
            "DELETE /users/{userId}/manager/$ref RemoveReference - -> -",
        ],
    );
}

#[test]
fn a_count_is_a_number() {
    let lines = "GET /users/{id}/messages\nGET /users/{id}/messages/$count";
    check(
        &[("message-list", page("List messages", lines, NO_BODY, MANY))],
        &[
            "GET /users/{userId}/messages List - -> [message]",
            "GET /users/{userId}/messages/$count Count - -> Edm.Int64",
        ],
    );
}

#[test]
fn what_is_accepted_is_answered_where_an_example_shows_it() {
    let example = |body: &str| {
        format!(
            "`202 Accepted`.\n\n## Examples\n\n### Response\n\n<!-- {{ \"blockType\": \"response\", \"@odata.type\": \"microsoft.graph.message\" }} -->\n```http\nHTTP/1.1 202 Accepted\nLocation: /messages/1\n\n{body}\n```"
        )
    };
    check(
        &[
            (
                "user-ask",
                page("user: ask", "POST /me/ask", NO_BODY, &example("{}")),
            ),
            (
                "user-wait",
                page("user: wait", "POST /me/wait", NO_BODY, &example("")),
            ),
        ],
        &[
            "POST /me/ask Action(\"ask\") - -> message",
            "POST /me/wait Action(\"wait\") - -> -",
        ],
    );
}

#[test]
fn the_page_about_the_most_general_type_counts() {
    let derived = ONE.replace(
        "[message](../resources/message.md)",
        "[eventMessage](../resources/eventmessage.md)",
    );
    let api = api(&[
        (
            "eventmessage-get",
            page(
                "Get eventMessage",
                "GET /me/Messages/{eventMessageId}",
                NO_BODY,
                &derived,
            ),
        ),
        (
            "message-get",
            page("Get message", "GET /me/messages/{id}", NO_BODY, ONE),
        ),
    ]);
    let [operation] = &api.operations[..] else {
        panic!("both pages document one request: {:?}", api.operations);
    };
    assert_eq!(&*operation.page.page, "api/message-get.md");
    assert_eq!(operation.also.len(), 1);
    assert_eq!(
        show(&api, operation),
        "GET /me/Messages/{eventMessageId} Get - -> message"
    );
}

#[test]
fn roots_and_callables_are_bound_by_what_paths_select() {
    let api = api(&[
        ("user-list", page("List users", "GET /users\nGET /me", NO_BODY, &MANY.replace("message", "user"))),
        (
            "message-move",
            page(
                "message: move",
                "POST /me/messages/{id}/move\nPOST /users/{id}/messages/{id}/move",
                "In the request body, provide a JSON object with the following parameters.\n\n|Parameter|Type|Description|\n|:---|:---|:---|\n|destinationId|String|Where to.|",
                ONE,
            ),
        ),
        (
            "user-view",
            page(
                "user: view",
                "GET /me/view(start='{start}',end={end})",
                NO_BODY,
                &MANY.replace("this method", "this function"),
            )
            .replace("## Request body", "## Function parameters\n\n|Parameter|Type|Description|\n|:---|:---|:---|\n|start|DateTimeOffset|From.|\n\n## Request body"),
        ),
    ]);
    let roots: Vec<_> = api
        .roots
        .iter()
        .map(|root| {
            (
                root.name.as_str(),
                root.is_singleton,
                root.ty.map(|id| api[id].name.name()),
            )
        })
        .collect();
    assert_eq!(
        roots,
        [("me", true, Some("user")), ("users", false, Some("user"))]
    );
    let callables: Vec<_> = api
        .callables
        .iter()
        .map(|callable| {
            let parameters: Vec<_> = callable
                .parameters
                .iter()
                .map(|parameter| format!("{}: {}", parameter.name, name(&api, &parameter.ty)))
                .collect();
            let binding = callable
                .binding
                .as_ref()
                .map_or("-".to_owned(), |ty| name(&api, ty));
            let returns = callable
                .returns
                .as_ref()
                .map_or("-".to_owned(), |ty| name(&api, ty));
            format!(
                "{}.{}({}) -> {returns}",
                binding,
                callable.name.name(),
                parameters.join(", ")
            )
        })
        .collect();
    assert_eq!(
        callables,
        [
            "message.move(destinationId: Edm.String) -> message",
            "user.view(start: Edm.DateTimeOffset, end: Edm.String) -> [message]",
        ]
    );
}

#[test]
fn what_a_base_type_can_do_is_inherited() {
    let copy = |line: &str| page("Copy", line, NO_BODY, ONE);
    let event = ONE.replace(
        "[message](../resources/message.md)",
        "[eventMessage](../resources/eventmessage.md)",
    );
    let api = api(&[
        (
            "message-get",
            page("Get message", "GET /mails/{id}", NO_BODY, ONE),
        ),
        (
            "event-get",
            page("Get event", "GET /events/{id}", NO_BODY, &event),
        ),
        ("message-copy", copy("POST /mails/{id}/copy")),
        ("event-copy", copy("POST /events/{id}/copy")),
        ("event-accept", copy("POST /events/{id}/accept")),
    ]);
    let callables: Vec<_> = api
        .callables
        .iter()
        .filter_map(|callable| {
            let binding = callable.binding.as_ref()?;
            Some(format!("{}.{}", name(&api, binding), callable.name.name()))
        })
        .collect();
    assert_eq!(callables, ["eventMessage.accept", "message.copy"]);
}

#[test]
fn singletons_that_paths_only_lead_through_have_a_type() {
    let api = api(&[
        (
            "message-list",
            page("List messages", "GET /archive/messages", NO_BODY, MANY),
        ),
        (
            "postbox-empty",
            page("postBox: empty", "POST /post/empty", NO_BODY, NOTHING),
        ),
        (
            "message-get",
            page("Get message", "GET /message/parts", NO_BODY, ONE),
        ),
    ]);
    let roots: Vec<_> = api
        .roots
        .iter()
        .filter_map(|root| Some((root.name.as_str(), api[root.ty?].name.as_str())))
        .collect();
    assert_eq!(
        roots,
        [
            ("archive", "microsoft.graph.archive"),
            ("message", "microsoft.graph.message"),
            ("post", "microsoft.graph.postBox"),
        ]
    );
    let archive = api.find_type("microsoft.graph.archive").unwrap();
    assert_eq!(api[archive].kind, TypeKind::Entity);
    let members: Vec<_> = api[archive]
        .members
        .iter()
        .map(|member| format!("{}: {}", member.name, name(&api, &member.ty)))
        .collect();
    assert_eq!(members, ["messages: [message]"]);
}

#[test]
fn words_are_spelled_as_they_are_most_often() {
    check(
        &[
            (
                "a",
                page("List messages", "GET /Postbox/mailfolders", NO_BODY, MANY),
            ),
            (
                "b",
                page(
                    "List messages",
                    "GET /postbox/mailFolders/{id}/messages",
                    NO_BODY,
                    MANY,
                ),
            ),
            (
                "c",
                page("Create message", "POST /postbox/mailfolders", NO_BODY, ONE),
            ),
        ],
        &[
            "GET /postbox/mailFolders List - -> [message]",
            "POST /postbox/mailFolders Create - -> message",
            "GET /postbox/mailFolders/{mailFolderId}/messages List - -> [message]",
        ],
    );
}

#[test]
fn ids_are_made_of_path_and_method() {
    let api = api(&[
        (
            "message-get",
            page("Get message", "GET /users/{id}/messages/{id}", NO_BODY, ONE),
        ),
        (
            "message-list",
            page("List messages", "GET /users/{id}/messages", NO_BODY, MANY),
        ),
        (
            "file-get",
            page(
                "Get file",
                "GET /me/drive/root:/{item-path}:/content",
                NO_BODY,
                NOTHING,
            ),
        ),
        (
            "untold",
            page(
                "Add",
                "POST /groups/{id}/members/$ref\nGET /groups/{id}/members/microsoft.graph.message",
                NO_BODY,
                NOTHING,
            ),
        ),
        (
            "message-purge",
            page(
                "message: purgeDrafts",
                "POST /me/purgeDrafts",
                NO_BODY,
                NOTHING,
            ),
        ),
    ]);
    let ids: Vec<_> = api
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "groups_id_members_ref_create",
            "groups_id_members_message_list",
            "me_drive_root_path_content_get",
            "me_purgeDrafts_post",
            "users_id_messages_list",
            "users_id_messages_id_get",
        ]
    );
}

#[test]
fn hostile_pages_become_something() {
    let lines = "GET /\nPOST {\nGET /{}/(/)\nDELETE /a(b='\nPATCH /ü/{ä|ö}\nGET /x:/y:/z:\nGET /$ref/$value";
    api(&[
        ("a", page("", lines, "", "`200`")),
        ("b", "## HTTP request\n```\nGET /x\n".to_owned()),
        (
            "c",
            "# \n\n## Permissions\n|a|\n|-|\n||\n\n## HTTP request\n\n## Response\n`204".to_owned(),
        ),
    ]);
}

/// A page with further examples of requests.
fn with_examples(page: &str, requests: &[&str]) -> String {
    let blocks = requests.iter().map(|it| format!("```http\n{it}\n```\n\n"));
    format!("{page}\n## Examples\n\n{}", blocks.collect::<String>())
}

/// `GET /users/{userId} (list) of a page: answer` for each operation that only an example shows.
fn only_shown(api: &Api) -> Vec<String> {
    let shown = api
        .operations
        .iter()
        .filter(|it| it.witness == Witness::Example);
    shown
        .map(|it| {
            let answer = match it.page.success().map(|success| &success.body) {
                Some(ResponseBody::Value(ty)) => name(api, ty),
                Some(ResponseBody::Collection(ty)) => format!("[{}]", name(api, ty)),
                Some(ResponseBody::Stream) => "bytes".to_owned(),
                Some(ResponseBody::Empty) => "nothing".to_owned(),
                Some(ResponseBody::Unknown) | None => "?".to_owned(),
            };
            let path = it.path.template();
            format!("{} {path} ({}): {answer}", it.method, it.kind.words())
        })
        .collect()
}

#[test]
fn an_example_may_go_another_documented_way_to_what_its_page_reaches() {
    let get = page(
        "Get user",
        "GET /me\nGET /users/{id}",
        NO_BODY,
        "If successful, this method returns a `200 OK` response code and a [user](../resources/user.md) object in the response body.",
    );
    let list = page("List messages", "GET /users/{id}/messages", NO_BODY, MANY);
    let api = api(&[
        (
            "user-get",
            with_examples(&get, &["GET /users/7/photo", "GET /users/7/manager"]),
        ),
        (
            "user-list-messages",
            with_examples(
                &list,
                &[
                    "GET https://graph.microsoft.com/v1.0/me/messages?$top=1",
                    "GET https://graph.microsoft.com/v1.0/me/messages?$top=2",
                    "GET /users/7/manager/messages",
                    "GET /users/7/messages/$count",
                    "GET /users/7/messages/microsoft.graph.eventMessage",
                    "GET /users/7/messages/microsoft.graph.eventMessage/$count",
                    "GET /users/7/messages/8",
                ],
            ),
        ),
    ]);
    let expected = [
        "GET /me/messages (list): [message]",
        "GET /users/{userId}/manager (get): user",
        "GET /users/{userId}/manager/messages (list): [message]",
        "GET /users/{userId}/messages/$count (count): Edm.Int64",
        "GET /users/{userId}/messages/microsoft.graph.eventMessage (list): [eventMessage]",
        "GET /users/{userId}/messages/microsoft.graph.eventMessage/$count (count): Edm.Int64",
        "GET /users/{userId}/messages/{messageId} (get): message",
        "GET /users/{userId}/photo (download): bytes",
    ];
    assert_eq!(only_shown(&api), expected);
}

#[test]
fn an_example_that_contradicts_its_page_adds_nothing() {
    let list = page("List messages", "GET /users/{id}/messages", NO_BODY, MANY);
    let send = page(
        "message: send",
        "POST /users/{id}/messages/{id}/send",
        NO_BODY,
        NOTHING,
    );
    let api = api(&[
        (
            "user-list-messages",
            with_examples(
                &list,
                &[
                    "DELETE /users/7/messages",
                    "GET /people/7/messages",
                    "GET /users/7/mails",
                    "GET /users/7/messages/microsoft.graph.user",
                    "GET https://graph.microsoft.com/beta/users/7/messages/$count",
                    "GET https://example.com/users/7/messages/$count",
                ],
            ),
        ),
        (
            "message-send",
            with_examples(
                &send,
                &[
                    "POST /users/7/messages/send",
                    "POST /users/7/messages/8/send(to='x')",
                ],
            ),
        ),
    ]);
    assert_eq!(only_shown(&api), Vec::<String>::new());
}

#[test]
fn an_example_shows_where_the_parameters_of_a_function_stand() {
    let function = page(
        "message: find",
        "GET /users/{id}/messages/find",
        NO_BODY,
        MANY,
    );
    let table = "## Function parameters\n\n|Parameter|Type|Description|\n|:---|:---|:---|\n|word|String|What to find.|\n|count|Int32|How many.|\n";
    let api = api(&[(
        "message-find",
        with_examples(
            &format!("{function}\n{table}"),
            &["GET /users/7/messages/find(word='a/b',count=3)"],
        ),
    )]);
    let expected =
        ["GET /users/{userId}/messages/find(word='{word}',count={count}) (find): [message]"];
    assert_eq!(only_shown(&api), expected);
    let operation = api
        .operations
        .iter()
        .find(|it| it.witness == Witness::Example);
    let types = &operation.unwrap().path.parameters[1..];
    let types: Vec<_> = types.iter().map(|it| name(&api, &it.ty)).collect();
    assert_eq!(types, ["Edm.String", "Edm.Int32"]);
}

#[test]
fn what_is_created_is_posted_to_the_collection_whichever_path_a_page_has() {
    let create = page(
        "Create message",
        "POST /users/{id}/messages/{id}",
        "In the request body, supply a JSON representation of a [message](../resources/message.md) object.",
        ONE,
    );
    let change = page(
        "Update message",
        "PATCH /me/messages",
        "In the request body, supply a JSON representation of a [message](../resources/message.md) object.",
        ONE,
    );
    let api = api(&[
        ("user-get", page("Get user", "GET /me", NO_BODY, NOTHING)),
        (
            "message-post",
            with_examples(&create, &["POST /users/7/messages\n\n{}"]),
        ),
        (
            "message-update",
            with_examples(&change, &["PATCH /me/messages/8\n\n{}"]),
        ),
    ]);
    let expected = [
        "PATCH /me/messages/{messageId} (update): message",
        "POST /users/{userId}/messages (create): message",
    ];
    assert_eq!(only_shown(&api), expected);
}
