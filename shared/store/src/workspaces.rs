//! Workspaces, all in one partition: there are few of them, and they are mostly listed.

use crate::{
    Aws, ambient,
    aws::Variable,
    keys::{WORKSPACES, workspace_key},
    numbers::Numbers,
    sent,
    table::{Table, to_item},
};
use domain::{
    Outcome, Problem,
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
        let catalog = Table { client: aws.dynamodb(), name: Variable::CatalogTable.text()? };
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
    /// `Invalid` for wrong fields.
    pub async fn put(&self, code: &str, fields: WorkspaceFields) -> Outcome<(Workspace, bool)> {
        fields.check(code)?;
        let before: Option<Workspace> = self.catalog.get(&workspace_key(code)).await?;
        let new = before.is_none();
        let number = match before {
            Some(workspace) => workspace.number,
            None => self.numbers.next().await?,
        };
        let WorkspaceFields { name, description } = fields;
        let workspace =
            Workspace { code: code.to_owned(), number, name, description, updated_at: Some(ambient::now()) };
        let item = to_item(&workspace_key(code), &workspace)?;
        let put = self.catalog.client.put_item().table_name(&self.catalog.name).set_item(Some(item));
        // Two first requests at once must not give one workspace two numbers: the slower one finds the other's.
        let put = match new {
            true => put.condition_expression("attribute_not_exists(pk)"),
            false => put,
        };
        match sent::put_item(put).await {
            Ok(_) => Ok((workspace, new)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Err(Problem::Busy("The workspace was made by another request at this moment. Try again.".into()))
            }
            Err(error) => Err(crate::table::fault(error)),
        }
    }
}
