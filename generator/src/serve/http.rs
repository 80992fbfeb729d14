//! A [`Service`] behind a socket.
//!
//! Comes in: a service and an address. Goes out: nothing until a signal ends it; then requests under way are answered.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::Response,
};
use tokio::{net::TcpListener, runtime, sync::watch, task, time};

use super::{
    LARGEST_BODY, Service,
    answer::{Answer, Ids, new_guid},
    too_large,
};

/// How long requests under way may take after a signal.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers requests until the process is told to stop; tells the address as soon as connections are accepted.
pub fn run(
    service: Service<'static>,
    address: SocketAddr,
    listening: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(serve(Arc::new(service), address, listening));
    runtime.shutdown_timeout(Duration::ZERO);
    result
}

async fn serve(
    service: Arc<Service<'static>>,
    address: SocketAddr,
    listening: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(());
    // From here on, a signal ends the service in order; who reads the address may send one.
    let signal = stop_signal()?;
    let listener = TcpListener::bind(address).await?;
    listening(listener.local_addr()?);
    let wait = async |mut stopped: watch::Receiver<()>| {
        // An error means that nobody can stop it anymore, which is the end as well.
        let _ = stopped.changed().await;
    };
    let app = Router::new().fallback(handle).with_state(service);
    let server = axum::serve(listener, app).with_graceful_shutdown(wait(stopped.clone()));
    let server = async { server.await };
    let patience = async {
        signal.await;
        let _ = stop.send(());
        // Connections that are kept open must not keep the process.
        time::sleep(PATIENCE).await;
    };
    tokio::select! {
        result = server => result,
        () = patience => Ok(()),
    }
}

async fn handle(State(service): State<Arc<Service<'static>>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let request = new_guid();
        let ids = Ids {
            client: request.clone(),
            request,
        };
        return response(too_large().answer(&ids));
    };
    let target = head.uri.path_and_query().map_or("/", |it| it.as_str());
    let method = head.method.as_str();
    let answer = || service.handle(method, target, &head.headers, &body);
    let answer = if service.may_wait(method) {
        task::block_in_place(answer)
    } else {
        answer()
    };
    if !answer.delay.is_zero() {
        time::sleep(answer.delay).await;
    }
    response(answer)
}

fn response(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let failed = |_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        response
    };
    response.body(answer.body.into()).unwrap_or_else(failed)
}

/// Waits for ctrl-c or for the signal of a process manager; heeds them from the call on, not only while it is waited for.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Waits for ctrl-c.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupted = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupted.recv().await;
    })
}
