//! How a file writes what may be written in two ways: which number of `05/11/2026` is the day, and what `1.250` is.
//!
//! A file's own rows tell. Of pieces of one file, and of files that one script wrote beside each other, some may tell what others
//! leave open: each adapter says what a beginning shows ([`Adapter::notation`](super::Adapter::notation)), and is given what all
//! of them showed with the settings.

use super::own::digits::Seen;

/// A Notation is what beginnings of files have shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notation {
    day_first: bool,
    month_first: bool,
    /// What numbers showed of their decimal sign.
    pub signs: Seen,
}

impl Notation {
    /// What one beginning shows: whether the day comes first in its dates, and its numbers.
    #[must_use]
    pub fn of(day_first: Option<bool>, signs: Seen) -> Self {
        Self { day_first: day_first == Some(true), month_first: day_first == Some(false), signs }
    }

    /// Takes over what another shows.
    pub fn merge(&mut self, other: Self) {
        self.day_first |= other.day_first;
        self.month_first |= other.month_first;
        self.signs.merge(other.signs);
    }

    /// Whether the day comes first; `None` where nothing shows it, or one shows it and another shows the opposite.
    #[must_use]
    pub fn day_first(self) -> Option<bool> {
        (self.day_first != self.month_first).then_some(self.day_first)
    }
}

/// What is said of dates of which another file told the order.
pub(super) const DAY_BY_OTHERS: &str =
    "which number of its dates is the day is known by the files beside it, whose names differ in a number alone";
/// What is said of numbers of which another file told the decimal sign.
pub(super) const SIGN_BY_OTHERS: &str =
    "the decimal sign of its numbers is known by the files beside it, whose names differ in a number alone";
