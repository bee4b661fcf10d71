//! What Locust's older page is made of: titled tables, and a script with the charts' points.

use crate::ingest::own::instant;
use crate::unit::Span;
use serde_json::Value;

/// A table of the page.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// What stands above it.
    pub(super) title: String,
    /// Its columns.
    pub(super) names: Vec<String>,
    /// Its rows with their places.
    pub(super) rows: Vec<(Place, Vec<String>)>,
}

/// Where a row begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) byte: u64,
    pub(super) line: u64,
}

/// The table below that title.
pub(super) fn table(page: &str, title: &str) -> Option<Table> {
    let begin = page.find(&format!("<h2>{title}</h2>"))?;
    let section = page.get(begin..)?;
    let section = section.get(..section.find("</table>").unwrap_or(section.len()))?;
    let mut table = Table { title: title.to_owned(), ..Table::default() };
    let (mut byte, mut line) = (begin, 1 + lines(page.get(..begin)?));
    for piece in section.split("<tr").skip(1) {
        let at = begin + (piece.as_ptr() as usize).saturating_sub(section.as_ptr() as usize);
        line += lines(page.get(byte..at).unwrap_or(""));
        byte = at;
        let names: Vec<String> = cells(piece, "th").collect();
        if names.is_empty() {
            let place = Place { byte: at as u64, line };
            table.rows.push((place, cells(piece, "td").collect()));
        } else {
            table.names = names;
        }
    }
    (!table.names.is_empty()).then_some(table)
}

fn lines(text: &str) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
}

/// Texts of all `<td>` or `<th>` of a row. A text may hold markup: older versions did not escape the messages of exceptions.
fn cells<'a>(row: &'a str, element: &'a str) -> impl Iterator<Item = String> + 'a {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut rest = row;
    std::iter::from_fn(move || {
        loop {
            let (_, behind) = rest.split_once(&open)?;
            let (attributes, behind) = behind.split_once('>')?;
            rest = behind;
            // `<thead>` begins like `<th>`.
            if attributes.is_empty() || attributes.starts_with(' ') {
                let (text, behind) = behind.split_once(&close).unwrap_or((behind, ""));
                rest = behind;
                return Some(unescaped(text.trim()));
            }
        }
    })
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#34;", "\"");
    plain.replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&")
}

/// When it ran: `During: <span>2026-11-21 07:55:35 - 2026-11-21 07:55:43</span>`, in later versions two spans.
pub(super) fn during(page: &str) -> Option<Span> {
    let (_, behind) = page.split_once("During: ")?;
    let (line, _) = behind.split_once("</p>")?;
    let mut text = String::new();
    for piece in line.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    let (start, end) = text.split_once(" - ")?;
    let at = |text: &str| instant::read(text.trim())?.timestamp();
    let (start, end) = (at(start)?, at(end)?);
    (start <= end).then_some(Span { start, end })
}

/// A list of the charts' script. What follows on it may be a call, so only the list itself is read.
pub(super) fn chart(page: &str, name: &str) -> Option<Vec<Value>> {
    let (_, script) = page.split_once("var stats_history = {")?;
    let (_, list) = script.split_once(&format!("\"{name}\": "))?;
    let value = serde_json::Deserializer::from_str(list).into_iter::<Value>().next()?.ok()?;
    value.as_array().cloned()
}

/// The values of a chart's points; what is no number is 0, as the chart shows it.
pub(super) fn charted(page: &str, name: &str) -> Option<Vec<f64>> {
    let value = |point: &Value| point.get("value").and_then(Value::as_f64).filter(|value| value.is_finite());
    Some(chart(page, name)?.iter().map(|point| value(point).unwrap_or(0.0).max(0.0)).collect())
}

/// Which percentile the first or second chart shows: `var percentile1 = 0.5`.
pub(super) fn percentile(page: &str, chart: u8) -> Option<f64> {
    let (_, behind) = page.split_once(&format!("var percentile{chart} = "))?;
    let digits: String = behind.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    digits.parse().ok().filter(|p| (0.0..1.0).contains(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_what_people_read() {
        let row = " class=\"total\"><thead></thead><td></td>\n<td class=\"a\">a &lt;b&gt; &amp;amp;</td><td><b>c</b></td><td>cut";
        assert_eq!(cells(row, "td").collect::<Vec<_>>(), ["", "a <b> &amp;", "<b>c</b>", "cut"]);
        assert_eq!(cells("<thead><tr><th class=\"sortable\">Name</th>", "th").collect::<Vec<_>>(), ["Name"]);
    }

    #[test]
    fn lists_of_the_script_end_where_they_end() {
        let page = "var stats_history = {\n \"time\": [\"07:55:49\"].map(a => b),\n \"user_count\": [{\"value\": 5}, {\"value\": null}],\n};";
        assert_eq!(chart(page, "time").unwrap().len(), 1);
        assert_eq!(charted(page, "user_count"), Some(vec![5.0, 0.0]));
        assert_eq!(chart(page, "current_rps"), None);
    }
}
