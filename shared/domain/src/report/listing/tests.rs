use super::*;

fn listed(number: u64, name: &str) -> Listed {
    Listed {
        uid: Uuid::from_u128(u128::from(number)),
        number,
        natural_id: NaturalId::new("team", &format!("report-{number}")).unwrap(),
        parent: "default".into(),
        name: name.into(),
        kind: Kind::Advanced,
        report_type: None,
        description: String::new(),
        theme: String::new(),
        template: None,
        created_at: Timestamp::from_millisecond(i64::try_from(number).unwrap() * 500).unwrap(),
        updated_at: Timestamp::from_second(100 - i64::try_from(number).unwrap()).unwrap(),
    }
}

fn part(sort: Sort, reports: &[(u64, &str)]) -> Part {
    let mut found: Vec<_> =
        reports.iter().map(|(number, name)| listed(*number, name)).map(|one| (sort.by.key(&one), one)).collect();
    found.sort_by(|(a, _), (b, _)| sort.compare(a, b));
    Part { found, ..Part::default() }
}

fn numbers(page: &Page) -> Vec<u64> {
    page.reports.iter().map(|report| report.number).collect()
}

const NAMES: [(u64, &str); 6] = [(5, "beta"), (4, "Gamma"), (3, "Beta"), (2, "alpha"), (1, "Delta"), (6, "alpha b")];

#[test]
fn keys_are_in_the_order_of_names_in_any_case_of_times_and_then_of_numbers() {
    let table = [("name", [2, 6, 3, 5, 1, 4]), ("createdAt", [1, 2, 3, 4, 5, 6]), ("-updatedAt", [1, 2, 3, 4, 5, 6])];
    for (words, expected) in table {
        let asked = Asked { sort: Sort::parse(Some(words)).unwrap(), ..Asked::first(10) };
        assert_eq!(numbers(&Page::of(&asked, vec![part(asked.sort, &NAMES)])), expected, "{words}");
    }
}

#[test]
fn a_list_is_sorted_by_what_it_shows_and_by_nothing_else() {
    assert_eq!(Sort::parse(None).unwrap(), Sort::NAME);
    assert_eq!(Sort::parse(Some("-updatedAt")).unwrap().to_string(), "-updatedAt");
    assert!(Sort::parse(Some("secretHash")).is_err());
}

#[test]
fn a_key_has_room_for_the_longest_name() {
    let names = ["x".repeat(255), "İ".repeat(255), "\u{10400}".repeat(255)];
    for name in names {
        let report = Listed { number: 9_007_199_254_740_991, ..listed(1, &name) };
        assert!(Order::Name.key(&report).len() <= 1_024);
    }
}

#[test]
fn pages_by_offset_and_by_cursor_are_those_of_one_list() {
    for words in ["name", "-name", "-createdAt"] {
        let asked = Asked { sort: Sort::parse(Some(words)).unwrap(), ..Asked::first(2) };
        let parts = |asked: &Asked| {
            let mut parts = vec![part(asked.sort, &NAMES[..2]), part(asked.sort, &NAMES[2..])];
            for part in &mut parts {
                part.found.retain(|(key, _)| {
                    asked.after.as_deref().is_none_or(|after| asked.sort.compare(key, after).is_gt())
                });
            }
            parts
        };
        let whole = numbers(&Page::of(&Asked { limit: 10, ..asked.clone() }, parts(&asked)));
        let (mut by_offset, mut by_cursor, mut cursor) = (Vec::new(), Vec::new(), None);
        for start in [0, 2, 4] {
            let page = Asked { start, ..asked.clone() };
            let found = Page::of(&page, parts(&page));
            assert_eq!((found.total, found.next.is_some()), (6, start < 4), "{words}");
            by_offset.extend(numbers(&found));
            let page = page.paged(None, cursor.as_deref()).unwrap();
            let found = Page::of(&page, parts(&page));
            assert_eq!(found.total, 6, "{words}");
            by_cursor.extend(numbers(&found));
            cursor = found.next;
        }
        assert_eq!((&by_offset, &by_cursor, cursor), (&whole, &whole, None), "{words}");
    }
}

#[test]
fn nothing_is_shown_behind_what_was_not_looked_at() {
    let asked = Asked::first(10);
    let mut parts = vec![part(Sort::NAME, &NAMES[..3]), part(Sort::NAME, &NAMES[3..])];
    parts[0].horizon = Some(Order::Name.key(&listed(5, "beta")));
    let page = Page::of(&asked, parts);
    assert_eq!(numbers(&page), [2, 6, 3, 5]);
    let next = asked.paged(None, page.next.as_deref()).unwrap();
    assert_eq!(next.after, Some(Order::Name.key(&listed(5, "beta"))));
}

#[test]
fn a_cursor_belongs_to_an_order_and_a_prefix() {
    let plain = Asked::first(2);
    let cursor = plain.cursor("alpha\u{1f}000000000002");
    assert!(plain.clone().paged(None, Some(&cursor)).is_ok());
    let reversed = Asked { sort: Sort::parse(Some("-name")).unwrap(), ..plain.clone() };
    for wrong in [plain.clone().paged(Some("al"), Some(&cursor)), reversed.paged(None, Some(&cursor))] {
        assert!(wrong.is_err_and(|problem| problem.to_string().starts_with("cursor: ")));
    }
    let by_time = Asked { sort: Sort::parse(Some("createdAt")).unwrap(), ..plain.clone() };
    assert!(by_time.paged(Some("al"), None).is_err_and(|problem| problem.to_string().starts_with("prefix: ")));
    let (low, high) = plain.paged(Some("Al"), None).unwrap().range();
    let inside = |name: &str| (low.as_str()..=high.as_str()).contains(&Order::Name.key(&listed(1, name)).as_str());
    assert_eq!(["Al", "ALPHA", "al b", "am", "a"].map(inside), [true, true, true, false, false]);
}

#[test]
fn a_search_looks_at_name_description_and_natural_id() {
    let report = Listed { description: "For the Board".into(), ..listed(7, "Sales") };
    for (q, found) in [("SALE", true), ("board", true), ("team:report-7", true), ("stock", false)] {
        assert_eq!(report.matches(q), found, "{q}");
    }
}
