//! Addresses of Exago's that clients write in another way.

use exago::address::canonical;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in a path; the percent sign is an escape that the gateway has left.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'%').remove(b':');

/// The address that was meant, if another one was sent. It always starts with one slash, so it never leads to another host.
pub fn meant(path: &str) -> Option<String> {
    // Of a path with a decoded `?` nobody can tell any more where the query began.
    let sound = !path.contains(['?', '#', '\\', char::REPLACEMENT_CHARACTER]) && !path.chars().any(char::is_control);
    let meant = canonical(path).filter(|_| sound)?;
    Some(utf8_percent_encode(&meant, PATH).to_string())
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_doubled_slash_is_one_and_never_another_host() {
        assert_eq!(meant("//rest//reports/list").as_deref(), Some("/rest/reports/list"));
        assert_eq!(meant("//evil.example/x").as_deref(), Some("/evil.example/x"));
        assert_eq!(meant("/api/reports"), None);
        assert_eq!(meant("//a\\b"), None);
        assert_eq!(meant("//a?b"), None);
    }

    #[test]
    fn names_in_the_address_are_escaped_again() {
        assert_eq!(meant("/REST/folders/Café 50%25").as_deref(), Some("/rest/folders/Caf%C3%A9%2050%25"));
    }
}
