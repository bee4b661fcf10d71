//! Progress on a terminal when the work takes longer than a second: bytes read and time left.

use crate::fmt;
use std::io::{Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A Progress line, drawn by a thread of its own until dropped.
pub(super) struct Progress {
    /// Bytes read so far; inputs count into it.
    pub(super) read: Arc<AtomicU64>,
    /// Bytes to read in all, once they are known.
    pub(super) total: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to watch; draws only if `shown`.
    pub(super) fn start(shown: bool) -> Self {
        let (read, total) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let done = Arc::new(AtomicBool::new(false));
        let thread = shown.then(|| {
            let (read, total, done) = (Arc::clone(&read), Arc::clone(&total), Arc::clone(&done));
            std::thread::spawn(move || draw(&read, &total, &done))
        });
        Self { read, total, done, thread }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic in the drawing thread has nothing to say about the result.
            let _ = thread.join();
        }
    }
}

fn draw(read: &AtomicU64, total: &AtomicU64, done: &AtomicBool) {
    let start = Instant::now();
    let mut drawn = false;
    while !done.load(Ordering::Relaxed) {
        std::thread::park_timeout(Duration::from_millis(250));
        let seconds = start.elapsed().as_secs_f64();
        if seconds < 1.0 || done.load(Ordering::Relaxed) {
            continue;
        }
        let _ = write!(
            stderr(),
            "\r\u{1b}[2K{}",
            line(read.load(Ordering::Relaxed), total.load(Ordering::Relaxed), seconds)
        );
        drawn = true;
    }
    if drawn {
        let _ = write!(stderr(), "\r\u{1b}[2K");
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate for the eye")]
fn line(read: u64, total: u64, seconds: f64) -> String {
    let (read_f, total_f) = (read as f64, total as f64);
    if total == 0 || read == 0 || read > total {
        return format!("read {}", fmt::bytes(read_f));
    }
    let left = seconds * (total_f - read_f) / read_f;
    format!("read {} of {}, about {} left", fmt::bytes(read_f), fmt::bytes(total_f), fmt::duration_s(left.ceil()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_bytes_and_time_left() {
        assert_eq!(line(250_000_000, 1_000_000_000, 2.0), "read 250 MB of 1 GB, about 6 s left");
        assert_eq!(line(5_000, 0, 2.0), "read 5 kB");
    }
}
