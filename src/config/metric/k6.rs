//! Which of k6's metrics are times that a user waits.

/// Whether a k6 metric is how long something took for a user.
#[must_use]
pub fn is_k6_duration(name: &str) -> bool {
    let base = name.split('{').next().unwrap_or(name);
    matches!(
        base,
        "http_req_duration"
            | "http_req_waiting"
            | "iteration_duration"
            | "group_duration"
            | "ws_connecting"
            | "ws_session_duration"
            | "grpc_req_duration"
    ) || base.starts_with("browser_web_vital_")
}
