//! Path data in as few bytes as SVG allows: relative, `h` and `v` where they fit, straight runs merged, no needless separators.

use std::fmt::Write as _;

/// The `d` attribute under construction.
#[derive(Debug, Default)]
pub(super) struct PathData {
    text: String,
    pen: (i32, i32),
    start: (i32, i32),
    pending: (i32, i32),
    command: char,
    drawn: bool,
}

impl PathData {
    /// Adds a line through the points; a single point becomes a dot (a zero-length line with round ends).
    pub(super) fn polyline(&mut self, points: impl IntoIterator<Item = (i32, i32)>) {
        let mut points = points.into_iter();
        let Some(first) = points.next() else { return };
        self.move_to(first);
        for point in points {
            self.line_to(point);
        }
        self.flush();
        if !self.drawn {
            self.text.push_str("h0");
            self.command = 'h';
        }
    }

    /// Adds a closed outline.
    pub(super) fn polygon(&mut self, points: impl IntoIterator<Item = (i32, i32)>) {
        let mut points = points.into_iter();
        let Some(first) = points.next() else { return };
        self.move_to(first);
        for point in points {
            self.line_to(point);
        }
        self.flush();
        self.text.push('z');
        self.command = 'z';
        self.pen = self.start;
    }

    /// The finished text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn move_to(&mut self, to: (i32, i32)) {
        let command = if self.text.is_empty() { 'M' } else { 'm' };
        let (dx, dy) = (to.0 - self.pen.0, to.1 - self.pen.1);
        // A repeated move is a line in SVG's grammar: its letter is never left out.
        self.command = '\0';
        self.command(command, &[dx, dy]);
        self.pen = to;
        self.start = to;
        self.drawn = false;
    }

    fn line_to(&mut self, to: (i32, i32)) {
        let (dx, dy) = (to.0 - self.pen.0 - self.pending.0, to.1 - self.pen.1 - self.pending.1);
        if !same_direction(self.pending, (dx, dy)) {
            self.flush();
        }
        self.pending = (self.pending.0 + dx, self.pending.1 + dy);
    }

    fn flush(&mut self) {
        let (dx, dy) = std::mem::take(&mut self.pending);
        match (dx, dy) {
            (0, 0) => return,
            (_, 0) => self.command('h', &[dx]),
            (0, _) => self.command('v', &[dy]),
            _ => self.command('l', &[dx, dy]),
        }
        self.drawn = true;
        self.pen = (self.pen.0 + dx, self.pen.1 + dy);
    }

    fn command(&mut self, letter: char, numbers: &[i32]) {
        let repeated = self.command == letter;
        if !repeated {
            self.text.push(letter);
        }
        for (index, number) in numbers.iter().enumerate() {
            if (repeated || index > 0) && *number >= 0 {
                self.text.push(' ');
            }
            let _ = write!(self.text, "{number}");
        }
        self.command = letter;
    }
}

fn same_direction(a: (i32, i32), b: (i32, i32)) -> bool {
    let wide = |v: i32| i64::from(v);
    let cross = wide(a.0) * wide(b.1) - wide(a.1) * wide(b.0);
    let along = wide(a.0) * wide(b.0) + wide(a.1) * wide(b.1);
    cross == 0 && along >= 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(i32, i32)]) -> String {
        let mut path = PathData::default();
        path.polyline(points.iter().copied());
        path.finish()
    }

    #[test]
    fn lines_are_relative_and_dense() {
        assert_eq!(line(&[(10, 20), (15, 17), (20, 22), (30, 22), (30, 10)]), "M10 20l5-3 5 5h10v-12");
    }

    #[test]
    fn a_straight_run_is_one_step() {
        assert_eq!(line(&[(0, 0), (10, 0), (20, 0), (30, 0), (20, 0)]), "M0 0h30 -10".replace(" -", "-"));
        assert_eq!(line(&[(0, 0), (1, 2), (2, 4), (4, 8)]), "M0 0l4 8");
    }

    #[test]
    fn a_lone_point_is_a_dot_and_no_point_is_nothing() {
        assert_eq!(line(&[(5, 5)]), "M5 5h0");
        assert_eq!(line(&[(5, 5), (5, 5)]), "M5 5h0");
        assert_eq!(line(&[]), "");
    }

    #[test]
    fn a_second_outline_starts_where_the_first_was_closed() {
        let mut path = PathData::default();
        path.polygon([(0, 0), (10, 0), (10, 10)]);
        path.polygon([(20, 0), (30, 0), (30, 10)]);
        path.polyline([(21, 1), (22, 3)]);
        assert_eq!(path.finish(), "M0 0h10v10zm20 0h10v10zm1 1l1 2");
    }
}
