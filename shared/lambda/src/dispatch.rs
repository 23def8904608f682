//! Which function a process is: the program holds several, and the template's `Handler` says which of them is meant.

use crate::Error;
use std::pin::Pin;

/// A function of the program: the name of its crate, which is also its `Handler`, and what runs it.
pub type Entry = (&'static str, fn() -> Running);

/// A function that runs until its process ends.
pub type Running = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// The variable in which Lambda gives the `Handler` of the template to the process.
const HANDLER: &str = "_HANDLER";

/// Runs the function of this table that [`HANDLER`] names.
///
/// # Errors
/// When the table has no such function, and as the function.
pub async fn run(functions: &[Entry]) -> Result<(), Error> {
    let handler = std::env::var(HANDLER).unwrap_or_default();
    let start = named(&handler, functions)?;
    start().await
}

fn named(handler: &str, functions: &[Entry]) -> Result<fn() -> Running, Error> {
    let found = functions.iter().find(|(name, _)| *name == handler);
    found.map(|(_, start)| *start).ok_or_else(|| {
        format!("{HANDLER} is `{handler}`, and no function of this program has that name: see Handler in template.yaml")
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_handler_chooses_the_function_and_an_unknown_one_is_named() {
        let functions: [Entry; 2] =
            [("a", || Box::pin(async { Ok(()) })), ("b", || Box::pin(async { Err(Error::from("b ran")) }))];
        let outcome = |handler: &str| named(handler, &functions);
        assert!(outcome("a").unwrap()().await.is_ok());
        assert_eq!(outcome("b").unwrap()().await.unwrap_err().to_string(), "b ran");
        for unknown in ["", "c", "A"] {
            let message = outcome(unknown).unwrap_err().to_string();
            assert!(message.contains(&format!("`{unknown}`")), "{message}");
        }
    }
}
