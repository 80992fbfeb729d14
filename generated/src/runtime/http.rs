//! Requests over HTTP: what a program needs that not only reads and writes values, but asks the service for them.
//!
//! A [`Request`] is made by a builder, sent by the [`GraphClient`] through the pipeline of `azure_core`, with policies of
//! our own for what that does not do or does otherwise: retries, redirects, the token and limits of time.

use super::{Extra, Json, Malformed, Page, enums, json, model, scalar};

mod attempt;
mod authorize;
mod batch;
mod client;
mod cloud;
mod delta;
mod error;
mod fault;
mod monitor;
mod pager;
mod path;
mod query;
mod redirect;
mod request;
mod retry;
#[cfg(feature = "sign-in")]
mod sign_in;
mod telemetry;
mod upload;

pub use self::{
    batch::{Batch, BatchAnswers, BatchHandle, BatchId},
    client::{GraphClient, GraphClientOptions},
    cloud::{GraphAudience, NationalCloud},
    delta::{Change, DeltaPager, Removed},
    error::{GraphError, GraphErrorDetail, GraphErrorExt},
    fault::Fault,
    monitor::{Monitor, Operation},
    pager::Pager,
    path::{Argument, Path},
    query::{Items, OfCollection},
    request::{Answer, Content, Request, Response},
    retry::Limits,
    upload::{LargeFileUpload, UploadStatus},
};

#[cfg(feature = "sign-in")]
pub use self::sign_in::{
    DeviceCodeCredential, DeviceCodePrompt, InteractiveBrowserCredential, SignInOptions,
};
