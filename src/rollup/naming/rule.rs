//! Names that the user gives to endpoints.

use crate::model::key::EndpointKey;

/// An Endpoint rule gives all endpoints whose name or label matches one name.
#[derive(Debug, Clone)]
pub struct EndpointRule {
    /// `match`, on the name without host, or on the label (`GET /users/17`).
    pub pattern: regex::Regex,
    /// The name they get; the method stays. Where the pattern has groups, `$1` or `${word}` stands for what one matched.
    pub name: String,
}

/// Rules are what the user says about names.
#[derive(Debug, Clone)]
pub struct Rules {
    /// `[[endpoints]]`, the first that matches counts.
    pub endpoints: Vec<EndpointRule>,
    /// `inputs.names_per_pattern`: how many names a pattern of ids shows before it stands for them.
    pub names_per_pattern: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { endpoints: Vec::new(), names_per_pattern: 10 }
    }
}

impl Rules {
    /// The key with the name that the first matching rule gives it; `None` where none matches, or the name is a rule's
    /// already. A rule that matches the name without host names what stands behind the host.
    #[must_use]
    pub fn named(&self, key: &EndpointKey) -> Option<EndpointKey> {
        if self.endpoints.is_empty() || self.is_given(&key.name) {
            return None;
        }
        let whole = |name: &str| {
            let label = EndpointKey { name: name.to_owned(), ..key.clone() }.label();
            self.endpoints.iter().find_map(|rule| rule.applied(name).or_else(|| rule.applied(&label)))
        };
        let name = match host(&key.name) {
            Some((host, path)) => whole(path).map(|name| behind(host, name)).or_else(|| whole(&key.name)),
            None => whole(&key.name),
        };
        name.map(|name| EndpointKey { name, ..key.clone() })
    }

    /// Whether a rule gives just this name.
    pub(in crate::rollup) fn is_given(&self, name: &str) -> bool {
        let path = host(name).map_or(name, |(_, path)| path);
        self.endpoints.iter().any(|rule| !rule.has_groups() && (rule.name == name || rule.name == path))
    }
}

impl EndpointRule {
    fn has_groups(&self) -> bool {
        self.pattern.captures_len() > 1
    }

    fn applied(&self, subject: &str) -> Option<String> {
        if !self.has_groups() {
            return self.pattern.is_match(subject).then(|| self.name.clone());
        }
        let mut name = String::new();
        self.pattern.captures(subject)?.expand(&self.name, &mut name);
        Some(name)
    }
}

fn behind(host: &str, name: String) -> String {
    if name.starts_with('/') { format!("{host}{name}") } else { name }
}

/// Scheme and host (with its port), and the rest of an address as a path; `None` for a name that holds no host.
#[must_use]
pub fn host(name: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = name.split_once("://")?;
    let is_scheme =
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = name.split_at(name.len() - rest.len() + length);
    (is_scheme && length > 0).then_some((host, if path.is_empty() { "/" } else { path }))
}
