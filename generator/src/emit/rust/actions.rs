//! What actions take: a struct for each page that lists parameters.
//!
//! Pages whose actions have the same name and the same parameters share a struct. Where the parameters differ, the type
//! that the action is bound to comes before the name.

use std::collections::{BTreeMap, BTreeSet};

use quote::quote;
use rayon::prelude::*;
use syn::Item;

use super::{
    ast, docs,
    features::Features,
    format::{Comments, File},
    layout::Piece,
    names::{self, Names},
    record::{self, Record, Shape},
    types::Scope,
};
use crate::{
    api::{Api, Operation, OperationKind, OperationPage, Parameter, RequestBody, SegmentKind},
    area::Presence,
    emit::Files,
};

/// The structs, and which page's requests carry which.
#[derive(Debug)]
pub(super) struct Actions<'a> {
    structs: Vec<Struct<'a>>,
    by_page: BTreeMap<&'a str, usize>,
}

#[derive(Debug)]
struct Struct<'a> {
    name: String,
    /// The action's name on the wire.
    action: String,
    page: &'a OperationPage,
    parameters: &'a [Parameter],
    /// The pages of all actions that take it.
    pages: BTreeSet<&'a str>,
}

impl<'a> Actions<'a> {
    /// Collects and names them.
    pub(super) fn new(api: &'a Api) -> Self {
        let mut pages = BTreeMap::new();
        for operation in &api.operations {
            if let Some(RequestBody::Parameters(parameters)) = &operation.page.body
                && !parameters.is_empty()
            {
                pages
                    .entry(&*operation.page.page)
                    .or_insert((operation, parameters.as_slice()));
            }
        }
        let mut shapes = BTreeMap::<String, BTreeSet<String>>::new();
        for (operation, parameters) in pages.values() {
            shapes
                .entry(action_name(operation))
                .or_default()
                .insert(shape(parameters));
        }
        let mut scope = names::Scope::types();
        let mut actions = Self {
            structs: Vec::new(),
            by_page: BTreeMap::new(),
        };
        let mut known = BTreeMap::new();
        for (page, (operation, parameters)) in pages {
            let action = action_name(operation);
            let shared = shapes.get(&action).is_some_and(|shapes| shapes.len() == 1);
            let name = if shared {
                names::camel(&action)
            } else {
                names::camel(&owner(api, operation)) + &names::camel(&action)
            };
            let index = *known
                .entry((name.clone(), shape(parameters)))
                .or_insert_with(|| {
                    let name = scope.take(name);
                    actions.structs.push(Struct {
                        name,
                        action,
                        page: &operation.page,
                        parameters,
                        pages: BTreeSet::new(),
                    });
                    actions.structs.len() - 1
                });
            actions.structs[index].pages.insert(page);
            actions.by_page.insert(page, index);
        }
        actions
    }

    /// The struct that the requests of a page carry.
    pub(super) fn of_page(&self, page: &str) -> Option<&str> {
        self.by_page
            .get(page)
            .map(|&index| self.structs[index].name.as_str())
    }

    /// The files below `src/actions`, and `src/actions.rs`.
    pub(super) fn emit(&self, api: &Api, names: &Names, features: &Features) -> Files {
        let presences = self.presences(api, features);
        let pieces = self.structs.iter().zip(presences).map(|(item, presence)| {
            let name = names::snake(&item.name);
            let words = name.split('_').filter(|word| !word.is_empty());
            let piece = Piece {
                words: words.map(str::to_owned).collect(),
                weight: 25 + 6 * item.parameters.len(),
                item,
            };
            (presence, piece)
        });
        let files = features.files(pieces.collect(), &mut names::Scope::functions());
        let modules: Vec<_> = files.iter().map(|(module, _)| module.clone()).collect();
        let declarations = features.declare(&modules);
        let mut comments = Comments::default();
        let about = comments.add("What the actions of the API take.");
        let index = quote! {
            #![doc = #about]
            #declarations
        };
        let index = File::new(index).text(&comments);
        let mut texts = Files::from([("src/actions.rs".to_owned(), index)]);
        texts.par_extend(files.par_iter().map(|(module, items)| {
            let mut comments = Comments::default();
            let mut file = File::new(quote! {
                #[allow(unused_imports)]
                use crate::{models, runtime::models::*};
            });
            let shape = Shape::new();
            for item in items {
                file.extend(item.items(&shape, api, names, &mut comments));
            }
            let types: Vec<_> = items.iter().map(|item| &item.name).collect();
            file.extend(record::macro_over("models", &types));
            (
                format!("src/actions/{}.rs", module.name),
                file.text(&comments),
            )
        }));
        texts
    }

    /// When each struct is there: with the operations that take it.
    fn presences(&self, api: &Api, features: &Features) -> Vec<Presence> {
        let mut by_page = BTreeMap::<&str, Presence>::new();
        for operation in &api.operations {
            let page = &*operation.page.page;
            let known = by_page.remove(page).unwrap_or(Presence::Whole);
            by_page.insert(page, known.or(features.areas().of_operation(operation)));
        }
        let of_struct = |item: &Struct| {
            let pages = item.pages.iter().filter_map(|page| by_page.get(page));
            pages.cloned().fold(Presence::Whole, Presence::or)
        };
        self.structs.iter().map(of_struct).collect()
    }
}

impl Struct<'_> {
    fn items(
        &self,
        shape: &Shape,
        api: &Api,
        names: &Names,
        comments: &mut Comments<'_>,
    ) -> [Item; 2] {
        let scope = Scope::outside(api, names);
        let action = format!("`{}`", self.action.replace('`', ""));
        let reference = docs::reference(api.version, &action, &self.page.page);
        let doc = format!("What {} takes.", reference.unwrap_or(action));
        let mut record = Record::new(comments.add(doc), &self.name);
        let fields = names::fields(self.parameters.iter().map(|it| it.name.as_str()));
        for (parameter, field) in self.parameters.iter().zip(&fields) {
            let doc = comments.add(parameter_doc(api, parameter));
            let ty = ast::generic("Option", scope.ty(&parameter.ty));
            record.add(doc, (&parameter.name, field), ty, None);
        }
        record.items(shape, &self.action, |info| info, comments)
    }
}

fn parameter_doc(api: &Api, parameter: &Parameter) -> String {
    let mut doc = docs::rustdoc(api.version, &parameter.source.page, &parameter.description);
    if doc.is_empty() {
        doc = format!("`{}`", parameter.name);
    }
    let says_so = parameter
        .description
        .to_ascii_lowercase()
        .contains("required");
    if parameter.required == Some(true) && !says_so {
        doc.push_str("\n\nRequired.");
    }
    doc
}

/// The name of the action that an operation calls; of its page, if it is none.
fn action_name(operation: &Operation) -> String {
    match &operation.kind {
        OperationKind::Action(name) | OperationKind::Function(name) => {
            name.rsplit('.').next().unwrap_or(name).to_owned()
        }
        OperationKind::List
        | OperationKind::Get
        | OperationKind::Create
        | OperationKind::Update
        | OperationKind::Upsert
        | OperationKind::Replace
        | OperationKind::Delete
        | OperationKind::AddReference
        | OperationKind::RemoveReference
        | OperationKind::ListReferences
        | OperationKind::Count
        | OperationKind::Download
        | OperationKind::Upload
        | OperationKind::Delta => {
            let page = operation.page.page.rsplit('/').next().unwrap_or_default();
            page.strip_suffix(".md").unwrap_or(page).to_owned()
        }
    }
}

/// What an action is bound to: the type where it is known, else the last name in the path.
fn owner(api: &Api, operation: &Operation) -> String {
    let segments = &operation.path.segments;
    let bound = segments
        .len()
        .checked_sub(2)
        .and_then(|at| segments[at].ty.as_ref());
    if let Some(crate::api::ItemType::Structured(id)) = bound.map(|ty| &ty.item) {
        return api[*id].name.name().to_owned();
    }
    let named = segments
        .iter()
        .rev()
        .skip(1)
        .find(|segment| segment.kind == SegmentKind::Name);
    let text = named
        .and_then(|segment| segment.pieces.first())
        .map(|piece| match piece {
            crate::api::Piece::Text(text) => text.clone(),
            crate::api::Piece::Parameter(_) => String::new(),
        });
    text.unwrap_or_default()
}

/// What must be equal for two pages to share a struct.
fn shape(parameters: &[Parameter]) -> String {
    let shape: Vec<_> = parameters
        .iter()
        .map(|parameter| (&parameter.name, &parameter.ty))
        .collect();
    format!("{shape:?}")
}
