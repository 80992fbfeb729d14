//! What holds for every api, as the documentation of `docwright::api` states it.

use std::collections::BTreeSet;

use docwright::api::{Api, CallableId, Path, Piece, TypeId};

/// What does not hold, one line for each breach.
pub(crate) fn broken(api: &Api) -> Vec<String> {
    let mut out = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            out.push(what);
        }
    };
    let types: Vec<_> = api.types.iter().map(|ty| ty.name.key()).collect();
    let enums: Vec<_> = api.enums.iter().map(|ty| ty.name.key()).collect();
    for (what, names) in [("types", types), ("enums", enums)] {
        let in_order = names.is_sorted_by(|one, next| one < next);
        check(
            in_order,
            format!("{what} are not in order, or repeat a name"),
        );
    }
    let requests = api.operations.iter();
    let requests: Vec<_> = requests.map(|it| (it.path.template(), it.method)).collect();
    check(
        requests.is_sorted_by(|one, next| one < next),
        "operations are not in order, or repeat a request".to_owned(),
    );
    let mut ids = BTreeSet::new();
    for operation in &api.operations {
        let id = &operation.id;
        check(
            ids.insert(id.to_ascii_lowercase()),
            format!("the id {id} repeats"),
        );
        check(
            has_distinct_parameters(&operation.path),
            format!("{id}: parameters repeat, or are not those of the path"),
        );
        let called = operation.calls.map(CallableId::index);
        check(
            called.is_none_or(|at| at < api.callables.len()),
            format!("{id} calls nothing"),
        );
    }
    for id in api.type_ids() {
        let ty = &api[id];
        let name = &ty.name;
        let ends = bases(api, id).take(api.types.len() + 1).count() <= api.types.len();
        check(ends, format!("{name} derives from itself"));
        if !ends {
            continue;
        }
        let mut members = BTreeSet::new();
        for member in api.all_members(id) {
            check(
                members.insert(member.name.to_ascii_lowercase()),
                format!("{name} repeats {}", member.name),
            );
        }
        let derived = api.type_ids().filter(|&other| api[other].base == Some(id));
        check(
            ty.derived.iter().copied().eq(derived),
            format!("{name} does not know what derives from it"),
        );
    }
    check(
        api.roots.is_sorted_by(|one, next| one.name < next.name),
        "roots are not in order, or repeat a name".to_owned(),
    );
    check(
        api.callables
            .is_sorted_by_key(|callable| callable.name.key()),
        "actions and functions are not in order".to_owned(),
    );
    out
}

fn bases(api: &Api, id: TypeId) -> impl Iterator<Item = TypeId> {
    std::iter::successors(api[id].base, |&base| api[base].base)
}

/// Whether names of placeholders are distinct, and each stands in the path once.
fn has_distinct_parameters(path: &Path) -> bool {
    let pieces = path.segments.iter().flat_map(|segment| &segment.pieces);
    let used = pieces.filter_map(|piece| match piece {
        Piece::Text(_) => None,
        Piece::Parameter(at) => Some(*at),
    });
    let names: BTreeSet<_> = path
        .parameters
        .iter()
        .map(|it| it.name.to_ascii_lowercase())
        .collect();
    used.eq(0..path.parameters.len()) && names.len() == path.parameters.len()
}
