//! Requests that do not wait for one another.

use domain::{Outcome, Problem};
use tokio::task::JoinSet;

/// How many requests are under way at a time.
const AT_ONCE: usize = 8;

/// What all the requests answer, in no order, a few of them at a time.
pub(crate) async fn side_by_side<T, F>(requests: impl IntoIterator<Item = F>) -> Outcome<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = Outcome<T>> + Send + 'static,
{
    let (mut waiting, mut running, mut answers) = (requests.into_iter(), JoinSet::new(), Vec::new());
    loop {
        while running.len() < AT_ONCE
            && let Some(request) = waiting.next()
        {
            running.spawn(request);
        }
        match running.join_next().await {
            Some(answer) => answers.push(answer.map_err(Problem::internal)??),
            None => return Ok(answers),
        }
    }
}
