//! What is told of a rendered file.

/// The media type that an answer under `/api/v1` tells of a file. HTML is told to be bytes: the official clients take
/// whatever begins with `text/html` for a sign-in page, and say that the caller is not signed in. The file's name still
/// says what it is.
pub fn told_media_type(media_type: &str) -> &str {
    const HTML: &str = "text/html";
    match media_type.trim_start().get(..HTML.len()) {
        Some(start) if start.eq_ignore_ascii_case(HTML) => "application/octet-stream",
        _ => media_type,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_told_to_be_html() {
        let table = [
            ("HTML", "text/html", "application/octet-stream"),
            ("with a character set", "text/html; charset=utf-8", "application/octet-stream"),
            ("in capitals", " Text/HTML", "application/octet-stream"),
            ("a PDF", "application/pdf", "application/pdf"),
            ("a table", "text/csv; charset=utf-8", "text/csv; charset=utf-8"),
            ("nothing", "", ""),
            ("letters of several bytes", "text/htmé", "text/htmé"),
        ];
        for (what, media_type, expected) in table {
            assert_eq!(told_media_type(media_type), expected, "{what}");
        }
    }
}
