//! The language server: findings while somebody types, with the rest of the docs in memory.
//!
//! Comes in: a connection to an editor, and a way to read the docs. Goes out: diagnostics, hovers, definitions and repairs.
//! At a keystroke, the page alone is read and checked anew, against everything else as it was compiled last; when typing
//! rests, everything is compiled in the background, with the texts of the editor in the place of the files.
//! Invariants: the editor's files are never written; a document that cannot be read ends in a message, not in the end of
//! the server. Protocol: Language Server Protocol 3.17.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use gen_lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionParams, DefinitionParams,
    Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    HoverParams, InitializeParams, MessageType, PositionEncodingKind, PublishDiagnosticsParams,
    ServerCapabilities, ShowMessageParams, TextDocumentContentChangeEvent,
    TextDocumentPositionParams, TextDocumentSyncKind, Uri, WorkspaceFolders,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};

mod answers;
mod desk;
mod position;

use crate::{
    docs::DocsTree,
    lint::{Finding, Subject, World, run, settings::Settings},
    span::ByteRange,
    vocabulary::Vocabulary,
};
use desk::Desk;
use position::Encoding;

/// So long typing has to rest before everything is compiled anew.
const REST: Duration = Duration::from_millis(400);

/// What the docs are, as they lie on disk.
#[derive(Debug)]
pub struct Source {
    /// The documents.
    pub tree: DocsTree,
    /// The words of their pages.
    pub vocabulary: Vocabulary,
    /// Which rules apply.
    pub settings: Settings,
}

/// A way to read the docs; comes in: the folder that the editor has open. The error is for people.
pub type Read = Arc<dyn Fn(Option<&Path>) -> Result<Source, String> + Send + Sync>;

/// Why a conversation broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The other side does not speak the protocol, or is gone.
    #[error("the editor broke off: {0}")]
    Protocol(#[from] lsp_server::ProtocolError),
    /// A message has another form than the protocol says.
    #[error("the editor sent what is no message of the protocol: {0}")]
    Form(#[from] serde_json::Error),
    /// Nobody listens any more.
    #[error("the editor is gone")]
    Gone,
}

/// Everything compiled, and what was found.
struct Compiled {
    subject: Subject,
    settings: Settings,
    findings: Vec<Finding>,
}

/// A text in the editor.
#[derive(Clone, Debug)]
struct Open {
    version: i32,
    text: Arc<str>,
}

/// One conversation.
struct Session<'c> {
    connection: &'c Connection,
    read: Read,
    root: Option<PathBuf>,
    encoding: Encoding,
    /// The texts in the editor, by their files.
    open: HashMap<PathBuf, Open>,
    /// When everything is to be compiled anew.
    due: Option<Instant>,
    /// What is being compiled.
    compiling: Option<mpsc::Receiver<Result<Compiled, String>>>,
}

/// Why a session needs another desk.
enum Next {
    Compiled(Box<Compiled>),
    Exit,
}

/// Speaks with an editor until it says goodbye.
pub fn serve(connection: &Connection, read: Read) -> Result<(), Error> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams = serde_json::from_value(params)?;
    let encoding = encoding(&params.capabilities);
    let answer = serde_json::json!({
        "capabilities": capabilities(encoding),
        "serverInfo": { "name": "docwright", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer)?;
    let mut session = Session {
        connection,
        read,
        root: root(&params),
        encoding,
        open: HashMap::new(),
        due: None,
        compiling: None,
    };
    let mut compiled = session.compile_now()?;
    loop {
        let here = session.root.clone().unwrap_or_default();
        let world = World::new(&compiled.subject, &here);
        let desk = Desk::new(world, &compiled.settings, &compiled.findings);
        match session.work(desk)? {
            Next::Compiled(new) => compiled = *new,
            Next::Exit => return Ok(()),
        }
    }
}

/// UTF-8 where the editor knows it, else what every editor knows.
fn encoding(capabilities: &ClientCapabilities) -> Encoding {
    let general = capabilities.general.as_ref();
    let offered = general.and_then(|it| it.position_encodings.as_ref());
    let knows_bytes = offered.is_some_and(|it| it.contains(&PositionEncodingKind::UTF8));
    if knows_bytes {
        Encoding::Utf8
    } else {
        Encoding::Utf16
    }
}

fn capabilities(encoding: Encoding) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
        }),
        text_document_sync: Some(TextDocumentSyncKind::Full.into()),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![
                    CodeActionKind::QuickFix,
                    CodeActionKind::SourceFixAll,
                ]),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        ..ServerCapabilities::default()
    }
}

/// The folder that the editor has open.
fn root(params: &InitializeParams) -> Option<PathBuf> {
    #[expect(
        deprecated,
        reason = "editors that know no workspace folders say it so"
    )]
    let uri = params.root_uri.clone();
    let folders = match &params.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => folders.as_slice(),
        Some(WorkspaceFolders::Null) | None => &[],
    };
    let first = folders.first().map(|folder| folder.uri.clone());
    position::path(&first.or(uri)?)
}

impl Session<'_> {
    /// Compiles everything and waits for it; what is wrong, the editor is told.
    fn compile_now(&mut self) -> Result<Compiled, Error> {
        let compiled = compile(&self.read, self.root.as_deref(), &self.open);
        match compiled {
            Ok(compiled) => Ok(compiled),
            Err(message) => {
                self.complain(&message)?;
                Ok(Compiled {
                    subject: Subject::default(),
                    settings: Settings::default(),
                    findings: Vec::new(),
                })
            }
        }
    }

    /// Answers until everything was compiled anew, or the editor says goodbye.
    fn work(&mut self, mut desk: Desk) -> Result<Next, Error> {
        let open: Vec<_> = self.open.keys().cloned().collect();
        for path in open {
            self.check(&mut desk, &path)?;
        }
        loop {
            if let Some(compiled) = self.compiled()? {
                return Ok(Next::Compiled(Box::new(compiled)));
            }
            self.compile_if_due();
            let Some(message) = self.receive()? else {
                continue;
            };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(Next::Exit);
                    }
                    self.answer(&desk, request)?;
                }
                Message::Notification(notification) => self.note(&mut desk, notification)?,
                Message::Response(_) => {}
            }
        }
    }

    /// The next message; none, if something else is to be looked at first.
    fn receive(&self) -> Result<Option<Message>, Error> {
        let receiver = &self.connection.receiver;
        if self.due.is_none() && self.compiling.is_none() {
            return receiver.recv().map(Some).map_err(|_| Error::Gone);
        }
        let result = receiver.recv_timeout(Duration::from_millis(20));
        match result {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.is_timeout() => Ok(None),
            Err(_) => Err(Error::Gone),
        }
    }

    /// What was compiled in the background, if that is done.
    fn compiled(&mut self) -> Result<Option<Compiled>, Error> {
        let Some(receiver) = &self.compiling else {
            return Ok(None);
        };
        let result = match receiver.try_recv() {
            Ok(result) => result,
            Err(mpsc::TryRecvError::Empty) => return Ok(None),
            Err(mpsc::TryRecvError::Disconnected) => Err("compiling failed".to_owned()),
        };
        self.compiling = None;
        match result {
            Ok(compiled) => Ok(Some(compiled)),
            Err(message) => {
                self.complain(&message)?;
                Ok(None)
            }
        }
    }

    /// Begins to compile in the background, if typing rests and nothing is being compiled.
    fn compile_if_due(&mut self) {
        let is_due = self.due.is_some_and(|due| due <= Instant::now());
        if !is_due || self.compiling.is_some() {
            return;
        }
        self.due = None;
        let (sender, receiver) = mpsc::channel();
        let (read, root, open) = (self.read.clone(), self.root.clone(), self.open.clone());
        thread::spawn(move || {
            // Nobody may be there any more to hear of it.
            let _ = sender.send(compile(&read, root.as_deref(), &open));
        });
        self.compiling = Some(receiver);
    }

    /// Takes note of what happens to texts in the editor.
    fn note(&mut self, desk: &mut Desk, notification: Notification) -> Result<(), Error> {
        let Notification { method, params } = notification;
        match method.as_str() {
            "textDocument/didOpen" => {
                let params: DidOpenTextDocumentParams = serde_json::from_value(params)?;
                let document = params.text_document;
                self.changed(desk, &document.uri, document.version, &document.text)
            }
            "textDocument/didChange" => {
                let params: DidChangeTextDocumentParams = serde_json::from_value(params)?;
                let document = params.text_document;
                let Some(change) = params.content_changes.into_iter().next_back() else {
                    return Ok(());
                };
                let text = match change {
                    TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(it) => {
                        it.text
                    }
                    // The server asked for whole texts.
                    TextDocumentContentChangeEvent::TextDocumentContentChangePartial(_) => {
                        return Ok(());
                    }
                };
                let uri = document.text_document_identifier.uri;
                self.changed(desk, &uri, document.version, &text)
            }
            "textDocument/didClose" => {
                let params: DidCloseTextDocumentParams = serde_json::from_value(params)?;
                let uri = params.text_document.uri;
                let Some(path) = position::path(&uri) else {
                    return Ok(());
                };
                self.open.remove(&path);
                if let Some(at) = desk.page(&path) {
                    desk.close(at);
                }
                self.due = Some(Instant::now());
                self.publish(uri, None, Vec::new())
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.due = Some(Instant::now());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A text in the editor is new or other than before.
    fn changed(
        &mut self,
        desk: &mut Desk,
        uri: &Uri,
        version: i32,
        text: &str,
    ) -> Result<(), Error> {
        let Some(path) = position::path(uri) else {
            return Ok(());
        };
        let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(text).into();
        let is_new = self
            .open
            .insert(
                path.clone(),
                Open {
                    version,
                    text: text.clone(),
                },
            )
            .is_none();
        // A page that is opened as it lies on disk is compiled already.
        let is_as_compiled = is_new
            && desk
                .page(&path)
                .is_some_and(|at| *desk.world.files.get(at.file).text == *text);
        if !is_as_compiled {
            self.due = Some(Instant::now() + REST);
        }
        self.check(desk, &path)
    }

    /// Checks a page as it is now, and tells the editor.
    fn check(&self, desk: &mut Desk, path: &Path) -> Result<(), Error> {
        let (Some(open), Some(at)) = (self.open.get(path), desk.page(path)) else {
            return Ok(());
        };
        desk.change(at, open.text.clone());
        let diagnostics = answers::diagnostics(desk, at, self.encoding);
        match position::uri(path) {
            Some(uri) => self.publish(uri, Some(open.version), diagnostics),
            None => Ok(()),
        }
    }

    fn publish(
        &self,
        uri: Uri,
        version: Option<i32>,
        diagnostics: Vec<Diagnostic>,
    ) -> Result<(), Error> {
        let params = PublishDiagnosticsParams::new(uri, version, diagnostics);
        self.notify("textDocument/publishDiagnostics", params)
    }

    /// Shows a message to whoever sits before the editor.
    fn complain(&self, message: &str) -> Result<(), Error> {
        let params = ShowMessageParams {
            kind: MessageType::Error,
            message: format!("docwright: {message}"),
        };
        self.notify("window/showMessage", params)
    }

    fn notify(&self, method: &str, params: impl serde::Serialize) -> Result<(), Error> {
        let notification = Notification::new(method.to_owned(), params);
        let sent = self.connection.sender.send(notification.into());
        sent.map_err(|_| Error::Gone)
    }

    /// Answers a request; with nothing, where there is nothing to say.
    fn answer(&self, desk: &Desk, request: Request) -> Result<(), Error> {
        let id = request.id.clone();
        let response = match self.result(desk, request) {
            Ok(Some(result)) => Response::new_ok(id, result),
            Ok(None) => {
                let code = ErrorCode::MethodNotFound as i32;
                Response::new_err(id, code, "the server does not know this request".to_owned())
            }
            Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
        };
        let sent = self.connection.sender.send(response.into());
        sent.map_err(|_| Error::Gone)
    }

    /// The result of a request, if the server knows what it asks for.
    fn result(
        &self,
        desk: &Desk,
        request: Request,
    ) -> Result<Option<serde_json::Value>, serde_json::Error> {
        let encoding = self.encoding;
        let cursor = |place: &TextDocumentPositionParams| {
            let at = desk.page(&position::path(&place.text_document.uri)?)?;
            let now = desk.now(at)?;
            Some((at, encoding.offset(&now.page.text, place.position)))
        };
        Ok(Some(match request.method.as_str() {
            "textDocument/hover" => {
                let params: HoverParams = serde_json::from_value(request.params)?;
                let cursor = cursor(&params.text_document_position_params);
                let hover =
                    cursor.and_then(|(at, offset)| answers::hover(desk, at, offset, encoding));
                serde_json::to_value(hover)?
            }
            "textDocument/definition" => {
                let params: DefinitionParams = serde_json::from_value(request.params)?;
                let cursor = cursor(&params.text_document_position_params);
                let found =
                    cursor.and_then(|(at, offset)| answers::definition(desk, at, offset, encoding));
                serde_json::to_value(found)?
            }
            "textDocument/codeAction" => {
                let params: CodeActionParams = serde_json::from_value(request.params)?;
                let start = TextDocumentPositionParams::new(
                    params.text_document.clone(),
                    params.range.start,
                );
                let end = TextDocumentPositionParams::new(params.text_document, params.range.end);
                let range = cursor(&start).zip(cursor(&end));
                let actions = range.map(|((at, start), (_, end))| {
                    answers::actions(desk, at, ByteRange::new(start, end), encoding)
                });
                serde_json::to_value(actions.unwrap_or_default())?
            }
            _ => return Ok(None),
        }))
    }
}

/// Reads the docs, puts the texts of the editor in the place of the files, compiles and checks everything.
fn compile(
    read: &Read,
    root: Option<&Path>,
    open: &HashMap<PathBuf, Open>,
) -> Result<Compiled, String> {
    let Source {
        mut tree,
        vocabulary,
        mut settings,
    } = read(root)?;
    for (version, docs) in &mut tree.versions {
        let folder = tree.folders.get(version);
        for page in &mut docs.pages {
            let location = folder.map(|folder| folder.join(&*page.path));
            if let Some(open) = location.and_then(|it| open.get(&it)) {
                page.text = open.text.clone();
            }
        }
    }
    let subject = Subject::prepared(tree, vocabulary, &mut settings);
    let subject = subject.map_err(|error| error.to_string())?;
    let world = World::new(&subject, root.unwrap_or(Path::new("")));
    let findings = run::run(&world, &settings, None).findings;
    Ok(Compiled {
        subject,
        settings,
        findings,
    })
}
