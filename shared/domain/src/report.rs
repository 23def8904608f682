//! A report: its versions, and what its authors send to make and change one.

use crate::address::Address;
use crate::credential::Caller;
use crate::definition::Definition;
use crate::names::{NaturalId, shortened};
use crate::problem::{Outcome, Problem};
use crate::rendition::{Form, time_zone};
use crate::tree;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The report types of the Exago tree; the word is only shown, it changes nothing in the rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Advanced,
    Express,
    ExpressView,
    Dashboard,
    Crosstab,
    Chained,
}

/// A report, without the definition and data of its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub uid: Uuid,
    pub number: u64,
    pub natural_id: NaturalId,
    pub workspace: String,
    /// The id of the folder that holds the report; a workspace's root folder has the workspace's code as its id.
    pub parent: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    #[serde(flatten)]
    pub details: Details,
    /// The newest version.
    pub version: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deleted_at: Option<Timestamp>,
}

/// The fields of a report that change nothing but themselves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_type: Option<String>,
    pub description: String,
    /// The code or number of a theme of the workspace.
    pub theme: String,
    /// The code or number of a template of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Where the report's dates and times are told, by its IANA name; UTC without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(flatten)]
    pub mailing: Mailing,
}

/// How a report is mailed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Mailing {
    /// Addresses, separated by commas or semicolons.
    pub recipients: String,
    /// The address that answers go to, in the place of the sender's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// A template; the report's title without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// A template of Markdown; may be empty.
    pub message: String,
    /// What is attached.
    pub formats: BTreeSet<Form>,
}

impl Default for Mailing {
    fn default() -> Self {
        let formats = BTreeSet::from([Form::Pdf]);
        Self { recipients: String::new(), reply_to: None, subject: None, message: String::new(), formats }
    }
}

impl Mailing {
    /// # Errors
    /// `Invalid`, naming the field.
    fn check(&self) -> Outcome<()> {
        Address::list("recipients", &self.recipients)?;
        self.reply_to.as_deref().map(|address| Address::parse("replyTo", address)).transpose()?;
        let known = [Form::Pdf, Form::Csv];
        if !self.formats.contains(&Form::Pdf) || self.formats.iter().any(|form| !known.contains(form)) {
            return Err(Problem::invalid(
                "formats",
                "the PDF is always attached: write [\"pdf\"] or [\"pdf\", \"csv\"].",
            ));
        }
        Ok(())
    }
}

impl Report {
    /// Whether a search for `q` finds the report: in its name, its description or its natural id, in any case.
    pub fn matches(&self, q: &str) -> bool {
        let q = q.to_lowercase();
        let texts = [&self.name, &self.details.description, &self.natural_id.to_string()];
        texts.iter().any(|text| text.to_lowercase().contains(&q))
    }
}

/// Who did something, as histories show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email: Option<String>,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self { name: caller.user.clone(), email: caller.email.clone() }
    }
}

/// A version of a report. It never changes once made, so a publication that pins one knows what it will show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    pub version: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    pub actor: Actor,
    pub at: Timestamp,
    /// Name → what is stored under its content's hash.
    #[serde(default)]
    pub assets: BTreeMap<String, Asset>,
}

/// A picture, font or data file of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Hexadecimal; also the object's name.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    pub media_type: String,
}

/// The most assets of one report.
pub const MAX_ASSETS: usize = 100;

/// Checks the name of an asset.
///
/// # Errors
/// `Invalid` for a name that is no plain file name of at most 100 characters.
pub fn asset_name(text: &str) -> Outcome<String> {
    let name = tree::name("name", text)?;
    if name.chars().count() > 100 || name.starts_with('.') {
        return Err(Problem::invalid(
            "name",
            "use a file name of at most 100 characters that does not start with a dot.",
        ));
    }
    Ok(name)
}

/// What a version is rendered from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub definition: Value,
    pub data: Value,
}

impl Source {
    /// # Errors
    /// `Invalid`, naming the place in the definition.
    pub fn check(&self) -> Outcome<Definition> {
        Definition::parse(&self.definition).map_err(|invalid| Problem::invalid(invalid.field, invalid.message))
    }
}

/// The body of `POST /api/reports`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReport {
    pub name: String,
    pub slug: Option<String>,
    pub owner: Option<String>,
    pub workspace: Option<String>,
    pub folder: Option<String>,
    #[serde(rename = "type", default)]
    pub kind: Kind,
    pub report_type: Option<String>,
    pub description: Option<String>,
    pub theme: Option<String>,
    pub template: Option<String>,
    pub time_zone: Option<String>,
    pub recipients: Option<String>,
    pub reply_to: Option<String>,
    pub subject: Option<String>,
    pub message: Option<String>,
    pub formats: Option<BTreeSet<Form>>,
    pub note: Option<String>,
    pub definition: Value,
    #[serde(default)]
    pub data: Value,
}

/// The body of `PUT /api/reports/{id}`: what is left out stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportChange {
    pub name: Option<String>,
    /// The path of another folder.
    pub folder: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    pub report_type: Option<String>,
    pub description: Option<String>,
    pub theme: Option<String>,
    pub template: Option<String>,
    pub time_zone: Option<String>,
    pub recipients: Option<String>,
    pub reply_to: Option<String>,
    pub subject: Option<String>,
    pub message: Option<String>,
    pub formats: Option<BTreeSet<Form>>,
    pub note: Option<String>,
    pub definition: Option<Value>,
    pub data: Option<Value>,
}

/// The workspace of a report that names none.
pub const DEFAULT_WORKSPACE: &str = "default";

/// A checked [`NewReport`]: everything but what the store gives it (uid, number, place).
#[derive(Debug)]
pub struct ReportDraft {
    pub natural_id: NaturalId,
    pub workspace: String,
    pub folder: Vec<String>,
    pub name: String,
    pub kind: Kind,
    pub details: Details,
    pub note: Option<String>,
    pub source: Source,
}

impl NewReport {
    /// # Errors
    /// `Invalid`, naming the field or the place in the definition.
    pub fn check(self, caller: &Caller) -> Outcome<ReportDraft> {
        let name = tree::name("name", &self.name)?;
        let owner = self.owner.unwrap_or_else(|| caller.team.clone());
        let slug = self.slug.unwrap_or_else(|| slug::slugify(&name));
        let draft = ReportDraft {
            natural_id: NaturalId::new(&owner, &slug)?,
            workspace: self.workspace.unwrap_or_else(|| DEFAULT_WORKSPACE.to_owned()),
            folder: tree::path("folder", self.folder.as_deref().unwrap_or_default())?,
            name,
            kind: self.kind,
            details: Details {
                report_type: self.report_type,
                description: self.description.unwrap_or_default(),
                theme: self.theme.unwrap_or_else(|| "default".to_owned()),
                template: self.template,
                time_zone: given(self.time_zone),
                mailing: Mailing {
                    recipients: self.recipients.unwrap_or_default(),
                    reply_to: given(self.reply_to),
                    subject: given(self.subject),
                    message: self.message.unwrap_or_default(),
                    formats: self.formats.unwrap_or_else(|| Mailing::default().formats),
                },
            },
            note: self.note,
            source: Source { definition: self.definition, data: self.data },
        };
        if !caller.reaches(&draft.workspace) {
            return Err(no_workspace(&draft.workspace));
        }
        draft.details.check(draft.note.as_deref())?;
        draft.source.check()?;
        Ok(draft)
    }
}

/// A text that may be left out; an empty one takes it away.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// There is no such workspace, as far as the caller may know.
pub fn no_workspace(code: &str) -> Problem {
    Problem::NotFound(format!("workspace: there is no workspace {}.", shortened(code)))
}

impl Details {
    fn check(&self, note: Option<&str>) -> Outcome<()> {
        let limits = [
            ("reportType", self.report_type.as_deref().unwrap_or_default(), 100),
            ("description", &self.description, 10_000),
            ("theme", &self.theme, 100),
            ("template", self.template.as_deref().unwrap_or_default(), 100),
            ("recipients", &self.mailing.recipients, 10_000),
            ("subject", self.mailing.subject.as_deref().unwrap_or_default(), 1_000),
            ("message", &self.mailing.message, 10_000),
            ("note", note.unwrap_or_default(), 1_000),
        ];
        if let Some((field, _, most)) = limits.into_iter().find(|(_, text, most)| text.chars().count() > *most) {
            return Err(Problem::invalid(field, format!("use at most {most} characters.")));
        }
        if let Some(name) = &self.time_zone {
            time_zone("timeZone", name)?;
        }
        self.mailing.check()
    }
}

impl ReportChange {
    /// The report and the source as they are after the change.
    ///
    /// # Errors
    /// `Invalid`, naming the field or the place in the definition.
    pub fn apply(self, report: &Report, source: Source, now: Timestamp) -> Outcome<(Report, Source)> {
        let (before, mailing, note) = (report.clone(), report.details.mailing.clone(), self.note);
        let details = Details {
            report_type: self.report_type.or(before.details.report_type),
            description: self.description.unwrap_or(before.details.description),
            theme: self.theme.unwrap_or(before.details.theme),
            template: given(self.template.or(before.details.template)),
            time_zone: given(self.time_zone.or(before.details.time_zone)),
            mailing: Mailing {
                recipients: self.recipients.unwrap_or(mailing.recipients),
                reply_to: given(self.reply_to.or(mailing.reply_to)),
                subject: given(self.subject.or(mailing.subject)),
                message: self.message.unwrap_or(mailing.message),
                formats: self.formats.unwrap_or(mailing.formats),
            },
        };
        details.check(note.as_deref())?;
        let source =
            Source { definition: self.definition.unwrap_or(source.definition), data: self.data.unwrap_or(source.data) };
        source.check()?;
        let name = self.name.map(|name| tree::name("name", &name)).transpose()?;
        let after = Report {
            name: name.unwrap_or(before.name),
            kind: self.kind.unwrap_or(before.kind),
            details,
            version: before.version + 1,
            updated_at: now,
            ..before
        };
        Ok((after, source))
    }
}
