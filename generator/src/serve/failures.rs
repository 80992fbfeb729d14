//! What goes wrong on purpose, so that an app can be tested against it.
//!
//! Comes in: how often and how. Goes out: for each request, whether it fails and how long it takes.
//! Invariant: with the same seed, the same requests in the same order fail.

use std::{
    ops::RangeInclusive,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use fastrand::Rng;

use super::answer::Fault;

/// A status that a part of all requests is answered with: `429:0.1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// HTTP status code.
    pub status: u16,
    /// From 0 to 1.
    pub share: f64,
}

/// How many milliseconds a request takes: `50`, `50..200`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency(pub RangeInclusive<u64>);

/// What goes wrong.
#[derive(Debug)]
pub struct Failures {
    rates: Vec<Rate>,
    latency: Option<Latency>,
    /// Of failures, and of latencies: how many requests are under way at once must not change which fail.
    random: [Mutex<Rng>; 2],
}

impl Default for Failures {
    fn default() -> Self {
        Self::new(Vec::new(), None, None)
    }
}

impl Failures {
    /// Failures that are the same for the same seed.
    pub fn new(rates: Vec<Rate>, latency: Option<Latency>, seed: Option<u64>) -> Self {
        let seed = seed.unwrap_or_else(|| fastrand::u64(..));
        Self {
            rates,
            latency,
            random: [seed, !seed].map(|seed| Mutex::new(Rng::with_seed(seed))),
        }
    }

    /// How the next request fails, if it does.
    pub fn next(&self) -> Option<Fault> {
        if self.rates.is_empty() {
            return None;
        }
        let mut drawn = draw(&self.random[0], Rng::f64);
        let rate = self.rates.iter().find(|rate| {
            let is_hit = drawn < rate.share;
            drawn -= rate.share;
            is_hit
        })?;
        Some(fault(rate.status))
    }

    /// How long the next request takes at least.
    pub fn latency(&self) -> Option<Duration> {
        let range = self.latency.as_ref()?.0.clone();
        let milliseconds = draw(&self.random[1], |random| random.u64(range));
        Some(Duration::from_millis(milliseconds))
    }
}

fn draw<T>(random: &Mutex<Rng>, draw: impl FnOnce(&mut Rng) -> T) -> T {
    // A generator of random numbers is never half changed.
    draw(&mut random.lock().unwrap_or_else(PoisonError::into_inner))
}

fn fault(status: u16) -> Fault {
    let code = match status {
        401 => "InvalidAuthenticationToken",
        403 => "Authorization_RequestDenied",
        404 => "Request_ResourceNotFound",
        409 => "Conflict",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        507 => "InsufficientStorage",
        400..=499 => "BadRequest",
        _ => "InternalServerError",
    };
    let fault = Fault::new(status, code, "This failure was asked for with `--fail`.");
    match status {
        429 | 503 => fault.header("retry-after", "1"),
        _ => fault,
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not like `429:0.1`: a status from 400 to 599, and a share from 0 to 1"
            )
        };
        let (status, share) = text.split_once(':').ok_or_else(wrong)?;
        let status = status
            .parse()
            .ok()
            .filter(|status| (400..600).contains(status));
        let share = share
            .parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share));
        match (status, share) {
            (Some(status), Some(share)) => Ok(Self { status, share }),
            _ => Err(wrong()),
        }
    }
}

impl FromStr for Latency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not like `50` or `50..200`: milliseconds, at most an hour");
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        match (least.parse(), most.parse()) {
            (Ok(least), Ok(most)) if least <= most && most <= 3_600_000 => Ok(Self(least..=most)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_failures() {
        let rates: Vec<Rate> = ["429:0.2", "503:0.1"]
            .map(|text| text.parse().unwrap())
            .into();
        let run = |seed| -> Vec<Option<u16>> {
            let failures = Failures::new(rates.clone(), None, Some(seed));
            let fault = |_| failures.next().map(|fault| fault.status);
            (0..1000).map(fault).collect()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let count = |status| run(7).iter().filter(|it| **it == Some(status)).count();
        assert!((150..250).contains(&count(429)), "{}", count(429));
        assert!((60..140).contains(&count(503)), "{}", count(503));
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!("5..10".parse(), Ok(Latency(5..=10)));
        assert_eq!("5".parse(), Ok(Latency(5..=5)));
        for text in ["", "10..5", "x", "99999999999", "1..2..3"] {
            text.parse::<Latency>().unwrap_err();
        }
        for text in ["429", "200:0.1", "429:2", "429:-1", "429:NaN", ":"] {
            text.parse::<Rate>().unwrap_err();
        }
    }
}
