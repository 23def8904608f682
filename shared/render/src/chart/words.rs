//! The few words that a chart adds of its own, in the languages that Imprint has words for.

use domain::definition::ChartKind;

/// The words of a language.
pub struct Words {
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

const ENGLISH: Words = words("and {n} more", ["Bar chart", "Line chart", "Area chart", "Pie chart"]);

const LANGUAGES: [(&str, Words); 7] = [
    ("de", words("und {n} weitere", ["Balkendiagramm", "Liniendiagramm", "Flächendiagramm", "Kreisdiagramm"])),
    ("fr", words("et {n} de plus", ["Diagramme à barres", "Courbes", "Diagramme en aires", "Diagramme circulaire"])),
    ("es", words("y {n} más", ["Gráfico de barras", "Gráfico de líneas", "Gráfico de áreas", "Gráfico circular"])),
    ("it", words("e altri {n}", ["Grafico a barre", "Grafico a linee", "Grafico ad aree", "Grafico a torta"])),
    ("pt", words("e mais {n}", ["Gráfico de barras", "Gráfico de linhas", "Gráfico de áreas", "Gráfico de pizza"])),
    ("nl", words("en nog {n}", ["Staafdiagram", "Lijndiagram", "Vlakdiagram", "Cirkeldiagram"])),
    ("pl", words("i jeszcze {n}", ["Wykres słupkowy", "Wykres liniowy", "Wykres warstwowy", "Wykres kołowy"])),
];

const fn words(more: &'static str, [bar, line, area, pie]: [&'static str; 4]) -> Words {
    Words { more, bar, line, area, pie }
}
