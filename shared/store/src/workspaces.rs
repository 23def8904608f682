//! Workspaces, all in one partition: there are few of them, and they are mostly listed.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::Condition,
    keys::{WORKSPACES, workspace_key},
    numbers::Numbers,
    table::{Table, to_item, until_settled},
};
use domain::{
    Outcome,
    credential::Caller,
    report::{DEFAULT_WORKSPACE, no_workspace},
    workspace::{Workspace, WorkspaceFields},
};

/// The workspaces.
#[derive(Clone)]
pub struct Workspaces {
    catalog: Table,
    numbers: Numbers,
}

impl Workspaces {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table::new(aws, Variable::CatalogTable)?;
        Ok(Self { numbers: Numbers::new(&catalog, "WORKSPACE", 1), catalog })
    }

    /// All workspaces by code.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn list(&self) -> Outcome<Vec<Workspace>> {
        self.catalog.partition(WORKSPACES, "").await
    }

    /// The workspace with this code or number; without one the default workspace or, if the caller does not reach that, the first
    /// one that the caller does.
    ///
    /// # Errors
    /// `NotFound` if there is none that the caller reaches.
    pub async fn find(&self, name: Option<&str>, caller: &Caller) -> Outcome<Workspace> {
        let all = self.list().await?;
        let mut reached = all.into_iter().filter(|workspace| caller.reaches(&workspace.code)).collect::<Vec<_>>();
        let wanted = name.unwrap_or(DEFAULT_WORKSPACE);
        let named = |workspace: &Workspace| workspace.code == wanted || workspace.number.to_string() == wanted;
        match reached.iter().position(named) {
            Some(position) => Ok(reached.swap_remove(position)),
            None if name.is_none() && !reached.is_empty() => Ok(reached.swap_remove(0)),
            None => Err(no_workspace(wanted)),
        }
    }

    /// The workspace with this code or number, whoever asks.
    ///
    /// # Errors
    /// `NotFound` if there is none.
    pub async fn named(&self, name: &str) -> Outcome<Workspace> {
        let named = |workspace: &Workspace| workspace.code == name || workspace.number.to_string() == name;
        self.list().await?.into_iter().find(named).ok_or_else(|| no_workspace(name))
    }

    /// Makes the workspace or changes its fields. `true`: it is new.
    ///
    /// # Errors
    /// `Invalid` for wrong fields, `Busy` when others were always faster.
    pub async fn put(&self, code: &str, fields: WorkspaceFields) -> Outcome<(Workspace, bool)> {
        fields.check(code)?;
        let (key, WorkspaceFields { name, description }) = (workspace_key(code), fields);
        until_settled(async || {
            let before: Option<Workspace> = self.catalog.get(&key).await?;
            let new = before.is_none();
            let number = match before {
                Some(workspace) => workspace.number,
                None => self.numbers.next().await?,
            };
            let (name, description, updated_at) = (name.clone(), description.clone(), Some(ambient::now()));
            let workspace = Workspace { code: code.to_owned(), number, name, description, updated_at };
            // Two first requests at once must not give one workspace two numbers: the slower one finds the other's.
            let written = self.catalog.write(to_item(&key, &workspace)?, new.then(Condition::new_item));
            Ok(written.await?.then_some((workspace, new)))
        })
        .await
    }
}
