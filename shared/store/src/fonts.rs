//! The fonts of workspaces. One item a workspace names them all, so that one read finds them, and their number and size are bounded by
//! the condition of one write. Each content is an object of its own.

use crate::{
    Aws, ambient,
    aws::Variable,
    change::Condition,
    keys::fonts_key,
    objects::Objects,
    table::{Refused, Table, n, to_item, transact_once, until_settled},
};
use domain::{
    Outcome, Problem,
    font::{WorkspaceFont, WorkspaceFonts},
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The fonts that reports of a workspace are rendered with.
#[derive(Clone)]
pub struct Fonts {
    catalog: Table,
    objects: Objects,
}

/// How often fonts are read anew that change at this moment.
const ATTEMPTS: usize = 3;

impl Fonts {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        let catalog = Table::new(aws, Variable::CatalogTable)?;
        Ok(Self { catalog, objects: Objects::new(aws)? })
    }

    /// The fonts of a workspace, without their contents.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn list(&self, workspace: &str) -> Outcome<WorkspaceFonts> {
        Ok(self.catalog.get(&fonts_key(workspace)).await?.unwrap_or_default())
    }

    /// The contents of these fonts, by name.
    ///
    /// # Errors
    /// `Busy` when one of them was replaced or deleted since they were listed.
    pub async fn read(&self, fonts: &WorkspaceFonts) -> Outcome<BTreeMap<String, Vec<u8>>> {
        let mut contents = BTreeMap::new();
        for (name, font) in &fonts.fonts {
            let bytes = self.objects.get(&font.object, None).await?;
            let bytes = bytes.ok_or_else(|| {
                Problem::Busy("The fonts of the workspace changed while the report was rendered. Try again.".into())
            })?;
            contents.insert(name.clone(), bytes);
        }
        Ok(contents)
    }

    /// The contents of all fonts that a workspace has now.
    ///
    /// # Errors
    /// `Busy` when they keep changing.
    pub async fn of(&self, workspace: &str) -> Outcome<BTreeMap<String, Vec<u8>>> {
        for _ in 1..ATTEMPTS {
            match self.read(&self.list(workspace).await?).await {
                Err(Problem::Busy(_)) => {}
                contents => return contents,
            }
        }
        self.read(&self.list(workspace).await?).await
    }

    /// Stores a font of a workspace, or replaces the one of this name. `true`: it is new. The same content under the same name changes nothing.
    ///
    /// # Errors
    /// `Conflict` when the fonts of the workspace would be too many or too large, `Busy` when others change them all the time.
    pub async fn put(&self, workspace: &str, name: &str, bytes: Vec<u8>) -> Outcome<(WorkspaceFont, bool)> {
        let font = WorkspaceFont {
            sha256: hex::encode(Sha256::digest(&bytes)),
            size: bytes.len() as u64,
            updated_at: ambient::now(),
            // Named by chance and not by its content: then it can go as soon as the item does not name it any more.
            object: format!("fonts/{workspace}/{}", ambient::uid()?),
        };
        let before = self.list(workspace).await?;
        if let Some(same) = before.fonts.get(name).filter(|same| same.sha256 == font.sha256) {
            return Ok((same.clone(), false));
        }
        // What will be refused is not stored first.
        before.with(name, font.clone())?;
        self.objects.put(&font.object, bytes, "application/octet-stream").await?;
        let written =
            self.change(workspace, |fonts| Ok((fonts.with(name, font.clone())?, fonts.fonts.get(name).cloned())));
        match written.await {
            Ok(replaced) => {
                let new = replaced.is_none();
                self.objects.delete(replaced.into_iter().map(|font| font.object).collect()).await?;
                Ok((font, new))
            }
            // Of any other fault it is not known whether the item was written.
            Err(problem @ (Problem::Conflict(_) | Problem::Busy(_))) => {
                self.objects.delete(vec![font.object]).await?;
                Err(problem)
            }
            Err(problem) => Err(problem),
        }
    }

    /// Removes a font of a workspace.
    ///
    /// # Errors
    /// `NotFound` when there is none of this name, `Busy` when others change the fonts all the time.
    pub async fn delete(&self, workspace: &str, name: &str) -> Outcome<()> {
        let removed = self.change(workspace, |fonts| fonts.without(name)).await?;
        self.objects.delete(vec![removed.object]).await
    }

    /// Writes what `change` makes of the fonts, if nobody else has changed them meanwhile; and what it answers beside them.
    async fn change<T>(
        &self,
        workspace: &str,
        change: impl Fn(&WorkspaceFonts) -> Outcome<(WorkspaceFonts, T)>,
    ) -> Outcome<T> {
        let (key, change) = (&fonts_key(workspace), &change);
        until_settled(async || {
            let before = self.list(workspace).await?;
            let (after, answer) = change(&before)?;
            let item = to_item(key, &after)?;
            let write = match before.revision {
                0 => self.catalog.put(item, Condition::new_item())?,
                revision => self.catalog.put(item, Condition::is("revision", n(revision)))?,
            };
            // A transaction, since its token tells a second try of one write from the write of another.
            match transact_once(&self.catalog.client, vec![write]).await {
                Ok(()) => Ok(Some(answer)),
                Err(Refused::Condition(..) | Refused::Collision) => Ok(None),
                Err(Refused::Problem(problem)) => Err(problem),
            }
        })
        .await
    }
}
