//! How a sample ended: an answer of the system, or none because the connection or the load generator failed.

use crate::ingest::own::failure;
use crate::ingest::scrub;

/// What JMeter puts before an exception's class where it has no status code, and before its message.
const NO_CODE: &str = "Non HTTP response code: ";
const NO_MESSAGE: &str = "Non HTTP response message: ";

/// What a transaction controller says in place of a message, whatever JMeter's language.
pub(super) const TRANSACTION: &[u8] = b"Number of samples in transaction";

/// Who is to blame that there was no HTTP answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection, or the system behind it.
    Connection,
    /// The machine or the plan that makes the load.
    Generator,
}

/// By the exception's class, and by what its message holds (nothing for any): how the failure is called, and whose it is.
/// The first line that fits counts.
const EXCEPTIONS: [(&str, &str, &str, Fault); 27] = [
    ("", "too many open files", "load generator: too many open files", Fault::Generator),
    ("BindException", "", "load generator: no free port", Fault::Generator),
    // What Linux and macOS say of the same, and Java in either class: `HttpHostConnectException` ends so too.
    ("ConnectException", "assign requested address", "load generator: no free port", Fault::Generator),
    ("NoRouteToHostException", "assign requested address", "load generator: no free port", Fault::Generator),
    ("OutOfMemoryError", "", "load generator: out of memory", Fault::Generator),
    ("URISyntaxException", "", "test plan: no valid URL", Fault::Generator),
    ("MalformedURLException", "", "test plan: no valid URL", Fault::Generator),
    ("IllegalArgumentException", "", "test plan: no valid request", Fault::Generator),
    ("FileNotFoundException", "", "test plan: file not found", Fault::Generator),
    ("InterruptedException", "", "stopped by JMeter", Fault::Generator),
    ("RequestAbortedException", "", "stopped by JMeter", Fault::Generator),
    ("SocketException", "socket closed", "stopped by JMeter", Fault::Generator),
    ("ConnectTimeoutException", "", "connect timeout", Fault::Connection),
    ("HttpHostConnectException", "timed out", "connect timeout", Fault::Connection),
    ("HttpHostConnectException", "", "connection refused", Fault::Connection),
    ("ConnectException", "timed out", "connect timeout", Fault::Connection),
    ("ConnectException", "", "connection refused", Fault::Connection),
    ("SocketTimeoutException", "connect timed out", "connect timeout", Fault::Connection),
    ("TimeoutException", "", "timeout", Fault::Connection),
    ("InterruptedIOException", "", "timeout", Fault::Connection),
    ("NoHttpResponseException", "", "no response", Fault::Connection),
    ("UnknownHostException", "", "name not resolved", Fault::Connection),
    ("NoRouteToHostException", "", "no route to host", Fault::Connection),
    ("SocketException", "timed out", "timeout", Fault::Connection),
    ("SocketException", "", "connection reset", Fault::Connection),
    ("ConnectionClosedException", "", "connection reset", Fault::Connection),
    ("SSL", "", "TLS", Fault::Connection),
];

/// Why a sample failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// In a few words that many share.
    pub(super) kind: String,
    /// As JMeter has it, fit to be shown.
    pub(super) text: String,
    /// Where there was no HTTP answer, whose fault that is.
    pub(super) fault: Option<Fault>,
}

/// Whether that message is a transaction controller's.
#[inline]
pub(super) fn is_transaction(message: &[u8]) -> bool {
    message.starts_with(TRANSACTION)
}

/// The status code, where the text is one.
#[inline]
pub(super) fn status(code: &[u8]) -> Option<u16> {
    match code {
        [a @ b'1'..=b'9', b, c] if b.is_ascii_digit() && c.is_ascii_digit() => {
            Some(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'))
        }
        _ => None,
    }
}

/// Why a sample with this code, message and failed assertion's message failed.
pub(super) fn failure(code: &[u8], message: &[u8], assertion: &[u8]) -> Failure {
    let [code, message, assertion] = [code, message, assertion].map(|text| String::from_utf8_lossy(text));
    let (code, assertion) = (code.trim(), assertion.trim());
    let message = message.trim().strip_prefix(NO_MESSAGE).unwrap_or(message.trim());
    if let Some(class) = code.strip_prefix(NO_CODE) {
        let (kind, fault) = exception(class, message);
        return Failure { kind, text: scrub::text(&format!("{class}: {message}")), fault: Some(fault) };
    }
    let status = status(code.as_bytes());
    let said = if assertion.is_empty() { message } else { assertion };
    let kind = match status {
        Some(400..) => failure::kind(status, None),
        _ if assertion.is_empty() && status.is_some() => failure::kind(status, None),
        _ => failure::kind(None, Some(said).or(Some(code)).filter(|text| !text.is_empty())),
    };
    let text = match (assertion.is_empty(), code.is_empty()) {
        (false, _) | (_, true) => said.to_owned(),
        (true, false) => format!("{code} {message}"),
    };
    Failure { kind, text: scrub::text(text.trim()), fault: None }
}

/// How the failure is called whose text begins with a Java exception's class, as an error text has it.
#[must_use]
pub fn kind_of_text(text: &str) -> Option<&'static str> {
    let (class, message) = text.split_once(": ").filter(|(class, _)| !class.contains(' '))?;
    Some(known(class, message)?.2)
}

fn exception(class: &str, message: &str) -> (String, Fault) {
    match known(class, message) {
        Some((_, _, kind, fault)) => ((*kind).to_owned(), *fault),
        None => (failure::kind(None, Some(simple(class)).filter(|name| !name.is_empty())), Fault::Connection),
    }
}

/// A class without its package.
fn simple(class: &str) -> &str {
    class.rsplit(['.', '$']).next().unwrap_or(class).trim()
}

fn known(class: &str, message: &str) -> Option<&'static (&'static str, &'static str, &'static str, Fault)> {
    let (simple, message) = (simple(class), message.to_lowercase());
    EXCEPTIONS.iter().find(|(name, says, _, _)| {
        let named = if name.is_empty() || *name == "SSL" { simple.starts_with(name) } else { simple.ends_with(name) };
        named && message.contains(says)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: &str, message: &str, assertion: &str) -> String {
        failure(code.as_bytes(), message.as_bytes(), assertion.as_bytes()).kind
    }

    #[test]
    fn what_was_no_answer_is_called_by_its_exception() {
        let no = |class: &str, message: &str| {
            let failure =
                failure(format!("{NO_CODE}{class}").as_bytes(), format!("{NO_MESSAGE}{message}").as_bytes(), b"");
            (failure.kind, failure.fault.unwrap())
        };
        let connection = |kind: &str| (kind.to_owned(), Fault::Connection);
        let generator = |kind: &str| (kind.to_owned(), Fault::Generator);
        assert_eq!(no("java.net.ConnectException", "Connection refused"), connection("connection refused"));
        let timed_out = "Connect to 202.120.40.8:30382 failed: Connection timed out: connect";
        assert_eq!(no("org.apache.http.conn.HttpHostConnectException", timed_out), connection("connect timeout"));
        assert_eq!(no("java.net.SocketTimeoutException", "Read timed out"), connection("timeout"));
        assert_eq!(no("java.net.SocketException", "Connection reset"), connection("connection reset"));
        let silent = "shop.example:443 failed to respond";
        assert_eq!(no("org.apache.http.NoHttpResponseException", silent), connection("no response"));
        assert_eq!(no("javax.net.ssl.SSLHandshakeException", "PKIX path"), connection("TLS"));
        assert_eq!(no("java.net.UnknownHostException", "shop.example"), connection("name not resolved"));
        assert_eq!(no("java.net.BindException", "Address already in use"), generator("load generator: no free port"));
        let unassigned = "Connect to host:80 [host/10.0.0.1] failed: Cannot assign requested address (connect failed)";
        for class in ["java.net.ConnectException", "org.apache.http.conn.HttpHostConnectException"] {
            assert_eq!(no(class, unassigned), generator("load generator: no free port"), "{class}");
        }
        assert_eq!(no("java.net.URISyntaxException", "Illegal character"), generator("test plan: no valid URL"));
        assert_eq!(no("java.net.SocketException", "Too many open files").1, Fault::Generator);
        assert_eq!(no("com.example.OddException", "?"), connection("OddException"));
    }

    #[test]
    fn answers_are_called_by_status_and_assertions_by_their_words() {
        assert_eq!(kind("503", "Service Unavailable", ""), "HTTP 503");
        assert_eq!(kind("500", "", "Test failed: code"), "HTTP 500");
        assert_eq!(kind("200", "OK", ""), "failed with HTTP 200");
        assert_eq!(kind("200", "OK", "It took 120 milliseconds"), kind("200", "OK", "It took 95 milliseconds"));
        assert_eq!(kind("", "", ""), "failed");
        let failure = failure(b"500", b"Internal Server Error", b"");
        assert_eq!((failure.text.as_str(), failure.fault), ("500 Internal Server Error", None));
    }

    /// The report tells by the kind alone whose a failure is.
    #[test]
    fn a_kind_tells_whose_it_is() {
        for (_, _, kind, fault) in EXCEPTIONS {
            assert_eq!(crate::model::key::Outcome::is_generators_own(kind), fault == Fault::Generator, "{kind}");
        }
        let text = "java.net.BindException: Address already in use: connect";
        assert_eq!(kind_of_text(text), Some("load generator: no free port"));
        assert_eq!(kind_of_text("503 Service Unavailable"), None);
        assert_eq!(kind_of_text("Test failed: too many open files"), None);
    }

    #[test]
    fn codes() {
        assert_eq!(status(b"200"), Some(200));
        for text in ["", "20", "2000", "OK", "099", "Non HTTP response code: x"] {
            assert_eq!(status(text.as_bytes()), None, "{text}");
        }
    }
}
