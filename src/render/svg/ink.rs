//! Sentinel colours: how a class travels through plotters, which knows only colours.

use plotters::style::RGBColor;
use plotters_backend::BackendColor;

use crate::report::chart::Tone;

/// The red part of every sentinel. Nothing else draws with it, so that a forgotten default colour of plotters is an error, not a black line.
const MARKER: u8 = 1;

/// What is drawn, apart from whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Lines behind the data.
    Grid,
    /// Axis lines.
    Axis,
    /// A measured line.
    Line,
    /// A model's or a baseline's line.
    Dash,
    /// An opaque area.
    Fill,
    /// The load behind everything.
    Behind,
    /// The band of an interval.
    Interval,
    /// The shading of a phase.
    Phase,
    /// The shading of saturation.
    Hot,
    /// A demanded limit.
    Limit,
    /// Text at an axis.
    Label,
    /// A name written at a line's end, in its colour.
    Name,
    /// Text at a limit line.
    LimitText,
    /// Heading of a strip.
    Title,
    /// A point that stands for an estimate.
    Dot,
}

impl Shape {
    const ALL: [Self; 15] = [
        Self::Grid,
        Self::Axis,
        Self::Line,
        Self::Dash,
        Self::Fill,
        Self::Behind,
        Self::Interval,
        Self::Phase,
        Self::Hot,
        Self::Limit,
        Self::Label,
        Self::Name,
        Self::LimitText,
        Self::Title,
        Self::Dot,
    ];

    const fn class(self) -> &'static str {
        match self {
            Self::Grid => "g",
            Self::Axis => "x",
            Self::Line => "l",
            Self::Dash => "l d",
            Self::Fill => "a",
            Self::Behind => "u",
            Self::Interval => "i",
            Self::Phase => "p",
            Self::Hot => "h",
            Self::Limit => "m",
            Self::Label => "t",
            Self::Name => "n",
            Self::LimitText => "q",
            Self::Title => "b",
            Self::Dot => "o",
        }
    }
}

/// An Ink is a shape and perhaps a tone: the two classes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    shape: Shape,
    tone: Option<Tone>,
}

impl Ink {
    /// A shape without a tone of its own.
    #[must_use]
    pub const fn plain(shape: Shape) -> Self {
        Self { shape, tone: None }
    }

    /// A shape in a tone.
    #[must_use]
    pub const fn toned(shape: Shape, tone: Tone) -> Self {
        Self { shape, tone: Some(tone) }
    }

    /// The sentinel colour that stands for it.
    #[must_use]
    pub fn color(self) -> RGBColor {
        let place = |found: Option<usize>| found.and_then(|n| u8::try_from(n + 1).ok()).unwrap_or(0);
        let shape = place(Shape::ALL.iter().position(|s| *s == self.shape));
        let tone = place(self.tone.and_then(|tone| Tone::ALL.iter().position(|t| *t == tone)));
        RGBColor(MARKER, shape, tone)
    }

    /// The ink that a sentinel stands for; `None` for any real colour.
    #[must_use]
    pub fn from_color(color: BackendColor) -> Option<Self> {
        let (marker, shape, tone) = color.rgb;
        let shape = Shape::ALL.get(usize::from(shape.checked_sub(1)?)).copied()?;
        let tone = match tone.checked_sub(1) {
            Some(n) => Some(Tone::ALL.get(usize::from(n)).copied()?),
            None => None,
        };
        (marker == MARKER).then_some(Self { shape, tone })
    }

    /// The value of the class attribute.
    #[must_use]
    pub fn class(self) -> String {
        self.tone
            .map_or_else(|| self.shape.class().to_owned(), |tone| format!("{} {}", self.shape.class(), tone.class()))
    }
}

#[cfg(test)]
mod tests {
    use plotters::style::{BLACK, Color};

    use super::*;

    #[test]
    fn every_ink_survives_the_way_through_a_colour() {
        for shape in Shape::ALL {
            for tone in Tone::ALL.map(Some).into_iter().chain([None]) {
                let ink = Ink { shape, tone };
                assert_eq!(Ink::from_color(ink.color().to_backend_color()), Some(ink));
            }
        }
    }

    #[test]
    fn a_real_colour_is_no_ink() {
        assert_eq!(Ink::from_color(BLACK.to_backend_color()), None);
        assert_eq!(Ink::from_color(RGBColor(1, 1, 99).to_backend_color()), None);
    }
}
