use std::collections::HashMap;

use crate::{
    facts::Claim,
    lint::{
        finding::{Findings, Fix, Severity},
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "TBL003",
    name: "property-case-differs",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::Both,
    apidoctor: &[],
    doc: include_str!("tbl003_property_case_differs.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    let mut keys = HashMap::new();
    for fact in &cx.facts.facts {
        if let Claim::JsonKey { ty, name, .. } = &fact.claim {
            keys.insert((ty, name.to_ascii_lowercase()), (name, fact.at));
        }
    }
    for fact in &cx.facts.facts {
        let Claim::Member { ty, row, .. } = &fact.claim else {
            continue;
        };
        let Some((key, body)) = keys.get(&(ty, row.name.to_ascii_lowercase())) else {
            continue;
        };
        if **key == row.name {
            continue;
        }
        let entry = cx.representation(*body).and_then(|it| it.entry(key));
        let Some((entry, table)) = entry.zip(cx.row_at(fact.at)) else {
            continue;
        };
        let in_table = cx.at(table.name(cx.page), format!("the table says `{}`", row.name));
        let in_json = cx.at(entry.key_at, format!("the JSON says `{key}`"));
        let message = format!("`{}` and `{key}` are one property in two spellings", row.name);
        // Which of the two is right, another witness decides.
        let declared = cx.version.declared().types.get(&ty.key());
        let declared = declared.and_then(|declared| {
            let mut names = declared.member_names();
            names.find(|name| name.text.eq_ignore_ascii_case(key))
        });
        let symbol = format!("{ty}/{}", row.name);
        let (right, is_certain) = declared.map_or((*key, false), |name| (&name.text, true));
        let table_is_wrong = *right != row.name;
        let (wrong, other) = if table_is_wrong {
            (in_table, in_json)
        } else {
            (in_json, in_table)
        };
        let text = if table_is_wrong {
            right.clone()
        } else {
            format!("\"{right}\"")
        };
        let edits = Fix::replace(&wrong, text);
        let title = format!("spell it `{right}`");
        let finding = out.tell(wrong, message).symbol(symbol).related(other);
        if let Some(place) = declared
            .and_then(|name| cx.version.metadata_at(name.at, format!("the metadata says `{right}`")))
        {
            finding.related(place);
        }
        finding.fix(if is_certain {
            Fix::safe(title, edits)
        } else {
            Fix::needs_review(title, edits)
        });
    }
}
