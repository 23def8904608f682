//! The layouts of items. An item says by which one it was written (`v`); here is said which ones are read and written, for all items:
//! docs/data-model.md, “Change the layout of an item”.
//!
//! Readers take the newest layout and the one before it. Writers write one of the two: the one before in the release that brings the
//! newest, because functions of the release before it still run beside it, and the newest from the next release on.

use crate::table::{Item, n};
use domain::{Outcome, Problem};

/// The attribute that holds the layout of an item. Items from before it have none, and have the first layout.
pub(crate) const ATTRIBUTE: &str = "v";

/// The layouts of a kind of items.
#[derive(Debug)]
struct Layouts {
    /// What the partition keys of the kind begin with.
    kind: &'static str,
    /// The newest that is read.
    newest: u64,
    /// The one that is written.
    written: u64,
    /// Makes an item of the newest layout of one of the layout before it.
    upgrade: fn(&mut Item),
}

/// The kinds of which there is more than the first layout.
const CHANGED: &[Layouts] = &[
    // 2: the marks spell roles in small letters, as all other items do.
    Layouts { kind: "RESTRICTED", newest: 2, written: 1, upgrade: crate::tree::respell_marks },
];

const UNCHANGED: Layouts = Layouts { kind: "", newest: 1, written: 1, upgrade: |_| {} };

fn of(pk: &str) -> &'static Layouts {
    CHANGED.iter().find(|layouts| pk.starts_with(layouts.kind)).unwrap_or(&UNCHANGED)
}

/// The layout by which items of this partition are written.
pub(crate) fn written(pk: &str) -> u64 {
    of(pk).written
}

/// The item in the newest layout.
///
/// # Errors
/// `Internal` for a layout that this release does not read: a later release wrote the item, or it was passed over by a migration.
pub(crate) fn read(item: Item) -> Outcome<Item> {
    let pk = item.get("pk").and_then(|pk| pk.as_s().ok());
    read_by(pk.map_or(&UNCHANGED, |pk| of(pk)), item)
}

fn read_by(layouts: &Layouts, mut item: Item) -> Outcome<Item> {
    let found = match item.get(ATTRIBUTE) {
        None => 1,
        Some(v) => v.as_n().ok().and_then(|v| v.parse::<u64>().ok()).unwrap_or(u64::MAX),
    };
    let (newest, kind) = (layouts.newest, layouts.kind);
    if found > newest {
        return Err(Problem::internal(format!(
            "an item {kind}… has the layout {found}; this release reads up to {newest}"
        )));
    }
    if found + 1 < newest {
        return Err(Problem::internal(format!(
            "an item {kind}… still has the layout {found}; this release reads {newest} and the one before"
        )));
    }
    if found < newest {
        (layouts.upgrade)(&mut item);
        item.insert(ATTRIBUTE.to_owned(), n(newest));
    }
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        keys::restricted_key,
        table::{from_item, s},
        tree::Restricted,
    };
    use aws_sdk_dynamodb::types::AttributeValue;
    use domain::credential::Role;

    const THIRD: Layouts =
        Layouts { kind: "X", newest: 3, written: 3, upgrade: |item| drop(item.insert("upgraded".into(), s("yes"))) };

    fn item(v: Option<u64>) -> Item {
        v.map(|v| (ATTRIBUTE.to_owned(), n(v))).into_iter().collect()
    }

    #[test]
    fn the_newest_layout_and_the_one_before_it_are_read() {
        assert_eq!(read_by(&THIRD, item(Some(3))).unwrap(), item(Some(3)), "as it is");
        let upgraded = read_by(&THIRD, item(Some(2))).unwrap();
        assert_eq!((&upgraded["upgraded"], &upgraded[ATTRIBUTE]), (&s("yes"), &n(3)));
        assert_eq!(read_by(&UNCHANGED, item(None)).unwrap(), item(None), "one from before there were layouts");
    }

    #[test]
    fn a_layout_that_is_not_known_is_refused_and_not_misread() {
        for (v, what) in [(Some(4), "of a later release"), (Some(1), "passed over"), (None, "passed over")] {
            let refused = read_by(&THIRD, item(v));
            assert!(matches!(refused, Err(Problem::Internal(_))), "{what}: {refused:?}");
        }
        let odd = Item::from([(ATTRIBUTE.to_owned(), s("2"))]);
        assert!(read_by(&THIRD, odd).is_err(), "no number");
    }

    #[test]
    fn what_is_written_can_be_read_by_the_release_before() {
        for layouts in CHANGED {
            let Layouts { newest, written, .. } = *layouts;
            assert!(written == newest || written + 1 == newest, "{layouts:?}");
        }
    }

    /// The migration of the marks, lazy: nothing is rewritten, an item is understood in either layout.
    #[test]
    fn the_marks_of_roles_are_read_in_both_layouts_and_hidden_folders_stay_hidden_in_any_other() {
        let marks = |v: Option<u64>, marks: &[&str]| {
            let marks = marks.iter().map(|mark| (*mark).to_owned()).collect();
            let mut item = restricted_key().item();
            item.extend([("roles".to_owned(), AttributeValue::Ss(marks))]);
            item.extend(self::item(v));
            from_item::<Restricted>(item)
        };
        for (v, other, text) in [
            (None, "a#Designer", "default#Viewer"),
            (Some(1), "a#Designer", "default#Viewer"),
            (Some(2), "a#designer", "default#viewer"),
        ] {
            let restricted = marks(v, &[other, text]).unwrap();
            assert!(restricted.holds("default", Role::Viewer), "{text}");
            assert!(!restricted.holds("default", Role::Designer) && !restricted.holds("b", Role::Viewer), "{text}");
        }
        assert!(marks(Some(3), &["default:3"]).is_err(), "nobody is let in by an item that is not understood");
    }
}
