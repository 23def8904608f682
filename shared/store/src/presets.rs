//! Report types, themes and templates, those of a workspace and of one kind in one partition: there are few, and they are mostly
//! listed. What every workspace has is not kept at all.

use crate::{
    Aws,
    aws::Variable,
    change::{Change, Condition},
    keys::preset_key,
    numbers::Numbers,
    table::{Refused, Table, to_item, transact_once, until_settled},
};
use domain::{
    Outcome, Problem,
    preset::{Preset, PresetKind, RESERVED, check, check_deletion, none_of},
    rendition::Template,
    report::Report,
    theme::Theme,
};
use serde::{Serialize, de::DeserializeOwned};

/// What workspaces offer to their reports.
#[derive(Clone)]
pub struct Presets {
    catalog: Table,
    numbers: Numbers,
}

impl Presets {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table::new(aws, Variable::CatalogTable)?;
        Ok(Self { numbers: Numbers::new(&catalog, "PRESET", 1), catalog })
    }

    /// All of a kind that a workspace has, by number.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn list<T: PresetKind + DeserializeOwned>(&self, workspace: &str) -> Outcome<Vec<Preset<T>>> {
        let mut all = T::built_in();
        all.extend(self.catalog.partition(&preset_key::<T>(workspace, "").0, "").await?);
        all.sort_by_key(|preset| preset.number);
        Ok(all)
    }

    /// The one that is called so by its code or number. What comes with Imprint is found without a request.
    ///
    /// # Errors
    /// `Invalid`, naming the field that calls it so, when the workspace has no such one.
    pub async fn find<T>(&self, workspace: &str, field: &str, text: &str) -> Outcome<Preset<T>>
    where
        T: PresetKind + DeserializeOwned,
    {
        match T::built_in().into_iter().find(|preset| preset.is_called(text)) {
            Some(preset) => Ok(preset),
            None => Preset::choose(self.list(workspace).await?, field, text),
        }
    }

    /// The theme and the template in which a report is rendered: its own, where the request names no others.
    ///
    /// # Errors
    /// `Invalid` when the workspace does not have one that the request names, `Unprocessable` for one of the report's own.
    pub async fn look(
        &self,
        report: &Report,
        theme: Option<&str>,
        template: Option<&str>,
    ) -> Outcome<(Theme, Template)> {
        let (workspace, details) = (&report.workspace, &report.details);
        let theme = self.chosen(workspace, "theme", theme, Some(&details.theme)).await?;
        let template = self.chosen(workspace, "template", template, details.template.as_deref()).await?;
        Ok((theme, template))
    }

    /// What the request names or else the report, or the default. It is the report's fault if its own is not there.
    async fn chosen<T>(&self, workspace: &str, field: &str, asked: Option<&str>, own: Option<&str>) -> Outcome<T>
    where
        T: PresetKind + DeserializeOwned,
    {
        let text = asked.or(own).filter(|text| !text.is_empty()).unwrap_or("default");
        match self.find(workspace, field, text).await {
            Ok(preset) => Ok(preset.details),
            Err(problem @ Problem::Invalid { .. }) if asked.is_none() => {
                Err(Problem::Unprocessable(problem.to_string()))
            }
            Err(problem) => Err(problem),
        }
    }

    /// Makes one or replaces it; it keeps its number. `true`: it is new.
    ///
    /// # Errors
    /// `Invalid` for a wrong code or name.
    pub async fn put<T>(&self, workspace: &str, code: &str, name: String, details: T) -> Outcome<(Preset<T>, bool)>
    where
        T: PresetKind + Serialize + DeserializeOwned + Clone,
    {
        check::<T>(code, &name)?;
        let key = preset_key::<T>(workspace, code);
        until_settled(async || {
            let before: Option<Preset<T>> = self.catalog.get(&key).await?;
            let new = before.is_none();
            let number = match before {
                Some(preset) => preset.number,
                None => RESERVED + self.numbers.next().await?,
            };
            let preset = Preset { code: code.to_owned(), number, name: name.clone(), details: details.clone() };
            // Two first requests at once must not give one two numbers: the slower one finds the other's.
            let written = self.catalog.write(to_item(&key, &preset)?, new.then(Condition::new_item));
            Ok(written.await?.then_some((preset, new)))
        })
        .await
    }

    /// Deletes one. Reports that name it are not looked for: they say so when they are rendered, until there is one of this code again.
    ///
    /// # Errors
    /// `NotFound` when the workspace has none of this code, `Conflict` for one that comes with Imprint.
    pub async fn delete<T: PresetKind>(&self, workspace: &str, code: &str) -> Outcome<()> {
        check_deletion::<T>(code)?;
        let key = preset_key::<T>(workspace, code);
        until_settled(async || {
            let there = Change::default().when(Condition::known_item());
            // A transaction, since its token tells a second try of one write from the write of another.
            match transact_once(&self.catalog.client, vec![self.catalog.delete_if(&key, there)?]).await {
                Ok(()) => Ok(Some(())),
                Err(Refused::Condition(..)) => Err(none_of::<T>(code)),
                Err(Refused::Collision) => Ok(None),
                Err(Refused::Problem(problem)) => Err(problem),
            }
        })
        .await
    }
}
