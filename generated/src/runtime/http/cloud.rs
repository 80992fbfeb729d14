//! Where Microsoft Graph is: the clouds that are kept apart by law.

use azure_core::cloud::CloudConfiguration;

/// A cloud with an own Microsoft Graph. Accounts and tokens of one are unknown to the others.
///
/// Sign in at [`authority_host`](Self::authority_host): the credentials of `azure_identity` take the same choice in
/// `ClientOptions::cloud`, which a [`GraphClient`](super::GraphClient) follows as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NationalCloud {
    /// The worldwide service.
    #[default]
    Global,
    /// The government of the United States, level 4.
    UsGovernment,
    /// The Department of Defense of the United States, level 5.
    UsDefense,
    /// China, operated by 21Vianet.
    China,
}

/// Names Microsoft Graph among the audiences of a custom cloud:
/// `Audiences::new().with::<GraphAudience>("https://graph.cloud.example".into())`.
#[derive(Debug)]
pub struct GraphAudience;

impl NationalCloud {
    /// The origin of the service.
    pub const fn origin(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGovernment => "https://graph.microsoft.us",
            Self::UsDefense => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// Where users and applications sign in.
    pub const fn authority_host(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGovernment | Self::UsDefense => "https://login.microsoftonline.us",
            Self::China => "https://login.chinacloudapi.cn",
        }
    }
}

/// The origin of the service in a cloud as `azure_core` names it; `None` for clouds that it is not known of.
pub(crate) fn origin_in(cloud: &CloudConfiguration) -> Option<&str> {
    match cloud {
        CloudConfiguration::AzurePublic => Some(NationalCloud::Global.origin()),
        CloudConfiguration::AzureGovernment => Some(NationalCloud::UsGovernment.origin()),
        CloudConfiguration::AzureChina => Some(NationalCloud::China.origin()),
        CloudConfiguration::Custom(custom) => custom.audiences.get::<GraphAudience>(),
        // `azure_core` may learn of more of them.
        _ => None,
    }
}
