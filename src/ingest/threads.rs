//! Several threads at one input, each with a sink of its own.

use super::{Input, Sink};

/// Bytes of an input that are worth a thread of their own.
const WORTH_A_THREAD: u64 = 1 << 20;

/// With how many threads an input of this size may be read.
#[must_use]
pub fn worth_while(input: &Input) -> usize {
    usize::try_from(input.len() / WORTH_A_THREAD).unwrap_or(usize::MAX).saturating_add(1)
}

/// Lets each worker work in a thread of its own, with a fork of the sink that is added to it again, and returns what each
/// leaves behind, in the order of the workers. One worker works here and with the sink itself.
///
/// What a file amounts to must not show who read which part of it: workers share what hands out pieces (such as
/// [`Rows`](super::rows::Rows::shared_by)), adding sinks is commutative, and so is adding
/// [tallies](super::Tally::merge).
pub fn spread<W: Send, T: Send>(
    workers: Vec<W>,
    sink: &mut dyn Sink,
    work: impl Fn(W, &mut dyn Sink) -> T + Sync,
) -> Vec<T> {
    if workers.len() <= 1 {
        return workers.into_iter().map(|worker| work(worker, sink)).collect();
    }
    let mut forks: Vec<Box<dyn Sink>> = workers.iter().map(|_| sink.fork()).collect();
    let work = &work;
    let yields = std::thread::scope(|scope| {
        let pairs = workers.into_iter().zip(&mut forks);
        let threads: Vec<_> = pairs.map(|(worker, fork)| scope.spawn(move || work(worker, fork.as_mut()))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    for fork in forks {
        sink.absorb(fork);
    }
    yields
}
