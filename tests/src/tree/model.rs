//! The tree of folders as it must be: which paths there are, and what each change is answered.
//!
//! A tree is cloned and hashed thousands of times while a history is checked. Clones share their paths until one of them changes.

use std::{borrow::Borrow, collections::BTreeSet, fmt, sync::Arc};

/// A path from the root, as it is written on the wire: `A/B`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Arc<str>);

impl Path {
    /// # Panics
    /// If a segment is empty.
    pub fn new(text: &str) -> Self {
        assert!(text.split('/').all(|segment| !segment.is_empty()), "{text:?} is no path");
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that holds it; none if that is the root.
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(parent, _)| parent)
    }

    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    pub fn depth(&self) -> usize {
        self.0.split('/').count()
    }

    pub fn child(&self, name: &str) -> Self {
        Self::new(&format!("{self}/{name}"))
    }

    /// The path with another last segment.
    pub fn sibling(&self, name: &str) -> Self {
        self.parent().map_or_else(|| Self::new(name), |parent| Self::new(&format!("{parent}/{name}")))
    }

    fn is_below(&self, folder: &Self) -> bool {
        self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Where it is after `old` has become `new`; none if it is neither `old` nor below it.
    fn moved(&self, old: &Self, new: &Self) -> Option<Self> {
        let rest = self.0.strip_prefix(&*old.0)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| Self::new(&format!("{new}{rest}")))
    }
}

impl Borrow<str> for Path {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A change that a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    Create(Path),
    Rename(Path, Path),
    Delete(Path),
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(path) => write!(f, "create {path}"),
            Self::Rename(old, new) => write!(f, "rename {old} to {new}"),
            Self::Delete(path) => write!(f, "delete {path}"),
        }
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Done,
    /// 404: the folder, or the one that should hold it, is not there.
    Missing,
    /// 409: the name is taken, the folder is not empty, or it would come below itself.
    Refused,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done",
            Self::Missing => "404 missing",
            Self::Refused => "409 refused",
        })
    }
}

/// The paths of all folders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tree(Arc<BTreeSet<Path>>);

impl Tree {
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes the change if it is to be made, and tells what became of it.
    pub fn apply(&mut self, operation: &Operation) -> Answer {
        let answer = self.answer(operation);
        if answer == Answer::Done {
            self.change(operation);
        }
        answer
    }

    /// What the change would be answered now.
    pub fn answer(&self, operation: &Operation) -> Answer {
        match operation {
            Operation::Create(path) => self.room_for(path),
            Operation::Rename(old, _) | Operation::Delete(old) if !self.0.contains(old) => Answer::Missing,
            Operation::Rename(old, new) if new == old || new.is_below(old) => Answer::Refused,
            Operation::Rename(_, new) => self.room_for(new),
            Operation::Delete(path) if self.0.iter().any(|other| other.is_below(path)) => Answer::Refused,
            Operation::Delete(_) => Answer::Done,
        }
    }

    /// Whether a folder can come to this path.
    fn room_for(&self, path: &Path) -> Answer {
        match path.parent() {
            Some(parent) if !self.0.contains(parent) => Answer::Missing,
            _ if self.0.contains(path) => Answer::Refused,
            _ => Answer::Done,
        }
    }

    fn change(&mut self, operation: &Operation) {
        let paths = Arc::make_mut(&mut self.0);
        match operation {
            Operation::Create(path) => drop(paths.insert(path.clone())),
            Operation::Delete(path) => drop(paths.remove(path)),
            Operation::Rename(old, new) => {
                *paths = paths.iter().map(|path| path.moved(old, new).unwrap_or_else(|| path.clone())).collect();
            }
        }
    }
}

impl<'a> FromIterator<&'a str> for Tree {
    fn from_iter<T: IntoIterator<Item = &'a str>>(paths: T) -> Self {
        Self(Arc::new(paths.into_iter().map(Path::new).collect()))
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<_> = self.0.iter().map(Path::as_str).collect();
        write!(f, "[{}]", paths.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer::*, *};

    fn create(path: &str) -> Operation {
        Operation::Create(Path::new(path))
    }

    fn rename(old: &str, new: &str) -> Operation {
        Operation::Rename(Path::new(old), Path::new(new))
    }

    fn delete(path: &str) -> Operation {
        Operation::Delete(Path::new(path))
    }

    #[track_caller]
    fn check(before: &[&str], operation: &Operation, answer: Answer, after: &[&str]) {
        let mut tree: Tree = before.iter().copied().collect();
        assert_eq!(tree.apply(operation), answer, "{operation} in {before:?}");
        assert_eq!(tree, after.iter().copied().collect(), "{operation} in {before:?}");
    }

    #[test]
    fn a_folder_is_made_where_its_parent_is_and_its_name_is_free() {
        check(&[], &create("a"), Done, &["a"]);
        check(&["a"], &create("a/b"), Done, &["a", "a/b"]);
        check(&["a"], &create("A"), Done, &["A", "a"]);
        check(&["a"], &create("b/a"), Missing, &["a"]);
        check(&["a"], &create("a"), Refused, &["a"]);
    }

    #[test]
    fn a_rename_takes_everything_below_along_and_nothing_else() {
        check(&["a", "a/b", "a/b/c", "ab"], &rename("a", "d"), Done, &["d", "d/b", "d/b/c", "ab"]);
        check(&["a", "a/b", "c"], &rename("a/b", "c/b"), Done, &["a", "c", "c/b"]);
        check(&["a", "a/b"], &rename("a/b", "b"), Done, &["a", "b"]);
        check(&["a", "a/b"], &rename("a", "A"), Done, &["A", "A/b"]);
        check(&["a"], &rename("a", "ab"), Done, &["ab"]);
    }

    #[test]
    fn the_faults_of_a_rename_are_told_in_the_order_of_the_contract() {
        check(&["b"], &rename("a", "b"), Missing, &["b"]);
        check(&["b"], &rename("a", "a"), Missing, &["b"]);
        check(&["a"], &rename("a", "a"), Refused, &["a"]);
        check(&["a"], &rename("a", "a/b"), Refused, &["a"]);
        check(&["a"], &rename("a", "a/x/y"), Refused, &["a"]);
        check(&["a"], &rename("a", "b/c"), Missing, &["a"]);
        check(&["a", "b"], &rename("a", "b"), Refused, &["a", "b"]);
    }

    #[test]
    fn a_folder_is_deleted_only_when_it_is_empty() {
        check(&["a", "ab"], &delete("a"), Done, &["ab"]);
        check(&["a", "a/b"], &delete("a"), Refused, &["a", "a/b"]);
        check(&["a"], &delete("b"), Missing, &["a"]);
        check(&["a"], &delete("a/b"), Missing, &["a"]);
    }

    #[test]
    fn a_clone_stays_as_it_was() {
        let before: Tree = ["a"].into_iter().collect();
        let mut after = before.clone();
        after.apply(&delete("a"));
        assert_eq!((before.len(), after.is_empty()), (1, true));
    }

    #[test]
    fn paths_know_their_parts() {
        let path = Path::new("a/b/c");
        assert_eq!((path.parent(), path.name(), path.depth()), (Some("a/b"), "c", 3));
        assert_eq!((Path::new("a").parent(), Path::new("a").name()), (None, "a"));
        assert_eq!((path.sibling("d"), Path::new("a").sibling("d")), (Path::new("a/b/d"), Path::new("d")));
    }
}
