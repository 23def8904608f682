//! Which dialect a path belongs to: the one table of it, for what answers where no route leads, and for the tests of refusals.

/// Whose format a refusal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    CxReports,
    Exago,
    Grafana,
    Huddle,
    Informer,
    /// Pages of the CxReports dialect, which people see.
    Preview,
    Public,
}

/// The beginnings of paths. What begins with none of them is Informer's.
const PREFIXES: [(&str, Dialect); 9] = [
    ("/api/v1", Dialect::CxReports),
    ("/docs", Dialect::Public),
    ("/files", Dialect::Huddle),
    ("/grafana", Dialect::Grafana),
    ("/mailed", Dialect::Public),
    ("/publishing", Dialect::Huddle),
    ("/rest", Dialect::Exago),
    ("/view", Dialect::Public),
    ("/ws", Dialect::Preview),
];

/// The dialect of a path. Clients of Exago's write the case of its addresses as they like.
pub fn dialect_of(path: &str) -> Dialect {
    let begins = |prefix: &str, dialect| match path.get(..prefix.len()) {
        Some(start) if dialect == Dialect::Exago => start.eq_ignore_ascii_case(prefix),
        Some(start) => start == prefix,
        None => false,
    };
    let whole = |prefix: &str| matches!(path.as_bytes().get(prefix.len()), None | Some(b'/'));
    let found = PREFIXES.iter().find(|(prefix, dialect)| begins(prefix, *dialect) && whole(prefix));
    found.map_or(Dialect::Informer, |(_, dialect)| *dialect)
}

#[cfg(test)]
mod tests {
    use super::{Dialect, dialect_of};

    #[test]
    fn a_path_belongs_to_the_dialect_of_its_first_segments() {
        for (path, dialect) in [
            ("/view/token", Dialect::Public),
            ("/docs", Dialect::Public),
            ("/files/documents/1", Dialect::Huddle),
            ("/publishing/progress/1", Dialect::Huddle),
            ("/grafana/api/reports/email", Dialect::Grafana),
            ("/api/reports/7", Dialect::Informer),
            ("/api/v1/workspaces", Dialect::CxReports),
            ("/api/v10", Dialect::Informer),
            ("/ws/default/reports/7/preview", Dialect::Preview),
            ("/wss", Dialect::Informer),
            ("/REST/reports/list", Dialect::Exago),
            ("/VIEW/token", Dialect::Informer),
            ("/", Dialect::Informer),
            ("", Dialect::Informer),
        ] {
            assert_eq!(dialect_of(path), dialect, "{path}");
        }
    }
}
