//! A service that fails and is slow on purpose.

use msgraph::{GraphClientOptions, GraphErrorExt as _, Limits, models, runtime::Batch};

use crate::{kept, scripts};

/// How many requests there are of each kind: enough for some of them to fail, few enough to wait for.
const COUNT: usize = 8;

pub async fn keep(address: &str) {
    let impatient = GraphClientOptions {
        limits: Limits {
            max_retries: 0,
            ..Limits::default()
        },
        ..Default::default()
    };
    let impatient = scripts::client(address, impatient);
    let list = impatient.device_management().device_management_scripts();
    let mut refused = 0;
    for _ in 0..3 * COUNT {
        if let Err(error) = list.list().await {
            let said = error.graph().unwrap();
            assert_eq!(said.status, 429);
            assert_eq!(said.retry_after.as_deref(), Some("1"));
            refused += 1;
        }
    }
    assert!(refused > 0, "the service fails less than it was told to");

    let client = scripts::client(address, GraphClientOptions::default());
    let list = client.device_management().device_management_scripts();
    for at in 0..COUNT {
        let script = models::DeviceManagementScript {
            display_name: Some(format!("trouble {at}")),
            file_name: Some("trouble.ps1".to_owned()),
            script_content: Some(b"Get-Date".to_vec().into()),
            ..Default::default()
        };
        let created = list.create(&script).await.unwrap();
        let read = list.id(created.id.as_ref().unwrap()).get().await.unwrap();
        assert_eq!(read.display_name, script.display_name);
    }
    let mut batch = Batch::new(&client);
    let handles: Vec<_> = (0..COUNT)
        .map(|_| batch.add(list.list()).unwrap())
        .collect();
    let mut answers = batch.send().await;
    for handle in handles {
        answers.take(handle).unwrap();
    }
    // Nothing was done twice.
    let found = list.list().filter("startswith(displayName, 'trouble ')");
    assert_eq!(found.await.unwrap().value.len(), COUNT);
    kept("requests that are refused for a while are sent again, and done once");
}
