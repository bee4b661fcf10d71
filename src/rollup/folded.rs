//! A part as plain data, to be written to a file, and back again with nothing lost.

use super::cap::NAMINGS;
use super::interval::Intervals;
use super::metric::Points;
use super::part::Part;
use super::timeline::Requests;
use super::users::Users;
use crate::model::folded::{Folded, FoldedCell, FoldedNames};

impl Part {
    /// All of it as plain data, the same however it came about.
    #[must_use]
    pub fn folded(&self) -> Folded {
        let cells = self.cells.sorted().into_iter().map(|(key, counter)| FoldedCell {
            key: key.clone(),
            count: counter.count,
            latency: counter.recorded.clone(),
            bytes: counter.bytes,
            with_bytes: counter.with_bytes,
            span: counter.span,
        });
        let users = std::iter::once(&self.users).chain(&self.shard_users).filter(|one| !one.is_empty());
        let metrics = self.metrics.sorted().into_iter();
        let columns = self.columns.sorted().into_iter();
        Folded {
            name: self.name().map(str::to_owned),
            cells: cells.collect(),
            requests: self.requests.folded(),
            users: users.map(Users::folded).collect(),
            generators: self.generators.iter().map(|(name, users)| (name.clone(), users.folded())).collect(),
            is_run: self.is_run,
            metrics: metrics.map(|(key, points)| (key.clone(), points.folded())).collect(),
            metric_totals: self.metric_totals.clone().into_iter().collect(),
            columns: columns.map(|(key, readings)| (key.clone(), readings.folded())).collect(),
            totals: self.totals.sorted().into_iter().cloned().collect(),
            intervals: self.intervals.folded(),
            faults: self.faults.held(),
            thresholds: self.thresholds.sorted().into_iter().cloned().collect(),
            facts: self.facts.sorted().into_iter().cloned().collect(),
            names: self.names_heard(),
        }
    }

    /// What was heard of names.
    fn names_heard(&self) -> FoldedNames {
        let mut names = self.held.kept();
        let (texts, without_endpoints) = self.faults.kept();
        names.namings.push(texts);
        FoldedNames { texts_without_endpoints: without_endpoints, ..names }
    }

    /// Hears of all that was heard.
    fn hear(&mut self, mut names: FoldedNames) {
        if names.namings.len() > NAMINGS {
            let texts = names.namings.swap_remove(NAMINGS);
            self.faults.take(texts, names.texts_without_endpoints);
        }
        self.held.take(names);
    }

    /// The part of this plain data. Its bounds are those of reading: what goes beyond them falls where it would have fallen
    /// then.
    ///
    /// # Errors
    /// What cannot have been written by [`Part::folded`].
    pub fn unfolded(folded: Folded) -> Result<Self, String> {
        folded.check()?;
        let mut part = Self::new(folded.name.as_deref());
        part.requests = Requests::unfolded(folded.requests)?;
        part.hear(folded.names);
        for cell in folded.cells {
            let number = part.place(&part.held.cell(&cell.key));
            let Some(own) = part.cells.get_mut(number) else { continue };
            own.count = own.count.saturating_add(cell.count);
            own.recorded.merge(&cell.latency);
            own.recorded.histogram.settle();
            own.bytes = own.bytes.saturating_add(cell.bytes);
            own.with_bytes = own.with_bytes.saturating_add(cell.with_bytes);
            own.span = super::interval::join(own.span, cell.span);
        }
        let mut users = folded.users.into_iter().map(Users::unfolded).collect::<Result<Vec<_>, _>>()?.into_iter();
        part.users = users.next().unwrap_or_default();
        part.shard_users = users.collect();
        for (name, users) in folded.generators {
            part.generators.insert(name, Users::unfolded(users)?);
        }
        part.is_run = folded.is_run;
        for (key, points) in folded.metrics {
            let held = part.held.metric(&key);
            let number = part.metrics.intern(&held, || Points::of(&held));
            if let Some(own) = part.metrics.get_mut(number) {
                own.merge(&Points::unfolded(&held, points));
            }
        }
        part.metric_totals = folded.metric_totals.into_iter().collect();
        for (key, readings) in folded.columns {
            let own = part.intern_column(&key);
            for (at, value) in readings {
                part.reading(own, at, value);
            }
        }
        part.intervals = Intervals::unfolded(folded.intervals);
        folded.totals.into_iter().for_each(|total| part.totals.add(total));
        folded.faults.into_iter().for_each(|fault| part.faults.add_held(fault));
        folded.thresholds.into_iter().for_each(|threshold| part.add_threshold(threshold));
        folded.facts.into_iter().for_each(|fact| part.add_fact(fact));
        Ok(part)
    }
}
