//! The one way from a version of a report to what is rendered from it, whoever asks: its theme, template and fonts, its assets, the job, the
//! limits, the measurement, and what an error means.

use domain::{
    Outcome, Problem,
    rendition::Template,
    report::{Report, Source, Version},
    theme::Theme,
};
use jiff::Timestamp;
use render::{
    Cause, Files, Job, Place, RenderError, Rendered,
    sandbox::{Limits, render_within},
};
use std::{collections::BTreeMap, time::Instant};
use store::{Aws, Fonts, Presets, aws::Variable};

/// What renders reports.
pub struct Renderer {
    pub(crate) presets: Presets,
    pub(crate) fonts: Fonts,
    limits: Limits,
}

/// A version of a report, and what it is rendered from. The contents of the assets move into the job: they may have a hundred megabytes.
pub struct Contents<'a> {
    pub report: &'a Report,
    pub version: &'a Version,
    pub source: &'a Source,
    pub assets: BTreeMap<String, Vec<u8>>,
}

/// How a report looks.
pub struct Look {
    pub theme: Theme,
    pub template: Template,
    /// The fonts of its workspace, by name.
    pub fonts: BTreeMap<String, Vec<u8>>,
}

/// Why there is no rendering.
#[derive(Debug)]
pub enum Failure {
    /// The report is at fault, or what the request brought to it: no other attempt would succeed.
    Report(RenderError),
    Ours(Problem),
}

impl Renderer {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let limits =
            Limits { seconds: Variable::RenderSeconds.number()?, memory_mb: Variable::RenderMemoryMb.number()? };
        Ok(Self { presets: Presets::new(aws)?, fonts: Fonts::new(aws)?, limits })
    }

    /// The look that the report itself names, with the fonts that its workspace has now.
    ///
    /// # Errors
    /// `Report` when the workspace does not have its theme or template.
    pub async fn own_look(&self, report: &Report) -> Result<Look, Failure> {
        let (theme, template) = self.presets.look(report, None, None).await?;
        Ok(Look { theme, template, fonts: self.fonts.of(&report.workspace).await? })
    }

    /// Renders a version of a report, dated `date`; `wanted` makes the job of this request from the one of a publication.
    ///
    /// # Errors
    /// What is wrong with the report or the request, or that a service or the renderer did not answer.
    pub async fn render(
        &self,
        Contents { report, version, source, assets }: Contents<'_>,
        Look { theme, template, fonts }: Look,
        date: Timestamp,
        wanted: impl FnOnce(Job) -> Job,
    ) -> Result<(Job, Rendered), Failure> {
        let files = Files { assets, fonts };
        let job = wanted(Job::of_report(report, version, source, files, theme, template, date)?);
        let rendered = self.run(&job).await?;
        Ok((job, rendered))
    }

    /// Runs a job within the limits of the template.
    ///
    /// # Errors
    /// As [`render_within`].
    pub async fn run(&self, job: &Job) -> Result<Rendered, RenderError> {
        let begun = Instant::now();
        let rendered = render_within(job, self.limits).await?;
        tracing::info!(pages = rendered.pages.len(), renderMs = begun.elapsed().as_secs_f64() * 1e3, "rendered");
        Ok(rendered)
    }
}

/// What a rendition lacks, in a line each.
pub fn warnings(rendered: &Rendered) -> Vec<String> {
    rendered.warnings.iter().map(ToString::to_string).collect()
}

impl Failure {
    /// What is wrong with the report, for its author.
    ///
    /// # Errors
    /// The problem when it is ours.
    pub fn reason(self) -> Outcome<String> {
        match self {
            Self::Report(error) => Ok(error.to_string()),
            Self::Ours(problem) => Err(problem),
        }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        match error.cause {
            Cause::Report | Cause::Limit => Self::Report(error),
            Cause::Internal => Self::Ours(Problem::internal(error)),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        match problem {
            // The report names a theme or template that its workspace does not have.
            Problem::Invalid { message, .. } | Problem::Unprocessable(message) => {
                Self::Report(RenderError::report("", message))
            }
            problem => Self::Ours(problem),
        }
    }
}

/// To the caller of a request: what was sent is invalid, and a report at fault cannot be processed.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Ours(problem) => problem,
            Failure::Report(RenderError { place: Place::Request(field), message, .. }) => {
                Self::invalid(field, format!("{message}."))
            }
            Failure::Report(error) => Self::Unprocessable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_request_brought_is_invalid_and_a_report_at_fault_is_not() {
        let problem = |error: RenderError| Problem::from(Failure::from(error));
        let sent = problem(RenderError::request("params.quarter", "is missing"));
        assert!(matches!(&sent, Problem::Invalid { field: Some(field), .. } if field == "params.quarter"));
        assert_eq!(sent.to_string(), "params.quarter: is missing.");
        // A block whose path begins as a field of the request does.
        let report = problem(RenderError::report("format", "is wrong"));
        assert!(matches!(report, Problem::Unprocessable(reason) if reason == "format: is wrong"));
        assert!(matches!(problem(RenderError::limit("too slow")), Problem::Unprocessable(_)));
        assert!(matches!(problem(RenderError::internal("no pipe")), Problem::Internal(_)));
    }

    #[test]
    fn a_theme_that_is_gone_is_the_fault_of_the_report_and_a_table_that_is_not_there_is_ours() {
        let gone = Failure::from(Problem::Unprocessable("theme: there is no theme brand.".into()));
        assert_eq!(gone.reason().unwrap(), "theme: there is no theme brand.");
        assert!(matches!(Failure::from(Problem::internal("no table")).reason(), Err(Problem::Internal(_))));
        assert!(matches!(Failure::from(Problem::Busy("fonts changed".into())).reason(), Err(Problem::Busy(_))));
    }
}
