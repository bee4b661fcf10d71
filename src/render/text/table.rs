//! Columns on a terminal: figures right, text left.

use crate::fmt;
use std::io::{self, Write};

/// A Table of cells; the first column is text, so is a last one that is headed `call`, the others are figures.
pub(super) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&'static str]) -> Self {
        Self { head: head.to_vec(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes the rows, each column as wide as its widest cell; the first is cut to what `width` leaves.
    pub(super) fn write(&self, indent: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let wide = |at: usize, head: &str| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
            cells.chain([head.chars().count()]).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = self.head.iter().enumerate().map(|(at, head)| wide(at, head)).collect();
        let figures = self.head.iter().zip(&widths).skip(1).filter(|(head, _)| **head != "call");
        let others: usize = figures.map(|(_, width)| width + 2).sum();
        if let Some(first) = widths.first_mut() {
            *first = (*first).min(width.saturating_sub(indent + others).max(24));
        }
        let heads: Vec<String> = self.head.iter().map(|head| (*head).to_owned()).collect();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = " ".repeat(indent);
            for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if at == 0 {
                    line.push_str(&format!("{:<width$}", fmt::shorten(cell, *width)));
                } else if self.head.get(at) == Some(&"call") {
                    line.push_str("  ");
                    line.push_str(cell);
                } else {
                    line.push_str(&format!("  {cell:>width$}"));
                }
            }
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
