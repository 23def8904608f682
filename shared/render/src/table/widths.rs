//! How the columns of a table share its width: CSS's automatic table layout, and what is done when even that is too wide.
//!
//! A column has a *minimum*, its longest piece that stays on one line, and a *maximum*, its widest cell on one line. When the maxima
//! fit, every cell gets one line. When the minima fit, each column gets its minimum and a part of what is left, for its usual cells first,
//! so that one long cell among many short ones does not starve the other columns: a column that lacks little gets all of it, the others in
//! proportion to what they lack. When the minima do not fit, in this order: long pieces are broken, the type gets smaller, the page is turned
//! if it may be, and the columns are divided into groups one below the other, each with the first column. What cannot be printed even so is
//! refused.

use domain::definition::Length;

/// What a column needs, in em of the table's type, without the space around its cells.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    /// The widest cell on one line.
    pub widest: f64,
    /// What its usual cells need on one line: the quadratic mean, in which long cells count more than short ones.
    pub usual: f64,
    /// The longest piece that stays on one line.
    pub longest: f64,
    /// The longest piece when what is long is broken.
    pub broken: f64,
    /// What the definition says.
    pub wanted: Option<Length>,
}

/// The size of a table's type and the space left and right of its cells, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    pub size: f64,
    pub inset: f64,
}

/// How a table is printed.
#[derive(Debug, PartialEq)]
pub struct Plan {
    pub type_: Type,
    /// The columns that stand side by side; more than one group when they do not fit beside each other.
    pub groups: Vec<Group>,
}

/// Columns side by side.
#[derive(Debug, PartialEq)]
pub struct Group {
    pub columns: Vec<usize>,
    /// The width of each, with the space around its cells, in points.
    pub widths: Vec<f64>,
}

/// Why a table cannot be printed.
#[derive(Debug, PartialEq)]
pub enum Refusal {
    /// The page has to be turned first.
    Turn,
    /// These columns are too wide even alone beside the first.
    TooWide(Vec<usize>),
}

/// The usual type of tables, where each cell has one line.
pub const USUAL: Type = Type { size: 8.5, inset: 6.0 };
/// The same with less space between columns: where cells need several lines, width is worth more.
const CLOSE: Type = Type { size: 8.5, inset: 4.0 };
/// The smallest type that can be read.
pub const SMALLEST: Type = Type { size: 6.5, inset: 3.0 };
/// The type of a table in groups, which has room enough to be read with ease.
const OF_GROUPS: Type = Type { size: 7.5, inset: 4.5 };
const STEPS: u32 = 8;

/// Plans a table of these columns for a width in points.
///
/// # Errors
/// When the columns do not fit.
pub fn plan(columns: &[Needs], width: f64, may_turn: bool) -> Result<Plan, Refusal> {
    let all: Vec<usize> = (0..columns.len()).collect();
    let on_one_line =
        |type_: &Type| columns.iter().map(|column| type_.of(column.on_one_line())).sum::<f64>() <= width + ROUNDING;
    let fitting = |type_: &Type| fits(columns, &all, *type_, width);
    if let Some(type_) = Some(USUAL).filter(on_one_line).or_else(|| types().find(fitting)) {
        return Ok(Plan { type_, groups: vec![group(columns, all, type_, width)] });
    }
    if may_turn {
        return Err(Refusal::Turn);
    }
    let divided = |type_| Some((type_, divide(columns, type_, width).ok()?));
    match divided(OF_GROUPS).or_else(|| divided(SMALLEST)) {
        Some((type_, groups)) => {
            let groups = groups.into_iter().map(|members| group(columns, members, type_, width)).collect();
            Ok(Plan { type_, groups })
        }
        None => Err(Refusal::TooWide(divide(columns, SMALLEST, width).err().unwrap_or_default())),
    }
}

/// Plans a table of words alone for a width in points: they can be broken anywhere, so that such a table always fits.
pub fn plan_of_words(columns: &[Needs], width: f64) -> Plan {
    plan(columns, width, false).unwrap_or_else(|_| {
        let alone = |n| Group { columns: vec![n], widths: vec![width] };
        Plan { type_: SMALLEST, groups: (0..columns.len()).map(alone).collect() }
    })
}

/// From the usual size to the smallest.
fn types() -> impl Iterator<Item = Type> {
    (0..=STEPS).map(|step| {
        let part = f64::from(step) / f64::from(STEPS);
        let between = |from: f64, to: f64| from + (to - from) * part;
        Type { size: between(CLOSE.size, SMALLEST.size), inset: between(CLOSE.inset, SMALLEST.inset) }
    })
}

impl Needs {
    /// What the column needs so that no cell of it has to be broken, as far as that is for it to say.
    fn on_one_line(&self) -> f64 {
        if matches!(self.wanted, None | Some(Length::Auto)) { self.widest } else { self.longest }
    }
}

/// The narrowest that columns can be together.
fn narrowest(columns: &[Needs], members: &[usize], type_: Type) -> f64 {
    members.iter().map(|n| type_.of(columns[*n].broken)).sum()
}

fn fits(columns: &[Needs], members: &[usize], type_: Type, width: f64) -> bool {
    narrowest(columns, members, type_) <= width + ROUNDING
}

/// Cells of up to so many times the usual width are most of them.
const MOST: f64 = 1.5;

/// Sums of widths that are equal on paper may differ in the last bits.
const ROUNDING: f64 = 1e-6;

/// Groups of columns, each with the first; or the columns that fit into none.
fn divide(columns: &[Needs], type_: Type, width: f64) -> Result<Vec<Vec<usize>>, Vec<usize>> {
    let beside_first = |n: &usize| if *n == 0 { vec![0] } else { vec![0, *n] };
    let too_wide: Vec<usize> = (0..columns.len()).filter(|n| !fits(columns, &beside_first(n), type_, width)).collect();
    if !too_wide.is_empty() {
        let first_leaves_room = fits(columns, &[0], type_, width / 2.0);
        return Err(if first_leaves_room { too_wide } else { vec![0] });
    }
    let fullest = fill(columns, type_, width, usize::MAX);
    let even = (columns.len() - 1).div_ceil(fullest.len());
    let balanced = fill(columns, type_, width, even);
    Ok(if balanced.len() == fullest.len() { balanced } else { fullest })
}

/// Groups of as many columns as fit, and at most so many beside the first.
fn fill(columns: &[Needs], type_: Type, width: f64, most: usize) -> Vec<Vec<usize>> {
    let mut groups = Vec::new();
    let mut group = vec![0];
    for n in 1..columns.len() {
        group.push(n);
        if group.len() - 1 > most || !fits(columns, &group, type_, width) {
            group.pop();
            groups.push(std::mem::replace(&mut group, vec![0, n]));
        }
    }
    groups.push(group);
    groups
}

fn group(columns: &[Needs], members: Vec<usize>, type_: Type, width: f64) -> Group {
    let needs: Vec<Needs> = members.iter().map(|n| columns[*n]).collect();
    Group { columns: members, widths: share(&needs, type_, width) }
}

impl Type {
    /// The width of a column whose cells are so many em wide.
    fn of(self, em: f64) -> f64 {
        em * self.size + 2.0 * self.inset
    }
}

/// The widths of columns that fit: from the narrowest to the widest that each can be, together as wide as the table where possible.
fn share(columns: &[Needs], type_: Type, width: f64) -> Vec<f64> {
    let whole: f64 = columns.iter().map(|column| type_.of(column.longest)).sum();
    let unbroken = whole <= width + ROUNDING;
    let ranges: Vec<Range> = columns.iter().map(|column| Range::of(column, type_, width, unbroken)).collect();
    let low = |kind: Kind| ranges.iter().filter(|range| range.kind == kind).map(|range| range.low).sum::<f64>();
    let (autos, shares) = (low(Kind::Auto), low(Kind::Share));
    let fixed = spread(&ranges, Kind::Fixed, width - autos - shares);
    let left = width - fixed.sum;
    // Columns with a share take what the others leave, but are not starved by them.
    let reserved = if shares > 0.0 { (left * 0.25).min(left - autos).max(shares) } else { 0.0 };
    let auto = spread(&ranges, Kind::Auto, left - reserved);
    let rest = left - auto.sum;
    let stretch = if shares == 0.0 && auto.sum > 0.0 { (left / auto.sum).max(1.0) } else { 1.0 };
    let portions = portions(&ranges, rest);
    let size = |(n, range): (usize, &Range)| match range.kind {
        Kind::Fixed => fixed.widths[n],
        Kind::Auto => auto.widths[n] * stretch,
        Kind::Share => portions[n],
    };
    ranges.iter().enumerate().map(size).collect()
}

/// How narrow and how wide a column can be, in points.
struct Range {
    low: f64,
    /// The width at which most cells fit on one line.
    middle: f64,
    high: f64,
    kind: Kind,
    /// Its part of what is left, for a share.
    part: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Fixed,
    Auto,
    Share,
}

impl Range {
    fn of(column: &Needs, type_: Type, width: f64, unbroken: bool) -> Range {
        let low = type_.of(if unbroken { column.longest } else { column.broken });
        let range = |high: f64, kind, part| {
            let high = high.max(low);
            let middle = if kind == Kind::Auto { type_.of(column.usual * MOST).clamp(low, high) } else { high };
            Range { low, middle, high, kind, part }
        };
        match column.wanted {
            Some(Length::Points(points)) => range(points, Kind::Fixed, 0.0),
            Some(Length::Percent(percent)) => range(width * percent / 100.0, Kind::Fixed, 0.0),
            Some(Length::Share(part)) => range(low, Kind::Share, part),
            Some(Length::Auto) | None => range(type_.of(column.widest), Kind::Auto, 0.0),
        }
    }
}

/// The widths of the columns of a kind, in their order among all, and together.
struct Spread {
    widths: Vec<f64>,
    sum: f64,
}

/// Lets the columns of a kind grow to the width of most cells, and when all are as wide, to their widest.
fn spread(ranges: &[Range], kind: Kind, room: f64) -> Spread {
    let is_meant = |range: &&Range| range.kind == kind;
    let middle: f64 = ranges.iter().filter(is_meant).map(|range| range.middle).sum();
    let ends = |range: &Range| if room >= middle { (range.middle, range.high) } else { (range.low, range.middle) };
    let ends: Vec<(f64, f64)> =
        ranges.iter().map(|range| if range.kind == kind { ends(range) } else { (0.0, 0.0) }).collect();
    let widths = grow(&ends, room);
    let sum = widths.iter().sum();
    Spread { widths, sum }
}

/// Widths between two ends each, together as wide as the room where they can be. A column that lacks no more than an equal part of what is
/// left gets all of it: its cells stay on one line, and a column of long texts has a line more at most. Those that lack more get parts in
/// proportion.
fn grow(ends: &[(f64, f64)], room: f64) -> Vec<f64> {
    let mut left = (room - ends.iter().map(|(from, _)| from).sum::<f64>()).max(0.0);
    let lack = |(from, to): &(f64, f64)| to - from;
    let mut lacks: Vec<f64> = ends.iter().map(lack).filter(|lack| *lack > 0.0).collect();
    lacks.sort_by(f64::total_cmp);
    let mut most = 0.0;
    while let Some(least) = lacks.first().copied().filter(|least| *least <= left / lacks.len() as f64) {
        (most, left) = (least, left - least);
        lacks.remove(0);
    }
    let part = left / lacks.iter().sum::<f64>();
    let width = |end: &(f64, f64)| if lack(end) <= most { end.1 } else { end.0 + lack(end) * part.min(1.0) };
    ends.iter().map(width).collect()
}

/// What is left, in the proportions of the shares; a share that would be too narrow gets its least, and the others the rest.
fn portions(ranges: &[Range], rest: f64) -> Vec<f64> {
    let mut portions: Vec<Option<f64>> =
        ranges.iter().map(|range| (range.kind != Kind::Share).then_some(0.0)).collect();
    loop {
        let open = |n: &usize| portions[*n].is_none();
        let taken: f64 = portions.iter().flatten().sum();
        let parts: f64 = (0..ranges.len()).filter(open).map(|n| ranges[n].part).sum();
        let portion = |n: usize| (rest - taken) * ranges[n].part / parts;
        match (0..ranges.len()).filter(open).find(|n| portion(*n) < ranges[*n].low) {
            Some(n) => portions[n] = Some(ranges[n].low),
            None => return (0..ranges.len()).map(|n| portions[n].unwrap_or_else(|| portion(n))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A column whose cells are words of so many points on lines of so many points.
    fn column(type_: Type, longest: f64, widest: f64) -> Needs {
        let em = |points: f64| (points - 2.0 * type_.inset) / type_.size;
        Needs {
            widest: em(widest),
            usual: em(widest),
            longest: em(longest),
            broken: em(longest.min(50.0)),
            wanted: None,
        }
    }

    fn auto(longest: f64, widest: f64) -> Needs {
        column(USUAL, longest, widest)
    }

    fn close(longest: f64, widest: f64) -> Needs {
        column(CLOSE, longest, widest)
    }

    fn want(text: &str) -> Needs {
        Needs { wanted: Some(text.parse().unwrap()), ..auto(30.0, 50.0) }
    }

    #[test]
    fn columns_share_the_width() {
        let cases = [
            ("room to spare is spread", vec![auto(50.0, 50.0), auto(50.0, 100.0)], vec![100.0, 200.0]),
            (
                "what lacks most gets most",
                vec![close(50.0, 50.0), close(50.0, 150.0), close(50.0, 350.0)],
                vec![50.0, 87.5, 162.5],
            ),
            (
                "what lacks little gets all of it",
                vec![close(50.0, 50.0), close(50.0, 70.0), close(50.0, 350.0)],
                vec![50.0, 70.0, 180.0],
            ),
            ("a measure is kept", vec![want("100pt"), auto(50.0, 50.0)], vec![100.0, 200.0]),
            ("a percentage is of the table", vec![want("50%"), auto(50.0, 50.0)], vec![150.0, 150.0]),
            ("shares take the rest", vec![want("1fr"), want("3fr"), auto(50.0, 100.0)], vec![50.0, 150.0, 100.0]),
            ("a share is not too narrow", vec![want("1fr"), want("99fr")], vec![30.0, 270.0]),
            ("measures that are too wide are scaled", vec![want("400pt"), want("400pt")], vec![150.0, 150.0]),
            ("a measure that is too narrow is widened", vec![want("10pt"), auto(50.0, 50.0)], vec![30.0, 270.0]),
        ];
        for (what, columns, expected) in cases {
            let plan = plan(&columns, 300.0, false).unwrap();
            let widths = &plan.groups[0].widths;
            let near = widths.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(near && widths.len() == expected.len() && plan.type_.size == USUAL.size, "{what}: {plan:?}");
        }
    }

    #[test]
    fn one_long_cell_does_not_starve_a_column_of_long_ones() {
        let long = close(50.0, 300.0);
        let mostly_short = Needs { usual: long.usual / 4.0, ..long };
        let plan = plan(&[long, mostly_short], 300.0, false).unwrap();
        assert!(plan.groups[0].widths[0] > 1.5 * plan.groups[0].widths[1], "{plan:?}");
    }

    #[test]
    fn what_is_too_wide_is_broken_then_smaller_then_turned_then_divided_then_refused() {
        let number = |points: f64| Needs { broken: auto(points, points).longest, ..auto(points, points) };
        let planned = |count: usize, column: Needs, may_turn| plan(&vec![column; count], 300.0, may_turn);
        let broken = planned(4, auto(200.0, 200.0), false).unwrap();
        assert_eq!((broken.type_, broken.groups.len()), (CLOSE, 1));
        let smaller = planned(4, number(85.0), true).unwrap();
        assert!(smaller.type_.size < USUAL.size && smaller.type_.size > SMALLEST.size, "{smaller:?}");
        assert_eq!(planned(8, number(85.0), true), Err(Refusal::Turn));
        let divided = planned(8, number(85.0), false).unwrap();
        let columns: Vec<&[usize]> = divided.groups.iter().map(|group| group.columns.as_slice()).collect();
        assert_eq!(columns, [[0, 1, 2, 3].as_slice(), &[0, 4, 5, 6], &[0, 7]], "as even as they can be");
        let even = planned(6, number(85.0), false).unwrap();
        assert_eq!(even.groups.iter().map(|group| group.columns.len()).collect::<Vec<_>>(), [4, 3]);
        let refused = plan(&[number(85.0), number(50.0), number(400.0), number(30.0)], 300.0, false);
        assert_eq!(refused, Err(Refusal::TooWide(vec![2])));
        let first = plan(&[number(600.0), number(50.0), number(40.0)], 300.0, false);
        assert_eq!(first, Err(Refusal::TooWide(vec![0])));
    }

    proptest! {
        #[test]
        fn no_column_is_narrower_than_its_pieces_and_all_fit(
            columns in prop::collection::vec((0.5_f64..30.0, 0.0_f64..80.0, 0..4_u8, 5.0_f64..400.0), 1..40),
            width in 120.0_f64..800.0,
        ) {
            let wanted = |kind, measure: f64| match kind {
                0 => None,
                1 => Some(Length::Points(measure)),
                2 => Some(Length::Percent(measure.min(100.0))),
                _ => Some(Length::Share(measure)),
            };
            let needs: Vec<Needs> = columns
                .iter()
                .map(|(longest, more, kind, measure)| {
                    let broken = longest.min(7.0);
                    let (widest, usual) = (longest + more, longest + more / 3.0);
                    Needs { widest, usual, longest: *longest, broken, wanted: wanted(*kind, *measure) }
                })
                .collect();
            if let Ok(plan) = plan(&needs, width, false) {
                let mut seen = vec![false; needs.len()];
                for group in &plan.groups {
                    prop_assert!(group.widths.iter().sum::<f64>() <= width + 1e-3);
                    for (n, width) in group.columns.iter().zip(&group.widths) {
                        seen[*n] = true;
                        prop_assert!(*width >= plan.type_.of(needs[*n].broken) - 1e-6);
                    }
                }
                prop_assert!(seen.into_iter().all(|seen| seen));
            }
        }
    }
}
