//! A report that is tried out before it is saved: everything that is wrong with it, and what it looks like. Nothing is kept.

use crate::{plan::start_of_day, renderer::Renderer};
use domain::{
    Outcome, Problem,
    credential::Caller,
    problem::{Mistake, Mistakes},
    rendition::{Form, Template, time_zone},
    report::{ReportDraft, Trial, TrialBody},
    theme::Theme,
};
use jiff::{Timestamp, tz::TimeZone};
use render::{
    Cause, Job, LetterTemplates, Outputs, Pictures, RenderError, Rendered,
    file::{self, File},
    shared,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use store::Aws;

/// What tries reports out.
pub struct Checks {
    renderer: Renderer,
}

/// What a check has found.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// Whether the report can be saved and rendered.
    pub ok: bool,
    /// What has to be changed.
    pub errors: Vec<Remark>,
    /// What is not shown as asked for.
    pub warnings: Vec<Remark>,
}

/// Something about a report, and where it is.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Such as `definition.blocks[2].columns[1].field`; empty when the report as a whole is meant.
    pub place: String,
    pub message: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl Checks {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { renderer: Renderer::new(aws)? })
    }

    /// Checks the body of `POST /api/reports/_check`, and renders it: in `form`, when one is asked for and nothing is wrong.
    ///
    /// # Errors
    /// `NotFound` for a workspace out of reach, `Internal` when a service does not answer.
    pub async fn check(
        &self,
        body: TrialBody,
        caller: &Caller,
        form: Option<Form>,
        now: Timestamp,
    ) -> Outcome<(Checked, Option<File>)> {
        let job = match self.job(body, caller, form, now).await {
            Ok(job) => job,
            Err(problem) if problem.mistakes().is_empty() => return Err(problem),
            Err(problem) => return Ok((Checked::refused(&problem), None)),
        };
        match self.renderer.run(&job).await {
            Ok(rendered) => {
                let file = form.map(|form| rendition(&job, &rendered, form)).transpose()?;
                Ok((Checked::passed(rendered), file))
            }
            Err(error) if error.cause == Cause::Internal => Err(Problem::internal(error)),
            Err(error) => Ok((Checked::failed(error), None)),
        }
    }

    async fn job(&self, body: TrialBody, caller: &Caller, form: Option<Form>, now: Timestamp) -> Outcome<Job> {
        let Trial { draft, definition, assets, params, lang } = body.check(caller)?;
        check_fonts(&assets)?;
        let (theme, template) = self.presets(&draft).await?;
        let fonts = self.renderer.fonts.of(&draft.workspace).await?;
        let zone = draft.details.time_zone;
        let date = start_of_day(now, &zone.as_deref().map_or(Ok(TimeZone::UTC), |name| time_zone("timeZone", name))?)?;
        let mailing = draft.details.mailing;
        let job = Job::new(draft.name, definition, draft.source.data, date);
        Ok(Job {
            time_zone: zone.unwrap_or(job.time_zone),
            author: Some(caller.user.clone()),
            letter: Some(LetterTemplates { subject: mailing.subject, message: mailing.message }),
            outputs: outputs(form),
            params,
            lang,
            theme,
            template,
            assets: shared(assets),
            fonts: shared(fonts),
            ..job
        })
    }

    async fn presets(&self, draft: &ReportDraft) -> Outcome<(Theme, Template)> {
        let named = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("default").to_owned();
        let theme = named(Some(&draft.details.theme));
        let template = named(draft.details.template.as_deref());
        let (presets, mut mistakes) = (&self.renderer.presets, Mistakes::default());
        let theme = mistakes.keep(presets.find::<Theme>(&draft.workspace, "theme", &theme).await)?;
        let template = mistakes.keep(presets.find::<Template>(&draft.workspace, "template", &template).await)?;
        mistakes.end()?;
        let details = theme.zip(template).map(|(theme, template)| (theme.details, template.details));
        details.ok_or_else(|| Problem::internal("a theme is missing that was found"))
    }
}

/// A font that cannot be read is no error of a rendering, which goes on without it.
fn check_fonts(assets: &BTreeMap<String, Vec<u8>>) -> Outcome<()> {
    let mut mistakes = Mistakes::default();
    for (name, bytes) in assets {
        let checked = font::check_file(name, bytes);
        mistakes.keep(checked.map_err(|flaw| Problem::invalid(format!("assets.{name}"), format!("{flaw}."))))?;
    }
    mistakes.end()
}

/// What is made for a check. Without a form, pages are laid out all the same: much is only found by that.
const fn outputs(form: Option<Form>) -> Outputs {
    match form {
        None => file::outputs_for(Form::Pdf),
        Some(Form::Png) => Outputs { png: Pictures::First, ..Outputs::tables() },
        Some(form) => file::outputs_for(form),
    }
}

/// The rendition itself; of pictures, the one of the first page.
fn rendition(job: &Job, rendered: &Rendered, form: Form) -> Outcome<File> {
    let file = match (form, rendered.pages.first()) {
        (Form::Png, Some(first)) => {
            let only = Rendered { pages: vec![first.clone()], ..rendered.clone() };
            file::file(job, &only, form, false, 1)
        }
        _ => file::file(job, rendered, form, false, 1),
    };
    file.map_err(Problem::internal)
}

impl Checked {
    fn passed(rendered: Rendered) -> Self {
        let warnings =
            rendered.warnings.into_iter().map(|warning| Remark::of_rendering(&warning.place, warning.message));
        Self { ok: true, errors: Vec::new(), warnings: warnings.collect() }
    }

    fn refused(problem: &Problem) -> Self {
        let remark = |mistake: &Mistake| Remark { place: mistake.field.clone(), message: mistake.message.clone() };
        Self { ok: false, errors: problem.mistakes().iter().map(remark).collect(), warnings: Vec::new() }
    }

    fn failed(mut error: RenderError) -> Self {
        let others = std::mem::take(&mut error.others);
        let errors =
            [error].into_iter().chain(others).map(|error| Remark::of_rendering(error.place.as_str(), error.message));
        Self { ok: false, errors: errors.collect(), warnings: Vec::new() }
    }
}

impl Remark {
    /// The renderer counts from the definition, and the author from the body of the request.
    fn of_rendering(place: &str, message: String) -> Self {
        let inside = ["blocks", "title", "typst"].iter().any(|part| place.starts_with(part));
        let place = if inside { format!("definition.{place}") } else { place.to_owned() };
        Self { place, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rendering_finds_is_told_by_its_place_in_the_body() {
        let error =
            RenderError::report("blocks[0].data", "is missing").and(RenderError::report("params.a", "is missing"));
        let checked = Checked::failed(error.and(RenderError::report("typst line 2, column 1", "unknown variable")));
        let places: Vec<&str> = checked.errors.iter().map(|error| error.place.as_str()).collect();
        assert_eq!(places, ["definition.blocks[0].data", "params.a", "definition.typst line 2, column 1"]);
        assert!(!checked.ok && checked.warnings.is_empty());
    }

    #[test]
    fn a_font_that_cannot_be_read_is_a_mistake_of_its_asset() {
        let assets = [("a.woff2", "wOF2"), ("b.ttf", "words"), ("notes.txt", "words")];
        let assets = assets.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        let problem = check_fonts(&BTreeMap::from(assets)).unwrap_err();
        let told: Vec<String> = Checked::refused(&problem).errors.iter().map(Remark::to_string).collect();
        assert_eq!(
            told,
            [
                "assets.a.woff2: is a WOFF2 font: convert it to TTF or OTF.",
                "assets.b.ttf: is no font: use TTF, OTF or a collection of them (TTC, OTC)."
            ]
        );
    }
}
