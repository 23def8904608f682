//! A report and its versions; in `draft`: what its authors send to make and change one; in `trial`: what they send to check one; in
//! `listing`: what lists show of it.

use crate::address::Address;
use crate::credential::Caller;
use crate::data::Data;
use crate::definition::Definition;
use crate::literal::literals;
use crate::names::{NaturalId, shortened};
use crate::problem::{Mistakes, Outcome, Problem};
use crate::rendition::{Form, time_zone};
use crate::tree;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

mod draft;
mod listing;
#[cfg(test)]
mod tests;
mod trial;

pub use draft::{NewReport, ReportChange, ReportDraft};
pub use listing::{Asked, Chosen, Listed, Order, Page, Part, Sort};
pub use trial::{Trial, TrialBody};

literals! {
    /// The report types of the Exago tree; the word is only shown, it changes nothing in the rendering.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
    pub enum Kind {
        #[default]
        Advanced = "advanced",
        Express = "express",
        ExpressView = "expressview",
        Dashboard = "dashboard",
        Crosstab = "crosstab",
        Chained = "chained",
    }
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
    fn check(&self, mistakes: &mut Mistakes) -> Outcome<()> {
        mistakes.keep(Address::list("recipients", &self.recipients))?;
        mistakes.keep(self.reply_to.as_deref().map(|address| Address::parse("replyTo", address)).transpose())?;
        let known = [Form::Pdf, Form::Csv];
        if !self.formats.contains(&Form::Pdf) || self.formats.iter().any(|form| !known.contains(form)) {
            let rule = "the PDF is always attached: write [\"pdf\"] or [\"pdf\", \"csv\"].";
            mistakes.keep::<()>(Err(Problem::invalid("formats", rule)))?;
        }
        Ok(())
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
/// The most bytes of one asset, which is then uploaded: a request carries less.
pub const LARGEST_ASSET: usize = 25 * 1024 * 1024;
/// The most bytes of all assets of a report: each rendering reads them all.
pub const LARGEST_ASSETS: u64 = 100 * 1024 * 1024;

/// Checks that a report may have these assets.
///
/// # Errors
/// `Conflict` when they are too many, `TooLarge` when they have too many bytes.
pub fn check_assets(assets: &BTreeMap<String, Asset>) -> Outcome<()> {
    if assets.len() > MAX_ASSETS {
        return Err(Problem::Conflict(format!(
            "A report has at most {MAX_ASSETS} assets; delete the report or reuse a name."
        )));
    }
    let total: u64 = assets.values().map(|asset| asset.size).sum();
    if total > LARGEST_ASSETS {
        return Err(Problem::TooLarge(format!(
            "The assets of the report would have {total} bytes; together they have at most {LARGEST_ASSETS}. Store smaller files under their names."
        )));
    }
    Ok(())
}

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
    #[serde(deserialize_with = "crate::data::kept")]
    pub definition: Data,
    #[serde(deserialize_with = "crate::data::kept")]
    pub data: Data,
}

/// The most values in a definition: a thousand tables of forty columns need as many. What is larger is data.
pub const MOST_VALUES: usize = 250_000;

impl Source {
    /// Checks the definition of a request, whole.
    ///
    /// # Errors
    /// `Invalid` with every mistake, each by its place in the definition.
    pub fn check(&self) -> Outcome<Definition> {
        if self.definition.values() > MOST_VALUES {
            let rule = format!("has more than {MOST_VALUES} values: move what is data into `data`.");
            return Err(Problem::invalid("definition", rule));
        }
        let definition = self.definition.parse().map_err(unreadable)?;
        Definition::check(&definition).map_err(|mistakes| {
            let mut kept = Mistakes::default();
            kept.extend(mistakes);
            kept.end().err().unwrap_or_else(|| Problem::invalid("definition", "cannot be read"))
        })
    }

    /// The definition of a version that was accepted before.
    ///
    /// # Errors
    /// `Invalid`, naming the place in the definition.
    pub fn definition(&self) -> Outcome<Definition> {
        Definition::parse(&self.definition.parse().map_err(unreadable)?).map_err(Problem::from)
    }
}

fn unreadable(error: serde_json::Error) -> Problem {
    Problem::invalid("definition", format!("cannot be read: {error}."))
}

/// The workspace of a report that names none.
pub const DEFAULT_WORKSPACE: &str = "default";

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
        let mut mistakes = Mistakes::default();
        for (field, _, most) in limits.into_iter().filter(|(_, text, most)| text.chars().count() > *most) {
            mistakes.keep::<()>(Err(Problem::invalid(field, format!("use at most {most} characters."))))?;
        }
        mistakes.keep(self.time_zone.as_deref().map(|name| time_zone("timeZone", name)).transpose())?;
        self.mailing.check(&mut mistakes)?;
        mistakes.end()
    }
}
