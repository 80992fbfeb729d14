//! Many requests in one.

use azure_core::http::StatusCode;
use serde_json::{Value, json as value};

use crate::{
    runtime::{Batch, BatchHandle, Content, Fault, GraphErrorExt, Path},
    server::{Answer, Received, Reply, Server, answer, json},
};

/// The requests of a batch.
fn requests(received: &Received) -> Vec<Value> {
    assert_eq!(
        (&*received.method, &*received.target),
        ("POST", "/v1.0/$batch")
    );
    let body: Value = serde_json::from_slice(&received.body).unwrap();
    body["requests"].as_array().unwrap().clone()
}

/// Answers a batch, the last request first.
fn replies(received: &Received, reply: impl Fn(&Value) -> Value) -> Reply {
    let replies: Vec<_> = requests(received)
        .iter()
        .rev()
        .map(|request| {
            let mut reply = reply(request);
            reply["id"] = request["id"].clone();
            reply
        })
        .collect();
    json(200, value!({ "responses": replies }).to_string()).into()
}

fn success(request: &Value) -> Value {
    value!({ "status": 200, "body": { "value": request["url"] } })
}

#[tokio::test]
async fn each_request_has_its_answer() {
    let server = Server::start(|received, _| {
        replies(received, |request| match request["url"].as_str().unwrap() {
            "/photo" => value!({"status": 200, "headers": {"Content-Type": "image/png"}, "body": "AAEC"}),
            "/gone" => value!({"status": 404, "body": {"error": {"code": "itemNotFound", "message": "no"}}}),
            "/nothing" => value!({"status": 204}),
            _ => success(request),
        })
    })
    .await;
    let client = server.client();
    let path = Path::new(&client);
    let mut batch = Batch::new(&client);
    let name = batch
        .add(
            path.with("a b")
                .request::<String>("GET /users/{id}")
                .select(["id"]),
        )
        .unwrap();
    let photo = batch.add(path.request::<Content>("GET /photo")).unwrap();
    let gone = batch.add(path.request::<String>("GET /gone")).unwrap();
    let nothing = batch
        .add(
            path.request::<()>("DELETE /nothing")
                .header("If-Match", "*"),
        )
        .unwrap();
    let sent = batch
        .add(path.send::<()>("POST /x", &"body".to_owned()))
        .unwrap();
    let upload = batch
        .add(path.upload::<()>("PUT /y", vec![0, 1, 2], "image/png"))
        .unwrap();
    let mut answers = batch.send().await;

    assert_eq!(
        answers.take(name).unwrap().into_model().unwrap(),
        "/users/a%20b?$select=id"
    );
    assert_eq!(
        &answers.take(photo).unwrap().into_model().unwrap().0[..],
        [0, 1, 2]
    );
    assert_eq!(
        answers.take(gone).unwrap_err().graph().unwrap().code,
        "itemNotFound"
    );
    assert_eq!(
        answers.take(nothing).unwrap().status(),
        StatusCode::NoContent
    );
    answers.take(sent).unwrap();
    answers.take(upload).unwrap();

    let requests = requests(&server.received()[0]);
    assert_eq!(requests[3]["method"], "DELETE");
    assert_eq!(requests[3]["headers"]["if-match"], "*");
    assert_eq!(requests[4]["body"], "body");
    assert_eq!(requests[4]["headers"]["content-type"], "application/json");
    assert_eq!(requests[5]["body"], "AAEC");
}

#[tokio::test]
async fn more_than_twenty_are_divided() {
    let server = Server::start(|received, _| replies(received, success)).await;
    let client = server.client();
    let mut batch = Batch::new(&client);
    let mut handles: Vec<BatchHandle<String>> = Vec::new();
    for index in 0..45 {
        let request = Path::new(&client).with(&index).request("GET /users/{id}");
        // Over the border between two batches as well.
        let before = handles.last().map(BatchHandle::id);
        handles.push(batch.add_after(request, before).unwrap());
    }
    let mut answers = batch.send().await;
    for (index, handle) in handles.into_iter().enumerate() {
        let answer = answers.take(handle).unwrap().into_model().unwrap();
        assert_eq!(answer, format!("/users/{index}"));
    }
    let received = server.received();
    let sizes: Vec<_> = received
        .iter()
        .map(|received| requests(received).len())
        .collect();
    assert_eq!(sizes, [20, 20, 5]);
    assert_eq!(requests(&received[0])[1]["dependsOn"], value!(["0"]));
    assert_eq!(requests(&received[1])[0].get("dependsOn"), None);
}

#[tokio::test]
async fn only_what_was_throttled_is_sent_again() {
    let server = Server::start(|received, at| {
        replies(received, |request| match request["url"].as_str().unwrap() {
            "/b" if at < 2 => value!({"status": 429, "headers": {"Retry-After": "0"}}),
            "/after-b" if at < 2 => value!({"status": 424}),
            "/c" => value!({"status": 500}),
            "/d" if at == 0 => value!({"status": 500}),
            _ => success(request),
        })
    })
    .await;
    let client = server.client();
    let path = Path::new(&client);
    let mut batch = Batch::new(&client);
    let a = batch.add(path.request::<String>("POST /a")).unwrap();
    let b = batch.add(path.request::<String>("POST /b")).unwrap();
    let after = batch
        .add_after(path.request::<String>("GET /after-b"), [b.id()])
        .unwrap();
    let c = batch.add(path.request::<String>("POST /c")).unwrap();
    let d = batch.add(path.request::<String>("GET /d")).unwrap();
    let mut answers = batch.send().await;
    for handle in [a, b, after, d] {
        answers.take(handle).unwrap();
    }
    assert_eq!(answers.take(c).unwrap_err().graph().unwrap().status, 500);
    let received = server.received().into_iter();
    let ids: Vec<Vec<_>> = received
        .map(|received| {
            requests(&received)
                .iter()
                .map(|request| request["id"].to_string())
                .collect()
        })
        .collect();
    assert_eq!(ids[0].len(), 5);
    assert_eq!(ids[1], ["\"1\"", "\"2\"", "\"4\""]);
    assert_eq!(ids[2], ["\"1\"", "\"2\""]);
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn throttling_has_an_end() {
    let server = Server::start(|received, _| replies(received, |_| value!({"status": 429}))).await;
    let client = server.client();
    let mut batch = Batch::new(&client);
    let handle = batch
        .add(Path::new(&client).request::<String>("GET /a"))
        .unwrap();
    let error = batch.send().await.take(handle).unwrap_err();
    assert_eq!(error.graph().unwrap().status, 429);
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn a_dependency_that_failed_earlier_is_told() {
    let server = Server::start(|received, _| {
        replies(received, |request| match request["url"].as_str().unwrap() {
            "/users/0" => value!({"status": 400}),
            _ => success(request),
        })
    })
    .await;
    let client = server.client();
    let mut batch = Batch::new(&client);
    let user = |index: i32| {
        Path::new(&client)
            .with(&index)
            .request::<String>("GET /users/{id}")
    };
    let first = batch.add(user(0)).unwrap().id();
    for index in 1..20 {
        batch.add(user(index)).unwrap();
    }
    let last = batch.add_after(user(20), [first]).unwrap();
    let error = batch.send().await.take(last).unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::FailedDependency));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_batch_that_may_change_something_is_sent_once() {
    for (operation, expected) in [("POST /a", 1), ("GET /a", 4)] {
        let server = Server::start(|_, _| answer(500, "").into()).await;
        let client = server.client();
        let mut batch = Batch::new(&client);
        let handles = [(); 2].map(|()| {
            batch
                .add(Path::new(&client).request::<String>(operation))
                .unwrap()
        });
        let mut answers = batch.send().await;
        for handle in handles {
            assert_eq!(
                answers.take(handle).unwrap_err().graph().unwrap().status,
                500
            );
        }
        assert_eq!(server.received().len(), expected);
    }
}

#[tokio::test]
async fn an_answer_that_is_missing_is_an_error() {
    let server = Server::script([json(
        200,
        r#"{"responses":[{"id":"7","status":200},{"status":200},{}]}"#,
    )])
    .await;
    let client = server.client();
    let mut batch = Batch::new(&client);
    let handle = batch
        .add(Path::new(&client).request::<String>("GET /a"))
        .unwrap();
    let error = batch.send().await.take(handle).unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::Batch { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_waits_only_for_its_own_batch() {
    let client = Server::script::<Answer>([]).await.client();
    let request = || Path::new(&client).request::<String>("GET /a");
    let handle = Batch::new(&client).add(request()).unwrap();
    let mut batch = Batch::new(&client);
    let error = batch.add_after(request(), [handle.id()]).unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::Batch { .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_for_another_service_is_no_part_of_a_batch() {
    let (server, other) = (
        Server::script([json(200, "")]).await,
        Server::script([json(200, "")]).await,
    );
    let mut batch = Batch::new(&server.client());
    let error = batch
        .add(other.path().request::<String>("GET /a"))
        .unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::ForeignOrigin { .. })),
        "{error}"
    );
}
