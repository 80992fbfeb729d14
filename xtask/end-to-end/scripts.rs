//! The scripts of `docs-input`: outcomes on devices, the life of a script, lists, batches, errors.

use azure_core::http::Body;
use futures::TryStreamExt as _;
use msgraph::{
    GraphClient, GraphClientOptions, GraphErrorExt as _, actions, models,
    requests::device_management::DeviceManagement,
    runtime::{Answer, Batch, ModelExt as _, Request},
};
use serde_json::{Value, json};

use crate::{any_token, kept, raw};

pub async fn keep(address: &str) {
    let client = client(address, GraphClientOptions::default());
    let root = client.device_management();
    outcomes_are_corrected(&root).await;
    outcomes_are_linked(&client).await;
    what_is_left_out_stays(&root).await;
    versions_are_compared(&root).await;
    collections_come_in_pages(&root).await;
    answers_hold_what_is_asked_for(&root).await;
    actions_and_functions_are_called(&root).await;
    requests_travel_together(&client).await;
    refusals_are_typed(&root, address).await;
}

/// A client of the service at an address, with further choices.
pub fn client(address: &str, options: GraphClientOptions) -> GraphClient {
    let options = GraphClientOptions {
        endpoint: Some(format!("http://{address}/beta")),
        allow_plain_http_to_loopback: true,
        ..options
    };
    GraphClient::new(any_token(), Some(options)).unwrap()
}

/// The id of a script that is there from the start.
async fn some_script(root: &DeviceManagement) -> String {
    let scripts = root.device_management_scripts().list().await.unwrap();
    scripts.value[0].id.clone().unwrap()
}

/// The id of an outcome of that script on a device.
async fn some_outcome(root: &DeviceManagement, script: &str) -> String {
    let script = root.device_management_scripts().id(script);
    let outcomes = script.device_run_states().list().await.unwrap();
    outcomes.value[0].id.clone().unwrap()
}

fn error_code(code: i32) -> models::DeviceManagementScriptDeviceState {
    models::DeviceManagementScriptDeviceState {
        run_state: Some(models::RunState::ScriptError),
        error_code: Some(code),
        ..Default::default()
    }
}

fn named(name: &str) -> models::DeviceManagementScript {
    models::DeviceManagementScript {
        display_name: Some(name.to_owned()),
        file_name: Some(format!("{name}.ps1")),
        script_content: Some(b"Get-Date".to_vec().into()),
        ..Default::default()
    }
}

/// What a request would send.
fn sent<T: Answer>(request: &Request<T>) -> Value {
    match request.to_http().unwrap().body() {
        Body::Bytes(bytes) => serde_json::from_slice(bytes).unwrap(),
        Body::SeekableStream(_) => panic!("a stream"),
    }
}

/// An answer as it came.
async fn body<T: Answer>(request: Request<T>) -> Value {
    let response = request.send().await.unwrap();
    serde_json::from_slice(response.body()).unwrap()
}

async fn outcomes_are_corrected(root: &DeviceManagement) {
    let script = some_script(root).await;
    let of_script = root.device_management_scripts().id(&script);

    let outcome = some_outcome(root, &script).await;
    let outcome = of_script.device_run_states().id(&outcome);
    let before = outcome.get().await.unwrap();
    let changed = outcome.update(&error_code(9)).await.unwrap().unwrap();
    assert_eq!(changed.error_code, Some(9));
    let read = outcome.get().await.unwrap();
    assert_eq!(read.run_state, Some(models::RunState::ScriptError));
    assert_eq!(read.error_code, Some(9));
    assert_eq!(read.result_message, before.result_message);

    let change = models::DeviceManagementScriptUserState {
        success_device_count: Some(41),
        ..Default::default()
    };
    let users = of_script.user_run_states().list().await.unwrap();
    let user = of_script
        .user_run_states()
        .id(users.value[0].id.as_ref().unwrap());
    user.update(&change).await.unwrap();
    assert_eq!(user.get().await.unwrap().success_device_count, Some(41));

    let shells = root.device_shell_scripts().list().await.unwrap();
    let shell = root
        .device_shell_scripts()
        .id(shells.value[0].id.as_ref().unwrap());
    let users = shell.user_run_states().list().await.unwrap();
    let user = shell
        .user_run_states()
        .id(users.value[0].id.as_ref().unwrap());
    user.update(&change).await.unwrap();
    assert_eq!(user.get().await.unwrap().success_device_count, Some(41));

    let scripts = root.device_compliance_scripts().list().await.unwrap();
    let script = root
        .device_compliance_scripts()
        .id(scripts.value[0].id.as_ref().unwrap());
    let outcomes = script.device_run_states().list().await.unwrap();
    let outcome = script
        .device_run_states()
        .id(outcomes.value[0].id.as_ref().unwrap());
    let change = models::DeviceComplianceScriptDeviceState {
        detection_state: Some(models::DetectionState::Fail),
        ..Default::default()
    };
    outcome.update(&change).await.unwrap();
    let read = outcome.get().await.unwrap();
    assert_eq!(read.detection_state, Some(models::DetectionState::Fail));

    let scripts = root.device_health_scripts().list().await.unwrap();
    let script = root
        .device_health_scripts()
        .id(scripts.value[0].id.as_ref().unwrap());
    let outcomes = script.device_run_states().list().await.unwrap();
    let id = outcomes.value[0].id.clone();
    let outcome = script.device_run_states().id(id.as_ref().unwrap());
    assert_eq!(outcome.get().await.unwrap().id, id);
    kept("outcomes of scripts are read and corrected");
}

async fn outcomes_are_linked(client: &GraphClient) {
    let root = client.device_management();
    let script = some_script(&root).await;
    let outcome = some_outcome(&root, &script).await;
    let of_script = root.device_management_scripts().id(&script);
    of_script
        .device_run_states()
        .id(&outcome)
        .update(&error_code(7))
        .await
        .unwrap();
    let address = format!(
        "{}/deviceManagement/deviceManagementScripts/{script}/deviceRunStates/{outcome}",
        client.endpoint()
    );

    // By a reference of its own.
    let shells = root.device_shell_scripts().list().await.unwrap();
    let shell = root
        .device_shell_scripts()
        .id(shells.value[0].id.as_ref().unwrap());
    let users = shell.user_run_states().list().await.unwrap();
    let user = shell
        .user_run_states()
        .id(users.value[0].id.as_ref().unwrap());
    let linked = user.device_run_states();
    linked.add_reference(&address).await.unwrap();
    let read = linked.id(&outcome).get().await.unwrap();
    assert_eq!(read.error_code, Some(7));
    let twice = linked.add_reference(&address).await.unwrap_err();
    assert_eq!(twice.graph().unwrap().status, 400);

    // In the body of another request.
    let users = of_script.user_run_states().list().await.unwrap();
    let user = of_script
        .user_run_states()
        .id(users.value[0].id.as_ref().unwrap());
    let mut change = models::DeviceManagementScriptUserState::default();
    change
        .extra
        .set("deviceRunStates@odata.bind", &vec![address]);
    user.update(&change).await.unwrap();
    let read = user.device_run_states().id(&outcome).get().await.unwrap();
    assert_eq!(read.error_code, Some(7));
    kept("outcomes are linked by `$ref` and by `@odata.bind`");
}

async fn what_is_left_out_stays(root: &DeviceManagement) {
    let scripts = root.device_management_scripts();
    let script = models::DeviceManagementScript {
        description: Some("Tells the time.".to_owned()),
        ..named("clock")
    };
    let created = scripts.create(&script).await.unwrap();
    assert_eq!(created.display_name.as_deref(), Some("clock"));
    let id = created.id.unwrap();
    let item = scripts.id(&id);
    let read = item.get().await.unwrap();
    assert_eq!(read.script_content, script.script_content);

    let mut change = models::DeviceManagementScript {
        display_name: Some("watch".to_owned()),
        ..Default::default()
    };
    assert_eq!(sent(&item.update(&change)), json!({"displayName": "watch"}));
    item.update(&change).await.unwrap();
    let read = item.get().await.unwrap();
    assert_eq!(read.display_name.as_deref(), Some("watch"));
    assert_eq!(read.description.as_deref(), Some("Tells the time."));
    assert_eq!(read.file_name.as_deref(), Some("clock.ps1"));

    change.display_name = None;
    change.set_null(|it| &mut it.description);
    assert_eq!(sent(&item.update(&change)), json!({"description": null}));
    item.update(&change).await.unwrap();
    let stored = body(item.get()).await;
    assert_eq!(stored["displayName"], "watch");
    assert_eq!(stored["fileName"], "clock.ps1");
    assert_eq!(stored.get("description"), Some(&Value::Null));
    let read = item.get().await.unwrap();
    assert!(read.is_null(|it| &it.description));
    assert!(!read.is_null(|it| &it.file_name));

    item.delete().await.unwrap();
    let gone = item.get().await.unwrap_err();
    assert_eq!(gone.graph().unwrap().status, 404);
    kept("a member is left out, set, or null, and each means something else");
}

async fn versions_are_compared(root: &DeviceManagement) {
    let scripts = root.device_management_scripts();
    let created = scripts.create(&named("lock")).await.unwrap();
    let item = scripts.id(created.id.as_ref().unwrap());
    let tag = item.get().await.unwrap().extra.odata_etag().unwrap();
    let change = |name: &str| item.update(&named(name)).if_match(&tag);
    change("bolt").await.unwrap();
    let late = change("chain").await.unwrap_err();
    let said = late.graph().unwrap();
    assert_eq!(said.status, 412);
    assert!(
        !said.code.is_empty() && !said.message.is_empty(),
        "{said:?}"
    );
    let read = item.get().await.unwrap();
    assert_eq!(read.display_name.as_deref(), Some("bolt"));
    item.delete().await.unwrap();
    kept("a change of another version than the last is refused with a typed 412");
}

async fn collections_come_in_pages(root: &DeviceManagement) {
    let scripts = root.device_management_scripts();
    for at in 0..5 {
        scripts.create(&named(&format!("page {at}"))).await.unwrap();
    }
    let first = scripts.list().top(2).count().await.unwrap();
    let all = usize::try_from(first.count.unwrap()).unwrap();
    assert!(all >= 5 && first.value.len() == 2, "{all}");
    assert!(first.next_link.is_some());

    // Three pages or more of two each.
    let mut pager = scripts.list().top(2).into_pager();
    let mut ids = Vec::new();
    while let Some(script) = pager.try_next().await.unwrap() {
        ids.push(script.id.unwrap());
    }
    assert_eq!(ids.len(), all);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "an item came twice");
    kept("a pager reads every page, and every item once");
}

async fn answers_hold_what_is_asked_for(root: &DeviceManagement) {
    let scripts = root.device_management_scripts();
    let page = scripts
        .list()
        .select(["displayName"])
        .filter("startswith(displayName, 'page ') and displayName ne 'page 2'")
        .orderby(["displayName desc"])
        .skip(1)
        .await
        .unwrap();
    let names: Vec<_> = page
        .value
        .iter()
        .map(|it| it.display_name.as_deref())
        .collect();
    assert_eq!(names, [Some("page 3"), Some("page 1"), Some("page 0")]);
    assert!(page.value.iter().all(|it| it.file_name.is_none()));

    let script = some_script(root).await;
    let expanded = scripts.id(&script).get().expand(["deviceRunStates"]);
    let expanded = expanded.await.unwrap();
    let outcomes = expanded.device_run_states.get().unwrap().unwrap();
    let outcome = some_outcome(root, &script).await;
    assert!(outcomes.iter().any(|it| it.id.as_ref() == Some(&outcome)));
    kept("lists are selected, filtered, sorted and counted, and links expanded");
}

async fn actions_and_functions_are_called(root: &DeviceManagement) {
    let script = some_script(root).await;
    let assignment = models::DeviceManagementScriptAssignment {
        target: Some(models::DeviceAndAppManagementAssignmentTarget::default()),
        ..Default::default()
    };
    let assign = actions::DeviceManagementScriptAssign {
        device_management_script_assignments: Some(vec![assignment]),
        ..Default::default()
    };
    let scripts = root.device_management_scripts();
    scripts.id(&script).assign(&assign).await.unwrap();
    let asked = actions::HasPayloadLinks {
        payload_ids: Some(vec![script]),
        ..Default::default()
    };
    scripts.has_payload_links(&asked).await.unwrap();
    let health = root.device_health_scripts();
    health.get_remediation_summary().await.unwrap();
    kept("actions take what they name, and functions answer");
}

async fn requests_travel_together(client: &GraphClient) {
    let root = client.device_management();
    let scripts = root.device_management_scripts();
    let mut batch = Batch::new(client);
    let list = batch.add(scripts.list().top(1)).unwrap();
    let created = batch
        .add_after(scripts.create(&named("batched")), [list.id()])
        .unwrap();
    let missing = batch.add(scripts.id("nobody").get()).unwrap();
    let unmet = batch.add_after(scripts.list(), [missing.id()]).unwrap();
    let mut answers = batch.send().await;
    let page = answers.take(list).unwrap().into_model().unwrap();
    assert_eq!(page.value.len(), 1);
    let created = answers.take(created).unwrap().into_model().unwrap();
    assert_eq!(created.display_name.as_deref(), Some("batched"));
    let status = |error: azure_core::Error| error.graph().unwrap().status;
    assert_eq!(status(answers.take(missing).unwrap_err()), 404);
    assert_eq!(status(answers.take(unmet).unwrap_err()), 424);
    let read = scripts.id(created.id.as_ref().unwrap()).get().await;
    assert_eq!(read.unwrap().id, created.id);
    kept("requests of a batch wait for each other, and fail on their own");
}

async fn refusals_are_typed(root: &DeviceManagement, address: &str) {
    let scripts = root.device_management_scripts();
    let missing = scripts.id("nobody").get().await.unwrap_err();
    let said = missing.graph().unwrap();
    assert_eq!(said.status, 404);
    assert!(
        !said.code.is_empty() && said.request_id.is_some(),
        "{said:?}"
    );
    assert!(missing.fault().is_none());

    let script = some_script(root).await;
    let outcome = some_outcome(root, &script).await;
    let mut wrong = models::DeviceManagementScriptDeviceState::default();
    wrong.extra.set("errorCode", &"nine".to_owned());
    let outcome = scripts.id(&script).device_run_states().id(&outcome);
    let refused = outcome.update(&wrong).await.unwrap_err();
    let said = refused.graph().unwrap();
    assert_eq!(said.status, 400);
    assert!(said.message.contains("errorCode"), "{said:?}");

    let list = "/beta/deviceManagement/deviceManagementScripts";
    let nobody = raw(address, list, "").unwrap();
    assert!(nobody.starts_with("HTTP/1.1 401 "), "{nobody}");
    assert!(nobody.contains("InvalidAuthenticationToken"), "{nobody}");
    let somebody = raw(address, list, "Authorization: Bearer x\r\n").unwrap();
    assert!(somebody.starts_with("HTTP/1.1 200 "), "{somebody}");

    // A token goes over plain http only where that was asked for.
    let options = GraphClientOptions {
        endpoint: Some(format!("http://{address}/beta")),
        ..Default::default()
    };
    let plain = GraphClient::new(any_token(), Some(options)).unwrap_err();
    assert!(plain.fault().is_some(), "{plain}");
    kept("what is refused is a typed error, and nothing is answered without a token");
}
