//! The top level of a JSON object as a row of text fields, in buffers that are used again for the next.

use super::row::Cells;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write as _};

/// Keys that are told apart; objects with more have them made up.
pub const MOST: usize = 200;

/// Fields are the scalars of a JSON object by key. Keys keep their position from object to object; nested values are
/// passed over.
#[derive(Debug, Default)]
pub struct Fields {
    names: Vec<String>,
    values: Vec<Value>,
    /// Position of the key that followed last time: objects of one file have their keys in one order.
    next: usize,
    round: u64,
    grown: bool,
}

#[derive(Debug, Default)]
struct Value {
    text: String,
    /// The object it was set by; older ones are absent.
    round: u64,
    scalar: bool,
}

impl Fields {
    /// Fields of objects that are known to have these keys.
    #[must_use]
    pub fn of(names: &[String]) -> Self {
        let values = names.iter().map(|_| Value::default()).collect();
        Self { names: names.to_vec(), values, ..Self::default() }
    }

    /// All keys met so far, in order of appearance.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether keys came up since this was last asked.
    pub fn grown(&mut self) -> bool {
        std::mem::take(&mut self.grown)
    }

    /// Whether a key has held a number, text or truth value in any object so far.
    #[must_use]
    pub fn ever_scalar(&self, column: usize) -> bool {
        self.values.get(column).is_some_and(|value| value.scalar)
    }

    fn clear(&mut self) {
        self.round += 1;
        self.next = 0;
    }

    fn position(&mut self, key: &str) -> Option<usize> {
        let found = match self.names.get(self.next) {
            Some(name) if name == key => Some(self.next),
            _ => self.names.iter().position(|name| name == key),
        };
        let position = found.or_else(|| {
            (self.names.len() < MOST).then(|| {
                self.names.push(key.to_owned());
                self.values.push(Value::default());
                self.grown = true;
                self.names.len() - 1
            })
        })?;
        self.next = position + 1;
        Some(position)
    }
}

impl Cells for Fields {
    fn text(&self, column: usize) -> Option<&str> {
        let value = self.values.get(column).filter(|value| value.round == self.round)?;
        let text = value.text.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// Fills [`Fields`] from one JSON object.
pub struct FieldsSeed<'f>(pub &'f mut Fields);

impl<'de> DeserializeSeed<'de> for FieldsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.clear();
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FieldsSeed<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(position) = map.next_key_seed(Key(&mut *self.0))? {
            let round = self.0.round;
            match position.and_then(|position| self.0.values.get_mut(position)) {
                Some(value) => {
                    value.text.clear();
                    value.round = round;
                    map.next_value_seed(Text(&mut value.text))?;
                    value.scalar |= !value.text.is_empty();
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Key<'f>(&'f mut Fields);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.position(key))
    }
}

struct Text<'t>(&'t mut String);

impl Text<'_> {
    fn put<E: serde::de::Error>(self, value: impl fmt::Display) -> Result<(), E> {
        write!(self.0, "{value}").map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push_str(text);
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.put(value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.put(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.put(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.put(value)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
