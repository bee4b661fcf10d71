//! How a team's own CSV writes dates and numbers: as the settings say, as its rows show, or as the files beside it do.

use super::beginning::Beginning;
use super::columns::Plan;
use super::digits::{self, Seen, Sign};
use crate::error::Error;
use crate::ingest::notation::{DAY_BY_OTHERS, SIGN_BY_OTHERS};
use crate::ingest::{Input, Settings, Tally, dated};

/// A Written is what was found of it before the rows are read.
pub(super) struct Written<'b> {
    pub(super) sign: Sign,
    pub(super) day_first: Option<bool>,
    /// Column and cell of a number that is read with decimals though nothing tells that it is no thousand.
    with_decimals: Option<(usize, &'b str)>,
    /// Columns of numbers.
    numbers: Vec<usize>,
    /// What the files beside this one told.
    told: Vec<&'static str>,
    names: &'b [String],
    input: &'b Input,
}

impl<'b> Written<'b> {
    /// What the settings, the beginning and the files beside it tell.
    ///
    /// # Errors
    /// None of them tells what decides every figure, and what to set.
    pub(super) fn of(
        beginning: &'b Beginning,
        plan: &Plan,
        names: &'b [String],
        settings: &Settings,
        input: &'b Input,
    ) -> Result<Self, Error> {
        let (numbers, mut told) = (plan.numbers(), Vec::new());
        let open = beginning.with_decimals(&numbers);
        let others = settings.notation.signs;
        let by_others = settings.sign.is_none() && others.decides() && !beginning.seen(&numbers).decides();
        if by_others && open.is_some() {
            told.push(SIGN_BY_OTHERS);
        }
        let known = settings.sign.or_else(|| by_others.then(|| beginning.sign_as(others)));
        let sign = match (known, beginning.thousand_or_not(&numbers)) {
            (Some(known), _) => known,
            (None, Some((column, cell))) => return Err(ask_for_sign(digits::doubt(cell), names.get(column), input)),
            (None, None) => beginning.sign(&numbers),
        };
        let asked = beginning.day_first(&plan.times());
        let day_first = match (settings.day_first, asked, settings.notation.day_first()) {
            (Some(stated), ..) => Some(stated),
            (None, Ok(shown), _) => shown,
            (None, Err(_), Some(by_others)) => {
                told.push(DAY_BY_OTHERS);
                Some(by_others)
            }
            (None, Err(asked), None) => {
                return Err(Error::input(asked).at(input.place()).hint(dated::WHICH_IS_THE_DAY));
            }
        };
        let with_decimals = open.filter(|_| known.is_none());
        Ok(Self { sign, day_first, with_decimals, numbers, told, names, input })
    }

    /// The columns of which has to be known what all of their rows show.
    pub(super) fn watched(&self) -> &[usize] {
        if self.with_decimals.is_some() { &self.numbers } else { &[] }
    }

    /// Says what was assumed and who told, given what the rows showed.
    ///
    /// # Errors
    /// Numbers were read with decimals of which rows behind the beginning show that they have none.
    pub(super) fn tell(&self, signs: Seen, tally: &mut Tally) -> Result<(), Error> {
        for told in &self.told {
            tally.note(*told);
        }
        let Some((column, cell)) = self.with_decimals else { return Ok(()) };
        let name = self.names.get(column);
        if let Some(why) = signs.speaks_against(cell) {
            return Err(ask_for_sign(why, name, self.input));
        }
        if signs.leaves_open(cell) {
            tally.note(digits::assumed(cell, name.map_or("", String::as_str)));
        }
        Ok(())
    }
}

/// Asks for what a number such as `1.250` is, which stands beside `850`, or in rows far before `12,5`.
fn ask_for_sign(why: String, name: Option<&String>, input: &Input) -> Error {
    let place = input.place().field(name.map_or("", String::as_str));
    Error::input(why).at(place).hint("set inputs.decimal_sign = \",\" or \".\"")
}
