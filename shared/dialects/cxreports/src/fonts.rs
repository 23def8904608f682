//! The fonts of a workspace; these calls are ours.

use domain::font::WorkspaceFont;
use jiff::Timestamp;
use serde::Serialize;

/// An item of `GET …/fonts`, and the answer to `PUT …/fonts/{name}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FontItem {
    name: String,
    size: u64,
    sha256: String,
    updated_at: Timestamp,
}

impl FontItem {
    /// A font under its name.
    pub fn new(name: &str, font: &WorkspaceFont) -> Self {
        let WorkspaceFont { sha256, size, updated_at, .. } = font.clone();
        Self { name: name.to_owned(), size, sha256, updated_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_shown_without_where_it_is_stored() {
        let font = WorkspaceFont {
            sha256: "ab".into(),
            size: 7,
            updated_at: Timestamp::UNIX_EPOCH,
            object: "fonts/default/x".into(),
        };
        let expected =
            serde_json::json!({"name": "a.ttf", "size": 7, "sha256": "ab", "updatedAt": "1970-01-01T00:00:00Z"});
        assert_eq!(serde_json::to_value(FontItem::new("a.ttf", &font)).unwrap(), expected);
    }
}
