//! A hundred who redeem one nonce at once: one of them gets the cookie.

use super::{answers::Answer, answers::Burst, place::Place};
use crate::{
    Outcome,
    figures::{median, percentile, rounds},
    publishing::copies::sent,
    stack::Stack,
    table::Table,
};

/// The round that does not count: a hundred processes of the function start in it.
const WARM: usize = 1;
const ROUNDS: usize = 10;
const CROWD: usize = 100;

/// The times of one round.
struct Round {
    /// One redemption, and nothing else.
    alone: f64,
    winner: f64,
    losers: Vec<f64>,
    /// As many redemptions at once, each of a nonce of its own.
    apart: Vec<f64>,
}

/// A new nonce.
pub async fn nonce(stack: &Stack) -> Outcome<String> {
    let made = sent(stack.request("POST", "/api/v1/nonce-tokens")?).await?;
    Ok(made["nonce"].as_str().ok_or("no nonce was made")?.to_owned())
}

/// Measures and prints.
pub async fn run(stack: &Stack, place: &Place) -> Outcome<()> {
    let (mut all, count) = (Vec::new(), rounds(ROUNDS));
    for n in 0..WARM + count {
        let round = round(stack, place).await?;
        if n >= WARM {
            all.push(round);
        }
    }
    print(&all);
    Ok(())
}

async fn round(stack: &Stack, place: &Place) -> Outcome<Round> {
    let address = |nonce: &str| format!("{}?nonce={nonce}", place.path);
    let alone = Answer::of(stack.anonymous("GET", &address(&nonce(stack).await?))?).await?.require(303)?.ms;
    let mut apart = Vec::with_capacity(CROWD);
    for _ in 0..CROWD {
        apart.push(stack.anonymous("GET", &address(&nonce(stack).await?))?);
    }
    let apart = Burst::of(apart).await?.require(303)?.times();
    let one = address(&nonce(stack).await?);
    let crowd = (0..CROWD).map(|_| stack.anonymous("GET", &one)).collect::<Outcome<Vec<_>>>()?;
    let crowd = Burst::of(crowd).await?.answers;
    let (winners, losers): (Vec<_>, Vec<_>) = crowd.into_iter().partition(|answer| answer.status == 303);
    let [winner] = winners.as_slice() else {
        return Err(format!("a nonce has {} winners of {CROWD}", winners.len()).into());
    };
    let losers = losers.into_iter().map(|answer| Ok(answer.require(401)?.ms)).collect::<Outcome<_>>()?;
    Ok(Round { alone, winner: winner.ms, losers, apart })
}

fn print(rounds: &[Round]) {
    let mut table = Table::new(&["redemption", "n", "p50", "p99", "slowest", "x alone", "x apart"]);
    let mut row = |name: &str, of: &dyn Fn(&Round) -> Vec<f64>| {
        let times: Vec<f64> = rounds.iter().flat_map(of).collect();
        let at = |percent| format!("{:.0}", percentile(times.iter().copied(), percent));
        let beside = |other: &dyn Fn(&Round) -> f64| {
            format!("{:.2}", median(rounds.iter().map(|round| median(of(round)) / other(round))))
        };
        let apart = |round: &Round| median(round.apart.iter().copied());
        let count = times.len().to_string();
        table.row([name.into(), count, at(50), at(99), at(100), beside(&|round| round.alone), beside(&apart)]);
    };
    row("one alone: 303", &|round| vec![round.alone]);
    row("100 of one nonce: the 303", &|round| vec![round.winner]);
    row("100 of one nonce: the 401s", &|round| round.losers.clone());
    row("100 of as many nonces: 303", &|round| round.apart.clone());
    table.print(&format!("Renditions: {CROWD} redemptions at once, {} rounds with one winner each, ms", rounds.len()));
    println!(
        "x: medians of the rounds' ratios, of the median of each, beside one alone and beside {CROWD} nonces at once."
    );
}
