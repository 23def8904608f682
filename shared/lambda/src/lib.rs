//! How a function runs: it starts, reads a request, finds out who calls, and answers in the words of its dialect.
//!
//! - [`dispatch`]: which function a process is; [`function`]: the start of a process, and one log line an invocation; [`queue`]: the same for functions that no request reaches;
//!   [`log`]: how lines look, and which of their fields are metrics.
//! - [`request`]: what a handler reads; [`upload`]: files that it reads; [`gate`]: the caller, the caller's permission, and the report that the path names.
//! - [`reply`]: what a handler answers; [`large`]: what may be large; [`modified`]: what the client holds already; [`packed`]: parts of bundles; [`log_context`]: the ids by which the log is followed.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod dispatch;
pub mod function;
pub mod gate;
pub mod large;
pub mod log;
pub mod log_context;
pub mod modified;
pub mod packed;
pub mod queue;
pub mod reply;
pub mod request;
pub mod upload;

/// The allocator of every function, and of the rendering child that some of them start: glibc before 2.39 never reuses what was aligned
/// and is free again, such as the state of a compressor, so that a function grew with every answer. See docs/decisions.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use domain::{Outcome, Problem, credential::Permission};
pub use function::{Error, Function};
pub use gate::Gate;
pub use reply::Reply;
pub use request::Request;
pub use store;
