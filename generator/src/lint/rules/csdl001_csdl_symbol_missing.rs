use crate::{
    lint::{
        finding::{Findings, Severity},
        rule::{Check, Fixes, Preset, Rule},
        world::{Version, World},
    },
    model::{EnumModel, TypeModel},
    suggest,
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL001",
    name: "csdl-symbol-missing",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &["Unknown"],
    doc: include_str!("csdl001_csdl_symbol_missing.md"),
    check: Check::Version(check),
};

fn check(world: &World, version: &Version, out: &mut Findings) {
    if version.metadata_file.is_none() {
        return;
    }
    for (key, ty) in &version.model().types {
        check_type(world, version, key, ty, out);
    }
    for (key, ty) in &version.model().enums {
        check_enum(version, key, ty, out);
    }
}

fn check_type(world: &World, version: &Version, key: &str, ty: &TypeModel, out: &mut Findings) {
    let Some(page) = ty.pages.first().map(|id| id.of(version.facts())) else {
        return;
    };
    let name = ty.name.as_str();
    let Some(declared) = version.declared().types.get(key) else {
        if !version.declared().enums.contains_key(key) {
            let place = version.fact(page, "");
            out.tell(place, format!("the metadata has no type `{name}`"))
                .symbol(name);
        }
        return;
    };
    let inherited = version.api().find_type(name);
    for member in &ty.members {
        let Some(row) = member.rows.first().map(|id| id.of(version.facts())) else {
            continue;
        };
        let is_own = |name: &str| name.eq_ignore_ascii_case(&member.name);
        let is_declared = declared.member_names().any(|name| is_own(&name.text));
        let mut lineage = inherited.into_iter().flat_map(|id| version.api().lineage(id));
        let is_inherited = lineage.any(|base| {
            let base = version.declared().types.get(&base.name.key());
            base.is_some_and(|base| base.member_names().any(|name| is_own(&name.text)))
        });
        if is_declared || is_inherited {
            continue;
        }
        let place = version.name_of(world, row, "");
        let message = format!("the metadata has no `{}` in `{name}`", member.name);
        let finding = out
            .tell(place, message)
            .symbol(format!("{name}/{}", member.name));
        let label = "the type is declared here";
        let declared_at = version.metadata_at(declared.name.at, label);
        declared_at.map(|place| finding.related(place));
        let names = declared.member_names().map(|name| name.text.as_str());
        if let Some(near) = suggest::closest(&member.name, names) {
            finding.help(format!("did you mean `{near}`?"));
        }
    }
}

fn check_enum(version: &Version, key: &str, ty: &EnumModel, out: &mut Findings) {
    let Some(page) = ty.pages.first().map(|id| id.of(version.facts())) else {
        return;
    };
    let declared = version.declared();
    if declared.enums.contains_key(key) || declared.types.contains_key(key) {
        return;
    }
    let place = version.fact(page, "");
    out.tell(place, format!("the metadata has no enumeration `{}`", ty.name))
        .symbol(ty.name.as_str());
}
