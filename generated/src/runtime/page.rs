//! Collections that come in pages.

use std::{future::ready, pin::Pin, vec};

use azure_core::{
    error::ErrorKind,
    http::{
        Context, ItemIterator, Url,
        pager::{Page as AzurePage, PagerContinuation, PagerResult, PagerState},
    },
};

use super::{
    Extra, Json, Request, Response,
    json::{Malformed, Reader, write_string},
};

/// A part of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub value: Vec<T>,
    /// Where the next part is (`@odata.nextLink`).
    pub next_link: Option<String>,
    /// Where to ask for what changed since (`@odata.deltaLink`).
    pub delta_link: Option<String>,
    /// The number of all items, if the request asked for it (`@odata.count`).
    pub count: Option<i64>,
    /// What else the answer holds.
    pub extra: Extra,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            value: Vec::new(),
            next_link: None,
            delta_link: None,
            count: None,
            extra: Extra::default(),
        }
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Json> Json for Page<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut page = Self::default();
        reader.members(&mut |reader, name| {
            match &*name {
                "value" => page.value = Vec::read(reader)?,
                "@odata.nextLink" if reader.at_string() => {
                    page.next_link = Some(String::read(reader)?)
                }
                "@odata.deltaLink" if reader.at_string() => {
                    page.delta_link = Some(String::read(reader)?)
                }
                "@odata.count" => match reader.fitting(i64::read)? {
                    Ok(count) => page.count = Some(count),
                    Err(json) => page.extra.keep(&name, json),
                },
                _ => page.extra.keep(&name, reader.raw()?),
            }
            Ok(())
        })?;
        Ok(page)
    }

    fn write(&self, out: &mut String) {
        out.push('{');
        for (name, json) in self.extra.iter() {
            write_string(out, name);
            out.push(':');
            out.push_str(json);
            out.push(',');
        }
        let links = [
            ("@odata.nextLink", &self.next_link),
            ("@odata.deltaLink", &self.delta_link),
        ];
        for (name, link) in links {
            if let Some(link) = link {
                write_string(out, name);
                out.push(':');
                write_string(out, link);
                out.push(',');
            }
        }
        if let Some(count) = self.count {
            out.push_str("\"@odata.count\":");
            count.write(out);
            out.push(',');
        }
        out.push_str("\"value\":");
        self.value.write(out);
        out.push('}');
    }
}

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
    /// A next link that leads to another origin than the client's is an error: the token is not for others.
    pub fn into_pager(self) -> Pager<T> {
        let request = std::sync::Arc::new(self);
        Pager::new(
            move |state, options| {
                let request = request.clone();
                Box::pin(async move { request.page(state, &options.context).await })
            },
            None,
        )
    }

    async fn page(
        &self,
        state: PagerState,
        context: &Context<'_>,
    ) -> azure_core::Result<PagerResult<Page<T>>> {
        let url = match state {
            PagerState::Initial => self.url()?,
            PagerState::More(continuation) => Url::try_from(continuation)?,
        };
        let mut request = self.to_http_at(url.clone())?;
        let response = self.client.execute(context, &mut request).await?;
        let page = Response::<Page<T>>::from(response).into_model()?;
        let Some(link) = &page.next_link else {
            return Ok(PagerResult::Done { response: page });
        };
        let next = url.join(link).map_err(|error| {
            azure_core::Error::with_error(ErrorKind::DataConversion, error, "next link")
        })?;
        if next == url {
            return Err(azure_core::Error::with_message(
                ErrorKind::Other,
                "the next link leads to its own page",
            ));
        }
        Ok(PagerResult::More {
            response: page,
            continuation: PagerContinuation::Link(next),
        })
    }
}
