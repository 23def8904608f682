//! The start of a publication by itself. `_cloud-publish` waits for the end and looks again and again, so what its start takes
//! cannot be seen in the log of a stack. Here the same binary runs with the patience for one look.

use super::sending::{Names, filled};
use crate::{
    Outcome,
    function_process::FunctionProcess,
    project,
    stack::{Counts, variable},
};
use serde_json::Value;
use std::process::Stdio;

const FUNCTION: &str = "informer-publish-report";
/// With no time to wait, it looks once at the record, reads that the report has no link yet, and answers that the publication is under way.
const AFTERWARDS: u32 = 2;

/// Starts a publication of the report `{natural}` on the stack, and counts what that took.
pub async fn start(names: &Names) -> Outcome<Counts> {
    let binary = project::binary(FUNCTION)?;
    let mut function = FunctionProcess::start(&binary, FUNCTION, &variables()?, Stdio::piped()).await?;
    let mut poll = function.first_poll().await?;
    poll.answer(&event(names)?).await?;
    let line = function.served().await?;
    function.end().await?;
    if line["status"] != 202 {
        return Err(format!("no publication was started: {line}").into());
    }
    let counts = Counts::of_line(&line);
    Ok(Counts { dynamodb: counts.dynamodb - AFTERWARDS, ..counts })
}

/// What the stack gives to its own instance of the function, but no patience. The key of links is not used before the end.
fn variables() -> Outcome<Vec<(String, String)>> {
    let mut variables = vec![
        ("LINK_KEY".to_owned(), "0123456789abcdef0123456789abcdef".to_owned()),
        ("PUBLISH_WAIT_SECONDS".to_owned(), "0".to_owned()),
        ("BUCKET".to_owned(), variable("BUCKET_NAME")?),
    ];
    for name in ["CATALOG_TABLE", "LINKS_TABLE", "ACCESS_TABLE", "PUBLISH_QUEUE_URL", "PUBLIC_URL", "AWS_ENDPOINT_URL"]
    {
        variables.push((name.to_owned(), variable(name)?));
    }
    Ok(variables)
}

/// The event of the call, made from the example of it.
fn event(names: &Names) -> Outcome<String> {
    let mut event = project::json(&format!("events/{FUNCTION}.json"))?;
    let path = filled("/api/reports/{natural}/_cloud-publish", names);
    event["headers"]["authorization"] = format!("Bearer {}", variable("ADMIN_TOKEN")?).into();
    event["requestContext"]["http"]["path"] = path.clone().into();
    event["rawPath"] = path.into();
    event["pathParameters"]["id"] = filled("{natural}", names).into();
    event["body"] = Value::Null;
    Ok(event.to_string())
}
