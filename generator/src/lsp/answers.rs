//! What the server answers.
//!
//! Comes in: a place in an open page. Goes out: diagnostics, what a hover shows, where a name is defined, and repairs.

use std::{collections::HashMap, fmt::Write as _};

use gen_lsp_types::{
    Code, CodeAction, CodeActionKind, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    Hover, Location, MarkupContent, MarkupKind, TextEdit, Uri, WorkspaceEdit,
};

use super::{
    desk::{Desk, Now, PageAt},
    position::{self, Encoding},
};
use crate::{
    api::{Api, ItemType, Member, MemberKind, Type},
    facts::{self, Claim},
    lint::{Edit, Finding, Fix, Place, Safety, Severity, World, page},
    span::ByteRange,
};

/// The findings of a page.
pub(super) fn diagnostics(desk: &Desk, at: PageAt, encoding: Encoding) -> Vec<Diagnostic> {
    let findings = desk.now(at).map(|now| now.findings.as_slice());
    let findings = findings.unwrap_or_default().iter();
    findings
        .map(|finding| diagnostic(&desk.world, finding, encoding))
        .collect()
}

fn diagnostic(world: &World, finding: &Finding, encoding: Encoding) -> Diagnostic {
    let related = finding.related.iter().filter_map(|place| {
        let location = location(world, place, encoding)?;
        Some(DiagnosticRelatedInformation::new(
            location,
            place.label.clone(),
        ))
    });
    let related: Vec<_> = related.collect();
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push('\n');
        message.push_str(help);
    }
    let file = world.files.get(finding.primary.file);
    Diagnostic {
        range: encoding.range(file, finding.primary.at),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Info => DiagnosticSeverity::Information,
        }),
        code: Some(Code::String(finding.rule.code.to_owned())),
        source: Some("docwright".to_owned()),
        message: message.into(),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

fn location(world: &World, place: &Place, encoding: Encoding) -> Option<Location> {
    let file = world.files.get(place.file);
    let uri = position::uri(&file.location)?;
    Some(Location::new(uri, encoding.range(file, place.at)))
}

/// Repairs of what is found within a range, and of the whole page.
pub(super) fn actions(
    desk: &Desk,
    at: PageAt,
    range: ByteRange,
    encoding: Encoding,
) -> Vec<CodeAction> {
    let findings = desk.now(at).map(|now| now.findings.as_slice());
    let findings = findings.unwrap_or_default();
    let mut actions = Vec::new();
    for finding in findings {
        let place = finding.primary.at;
        let touches = place.start <= range.end && range.start <= place.end;
        let Some(fix) = finding.fix.as_ref().filter(|_| touches) else {
            continue;
        };
        actions.push(CodeAction {
            title: titled(finding, fix),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic(&desk.world, finding, encoding)]),
            is_preferred: Some(fix.safety == Safety::Safe),
            edit: Some(workspace_edit(&desk.world, &fix.edits, encoding)),
            ..CodeAction::default()
        });
    }
    let safe = findings.iter().filter_map(|it| it.fix.as_ref());
    let safe = safe.filter(|fix| fix.safety == Safety::Safe);
    let edits = disjoint(safe.filter(|fix| fix.edits.iter().all(|edit| edit.file == at.file)));
    if !edits.is_empty() {
        actions.push(CodeAction {
            title: "Repair all that can be repaired without looking".to_owned(),
            kind: Some(CodeActionKind::SourceFixAll),
            edit: Some(workspace_edit(&desk.world, &edits, encoding)),
            ..CodeAction::default()
        });
    }
    actions
}

fn titled(finding: &Finding, fix: &Fix) -> String {
    let mut title = fix.title.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    match fix.safety {
        Safety::Safe => format!("{title} ({})", finding.rule.code),
        Safety::Unsafe => format!("{title} ({}, look at it)", finding.rule.code),
    }
}

/// The edits of fixes, without fixes that touch what one before them touches.
fn disjoint<'f>(fixes: impl Iterator<Item = &'f Fix>) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for fix in fixes {
        let is_free = |edit: &Edit| {
            let mut others = edits.iter();
            others.all(|it| edit.at.end < it.at.start || it.at.end < edit.at.start)
        };
        if fix.edits.iter().all(is_free) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    edits
}

fn workspace_edit(world: &World, edits: &[Edit], encoding: Encoding) -> WorkspaceEdit {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in edits {
        let file = world.files.get(edit.file);
        if let Some(uri) = position::uri(&file.location) {
            let range = encoding.range(file, edit.at);
            changes
                .entry(uri)
                .or_default()
                .push(TextEdit::new(range, edit.text.clone()));
        }
    }
    WorkspaceEdit {
        changes: Some(changes),
        ..WorkspaceEdit::default()
    }
}

/// What a name under the cursor means: the member that a row declares, or the type that a word names.
pub(super) fn hover(desk: &Desk, at: PageAt, offset: usize, encoding: Encoding) -> Option<Hover> {
    let now = desk.now(at)?;
    let api = desk.world.versions[at.version].api();
    let (text, range) = if let Some((ty, name, range)) = row_member(desk, at, now, offset) {
        (describe_member(api, &ty, &name)?, range)
    } else {
        let word = word(&now.page.text, offset);
        (describe_type(api, word.of(&now.page.text))?, word)
    };
    let contents = MarkupContent {
        kind: MarkupKind::Markdown,
        value: text,
    };
    let file = desk.world.files.get(at.file);
    Some(Hover::new(
        contents.into(),
        Some(encoding.range(file, range)),
    ))
}

/// The type and the name of the member that the row at the cursor declares, and the place of the cell.
fn row_member(
    desk: &Desk,
    at: PageAt,
    now: &Now,
    offset: usize,
) -> Option<(String, String, ByteRange)> {
    let cursor = ByteRange::new(offset, offset);
    let mut rows = now
        .facts
        .facts
        .iter()
        .filter(|fact| fact.at.contains(cursor));
    rows.find_map(|fact| {
        let (owner, row) = match &fact.claim {
            Claim::Member { ty, row, .. } => (ty.as_str().to_owned(), row),
            Claim::BodyMember(row) => (body_type(desk, at, now)?, row),
            _ => return None,
        };
        let cells = page::row_at(&desk.world, &now.page, fact.at)?;
        let mut cells = cells.row.cells.iter();
        let cell = cells.find(|cell| cell.contains(cursor)).copied()?;
        Some((owner, row.name.clone(), cell))
    })
}

/// The type whose members the request bodies of a page list.
fn body_type(desk: &Desk, at: PageAt, now: &Now) -> Option<String> {
    let version = &desk.world.versions[at.version];
    let operations = version.operations_of(&now.page.path).iter();
    let mut bodies = operations.filter_map(|it| it.page.body.as_ref());
    bodies.find_map(|body| match body {
        crate::api::RequestBody::Object { ty, .. } => match ty.item {
            ItemType::Structured(id) => Some(version.api()[id].name.as_str().to_owned()),
            ItemType::Primitive(_) | ItemType::Enum(_) | ItemType::Unknown { .. } => None,
        },
        crate::api::RequestBody::Parameters(_)
        | crate::api::RequestBody::Reference
        | crate::api::RequestBody::Stream { .. }
        | crate::api::RequestBody::Unknown => None,
    })
}

/// `` `microsoft.graph.user/displayName`: `Edm.String` `` and what else is known.
fn describe_member(api: &Api, ty: &str, name: &str) -> Option<String> {
    let id = api.find_type(ty)?;
    let mut lineage = api.lineage(id);
    let (owner, member) = lineage.find_map(|ty| {
        let mut members = ty.members.iter();
        let member = members.find(|it| it.name.eq_ignore_ascii_case(name))?;
        Some((ty, member))
    })?;
    let mut out = format!(
        "`{}/{}`: {}",
        owner.name,
        member.name,
        shown(api, &member.ty)
    );
    for note in notes(member) {
        out.push_str(", ");
        out.push_str(note);
    }
    if owner.name.key() != ty.to_ascii_lowercase() {
        let _ = write!(out, "\n\nInherited from `{}`", owner.name);
    }
    if let ItemType::Enum(_) | ItemType::Structured(_) = member.ty.item {
        let target = described(api, &member.ty.item);
        out.push_str(&target.map(|it| format!("\n\n{it}")).unwrap_or_default());
    }
    Some(out)
}

fn notes(member: &Member) -> impl Iterator<Item = &'static str> {
    let is_navigation = matches!(member.kind, MemberKind::Navigation { .. });
    let all = [
        (is_navigation, "a navigation property"),
        (member.nullable == Some(false), "never null"),
        (member.nullable == Some(true), "may be null"),
        (member.read_only, "read-only"),
        (member.required, "required on create"),
        (member.deprecated.is_some(), "deprecated"),
    ];
    all.into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, note)| note)
}

/// A type in the words of CSDL.
fn shown(api: &Api, ty: &Type) -> String {
    let item = match &ty.item {
        ItemType::Primitive(primitive) => primitive.as_str().to_owned(),
        ItemType::Structured(id) => api[*id].name.as_str().to_owned(),
        ItemType::Enum(id) => api[*id].name.as_str().to_owned(),
        ItemType::Unknown { text, reason } => return format!("`{text}`, which {reason}"),
    };
    if ty.collection {
        format!("`Collection({item})`")
    } else {
        format!("`{item}`")
    }
}

fn describe_type(api: &Api, word: &str) -> Option<String> {
    let item = find(api, word)?;
    described(api, &item)
}

/// The type that a word names, with or without a namespace.
fn find(api: &Api, word: &str) -> Option<ItemType> {
    let name = crate::ir::TypeName::new(word);
    if word.is_empty() {
        return None;
    }
    let structured = api.find_type(name.as_str()).map(ItemType::Structured);
    structured.or_else(|| api.find_enum(name.as_str()).map(ItemType::Enum))
}

/// What a type is, in a paragraph.
fn described(api: &Api, item: &ItemType) -> Option<String> {
    match item {
        ItemType::Structured(id) => {
            let ty = &api[*id];
            let kind = match ty.kind {
                crate::api::TypeKind::Entity => "entity type",
                crate::api::TypeKind::Complex => "complex type",
            };
            let base = ty
                .base
                .map(|base| format!(", derives from `{}`", api[base].name));
            let count = match api.all_members(*id).len() {
                1 => "1 member".to_owned(),
                count => format!("{count} members"),
            };
            Some(format!(
                "`{}`: {kind}{}, {count}\n\n{}",
                ty.name,
                base.unwrap_or_default(),
                ty.description
            ))
        }
        ItemType::Enum(id) => {
            let ty = &api[*id];
            let members: Vec<_> = ty
                .members
                .iter()
                .map(|it| format!("`{}`", it.name))
                .collect();
            Some(format!(
                "`{}`: {}\n\n{}",
                ty.name,
                members.join(", "),
                ty.description
            ))
        }
        ItemType::Primitive(_) | ItemType::Unknown { .. } => None,
    }
}

/// Where what is under the cursor is defined: the page that a link leads to, or the type that a word or a member names.
pub(super) fn definition(
    desk: &Desk,
    at: PageAt,
    offset: usize,
    encoding: Encoding,
) -> Option<Location> {
    let now = desk.now(at)?;
    let version = &desk.world.versions[at.version];
    let text = &now.page.text;
    let name = word(text, offset);
    let named = find(version.api(), name.of(text)).map(|item| type_name(version.api(), &item));
    let of_row = || {
        let (ty, member, _) = row_member(desk, at, now, offset)?;
        let id = version.api().find_type(&ty)?;
        let members = version.api().all_members(id);
        let member = members.into_iter().find(|it| it.name == member)?;
        type_name(version.api(), &member.ty.item)
    };
    if let Some(name) = named.flatten().or_else(of_row) {
        let place = version.type_at(&name, "")?;
        return location(&desk.world, &place, encoding);
    }
    let cursor = ByteRange::new(offset, offset);
    let link = now
        .page
        .links
        .iter()
        .find(|link| link.range.contains(cursor))?;
    let target = version.page_by_path(&facts::join(&now.page.path, &link.target))?;
    location(
        &desk.world,
        &version.at(target, ByteRange::default(), ""),
        encoding,
    )
}

fn type_name(api: &Api, item: &ItemType) -> Option<String> {
    match item {
        ItemType::Structured(id) => Some(api[*id].name.as_str().to_owned()),
        ItemType::Enum(id) => Some(api[*id].name.as_str().to_owned()),
        ItemType::Primitive(_) | ItemType::Unknown { .. } => None,
    }
}

/// The name under the cursor, which may have dots in it.
fn word(text: &str, offset: usize) -> ByteRange {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let start = text[..offset].rfind(|c| !is_part(c));
    let start = start.map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    let end = text[offset..]
        .find(|c| !is_part(c))
        .map_or(text.len(), |at| offset + at);
    let word = text[start..end].trim_matches('.');
    let start = start + text[start..end].find(word).unwrap_or_default();
    ByteRange::new(start, start + word.len())
}
