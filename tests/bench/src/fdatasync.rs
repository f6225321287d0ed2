//! What the machine takes to make a write durable: the floor under every commit.

use std::{io::Write as _, time::Instant};

use crate::median;

/// The median time of appending 4 KiB to a file and syncing it, in microseconds.
pub(crate) fn median_micros() -> std::io::Result<f64> {
    let mut file = tempfile::NamedTempFile::new()?;
    let mut times = Vec::new();
    for _ in 0..200 {
        file.write_all(&[0x5a; 4_096])?;
        let begun = Instant::now();
        file.as_file().sync_data()?;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(&mut times))
}
