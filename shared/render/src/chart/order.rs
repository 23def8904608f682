//! Whether names follow each other like numbers do, so that those between two that are written can be told.

/// Whether names count up in equal steps and none is left out: 2019, 2020, or Week 1, Week 2, or Q4 2025, Q1 2026.
pub fn is_ordered(names: &[String]) -> bool {
    let mut parts = names.iter().map(|name| split(name));
    let Some((words, first)) = parts.next() else { return false };
    let mut numbers = vec![first];
    for (others, number) in parts {
        if others != words {
            return false;
        }
        numbers.push(number);
    }
    let turned: Vec<Vec<u64>> = numbers.iter().map(|list| list.iter().rev().copied().collect()).collect();
    counts_up(&numbers) || counts_up(&turned)
}

/// Whether lists count up like the digits of a clock: the last place in equal steps, and where it starts anew the one before it by one.
fn counts_up(lists: &[Vec<u64>]) -> bool {
    let places = lists.first().map_or(0, Vec::len);
    let least: Vec<u64> =
        (0..places).map(|place| lists.iter().filter_map(|list| list.get(place)).min().copied().unwrap_or(0)).collect();
    let mut step = None;
    places > 0
        && lists.windows(2).all(|two| {
            let (from, to) = (&two[0], &two[1]);
            match (0..places).find(|place| from[*place] != to[*place]) {
                Some(place) if place + 1 == places => {
                    let distance = to[place].checked_sub(from[place]);
                    distance.is_some() && *step.get_or_insert(distance) == distance
                }
                Some(place) => to[place] == from[place] + 1 && to[place + 1..] == least[place + 1..],
                None => false,
            }
        })
}

/// A name without its numbers, and these.
fn split(name: &str) -> (String, Vec<u64>) {
    let words = name.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect::<String>();
    let words = words.split('0').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("0");
    let numbers = name.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect();
    (words, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_count_up_are_ordered() {
        let cases: [(&[&str], bool); 14] = [
            (&["2019", "2020", "2021"], true),
            (&["Week 9", "Week 10"], true),
            (&["Q3 2025", "Q4 2025", "Q1 2026"], true),
            (&["0.5", "1.0", "1.5"], true),
            (&["0.5", "1.5", "2.25"], false),
            (&["10", "20", "30"], true),
            (&["30 Jan 2026", "31 Jan 2026"], true),
            (&["2019", "2020", "2022"], false),
            (&["Branch 1", "Branch 4", "Branch 9"], false),
            (&["North", "South"], false),
            (&["Human Resources 1", "IT 2"], false),
            (&["Week 2", "Week 1"], false),
            (&["1", "1"], false),
            (&[], false),
        ];
        for (names, ordered) in cases {
            let owned: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(is_ordered(&owned), ordered, "{names:?}");
        }
    }
}
