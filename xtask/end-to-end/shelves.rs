//! The shelves in `docs` beside this file: what changed since, bytes, and links to one item.

use futures::TryStreamExt as _;
use shelves::{
    GraphClient, GraphClientOptions, GraphErrorExt as _, models,
    runtime::{Change, DeltaPager},
};

use crate::{any_token, kept};

pub async fn keep(address: &str) {
    let options = GraphClientOptions {
        endpoint: Some(format!("http://{address}/v1.0")),
        allow_plain_http_to_loopback: true,
        ..Default::default()
    };
    let client = GraphClient::new(any_token(), Some(options)).unwrap();
    changes_are_told(&client).await;
    bytes_come_back(&client).await;
    items_are_linked(&client).await;
}

async fn put_up(client: &GraphClient, name: &str) -> String {
    let shelf = models::Shelf {
        name: Some(name.to_owned()),
        ..Default::default()
    };
    let created = client.shelves().create(&shelf).await.unwrap();
    // The default value of its page.
    assert_eq!(created.height, Some(30));
    created.id.unwrap()
}

/// The ids of what changed and of what is gone, sorted, and where to ask next time.
async fn changes(mut pager: DeltaPager<models::Shelf>) -> (Vec<String>, Vec<String>, String) {
    let (mut changed, mut removed) = (Vec::new(), Vec::new());
    while let Some(change) = pager.try_next().await.unwrap() {
        match change {
            Change::Changed(shelf) => changed.push(shelf.id.unwrap()),
            Change::Removed(shelf) => removed.push(shelf.id),
        }
    }
    changed.sort();
    removed.sort();
    (changed, removed, pager.delta_link().unwrap())
}

async fn changes_are_told(client: &GraphClient) {
    let shelves = client.shelves();
    let stays = put_up(client, "stays").await;
    let changes_later = put_up(client, "changes").await;
    let goes = put_up(client, "goes").await;

    // Two pages or more.
    let (at_first, removed, link) = changes(shelves.delta().top(2).into_delta()).await;
    for id in [&stays, &changes_later, &goes] {
        assert!(at_first.contains(id), "{at_first:?}");
    }
    assert!(removed.is_empty(), "{removed:?}");
    let count = shelves.count().await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), at_first.len());

    let (changed, removed, link) = changes(shelves.delta().into_delta_at(&link)).await;
    assert!(changed.is_empty() && removed.is_empty());

    let change = models::Shelf {
        height: Some(9),
        ..Default::default()
    };
    shelves.id(&changes_later).update(&change).await.unwrap();
    shelves.id(&goes).delete().await.unwrap();
    let comes = put_up(client, "comes").await;
    let (changed, removed, _) = changes(shelves.delta().into_delta_at(&link)).await;
    let mut expected = [changes_later, comes];
    expected.sort();
    assert_eq!(changed, expected);
    assert_eq!(removed, [goes]);

    let foreign = shelves
        .delta()
        .into_delta_at("https://graph.contoso.example/v1.0/x");
    let refused = foreign.try_collect::<Vec<_>>().await.unwrap_err();
    assert!(refused.fault().is_some(), "{refused}");
    kept("a delta link tells what changed since and what is gone, to nobody else");
}

async fn bytes_come_back(client: &GraphClient) {
    let photo = client.shelves().id(&put_up(client, "photo").await).photo();
    let bytes: Vec<u8> = (0..100_000u32).map(|at| (at % 251) as u8).collect();
    photo.upload(bytes.clone()).await.unwrap();
    assert_eq!(photo.download().await.unwrap().0, bytes);

    let mut pieces = photo.download().stream().await.unwrap().into_body();
    let mut streamed = Vec::new();
    while let Some(piece) = pieces.try_next().await.unwrap() {
        streamed.extend_from_slice(&piece);
    }
    assert_eq!(streamed, bytes);
    kept("bytes come back as they were, at once and piece by piece");
}

async fn items_are_linked(client: &GraphClient) {
    let shelves = client.shelves();
    let whole = put_up(client, "whole").await;
    let mut part = models::Shelf {
        name: Some("part".to_owned()),
        ..Default::default()
    };
    let url = format!("{}/shelves/{whole}", client.endpoint());
    part.extra.bind("owner", &url);
    let part = shelves.create(&part).await.unwrap().id.unwrap();
    let owner = shelves.id(&part).owner().get().await.unwrap();
    assert_eq!(owner.id.as_ref(), Some(&whole));

    let book = models::Book {
        title: Some("Emma".to_owned()),
        ..Default::default()
    };
    shelves.id(&part).books().create(&book).await.unwrap();
    let expanded = shelves.id(&part).get().expand(["owner", "books"]);
    let expanded = expanded.await.unwrap();
    let owner = expanded.owner.get().unwrap().unwrap();
    assert_eq!(owner.name.as_deref(), Some("whole"));
    let books = expanded.books.get().unwrap().unwrap();
    assert_eq!(books[0].title, book.title);
    kept("`bind` links one item, and `expand` brings it along");
}
