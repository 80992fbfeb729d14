use crate::{
    api::TypeKind,
    csdl::ItemRef,
    facts::{Claim, Fact, Witness},
    json::tree::Tree,
    lint::{
        finding::{Edit, Finding, Findings, Fix, Place, Severity},
        page,
        pages_alone::{PagesAlone, TypePair, title_of},
        rule::{Check, Fixes, Preset, Rule},
    },
    model::FactId,
    sections::{Link, Section},
    span::ByteRange,
};

pub(super) static RULE: Rule = Rule {
    code: "CSDL005",
    name: "csdl-facets-differ",
    severity: Severity::Warning,
    preset: Preset::Recommended,
    fixes: Fixes::Safe,
    apidoctor: &["Unknown"],
    doc: include_str!("csdl005_csdl_facets_differ.md"),
    check: Check::Metadata(check),
};

/// The base type of all entity types that name no other.
const ROOT: &str = "microsoft.graph.entity";

/// The keys of annotations that tell facets.
const BASE: &str = "baseType";
const OPEN: &str = "openType";
const KEY: &str = "keyProperty";

fn check(_: &crate::lint::World, alone: &PagesAlone, out: &mut Findings) {
    for pair in alone.types() {
        if let Some(page) = alone.page_of(pair.model) {
            let facets = Facets::new(alone, pair, page);
            facets.check_base(out);
            facets.check_kind(out);
            facets.check_open(out);
            facets.check_abstract(out);
            facets.check_key(out);
        }
    }
}

/// The type of a page, and the annotation that tells its facets.
struct Facets<'p, 'v, 'a> {
    alone: &'p PagesAlone<'v, 'a>,
    pair: TypePair<'p>,
    page: &'a Fact,
    annotation: Option<page::AnnotationText>,
}

impl<'p, 'v, 'a> Facets<'p, 'v, 'a> {
    fn new(alone: &'p PagesAlone<'v, 'a>, pair: TypePair<'p>, page: &'a Fact) -> Self {
        Self {
            alone,
            pair,
            page,
            annotation: annotation(alone, pair, page),
        }
    }

    fn check_base(&self, out: &mut Findings) {
        let declared = self.pair.declared.base.as_ref();
        let in_metadata = declared.map(|it| match &it.item {
            ItemRef::Named(name) => name.as_str(),
            ItemRef::Primitive(primitive) => primitive.as_str(),
            ItemRef::Unread(text) => text,
        });
        let paged = self
            .pair
            .paged
            .base
            .map(|id| self.alone.api[id].name.as_str());
        let same = |a: Option<&str>, b: Option<&str>| match (a, b) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (None, None) => true,
            (Some(one), None) | (None, Some(one)) => one == ROOT,
        };
        if same(paged, in_metadata) {
            return;
        }
        // Words that no reader takes for a base type may still say so.
        if paged.is_none() && in_metadata.is_some_and(|base| self.is_subclass_of(base)) {
            return;
        }
        let place = self.claimed(&self.pair.model.bases).map(|(_, at)| at);
        let place = self.entry(BASE).or(place);
        let name = &self.pair.paged.name;
        let is_said = place.is_some();
        let message = match (paged.filter(|_| is_said), in_metadata) {
            (Some(paged), Some(declared)) => format!(
                "`{name}` derives from `{paged}` by its page, and from `{declared}` in the metadata"
            ),
            (Some(paged), None) => format!(
                "`{name}` derives from `{paged}` by its page, and has no base type in the metadata"
            ),
            (None, Some(declared)) => format!(
                "the page of `{name}` names no base type; in the metadata it derives from `{declared}`"
            ),
            (None, None) => return,
        };
        let finding = self.tell(place, message, "base", out);
        let Some(base) = declared else {
            return;
        };
        self.relate(base.at, "the base type is declared here", finding);
        let Some(name) = in_metadata.filter(|&name| name != ROOT || self.claims_base()) else {
            return;
        };
        self.set(BASE, &format!("\"{name}\""), finding);
    }

    /// Whether a text above the tables speaks of a subclass, and leads to the page of a type.
    fn is_subclass_of(&self, base: &str) -> bool {
        let version = self.alone.version;
        let page = version.page(self.page.page);
        let intro = page.sections.iter().take_while(|it| it.level <= 1);
        let mut texts = intro.flat_map(Section::texts);
        texts.any(|text| {
            let leads = |link: &Link| {
                let target = version.target(self.page.page, &link.target);
                let ty = target.and_then(|page| version.model().type_of_page.get(&page));
                ty.is_some_and(|ty| ty.as_str().eq_ignore_ascii_case(base))
            };
            let said = page.str(text);
            let mut words = [
                "subclass",
                "derivative of",
                "derived from",
                "extends",
                "nherits",
            ]
            .iter();
            words.any(|word| said.contains(word)) && page.links_in(text).any(leads)
        })
    }

    /// Whether the annotation, and nothing but the annotation, tells a base type.
    fn claims_base(&self) -> bool {
        let facts = self.alone.version.facts();
        let bases = self.pair.model.bases.iter().map(|id| id.of(facts));
        let is_annotated = |fact: &Fact| {
            let annotated = matches!(&fact.claim, Claim::Base { witness, .. } if *witness == Witness::Annotation);
            annotated && fact.page == self.page.page
        };
        let claims: Vec<_> = bases.collect();
        !claims.is_empty() && claims.into_iter().all(is_annotated)
    }

    fn check_kind(&self, out: &mut Findings) {
        let paged = self.pair.paged.kind;
        let in_metadata = if self.pair.declared.is_entity {
            TypeKind::Entity
        } else {
            TypeKind::Complex
        };
        if paged == in_metadata {
            return;
        }
        let say = |kind| match kind {
            TypeKind::Entity => "an entity type",
            TypeKind::Complex => "a complex type",
        };
        let message = format!(
            "`{}` is {} by its page, and {} in the metadata",
            self.pair.paged.name,
            say(paged),
            say(in_metadata)
        );
        let is_stated = self.entry(KEY).is_some();
        let finding = self.tell(None, message, "kind", out);
        // Without a key in the annotation, the kind is only what rows and paths suggest.
        if !is_stated {
            finding.severity(Severity::Info);
        }
        self.relate(
            self.pair.declared.name.at,
            "the type is declared here",
            finding,
        );
        finding.help(match in_metadata {
            TypeKind::Entity => "say which property is the key, in the table and as `keyProperty` in the annotation",
            TypeKind::Complex => "take away what makes it an entity: a key, methods, or rows that lead to it as relationships",
        });
    }

    fn check_open(&self, out: &mut Findings) {
        let paged = self.alone.api.find_type(self.pair.paged.name.as_str());
        let mut lineage = paged.into_iter().flat_map(|id| self.alone.api.lineage(id));
        let paged = lineage.any(|ty| ty.is_open);
        let declared = self.alone.declared();
        let mut lineage = declared.lineage(self.pair.declared);
        let Some(is_open) = (match lineage.find(|ty| ty.is_open) {
            // That of a base type is told there.
            Some(ty) if !std::ptr::eq(ty, self.pair.declared) => None,
            found => Some(found.is_some()),
        }) else {
            return;
        };
        // A type of which a base type is open is open, too; that is told there.
        let mut bases = declared.lineage(self.pair.declared).skip(1);
        if bases.any(|ty| ty.is_open) {
            return;
        }
        if paged == is_open || !is_open && !self.pair.paged.is_open {
            return;
        }
        // A title or a sentence may say so where no reader looks for it.
        let page = self.alone.version.page(self.page.page);
        if is_open && page.text.to_ascii_lowercase().contains("open type") {
            return;
        }
        let place = self.entry(OPEN).or_else(|| {
            let facts = self.alone.version.facts();
            let mut claims = self.pair.model.traits.iter().map(|id| id.of(facts));
            let open = claims.find(|fact| matches!(fact.claim, Claim::Open { open: true, .. }))?;
            Some(self.alone.version.fact(open, ""))
        });
        let name = &self.pair.paged.name;
        let message = if is_open {
            format!("`{name}` is an open type in the metadata, and its page does not say so")
        } else {
            format!("`{name}` is an open type by its page, but not in the metadata")
        };
        let finding = self.tell(place, message, "open", out);
        self.relate(
            self.pair.declared.name.at,
            "the type is declared here",
            finding,
        );
        if is_open {
            self.set(OPEN, "true", finding);
        }
    }

    fn check_abstract(&self, out: &mut Findings) {
        if !self.pair.paged.is_abstract || self.pair.declared.is_abstract {
            return;
        }
        let facts = self.alone.version.facts();
        let mut claims = self.pair.model.traits.iter().map(|id| id.of(facts));
        let claim = claims.find(|fact| matches!(fact.claim, Claim::Abstract { .. }));
        // `derived from the abstract type` speaks of the base type.
        let speaks_of_base = |fact: &Fact| {
            let text = self.alone.version.page(fact.page).str(fact.at);
            text.contains("derived from") || text.contains("nherits from")
        };
        if claim.is_some_and(speaks_of_base) {
            return;
        }
        let place = claim.map(|fact| self.alone.version.fact(fact, ""));
        let message = format!(
            "`{}` is abstract by its page, and not in the metadata",
            self.pair.paged.name
        );
        let finding = self.tell(place, message, "abstract", out);
        self.relate(
            self.pair.declared.name.at,
            "the type is declared here",
            finding,
        );
    }

    fn check_key(&self, out: &mut Findings) {
        let facts = self.alone.version.facts();
        let claims = self.pair.model.traits.iter().map(|id| id.of(facts));
        let mut keys = claims.filter_map(|fact| match &fact.claim {
            Claim::Key { property, .. } if fact.page == self.page.page => Some(property),
            _ => None,
        });
        let Some(paged) = keys.next() else {
            return;
        };
        let mut lineage = self.alone.declared().lineage(self.pair.declared);
        let Some(ty) = lineage.find(|ty| !ty.key.is_empty()) else {
            self.tell_needless_key(paged, out);
            return;
        };
        if ty.key.iter().any(|key| key.text == *paged) {
            return;
        }
        let key: Vec<_> = ty.key.iter().map(|key| format!("`{}`", key.text)).collect();
        let message = format!(
            "the key of `{}` is `{paged}` by its page, and {} in the metadata",
            self.pair.paged.name,
            key.join(" with ")
        );
        let finding = self.tell(self.entry(KEY), message, "key", out);
        if let Some(first) = ty.key.first() {
            self.relate(first.at, "the key is declared here", finding);
            if ty.key.len() == 1 {
                self.set(KEY, &format!("\"{}\"", first.text), finding);
            }
        }
    }

    /// Tells the key of a type that has none; where the kind is another one, that tells it.
    fn tell_needless_key(&self, key: &str, out: &mut Findings) {
        let is_complex = self.pair.paged.kind == TypeKind::Complex;
        if !is_complex || self.pair.declared.is_entity {
            return;
        }
        let message = format!(
            "the page of `{}` names the key `{key}`, and the type has no key in the metadata",
            self.pair.paged.name
        );
        let finding = self.tell(self.entry(KEY), message, "key", out);
        self.relate(
            self.pair.declared.name.at,
            "the type is declared here",
            finding,
        );
        finding.help("take `keyProperty` out of the annotation");
    }

    /// The place of the first claim, with the claim.
    fn claimed(&self, ids: &[FactId]) -> Option<(&'a Fact, Place)> {
        let fact = ids.first()?.of(self.alone.version.facts());
        Some((fact, self.alone.version.fact(fact, "")))
    }

    /// The value of a key in the annotation.
    fn entry(&self, key: &str) -> Option<Place> {
        let tree = self.annotation.as_ref()?.tree.as_ref().ok()?;
        let value = &tree.root.entry(key)?.value;
        Some(self.alone.version.at(self.page.page, value.at, ""))
    }

    fn tell<'f>(
        &self,
        place: Option<Place>,
        message: String,
        facet: &str,
        out: &'f mut Findings,
    ) -> &'f mut Finding {
        let version = self.alone.version;
        let title = || version.at(self.page.page, title_of(version, self.page.page), "");
        let symbol = format!("{}#{facet}", self.pair.paged.name);
        out.tell(place.unwrap_or_else(title), message)
            .symbol(symbol)
    }

    fn relate(&self, at: ByteRange, label: &str, finding: &mut Finding) {
        let place = self.alone.version.metadata_at(at, label);
        place.map(|place| finding.related(place));
    }

    /// Offers to set a key of the annotation.
    fn set(&self, key: &str, value: &str, finding: &mut Finding) {
        let Some(tree) = self
            .annotation
            .as_ref()
            .and_then(|it| it.tree.as_ref().ok())
        else {
            return;
        };
        let page = self.alone.version.page(self.page.page);
        let file = self.alone.version.file(self.page.page);
        let change = match tree.root.entry(key) {
            Some(entry) => Some((entry.value.at, value.to_owned())),
            None => added(&page.text, tree, &format!("\"{key}\": {value}")),
        };
        let Some((at, text)) = change else {
            return;
        };
        let title = format!("say `\"{key}\": {value}` in the annotation");
        finding.fix(Fix::safe(title, vec![Edit { file, at, text }]));
    }
}

/// What adds an entry to an annotation, behind that of its type and in the manner of its lines.
fn added(text: &str, tree: &Tree, entry: &str) -> Option<(ByteRange, String)> {
    let mut entries = tree.root.entries().iter();
    let ty = entries.find(|it| it.key.ends_with("type"))?;
    let end = ty.value.at.end as usize;
    let (_, line) = text[..ty.key_at.start as usize].rsplit_once('\n')?;
    let gap = if line.trim().is_empty() {
        format!("{}{line}", page::line_end(text))
    } else {
        " ".to_owned()
    };
    Some((ByteRange::new(end, end), format!(",{gap}{entry}")))
}

/// The annotation of the JSON representation of a type on its page.
fn annotation(alone: &PagesAlone, pair: TypePair, fact: &Fact) -> Option<page::AnnotationText> {
    let page = alone.version.page(fact.page);
    let key = pair.paged.name.key();
    let codes = page.sections.iter().flat_map(Section::codes);
    let mut annotations = codes.filter_map(|code| page::annotation(page, code.annotation?));
    annotations.find(|annotation| {
        let Ok(tree) = &annotation.tree else {
            return false;
        };
        let text = |key: &str| tree.root.get(key).and_then(|it| it.text());
        let ty = text("@odata.type")
            .unwrap_or_default()
            .trim_start_matches('#');
        let is_resource = text("blockType").is_some_and(|it| it.eq_ignore_ascii_case("resource"));
        is_resource && ty.to_ascii_lowercase() == key
    })
}
