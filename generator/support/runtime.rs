//! What every request and every model rests on; the same in every crate that is generated.
//!
//! Values read themselves from and write themselves as JSON through the [`Json`] trait. Models do not: each has a table
//! of member names and hands out its fields as [`Slot`]s, and one reader and one writer in this module do the rest.
//! That keeps thousands of models cheap to compile.

mod attempt;
mod authorize;
mod batch;
mod client;
mod cloud;
mod delta;
pub(crate) mod enums;
mod error;
mod extra;
mod fault;
pub(crate) mod json;
pub(crate) mod model;
mod monitor;
mod nav;
mod page;
mod path;
mod query;
mod redirect;
mod request;
mod retry;
mod scalar;
#[cfg(feature = "sign-in")]
mod sign_in;
mod telemetry;
mod upload;

pub use self::{
    batch::{Batch, BatchAnswers, BatchHandle, BatchId},
    client::{GraphClient, GraphClientOptions},
    cloud::{GraphAudience, NationalCloud},
    delta::{Change, DeltaPager, Removed},
    enums::{Flags, Members, OpenEnum, UnknownValue},
    error::{GraphError, GraphErrorDetail, GraphErrorExt},
    extra::Extra,
    fault::Fault,
    json::{Json, Malformed, Reader},
    model::{Boxed, DerivedFrom, Model, ModelExt, Slot, Slots, TypeInfo},
    monitor::{Monitor, Operation},
    nav::Nav,
    page::{Page, Pager},
    path::{Argument, Path},
    query::{Items, OfCollection},
    request::{Answer, Content, Request, Response},
    retry::Limits,
    scalar::{Decimal, IsoDuration},
    upload::{LargeFileUpload, UploadStatus},
};

#[cfg(feature = "sign-in")]
pub use self::sign_in::{
    DeviceCodeCredential, DeviceCodePrompt, InteractiveBrowserCredential, SignInOptions,
};

/// What the modules of models import.
#[allow(unused_imports)] // Not every API has dates.
pub(crate) mod models {
    pub(crate) use azure_core::{Bytes, Uuid, time::OffsetDateTime};
    pub(crate) use serde_json::Value;
    pub(crate) use time::{Date, Time};

    pub(crate) use super::{
        Boxed, Decimal, DerivedFrom, Extra, Flags, IsoDuration, Model, Nav, OpenEnum, Slots,
        TypeInfo, UnknownValue,
        enums::{Members, open_enums},
        model::{models, slots},
    };
}

/// What the modules of requests import.
#[allow(unused_imports)] // Not every API has dates.
pub(crate) mod requests {
    pub(crate) use azure_core::{
        Bytes, Uuid,
        http::{Body, Method},
        time::OffsetDateTime,
    };
    pub(crate) use serde_json::Value;
    pub(crate) use time::{Date, Time};

    pub(crate) use super::{
        Content, Decimal, DerivedFrom, Flags, GraphClient, IsoDuration, Page, Path, Request,
    };
    pub(crate) use crate::{actions, models};
}
