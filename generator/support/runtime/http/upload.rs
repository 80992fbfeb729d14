//! Large files, piece by piece (upload sessions).
//!
//! Invariant: the URL of a session is its own permission; the token is never sent there.

use std::{
    fmt,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use azure_core::{
    Bytes,
    error::ErrorKind,
    http::{
        Context, Method, RawResponse, StatusCode, Url,
        headers::{CONTENT_TYPE, HeaderName},
    },
    time::{OffsetDateTime, parse_rfc3339},
};
use futures::{AsyncRead, AsyncReadExt};

use super::{Answer, Extra, Fault, GraphClient, Json, Response, client::Rules, fault::join};

/// All pieces but the last must have a multiple of this size.
const UNIT: usize = 320 << 10;

/// No piece may be larger than this.
const MAX_PIECE: usize = 60 << 20;

/// How often a session may ask for the same bytes.
const MAX_STANDSTILL: u32 = 3;

/// Uploads a large file to an upload session.
///
/// Create the session by an operation of the service, and hand over its `uploadUrl`. A piece that was not taken up, or
/// lost on the way, is sent again; if that does not help either, [`resume`](Self::resume) goes on later, also in another
/// process.
///
/// ```ignore
/// let session = item.create_upload_session(&body).await?;
/// let url = session.upload_url.unwrap_or_default();
/// let mut upload = LargeFileUpload::new(&client, &url)?.on_progress(|sent, size| println!("{sent} of {size}"));
/// let item: models::DriveItem = upload.send(file, size).await?.into_model()?;
/// ```
pub struct LargeFileUpload {
    client: GraphClient,
    url: Url,
    piece_size: usize,
    /// Never locked: the mutex lets an upload be shared between threads, whatever the function does.
    progress: Mutex<Box<dyn FnMut(u64, u64) + Send>>,
}

/// What an upload session waits for.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UploadStatus {
    /// When the session ends.
    pub expires: Option<OffsetDateTime>,
    /// The ranges that are missing, from the first byte to the one after the last, if that is known.
    pub missing: Vec<(u64, Option<u64>)>,
}

impl LargeFileUpload {
    /// An upload to the session with this `uploadUrl`.
    pub fn new(client: &GraphClient, upload_url: &str) -> azure_core::Result<Self> {
        Ok(Self {
            client: client.clone(),
            url: join(client.url(), upload_url)?,
            piece_size: 16 * UNIT,
            progress: Mutex::new(Box::new(|_, _| {})),
        })
    }

    /// Sets the size of a piece, which is held in memory: 5 MiB at first. It is made a multiple of 320 KiB, from one of
    /// them to 60 MiB.
    #[must_use]
    pub fn piece_size(mut self, bytes: usize) -> Self {
        self.piece_size = (bytes / UNIT).clamp(1, MAX_PIECE / UNIT) * UNIT;
        self
    }

    /// Calls `report` after each piece with the number of bytes that the service has, and that of all.
    #[must_use]
    pub fn on_progress(mut self, report: impl FnMut(u64, u64) + Send + 'static) -> Self {
        self.progress = Mutex::new(Box::new(report));
        self
    }

    /// Uploads `size` bytes from `content`. The answer is that to the last piece, which mostly is the new item.
    pub async fn send<T: Answer>(
        &mut self,
        content: impl AsyncRead + Unpin + Send,
        size: u64,
    ) -> azure_core::Result<Response<T>> {
        let mut source = Source::new(Box::new(content), size);
        self.transfer(&mut source, 0).await.map(Response::from)
    }

    /// Uploads what an earlier upload left; `content` is the same, from its beginning.
    pub async fn resume<T: Answer>(
        &mut self,
        content: impl AsyncRead + Unpin + Send,
        size: u64,
    ) -> azure_core::Result<Response<T>> {
        let start = self.start_of_missing(0).await?;
        let mut source = Source::new(Box::new(content), size);
        self.transfer(&mut source, start).await.map(Response::from)
    }

    /// Asks the session what is missing.
    pub async fn status(&self) -> azure_core::Result<UploadStatus> {
        let mut request = azure_core::http::Request::new(self.url.clone(), Method::Get);
        let raw = self.execute(&mut request).await?;
        Ok(read_status(&raw))
    }

    /// Ends the session; what was uploaded is thrown away.
    pub async fn cancel(self) -> azure_core::Result<()> {
        let mut request = azure_core::http::Request::new(self.url.clone(), Method::Delete);
        self.execute(&mut request).await.map(drop)
    }

    async fn execute(
        &self,
        request: &mut azure_core::http::Request,
    ) -> azure_core::Result<RawResponse> {
        let rules = Rules {
            anonymous: true,
            ..Rules::default()
        };
        self.client.execute(&Context::new(), request, rules).await
    }

    /// Sends one piece after the other, from `start` on.
    async fn transfer(
        &mut self,
        source: &mut Source<'_>,
        mut start: u64,
    ) -> azure_core::Result<RawResponse> {
        let size = source.size;
        let mut standstill = 0;
        loop {
            let (piece, range) = source.piece(start, self.piece_size).await?;
            let next = match self.put(piece, &range, size).await {
                Ok(raw) => match next_start(&raw, range.end) {
                    Some(next) if next < size => next,
                    _ if range.end == size => {
                        self.report(size, size);
                        return Ok(raw);
                    }
                    _ => return Err(stuck(start, "it takes the upload for whole before its end")),
                },
                // An earlier attempt arrived, but its answer was lost.
                Err(error)
                    if error.http_status() == Some(StatusCode::RequestedRangeNotSatisfiable) =>
                {
                    self.start_of_missing(range.end).await?
                }
                Err(error) => return Err(error),
            };
            standstill = if next == start { standstill + 1 } else { 0 };
            if standstill == MAX_STANDSTILL {
                return Err(stuck(
                    start,
                    "the service asks for the same bytes again and again",
                ));
            }
            self.report(next, size);
            start = next;
        }
    }

    fn report(&mut self, sent: u64, size: u64) {
        let progress = self.progress.get_mut();
        progress.unwrap_or_else(PoisonError::into_inner)(sent, size);
    }

    async fn put(
        &self,
        piece: Bytes,
        range: &Range<u64>,
        size: u64,
    ) -> azure_core::Result<RawResponse> {
        let mut request = azure_core::http::Request::new(self.url.clone(), Method::Put);
        request.insert_header(CONTENT_TYPE, "application/octet-stream");
        request.insert_header(
            HeaderName::from_static("content-range"),
            format!("bytes {}-{}/{size}", range.start, range.end - 1),
        );
        request.set_body(piece);
        self.execute(&mut request).await
    }

    /// Where to go on, as the session says; `otherwise` if it does not.
    async fn start_of_missing(&self, otherwise: u64) -> azure_core::Result<u64> {
        let status = self.status().await?;
        Ok(status
            .missing
            .first()
            .map_or(otherwise, |(start, _)| *start))
    }
}

impl fmt::Debug for LargeFileUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the URL: who has it may upload.
        f.debug_struct("LargeFileUpload")
            .field("piece_size", &self.piece_size)
            .finish_non_exhaustive()
    }
}

/// What is uploaded; the piece that was read last is kept, in case that it has to be sent again.
struct Source<'c> {
    content: Box<dyn AsyncRead + Unpin + Send + 'c>,
    size: u64,
    piece: Bytes,
    /// Where the piece begins.
    start: u64,
}

impl<'c> Source<'c> {
    fn new(content: Box<dyn AsyncRead + Unpin + Send + 'c>, size: u64) -> Self {
        Self {
            content,
            size,
            piece: Bytes::new(),
            start: 0,
        }
    }

    /// The bytes from `start` on, at most `limit` of them, and their range.
    async fn piece(&mut self, start: u64, limit: usize) -> azure_core::Result<(Bytes, Range<u64>)> {
        if start >= self.size {
            return Err(stuck(
                start,
                "there are no bytes to upload; send an empty file as content",
            ));
        }
        if start < self.start {
            let problem =
                "it asks for bytes that are gone; resume with the content from its beginning";
            return Err(stuck(start, problem));
        }
        while start >= self.start + self.piece.len() as u64 {
            self.start += self.piece.len() as u64;
            let length = (self.size - self.start).min(limit as u64) as usize;
            self.piece = self.read(length).await?;
        }
        let rest = self.piece.slice((start - self.start) as usize..);
        let end = start + rest.len() as u64;
        Ok((rest, start..end))
    }

    async fn read(&mut self, length: usize) -> azure_core::Result<Bytes> {
        let mut piece = vec![0; length];
        self.content.read_exact(&mut piece).await.map_err(|error| {
            let message = format!("the content cannot be read up to byte {}", self.size);
            azure_core::Error::with_error(ErrorKind::Io, error, message)
        })?;
        Ok(piece.into())
    }
}

fn stuck(received: u64, problem: &'static str) -> azure_core::Error {
    Fault::Stuck { received, problem }.into()
}

/// Where the session wants to go on after a piece that ended at `end`; `None` if it has all.
fn next_start(raw: &RawResponse, end: u64) -> Option<u64> {
    match read_status(raw).missing.first() {
        Some((start, _)) => Some(*start),
        None if raw.status() == StatusCode::Accepted => Some(end),
        None => None,
    }
}

/// Services write the names of the members in both ways.
fn read_status(raw: &RawResponse) -> UploadStatus {
    let body = std::str::from_utf8(raw.body()).unwrap_or_default();
    let session = Extra::from_json(body).unwrap_or_default();
    let ranges = session
        .get::<Vec<String>>("nextExpectedRanges")
        .or_else(|| session.get("NextExpectedRanges"));
    let expires = session
        .get::<String>("expirationDateTime")
        .or_else(|| session.get("ExpirationDateTime"));
    UploadStatus {
        expires: expires.and_then(|text| parse_rfc3339(&text).ok()),
        missing: ranges
            .iter()
            .flatten()
            .filter_map(|range| read_range(range))
            .collect(),
    }
}

/// Reads `10-19` or `10-`.
fn read_range(range: &str) -> Option<(u64, Option<u64>)> {
    let (start, last) = range.split_once('-').unwrap_or((range, ""));
    let end = last.trim().parse::<u64>().ok();
    Some((
        start.trim().parse().ok()?,
        end.and_then(|last| last.checked_add(1)),
    ))
}
