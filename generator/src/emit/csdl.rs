//! CSDL 4.0 XML.

use crate::api::Api;

/// The api as one CSDL document.
pub fn emit(_api: &Api) -> String {
    String::new()
}
