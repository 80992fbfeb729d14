//! What every request and every model rests on; the same in every crate that is generated.
//!
//! Values read themselves from and write themselves as JSON through the [`Json`] trait. Models do not: each has a table
//! of member names and hands out its fields as [`Slot`]s, and one reader and one writer in this module do the rest.
//! That keeps thousands of models cheap to compile.

pub(crate) mod enums;
mod extra;
#[cfg(feature = "client")]
mod http;
pub(crate) mod json;
pub(crate) mod model;
mod nav;
mod page;
mod scalar;

#[cfg(feature = "client")]
pub use self::http::*;
pub use self::{
    enums::{Flags, Members, OpenEnum, UnknownValue},
    extra::Extra,
    json::{Json, Malformed, Reader},
    model::{Boxed, DerivedFrom, Model, ModelExt, Slot, Slots, TypeInfo},
    nav::Nav,
    page::Page,
    scalar::{Decimal, IsoDuration},
};

/// What the modules of models import.
#[allow(unused_imports)] // Not every API has dates.
pub(crate) mod models {
    pub(crate) use bytes::Bytes;
    pub(crate) use serde_json::Value;
    pub(crate) use time::{Date, OffsetDateTime, Time};
    pub(crate) use uuid::Uuid;

    pub(crate) use super::{
        Boxed, Decimal, DerivedFrom, Extra, Flags, IsoDuration, Model, Nav, OpenEnum, Slots,
        TypeInfo, UnknownValue,
        enums::{Members, open_enums},
        model::{models, slots},
    };
}

/// What the modules of requests import.
#[allow(unused_imports)] // Not every API has dates.
#[cfg(feature = "client")]
pub(crate) mod requests {
    pub(crate) use azure_core::http::{Body, Method};

    pub(crate) use super::{
        Content, DerivedFrom, Flags, GraphClient, Page, Path, Request,
        models::{Bytes, Date, Decimal, IsoDuration, OffsetDateTime, Time, Uuid, Value},
    };
    pub(crate) use crate::{actions, models};
}
