//! Rows of the usual form, known by sight: unix milliseconds, plain whole numbers, and texts that stood together in a row
//! before. Such a row is walked through once; its texts are compared as they stand with those of the general reader's rows,
//! and nothing of them is parsed, copied or looked up in a table of names.
//!
//! Whatever is not of that form is left to the general reader, which also decides what any texts mean. So a row can be
//! told faster here, but never otherwise; a law in the tests holds the two to the same.

use super::columns::Columns;
use super::glance::{Form, Glance, Texts};
use super::home::HomeId;
use super::mould::Mould;
use std::collections::HashMap;

/// So many combinations of texts are remembered, and so many bytes of them; then all are forgotten.
const MOST: usize = 4096;
const MOST_BYTES: usize = 2 << 20;
/// Places for combinations that were met lately.
const NEAR: usize = 1024;
/// Combinations that may have a place in common by the beginning of their texts.
const ALIKE: usize = 4;

/// A Sight remembers what the texts of rows mean.
#[derive(Debug)]
pub(super) struct Sight {
    form: Form,
    shapes: Vec<Shape>,
    numbers: HashMap<Vec<u8>, u32>,
    bytes: usize,
    /// Numbers of shapes by a few bytes of their texts.
    near: Vec<u32>,
    /// The same by the beginning of their texts, the latest first.
    alike: Vec<[u32; ALIKE]>,
    key: Vec<u8>,
}

/// One combination of texts.
#[derive(Debug)]
struct Shape {
    key: Vec<u8>,
    known: HomeId,
    mould: Option<Mould>,
}

impl Sight {
    /// For files with these columns; `None` where rows have no usual form. Whether URL and type of data are wanted is the
    /// caller's to say.
    pub(super) fn of(columns: &Columns, types_wanted: bool) -> Option<Self> {
        Some(Self {
            form: Form::of(columns, types_wanted)?,
            shapes: Vec::new(),
            numbers: HashMap::new(),
            bytes: 0,
            near: vec![u32::MAX; NEAR],
            alike: vec![[u32::MAX; ALIKE]; NEAR],
            key: Vec::new(),
        })
    }

    /// The row at the front of a text and what its texts mean, if it is like one that was met lately but for its numbers.
    #[inline]
    pub(super) fn fit<'t>(&mut self, text: &'t [u8], glance: &mut Glance<'t>) -> Option<HomeId> {
        let texts = self.form.start(text, glance)?;
        for number in self.alike.get(beginning(texts)?)? {
            let shape = self.shapes.get_mut(*number as usize)?;
            if let Some(mould) = shape.mould.as_mut().filter(|mould| mould.begins(texts)) {
                glance.len = text.len() - mould.fill(texts, self.form.delimiter, glance)?.len();
                return Some(shape.known);
            }
        }
        None
    }

    /// Expects more rows like this one, whose texts are known and which no mould fitted.
    #[cold]
    pub(super) fn expect(&mut self, row: &[u8], glance: &Glance<'_>) -> Option<()> {
        let number = *self.near.get(place(&glance.texts))?;
        let shape = self.shapes.get_mut(number as usize)?;
        let texts = self.form.start(row, &mut Glance::default())?;
        let alike = self.alike.get_mut(beginning(texts)?)?;
        let was_tried = alike.contains(&number);
        if shape.mould.is_none() || (was_tried && shape.mould.as_ref().is_some_and(|mould| !mould.loose)) {
            shape.mould = Mould::of(&self.form, row, glance.len, shape.mould.is_some());
        }
        if !was_tried {
            alike.rotate_right(1);
            *alike.first_mut()? = number;
        }
        Some(())
    }

    /// The row at the front of a text, if it is of the usual form and its line ends there.
    #[inline]
    pub(super) fn glance<'t>(&self, text: &'t [u8]) -> Option<Glance<'t>> {
        self.form.glance(text)
    }

    /// What the texts of a row mean, if they have stood together before.
    #[inline]
    pub(super) fn known(&mut self, glance: &Glance<'_>) -> Option<HomeId> {
        let place = place(&glance.texts);
        let near = self.near.get(place).and_then(|number| self.shapes.get(*number as usize));
        if let Some(shape) = near.filter(|shape| shape.is(&glance.texts)) {
            return Some(shape.known);
        }
        write_key(&mut self.key, &glance.texts);
        let number = *self.numbers.get(&self.key)?;
        *self.near.get_mut(place)? = number;
        Some(self.shapes.get(number as usize)?.known)
    }

    /// Remembers what the texts of a row mean, in place of what they meant before.
    pub(super) fn learn(&mut self, glance: &Glance<'_>, known: HomeId) {
        write_key(&mut self.key, &glance.texts);
        if let Some(shape) = self.numbers.get(&self.key).and_then(|number| self.shapes.get_mut(*number as usize)) {
            shape.known = known;
            return;
        }
        if self.shapes.len() >= MOST || self.bytes >= MOST_BYTES {
            self.shapes.clear();
            self.numbers.clear();
            self.bytes = 0;
        }
        let number = u32::try_from(self.shapes.len()).unwrap_or(u32::MAX);
        self.bytes += self.key.len();
        self.shapes.push(Shape { key: self.key.clone(), known, mould: None });
        self.numbers.insert(self.key.clone(), number);
    }
}

impl Shape {
    #[inline]
    fn is(&self, texts: &Texts<'_>) -> bool {
        let mut key = self.key.as_slice();
        texts.iter().all(|text| {
            let Some((length, rest)) = key.split_first_chunk::<4>() else { return false };
            // Comparing nothing at no address costs a processor with masked loads a hundred times what it costs others.
            let found =
                u32::from_le_bytes(*length) as usize == text.len() && (text.is_empty() || rest.starts_with(text));
            key = rest.get(text.len()..).unwrap_or_default();
            found
        })
    }
}

/// Each stretch with its length before it. Texts are within a row, which has at most a few megabytes.
fn write_key(key: &mut Vec<u8>, texts: &Texts<'_>) {
    key.clear();
    for text in texts {
        key.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        key.extend_from_slice(text);
    }
}

/// A place for the beginning of texts.
#[inline]
fn beginning(texts: &[u8]) -> Option<usize> {
    let (first, rest) = texts.split_first_chunk::<8>()?;
    let mixed = u64::from_le_bytes(*first) ^ u64::from_le_bytes(*rest.first_chunk::<8>()?).rotate_left(29);
    usize::try_from(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54).ok()
}

/// A place for a combination: by the lengths of its stretches and what stands at their ends, which tells most apart.
#[inline]
fn place(texts: &Texts<'_>) -> usize {
    let ends = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let mixed = texts.iter().filter(|text| !text.is_empty()).fold(0_u64, |mixed, text| {
        let ends = ends(text.first_chunk()) ^ ends(text.last_chunk()).rotate_left(29) ^ text.len() as u64;
        (mixed.rotate_left(5) ^ ends).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    usize::try_from(mixed >> 54).unwrap_or(0)
}
