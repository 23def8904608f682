//! What authors send to make and change a report.

use super::{DEFAULT_WORKSPACE, Details, Kind, Mailing, Report, Source, no_workspace};
use crate::credential::Caller;
use crate::data::Data;
use crate::names::{NaturalId, slug_of};
use crate::problem::{Mistake, Mistakes, Outcome, Problem};
use crate::rendition::Form;
use crate::{template, tree};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

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
    pub definition: Data,
    #[serde(default)]
    pub data: Data,
}

/// The body of `PUT /api/reports/{id}`: what is left out stays as it is. What `GET` returns and nobody can change may come along.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportChange {
    pub name: Option<String>,
    pub slug: Option<String>,
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
    pub definition: Option<Data>,
    pub data: Option<Data>,
    id: Option<Value>,
    number: Option<Value>,
    natural_id: Option<Value>,
    owner_id: Option<Value>,
    workspace: Option<Value>,
    created_at: Option<Value>,
    updated_at: Option<Value>,
    version: Option<Value>,
    published: Option<Value>,
    assets: Option<Value>,
    #[serde(rename = "_links")]
    links: Option<Value>,
}

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
    /// `Invalid` with every mistake, each by its field or its place in the definition; `NotFound` for a workspace out of reach.
    pub fn check(self, caller: &Caller) -> Outcome<ReportDraft> {
        let workspace = self.workspace.clone().unwrap_or_else(|| DEFAULT_WORKSPACE.to_owned());
        if !caller.reaches(&workspace) {
            return Err(no_workspace(&workspace));
        }
        let mut mistakes = Mistakes::default();
        let name = mistakes.keep(tree::name("name", &self.name))?;
        let natural_id = mistakes.keep(self.natural_id(caller))?;
        let folder = mistakes.keep(tree::path("folder", self.folder.as_deref().unwrap_or_default()))?;
        mistakes.extend(mail_templates(self.subject.as_deref(), self.message.as_deref()));
        let (details, kind, note, source) = self.parts();
        mistakes.keep(details.check(note.as_deref()))?;
        mistakes.keep(source.check())?;
        mistakes.end()?;
        match (name, natural_id, folder) {
            (Some(name), Some(natural_id), Some(folder)) => {
                Ok(ReportDraft { natural_id, workspace, folder, name, kind, details, note, source })
            }
            _ => Err(Problem::internal("a part of a report is missing that was checked")),
        }
    }

    fn natural_id(&self, caller: &Caller) -> Outcome<NaturalId> {
        let owner = self.owner.as_ref().unwrap_or(&caller.team);
        let slug = self.slug.clone().unwrap_or_else(|| slug_of(&self.name));
        NaturalId::new(owner, &slug)
    }

    fn parts(self) -> (Details, Kind, Option<String>, Source) {
        let mailing = Mailing {
            recipients: self.recipients.unwrap_or_default(),
            reply_to: given(self.reply_to),
            subject: given(self.subject),
            message: self.message.unwrap_or_default(),
            formats: self.formats.unwrap_or_else(|| Mailing::default().formats),
        };
        let details = Details {
            report_type: self.report_type,
            description: self.description.unwrap_or_default(),
            theme: self.theme.unwrap_or_else(|| "default".to_owned()),
            template: self.template,
            time_zone: given(self.time_zone),
            mailing,
        };
        (details, self.kind, self.note, Source { definition: self.definition, data: self.data })
    }
}

/// A text that may be left out; an empty one takes it away.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// What is wrong with the templates of a mail.
fn mail_templates(subject: Option<&str>, message: Option<&str>) -> Vec<Mistake> {
    let texts = [("subject", subject), ("message", message)].into_iter();
    texts.filter_map(|(field, text)| Some(Mistake::new(field, template::check(text?).err()?))).collect()
}

impl ReportChange {
    /// Refuses another value of what cannot be changed; `record` is the report as it was answered last, so that it may be sent back as it is.
    ///
    /// # Errors
    /// `Invalid`, naming each such member.
    pub fn check_read_only(&self, record: &Value) -> Outcome<()> {
        let members = [
            ("id", &self.id),
            ("number", &self.number),
            ("naturalId", &self.natural_id),
            ("ownerId", &self.owner_id),
            ("workspace", &self.workspace),
            ("createdAt", &self.created_at),
            ("updatedAt", &self.updated_at),
            ("version", &self.version),
            ("published", &self.published),
            ("assets", &self.assets),
            ("_links", &self.links),
        ];
        let mut mistakes = Mistakes::default();
        let differs = |(name, sent): &(&str, &Option<Value>)| sent.as_ref().is_some_and(|sent| *sent != record[*name]);
        mistakes.extend(members.into_iter().filter(differs).map(|(name, _)| {
            Mistake::new(name, "cannot be changed, and has another value now: leave it out, or send what GET returns.")
        }));
        mistakes.end()
    }

    /// The report and the source as they are after the change. What the change leaves as it is was accepted before, and is not
    /// checked anew.
    ///
    /// # Errors
    /// `Invalid` with every mistake, each by its field or its place in the definition.
    pub fn apply(self, report: &Report, source: Source, now: Timestamp) -> Outcome<(Report, Source)> {
        let mut mistakes = Mistakes::default();
        let name = mistakes.keep(self.name.as_deref().map(|name| tree::name("name", name)).transpose())?.flatten();
        let owner = report.natural_id.owner();
        let slug = self.slug.as_deref().map(|slug| NaturalId::new(owner, slug)).transpose();
        let natural_id = mistakes.keep(slug)?.flatten();
        mistakes.extend(mail_templates(self.subject.as_deref(), self.message.as_deref()));
        let (defines, note) = (self.definition.is_some(), self.note.clone());
        let kind = self.kind.unwrap_or(report.kind);
        let (details, source) = self.parts(&report.details, source);
        mistakes.keep(details.check(note.as_deref()))?;
        if defines {
            mistakes.keep(source.check())?;
        }
        mistakes.end()?;
        let before = report.clone();
        let (name, natural_id) = (name.unwrap_or(before.name), natural_id.unwrap_or(before.natural_id));
        let after = Report { name, natural_id, kind, details, version: before.version + 1, updated_at: now, ..before };
        Ok((after, source))
    }

    fn parts(self, before: &Details, source: Source) -> (Details, Source) {
        let (before, mailing) = (before.clone(), before.mailing.clone());
        let details = Details {
            report_type: self.report_type.or(before.report_type),
            description: self.description.unwrap_or(before.description),
            theme: self.theme.unwrap_or(before.theme),
            template: given(self.template.or(before.template)),
            time_zone: given(self.time_zone.or(before.time_zone)),
            mailing: Mailing {
                recipients: self.recipients.unwrap_or(mailing.recipients),
                reply_to: given(self.reply_to.or(mailing.reply_to)),
                subject: given(self.subject.or(mailing.subject)),
                message: self.message.unwrap_or(mailing.message),
                formats: self.formats.unwrap_or(mailing.formats),
            },
        };
        let definition = self.definition.unwrap_or(source.definition);
        (details, Source { definition, data: self.data.unwrap_or(source.data) })
    }
}
