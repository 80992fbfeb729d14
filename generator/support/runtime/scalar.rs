//! The primitive types of OData as Rust types, with their JSON (OData JSON Format 4.0, section 7.1).
//!
//! Reading is generous where services are known to differ; writing is by the book. No digit is lost on the way.

use std::{fmt, str::FromStr};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};
use uuid::Uuid;

use super::json::{Json, Malformed, Reader, write_string};

impl Json for String {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.string().map(Into::into)
    }

    fn write(&mut self, out: &mut String) {
        write_string(out, self);
    }
}

impl Json for bool {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.boolean()
    }

    fn write(&mut self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

/// A number, or a number in a string (`IEEE754Compatible`).
fn number<T: FromStr>(reader: &mut Reader<'_>, expected: &'static str) -> Result<T, Malformed> {
    let parsed = if reader.at_string() {
        reader.string()?.parse().ok()
    } else {
        reader.number()?.parse().ok()
    };
    parsed.ok_or(reader.malformed(expected))
}

macro_rules! integers {
    ($($name:ident),*) => {$(
        impl Json for $name {
            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                number(reader, concat!("an integer that fits ", stringify!($name)))
            }

            fn write(&mut self, out: &mut String) {
                out.push_str(&self.to_string());
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8);

macro_rules! floats {
    ($($name:ident),*) => {$(
        impl Json for $name {
            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                number(reader, "a number")
            }

            fn write(&mut self, out: &mut String) {
                if self.is_finite() {
                    out.push_str(&format!("{self:?}"));
                } else if self.is_nan() {
                    out.push_str("\"NaN\"");
                } else {
                    out.push_str(if *self > 0.0 { "\"INF\"" } else { "\"-INF\"" });
                }
            }
        }
    )*};
}

floats!(f32, f64);

/// A decimal number of any length, as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(Box<str>);

impl Decimal {
    /// The number as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest binary number.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl FromStr for Decimal {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader::new(text);
        let number = reader.number()?;
        reader.end()?;
        Ok(Self(number.into()))
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self(number.to_string().into())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Json for Decimal {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.at_string() {
            reader.string()?.parse()
        } else {
            reader.number().map(|text| Self(text.into()))
        }
    }

    fn write(&mut self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl Json for Uuid {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = reader.string()?;
        Self::try_parse(&text).map_err(|_| reader.malformed("a GUID"))
    }

    fn write(&mut self, out: &mut String) {
        write_string(out, &self.to_string());
    }
}

/// Padding may be missing.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

impl Json for Bytes {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = reader.string()?;
        // The format asks for the URL-safe alphabet; services send the other one.
        let bytes = STANDARD.decode(&*text).or_else(|_| URL_SAFE.decode(&*text));
        bytes
            .map(Self::from)
            .map_err(|_| reader.malformed("base64"))
    }

    fn write(&mut self, out: &mut String) {
        write_string(out, &STANDARD.encode(self));
    }
}

/// Digits from the front of a text.
struct Digits<'t>(&'t str);

impl Digits<'_> {
    /// A number of exactly `count` digits.
    fn number(&mut self, count: usize) -> Option<u32> {
        let digits = self
            .0
            .get(..count)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.0 = &self.0[count..];
        digits.parse().ok()
    }

    fn skip(&mut self, prefix: char) -> Option<()> {
        self.0 = self.0.strip_prefix(prefix)?;
        Some(())
    }

    fn date(&mut self) -> Option<Date> {
        let year = self.number(4)?;
        self.skip('-')?;
        let month = u8::try_from(self.number(2)?).ok()?;
        self.skip('-')?;
        let day = u8::try_from(self.number(2)?).ok()?;
        Date::from_calendar_date(i32::try_from(year).ok()?, Month::try_from(month).ok()?, day).ok()
    }

    fn time(&mut self) -> Option<Time> {
        let hour = u8::try_from(self.number(2)?).ok()?;
        self.skip(':')?;
        let minute = u8::try_from(self.number(2)?).ok()?;
        // Seconds may be left out.
        let second = if self.skip(':').is_some() {
            u8::try_from(self.number(2)?).ok()?
        } else {
            0
        };
        Time::from_hms_nano(hour, minute, second, self.fraction()?).ok()
    }

    /// The nanoseconds behind a point, of one to nine digits and more.
    fn fraction(&mut self) -> Option<u32> {
        if self.skip('.').is_none() {
            return Some(0);
        }
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let nanos = format!("{:0<9}", &self.0[..count.min(9)]);
        self.0 = &self.0[count..];
        (count > 0).then(|| nanos.parse().ok()).flatten()
    }

    fn offset(&mut self) -> Option<UtcOffset> {
        if self.0.is_empty() || self.0.eq_ignore_ascii_case("z") {
            self.0 = "";
            return Some(UtcOffset::UTC);
        }
        let sign = if self.skip('-').is_some() {
            -1
        } else {
            self.skip('+').map(|()| 1)?
        };
        let hours = i8::try_from(self.number(2)?).ok()?;
        self.skip(':')?;
        let minutes = i8::try_from(self.number(2)?).ok()?;
        UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()
    }

    fn end<T>(self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

fn date(text: &str) -> Option<Date> {
    let mut digits = Digits(text);
    let date = digits.date()?;
    digits.end(date)
}

fn time_of_day(text: &str) -> Option<Time> {
    let mut digits = Digits(text);
    let time = digits.time()?;
    digits.end(time)
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    let mut digits = Digits(text);
    let date = digits.date()?;
    digits
        .skip('T')
        .or_else(|| digits.skip('t'))
        .or_else(|| digits.skip(' '))?;
    let time = digits.time()?;
    let offset = digits.offset()?;
    digits.end(OffsetDateTime::new_in_offset(date, time, offset))
}

pub(crate) fn date_text(date: Date) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

pub(crate) fn time_text(time: Time) -> String {
    let (hour, minute, second, nanos) = time.as_hms_nano();
    let fraction = if nanos == 0 {
        String::new()
    } else {
        format!(".{nanos:09}")
    };
    format!(
        "{hour:02}:{minute:02}:{second:02}{}",
        fraction.trim_end_matches('0')
    )
}

pub(crate) fn moment_text(moment: OffsetDateTime) -> String {
    let (hours, minutes, _) = moment.offset().as_hms();
    let offset = if moment.offset().is_utc() {
        "Z".to_owned()
    } else {
        let sign = if moment.offset().is_negative() {
            '-'
        } else {
            '+'
        };
        format!("{sign}{:02}:{:02}", hours.abs(), minutes.abs())
    };
    format!(
        "{}T{}{offset}",
        date_text(moment.date()),
        time_text(moment.time())
    )
}

macro_rules! texts {
    ($($name:ident: $parse:expr, $write:expr, $expected:literal;)*) => {$(
        impl Json for $name {
            fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                let text = reader.string()?;
                $parse(&text).ok_or(reader.malformed($expected))
            }

            fn write(&mut self, out: &mut String) {
                write_string(out, &$write(*self));
            }
        }
    )*};
}

texts! {
    Date: date, date_text, "a date such as 2021-07-01";
    Time: time_of_day, time_text, "a time such as 08:30:00";
    OffsetDateTime: moment, moment_text, "a moment such as 2021-07-01T08:30:00Z";
}

/// A duration of ISO 8601, such as `P1DT12H`: a text, since a month has no fixed length.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IsoDuration(Box<str>);

impl IsoDuration {
    /// The duration as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The length, if it is not negative and has neither years nor months.
    pub fn to_std(&self) -> Option<std::time::Duration> {
        let (days, time) = split_duration(&self.0)?;
        let mut seconds = 0.0;
        for (part, units) in [
            (days, &[('W', 604_800.0), ('D', 86_400.0)][..]),
            (time, TIME_UNITS),
        ] {
            for (number, unit) in parts(part) {
                let (_, length) = units.iter().find(|(other, _)| *other == unit)?;
                seconds += number.parse::<f64>().ok()? * length;
            }
        }
        std::time::Duration::try_from_secs_f64(seconds).ok()
    }
}

const TIME_UNITS: &[(char, f64)] = &[('H', 3600.0), ('M', 60.0), ('S', 1.0)];

/// What stands before and behind the `T` of a duration that is not negative.
fn split_duration(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('P')?;
    Some(text.split_once('T').unwrap_or((text, "")))
}

/// Numbers with their units: `1D12H`.
fn parts(text: &str) -> impl Iterator<Item = (&str, char)> {
    text.split_inclusive(|c: char| c.is_ascii_alphabetic())
        .map(|part| {
            let number = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            (number, part[number.len()..].chars().next().unwrap_or('?'))
        })
}

impl FromStr for IsoDuration {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let error = Malformed {
            at: 0,
            expected: "a duration such as P1DT12H",
        };
        let (days, time) = split_duration(text.trim_start_matches(['-', '+'])).ok_or(error)?;
        let ordered = |part: &str, units: &str| {
            let mut units = units.chars();
            parts(part).all(|(number, unit)| {
                let point = |c: char| c.is_ascii_digit() || c == '.';
                !number.is_empty() && number.chars().all(point) && units.any(|other| other == unit)
            })
        };
        let empty = days.is_empty() && time.is_empty();
        if !empty && ordered(days, "YMWD") && ordered(time, "HMS") {
            Ok(Self(text.into()))
        } else {
            Err(error)
        }
    }
}

impl From<std::time::Duration> for IsoDuration {
    fn from(duration: std::time::Duration) -> Self {
        let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
        let fraction = if nanos == 0 {
            String::new()
        } else {
            format!(".{nanos:09}")
        };
        Self(format!("PT{seconds}{}S", fraction.trim_end_matches('0')).into())
    }
}

impl fmt::Display for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Json for IsoDuration {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.string()?.parse()
    }

    fn write(&mut self, out: &mut String) {
        write_string(out, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same<T: Json>(json: &str) {
        assert_eq!(T::from_json(json).unwrap().to_json(), json);
    }

    #[track_caller]
    fn becomes<T: Json>(json: &str, expected: &str) {
        assert_eq!(T::from_json(json).unwrap().to_json(), expected);
    }

    #[test]
    fn nothing_is_lost() {
        same::<i64>("9223372036854775807");
        becomes::<i64>("\"9223372036854775807\"", "9223372036854775807");
        same::<Decimal>("12345678901234567890.12345678901234567890");
        same::<OffsetDateTime>("\"2021-07-01T08:30:00.1234567Z\"");
        same::<OffsetDateTime>("\"2021-07-01T08:30:00-07:30\"");
        same::<OffsetDateTime>("\"0001-01-01T00:00:00Z\"");
        same::<OffsetDateTime>("\"9999-12-31T23:59:59.9999999Z\"");
        becomes::<OffsetDateTime>(
            "\"2021-07-01T08:30:00.0000000+00:00\"",
            "\"2021-07-01T08:30:00Z\"",
        );
        same::<Date>("\"1970-02-28\"");
        same::<Time>("\"23:59:59.5\"");
        same::<IsoDuration>("\"P1Y2M3DT4H5M6.7S\"");
        same::<IsoDuration>("\"-PT0S\"");
        same::<Uuid>("\"01234567-89ab-cdef-0123-456789abcdef\"");
        same::<Bytes>("\"aGk+Pw==\"");
        becomes::<Bytes>("\"aGk-Pw==\"", "\"aGk+Pw==\"");
        same::<f64>("\"-INF\"");
        same::<f64>("0.1");
        becomes::<f64>("\"NaN\"", "\"NaN\"");
    }

    #[test]
    fn another_text_is_an_error() {
        assert!(OffsetDateTime::from_json("\"String (timestamp)\"").is_err());
        assert!(OffsetDateTime::from_json("\"2021-13-01T00:00:00Z\"").is_err());
        assert!(OffsetDateTime::from_json("\"0001-01-01T00:00:00+14:00x\"").is_err());
        assert!(Date::from_json("\"2021-02-30\"").is_err());
        assert!(IsoDuration::from_json("\"PT\"").is_err());
        assert!(IsoDuration::from_json("\"PT5D\"").is_err());
        assert!(Decimal::from_json("\"1,5\"").is_err());
        assert!(i32::from_json("2147483648").is_err());
    }

    #[test]
    fn durations_have_a_length_unless_months_do_not() {
        let length = |text: &str| {
            text.parse::<IsoDuration>()
                .unwrap()
                .to_std()
                .map(|length| length.as_secs())
        };
        assert_eq!(length("P1DT1H"), Some(90_000));
        assert_eq!(length("P1M"), None);
        assert_eq!(length("-PT1S"), None);
        let half = std::time::Duration::from_millis(1500);
        assert_eq!(IsoDuration::from(half).as_str(), "PT1.5S");
        assert_eq!(IsoDuration::from(half).to_std(), Some(half));
    }
}
