//! The few words that a chart adds of its own, in the languages that Imprint has words for.

use domain::definition::ChartKind;

/// The words of a language.
pub struct Words {
    pub no_data: &'static str,
    /// What a pie's small slices are together.
    pub other: &'static str,
    /// "and {n} more"
    more: &'static str,
    bar: &'static str,
    line: &'static str,
    area: &'static str,
    pie: &'static str,
}

impl Words {
    /// The words of a language tag, English ones for a language without.
    pub fn of(lang: &str) -> &'static Words {
        let primary = lang.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let known = LANGUAGES.iter().find(|(name, _)| *name == primary);
        known.map_or(&ENGLISH, |(_, words)| words)
    }

    pub fn kind(&self, kind: ChartKind) -> &'static str {
        match kind {
            ChartKind::Bar => self.bar,
            ChartKind::Line => self.line,
            ChartKind::Area => self.area,
            ChartKind::Pie => self.pie,
        }
    }

    pub fn more(&self, count: usize) -> String {
        self.more.replace("{n}", &count.to_string())
    }
}

const ENGLISH: Words =
    words("No data", "Other", "and {n} more", ["Bar chart", "Line chart", "Area chart", "Pie chart"]);

const LANGUAGES: [(&str, Words); 7] = [
    (
        "de",
        words(
            "Keine Daten",
            "Sonstige",
            "und {n} weitere",
            ["Balkendiagramm", "Liniendiagramm", "Flächendiagramm", "Kreisdiagramm"],
        ),
    ),
    (
        "fr",
        words(
            "Aucune donnée",
            "Autres",
            "et {n} de plus",
            ["Diagramme à barres", "Courbes", "Diagramme en aires", "Diagramme circulaire"],
        ),
    ),
    (
        "es",
        words(
            "Sin datos",
            "Otros",
            "y {n} más",
            ["Gráfico de barras", "Gráfico de líneas", "Gráfico de áreas", "Gráfico circular"],
        ),
    ),
    (
        "it",
        words(
            "Nessun dato",
            "Altro",
            "e altri {n}",
            ["Grafico a barre", "Grafico a linee", "Grafico ad aree", "Grafico a torta"],
        ),
    ),
    (
        "pt",
        words(
            "Sem dados",
            "Outros",
            "e mais {n}",
            ["Gráfico de barras", "Gráfico de linhas", "Gráfico de áreas", "Gráfico de pizza"],
        ),
    ),
    (
        "nl",
        words("Geen gegevens", "Overig", "en nog {n}", ["Staafdiagram", "Lijndiagram", "Vlakdiagram", "Cirkeldiagram"]),
    ),
    (
        "pl",
        words(
            "Brak danych",
            "Pozostałe",
            "i jeszcze {n}",
            ["Wykres słupkowy", "Wykres liniowy", "Wykres warstwowy", "Wykres kołowy"],
        ),
    ),
];

const fn words(
    no_data: &'static str,
    other: &'static str,
    more: &'static str,
    [bar, line, area, pie]: [&'static str; 4],
) -> Words {
    Words { no_data, other, more, bar, line, area, pie }
}

/// Whether a language is read from right to left.
pub fn is_right_to_left(lang: &str) -> bool {
    const LANGUAGES: [&str; 11] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];
    let primary = lang.split('-').next().unwrap_or_default().to_ascii_lowercase();
    LANGUAGES.contains(&primary.as_str())
}
