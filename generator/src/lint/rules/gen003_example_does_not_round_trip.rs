use crate::{
    api::{Api, ItemType, Type, TypeId},
    ir::{Primitive, TypeName},
    json::tree::Node,
    lint::{
        finding::{Findings, Severity},
        generated::Crate,
        page::PageContext,
        rule::{Check, Fixes, Preset, Rule},
    },
};

pub(super) static RULE: Rule = Rule {
    code: "GEN003",
    name: "example-does-not-round-trip",
    severity: Severity::Error,
    preset: Preset::Minimal,
    fixes: Fixes::None,
    apidoctor: &[],
    doc: include_str!("gen003_example_does_not_round_trip.md"),
    check: Check::Page(check),
};

fn check(cx: &PageContext, out: &mut Findings) {
    if cx.world.beside.generated.is_empty() {
        return;
    }
    let Some(generated) = cx.world.generated().of(cx.version.compilation.version) else {
        return;
    };
    let walk = Walk {
        cx,
        api: cx.version.api(),
        generated,
    };
    for body in cx.bodies() {
        let tree = cx.messages().get(body.message).and_then(|it| it.tree());
        let value = tree.and_then(|tree| tree.root.pointer(&body.root));
        if let Some((value, _)) = value {
            walk.value(&body.ty, value, out);
        }
    }
}

/// A walk through a value beside its type in the api and in the crate.
struct Walk<'c, 'p, 'a> {
    cx: &'c PageContext<'p, 'a>,
    api: &'a Api,
    generated: &'c Crate<'a>,
}

impl Walk<'_, '_, '_> {
    fn value(&self, ty: &Type, value: &Node, out: &mut Findings) {
        let ItemType::Structured(id) = ty.item else {
            return;
        };
        if ty.collection {
            for item in value.items() {
                self.object(id, item, out);
            }
        } else {
            self.object(id, value, out);
        }
    }

    fn object(&self, id: TypeId, value: &Node, out: &mut Findings) {
        let named = value.get("@odata.type").and_then(Node::text);
        let named = named.map(|name| TypeName::new(name.trim_start_matches('#')));
        let named = named.and_then(|name| self.api.find_type(name.as_str()));
        let id = named
            .filter(|&it| self.api.derives_from(it, id))
            .unwrap_or(id);
        let ty = &self.api[id];
        // What the crate does not have at all, GEN001 tells.
        let Some(model) = self.generated.types.get(ty.name.as_str()) else {
            return;
        };
        let members = self.api.all_members(id);
        for entry in value.entries() {
            let member = members.iter().find(|it| it.name == *entry.key);
            let Some(member) = member else {
                continue;
            };
            let is_stream = member.ty.item == ItemType::Primitive(Primitive::Stream);
            if !is_stream && !model.wire.contains(&member.name) {
                let key = &entry.key;
                let message = format!("`{}` does not know `{key}` of this example", model.name);
                let mut place = self.generated.place(model);
                place.label = format!("the struct has no field for `{key}`");
                out.tell(self.cx.at(entry.key_at, ""), message)
                    .symbol(format!("{}:{}/{key}", self.cx.page.path, ty.name))
                    .related(place)
                    .help("generate the crate again");
            }
            self.value(&member.ty, &entry.value, out);
        }
    }
}
