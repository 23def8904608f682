//! Answers with the time that they took, one by one and many at once.

use crate::{
    Outcome,
    figures::{median, milliseconds},
};
use reqwest::{RequestBuilder, header::HeaderMap};
use std::time::Instant;

/// An answer, read to its end.
pub struct Answer {
    pub ms: f64,
    pub status: u16,
    pub body: Vec<u8>,
    path: String,
    headers: HeaderMap,
}

/// Answers of requests that were sent at once.
pub struct Burst {
    /// In the order of the requests.
    pub answers: Vec<Answer>,
    /// Until all were through.
    pub ms: f64,
}

/// One kind of answer, or of what stands beside it, in all rounds.
#[derive(Default)]
pub struct Stage {
    pub times: Vec<f64>,
    /// Of each round, until all were through.
    pub wholes: Vec<f64>,
}

impl Answer {
    /// Sends a request.
    pub async fn of(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let begun = Instant::now();
        let answer = request.send().await?;
        let (status, path) = (answer.status().as_u16(), answer.url().path().to_owned());
        let headers = answer.headers().clone();
        let body = answer.bytes().await?.to_vec();
        Ok(Self { ms: milliseconds(begun), status, body, path, headers })
    }

    /// The answer, if it has this status; otherwise the benchmark cannot be made.
    pub fn require(self, status: u16) -> Outcome<Self> {
        match self.status == status {
            true => Ok(self),
            false => Err(format!("{} is answered {}: {:.400}", self.path, self.status, self.text()).into()),
        }
    }

    /// A header; empty without one.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Burst {
    /// Sends requests at once.
    pub async fn of(requests: Vec<RequestBuilder>) -> Outcome<Self> {
        let begun = Instant::now();
        let under_way: Vec<_> = requests.into_iter().map(|request| tokio::spawn(Answer::of(request))).collect();
        let mut answers = Vec::with_capacity(under_way.len());
        for one in under_way {
            answers.push(one.await??);
        }
        Ok(Self { answers, ms: milliseconds(begun) })
    }

    /// The burst, if all answers have this status.
    pub fn require(self, status: u16) -> Outcome<Self> {
        let answers = self.answers.into_iter().map(|answer| answer.require(status)).collect::<Outcome<_>>()?;
        Ok(Self { answers, ..self })
    }

    /// The time of each answer.
    pub fn times(&self) -> Vec<f64> {
        self.answers.iter().map(|answer| answer.ms).collect()
    }
}

impl Stage {
    /// Adds a round: the time of each, and until all were through.
    pub fn add(&mut self, (times, whole): (Vec<f64>, f64)) {
        self.times.extend(times);
        self.wholes.push(whole);
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The median of the rounds' ratios.
    pub fn beside(&self, other: &Self) -> f64 {
        median(self.wholes.iter().zip(&other.wholes).map(|(this, other)| this / other))
    }

    /// How many were through a second.
    pub fn a_second(&self) -> f64 {
        self.times.len() as f64 * 1e3 / self.wholes.iter().sum::<f64>()
    }
}
