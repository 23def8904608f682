//! Themes, templates and whatever else a workspace keeps for its reports: they are listed, put and deleted in one way.

use super::Gate;
use crate::{Reply, reply, request::Request};
use domain::{
    Outcome,
    credential::Permission,
    preset::{Preset, PresetKind},
};
use serde::{Serialize, de::DeserializeOwned};
use store::{Aws, Presets, Workspaces};

/// What finds the presets of the workspace that the request names.
pub struct WorkspacePresets {
    gate: Gate,
    workspaces: Workspaces,
    presets: Presets,
}

impl WorkspacePresets {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { gate: Gate::new(aws)?, workspaces: Workspaces::new(aws)?, presets: Presets::new(aws)? })
    }

    /// The presets of a kind, in the order of their numbers.
    ///
    /// # Errors
    /// As [`Gate::workspace`].
    pub async fn list<T>(&self, request: &Request, permission: Permission) -> Outcome<Vec<Preset<T>>>
    where
        T: PresetKind + DeserializeOwned,
    {
        let (_, workspace) = self.gate.workspace(&self.workspaces, request, permission).await?;
        self.presets.list(&workspace.code).await
    }

    /// Makes the preset `{code}`, or replaces it, by what `read` reads of the body; whether it is new.
    ///
    /// # Errors
    /// As [`Gate::workspace`] and `read`.
    pub async fn put<T>(
        &self,
        request: &Request,
        permission: Permission,
        read: impl FnOnce(&str) -> Outcome<(String, T)>,
    ) -> Outcome<(Preset<T>, bool)>
    where
        T: PresetKind + Serialize + DeserializeOwned + Clone,
    {
        let (_, workspace) = self.gate.workspace(&self.workspaces, request, permission).await?;
        let code = request.parameter("code")?;
        let (name, details) = read(&code)?;
        self.presets.put(&workspace.code, &code, name, details).await
    }

    /// Deletes the preset `{code}` of the kind `T`.
    ///
    /// # Errors
    /// As [`Gate::workspace`] and [`Presets::delete`].
    pub async fn delete<T: PresetKind + Send + Sync>(&self, request: &Request, permission: Permission) -> Reply {
        let (_, workspace) = self.gate.workspace(&self.workspaces, request, permission).await?;
        self.presets.delete::<T>(&workspace.code, &request.parameter("code")?).await?;
        reply::nothing()
    }
}
