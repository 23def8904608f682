//! Plain tables: the first column to the left, figures to the right.

/// A table that is printed when it is complete.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these heads.
    pub fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()] }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// Prints the table under its title.
    pub fn print(&self, title: &str) {
        println!("\n{title}\n");
        let widths: Vec<usize> = (0..self.rows[0].len()).map(|n| self.width(n)).collect();
        for (n, row) in self.rows.iter().enumerate() {
            print_row(row, &widths);
            if n == 0 {
                println!("{}", "-".repeat(widths.iter().sum::<usize>() + 2 * (widths.len() - 1)));
            }
        }
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

fn print_row(row: &[String], widths: &[usize]) {
    let cells = row.iter().zip(widths).enumerate().map(|(n, (cell, width))| match n {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    });
    println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
}

/// Whether a figure is within its goal: `ok`, `over`, or `-` where there is none.
pub fn verdict(figure: f64, goal: Option<f64>) -> String {
    match goal {
        None => "-",
        Some(goal) if figure <= goal => "ok",
        Some(_) => "over",
    }
    .to_owned()
}
