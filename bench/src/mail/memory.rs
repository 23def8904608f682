//! The memory that a mail takes: of the function, and of the child in which it renders.

use super::{
    process::Watched,
    reports::{Mailed, Reports},
};
use crate::{Outcome, publishing::functions::Deployed, table::Table};

/// The processes of each report; the most of all counts.
const PROCESSES: usize = 3;

/// Measures and prints; answers the last process of the dashboard and of the large report.
pub async fn run(function: &Deployed, reports: &Reports) -> Outcome<[Watched; 2]> {
    let mut table = Table::new(&["mail", "at start", "function", "child", "both", "x dashboard"]);
    let (mut watched, mut of_dashboard) = (Vec::new(), None);
    for mailed in [&reports.dashboard, &reports.register, &reports.large] {
        let (last, [idle, function, child]) = watch(function, mailed).await?;
        let both = function + child;
        let beside = both / *of_dashboard.get_or_insert(both);
        let [idle, function, child, both] = [idle, function, child, both].map(|megabytes| format!("{megabytes:.1}"));
        table.row([mailed.name.to_owned(), idle, function, child, both, format!("{beside:.2}")]);
        watched.push(last);
    }
    table.print(&format!("Mail: the most memory that was resident, MB, of {PROCESSES} processes each"));
    println!(
        "Each process sends one mail. Function and child do not have their most at the same time: both is the most that there can be, of {:.0} MB.",
        function.memory_mb
    );
    let [dashboard, _, large] = watched.try_into().map_err(|_| "three reports were watched")?;
    Ok([dashboard, large])
}

async fn watch(function: &Deployed, mailed: &Mailed) -> Outcome<(Watched, [f64; 3])> {
    let mut last = Watched::send(function, mailed).await?;
    let mut most = last.memory();
    for _ in 1..PROCESSES {
        last = Watched::send(function, mailed).await?;
        for (most, now) in most.iter_mut().zip(last.memory()) {
            *most = most.max(now);
        }
    }
    Ok((last, most))
}

impl Watched {
    fn memory(&self) -> [f64; 3] {
        [self.idle, self.function, self.child]
    }
}
