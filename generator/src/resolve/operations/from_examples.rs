//! Operations that only examples show.
//!
//! Comes in: an api made of what tables and request lines say. Goes out: the same api with an operation for each request
//! of an example that no request line documents, if it is another way to what a request line of the same page reaches:
//!
//! - what a request means depends on its method and on what its path selects or calls, not on the way there, and paths
//!   that select the same type go on alike (OData 4.01, URL Conventions, section 4): where a page has
//!   `/users/{id}/ownedObjects`, its example may ask for `/me/ownedObjects`;
//! - the items of a collection have keys (section 4.3), a collection has a `$count` (4.8) and casts (4.11), an entity has
//!   its properties (4.6) and its bytes (4.12), whether or not a request line says so;
//! - what is created is posted to the collection, what is changed or deleted is an item of it (Protocol, section 11.4),
//!   whichever of the two a request line has;
//! - the parameters of a function stand in parentheses (Protocol, section 11.5.4.1), which request lines leave out where a
//!   table has them.
//!
//! Invariant: an example adds a way, never a thing. Types, roots, calls and the documented operations stay as they are.

use std::{collections::BTreeMap, iter, ptr, sync::Arc};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    answer_with, name, page, path,
    path::{Parsed, Part, Shape, without_namespace},
    walk::{number, structured},
};
use crate::{
    api::{
        Api, HttpMessage, ItemType, Operation, OperationKind, OperationPage, Path, PathParameter,
        Piece, RequestBody, ResponseBody, Segment, SegmentKind, StartLine, Type, TypeId, Witness,
    },
    ir::{Method, Primitive},
    route::Router,
    target::Target,
};

/// Adds the operations that only examples show.
pub(in crate::resolve) fn complete(api: &mut Api) {
    let added = added(api);
    api.operations.extend(added);
    name(&mut api.operations);
}

fn added(api: &Api) -> Vec<Operation> {
    let router = Router::new(api);
    let ways = Ways::new(api);
    let mut taken: FxHashSet<(Method, String)> = FxHashSet::default();
    for operation in &api.operations {
        taken.insert((operation.method, key(&operation.path)));
    }
    let pages: Vec<Vec<&Operation>> = pages(api).into_values().collect();
    let shown = pages
        .par_iter()
        .flat_map_iter(|operations| shown_by(api, &router, &ways, operations));
    let mut shown: Vec<Operation> = shown.collect();
    shown.retain(|operation| taken.insert((operation.method, key(&operation.path))));
    shown
}

/// The operations that only the examples of a page show, those that other pages show among them.
fn shown_by<'o>(
    api: &Api,
    router: &Router,
    ways: &Ways,
    operations: &'o [&'o Operation],
) -> impl Iterator<Item = Operation> {
    requests(operations).into_iter().filter_map(|message| {
        let StartLine::Request(method, url) = &message.start_line else {
            return None;
        };
        let target = Target::of(url);
        if target.elsewhere(api.version).is_some() || router.find(*method, target.path).is_ok() {
            return None;
        }
        let same_method = operations.iter().copied();
        let same_method: Vec<_> = same_method.filter(|it| it.method == *method).collect();
        let path = ways.walk(&path::parse(&with_one_segment(target.path)))?;
        Some(Operation {
            source: message.source.clone(),
            ..ways.operation(path, &same_method)?
        })
    })
}

/// The operations that each page documents, also where another page describes them better.
fn pages(api: &Api) -> BTreeMap<&str, Vec<&Operation>> {
    let mut pages: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in &api.operations {
        let page = &operation.page.page;
        pages.entry(page).or_default().push(operation);
    }
    for operation in &api.operations {
        for source in &operation.also {
            if let Some(page) = pages.get_mut(&*source.page) {
                page.push(operation);
            }
        }
    }
    pages
}

/// The requests that the page of the first operation shows, each once.
fn requests<'a>(operations: &[&'a Operation]) -> Vec<&'a HttpMessage> {
    let mut out: Vec<&HttpMessage> = Vec::new();
    let Some(page) = operations.first().map(|first| &first.page.page) else {
        return out;
    };
    let own = operations.iter().filter(|it| it.page.page == *page);
    for example in own.flat_map(|it| &it.page.examples) {
        let request = example.request.as_ref();
        let is_new = |it: &&HttpMessage| !out.iter().any(|known| ptr::eq(*known, *it));
        out.extend(request.filter(is_new));
    }
    out
}

/// The same for all spellings of a path that a builder can write.
fn key(path: &Path) -> String {
    let shapes: Vec<_> = path.segments.iter().map(Segment::shape).collect();
    shapes.join("/").to_ascii_lowercase()
}

/// A file path between colons as one placeholder: `root:/a/b.txt:/content`.
fn with_one_segment(path: &str) -> String {
    let Some((start, rest)) = path.split_once(":/") else {
        return path.to_owned();
    };
    match rest.split_once(':') {
        Some((_, end)) => format!("{start}:/{{item-path}}:{end}"),
        None => path.to_owned(),
    }
}

/// Where a path has come to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Place {
    /// Behind this beginning of a path.
    Prefix(String),
    /// At something of this type.
    Type(Type),
}

/// A documented segment: the operation with the path, and its position there.
type Documented<'a> = (&'a Operation, usize);

/// How documented paths go on.
struct Ways<'a> {
    api: &'a Api,
    /// By what two spellings of the segment have in common.
    segments: FxHashMap<(Place, String), Documented<'a>>,
    /// Actions and functions, by lower-cased name.
    calls: FxHashMap<(Place, String), Documented<'a>>,
}

/// A path that is walked, and what its spellings have in common.
#[derive(Default)]
struct Walked {
    path: Path,
    key: String,
}

impl<'a> Ways<'a> {
    fn new(api: &'a Api) -> Self {
        let mut ways = Self {
            api,
            segments: FxHashMap::default(),
            calls: FxHashMap::default(),
        };
        for operation in &api.operations {
            let segments = &operation.path.segments;
            let parsed = path::parse(&operation.path.template());
            if parsed.segments.len() != segments.len() {
                continue;
            }
            for at in 0..segments.len() {
                let before = at.checked_sub(1);
                let prefix = before.map_or("", |at| parsed.prefix(at));
                let selected = before.and_then(|at| selected(&segments[at]));
                let places = iter::once(Place::Prefix(prefix.to_owned()));
                for place in places.chain(selected.cloned().map(Place::Type)) {
                    if let Some(name) = call_of(operation, at) {
                        let name = without_namespace(name).to_ascii_lowercase();
                        let calls = ways.calls.entry((place.clone(), name));
                        calls.or_insert((operation, at));
                    }
                    let segments = ways
                        .segments
                        .entry((place, segment_key(&parsed, at).into()));
                    segments.or_insert((operation, at));
                }
            }
        }
        ways
    }

    /// The path that a request takes, if each segment of it is known where it stands.
    fn walk(&self, parsed: &Parsed) -> Option<Path> {
        let mut walked = Walked::default();
        for at in 0..parsed.segments.len() {
            self.step(&mut walked, parsed, at)?;
        }
        (!walked.path.segments.is_empty()).then_some(walked.path)
    }

    /// Goes on by one segment.
    fn step(&self, walked: &mut Walked, parsed: &Parsed, at: usize) -> Option<()> {
        const KEY: &str = "/{}";
        let part = &parsed.segments[at];
        let text = segment_key(parsed, at);
        let here = walked.path.segments.last().and_then(selected).cloned();
        let places = self.places(walked, here.as_ref());
        if let Some((operation, from)) = find(&self.segments, &places, text)
            && is_spelled_alike(part, &operation.path.segments[from])
        {
            walked.follow((operation, from), text);
            let member = match (&part.shape, &here) {
                (Shape::Name(name), Some(here)) if !here.collection => self.member(here, name),
                _ => None,
            };
            // A page that answers with one of many may hide that there are many.
            let many = member.and_then(|it| it.ty).filter(|ty| ty.collection);
            if let (Some(many), Some(last)) = (many, walked.path.segments.last_mut()) {
                last.ty = Some(many);
            }
            return Some(());
        }
        if let Some(name) = called(part)
            && let Some(documented) = find(&self.calls, &places, &name.to_ascii_lowercase())
        {
            return self.call(walked, documented, parsed, at);
        }
        let here = here?;
        let added = match &part.shape {
            Shape::Name(name) if !here.collection => self.member(&here, name),
            Shape::Qualified(name) => self.cast(&here, name),
            Shape::System(name) if name == "$count" && here.collection => {
                Some(segment(SegmentKind::System, name, number()))
            }
            Shape::System(name) if name == "$value" && !here.collection => {
                Some(segment(SegmentKind::System, name, bytes()))
            }
            Shape::Name(_)
            | Shape::Key
            | Shape::Call(..)
            | Shape::System(_)
            | Shape::ItemPath(_) => None,
        };
        if let Some(added) = added {
            walked.path.segments.push(added);
            walked.key.push_str(text);
            return Some(());
        }
        let is_key = matches!(part.shape, Shape::Name(_) | Shape::Key);
        if !here.collection || !is_key {
            return None;
        }
        match find(&self.segments, &places, KEY) {
            Some((operation, from)) if is_spelled_alike(part, &operation.path.segments[from]) => {
                walked.follow((operation, from), KEY);
            }
            Some(_) | None => walked.add_key(&here),
        }
        Some(())
    }

    /// The places where a path is: behind its beginning, then at its type and the base types of that.
    fn places(&self, walked: &Walked, here: Option<&Type>) -> Vec<Place> {
        let mut places = vec![Place::Prefix(walked.key.clone())];
        if let Some(ty) = here {
            let types = structured(ty).into_iter().flat_map(|id| self.lineage(id));
            places.extend(types.map(|id| {
                Place::Type(Type {
                    item: ItemType::Structured(id),
                    collection: ty.collection,
                })
            }));
        }
        places
    }

    fn lineage(&self, id: TypeId) -> impl Iterator<Item = TypeId> {
        iter::successors(Some(id), |&id| self.api[id].base)
    }

    /// A call with other arguments than a request line has, all of which its page knows.
    fn call(
        &self,
        walked: &mut Walked,
        (operation, documented_at): Documented,
        parsed: &Parsed,
        at: usize,
    ) -> Option<()> {
        let documented = &operation.path.segments[documented_at];
        let part = &parsed.segments[at];
        let callable = operation.calls.map(|id| &self.api[id]);
        let parameters = callable.map_or(&[][..], |callable| &callable.parameters);
        let page = &operation.page;
        let known = parameters.iter().chain(&page.function_parameters);
        let known = known.chain(&page.query);
        let mut names = arguments(part);
        let mut pieces = Vec::with_capacity(part.pieces.len());
        for piece in &part.pieces {
            pieces.push(match piece {
                Piece::Text(text) => Piece::Text(text.clone()),
                Piece::Parameter(index) => {
                    let placeholder = &parsed.placeholders[*index];
                    let name = names.next()?;
                    let mut known = known.clone();
                    let known = known.find(|it| it.name.eq_ignore_ascii_case(name))?;
                    walked.parameter(PathParameter {
                        name: placeholder.wish.clone(),
                        documented: placeholder.documented.clone(),
                        is_sample: true,
                        ty: known.ty.clone(),
                        quoted: placeholder.quoted,
                        multi_segment: false,
                        description: known.description.clone(),
                    })
                }
            });
        }
        if names.next().is_some() {
            return None;
        }
        let name = call_of(operation, documented_at)?;
        walked.path.segments.push(Segment {
            pieces,
            kind: SegmentKind::Call(name.to_owned()),
            ty: documented.ty.clone(),
        });
        walked.key.push_str(segment_key(parsed, at));
        Some(())
    }

    /// A member that a table or another path knows.
    fn member(&self, here: &Type, name: &str) -> Option<Segment> {
        let members = self.api.all_members(structured(here)?);
        let mut members = members.into_iter();
        let member = members.find(|member| member.name.eq_ignore_ascii_case(name))?;
        Some(segment(SegmentKind::Name, &member.name, member.ty.clone()))
    }

    /// A cast to a type that derives from the one that is selected.
    fn cast(&self, here: &Type, name: &str) -> Option<Segment> {
        let id = self.api.find_type(name)?;
        let is_derived = self.api.derives_from(id, structured(here)?);
        let ty = Type {
            item: ItemType::Structured(id),
            collection: here.collection,
        };
        let kind = SegmentKind::Cast(self.api[id].name.clone());
        is_derived.then(|| segment(kind, self.api[id].name.as_str(), ty))
    }

    /// What a request with this path is, if it is what one of the documented operations is, or follows from one.
    fn operation(&self, path: Path, documented: &[&Operation]) -> Option<Operation> {
        let mut same = documented.iter().filter(|it| self.is_same(&path, &it.path));
        let named_alike = |it: &&&Operation| last_shape(&it.path) == last_shape(&path);
        let like = same.clone().find(named_alike).or_else(|| same.next());
        let (like, kind, page) = match like {
            Some(like) => (*like, like.kind.clone(), like.page.clone()),
            None => documented.iter().find_map(|like| {
                let (kind, page) = following(&path, like)?;
                Some((*like, kind, page))
            })?,
        };
        let is_call = matches!(
            path.segments.last().map(|segment| &segment.kind),
            Some(SegmentKind::Call(_))
        );
        Some(Operation {
            id: String::new(),
            calls: like.calls.filter(|_| is_call),
            path,
            kind,
            page,
            witness: Witness::Example,
            also: Vec::new(),
            ..like.clone()
        })
    }

    /// Whether two paths select or call the same.
    fn is_same(&self, one: &Path, other: &Path) -> bool {
        let (Some(end), Some(other_end)) = (one.segments.last(), other.segments.last()) else {
            return false;
        };
        let is_bound_alike = || match (before_last(one), before_last(other)) {
            (Some(one), Some(other)) => self.is_akin(one, other),
            (None, None) => is_same_way(one, other),
            (Some(_), None) | (None, Some(_)) => false,
        };
        let is_asked_alike = || match (before_last(one), before_last(other)) {
            (Some(one), Some(other)) => one.item == other.item,
            (None, None) => is_same_way(one, other),
            (Some(_), None) | (None, Some(_)) => false,
        };
        match (&end.kind, &other_end.kind) {
            (SegmentKind::Call(name), SegmentKind::Name) => {
                other_end.pieces == [Piece::Text(name.clone())] && is_bound_alike()
            }
            (SegmentKind::Call(name), SegmentKind::Call(other)) => {
                without_namespace(name).eq_ignore_ascii_case(without_namespace(other))
                    && is_bound_alike()
            }
            (SegmentKind::System, SegmentKind::System) => {
                end.pieces == other_end.pieces && is_asked_alike()
            }
            (SegmentKind::Call(_) | SegmentKind::System, _)
            | (_, SegmentKind::Call(_) | SegmentKind::System) => false,
            (
                SegmentKind::Name | SegmentKind::Key | SegmentKind::Cast(_) | SegmentKind::ItemPath,
                SegmentKind::Name | SegmentKind::Key | SegmentKind::Cast(_) | SegmentKind::ItemPath,
            ) => match (selected(end), selected(other_end)) {
                (Some(one), Some(other)) => one == other,
                (None, None) => end.shape() == other_end.shape() && is_bound_alike(),
                (Some(_), None) | (None, Some(_)) => false,
            },
        }
    }

    /// Whether what is bound to one type is bound to the other.
    fn is_akin(&self, one: &Type, other: &Type) -> bool {
        let (Some(one_id), Some(other_id)) = (structured(one), structured(other)) else {
            return one == other;
        };
        one.collection == other.collection
            && (self.api.derives_from(one_id, other_id) || self.api.derives_from(other_id, one_id))
    }
}

/// What a request is whose path goes on from what a documented one selects, as OData says that all can.
fn following(path: &Path, like: &Operation) -> Option<(OperationKind, Arc<OperationPage>)> {
    let base = like.path.segments.last().and_then(selected)?;
    let (last, before) = path.segments.split_last()?;
    let end = last.ty.as_ref()?;
    let is_behind = before.last()?.ty.as_ref() == Some(base);
    match like.method {
        Method::Get => {
            let (kind, body) = reading(last, before, base, is_behind)?;
            Some((kind, answering(&like.page, body)))
        }
        Method::Put | Method::Patch if is_behind && *end == bytes() => {
            let mut page = OperationPage::clone(&like.page);
            page.body = Some(RequestBody::Stream { media_type: None });
            page.responses.retain(|response| response.status >= 300);
            Some((OperationKind::Upload, Arc::new(page)))
        }
        Method::Post | Method::Put | Method::Patch | Method::Delete => {
            let creates = like.kind == OperationKind::Create;
            let is_it = end.item == base.item && end.collection == creates;
            is_it.then(|| (like.kind.clone(), like.page.clone()))
        }
        Method::Head | Method::Options => None,
    }
}

/// What a GET is, and what it answers, if its path goes on from what another one selects, the `base`; `is_behind` says
/// whether all of it but the last segment selects just that.
fn reading(
    last: &Segment,
    before: &[Segment],
    base: &Type,
    is_behind: bool,
) -> Option<(OperationKind, ResponseBody)> {
    let end = last.ty.as_ref()?;
    let item = Type::single(end.item.clone());
    match &last.kind {
        SegmentKind::System if *end == number() => {
            let is_cast = |segment: &&Segment| matches!(segment.kind, SegmentKind::Cast(_));
            let counted = before.iter().rev().find(|it| !is_cast(it))?;
            (base.collection && counted.ty.as_ref() == Some(base))
                .then_some((OperationKind::Count, ResponseBody::Value(item)))
        }
        SegmentKind::System => (is_behind && *end == bytes())
            .then_some((OperationKind::Download, ResponseBody::Stream)),
        SegmentKind::Cast(_) => (is_behind && base.collection)
            .then_some((OperationKind::List, ResponseBody::Collection(item))),
        SegmentKind::Name | SegmentKind::Key if end.item == base.item => Some(if end.collection {
            (OperationKind::List, ResponseBody::Collection(item))
        } else {
            (OperationKind::Get, ResponseBody::Value(item))
        }),
        SegmentKind::Name if is_behind && !base.collection => Some(if *end == bytes() {
            (OperationKind::Download, ResponseBody::Stream)
        } else {
            (OperationKind::Get, ResponseBody::Value(end.clone()))
        }),
        SegmentKind::Name | SegmentKind::Key | SegmentKind::Call(_) | SegmentKind::ItemPath => None,
    }
}

impl Walked {
    /// Adds a documented segment with its placeholders.
    fn follow(&mut self, (operation, at): Documented, key: &str) {
        let segment = &operation.path.segments[at];
        let mut pieces = Vec::with_capacity(segment.pieces.len());
        for piece in &segment.pieces {
            pieces.push(match piece {
                Piece::Text(text) => Piece::Text(text.clone()),
                Piece::Parameter(index) => {
                    self.parameter(operation.path.parameters[*index].clone())
                }
            });
        }
        self.path.segments.push(Segment {
            pieces,
            ..segment.clone()
        });
        self.key.push_str(key);
    }

    /// Adds the key of an item of a collection, named after that.
    fn add_key(&mut self, collection: &Type) {
        let last = self.path.segments.last().map(Segment::shape);
        let name = path::name_of_key(&last.unwrap_or_default());
        let piece = self.parameter(PathParameter {
            documented: name.clone(),
            name,
            is_sample: true,
            ty: page::string(),
            quoted: false,
            multi_segment: false,
            description: String::new(),
        });
        self.path.segments.push(Segment {
            kind: SegmentKind::Key,
            pieces: vec![piece],
            ty: Some(Type::single(collection.item.clone())),
        });
        self.key.push_str("/{}");
    }

    /// Adds a placeholder under a name of its own.
    fn parameter(&mut self, parameter: PathParameter) -> Piece {
        let known = &self.path.parameters;
        let taken = |name: &str| known.iter().any(|it| it.name.eq_ignore_ascii_case(name));
        let name = path::unique(&parameter.name, taken);
        self.path
            .parameters
            .push(PathParameter { name, ..parameter });
        Piece::Parameter(self.path.parameters.len() - 1)
    }
}

/// The name of what an operation calls with a segment; a page with parameters of a function is about one.
fn call_of(operation: &Operation, at: usize) -> Option<&str> {
    let segment = &operation.path.segments[at];
    let is_last = at + 1 == operation.path.segments.len();
    match (&segment.kind, segment.pieces.as_slice()) {
        (SegmentKind::Call(name), _) => Some(name),
        (SegmentKind::Name, [Piece::Text(name)]) if is_last => {
            (!operation.page.function_parameters.is_empty()).then_some(name)
        }
        (
            SegmentKind::Name
            | SegmentKind::Key
            | SegmentKind::Cast(_)
            | SegmentKind::System
            | SegmentKind::ItemPath,
            _,
        ) => None,
    }
}

fn find<'a>(
    ways: &FxHashMap<(Place, String), Documented<'a>>,
    places: &[Place],
    key: &str,
) -> Option<Documented<'a>> {
    let found = |place: &Place| ways.get(&(place.clone(), key.to_owned())).copied();
    places.iter().find_map(found)
}

/// Whether a segment has quotes around a key just as the documented one has.
fn is_spelled_alike(part: &Part, documented: &Segment) -> bool {
    let is_quoted = |pieces: &[Piece]| pieces.first() == Some(&Piece::Text("'".to_owned()));
    documented.kind != SegmentKind::Key || is_quoted(&part.pieces) == is_quoted(&documented.pieces)
}

/// What the spellings of one segment have in common, with its slash.
fn segment_key(parsed: &Parsed, at: usize) -> &str {
    let start = at.checked_sub(1).map_or(0, |at| parsed.prefix(at).len());
    &parsed.prefix(at)[start..]
}

/// What an action or function would be called that a segment calls.
fn called(part: &Part) -> Option<&str> {
    match &part.shape {
        Shape::Name(name) | Shape::Qualified(name) | Shape::Call(name, _) => {
            Some(without_namespace(name))
        }
        Shape::Key | Shape::System(_) | Shape::ItemPath(_) => None,
    }
}

/// The names of the arguments of a call; where one has none, it has the empty name.
fn arguments(part: &Part) -> impl Iterator<Item = &str> {
    let arguments = match &part.shape {
        Shape::Call(_, arguments) => arguments.as_slice(),
        Shape::Name(_)
        | Shape::Qualified(_)
        | Shape::Key
        | Shape::System(_)
        | Shape::ItemPath(_) => &[],
    };
    arguments
        .iter()
        .map(|name| name.as_deref().unwrap_or_default())
}

/// The entities or values that a segment selects.
fn selected(segment: &Segment) -> Option<&Type> {
    let ty = segment.ty.as_ref().filter(|ty| structured(ty).is_some());
    ty.filter(|_| segment.kind != SegmentKind::System)
}

/// What the last segment of a path is called or asked on.
fn before_last(path: &Path) -> Option<&Type> {
    path.segments.iter().rev().nth(1).and_then(selected)
}

/// Whether two paths are the same but for their last segments.
fn is_same_way(one: &Path, other: &Path) -> bool {
    let way = |path: &Path| -> Vec<String> {
        let segments = path.segments.iter().rev().skip(1);
        segments.map(|it| it.shape().to_ascii_lowercase()).collect()
    };
    way(one) == way(other)
}

fn last_shape(path: &Path) -> Option<String> {
    path.segments.last().map(Segment::shape)
}

fn segment(kind: SegmentKind, text: &str, ty: Type) -> Segment {
    Segment {
        kind,
        pieces: vec![Piece::Text(text.to_owned())],
        ty: Some(ty),
    }
}

fn bytes() -> Type {
    Type::single(ItemType::Primitive(Primitive::Stream))
}

/// The page with another answer; the same page, if it has that already.
fn answering(page: &Arc<OperationPage>, body: ResponseBody) -> Arc<OperationPage> {
    if page.success().is_some_and(|success| success.body == body) {
        return page.clone();
    }
    let mut page = OperationPage::clone(page);
    answer_with(&mut page.responses, body);
    Arc::new(page)
}
