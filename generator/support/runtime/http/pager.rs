//! Collections that come in pages.

use std::{
    collections::HashSet,
    future::ready,
    hash::{DefaultHasher, Hash, Hasher},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    vec,
};

use azure_core::http::{
    ItemIterator, RawResponse, Url,
    pager::{Page as AzurePage, PagerContinuation, PagerOptions, PagerResult, PagerState},
};

use super::{
    Fault, Json, Page, Request, Response,
    delta::DeltaLink,
    fault::{join, shown},
    request::Draft,
};

/// A stream of all items of a collection; [`into_pages`](ItemIterator::into_pages) makes it one of pages.
pub type Pager<T> = ItemIterator<Page<T>>;

impl<T: Json + Send + 'static> AzurePage for Page<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_items<'f>(
        self,
    ) -> Pin<Box<dyn Future<Output = azure_core::Result<Self::IntoIter>> + Send + 'f>>
    where
        Self: 'f,
    {
        Box::pin(ready(Ok(self.value.into_iter())))
    }
}

impl<T: Json + Send + 'static> Request<Page<T>> {
    /// Reads all pages, one after the other, as the items are taken.
    ///
    /// A next link that leads to another origin than the client's is an error, since the token is not for others; so is
    /// one that leads back to a page that was read before. The headers of the request are sent for each page.
    pub fn into_pager(self) -> Pager<T> {
        pager(self.draft, None, DeltaLink::default())
    }

    /// Reads all pages from one on: what [`continuation`](ItemIterator::continuation) of a pager for the same request
    /// said earlier, perhaps in another process.
    pub fn into_pager_at(self, continuation: PagerContinuation) -> Pager<T> {
        pager(self.draft, Some(continuation), DeltaLink::default())
    }
}

/// A pager over the pages that begin with the answer to `draft`, or at `continuation`; it leaves the delta link of the
/// last one in `delta_link`.
pub(crate) fn pager<T: Json + Send + 'static>(
    draft: Draft,
    continuation: Option<PagerContinuation>,
    delta_link: DeltaLink,
) -> Pager<T> {
    let pages = Arc::new(Pages {
        draft,
        read: Mutex::default(),
        delta_link,
    });
    let options = PagerOptions {
        continuation,
        ..PagerOptions::default()
    };
    Pager::new(
        move |state, _| {
            let pages = pages.clone();
            Box::pin(async move {
                let (url, raw) = pages.fetch(state).await?;
                let response = Response::<Page<T>>::from(raw).into_model()?;
                let next = pages.next(&url, response.next_link.as_deref())?;
                pages.keep(response.delta_link.as_deref());
                Ok(match next {
                    Some(continuation) => PagerResult::More {
                        response,
                        continuation,
                    },
                    None => PagerResult::Done { response },
                })
            })
        },
        Some(options),
    )
}

/// What a pager knows.
struct Pages {
    draft: Draft,
    /// Fingerprints of the URLs that were read: links are long, and there may be many.
    read: Mutex<HashSet<u64>>,
    delta_link: DeltaLink,
}

impl Pages {
    async fn fetch(&self, state: PagerState) -> azure_core::Result<(Url, RawResponse)> {
        let url = match state {
            PagerState::Initial => self.draft.url()?,
            PagerState::More(continuation) => Url::try_from(continuation)?,
        };
        let response = self.draft.send_at(url.clone()).await?;
        Ok((url, response))
    }

    /// Where the page after the one at `url` is.
    fn next(&self, url: &Url, link: Option<&str>) -> Result<Option<PagerContinuation>, Fault> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(fingerprint(url));
        let Some(link) = link else {
            return Ok(None);
        };
        let next = join(url, link)?;
        if read.contains(&fingerprint(&next)) {
            return Err(Fault::LinkLoop { url: shown(&next) });
        }
        Ok(Some(PagerContinuation::Link(next)))
    }

    fn keep(&self, delta_link: Option<&str>) {
        if let Some(link) = delta_link {
            let mut kept = self
                .delta_link
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *kept = Some(link.to_owned());
        }
    }
}

fn fingerprint(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use azure_core::{
        credentials::{AccessToken, TokenCredential, TokenRequestOptions},
        http::{
            AsyncRawResponse, ClientOptions, HttpClient, StatusCode, Transport, headers::Headers,
        },
        time::{Duration, OffsetDateTime},
    };
    use futures::TryStreamExt;

    use super::*;
    use crate::runtime::{GraphClient, GraphClientOptions, GraphErrorExt, Path};

    #[test]
    fn a_page_is_written_alike_as_itself_and_as_a_copy() {
        let json = r#"{"@odata.context":"c","@odata.nextLink":"n","@odata.count":3,"value":["a","\"",""]}"#;
        let mut page = Page::<String>::from_json(json).unwrap();
        let mut out = String::new();
        page.write(&mut out);
        assert_eq!([page.to_json(), out], [json, json]);
    }

    type Pending<'f, T> = Pin<Box<dyn Future<Output = azure_core::Result<T>> + Send + 'f>>;

    #[derive(Debug)]
    struct Credential;

    impl TokenCredential for Credential {
        fn get_token<'s, 'c, 't, 'o, 'f>(
            &'s self,
            _scopes: &'c [&'t str],
            _options: Option<TokenRequestOptions<'o>>,
        ) -> Pending<'f, AccessToken>
        where
            's: 'f,
            'c: 'f,
            't: 'f,
            'o: 'f,
            Self: 'f,
        {
            let end = OffsetDateTime::now_utc() + Duration::hours(1);
            Box::pin(ready(Ok(AccessToken::new("token", end))))
        }
    }

    /// Answers with one body after the other, and remembers what it was asked.
    #[derive(Debug, Default)]
    struct Service {
        answers: Mutex<Vec<(StatusCode, String)>>,
        asked: Mutex<Vec<String>>,
    }

    impl HttpClient for Service {
        fn execute_request<'s, 'r, 'f>(
            &'s self,
            request: &'r azure_core::http::Request,
        ) -> Pending<'f, AsyncRawResponse>
        where
            's: 'f,
            'r: 'f,
            Self: 'f,
        {
            self.asked
                .lock()
                .unwrap()
                .push(format!("{:?} {}", request.method(), request.url()));
            let (status, body) = self.answers.lock().unwrap().remove(0);
            Box::pin(ready(Ok(AsyncRawResponse::from_bytes(
                status,
                Headers::new(),
                body,
            ))))
        }
    }

    fn path(answers: &[(StatusCode, &str)]) -> (Path, Arc<Service>) {
        let answers = answers
            .iter()
            .map(|(status, body)| (*status, (*body).to_owned()))
            .collect();
        let service = Arc::new(Service {
            answers: Mutex::new(answers),
            ..Service::default()
        });
        let client_options = ClientOptions {
            transport: Some(Transport::new(service.clone())),
            ..ClientOptions::default()
        };
        let options = GraphClientOptions {
            client_options,
            endpoint: Some("https://graph.example/v1.0".into()),
            ..GraphClientOptions::default()
        };
        let client = GraphClient::new(Arc::new(Credential), Some(options)).unwrap();
        (Path::new(&client), service)
    }

    fn now<F: IntoFuture>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(future.into_future())
    }

    #[test]
    fn an_answer_is_read() {
        let (path, service) =
            path(&[(StatusCode::Ok, r#"{"value":["a"],"@odata.count":2,"x":1}"#)]);
        let request = path
            .with("a/b")
            .request::<Page<String>>("GET /users/{id}/names");
        let page = now(request.select(["id", "name"]).filter("a eq 'b&c'").top(5)).unwrap();
        assert_eq!(
            (page.value.as_slice(), page.count),
            (&["a".to_owned()][..], Some(2))
        );
        assert_eq!(page.extra.raw("x"), Some("1"));
        let asked = "Get https://graph.example/v1.0/users/a%2Fb/names\
                     ?$select=id,name&$filter=a%20eq%20%27b%26c%27&$top=5";
        assert_eq!(*service.asked.lock().unwrap(), [asked]);
    }

    #[test]
    fn a_value_may_be_wrapped_and_an_error_is_typed() {
        let (path, _) = path(&[
            (StatusCode::Ok, r#"{"@odata.context":"c","value":true}"#),
            (
                StatusCode::NotFound,
                r#"{"error":{"code":"itemNotFound","message":"no"}}"#,
            ),
            (StatusCode::NoContent, ""),
        ]);
        assert!(now(path.request::<bool>("GET /is")).unwrap());
        let error = now(path.request::<bool>("GET /is")).unwrap_err();
        assert_eq!(error.graph().unwrap().code, "itemNotFound");
        now(path.request::<()>("DELETE /is")).unwrap();
    }

    #[test]
    fn a_bad_argument_is_no_request() {
        let (path, service) = path(&[]);
        assert!(now(path.with("").request::<()>("DELETE /users/{id}")).is_err());
        assert!(service.asked.lock().unwrap().is_empty());
    }

    #[test]
    fn a_pager_reads_all_pages() {
        let (path, service) = path(&[
            (
                StatusCode::Ok,
                r#"{"value":[1,2],"@odata.nextLink":"https://graph.example/v1.0/n?$skiptoken=a"}"#,
            ),
            (
                StatusCode::Ok,
                r#"{"value":[]  ,"@odata.nextLink":"https://graph.example/v1.0/n?$skiptoken=b"}"#,
            ),
            (StatusCode::Ok, r#"{"value":[3]}"#),
        ]);
        let pager = path.request::<Page<i32>>("GET /n").top(2).into_pager();
        assert_eq!(now(pager.try_collect::<Vec<_>>()).unwrap(), [1, 2, 3]);
        let asked = service.asked.lock().unwrap();
        assert_eq!(asked[2], "Get https://graph.example/v1.0/n?$skiptoken=b");
    }

    #[test]
    fn the_token_stays_at_home() {
        for link in [
            "https://evil.example/v1.0/n",
            "http://graph.example/v1.0/n",
            "//evil.example",
        ] {
            let answer = format!(r#"{{"value":[1],"@odata.nextLink":"{link}"}}"#);
            let (path, service) = path(&[(StatusCode::Ok, &answer)]);
            let mut pager = path.request::<Page<i32>>("GET /n").into_pager();
            assert_eq!(now(pager.try_next()).unwrap(), Some(1));
            assert!(now(pager.try_next()).is_err(), "{link}");
            assert_eq!(service.asked.lock().unwrap().len(), 1);
        }
    }

    #[test]
    fn a_link_to_itself_ends() {
        let answer = r#"{"value":[1],"@odata.nextLink":"https://graph.example/v1.0/n"}"#;
        let (path, _) = path(&[(StatusCode::Ok, answer)]);
        let pager = path.request::<Page<i32>>("GET /n").into_pager();
        assert!(now(pager.try_collect::<Vec<_>>()).is_err());
    }
}
