//! What is left out of a text that must not grow beyond a limit: whole rows, least important first, each counted.

use crate::fmt;

/// Bytes kept for the line that counts what was left out.
const NOTE: usize = 120;

/// How important a row is: [`ALWAYS`] stands whatever the limit, the others while there is room, lower numbers first.
pub(super) type Rank = u8;

/// Never left out; whoever makes such rows bounds their number and length.
pub(super) const ALWAYS: Rank = 0;

/// A Part is a stretch of the text: rows between a head and a foot, or a paragraph, which is one row.
#[derive(Debug, Default)]
pub(super) struct Part {
    head: String,
    rows: Vec<(Rank, String)>,
    foot: String,
    /// What the rows are, for the line that counts those left out.
    noun: &'static str,
}

impl Part {
    /// Text that stands as a whole or not at all.
    pub(super) fn paragraph(rank: Rank, text: &str) -> Self {
        let rows = if text.is_empty() { Vec::new() } else { vec![(rank, format!("{text}\n\n"))] };
        Self { rows, ..Self::default() }
    }

    /// A heading (or none) and a list; `noun` is what its lines are.
    pub(super) fn list(heading: &str, noun: &'static str, lines: Vec<(Rank, String)>) -> Self {
        let head = if heading.is_empty() { String::new() } else { format!("### {heading}\n\n") };
        let rows = lines.into_iter().map(|(rank, line)| (rank, format!("- {line}\n"))).collect();
        Self { head, rows, foot: "\n".to_owned(), noun }
    }

    /// A table under a heading: column heads with their alignment (`:--` text, `--:` number), and rows of cells.
    pub(super) fn table(
        heading: &str,
        noun: &'static str,
        columns: &[(&str, &str)],
        rows: Vec<(Rank, Vec<String>)>,
    ) -> Self {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let names = line(columns.iter().map(|(name, _)| *name).collect());
        let marks = line(columns.iter().map(|(_, mark)| *mark).collect());
        let rows = rows.into_iter().map(|(rank, cells)| (rank, line(cells.iter().map(String::as_str).collect())));
        Self { head: format!("### {heading}\n\n{names}{marks}"), rows: rows.collect(), foot: "\n".to_owned(), noun }
    }

    /// The same, folded under its heading.
    pub(super) fn folded(self) -> Self {
        let (heading, rest) = self.head.split_once("\n\n").unwrap_or((self.head.as_str(), ""));
        let heading = heading.trim_start_matches("### ");
        let head = format!("<details><summary>{heading}</summary>\n\n{rest}");
        Self { head, foot: "\n</details>\n\n".to_owned(), ..self }
    }
}

/// Puts the parts together in their order, within so many bytes (rows that always stand aside).
pub(super) fn fit(parts: &[Part], limit: usize) -> String {
    let mut kept: Vec<usize> = vec![0; parts.len()];
    let mut used = 0;
    for rank in 0..=Rank::MAX {
        for (part, kept) in parts.iter().zip(&mut kept) {
            // Rows are in the order of their rank, so that what is kept is always the beginning.
            while let Some((_, row)) = part.rows.get(*kept).filter(|(of, _)| *of == rank) {
                let opening = if *kept == 0 { part.head.len() + part.foot.len() + NOTE } else { 0 };
                if rank != ALWAYS && used + opening + row.len() > limit {
                    break;
                }
                used += opening + row.len();
                *kept += 1;
            }
        }
    }
    parts.iter().zip(kept).map(|(part, kept)| written(part, kept)).collect()
}

fn written(part: &Part, kept: usize) -> String {
    if kept == 0 {
        return String::new();
    }
    let rows: String = part.rows.iter().take(kept).map(|(_, row)| row.as_str()).collect();
    let left = part.rows.len() - kept;
    let note = if left == 0 || part.noun.is_empty() {
        String::new()
    } else {
        format!("\n*{} more {} in the full report.*\n", fmt::count(left as u64), part.noun)
    };
    format!("{}{rows}{note}{}", part.head, part.foot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(rows: &[(Rank, usize)]) -> Part {
        Part::list("Rows", "rows", rows.iter().map(|(rank, length)| (*rank, "x".repeat(*length))).collect())
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let text = fit(&[part(&[(ALWAYS, 10), (1, 10), (1, 5_000)]), Part::paragraph(ALWAYS, "end")], 400);
        assert_eq!(text, "### Rows\n\n- xxxxxxxxxx\n- xxxxxxxxxx\n\n*1 more rows in the full report.*\n\nend\n\n");
    }

    #[test]
    fn importance_goes_before_place() {
        let [first, last] = [part(&[(5, 200)]), Part::paragraph(1, "important")];
        assert_eq!(fit(&[first, last], 300), "important\n\n");
    }

    proptest! {
        #[test]
        fn a_text_keeps_within_its_limit(
            lengths in proptest::collection::vec((1u8..6, 0usize..300), 0..60),
            limit in 0usize..5_000,
        ) {
            let mut parts = Vec::new();
            for rows in lengths.chunks(7) {
                let mut rows = rows.to_vec();
                rows.sort_unstable();
                parts.push(part(&rows));
            }
            prop_assert!(fit(&parts, limit).len() <= limit);
        }
    }
}
