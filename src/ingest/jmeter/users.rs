//! Users are threads of the JMeter that made a sample: which JMeter that is.

/// Which JMeter made the sample: by the host's column, else by what a remote JMeter puts before its threads' names, an
/// address or `host:port`. Names with a hyphen are no proof: people call thread groups so.
#[inline]
pub(super) fn generator<'a>(host: &'a [u8], thread: &'a [u8]) -> &'a [u8] {
    if host.is_empty() { named(thread) } else { host }
}

fn named(thread: &[u8]) -> &[u8] {
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if let Some(colon) = memchr::memchr(b':', thread) {
        let (host, rest) = thread.split_at(colon);
        let port = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        let named = !host.is_empty() && host.iter().all(is_host);
        return match rest.get(port + 1) {
            Some(b'-') if named && port > 0 => thread.get(..colon + 1 + port).unwrap_or_default(),
            _ => b"",
        };
    }
    if !thread.first().is_some_and(u8::is_ascii_digit) {
        return b"";
    }
    let host = memchr::memchr(b'-', thread).and_then(|end| thread.get(..end)).unwrap_or_default();
    let numbers = host.split(|byte| *byte == b'.');
    let is_address = numbers.clone().count() == 4
        && numbers.into_iter().all(|number| matches!(number.len(), 1..=3) && number.iter().all(u8::is_ascii_digit));
    if is_address { host } else { b"" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remote_jmeters_are_known_by_address_or_port() {
        let of = |thread: &str| String::from_utf8_lossy(generator(b"", thread.as_bytes())).into_owned();
        assert_eq!(of("10.0.0.3-Thread Group 1-1"), "10.0.0.3");
        assert_eq!(of("10.0.0.3:1099-Thread Group 1-1"), "10.0.0.3:1099");
        assert_eq!(of("loader-7.example:1099-Thread Group 1-1"), "loader-7.example:1099");
        assert_eq!(of("loader7:1099-Thread Group 1-1"), "loader7:1099");
        for local in ["Thread Group 1-1", "Stress-Users 2-17", "at 10:30-users 1-1", "", "1.2.3-x 1-1", "a:b-c 1-1"] {
            assert_eq!(of(local), "", "{local}");
        }
        assert_eq!(generator(b"vm", b"10.0.0.3-T 1-1"), b"vm");
    }
}
