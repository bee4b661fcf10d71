//! The beginning of a JSON document made whole, so that detection can look at a document larger than its 64 KiB.

/// Cuts a document after its last complete member and closes what is open. `None` where the bytes are no single object or
/// array, or nothing in it is complete.
#[must_use]
pub fn close(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut open: Vec<u8> = Vec::new();
    let mut complete: Option<(usize, Vec<u8>)> = None;
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => {
                if open.pop() != Some(*byte) {
                    return None;
                }
                if open.is_empty() {
                    let rest = bytes.get(at + 1..).unwrap_or(&[]);
                    return rest.trim_ascii().is_empty().then(|| bytes.to_vec());
                }
                complete = Some((at + 1, open.clone()));
            }
            b',' => complete = Some((at, open.clone())),
            byte if open.is_empty() && !byte.is_ascii_whitespace() => return None,
            _ => {}
        }
    }
    let (end, open) = complete?;
    let mut whole = bytes.get(..end)?.to_vec();
    whole.extend(open.iter().rev());
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::close;

    #[test]
    fn any_cut_of_a_document_parses() {
        let text = br#"{"a": [1, {"b": "x,]\"}"}, 2.5], "c": {"d": null}, "e": "f"}"#;
        for end in 0..text.len() {
            if let Some(whole) = close(&text[..end]) {
                let parsed = serde_json::from_slice::<serde_json::Value>(&whole);
                assert!(parsed.is_ok(), "{}", String::from_utf8_lossy(&whole));
            } else {
                assert!(end < 9, "nothing complete in {end} bytes");
            }
        }
        assert_eq!(close(text).as_deref(), Some(&text[..]));
        assert_eq!(close(b"{}{}"), None);
        assert_eq!(close(b"text {"), None);
        assert_eq!(close(b"]"), None);
    }
}
