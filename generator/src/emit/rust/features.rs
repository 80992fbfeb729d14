//! The Cargo features of a crate, and what is compiled with which of them.
//!
//! Comes in: the areas of the api. Goes out: a feature for each, and the attributes that leave out what nobody asked for.
//! Files hold what is there for the same reason, so that the attributes are at modules and not at every item. The one
//! exception: a navigation property is there with the area that its target is at home in.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident};

use super::{
    Form,
    ast::{self, ident},
    layout::{self, Piece},
    names,
};
use crate::{
    api::{Api, Segment, TypeId},
    area::{Area, AreaId, Areas, Presence},
};

/// A file is called after so many areas; after more, by its first definition.
const NAMED_AREAS: usize = 2;

/// The feature with all areas.
pub(super) const FULL: &str = "full";

/// The features of a crate.
#[derive(Debug)]
pub(super) struct Features {
    areas: Areas,
    /// Of each area.
    names: Vec<String>,
}

impl Features {
    /// Names them.
    pub(super) fn new(api: &Api, form: Form) -> Self {
        let areas = match form {
            Form::Crate => Areas::of(api),
            Form::Module => Areas::undivided(api),
        };
        let mut scope = names::Scope::features();
        let names = areas
            .all()
            .map(|(_, area)| scope.take(names::kebab(&area.name)))
            .collect();
        Self { areas, names }
    }

    /// The areas with their features, by name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Area)> {
        let names = self.names.iter().map(String::as_str);
        names.zip(self.areas.all().map(|(_, area)| area))
    }

    /// When something is there.
    pub(super) fn areas(&self) -> &Areas {
        &self.areas
    }

    fn name(&self, area: AreaId) -> &str {
        &self.names[area.index()]
    }

    /// The feature of what begins with a segment; none if that is always there.
    pub(super) fn of_segment(&self, first: &Segment) -> Option<&str> {
        self.areas.of_segment(first).map(|area| self.name(area))
    }

    /// The feature that a property which leads to `target` needs, where its type is there for `from`.
    pub(super) fn of_target(&self, from: &Presence, target: TypeId) -> Option<&str> {
        if from.implies(self.areas.of_type(target)) {
            return None;
        }
        Some(self.areas.home(target).map_or(FULL, |home| self.name(home)))
    }

    fn attribute(&self, presence: &Presence) -> Option<Attribute> {
        match presence {
            Presence::Always => None,
            Presence::Whole => Some(ast::feature(FULL)),
            Presence::With(areas) => {
                let names: Vec<_> = areas.iter().map(|&area| self.name(area)).collect();
                Some(match names.as_slice() {
                    [name] => ast::feature(name),
                    names => ast::any_feature(names),
                })
            }
        }
    }

    /// Files definitions, which are in order, by what they are there for and by name; `taken` has the names of modules beside
    /// the files.
    pub(super) fn files<T>(
        &self,
        pieces: Vec<(Presence, Piece<T>)>,
        taken: &mut names::Scope,
    ) -> Vec<(Module, Vec<T>)> {
        let mut by_presence = BTreeMap::<Presence, Vec<Piece<T>>>::new();
        for (presence, piece) in pieces {
            by_presence.entry(presence).or_default().push(piece);
        }
        let mut files = Vec::new();
        for (presence, pieces) in by_presence {
            let shared = self.file_name(&presence, &pieces[0].words);
            for group in layout::group_below(&shared, pieces) {
                let module = Module {
                    name: taken.take(names::snake(&group.name)),
                    presence: presence.clone(),
                };
                files.push((module, group.items));
            }
        }
        files.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        files
    }

    /// What the files are called that hold what is there for a reason; `first` has the words of its first definition.
    fn file_name(&self, presence: &Presence, first: &[String]) -> String {
        match presence {
            Presence::Always => String::new(),
            Presence::Whole => FULL.to_owned(),
            Presence::With(areas) if areas.len() <= NAMED_AREAS => {
                let names: Vec<_> = areas.iter().map(|&area| self.name(area)).collect();
                names.join("_and_").replace('-', "_")
            }
            Presence::With(_) => format!("shared_{}", first.join("_")),
        }
    }

    /// Declares modules that are no matter of the user, and hands out what is in them.
    pub(super) fn declare(&self, files: &[Module]) -> TokenStream {
        let modules: Vec<(Ident, Option<Attribute>)> = files
            .iter()
            .map(|file| (ident(&file.name), self.attribute(&file.presence)))
            .collect();
        let declared = modules.iter().map(|(name, when)| quote!(#when mod #name;));
        let used = modules
            .iter()
            .map(|(name, when)| quote!(#when pub use self::#name::*;));
        quote!(#(#declared)* #(#used)*)
    }
}

/// A file with definitions that are there for the same reason.
#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) name: String,
    pub(super) presence: Presence,
}
