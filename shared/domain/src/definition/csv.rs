//! How the tables of a report are written as CSV.

use serde::{Deserialize, Serialize};

use crate::literal::literals;
use crate::problem::Mistake;

/// How the tables are written as CSV. What is left out is as spreadsheets of the report's language expect it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsvOptions {
    /// Whether a file starts with a byte order mark, by which Excel knows UTF-8; it does when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bom: Option<bool>,
    /// What stands between two cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<Separator>,
    /// What stands before the decimals of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
}

literals! {
    /// What stands between two cells.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[allow(missing_docs)]
    pub enum Separator {
        Comma = ",",
        Semicolon = ";",
        Tab = "\t",
        Bar = "|",
    }
}

literals! {
    /// What stands before the decimals of a number.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[allow(missing_docs)]
    pub enum DecimalMark {
        Point = ".",
        Comma = ",",
    }
}

impl CsvOptions {
    /// What programs expect: no byte order mark, commas between cells, and a point before decimals.
    pub const PLAIN: Self =
        Self { bom: Some(false), separator: Some(Separator::Comma), decimal: Some(DecimalMark::Point) };

    /// These options; what they leave out is as programs expect it.
    pub fn or_plain(self) -> Self {
        let decimal =
            (self.separator.is_none() && self.decimal == Some(DecimalMark::Comma)).then_some(Separator::Semicolon);
        Self {
            bom: self.bom.or(Self::PLAIN.bom),
            separator: self.separator.or(decimal).or(Self::PLAIN.separator),
            decimal: self.decimal.or(Self::PLAIN.decimal),
        }
    }

    /// Whether nothing is set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// # Errors
    /// When decimals and cells are separated by the same sign.
    pub(super) fn check(self) -> Result<Self, Mistake> {
        if self.separator == Some(Separator::Comma) && self.decimal == Some(DecimalMark::Comma) {
            let message = "is the same as `separator`: use `;` between cells, or a point before decimals";
            return Err(Mistake::new("definition.csv.decimal", message));
        }
        Ok(self)
    }
}

impl Separator {
    /// The sign itself, which is ASCII.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::definition::Definition;

    fn parsed(csv: &Value) -> Result<CsvOptions, String> {
        let definition = Definition::parse(&json!({"csv": csv, "blocks": []}));
        definition.map(|definition| definition.csv).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read_or_named() {
        let semicolon = CsvOptions { separator: Some(Separator::Semicolon), ..CsvOptions::default() };
        assert_eq!(parsed(&json!({})), Ok(CsvOptions::default()));
        assert_eq!(parsed(&json!({"separator": ";"})), Ok(semicolon));
        assert_eq!(parsed(&json!({"bom": false, "separator": ",", "decimal": "."})), Ok(CsvOptions::PLAIN));
        let refused = [
            (json!({"separator": "::"}), "definition.csv.separator: unknown variant `::`, expected one of"),
            (json!({"bom": "no"}), "definition.csv.bom: invalid type"),
            (json!({"quote": "'"}), "definition.csv.quote: unknown field `quote`"),
            (json!({"separator": ",", "decimal": ","}), "definition.csv.decimal: is the same as `separator`"),
        ];
        for (csv, message) in refused {
            let error = parsed(&csv).unwrap_err();
            assert!(error.starts_with(message), "{csv}: {error}");
        }
    }

    #[test]
    fn a_definition_keeps_its_options() {
        for csv in [json!({}), json!({"bom": true, "separator": "\t", "decimal": ","})] {
            let definition = Definition::parse(&json!({"csv": csv, "blocks": []})).unwrap();
            let again: Definition = serde_json::from_value(serde_json::to_value(&definition).unwrap()).unwrap();
            assert_eq!(again, definition);
        }
    }

    #[test]
    fn programs_get_what_they_expect_unless_an_option_says_otherwise() {
        let comma = CsvOptions { decimal: Some(DecimalMark::Comma), ..CsvOptions::default() };
        assert_eq!(CsvOptions::default().or_plain(), CsvOptions::PLAIN);
        assert_eq!(comma.or_plain().separator, Some(Separator::Semicolon));
        let own = CsvOptions { bom: Some(true), separator: Some(Separator::Bar), decimal: None };
        assert_eq!(own.or_plain(), CsvOptions { decimal: Some(DecimalMark::Point), ..own });
    }
}
