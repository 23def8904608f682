//! Calls that are made at once, each with the time that it took.

use crate::{Outcome, figures::milliseconds};
use std::time::Instant;

/// The milliseconds of each, and until all were through.
pub async fn at_once<F>(calls: Vec<F>) -> Outcome<(Vec<f64>, f64)>
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let begun = Instant::now();
    let under_way: Vec<_> = calls.into_iter().map(|call| tokio::spawn(timed(call))).collect();
    let mut times = Vec::with_capacity(under_way.len());
    for one in under_way {
        times.push(one.await??);
    }
    Ok((times, milliseconds(begun)))
}

async fn timed(call: impl Future<Output = Result<(), String>>) -> Result<f64, String> {
    let begun = Instant::now();
    call.await.map(|()| milliseconds(begun))
}
