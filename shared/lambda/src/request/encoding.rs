//! `Accept-Encoding` of RFC 9110.

/// Whether a client takes gzip: it names it, or everything, with a weight above zero.
pub fn takes_gzip(accepted: &str) -> bool {
    let codings: Vec<(&str, f64)> = accepted.split(',').map(coding).collect();
    let weight = |is: fn(&str) -> bool| codings.iter().find(|(coding, _)| is(coding)).map(|(_, weight)| *weight);
    weight(is_gzip).or_else(|| weight(|coding| coding == "*")).is_some_and(|weight| weight > 0.0)
}

fn is_gzip(coding: &str) -> bool {
    ["gzip", "x-gzip"].iter().any(|name| coding.eq_ignore_ascii_case(name))
}

/// A coding and its weight, as `gzip;q=0.5`. One that cannot be read counts as zero: an answer that is not compressed is always right.
fn coding(text: &str) -> (&str, f64) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for accepted in ["gzip", "GZIP", "x-gzip", "br, gzip;q=0.1", "gzip; q=1.0", "deflate,gzip", "*", "*;q=0.5, br"]
        {
            assert!(takes_gzip(accepted), "{accepted}");
        }
        let refused =
            ["", "identity", "gzip;q=0", "gzip;q=0.000", "gzip; q=0, identity", "x-gzip-not", "gzipped", "br"];
        for accepted in refused.into_iter().chain(["*;q=0", "gzip;q=0, *", "gzip;q=x", "gzip;Q=0", "a;gzip"]) {
            assert!(!takes_gzip(accepted), "{accepted}");
        }
    }
}
