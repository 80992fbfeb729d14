use std::collections::HashSet;

use crate::{
    api::Type,
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
    if cx.version.compilation.version != ApiVersion::V1_0 {
        return;
    }
    let (Some(beta), Some(page)) = (cx.world.version(ApiVersion::Beta), Resource::of(cx)) else {
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
    let own = names::ty(cx.version, &row.row.ty, cx.id);
    let their = names::ty(beta, &theirs.ty, other.page);
    if let Some((own, their)) = own.zip(their) {
        let words = (names::words(cx.version, &own), names::words(beta, &their));
        if !words.0.eq_ignore_ascii_case(&words.1) {
            let by_design =
                is_declared(cx.version, ty, name, &own) && is_declared(beta, ty, name, &their);
            tell_type(cx, beta, ty, row, (&words, other), by_design, out);
        }
    }
}

/// Whether the metadata of a version declares the type that its page says.
fn is_declared(version: &Version, owner: &TypeName, name: &str, ty: &Type) -> bool {
    let declared = members::declared(version, owner, name);
    let declared = declared.and_then(|(_, declared)| names::declared_ty(version, declared));
    declared.as_ref() == Some(ty)
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
    beta: &Version,
    ty: &TypeName,
    row: &MemberRow,
    ((own, their), other): (&(String, String), &Fact),
    by_design: bool,
    out: &mut Findings,
) {
    let name = &row.row.name;
    let Some(cell) = cx.row_at(row.at).and_then(|it| it.cell(Column::Type)) else {
        return;
    };
    let there = crate::lint::page::row_at(cx.world, beta.page(other.page), other.at);
    let there = there
        .and_then(|it| it.cell(Column::Type))
        .unwrap_or(other.at);
    let finding = out
        .tell(
            cx.at(cell, format!("v1.0 says `{own}`")),
            format!("`{name}` is `{own}` in v1.0, but `{their}` in beta"),
        )
        .symbol(format!("{ty}/{name}"))
        .related(beta.at(other.page, there, format!("beta says `{their}`")));
    if by_design {
        finding.severity(Severity::Info);
        finding.help("the metadata of both versions says so, too: tell readers that it changes");
    }
}
