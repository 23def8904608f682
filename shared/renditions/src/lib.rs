//! Reports as requests want them: rendered once, and kept for a day for who asks for the same again.
//!
//! - [`renderer`]: the one way to render a report, for publications as well; [`plan`]: what a rendition is made from, and the name of that; [`Renditions`]: files, lists of pages, and previews;
//! - [`check`]: reports that are tried out before they are saved.
//!
//! A rendition is named by all that it is made from. So whoever asks for the same again is answered from the bucket, or with “not
//! modified”, and a change of anything makes another name: nothing has to be thrown away.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use domain::{
    Outcome, Problem,
    bundle::{Entry, Part},
    rendition::{Form, Rendition},
    report::Mailing,
    warnings::to_header,
};
use jiff::Timestamp;
use plan::Plan;
use render::{
    Job, LetterTemplates, Outputs, Pictures, Rendered, bundle,
    file::{self, File},
    page::{self, PreviewInfo},
};
use renderer::{Contents, Failure, Look, Renderer, warnings};
use serde::{Deserialize, Serialize};
use store::{
    Aws, Files, OpenReport, PreviewBundles, Reports, TemporaryData,
    files::{FileKey, StoredFile},
    preview_bundles::{NewPreview, PreviewBundle},
};

pub mod check;
#[cfg(test)]
#[path = "../build/fingerprint.rs"]
mod fingerprint;
pub mod plan;
pub mod renderer;

/// What makes renditions and keeps them.
pub struct Renditions {
    reports: Reports,
    renderer: Renderer,
    temporary: TemporaryData,
    files: Files,
    previews: PreviewBundles,
}

/// A page of a report, as lists of pages tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageTitle {
    /// From 1.
    pub number: u32,
    /// Its first heading.
    pub title: Option<String>,
}

/// A preview, and its page as it is packed in it.
pub struct Shown {
    pub bundle: PreviewBundle,
    pub entry: Entry,
    pub page: Vec<u8>,
}

impl Renditions {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self {
            reports: Reports::new(aws)?,
            renderer: Renderer::new(aws)?,
            temporary: TemporaryData::new(aws)?,
            files: Files::new(aws)?,
            previews: PreviewBundles::new(aws)?,
        })
    }

    /// Where the files are kept.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Works out what a rendition of a version of a report is made from; nothing is rendered yet. `now` is the time of the request.
    ///
    /// # Errors
    /// `Invalid`, naming the field, for a theme or template that the workspace does not have, and for temporary data that is not there.
    pub async fn plan(&self, found: OpenReport, version: u64, rendition: Rendition, now: Timestamp) -> Outcome<Plan> {
        let own = || found.report.details.time_zone.clone();
        let rendition = Rendition { time_zone: rendition.time_zone.or_else(own), ..rendition };
        let (theme, template) = (rendition.theme.as_deref(), rendition.template.as_deref());
        let look = self.renderer.presets.look(&found.report, theme, template).await?;
        let fonts = self.renderer.fonts.list(&found.report.workspace).await?;
        let data = match (&rendition.data, rendition.temp_data) {
            (Some(data), _) => Some(data.clone()),
            (None, Some(id)) => Some(self.temporary.read(&found.report.workspace, id).await?),
            (None, None) => None,
        };
        Plan::new(found, version, rendition, look, fonts, data, now)
    }

    /// The file that a plan comes to: the one that is kept, or a new one.
    ///
    /// # Errors
    /// `Unprocessable` or `Invalid` when the report cannot be rendered so, `Internal` when a service does not answer.
    pub async fn file(&self, plan: &Plan) -> Outcome<(FileKey, StoredFile)> {
        let key = FileKey::rendition(plan.found.report.uid, plan.content());
        if let Some(kept) = self.files.find(&key).await? {
            return Ok((key, kept));
        }
        let (File { name, media_type, bytes }, warnings) = self.render_file(plan).await?;
        let kept = self.files.put(&key, &name, media_type, &warnings, bytes).await?;
        Ok((key, kept))
    }

    /// The file that a plan comes to, made anew and kept nowhere, and its warnings.
    ///
    /// # Errors
    /// As [`Renditions::file`].
    pub async fn render_file(&self, plan: &Plan) -> Outcome<(File, Vec<String>)> {
        let (form, attached) = (plan.rendition.form, plan.rendition.include_attachments);
        let (job, rendered) = self.render(plan, file::outputs_for(form), None).await?;
        let file = file::file(&job, &rendered, form, attached, plan.version).map_err(Failure::from)?;
        Ok((file, warnings(&rendered)))
    }

    /// The pages of a report. They are laid out to be counted, and the list is kept as files are.
    ///
    /// # Errors
    /// As [`Renditions::file`].
    pub async fn pages(&self, plan: &Plan) -> Outcome<Vec<PageTitle>> {
        let key = FileKey::rendition(plan.found.report.uid, &format!("{}.pages", plan.content()));
        if let Some(StoredFile { bytes: Some(bytes), .. }) = self.files.find(&key).await? {
            return serde_json::from_slice(&bytes).map_err(Problem::internal);
        }
        let (_, rendered) = self.render(plan, file::outputs_for(Form::Pdf), None).await?;
        let pages = rendered.pages.into_iter().map(|page| PageTitle { number: page.number, title: page.title });
        let pages: Vec<_> = pages.collect();
        let json = serde_json::to_vec(&pages).map_err(Problem::internal)?;
        self.files.put(&key, "pages.json", "application/json", &[], json).await?;
        Ok(pages)
    }

    /// The first page of a report as PNG, so many pixels wide; kept as files are.
    ///
    /// # Errors
    /// As [`Renditions::file`].
    pub async fn thumbnail(&self, plan: &Plan, width: u32) -> Outcome<(FileKey, StoredFile)> {
        let key = FileKey::rendition(plan.found.report.uid, &plan.content_of_thumbnail(width));
        if let Some(kept) = self.files.find(&key).await? {
            return Ok((key, kept));
        }
        let outputs = Outputs { png: Pictures::FirstOfWidth(width), ..Outputs::tables() };
        let (_, rendered) = self.render(plan, outputs, None).await?;
        let name = page::file_name(&rendered.title, "png");
        let warnings = warnings(&rendered);
        let first = rendered.pages.into_iter().next();
        let first = first.ok_or_else(|| Problem::Unprocessable("The report has no page.".into()))?;
        let kept = self.files.put(&key, &name, "image/png", &warnings, first.png).await?;
        Ok((key, kept))
    }

    /// The preview that a plan comes to: the one that is kept, or a new one.
    ///
    /// # Errors
    /// As [`Renditions::file`].
    pub async fn preview(&self, plan: &Plan, print_button: bool) -> Outcome<Shown> {
        let content = plan.content_of_preview(print_button);
        if let Some(bundle) = self.previews.find(plan.found.report.uid, &content).await? {
            // If the object is gone before its time, a new one takes its place.
            if let Some((entry, page)) = self.previews.part(&bundle, &content, Part::Page).await? {
                return Ok(Shown { bundle, entry, page });
            }
        }
        self.new_preview(plan, &content, print_button).await
    }

    async fn new_preview(&self, plan: &Plan, content: &str, print_button: bool) -> Outcome<Shown> {
        let (_, rendered) = self.render(plan, Outputs::publication(), None).await?;
        let info = PreviewInfo {
            title: rendered.title.clone(),
            version: plan.version,
            // Seen from the preview's own address, whatever names it holds.
            folder: format!("preview/{content}"),
            print_button,
        };
        let html = page::preview_html(&rendered, &info).map_err(Failure::from)?;
        let packed = bundle::preview(html, &rendered).map_err(Failure::from)?;
        let (style, script) = page::preview_policy_hashes();
        let entry = packed.index.page;
        let page = packed.zip[entry.offset as usize..(entry.offset + entry.compressed) as usize].to_vec();
        let new = NewPreview {
            report: plan.found.report.uid,
            filename: page::file_name(&rendered.title, "pdf"),
            style,
            script,
            warnings: to_header(&warnings(&rendered)),
            index: packed.index,
            zip: packed.zip,
            pdf: rendered.pdf,
        };
        Ok(Shown { bundle: self.previews.put(content, new).await?, entry, page })
    }

    /// All that a mail of the report consists of: the PDF, a picture of its first page, the rows of its tables, and the words of the mail.
    ///
    /// # Errors
    /// As [`Renditions::file`].
    pub async fn letter(&self, plan: &Plan) -> Outcome<Rendered> {
        let Mailing { subject, message, .. } = plan.found.report.details.mailing.clone();
        let outputs = Outputs { pdf: true, png: Pictures::First, ..Outputs::tables() };
        let (_, rendered) = self.render(plan, outputs, Some(LetterTemplates { subject, message })).await?;
        Ok(rendered)
    }

    async fn render(&self, plan: &Plan, outputs: Outputs, letter: Option<LetterTemplates>) -> Outcome<(Job, Rendered)> {
        let (version, source, assets) = self.reports.contents(&plan.found, plan.version).await?;
        let contents = Contents { report: &plan.found.report, version: &version, source: &source, assets };
        let fonts = self.renderer.fonts.read(&plan.fonts).await?;
        let look = Look { theme: plan.theme.clone(), template: plan.template.clone(), fonts };
        let (asked, data) = (plan.rendition.clone(), plan.data.clone());
        let wanted = |job: Job| Job {
            data: data.unwrap_or(job.data),
            params: asked.params,
            lang: asked.lang,
            time_zone: asked.time_zone.unwrap_or(job.time_zone),
            exclude_pages: asked.exclude_pages,
            outputs,
            letter,
            ..job
        };
        Ok(self.renderer.render(contents, look, plan.date, wanted).await?)
    }
}
