//! Cells in as little memory as they need, for histograms that are kept and hardly changed.

use super::bucket::Cell;
use super::leb128::{pull, push, unzigzag, zigzag};
use std::sync::Arc;

/// Packed cells stand in ascending order, mostly in one byte each instead of eight: its upper half is how far the cell's index
/// lies above the one before (the first above 0), its lower half how many records it has. A half of 0 says that the number
/// did not fit and follows in LEB128, the step as zigzag, the index before the records.
///
/// Windows of a run of ten hours have more values than those of one of an hour; packed so they need hardly more memory. Copies
/// share it.
#[derive(Clone, Debug)]
pub(super) struct Packed(Arc<[u8]>);

/// Numbers below this fit into half a byte.
const HALF: u64 = 16;

impl Packed {
    /// Cells in canonical form.
    pub(super) fn of(cells: &[Cell]) -> Self {
        let mut bytes = Vec::with_capacity(cells.len() + cells.len() / 2);
        let mut before = 0;
        for cell in cells {
            let step = i64::from(cell.index() - before);
            before = cell.index();
            let (near, few) = (half(step.unsigned_abs() * u64::from(step > 0)), half(cell.count()));
            bytes.push((near << 4) | few);
            if near == 0 {
                push(&mut bytes, zigzag(step));
            }
            if few == 0 {
                push(&mut bytes, cell.count());
            }
        }
        Self(bytes.into())
    }

    /// How many bytes they take.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Goes through the cells in ascending order.
    pub(super) fn each(&self, mut take: impl FnMut(Cell)) {
        let mut rest = &*self.0;
        let mut index = 0;
        while let Some((&byte, others)) = rest.split_first() {
            rest = others;
            let (near, few) = (byte >> 4, byte & 0xf);
            // Only what was a cell is packed: nothing breaks off, and no step is too far.
            index += if near > 0 { i32::from(near) } else { far(&mut rest) };
            let count = if few > 0 { u64::from(few) } else { pull(&mut rest).unwrap_or_default() };
            take(Cell::new(index, count));
        }
    }
}

/// The number where it fits into half a byte, and is not 0, which says otherwise.
fn half(number: u64) -> u8 {
    u8::try_from(number).ok().filter(|_| number < HALF).unwrap_or_default()
}

#[cold]
fn far(rest: &mut &[u8]) -> i32 {
    pull(rest).and_then(|step| i32::try_from(unzigzag(step)).ok()).unwrap_or_default()
}
