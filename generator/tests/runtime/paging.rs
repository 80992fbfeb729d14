//! Collections in pages, and what changed since.

use futures::{StreamExt, TryStreamExt};

use crate::{
    runtime::{Change, DeltaPager, Extra, Fault, GraphErrorExt, Page},
    server::{Answer, Reply, Server, answer, json},
};

/// A page with one item, and a link to the next one.
fn page(item: usize, next: &str) -> Answer {
    json(
        200,
        format!(r#"{{"value":[{item}],"@odata.nextLink":"{next}"}}"#),
    )
}

fn last(item: usize) -> Answer {
    json(200, format!(r#"{{"value":[{item}]}}"#))
}

async fn items(server: &Server) -> azure_core::Result<Vec<usize>> {
    let request = server.path().request::<Page<i64>>("GET /n");
    let items: Vec<_> = request
        .header("Prefer", "odata.maxpagesize=1")
        .into_pager()
        .try_collect()
        .await?;
    Ok(items
        .into_iter()
        .map(|item| usize::try_from(item).unwrap())
        .collect())
}

#[tokio::test]
async fn headers_are_sent_for_each_page() {
    let server = Server::script([page(0, "?$skiptoken=a"), last(1)]).await;
    assert_eq!(items(&server).await.unwrap(), [0, 1]);
    assert_eq!(server.lines()[1], "GET /v1.0/n?$skiptoken=a");
    let received = server.received();
    assert!(
        received
            .iter()
            .all(|request| request.header("prefer").is_some())
    );
}

#[tokio::test]
async fn a_failure_between_pages_is_overcome() {
    let failures: [Reply; 5] = [
        Reply::Reset,
        Reply::Cut(page(1, "?b")),
        Reply::Broken(page(1, "?b")),
        answer(500, "").into(),
        answer(429, "").header("retry-after", "0").into(),
    ];
    for failure in failures {
        let server = Server::script([
            page(0, "?a").into(),
            failure,
            page(1, "?b").into(),
            last(2).into(),
        ])
        .await;
        assert_eq!(items(&server).await.unwrap(), [0, 1, 2]);
    }
}

#[tokio::test]
async fn a_failure_that_stays_is_an_error() {
    for failure in [
        Reply::Reset,
        Reply::Cut(last(1)),
        Reply::Whole(answer(503, "")),
    ] {
        let server = Server::start(move |_, at| {
            if at == 0 {
                page(0, "?a").into()
            } else {
                failure.clone()
            }
        })
        .await;
        assert!(items(&server).await.is_err());
        assert_eq!(server.received().len(), 5);
    }
}

#[tokio::test]
async fn a_page_that_is_none_is_an_error() {
    for body in ["<html>", "", r#"{"value":[1"#, "[]", r#"{"value":7}"#] {
        let server = Server::script([page(0, "?a"), json(200, body)]).await;
        let error = items(&server).await.unwrap_err();
        assert!(error.fault().is_some(), "{body}: {error}");
    }
}

#[tokio::test]
async fn circles_end() {
    // To itself; there and back; and around.
    for links in [vec!["?a", "?a"], vec!["?a", "?b", "?a"], vec!["/v1.0/n"]] {
        let server = Server::start(move |_, at| page(at, links[at % links.len()]).into()).await;
        let error = items(&server).await.unwrap_err();
        assert!(
            matches!(error.fault(), Some(Fault::LinkLoop { .. })),
            "{error}"
        );
        assert!(server.received().len() <= 3);
    }
}

#[tokio::test]
async fn other_origins_get_nothing() {
    let other = Server::start(|_, _| last(1).into()).await;
    let port = format!("//127.0.0.1:{}/v1.0/n", other.port);
    let userinfo = format!("http://graph@127.0.0.1:{}/v1.0/n", other.port);
    for link in [
        &other.origin(),
        &port,
        &userinfo,
        "https://127.0.0.1/v1.0/n",
        "file:///etc/passwd",
    ] {
        let server = Server::script([page(0, link)]).await;
        let error = items(&server).await.unwrap_err();
        assert!(
            matches!(error.fault(), Some(Fault::ForeignOrigin { .. })),
            "{link}: {error}"
        );
    }
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn a_link_that_is_none_is_an_error() {
    let server = Server::script([page(0, "http://[")]).await;
    let error = items(&server).await.unwrap_err();
    assert!(matches!(error.fault(), Some(Fault::Link { .. })), "{error}");
}

#[tokio::test]
async fn another_process_reads_on() {
    let server = Server::script([page(0, "?a"), page(1, "?b"), last(1), last(2)]).await;
    let request = || server.path().request::<Page<i64>>("GET /n");
    let mut pages = request().into_pager().into_pages();
    pages.try_next().await.unwrap();
    let continuation = pages.continuation().unwrap().clone();
    drop(pages);
    let rest = request()
        .into_pager_at(continuation)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    assert_eq!(rest, [1, 1]);
    assert_eq!(server.lines()[1..], ["GET /v1.0/n?a", "GET /v1.0/n?b"]);
}

#[tokio::test]
async fn a_delta_tells_changed_from_removed_and_where_to_go_on() {
    let server = Server::start(|request, _| {
        let origin = format!("http://{}", request.header("host").unwrap());
        let body = match request.target.as_str() {
            "/v1.0/users/delta?$select=id" => format!(
                r#"{{"value":[{{"id":"1","name":"A"}}],"@odata.nextLink":"{origin}/v1.0/users/delta?$skiptoken=s"}}"#
            ),
            "/v1.0/users/delta?$skiptoken=s" => format!(
                r#"{{"value":[{{"id":"2","@removed":{{"reason":"deleted"}},"x":1}},{{"id":"3"}}],
                "@odata.deltaLink":"{origin}/v1.0/users/delta?$deltatoken=d"}}"#
            ),
            "/v1.0/users/delta?$deltatoken=d" => format!(
                r#"{{"value":[],"@odata.deltaLink":"{origin}/v1.0/users/delta?$deltatoken=e"}}"#
            ),
            other => panic!("{other}"),
        };
        json(200, body).into()
    })
    .await;
    let request = || {
        server
            .path()
            .request::<Page<Extra>>("GET /users/delta")
            .select(["id"])
    };
    let mut pager = request().into_delta();
    let mut changes = Vec::new();
    while let Some(change) = pager.try_next().await.unwrap() {
        assert_eq!(pager.delta_link(), None);
        changes.push(match change {
            Change::Changed(item) => item.get::<String>("id").unwrap(),
            Change::Removed(removed) => {
                assert_eq!(removed.extra.raw("x"), Some("1"));
                format!("{} {:?}", removed.id, removed.reason)
            }
        });
    }
    assert_eq!(changes, ["1", "2 Some(\"deleted\")", "3"]);

    let link = pager.delta_link().unwrap();
    let mut pager = request().into_delta_at(&link);
    assert!(pager.next().await.is_none());
    assert!(pager.delta_link().unwrap().ends_with("$deltatoken=e"));
}

#[tokio::test]
async fn a_stored_delta_link_gets_the_token_only_at_home() {
    let other = Server::start(|_, _| last(1).into()).await;
    let server = Server::script::<Answer>([]).await;
    let request = server.path().request::<Page<Extra>>("GET /users/delta");
    let mut pager: DeltaPager<_> = request.into_delta_at(&format!(
        "{}/v1.0/users/delta?$deltatoken=d",
        other.origin()
    ));
    let error = pager.try_next().await.unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::ForeignOrigin { .. })),
        "{error}"
    );
    assert!(pager.next().await.is_none());
    assert_eq!(pager.delta_link(), None);
    assert!(other.received().is_empty());
}

#[tokio::test]
async fn a_delta_link_that_is_too_old_is_an_error_with_advice() {
    let gone = r#"{"error":{"code":"resyncRequired","message":"Resync required."}}"#;
    let server = Server::script([json(410, gone)]).await;
    let request = server.path().request::<Page<Extra>>("GET /users/delta");
    let error = request.into_delta().try_next().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("begin with a request without one"),
        "{error}"
    );
}
