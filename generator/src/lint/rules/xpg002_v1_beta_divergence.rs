use std::collections::HashSet;

use crate::{
    facts::{Claim, Fact},
    ir::{ApiVersion, TypeName},
    lint::{
        finding::{Findings, Severity},
        members::{self, MemberRow, Resource},
        names,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
        world::Version,
    },
    suggest,
    vocabulary::Column,
};

pub(super) static RULE: Rule = Rule {
    code: "XPG002",
    name: "v1-beta-divergence",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("xpg002_v1_beta_divergence.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let Some(page) = Resource::of(cx) else {
        return;
    };
    match cx.version.compilation.version {
        ApiVersion::V1_0 => check_v1(cx, &page, out),
        ApiVersion::Beta => check_beta(cx, &page, out),
    }
}

/// Tells what beta says otherwise.
fn check_v1(cx: &PageContext, page: &Resource, out: &mut Findings) {
    let Some(beta) = cx.world.version(ApiVersion::Beta) else {
        return;
    };
    let ty = beta.model().types.get(&page.ty.key());
    let has_rows = ty.is_some_and(|ty| ty.members.iter().any(|member| !member.rows.is_empty()));
    if !has_rows {
        return;
    }
    let mut told = HashSet::new();
    for row in &page.rows {
        if told.insert(&*row.row.name) {
            check_row(cx, beta, page.ty, row, out);
        }
    }
}

fn check_row(cx: &PageContext, beta: &Version, ty: &TypeName, row: &MemberRow, out: &mut Findings) {
    let name = &row.row.name;
    let Some(other) = members::table_row(beta, ty, name).map(|id| id.of(beta.facts())) else {
        tell_absent(cx, beta, ty, row, out);
        return;
    };
    let Claim::Member { row: theirs, .. } = &other.claim else {
        return;
    };
    if theirs.name != *name {
        tell_case(cx, beta, ty, row, (&theirs.name, other), out);
        return;
    }
    let Some(types) = Types::that_differ(cx, (beta, other), ty, row) else {
        return;
    };
    // Where the metadata of both sides with this page, it is the other one that wants a change.
    if !types.is_declared_by_both(&types.own) {
        let by_design = types.declared() == Some((&types.own, &types.their));
        tell_type(cx, (beta, other), ty, row, &types, by_design, out);
    }
}

/// Tells the types that v1.0 and the metadata of both versions say otherwise.
fn check_beta(cx: &PageContext, page: &Resource, out: &mut Findings) {
    let Some(v1) = cx.world.version(ApiVersion::V1_0) else {
        return;
    };
    let mut told = HashSet::new();
    for row in &page.rows {
        let other = members::table_row(v1, page.ty, &row.row.name).map(|id| id.of(v1.facts()));
        let Some(other) = other.filter(|_| told.insert(&*row.row.name)) else {
            continue;
        };
        let types = Types::that_differ(cx, (v1, other), page.ty, row);
        if let Some(types) = types.filter(|it| it.is_declared_by_both(&it.their)) {
            tell_type(cx, (v1, other), page.ty, row, &types, false, out);
        }
    }
}

/// The types of one member, as pages name them.
struct Types {
    /// What this page says.
    own: String,
    /// What the page of the other version says.
    their: String,
    /// What the metadata of this version declares.
    own_declared: Option<String>,
    /// What the metadata of the other version declares.
    their_declared: Option<String>,
}

impl Types {
    /// What a row says and what the row of the other version says, if both name types that are known, and not the same.
    fn that_differ(
        cx: &PageContext,
        (version, other): (&Version, &Fact),
        ty: &TypeName,
        row: &MemberRow,
    ) -> Option<Self> {
        let own = names::ty(cx.version, &row.row.ty, cx.id)?;
        let their = names::ty(version, &other.claim.row()?.ty, other.page)?;
        let own = names::words(cx.version, &own);
        let their = names::words(version, &their);
        (!own.eq_ignore_ascii_case(&their)).then(|| Self {
            own,
            their,
            own_declared: declared(cx.version, ty, &row.row.name),
            their_declared: declared(version, ty, &row.row.name),
        })
    }

    /// What the metadata of both versions declares, if both do.
    fn declared(&self) -> Option<(&String, &String)> {
        self.own_declared.as_ref().zip(self.their_declared.as_ref())
    }

    fn is_declared_by_both(&self, ty: &String) -> bool {
        self.declared() == Some((ty, ty))
    }
}

/// The type that the metadata of a version declares, as pages name it.
fn declared(version: &Version, owner: &TypeName, name: &str) -> Option<String> {
    let (_, declared) = members::declared(version, owner, name)?;
    Some(names::words(
        version,
        &names::declared_ty(version, declared)?,
    ))
}

fn tell_absent(
    cx: &PageContext,
    beta: &Version,
    ty: &TypeName,
    row: &MemberRow,
    out: &mut Findings,
) {
    let name = &row.row.name;
    let is_there = members::inherited_from(beta, ty, name).is_some()
        || members::member(beta, ty, name).is_some_and(|it| !it.keys.is_empty())
        || members::has_unknown_base(beta, ty);
    // Where the metadata of beta has it, only its page lacks it; that is told there.
    let declared = members::declared(beta, ty, name).is_some();
    let Some(at) = cx.row_at(row.at).filter(|_| !is_there && !declared) else {
        return;
    };
    let message = format!("`{name}` is in v1.0, but not in beta");
    let finding = out
        .tell(cx.at(at.name(cx.page), ""), message)
        .symbol(format!("{ty}/{name}"));
    if beta.metadata_file.is_some() {
        finding.severity(Severity::Info);
    }
    let place = beta.type_at(ty.as_str(), "beta describes the type here");
    place.map(|place| finding.related(place));
    let names = beta.model().types.get(&ty.key());
    let names = names.iter().flat_map(|ty| &ty.members);
    let names = names.map(|member| member.name.as_str());
    let is_new = |near: &&str| members::member(cx.version, ty, near).is_none();
    if let Some(near) = suggest::closest(name, names.filter(is_new)) {
        finding.help(format!("is it `{near}` there?"));
    }
}

fn tell_case(
    cx: &PageContext,
    beta: &Version,
    ty: &TypeName,
    row: &MemberRow,
    (theirs, other): (&str, &Fact),
    out: &mut Findings,
) {
    let name = &row.row.name;
    let Some(at) = cx.row_at(row.at) else {
        return;
    };
    let place = beta.name_of(cx.world, other, format!("beta says `{theirs}`"));
    out.tell(
        cx.at(at.name(cx.page), format!("v1.0 says `{name}`")),
        format!("`{name}` is spelled `{theirs}` in beta"),
    )
    .symbol(format!("{ty}/{name}"))
    .severity(Severity::Error)
    .related(place);
}

fn tell_type(
    cx: &PageContext,
    (version, other): (&Version, &Fact),
    ty: &TypeName,
    row: &MemberRow,
    types: &Types,
    by_design: bool,
    out: &mut Findings,
) {
    let name = &row.row.name;
    let Some(cell) = cx.row_at(row.at).and_then(|it| it.cell(Column::Type)) else {
        return;
    };
    let there = version.cell_of(cx.world, other, Column::Type);
    let (here, elsewhere) = (cx.version.compilation.version, version.compilation.version);
    let (own, their) = (&types.own, &types.their);
    let finding = out
        .tell(
            cx.at(cell, format!("{here} says `{own}`")),
            format!("`{name}` is `{own}` in {here}, but `{their}` in {elsewhere}"),
        )
        .symbol(format!("{ty}/{name}"))
        .related(version.at(
            other.page,
            there.unwrap_or(other.at),
            format!("{elsewhere} says `{their}`"),
        ));
    if by_design {
        finding.severity(Severity::Info);
        finding.help("the metadata of both versions says so, too: tell readers that it changes");
    } else if types.is_declared_by_both(their) {
        finding.help(format!("the metadata of both versions says `{their}`"));
    }
}
