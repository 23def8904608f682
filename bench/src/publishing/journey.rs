//! One publication: the call, its end, and the first view of the public page.

use super::copies::sent;
use crate::{Outcome, figures::milliseconds, stack::Stack};
use jiff::Timestamp;
use serde_json::Value;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;

/// A publication that somebody has seen.
#[derive(Debug, Clone)]
pub struct Seen {
    report: String,
    begun: f64,
    ended: f64,
    /// From the call to the page, in milliseconds.
    pub whole: f64,
    /// The view by itself.
    pub get: f64,
}

/// The phases of a publication, in milliseconds. They add up to the whole.
#[derive(Debug, Clone, Copy)]
pub struct Phases {
    /// From the call until the publication is recorded.
    pub request: f64,
    /// From there until it is `Done`: the queue and the worker.
    pub done: f64,
    /// From there until the page was read: the caller learns that it is done, and gets the page.
    pub view: f64,
}

/// Publishes a report, waits for the answer, and reads the page at its link.
pub async fn journey(stack: &Stack, report: &str) -> Outcome<Seen> {
    let (begun, clock) = (wall()?, Instant::now());
    let call = stack.request("POST", &format!("/api/reports/{report}/_cloud-publish"))?;
    let answer = call.send().await?;
    let status = answer.status().as_u16();
    let body = answer.bytes().await?;
    if status != 200 {
        return Err(format!("publishing {report} is answered {status}: {}", String::from_utf8_lossy(&body)).into());
    }
    let token: Value = serde_json::from_slice(&body)?;
    let asked = Instant::now();
    let link = token["url"].as_str().ok_or("a token has no url")?;
    view(stack, link).await?;
    let (get, whole) = (milliseconds(asked), milliseconds(clock));
    Ok(Seen { report: report.to_owned(), begun, ended: wall()?, whole, get })
}

/// The first view has to be a good one.
async fn view(stack: &Stack, link: &str) -> Outcome<()> {
    let call = stack.anonymous("GET", link)?;
    let answer = call.send().await?;
    let status = answer.status().as_u16();
    let html = answer.text().await?;
    match status == 200 && html.contains("/pages/1.svg") && html.contains("</html>") {
        true => Ok(()),
        false => Err(format!("the first view is answered {status}: {html:.200}").into()),
    }
}

/// Several at the same time, each of a report of its own.
pub async fn journeys(stack: &Stack, reports: &[String]) -> Outcome<Vec<Seen>> {
    let mut under_way = JoinSet::new();
    for report in reports {
        let (stack, report) = (stack.clone(), report.clone());
        under_way.spawn(async move { journey(&stack, &report).await.map_err(|error| error.to_string()) });
    }
    let mut seen = Vec::new();
    while let Some(one) = under_way.join_next().await {
        seen.push(one??);
    }
    Ok(seen)
}

impl Seen {
    /// The phases, by the times in the publication's record. The report was not published since.
    pub async fn phases(&self, stack: &Stack) -> Outcome<Phases> {
        let path = format!("/api/reports/{}/publications?limit=1", self.report);
        let list = sent(stack.request("GET", &path)?).await?;
        let record = &list["_embedded"]["inf:publication"][0];
        if record["status"] != "Done" {
            return Err(format!("the publication has not ended well: {record}").into());
        }
        let at = |name: &str| -> Outcome<f64> {
            let time: Timestamp = record[name].as_str().ok_or_else(|| format!("no {name}: {record}"))?.parse()?;
            Ok(time.as_microsecond() as f64 / 1e3)
        };
        // Records are to the millisecond: what comes first is not to be negative.
        let (requested, finished) = (at("requestedAt")?.max(self.begun), at("finishedAt")?);
        Ok(Phases { request: requested - self.begun, done: finished - requested, view: self.ended - finished })
    }
}

/// The clock of the machine, which is that of the functions too, in milliseconds.
fn wall() -> Outcome<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1e3)
}
