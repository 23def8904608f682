//! Warnings of a rendition as a header carries them: it is right, but not all of it could be shown as asked for.

use std::fmt::Write;

/// The name of the header.
pub const HEADER: &str = "x-imprint-warnings";

/// S3 keeps 2 KB of metadata with an object, the names included.
const LONGEST: usize = 1_500;

/// Warnings as a list of display strings (RFC 9651), which are ASCII whatever the warnings hold; `None` if there are none. Those for which there is no
/// room are counted.
pub fn to_header(warnings: &[String]) -> Option<String> {
    let (mut list, mut left) = (String::new(), warnings.len());
    for warning in warnings {
        let item = display_string(warning);
        if !list.is_empty() && list.len() + item.len() > LONGEST {
            break;
        }
        let between = if list.is_empty() { "" } else { ", " };
        list.extend([between, &item]);
        left -= 1;
    }
    if left > 0 {
        list.extend([", ", &display_string(&format!("and {left} more warnings"))]);
    }
    (!list.is_empty()).then_some(list)
}

/// `%"…"`, with a percent sign and two digits for each byte that is not printable ASCII.
fn display_string(text: &str) -> String {
    let mut written = "%\"".to_owned();
    for byte in text.bytes() {
        match byte {
            b'%' | b'"' | ..=0x1f | 0x7f.. => drop(write!(written, "%{byte:02x}")),
            _ => written.push(byte.into()),
        }
    }
    written + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_a_list_of_display_strings() {
        let list = |warnings: &[&str]| to_header(&warnings.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(list(&[]), None);
        assert_eq!(list(&["plain"]).as_deref(), Some("%\"plain\""));
        assert_eq!(list(&["ü 100%", "say \"no\""]).as_deref(), Some("%\"%c3%bc 100%25\", %\"say %22no%22\""));
        assert_eq!(list(&["a\r\nb"]).as_deref(), Some("%\"a%0d%0ab\""), "no second header can be made of one");
    }

    #[test]
    fn warnings_that_have_no_room_are_counted() {
        let warnings: Vec<String> = (0..100).map(|n| format!("blocks[{n}]: {}", "x".repeat(100))).collect();
        let header = to_header(&warnings).unwrap();
        assert!(header.len() < LONGEST + 50, "{}", header.len());
        assert!(header.ends_with("more warnings\""), "{header}");
    }
}
