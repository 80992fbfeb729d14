//! What a tracer is told.

use std::{
    any::Any,
    borrow::Cow,
    sync::{Arc, Mutex},
};

use azure_core::{
    http::{Context, Request},
    tracing::{
        AsAny, Attribute, AttributeValue, Span, SpanGuard, SpanKind, SpanStatus, Tracer,
        TracerProvider,
    },
};

use crate::{
    runtime::Path,
    server::{Server, answer, json},
};

/// Remembers what its spans are called.
#[derive(Clone, Debug, Default)]
struct Names(Arc<Mutex<Vec<String>>>);

impl TracerProvider for Names {
    fn get_tracer(
        &self,
        _namespace: Option<&'static str>,
        _crate_name: &'static str,
        _crate_version: Option<&'static str>,
    ) -> Arc<dyn Tracer> {
        Arc::new(self.clone())
    }
}

impl Tracer for Names {
    fn start_span(
        &self,
        name: Cow<'static, str>,
        kind: SpanKind,
        _attributes: Vec<Attribute>,
    ) -> Arc<dyn Span> {
        self.0.lock().unwrap().push(format!("{kind:?} {name}"));
        Arc::new(Nothing)
    }

    fn start_span_with_parent(
        &self,
        name: Cow<'static, str>,
        kind: SpanKind,
        attributes: Vec<Attribute>,
        _parent: Arc<dyn Span>,
    ) -> Arc<dyn Span> {
        self.start_span(name, kind, attributes)
    }

    fn namespace(&self) -> Option<&'static str> {
        None
    }
}

/// A span of which nothing is kept.
struct Nothing;

impl AsAny for Nothing {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl SpanGuard for Nothing {
    fn end(self) {}
}

impl Span for Nothing {
    fn is_recording(&self) -> bool {
        false
    }

    fn span_id(&self) -> [u8; 8] {
        [0; 8]
    }

    fn end(&self) {}

    fn set_status(&self, _status: SpanStatus) {}

    fn set_attribute(&self, _key: &'static str, _value: AttributeValue) {}

    fn record_error(&self, _error: &dyn std::error::Error) {}

    fn set_current(&self, _context: &Context) -> Box<dyn SpanGuard> {
        Box::new(Self)
    }

    fn propagate_headers(&self, _request: &mut Request) {}
}

#[tokio::test]
async fn a_request_is_a_span_and_so_is_each_attempt() {
    let server = Server::script([answer(500, ""), json(200, "true")]).await;
    let names = Names::default();
    let client = server.client_with(|options| {
        let instrumentation = &mut options.client_options.instrumentation;
        instrumentation.tracer_provider = Some(Arc::new(names.clone()));
    });
    let request = Path::new(&client)
        .with("adele")
        .request::<bool>("GET /users/{id}");
    assert!(request.await.unwrap());
    // The name of the outer one tells no user from another.
    let names = names.0.lock().unwrap();
    assert_eq!(names[0], "Internal GET /users/{id}");
    assert_eq!(names.len(), 3, "{names:?}");
}
