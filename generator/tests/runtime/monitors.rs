//! Operations that take their time.

use azure_core::time::Duration;

use crate::{
    runtime::{Fault, GraphErrorExt, Monitor, Operation},
    server::{Answer, Reply, Server, answer, json},
};

/// Asks without long waits.
fn quick(monitor: Monitor) -> Monitor {
    monitor
        .interval(Duration::milliseconds(1), Duration::milliseconds(4))
        .max_wait(Duration::seconds(5))
}

/// Starts an operation whose monitor answers like this.
async fn run(location: &str, answers: &[Answer]) -> (azure_core::Result<Operation>, Server) {
    let mut replies = vec![answer(202, "").header("location", location)];
    replies.extend_from_slice(answers);
    let server = Server::script(replies).await;
    let monitor = server
        .path()
        .request::<()>("POST /copy")
        .start()
        .await
        .unwrap();
    (quick(monitor).wait().await, server)
}

#[tokio::test]
async fn a_team_is_created_in_time() {
    let location = "/teams('7')/operations('8')";
    let done =
        r#"{"status":"succeeded","targetResourceId":"7","targetResourceLocation":"/teams('7')"}"#;
    let answers = [
        json(200, r#"{"status":"notStarted"}"#),
        json(200, r#"{"status":"inProgress"}"#).header("retry-after-ms", "2"),
        json(200, r#"{"status":"unknownFutureValue"}"#),
        json(200, done),
    ];
    let (operation, server) = run(location, &answers).await;
    let operation = operation.unwrap();
    assert_eq!(operation.resource_id.as_deref(), Some("7"));
    assert_eq!(operation.resource_location.as_deref(), Some("/teams('7')"));
    // The link had no version.
    assert_eq!(server.lines()[1], "GET /v1.0/teams('7')/operations('8')");
    assert!(server.received()[1].header("authorization").is_some());
}

#[tokio::test]
async fn a_copy_is_watched_elsewhere_without_the_token() {
    let other = Server::script([
        json(202, r#"{"status":"inProgress","percentageComplete":27.8}"#),
        json(202, r#"{"status":"completed","resourceId":"9"}"#),
    ])
    .await;
    let (operation, server) = run(&format!("{}/monitor?key=k", other.origin()), &[]).await;
    assert_eq!(operation.unwrap().resource_id.as_deref(), Some("9"));
    assert_eq!(server.received().len(), 1);
    for asked in other.received() {
        assert_eq!(asked.target, "/monitor?key=k");
        assert_eq!(asked.header("authorization"), None);
    }
}

#[tokio::test]
async fn a_redirect_is_the_end() {
    let (operation, server) = run(
        "/v1.0/m",
        &[
            answer(202, ""),
            answer(303, "").header("location", "https://x.example/item"),
        ],
    )
    .await;
    assert_eq!(
        operation.unwrap().resource_location.as_deref(),
        Some("https://x.example/item")
    );
    assert_eq!(server.lines()[1], "GET /v1.0/m");
}

#[tokio::test]
async fn a_failure_is_an_error_of_the_service() {
    let failed = r#"{"status":"failed","error":{"code":"nameAlreadyExists","message":"taken"}}"#;
    let (operation, _) = run("m", &[json(200, failed)]).await;
    let error = operation.unwrap_err();
    assert_eq!(error.graph().unwrap().code, "nameAlreadyExists");
    let (operation, _) = run(
        "m",
        &[json(
            200,
            r#"{"status":"failed","error":null,"statusDetail":"why"}"#,
        )],
    )
    .await;
    assert_eq!(operation.unwrap_err().graph().unwrap().message, "why");
}

#[tokio::test]
async fn what_never_ends_is_left() {
    for wait in ["0", "3600"] {
        let server = Server::start(move |_, at| match at {
            0 => answer(202, "")
                .header("operation-location", "/v1.0/m")
                .into(),
            _ => json(200, r#"{"status":"running"}"#)
                .header("retry-after", wait)
                .into(),
        })
        .await;
        let monitor = server
            .path()
            .request::<()>("POST /x")
            .start()
            .await
            .unwrap();
        let mut monitor = quick(monitor).max_wait(Duration::milliseconds(50));
        let error = monitor.wait().await.unwrap_err();
        assert!(
            matches!(error.fault(), Some(Fault::Unfinished { .. })),
            "{error}"
        );
        assert!(monitor.url().is_some());
    }
}

#[tokio::test]
async fn what_is_done_at_once_needs_no_monitor() {
    let server = Server::script([json(201, r#"{"id":"7"}"#)]).await;
    let mut monitor = server
        .path()
        .request::<()>("POST /x")
        .start()
        .await
        .unwrap();
    assert_eq!(monitor.url(), None);
    assert!(monitor.wait().await.unwrap().is_done());
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn another_process_watches_on() {
    let replies: [Reply; 3] = [
        json(200, r#"{"status":"running"}"#).into(),
        Reply::Reset,
        json(200, r#"{"status":"succeeded"}"#).into(),
    ];
    let server = Server::script(replies).await;
    let url = format!("{}/v1.0/operations/1", server.origin());
    let mut monitor = quick(Monitor::new(&server.client(), &url).unwrap());
    assert!(!monitor.status().await.unwrap().is_done());
    assert!(monitor.wait().await.is_ok());
}

#[tokio::test]
async fn a_monitor_is_not_asked_over_plain_http() {
    let server = Server::script::<Answer>([]).await;
    let mut monitor = quick(Monitor::new(&server.client(), "http://monitor.example/1").unwrap());
    let error = monitor.wait().await.unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::PlainHttp { .. })),
        "{error}"
    );
}
