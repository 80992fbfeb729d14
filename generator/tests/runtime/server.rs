//! A server that answers as it is told, and a client for it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration as StdDuration,
};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    time::{Duration, OffsetDateTime},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::runtime::{GraphClient, GraphClientOptions, Limits, Path};

/// What the server does when it was asked.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Sends this answer.
    Whole(Answer),
    /// Sends the headers of an answer and a part of its body, and ends the connection properly.
    Cut(Answer),
    /// Sends the headers of an answer and a part of its body, and resets the connection.
    Broken(Answer),
    /// Resets the connection instead of an answer.
    Reset,
    /// Answers nothing.
    Silent,
    /// Sends the headers of an answer and a part of its body, and no more.
    Stalled(Answer),
    /// Sends so many zeros, in pieces, with a length or without one.
    Zeros { count: u64, has_length: bool },
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: impl Into<String>) -> Answer {
    answer(status, body.into()).header("content-type", "application/json")
}

pub(crate) fn answer(status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

impl Answer {
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn head(&self, length: &str) -> String {
        let mut head = format!("HTTP/1.1 {} -\r\n{length}", self.status);
        for (name, value) in &self.headers {
            head = head + name + ": " + value + "\r\n";
        }
        head + "\r\n"
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Whole(answer)
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A server, until it is dropped with the runtime of the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Answers with one reply after the other; when there is none left, with status 418.
    pub(crate) async fn script<R: Into<Reply>>(replies: impl IntoIterator<Item = R>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().map(Into::into).collect();
        Self::start(move |_, at| replies.get(at).cloned().unwrap_or(answer(418, "").into())).await
    }

    /// Answers as `decide` says, which is told the request and the number of those before it.
    pub(crate) async fn start(
        decide: impl Fn(&Received, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (log, decide) = (received.clone(), Arc::new(decide));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, decide) = (log.clone(), decide.clone());
                tokio::spawn(async move { serve(stream, &log, &*decide).await });
            }
        });
        Self { port, received }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Method and target of all requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.received().into_iter();
        lines
            .map(|request| format!("{} {}", request.method, request.target))
            .collect()
    }

    /// A client for this server, with small limits.
    pub(crate) fn client(&self) -> GraphClient {
        self.client_with(|_| {})
    }

    pub(crate) fn client_with(&self, change: impl FnOnce(&mut GraphClientOptions)) -> GraphClient {
        self.client_as(Credential::new(Duration::hours(1)), change)
    }

    pub(crate) fn client_as(
        &self,
        credential: Arc<Credential>,
        change: impl FnOnce(&mut GraphClientOptions),
    ) -> GraphClient {
        let mut options = GraphClientOptions {
            endpoint: Some(format!("{}/v1.0", self.origin())),
            allow_plain_http_to_loopback: true,
            limits: quick(),
            ..GraphClientOptions::default()
        };
        change(&mut options);
        GraphClient::new(credential, Some(options)).unwrap()
    }

    pub(crate) fn path(&self) -> Path {
        Path::new(&self.client())
    }
}

/// Limits that keep a test short.
pub(crate) fn quick() -> Limits {
    Limits {
        max_retries: 3,
        first_delay: Duration::milliseconds(1),
        max_delay: Duration::milliseconds(5),
        ..Limits::default()
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Received>>,
    decide: &(dyn Fn(&Received, usize) -> Reply + Send + Sync),
) {
    while let Some(request) = receive(&mut stream).await {
        let at = {
            let mut log = log.lock().unwrap();
            log.push(request.clone());
            log.len() - 1
        };
        // A client that went away is no error of the server.
        if send(&mut stream, decide(&request, at)).await.is_none() {
            return;
        }
    }
}

/// Reads one request; `None` at the end of the connection.
async fn receive(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut request = lines.next()?.split(' ').map(str::to_owned);
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received {
        method: request.next()?,
        target: request.next()?,
        headers,
        body,
    })
}

/// Answers; `None` if the connection is to end.
async fn send(stream: &mut TcpStream, reply: Reply) -> Option<()> {
    let length = |length: u64| format!("content-length: {length}\r\n");
    match reply {
        Reply::Whole(answer) => {
            let mut bytes = answer.head(&length(answer.body.len() as u64)).into_bytes();
            bytes.extend(answer.body);
            stream.write_all(&bytes).await.ok()
        }
        Reply::Cut(answer) => {
            send_part(stream, &answer).await?;
            None
        }
        Reply::Broken(answer) => {
            send_part(stream, &answer).await?;
            // So that the client has read the headers.
            tokio::time::sleep(StdDuration::from_millis(10)).await;
            stream.set_zero_linger().ok()?;
            None
        }
        Reply::Reset => {
            stream.set_zero_linger().ok()?;
            None
        }
        Reply::Stalled(answer) => {
            send_part(stream, &answer).await?;
            std::future::pending::<()>().await;
            None
        }
        Reply::Silent => {
            std::future::pending::<()>().await;
            None
        }
        Reply::Zeros { count, has_length } => {
            let length = if has_length {
                length(count)
            } else {
                "connection: close\r\n".to_owned()
            };
            let head = answer(200, "").head(&length);
            stream.write_all(head.as_bytes()).await.ok()?;
            let piece = vec![0; 1 << 20];
            let mut left = count;
            while left > 0 {
                let size = left.min(piece.len() as u64);
                stream.write_all(&piece[..size as usize]).await.ok()?;
                left -= size;
            }
            has_length.then_some(())
        }
    }
}

/// Sends an answer that promises more than comes.
async fn send_part(stream: &mut TcpStream, answer: &Answer) -> Option<()> {
    let length = answer.body.len() + 100;
    let head = answer.head(&format!("content-length: {length}\r\n"));
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&answer.body).await.ok()
}

/// Gives tokens, each of which is another one: `token-1`, `token-2`.
#[derive(Debug)]
pub(crate) struct Credential {
    /// How long each of them is good.
    lifetime: Duration,
    /// How many were asked for.
    asked: AtomicUsize,
}

impl Credential {
    pub(crate) fn new(lifetime: Duration) -> Arc<Self> {
        Arc::new(Self {
            lifetime,
            asked: AtomicUsize::new(0),
        })
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TokenCredential for Credential {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let end = OffsetDateTime::now_utc() + self.lifetime;
        Ok(AccessToken::new(format!("token-{number}"), end))
    }
}
