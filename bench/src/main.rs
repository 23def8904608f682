//! The benchmarks, as plain tables: `imprint-bench`, or some parts of it by their names. README.md says how to read them.
//!
//! [`start`]: how fast functions start. [`gateway`]: how fast they answer, many at a time. [`requests`]: what a call asks of AWS. [`tree`]: the folder tree when it is large, and when many
//! change it. [`publishing`]: how long a publication takes, and what it uses and costs. [`renditions`]: reports as
//! requests want them, and previews in the frames of other sites. [`mail`]: reports by mail. [`rendering`]: how long reports take to render.
//! [`soak`]: an even load for a long time, and the memory of every process; only when it is named.
//! They share [`project`], where things are; [`stack`], what is running; [`function_process`], a function without AWS; [`figures`] and
//! [`table`].

#![allow(clippy::print_stdout, reason = "tables are what this program is for")]

mod figures;
mod function_process;
mod gateway;
mod mail;
mod project;
mod publishing;
mod rendering;
mod renditions;
mod requests;
mod soak;
mod stack;
mod start;
mod table;
mod tree;

/// A benchmark that could not be made ends the program; one that misses its goal does not.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    // Reports are rendered in children of this program, as the worker does it.
    render::sandbox::run_child_if_asked();
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == rendering::REGISTER_CHILD) {
        return rendering::register::child();
    }
    if words.is_empty() {
        words = ["start", "gateway", "requests", "tree", "lists", "publishing", "renditions", "mail", "render"]
            .map(str::to_owned)
            .into();
    }
    for word in words {
        part(&word).await?;
    }
    Ok(())
}

async fn part(name: &str) -> Outcome<()> {
    match name {
        "start" => start::run().await,
        "gateway" => gateway::run().await,
        "requests" => requests::run().await,
        "tree" => tree::run().await,
        "lists" => tree::lists().await,
        "publishing" => publishing::run().await,
        "renditions" => renditions::run().await,
        "mail" => mail::run().await,
        "render" => rendering::run().await,
        "soak" => soak::run().await,
        _ => Err(
            "usage: imprint-bench [start] [gateway] [requests] [tree] [lists] [publishing] [renditions] [mail] [render] [soak]"
                .into(),
        ),
    }
}
