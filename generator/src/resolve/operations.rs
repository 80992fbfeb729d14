//! Operations: each documented method and path, what it means, and what its page says of it.
//!
//! Comes in: the facts of operation pages, and the types. Goes out: operations by path and method, the roots that paths
//! begin with, and the actions and functions that they call.
//!
//! Pages repeat each other's request lines: every page on a derived type lists the paths of the collection. The page
//! about what the path selects is the one that counts, then the one about the most general type; the others are only
//! named. Spellings that differ in case, in the names of placeholders, in quotes or in the namespace of the service are
//! the same path; each word of it is spelled as it is most often, each placeholder as it was first.

use std::{cmp::Reverse, collections::hash_map::Entry, sync::Arc};

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::{Input, Scope};
use crate::{
    api::{
        Callable, ItemType, Operation, OperationKind, OperationPage, Path, PathParameter, Piece,
        RequestBody, Response, ResponseBody, Root, Segment, SegmentKind, StructuredType, Type,
        TypeId, Witness,
    },
    facts::{BodyText, Fact, PageFacts, PageId, ParameterPlace},
    ir::Method,
};

mod callables;
pub(super) mod from_examples;
pub(super) mod implied;
mod kind;
mod page;
pub(crate) mod path;
pub(super) mod roots;
mod walk;

use page::PageClaims;
use path::{Parsed, Part, Shape};
use walk::{Evidence, Step, Walker, structured};

/// What the operation pages add to the api.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) operations: Vec<Operation>,
    pub(super) roots: Vec<Root>,
    pub(super) callables: Vec<Callable>,
}

/// A path that spells a beginning of paths well, and the position of the last segment of the beginning.
type Spellings<'a> = FxHashMap<&'a str, (&'a Parsed, usize)>;

/// The pages that describe requests, and the paths of these.
pub(super) struct Requests<'a> {
    pages: Vec<PageClaims<'a>>,
    /// Each spelling of a path once; pages repeat the same lines.
    paths: FxHashMap<&'a str, Parsed>,
}

impl<'a> Requests<'a> {
    /// Brings the claims of each page together.
    pub(super) fn of(facts: &'a [PageFacts]) -> Self {
        let claims = facts.par_iter().enumerate();
        let pages: Vec<_> = claims
            .filter_map(|(at, facts)| PageClaims::of(PageId(at as u32), facts))
            .collect();
        let requests = pages.iter().flat_map(|page| &page.requests);
        let paths: FxHashSet<&str> = requests.map(|request| request.path).collect();
        let paths = paths.into_par_iter();
        let paths = paths.map(|path| (path, path::parse(path))).collect();
        Self { pages, paths }
    }
}

/// A page with what is known of it as a whole.
struct Known<'a> {
    claims: &'a PageClaims<'a>,
    responses: Vec<Response>,
    /// What a success carries.
    answer: Option<Type>,
    /// The type that the page is about.
    about: Option<TypeId>,
    /// A request carries a value of another type than that.
    carries_other: bool,
}

/// A request line, its page and its path.
#[derive(Clone, Copy)]
struct Line<'a> {
    page: &'a Known<'a>,
    /// Position among the lines of the page.
    at: usize,
    fact: &'a Fact,
    method: Method,
    path: &'a Parsed,
}

/// How much of operations is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Everything.
    Whole,
    /// What types follow from: paths, and what comes back.
    Outline,
}

/// Resolves the operations of all pages.
pub(super) fn resolve(
    input: Input,
    scope: &Scope,
    types: &[StructuredType],
    requests: &Requests,
    extent: Extent,
) -> Resolved {
    let pages: Vec<Known> = known_pages(requests, scope);
    let lines: Vec<Line> = lines(&pages, &requests.paths);
    let depths = depths(types);
    let evidence = evidence(&lines, types, &depths);
    let mut walker = Walker::new(scope, types, &evidence);
    let spellings = spellings(&lines);
    let mut groups: Vec<Vec<Line>> = Vec::new();
    let mut index: FxHashMap<(&str, Method), usize> =
        FxHashMap::with_capacity_and_hasher(lines.len(), FxBuildHasher);
    for line in &lines {
        match index.entry((&line.path.key, line.method)) {
            Entry::Occupied(known) => groups[*known.get()].push(*line),
            Entry::Vacant(new) => {
                new.insert(groups.len());
                groups.push(vec![*line]);
            }
        }
    }
    let walked: Vec<Walked> = groups
        .iter()
        .map(|group| {
            let steps = walker.walk(group[0].path);
            Walked::new(group, steps, &depths, &evidence)
        })
        .collect();
    let pages = operation_pages(&walked, |it| it.page(input, scope, extent));
    let made = walked.par_iter().map(|it| {
        let page = &pages[&(it.line.page.claims.id, it.flavour)];
        it.operation(page.clone(), &spellings, input)
    });
    let mut out = Resolved {
        operations: made.collect(),
        ..Resolved::default()
    };
    let mut calls = callables::Callables::default();
    if extent == Extent::Whole {
        for (it, operation) in walked.iter().zip(&mut out.operations) {
            operation.calls = calls.add(operation, it.line, &it.steps, input, scope);
        }
    }
    name(&mut out.operations);
    out.roots = walker.into_roots(&spellings);
    out.callables = calls.finish(types, &mut out.operations);
    out
}

/// The lines with one method and path, and what the path goes through.
struct Walked<'a> {
    group: &'a [Line<'a>],
    steps: Vec<Arc<Step>>,
    /// The line of the page that describes it best.
    line: Line<'a>,
    kind: OperationKind,
    flavour: Flavour,
}

impl<'a> Walked<'a> {
    fn new(
        group: &'a [Line<'a>],
        steps: Vec<Arc<Step>>,
        depths: &[u32],
        evidence: &Evidence,
    ) -> Self {
        let line = winner(group, &steps, depths);
        let claims = &line.page.claims;
        let answer = line.page.answer.as_ref();
        let kind = kind::of(line.method, line.path, &steps, claims, answer, evidence);
        let flavour = Flavour {
            bodiless: has_no_body(line.method),
            stream: claims
                .has_two_answers()
                .then(|| kind::is_stream(&steps, line.path)),
            counts: kind == OperationKind::Count,
        };
        Self {
            group,
            steps,
            line,
            kind,
            flavour,
        }
    }

    fn operation(
        &self,
        page: Arc<OperationPage>,
        spellings: &Spellings,
        input: Input,
    ) -> Operation {
        Operation {
            method: self.line.method,
            id: String::new(),
            path: path_of(self.line, &self.steps, &self.kind, spellings, &page),
            kind: self.kind.clone(),
            calls: None,
            page,
            source: input.source(self.line.fact),
            witness: Witness::RequestLine,
            also: also(self.group, self.line, input),
        }
    }

    /// What the page says of requests of this flavour.
    fn page(&self, input: Input, scope: &Scope, extent: Extent) -> OperationPage {
        let (known, flavour) = (self.line.page, self.flavour);
        let selected = self.steps.last().and_then(|step| step.ty.as_ref());
        let carries_item = matches!(
            self.kind,
            OperationKind::Create
                | OperationKind::Update
                | OperationKind::Upsert
                | OperationKind::Replace
        );
        let structured = |ty: &&Type| structured(ty).is_some();
        let answer = known.answer.as_ref().filter(structured);
        let target = answer.or(selected.filter(structured));
        let target = target.filter(|_| carries_item);
        let responses = known.responses.clone();
        let mut page = match extent {
            Extent::Whole => known.claims.page(target, responses, input, scope),
            Extent::Outline => known.claims.outline(responses),
        };
        if flavour.bodiless {
            page.body = None;
        } else if self.kind == OperationKind::AddReference
            && page.body.as_ref().is_none_or(is_untold)
        {
            page.body = Some(RequestBody::Reference);
        }
        if let Some(stream) = flavour.stream {
            page.responses.retain(|response| match response.body {
                ResponseBody::Stream => stream,
                ResponseBody::Value(_) | ResponseBody::Collection(_) => !stream,
                ResponseBody::Empty | ResponseBody::Unknown => true,
            });
        }
        if flavour.counts {
            // OData 4.0 Part 1, section 11.2.9: a number, whatever the page calls it.
            answer_with(&mut page.responses, ResponseBody::Value(walk::number()));
        }
        page
    }
}

/// In what the requests of one page differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Flavour {
    /// Requests of this method carry no body where the page has others that do.
    bodiless: bool,
    /// Of an answer with bytes and one with a value, which one it is.
    stream: Option<bool>,
    /// How many there are is asked, whatever the other requests of the page ask.
    counts: bool,
}

/// The pages of the api, one for each way in which requests of a page differ, as the first of these requests has it.
fn operation_pages(
    walked: &[Walked],
    page: impl Fn(&Walked) -> OperationPage + Sync,
) -> FxHashMap<(PageId, Flavour), Arc<OperationPage>> {
    let mut seen = FxHashSet::default();
    let key = |it: &Walked| (it.line.page.claims.id, it.flavour);
    let first: Vec<&Walked> = walked.iter().filter(|it| seen.insert(key(it))).collect();
    let pages = first.into_par_iter();
    pages.map(|it| (key(it), Arc::new(page(it)))).collect()
}

/// Whether a page tells nothing of a body but what it represents: what is linked then, not what is sent.
fn is_untold(body: &RequestBody) -> bool {
    match body {
        RequestBody::Unknown => true,
        RequestBody::Object { members, .. } => members.is_empty(),
        RequestBody::Parameters(_) | RequestBody::Reference | RequestBody::Stream { .. } => false,
    }
}

fn known_pages<'a>(requests: &'a Requests<'a>, scope: &Scope) -> Vec<Known<'a>> {
    requests
        .pages
        .par_iter()
        .map(|claims| {
            let responses = claims.responses(scope);
            let answer = page::value(&responses);
            let body = || match claims.body {
                Some(BodyText::Object(text)) => structured(&scope.ty(text, claims.id)),
                Some(
                    BodyText::None
                    | BodyText::Parameters
                    | BodyText::Json
                    | BodyText::Reference
                    | BodyText::Stream,
                )
                | None => None,
            };
            let carried = body();
            let about = answer.as_ref().and_then(structured).or(carried);
            Known {
                claims,
                responses,
                answer,
                about,
                carries_other: carried.is_some() && carried != about,
            }
        })
        .collect()
}

fn lines<'a>(pages: &'a [Known<'a>], paths: &'a FxHashMap<&str, Parsed>) -> Vec<Line<'a>> {
    let mut out = Vec::new();
    for page in pages {
        for (at, request) in page.claims.requests.iter().enumerate() {
            let Some(path) = paths
                .get(request.path)
                .filter(|path| !path.segments.is_empty())
            else {
                continue;
            };
            out.push(Line {
                page,
                at,
                fact: request.fact,
                method: request.method,
                path,
            });
        }
    }
    out
}

/// How many base types each type has.
fn depths(types: &[StructuredType]) -> Vec<u32> {
    let lineage =
        |at: usize| std::iter::successors(types[at].base, |base| types[base.index()].base);
    (0..types.len())
        .map(|at| lineage(at).count() as u32)
        .collect()
}

/// What pages say of paths.
fn evidence<'a>(lines: &[Line<'a>], types: &[StructuredType], depths: &[u32]) -> Evidence<'a> {
    let mut out = Evidence::default();
    for line in lines {
        for at in 0..line.path.segments.len() {
            out.prefixes.insert(line.path.prefix(at));
        }
        let announced = kind::announces(line.page.claims, line.path);
        if let Some(name) = announced.filter(|_| matches!(line.method, Method::Get | Method::Post))
        {
            let returns = out.callables.entry(name.to_ascii_lowercase()).or_default();
            *returns = returns.take().or_else(|| line.page.answer.clone());
        }
        let answer = line.page.answer.as_ref();
        let Some(answer) = answer.filter(|_| !line.page.claims.has_two_answers()) else {
            continue;
        };
        let key = line.path.key.as_str();
        let is_better = |known: &ItemType| {
            fit(&answer.item, line.path, types, depths) < fit(known, line.path, types, depths)
        };
        if line.method == Method::Get {
            let known = out.answers.entry(key).or_insert_with(|| answer.clone());
            if known.item != answer.item && is_better(&known.item) {
                *known = answer.clone();
            }
        } else if line.method == Method::Post
            && announced.is_none()
            && !answer.collection
            && kind::creates(line.page.claims)
        {
            let known = out
                .creates
                .entry(key)
                .or_insert_with(|| answer.item.clone());
            if *known != answer.item && is_better(known) {
                *known = answer.item.clone();
            }
        }
    }
    out
}

/// How well a type fits a path, best first: named like its last name, else the most general one.
fn fit(item: &ItemType, path: &Parsed, types: &[StructuredType], depths: &[u32]) -> (bool, u32) {
    let ItemType::Structured(id) = item else {
        return (true, u32::MAX);
    };
    let last = path
        .segments
        .iter()
        .rev()
        .find_map(|part| match &part.shape {
            Shape::Name(name) => Some(name),
            Shape::Qualified(_)
            | Shape::Key
            | Shape::Call(..)
            | Shape::System(_)
            | Shape::ItemPath(_) => None,
        });
    let name = types[id.index()].name.name();
    let is_named = last.is_some_and(|last| {
        name.eq_ignore_ascii_case(last) || name.eq_ignore_ascii_case(&path::singular(last))
    });
    (!is_named, depths[id.index()])
}

/// How to spell each beginning of a path: the path and the position of its last segment. Words are spelled as most
/// request lines do, placeholders as in the first one.
fn spellings<'a>(lines: &[Line<'a>]) -> Spellings<'a> {
    let mut out = Spellings::default();
    let mut votes: FxHashMap<(&str, &str), u32> = FxHashMap::default();
    for line in lines {
        for (at, part) in line.path.segments.iter().enumerate() {
            let key = line.path.prefix(at);
            let (best, best_at) = *out.entry(key).or_insert((line.path, at));
            let (Some(mine), Some(best)) = (word(part), word(&best.segments[best_at])) else {
                continue;
            };
            *votes.entry((key, mine)).or_default() += 1;
            let rank = |word: &str| (has_inner_capital(word), votes.get(&(key, word)).copied());
            if rank(mine) > rank(best) {
                out.insert(key, (line.path, at));
            }
        }
    }
    out
}

/// A name that has lost its capitals was typed carelessly, however often.
fn has_inner_capital(word: &str) -> bool {
    word.chars().skip(1).any(char::is_uppercase)
}

/// The word that a segment is.
fn word(part: &Part) -> Option<&str> {
    match part.pieces.as_slice() {
        [Piece::Text(word)] => Some(word),
        _ => None,
    }
}

/// Of the lines with the same method and path, that of the page that describes it best.
fn winner<'a>(group: &[Line<'a>], steps: &[Arc<Step>], depths: &[u32]) -> Line<'a> {
    let selected = steps
        .last()
        .and_then(|step| step.ty.as_ref())
        .and_then(structured);
    let rank = |line: &&Line| {
        let about = line.page.about;
        (
            about.is_none() || about != selected,
            line.page.carries_other,
            about.map_or(u32::MAX, |about| depths[about.index()]),
            line.at,
            line.page.claims.requests.len(),
            // Of pages that say the same, the one that says most.
            Reverse(line.page.claims.size()),
        )
    };
    group.iter().min_by_key(rank).copied().unwrap_or(group[0])
}

/// The other pages with the same method and path.
fn also(group: &[Line], winner: Line, input: Input) -> Vec<crate::api::Source> {
    let mut seen = FxHashSet::from_iter([winner.page.claims.id]);
    let others = group.iter().filter(|line| seen.insert(line.page.claims.id));
    others.map(|line| input.source(line.fact)).collect()
}

/// Puts another answer in the place of those that tell of success.
fn answer_with(responses: &mut Vec<Response>, body: ResponseBody) {
    let success = responses.iter().find(|response| response.status < 300);
    let other = Response {
        status: 200,
        body,
        description: success.map_or_else(String::new, |known| known.description.clone()),
    };
    responses.retain(|response| response.status >= 300);
    responses.insert(0, other);
}

fn has_no_body(method: Method) -> bool {
    match method {
        Method::Get | Method::Delete | Method::Head | Method::Options => true,
        Method::Post | Method::Put | Method::Patch => false,
    }
}

/// The path of the api: segments with types, placeholders with names that are unique within it.
fn path_of(
    line: Line,
    steps: &[Arc<Step>],
    kind: &OperationKind,
    spellings: &Spellings,
    page: &OperationPage,
) -> Path {
    let mut out = Path::default();
    let last = line.path.segments.len() - 1;
    for (at, step) in steps.iter().enumerate() {
        let &(spelling, from) = spellings
            .get(line.path.prefix(at))
            .unwrap_or(&(line.path, at));
        let part = &spelling.segments[from];
        let mut pieces = Vec::with_capacity(part.pieces.len());
        for piece in &part.pieces {
            pieces.push(match piece {
                Piece::Text(text) => Piece::Text(text.clone()),
                Piece::Parameter(index) => {
                    let placeholder = &spelling.placeholders[*index];
                    let taken = |name: &str| {
                        out.parameters
                            .iter()
                            .any(|known| known.name.eq_ignore_ascii_case(name))
                    };
                    let name = path::unique(&placeholder.wish, taken);
                    // The same path has as many placeholders, however it is spelled.
                    let own = line.path.placeholders.get(out.parameters.len());
                    let documented = &own.unwrap_or(placeholder).documented;
                    let parameter = path_parameter(name, placeholder, documented, line, page);
                    out.parameters.push(parameter);
                    Piece::Parameter(out.parameters.len() - 1)
                }
            });
        }
        let kind = match (kind, &part.shape) {
            (
                OperationKind::Action(_) | OperationKind::Function(_) | OperationKind::Delta,
                Shape::Name(name),
            ) if at == last && !matches!(step.kind, SegmentKind::Call(_)) => {
                SegmentKind::Call(name.clone())
            }
            _ => step.kind.clone(),
        };
        out.segments.push(Segment {
            kind,
            pieces,
            ty: step.ty.clone(),
        });
    }
    out
}

/// A placeholder with what the tables of the page say of it.
fn path_parameter(
    name: String,
    placeholder: &path::Placeholder,
    documented: &str,
    line: Line,
    page: &OperationPage,
) -> PathParameter {
    let is_it =
        |known: &str| known.eq_ignore_ascii_case(&name) || known.eq_ignore_ascii_case(documented);
    let argument = page
        .function_parameters
        .iter()
        .find(|parameter| is_it(&parameter.name));
    let row = || {
        line.page
            .claims
            .parameters(ParameterPlace::Path)
            .find(|(_, row)| is_it(&row.name))
    };
    let described = argument.map(|parameter| parameter.description.clone());
    PathParameter {
        ty: argument.map_or_else(page::string, |parameter| parameter.ty.clone()),
        description: described
            .or_else(|| row().map(|(_, row)| row.description.clone()))
            .unwrap_or_default(),
        documented: documented.to_owned(),
        is_sample: path::is_sample(documented),
        quoted: placeholder.quoted,
        multi_segment: placeholder.multi_segment,
        name,
    }
}

/// Sorts operations, and gives each that has none its id: the segments of its path and a verb for its method. Ids that
/// would be the same get a number in the order of the operations; in the real references those are other spellings of a
/// documented path, which examples show.
fn name(operations: &mut [Operation]) {
    operations.sort_by_cached_key(|operation| (operation.path.template(), operation.method));
    let known = operations.iter().map(|it| it.id.to_ascii_lowercase());
    let mut taken: FxHashSet<String> = known.filter(|id| !id.is_empty()).collect();
    for operation in operations.iter_mut().filter(|it| it.id.is_empty()) {
        let wish = id_of(operation);
        let id = path::unique(&wish, |id| taken.contains(&id.to_ascii_lowercase()));
        taken.insert(id.to_ascii_lowercase());
        operation.id = id;
    }
}

fn id_of(operation: &Operation) -> String {
    let mut out = String::new();
    for segment in &operation.path.segments {
        let mut bare = true;
        for piece in &segment.pieces {
            let Piece::Text(text) = piece else { continue };
            let words = path::without_namespace(text).split(|c: char| !c.is_ascii_alphanumeric());
            for word in words {
                bare &= word.is_empty();
                push_word(&mut out, word);
            }
        }
        if bare {
            let is_file = segment.kind == SegmentKind::ItemPath;
            push_word(&mut out, if is_file { "path" } else { "id" });
        }
    }
    let many = names_many(&operation.path);
    push_word(
        &mut out,
        match operation.method {
            Method::Get if many => "list",
            Method::Get => "get",
            Method::Post if many => "create",
            Method::Post => "post",
            Method::Put => "put",
            Method::Patch => "update",
            Method::Delete => "delete",
            Method::Head => "head",
            Method::Options => "options",
        },
    );
    out
}

/// Whether a path ends with the name of many, as far as the name alone tells: types may be resolved in another way
/// tomorrow, and an id must not change then.
fn names_many(path: &Path) -> bool {
    let names_on = |segment: &&Segment| {
        let is_cast = matches!(segment.kind, SegmentKind::Cast(_));
        !is_cast && segment.pieces != [Piece::Text("$ref".to_owned())]
    };
    let last = path.segments.iter().rev().find(names_on);
    last.is_some_and(|segment| match (&segment.kind, segment.pieces.as_slice()) {
        (SegmentKind::Name, [Piece::Text(word)]) => path::is_plural(word),
        _ => false,
    })
}

fn push_word(out: &mut String, word: &str) {
    if !word.is_empty() {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests;
