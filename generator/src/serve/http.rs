//! A [`Service`] behind a socket.
//!
//! Comes in: a service and an address. Goes out: nothing until a signal ends it; then requests under way are answered.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::Response,
};
use tokio::{net, runtime, signal, task, time};

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
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    listening(listener.local_addr()?);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(serve(Arc::new(service), listener));
    runtime.shutdown_timeout(Duration::ZERO);
    result
}

async fn serve(service: Arc<Service<'static>>, listener: TcpListener) -> io::Result<()> {
    let listener = net::TcpListener::from_std(listener)?;
    let app = Router::new().fallback(handle).with_state(service);
    let server = axum::serve(listener, app).with_graceful_shutdown(stopped());
    tokio::select! {
        result = async { server.await } => result,
        // Connections that are kept open must not keep the process.
        () = async { stopped().await; time::sleep(PATIENCE).await } => Ok(()),
    }
}

async fn handle(State(service): State<Arc<Service<'static>>>, request: Request) -> Response<Body> {
    if let Some(latency) = service.failures().latency() {
        time::sleep(latency).await;
    }
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
    response(if service.may_wait(method) {
        task::block_in_place(answer)
    } else {
        answer()
    })
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

/// Waits for the signal to stop: ctrl-c, or that of a process manager.
async fn stopped() {
    let interrupted = async {
        // Without the handler, the signal ends the process anyway.
        let _ = signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
