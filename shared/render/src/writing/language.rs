//! What the number formatter does not know about a language: where symbols stand, dates, and the few words that Imprint adds itself.

/// The habits of one language.
#[derive(Clone, Copy)]
pub struct Language {
    /// The usual date, as an strftime pattern without names of months where the language is not English.
    pub date: &'static str,
    /// Whether a percent sign is set off by a space.
    pub spaced_percent: bool,
    /// The label of a page.
    pub page: &'static str,
    /// The head of a row of totals.
    pub total: &'static str,
    symbol: Symbol,
}

/// Where the symbol of a currency stands.
#[derive(Clone, Copy)]
enum Symbol {
    /// €1,200
    Before,
    /// € 1.200
    BeforeSpaced,
    /// 1.200 €
    After,
}

const fn language(
    date: &'static str,
    spaced_percent: bool,
    symbol: Symbol,
    page: &'static str,
    total: &'static str,
) -> Language {
    Language { date, spaced_percent, page, total, symbol }
}

impl Language {
    /// The habits of a language tag: those of its region, else of its language, else neutral ones.
    pub fn of(lang: &str) -> Language {
        use Symbol::{After, Before, BeforeSpaced};
        const DE: Language = language("%d.%m.%Y", true, After, "Seite {page} von {pages}", "Summe");
        const EN: Language = language("%b %-d, %Y", false, Before, "Page {page} of {pages}", "Total");
        let primary = lang.split('-').next().unwrap_or_default();
        match (primary, lang) {
            (_, "en" | "en-US") => EN,
            ("en", _) => Language { date: "%-d %b %Y", ..EN },
            (_, "de-CH" | "de-LI") => Language { spaced_percent: false, symbol: BeforeSpaced, ..DE },
            ("de", _) => DE,
            ("fr", _) => language("%d/%m/%Y", true, After, "Page {page} sur {pages}", "Total"),
            ("es", _) => language("%d/%m/%Y", true, After, "Página {page} de {pages}", "Total"),
            ("it", _) => language("%d/%m/%Y", false, After, "Pagina {page} di {pages}", "Totale"),
            ("pt", _) => language("%d/%m/%Y", false, After, "Página {page} de {pages}", "Total"),
            ("nl", _) => language("%d-%m-%Y", false, BeforeSpaced, "Pagina {page} van {pages}", "Totaal"),
            ("pl", _) => language("%d.%m.%Y", false, After, "Strona {page} z {pages}", "Razem"),
            _ => language("%Y-%m-%d", false, BeforeSpaced, "{page} / {pages}", "Σ"),
        }
    }

    /// Puts a currency's symbol to a number; the sign stays in front of both.
    pub fn with_symbol(&self, number: &str, symbol: &str) -> String {
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", number),
        };
        // A code of letters never touches the digits.
        let letters = symbol.ends_with(|c: char| c.is_ascii_alphabetic());
        match self.symbol {
            Symbol::After => format!("{number}\u{a0}{symbol}"),
            Symbol::Before if !letters => format!("{sign}{symbol}{digits}"),
            Symbol::Before | Symbol::BeforeSpaced => format!("{sign}{symbol}\u{a0}{digits}"),
        }
    }
}
