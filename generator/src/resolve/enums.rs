//! Enumerations: members of the tables first, then those that only descriptions list.

use rustc_hash::FxHashMap;

use super::{Input, Scope, scope};
use crate::{
    api::{EnumMember, EnumType},
    facts::Claim,
    model::{EnumModel, FactId},
};

pub(super) fn resolve(input: Input, scope: &Scope) -> Vec<EnumType> {
    scope
        .enums
        .iter()
        .map(|model| enum_type(input, model))
        .collect()
}

fn enum_type(input: Input, model: &EnumModel) -> EnumType {
    let mut out = EnumType {
        name: model.name.clone(),
        members: Vec::new(),
        is_flags: false,
        description: String::new(),
        deprecated: None,
        source: first(model)
            .map(|id| input.source(id.of(input.facts)))
            .unwrap_or_default(),
    };
    for id in &model.pages {
        if let Claim::Enum {
            description,
            deprecated,
            flags,
            ..
        } = &id.of(input.facts).claim
        {
            out.is_flags |= flags;
            if out.description.is_empty() {
                out.description.clone_from(description);
            }
            out.deprecated = out.deprecated.or_else(|| deprecated.clone());
        }
    }
    let mut index: FxHashMap<String, usize> = FxHashMap::default();
    let disowned = scope::is_disowned(input, model);
    for id in model.members.iter().filter(|_| !disowned) {
        if let Claim::EnumMember {
            name,
            value,
            description,
            ..
        } = &id.of(input.facts).claim
        {
            let member = add(&mut out.members, &mut index, name);
            member.value = member.value.or(*value);
            if member.description.is_empty() {
                member.description.clone_from(description);
            }
        }
    }
    for id in &model.lists {
        let Some(row) = id.of(input.facts).claim.row() else {
            continue;
        };
        for name in &row.facets.values {
            let evolved = row.facets.prefer_only.contains(name);
            let member = add(&mut out.members, &mut index, name);
            member.prefer_only |= evolved;
        }
    }
    out
}

fn first(model: &EnumModel) -> Option<&FactId> {
    model
        .pages
        .first()
        .or_else(|| model.members.first())
        .or_else(|| model.lists.first())
}

/// The member with this name, made if there is none. Case does not tell members apart: descriptions are careless of it.
fn add<'a>(
    members: &'a mut Vec<EnumMember>,
    index: &mut FxHashMap<String, usize>,
    name: &str,
) -> &'a mut EnumMember {
    let at = *index.entry(name.to_ascii_lowercase()).or_insert_with(|| {
        members.push(EnumMember {
            name: name.to_owned(),
            value: None,
            prefer_only: false,
            description: String::new(),
        });
        members.len() - 1
    });
    &mut members[at]
}
