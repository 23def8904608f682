//! What authors send to check a report: all that makes one, and what a rendering of it takes.

use super::{NewReport, ReportDraft, asset_name};
use crate::credential::Caller;
use crate::data::{Data, Members};
use crate::definition::Definition;
use crate::problem::{Mistakes, Outcome, Problem};
use crate::rendition::Rendition;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use std::collections::BTreeMap;

/// A report that could be made, with what a rendering of it takes.
#[derive(Debug)]
pub struct Trial {
    pub draft: ReportDraft,
    pub definition: Definition,
    /// Pictures, fonts and files by name.
    pub assets: BTreeMap<String, Vec<u8>>,
    pub params: Data,
    pub lang: Option<String>,
}

/// The body of `POST /api/reports/_check`: that of `POST /api/reports`, and what a rendering takes beside it.
#[derive(Debug)]
pub struct TrialBody {
    report: NewReport,
    beside: Beside,
}

#[derive(Debug, Deserialize)]
struct Beside {
    #[serde(default)]
    assets: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "crate::data::object")]
    params: Data,
    lang: Option<String>,
}

const BESIDE: [&str; 3] = ["assets", "params", "lang"];

impl TrialBody {
    /// Reads the body.
    ///
    /// # Errors
    /// `Invalid`, naming the field, for one that is missing, unknown or of another type.
    pub fn read(Members(body): Members) -> Outcome<Self> {
        let (beside, report): (Vec<_>, Vec<_>) = body.into_iter().partition(|(key, _)| BESIDE.contains(&key.as_str()));
        Ok(Self { report: fields(&report)?, beside: fields(&beside)? })
    }

    /// Checks what it holds.
    ///
    /// # Errors
    /// `Invalid` with every mistake, each by its field or its place in the definition; `NotFound` for a workspace out of reach.
    pub fn check(self, caller: &Caller) -> Outcome<Trial> {
        let Beside { assets, params, lang } = self.beside;
        let mut mistakes = Mistakes::default();
        let draft = mistakes.keep(self.report.check(caller))?;
        let assets = decoded(&assets, &mut mistakes)?;
        mistakes.keep(Rendition { lang: lang.clone(), ..Rendition::default() }.check())?;
        mistakes.end()?;
        let draft = draft.ok_or_else(|| Problem::internal("a report is missing that was checked"))?;
        let definition = draft.source.check()?;
        Ok(Trial { draft, definition, assets, params, lang })
    }
}

/// Reads fields by serde; what is wrong with the whole is a mistake of the field that is missing.
fn fields<T: for<'de> Deserialize<'de>>(members: &[(String, Data)]) -> Outcome<T> {
    let raw = members.iter().map(|(key, data)| Ok((key.as_str(), data.raw()?)));
    let raw = raw.collect::<serde_json::Result<Vec<_>>>().map_err(Problem::internal)?;
    serde_path_to_error::deserialize(MapDeserializer::new(raw.into_iter())).map_err(|error| {
        let (path, message) = (error.path().to_string(), serde_json::Error::to_string(error.inner()));
        // The line is that of the field alone.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
        match message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            Some(field) => Problem::invalid(field, "is missing."),
            None => Problem::invalid(path, format!("{message}.")),
        }
    })
}

fn decoded(encoded: &BTreeMap<String, String>, mistakes: &mut Mistakes) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let mut assets = BTreeMap::new();
    for (name, text) in encoded {
        let field = format!("assets.{name}");
        let named = asset_name(name).map_err(|_| Problem::invalid(&field, "is no file name."));
        let bytes = STANDARD.decode(text.trim()).map_err(|_| Problem::invalid(&field, "write the file in base64."));
        assets.extend(mistakes.keep(named)?.zip(mistakes.keep(bytes)?));
    }
    Ok(assets)
}
