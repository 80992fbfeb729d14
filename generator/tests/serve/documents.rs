//! Real pages, served.

use std::path::Path;

use serde_json::{Value, json};

use crate::{server::Server, shared};

#[test]
fn our_own_pages_work() {
    let docs = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs-input"));
    let server = Server::start(docs, &[]);
    let scripts = "/beta/deviceManagement/deviceManagementScripts";
    let script = server.get(scripts).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let states = format!("{scripts}/{script}/deviceRunStates");
    let state = server.get(&states).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let change = json!({"runState": "scriptError", "errorCode": 9});
    let changed = server
        .send(&format!("PATCH {states}/{state}"), &change)
        .is(200)
        .json();
    assert_eq!(
        (&changed["id"], &changed["errorCode"]),
        (&json!(state), &json!(9))
    );
    assert_eq!(
        server.get(&format!("{states}/{state}")).is(200).json()["runState"],
        "scriptError"
    );

    let users = format!("{scripts}/{script}/userRunStates");
    let user = server.get(&users).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    server
        .send(
            &format!("PATCH {users}/{user}"),
            &json!({"successDeviceCount": 4}),
        )
        .is(200);
    // A script that a request made has run nowhere.
    let second =
        json!({"id": "s2", "displayName": "Second", "fileName": "2.ps1", "scriptContent": "eA=="});
    server.send(&format!("POST {scripts}"), &second).is(201);
    let states_of_second = format!("{scripts}/s2/deviceRunStates");
    assert_eq!(
        server.get(&states_of_second).is(200).each("id"),
        [Value::Null; 0]
    );

    let shell = "/beta/deviceManagement/deviceShellScripts";
    let script = server.get(shell).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let user = server
        .get(&format!("{shell}/{script}/userRunStates"))
        .is(200)
        .each("id");
    let linked = format!(
        "{shell}/{script}/userRunStates/{}/deviceRunStates",
        user[0].as_str().unwrap()
    );
    let address = json!({"@odata.id": format!("http://{}{states}/{state}", server.address)});
    let reply = server.send(&format!("POST {linked}/$ref"), &address);
    assert!(matches!(reply.status, 201 | 204), "{}", reply.body);
    assert_eq!(
        server.get(&format!("{linked}/{state}")).is(200).json()["errorCode"],
        9
    );
    server
        .send(&format!("POST {linked}/$ref"), &address)
        .is(400);

    let compliance = "/beta/deviceManagement/deviceComplianceScripts";
    let script = server.get(compliance).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    let states = format!("{compliance}/{script}/deviceRunStates");
    let state = server.get(&states).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    server
        .send(
            &format!("PATCH {states}/{state}"),
            &json!({"detectionState": "fail"}),
        )
        .is(200);
    server
        .send(
            &format!("PATCH {states}/{state}"),
            &json!({"detectionState": "String"}),
        )
        .is(400);

    let health = "/beta/deviceManagement/deviceHealthScripts";
    server
        .get(&format!("{health}/getRemediationSummary"))
        .is(200);
    let script = server.get(health).is(200).each("id")[0]
        .as_str()
        .unwrap()
        .to_owned();
    server.get(&format!("{health}/{script}/runSummary")).is(200);
    server
        .send(
            &format!("POST {health}/{script}/assign"),
            &json!({"deviceHealthScriptAssignments": 7}),
        )
        .is(400);
}

#[test]
fn updates_of_collections_name_their_item() {
    let Some(seeds) = shared::shared("corpus/seeds") else {
        return;
    };
    let server = Server::start(&seeds, &[]);
    for (collection, change) in [
        (
            "deviceManagementScripts/1/deviceRunStates",
            json!({"id": "x", "errorCode": 9, "runState": "fail"}),
        ),
        (
            "deviceShellScripts/1/userRunStates",
            json!({"id": "x", "errorDeviceCount": 9}),
        ),
    ] {
        let request = format!("PATCH /beta/deviceManagement/{collection}");
        assert_eq!(server.send(&request, &change).is(200).json()["id"], "x");
        let more = server.send(&request, &json!({"id": "x"})).is(200).json();
        assert!(
            more.as_object().unwrap().values().any(|value| *value == 9),
            "{more}"
        );
        server.send(&request, &json!({})).is(400);
    }
    let scripts = "/beta/deviceManagement/deviceManagementScripts/1";
    server
        .send(
            &format!("PATCH {scripts}/runStates/7"),
            &json!({"resultMessage": "x"}),
        )
        .is(200);
    let target = format!("{scripts}/deviceRunStates/x");
    let linked = server.send(
        &format!("POST {scripts}/userRunStates/2/deviceRunStates/$ref"),
        &json!({"@odata.id": target}),
    );
    assert_eq!(linked.is(201).json()["errorCode"], 9);
}
