//! The style: one table of colours for pages, pictures and tests.
//!
//! `templates/tokens.css` holds every colour in both themes, `chart.css` the pictures, `style.css` the page. A page gets all three;
//! a picture that stands alone gets `chart.css` with the colours written in, light first and dark in a media query, since not every
//! program that shows an SVG knows CSS variables.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const TOKENS: &str = include_str!("../../templates/tokens.css");
const CHART: &str = include_str!("../../templates/chart.css");
const PAGE: &str = include_str!("../../templates/style.css");
const SIGNOFF: &str = include_str!("../../templates/signoff.css");
const SCRIPT: &str = include_str!("../../templates/script.js");

/// One of the two sets of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light; also all that is printed.
    Light,
    /// Light on dark, on screens whose owner asked for it.
    Dark,
}

/// The colours of a theme: name (with its two dashes) and `#rrggbb`.
pub fn tokens(theme: Theme) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (light, dark) = TOKENS.split_once("@media").unwrap_or((TOKENS, ""));
    let table = if theme == Theme::Light { light } else { dark };
    let entries = table.split([';', '{']).filter_map(|entry| entry.trim().split_once(':'));
    entries.map(|(name, value)| (name.trim(), value.trim())).filter(|(name, _)| name.starts_with("--"))
}

/// The style sheet of a page.
#[must_use]
pub fn page() -> &'static str {
    static SHEET: LazyLock<String> = LazyLock::new(|| [TOKENS, CHART, PAGE].map(compact).concat());
    &SHEET
}

/// The style sheet of a sign-off.
#[must_use]
pub fn signoff() -> &'static str {
    static SHEET: LazyLock<String> = LazyLock::new(|| [TOKENS, CHART, PAGE, SIGNOFF].map(compact).concat());
    &SHEET
}

/// The foot of every printed page: which report it is of, and which page of how many.
#[must_use]
pub fn foot(what: &str, run_id: &str) -> String {
    let id: String = run_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    format!(
        "@page{{@bottom-left{{content:\"plimsoll {what} {id}\";font-size:8pt;color:#565d67}}@bottom-right{{content:\"page \" counter(page) \" of \" counter(pages);font-size:8pt;color:#565d67}}}}"
    )
}

/// The page's script, without its comments and indentation.
#[must_use]
pub fn script() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let lines = SCRIPT.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    });
    &TEXT
}

/// The style sheet inside a picture that stands alone.
#[must_use]
pub fn picture() -> &'static str {
    static SHEET: LazyLock<String> = LazyLock::new(|| {
        let rules = compact(CHART);
        let coloured = rules.split_inclusive('}').filter(|rule| rule.contains("var("));
        let dark = coloured.map(|rule| with_colours(rule, Theme::Dark)).collect::<String>();
        format!("{}@media (prefers-color-scheme:dark){{{dark}}}", with_colours(&rules, Theme::Light))
    });
    &SHEET
}

/// The content policy of a page: nothing from elsewhere, and of its own styles and scripts exactly these. Whatever a hostile
/// name might smuggle into the page is not among them.
#[must_use]
pub fn policy(styles: &[&str], scripts: &[&str]) -> String {
    let hashes = |texts: &[&str]| {
        let hash = |text: &&str| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
        texts.iter().map(hash).collect::<String>()
    };
    format!(
        "default-src 'none'; style-src{}; script-src{}; base-uri 'none'; form-action 'none'",
        hashes(styles),
        hashes(scripts)
    )
}

fn with_colours(rules: &str, theme: Theme) -> String {
    tokens(theme).fold(rules.to_owned(), |rules, (name, value)| rules.replace(&format!("var({name})"), value))
}

/// The sheet without comments and needless blanks.
fn compact(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    let tight =
        [(" {", "{"), ("{ ", "{"), (" }", "}"), ("} ", "}"), ("; ", ";"), (": ", ":"), (", ", ","), (";}", "}")];
    tight.iter().fold(words, |words, (loose, tight)| words.replace(loose, tight))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(hex: &str) -> f64 {
        let channel = |from: usize| {
            let value = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).expect("a hex colour")) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_is_computed_as_wcag_does() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 0.001);
    }

    #[test]
    fn every_text_and_mark_is_seen_on_every_ground_it_stands_on() {
        let texts = ["--ink", "--muted", "--link", "--pass", "--warn", "--fail", "--open"];
        let names = ["--s1", "--s2", "--s3", "--s4", "--s5", "--rest", "--bad", "--load", "--base", "--limit"];
        let state = [
            ("--pass", "--pass-ground"),
            ("--warn", "--warn-ground"),
            ("--fail", "--fail-ground"),
            ("--open", "--open-ground"),
        ];
        for theme in [Theme::Light, Theme::Dark] {
            let colour: BTreeMap<_, _> = tokens(theme).collect();
            let assert_contrast = |text: &str, ground: &str, least: f64| {
                let seen = contrast(colour[text], colour[ground]);
                assert!(seen >= least, "{theme:?}: {text} on {ground} has {seen:.2}, needs {least}");
            };
            for ground in ["--page", "--card", "--shade"] {
                texts.iter().chain(&names).for_each(|text| assert_contrast(text, ground, 4.5));
                assert_contrast("--focus", ground, 3.0);
            }
            for (text, ground) in state {
                for text in [text, "--ink", "--muted", "--link"] {
                    assert_contrast(text, ground, 4.5);
                }
            }
            // Lines are drawn over the pale area of what went well.
            for mark in ["--s1", "--load", "--bad", "--limit"] {
                assert_contrast(mark, "--calm", 3.0);
            }
        }
    }

    #[test]
    fn both_themes_hold_the_same_colours() {
        let names = |theme| tokens(theme).map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(Theme::Light), names(Theme::Dark));
        assert!(names(Theme::Light).len() > 20);
    }

    #[test]
    fn a_picture_that_stands_alone_needs_no_variables() {
        assert!(!picture().contains("var("), "{}", picture());
        assert!(!picture().contains(['<', '&']));
    }

    #[test]
    fn a_policy_names_each_text_by_its_hash() {
        // SHA-256 of the empty text, from the standard's own examples.
        let empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
        assert!(policy(&[""], &[]).starts_with(&format!("default-src 'none'; style-src {empty}; script-src;")));
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        for text in [page(), script()] {
            assert!(!["@import", "url(", "http:", "https:", "//"].iter().any(|outside| text.contains(outside)));
        }
    }
}
