//! The numbers by which adapters know series, which stay right when series are united.

use std::collections::HashMap;

/// Where a series that an adapter knows by number lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) part: u32,
    pub(super) local: u32,
}

/// Slots are the numbers given out so far. One place has one number, so that a name met a million times costs nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    known: HashMap<Slot, u32>,
}

impl Slots {
    /// The number of a place.
    pub(super) fn number(&mut self, slot: Slot) -> u32 {
        if let Some(number) = self.known.get(&slot) {
            return *number;
        }
        let number = super::index(self.slots.len());
        self.slots.push(slot);
        self.known.insert(slot, number);
        number
    }

    /// The place of a number.
    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<Slot> {
        self.slots.get(number as usize).copied()
    }

    /// Follows a part's series to where they have gone.
    pub(super) fn follow(&mut self, part: u32, moves: &[u32]) {
        for slot in self.slots.iter_mut().filter(|slot| slot.part == part) {
            slot.local = moves.get(slot.local as usize).copied().unwrap_or(slot.local);
        }
        self.known.clear();
        for (number, slot) in self.slots.iter().enumerate() {
            self.known.entry(*slot).or_insert_with(|| super::index(number));
        }
    }
}

/// Where each series of one kind has gone, by its number before; nowhere where it is `None`.
#[derive(Debug, Clone, Default)]
pub(super) struct Went(Option<Vec<u32>>);

impl Went {
    /// Adds a move after those so far.
    pub(super) fn then(&mut self, went: Vec<u32>) {
        let before = self.0.take();
        self.0 = Some(match before {
            None => went,
            Some(mut before) => {
                for place in &mut before {
                    *place = went.get(*place as usize).copied().unwrap_or(*place);
                }
                before
            }
        });
    }

    /// What was moved since it was asked last.
    pub(super) fn take(&mut self) -> Option<Vec<u32>> {
        self.0.take()
    }
}

/// What was moved in a part.
#[derive(Debug, Clone, Default)]
pub(super) struct Moves {
    pub(super) cells: Went,
    pub(super) metrics: Went,
}

/// Moves are no part of what a part holds.
impl PartialEq for Moves {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
