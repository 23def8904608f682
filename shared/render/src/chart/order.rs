//! Whether names follow each other like numbers do, so that those between two that are written can be told.

/// Whether names count up: 2019, 2020, or Week 1, Week 2, or Q4 2025, Q1 2026.
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
    let counts_up = |lists: &[Vec<u64>]| lists.windows(2).all(|two| two[0] < two[1]);
    let turned: Vec<Vec<u64>> = numbers.iter().map(|list| list.iter().rev().copied().collect()).collect();
    numbers.iter().all(|list| !list.is_empty()) && (counts_up(&numbers) || counts_up(&turned))
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
        let cases: [(&[&str], bool); 9] = [
            (&["2019", "2020", "2021"], true),
            (&["Week 9", "Week 10"], true),
            (&["Q3 2025", "Q4 2025", "Q1 2026"], true),
            (&["0.5", "1.5", "2.25"], true),
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
