//! Large files.

use std::sync::{Arc, Mutex};

use azure_core::http::StatusCode;
use futures::io::Cursor;

use crate::{
    runtime::{Extra, Fault, GraphErrorExt, LargeFileUpload},
    server::{Answer, Received, Reply, Server, answer, json},
};

const UNIT: usize = 320 << 10;

/// Two and a half pieces, each byte of which tells where it is.
fn content() -> Vec<u8> {
    (0..UNIT * 5 / 2)
        .map(|at| (at / 1000 % 251) as u8)
        .collect()
}

fn upload(server: &Server) -> LargeFileUpload {
    let url = format!("{}/upload?key=k", server.origin());
    LargeFileUpload::new(&server.client(), &url)
        .unwrap()
        .piece_size(UNIT)
}

async fn send(server: &Server) -> azure_core::Result<Extra> {
    let size = content().len() as u64;
    upload(server)
        .send(Cursor::new(content()), size)
        .await?
        .into_model()
}

/// The range of a request, with the byte after the last as its end.
fn range(received: &Received) -> (usize, usize) {
    let range = received.header("content-range").unwrap();
    let (range, size) = range
        .strip_prefix("bytes ")
        .unwrap()
        .split_once('/')
        .unwrap();
    assert_eq!(size, content().len().to_string());
    let (start, last) = range.split_once('-').unwrap();
    (start.parse().unwrap(), last.parse::<usize>().unwrap() + 1)
}

/// A service that takes pieces; sometimes, `fail` has another answer, and says whether it took the piece.
struct Service {
    stored: Arc<Mutex<Vec<u8>>>,
    server: Server,
}

impl Service {
    async fn start(fail: impl Fn(usize) -> Option<(Reply, bool)> + Send + Sync + 'static) -> Self {
        let stored = Arc::new(Mutex::new(Vec::new()));
        let store = stored.clone();
        let server = Server::start(move |received, at| {
            let mut store = store.lock().unwrap();
            assert_eq!(received.header("authorization"), None);
            if received.method == "GET" {
                return missing(200, store.len()).into();
            }
            let (start, end) = range(received);
            assert_eq!(received.body.len(), end - start);
            let failure = fail(at);
            if failure.as_ref().is_none_or(|(_, is_stored)| *is_stored) {
                if start != store.len() {
                    return answer(416, "").into();
                }
                store.extend_from_slice(&received.body);
            }
            match failure {
                Some((reply, _)) => reply,
                None if store.len() == content().len() => json(201, r#"{"id":"7"}"#).into(),
                None => missing(202, store.len()).into(),
            }
        })
        .await;
        Self { stored, server }
    }

    fn is_whole(&self) -> bool {
        *self.stored.lock().unwrap() == content()
    }
}

fn missing(status: u16, start: usize) -> Answer {
    json(
        status,
        format!(
            r#"{{"expirationDateTime":"2030-01-01T00:00:00Z","nextExpectedRanges":["{start}-"]}}"#
        ),
    )
}

#[tokio::test]
async fn a_file_is_sent_in_pieces() {
    let service = Service::start(|_| None).await;
    let reports = Arc::new(Mutex::new(Vec::new()));
    let log = reports.clone();
    let mut upload = upload(&service.server)
        .on_progress(move |sent, size| log.lock().unwrap().push((sent, size)));
    let size = content().len() as u64;
    let response = upload
        .send::<Extra>(Cursor::new(content()), size)
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::Created);
    assert_eq!(
        response.into_model().unwrap().get::<String>("id").unwrap(),
        "7"
    );
    assert!(service.is_whole());
    let unit = UNIT as u64;
    assert_eq!(
        *reports.lock().unwrap(),
        [(unit, size), (2 * unit, size), (size, size)]
    );
    assert_eq!(service.server.lines()[0], "PUT /upload?key=k");
}

#[tokio::test]
async fn a_piece_that_was_lost_is_sent_again() {
    for failure in [
        Reply::Reset,
        answer(500, "").into(),
        answer(429, "").header("retry-after", "0").into(),
    ] {
        for is_stored in [false, true] {
            let failure = failure.clone();
            let service =
                Service::start(move |at| (at == 1).then(|| (failure.clone(), is_stored))).await;
            send(&service.server).await.unwrap();
            assert!(service.is_whole());
        }
    }
}

#[tokio::test]
async fn an_upload_goes_on_later() {
    let service = Service::start(|at| {
        (1..=4)
            .contains(&at)
            .then(|| (answer(503, "").into(), false))
    })
    .await;
    let error = send(&service.server).await.unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::ServiceUnavailable));
    let mut upload = upload(&service.server);
    let status = upload.status().await.unwrap();
    assert_eq!(status.missing, [(UNIT as u64, None)]);
    assert!(status.expires.is_some());
    upload
        .resume::<Extra>(Cursor::new(content()), content().len() as u64)
        .await
        .unwrap();
    assert!(service.is_whole());
}

#[tokio::test]
async fn a_session_that_stands_still_is_left() {
    let server = Server::start(|_, _| missing(202, 0).into()).await;
    let error = send(&server).await.unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::Stuck { received: 0, .. })),
        "{error}"
    );
    let server = Server::start(|_, _| json(200, "{}").into()).await;
    let error = send(&server).await.unwrap_err();
    assert!(
        matches!(error.fault(), Some(Fault::Stuck { .. })),
        "{error}"
    );
    // The end was lost, and the pieces before it are asked for again.
    let server = Server::start(|_, at| missing(202, [UNIT, 2 * UNIT, 0][at % 3]).into()).await;
    let error = send(&server).await.unwrap_err();
    assert!(error.to_string().contains("from its beginning"), "{error}");
}

#[tokio::test]
async fn the_size_must_be_right() {
    let service = Service::start(|_| None).await;
    let size = content().len() as u64;
    let short = upload(&service.server)
        .send::<Extra>(Cursor::new(&content()[1..]), size)
        .await;
    assert!(short.unwrap_err().to_string().contains("cannot be read"));
    let empty = upload(&service.server)
        .send::<Extra>(Cursor::new([]), 0)
        .await;
    assert!(
        empty
            .unwrap_err()
            .to_string()
            .contains("send an empty file as content")
    );
}

#[tokio::test]
async fn a_session_can_be_ended() {
    let server = Server::script([answer(204, ""), answer(404, "")]).await;
    upload(&server).cancel().await.unwrap();
    assert_eq!(server.lines(), ["DELETE /upload?key=k"]);
    assert!(
        upload(&server)
            .status()
            .await
            .unwrap_err()
            .graph()
            .is_some()
    );
}
